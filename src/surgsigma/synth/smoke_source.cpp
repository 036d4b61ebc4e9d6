// Where a plume rises: the tip of an instrument.
#include <algorithm>
#include <cmath>

#include "surgsigma/synth/smoke.h"

namespace surgsigma {
namespace {

double squared(double x, double y) { return x * x + y * y; }

/// The pixel of the mask farthest from a point; the first in reading order among equals.
std::optional<PlumeSource> farthest(const Image& mask, double from_x, double from_y) {
  std::optional<PlumeSource> found;
  double longest = -1;
  for (int y = 0; y < mask.height; ++y) {
    const std::uint8_t* const row = mask.row(y);
    for (int x = 0; x < mask.width; ++x) {
      if (row[static_cast<std::size_t>(x) * static_cast<std::size_t>(mask.channels)] == 0) continue;
      const double way = squared(x - from_x, y - from_y);
      if (way <= longest) continue;
      longest = way;
      found = PlumeSource{static_cast<double>(x), static_cast<double>(y)};
    }
  }
  return found;
}

}  // namespace

PlumeSource tip_of_box(const Box& box, ImageSize size) {
  const double middle_x = 0.5 * size.width;
  const double middle_y = 0.5 * size.height;
  const bool enters_left = std::abs(box.x1 - middle_x) >= std::abs(box.x2 - middle_x);
  const bool enters_above = std::abs(box.y1 - middle_y) > std::abs(box.y2 - middle_y);
  return {std::clamp(enters_left ? box.x2 : box.x1, 0.0, std::max(0.0, size.width - 1.0)),
          std::clamp(enters_above ? box.y2 : box.y1, 0.0, std::max(0.0, size.height - 1.0))};
}

std::optional<PlumeSource> tip_of_mask(const Image& mask) {
  const auto entry = farthest(mask, 0.5 * (mask.width - 1), 0.5 * (mask.height - 1));
  if (!entry) return std::nullopt;
  return farthest(mask, entry->x, entry->y);
}

}  // namespace surgsigma
