// Text burned into the picture: a made-up name and a clock, in letters five pixels wide and seven high.
#pragma once

#include <vector>

#include "surgsigma/media/image.h"
#include "surgsigma/simulate/render/look.h"
#include "surgsigma/simulate/render/render.h"

namespace surgsigma::drawing {

/// The texts of one moment with their boxes; none when the look has no overlay.
std::vector<RenderedText> overlay_texts(const OverlayLook& look, Milliseconds t, ImageSize size);

/// Draws letters with a dark seam around them.
void draw_texts(const std::vector<RenderedText>& texts, Image& image);
/// Sets 1 where draw_texts draws.
void clear_under(const std::vector<RenderedText>& texts, FloatImage& transmission);

/// Whether a dot of the 5x7 letter is set; letters that the font lacks are empty.
bool is_dot(char letter, int column, int row);

}  // namespace surgsigma::drawing
