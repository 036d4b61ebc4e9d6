// TIFF through libtiff, from memory. Plain samples are read as they lie; palettes, YCbCr and CMYK go through the
// library's own conversion to RGBA.
#include <tiffio.h>

#include <cstring>
#include <limits>
#include <memory>

#include "surgsigma/media/picture_codecs.h"

namespace surgsigma {
namespace codec {
namespace {

/// The bytes with a reading position, and the library's first complaint.
struct TiffMemory {
  std::string_view bytes;
  std::uint64_t at = 0;
  std::string complaint;
};

TiffMemory& memory_of(thandle_t handle) { return *static_cast<TiffMemory*>(handle); }

tmsize_t read_bytes(thandle_t handle, void* out, tmsize_t count) {
  TiffMemory& memory = memory_of(handle);
  if (memory.at >= memory.bytes.size() || count <= 0) return 0;
  const std::size_t left = memory.bytes.size() - static_cast<std::size_t>(memory.at);
  const std::size_t take = std::min(static_cast<std::size_t>(count), left);
  std::memcpy(out, memory.bytes.data() + memory.at, take);
  memory.at += take;
  return static_cast<tmsize_t>(take);
}
tmsize_t write_nothing(thandle_t, void*, tmsize_t) { return 0; }
toff_t seek(thandle_t handle, toff_t offset, int whence) {
  TiffMemory& memory = memory_of(handle);
  if (whence == SEEK_SET) memory.at = offset;
  if (whence == SEEK_CUR) memory.at += offset;
  if (whence == SEEK_END) memory.at = memory.bytes.size() + offset;
  return memory.at;
}
int keep_open(thandle_t) { return 0; }
toff_t size_of(thandle_t handle) { return memory_of(handle).bytes.size(); }
int map_bytes(thandle_t handle, void** base, toff_t* size) {
  TiffMemory& memory = memory_of(handle);
  *base = const_cast<char*>(memory.bytes.data());
  *size = memory.bytes.size();
  return 1;
}
void unmap_bytes(thandle_t, void*, toff_t) {}

int take_error(TIFF*, void* user, const char*, const char* format, va_list arguments) {
  auto& memory = *static_cast<TiffMemory*>(user);
  char text[256];
  std::vsnprintf(text, sizeof text, format, arguments);
  if (memory.complaint.empty()) memory.complaint = text;
  return 1;
}
int take_warning(TIFF*, void*, const char*, const char*, va_list) { return 1; }

struct TiffClose {
  void operator()(TIFF* tiff) const { TIFFClose(tiff); }
};
using TiffHandle = std::unique_ptr<TIFF, TiffClose>;

/// What the first directory says of its samples.
struct TiffShape {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint16_t channels = 1;
  std::uint16_t bits = 1;
  std::uint16_t format = SAMPLEFORMAT_UINT;
  std::uint16_t photometric = PHOTOMETRIC_MINISBLACK;
  std::uint16_t planes = PLANARCONFIG_CONTIG;
  std::uint16_t orientation = 1;

  bool is_float() const { return format == SAMPLEFORMAT_IEEEFP; }
  bool has_plain_colours() const {
    return photometric == PHOTOMETRIC_MINISBLACK || photometric == PHOTOMETRIC_MINISWHITE ||
           photometric == PHOTOMETRIC_RGB;
  }
};

struct OpenTiff {
  std::unique_ptr<TiffMemory> memory;
  TiffHandle handle;
  TiffShape shape;
  Error error(std::string_view name) const {
    return damaged(name, PictureFormat::kTiff, memory->complaint.empty() ? "it cannot be read" : memory->complaint);
  }
};

constexpr tmsize_t kMostLibraryBytes = static_cast<tmsize_t>(1) << 30;

Result<OpenTiff> open_tiff(std::string_view bytes, std::string_view name) {
  OpenTiff open;
  open.memory = std::make_unique<TiffMemory>(TiffMemory{bytes, 0, {}});
  TIFFOpenOptions* options = TIFFOpenOptionsAlloc();
  TIFFOpenOptionsSetMaxSingleMemAlloc(options, kMostLibraryBytes);
  TIFFOpenOptionsSetErrorHandlerExtR(options, take_error, open.memory.get());
  TIFFOpenOptionsSetWarningHandlerExtR(options, take_warning, open.memory.get());
  open.handle.reset(TIFFClientOpenExt("memory", "r", open.memory.get(), read_bytes, write_nothing, seek, keep_open,
                                      size_of, map_bytes, unmap_bytes, options));
  TIFFOpenOptionsFree(options);
  if (!open.handle) return open.error(name);
  TIFF* tiff = open.handle.get();
  TiffShape& shape = open.shape;
  TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &shape.width);
  TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &shape.height);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &shape.channels);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &shape.bits);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &shape.format);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &shape.planes);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_ORIENTATION, &shape.orientation);
  TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &shape.photometric);
  return open;
}

