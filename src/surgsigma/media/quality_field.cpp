// Where in the picture the endoscope's image lies.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "surgsigma/media/quality_parts.h"
#include "surgsigma/media/resize.h"
#include "surgsigma/media/wide.h"

namespace surgsigma {
namespace quality {
namespace {

struct EdgePoint {
  double x = 0;
  double y = 0;
};

constexpr int kSteady = 3;  ///< So many bright pixels in a row are picture, one or two are noise.

/// The first of `count` pixels, `step` apart, from which on kSteady are above the level; -1 if none.
int first_bright(const std::uint8_t* pixels, std::ptrdiff_t step, int count, int level) {
  int run = 0;
  for (int i = 0; i < count; ++i, pixels += step) {
    run = *pixels > level ? run + 1 : 0;
    if (run == kSteady) return i - kSteady + 1;
  }
  return -1;
}

/// Borders between black surroundings and picture, met from all four sides. Where the picture reaches the edge of the
/// frame there is no border.
std::vector<EdgePoint> edge_points(const Image& luma, int black) {
  std::vector<EdgePoint> points;
  const int wide = luma.width, high = luma.height;
  const auto keep = [&](int found, int length, auto&& point) {
    if (found > 1 && found < length - kSteady) points.push_back(point(found));
  };
  for (int y = 0; y < high; ++y) {
    keep(first_bright(luma.row(y), 1, wide, black), wide, [&](int i) { return EdgePoint{i + 0.0, y + 0.5}; });
    keep(first_bright(luma.row(y) + wide - 1, -1, wide, black), wide, [&](int i) {
      return EdgePoint{wide - i + 0.0, y + 0.5};
    });
  }
  for (int x = 0; x < wide; ++x) {
    keep(first_bright(luma.row(0) + x, wide, high, black), high, [&](int i) { return EdgePoint{x + 0.5, i + 0.0}; });
    keep(first_bright(luma.row(high - 1) + x, -wide, high, black), high, [&](int i) {
      return EdgePoint{x + 0.5, high - i + 0.0};
    });
  }
  return points;
}

/// Least squares of x^2 + y^2 + a x + b y + c (Kasa 1976), about the points' mean.
std::optional<CircularField> fitted_circle(const std::vector<EdgePoint>& points) {
  if (points.size() < 3) return {};
  double mean_x = 0, mean_y = 0;
  for (const EdgePoint& p : points) {
    mean_x += p.x;
    mean_y += p.y;
  }
  const double count = static_cast<double>(points.size());
  mean_x /= count;
  mean_y /= count;
  double xx = 0, xy = 0, yy = 0, xz = 0, yz = 0, z_sum = 0;
  for (const EdgePoint& p : points) {
    const double x = p.x - mean_x, y = p.y - mean_y, z = x * x + y * y;
    xx += x * x;
    xy += x * y;
    yy += y * y;
    xz += x * z;
    yz += y * z;
    z_sum += z;
  }
  const double determinant = xx * yy - xy * xy;
  if (determinant <= 1e-9 * xx * yy || determinant <= 0) return {};
  const double x = (xz * yy - yz * xy) / determinant / 2, y = (yz * xx - xz * xy) / determinant / 2;
  return CircularField{x + mean_x, y + mean_y, std::sqrt(x * x + y * y + z_sum / count)};
}

double misfit(const EdgePoint& p, const CircularField& circle) {
  return std::abs(std::hypot(p.x - circle.centre_x, p.y - circle.centre_y) - circle.radius);
}

/// Drops what fits worst, again and again: overlays and shadows give wrong points.
std::optional<CircularField> trimmed_circle(const std::vector<EdgePoint>& all) {
  std::vector<EdgePoint> points = all;
  std::optional<CircularField> circle = fitted_circle(points);
  for (int round = 0; round < 12 && circle; ++round) {
    std::vector<double> misfits;
    for (const EdgePoint& p : all) misfits.push_back(misfit(p, *circle));
    std::vector<double> sorted = misfits;
    const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
    std::nth_element(sorted.begin(), middle, sorted.end());
    const double bound = std::max(1.5, 2 * *middle);
    std::vector<EdgePoint> kept;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (misfits[i] <= bound) kept.push_back(all[i]);
    }
    if (kept.size() == points.size() && round > 0) break;
    points = std::move(kept);
    circle = fitted_circle(points);
  }
  return circle;
}

bool is_dark_outside(const Image& luma, const CircularField& circle, int black) {
  std::int64_t outside = 0, dark = 0;
  const double bound = circle.radius * 1.03 + 1;
  for (int y = 0; y < luma.height; ++y) {
    const double dy = y + 0.5 - circle.centre_y;
    const double half = bound > std::abs(dy) ? std::sqrt(bound * bound - dy * dy) : 0;
    const int begin = std::clamp(static_cast<int>(circle.centre_x - half), 0, luma.width);
    const int end = std::clamp(static_cast<int>(circle.centre_x + half) + 1, begin, luma.width);
    const std::uint8_t* row = luma.row(y);
    for (int x = 0; x < begin; ++x) dark += row[x] <= black ? 1 : 0;
    for (int x = end; x < luma.width; ++x) dark += row[x] <= black ? 1 : 0;
    outside += luma.width - (end - begin);
  }
  const double share = static_cast<double>(outside) / static_cast<double>(luma.pixels());
  return share >= 0.02 && static_cast<double>(dark) >= 0.85 * static_cast<double>(outside);
}

/// How many pixels of a row are above the level; adds one to their columns.
SURGSIGMA_WIDE
int count_bright(const std::uint8_t* __restrict row, int count, int level, int* __restrict columns) {
  int bright = 0;
  for (int x = 0; x < count; ++x) {
    const int is_bright = row[x] > level ? 1 : 0;
    bright += is_bright;
    columns[x] += is_bright;
  }
  return bright;
}

int dark_lines(int count, const std::vector<int>& bright, int allowed, bool from_end) {
  int dark = 0;
  while (dark < count && bright[static_cast<std::size_t>(from_end ? count - 1 - dark : dark)] <= allowed) ++dark;
  return dark;
}

}  // namespace

int black_level(const LumaCounts& whole) {
  std::int64_t above = 0;
  int level = 255;
  while (level > 0 && (above += whole.of[static_cast<std::size_t>(level)]) * 10 < whole.pixels) --level;
  return std::clamp(level / 5, 14, 40);
}

int black_level(const Image& luma) {
  return black_level(luma_counts(luma, std::vector<Span>(static_cast<std::size_t>(luma.height), Span{0, luma.width})));
}

std::optional<CircularField> field_of(const Image& luma, int black) {
  const std::vector<EdgePoint> points = edge_points(luma, black);
  const double least = 0.15 * (luma.width + luma.height);
  if (static_cast<double>(points.size()) < least) return {};
  const auto circle = trimmed_circle(points);
  if (!circle) return {};
  const double shorter = std::min(luma.width, luma.height), diagonal = std::hypot(luma.width, luma.height);
  if (circle->radius < 0.25 * shorter || circle->radius > 0.75 * diagonal) return {};
  const double bound = std::max(1.5, 0.015 * circle->radius);
  const auto fitting =
      std::count_if(points.begin(), points.end(), [&](const EdgePoint& p) { return misfit(p, *circle) <= bound; });
  if (static_cast<double>(fitting) < 0.6 * static_cast<double>(points.size()) || static_cast<double>(fitting) < least)
    return {};
  if (!is_dark_outside(luma, *circle, black)) return {};
  return circle;
}

Borders borders_of(const Image& luma, int black) {
  std::vector<int> rows(static_cast<std::size_t>(luma.height), 0), columns(static_cast<std::size_t>(luma.width), 0);
  for (int y = 0; y < luma.height; ++y) {
    rows[static_cast<std::size_t>(y)] = count_bright(luma.row(y), luma.width, black, columns.data());
  }
  // A hundredth of a line may be noise.
  const int in_row = luma.width / 100, in_column = luma.height / 100;
  Borders borders{dark_lines(luma.width, columns, in_column, false), dark_lines(luma.height, rows, in_row, false),
                  dark_lines(luma.width, columns, in_column, true), dark_lines(luma.height, rows, in_row, true)};
  if (borders.left + borders.right >= luma.width || borders.top + borders.bottom >= luma.height) return {};
  return borders;
}

std::vector<Span> inside_of(const std::optional<CircularField>& field, const Borders& borders, ImageSize size) {
  std::vector<Span> spans(static_cast<std::size_t>(size.height));
  for (int y = 0; y < size.height; ++y) {
    Span& span = spans[static_cast<std::size_t>(y)];
    if (field) {
      const double radius = field->radius * 0.98 - 1, dy = y + 0.5 - field->centre_y;
      if (radius <= std::abs(dy)) continue;
      const double half = std::sqrt(radius * radius - dy * dy);
      span.begin = std::clamp(static_cast<int>(std::ceil(field->centre_x - half - 0.5)), 0, size.width);
      span.end = std::clamp(static_cast<int>(std::ceil(field->centre_x + half - 0.5)), span.begin, size.width);
    } else if (y >= borders.top && y < size.height - borders.bottom) {
      span = {borders.left, size.width - borders.right};
    }
  }
  return spans;
}

Box region_of(const std::optional<CircularField>& field, const Borders& borders, ImageSize size) {
  const Box content{static_cast<double>(borders.left), static_cast<double>(borders.top),
                    static_cast<double>(size.width - borders.right), static_cast<double>(size.height - borders.bottom)};
  if (!field) return content;
  const double half = field->radius / std::numbers::sqrt2;
  const Box square{field->centre_x - half, field->centre_y - half, field->centre_x + half, field->centre_y + half};
  return clamped(square, size).value_or(content);
}

}  // namespace quality

