#include "surgsigma/media/hiding.h"

#include <gtest/gtest.h>

#include <limits>

namespace surgsigma {
namespace {

RegionRow region(std::int64_t begin_s, std::int64_t end_s, const char* hiding) {
  RegionRow row;
  row.video_id = VideoId("own/op1");
  row.region_id = "r";
  row.begin_us = begin_s * kSecond;
  row.end_us = end_s * kSecond;
  row.hiding = hiding;
  return row;
}

RegionRow box_region(Box box, ImageSize size) {
  RegionRow row = region(0, 100, "black");
  row.x1 = box.x1;
  row.y1 = box.y1;
  row.x2 = box.x2;
  row.y2 = box.y2;
  row.width = size.width;
  row.height = size.height;
  return row;
}

TEST(Hiding, AStretchHidesTheWholePictureForItsTimeOnly) {
  const auto plan = hiding_plan(std::vector{region(10, 20, "pixelate")});
  ASSERT_TRUE(plan);
  Image stripes(60, 40, 3);
  for (int y = 0; y < 40; ++y) {
    for (int x = 0; x < 60; ++x) *stripes.at(x, y) = static_cast<std::uint8_t>(x % 2 * 255);
  }
  for (const auto& [time, is_hidden] : {std::pair<Microseconds, bool>{10 * kSecond - 1, false},
                                        {10 * kSecond, true},
                                        {20 * kSecond - 1, true},
                                        {20 * kSecond, false}}) {
    Image picture = stripes;
    ASSERT_TRUE(plan->apply(picture, time));
    EXPECT_EQ(picture != stripes, is_hidden) << time;
    EXPECT_EQ(plan->hides_all(time), is_hidden);
  }
  EXPECT_TRUE(plan->hides_all_within(0, 10 * kSecond + 1));
  EXPECT_FALSE(plan->hides_all_within(0, 10 * kSecond));
}

TEST(Hiding, ABoxCoversItsPlaceInAPictureOfAnotherSize) {
  const auto plan = hiding_plan(std::vector{box_region({11, 5, 31, 15}, {100, 50})});
  ASSERT_TRUE(plan);
  Image half(50, 25, 3, 200);
  ASSERT_TRUE(plan->apply(half, 0));
  EXPECT_EQ(*half.at(5, 2), 0);   // 11 / 2 rounded down
  EXPECT_EQ(*half.at(15, 7), 0);  // 31 / 2 rounded up
  EXPECT_EQ(*half.at(16, 7), 200);
  EXPECT_EQ(*half.at(4, 2), 200);
  EXPECT_FALSE(plan->hides_all(0));
}

TEST(Hiding, AClearedRegionHidesNothing) {
  const auto plan = hiding_plan(std::vector{region(0, 9, "none")});
  ASSERT_TRUE(plan);
  EXPECT_TRUE(plan->is_empty());
}

TEST(Hiding, RowsThatMeanNothingAreRefusedRatherThanPassedOver) {
  EXPECT_FALSE(hiding_plan(std::vector{region(0, 9, "blur")}));
  EXPECT_FALSE(hiding_plan(std::vector{region(9, 9, "black")}));
  EXPECT_FALSE(hiding_plan(std::vector{box_region({5, 5, 5, 9}, {10, 10})}));
  EXPECT_FALSE(hiding_plan(std::vector{box_region({1, 1, 5, 9}, {0, 0})}));
  EXPECT_FALSE(hiding_plan(std::vector{box_region({1, 1, std::numeric_limits<double>::quiet_NaN(), 9}, {10, 10})}));
  EXPECT_FALSE(hiding_plan(std::vector{box_region({1, 1, 5, 9}, {10, 10}), box_region({1, 1, 5, 9}, {20, 10})}));
  RegionRow half = box_region({1, 1, 5, 9}, {10, 10});
  half.y2.reset();
  EXPECT_FALSE(hiding_plan(std::vector{half}));
  Image nothing;
  EXPECT_FALSE(HidingPlan().apply(nothing, 0));
}

}  // namespace
}  // namespace surgsigma
