#include "surgsigma/export/clip_frames.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <string>

namespace surgsigma {
namespace {

constexpr double kRateTolerance = 0.0005;  // share; 29.97 against 30, a thousandth apart, is a difference
constexpr std::int64_t kMostOfRate = 1'000'000;
constexpr Microseconds kStampTolerance = 1000;  // containers round time stamps to milliseconds

Error unfit(std::string what) { return {ErrorKind::kData, std::move(what), "", ""}; }

double per_second(FrameRate rate) { return static_cast<double>(rate.num) / static_cast<double>(rate.den); }

FrameRate reduced(FrameRate rate) {
  const std::int64_t common = std::gcd(rate.num, rate.den);
  if (common > 1) rate = {rate.num / common, rate.den / common};
  if (rate.num <= kMostOfRate && rate.den <= kMostOfRate) return rate;
  const auto thousandths = std::max<std::int64_t>(std::llround(per_second(rate) * 1000), 1);
  const std::int64_t divisor = std::gcd(thousandths, std::int64_t{1000});
  return {thousandths / divisor, 1000 / divisor};
}

/// Places 0, 1, 2 ... below `count` that are shown at n / slow when the places run at `fast`.
std::vector<std::int64_t> thinned(std::int64_t count, FrameRate fast, FrameRate slow) {
  std::vector<std::int64_t> places;
  const double step = per_second(fast) / per_second(slow);
  places.reserve(static_cast<std::size_t>(static_cast<double>(count) / step) + 1);
  const std::int64_t common = std::gcd(fast.num * slow.den, fast.den * slow.num);
  const std::int64_t above = fast.num * slow.den / common, below = fast.den * slow.num / common;
  for (std::int64_t n = 0;; ++n) {
    const std::int64_t place = n * above / below;
    if (place >= count) return places;
    places.push_back(place);
  }
}

bool is_slower(const FrameRate* wished, FrameRate own) {
  return wished != nullptr && per_second(*wished) < per_second(own);
}

/// Distance between two neighbours that most of them have; of equals the smaller.
std::int64_t usual_distance(const std::vector<std::int64_t>& pictures) {
  std::map<std::int64_t, std::int64_t> counts;
  for (std::size_t i = 1; i < pictures.size(); ++i) ++counts[pictures[i] - pictures[i - 1]];
  std::int64_t usual = 1, most = 0;
  for (const auto& [distance, count] : counts) {
    if (count <= most) continue;
    most = count;
    usual = distance;
  }
  return usual;
}

}  // namespace

FrameStretch stretch_at(TimeRange time, FrameRate label_rate) {
  if (time.is_empty() || time.begin < 0) return {};
  return {frame_at(time.begin, label_rate), frame_at(time.end - 1, label_rate) + 1};
}

bool differ(FrameRate a, FrameRate b) {
  return std::abs(per_second(a) - per_second(b)) > kRateTolerance * per_second(b);
}

Result<ClipFrames> clip_of_video(FrameStretch stretch, const VideoTimes& video, const FrameRate* wished) {
  if (stretch.end <= stretch.first) return unfit("a clip without length");
  if (stretch.end > video.frames) {
    return unfit("the clip reaches to frame " + std::to_string(stretch.end - 1) + ", the video has " +
                 std::to_string(video.frames));
  }
  ClipFrames clip;
  clip.first = stretch.first;
  clip.end = stretch.end;
  clip.begin_us = video.time_of(stretch.first);
  clip.end_us =
      stretch.end < video.frames ? video.time_of(stretch.end) : std::max(video.duration_us, clip.begin_us + 1);
  clip.rate = reduced(is_slower(wished, video.rate) ? *wished : video.rate);
  if (video.is_constant) {
    clip.frames = thinned(stretch.end - stretch.first, reduced(video.rate), clip.rate);
    for (std::int64_t& frame : clip.frames) frame += stretch.first;
    return clip;
  }
  std::int64_t frame = stretch.first;
  for (std::int64_t n = 0;; ++n) {
    const Microseconds time = clip.begin_us + n * kSecond * clip.rate.den / clip.rate.num;
    if (time + kStampTolerance >= clip.end_us && n > 0) return clip;
    while (frame + 1 < stretch.end && video.time_of(frame + 1) <= time + kStampTolerance) ++frame;
    clip.frames.push_back(frame);
  }
}

Result<ClipFrames> clip_of_pictures(FrameStretch stretch, const std::vector<std::int64_t>& pictures,
                                    FrameRate label_rate, const FrameRate* wished) {
  if (stretch.end <= stretch.first) return unfit("a clip without length");
  const std::int64_t distance = usual_distance(pictures);
  const auto begin = std::lower_bound(pictures.begin(), pictures.end(), stretch.first);
  const auto end = std::lower_bound(begin, pictures.end(), stretch.end);
  if (begin == end) return unfit("no picture lies within the clip");
  const auto missing = [](std::int64_t frame) {
    return unfit("the picture of frame " + std::to_string(frame) + " is missing within the clip");
  };
  if (*begin - stretch.first >= distance) return missing(*begin - distance);
  for (auto at = begin; at + 1 != end; ++at) {
    if (at[1] - *at != distance) return missing(*at + distance);
  }
  const std::int64_t last = *(end - 1);
  if (stretch.end - last > distance) return missing(last + distance);
  ClipFrames clip;
  clip.first = *begin;
  clip.end = stretch.end;
  clip.begin_us = time_of_frame(*begin, label_rate);
  clip.end_us = time_of_frame(stretch.end, label_rate);
  const FrameRate own = reduced({label_rate.num, label_rate.den * distance});
  clip.rate = is_slower(wished, own) ? reduced(*wished) : own;
  for (const std::int64_t place : thinned(end - begin, own, clip.rate)) clip.frames.push_back(begin[place]);
  return clip;
}

}  // namespace surgsigma
