// What the camera sees when it is out of the body: drapes, gauze and gloves, skin, a bright or a dim room, lamps, the
// trocar's inside, a lens being cleaned.
#pragma once

#include "surgsigma/media/image.h"
#include "surgsigma/simulate/render/look.h"

namespace surgsigma::drawing {

/// Fills `image` (three channels). `begin` is when the camera left the body: it chooses what is seen.
void draw_outside(const VideoLook& look, Milliseconds begin, Milliseconds t, Image& image);

}  // namespace surgsigma::drawing
