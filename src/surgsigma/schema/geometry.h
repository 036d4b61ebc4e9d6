// Boxes in float pixels of the native frame: x to the right, y down, x2 and y2 exclusive.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace surgsigma {

struct Box {
  double x1 = 0;
  double y1 = 0;
  double x2 = 0;
  double y2 = 0;

  constexpr double width() const { return x2 - x1; }
  constexpr double height() const { return y2 - y1; }
  constexpr double area() const { return width() > 0 && height() > 0 ? width() * height() : 0; }
  bool operator==(const Box&) const = default;
};

struct ImageSize {
  int width = 0;
  int height = 0;
  bool operator==(const ImageSize&) const = default;
};

/// The part of `box` inside the image; nothing when they do not meet.
std::optional<Box> clamped(const Box& box, ImageSize size);
/// Intersection over union, 0 when both are empty.
double iou(const Box& a, const Box& b);

/// Nine words, row by row: "top-left", "top-center", ... "bottom-right".
inline constexpr std::array<std::string_view, 9> kGridWords = {"top-left",    "top-center",    "top-right",
                                                               "middle-left", "middle-center", "middle-right",
                                                               "bottom-left", "bottom-center", "bottom-right"};
/// The cell that holds the centre of the box (0..8, index into kGridWords).
int grid_cell(const Box& box, ImageSize size);
/// Every cell that the box occupies: it holds the centre, or at least a tenth of the box's area. Ascending.
std::vector<int> grid_cells(const Box& box, ImageSize size);

/// "left", "right" or "centre" third of the picture, by the box's centre.
std::string_view side_word(const Box& box, ImageSize size);

}  // namespace surgsigma
