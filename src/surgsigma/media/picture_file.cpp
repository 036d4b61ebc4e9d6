#include "surgsigma/media/picture_file.h"

#include <cstdio>

#include "surgsigma/media/picture_codecs.h"

namespace surgsigma {
namespace codec {

Error damaged(std::string_view name, PictureFormat format, std::string_view what) {
  std::string text(picture_format_name(format));
  text += " data is damaged: ";
  text += what;
  return {ErrorKind::kData, std::move(text), std::string(name), "get the file again from its source, or leave it out"};
}

std::optional<Error> refused_size(std::int64_t width, std::int64_t height, std::string_view name,
                                  const PictureLimits& limits) {
  const std::string size = std::to_string(width) + "x" + std::to_string(height);
  if (width < 1 || height < 1)
    return Error{ErrorKind::kData, "a picture of " + size + " pixels", std::string(name), ""};
  if (width > limits.longest_side || height > limits.longest_side || width > limits.pixels / height) {
    return Error{ErrorKind::kData,
                 "a picture of " + size + " pixels is larger than " + std::to_string(limits.longest_side) +
                     " to a side or " + std::to_string(limits.pixels) + " in all",
                 std::string(name), "no frame is that large; the file may be damaged or hostile"};
  }
  return {};
}

Result<Image> without_alpha(const Image& picture, std::string_view name) {
  const int colours = picture.channels - 1;
  Image opaque(picture.width, picture.height, colours);
  std::uint8_t* out = opaque.values.data();
  const std::uint8_t* in = picture.values.data();
  for (std::size_t pixel = 0; pixel < picture.pixels(); ++pixel) {
    if (in[colours] != 255) {
      const auto wide = static_cast<std::size_t>(picture.width);
      return Error{ErrorKind::kData,
                   "the picture is transparent, first at x " + std::to_string(pixel % wide) + ", y " +
                       std::to_string(pixel / wide),
                   std::string(name), "flatten it on the background that is meant; it cannot be guessed"};
    }
    for (int c = 0; c < colours; ++c) *out++ = in[c];
    in += picture.channels;
  }
  return opaque;
}

Result<Image> one_channel(Image picture, std::string_view name) {
  if (picture.channels == 1) return picture;
  Image ids(picture.width, picture.height, 1);
  const std::uint8_t* in = picture.values.data();
  for (std::size_t pixel = 0; pixel < picture.pixels(); ++pixel, in += picture.channels) {
    if (in[0] != in[1] || in[0] != in[2]) {
      const auto wide = static_cast<std::size_t>(picture.width);
      return Error{ErrorKind::kData,
                   "not a class-id picture: channels " + std::to_string(in[0]) + ", " + std::to_string(in[1]) + ", " +
                       std::to_string(in[2]) + " differ at x " + std::to_string(pixel % wide) + ", y " +
                       std::to_string(pixel / wide),
                   std::string(name), "colour masks need a palette in the source card"};
    }
    ids.values[pixel] = in[0];
  }
  return ids;
}

Result<Image> narrowed(const DepthPicture& picture, std::string_view name) {
  Image ids(picture.width, picture.height, 1);
  for (std::size_t pixel = 0; pixel < picture.values.size(); ++pixel) {
    if (picture.values[pixel] > 255) {
      return Error{ErrorKind::kData, "class id " + std::to_string(picture.values[pixel]) + " is above 255",
                   std::string(name), "16-bit instance ids and depth maps are read as such"};
    }
    ids.values[pixel] = static_cast<std::uint8_t>(picture.values[pixel]);
  }
  return ids;
}

Image scaled_to_8(const Raster<std::uint16_t>& picture) {
  Image out(picture.width, picture.height, picture.channels);
  for (std::size_t i = 0; i < out.values.size(); ++i) {
    out.values[i] = static_cast<std::uint8_t>((picture.values[i] * 255U + 32767U) / 65535U);
  }
  return out;
}

int orientation_of_tiff(std::string_view bytes) {
  const auto byte = [&](std::size_t at) { return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at])); };
  if (bytes.size() < 8) return 1;
  const bool is_little = bytes[0] == 'I';
  const auto word = [&](std::size_t at) {
    return is_little ? byte(at) | byte(at + 1) << 8 : byte(at) << 8 | byte(at + 1);
  };
  const auto wide = [&](std::size_t at) {
    return is_little ? word(at) | word(at + 2) << 16 : word(at) << 16 | word(at + 2);
  };
  const std::size_t table = wide(4);
  if (table + 2 > bytes.size()) return 1;
  const std::size_t entries = word(table);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t entry = table + 2 + 12 * i;
    if (entry + 12 > bytes.size()) return 1;
    if (word(entry) != 0x0112) continue;
    const std::uint32_t value = word(entry + 8);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

}  // namespace codec

namespace {

Error unreadable(std::string_view bytes, std::string_view name) {
  if (bytes.empty()) return {ErrorKind::kData, "the file is empty", std::string(name), ""};
  return {ErrorKind::kData, "not a picture that can be read here", std::string(name),
          "JPEG, PNG, WebP, TIFF and BMP are, whatever the file is called"};
}

Error wrong_format(PictureFormat format, std::string_view name, std::string_view what, std::string hint) {
  return {ErrorKind::kData, std::string(picture_format_name(format)) + " " + std::string(what), std::string(name),
          std::move(hint)};
}

}  // namespace

