#include "surgsigma/media/mask.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "surgsigma/base/text.h"

namespace surgsigma {
namespace {

/// Pixels as COCO counts them: column by column.
template <class T, class IsOn>
Mask encoded(const Raster<T>& picture, IsOn is_on) {
  Mask mask{picture.size(), {}};
  if (picture.values.empty()) return {picture.size(), {0}};  // one side may still be above 0
  bool on = false;
  std::uint32_t length = 0;
  for (int x = 0; x < picture.width; ++x) {
    const T* value = picture.values.data() + static_cast<std::size_t>(x) * static_cast<std::size_t>(picture.channels);
    for (int y = 0; y < picture.height; ++y, value += picture.row_values()) {
      if (is_on(*value) != on) {
        mask.runs.push_back(length);
        length = 0;
        on = !on;
      }
      ++length;
    }
  }
  mask.runs.push_back(length);
  return mask;
}

Error bad_mask(std::string_view name, std::string what) {
  return {ErrorKind::kData, "COCO run lengths: " + what, std::string(name), ""};
}

/// Pixels of the size, or nothing if a run could not hold them.
std::optional<std::uint64_t> pixels_of(ImageSize size) {
  if (size.width < 0 || size.height < 0) return {};
  const std::uint64_t pixels = static_cast<std::uint64_t>(size.width) * static_cast<std::uint64_t>(size.height);
  if (pixels > std::numeric_limits<std::uint32_t>::max()) return {};
  return pixels;
}

std::string words(ImageSize size) { return std::to_string(size.width) + "x" + std::to_string(size.height); }

/// Runs of 0 inside a list join their neighbours, so that equal masks are equal values. `runs` sums to the size.
std::vector<std::uint32_t> joined(const std::vector<std::uint32_t>& runs) {
  std::vector<std::uint32_t> out;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (runs[i] == 0 && i > 0) continue;
    const bool is_on = i % 2 == 1;
    const bool continues = !out.empty() && (out.size() % 2 == 0) == is_on;
    if (continues) {
      out.back() += runs[i];
    } else {
      out.push_back(runs[i]);
    }
  }
  return out;
}

Result<Mask> checked(const std::vector<std::uint32_t>& runs, std::uint64_t sum, std::uint64_t pixels, ImageSize size,
                     std::string_view name) {
  if (sum != pixels) {
    return bad_mask(
        name, "they hold " + std::to_string(sum) + " pixels where " + words(size) + " has " + std::to_string(pixels));
  }
  Mask mask{size, joined(runs)};
  if (mask.runs.empty()) mask.runs.push_back(0);
  return mask;
}

/// Calls `take(begin, end)` for each run that is on, in pixels counted down the columns.
template <class Take>
void each_run(const Mask& mask, Take take) {
  std::uint64_t at = 0;
  for (std::size_t i = 0; i < mask.runs.size(); ++i) {
    if (i % 2 == 1) take(at, at + mask.runs[i]);
    at += mask.runs[i];
  }
}

std::int64_t shared_area(const Mask& a, const Mask& b) {
  std::size_t i = 0, j = 0;
  std::uint64_t left_a = a.runs.empty() ? 0 : a.runs[0], left_b = b.runs.empty() ? 0 : b.runs[0];
  std::uint64_t shared = 0;
  while (i < a.runs.size() && j < b.runs.size()) {
    const std::uint64_t step = std::min(left_a, left_b);
    if (i % 2 == 1 && j % 2 == 1) shared += step;
    left_a -= step;
    left_b -= step;
    if (left_a == 0 && ++i < a.runs.size()) left_a = a.runs[i];
    if (left_b == 0 && ++j < b.runs.size()) left_b = b.runs[j];
  }
  return static_cast<std::int64_t>(shared);
}

bool combined(bool a, bool b, MaskMerge how) {
  if (how == MaskMerge::kUnion) return a || b;
  if (how == MaskMerge::kIntersection) return a && b;
  return a && !b;
}

Mask merged_runs(const Mask& a, const Mask& b, MaskMerge how) {
  std::vector<std::uint32_t> runs;
  std::size_t i = 0, j = 0;
  std::uint32_t left_a = a.runs.empty() ? 0 : a.runs[0], left_b = b.runs.empty() ? 0 : b.runs[0];
  std::uint32_t length = 0;
  bool on = false;
  while (i < a.runs.size() && j < b.runs.size()) {
    const std::uint32_t step = std::min(left_a, left_b);
    if (step > 0 && combined(i % 2 == 1, j % 2 == 1, how) != on) {
      runs.push_back(length);
      length = 0;
      on = !on;
    }
    length += step;
    left_a -= step;
    left_b -= step;
    if (left_a == 0 && ++i < a.runs.size()) left_a = a.runs[i];
    if (left_b == 0 && ++j < b.runs.size()) left_b = b.runs[j];
  }
  runs.push_back(length);
  return {a.size, std::move(runs)};
}

Error bad_polygon(std::string_view name, std::string what) {
  return {ErrorKind::kData, "polygon: " + what, std::string(name), ""};
}

std::optional<Error> polygon_fault(const std::vector<double>& polygon, ImageSize size, std::string_view name) {
  if (polygon.size() % 2 != 0) return bad_polygon(name, "an odd number of coordinates");
  if (polygon.size() < 6) return bad_polygon(name, "less than three corners");
  for (std::size_t i = 0; i < polygon.size(); ++i) {
    const double side = i % 2 == 0 ? size.width : size.height;
    if (!(polygon[i] >= -side && polygon[i] <= 2 * side)) {
      return bad_polygon(name, "coordinate " + std::to_string(i) + " is far outside a picture of " + words(size));
    }
  }
  return {};
}

struct GridPoint {
  int x = 0;
  int y = 0;
};

constexpr double kFifths = 5;                    ///< COCO's grid is a fifth of a pixel.
constexpr std::int64_t kMostSteps = 50'000'000;  ///< A border longer than this is no drawing.

GridPoint grid_point(double x, double y) {
  return {static_cast<int>(kFifths * x + .5), static_cast<int>(kFifths * y + .5)};
}

/// Calls `take` for the points along one edge, one for each step along its longer side.
template <class Take>
void walk_edge(GridPoint from, GridPoint to, Take take) {
  const int dx = std::abs(to.x - from.x), dy = std::abs(to.y - from.y);
  const bool is_flipped = (dx >= dy && from.x > to.x) || (dx < dy && from.y > to.y);
  if (is_flipped) std::swap(from, to);
  const int steps = std::max(dx, dy);
  const double rise = dx >= dy ? to.y - from.y : to.x - from.x;
  const double slope = steps == 0 ? 0 : rise / steps;
  for (int step = 0; step <= steps; ++step) {
    const int t = is_flipped ? steps - step : step;
    if (dx >= dy) {
      take(GridPoint{t + from.x, static_cast<int>(from.y + slope * t + .5)});
    } else {
      take(GridPoint{static_cast<int>(from.x + slope * t + .5), t + from.y});
    }
  }
}

/// Where a step of the border crosses the centre line of a pixel column, counted down the columns. The rounding is that
/// of the COCO API.
std::optional<std::uint32_t> crossing(GridPoint before, GridPoint after, ImageSize size) {
  if (after.x == before.x) return {};
  const double x = ((after.x < before.x ? after.x : after.x - 1) + .5) / kFifths - .5;
  if (std::floor(x) != x || x < 0 || x > size.width - 1) return {};
  const double y = (std::min(after.y, before.y) + .5) / kFifths - .5;
  const double row = std::ceil(std::clamp(y, 0.0, static_cast<double>(size.height)));
  return static_cast<std::uint32_t>(x) * static_cast<std::uint32_t>(size.height) + static_cast<std::uint32_t>(row);
}

/// Adds the polygon's edges to `steps`; false if the border is too long to be meant.
bool is_short_border(const std::vector<double>& polygon, std::int64_t& steps) {
  for (std::size_t i = 0; i < polygon.size(); i += 2) {
    const std::size_t next = (i + 2) % polygon.size();
    steps += static_cast<std::int64_t>(
        kFifths * std::max(std::abs(polygon[next] - polygon[i]), std::abs(polygon[next + 1] - polygon[i + 1])));
  }
  return steps <= kMostSteps;
}

Mask filled_polygon(const std::vector<double>& polygon, ImageSize size) {
  std::vector<std::uint32_t> at;
  std::optional<GridPoint> before;
  const auto take = [&](GridPoint point) {
    if (before) {
      if (const auto found = crossing(*before, point, size)) at.push_back(*found);
    }
    before = point;
  };
  for (std::size_t i = 0; i < polygon.size(); i += 2) {
    const std::size_t next = (i + 2) % polygon.size();
    walk_edge(grid_point(polygon[i], polygon[i + 1]), grid_point(polygon[next], polygon[next + 1]), take);
  }
  at.push_back(static_cast<std::uint32_t>(*pixels_of(size)));
  std::sort(at.begin(), at.end());
  std::vector<std::uint32_t> runs;
  std::uint32_t last = 0;
  for (const std::uint32_t border : at) {
    runs.push_back(border - last);
    last = border;
  }
  return {size, joined(runs)};
}

}  // namespace

