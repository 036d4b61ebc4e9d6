#include "surgsigma/media/outline.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

namespace surgsigma {
namespace {

/// Directions along pixel edges, clockwise on the screen.
enum Direction : std::uint8_t { kRight, kDown, kLeft, kUp };
constexpr int kStepX[] = {1, 0, -1, 0};
constexpr int kStepY[] = {0, 1, 0, -1};

/// Walks the edges between inside and outside with the inside on the right hand.
class Tracer {
 public:
  explicit Tracer(const Image& picture) : picture_(picture), parts_(picture.pixels(), -1), seen_(picture.pixels(), 0) {}

  std::vector<Outline> outlines() {
    std::vector<Outline> found;
    for (int y = 0; y < picture_.height; ++y) {
      for (int x = 0; x < picture_.width; ++x) {
        if (!is_inside(x, y) || is_inside(x, y - 1) || seen_[place(x, y)] != 0) continue;
        // An upper edge that no ring has run along. A part not met before starts with its outer ring, because nothing
        // of it lies above; everything else is a hole, entered from below.
        const bool is_new = parts_[place(x, y)] < 0;
        if (is_new) {
          mark_part(x, y, static_cast<int>(found.size()));
          found.emplace_back();
        }
        Polygon ring = trace(x, y);
        Outline& outline = found[static_cast<std::size_t>(parts_[place(x, y)])];
        if (is_new) {
          outline.outer = std::move(ring);
        } else {
          outline.holes.push_back(std::move(ring));
        }
      }
    }
    return found;
  }

 private:
  std::size_t place(int x, int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(picture_.width) + static_cast<std::size_t>(x);
  }
  bool is_inside(int x, int y) const {
    return x >= 0 && y >= 0 && x < picture_.width && y < picture_.height && picture_.values[place(x, y)] != 0;
  }

  /// Gives the number to every pixel that hangs together with this one by sides.
  void mark_part(int x, int y, int part) {
    std::vector<std::pair<int, int>> waiting = {{x, y}};
    parts_[place(x, y)] = part;
    while (!waiting.empty()) {
      const auto [at_x, at_y] = waiting.back();
      waiting.pop_back();
      for (int d = 0; d < 4; ++d) {
        const int next_x = at_x + kStepX[d], next_y = at_y + kStepY[d];
        if (!is_inside(next_x, next_y) || parts_[place(next_x, next_y)] >= 0) continue;
        parts_[place(next_x, next_y)] = part;
        waiting.emplace_back(next_x, next_y);
      }
    }
  }

  /// The ring that runs along the upper edge of this pixel, from its top left corner.
  Polygon trace(int x, int y) {
    Polygon ring;
    const int start_x = x, start_y = y;
    Direction heading = kRight;
    do {
      if (heading == kRight) seen_[place(x, y)] = 1;
      x += kStepX[heading];
      y += kStepY[heading];
      const Direction next = turn(x, y, heading);
      if (next != heading) ring.push_back({static_cast<double>(x), static_cast<double>(y)});
      heading = next;
    } while (x != start_x || y != start_y || heading != kRight);
    // The first corner is where the walk began.
    std::rotate(ring.begin(), ring.end() - 1, ring.end());
    return ring;
  }

  /// At a corner: right if the pixel ahead on the right is outside, left if both ahead are inside. Where two inside
  /// pixels meet at the corner only, the walk stays on its own.
  Direction turn(int x, int y, Direction heading) const {
    // The two pixels ahead of the corner, seen in the walking direction.
    static constexpr int kRightX[] = {0, -1, -1, 0}, kRightY[] = {0, 0, -1, -1};
    static constexpr int kLeftX[] = {0, 0, -1, -1}, kLeftY[] = {-1, 0, 0, -1};
    if (!is_inside(x + kRightX[heading], y + kRightY[heading])) return static_cast<Direction>((heading + 1) % 4);
    if (is_inside(x + kLeftX[heading], y + kLeftY[heading])) return static_cast<Direction>((heading + 3) % 4);
    return heading;
  }

