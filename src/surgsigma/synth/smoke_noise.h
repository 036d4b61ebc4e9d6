// The randomness inside one smoky picture: gradient noise in three dimensions and the sensor's grain, both pure
// functions of integer coordinates through one 32-bit mix, so that another program can compute the same
// (bench/peers/smoke.py does).
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <span>

namespace surgsigma {

/// Full avalanche over 32 bits (lowbias32 of Chris Wellons' search).
constexpr std::uint32_t mixed_bits(std::uint32_t h) {
  h ^= h >> 16;
  h *= 0x7FEB352DU;
  h ^= h >> 15;
  h *= 0x846CA68BU;
  h ^= h >> 16;
  return h;
}

/// e^x for -1e9 < x <= 0 within 2e-7 relative, 0 below -88. Own code, so that every machine's library gives the same;
/// the limit is set on the integer, where the compiler sees no branch and takes several numbers at a time.
inline float fading_exp(float x) {
  const auto whole = static_cast<std::int32_t>(x * 1.44269504F - 0.5F);
  const auto n = static_cast<float>(whole);
  const float r = (x - n * 0.693359375F) + n * 2.12194440e-4F;
  float p = 1.9875691500e-4F;
  p = p * r + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  p = p * (r * r) + r + 1.0F;
  return p * std::bit_cast<float>(std::max(whole + 127, 0) << 23);
}

/// max(x, 0), exactly, without a branch.
inline float positive_part(float x) { return 0.5F * (x + std::fabs(x)); }

/// One octave of a noise field at one moment. A point (x, y) of the picture is (x, y) * frequency + origin there.
/// Splitting the origin into a whole and a fractional part keeps the field exact after hours of drift.
class NoiseLayer {
 public:
  /// `seed` tells fields apart. All of the origin in features.
  NoiseLayer(std::uint32_t seed, double origin_x, double origin_y, double origin_z);
  /// out[i] += gain * noise(x[i] * frequency + origin): smooth, mean 0, within about +-1, standard deviation about 0.2.
  void add(std::span<const float> x, std::span<const float> y, float frequency, float gain, std::span<float> out) const;

 private:
  std::uint32_t key_near_ = 0;  ///< Lattice key of the layer below z, all that does not depend on x and y.
  std::uint32_t key_far_ = 0;
  float x_ = 0;
  float y_ = 0;
  float z_ = 0;  ///< Fractions.
};

/// Grain of one sample: mean 0, variance 1, the sum of four bytes of its mixed number.
inline float grain(std::uint32_t key, std::uint32_t sample) {
  const std::uint32_t h = mixed_bits(sample * 0x9E3779B1U + key);
  const std::uint32_t pairs = (h & 0x00FF00FFU) + (h >> 8 & 0x00FF00FFU);
  const auto sum = static_cast<std::int32_t>((pairs & 0xFFFFU) + (pairs >> 16));
  return static_cast<float>(sum - 510) * (1.0F / 147.7998F);
}

}  // namespace surgsigma
