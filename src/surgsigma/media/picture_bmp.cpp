// BMP, as some older sets hold their frames: uncompressed, 8 bits with a palette, 24 or 32 bits.
#include <cstring>

#include "surgsigma/media/picture_codecs.h"

namespace surgsigma::codec {
namespace {

struct BmpLayout {
  std::size_t pixels_at = 0;
  std::int64_t width = 0;
  std::int64_t height = 0;
  bool is_upside_down = true;
  int bits = 0;
  std::uint32_t compression = 0;
  std::string_view palette;  ///< Four bytes a colour: blue, green, red, unused.
};

std::uint32_t number(std::string_view bytes, std::size_t at, int count) {
  std::uint32_t value = 0;
  for (int i = count - 1; i >= 0; --i)
    value = value << 8 | static_cast<unsigned char>(bytes[at + static_cast<std::size_t>(i)]);
  return value;
}

Result<BmpLayout> layout_of(std::string_view bytes, std::string_view name) {
  if (bytes.size() < 54) return damaged(name, PictureFormat::kBmp, "it ends inside its header");
  const std::size_t header = number(bytes, 14, 4);
  if (header < 40) return Error{ErrorKind::kData, "a BMP older than Windows 3", std::string(name), "save it as PNG"};
  BmpLayout layout;
  layout.pixels_at = number(bytes, 10, 4);
  layout.width = static_cast<std::int32_t>(number(bytes, 18, 4));
  layout.height = static_cast<std::int32_t>(number(bytes, 22, 4));
  layout.is_upside_down = layout.height > 0;
  if (layout.height < 0) layout.height = -layout.height;
  layout.bits = static_cast<int>(number(bytes, 28, 2));
  layout.compression = number(bytes, 30, 4);
  std::size_t colours = layout.bits == 8 ? number(bytes, 46, 4) : 0;
  if (layout.bits == 8 && (colours == 0 || colours > 256)) colours = 256;
  if (header > bytes.size() || 14 + header + 4 * colours > bytes.size()) {
    return damaged(name, PictureFormat::kBmp, "it ends inside its palette");
  }
  layout.palette = bytes.substr(14 + header, 4 * colours);
  return layout;
}

bool is_supported(const BmpLayout& layout) {
  const bool is_plain = layout.compression == 0 || (layout.compression == 3 && layout.bits == 32);
  return is_plain && (layout.bits == 8 || layout.bits == 24 || layout.bits == 32);
}

/// One row from the file's order to ours. False if a palette index has no colour.
bool convert_row(const BmpLayout& layout, const unsigned char* in, std::uint8_t* out, Reading reading) {
  const bool has_indices = layout.bits == 8;
  if (has_indices && reading == Reading::kValues) {
    std::memcpy(out, in, static_cast<std::size_t>(layout.width));
    return true;
  }
  const std::size_t step = static_cast<std::size_t>(layout.bits) / 8;
  for (std::int64_t x = 0; x < layout.width; ++x, in += step, out += 3) {
    const unsigned char* colour = in;
    if (has_indices) {
      if (4U * *in >= layout.palette.size()) return false;
      colour = reinterpret_cast<const unsigned char*>(layout.palette.data()) + 4U * *in;
    }
    out[0] = colour[2];
    out[1] = colour[1];
    out[2] = colour[0];
  }
  return true;
}

}  // namespace

Result<PictureHeader> bmp_header(std::string_view bytes, std::string_view name) {
  SURGSIGMA_TRY(layout, layout_of(bytes, name));
  if (auto refused = refused_size(layout.width, layout.height, name, {0x7fffffff, 0x7fffffffffff})) return *refused;
  PictureHeader header;
  header.format = PictureFormat::kBmp;
  header.size = {static_cast<int>(layout.width), static_cast<int>(layout.height)};
  header.is_palette = layout.bits <= 8;
  header.channels = header.is_palette ? 1 : 3;
  header.bits = 8;
  return header;
}

Result<Image> decode_bmp(std::string_view bytes, std::string_view name, Reading reading, const PictureLimits& limits) {
  SURGSIGMA_TRY(layout, layout_of(bytes, name));
  if (auto refused = refused_size(layout.width, layout.height, name, limits)) return *refused;
  if (!is_supported(layout)) {
    return Error{ErrorKind::kData, "a BMP of " + std::to_string(layout.bits) + " bits or with compression",
                 std::string(name), "8, 24 and 32 bits without compression can be read; save it as PNG"};
  }
  const std::size_t row_bytes =
      (static_cast<std::size_t>(layout.width) * static_cast<std::size_t>(layout.bits) / 8 + 3) / 4 * 4;
  const std::size_t rows = layout.pixels_at < bytes.size() ? (bytes.size() - layout.pixels_at) / row_bytes : 0;
  if (rows < static_cast<std::size_t>(layout.height)) {
    return damaged(name, PictureFormat::kBmp,
                   "it ends after " + std::to_string(rows) + " of " + std::to_string(layout.height) + " rows");
  }
  const bool has_values = layout.bits == 8 && reading == Reading::kValues;
  Image image(static_cast<int>(layout.width), static_cast<int>(layout.height), has_values ? 1 : 3);
  for (int y = 0; y < image.height; ++y) {
    const int stored = layout.is_upside_down ? image.height - 1 - y : y;
    const char* row = bytes.data() + layout.pixels_at + static_cast<std::size_t>(stored) * row_bytes;
    if (!convert_row(layout, reinterpret_cast<const unsigned char*>(row), image.row(y), reading)) {
      return damaged(name, PictureFormat::kBmp, "row " + std::to_string(y) + " has a palette index without a colour");
    }
  }
  if (reading == Reading::kValues) return one_channel(std::move(image), name);
  return image;
}

}  // namespace surgsigma::codec
