// Pictures in other sizes. Whole-number arithmetic, so every machine gives the same bytes.
#pragma once

#include <cstdint>

#include "surgsigma/base/result.h"
#include "surgsigma/media/image.h"

namespace surgsigma {

/// How the new pixels are made.
enum class Resampling {
  kArea,      ///< Average of the area that a new pixel covers; for shrinking. Growing with it repeats pixels.
  kBilinear,  ///< Between the four nearest centres; for growing.
  kNearest,   ///< For masks and class ids: no new values.
};

/// Fails with kUsage for an empty picture or a size that is not positive.
Result<Image> resized(const Image& picture, ImageSize size, Resampling how);
/// For depth: kNearest keeps values; the others ignore pixels that are not a number and give one where most are not.
Result<FloatImage> resized(const FloatImage& picture, ImageSize size, Resampling how);
Result<DepthPicture> resized_nearest(const DepthPicture& picture, ImageSize size);

/// Averages blocks of `factor` pixels; what is left at the right and lower edge is a smaller block. Size rounded up.
Image shrunk(const Image& picture, int factor);

/// The size with its long side at most `long_side_px`, aspect kept, both sides at least 1 and multiples of `multiple`
/// where that does not exceed the original. Never larger than `size`.
ImageSize fit_long_side(ImageSize size, int long_side_px, int multiple = 1);
/// The same for at most `pixels` in all.
ImageSize fit_pixels(ImageSize size, std::int64_t pixels, int multiple = 1);

}  // namespace surgsigma
