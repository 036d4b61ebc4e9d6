#include "surgsigma/synth/smoke_rows.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "surgsigma/synth/smoke_noise.h"
#include "surgsigma/synth/wide.h"

namespace surgsigma {
namespace {

constexpr int kEntries = 16384;

std::array<float, 256> make_linear() {
  std::array<float, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    const double v = static_cast<double>(i) / 255;
    table[i] = static_cast<float>(v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4));
  }
  return table;
}

std::array<std::uint8_t, kEntries> make_encoded() {
  std::array<std::uint8_t, kEntries> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    const double v = static_cast<double>(i) / (kEntries - 1);
    const double encoded = v <= 0.0031308 ? 12.92 * v : 1.055 * std::pow(v, 1 / 2.4) - 0.055;
    table[i] = static_cast<std::uint8_t>(std::lround(encoded * 255));
  }
  return table;
}

/// Within 5e-6 relative; 0 of 0. The compiler may not vectorise the library's, which sets errno.
inline float fast_root(float x) {
  float y = std::bit_cast<float>(0x5F3759DF - (std::bit_cast<std::int32_t>(x) >> 1));
  const float half = 0.5F * x;
  y = y * (1.5F - half * y * y);
  y = y * (1.5F - half * y * y);
  return x * y;
}

SURGSIGMA_WIDE
void set_entries(const float* light, int count, std::int32_t* entries) {
  for (int i = 0; i < count; ++i) {
    entries[i] = std::min(std::max(static_cast<std::int32_t>(light[i] * (kEntries - 1) + 0.5F), 0), kEntries - 1);
  }
}

inline float blurred(float far_before, float before, float here, float after, float far_after) {
  return (far_before + far_after) * 0.0625F + (before + after) * 0.25F + here * 0.375F;
}

/// Five rows to one.
SURGSIGMA_WIDE
void blur_down(const std::array<const float*, 5>& rows, std::size_t count, float* out) {
  const float* const a = rows[0];
  const float* const b = rows[1];
  const float* const c = rows[2];
  const float* const d = rows[3];
  const float* const e = rows[4];
  for (std::size_t i = 0; i < count; ++i) out[i] = blurred(a[i], b[i], c[i], d[i], e[i]);
}

/// Along one row; `in` has two steps of padding on both sides.
SURGSIGMA_WIDE
void blur_along(const float* in, int step, int count, float* out) {
  for (int x = 0; x < count; ++x) {
    out[x] = blurred(in[x - 2 * step], in[x - step], in[x], in[x + step], in[x + 2 * step]);
  }
}

}  // namespace

const std::array<float, 256>& linear_light() {
  static const std::array<float, 256> table = make_linear();
  return table;
}

void encode_row(const float* planes, int width, std::int32_t* entries, std::uint8_t* out) {
  static const std::array<std::uint8_t, kEntries> table = make_encoded();
  set_entries(planes, 3 * width, entries);
  for (int x = 0; x < width; ++x) {
    out[3 * x] = table[static_cast<std::size_t>(entries[x])];
    out[3 * x + 1] = table[static_cast<std::size_t>(entries[width + x])];
    out[3 * x + 2] = table[static_cast<std::size_t>(entries[2 * width + x])];
  }
}

ScatterRows::ScatterRows(const Image& clean, int step)
    : clean_(clean), step_(step), pad_(4 * step), plane_(static_cast<std::size_t>(clean.width + 2 * pad_)) {
  const std::size_t values = 3 * plane_;
  sharp_.rows = 6 * step + 1;
  sharp_.values.resize(values * static_cast<std::size_t>(sharp_.rows));
  if (step == 0) return;
  near_.rows = 8 * step + 1;
  near_.values.resize(values * static_cast<std::size_t>(near_.rows));
  wide_.resize(values);
  column_.resize(values);
}

float* ScatterRows::row(Ring& ring, int y) const {
  const int inside = std::clamp(y, 0, clean_.height - 1);
  return ring.values.data() + static_cast<std::size_t>(inside % ring.rows) * 3 * plane_;
}

const float* ScatterRows::row(const Ring& ring, int y) const {
  const int inside = std::clamp(y, 0, clean_.height - 1);
  return ring.values.data() + static_cast<std::size_t>(inside % ring.rows) * 3 * plane_;
}

void ScatterRows::pad(float* planes) const {
  for (std::size_t channel = 0; channel < 3; ++channel) {
    float* const plane = planes + channel * plane_ + static_cast<std::size_t>(pad_);
    std::fill_n(plane - pad_, pad_, plane[0]);
    std::fill_n(plane + clean_.width, pad_, plane[clean_.width - 1]);
  }
}

void ScatterRows::make_sharp(int y) {
  const std::array<float, 256>& table = linear_light();
  const std::uint8_t* const bytes = clean_.row(y);
  float* const out = row(sharp_, y);
  float* const red = out + pad_;
  float* const green = red + plane_;
  float* const blue = green + plane_;
  for (int x = 0; x < clean_.width; ++x) {
    red[x] = table[bytes[3 * x]];
    green[x] = table[bytes[3 * x + 1]];
    blue[x] = table[bytes[3 * x + 2]];
  }
  pad(out);
}

