// Makes parts of a picture unreadable, in place. Nothing outside the boxes changes.
#pragma once

#include <span>

#include "surgsigma/base/result.h"
#include "surgsigma/media/image.h"

namespace surgsigma {

enum class Hiding {
  kBlack,    ///< Every channel 0. For names: nothing at all is left.
  kPixelate,  ///< Square tiles, each its own mean: at most 3 along the box's shorter side and none smaller than
              ///< kLeastTilePx, so a box round a line of text leaves no stroke. Keeps colour and light.
};
inline constexpr int kLeastTilePx = 8;

/// Hides each box: every pixel that it touches, cut at the picture's edges; boxes outside the picture change nothing.
/// Where boxes overlap the later one works on what the earlier ones left. kUsage, with nothing changed, for an empty
/// picture or a box with a corner that is not finite or with x2 < x1 or y2 < y1.
Status hide_boxes(Image& picture, std::span<const Box> boxes, Hiding how);

}  // namespace surgsigma
