// How the pictures of a recording look in somebody else's copy of it: re-encoded, scaled, cropped, masked, brightened,
// with a logo. For trying what finds copies; the pixels are altered, the times are the caller's.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "surgsigma/base/random.h"
#include "surgsigma/base/result.h"
#include "surgsigma/media/image.h"

namespace surgsigma {

/// One way in which a copy differs. `alter` takes every picture of a copy with the same draws, so that all are cut
/// alike.
struct CopyRow {
  std::string_view name;
  std::string_view description;
  Image (*alter)(const Image& picture, Draws draws);
  bool is_encoded = false;  ///< then encoded as H.264 at crf 35: reencoded()
};
std::span<const CopyRow> copy_rows();
/// Null for an unknown name.
const CopyRow* find_copy_row(std::string_view name);

/// The pictures as one clip of low quality gives them back. Sides become even. kIo when this machine cannot write
/// H.264.
Result<std::vector<Image>> reencoded(const std::vector<Image>& pictures, int crf = 35);

}  // namespace surgsigma
