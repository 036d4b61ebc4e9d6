#include "surgsigma/export/media_cutter.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <set>
#include <utility>

#include "surgsigma/base/threads.h"
#include "surgsigma/export/frame_pass.h"
#include "surgsigma/export/frame_source.h"

namespace surgsigma {
namespace {

constexpr std::size_t kFilesPerBlock = 64;
constexpr const char* kNoFile = "neither this file nor the recording that it is cut from is there";

/// One recording: what is wanted of it, and which of its files are there.
struct Recording {
  const WantedMedia* wanted = nullptr;
  const VideoRow* video = nullptr;
  FrameRate label_rate;
  PixelRules pixels;
  bool names_files = true;  ///< else names of its files may tell who somebody is
  std::string video_path;   ///< below the media root
  fs::path video_file;      ///< empty where it is not there
  std::vector<WantedPicture> from_files;
  std::vector<WantedPicture> from_video;
  bool needs_pass() const { return !from_video.empty() || !wanted->clips.empty(); }
};

class Cutting {
 public:
  Cutting(const CutRules& rules, MediaStore& store, WrittenMedia& written, Progress& progress)
      : rules_(rules), store_(store), written_(written), progress_(progress) {}

  Recording resolve(const WantedMedia& wanted) const {
    Recording made;
    made.wanted = &wanted;
    made.pixels = {rules_.wishes, rules_.privacy->plan(wanted.video)};
    made.names_files = rules_.privacy->shown_video(wanted.source, wanted.video) == wanted.video;
    const auto video = rules_.videos.find(wanted.video);
    if (video != rules_.videos.end()) {
      made.video = video->second;
      made.label_rate = {made.video->frame_rate_num, made.video->frame_rate_den};
      made.video_path = wanted.source + "/" + made.video->media;
    }
    if (made.video != nullptr && !made.video->media.empty() && is_safe_relative(made.video->media)) {
      const fs::path file = rules_.places->place_of(made.video_path);
      if (is_file(file)) made.video_file = file;
    }
    for (const WantedPicture& picture : wanted.pictures) {
      const bool has_video = !made.video_file.empty();
      const bool is_cut = has_video && (!picture.is_shipped || !is_file(rules_.places->place_of(picture.path)));
      (is_cut ? made.from_video : made.from_files).push_back(picture);
    }
    return made;
  }

  // --- shipped files

  Status take_files(const Recording& recording, const std::vector<WantedPicture>& pictures, std::size_t begin,
                    std::size_t end) {
    WrittenMedia::Made made;
    for (std::size_t i = begin; i < end; ++i) {
      SURGSIGMA_TRY(medium, file_medium(recording, pictures[i]));
      made.emplace_back(pictures[i].key, medium);
    }
    written_.add(made);
    progress_.advance(end - begin);
    return done();
  }

  // --- frames and clips

  Status take_frames(const Recording& recording, int threads) {
    std::vector<WantedClip> of_recording, of_files;
    std::optional<FrameSource> source;
    std::string why;
    const bool has_cut_clips = std::any_of(recording.wanted->clips.begin(), recording.wanted->clips.end(),
                                           [](const WantedClip& clip) { return !clip.is_shipped; });
    if (!recording.video_file.empty() && (has_cut_clips || !recording.from_video.empty())) {
      auto opened = FrameSource::of_video(recording.video_file, rules_.index_folder,
                                          recording.wanted->video + "/" + recording.video->media, threads);
      if (opened.ok()) {
        source = std::move(*opened);
      } else {
        why = "the video cannot be read: " + opened.error().what;
      }
    } else if (has_cut_clips) {
      source = pictures_of(recording);
    }
    for (const WantedClip& clip : recording.wanted->clips) {
      const bool is_cut = !clip.is_shipped && (source || !why.empty());
      (is_cut ? of_recording : of_files).push_back(clip);
    }
    if (source) {
      SURGSIGMA_CHECK(cut(recording, *source, of_recording));
    } else {
      lose(recording.from_video, of_recording, MediumState::kUnreadable, why);
    }
    progress_.advance(recording.from_video.size() + of_recording.size());
    for (const WantedClip& clip : of_files) {
      SURGSIGMA_CHECK(take_clip_file(recording, clip, threads));
      progress_.advance();
    }
    return done();
  }