/// More than one full-size page: which of them would be meant?
bool has_more_pages(TIFF* tiff) {
  while (TIFFReadDirectory(tiff) != 0) {
    std::uint32_t kind = 0;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SUBFILETYPE, &kind);
    if ((kind & FILETYPE_REDUCEDIMAGE) == 0) return true;
  }
  return false;
}

Result<OpenTiff> open_one_page(std::string_view bytes, std::string_view name, const PictureLimits& limits) {
  SURGSIGMA_TRY(open, open_tiff(bytes, name));
  if (auto refused = refused_size(open.shape.width, open.shape.height, name, limits)) return *refused;
  if (open.shape.channels < 1 || open.shape.channels > 16) {
    return Error{ErrorKind::kData, "a TIFF of " + std::to_string(open.shape.channels) + " channels", std::string(name),
                 ""};
  }
  if (has_more_pages(open.handle.get())) {
    return Error{ErrorKind::kData, "a TIFF of several pages where one picture is needed", std::string(name), ""};
  }
  if (TIFFSetDirectory(open.handle.get(), 0) == 0) return open.error(name);
  return open;
}

/// Samples of a strip or tile into their place; `channel` is -1 for all.
template <class T>
void place(Raster<T>& picture, const T* block, std::uint32_t x0, std::uint32_t y0, std::uint32_t wide,
           std::uint32_t high, int channel) {
  const std::size_t many = channel < 0 ? static_cast<std::size_t>(picture.channels) : 1;
  const std::uint32_t columns = std::min(wide, static_cast<std::uint32_t>(picture.width) - x0);
  const std::uint32_t rows = std::min(high, static_cast<std::uint32_t>(picture.height) - y0);
  for (std::uint32_t y = 0; y < rows; ++y) {
    const T* in = block + static_cast<std::size_t>(y) * wide * many;
    T* out = picture.at(static_cast<int>(x0), static_cast<int>(y0 + y));
    if (channel < 0) {
      std::memcpy(out, in, columns * many * sizeof(T));
      continue;
    }
    for (std::uint32_t x = 0; x < columns; ++x)
      out[static_cast<std::size_t>(x) * static_cast<std::size_t>(picture.channels) +
          static_cast<std::size_t>(channel)] = in[x];
  }
}

/// The size of the library's blocks: tiles, or strips as wide as the picture.
struct Blocks {
  bool are_tiles = false;
  std::uint32_t wide = 0;
  std::uint32_t high = 0;
};

Blocks blocks_of(TIFF* tiff, const TiffShape& shape) {
  Blocks blocks{TIFFIsTiled(tiff) != 0, shape.width, shape.height};
  if (blocks.are_tiles) {
    TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &blocks.wide);
    TIFFGetField(tiff, TIFFTAG_TILELENGTH, &blocks.high);
  } else {
    TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &blocks.high);
    blocks.high = std::min(blocks.high, shape.height);
  }
  return blocks;
}

/// What a compressed byte gives at most: nothing more for plain data, 64 (PackBits), 1032 (deflate), a string of 4096
/// bytes for each 12 bits (LZW). 0: not known, so nothing can be said.
std::uint64_t most_expansion(TIFF* tiff) {
  std::uint16_t compression = COMPRESSION_NONE;
  TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &compression);
  switch (compression) {
    case COMPRESSION_NONE:
      return 1;
    case COMPRESSION_PACKBITS:
      return 64;
    case COMPRESSION_ADOBE_DEFLATE:
    case COMPRESSION_DEFLATE:
      return 1032;
    case COMPRESSION_LZW:
      return 2731;
    default:
      return 0;
  }
}

constexpr std::uint64_t kMostPixelBytes = 8;  ///< RGBA of 16 bits, two floats; more only in smaller pictures

