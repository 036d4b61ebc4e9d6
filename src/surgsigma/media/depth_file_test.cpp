#include "surgsigma/media/depth_file.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "surgsigma/base/random.h"

namespace surgsigma {
namespace {

FloatImage row_of(std::vector<float> values, int channels = 1) {
  FloatImage image(static_cast<int>(values.size()) / channels, 1, channels);
  image.values = std::move(values);
  return image;
}

std::string npy(const std::string& dictionary, const std::string& data, int version = 1) {
  std::string bytes("\x93NUMPY", 6);
  bytes += static_cast<char>(version);
  bytes += '\0';
  bytes += static_cast<char>(dictionary.size() & 0xFF);
  bytes += static_cast<char>(dictionary.size() >> 8);
  if (version > 1) bytes += std::string(2, '\0');
  return bytes + dictionary + data;
}

std::string header(const std::string& type, const std::string& shape, const std::string& order = "False") {
  return "{'descr': '" + type + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }\n";
}

template <class T>
std::string raw(std::initializer_list<T> values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  std::memcpy(bytes.data(), std::data(values), bytes.size());
  return bytes;
}

TEST(DepthFile, SixteenBitPngInItsScale) {
  DepthPicture picture(3, 1, 1);
  picture.values = {0, 256, 25600};
  DepthConvention scared;
  scared.scale = 1.0 / 256;
  const auto map = decode_depth(*encode_png16(picture), "x", scared);
  ASSERT_TRUE(map) << to_string(map.error());
  EXPECT_TRUE(std::isnan(map->values.values[0]));
  EXPECT_EQ(map->values.values[1], 1);
  EXPECT_EQ(map->values.values[2], 100);
  EXPECT_EQ(map->valid, 2);
}

TEST(DepthFile, SeveralCodesMayMeanNothing) {
  DepthPicture picture(3, 1, 1);
  picture.values = {0, 65535, 65534};
  DepthConvention c3vd;
  c3vd.scale = 100.0 / 65535;
  c3vd.invalid = {0, 65535};
  EXPECT_EQ(decode_depth(*encode_png16(picture), "x", c3vd)->valid, 1);
}

TEST(DepthFile, NpyOfEveryTypeAndByteOrder) {
  EXPECT_EQ(*decode_npy(npy(header("<f4", "(1, 2)"), raw<float>({1.5F, 2})), "x"), row_of({1.5F, 2}));
  EXPECT_EQ(*decode_npy(npy(header("<f8", "(1, 2)"), raw<double>({1.5, 2})), "x"), row_of({1.5F, 2}));
  EXPECT_EQ(*decode_npy(npy(header("<u2", "(1, 2)"), raw<std::uint16_t>({7, 60000})), "x"), row_of({7, 60000}));
  EXPECT_EQ(*decode_npy(npy(header("<i4", "(1, 2, 1)"), raw<std::int32_t>({-7, 1})), "x"), row_of({-7, 1}));
  EXPECT_EQ(*decode_npy(npy(header("|u1", "(1,2)"), "\x01\x02"), "x"), row_of({1, 2}));
  EXPECT_EQ(*decode_npy(npy(header(">u2", "(1, 1)"), std::string("\x01\x02", 2), 2), "x"), row_of({258}));
  const FloatImage image(3, 5, 2, 4.5F);
  EXPECT_EQ(*decode_npy(encode_npy(image), "x"), image);
}

TEST(DepthFile, AChannelOfAPointPicture) {
  DepthConvention points;
  points.channel = 2;
  const auto map = decode_depth(*encode_float_tiff(row_of({1, 2, 30, 4, 5, 60}, 3)), "x", points);
  EXPECT_EQ(map->values, row_of({30, 60}));
  points.channel = 3;
  EXPECT_EQ(decode_depth(*encode_float_tiff(row_of({1, 2, 30}, 3)), "p.tiff", points).error().what,
            "the depth map has 3 channels, channel 3 is not there");
}

TEST(DepthFile, NearnessPointsTheSameWayForAll) {
  const auto nearer = [](const DepthConvention& convention, std::vector<float> values) {
    const auto map = decode_depth(encode_npy(row_of(std::move(values))), "x", convention);
    EXPECT_TRUE(map) << to_string(map.error());
    return nearness(*map, convention).values;
  };
  EXPECT_EQ(nearer({DepthUnit::kMillimetres}, {2, 4}), (std::vector<float>{0.5F, 0.25F}));
  EXPECT_EQ(nearer({DepthUnit::kDisparity}, {2, 4}), (std::vector<float>{2, 4}));
  EXPECT_EQ(nearer({DepthUnit::kRelative, 1, true}, {2, 4}), (std::vector<float>{2, 4}));
  EXPECT_EQ(nearer({DepthUnit::kRelative, 1, false, true}, {2, 4}), (std::vector<float>{2, 4}));
  EXPECT_EQ(nearer({DepthUnit::kRelative}, {2, 4}), (std::vector<float>{2, 0}));
}

TEST(DepthFile, NotANumberIsNotMeasured) {
  EXPECT_EQ(decode_depth(encode_npy(row_of({NAN, INFINITY, 3})), "x", {})->valid, 1);
}

TEST(DepthFile, NegativeDistanceIsAnErrorWithItsPlace) {
  const auto map = decode_depth(encode_npy(row_of({3, -1})), "d/7.npy", {});
  ASSERT_FALSE(map);
  EXPECT_EQ(map.error().what, "a negative depth of -1.000000 at x 1, y 0");
  EXPECT_EQ(map.error().where, "d/7.npy");
  DepthConvention convention;
  convention.invalid = {-1};
  EXPECT_TRUE(decode_depth(encode_npy(row_of({3, -1})), "x", convention));
}

TEST(DepthFile, HostileHeadersAreBounded) {
  const auto what = [](const std::string& bytes) { return decode_npy(bytes, "x").error().what; };
  EXPECT_FALSE(decode_npy(npy(header("<f4", "(30000, 30000)"), "abcd"), "x"));
  EXPECT_NE(what(npy(header("<f4", "(6000, 6000)"), "abcd")).find("4 of 144000000 bytes"), std::string::npos);
  EXPECT_FALSE(decode_npy(npy(header("<f4", "(4294967296, 4294967296)"), ""), "x"));
  EXPECT_FALSE(decode_npy(npy(header("<f4", "(-1, 4)"), ""), "x"));
  EXPECT_FALSE(decode_npy(npy(header("<f4", "(4,)"), raw<float>({1, 2, 3, 4})), "x"));
  EXPECT_FALSE(decode_npy(npy(header("<f4", "(1, 2)", "True"), raw<float>({1, 2})), "x"));
  EXPECT_FALSE(decode_npy(npy(header("<c8", "(1, 1)"), raw<float>({1, 2})), "x"));
  EXPECT_FALSE(decode_npy(npy(header("|O", "(1, 1)"), raw<float>({1, 2})), "x"));  // pickles are never run
  EXPECT_FALSE(decode_npy(npy("{}", ""), "x"));
  EXPECT_FALSE(decode_npy(npy(header("<f4", "(1, 2"), raw<float>({1, 2})), "x"));
  EXPECT_FALSE(decode_npy("\x93NUMPY\x01", "x"));
  const std::string whole = encode_npy(row_of({1, 2, 3}));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(decode_npy(std::string_view(whole).substr(0, length), "x")) << length;
  }
}

