// COCO's "segmentation" as text: what annotation rows keep of an outline.
//
//   [[x1, y1, x2, y2, ...], ...]                     outlines of one object, joined
//   {"size": [height, width], "counts": "..."}       run lengths as COCO packs them
//   {"size": [height, width], "counts": [n, n, ...]} run lengths as numbers
#pragma once

#include <string_view>

#include "surgsigma/base/result.h"
#include "surgsigma/media/mask.h"

namespace surgsigma {

/// kData, naming `name`: no JSON, neither of the forms, a "size" that is not the picture's (its pixels may be as many:
/// a mask of 100x200 is none of 200x100), and what mask_from_counts, mask_from_runs and mask_from_polygons refuse.
/// "size" may be absent.
Result<Mask> mask_from_text(std::string_view text, ImageSize size, std::string_view name);

}  // namespace surgsigma
