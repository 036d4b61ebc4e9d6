// What goes wrong with pictures that were drawn rightly: fogged lenses, too much light, hidden by the publisher.
#pragma once

#include <cstdint>

#include "surgsigma/media/image.h"
#include "surgsigma/simulate/render/render.h"

namespace surgsigma::drawing {

/// Blurs until no edge is left, and greys a little.
void fog(Image& image);
/// Most of the picture becomes white.
void overexpose(Image& image);
/// kPixelated: tiles of the mean colour, 24 to 48 in a row. kBlank: one colour. `seed` chooses.
void hide(Fault hiding, std::uint32_t seed, Image& image);

}  // namespace surgsigma::drawing
