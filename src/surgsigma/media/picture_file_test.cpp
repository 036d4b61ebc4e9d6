#include "surgsigma/media/picture_file.h"

#include <gtest/gtest.h>
#include <tiffio.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <type_traits>

// jpeglib.h needs size_t and FILE first.
#include <jpeglib.h>
#include <png.h>

#include "surgsigma/base/random.h"

namespace surgsigma {
namespace {

/// Smooth colours: every format may compress them, and every pixel differs from its neighbours.
Image colours(int wide, int high, int channels = 3) {
  Image image(wide, high, channels);
  for (int y = 0; y < high; ++y) {
    for (int x = 0; x < wide; ++x) {
      for (int c = 0; c < channels; ++c) image.at(x, y)[c] = static_cast<std::uint8_t>((3 * x + 2 * y + 40 * c) % 256);
    }
  }
  return image;
}

int largest_difference(const Image& a, const Image& b) {
  if (a.size() != b.size() || a.channels != b.channels) return 999;
  int largest = 0;
  for (std::size_t i = 0; i < a.values.size(); ++i) largest = std::max(largest, std::abs(a.values[i] - b.values[i]));
  return largest;
}

/// Any PNG that libpng writes; rows of `row_bytes`.
std::string png_file(int wide, int high, int bits, int type, int interlace, const std::string& rows,
                     const std::string& palette = "") {
  std::string bytes;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(
      png, &bytes,
      [](png_structp p, png_bytep data, std::size_t n) {
        static_cast<std::string*>(png_get_io_ptr(p))->append(reinterpret_cast<char*>(data), n);
      },
      nullptr);
  png_set_IHDR(png, info, static_cast<png_uint_32>(wide), static_cast<png_uint_32>(high), bits, type, interlace,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (!palette.empty()) {
    png_set_PLTE(png, info, reinterpret_cast<const png_color*>(palette.data()), static_cast<int>(palette.size() / 3));
  }
  png_write_info(png, info);
  const std::size_t row_bytes = rows.size() / static_cast<std::size_t>(high);
  std::vector<png_bytep> pointers;
  std::string copy = rows;
  for (int y = 0; y < high; ++y)
    pointers.push_back(reinterpret_cast<png_bytep>(copy.data()) + static_cast<std::size_t>(y) * row_bytes);
  png_write_image(png, pointers.data());
  png_write_end(png, nullptr);
  png_destroy_write_struct(&png, &info);
  return bytes;
}

std::string text_of(const Image& image) { return {image.values.begin(), image.values.end()}; }

/// A CMYK JPEG of one colour, as Adobe programs write it (inverted, with their marker) or without.
std::string cmyk_jpeg(std::uint8_t cyan, std::uint8_t black, bool is_adobe) {
  jpeg_compress_struct info = {};
  jpeg_error_mgr errors = {};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &bytes, &size);
  info.image_width = info.image_height = 8;
  info.input_components = 4;
  info.in_color_space = JCS_CMYK;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, 100, TRUE);
  info.write_Adobe_marker = is_adobe ? TRUE : FALSE;
  jpeg_start_compress(&info, TRUE);
  std::vector<std::uint8_t> row;
  for (int x = 0; x < 8; ++x) {
    for (const std::uint8_t ink : {cyan, std::uint8_t{0}, std::uint8_t{0}, black}) {
      row.push_back(is_adobe ? static_cast<std::uint8_t>(255 - ink) : ink);
    }
  }
  for (int y = 0; y < 8; ++y) {
    JSAMPROW pointer = row.data();
    jpeg_write_scanlines(&info, &pointer, 1);
  }
  jpeg_finish_compress(&info);
  std::string out(reinterpret_cast<char*>(bytes), size);
  jpeg_destroy_compress(&info);
  std::free(bytes);
  return out;
}

/// A TIFF through a file, because that is what libtiff writes to.
template <class T>
std::string tiff_file(const Raster<T>& image, int photometric, int compression, int pages = 1, bool is_tiled = false) {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "x.tif").string();
  TIFF* tiff = TIFFOpen(path.c_str(), "w");
  for (int page = 0; page < pages; ++page) {
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, image.width);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, image.height);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, image.channels);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 8 * sizeof(T));
    TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, std::is_floating_point_v<T> ? SAMPLEFORMAT_IEEEFP : SAMPLEFORMAT_UINT);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, photometric);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, compression);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    if (is_tiled) {
      TIFFSetField(tiff, TIFFTAG_TILEWIDTH, 16);
      TIFFSetField(tiff, TIFFTAG_TILELENGTH, 16);
      for (int y = 0; y < image.height; y += 16) {
        for (int x = 0; x < image.width; x += 16) {
          Raster<T> tile(16, 16, image.channels);
          for (int j = 0; j < 16 && y + j < image.height; ++j) {
            for (int i = 0; i < 16 && x + i < image.width; ++i)
              std::copy_n(image.at(x + i, y + j), image.channels, tile.at(i, j));
          }
          TIFFWriteTile(tiff, tile.values.data(), static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(y), 0, 0);
        }
      }
    } else {
      TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, 5);
      for (int y = 0; y < image.height; ++y) {
        TIFFWriteScanline(tiff, const_cast<T*>(image.row(y)), static_cast<std::uint32_t>(y), 0);
      }
    }
    TIFFWriteDirectory(tiff);
  }
  TIFFClose(tiff);
  return *read_file(path);
}

