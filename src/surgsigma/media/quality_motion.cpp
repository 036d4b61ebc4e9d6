// How the picture moved between two thumbnails: a block search, coarse then fine.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "surgsigma/media/quality_parts.h"
#include "surgsigma/media/resize.h"
#include "surgsigma/media/wide.h"

namespace surgsigma::quality {
namespace {

struct Shift {
  int x = 0;
  int y = 0;
};

/// Pixels of the middle of the picture, so that every shift within the margins compares equally many.
struct Block {
  int left, top, right, bottom;
};

Block middle_of(const Image& picture, Shift margin) {
  return {margin.x, margin.y, picture.width - margin.x, picture.height - margin.y};
}

SURGSIGMA_WIDE
std::int32_t row_difference(const std::uint8_t* __restrict a, const std::uint8_t* __restrict b, int count) {
  std::int32_t sum = 0;
  for (int x = 0; x < count; ++x) sum += std::abs(a[x] - b[x]);
  return sum;
}

std::int64_t difference_at(const Image& before, const Image& now, const Block& block, Shift shift) {
  std::int64_t sum = 0;
  for (int y = block.top; y < block.bottom; ++y) {
    sum += row_difference(now.row(y) + block.left, before.row(y - shift.y) - shift.x + block.left,
                          block.right - block.left);
  }
  return sum;
}

/// The least difference within `reach` of `start`, never beyond `margin`; of equal ones that nearest to no shift at
/// all.
Shift best_shift(const Image& before, const Image& now, Shift start, Shift reach, Shift margin) {
  const Block block = middle_of(now, margin);
  Shift best = start;
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  const auto length = [](Shift s) { return s.x * s.x + s.y * s.y; };
  for (int y = std::max(-margin.y, start.y - reach.y); y <= std::min(margin.y, start.y + reach.y); ++y) {
    for (int x = std::max(-margin.x, start.x - reach.x); x <= std::min(margin.x, start.x + reach.x); ++x) {
      const std::int64_t here = difference_at(before, now, block, {x, y});
      if (here > least || (here == least && length({x, y}) >= length(best))) continue;
      least = here;
      best = {x, y};
    }
  }
  return best;
}

/// Between whole pixels: the tip of the parabola through three differences.
double tip(std::int64_t left, std::int64_t middle, std::int64_t right) {
  const double bend = static_cast<double>(left) - 2 * static_cast<double>(middle) + static_cast<double>(right);
  if (bend <= 0 || middle == 0) return 0;
  return std::clamp(0.5 * (static_cast<double>(left) - static_cast<double>(right)) / bend, -0.5, 0.5);
}

}  // namespace

Motion motion_between(const Thumbnail& before, const Thumbnail& now) {
  const Image &a = before.luma, &b = now.luma;
  Motion motion;
  const double whole = static_cast<double>(b.pixels()) * 255;
  motion.difference = static_cast<double>(difference_at(a, b, {0, 0, b.width, b.height}, {})) / whole;
  motion.residual = motion.difference;
  const Shift margin{b.width / 8, b.height / 8};
  if (margin.x < 2 || margin.y < 2 || motion.difference == 0) return motion;

  const Image coarse_a = shrunk(a, 2), coarse_b = shrunk(b, 2);
  const Shift coarse_margin{margin.x / 2, margin.y / 2};
  const Shift coarse = best_shift(coarse_a, coarse_b, {}, coarse_margin, coarse_margin);
  const Shift best = best_shift(a, b, {2 * coarse.x, 2 * coarse.y}, {2, 2}, margin);
  const Block block = middle_of(b, {margin.x, margin.y});
  const std::int64_t least = difference_at(a, b, block, best);
  double x = best.x, y = best.y;
  if (std::abs(best.x) < margin.x) {
    x += tip(difference_at(a, b, block, {best.x - 1, best.y}), least, difference_at(a, b, block, {best.x + 1, best.y}));
  }
  if (std::abs(best.y) < margin.y) {
    y += tip(difference_at(a, b, block, {best.x, best.y - 1}), least, difference_at(a, b, block, {best.x, best.y + 1}));
  }
  const double compared = static_cast<double>(block.right - block.left) * (block.bottom - block.top) * 255;
  motion.shift_x = x * now.reduced_by;
  motion.shift_y = y * now.reduced_by;
  motion.residual = static_cast<double>(least) / compared;
  return motion;
}

}  // namespace surgsigma::quality
