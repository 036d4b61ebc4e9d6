#include "surgsigma/simulate/render/eye.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace surgsigma::drawing {
namespace {

constexpr float kFarthest = std::numeric_limits<float>::max();
constexpr float kSameTexture = 8;  // texels between neighbours of one surface

/// What two neighbours of one surface have in between; the nearer one where they are of two.
void copy_point(const Band& from, std::size_t a, float t, Band& to, std::size_t at) {
  const std::size_t b = a + 1, nearest = t < 0.5F ? a : b;
  const bool is_one = from.material[a] == from.material[b] && from.id[a] == from.id[b] &&
                      std::abs(from.u[a] - from.u[b]) < kSameTexture && std::abs(from.v[a] - from.v[b]) < kSameTexture;
  const auto copy = [&](const std::vector<float>& source, std::vector<float>& target) {
    target[at] = is_one ? source[a] + t * (source[b] - source[a]) : source[nearest];
  };
  copy(from.slope_x, to.slope_x);
  copy(from.slope_y, to.slope_y);
  copy(from.u, to.u);
  copy(from.v, to.v);
  copy(from.blood, to.blood);
  copy(from.plume, to.plume);
  to.material[at] = from.material[nearest];
  to.id[at] = from.id[nearest];
  to.part[at] = from.part[nearest];
}

void copy_whole(Band& band, std::size_t from, std::size_t to) {
  for (auto* values : {&band.depth, &band.slope_x, &band.slope_y, &band.u, &band.v, &band.blood, &band.plume}) {
    (*values)[to] = (*values)[from];
  }
  for (auto* values : {&band.material, &band.id, &band.part}) (*values)[to] = (*values)[from];
}

void see_row(const Band& wide, int row, float shift, Band& seen) {
  std::fill_n(seen.depth.begin() + static_cast<std::ptrdiff_t>(seen.at(0, row)), seen.width, kFarthest);
  for (int x = 0; x + 1 < wide.width; ++x) {
    const std::size_t a = wide.at(x, row);
    const float near_a = 1 / wide.depth[a], near_b = 1 / wide.depth[a + 1];
    const float begin = static_cast<float>(x) - shift * near_a, end = static_cast<float>(x + 1) - shift * near_b;
    if (end <= begin) continue;  // turned away from this eye
    const int first = std::max(0, static_cast<int>(std::ceil(begin)));
    const int last = std::min(seen.width - 1, static_cast<int>(std::floor(end)));
    for (int at = first; at <= last; ++at) {
      const float t = (static_cast<float>(at) - begin) / (end - begin);
      const float depth = 1 / (near_a + t * (near_b - near_a));
      const std::size_t i = seen.at(at, row);
      if (depth >= seen.depth[i]) continue;
      seen.depth[i] = depth;
      copy_point(wide, a, t, seen, i);
    }
  }
  // Only beside tissue nearer than kNearestTissueMm is anything left.
  const auto is_open = [&](int x) { return seen.depth[seen.at(x, row)] == kFarthest; };
  for (int x = 1; x < seen.width; ++x) {
    if (is_open(x) && !is_open(x - 1)) copy_whole(seen, seen.at(x - 1, row), seen.at(x, row));
  }
  for (int x = seen.width - 2; x >= 0; --x) {
    if (is_open(x) && !is_open(x + 1)) copy_whole(seen, seen.at(x + 1, row), seen.at(x, row));
  }
}

}  // namespace

int margin_for(const Lens& lens, float eye_mm) {
  return eye_mm > 0 ? static_cast<int>(std::ceil(lens.focal * eye_mm / kNearestTissueMm)) + 2 : 0;
}

void see_tissue(const Band& wide, float shift, int width, Band& seen) {
  seen.reset(wide.first, wide.rows, width);
  for (int row = 0; row < wide.rows; ++row) see_row(wide, row, shift, seen);
}

Bar see_bar(Bar bar, float shift) {
  bar.x0 -= shift / bar.depth0;
  bar.x1 -= shift / bar.depth1;
  return bar;
}

}  // namespace surgsigma::drawing