/// Before memory is taken: as many samples as `limits` lets through, and as many as the file can hold.
std::optional<Error> refused_samples(const OpenTiff& open, std::size_t sample_bytes, std::string_view name,
                                     const PictureLimits& limits) {
  const TiffShape& shape = open.shape;
  const std::string size = std::to_string(shape.width) + "x" + std::to_string(shape.height);
  const std::uint64_t needed = std::uint64_t{shape.width} * shape.height * shape.channels * sample_bytes;
  if (needed > kMostPixelBytes * static_cast<std::uint64_t>(limits.pixels)) {
    return Error{ErrorKind::kData,
                 "a TIFF of " + size + " pixels with " + std::to_string(shape.channels) + " channels is too large",
                 std::string(name), ""};
  }
  const std::uint64_t expansion = most_expansion(open.handle.get());
  if (expansion == 0 || needed / expansion <= open.memory->bytes.size()) return {};
  return damaged(
      name, PictureFormat::kTiff,
      std::to_string(open.memory->bytes.size()) + " bytes cannot hold " + size + " pixels: the file ends early");
}

/// All samples as they lie in the file, in the machine's byte order.
template <class T>
Result<Raster<T>> samples_of(OpenTiff& open, std::string_view name, const PictureLimits& limits) {
  TIFF* tiff = open.handle.get();
  const TiffShape& shape = open.shape;
  if (auto refused = refused_samples(open, sizeof(T), name, limits)) return *refused;
  const Blocks blocks = blocks_of(tiff, shape);
  const bool has_planes = shape.planes == PLANARCONFIG_SEPARATE && shape.channels > 1;
  const std::uint64_t block_samples =
      static_cast<std::uint64_t>(blocks.wide) * blocks.high * (has_planes ? 1U : shape.channels);
  if (blocks.wide == 0 || blocks.high == 0 ||
      block_samples * sizeof(T) > kMostPixelBytes * static_cast<std::uint64_t>(limits.pixels)) {
    return Error{ErrorKind::kData,
                 "a TIFF with tiles of " + std::to_string(blocks.wide) + "x" + std::to_string(blocks.high),
                 std::string(name), ""};
  }
  std::vector<T> block(block_samples);
  Raster<T> picture(static_cast<int>(shape.width), static_cast<int>(shape.height), shape.channels);
  const auto bytes = static_cast<tmsize_t>(block_samples * sizeof(T));
  for (int plane = 0; plane < (has_planes ? shape.channels : 1); ++plane) {
    for (std::uint32_t y = 0; y < shape.height; y += blocks.high) {
      for (std::uint32_t x = 0; x < shape.width; x += blocks.wide) {
        const auto sample = static_cast<std::uint16_t>(plane);
        const std::uint32_t rows = blocks.are_tiles ? blocks.high : std::min(blocks.high, shape.height - y);
        const auto needed = static_cast<tmsize_t>(block_samples / blocks.high * rows * sizeof(T));
        const tmsize_t got =
            blocks.are_tiles ? TIFFReadEncodedTile(tiff, TIFFComputeTile(tiff, x, y, 0, sample), block.data(), bytes)
                             : TIFFReadEncodedStrip(tiff, TIFFComputeStrip(tiff, y, sample), block.data(), needed);
        if (got < needed || !open.memory->complaint.empty()) {
          return damaged(name, PictureFormat::kTiff,
                         "rows from " + std::to_string(y) + " on are missing: " +
                             (open.memory->complaint.empty() ? "a block is too short" : open.memory->complaint));
        }
        place(picture, block.data(), x, y, blocks.wide, rows, has_planes ? plane : -1);
      }
    }
  }
  return picture;
}

/// Anything else that the library knows how to show.
Result<Image> shown(OpenTiff& open, std::string_view name) {
  TIFF* tiff = open.handle.get();
  const TiffShape& shape = open.shape;
  std::vector<std::uint32_t> packed(static_cast<std::size_t>(shape.width) * shape.height);
  const bool is_read =
      TIFFReadRGBAImageOriented(tiff, shape.width, shape.height, packed.data(), shape.orientation, 1) != 0;
  if (!is_read || !open.memory->complaint.empty()) return open.error(name);
  Image image(static_cast<int>(shape.width), static_cast<int>(shape.height), 4);
  for (std::size_t i = 0; i < packed.size(); ++i) {
    image.values[4 * i] = static_cast<std::uint8_t>(TIFFGetR(packed[i]));
    image.values[4 * i + 1] = static_cast<std::uint8_t>(TIFFGetG(packed[i]));
    image.values[4 * i + 2] = static_cast<std::uint8_t>(TIFFGetB(packed[i]));
    image.values[4 * i + 3] = static_cast<std::uint8_t>(TIFFGetA(packed[i]));
  }
  packed = {};
  return without_alpha(image, name);
}

Error no_samples(std::string_view name, const TiffShape& shape, std::string_view wanted) {
  return {ErrorKind::kData,
          "a TIFF of " + std::to_string(shape.channels) + " channels of " + std::to_string(shape.bits) + "-bit " +
              (shape.is_float() ? "floats" : "integers") + " where " + std::string(wanted) + " is needed",
          std::string(name), ""};
}