  const Image& picture_;
  std::vector<int> parts_;
  std::vector<std::uint8_t> seen_;  ///< The pixel's upper edge belongs to a ring already.
};

double distance_to_line(Corner point, Corner from, Corner to) {
  const double dx = to.x - from.x, dy = to.y - from.y;
  const double length = dx * dx + dy * dy;
  double t = length == 0 ? 0 : ((point.x - from.x) * dx + (point.y - from.y) * dy) / length;
  t = std::clamp(t, 0.0, 1.0);
  return std::hypot(point.x - from.x - t * dx, point.y - from.y - t * dy);
}

double squared_distance(Corner a, Corner b) { return (a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y); }

/// Keeps the corners of an open line that matter; the ends are kept already.
void mark_kept(const Polygon& line, double tolerance, std::vector<bool>& is_kept) {
  std::vector<std::pair<std::size_t, std::size_t>> waiting = {{0, line.size() - 1}};
  while (!waiting.empty()) {
    const auto [first, last] = waiting.back();
    waiting.pop_back();
    std::size_t farthest = first;
    double distance = tolerance;
    for (std::size_t i = first + 1; i < last; ++i) {
      const double here = distance_to_line(line[i], line[first], line[last]);
      if (here > distance) {
        distance = here;
        farthest = i;
      }
    }
    if (farthest == first) continue;
    is_kept[farthest] = true;
    waiting.emplace_back(first, farthest);
    waiting.emplace_back(farthest, last);
  }
}

std::size_t farthest_from(const Polygon& ring, std::size_t from) {
  std::size_t best = from;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    if (squared_distance(ring[i], ring[from]) > squared_distance(ring[best], ring[from])) best = i;
  }
  return best;
}

/// The x of every crossing of a ring with the line through the centres of row y.
void add_crossings(const Polygon& ring, double y, std::vector<double>& crossings) {
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const Corner a = ring[i], b = ring[(i + 1) % ring.size()];
    if ((a.y <= y) == (b.y <= y)) continue;
    crossings.push_back(a.x + (y - a.y) * (b.x - a.x) / (b.y - a.y));
  }
}

}  // namespace

std::vector<Outline> outlines_of(const Image& picture) {
  if (picture.is_empty() || picture.channels != 1) return {};
  return Tracer(picture).outlines();
}

std::vector<Outline> outlines_of(const Mask& mask) { return outlines_of(image_from_mask(mask)); }

double signed_area(const Polygon& ring) {
  double twice = 0;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const Corner a = ring[i], b = ring[(i + 1) % ring.size()];
    twice += a.x * b.y - b.x * a.y;
  }
  return twice / 2;
}

double area(const Outline& outline) {
  double sum = signed_area(outline.outer);
  for (const Polygon& hole : outline.holes) sum += signed_area(hole);
  return sum;
}

Box bounding_box(const Polygon& ring) {
  if (ring.empty()) return {};
  Box box{ring[0].x, ring[0].y, ring[0].x, ring[0].y};
  for (const Corner& corner : ring) {
    box.x1 = std::min(box.x1, corner.x);
    box.y1 = std::min(box.y1, corner.y);
    box.x2 = std::max(box.x2, corner.x);
    box.y2 = std::max(box.y2, corner.y);
  }
  return box;
}

Polygon simplified(const Polygon& ring, double tolerance_px) {
  if (ring.size() < 4 || tolerance_px <= 0) return ring;
  // Twice the farthest corner is nearly the diameter, and the same for every start.
  const std::size_t first = farthest_from(ring, farthest_from(ring, 0));
  Polygon line(ring.begin() + static_cast<std::ptrdiff_t>(first), ring.end());
  line.insert(line.end(), ring.begin(), ring.begin() + static_cast<std::ptrdiff_t>(first));
  const std::size_t middle = farthest_from(line, 0);
  line.push_back(line.front());
  std::vector<bool> is_kept(line.size(), false);
  is_kept[0] = is_kept[middle] = true;
  const Polygon one(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(middle) + 1);
  const Polygon two(line.begin() + static_cast<std::ptrdiff_t>(middle), line.end());
  std::vector<bool> kept_one(one.size(), false), kept_two(two.size(), false);
  mark_kept(one, tolerance_px, kept_one);
  mark_kept(two, tolerance_px, kept_two);
  for (std::size_t i = 0; i < one.size(); ++i) is_kept[i] = is_kept[i] || kept_one[i];
  for (std::size_t i = 0; i + 1 < two.size(); ++i) is_kept[middle + i] = is_kept[middle + i] || kept_two[i];
  Polygon out;
  for (std::size_t i = 0; i + 1 < line.size(); ++i) {
    if (is_kept[i]) out.push_back(line[i]);
  }
  return out.size() < 3 || signed_area(out) * signed_area(ring) <= 0 ? ring : out;
}

Image filled(const std::vector<Outline>& outlines, ImageSize size) {
  Image picture(std::max(size.width, 0), std::max(size.height, 0), 1);
  std::vector<double> crossings;
  for (int y = 0; y < picture.height; ++y) {
    crossings.clear();
    for (const Outline& outline : outlines) {
      add_crossings(outline.outer, y + 0.5, crossings);
      for (const Polygon& hole : outline.holes) add_crossings(hole, y + 0.5, crossings);
    }
    std::sort(crossings.begin(), crossings.end());
    for (std::size_t i = 0; i + 1 < crossings.size(); i += 2) {
      const double first = std::clamp(std::ceil(crossings[i] - 0.5), 0.0, static_cast<double>(picture.width));
      const double last = std::clamp(std::ceil(crossings[i + 1] - 0.5), first, static_cast<double>(picture.width));
      std::fill(picture.row(y) + static_cast<int>(first), picture.row(y) + static_cast<int>(last), std::uint8_t{1});
    }
  }
  return picture;
}

std::vector<double> flat(const Polygon& ring) {
  std::vector<double> numbers;
  for (const Corner& corner : ring) {
    numbers.push_back(corner.x);
    numbers.push_back(corner.y);
  }
  return numbers;
}

}  // namespace surgsigma