 private:
  static bool is_file(const fs::path& path) {
    std::error_code code;
    return !path.empty() && fs::is_regular_file(path, code);
  }

  void lose(const std::vector<WantedPicture>& pictures, const std::vector<WantedClip>& clips, MediumState state,
            const std::string& why) {
    const WrittenMedium medium = without_file(state, why, written_);
    WrittenMedia::Made made;
    for (const WantedPicture& picture : pictures) made.emplace_back(picture.key, medium);
    for (const WantedClip& clip : clips) made.emplace_back(clip.key, medium);
    written_.add(made);
  }

  Result<WrittenMedium> file_medium(const Recording& recording, const WantedPicture& picture) {
    const fs::path file = rules_.places->place_of(picture.path);
    if (!is_file(file)) return without_file(MediumState::kMissing, kNoFile, written_);
    const Microseconds time = time_of_frame(picture.frame, recording.label_rate);
    const bool is_hidden = recording.pixels.hides_all(time) && picture.rate.num == 0;
    if (is_hidden) return without_file(MediumState::kHidden, "all of it is hidden as private", written_);
    auto bytes = read_file(file);
    if (!bytes.ok()) return without_file(MediumState::kUnreadable, bytes.error().what, written_);
    auto finished =
        finished_file(std::move(*bytes), recording.names_files ? picture.path : "picture", recording.pixels, time);
    if (!finished.ok()) return without_file(MediumState::kUnreadable, finished.error().what, written_);
    WrittenMedium made;
    made.state = finished->is_unchanged ? MediumState::kLinked : MediumState::kWritten;
    made.ending = picture_ending(finished->format);
    SURGSIGMA_TRY(content, finished->is_unchanged ? store_.keep_link(finished->bytes, made.ending, file)
                                                  : store_.keep(finished->bytes, made.ending));
    made.content = content;
    made.bytes = static_cast<std::int64_t>(finished->bytes.size());
    made.true_size = finished->true_size;
    made.scaled = made.size = finished->size;
    made.first_frame = picture.frame;
    made.end_frame = picture.frame + 1;
    made.begin_us = made.end_us = time;
    made.rate = picture.rate;
    if (made.rate.num > 0) made.end_us += kSecond * made.rate.den / made.rate.num;
    if (!picture.is_shipped && recording.names_files) made.origin = written_.number_of(picture.path);
    return made;
  }

  /// The pictures that the source ships of the recording; nothing where there are none.
  std::optional<FrameSource> pictures_of(const Recording& recording) const {
    const auto card = rules_.catalog->sources.find(SourceId(recording.wanted->source));
    if (card == rules_.catalog->sources.end() || recording.video == nullptr) return std::nullopt;
    PictureList pictures = pictures_there(PicturePaths(card->second, *recording.video), *rules_.places);
    if (pictures.empty()) return std::nullopt;
    return FrameSource::of_pictures(std::move(pictures), recording.label_rate, *rules_.places);
  }

  std::string origin_of(const Recording& recording, const FrameSource& source) const {
    if (source.is_video()) return recording.video_path;
    const PicturePaths paths(rules_.catalog->sources.at(SourceId(recording.wanted->source)), *recording.video);
    return paths.before_index() + "{index}" + paths.after_index();
  }

  void note_rate(const Recording& recording, const FrameSource& source) {
    const bool is_other = source.is_video() && source.frames() > 1 && differ(source.rate(), recording.label_rate);
    const std::string shown = rules_.privacy->shown_video(recording.wanted->source, recording.wanted->video);
    if (is_other) written_.note_rate(shown, {recording.label_rate, source.rate()});
  }

