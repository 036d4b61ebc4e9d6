#include "surgsigma/media/outline.h"

#include <gtest/gtest.h>

#include <cmath>

#include "surgsigma/base/random.h"

namespace surgsigma {
namespace {

Image picture_of(std::initializer_list<std::string_view> rows) {
  Image picture(static_cast<int>(rows.begin()->size()), static_cast<int>(rows.size()), 1);
  std::size_t at = 0;
  for (const std::string_view row : rows) {
    for (const char c : row) picture.values[at++] = c == '#' ? 1 : 0;
  }
  return picture;
}

Image blobs(int wide, int high, std::uint64_t seed) {
  Draws draws(seed, "outline", "test");
  Image picture(wide, high, 1);
  for (int blob = 0; blob < 6; ++blob) {
    const auto cx = static_cast<double>(draws.below(static_cast<std::uint64_t>(wide)));
    const auto cy = static_cast<double>(draws.below(static_cast<std::uint64_t>(high)));
    const double r = 2 + draws.unit() * 12;
    for (int y = 0; y < high; ++y) {
      for (int x = 0; x < wide; ++x) {
        const double d = std::hypot(x - cx, y - cy);
        if (d < r && d > r * 0.4) *picture.at(x, y) ^= 1;
      }
    }
  }
  return picture;
}

TEST(Outline, OnePixelIsASquareOfArea1) {
  const auto found = outlines_of(picture_of({"...", ".#.", "..."}));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].outer, (Polygon{{1, 1}, {2, 1}, {2, 2}, {1, 2}}));
  EXPECT_EQ(area(found[0]), 1);
}

TEST(Outline, HolesRunTheOtherWay) {
  const auto found = outlines_of(picture_of({"#####", "#.#.#", "#####"}));
  ASSERT_EQ(found.size(), 1u);
  ASSERT_EQ(found[0].holes.size(), 2u);
  EXPECT_EQ(signed_area(found[0].outer), 15);
  EXPECT_EQ(signed_area(found[0].holes[0]), -1);
  EXPECT_EQ(area(found[0]), 13);
}

TEST(Outline, PixelsThatMeetAtACornerAreTwoParts) { EXPECT_EQ(outlines_of(picture_of({"#.", ".#"})).size(), 2u); }

TEST(Outline, AnIslandInAHoleIsItsOwnPart) {
  const auto found = outlines_of(picture_of({"#####", "#...#", "#.#.#", "#...#", "#####"}));
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(area(found[0]), 16);
  EXPECT_EQ(area(found[1]), 1);
}

TEST(Outline, FillingGivesThePixelsBack) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const Image picture = blobs(40, 31, seed);
    const auto found = outlines_of(picture);
    EXPECT_EQ(filled(found, picture.size()), picture) << seed;
    double sum = 0;
    for (const Outline& outline : found) {
      sum += area(outline);
      EXPECT_GT(signed_area(outline.outer), 0);
    }
    EXPECT_EQ(sum, static_cast<double>(area(mask_from_image(picture)))) << seed;
  }
}

TEST(Outline, MaskAndPictureAgree) {
  const Image picture = blobs(40, 31, 3);
  EXPECT_EQ(outlines_of(mask_from_image(picture)), outlines_of(picture));
}

TEST(Outline, SimplifyingDropsStairsAndKeepsTheShape) {
  Image triangle(60, 60, 1);
  for (int y = 0; y < 60; ++y) {
    for (int x = 0; x <= y; ++x) *triangle.at(x, y) = 1;
  }
  const Polygon ring = outlines_of(triangle)[0].outer;
  EXPECT_GT(ring.size(), 100u);
  const Polygon fewer = simplified(ring, 1.0);
  EXPECT_LE(fewer.size(), 6u);
  EXPECT_NEAR(signed_area(fewer), signed_area(ring), 70);
  EXPECT_EQ(simplified(ring, 0), ring);
}

TEST(Outline, ARingIsNeverSimplifiedAway) {
  const Polygon square = {{1, 1}, {2, 1}, {2, 2}, {1, 2}};
  EXPECT_EQ(simplified(square, 50), square);
}

TEST(Outline, NothingGivesNothing) {
  EXPECT_TRUE(outlines_of(Image()).empty());
  EXPECT_TRUE(outlines_of(Image(4, 4, 1)).empty());
  EXPECT_TRUE(outlines_of(Image(4, 4, 3, 9)).empty());
  EXPECT_EQ(bounding_box(Polygon{}), Box{});
}

TEST(Outline, CocoNumbersAreFlat) { EXPECT_EQ(flat({{1, 2}, {3, 4}}), (std::vector<double>{1, 2, 3, 4})); }

}  // namespace
}  // namespace surgsigma