Mask mask_from_image(const Image& picture) {
  return encoded(picture, [](std::uint8_t value) { return value != 0; });
}

Mask mask_of_value(const Image& ids, int wanted) {
  return encoded(ids, [wanted](int value) { return value == wanted; });
}

Mask mask_of_value(const DepthPicture& ids, int wanted) {
  return encoded(ids, [wanted](int value) { return value == wanted; });
}

Image image_from_mask(const Mask& mask, std::uint8_t on) {
  Image picture(mask.size.width, mask.size.height, 1);
  const auto high = static_cast<std::uint64_t>(mask.size.height);
  each_run(mask, [&](std::uint64_t begin, std::uint64_t end) {
    for (std::uint64_t at = begin; at < end; ++at) {
      picture.values[static_cast<std::size_t>(at % high) * picture.row_values() + static_cast<std::size_t>(at / high)] =
          on;
    }
  });
  return picture;
}

Result<Mask> mask_from_counts(std::string_view counts, ImageSize size, std::string_view name) {
  const auto pixels = pixels_of(size);
  if (!pixels) return bad_mask(name, "a picture of " + words(size) + " pixels");
  std::vector<std::uint32_t> runs;
  std::uint64_t sum = 0;
  std::size_t at = 0;
  while (at < counts.size()) {
    std::int64_t value = 0;
    int shift = 0;
    for (bool has_more = true; has_more; shift += 5) {
      if (at == counts.size()) return bad_mask(name, "they end inside a number");
      if (shift > 35) return bad_mask(name, "a number is too long at letter " + std::to_string(at));
      const int letter = static_cast<unsigned char>(counts[at]) - 48;
      if (letter < 0 || letter > 63) {
        return bad_mask(name,
                        quoted(counts.substr(at, 1)) + " at letter " + std::to_string(at) + " is not in the alphabet");
      }
      ++at;
      value |= static_cast<std::int64_t>(letter & 0x1F) << shift;
      has_more = (letter & 0x20) != 0;
      if (!has_more && (letter & 0x10) != 0) value -= std::int64_t{1} << (shift + 5);
    }
    if (runs.size() > 2) value += runs[runs.size() - 2];
    if (value < 0 || sum + static_cast<std::uint64_t>(value) > *pixels) {
      return bad_mask(name, "run " + std::to_string(runs.size()) + " is " + std::to_string(value) + " pixels, after " +
                                std::to_string(sum) + " of " + std::to_string(*pixels));
    }
    sum += static_cast<std::uint64_t>(value);
    runs.push_back(static_cast<std::uint32_t>(value));
  }
  return checked(runs, sum, *pixels, size, name);
}

