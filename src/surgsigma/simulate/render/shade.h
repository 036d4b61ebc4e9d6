// Light on surfaces: a band becomes linear colour, then smoke lies over it, then it is coded as sRGB.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "surgsigma/media/image.h"
#include "surgsigma/simulate/render/band.h"
#include "surgsigma/simulate/render/look.h"
#include "surgsigma/simulate/render/render.h"

namespace surgsigma::drawing {

/// Three floats a pixel, linear light, for the rows of the band from `first_row` on.
void shade(const Band& band, int first_row, const VideoLook& look, const Lens& lens, std::vector<float>& linear);

/// Optical depth per pixel becomes transmission; colours are veiled in place. Nothing outside [begin, end).
struct SmokeRow {
  const float* depth = nullptr;
  const float* plume = nullptr;
  float haze = 0;
  float plume_depth = 0;
  int y = 0;
  int begin = 0;
  int end = 0;
};
/// Returns the sum of 1 - t.
double veil(const SmokeRow& row, const SmokeState& smoke, ImageSize size, float* linear, float* transmission);

/// sRGB value of linear light, clipped to [0, 1].
std::uint8_t srgb_from_linear(float value);
float linear_from_srgb(std::uint8_t value);
void encode_row(const float* linear, int begin, int end, std::uint8_t* out);

}  // namespace surgsigma::drawing