std::string bmp_file(const Image& image) {
  const auto row_bytes = (static_cast<std::size_t>(image.width) * 3 + 3) / 4 * 4;
  std::string bytes(54, '\0');
  bytes[0] = 'B';
  bytes[1] = 'M';
  bytes[10] = 54;
  bytes[14] = 40;
  bytes[18] = static_cast<char>(image.width);
  bytes[22] = static_cast<char>(image.height);
  bytes[26] = 1;
  bytes[28] = 24;
  for (int y = image.height - 1; y >= 0; --y) {
    std::string row(row_bytes, '\0');
    for (int x = 0; x < image.width; ++x) {
      for (std::size_t c = 0; c < 3; ++c)
        row[static_cast<std::size_t>(x) * 3 + c] = static_cast<char>(image.at(x, y)[2 - c]);
    }
    bytes += row;
  }
  return bytes;
}

std::string shared_frame(const std::string& path) {
  const char* named = std::getenv("SURGSIGMA_SHARED_DATA");
  for (const fs::path& root :
       {fs::path(named == nullptr ? "" : named), fs::path(SURGSIGMA_SOURCE_DIR) / "../shared/data"}) {
    if (!root.empty() && fs::exists(root / path)) return (root / path).string();
  }
  return "";
}

TEST(PictureFile, LosslessFormatsGiveBackEveryPixel) {
  for (const int channels : {1, 3}) {
    const Image image = colours(37, 23, channels);
    EXPECT_EQ(*decode_picture(*encode_png(image), "x"), image);
  }
  const Image image = colours(37, 23);
  EXPECT_EQ(*decode_picture(*encode_webp(image, 100), "x"), image);
  EXPECT_EQ(*decode_picture(bmp_file(image), "x"), image);
}

TEST(PictureFile, LossyFormatsComeClose) {
  for (const int channels : {1, 3}) {
    const Image image = colours(40, 20, channels);  // small enough that no value runs over
    EXPECT_LT(largest_difference(*decode_picture(*encode_jpeg(image, 95), "x"), image), 8);
  }
  const Image image = colours(40, 20);
  EXPECT_LT(largest_difference(*decode_picture(*encode_webp(image, 95), "x"), image), 12);
}

TEST(PictureFile, WritersRepeatThemselves) {
  const Image image = colours(64, 40);
  EXPECT_EQ(*encode_jpeg(image), *encode_jpeg(image));
  EXPECT_EQ(*encode_png(image), *encode_png(image));
  EXPECT_EQ(*encode_webp(image), *encode_webp(image));
}

