#include "surgsigma/simulate/render/tissue.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace surgsigma::drawing {
namespace {

constexpr float kReferenceWidth = 854;
constexpr float kBackMm = 150;
constexpr float kUpperStepMm = 15, kSideStepMm = 13, kLowerStepMm = 9;

/// Which organ stands where, and how deep: x and y in heights of the picture from the middle of the scene.
void shape_node(float x, float y, float t_s, const VideoLook& look, GridNode& node) {
  const std::uint32_t seed = look.texture.seed;
  // Repeats after a few pictures, so that a camera that wanders off still sees organs.
  const float high = std::cos(std::numbers::pi_v<float> * (y + 0.55F) / 1.5F);
  const float right = std::sin(1.1F * x);
  const float slow = 0.06F * t_s;
  node.upper = high - 0.42F - 0.28F * right + 0.42F * value_noise(1.7F * x, 1.7F * y, slow, seed);
  node.lower = -high - 0.1F - 0.12F * right + 0.4F * value_noise(1.9F * x, 1.9F * y, 0.7F * slow, seed + 5);
  node.side = -0.75F * high - 0.42F + 0.7F * right + 0.55F * value_noise(1.5F * x, 1.5F * y, slow, seed + 9);
  const float folds = 9 * value_noise(1.6F * x, 1.6F * y, slow, seed + 13) +
                      3.2F * value_noise(4.3F * x, 4.3F * y, 1.3F * slow, seed + 17) +
                      1.1F * value_noise(11 * x, 11 * y, slow, seed + 19);
  float depth = kBackMm + folds - 12 * (1 - high) * 0.5F;
  depth -= kUpperStepMm * smooth_step(0, 0.3F, node.upper);
  const float side = smooth_step(0, 0.3F, node.side);
  depth -= kSideStepMm * side;
  if (node.side > 0) depth -= 2.2F * side * std::sin(9 * x + 5 * y + 2 * value_noise(2 * x, 2 * y, slow, seed + 23));
  depth -= kLowerStepMm * smooth_step(0, 0.25F, node.lower);
  node.depth = depth;
}

void add_blood(const std::vector<Stain>& stains, Place scene, GridNode& node) {
  for (const Stain& stain : stains) {
    const auto x = static_cast<float>(scene.x - stain.scene.x);
    auto y = static_cast<float>(scene.y - stain.scene.y);
    if (y > 0) y *= 0.55F;  // it runs down
    const float share = (x * x + y * y) / (stain.spread * stain.spread);
    if (share < 6) node.blood += stain.strength * exp_minus(share);
  }
}

void add_slopes(Grid& grid, float mm_of_pixel) {
  for (int row = 0; row < grid.rows; ++row) {
    const int above = std::max(0, row - 1), below = std::min(grid.rows - 1, row + 1);
    for (int column = 0; column < grid.columns; ++column) {
      const int left = std::max(0, column - 1), right = std::min(grid.columns - 1, column + 1);
      const float wide = static_cast<float>((right - left) * kGridStep) * mm_of_pixel;
      const float high = static_cast<float>((below - above) * kGridStep) * mm_of_pixel;
      GridNode& node = grid.at(column, row);
      node.slope_x = (grid.at(right, row).depth - grid.at(left, row).depth) / wide;
      node.slope_y = (grid.at(column, below).depth - grid.at(column, above).depth) / high;
    }
  }
}

float plume_at(const SmokeLook& look, const Plume& plume, float x, float y, float width, float t_s) {
  const float up = (plume.y - y) / width, across = (x - plume.x) / width;
  const float spread = 0.025F + 0.3F * std::max(0.0F, up) + 0.02F * plume.age_s;
  const float off = across / spread;
  if (up < -0.06F || off * off > 6) return 0;
  const float warp = 0.3F * value_noise(across * 9, up * 9, 0.4F * t_s, look.seed + 41);
  const float puff = fractal_noise(across / look.plume_scale + warp, (up - look.plume_drift * t_s) / look.plume_scale + warp,
                                   0.35F * t_s, 5, look.seed);
  const float envelope = exp_minus(off * off) * smooth_step(-0.06F, 0.02F, up) / (1 + 2.5F * std::max(0.0F, up));
  return plume.peak * envelope * std::max(0.0F, 0.6F + 0.9F * puff);
}

}  // namespace

void sample_tissue(const VideoLook& look, const View& view, const Lens& lens, Milliseconds t,
                   const std::vector<Stain>& stains, Grid& grid) {
  grid.columns = (lens.size.width + lens.margin) / kGridStep + 2;
  grid.rows = lens.size.height / kGridStep + 2;
  grid.nodes.assign(static_cast<std::size_t>(grid.columns) * static_cast<std::size_t>(grid.rows), {});
  const float t_s = static_cast<float>(t) / 1000;
  const float breath = std::sin(2 * std::numbers::pi_v<float> * t_s / look.drift.breath_s);
  const float texels = 0.85F * look.texture.scale * kReferenceWidth / static_cast<float>(lens.size.width);
  const float height = static_cast<float>(lens.size.height);
  for (int row = 0; row < grid.rows; ++row) {
    for (int column = 0; column < grid.columns; ++column) {
      GridNode& node = grid.at(column, row);
      const Place picture{static_cast<double>(static_cast<float>(column * kGridStep) - lens.middle_x),
                          static_cast<double>(static_cast<float>(row * kGridStep) - lens.middle_y)};
      const Place scene = scene_from_picture(view, picture);
      const auto x = static_cast<float>(scene.x) / height;
      const float y = static_cast<float>(scene.y) / height + 0.008F * breath;
      shape_node(x, y, t_s, look, node);
      node.depth = (node.depth + look.drift.breath_mm * breath) / static_cast<float>(view.zoom);
      node.u = look.texture.offset_u + texels * x * height;
      node.v = look.texture.offset_v + texels * y * height;
      add_blood(stains, scene, node);
    }
  }
  add_slopes(grid, mm_per_pixel(lens));
}

void sample_plumes(const SmokeLook& look, const Lens& lens, Milliseconds t, const std::vector<Plume>& plumes,
                   Grid& grid) {
  if (plumes.empty()) return;
  const float t_s = static_cast<float>(t) / 1000;
  for (int row = 0; row < grid.rows; ++row) {
    for (int column = 0; column < grid.columns; ++column) {
      const auto x = static_cast<float>(column * kGridStep), y = static_cast<float>(row * kGridStep);
      for (const Plume& plume : plumes) {
        grid.at(column, row).plume += plume_at(look, plume, x, y, static_cast<float>(lens.size.width), t_s);
      }
    }
  }
}

}  // namespace surgsigma::drawing
