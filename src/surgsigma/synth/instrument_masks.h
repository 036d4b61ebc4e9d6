// Which pixels of a frame are instruments: from a mask that the source ships, whose values its vocabulary names, or
// from outlines among the annotations. White where one is, black elsewhere.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/media/image.h"
#include "surgsigma/schema/catalog.h"
#include "surgsigma/schema/tables.h"
#include "surgsigma/synth/pairs.h"

namespace surgsigma {

struct InstrumentMask {
  Image picture;
  std::int64_t stray_pixels = 0;  ///< of values that the vocabulary does not name
  std::string stray;              ///< which, and where the first is; empty without any
};

/// Values 0 and 255 may occur without a name ("nothing", "ignored"); a label of kind instrument makes its value white.
/// More pixels of unnamed values than the entry's `stray` share (default: none) is kData naming value and place; so is
/// another size than the picture's.
Result<InstrumentMask> mask_of_raster(const PairMap& map, const fs::path& root, const SourceCard& card, ImageSize size);

/// Union of outlines ("[[x, y, ...], ...]") and run lengths ({"counts": ...}); kData naming the record that is neither.
Result<Image> mask_of_outlines(const std::vector<const Annotation*>& rows, ImageSize size);

}  // namespace surgsigma