TEST(PictureFile, ContentDecidesNotTheName) {
  EXPECT_EQ(picture_format(*encode_jpeg(colours(8, 8))), PictureFormat::kJpeg);
  EXPECT_EQ(picture_format(*encode_webp(colours(8, 8))), PictureFormat::kWebp);
  EXPECT_EQ(picture_format("GIF89a"), PictureFormat::kUnknown);
  EXPECT_TRUE(decode_picture(*encode_jpeg(colours(8, 8)), "frame.png"));
  const auto header = read_picture_header(*encode_png(colours(9, 4)), "frame.jpg");
  EXPECT_EQ(header->format, PictureFormat::kPng);
  EXPECT_EQ(header->size, (ImageSize{9, 4}));
}

TEST(PictureFile, PublishedFramesThatLieAboutTheirNameAreRead) {
  const std::string path = shared_frame("frames/pitvis/docker_example/inputs/01/00003.png");
  if (path.empty()) GTEST_SKIP() << "no real frames: set SURGSIGMA_SHARED_DATA";
  const auto frame = read_picture(path);
  ASSERT_TRUE(frame) << to_string(frame.error());
  EXPECT_EQ(frame->size(), (ImageSize{1280, 720}));
}

TEST(PictureFile, SixteenBitsAreScaledForColoursAndKeptForDepth) {
  DepthPicture depth(3, 1, 1);
  depth.values = {0, 32768, 65535};
  const std::string bytes = *encode_png16(depth);
  EXPECT_EQ(decode_picture(bytes, "x")->values, (std::vector<std::uint8_t>{0, 128, 255}));
  EXPECT_EQ(*decode_picture16(bytes, "x"), depth);
  const auto ids = decode_class_ids(bytes, "m.png");
  ASSERT_FALSE(ids);
  EXPECT_EQ(ids.error().what, "class id 32768 is above 255");
}

TEST(PictureFile, InterlacedAndShallowPngAreRead) {
  const Image image = colours(19, 11);
  const std::string interlaced = png_file(19, 11, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_ADAM7, text_of(image));
  EXPECT_EQ(*decode_picture(interlaced, "x"), image);
  // One bit a pixel: 10100000 and 01000000.
  const std::string bits = png_file(3, 2, 1, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE, "\xA0\x40");
  EXPECT_EQ(decode_picture(bits, "x")->values, (std::vector<std::uint8_t>{255, 0, 255, 0, 255, 0}));
  EXPECT_EQ(decode_class_ids(bits, "x")->values, (std::vector<std::uint8_t>{1, 0, 1, 0, 1, 0}));
}

TEST(PictureFile, PaletteIsColoursForAPictureAndIndicesForAMask) {
  Image ids(2, 2, 1);
  ids.values = {0, 1, 2, 1};
  const PaletteColour palette[] = {{0, 0, 0}, {200, 10, 20}, {1, 2, 3}};
  const std::string bytes = *encode_palette_png(ids, palette);
  EXPECT_EQ(*decode_class_ids(bytes, "x"), ids);
  EXPECT_EQ(decode_picture(bytes, "x")->values,
            (std::vector<std::uint8_t>{0, 0, 0, 200, 10, 20, 1, 2, 3, 200, 10, 20}));
  EXPECT_TRUE(read_picture_header(bytes, "x")->is_palette);
  EXPECT_FALSE(encode_palette_png(ids, std::span(palette).first(2)));
}

TEST(PictureFile, AMaskOfThreeChannelsMustHaveThemEqual) {
  Image equal(2, 1, 3);
  equal.values = {4, 4, 4, 9, 9, 9};
  EXPECT_EQ(decode_class_ids(*encode_png(equal), "x")->values, (std::vector<std::uint8_t>{4, 9}));
  equal.values[4] = 8;
  const auto refused = decode_class_ids(*encode_png(equal), "m.png");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what, "not a class-id picture: channels 9, 8, 9 differ at x 1, y 0");
  EXPECT_EQ(refused.error().where, "m.png");
}

TEST(PictureFile, LossyMasksAreRefused) {
  EXPECT_FALSE(decode_class_ids(*encode_jpeg(colours(8, 8, 1)), "m"));
  EXPECT_FALSE(decode_class_ids(*encode_webp(colours(8, 8, 1)), "m"));
  EXPECT_EQ(*decode_class_ids(*encode_webp(colours(8, 8, 1), 100), "m"), colours(8, 8, 1));
}

