// Which moments of a video become samples of the two tasks that look ahead: the picture some seconds later, and the
// clip that follows a picture. Pure functions over spans; no pixel is read.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/base/time.h"

namespace surgsigma {

/// What is known of a video before samples are drawn. Spans in any order; they may overlap.
struct VideoSpans {
  FrameRate rate;
  std::int64_t frames = 0;              ///< Decoded frames, native.
  std::vector<Microseconds> cuts;       ///< First moment after each cut.
  std::vector<TimeRange> out_of_body;
  std::vector<TimeRange> black;         ///< Black, overlay, frozen: whatever may not be shown.
};

/// Uninterrupted frames [begin, end) between cuts and forbidden spans. Ascending. A frame belongs to a span when the
/// span holds any part of the time in which the frame is shown.
struct FrameSpan {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::int64_t size() const { return end - begin; }
  bool operator==(const FrameSpan&) const = default;
};
/// Fails with kUsage on a rate or number of frames that is not positive, with kData on a span that ends before it
/// begins.
Result<std::vector<FrameSpan>> usable_spans(const VideoSpans& video);

struct NextFrameSample {
  std::int64_t start_frame = 0;
  Microseconds start_us = 0;
  int horizon_s = 1;
  std::int64_t truth_frame = 0;  ///< round((t + h) * fps)
  Microseconds truth_us = 0;
  bool operator==(const NextFrameSample&) const = default;
};

/// round((t + horizon) * rate), halves up, on the native time base.
std::int64_t truth_frame(Microseconds start_us, Microseconds horizon_us, FrameRate rate);

struct NextFrameOptions {
  int min_horizon_s = 1;
  int max_horizon_s = 10;
  std::int64_t samples = 20;        ///< At most so many of a video.
  Microseconds least_apart_us = 5 * kSecond;  ///< Between two starts.
};
/// Ascending by start; the same for the same video id and seed. Fewer than asked for where the video has no room.
Result<std::vector<NextFrameSample>> draw_next_frames(const VideoSpans& video, std::string_view video_id,
                                                      std::uint64_t seed, const NextFrameOptions& options = {});

/// One uninterrupted action (or step, phase) of the labels; `label` is handed through.
struct ActionSpan {
  TimeRange time;
  std::int64_t label = 0;  ///< The caller's index.
};

struct ClipSample {
  std::int64_t first_frame = 0;  ///< Given as the picture; the clip begins with it.
  std::int64_t end_frame = 0;    ///< Exclusive.
  Microseconds begin_us = 0;
  Microseconds end_us = 0;
  std::int64_t label = 0;        ///< Of the action that the whole clip lies in.
  bool operator==(const ClipSample&) const = default;
};

struct ClipOptions {
  Microseconds length_us = 4 * kSecond;
  std::int64_t samples = 20;
  std::int64_t samples_per_action = 2;  ///< At most so many of one ActionSpan; they do not overlap.
};
Result<std::vector<ClipSample>> draw_clips(const VideoSpans& video, const std::vector<ActionSpan>& actions,
                                           std::string_view video_id, std::uint64_t seed,
                                           const ClipOptions& options = {});

}  // namespace surgsigma
