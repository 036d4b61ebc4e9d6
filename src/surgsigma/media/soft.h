// Pictures made soft, for controls that show where things are without showing what they look like.
#pragma once

#include "surgsigma/base/result.h"
#include "surgsigma/media/image.h"

namespace surgsigma {

/// Three passes of a box filter of 2 * radius + 1 pixels in both directions: nearly a Gaussian with a standard
/// deviation of sqrt(radius * (radius + 1)) pixels (Wells 1986, "Efficient synthesis of Gaussian filters by cascaded
/// uniform filters"). The edge is repeated outwards. Whole-number arithmetic, so every machine gives the same bytes.
/// kUsage for an empty picture or a radius outside 1 to 256.
Result<Image> softened(const Image& picture, int radius);

}  // namespace surgsigma