Result<Mask> mask_from_runs(std::span<const std::int64_t> runs, ImageSize size, std::string_view name) {
  const auto pixels = pixels_of(size);
  if (!pixels) return bad_mask(name, "a picture of " + words(size) + " pixels");
  std::vector<std::uint32_t> taken;
  std::uint64_t sum = 0;
  for (const std::int64_t run : runs) {
    if (run < 0 || static_cast<std::uint64_t>(run) > *pixels - sum) {
      return bad_mask(name, "run " + std::to_string(taken.size()) + " is " + std::to_string(run) + " pixels, after " +
                                std::to_string(sum) + " of " + std::to_string(*pixels));
    }
    sum += static_cast<std::uint64_t>(run);
    taken.push_back(static_cast<std::uint32_t>(run));
  }
  return checked(taken, sum, *pixels, size, name);
}

std::string counts_text(const Mask& mask) {
  std::string text;
  for (std::size_t i = 0; i < mask.runs.size(); ++i) {
    std::int64_t value = mask.runs[i];
    if (i > 2) value -= mask.runs[i - 2];
    for (bool has_more = true; has_more;) {
      auto letter = static_cast<int>(value & 0x1F);
      value >>= 5;
      has_more = (letter & 0x10) != 0 ? value != -1 : value != 0;
      if (has_more) letter |= 0x20;
      text.push_back(static_cast<char>(letter + 48));
    }
  }
  return text;
}

