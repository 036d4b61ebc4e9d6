// PNG through libpng. Its errors leave by longjmp: see picture_jpeg.cpp for the rule that follows.
#include <png.h>

#include <algorithm>
#include <cstring>

#include "surgsigma/media/picture_codecs.h"

namespace surgsigma {
namespace codec {
namespace {

/// A compressed byte gives at most 1032 bytes (deflate), so a short file cannot hold a large picture.
constexpr std::uint64_t kMostExpansion = 1032;

class PngReader {
 public:
  explicit PngReader(std::string_view bytes) : bytes_(bytes) {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, fail, ignore);
    if (png_ != nullptr) info_ = png_create_info_struct(png_);
  }
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  bool open() {
    if (png_ == nullptr || info_ == nullptr) return false;
    if (setjmp(png_jmpbuf(png_))) return false;
    png_set_read_fn(png_, this, read);
    png_set_chunk_malloc_max(png_, 8U << 20);
    png_set_chunk_cache_max(png_, 64);
    // Text, profiles and the like are not looked at, so they cannot do harm; tRNS and PLTE are always read.
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, skipped_chunks(), skipped_count());
    png_set_user_limits(png_, 0x7fffffff, 0x7fffffff);
    png_set_crc_action(png_, PNG_CRC_ERROR_QUIT, PNG_CRC_QUIET_USE);
    png_read_info(png_, info_);
    width_ = png_get_image_width(png_, info_);
    height_ = png_get_image_height(png_, info_);
    bits_ = png_get_bit_depth(png_, info_);
    type_ = png_get_color_type(png_, info_);
    has_transparency_ = png_get_valid(png_, info_, PNG_INFO_tRNS) != 0;
    return true;
  }

  /// Sets what the rows shall be; then the row size is known.
  bool prepare(Reading reading, bool keep_16) {
    if (setjmp(png_jmpbuf(png_))) return false;
    png_set_interlace_handling(png_);
    if (reading == Reading::kColours) {
      png_set_expand(png_);
      if (bits_ == 16) png_set_scale_16(png_);
    } else {
      png_set_packing(png_);
      if (keep_16 && bits_ == 16) png_set_swap(png_);
      if ((type_ & PNG_COLOR_MASK_ALPHA) != 0) png_set_strip_alpha(png_);
    }
    png_read_update_info(png_, info_);
    channels_ = png_get_channels(png_, info_);
    row_bytes_ = png_get_rowbytes(png_, info_);
    return true;
  }

  bool read_rows(unsigned char* pixels) {
    if (setjmp(png_jmpbuf(png_))) return false;
    const int passes = png_get_interlace_type(png_, info_) == PNG_INTERLACE_ADAM7 ? 7 : 1;
    for (int pass = 0; pass < passes; ++pass) {
      for (row_ = 0; row_ < height_; ++row_) png_read_row(png_, pixels + row_ * row_bytes_, nullptr);
    }
    png_read_end(png_, nullptr);
    return true;
  }

  std::uint32_t width() const { return width_; }
  std::uint32_t height() const { return height_; }
  int bits() const { return bits_; }
  int type() const { return type_; }
  int channels() const { return channels_; }
  std::size_t row_bytes() const { return row_bytes_; }
  bool has_transparency() const { return has_transparency_; }
  bool has_alpha() const { return has_transparency_ || (type_ & PNG_COLOR_MASK_ALPHA) != 0; }

  std::string words() const {
    if (!is_short_) return text_;
    if (height_ == 0) return "it ends inside its header";
    return "it ends at row " + std::to_string(row_) + " of " + std::to_string(height_);
  }

 private:
  [[noreturn]] static void fail(png_structp png, png_const_charp text) {
    auto* reader = static_cast<PngReader*>(png_get_error_ptr(png));
    std::strncpy(reader->text_, text, sizeof reader->text_ - 1);
    png_longjmp(png, 1);
  }
  static void ignore(png_structp, png_const_charp) {}
  static void read(png_structp png, png_bytep out, std::size_t count) {
    auto* reader = static_cast<PngReader*>(png_get_io_ptr(png));
    if (count > reader->bytes_.size() - reader->at_) {
      reader->is_short_ = true;
      png_error(png, "the file ends early");
    }
    std::memcpy(out, reader->bytes_.data() + reader->at_, count);
    reader->at_ += count;
  }
  static png_const_bytep skipped_chunks() {
    static const png_byte names[] =
        "iCCP\0iTXt\0tEXt\0zTXt\0eXIf\0sPLT\0hIST\0tIME\0pCAL\0sCAL\0oFFs\0pHYs\0bKGD\0cHRM\0gAMA\0sRGB\0sBIT";
    return names;
  }
  static int skipped_count() { return 17; }