TEST(PictureFile, OpaqueAlphaIsDroppedTransparencyIsRefused) {
  std::string rows("\x01\x02\x03\xFF\x04\x05\x06\xFF", 8);
  EXPECT_EQ(decode_picture(png_file(2, 1, 8, PNG_COLOR_TYPE_RGBA, PNG_INTERLACE_NONE, rows), "x")->values,
            (std::vector<std::uint8_t>{1, 2, 3, 4, 5, 6}));
  rows[7] = '\x10';
  const auto refused = decode_picture(png_file(2, 1, 8, PNG_COLOR_TYPE_RGBA, PNG_INTERLACE_NONE, rows), "x");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what, "the picture is transparent, first at x 1, y 0");
}

TEST(PictureFile, CmykBecomesRgbWhoeverWroteIt) {
  for (const bool is_adobe : {true, false}) {
    const auto picture = decode_picture(cmyk_jpeg(255, 0, is_adobe), "x");
    ASSERT_TRUE(picture) << to_string(picture.error());
    EXPECT_LT(picture->values[0], 4) << is_adobe;  // full cyan has no red
    EXPECT_GT(picture->values[1], 250);
    EXPECT_GT(picture->values[2], 250);
    EXPECT_LT(decode_picture(cmyk_jpeg(0, 255, is_adobe), "x")->values[1], 4);
  }
}

TEST(PictureFile, OrientationIsReportedAndNotApplied) {
  const std::string plain = *encode_jpeg(colours(16, 8));
  const std::string exif(
      "\xFF\xE1\x00\x22"
      "Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0",
      36);
  const std::string turned = plain.substr(0, 2) + exif + plain.substr(2);
  EXPECT_EQ(read_picture_header(turned, "x")->orientation, 6);
  EXPECT_EQ(read_picture_header(plain, "x")->orientation, 1);
  EXPECT_EQ(*decode_picture(turned, "x"), *decode_picture(plain, "x"));
}

TEST(PictureFile, ReducedJpegIsTheSmallerPicture) {
  const auto small = decode_jpeg_reduced(*encode_jpeg(Image(30, 17, 3, 77)), "x", 4);
  ASSERT_TRUE(small);
  EXPECT_EQ(small->size(), (ImageSize{8, 5}));
  EXPECT_EQ(small->values[0], 77);
  EXPECT_EQ(decode_jpeg_reduced(*encode_jpeg(Image(30, 17, 3)), "x", 3).error().kind, ErrorKind::kUsage);
  EXPECT_FALSE(decode_jpeg_reduced(*encode_png(Image(30, 17, 3)), "x", 2));
}

TEST(PictureFile, TiffStripsTilesDepthsAndInks) {
  const Image image = colours(37, 23);
  EXPECT_EQ(*decode_picture(tiff_file(image, PHOTOMETRIC_RGB, COMPRESSION_LZW), "x"), image);
  EXPECT_EQ(*decode_picture(tiff_file(image, PHOTOMETRIC_RGB, COMPRESSION_NONE, 1, true), "x"), image);
  Raster<std::uint16_t> wide(2, 1, 1);
  wide.values = {0, 65535};
  EXPECT_EQ(decode_picture(tiff_file(wide, PHOTOMETRIC_MINISWHITE, COMPRESSION_NONE), "x")->values,
            (std::vector<std::uint8_t>{255, 0}));
  EXPECT_EQ(*decode_picture16(tiff_file(wide, PHOTOMETRIC_MINISBLACK, COMPRESSION_ADOBE_DEFLATE), "x"), wide);
  FloatImage depth(5, 4, 3);
  for (std::size_t i = 0; i < depth.values.size(); ++i) depth.values[i] = static_cast<float>(i) - 7.5F;
  EXPECT_EQ(*decode_float_tiff(tiff_file(depth, PHOTOMETRIC_RGB, COMPRESSION_LZW), "x"), depth);
  for (const int channels : {1, 2, 3}) {
    FloatImage written(5, 4, channels, 1.25F);
    EXPECT_EQ(*decode_float_tiff(*encode_float_tiff(written), "x"), written) << channels;
  }
  EXPECT_FALSE(decode_picture(*encode_float_tiff(depth), "x"));
}