  /// A copy at another rate is as long as the labels say but has another number of frames: frame k of the labels is not
  /// its frame k, and no row may show it. Empty where the frames may be taken by their index.
  static std::string why_not_by_index(const Recording& recording, const FrameSource& source) {
    const bool is_same = !source.is_video() || source.frames() < 2 || !differ(source.rate(), recording.label_rate);
    if (is_same || !recording.video->frames || *recording.video->frames < 1) return "";
    const auto share_off = [](double is, double labels) { return std::abs(is - labels) / labels; };
    const auto per_second = [](FrameRate rate) {
      return static_cast<double>(rate.num) / static_cast<double>(rate.den);
    };
    const auto labelled = static_cast<double>(*recording.video->frames), counted = static_cast<double>(source.frames());
    const double index_off = share_off(counted, labelled);
    const double time_off = share_off(counted / per_second(source.rate()), labelled / per_second(recording.label_rate));
    constexpr double kClearly = 4;
    const bool is_close = std::abs(counted - labelled) <= per_second(source.rate());  // less than a second is no proof
    if (is_close || index_off < kClearly * time_off) return "";
    return "the video is a copy at " + to_string(source.rate()) + " frames a second of what the labels count at " +
           to_string(recording.label_rate) + ": its frames are not theirs";
  }

  Status cut(const Recording& recording, FrameSource& source, const std::vector<WantedClip>& clips) {
    if (const std::string why = why_not_by_index(recording, source); !why.empty()) {
      lose(recording.from_video, clips, MediumState::kUnreadable, why);
      return done();
    }
    note_rate(recording, source);
    std::vector<FrameWish> pictures;
    WrittenMedia::Made lost;
    for (const WantedPicture& picture : recording.from_video) {
      if (source.has(picture.frame)) {
        pictures.push_back({picture.frame, picture.key, {0, 1}});
        continue;
      }
      const std::string why = "frame " + std::to_string(picture.frame) + " is beyond the end of the video, which has " +
                              std::to_string(source.frames()) + " frames";
      lost.emplace_back(picture.key, without_file(MediumState::kUnreadable, why, written_));
    }
    const FrameRate* wished = rules_.wishes->clip_rate ? &*rules_.wishes->clip_rate : nullptr;
    std::vector<ClipWish> wishes;
    for (const WantedClip& clip : clips) {
      auto frames = source.clip(stretch_at(clip.time, recording.label_rate), wished);
      if (frames.ok()) {
        wishes.push_back({clip.key, std::move(*frames)});
      } else {
        lost.emplace_back(clip.key, without_file(MediumState::kUnreadable, frames.error().what, written_));
      }
    }
    written_.add(lost);
    return make(recording, source, std::move(pictures), std::move(wishes), origin_of(recording, source));
  }

  /// A clip that the source ships, or that lies ready under the media root: made anew, so that its rate is constant and
  /// neither sound nor metadata come along.
  Status take_clip_file(const Recording& recording, const WantedClip& clip, int threads) {
    const fs::path file = rules_.places->place_of(clip.path);
    if (!is_file(file)) {
      lose({}, {clip}, MediumState::kMissing, kNoFile);
      return done();
    }
    auto source = FrameSource::of_video(file, {}, "", threads);
    const FrameRate* wished = rules_.wishes->clip_rate ? &*rules_.wishes->clip_rate : nullptr;
    auto frames = source.ok() ? source->clip({0, source->frames()}, wished) : Result<ClipFrames>(source.error());
    if (!frames.ok()) {
      lose({}, {clip}, MediumState::kUnreadable, "the clip cannot be read: " + frames.error().what);
      return done();
    }
    return make(recording, *source, {}, {{clip.key, std::move(*frames)}}, clip.path);
  }

