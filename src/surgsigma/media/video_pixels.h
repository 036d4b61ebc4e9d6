// Decoded pictures to RGB; only the video files of this room include this.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "surgsigma/base/result.h"
#include "surgsigma/media/image.h"
#include "surgsigma/media/video_av.h"
#include "surgsigma/media/wide.h"

namespace surgsigma::av {

/// How a stored picture is made upright: first rows become columns, then left and right, then top and bottom change
/// places.
struct Orientation {
  bool is_transposed = false;
  bool flips_x = false;
  bool flips_y = false;
  bool is_upright() const { return !is_transposed && !flips_x && !flips_y; }
  /// The same told as clockwise quarter turns, after which left and right change places if it is mirrored.
  bool is_mirrored() const { return (is_transposed != flips_x) != flips_y; }
  int quarter_turns() const {
    const bool turn_flips_x = flips_x != is_mirrored();
    if (is_transposed) return turn_flips_x ? 1 : 3;
    return turn_flips_x ? 2 : 0;
  }
  ImageSize upright(ImageSize stored) const { return is_transposed ? ImageSize{stored.height, stored.width} : stored; }
  bool operator==(const Orientation&) const = default;
};
/// From the display matrix of a track; upright where there is none or its angle is no quarter turn.
Orientation orientation_of(const AVStream& track);
Image upright(Image stored, const Orientation& orientation);

/// Planes of 8 bits with their chroma halved (or not) as told; what most videos decode to.
struct PlanarLayout {
  bool is_planar = false;  ///< false: none of the others means anything
  int chroma_shift_x = 0;
  int chroma_shift_y = 0;
};
PlanarLayout planar_layout(const AVFrame& frame);
bool is_full_range(const AVFrame& frame);
/// Weights of red and blue in luma: BT.601 where the picture has no tag.
struct LumaWeights {
  double red = 0.299;
  double blue = 0.114;
  bool operator==(const LumaWeights&) const = default;
};
LumaWeights luma_weights(const AVFrame& frame);

/// RGB as stored, not yet upright. kData, naming `what`, for a format that cannot be converted.
Result<Image> to_rgb(const AVFrame& frame, const std::string& what);

}  // namespace surgsigma::av
