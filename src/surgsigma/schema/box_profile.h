// How a box is written into text, and read back: the conventions that model families expect.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/schema/geometry.h"

namespace surgsigma {

/// Limits of the Qwen2.5-VL resize: pixels after rounding both sides to multiples of 28. They must be those of the
/// training command, else every box of the profile qwen25 is wrong.
struct ResizeLimits {
  std::int64_t min_pixels = 56 * 56;
  std::int64_t max_pixels = 1280 * 28 * 28;
};

/// Frame pixels = written number * scale.
struct BoxScale {
  double x = 1;
  double y = 1;
};

struct BoxProfileRow {
  std::string_view name;
  std::string_view description;
  bool needs_size;  ///< cannot be written without the size of the frame
  /// Appends "[x1, y1, x2, y2]" for a box in a frame of that size. The part outside the frame is cut off first; numbers
  /// are rounded half to even. False, appending nothing, when no area is left after rounding. A size of 0 x 0 means
  /// unknown, which only the profile pixel takes.
  bool (*append)(const Box& box, ImageSize size, const ResizeLimits& limits, std::string& out);
  /// The reverse for one corner: numbers as written -> pixels of the frame, not cut off at its edges. Nothing where the
  /// size is needed and unknown, or no frame of that size can be resized.
  std::optional<BoxScale> (*scale)(ImageSize size, const ResizeLimits& limits);
};

/// pixel, unit, permille, qwen25.
const std::vector<BoxProfileRow>& box_profiles();
const BoxProfileRow* find_box_profile(std::string_view name);

/// x1, y1, x2, y2 of the profile pixel as numbers; nothing when no area is left.
std::optional<std::array<std::int64_t, 4>> pixel_corners(const Box& box, ImageSize size);

/// Size after Qwen2.5-VL's resize (sides multiples of `factor`, area within the limits); kData for a side shorter than
/// the factor and beyond ratio 200.
Result<ImageSize> smart_resize(ImageSize size, int factor, const ResizeLimits& limits);

}  // namespace surgsigma
