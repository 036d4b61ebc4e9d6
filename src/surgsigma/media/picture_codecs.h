// One decoder per format behind picture_file.h; nobody else includes this.
#pragma once

#include <optional>
#include <string_view>

#include "surgsigma/media/picture_file.h"

namespace surgsigma::codec {

/// How a decoder hands out values.
enum class Reading {
  kColours,  ///< 8 bits, 1 or 3 channels, grey 0-255, opaque.
  kValues,   ///< As stored: no scaling, no palette, no colour; one channel, or three equal ones.
};

Error damaged(std::string_view name, PictureFormat format, std::string_view what);
/// Nothing if a picture of this size may be decoded.
std::optional<Error> refused_size(std::int64_t width, std::int64_t height, std::string_view name,
                                  const PictureLimits& limits);
/// RGBA or grey + alpha to its colours; an Error at the first pixel that is not opaque.
Result<Image> without_alpha(const Image& picture, std::string_view name);
/// Three equal channels to one; an Error at the first pixel where they differ.
Result<Image> one_channel(Image picture, std::string_view name);
/// 16-bit ids that fit into 8 bits.
Result<Image> narrowed(const DepthPicture& picture, std::string_view name);
/// 16 bits scaled to 8, rounded.
Image scaled_to_8(const Raster<std::uint16_t>& picture);

/// `tiff` and EXIF blocks share one layout: the orientation tag (1-8), or 1.
int orientation_of_tiff(std::string_view bytes);

Result<PictureHeader> jpeg_header(std::string_view bytes, std::string_view name);
Result<Image> decode_jpeg(std::string_view bytes, std::string_view name, int reduce, const PictureLimits& limits);

Result<PictureHeader> png_header(std::string_view bytes, std::string_view name);
Result<Image> decode_png(std::string_view bytes, std::string_view name, Reading reading, const PictureLimits& limits);
Result<DepthPicture> decode_png16(std::string_view bytes, std::string_view name, const PictureLimits& limits);

Result<PictureHeader> webp_header(std::string_view bytes, std::string_view name);
Result<Image> decode_webp(std::string_view bytes, std::string_view name, Reading reading, const PictureLimits& limits);

Result<PictureHeader> tiff_header(std::string_view bytes, std::string_view name);
Result<Image> decode_tiff(std::string_view bytes, std::string_view name, Reading reading, const PictureLimits& limits);
Result<DepthPicture> decode_tiff16(std::string_view bytes, std::string_view name, const PictureLimits& limits);
Result<FloatImage> decode_tiff_float(std::string_view bytes, std::string_view name, const PictureLimits& limits);

Result<PictureHeader> bmp_header(std::string_view bytes, std::string_view name);
Result<Image> decode_bmp(std::string_view bytes, std::string_view name, Reading reading, const PictureLimits& limits);

}  // namespace surgsigma::codec
