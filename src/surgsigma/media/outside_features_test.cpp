#include "surgsigma/media/outside_features.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace surgsigma {
namespace {

Image plain(std::array<std::uint8_t, 3> colour, int width = 320, int height = 180) {
  Image picture(width, height, 3);
  for (std::size_t i = 0; i < picture.values.size(); ++i) picture.values[i] = colour[i % 3];
  return picture;
}

double feature(const Image& picture, std::string_view name) {
  const auto features = outside_features(picture);
  EXPECT_TRUE(features);
  const auto at = std::find(kOutsideFeatureNames.begin(), kOutsideFeatureNames.end(), name);
  EXPECT_NE(at, kOutsideFeatureNames.end());
  return (*features)[static_cast<std::size_t>(at - kOutsideFeatureNames.begin())];
}

TEST(OutsideFeatures, ColoursFallIntoTheirShares) {
  EXPECT_EQ(feature(plain({180, 60, 40}), "warm_share"), 1);
  EXPECT_EQ(feature(plain({180, 60, 40}), "vivid_red_share"), 1);
  EXPECT_EQ(feature(plain({40, 120, 110}), "cool_share"), 1);
  EXPECT_EQ(feature(plain({40, 120, 110}), "warm_share"), 0);
  EXPECT_EQ(feature(plain({200, 200, 195}), "grey_share"), 1);
  EXPECT_EQ(feature(plain({200, 200, 195}), "pale_share"), 1);
  EXPECT_NEAR(feature(plain({200, 100, 50}), "a_mean"), 0.5, 1e-9);
  EXPECT_NEAR(feature(plain({200, 100, 50}), "b_mean"), 0.5, 1e-9);
  EXPECT_NEAR(feature(plain({200, 100, 50}), "saturation_mean"), 0.75, 1e-9);
  EXPECT_EQ(feature(plain({200, 100, 50}), "hue_entropy"), 0);
}

TEST(OutsideFeatures, ExposureChangesLittle) {
  const auto bright = outside_features(plain({200, 100, 60}));
  const auto dim = outside_features(plain({100, 50, 30}));
  ASSERT_TRUE(bright && dim);
  for (std::size_t i = 0; i < kOutsideFeatures; ++i) EXPECT_NEAR((*bright)[i], (*dim)[i], 0.01) << kOutsideFeatureNames[i];
}

TEST(OutsideFeatures, BlackSaysNothingAndGreyPicturesAreGrey) {
  const auto black = outside_features(plain({3, 3, 3}));
  ASSERT_TRUE(black);
  EXPECT_EQ(*black, OutsideFeatures{});
  EXPECT_EQ(feature(Image(64, 48, 1, 120), "grey_share"), 1);
  EXPECT_TRUE(outside_features(Image(1, 1, 3, 200)));
}

TEST(OutsideFeatures, AnEmptyPictureIsRefused) {
  const auto features = outside_features(Image());
  ASSERT_FALSE(features);
  EXPECT_EQ(features.error().kind, ErrorKind::kUsage);
}

}  // namespace
}  // namespace surgsigma