  std::string_view bytes_;
  std::size_t at_ = 0;
  bool is_short_ = false;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  char text_[200] = "no memory";
  std::uint32_t width_ = 0, height_ = 0, row_ = 0;
  int bits_ = 0, type_ = 0, channels_ = 0;
  std::size_t row_bytes_ = 0;
  bool has_transparency_ = false;
};

/// Opened and small enough, or the reason why not.
std::optional<Error> opened(PngReader& reader, std::string_view bytes, std::string_view name,
                            const PictureLimits& limits) {
  if (!reader.open()) return damaged(name, PictureFormat::kPng, reader.words());
  if (auto refused = refused_size(reader.width(), reader.height(), name, limits)) return refused;
  const bool has_colours = (reader.type() & PNG_COLOR_MASK_COLOR) != 0 && reader.type() != PNG_COLOR_TYPE_PALETTE;
  const std::uint64_t samples = (has_colours ? 3U : 1U) + ((reader.type() & PNG_COLOR_MASK_ALPHA) != 0 ? 1U : 0U);
  const std::uint64_t row = (reader.width() * samples * static_cast<std::uint64_t>(reader.bits()) + 7) / 8;
  if (row * reader.height() > bytes.size() * kMostExpansion) {
    return damaged(name, PictureFormat::kPng,
                   std::to_string(bytes.size()) + " bytes cannot hold " + std::to_string(reader.width()) + "x" +
                       std::to_string(reader.height()) + " pixels: the file ends early");
  }
  return {};
}

}  // namespace

Result<PictureHeader> png_header(std::string_view bytes, std::string_view name) {
  PngReader reader(bytes);
  if (!reader.open()) return damaged(name, PictureFormat::kPng, reader.words());
  PictureHeader header;
  header.format = PictureFormat::kPng;
  header.size = {static_cast<int>(reader.width()), static_cast<int>(reader.height())};
  header.is_palette = reader.type() == PNG_COLOR_TYPE_PALETTE;
  header.has_alpha = reader.has_alpha();
  header.channels = header.is_palette ? 1
                                      : ((reader.type() & PNG_COLOR_MASK_COLOR) != 0 ? 3 : 1) +
                                            ((reader.type() & PNG_COLOR_MASK_ALPHA) != 0 ? 1 : 0);
  header.bits = reader.bits();
  return header;
}

Result<Image> decode_png(std::string_view bytes, std::string_view name, Reading reading, const PictureLimits& limits) {
  PngReader reader(bytes);
  if (auto error = opened(reader, bytes, name, limits)) return *error;
  if (reading == Reading::kValues && reader.bits() == 16) {
    SURGSIGMA_TRY(wide, decode_png16(bytes, name, limits));
    return narrowed(wide, name);
  }
  if (!reader.prepare(reading, false)) return damaged(name, PictureFormat::kPng, reader.words());
  Image image(static_cast<int>(reader.width()), static_cast<int>(reader.height()), reader.channels());
  if (!reader.read_rows(image.values.data())) return damaged(name, PictureFormat::kPng, reader.words());
  if (reading == Reading::kValues) return one_channel(std::move(image), name);
  if (image.channels == 2 || image.channels == 4) return without_alpha(image, name);
  return image;
}

Result<DepthPicture> decode_png16(std::string_view bytes, std::string_view name, const PictureLimits& limits) {
  PngReader reader(bytes);
  if (auto error = opened(reader, bytes, name, limits)) return *error;
  if (reader.bits() < 16) {
    SURGSIGMA_TRY(narrow, decode_png(bytes, name, Reading::kValues, limits));
    DepthPicture wide(narrow.width, narrow.height, 1);
    std::copy(narrow.values.begin(), narrow.values.end(), wide.values.begin());
    return wide;
  }
  if (reader.type() != PNG_COLOR_TYPE_GRAY && reader.type() != PNG_COLOR_TYPE_GRAY_ALPHA) {
    return Error{ErrorKind::kData, "a picture of 16 bits with colours where one channel is needed", std::string(name),
                 ""};
  }
  if (!reader.prepare(Reading::kValues, true)) return damaged(name, PictureFormat::kPng, reader.words());
  DepthPicture picture(static_cast<int>(reader.width()), static_cast<int>(reader.height()), 1);
  if (!reader.read_rows(reinterpret_cast<unsigned char*>(picture.values.data()))) {
    return damaged(name, PictureFormat::kPng, reader.words());
  }
  return picture;
}

}  // namespace codec

