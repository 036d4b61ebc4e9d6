#include "surgsigma/export/frame_source.h"

#include <algorithm>

#include "surgsigma/base/hash.h"

namespace surgsigma {

PictureList pictures_there(const PicturePaths& paths, const MediaPlaces& places) {
  const std::string& before = paths.before_index();
  const std::string folder = before.substr(0, before.rfind('/'));
  PictureList found;
  std::error_code code;
  for (fs::directory_iterator at(places.place_of(folder), code), end; !code && at != end; at.increment(code)) {
    const std::string path = folder + "/" + at->path().filename().string();
    const auto frame = paths.native_frame(path);
    std::error_code unknown;
    if (frame && at->is_regular_file(unknown)) found.emplace_back(*frame, path);
  }
  std::sort(found.begin(), found.end());
  const auto is_same = [](const auto& a, const auto& b) { return a.first == b.first; };
  found.erase(std::unique(found.begin(), found.end(), is_same), found.end());  // "1.png" and "01.png"
  return found;
}

Result<FrameSource> FrameSource::of_video(const fs::path& file, const fs::path& index_folder, const std::string& name,
                                          int threads) {
  VideoOptions options;
  options.threads = threads;
  const fs::path index = index_folder / (hex64(hash64(name)) + ".index");
  std::error_code code;
  if (!index_folder.empty() && fs::exists(index, code)) options.index = index;
  SURGSIGMA_TRY(video, Video::open(file, options));
  FrameSource source;
  source.video_ = std::move(video);
  return source;
}

FrameSource FrameSource::of_pictures(PictureList pictures, FrameRate label_rate, const MediaPlaces& places) {
  FrameSource source;
  source.pictures_ = std::move(pictures);
  source.label_rate_ = label_rate;
  source.places_ = &places;
  return source;
}

FrameRate FrameSource::rate() const {
  if (!video_) return label_rate_;
  return video_->info().constant_rate.value_or(video_->info().average_rate);
}

std::int64_t FrameSource::frames() const { return video_ ? video_->info().frames : 0; }

bool FrameSource::has(std::int64_t frame) const {
  if (video_) return 0 <= frame && frame < frames();
  const auto at = std::lower_bound(pictures_.begin(), pictures_.end(), std::pair(frame, std::string()));
  return at != pictures_.end() && at->first == frame;
}

std::string FrameSource::path_of(std::int64_t frame) const {
  const auto at = std::lower_bound(pictures_.begin(), pictures_.end(), std::pair(frame, std::string()));
  return at != pictures_.end() && at->first == frame ? at->second : std::string();
}

Microseconds FrameSource::time_of(std::int64_t frame) const {
  if (!video_) return time_of_frame(frame, label_rate_);
  const auto time = video_->time_of(frame);
  return time.ok() ? *time : video_->info().duration_us;
}

Result<ClipFrames> FrameSource::clip(FrameStretch stretch, const FrameRate* wished) const {
  if (!video_) {
    std::vector<std::int64_t> frames;
    frames.reserve(pictures_.size());
    for (const auto& [frame, path] : pictures_) frames.push_back(frame);
    return clip_of_pictures(stretch, frames, label_rate_, wished);
  }
  const VideoInfo& info = video_->info();
  return clip_of_video(stretch,
                       {info.frames, rate(), info.constant_rate.has_value(), info.duration_us,
                        [this](std::int64_t frame) { return time_of(frame); }},
                       wished);
}

Status FrameSource::read(const std::vector<std::int64_t>& frames, const TakeFrame& take, const TakeBroken& broken) {
  if (video_) return video_->frames(frames, take, broken);
  for (const std::int64_t frame : frames) {
    const auto at = std::lower_bound(pictures_.begin(), pictures_.end(), std::pair(frame, std::string()));
    if (at == pictures_.end() || at->first != frame) {
      SURGSIGMA_CHECK(broken(frame, {ErrorKind::kData, "there is no such picture", "", ""}));
      continue;
    }
    auto picture = read_picture(places_->place_of(at->second));
    if (picture.ok()) {
      SURGSIGMA_CHECK(take({frame, time_of(frame), std::move(*picture)}));
    } else {
      SURGSIGMA_CHECK(broken(frame, picture.error()));
    }
  }
  return done();
}

}  // namespace surgsigma
