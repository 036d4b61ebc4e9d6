// Pictures in memory: what every decoder gives, every measure reads and every writer takes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "surgsigma/schema/geometry.h"

namespace surgsigma {

/// Rows from top to bottom, channels interleaved, no padding. One channel: grey, class ids or a mask; three: sRGB in the
/// order red, green, blue.
template <class T>
struct Raster {
  int width = 0;
  int height = 0;
  int channels = 1;
  std::vector<T> values;  ///< width * height * channels

  Raster() = default;
  Raster(int wide, int high, int many, T fill = T())
      : width(wide),
        height(high),
        channels(many),
        values(static_cast<std::size_t>(wide) * static_cast<std::size_t>(high) * static_cast<std::size_t>(many), fill) {}

  ImageSize size() const { return {width, height}; }
  bool is_empty() const { return values.empty(); }
  std::size_t pixels() const { return static_cast<std::size_t>(width) * static_cast<std::size_t>(height); }
  std::size_t row_values() const { return static_cast<std::size_t>(width) * static_cast<std::size_t>(channels); }
  T* row(int y) { return values.data() + static_cast<std::size_t>(y) * row_values(); }
  const T* row(int y) const { return values.data() + static_cast<std::size_t>(y) * row_values(); }
  /// The first channel of a pixel.
  T* at(int x, int y) { return row(y) + static_cast<std::size_t>(x) * static_cast<std::size_t>(channels); }
  const T* at(int x, int y) const { return row(y) + static_cast<std::size_t>(x) * static_cast<std::size_t>(channels); }
  bool operator==(const Raster&) const = default;
};

using Image = Raster<std::uint8_t>;         ///< 0-255
using DepthPicture = Raster<std::uint16_t>;  ///< 16 bits as a file holds them; the meaning is the card's
using FloatImage = Raster<float>;

}  // namespace surgsigma
