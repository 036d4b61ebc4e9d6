// The stage at one moment: where the tissue, the structures and the tools are, before a pixel is drawn.
#pragma once

#include <vector>

#include "surgsigma/simulate/render/band.h"
#include "surgsigma/simulate/render/camera.h"
#include "surgsigma/simulate/render/cast.h"
#include "surgsigma/simulate/render/look.h"
#include "surgsigma/simulate/render/render.h"

namespace surgsigma::drawing {

/// Ids: 1-4 the backdrop; then, by index or lane:
inline constexpr std::uint8_t kStructureId = 10, kTargetId = 40, kToolId = 60, kNeedleId = 80, kThreadId = 84,
                              kPlacedClipId = 88, kClipId = 100;

struct Scene {
  Milliseconds time = 0;
  View view;
  Grid grid;
  std::vector<Relief> reliefs;  ///< in the order in which they lie on each other
  std::vector<Bar> bars;
  std::vector<RenderedObject> objects;  ///< everything that may show, by id; boxes and pixels not yet known
  float haze = 0;          ///< optical depth over kStageMm
  float plume_depth = 100;  ///< where the plume stands
  bool has_plume = false;
};

/// What does not change from frame to frame.
struct Stage {
  Cast cast;
  VideoLook look;
  CameraTrack track;
  Lens lens;
  bool with_smoke = true;
  std::vector<CriterionCourse> criteria;
};

/// Memory of `scene` is used again.
void set_scene(const Stage& stage, Milliseconds t, Scene& scene);

}  // namespace surgsigma::drawing
