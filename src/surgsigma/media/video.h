// Frames of a video file or of a folder of pictures, by native index.
//
// A frame is (video, native index, time). The index counts pictures in the order in which they are shown, from 0;
// pictures that an edit list hides are not counted. A picture that cannot be decoded keeps its index: asking for it is
// an error that names it, and the others keep their numbers. The same index gives the same bytes, however it was
// reached: in order, at random, with any number of threads.
//
// Time is the picture's time stamp minus that of frame 0, so a video of variable rate keeps its own times. In a folder
// it is index / rate.
//
// Pixels are 8-bit sRGB as the file shows them: turned upright (multiples of 90 degrees and mirrors of the display
// matrix; other angles are left alone), cropped as the stream says, limited range stretched, the matrix taken from the
// stream's tag and BT.601 where there is none, as FFmpeg and OpenCV do. Chroma is repeated, not interpolated. Pixels
// that are not square stay so.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "surgsigma/base/files.h"
#include "surgsigma/base/result.h"
#include "surgsigma/base/time.h"
#include "surgsigma/media/image.h"
#include "surgsigma/media/picture_file.h"

namespace surgsigma {

/// How pictures of a folder get their index; see frame_folder.h.
enum class FrameNumbering {
  kPosition,  ///< 0, 1, 2 ... in order; gaps in the names close up
  kFileName,  ///< the number in the name; one that no file has is an error when asked for; next() passes over it
};

struct VideoOptions {
  fs::path index;   ///< Where the index is kept between runs: a stale or damaged one is replaced. Empty: nowhere.
  int threads = 1;  ///< For frames(), which decodes from several keyframes at once; the pixels do not depend on it.
  PictureLimits limits;                     ///< Larger pictures are refused before memory is taken for them.
  Microseconds patience_us = 30 * kSecond;  ///< A file that gives no packet for so long is given up.
  FrameNumbering numbering = FrameNumbering::kPosition;  ///< Folders only.
  FrameRate folder_rate{25, 1};                          ///< Folders only: a folder does not know its rate.
};

/// What is known of a video after its packets have been counted.
struct VideoInfo {
  ImageSize size;                               ///< Upright and cropped; 0 x 0: a folder whose first picture is broken.
  int quarter_turns = 0;                        ///< Clockwise turns that were needed to make it upright, 0-3.
  bool is_mirrored = false;                     ///< And left and right changed places after that.
  std::int64_t frames = 0;                      ///< Counted. With FrameNumbering::kFileName: the last number + 1.
  std::optional<std::int64_t> frames_in_header;  ///< What the file claims, where it claims anything.
  FrameRate average_rate;                       ///< Frames over duration.
  std::optional<FrameRate> constant_rate;       ///< Given if every time stamp is where this rate has it, within a tick.
  Microseconds duration_us = 0;                 ///< To the end of the last frame.
  std::string codec;                            ///< FFmpeg's name ("h264"), or "pictures" for a folder.
  std::string container;                        ///< FFmpeg's name ("mov,mp4,m4a,3gp,3g2,mj2"), or "folder".
  std::string pixel_format;                     ///< FFmpeg's name ("yuv420p10le"); empty for a folder.
  bool has_sound = false;
  bool has_metadata = false;                    ///< A title, a date, a device: anything that is not about decoding.
  bool ends_early = false;                      ///< The file stops before its own table of contents does.
  bool is_random_access = true;                 ///< False: each request for frames decodes from the start.
  bool operator==(const VideoInfo&) const = default;
};

struct VideoFrame {
  std::int64_t index = 0;
  Microseconds time_us = 0;
  Image image;  ///< three channels
};

class VideoSource;

class Video {
 public:
  /// A file (mp4, mov, mkv, webm, avi, ts, mpg, wmv, flv ...) or a folder of pictures. kNotFound: no such file. kData,
  /// naming the file: not a video, no moov, no picture track, not one frame, a codec that this machine does not have, a
  /// picture larger than the limits. Playlists and streams that name other files are refused.
  static Result<Video> open(const fs::path& path, VideoOptions options = {});
  Video(Video&&) noexcept;
  Video& operator=(Video&&) noexcept;
  ~Video();

  const VideoInfo& info() const;
  /// When a frame is shown; kUsage outside [0, frames).
  Result<Microseconds> time_of(std::int64_t index) const;

  /// The next frame in order; false at the end. kData, naming file and frame, for a picture that cannot be decoded: the
  /// call after that goes on with the frame behind it. A video that ends early gives its frames, then one such error,
  /// then false.
  Result<bool> next(VideoFrame& frame);
  /// next() begins again with this frame. kUsage outside [0, frames].
  Status seek(std::int64_t index);

  /// Hands each frame to `take` once, in ascending order, however the indices are ordered or repeated; one pass over
  /// the file that leaves out what it can. A status of `take` that is not done ends the pass and is returned. kUsage,
  /// before anything is decoded, for an index outside [0, frames); kData at the first frame that cannot be decoded.
  /// Does not move next().
  Status frames(std::vector<std::int64_t> indices, const std::function<Status(VideoFrame&&)>& take);
  /// As above, but a frame that cannot be decoded goes to `broken` and the pass goes on.
  Status frames(std::vector<std::int64_t> indices, const std::function<Status(VideoFrame&&)>& take,
                const std::function<Status(std::int64_t, const Error&)>& broken);

 private:
  explicit Video(std::unique_ptr<VideoSource> source);
  std::unique_ptr<VideoSource> source_;
};

}  // namespace surgsigma