TEST(PictureFile, TiffOfSeveralPagesIsRefused) {
  const auto picture = decode_picture(tiff_file(colours(8, 8), PHOTOMETRIC_RGB, COMPRESSION_NONE, 2), "x.tif");
  ASSERT_FALSE(picture);
  EXPECT_EQ(picture.error().what, "a TIFF of several pages where one picture is needed");
}

TEST(PictureFile, NoPrefixOfAFileIsAPicture) {
  const Image image = colours(40, 30);
  const std::vector<std::string> files = {*encode_jpeg(image), *encode_png(image), *encode_webp(image),
                                          tiff_file(image, PHOTOMETRIC_RGB, COMPRESSION_LZW), bmp_file(image)};
  for (const std::string& file : files) {
    const std::string format(picture_format_name(picture_format(file)));
    // The last bytes of a JPEG and a PNG are an end mark; only pixels must not be missing.
    for (std::size_t length = 0; length + 16 < file.size(); length += 1 + file.size() / 97) {
      const auto picture = decode_picture(std::string_view(file).substr(0, length), "cut");
      ASSERT_FALSE(picture) << format << " of " << length << " of " << file.size() << " bytes";
      EXPECT_EQ(picture.error().where, "cut");
    }
  }
}

TEST(PictureFile, TruncatedFilesSayWhatIsMissing) {
  Image image = colours(400, 300);
  Draws draws(1, "picture", "noise");
  for (std::uint8_t& value : image.values) value = static_cast<std::uint8_t>(value + draws.below(9));
  const std::string jpeg = *encode_jpeg(image), png = *encode_png(image);
  const auto half_jpeg = decode_picture(std::string_view(jpeg).substr(0, jpeg.size() / 2), "a.jpg");
  ASSERT_FALSE(half_jpeg);
  EXPECT_TRUE(half_jpeg.error().what.starts_with("jpeg data is damaged: it ends at row 1")) << half_jpeg.error().what;
  const auto half_png = decode_picture(std::string_view(png).substr(0, png.size() / 2), "a.png");
  ASSERT_FALSE(half_png);
  EXPECT_TRUE(half_png.error().what.starts_with("png data is damaged: it ends at row 1")) << half_png.error().what;
}

TEST(PictureFile, HugeSizesAreRefusedBeforeMemoryIsTaken) {
  std::string png = *encode_png(colours(8, 8, 1));
  png.replace(16, 8, std::string("\0\0\x7F\xFF\0\0\x7F\xFF", 8));
  png.replace(29, 4, std::string(4, '\0'));  // CRC no longer holds either
  EXPECT_FALSE(decode_picture(png, "x"));
  const auto large = decode_picture(*encode_png(Image(300, 10, 1)), "x", {200, 1000});
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().what, "a picture of 300x10 pixels is larger than 200 to a side or 1000 in all");
  EXPECT_FALSE(decode_picture(*encode_jpeg(Image(300, 10, 1)), "x", {1000, 2999}));
  EXPECT_TRUE(decode_picture(*encode_jpeg(Image(300, 10, 1)), "x", {1000, 3000}));
}

TEST(PictureFile, AShortPngCannotHoldALargePicture) {
  // 20000 x 2000 grey pixels claimed with a right CRC and hardly any data: no 40 MB are taken for it.
  std::string bytes = png_file(1, 1, 8, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE, "\x05");
  const std::string large = png_file(20000, 1, 8, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE, std::string(20000, '\0'));
  std::string header = large.substr(16, 13);
  header.replace(4, 4, std::string("\0\0\x07\xD0", 4));
  const auto crc = [](const std::string& text) {
    std::uint32_t value = 0xFFFFFFFF;
    for (const char c : text) {
      value ^= static_cast<unsigned char>(c);
      for (int i = 0; i < 8; ++i) value = value >> 1 ^ (0xEDB88320U & (0U - (value & 1)));
    }
    value = ~value;
    std::string out;
    for (int i = 3; i >= 0; --i) out.push_back(static_cast<char>(value >> (8 * i)));
    return out;
  };
  bytes.replace(16, 13, header);
  bytes.replace(29, 4, crc("IHDR" + header));
  const auto picture = decode_picture(bytes, "bomb.png");
  ASSERT_FALSE(picture);
  EXPECT_NE(picture.error().what.find("bytes cannot hold 20000x2000 pixels"), std::string::npos)
      << picture.error().what;
}

