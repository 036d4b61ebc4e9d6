#include "surgsigma/media/soft.h"

#include <algorithm>
#include <utility>

namespace surgsigma {
namespace {

constexpr int kPasses = 3;

/// One pass over one line of `count` values that lie `step` apart.
void soften_line(const std::uint8_t* from, std::uint8_t* to, int count, std::size_t step, int radius) {
  const auto value = [&](int i) -> std::uint32_t {
    return from[static_cast<std::size_t>(std::clamp(i, 0, count - 1)) * step];
  };
  const auto width = static_cast<std::uint32_t>(2 * radius + 1);
  std::uint32_t sum = 0;
  for (int i = -radius; i <= radius; ++i) sum += value(i);
  for (int i = 0; i < count; ++i) {
    to[static_cast<std::size_t>(i) * step] = static_cast<std::uint8_t>((sum + width / 2) / width);
    sum += value(i + radius + 1);
    sum -= value(i - radius);
  }
}

}  // namespace

Result<Image> softened(const Image& picture, int radius) {
  if (picture.is_empty()) return Error{ErrorKind::kUsage, "an empty picture cannot be made soft", "", ""};
  if (radius < 1 || radius > 256) {
    return Error{ErrorKind::kUsage, "a radius of " + std::to_string(radius) + " pixels", "", "1 to 256"};
  }
  Image from = picture;
  Image to = picture;
  const auto channels = static_cast<std::size_t>(picture.channels);
  for (int pass = 0; pass < kPasses; ++pass) {
    for (int y = 0; y < picture.height; ++y) {
      for (std::size_t c = 0; c < channels; ++c) {
        soften_line(from.row(y) + c, to.row(y) + c, picture.width, channels, radius);
      }
    }
    std::swap(from, to);
    for (std::size_t x = 0; x < picture.row_values(); ++x) {
      soften_line(from.values.data() + x, to.values.data() + x, picture.height, picture.row_values(), radius);
    }
    std::swap(from, to);
  }
  return from;
}

}  // namespace surgsigma
