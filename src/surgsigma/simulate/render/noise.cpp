#include "surgsigma/simulate/render/noise.h"

#include <cmath>

namespace surgsigma::drawing {
namespace {

constexpr std::uint32_t kCloudSeed = 11;
constexpr std::uint32_t kVesselSeed = 23;
constexpr std::uint32_t kCellSeed = 37;
constexpr std::uint32_t kFineSeed = 53;
constexpr int kCellTexels = 16;

std::uint32_t mixed(std::uint32_t h) {
  h ^= h >> 16;
  h *= 0x7feb352dU;
  h ^= h >> 15;
  h *= 0x846ca68bU;
  return h ^ (h >> 16);
}

/// In [-1, 1).
float lattice(std::int32_t x, std::int32_t y, std::int32_t z, std::uint32_t seed) {
  const auto h = mixed(static_cast<std::uint32_t>(x) * 0x9e3779b1U + static_cast<std::uint32_t>(y) * 0x85ebca6bU +
                       static_cast<std::uint32_t>(z) * 0xc2b2ae35U + seed * 0x27d4eb2fU);
  return static_cast<float>(h >> 8) * (2.0F / 16777216.0F) - 1.0F;
}

float eased(float t) { return t * t * (3 - 2 * t); }
float lerp(float a, float b, float t) { return a + t * (b - a); }

/// value_noise in the plane whose lattice repeats every `period` cells.
float periodic_noise(float x, float y, int period, std::uint32_t seed) {
  const float floor_x = std::floor(x), floor_y = std::floor(y);
  const float fx = eased(x - floor_x), fy = eased(y - floor_y);
  const auto wrap = [period](int i) { return ((i % period) + period) % period; };
  const int x0 = wrap(static_cast<int>(floor_x)), x1 = wrap(static_cast<int>(floor_x) + 1);
  const int y0 = wrap(static_cast<int>(floor_y)), y1 = wrap(static_cast<int>(floor_y) + 1);
  return lerp(lerp(lattice(x0, y0, 0, seed), lattice(x1, y0, 0, seed), fx),
              lerp(lattice(x0, y1, 0, seed), lattice(x1, y1, 0, seed), fx), fy);
}

/// `cells` lattice cells across the table in the coarsest octave.
float periodic_fractal(float u, float v, int cells, int octaves, std::uint32_t seed) {
  float sum = 0, strength = 0.55F;
  for (int i = 0; i < octaves; ++i) {
    const float scale = static_cast<float>(cells) / GrainTable::kSide;
    sum += strength * periodic_noise(u * scale, v * scale, cells, seed + static_cast<std::uint32_t>(i));
    cells *= 2;
    strength *= 0.5F;
  }
  return std::clamp(sum, -1.0F, 1.0F);
}

/// Lines where warped noise changes its sign; two sizes, thin ones hang off thick ones.
float vessel_at(float u, float v) {
  const float warp_u = u + 14 * periodic_fractal(u, v, 16, 2, kVesselSeed + 7);
  const float warp_v = v + 14 * periodic_fractal(u, v, 16, 2, kVesselSeed + 9);
  const auto line = [&](int cells, float width, std::uint32_t seed) {
    const float off = std::abs(periodic_fractal(warp_u, warp_v, cells, 2, seed));
    return 1 - smooth_step(0, width, off);
  };
  const float presence = smooth_step(-0.1F, 0.35F, periodic_fractal(u, v, 8, 2, kVesselSeed + 31));
  return presence * std::max(line(6, 0.045F, kVesselSeed), 0.7F * line(17, 0.06F, kVesselSeed + 3));
}

/// Distance to the second nearest point less that to the nearest, of one jittered point per cell.
float lobule_at(int u, int v) {
  constexpr int kCells = GrainTable::kSide / kCellTexels;
  const int cell_x = u / kCellTexels, cell_y = v / kCellTexels;
  float nearest = 1e9F, second = 1e9F;
  for (int dy = -1; dy <= 1; ++dy) {
    for (int dx = -1; dx <= 1; ++dx) {
      const int x = (cell_x + dx + kCells) % kCells, y = (cell_y + dy + kCells) % kCells;
      const float px = (static_cast<float>(cell_x + dx) + 0.5F + 0.42F * lattice(x, y, 1, kCellSeed)) * kCellTexels;
      const float py = (static_cast<float>(cell_y + dy) + 0.5F + 0.42F * lattice(x, y, 2, kCellSeed)) * kCellTexels;
      const float off_x = px - static_cast<float>(u), off_y = py - static_cast<float>(v);
      const float distance = std::sqrt(off_x * off_x + off_y * off_y);
      second = std::min(second, std::max(nearest, distance));
      nearest = std::min(nearest, distance);
    }
  }
  return smooth_step(0, 0.8F * kCellTexels, second - nearest);
}

}  // namespace

float value_noise(float x, float y, float z, std::uint32_t seed) {
  const float floor_x = std::floor(x), floor_y = std::floor(y), floor_z = std::floor(z);
  const float fx = eased(x - floor_x), fy = eased(y - floor_y), fz = eased(z - floor_z);
  const auto ix = static_cast<std::int32_t>(floor_x), iy = static_cast<std::int32_t>(floor_y);
  const auto iz = static_cast<std::int32_t>(floor_z);
  const auto plane = [&](std::int32_t at_z) {
    return lerp(lerp(lattice(ix, iy, at_z, seed), lattice(ix + 1, iy, at_z, seed), fx),
                lerp(lattice(ix, iy + 1, at_z, seed), lattice(ix + 1, iy + 1, at_z, seed), fx), fy);
  };
  return fz == 0 ? plane(iz) : lerp(plane(iz), plane(iz + 1), fz);
}

float fractal_noise(float x, float y, float z, int octaves, std::uint32_t seed) {
  float sum = 0, strength = 0.55F;
  for (int i = 0; i < octaves; ++i) {
    sum += strength * value_noise(x, y, z, seed + static_cast<std::uint32_t>(i));
    x *= 2;
    y *= 2;
    strength *= 0.5F;
  }
  return sum;
}

GrainTable::GrainTable() : grains_(static_cast<std::size_t>(kSide) * kSide) {
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      const auto u = static_cast<float>(x), v = static_cast<float>(y);
      grains_[static_cast<std::size_t>(y) * kSide + static_cast<std::size_t>(x)] = {
          1.3F * periodic_fractal(u, v, 8, 5, kCloudSeed), vessel_at(u, v), lobule_at(x, y),
          periodic_fractal(u, v, 128, 2, kFineSeed)};
    }
  }
}

const GrainTable& GrainTable::shared() {
  static const GrainTable table;
  return table;
}

}  // namespace surgsigma::drawing
