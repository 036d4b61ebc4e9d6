// The other eye of a stereo endoscope: a camera beside the first one, looking the same way. The tissue is a surface
// over the first camera's picture and is seen again from the side, with what hides what worked out anew; bars are lines
// in space and are moved exactly. Lamp and haze stay with the picture.
#pragma once

#include "surgsigma/simulate/render/band.h"

namespace surgsigma::drawing {

/// Nearest tissue that the other eye sees right up to the picture's border.
inline constexpr float kNearestTissueMm = 25;
/// Columns that the first camera must draw beyond its right border for an eye `eye_mm` to the right.
int margin_for(const Lens& lens, float eye_mm);

/// `wide`: tissue and reliefs as the first camera sees them, with the margin; `seen` gets `width` columns of the same
/// rows. `shift`: focal length times distance of the eyes, so that a point at depth z moves left by shift / z pixels.
void see_tissue(const Band& wide, float shift, int width, Band& seen);
Bar see_bar(Bar bar, float shift);

}  // namespace surgsigma::drawing
