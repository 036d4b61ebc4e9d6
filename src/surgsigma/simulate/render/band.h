// A band of rows with everything that shading needs, and how surfaces get into it. A frame is made band by band so that
// its buffers stay in the cache. Slopes are millimetres of depth per millimetre across: the normal towards the camera is
// (slope_x, slope_y, 1).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "surgsigma/schema/geometry.h"
#include "surgsigma/simulate/render/camera.h"
#include "surgsigma/simulate/render/cast.h"
#include "surgsigma/simulate/render/noise.h"

namespace surgsigma::drawing {

/// The pinhole: focal length in pixels of this picture.
struct Lens {
  ImageSize size;
  float focal = 1;
  float middle_x = 0;
  float middle_y = 0;
  int margin = 0;  ///< columns beyond the right border for which tissue is sampled
};
Lens lens_for(ImageSize size);

/// Distance at which the scene is staged; sizes in pixels become millimetres there.
inline constexpr float kStageMm = 130;
inline float mm_per_pixel(const Lens& lens) { return kStageMm / lens.focal; }

/// Samples of the tissue every `kGridStep` pixels; between them everything is linear.
inline constexpr int kGridStep = 4;
struct GridNode {
  float depth = 0;
  float slope_x = 0;
  float slope_y = 0;
  float u = 0;  ///< texels
  float v = 0;
  float upper = 0;  ///< above 0 inside the region
  float lower = 0;
  float side = 0;
  float blood = 0;
  float plume = 0;  ///< optical depth of smoke from instruments
};
struct Grid {
  int columns = 0;
  int rows = 0;
  std::vector<GridNode> nodes;
  GridNode& at(int column, int row) { return nodes[static_cast<std::size_t>(row * columns + column)]; }
  const GridNode& at(int column, int row) const { return nodes[static_cast<std::size_t>(row * columns + column)]; }
};

/// What lies on the tissue and follows its surface.
struct Relief {
  TargetForm form = TargetForm::kDome;
  Material material = Material::kWall;
  std::uint8_t id = 0;
  float x = 0;  ///< centre and half axes in pixels
  float y = 0;
  float half_width = 1;
  float half_height = 1;
  float height_mm = 5;
  float peak = 0;     ///< 0 a round body, 1 a fold that rises out of the tissue
  float raised = 1;   ///< 0 hidden below the tissue, 1 all out
  float wobble = 0.06F;
  float turn = 0;     ///< moves the wobble
  float covered = 0;  ///< share hidden by a film of fat
  std::uint8_t cover_id = 0;
  Material cover = Material::kFat;
  // Tubes only.
  std::array<Place, 9> line{};
  float radius = 4;  ///< pixels
  float gap = 0;     ///< share of the length that is cut away in the middle
};

/// A round bar between two points of the picture, with depth at its axis.
struct Bar {
  float x0 = 0, y0 = 0, radius0 = 1, depth0 = 100;
  float x1 = 0, y1 = 0, radius1 = 1, depth1 = 100;
  Material material = Material::kSteel;
  std::uint8_t id = 0;
  std::uint8_t part = 0;
  bool is_flat_at_0 = false;  ///< ends there without a round cap
};

/// Height of a relief over the tissue at a point, with its slopes; nothing where it is not.
struct ReliefPoint {
  bool is_there = false;
  float height_mm = 0;
  float slope_x = 0;
  float slope_y = 0;
  float u = 0;
  float v = 0;
};
ReliefPoint relief_at(const Relief& relief, float x, float y, float mm_of_pixel);
/// Corners of the smallest box of pixels that a relief or bar can touch.
Box reach_of(const Relief& relief);
Box reach_of(const Bar& bar);

struct Band {
  int first = 0;  ///< row of the picture of row 0 here; may be -1
  int rows = 0;
  int width = 0;
  std::vector<float> depth, slope_x, slope_y, u, v, blood, plume;
  std::vector<std::uint8_t> material, id, part;

  void reset(int first_row, int row_count, int wide);
  std::size_t at(int x, int row) const {
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x);
  }
};

/// Ids of the four regions of the backdrop.
inline constexpr std::uint8_t kFarId = 1, kUpperId = 2, kLowerId = 3, kSideId = 4;

void draw_tissue(Band& band, const Grid& grid, const Backdrop& backdrop);
void draw_relief(Band& band, const Relief& relief, const Lens& lens);
void draw_bar(Band& band, const Bar& bar, const Lens& lens);

/// Depth of tissue and reliefs at a point of the picture.
float surface_depth(const Grid& grid, const std::vector<Relief>& reliefs, const Lens& lens, float x, float y);

}  // namespace surgsigma::drawing
