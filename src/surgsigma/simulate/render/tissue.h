// The surface behind everything, sampled on the grid: folds, the borders of the organs, blood, and the smoke before it.
#pragma once

#include <vector>

#include "surgsigma/simulate/render/band.h"
#include "surgsigma/simulate/render/look.h"

namespace surgsigma::drawing {

/// Blood on the tissue: scene coordinates, how far it has spread (pixels) and how strong it is.
struct Stain {
  Place scene;
  float spread = 10;
  float strength = 1;
};

/// Where smoke rises: a point of the picture and the optical depth there.
struct Plume {
  float x = 0;
  float y = 0;
  float peak = 0;
  float age_s = 0;
};

void sample_tissue(const VideoLook& look, const View& view, const Lens& lens, Milliseconds t,
                   const std::vector<Stain>& stains, Grid& grid);
void sample_plumes(const SmokeLook& look, const Lens& lens, Milliseconds t, const std::vector<Plume>& plumes, Grid& grid);

}  // namespace surgsigma::drawing
