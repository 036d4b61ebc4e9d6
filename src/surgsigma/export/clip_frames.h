// Which frames of a recording make a clip, and at what rate. Nothing is invented: a clip holds the frames of its
// stretch at the recording's own rate or fewer of them, and a recording whose frames come unevenly is sampled at their
// true times.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/base/time.h"

namespace surgsigma {

struct ClipFrames {
  std::vector<std::int64_t> frames;  ///< native, rising; a frame comes twice where the recording stands still
  FrameRate rate;                    ///< of the clip: frame n is shown at n / rate
  std::int64_t first = 0;            ///< native frames [first, end) are what the clip was cut from
  std::int64_t end = 0;
  Microseconds begin_us = 0;  ///< time stamps of the recording: of `first` ...
  Microseconds end_us = 0;    ///< ... and of the end of the last
};

/// What is known of a video's frames.
struct VideoTimes {
  std::int64_t frames = 0;
  FrameRate rate;  ///< constant, or the average
  bool is_constant = false;
  Microseconds duration_us = 0;
  std::function<Microseconds(std::int64_t)> time_of;
};

/// Native frames that the labels' stretch [begin, end) holds, at the labels' rate.
struct FrameStretch {
  std::int64_t first = 0;
  std::int64_t end = 0;
};
FrameStretch stretch_at(TimeRange time, FrameRate label_rate);

/// Frames [first, end) of a video. `wished`: the rate of the clip where it is lower than the video's own. kData for an
/// empty stretch and for one that reaches beyond the video.
Result<ClipFrames> clip_of_video(FrameStretch stretch, const VideoTimes& video, const FrameRate* wished);

/// The same from pictures of these native frames (rising). Their rate is the labels' rate over the usual distance
/// between two of them. kData where a picture is missing within the stretch: a clip has no holes.
Result<ClipFrames> clip_of_pictures(FrameStretch stretch, const std::vector<std::int64_t>& pictures,
                                    FrameRate label_rate, const FrameRate* wished);

/// Whether two rates differ by more than half a thousandth: 30000/1001 and 30 do.
bool differ(FrameRate a, FrameRate b);

}  // namespace surgsigma
