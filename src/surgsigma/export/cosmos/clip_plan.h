// Which stretches of a recording become clips for a world model. Pure; no pixel is read.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/base/time.h"

namespace surgsigma {

/// How a clip is made.
struct ClipShape {
  int frames = 93;  ///< 24 latent frames of a causal encoder that takes one, then four at a time
  int width = 832;
  int height = 480;
  FrameRate rate{16, 1};
};

/// What is known of a recording before clips are chosen. Spans in any order; they may overlap.
struct ClipSource {
  FrameRate rate;                    ///< native
  std::int64_t frames = 0;           ///< native
  std::vector<TimeRange> forbidden;  ///< black, out of the body, frozen, overexposed
  std::vector<std::int64_t> cuts;    ///< first frame behind each interruption
  std::vector<TimeRange> within;     ///< clips lie within one of these; empty: anywhere
};

struct PlannedClip {
  std::vector<std::int64_t> frames;  ///< native, strictly rising, one for each frame of the clip
  Microseconds begin_us = 0;         ///< of its first frame
  Microseconds end_us = 0;           ///< begin + length of the clip
  bool operator==(const PlannedClip&) const = default;
};

/// Uninterrupted native frames [begin, end).
struct Stretch {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  bool operator==(const Stretch&) const = default;
};
/// Between cuts and forbidden spans and, where `within` names spans, inside one of them. A frame is forbidden when any
/// part of the time in which it is shown is. Ascending.
std::vector<Stretch> usable_stretches(const ClipSource& source);

/// Clips side by side in each stretch, centred in it, thinned to `most` (0: all) of those with the smallest draws of
/// their own, so that a new label elsewhere moves few others. The frame of a clip is the native frame nearest to its
/// time. kUsage: a shape that means nothing; kData: a native rate below that of the clip, which would repeat frames.
Result<std::vector<PlannedClip>> plan_clips(const ClipSource& source, const ClipShape& shape, std::int64_t most,
                                            std::string_view video_id, std::uint64_t seed);

}  // namespace surgsigma
