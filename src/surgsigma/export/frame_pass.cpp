#include "surgsigma/export/frame_pass.h"

#include <algorithm>
#include <utility>

namespace surgsigma {
namespace {

/// Clips in groups of which no more than `most` overlap anywhere; each group by its first frame.
std::vector<std::vector<const ClipWish*>> groups_of(const std::vector<ClipWish>& clips, std::size_t most) {
  std::vector<const ClipWish*> waiting;
  for (const ClipWish& clip : clips) waiting.push_back(&clip);
  std::stable_sort(waiting.begin(), waiting.end(),
                   [](const ClipWish* a, const ClipWish* b) { return a->cut.frames.front() < b->cut.frames.front(); });
  std::vector<std::vector<const ClipWish*>> groups;
  while (!waiting.empty()) {
    std::vector<const ClipWish*> group, later;
    std::vector<std::int64_t> ends;  // of those that are open
    for (const ClipWish* clip : waiting) {
      std::erase_if(ends, [&](std::int64_t end) { return end < clip->cut.frames.front(); });
      const bool fits = ends.size() < most;
      (fits ? group : later).push_back(clip);
      if (fits) ends.push_back(clip->cut.frames.back());
    }
    groups.push_back(std::move(group));
    waiting = std::move(later);
  }
  return groups;
}

}  // namespace

WrittenMedium without_file(MediumState state, const std::string& why, WrittenMedia& written) {
  WrittenMedium medium;
  medium.state = state;
  medium.reason = written.number_of(why);
  return medium;
}

Status FramePass::run(std::vector<FrameWish> pictures, std::vector<ClipWish> clips) {
  std::sort(pictures.begin(), pictures.end(), [](const FrameWish& a, const FrameWish& b) {
    return std::pair(a.frame, a.key) < std::pair(b.frame, b.key);
  });
  auto groups = groups_of(clips, kMostOpenClips);
  if (groups.empty()) groups.emplace_back();
  for (std::size_t i = 0; i < groups.size(); ++i) {
    std::vector<OpenClip> open(groups[i].size());
    for (std::size_t k = 0; k < open.size(); ++k) open[k].wish = groups[i][k];
    SURGSIGMA_CHECK(read(i == 0 ? pictures : std::vector<FrameWish>(), open));
  }
  return done();
}

Status FramePass::read(const std::vector<FrameWish>& pictures, std::vector<OpenClip>& clips) {
  std::vector<std::int64_t> frames;
  for (const FrameWish& wish : pictures) frames.push_back(wish.frame);
  for (const OpenClip& clip : clips)
    frames.insert(frames.end(), clip.wish->cut.frames.begin(), clip.wish->cut.frames.end());
  std::sort(frames.begin(), frames.end());
  frames.erase(std::unique(frames.begin(), frames.end()), frames.end());
  at_ = 0;
  const Status status = source_.read(
      frames,
      [&](VideoFrame&& frame) -> Status {
        const Status taken = take(std::move(frame), pictures, clips);
        cannot_write_ |= !taken.ok();
        return taken;
      },
      [&](std::int64_t frame, const Error& error) -> Status {
        give_up(frame, error.what, pictures, clips);
        return done();
      });
  if (status.ok()) return done();
  if (cannot_write_) return status;
  // The file gave up: what was not come to cannot be had.
  WrittenMedia::Made lost;
  for (; at_ < pictures.size(); ++at_) {
    lost.emplace_back(pictures[at_].key, without_file(MediumState::kUnreadable, status.error().what, *rules_.written));
  }
  rules_.written->add(lost);
  for (OpenClip& clip : clips) {
    if (!clip.is_done) give_up(clip, MediumState::kUnreadable, status.error().what);
  }
  return done();
}

void FramePass::give_up(std::int64_t frame, const std::string& why, const std::vector<FrameWish>& pictures,
                        std::vector<OpenClip>& clips) {
  WrittenMedia::Made lost;
  for (; at_ < pictures.size() && pictures[at_].frame <= frame; ++at_) {
    lost.emplace_back(pictures[at_].key, without_file(MediumState::kUnreadable, why, *rules_.written));
  }
  rules_.written->add(lost);
  for (OpenClip& clip : clips) {
    if (clip.wants(frame)) give_up(clip, MediumState::kUnreadable, why);
  }
}

void FramePass::give_up(OpenClip& clip, MediumState state, const std::string& why) {
  clip.writer.reset();
  clip.is_done = true;
  rules_.written->add({{clip.wish->key, without_file(state, why, *rules_.written)}});
}

Status FramePass::take(VideoFrame&& frame, const std::vector<FrameWish>& pictures, std::vector<OpenClip>& clips) {
  const bool is_for_clips =
      std::any_of(clips.begin(), clips.end(), [&](const OpenClip& clip) { return clip.wants(frame.index); });
  const bool is_picture = at_ < pictures.size() && pictures[at_].frame == frame.index;
  if (is_picture) {
    Image image = is_for_clips ? frame.image : std::move(frame.image);
    SURGSIGMA_CHECK(take_picture(std::move(image), frame, pictures));
  }
  if (!is_for_clips) return done();
  const ImageSize true_size = frame.image.size();
  Image sized = std::move(frame.image);
  SURGSIGMA_CHECK(finish_picture(sized, rules_.pixels, frame.time_us, true));
  for (OpenClip& clip : clips) {
    if (!clip.wants(frame.index)) continue;
    if (!clip.writer) clip.true_size = true_size;
    SURGSIGMA_CHECK(take_clip(sized, frame, clip));
  }
  return done();
}

Status FramePass::take_picture(Image image, const VideoFrame& frame, const std::vector<FrameWish>& pictures) {
  const bool is_hidden = rules_.pixels.hides_all(frame.time_us);
  std::optional<WrittenMedium> made;
  WrittenMedia::Made all;
  for (; at_ < pictures.size() && pictures[at_].frame == frame.index; ++at_) {
    const FrameWish& wish = pictures[at_];
    if (is_hidden && wish.rate.num == 0) {  // one that stands in a list is shown black, as a clip has it
      all.emplace_back(wish.key, without_file(MediumState::kHidden, "all of it is hidden as private", *rules_.written));
      continue;
    }
    if (!made) {
      auto finished = finished_frame(std::move(image), rules_.pixels, frame.time_us);
      if (!finished.ok()) {
        made = without_file(MediumState::kUnreadable, finished.error().what, *rules_.written);
      } else {
        made.emplace();
        made->state = MediumState::kWritten;
        made->ending = picture_ending(finished->format);
        SURGSIGMA_TRY(content, rules_.store->keep(finished->bytes, made->ending));
        made->content = content;
        made->bytes = static_cast<std::int64_t>(finished->bytes.size());
        made->true_size = finished->true_size;
        made->scaled = made->size = finished->size;
        made->origin = rules_.origin;
      }
      made->first_frame = frame.index;
      made->end_frame = frame.index + 1;
      made->begin_us = made->end_us = frame.time_us;
    }
    WrittenMedium medium = *made;
    medium.rate = wish.rate;
    if (wish.rate.num > 0) medium.end_us += kSecond * wish.rate.den / wish.rate.num;
    all.emplace_back(wish.key, medium);
  }
  rules_.written->add(all);
  return done();
}

Status FramePass::open(ImageSize size, OpenClip& clip) {
  clip.file = rules_.store->unfinished(".mp4");
  ClipSettings settings;
  settings.rate = clip.wish->cut.rate;
  auto writer = ClipWriter::open(clip.file, size, settings);
  if (!writer.ok()) {
    if (writer.error().kind == ErrorKind::kIo) return writer.error();
    give_up(clip, MediumState::kUnreadable, writer.error().what);
    return done();
  }
  clip.writer = std::move(*writer);
  clip.scaled = size;
  return done();
}

Status FramePass::take_clip(const Image& sized, const VideoFrame& frame, OpenClip& clip) {
  if (!clip.writer) SURGSIGMA_CHECK(open(sized.size(), clip));
  if (clip.is_done) return done();
  if (sized.size() != clip.scaled) {
    give_up(clip, MediumState::kUnreadable,
            "frame " + std::to_string(frame.index) + " has another size than the first");
    return done();
  }
  clip.shows_anything |= !rules_.pixels.hides_all(frame.time_us);
  for (; clip.wants(frame.index); ++clip.next) SURGSIGMA_CHECK(clip.writer->add(sized));
  return clip.next == clip.wish->cut.frames.size() ? finish(clip) : done();
}

Status FramePass::finish(OpenClip& clip) {
  if (!clip.shows_anything) {
    give_up(clip, MediumState::kHidden, "all of it is hidden as private");
    return done();
  }
  SURGSIGMA_CHECK(clip.writer->close());
  clip.writer.reset();
  clip.is_done = true;
  const ClipFrames& cut = clip.wish->cut;
  WrittenMedium made;
  made.state = MediumState::kWritten;
  made.ending = ".mp4";
  SURGSIGMA_TRY(content, rules_.store->keep_file(clip.file, made.ending, made.bytes));
  made.content = content;
  made.true_size = clip.true_size;
  made.scaled = clip.scaled;
  made.size = ClipWriter::stored_size(clip.scaled);
  made.first_frame = cut.first;
  made.end_frame = cut.end;
  made.begin_us = cut.begin_us;
  made.end_us = cut.end_us;
  made.rate = cut.rate;
  made.frames = static_cast<std::int64_t>(cut.frames.size());
  made.origin = rules_.origin;
  rules_.written->add({{clip.wish->key, made}});
  return done();
}

}  // namespace surgsigma
