#include "surgsigma/media/picture_metadata.h"

#include <gtest/gtest.h>

#include "surgsigma/media/picture_file.h"

namespace surgsigma {
namespace {

Image some_picture() {
  Image image(40, 30, 3);
  for (std::size_t i = 0; i < image.values.size(); ++i) image.values[i] = static_cast<std::uint8_t>(i * 7 % 251);
  return image;
}

std::string segment(char marker, const std::string& content) {
  const auto length = static_cast<int>(content.size() + 2);
  return std::string("\xFF", 1) + marker + static_cast<char>(length >> 8) + static_cast<char>(length & 0xFF) + content;
}

TEST(PictureMetadata, AFileThatHoldsNoneIsLeftAlone) {
  EXPECT_FALSE(without_metadata(*encode_jpeg(some_picture())));
  EXPECT_FALSE(without_metadata(*encode_png(some_picture())));
  EXPECT_FALSE(without_metadata(*encode_webp(some_picture())));
  EXPECT_FALSE(without_metadata("no picture"));
  EXPECT_FALSE(without_metadata(""));
}

TEST(PictureMetadata, JpegLosesExifCommentsAndWhatHangsBehind) {
  const std::string plain = *encode_jpeg(some_picture());
  std::string full = plain;
  full.insert(2, segment('\xE1', std::string("Exif\0\0II*\0Doe^Jane", 18)) + segment('\xFE', "ward 7") +
                     segment('\xED', "Photoshop 3.0"));
  full += "a second picture or a name";
  const auto clean = without_metadata(full);
  ASSERT_TRUE(clean);
  EXPECT_EQ(*clean, plain);
}

TEST(PictureMetadata, AdobesColourTransformStays) {
  std::string full = *encode_jpeg(some_picture());
  full.insert(2, segment('\xEE', std::string("Adobe\0\x64\0\0\0\0\1", 12)));
  EXPECT_FALSE(without_metadata(full));
}

TEST(PictureMetadata, AJpegThatEndsEarlyIsNotTouched) {
  std::string full = *encode_jpeg(some_picture());
  full.insert(2, segment('\xFE', "ward 7"));
  EXPECT_FALSE(without_metadata(full.substr(0, full.size() - 2)));
  EXPECT_FALSE(without_metadata(full.substr(0, 8)));
}

TEST(PictureMetadata, PngKeepsOnlyWhatThePixelsNeed) {
  const std::string plain = *encode_png(some_picture());
  std::string full = plain;
  full.insert(33, std::string("\0\0\0\x09tEXtName\0Jane\1\2\3\4", 21));
  const auto clean = without_metadata(full);
  ASSERT_TRUE(clean);
  EXPECT_EQ(*clean, plain);
  EXPECT_FALSE(without_metadata(full.substr(0, 40)));
}

TEST(PictureMetadata, WebpLosesExifAndItsFlag) {
  const std::string plain = *encode_webp(some_picture());
  const std::string exif("EXIF\x06\0\0\0JaneD.", 14);
  // The extended header: flags (EXIF), three bytes of nothing, width - 1, height - 1.
  const std::string header("VP8X\x0A\0\0\0\x08\0\0\0\x27\0\0\x1D\0\0", 18);
  std::string full = plain.substr(0, 12) + header + plain.substr(12) + exif;
  const auto size = static_cast<std::uint32_t>(full.size() - 8);
  for (std::size_t i = 0; i < 4; ++i) full[4 + i] = static_cast<char>(size >> (8 * i) & 0xFF);
  const auto clean = without_metadata(full);
  ASSERT_TRUE(clean);
  EXPECT_EQ(clean->find("Jane"), std::string::npos);
  EXPECT_EQ((*clean)[20], 0) << "no flag of what is gone";
  const auto before = decode_picture(plain, "plain"), after = decode_picture(*clean, "clean");
  ASSERT_TRUE(after.ok()) << to_string(after.error());
  EXPECT_EQ(*after, *before);
}

}  // namespace
}  // namespace surgsigma
