// JPEG through libjpeg-turbo. Its errors leave by longjmp, so every function that calls it keeps to plain C values
// after setjmp; vectors are made before and only written into.
#include <cstdio>
// (jpeglib.h needs FILE declared first)
#include <jerror.h>
#include <jpeglib.h>

#include <csetjmp>
#include <cstdlib>
#include <memory>

#include "surgsigma/media/picture_codecs.h"

namespace surgsigma {
namespace codec {
namespace {

constexpr int kMostScans = 200;  // A progressive file has about ten; thousands are an attack.

struct JpegErrors {
  jpeg_error_mgr base;
  std::jmp_buf leave;
  char text[JMSG_LENGTH_MAX];
};

JpegErrors& errors_of(j_common_ptr common) { return *reinterpret_cast<JpegErrors*>(common->err); }

[[noreturn]] void leave(j_common_ptr common) {
  JpegErrors& errors = errors_of(common);
  errors.base.format_message(common, errors.text);
  std::longjmp(errors.leave, 1);
}

/// The library goes on after these and invents pixels. Others are remarks: unused bytes, odd markers.
bool loses_pixels(int code) {
  return code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER || code == JWRN_HUFF_BAD_CODE || code == JWRN_MUST_RESYNC ||
         code == JWRN_BOGUS_PROGRESSION;
}

void take_message(j_common_ptr common, int level) {
  if (level < 0 && loses_pixels(common->err->msg_code)) leave(common);
}

void check_scans(j_common_ptr common) {
  if (!common->is_decompressor) return;
  if (reinterpret_cast<j_decompress_ptr>(common)->input_scan_number <= kMostScans) return;
  JpegErrors& errors = errors_of(common);
  std::snprintf(errors.text, sizeof errors.text, "more than %d scans", kMostScans);
  std::longjmp(errors.leave, 1);
}

void quiet(j_common_ptr) {}

void set_errors(JpegErrors& errors) {
  jpeg_std_error(&errors.base);
  errors.base.error_exit = leave;
  errors.base.emit_message = take_message;
  errors.base.output_message = quiet;
  errors.text[0] = '\0';
}

/// A decompressor over bytes in memory.
class JpegReader {
 public:
  JpegReader() {
    set_errors(errors_);
    info_.err = &errors_.base;
  }
  ~JpegReader() {
    if (is_made_) jpeg_destroy_decompress(&info_);
  }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  /// False if a step failed; words() says why.
  bool open(std::string_view bytes) {
    if (setjmp(errors_.leave)) return false;
    jpeg_create_decompress(&info_);
    is_made_ = true;
    progress_.progress_monitor = check_scans;
    info_.progress = &progress_;
    jpeg_save_markers(&info_, JPEG_APP0 + 1, 0xFFFF);
    jpeg_mem_src(&info_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    jpeg_read_header(&info_, TRUE);
    return true;
  }

  bool start(int reduce) {
    if (setjmp(errors_.leave)) return false;
    info_.scale_num = 1;
    info_.scale_denom = static_cast<unsigned>(reduce);
    info_.dct_method = JDCT_ISLOW;
    const bool is_cmyk = info_.jpeg_color_space == JCS_CMYK || info_.jpeg_color_space == JCS_YCCK;
    const bool is_grey = info_.jpeg_color_space == JCS_GRAYSCALE;
    info_.out_color_space = is_cmyk ? JCS_CMYK : is_grey ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_start_decompress(&info_);
    return true;
  }

  bool read_rows(Image& image) {
    if (setjmp(errors_.leave)) return false;
    while (info_.output_scanline < info_.output_height) {
      JSAMPROW rows[8];
      const unsigned left = info_.output_height - info_.output_scanline;
      const unsigned count = left < 8 ? left : 8;
      for (unsigned i = 0; i < count; ++i) rows[i] = image.row(static_cast<int>(info_.output_scanline + i));
      jpeg_read_scanlines(&info_, rows, count);
    }
    jpeg_finish_decompress(&info_);
    return true;
  }

  const jpeg_decompress_struct& info() const { return info_; }
  std::string words() const {
    std::string text = errors_.text;
    if (errors_.base.msg_code == JWRN_JPEG_EOF) {
      text = "it ends at row " + std::to_string(info_.output_scanline) + " of " + std::to_string(info_.output_height) +
             " or before";
    }
    return text;
  }

  int orientation() const {
    for (const jpeg_marker_struct* marker = info_.marker_list; marker != nullptr; marker = marker->next) {
      const std::string_view data(reinterpret_cast<const char*>(marker->data), marker->data_length);
      if (data.starts_with(std::string_view("Exif\0\0", 6))) return orientation_of_tiff(data.substr(6));
    }
    return 1;
  }

 private:
  jpeg_decompress_struct info_ = {};
  JpegErrors errors_ = {};
  jpeg_progress_mgr progress_ = {};
  bool is_made_ = false;
};

/// Adobe programs store CMYK inverted; others do not say, and are read the same way, as browsers do.
Image rgb_from_cmyk(const Image& cmyk, bool is_inverted) {
  Image rgb(cmyk.width, cmyk.height, 3);
  const std::uint8_t* in = cmyk.values.data();
  std::uint8_t* out = rgb.values.data();
  for (std::size_t i = 0; i < cmyk.pixels(); ++i, in += 4, out += 3) {
    const unsigned black = is_inverted ? in[3] : 255U - in[3];
    for (int c = 0; c < 3; ++c) {
      const unsigned ink = is_inverted ? in[c] : 255U - in[c];
      out[c] = static_cast<std::uint8_t>((ink * black + 127) / 255);
    }
  }
  return rgb;
}

/// Every block of 8x8 values takes a bit at least, and the finest component has a quarter of the picture's blocks at
/// least (factors 4x1 beside 1x4), so a short file cannot hold a large picture.
std::optional<Error> too_short(std::string_view bytes, std::int64_t width, std::int64_t height, std::string_view name) {
  const std::int64_t blocks = (width / 8) * (height / 8);
  if (blocks <= static_cast<std::int64_t>(bytes.size()) * 8 * 4) return {};
  return damaged(name, PictureFormat::kJpeg,
                 std::to_string(bytes.size()) + " bytes cannot hold " + std::to_string(width) + "x" +
                     std::to_string(height) + " pixels: the file ends early");
}

}  // namespace

Result<PictureHeader> jpeg_header(std::string_view bytes, std::string_view name) {
  JpegReader reader;
  if (!reader.open(bytes)) return damaged(name, PictureFormat::kJpeg, reader.words());
  PictureHeader header;
  header.format = PictureFormat::kJpeg;
  header.size = {static_cast<int>(reader.info().image_width), static_cast<int>(reader.info().image_height)};
  header.channels = reader.info().num_components;
  header.bits = reader.info().data_precision;
  header.orientation = reader.orientation();
  return header;
}

Result<Image> decode_jpeg(std::string_view bytes, std::string_view name, int reduce, const PictureLimits& limits) {
  JpegReader reader;
  if (!reader.open(bytes)) return damaged(name, PictureFormat::kJpeg, reader.words());
  if (auto refused = refused_size(reader.info().image_width, reader.info().image_height, name, limits)) return *refused;
  if (reader.info().arith_code != FALSE) {  // its damage cannot be told from its data
    return Error{ErrorKind::kData, "a JPEG with arithmetic coding", std::string(name),
                 "save it again with any program"};
  }
  if (auto error = too_short(bytes, reader.info().image_width, reader.info().image_height, name)) return *error;
  if (!reader.start(reduce)) return damaged(name, PictureFormat::kJpeg, reader.words());
  Image image(static_cast<int>(reader.info().output_width), static_cast<int>(reader.info().output_height),
              reader.info().output_components);
  if (!reader.read_rows(image)) return damaged(name, PictureFormat::kJpeg, reader.words());
  if (image.channels != 4) return image;
  const bool says_plain = reader.info().saw_Adobe_marker == FALSE && reader.info().jpeg_color_space == JCS_CMYK;
  return rgb_from_cmyk(image, !says_plain);
}

}  // namespace codec

namespace {

struct JpegWriter {
  jpeg_compress_struct info = {};
  codec::JpegErrors errors = {};
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  ~JpegWriter() {
    jpeg_destroy_compress(&info);
    std::free(bytes);
  }