std::optional<CircularField> find_field(const Image& picture) {
  if (picture.is_empty()) return {};
  const int reduce = working_reduction(picture.size());
  const Image luma = quality::luma_of(shrunk_for_measures(picture));
  auto field = quality::field_of(luma, quality::black_level(luma));
  if (field) *field = {field->centre_x * reduce, field->centre_y * reduce, field->radius * reduce};
  return field;
}

Image field_mask(const CircularField& field, ImageSize size) {
  Image mask(std::max(size.width, 0), std::max(size.height, 0), 1);
  for (int y = 0; y < mask.height; ++y) {
    for (int x = 0; x < mask.width; ++x) {
      const double dx = x + 0.5 - field.centre_x, dy = y + 0.5 - field.centre_y;
      *mask.at(x, y) = dx * dx + dy * dy <= field.radius * field.radius ? 1 : 0;
    }
  }
  return mask;
}

Borders find_borders(const Image& picture) {
  if (picture.is_empty()) return {};
  const Image luma = quality::luma_of(picture);
  return quality::borders_of(luma, quality::black_level(luma));
}

Box content_region(const Image& picture) {
  if (picture.is_empty()) return {};
  const Image luma = quality::luma_of(picture);
  const int black = quality::black_level(luma);
  return quality::region_of(quality::field_of(luma, black), quality::borders_of(luma, black), picture.size());
}

}  // namespace surgsigma
