#include "surgsigma/eval/metrics/surface_distance.h"

#include <algorithm>
#include <cstddef>

namespace surgsigma {
namespace {

constexpr std::int32_t kFar = 1 << 17;  // no edge in the column; more than any distance

/// A part of a plane.
struct Window {
  std::size_t wide = 0, high = 0;
  std::vector<std::uint8_t> is_edge;  // row by row
  std::vector<std::uint32_t> edges_in_row;
  std::size_t edges = 0;
};

Window edges_of(const LabelPlane& plane, std::uint8_t value, PixelBox box) {
  Window window;
  window.wide = static_cast<std::size_t>(box.x2 - box.x1);
  window.high = static_cast<std::size_t>(box.y2 - box.y1);
  // The mask with a border of pixels that are off, so that every pixel has four neighbours.
  const std::size_t stride = window.wide + 2;
  std::vector<std::uint8_t> mask(stride * (window.high + 2), 0);
  for (std::size_t y = 0; y < window.high; ++y) {
    const std::uint8_t* from = plane.labels.data() +
                               (static_cast<std::size_t>(box.y1) + y) * static_cast<std::size_t>(plane.size.width) +
                               static_cast<std::size_t>(box.x1);
    std::uint8_t* to = mask.data() + (y + 1) * stride + 1;
    for (std::size_t x = 0; x < window.wide; ++x) to[x] = from[x] == value ? 1 : 0;
  }
  window.is_edge.resize(window.wide * window.high);
  window.edges_in_row.resize(window.high);
  for (std::size_t y = 0; y < window.high; ++y) {
    const std::uint8_t* here = mask.data() + (y + 1) * stride + 1;
    const std::uint8_t *left = here - 1, *above = here - stride;
    std::uint8_t* to = window.is_edge.data() + y * window.wide;
    std::uint32_t count = 0;
    for (std::size_t x = 0; x < window.wide; ++x) {
      const auto around = static_cast<std::uint8_t>(left[x] & here[x + 1] & above[x] & here[x + stride]);
      to[x] = static_cast<std::uint8_t>(here[x] & (around ^ 1));
      count += to[x];
    }
    window.edges_in_row[y] = count;
    window.edges += count;
  }
  return window;
}

/// Distance of every pixel to the nearest edge of its column.
std::vector<std::int32_t> column_distances(const Window& edges) {
  const std::size_t wide = edges.wide;
  std::vector<std::int32_t> distance(edges.is_edge.size());
  for (std::size_t x = 0; x < wide; ++x) distance[x] = edges.is_edge[x] ? 0 : kFar;
  for (std::size_t i = wide; i < distance.size(); ++i) distance[i] = edges.is_edge[i] ? 0 : distance[i - wide] + 1;
  for (std::size_t i = distance.size() - std::min(wide, distance.size()); i-- > 0;)
    distance[i] = std::min(distance[i], distance[i + wide] + 1);
  return distance;
}

/// The lower envelope of the parabolas (x - site)^2 + height^2 of one row.
class Envelope {
 public:
  explicit Envelope(std::size_t wide) : site_(wide), from_(wide), square_(wide) {}

  void build(const std::int32_t* column, std::size_t wide) {
    parts_ = 0;
    for (std::size_t x = 0; x < wide; ++x) {
      if (column[x] >= kFar) continue;
      const auto site = static_cast<std::int64_t>(x);
      const std::int64_t square = std::int64_t{column[x]} * column[x];
      std::int64_t from = 0;
      while (parts_ > 0) {
        const std::int64_t before = site_[parts_ - 1];
        // From here on the new parabola is not above the one before (rounded up; the numerator may be negative).
        const std::int64_t numerator = site * site - before * before + square - square_[parts_ - 1];
        const std::int64_t twice = 2 * (site - before);
        from = numerator <= 0 ? 0 : (numerator + twice - 1) / twice;
        if (from > from_[parts_ - 1]) break;
        --parts_;
        from = 0;
      }
      if (from >= static_cast<std::int64_t>(wide)) continue;
      site_[parts_] = site;
      from_[parts_] = from;
      square_[parts_] = square;
      ++parts_;
    }
  }

  /// Calls of one row come with rising x; start with part = 0.
  std::uint32_t at(std::size_t x, std::size_t& part) const {
    const auto place = static_cast<std::int64_t>(x);
    while (part + 1 < parts_ && from_[part + 1] <= place) ++part;
    const std::int64_t along = place - site_[part];
    return static_cast<std::uint32_t>(along * along + square_[part]);
  }

 private:
  std::vector<std::int64_t> site_, from_, square_;
  std::size_t parts_ = 0;
};

std::vector<std::uint32_t> distances(const Window& from, const Window& to) {
  std::vector<std::uint32_t> found;
  found.reserve(from.edges);
  if (to.edges == 0) {
    found.assign(from.edges, SurfaceDistances::kNowhere);
    return found;
  }
  if (from.edges == 0) return found;
  const std::vector<std::int32_t> columns = column_distances(to);
  Envelope envelope(to.wide);
  for (std::size_t y = 0; y < from.high; ++y) {
    if (from.edges_in_row[y] == 0) continue;
    envelope.build(columns.data() + y * to.wide, to.wide);
    std::size_t part = 0;
    for (std::size_t x = 0; x < from.wide; ++x) {
      if (from.is_edge[y * from.wide + x]) found.push_back(envelope.at(x, part));
    }
  }
  return found;
}

}  // namespace

SurfaceDistances surface_distances(const LabelPlane& truth, const LabelPlane& answer, std::uint8_t value,
                                   PixelBox around) {
  if (around.is_empty()) return {};
  const Window of_truth = edges_of(truth, value, around), of_answer = edges_of(answer, value, around);
  return {distances(of_truth, of_answer), distances(of_answer, of_truth)};
}

}  // namespace surgsigma