TEST(DepthFile, ChangedBytesNeverCrash) {
  Draws draws(11, "depth", "damage");
  const std::string file = encode_npy(FloatImage(5, 4, 1, 2));
  for (int round = 0; round < 5000; ++round) {
    std::string bytes = file;
    for (int i = 0; i < 3; ++i) bytes[draws.below(90)] = static_cast<char>(draws.below(256));
    (void)decode_depth(bytes, "x", {}, {4096, 1'000'000});
  }
}

TEST(DepthFile, ConventionsThatContradictThemselvesAreRefused) {
  const std::string bytes = encode_npy(row_of({1}));
  EXPECT_EQ(decode_depth(bytes, "x", {DepthUnit::kMillimetres, 0}).error().kind, ErrorKind::kUsage);
  EXPECT_EQ(decode_depth(bytes, "x", {DepthUnit::kMetres, 1, false, true}).error().kind, ErrorKind::kUsage);
  EXPECT_EQ(decode_depth(bytes, "x", {DepthUnit::kRelative, 1, true, true}).error().kind, ErrorKind::kUsage);
  EXPECT_EQ(decode_depth("", "x", {}).error().what, "the file is empty");
  EXPECT_FALSE(decode_depth(*encode_jpeg(Image(4, 4, 1)), "x", {}));
}

}  // namespace
}  // namespace surgsigma