void invert(Image& image) {
  for (std::uint8_t& value : image.values) value = static_cast<std::uint8_t>(255 - value);
}

template <class T>
FloatImage floats_of(const Raster<T>& picture) {
  FloatImage out(picture.width, picture.height, picture.channels);
  for (std::size_t i = 0; i < out.values.size(); ++i) out.values[i] = static_cast<float>(picture.values[i]);
  return out;
}

template <class T>
Result<FloatImage> float_samples(OpenTiff& open, std::string_view name, const PictureLimits& limits) {
  SURGSIGMA_TRY(picture, samples_of<T>(open, name, limits));
  return floats_of(picture);
}

}  // namespace

Result<PictureHeader> tiff_header(std::string_view bytes, std::string_view name) {
  SURGSIGMA_TRY(open, open_tiff(bytes, name));
  if (auto refused = refused_size(open.shape.width, open.shape.height, name, {0x7fffffff, 0x7fffffffffff}))
    return *refused;
  const TiffShape& shape = open.shape;
  PictureHeader header;
  header.format = PictureFormat::kTiff;
  header.size = {static_cast<int>(shape.width), static_cast<int>(shape.height)};
  header.channels = shape.channels;
  header.bits = shape.bits;
  header.is_float = shape.is_float();
  header.is_palette = shape.photometric == PHOTOMETRIC_PALETTE;
  header.has_alpha = shape.has_plain_colours() && (shape.channels == 2 || shape.channels == 4);
  header.orientation = shape.orientation >= 1 && shape.orientation <= 8 ? shape.orientation : 1;
  return header;
}

Result<Image> decode_tiff(std::string_view bytes, std::string_view name, Reading reading, const PictureLimits& limits) {
  SURGSIGMA_TRY(open, open_one_page(bytes, name, limits));
  const TiffShape& shape = open.shape;
  const bool is_whole = shape.format == SAMPLEFORMAT_UINT && shape.channels <= 4;
  const bool is_lossy = [&] {
    std::uint16_t compression = COMPRESSION_NONE;
    TIFFGetFieldDefaulted(open.handle.get(), TIFFTAG_COMPRESSION, &compression);
    return compression == COMPRESSION_JPEG || compression == COMPRESSION_OJPEG;
  }();
  if (reading == Reading::kValues) {
    if (!is_whole || is_lossy || shape.channels == 2) return no_samples(name, shape, "a lossless class-id mask");
    if (shape.bits == 16) {
      SURGSIGMA_TRY(wide, decode_tiff16(bytes, name, limits));
      return narrowed(wide, name);
    }
    if (shape.bits != 8) return no_samples(name, shape, "a class-id mask of 8 or 16 bits");
    SURGSIGMA_TRY(values, samples_of<std::uint8_t>(open, name, limits));
    return one_channel(std::move(values), name);
  }
  if (shape.is_float() || shape.format == SAMPLEFORMAT_INT) return no_samples(name, shape, "a picture of 8 or 16 bits");
  if (!is_whole || !shape.has_plain_colours() || is_lossy || (shape.bits != 8 && shape.bits != 16))
    return shown(open, name);
  Image image;
  if (shape.bits == 16) {
    SURGSIGMA_TRY(wide, samples_of<std::uint16_t>(open, name, limits));
    image = scaled_to_8(wide);
  } else {
    SURGSIGMA_TRY(narrow, samples_of<std::uint8_t>(open, name, limits));
    image = std::move(narrow);
  }
  if (shape.photometric == PHOTOMETRIC_MINISWHITE && image.channels == 1) invert(image);
  if (image.channels == 2 || image.channels == 4) return without_alpha(image, name);
  return image;
}

Result<DepthPicture> decode_tiff16(std::string_view bytes, std::string_view name, const PictureLimits& limits) {
  SURGSIGMA_TRY(open, open_one_page(bytes, name, limits));
  const TiffShape& shape = open.shape;
  if (shape.channels != 1 || shape.format != SAMPLEFORMAT_UINT || (shape.bits != 8 && shape.bits != 16)) {
    return no_samples(name, shape, "one channel of up to 16 bits");
  }
  if (shape.bits == 16) return samples_of<std::uint16_t>(open, name, limits);
  SURGSIGMA_TRY(narrow, samples_of<std::uint8_t>(open, name, limits));
  DepthPicture wide(narrow.width, narrow.height, 1);
  std::copy(narrow.values.begin(), narrow.values.end(), wide.values.begin());
  return wide;
}