namespace {

struct PngSettings {
  int colour_type = PNG_COLOR_TYPE_RGB;
  int bits = 8;
  std::span<const PaletteColour> palette = {};
};

struct PngWriter {
  png_structp png = nullptr;
  png_infop info = nullptr;
  std::string bytes;
  char text[200] = "no memory";
  ~PngWriter() { png_destroy_write_struct(&png, &info); }

  [[noreturn]] static void fail(png_structp structure, png_const_charp words) {
    auto* writer = static_cast<PngWriter*>(png_get_error_ptr(structure));
    std::strncpy(writer->text, words, sizeof writer->text - 1);
    png_longjmp(structure, 1);
  }
  static void ignore(png_structp, png_const_charp) {}
  static void append(png_structp structure, png_bytep data, std::size_t count) {
    static_cast<PngWriter*>(png_get_io_ptr(structure))->bytes.append(reinterpret_cast<const char*>(data), count);
  }
  static void flush(png_structp) {}

  /// `row_bytes` between rows; 16-bit values in the machine's order.
  bool write(ImageSize size, const unsigned char* pixels, std::size_t row_bytes, const PngSettings& settings) {
    png = png_create_write_struct(PNG_LIBPNG_VER_STRING, this, fail, ignore);
    if (png == nullptr || (info = png_create_info_struct(png)) == nullptr) return false;
    if (setjmp(png_jmpbuf(png))) return false;
    png_set_write_fn(png, this, append, flush);
    png_set_compression_level(png, 6);
    const bool is_flat = settings.colour_type == PNG_COLOR_TYPE_PALETTE;
    png_set_filter(png, PNG_FILTER_TYPE_BASE,
                   is_flat ? PNG_FILTER_NONE : PNG_FILTER_SUB | PNG_FILTER_UP | PNG_FILTER_PAETH);
    png_set_IHDR(png, info, static_cast<std::uint32_t>(size.width), static_cast<std::uint32_t>(size.height),
                 settings.bits, settings.colour_type, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    if (is_flat) {
      static_assert(sizeof(png_color) == sizeof(PaletteColour));
      png_set_PLTE(png, info, reinterpret_cast<const png_color*>(settings.palette.data()),
                   static_cast<int>(settings.palette.size()));
    }
    png_write_info(png, info);
    if (settings.bits == 16) png_set_swap(png);
    for (int y = 0; y < size.height; ++y) png_write_row(png, pixels + static_cast<std::size_t>(y) * row_bytes);
    png_write_end(png, nullptr);
    return true;
  }
};

Result<std::string> written(ImageSize size, const void* pixels, std::size_t row_bytes, const PngSettings& settings) {
  PngWriter writer;
  if (!writer.write(size, static_cast<const unsigned char*>(pixels), row_bytes, settings)) {
    return Error{ErrorKind::kUsage, writer.text, "", ""};
  }
  return std::move(writer.bytes);
}

}  // namespace

Result<std::string> encode_png(const Image& image) {
  if (image.is_empty() || (image.channels != 1 && image.channels != 3)) {
    return Error{ErrorKind::kUsage, "a PNG needs pixels of one or three channels", "", ""};
  }
  PngSettings settings;
  settings.colour_type = image.channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB;
  return written(image.size(), image.values.data(), image.row_values(), settings);
}

Result<std::string> encode_png16(const DepthPicture& depth) {
  if (depth.is_empty() || depth.channels != 1) {
    return Error{ErrorKind::kUsage, "a 16-bit PNG needs pixels of one channel", "", ""};
  }
  return written(depth.size(), depth.values.data(), depth.row_values() * 2, {PNG_COLOR_TYPE_GRAY, 16, {}});
}

Result<std::string> encode_palette_png(const Image& ids, std::span<const PaletteColour> palette) {
  if (ids.is_empty() || ids.channels != 1 || palette.empty() || palette.size() > 256) {
    return Error{ErrorKind::kUsage, "a palette PNG needs pixels of one channel and 1 to 256 colours", "", ""};
  }
  const int highest = *std::max_element(ids.values.begin(), ids.values.end());
  if (static_cast<std::size_t>(highest) >= palette.size()) {
    return Error{ErrorKind::kUsage, "index " + std::to_string(highest) + " has no colour", "", ""};
  }
  return written(ids.size(), ids.values.data(), ids.row_values(), {PNG_COLOR_TYPE_PALETTE, 8, palette});
}

}  // namespace surgsigma
