// Frames of a recording for an export, from its video or from the pictures that its source ships.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "surgsigma/export/clip_frames.h"
#include "surgsigma/export/media.h"
#include "surgsigma/media/video.h"
#include "surgsigma/schema/picture_paths.h"

namespace surgsigma {

using TakeFrame = std::function<Status(VideoFrame&&)>;
using TakeBroken = std::function<Status(std::int64_t, const Error&)>;

/// Pictures of one recording: native frame and path below the media root, rising.
using PictureList = std::vector<std::pair<std::int64_t, std::string>>;
/// Those that are called as the card says; empty where there is no such folder.
PictureList pictures_there(const PicturePaths& paths, const MediaPlaces& places);

class FrameSource {
 public:
  static Result<FrameSource> of_video(const fs::path& file, const fs::path& index_folder, const std::string& name,
                                      int threads);
  static FrameSource of_pictures(PictureList pictures, FrameRate label_rate, const MediaPlaces& places);

  bool is_video() const { return video_.has_value(); }
  FrameRate rate() const;       ///< of a video: constant or average
  std::int64_t frames() const;  ///< of a video
  bool has(std::int64_t frame) const;
  std::string path_of(std::int64_t frame) const;  ///< of a picture; empty for one that is not there
  /// Its time stamp; of pictures by the labels' rate. The frame behind the last ends the recording.
  Microseconds time_of(std::int64_t frame) const;

  /// kData as clip_of_video() and clip_of_pictures() say.
  Result<ClipFrames> clip(FrameStretch stretch, const FrameRate* wished) const;
  /// Rising, each once; one that cannot be decoded goes to `broken`.
  Status read(const std::vector<std::int64_t>& frames, const TakeFrame& take, const TakeBroken& broken);

 private:
  FrameSource() = default;
  std::optional<Video> video_;
  PictureList pictures_;
  FrameRate label_rate_;
  const MediaPlaces* places_ = nullptr;
};

}  // namespace surgsigma
