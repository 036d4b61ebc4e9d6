// Picture files to pixels and back. What a file is, is told by its first bytes and never by its name: published data
// sets hold JPEG data in files called .png.
//
// The same for every format:
// - Sizes are checked against PictureLimits before memory for pixels is taken; a file too short for its size is
// refused.
// - A truncated or damaged file is an Error that says what is missing, never half a picture.
// - Alpha that is opaque everywhere is dropped; a pixel that is not opaque is an Error, because what lies behind it is
//   not in the file (decode_class_ids() ignores alpha: it reads values, not colours).
// - An EXIF orientation is reported by read_picture_header() and otherwise ignored: boxes and masks are drawn on the
//   stored pixels.
// - Colour profiles and gamma are ignored, as every label tool does.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "surgsigma/base/files.h"
#include "surgsigma/base/result.h"
#include "surgsigma/media/image.h"

namespace surgsigma {

enum class PictureFormat { kUnknown, kJpeg, kPng, kWebp, kTiff, kBmp };

/// By content: the first bytes decide.
PictureFormat picture_format(std::string_view bytes);
/// "jpeg", "png", "webp", "tiff", "bmp", "unknown".
std::string_view picture_format_name(PictureFormat format);

/// The largest frames of any camera are those of 8K, 33 million pixels. Decoding takes up to 15 bytes a pixel at its
/// worst (a progressive CMYK JPEG), so a hostile file of the largest size stays below 1 GB.
struct PictureLimits {
  int longest_side = 32768;
  std::int64_t pixels = 50'000'000;
};
/// A larger file is no picture of a frame: read_picture() and its kind refuse it before it is read.
inline constexpr std::uint64_t kLargestPictureFile = 512ULL << 20;

/// What a file says of itself, read without decoding it.
struct PictureHeader {
  PictureFormat format = PictureFormat::kUnknown;
  ImageSize size;
  int channels = 0;  ///< As stored, alpha included; 1 for a palette.
  int bits = 0;      ///< Per channel.
  bool is_float = false;
  bool is_palette = false;
  bool has_alpha = false;
  int orientation = 1;  ///< EXIF, 1 to 8; JPEG and TIFF only.
  bool operator==(const PictureHeader&) const = default;
};
Result<PictureHeader> read_picture_header(std::string_view bytes, std::string_view name, PictureLimits limits = {});

/// JPEG (grey, YCbCr, RGB, CMYK, YCCK), PNG (any depth, palette, interlaced), WebP (one picture), TIFF (8 and 16 bit),
/// BMP (8, 24, 32 bit, uncompressed) as grey or sRGB of 8 bits; 16-bit channels are scaled. `name` is used in errors.
Result<Image> decode_picture(std::string_view bytes, std::string_view name, PictureLimits limits = {});
Result<Image> read_picture(const fs::path& path, PictureLimits limits = {});

/// A JPEG at 1/2, 1/4 or 1/8 of its size (rounded up), by an inverse transform of fewer points: far less work than
/// decoding and shrinking. `reduce` 1 is decode_picture().
Result<Image> decode_jpeg_reduced(std::string_view bytes, std::string_view name, int reduce, PictureLimits limits = {});

/// A mask file as its raw values, one channel: grey values and palette indices are not scaled nor turned into colours,
/// and a picture of three channels must have them equal. PNG, TIFF, BMP and lossless WebP; a lossy file is refused
/// because its values are not those that were drawn. 16-bit values above 255 are refused: see decode_picture16().
Result<Image> decode_class_ids(std::string_view bytes, std::string_view name, PictureLimits limits = {});
Result<Image> read_class_ids(const fs::path& path, PictureLimits limits = {});

/// One channel of up to 16 bits as stored (PNG, TIFF): depth maps and instance ids. 8-bit values stay as they are.
Result<DepthPicture> decode_picture16(std::string_view bytes, std::string_view name, PictureLimits limits = {});

/// Every channel of a TIFF as float; integers are converted without scaling.
Result<FloatImage> decode_float_tiff(std::string_view bytes, std::string_view name, PictureLimits limits = {});

/// Writers: the same pixels and settings give the same bytes. No time stamps, no names. One or three channels.
/// JPEG: `quality` 1-100, chroma halved in both directions, as most decoders are fed.
Result<std::string> encode_jpeg(const Image& image, int quality = 95);
Result<std::string> encode_png(const Image& image);
Result<std::string> encode_png16(const DepthPicture& depth);
/// `quality` 0-99; 100 is lossless.
Result<std::string> encode_webp(const Image& image, int quality = 90);

using PaletteColour = std::array<std::uint8_t, 3>;
/// One channel of indices with their colours; fails with kUsage if an index has no colour.
Result<std::string> encode_palette_png(const Image& ids, std::span<const PaletteColour> palette);
/// 32-bit float, any number of channels, uncompressed.
Result<std::string> encode_float_tiff(const FloatImage& image);

}  // namespace surgsigma
