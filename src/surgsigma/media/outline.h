// Borders of masks as polygons that run along the edges between pixels, so that area and box of a polygon are exactly
// those of its pixels.
#pragma once

#include <vector>

#include "surgsigma/media/image.h"
#include "surgsigma/media/mask.h"

namespace surgsigma {

/// Corner of a pixel: (0, 0) is the picture's top left corner, (width, height) its bottom right one.
struct Corner {
  double x = 0;
  double y = 0;
  bool operator==(const Corner&) const = default;
};
using Polygon = std::vector<Corner>;  ///< Closed without repeating the first corner.

/// One connected part (pixels that touch with a side; where two meet at a corner only, they are two parts). The outer
/// ring runs clockwise on the screen, holes the other way.
struct Outline {
  Polygon outer;
  std::vector<Polygon> holes;
  bool operator==(const Outline&) const = default;
};

/// Parts by their first pixel row by row. `picture` has one channel; not 0 is inside.
std::vector<Outline> outlines_of(const Image& picture);
std::vector<Outline> outlines_of(const Mask& mask);

/// Positive for clockwise rings on the screen.
double signed_area(const Polygon& ring);
/// Area of the outer ring without its holes.
double area(const Outline& outline);
Box bounding_box(const Polygon& ring);

/// Fewer corners: none that is left out lay further than `tolerance_px` from the new border (Douglas-Peucker, started
/// at the two corners that are farthest apart). A ring that would lose its area comes back as it is.
Polygon simplified(const Polygon& ring, double tolerance_px);

/// The pixels whose centres lie inside (even-odd over all rings): the inverse of outlines_of().
Image filled(const std::vector<Outline>& outlines, ImageSize size);

/// x1, y1, x2, y2, ... as COCO writes polygons.
std::vector<double> flat(const Polygon& ring);

}  // namespace surgsigma