Result<Mask> mask_from_polygons(std::span<const std::vector<double>> polygons, ImageSize size, std::string_view name) {
  const auto pixels = pixels_of(size);
  if (!pixels || size.width > 100'000 || size.height > 100'000) {
    return bad_polygon(name, "a picture of " + words(size) + " pixels");
  }
  Mask all{size, {static_cast<std::uint32_t>(*pixels)}};
  std::int64_t steps = 0;
  for (const std::vector<double>& polygon : polygons) {
    if (auto fault = polygon_fault(polygon, size, name)) return *fault;
    if (!is_short_border(polygon, steps)) return bad_polygon(name, "its border is longer than any drawing");
    all = merged_runs(all, filled_polygon(polygon, size), MaskMerge::kUnion);
  }
  return all;
}

std::int64_t area(const Mask& mask) {
  std::int64_t sum = 0;
  for (std::size_t i = 1; i < mask.runs.size(); i += 2) sum += mask.runs[i];
  return sum;
}

Box bounding_box(const Mask& mask) {
  const auto high = static_cast<std::uint64_t>(mask.size.height);
  std::uint64_t left = static_cast<std::uint64_t>(mask.size.width), right = 0, top = high, bottom = 0;
  each_run(mask, [&](std::uint64_t begin, std::uint64_t end) {
    if (begin == end) return;
    const std::uint64_t last = end - 1;
    left = std::min(left, begin / high);
    right = std::max(right, last / high + 1);
    const bool spans_columns = begin / high != last / high;
    top = spans_columns ? 0 : std::min(top, begin % high);
    bottom = spans_columns ? high : std::max(bottom, last % high + 1);
  });
  if (right == 0) return {};
  return {static_cast<double>(left), static_cast<double>(top), static_cast<double>(right), static_cast<double>(bottom)};
}

Result<Mask> merged(const Mask& a, const Mask& b, MaskMerge how) {
  if (a.size != b.size) {
    return Error{ErrorKind::kUsage, "masks of " + words(a.size) + " and " + words(b.size) + " pixels cannot be merged",
                 "", ""};
  }
  return merged_runs(a, b, how);
}

Result<double> mask_iou(const Mask& a, const Mask& b, bool b_is_crowd) {
  if (a.size != b.size) {
    return Error{ErrorKind::kUsage,
                 "masks of " + words(a.size) + " and " + words(b.size) + " pixels cannot be compared", "", ""};
  }
  const std::int64_t shared = shared_area(a, b);
  const std::int64_t whole = b_is_crowd ? area(a) : area(a) + area(b) - shared;
  return whole == 0 ? 0.0 : static_cast<double>(shared) / static_cast<double>(whole);
}

}  // namespace surgsigma