PictureFormat picture_format(std::string_view bytes) {
  if (bytes.starts_with("\xFF\xD8\xFF")) return PictureFormat::kJpeg;
  if (bytes.starts_with("\x89PNG\r\n\x1A\n")) return PictureFormat::kPng;
  if (bytes.starts_with("RIFF") && bytes.size() >= 12 && bytes.substr(8, 4) == "WEBP") return PictureFormat::kWebp;
  using namespace std::string_view_literals;
  if (bytes.starts_with("II*\0"sv) || bytes.starts_with("MM\0*"sv)) return PictureFormat::kTiff;
  if (bytes.starts_with("II+\0"sv) || bytes.starts_with("MM\0+"sv)) return PictureFormat::kTiff;  // BigTIFF
  if (bytes.starts_with("BM") && bytes.size() >= 26) return PictureFormat::kBmp;
  return PictureFormat::kUnknown;
}

std::string_view picture_format_name(PictureFormat format) {
  switch (format) {
    case PictureFormat::kJpeg:
      return "jpeg";
    case PictureFormat::kPng:
      return "png";
    case PictureFormat::kWebp:
      return "webp";
    case PictureFormat::kTiff:
      return "tiff";
    case PictureFormat::kBmp:
      return "bmp";
    case PictureFormat::kUnknown:
      break;
  }
  return "unknown";
}

Result<PictureHeader> read_picture_header(std::string_view bytes, std::string_view name, PictureLimits limits) {
  Result<PictureHeader> header = unreadable(bytes, name);
  switch (picture_format(bytes)) {
    case PictureFormat::kJpeg:
      header = codec::jpeg_header(bytes, name);
      break;
    case PictureFormat::kPng:
      header = codec::png_header(bytes, name);
      break;
    case PictureFormat::kWebp:
      header = codec::webp_header(bytes, name);
      break;
    case PictureFormat::kTiff:
      header = codec::tiff_header(bytes, name);
      break;
    case PictureFormat::kBmp:
      header = codec::bmp_header(bytes, name);
      break;
    case PictureFormat::kUnknown:
      break;
  }
  if (!header) return header;
  if (auto refused = codec::refused_size(header->size.width, header->size.height, name, limits)) return *refused;
  return header;
}

Result<Image> decode_picture(std::string_view bytes, std::string_view name, PictureLimits limits) {
  switch (picture_format(bytes)) {
    case PictureFormat::kJpeg:
      return codec::decode_jpeg(bytes, name, 1, limits);
    case PictureFormat::kPng:
      return codec::decode_png(bytes, name, codec::Reading::kColours, limits);
    case PictureFormat::kWebp:
      return codec::decode_webp(bytes, name, codec::Reading::kColours, limits);
    case PictureFormat::kTiff:
      return codec::decode_tiff(bytes, name, codec::Reading::kColours, limits);
    case PictureFormat::kBmp:
      return codec::decode_bmp(bytes, name, codec::Reading::kColours, limits);
    case PictureFormat::kUnknown:
      break;
  }
  return unreadable(bytes, name);
}

Result<Image> decode_class_ids(std::string_view bytes, std::string_view name, PictureLimits limits) {
  switch (picture_format(bytes)) {
    case PictureFormat::kJpeg:
      return wrong_format(PictureFormat::kJpeg, name,
                          "data in a class-id mask: its values are not those that were drawn",
                          "a lossy colour mask can be read with a palette and a tolerance");
    case PictureFormat::kPng:
      return codec::decode_png(bytes, name, codec::Reading::kValues, limits);
    case PictureFormat::kWebp:
      return codec::decode_webp(bytes, name, codec::Reading::kValues, limits);
    case PictureFormat::kTiff:
      return codec::decode_tiff(bytes, name, codec::Reading::kValues, limits);
    case PictureFormat::kBmp:
      return codec::decode_bmp(bytes, name, codec::Reading::kValues, limits);
    case PictureFormat::kUnknown:
      break;
  }
  return unreadable(bytes, name);
}

Result<DepthPicture> decode_picture16(std::string_view bytes, std::string_view name, PictureLimits limits) {
  const PictureFormat format = picture_format(bytes);
  if (format == PictureFormat::kPng) return codec::decode_png16(bytes, name, limits);
  if (format == PictureFormat::kTiff) return codec::decode_tiff16(bytes, name, limits);
  if (format == PictureFormat::kUnknown) return unreadable(bytes, name);
  return wrong_format(format, name, "cannot hold values of 16 bits", "depth maps and instance ids come as PNG or TIFF");
}

Result<FloatImage> decode_float_tiff(std::string_view bytes, std::string_view name, PictureLimits limits) {
  const PictureFormat format = picture_format(bytes);
  if (format == PictureFormat::kTiff) return codec::decode_tiff_float(bytes, name, limits);
  if (format == PictureFormat::kUnknown) return unreadable(bytes, name);
  return wrong_format(format, name, "is not TIFF", "");
}

Result<Image> read_picture(const fs::path& path, PictureLimits limits) {
  SURGSIGMA_TRY(bytes, read_file(path, kLargestPictureFile));
  return decode_picture(bytes, path.string(), limits);
}

Result<Image> read_class_ids(const fs::path& path, PictureLimits limits) {
  SURGSIGMA_TRY(bytes, read_file(path, kLargestPictureFile));
  return decode_class_ids(bytes, path.string(), limits);
}

Result<Image> decode_jpeg_reduced(std::string_view bytes, std::string_view name, int reduce, PictureLimits limits) {
  if (reduce != 1 && reduce != 2 && reduce != 4 && reduce != 8) {
    return Error{ErrorKind::kUsage, "a JPEG cannot be reduced by " + std::to_string(reduce), std::string(name),
                 "1, 2, 4 or 8"};
  }
  if (picture_format(bytes) != PictureFormat::kJpeg) {
    return Error{ErrorKind::kData, "not JPEG data", std::string(name), ""};
  }
  return codec::decode_jpeg(bytes, name, reduce, limits);
}

}  // namespace surgsigma
