// WebP through libwebp. Animations are refused: they are clips, not pictures.
#include <webp/decode.h>
#include <webp/encode.h>

#include "surgsigma/media/picture_codecs.h"

namespace surgsigma {
namespace codec {
namespace {

const std::uint8_t* data_of(std::string_view bytes) { return reinterpret_cast<const std::uint8_t*>(bytes.data()); }

std::string words_of(VP8StatusCode status) {
  switch (status) {
    case VP8_STATUS_NOT_ENOUGH_DATA:
      return "the file ends early";
    case VP8_STATUS_OUT_OF_MEMORY:
      return "no memory";
    case VP8_STATUS_UNSUPPORTED_FEATURE:
      return "a feature that libwebp does not know";
    default:
      return "its bit stream cannot be read";
  }
}

Result<WebPBitstreamFeatures> features_of(std::string_view bytes, std::string_view name) {
  WebPBitstreamFeatures features;
  const VP8StatusCode status = WebPGetFeatures(data_of(bytes), bytes.size(), &features);
  if (status != VP8_STATUS_OK) return damaged(name, PictureFormat::kWebp, words_of(status));
  return features;
}

constexpr int kLossless = 2;  // WebPBitstreamFeatures::format

}  // namespace

Result<PictureHeader> webp_header(std::string_view bytes, std::string_view name) {
  SURGSIGMA_TRY(features, features_of(bytes, name));
  PictureHeader header;
  header.format = PictureFormat::kWebp;
  header.size = {features.width, features.height};
  header.has_alpha = features.has_alpha != 0;
  header.channels = header.has_alpha ? 4 : 3;
  header.bits = 8;
  return header;
}

Result<Image> decode_webp(std::string_view bytes, std::string_view name, Reading reading, const PictureLimits& limits) {
  SURGSIGMA_TRY(features, features_of(bytes, name));
  if (features.has_animation != 0) {
    return Error{ErrorKind::kData, "an animated WebP where one picture is needed", std::string(name), ""};
  }
  if (reading == Reading::kValues && features.format != kLossless) {
    return Error{ErrorKind::kData, "lossy WebP data in a class-id mask: its values are not those that were drawn",
                 std::string(name), ""};
  }
  if (auto refused = refused_size(features.width, features.height, name, limits)) return *refused;

  const bool has_alpha = features.has_alpha != 0 && reading == Reading::kColours;
  Image image(features.width, features.height, has_alpha ? 4 : 3);
  WebPDecoderConfig config;
  WebPInitDecoderConfig(&config);
  config.output.colorspace = has_alpha ? MODE_RGBA : MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA = {image.values.data(), static_cast<int>(image.row_values()), image.values.size()};
  const VP8StatusCode status = WebPDecode(data_of(bytes), bytes.size(), &config);
  WebPFreeDecBuffer(&config.output);
  if (status != VP8_STATUS_OK) return damaged(name, PictureFormat::kWebp, words_of(status));
  if (reading == Reading::kValues) return one_channel(std::move(image), name);
  if (has_alpha) return without_alpha(image, name);
  return image;
}

}  // namespace codec

namespace {

/// The encoder takes colours only.
Image three_channels(const Image& grey) {
  Image out(grey.width, grey.height, 3);
  for (std::size_t i = 0; i < grey.values.size(); ++i) {
    for (std::size_t c = 0; c < 3; ++c) out.values[3 * i + c] = grey.values[i];
  }
  return out;
}

Result<std::string> encode_colours(const Image& image, int quality) {
  WebPConfig config;
  WebPPicture picture;
  if (WebPConfigInit(&config) == 0 || WebPPictureInit(&picture) == 0) {
    return Error{ErrorKind::kInternal, "libwebp has another version than its headers", "", ""};
  }
  config.quality = static_cast<float>(quality);
  if (quality == 100) {
    WebPConfigLosslessPreset(&config, 4);
    config.exact = 1;
  }
  picture.use_argb = config.lossless;
  picture.width = image.width;
  picture.height = image.height;
  WebPMemoryWriter writer;
  WebPMemoryWriterInit(&writer);
  picture.writer = WebPMemoryWrite;
  picture.custom_ptr = &writer;
  const bool is_written =
      WebPPictureImportRGB(&picture, image.values.data(), static_cast<int>(image.row_values())) != 0 &&
      WebPEncode(&config, &picture) != 0;
  std::string bytes(reinterpret_cast<const char*>(writer.mem), writer.size);
  const int code = picture.error_code;
  WebPMemoryWriterClear(&writer);
  WebPPictureFree(&picture);
  if (is_written) return bytes;
  return Error{ErrorKind::kUsage, "libwebp cannot write this picture (its error " + std::to_string(code) + ")", "",
               "sides go up to 16383"};
}

}  // namespace

Result<std::string> encode_webp(const Image& image, int quality) {
  if (image.is_empty() || (image.channels != 1 && image.channels != 3)) {
    return Error{ErrorKind::kUsage, "a WebP needs pixels of one or three channels", "", ""};
  }
  if (quality < 0 || quality > 100) return Error{ErrorKind::kUsage, "WebP quality goes from 0 to 100", "", ""};
  return image.channels == 1 ? encode_colours(three_channels(image), quality) : encode_colours(image, quality);
}

}  // namespace surgsigma