TEST(PictureFile, AShortJpegCannotHoldALargePicture) {
  std::string bytes = *encode_jpeg(colours(16, 16));
  const std::size_t at = bytes.find(std::string("\0\x10\0\x10\x03", 5));  // height, width, components
  ASSERT_NE(at, std::string::npos);
  bytes.replace(at, 4, std::string("\x1B\x58\x1B\x58", 4));
  const auto picture = decode_picture(bytes, "bomb.jpg");
  ASSERT_FALSE(picture);
  EXPECT_NE(picture.error().what.find("bytes cannot hold 7000x7000 pixels"), std::string::npos) << picture.error().what;
  EXPECT_TRUE(decode_picture(*encode_jpeg(Image(2000, 2000, 1), 1), "flat.jpg")) << "a flat picture is not too short";
}

TEST(PictureFile, ATiffIsHeldAgainstItsSizeBeforeMemoryIsTaken) {
  std::string bytes = tiff_file(colours(16, 16), PHOTOMETRIC_RGB, COMPRESSION_NONE);
  for (const int tag : {TIFFTAG_IMAGEWIDTH, TIFFTAG_IMAGELENGTH}) {
    const std::string entry{static_cast<char>(tag & 0xFF), static_cast<char>(tag >> 8)};
    std::size_t at = bytes.rfind(entry + std::string("\3\0\1\0\0\0\x10\0", 8));
    ASSERT_NE(at, std::string::npos) << tag;
    bytes.replace(at + 8, 2, "\x58\x1B");
  }
  const auto picture = decode_picture(bytes, "bomb.tif");
  ASSERT_FALSE(picture);
  EXPECT_NE(picture.error().what.find("bytes cannot hold 7000x7000 pixels"), std::string::npos) << picture.error().what;
  const std::string floats = *encode_float_tiff(FloatImage(100, 100, 3));
  EXPECT_TRUE(decode_float_tiff(floats, "f.tif", {200, 20'000}));
  EXPECT_FALSE(decode_float_tiff(floats, "f.tif", {200, 10'000})) << "12 bytes a pixel where 8 are the most";
}

TEST(PictureFile, ChangedBytesNeverCrash) {
  const Image image = colours(33, 21);
  const std::vector<std::string> files = {*encode_jpeg(image), *encode_png(image), *encode_webp(image), bmp_file(image),
                                          tiff_file(image, PHOTOMETRIC_RGB, COMPRESSION_LZW)};
  Draws draws(7, "picture", "damage");
  for (const std::string& file : files) {
    for (int round = 0; round < 300; ++round) {
      std::string bytes = file;
      for (int i = 0; i < 4; ++i) bytes[draws.below(bytes.size())] = static_cast<char>(draws.below(256));
      const auto picture = decode_picture(bytes, "x", {4096, 1'000'000});
      if (picture) {
        EXPECT_EQ(picture->values.size(), picture->pixels() * static_cast<std::size_t>(picture->channels));
      }
      (void)decode_class_ids(bytes, "x", {4096, 1'000'000});
      (void)decode_picture16(bytes, "x", {4096, 1'000'000});
      (void)read_picture_header(bytes, "x");
    }
  }
}

TEST(PictureFile, NonsenseIsAUsageError) {
  EXPECT_EQ(encode_jpeg(Image()).error().kind, ErrorKind::kUsage);
  EXPECT_EQ(encode_jpeg(colours(4, 4), 0).error().kind, ErrorKind::kUsage);
  EXPECT_EQ(encode_png(Image(2, 2, 4)).error().kind, ErrorKind::kUsage);
  EXPECT_EQ(encode_webp(Image(16384, 1, 3)).error().kind, ErrorKind::kUsage);
  EXPECT_EQ(decode_picture("", "empty.png").error().what, "the file is empty");
  EXPECT_EQ(read_picture("/nowhere/x.png").error().kind, ErrorKind::kIo);
}

}  // namespace
}  // namespace surgsigma
