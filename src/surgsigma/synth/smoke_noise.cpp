#include "surgsigma/synth/smoke_noise.h"

#include <cmath>
#include <cstddef>

#include "surgsigma/synth/wide.h"

namespace surgsigma {
namespace {

constexpr std::uint32_t kStepX = 0x9E3779B1U;
constexpr std::uint32_t kStepY = 0x85EBCA77U;
constexpr std::uint32_t kStepZ = 0xC2B2AE3DU;

/// 2^-32 wraps: the lattice repeats after four thousand million features only.
std::uint32_t wrapped(double whole) {
  const double turn = 4294967296.0;
  return static_cast<std::uint32_t>(whole - std::floor(whole / turn) * turn);
}

constexpr float faded(float t) { return t * t * t * (t * (t * 6.0F - 15.0F) + 10.0F); }

/// The slope at a lattice point, ten bits a direction, times the way from it.
inline float slope(std::uint32_t lattice, float dx, float dy, float dz) {
  const std::uint32_t h = mixed_bits(lattice);
  const float gx = static_cast<float>(static_cast<std::int32_t>(h & 1023U)) - 511.5F;
  const float gy = static_cast<float>(static_cast<std::int32_t>(h >> 10 & 1023U)) - 511.5F;
  const float gz = static_cast<float>(static_cast<std::int32_t>(h >> 20 & 1023U)) - 511.5F;
  return gx * dx + gy * dy + gz * dz;
}

inline std::int32_t floored(float value) {
  const auto cut = static_cast<std::int32_t>(value);
  return cut - static_cast<std::int32_t>(value < static_cast<float>(cut));
}

}  // namespace

NoiseLayer::NoiseLayer(std::uint32_t seed, double origin_x, double origin_y, double origin_z) {
  const double whole_x = std::floor(origin_x);
  const double whole_y = std::floor(origin_y);
  const double whole_z = std::floor(origin_z);
  x_ = static_cast<float>(origin_x - whole_x);
  y_ = static_cast<float>(origin_y - whole_y);
  z_ = static_cast<float>(origin_z - whole_z);
  key_near_ = seed + wrapped(whole_x) * kStepX + wrapped(whole_y) * kStepY + wrapped(whole_z) * kStepZ;
  key_far_ = key_near_ + kStepZ;
}

SURGSIGMA_WIDE
void NoiseLayer::add(std::span<const float> x, std::span<const float> y, float frequency, float gain,
                     std::span<float> out) const {
  const float amplitude = gain * (1.0F / 511.5F);
  const float near = z_;
  const float far = z_ - 1.0F;
  const float fade_z = faded(z_);
  const float* const xs = x.data();
  const float* const ys = y.data();
  float* const sums = out.data();
  const std::size_t count = out.size();
  for (std::size_t i = 0; i < count; ++i) {
    const float px = xs[i] * frequency + x_;
    const float py = ys[i] * frequency + y_;
    const std::int32_t ix = floored(px);
    const std::int32_t iy = floored(py);
    const float dx = px - static_cast<float>(ix);
    const float dy = py - static_cast<float>(iy);
    const float u = faded(dx);
    const float v = faded(dy);
    const std::uint32_t corner = static_cast<std::uint32_t>(ix) * kStepX + static_cast<std::uint32_t>(iy) * kStepY;
    const auto plane = [&](std::uint32_t base, float dz) {
      const float a = slope(base, dx, dy, dz);
      const float b = slope(base + kStepX, dx - 1.0F, dy, dz);
      const float c = slope(base + kStepY, dx, dy - 1.0F, dz);
      const float d = slope(base + kStepX + kStepY, dx - 1.0F, dy - 1.0F, dz);
      const float top = a + (b - a) * u;
      const float low = c + (d - c) * u;
      return top + (low - top) * v;
    };
    const float first = plane(corner + key_near_, near);
    const float second = plane(corner + key_far_, far);
    sums[i] += amplitude * (first + (second - first) * fade_z);
  }
}

}  // namespace surgsigma