  bool write(const Image& image, int quality) {
    codec::set_errors(errors);
    info.err = &errors.base;
    if (setjmp(errors.leave)) return false;
    jpeg_create_compress(&info);
    jpeg_mem_dest(&info, &bytes, &size);
    info.image_width = static_cast<JDIMENSION>(image.width);
    info.image_height = static_cast<JDIMENSION>(image.height);
    info.input_components = image.channels;
    info.in_color_space = image.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(&info);
    jpeg_set_quality(&info, quality, TRUE);
    jpeg_start_compress(&info, TRUE);
    while (info.next_scanline < info.image_height) {
      JSAMPROW row = const_cast<JSAMPROW>(image.row(static_cast<int>(info.next_scanline)));
      jpeg_write_scanlines(&info, &row, 1);
    }
    jpeg_finish_compress(&info);
    return true;
  }
};

}  // namespace

Result<std::string> encode_jpeg(const Image& image, int quality) {
  if (image.is_empty() || (image.channels != 1 && image.channels != 3)) {
    return Error{ErrorKind::kUsage, "a JPEG needs pixels of one or three channels", "", ""};
  }
  if (quality < 1 || quality > 100) return Error{ErrorKind::kUsage, "JPEG quality goes from 1 to 100", "", ""};
  JpegWriter writer;
  if (!writer.write(image, quality)) return Error{ErrorKind::kUsage, writer.errors.text, "", ""};
  return std::string(reinterpret_cast<const char*>(writer.bytes), writer.size);
}

}  // namespace surgsigma