  Status make(const Recording& recording, FrameSource& source, std::vector<FrameWish> pictures,
              std::vector<ClipWish> clips, const std::string& origin) {
    PassRules pass{recording.pixels, &store_, &written_, recording.names_files ? written_.number_of(origin) : 0};
    if (rules_.wishes->clip_form() == ClipForm::kMp4) {
      return FramePass(source, pass).run(std::move(pictures), std::move(clips));
    }
    const std::string& name = source.is_video() ? origin : recording.wanted->video;
    std::set<MediumKey> known;
    std::vector<WantedPicture> shipped;
    for (const ClipWish& clip : clips) {
      for (const std::int64_t frame : clip.cut.frames) {
        const MediumKey key = listed_key(name, frame, clip.cut.rate);
        if (!known.insert(key).second) continue;
        if (source.is_video()) {
          pictures.push_back({frame, key, clip.cut.rate});
        } else {
          shipped.push_back({key, source.path_of(frame), frame, true, clip.cut.rate});
        }
      }
    }
    SURGSIGMA_CHECK(FramePass(source, pass).run(std::move(pictures), {}));
    WrittenMedia::Made made;
    for (const WantedPicture& picture : shipped) {
      SURGSIGMA_TRY(medium, file_medium(recording, picture));
      made.emplace_back(picture.key, medium);
    }
    written_.add(made);
    for (const ClipWish& clip : clips) list(recording, name, clip);
    return done();
  }

  /// A clip as the list of its pictures, or the reason of the first that there is none of.
  void list(const Recording& recording, const std::string& name, const ClipWish& clip) {
    std::vector<MediumKey> pictures;
    WrittenMedium made;
    bool shows_anything = false;
    for (const std::int64_t frame : clip.cut.frames) {
      const MediumKey key = listed_key(name, frame, clip.cut.rate);
      const WrittenMedium picture = written_.copy_of(key);
      if (!picture.is_there()) return written_.add({{clip.key, picture}});
      if (!pictures.empty() && picture.size != made.size) {
        const std::string why = "frame " + std::to_string(frame) + " has another size than the first";
        return written_.add({{clip.key, without_file(MediumState::kUnreadable, why, written_)}});
      }
      shows_anything |= !recording.pixels.hides_all(picture.begin_us);
      if (pictures.empty()) made = picture;
      pictures.push_back(key);
    }
    if (!shows_anything) {
      return written_.add({{clip.key, without_file(MediumState::kHidden, "all of it is hidden as private", written_)}});
    }
    made.first_frame = clip.cut.first;
    made.end_frame = clip.cut.end;
    made.begin_us = clip.cut.begin_us;
    made.end_us = clip.cut.end_us;
    made.rate = clip.cut.rate;
    made.frames = static_cast<std::int64_t>(clip.cut.frames.size());
    written_.add({{clip.key, made}});
    written_.add_list(clip.key, std::move(pictures));
  }

  const CutRules& rules_;
  MediaStore& store_;
  WrittenMedia& written_;
  Progress& progress_;
};

}  // namespace

Status cut_media(const std::vector<WantedMedia>& wanted, const CutRules& rules, MediaStore& store,
                 WrittenMedia& written, Progress& progress) {
  Cutting cutting(rules, store, written, progress);
  std::vector<Recording> recordings(wanted.size());
  parallel_for(wanted.size(), rules.jobs, [&](std::size_t i) { recordings[i] = cutting.resolve(wanted[i]); });
  const auto passes = std::count_if(recordings.begin(), recordings.end(), [](const auto& r) { return r.needs_pass(); });
  const int threads = std::max(1, rules.jobs / std::max(static_cast<int>(passes), 1));
  std::vector<std::function<Status()>> tasks;
  for (const Recording& recording : recordings) {
    if (recording.needs_pass()) tasks.push_back([&] { return cutting.take_frames(recording, threads); });
  }
  for (const Recording& recording : recordings) {
    const std::size_t count = recording.from_files.size();
    for (std::size_t begin = 0; begin < count; begin += kFilesPerBlock) {
      const std::size_t end = std::min(begin + kFilesPerBlock, count);
      tasks.push_back([&, begin, end] { return cutting.take_files(recording, recording.from_files, begin, end); });
    }
  }
  std::vector<std::optional<Error>> errors(tasks.size());
  parallel_for(tasks.size(), rules.jobs, [&](std::size_t i) {
    const Status status = tasks[i]();
    if (!status.ok()) errors[i] = status.error();
  });
  for (const auto& error : errors) {
    if (error) return *error;
  }
  return done();
}

}  // namespace surgsigma
