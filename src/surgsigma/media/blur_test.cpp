#include "surgsigma/media/blur.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace surgsigma {
namespace {

/// Strokes two pixels wide on a slope of grey.
Image strokes(int channels = 3) {
  Image picture(120, 60, channels);
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      const int value = (x / 2) % 2 == 0 ? 235 : 12 + x;
      for (int c = 0; c < channels; ++c) picture.at(x, y)[c] = static_cast<std::uint8_t>(value - c);
    }
  }
  return picture;
}

/// Mean absolute second difference along the rows.
double fine_energy(const Image& picture, int left, int top, int right, int bottom) {
  double sum = 0;
  int count = 0;
  for (int y = top; y < bottom; ++y) {
    for (int x = left + 1; x + 1 < right; ++x, ++count) {
      sum += std::abs(2 * *picture.at(x, y) - *picture.at(x - 1, y) - *picture.at(x + 1, y));
    }
  }
  return sum / count;
}

TEST(Blur, NothingFineIsLeftInsideAndNothingChangesOutside) {
  for (const Hiding how : {Hiding::kBlack, Hiding::kPixelate}) {
    const Image before = strokes();
    Image picture = before;
    const std::vector<Box> boxes = {{20.5, 10, 80, 30.2}};
    ASSERT_TRUE(hide_boxes(picture, boxes, how));
    EXPECT_GT(fine_energy(before, 20, 10, 80, 31), 50);
    EXPECT_LT(fine_energy(picture, 20, 10, 80, 31), 2);
    for (int y = 0; y < 60; ++y) {
      for (int x = 0; x < 120; ++x) {
        if (x >= 20 && x < 80 && y >= 10 && y < 31) continue;
        ASSERT_EQ(*picture.at(x, y), *before.at(x, y)) << x << " " << y;
      }
    }
  }
}

TEST(Blur, BlackIsBlackInEveryChannelAndTilesKeepTheMean) {
  Image picture = strokes();
  const std::vector<Box> whole = {{0, 0, 120, 60}};
  Image tiles = picture;
  ASSERT_TRUE(hide_boxes(tiles, whole, Hiding::kPixelate));
  double before = 0, after = 0;
  for (const std::uint8_t value : picture.values) before += value;
  for (const std::uint8_t value : tiles.values) after += value;
  EXPECT_NEAR(before, after, 0.5 * static_cast<double>(picture.values.size()));
  ASSERT_TRUE(hide_boxes(picture, whole, Hiding::kBlack));
  EXPECT_EQ(picture, Image(120, 60, 3));
}

TEST(Blur, BoxesAreCutAtTheEdges) {
  Image picture = strokes(1);
  const Image before = picture;
  const std::vector<Box> beside = {{-50, -50, -10, -10}, {200, 0, 300, 20}, {5, 5, 5, 5}};
  ASSERT_TRUE(hide_boxes(picture, beside, Hiding::kBlack));
  EXPECT_EQ(picture, before);
  const std::vector<Box> corner = {{110, 50, 1e30, 1e30}};
  ASSERT_TRUE(hide_boxes(picture, corner, Hiding::kBlack));
  EXPECT_EQ(*picture.at(119, 59), 0);
  EXPECT_EQ(*picture.at(109, 59), *before.at(109, 59));
}

TEST(Blur, BadBoxesChangeNothing) {
  Image picture = strokes();
  const Image before = picture;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const Box& bad : {Box{nan, 0, 5, 5}, Box{5, 0, 4, 5}, Box{0, 0, std::numeric_limits<double>::infinity(), 5}}) {
    const std::vector<Box> boxes = {{0, 0, 50, 50}, bad};
    EXPECT_FALSE(hide_boxes(picture, boxes, Hiding::kBlack));
  }
  EXPECT_EQ(picture, before);
  Image empty;
  EXPECT_FALSE(hide_boxes(empty, {}, Hiding::kBlack));
}

}  // namespace
}  // namespace surgsigma
