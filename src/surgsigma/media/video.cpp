#include "surgsigma/media/video.h"

#include <algorithm>
#include <string>
#include <system_error>

#include "surgsigma/media/video_source.h"

namespace surgsigma {

Video::Video(std::unique_ptr<VideoSource> source) : source_(std::move(source)) {}
Video::Video(Video&&) noexcept = default;
Video& Video::operator=(Video&&) noexcept = default;
Video::~Video() = default;

Result<Video> Video::open(const fs::path& path, VideoOptions options) {
  std::error_code code;
  SURGSIGMA_TRY(source, fs::is_directory(path, code) ? open_folder(path, options) : open_stream(path, options));
  return Video(std::move(source));
}

const VideoInfo& Video::info() const { return source_->info(); }

namespace {

Error outside(std::int64_t index, std::int64_t frames) {
  return {ErrorKind::kUsage, "no frame " + std::to_string(index), "",
          "the video has frames 0 to " + std::to_string(frames - 1)};
}

}  // namespace

Result<Microseconds> Video::time_of(std::int64_t index) const {
  if (index < 0 || index >= info().frames) return outside(index, info().frames);
  return source_->time_of(index);
}

Result<bool> Video::next(VideoFrame& frame) { return source_->next(frame); }

Status Video::seek(std::int64_t index) {
  if (index < 0 || index > info().frames) return outside(index, info().frames);
  return source_->seek(index);
}

Status Video::frames(std::vector<std::int64_t> indices, const TakeFrame& take) {
  return frames(std::move(indices), take, [](std::int64_t, const Error& error) -> Status { return error; });
}

Status Video::frames(std::vector<std::int64_t> indices, const TakeFrame& take, const TakeBroken& broken) {
  std::sort(indices.begin(), indices.end());
  indices.erase(std::unique(indices.begin(), indices.end()), indices.end());
  if (indices.empty()) return done();
  for (const std::int64_t end : {indices.front(), indices.back()}) {
    if (end < 0 || end >= info().frames) return outside(end, info().frames);
  }
  return source_->frames(indices, take, broken);
}

}  // namespace surgsigma
