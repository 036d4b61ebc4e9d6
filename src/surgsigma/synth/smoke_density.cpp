#include "surgsigma/synth/smoke_density.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "surgsigma/synth/smoke_noise.h"

namespace surgsigma {
namespace {

constexpr int kOctaves = 5;
constexpr double kFasterInTime = 1.5;   ///< Finer detail changes sooner.
constexpr float kContrast = 1.0F;       ///< Spreads the sum of octaves over 0-1; more looks like ink, not smoke.
constexpr float kMeander = 0.9F;        ///< How far the warp bends the cone, in half widths.
constexpr float kNothing = 1e-4F;       ///< Envelope below which the plume is not looked at.

/// Where a point of the picture lies in the plume and in the noise.
struct Frame {
  float features_per_px = 0;
  float widths_per_px = 0;
  float source_x = 0;  ///< Pixels.
  float source_y = 0;
  float axis_x = 0;
  float axis_y = -1;
};

Frame frame_of(const SmokeParameters& parameters, ImageSize size) {
  const double length = std::sqrt(1 + parameters.lean * parameters.lean);
  Frame frame;
  frame.features_per_px = static_cast<float>(1 / (parameters.scale * size.width));
  frame.widths_per_px = static_cast<float>(1.0 / size.width);
  frame.source_x = static_cast<float>(parameters.source_x * size.width);
  frame.source_y = static_cast<float>(parameters.source_y * size.height);
  frame.axis_x = static_cast<float>(parameters.lean / length);
  frame.axis_y = static_cast<float>(-1 / length);
  return frame;
}

/// Field `number` of the pattern, carried along the axis. Each octave has its own origin, so that no lattices coincide.
NoiseLayer layer_of(const SmokeParameters& parameters, const Frame& frame, std::uint32_t number, int octave,
                    double time_s) {
  const double fineness = std::exp2(octave);
  const double carried = parameters.drift / parameters.scale * time_s * fineness;
  const double own = 0.37 + 17.13 * octave;
  return {mixed_bits(parameters.pattern + number * 0x9E3779B1U), own - carried * frame.axis_x,
          own - carried * frame.axis_y, own + parameters.churn * time_s * std::pow(kFasterInTime, octave)};
}

struct Layers {
  NoiseLayer warp_x;
  NoiseLayer warp_y;
  std::vector<NoiseLayer> octaves;
};

Layers layers_of(const SmokeParameters& parameters, const Frame& frame, double time_s) {
  Layers layers = {layer_of(parameters, frame, 1, 0, time_s), layer_of(parameters, frame, 2, 0, time_s), {}};
  for (int octave = 0; octave < kOctaves; ++octave) {
    layers.octaves.push_back(
        layer_of(parameters, frame, 3 + static_cast<std::uint32_t>(octave), octave, time_s));
  }
  return layers;
}

/// Working space for one row of the grid.
struct GridRow {
  std::vector<float> x, y, warp_x, warp_y, sum, envelope;
  explicit GridRow(std::size_t count)
      : x(count), y(count), warp_x(count), warp_y(count), sum(count), envelope(count) {}
};

/// The cone from the source: widening, thinning, rounded off below its mouth; bent by the warp.
void set_envelope(const SmokeParameters& parameters, const Frame& frame, float py, int grid_px, GridRow& row) {
  const auto mouth = static_cast<float>(parameters.mouth);
  const auto spread = static_cast<float>(parameters.spread);
  const auto thinning = static_cast<float>(parameters.thinning);
  const float dy = (py - frame.source_y) * frame.widths_per_px;
  float* const envelope = row.envelope.data();
  const float* const bend = row.warp_x.data();
  const int count = static_cast<int>(row.envelope.size());
  for (int i = 0; i < count; ++i) {
    const float dx = (static_cast<float>(i * grid_px) - frame.source_x) * frame.widths_per_px;
    const float along = dx * frame.axis_x + dy * frame.axis_y;
    const float across = dx * frame.axis_y - dy * frame.axis_x;
    const float ahead = positive_part(along);
    const float behind = along - ahead;
    const float half = mouth + spread * ahead;
    const float a = across / half + kMeander * bend[i] * (ahead / half);
    const float b = behind / mouth;
    envelope[i] = fading_exp(-(a * a) - b * b) / (1.0F + thinning * ahead);
  }
}

float within_unit(float value) { return std::clamp(value, 0.0F, 1.0F); }

/// The part of a row in which the envelope is something.
std::span<float> something(std::vector<float>& envelope) {
  std::size_t first = 0;
  std::size_t last = envelope.size();
  while (first < last && envelope[first] < kNothing) ++first;
  while (last > first && envelope[last - 1] < kNothing) --last;
  return std::span(envelope).subspan(first, last - first);
}

void fill_row(const SmokeParameters& parameters, const Frame& frame, const Layers& layers, int grid_px, int row_number,
              GridRow& row, float* out) {
  const float py = static_cast<float>(row_number * grid_px);
  for (std::size_t i = 0; i < row.x.size(); ++i) {
    row.x[i] = static_cast<float>(static_cast<int>(i) * grid_px) * frame.features_per_px;
    row.y[i] = py * frame.features_per_px;
    row.warp_x[i] = row.warp_y[i] = row.sum[i] = 0;
  }
  layers.warp_x.add(row.x, row.y, 1.0F, 1.0F, row.warp_x);
  set_envelope(parameters, frame, py, grid_px, row);
  const std::span<float> inside = something(row.envelope);
  if (inside.empty()) return;
  const auto first = static_cast<std::size_t>(inside.data() - row.envelope.data());
  const auto part = [&](std::vector<float>& values) { return std::span(values).subspan(first, inside.size()); };
  layers.warp_y.add(part(row.x), part(row.y), 1.0F, 1.0F, part(row.warp_y));
  const auto warp = static_cast<float>(parameters.warp);
  for (std::size_t i = first; i < first + inside.size(); ++i) {
    row.x[i] += warp * row.warp_x[i];
    row.y[i] += warp * row.warp_y[i];
  }
  float frequency = 1;
  float gain = 1;
  for (const NoiseLayer& octave : layers.octaves) {
    octave.add(part(row.x), part(row.y), frequency, gain, part(row.sum));
    frequency *= 2;
    gain *= 0.5F;
  }
  const auto peak = static_cast<float>(parameters.plume);
  for (std::size_t i = first; i < first + inside.size(); ++i) {
    out[i] = peak * row.envelope[i] * within_unit(0.5F + kContrast * row.sum[i]);
  }
}

}  // namespace

FloatImage plume_grid(const SmokeParameters& parameters, ImageSize size, double time_s) {
  const int grid_px = static_cast<int>(parameters.grid_px);
  FloatImage grid((size.width - 1) / grid_px + 2, (size.height - 1) / grid_px + 2, 1, 0.0F);
  if (parameters.plume == 0) return grid;
  const Frame frame = frame_of(parameters, size);
  const Layers layers = layers_of(parameters, frame, time_s);
  GridRow row(static_cast<std::size_t>(grid.width));
  for (int y = 0; y < grid.height; ++y) fill_row(parameters, frame, layers, grid_px, y, row, grid.row(y));
  return grid;
}

void upsampled_row(const FloatImage& grid, int y, int grid_px, float* row) {
  const float part = static_cast<float>(y % grid_px) / static_cast<float>(grid_px);
  const float* const above = grid.row(y / grid_px);
  const float* const below = grid.row(y / grid_px + 1);
  const auto value_at = [&](int i) { return above[i] + (below[i] - above[i]) * part; };
  const float step = 1.0F / static_cast<float>(grid_px);
  float left = value_at(0);
  for (int cell = 0; cell + 1 < grid.width; ++cell) {
    const float right = value_at(cell + 1);
    for (int k = 0; k < grid_px; ++k) *row++ = left + (right - left) * (static_cast<float>(k) * step);
    left = right;
  }
}

}  // namespace surgsigma
