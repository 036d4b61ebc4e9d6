// One of the pictures that are stacked in a file.
#pragma once

#include <algorithm>

#include "surgsigma/media/image.h"
#include "surgsigma/schema/pixel_layout.h"

namespace surgsigma {

/// kWhole is a copy. Empty where the half has no pixel.
template <class T>
Raster<T> half_of(const Raster<T>& picture, PictureHalf half) {
  if (half == PictureHalf::kWhole) return picture;
  const bool is_row = half == PictureHalf::kTop || half == PictureHalf::kBottom;
  const int wide = is_row ? picture.width : picture.width / 2;
  const int high = is_row ? picture.height / 2 : picture.height;
  const int left = half == PictureHalf::kRight ? picture.width - wide : 0;
  const int top = half == PictureHalf::kBottom ? picture.height - high : 0;
  Raster<T> out(wide, high, picture.channels);
  if (out.is_empty()) return out;
  for (int y = 0; y < high; ++y) std::copy_n(picture.at(left, top + y), out.row_values(), out.row(y));
  return out;
}

}  // namespace surgsigma
