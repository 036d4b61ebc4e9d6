// Noise: tables that repeat seamlessly, made once per process, and smooth noise in space and time for coarse grids.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace surgsigma::drawing {

/// Smooth noise in [-1, 1] with period 1 in each lattice cell; the same on every machine.
float value_noise(float x, float y, float z, std::uint32_t seed);
/// Sum of `octaves` of value_noise, each twice as fine and half as strong, in about [-1, 1].
float fractal_noise(float x, float y, float z, int octaves, std::uint32_t seed);

/// e^-x for x >= 0, within 1e-5 of it; made of multiplications only, so that compilers vectorise it.
inline float exp_minus(float x) {
  const float share = std::min(x, 20.0F) * (1.0F / 32.0F);
  // Taylor of e^-share, share < 0.63, to the power of 32.
  float e = 1.0F - share * (1.0F - share * (0.5F - share * (1.0F / 6 - share * (1.0F / 24 - share * (1.0F / 120)))));
  e *= e;
  e *= e;
  e *= e;
  e *= e;
  return e * e;
}

inline float smooth_step(float low, float high, float x) {
  const float t = std::clamp((x - low) / (high - low), 0.0F, 1.0F);
  return t * t * (3 - 2 * t);
}

/// What the table of the tissue holds at one place.
struct Grain {
  float cloud;   ///< fractal noise, [-1, 1]
  float vessel;  ///< 1 in the middle of a branching line, 0 away from it
  float lobule;  ///< 1 in the middle of a cell, 0 on its edge
  float fine;    ///< noise of one texel's size, [-1, 1]
};

/// A square of grains that repeats every kSide texels.
class GrainTable {
 public:
  static constexpr int kSide = 512;
  static const GrainTable& shared();

  /// Between the four nearest grains; any coordinates, in texels.
  Grain at(float u, float v) const {
    const float bu = u + kOffset, bv = v + kOffset;
    const auto iu = static_cast<std::int32_t>(bu), iv = static_cast<std::int32_t>(bv);
    const float fu = bu - static_cast<float>(iu), fv = bv - static_cast<float>(iv);
    const std::size_t x0 = static_cast<std::size_t>(iu & kMask), x1 = static_cast<std::size_t>((iu + 1) & kMask);
    const std::size_t y0 = static_cast<std::size_t>(iv & kMask) * kSide;
    const std::size_t y1 = static_cast<std::size_t>((iv + 1) & kMask) * kSide;
    const float* a = grains_[y0 + x0].data();
    const float* b = grains_[y0 + x1].data();
    const float* c = grains_[y1 + x0].data();
    const float* d = grains_[y1 + x1].data();
    std::array<float, 4> mix;
    for (std::size_t i = 0; i < 4; ++i) {
      const float top = a[i] + fu * (b[i] - a[i]);
      const float bottom = c[i] + fu * (d[i] - c[i]);
      mix[i] = top + fv * (bottom - top);
    }
    return {mix[0], mix[1], mix[2], mix[3]};
  }

 private:
  static constexpr std::int32_t kMask = kSide - 1;
  static constexpr float kOffset = 65536;  ///< a multiple of the side that makes all coordinates positive
  GrainTable();
  std::vector<std::array<float, 4>> grains_;
};

}  // namespace surgsigma::drawing
