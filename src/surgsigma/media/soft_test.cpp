#include "surgsigma/media/soft.h"

#include <gtest/gtest.h>

#include <numeric>

namespace surgsigma {
namespace {

TEST(Soft, APlainPictureStaysAsItIs) {
  const Image plain(31, 17, 3, 137);
  const auto soft = softened(plain, 4);
  ASSERT_TRUE(soft.ok());
  EXPECT_EQ(*soft, plain);
}

TEST(Soft, APointSpreadsEvenlyToAllSides) {
  Image point(41, 41, 1);
  *point.at(20, 20) = 255;
  const auto soft = softened(point, 1);
  ASSERT_TRUE(soft.ok());
  EXPECT_GT(*soft->at(20, 20), *soft->at(21, 20));
  for (int k = 0; k < 4; ++k) {
    EXPECT_EQ(*soft->at(20 + k, 20), *soft->at(20 - k, 20)) << k;
    EXPECT_EQ(*soft->at(20, 20 + k), *soft->at(20, 20 - k)) << k;
    EXPECT_EQ(*soft->at(20, 20 + k), *soft->at(20 + k, 20)) << k;
  }
  EXPECT_EQ(*soft->at(24, 20), 0) << "three passes of radius 1 reach three pixels";
}

TEST(Soft, ChannelsDoNotMix) {
  Image red(16, 16, 3);
  for (int y = 0; y < 16; ++y) {
    for (int x = 0; x < 8; ++x) red.at(x, y)[0] = 200;
  }
  const auto soft = softened(red, 2);
  ASSERT_TRUE(soft.ok());
  EXPECT_GT(soft->at(8, 8)[0], 0);
  EXPECT_LT(soft->at(7, 8)[0], 200);
  EXPECT_EQ(soft->at(8, 8)[1], 0);
}

TEST(Soft, NonsenseIsRefused) {
  EXPECT_EQ(softened(Image(), 3).error().kind, ErrorKind::kUsage);
  EXPECT_EQ(softened(Image(8, 8, 1), 0).error().kind, ErrorKind::kUsage);
  EXPECT_EQ(softened(Image(8, 8, 1), 257).error().kind, ErrorKind::kUsage);
}

}  // namespace
}  // namespace surgsigma
