// The rows that add_smoke works on: linear light and its two blurs kept for as many rows as the blurs reach, the
// blending of one channel, and the one encoding at the end. Loops without branches over plain floats, so that the
// compiler takes four or eight samples at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "surgsigma/synth/smoke.h"

namespace surgsigma {

/// One channel of a row in linear light: as it is, and blurred once (B) and twice (B * B2).
struct ScatterPlanes {
  const float* sharp = nullptr;
  const float* near = nullptr;
  const float* wide = nullptr;
};

/// B is 1 4 6 4 1 in both directions with `step` pixels between the taps, B2 the same with twice the step; beyond its
/// edges the picture repeats its last pixel. Step 0: no blur, all three are the sharp row.
class ScatterRows {
 public:
  ScatterRows(const Image& clean, int step);
  /// Makes what row y needs; rows must be asked for in rising order.
  void advance(int y);
  ScatterPlanes planes(int y, int channel) const;

 private:
  /// Rows by number modulo the number of rows that are kept; three padded planes each.
  struct Ring {
    std::vector<float> values;
    int rows = 0;
    int made = 0;  ///< Rows [made - rows, made) are there.
  };
  float* row(Ring& ring, int y) const;
  const float* row(const Ring& ring, int y) const;
  void blur_row(const Ring& from, int y, int step, float* out);
  void make_sharp(int y);
  void pad(float* planes) const;

  const Image& clean_;
  int step_ = 0;
  int pad_ = 0;
  std::size_t plane_ = 0;  ///< Padded width.
  Ring sharp_;
  Ring near_;
  std::vector<float> wide_;
  std::vector<float> column_;  ///< A row after the vertical half of a blur.
};

/// t of a row, and how much of the two blurs goes with it (0-1 each).
void set_fade(const float* thickness, float strength, std::size_t width, float* fade, float* to_near, float* to_wide);
/// Both forms of t; the sum of 1 - t in units of 1 / kVeilUnits. Whole numbers, so that no order of adding matters.
std::int64_t keep_fade(const float* fade, std::size_t width, float* kept, std::uint8_t* bytes);
inline constexpr float kVeilUnits = 16384;
inline constexpr int kWidestSmoke = 65536;  ///< A row's sum stays within 32 bits.

struct ChannelRow {
  const float* thickness = nullptr;
  const float* to_near = nullptr;  ///< 0 sharp, 1 blurred once.
  const float* to_wide = nullptr;  ///< 1 blurred twice.
  const float* air = nullptr;
  ScatterPlanes planes;
  float extinction = 1;
  float tint = 1;
  float read_variance = 0;
  float shot_variance = 0;
  std::uint32_t grain_key = 0;
  std::uint32_t first_sample = 0;  ///< Samples count on by 3.
};
void blend_channel(const ChannelRow& row, std::size_t width, float* out);

/// The air light of a row without its tint.
void set_air_row(const SmokeParameters& parameters, ImageSize size, int y, float* row);
void set_distance_prior(int y, ImageSize size, float* row);

/// sRGB bytes to linear light.
const std::array<float, 256>& linear_light();
/// Three planes of linear light to interleaved sRGB bytes, through a table of 16384 entries (0.2 grey levels at the
/// darkest). `entries`: room for 3 * width.
void encode_row(const float* planes, int width, std::int32_t* entries, std::uint8_t* out);

}  // namespace surgsigma