Result<FloatImage> decode_tiff_float(std::string_view bytes, std::string_view name, const PictureLimits& limits) {
  SURGSIGMA_TRY(open, open_one_page(bytes, name, limits));
  const TiffShape& shape = open.shape;
  if (shape.is_float() && shape.bits == 32) return samples_of<float>(open, name, limits);
  if (shape.is_float() && shape.bits == 64) return float_samples<double>(open, name, limits);
  const bool is_signed = shape.format == SAMPLEFORMAT_INT;
  if ((is_signed || shape.format == SAMPLEFORMAT_UINT) && shape.has_plain_colours()) {
    if (shape.bits == 8 && !is_signed) return float_samples<std::uint8_t>(open, name, limits);
    if (shape.bits == 16)
      return is_signed ? float_samples<std::int16_t>(open, name, limits)
                       : float_samples<std::uint16_t>(open, name, limits);
    if (shape.bits == 32)
      return is_signed ? float_samples<std::int32_t>(open, name, limits)
                       : float_samples<std::uint32_t>(open, name, limits);
  }
  return no_samples(name, shape, "depth");
}

}  // namespace codec

namespace {

void append_little(std::string& bytes, std::uint64_t value, int count) {
  for (int i = 0; i < count; ++i) bytes.push_back(static_cast<char>(value >> (8 * i) & 0xFF));
}

}  // namespace

// Written by hand: one strip, no time stamp, so that the bytes depend on nothing but the pixels.
Result<std::string> encode_float_tiff(const FloatImage& image) {
  if (image.is_empty() || image.channels > 16 || image.values.size() > 900'000'000) {
    return Error{ErrorKind::kUsage, "a float TIFF needs pixels, of 16 channels at most and below 4 GB", "", ""};
  }
  struct Entry {
    std::uint16_t tag, type;
    std::uint32_t count, value;
  };
  constexpr std::uint16_t kShort = 3, kLong = 4;
  const auto many = static_cast<std::uint32_t>(image.channels);
  const auto data_bytes = static_cast<std::uint32_t>(image.values.size() * 4);
  constexpr std::uint32_t kEntries = 11, kData = 8;
  const std::uint32_t directory = kData + data_bytes;
  const std::uint32_t lists = directory + 2 + 12 * kEntries + 4;
  const bool is_one = many == 1;
  const bool fit = many <= 2;
  const auto list_value = [&](std::uint32_t each, std::uint32_t at) {
    return fit ? (is_one ? each : each | each << 16) : at;
  };
  const Entry entries[kEntries] = {
      {TIFFTAG_IMAGEWIDTH, kLong, 1, static_cast<std::uint32_t>(image.width)},
      {TIFFTAG_IMAGELENGTH, kLong, 1, static_cast<std::uint32_t>(image.height)},
      {TIFFTAG_BITSPERSAMPLE, kShort, many, list_value(32, lists)},
      {TIFFTAG_COMPRESSION, kShort, 1, COMPRESSION_NONE},
      {TIFFTAG_PHOTOMETRIC, kShort, 1, PHOTOMETRIC_MINISBLACK},
      {TIFFTAG_STRIPOFFSETS, kLong, 1, kData},
      {TIFFTAG_SAMPLESPERPIXEL, kShort, 1, many},
      {TIFFTAG_ROWSPERSTRIP, kLong, 1, static_cast<std::uint32_t>(image.height)},
      {TIFFTAG_STRIPBYTECOUNTS, kLong, 1, data_bytes},
      {TIFFTAG_PLANARCONFIG, kShort, 1, PLANARCONFIG_CONTIG},
      {TIFFTAG_SAMPLEFORMAT, kShort, many, list_value(SAMPLEFORMAT_IEEEFP, lists + 2 * many)}};
  std::string bytes("II*\0", 4);
  append_little(bytes, directory, 4);
  for (const float value : image.values) {
    std::uint32_t raw;
    std::memcpy(&raw, &value, 4);
    append_little(bytes, raw, 4);
  }
  append_little(bytes, kEntries, 2);
  for (const Entry& entry : entries) {
    append_little(bytes, entry.tag, 2);
    append_little(bytes, entry.type, 2);
    append_little(bytes, entry.count, 4);
    append_little(bytes, entry.value, 4);
  }
  append_little(bytes, 0, 4);
  for (std::uint32_t list = 0; list < 2 && !fit; ++list) {
    for (std::uint32_t c = 0; c < many; ++c) append_little(bytes, list == 0 ? 32 : SAMPLEFORMAT_IEEEFP, 2);
  }
  return bytes;
}

}  // namespace surgsigma
