// Coarse square tiles, as publishers lay over what they must not show.
#include <algorithm>
#include <cstdlib>
#include <functional>
#include <vector>

#include "surgsigma/media/quality_parts.h"

namespace surgsigma::quality {
namespace {

constexpr int kNoise = 2;                ///< Smaller steps of luma are the encoder's.
constexpr std::size_t kStrongest = 5;    ///< The strongest fifth of the lines.
constexpr double kLeastMeanStep = 0.03;  ///< Below it there is nothing to tell: a blank or black picture.

/// What share of all steps lies on the strongest fifth of the lines between columns (or rows).
double concentrated(std::vector<std::int32_t> steps, std::int64_t pixels) {
  std::erase(steps, -1);
  std::int64_t all = 0, strong = 0;
  for (const std::int32_t step : steps) all += step;
  if (steps.empty() || static_cast<double>(all) < kLeastMeanStep * static_cast<double>(pixels)) return 0;
  const std::size_t many = (steps.size() + kStrongest - 1) / kStrongest;
  std::nth_element(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(many), steps.end(), std::greater<>());
  for (std::size_t i = 0; i < many; ++i) strong += steps[i];
  return static_cast<double>(strong) / static_cast<double>(all);
}

/// |a - b| beyond noise, added up; the sum of the row is returned.
std::int32_t add_steps(const std::uint8_t* a, const std::uint8_t* b, int count, std::int32_t* sums) {
  std::int32_t row = 0;
  for (int i = 0; i < count; ++i) {
    const std::int32_t step = std::max(std::abs(a[i] - b[i]) - kNoise, 0);
    sums[i] += step;
    row += step;
  }
  return row;
}

}  // namespace

double tiles_of(const Image& luma, const std::vector<Span>& inside) {
  if (luma.width < 2 || luma.height < 2) return 0;
  std::vector<std::int32_t> columns(static_cast<std::size_t>(luma.width), 0), unused = columns;
  std::vector<std::int32_t> rows(static_cast<std::size_t>(luma.height), -1);
  Span reach{luma.width, 0};
  std::int64_t pixels = 0;
  for (int y = 0; y < luma.height; ++y) {
    const Span own = inside[static_cast<std::size_t>(y)];
    if (own.end - own.begin < 2) continue;
    reach = {std::min(reach.begin, own.begin), std::max(reach.end, own.end)};
    pixels += own.end - own.begin;
    add_steps(luma.row(y) + own.begin, luma.row(y) + own.begin + 1, own.end - own.begin - 1,
              columns.data() + own.begin);
    if (y == 0) continue;
    const Span above = inside[static_cast<std::size_t>(y) - 1];
    const int begin = std::max(own.begin, above.begin), end = std::min(own.end, above.end);
    if (begin >= end) continue;
    rows[static_cast<std::size_t>(y)] =
        add_steps(luma.row(y) + begin, luma.row(y - 1) + begin, end - begin, unused.data());
  }
  if (pixels == 0) return 0;
  columns.resize(static_cast<std::size_t>(std::max(reach.begin, reach.end - 1)));
  columns.erase(columns.begin(),
                columns.begin() + std::min<std::ptrdiff_t>(reach.begin, static_cast<std::ptrdiff_t>(columns.size())));
  return std::min(concentrated(std::move(columns), pixels), concentrated(std::move(rows), pixels));
}

}  // namespace surgsigma::quality