void ScatterRows::blur_row(const Ring& from, int y, int step, float* out) {
  blur_down({row(from, y - 2 * step), row(from, y - step), row(from, y), row(from, y + step), row(from, y + 2 * step)},
            column_.size(), column_.data());
  for (std::size_t channel = 0; channel < 3; ++channel) {
    const std::size_t first = channel * plane_ + static_cast<std::size_t>(pad_);
    blur_along(column_.data() + first, step, clean_.width, out + first);
  }
  pad(out);
}

void ScatterRows::advance(int y) {
  const int last = clean_.height - 1;
  // The first rows of the blur look ahead one at a time, so that no row is dropped before it is used.
  for (int near = step_ == 0 ? y : near_.made; near <= std::min(y + 4 * step_, last); ++near) {
    for (; sharp_.made <= std::min(near + 2 * step_, last); ++sharp_.made) make_sharp(sharp_.made);
    if (step_ == 0) continue;
    blur_row(sharp_, near, step_, row(near_, near));
    near_.made = near + 1;
  }
  if (step_ != 0) blur_row(near_, y, 2 * step_, wide_.data());
}

ScatterPlanes ScatterRows::planes(int y, int channel) const {
  const std::size_t first = static_cast<std::size_t>(channel) * plane_ + static_cast<std::size_t>(pad_);
  const float* const sharp = row(sharp_, y) + first;
  if (step_ == 0) return {sharp, sharp, sharp};
  return {sharp, row(near_, y) + first, wide_.data() + first};
}

SURGSIGMA_WIDE
void set_fade(const float* thickness, float strength, std::size_t width, float* fade, float* to_near, float* to_wide) {
  for (std::size_t x = 0; x < width; ++x) {
    fade[x] = fading_exp(-thickness[x]);
    const float blur = strength * (1.0F - fade[x]);
    to_wide[x] = positive_part(blur - 1.0F);
    to_near[x] = blur - to_wide[x];
  }
}

SURGSIGMA_WIDE
std::int64_t keep_fade(const float* fade, std::size_t width, float* kept, std::uint8_t* bytes) {
  std::int32_t sum = 0;
  for (std::size_t x = 0; x < width; ++x) {
    kept[x] = fade[x];
    bytes[x] = static_cast<std::uint8_t>(static_cast<std::int32_t>(fade[x] * 255.0F + 0.5F));
    sum += static_cast<std::int32_t>((1.0F - fade[x]) * kVeilUnits + 0.5F);
  }
  return sum;
}

SURGSIGMA_WIDE
void blend_channel(const ChannelRow& row, std::size_t width, float* out) {
  const float* const thickness = row.thickness;
  const float* const to_near = row.to_near;
  const float* const to_wide = row.to_wide;
  const float* const air = row.air;
  const float* const sharp = row.planes.sharp;
  const float* const near = row.planes.near;
  const float* const wide = row.planes.wide;
  const float extinction = -row.extinction;
  const float tint = row.tint;
  const float read_variance = row.read_variance;
  const float shot_variance = row.shot_variance;
  const std::uint32_t key = row.grain_key;
  const std::uint32_t first = row.first_sample;
  for (std::size_t x = 0; x < width; ++x) {
    const float t = fading_exp(extinction * thickness[x]);
    const float light = sharp[x] + to_near[x] * (near[x] - sharp[x]) + to_wide[x] * (wide[x] - near[x]);
    const float mean = light * t + air[x] * tint * (1.0F - t);
    const float lost = (1.0F - t * t) * (read_variance + shot_variance * mean);
    const float noise = fast_root(std::fabs(lost)) * grain(key, first + 3 * static_cast<std::uint32_t>(x));
    out[x] = mean + noise;
  }
}

void set_air_row(const SmokeParameters& parameters, ImageSize size, int y, float* row) {
  const float middle_x = 0.5F * static_cast<float>(size.width - 1);
  const float middle_y = 0.5F * static_cast<float>(size.height - 1);
  const float corner = middle_x * middle_x + middle_y * middle_y;
  const float loss = static_cast<float>(parameters.cone) / (corner > 0.0F ? corner : 1.0F);
  const auto brightest = static_cast<float>(parameters.air_light);
  const float dy = static_cast<float>(y) - middle_y;
  for (int x = 0; x < size.width; ++x) {
    const float dx = static_cast<float>(x) - middle_x;
    row[x] = brightest * (1.0F - loss * (dx * dx + dy * dy));
  }
}

void set_distance_prior(int y, ImageSize size, float* row) {
  const float middle_x = 0.5F * static_cast<float>(size.width - 1);
  const float middle_y = 0.5F * static_cast<float>(size.height - 1);
  const float corner = middle_x * middle_x + middle_y * middle_y;
  const float per_corner = 1.0F / (corner > 0.0F ? corner : 1.0F);
  const float dy = static_cast<float>(y) - middle_y;
  const float upwards = -dy / (middle_y > 0.0F ? middle_y : 1.0F);  // 1 at the top, -1 at the bottom
  for (int x = 0; x < size.width; ++x) {
    const float dx = static_cast<float>(x) - middle_x;
    row[x] = 0.6F + 0.2F * upwards + 0.2F * (1.0F - 2.0F * ((dx * dx + dy * dy) * per_corner));
  }
}

float distance_prior(int x, int y, ImageSize size) {
  std::vector<float> row(static_cast<std::size_t>(std::max(size.width, 1)));
  set_distance_prior(y, size, row.data());
  return row[static_cast<std::size_t>(x)];
}

}  // namespace surgsigma
