// The plume's optical thickness on a coarse grid over the picture.
#pragma once

#include <cstdint>

#include "surgsigma/synth/smoke.h"

namespace surgsigma {

/// One value every grid_px pixels from (0, 0) on, one point beyond the last pixel in each direction.
FloatImage plume_grid(const SmokeParameters& parameters, ImageSize size, double time_s);
/// Row `y` of the picture from the grid, linear between its points. `row` has room for a whole number of grid cells.
void upsampled_row(const FloatImage& grid, int y, int grid_px, float* row);

}  // namespace surgsigma
