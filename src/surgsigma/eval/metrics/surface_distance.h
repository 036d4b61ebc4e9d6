// How far the edges of two masks lie from each other: the ground of normalised surface distance and Hausdorff distance.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "surgsigma/schema/geometry.h"

namespace surgsigma {

/// Class ids, row by row.
struct LabelPlane {
  ImageSize size;
  std::span<const std::uint8_t> labels;  ///< width * height
};

/// Pixels [x1, x2) x [y1, y2).
struct PixelBox {
  int x1 = 0, y1 = 0, x2 = 0, y2 = 0;
  bool is_empty() const { return x1 >= x2 || y1 >= y2; }
};

/// Longest side of a plane: squared distances then fit into 32 bits.
inline constexpr int kLongestSide = 32768;

/// Squared distances in pixels, in no order. A pixel of the mask is an edge if one of its four neighbours is outside
/// the mask or the picture. Each list holds one value per edge pixel of its mask: the distance to the nearest edge
/// pixel of the other, exact. Where the other mask is empty there is nothing to be near: the list then holds kNowhere.
struct SurfaceDistances {
  static constexpr std::uint32_t kNowhere = 0xffffffffu;
  std::vector<std::uint32_t> from_truth, from_answer;
};

/// Of the pixels with label `value` in two planes of one size; `around` holds all of them. Time: its area, whatever the
/// masks. Distances: two passes, columns then lower envelopes of parabolas along rows (Meijster et al., A general
/// algorithm for computing distance transforms in linear time, 2000).
SurfaceDistances surface_distances(const LabelPlane& truth, const LabelPlane& answer, std::uint8_t value,
                                   PixelBox around);

}  // namespace surgsigma
