// How a box is written into text: the conventions that model families expect.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/schema/geometry.h"

namespace surgsigma {

/// Limits of the Qwen2.5-VL resize: pixels after rounding both sides to multiples of 28.
struct ResizeLimits {
  std::int64_t min_pixels = 56 * 56;
  std::int64_t max_pixels = 1280 * 28 * 28;
};

struct BoxProfileRow {
  std::string_view name;
  std::string_view description;
  /// Text of one box in a frame of that size.
  std::string (*write)(const Box& box, ImageSize size, const ResizeLimits& limits);
};

/// pixel, unit, permille, qwen25.
const std::vector<BoxProfileRow>& box_profiles();
const BoxProfileRow* find_box_profile(std::string_view name);

/// Size after Qwen2.5-VL's resize (sides multiples of `factor`, area within the limits); kData beyond ratio 200.
Result<ImageSize> smart_resize(ImageSize size, int factor, const ResizeLimits& limits);

}  // namespace surgsigma
