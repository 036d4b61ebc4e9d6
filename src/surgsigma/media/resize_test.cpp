#include "surgsigma/media/resize.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace surgsigma {
namespace {

Image row_of(std::vector<std::uint8_t> values) {
  Image picture(static_cast<int>(values.size()), 1, 1);
  picture.values = std::move(values);
  return picture;
}

TEST(Resize, AreaIsTheAverageOfWhatIsCovered) {
  EXPECT_EQ(resized(row_of({0, 100, 200, 100}), {2, 1}, Resampling::kArea)->values,
            (std::vector<std::uint8_t>{50, 150}));
  // 3 to 2: each new pixel covers one and a half old ones.
  EXPECT_EQ(resized(row_of({30, 90, 0}), {2, 1}, Resampling::kArea)->values, (std::vector<std::uint8_t>{50, 30}));
}

TEST(Resize, OneColourStaysThatColour) {
  for (const std::uint8_t value : std::vector<std::uint8_t>{0, 1, 127, 254, 255}) {
    const Image picture(97, 61, 3, value);
    for (const Resampling how : {Resampling::kArea, Resampling::kBilinear, Resampling::kNearest}) {
      for (const ImageSize size : {ImageSize{13, 7}, ImageSize{96, 61}, ImageSize{301, 99}}) {
        EXPECT_EQ(*resized(picture, size, how), Image(size.width, size.height, 3, value));
      }
    }
  }
}

TEST(Resize, BilinearLiesBetweenCentres) {
  EXPECT_EQ(resized(row_of({0, 100}), {4, 1}, Resampling::kBilinear)->values,
            (std::vector<std::uint8_t>{0, 25, 75, 100}));
}

TEST(Resize, NearestInventsNoClass) {
  const Image ids = row_of({3, 9, 200});
  const auto larger = resized(ids, {8, 2}, Resampling::kNearest);
  for (const std::uint8_t value : larger->values) {
    EXPECT_TRUE(value == 3 || value == 9 || value == 200);
  }
  DepthPicture depth(2, 1, 1);
  depth.values = {1000, 60000};
  EXPECT_EQ(resized_nearest(depth, {4, 1})->values, (std::vector<std::uint16_t>{1000, 1000, 60000, 60000}));
}

TEST(Resize, DepthIgnoresHolesAndKeepsLargeOnes) {
  const float hole = std::numeric_limits<float>::quiet_NaN();
  FloatImage depth(6, 1, 1);
  depth.values = {10, 20, 30, hole, hole, hole};
  const auto small = resized(depth, {3, 1}, Resampling::kArea);
  EXPECT_EQ(small->values[0], 15);
  EXPECT_EQ(small->values[1], 30);
  EXPECT_TRUE(std::isnan(small->values[2]));
}

TEST(Resize, BlocksAtTheEdgeAreSmaller) {
  Image picture(3, 3, 1);
  picture.values = {0, 2, 10, 4, 6, 20, 7, 9, 90};
  EXPECT_EQ(shrunk(picture, 2).values, (std::vector<std::uint8_t>{3, 15, 8, 90}));
  EXPECT_EQ(shrunk(picture, 1), picture);
}

TEST(Resize, SizesFitTheirBudget) {
  EXPECT_EQ(fit_long_side({1920, 1080}, 960), (ImageSize{960, 540}));
  EXPECT_EQ(fit_long_side({320, 200}, 960), (ImageSize{320, 200}));  // never larger
  EXPECT_EQ(fit_long_side({1920, 1080}, 448, 28), (ImageSize{448, 252}));
  EXPECT_EQ(fit_long_side({10000, 3}, 100), (ImageSize{100, 1}));
  for (const std::int64_t budget : {1, 99, 1000, 200'704, 1'000'000}) {
    const ImageSize size = fit_pixels({1280, 720}, budget);
    EXPECT_LE(static_cast<std::int64_t>(size.width) * size.height, budget);
    EXPECT_GE(size.width, 1);
  }
  EXPECT_EQ(fit_pixels({100, 50}, 5000), (ImageSize{100, 50}));
}

TEST(Resize, NonsenseIsAUsageError) {
  EXPECT_EQ(resized(Image(), {4, 4}, Resampling::kArea).error().kind, ErrorKind::kUsage);
  EXPECT_EQ(resized(Image(4, 4, 1), {0, 4}, Resampling::kArea).error().kind, ErrorKind::kUsage);
  EXPECT_EQ(resized(FloatImage(4, 4, 1), {4, -1}, Resampling::kNearest).error().kind, ErrorKind::kUsage);
}

}  // namespace
}  // namespace surgsigma
