// What stands behind a Video; only the video files of this room include this.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "surgsigma/media/video.h"

namespace surgsigma {

using TakeFrame = std::function<Status(VideoFrame&&)>;
using TakeBroken = std::function<Status(std::int64_t, const Error&)>;

class VideoSource {
 public:
  virtual ~VideoSource() = default;
  virtual const VideoInfo& info() const = 0;
  virtual Microseconds time_of(std::int64_t index) const = 0;
  virtual Result<bool> next(VideoFrame& frame) = 0;
  virtual Status seek(std::int64_t index) = 0;
  /// `indices` ascending, each once, within the video.
  virtual Status frames(const std::vector<std::int64_t>& indices, const TakeFrame& take, const TakeBroken& broken) = 0;
};

Result<std::unique_ptr<VideoSource>> open_stream(const fs::path& path, const VideoOptions& options);
Result<std::unique_ptr<VideoSource>> open_folder(const fs::path& path, const VideoOptions& options);

}  // namespace surgsigma
