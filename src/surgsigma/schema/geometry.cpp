#include "surgsigma/schema/geometry.h"

#include <algorithm>
#include <cmath>

namespace surgsigma {
namespace {

constexpr int kCells = 3;               // along each side
constexpr double kOccupiedShare = 0.1;  // of the box's area
constexpr std::array<std::string_view, kCells> kSideWords = {"left", "centre", "right"};

/// Third (0..2) of [0, length) that holds `position`; outside positions go to the nearest third.
int third_of(double position, int length) {
  const double scaled = position * kCells;
  return scaled >= 2.0 * length ? 2 : scaled >= length ? 1 : 0;
}

double centre_x(const Box& box) { return (box.x1 + box.x2) / 2; }
double centre_y(const Box& box) { return (box.y1 + box.y2) / 2; }

Box intersection(const Box& a, const Box& b) {
  return {std::max(a.x1, b.x1), std::max(a.y1, b.y1), std::min(a.x2, b.x2), std::min(a.y2, b.y2)};
}

/// Three times as large: the borders between cells then lie on whole pixels and no rounding moves them.
Box tripled(const Box& box) { return {kCells * box.x1, kCells * box.y1, kCells * box.x2, kCells * box.y2}; }

}  // namespace

std::optional<Box> clamped(const Box& box, ImageSize size) {
  const Box part = intersection(box, {0, 0, static_cast<double>(size.width), static_cast<double>(size.height)});
  if (part.area() > 0) return part;
  return std::nullopt;
}

double iou(const Box& a, const Box& b) {
  const double common = intersection(a, b).area();
  const double all = a.area() + b.area() - common;
  return all > 0 ? common / all : 0;
}

int grid_cell(const Box& box, ImageSize size) {
  return third_of(centre_y(box), size.height) * kCells + third_of(centre_x(box), size.width);
}

std::vector<int> grid_cells(const Box& box, ImageSize size) {
  const Box large = tripled(box);
  const int cell_of_centre = grid_cell(box, size);
  std::vector<int> cells;
  for (int cell = 0; cell < kCells * kCells; ++cell) {
    const double left = static_cast<double>(cell % kCells) * size.width;
    const double top = static_cast<double>(cell / kCells) * size.height;
    const double share = intersection(large, {left, top, left + size.width, top + size.height}).area();
    const bool is_occupied = share > 0 && share >= kOccupiedShare * large.area();
    if (is_occupied || cell == cell_of_centre) cells.push_back(cell);
  }
  return cells;
}

std::string_view side_word(const Box& box, ImageSize size) {
  return kSideWords[static_cast<std::size_t>(third_of(centre_x(box), size.width))];
}

}  // namespace surgsigma
