// What the camera sees when it is out of the body: drapes and gauze, a bright room out of focus, the trocar's inside.
#pragma once

#include "surgsigma/media/image.h"
#include "surgsigma/simulate/render/look.h"

namespace surgsigma::drawing {

/// Fills `image` (three channels). `begin` is when the camera left the body: it chooses what is seen.
void draw_outside(const VideoLook& look, Milliseconds begin, Milliseconds t, Image& image);

}  // namespace surgsigma::drawing
