#include "surgsigma/synth/depth_view.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace surgsigma {
namespace {

constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();

/// 0, 1, 2, ... from left to right and top to bottom.
FloatImage ramp(int width, int height) {
  FloatImage map(width, height, 1);
  for (std::size_t i = 0; i < map.values.size(); ++i) map.values[i] = static_cast<float>(i);
  return map;
}

/// A tool of 40x40 in the middle of tissue.
Image square_tool(int size, std::uint8_t id) {
  Image mask(size, size, 1);
  for (int y = size / 3; y < 2 * size / 3; ++y) {
    for (int x = size / 3; x < 2 * size / 3; ++x) *mask.at(x, y) = id;
  }
  return mask;
}

FloatImage tool_map(const Image& mask, float tool, float tissue) {
  FloatImage map(mask.width, mask.height, 1);
  for (std::size_t i = 0; i < map.values.size(); ++i) map.values[i] = mask.values[i] != 0 ? tool : tissue;
  return map;
}

TEST(DepthView, StretchesBetweenThePercentilesNearBright) {
  const FloatImage map = ramp(101, 101);  // 0 .. 10200
  const auto view = depth_view(map);
  ASSERT_TRUE(view) << to_string(view.error());
  EXPECT_DOUBLE_EQ(view->q2, 204);
  EXPECT_DOUBLE_EQ(view->q98, 9996);
  EXPECT_EQ(view->valid, 10201);
  EXPECT_EQ(view->picture.values[0], 0);
  EXPECT_EQ(view->picture.values[204], 0);
  EXPECT_EQ(view->picture.values[5100], 128);  // 127.5 rounds up
  EXPECT_EQ(view->picture.values[9996], 255);
  EXPECT_EQ(view->picture.values[10200], 255);
  for (std::size_t i = 1; i < map.values.size(); ++i) ASSERT_GE(view->picture.values[i], view->picture.values[i - 1]);
}

TEST(DepthView, OnlyTheFieldCounts) {
  FloatImage map = ramp(100, 100);
  Image field(100, 100, 1, 1);
  for (int x = 0; x < 100; ++x) {
    *field.at(x, 0) = 0;
    *map.at(x, 0) = 1e9F;
  }
  *map.at(5, 50) = kUnknown;
  const auto view = depth_view(map, &field);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->valid, 9899);
  EXPECT_LT(view->q98, 10'000);
  EXPECT_EQ(*view->picture.at(3, 0), 0);
  EXPECT_EQ(*view->picture.at(5, 50), 0);
  EXPECT_EQ(*view->picture.at(99, 99), 255);
}

TEST(DepthView, MetricDepthIsTurnedRound) {
  DepthMap map{ramp(60, 60), 3600};
  for (float& mm : map.values.values) mm = 20 + mm / 40;
  const auto view = depth_view(map, DepthConvention{});
  ASSERT_TRUE(view) << to_string(view.error());
  EXPECT_EQ(view->picture.values.front(), 255);
  EXPECT_EQ(view->picture.values.back(), 0);
  EXPECT_GT(view->q98, 1.0 / 25);
  EXPECT_LT(view->q98, 1.0 / 20);
}

TEST(DepthView, NothingToShowIsAnError) {
  EXPECT_EQ(depth_view(FloatImage(50, 50, 1, 7.0F)).error().kind, ErrorKind::kData);
  EXPECT_EQ(depth_view(FloatImage(50, 50, 1, kUnknown)).error().kind, ErrorKind::kData);
  EXPECT_EQ(depth_view(FloatImage()).error().kind, ErrorKind::kUsage);
  EXPECT_EQ(depth_view(FloatImage(50, 50, 3)).error().kind, ErrorKind::kUsage);
  const Image small(10, 10, 1);
  EXPECT_EQ(depth_view(ramp(50, 50), &small).error().kind, ErrorKind::kUsage);
}

TEST(DepthView, RelativeDistanceIsFarWhereTheViewIsDark) {
  FloatImage map = ramp(50, 50);
  map.values[7] = kUnknown;
  const auto view = depth_view(map);
  const FloatImage distance = relative_distance(*view, map);
  EXPECT_EQ(distance.values.front(), 1);
  EXPECT_EQ(distance.values.back(), 0);
  EXPECT_TRUE(std::isnan(distance.values[7]));
}

TEST(Specular, AHighlightGrowsByItsDilation) {
  Image picture(40, 40, 3, 200);
  for (int c = 0; c < 3; ++c) picture.at(20, 20)[c] = 250;
  const Image mask = specular_mask(picture);
  EXPECT_EQ(std::count(mask.values.begin(), mask.values.end(), 255), 121);
  EXPECT_EQ(*mask.at(15, 25), 255);
  EXPECT_EQ(*mask.at(14, 20), 0);
  picture.at(20, 20)[2] = 234;  // 734: not above 734.4
  const Image none = specular_mask(picture);
  EXPECT_EQ(std::count(none.values.begin(), none.values.end(), 255), 0);
}

TEST(Specular, PixelsBecomeUnknownAndTooManyAreAFault) {
  FloatImage map = ramp(40, 40);
  Image picture(40, 40, 3, 100);
  for (int c = 0; c < 3; ++c) picture.at(20, 20)[c] = 255;
  const auto few = drop_specular(map, picture);
  ASSERT_TRUE(few);
  EXPECT_TRUE(few->empty());
  EXPECT_TRUE(std::isnan(*map.at(20, 20)));
  EXPECT_FALSE(std::isnan(*map.at(0, 0)));
  const auto many = drop_specular(map, Image(40, 40, 3, 255));
  ASSERT_EQ(many->size(), 1u);
  EXPECT_EQ((*many)[0].rule, "specular");
  EXPECT_DOUBLE_EQ((*many)[0].share, 1);
  EXPECT_FALSE(drop_specular(map, Image(4, 4, 3))) << "another size";
}

TEST(InstrumentsNearer, AToolBehindTheTissueIsAFault) {
  const Image mask = square_tool(120, 7);
  EXPECT_TRUE(check_instruments_nearer(tool_map(mask, 2, 1), mask)->empty());
  const auto behind = check_instruments_nearer(tool_map(mask, 1, 2), mask);
  ASSERT_EQ(behind->size(), 1u);
  EXPECT_EQ((*behind)[0].rule, "instrument_behind");
  EXPECT_EQ((*behind)[0].share, 0);
  EXPECT_NE((*behind)[0].reason.find("instrument 7"), std::string::npos);
}

TEST(InstrumentsNearer, SixtyPercentOfTheBorderIsEnough) {
  const Image mask = square_tool(120, 1);
  // Three of four sides have farther tissue; with one more side near it is one half.
  FloatImage map = tool_map(mask, 2, 1);
  for (int y = 0; y < 120; ++y) {
    for (int x = 80; x < 120; ++x) *map.at(x, y) = 3;
  }
  EXPECT_TRUE(check_instruments_nearer(map, mask)->empty());
  for (int y = 0; y < 120; ++y) {
    for (int x = 0; x < 40; ++x) *map.at(x, y) = 3;
  }
  const auto half = check_instruments_nearer(map, mask);
  ASSERT_EQ(half->size(), 1u);
  EXPECT_NEAR((*half)[0].share, 0.5, 1e-9);
}

TEST(InstrumentsNearer, BordersBetweenInstrumentsAndUnknownDepthAreLeftOut) {
  Image mask(60, 60, 1, 1);
  for (int y = 0; y < 60; ++y) {
    for (int x = 30; x < 60; ++x) *mask.at(x, y) = 2;
  }
  EXPECT_TRUE(check_instruments_nearer(tool_map(mask, 1, 1), mask)->empty());
  const Image tool = square_tool(120, 1);
  EXPECT_TRUE(check_instruments_nearer(FloatImage(120, 120, 1, kUnknown), tool)->empty());
  EXPECT_FALSE(check_instruments_nearer(FloatImage(12, 12, 1), tool)) << "another size";
}

TEST(Still, ScaleAndShiftAreNoChangeButFlickerIs) {
  const FloatImage before = ramp(100, 100);
  FloatImage scaled = before;
  for (float& value : scaled.values) value = 3 * value + 17;
  EXPECT_TRUE(check_still(before, scaled)->empty());
  FloatImage waved = before;
  for (std::size_t i = 0; i < waved.values.size(); ++i) waved.values[i] += i % 2 == 0 ? 1500.0F : -1500.0F;
  const auto flicker = check_still(before, waved);
  ASSERT_EQ(flicker->size(), 1u);
  EXPECT_EQ((*flicker)[0].rule, "flicker");
  EXPECT_NEAR((*flicker)[0].share, 0.123, 0.003);  // 1500 / 9600, less what the best scale takes up
}

TEST(Still, FlatOrUnknownMapsAreErrors) {
  EXPECT_EQ(check_still(ramp(50, 50), FloatImage(50, 50, 1, kUnknown)).error().kind, ErrorKind::kData);
  EXPECT_EQ(check_still(FloatImage(50, 50, 1, 1.0F), ramp(50, 50)).error().kind, ErrorKind::kData);
  EXPECT_EQ(check_still(ramp(50, 50), ramp(20, 20)).error().kind, ErrorKind::kUsage);
}

}  // namespace
}  // namespace surgsigma
