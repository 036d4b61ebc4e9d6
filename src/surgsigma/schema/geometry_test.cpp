#include "surgsigma/schema/geometry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace surgsigma {
namespace {

using testing::ElementsAre;

constexpr ImageSize kFrame{90, 30};

TEST(Geometry, BoxThatReachesOutIsCutAtTheImage) {
  EXPECT_EQ(clamped({-10, -5, 100, 20}, kFrame), (Box{0, 0, 90, 20}));
}

TEST(Geometry, BoxOutsideOrEmptyHasNoPartInTheImage) {
  EXPECT_EQ(clamped({90, 0, 95, 10}, kFrame), std::nullopt);
  EXPECT_EQ(clamped({10, 10, 10, 20}, kFrame), std::nullopt);
  EXPECT_EQ(clamped({20, 20, 10, 25}, kFrame), std::nullopt);
}

TEST(Geometry, IouOfHalfOverlappingBoxesIsOneThird) { EXPECT_DOUBLE_EQ(iou({0, 0, 2, 2}, {1, 0, 3, 2}), 1.0 / 3); }

TEST(Geometry, IouOfEmptyOrDistantBoxesIsZero) {
  EXPECT_EQ(iou({}, {}), 0);
  EXPECT_EQ(iou({0, 0, 1, 1}, {5, 5, 6, 6}), 0);
  EXPECT_EQ(iou({3, 3, 1, 1}, {0, 0, 4, 4}), 0);  // turned inside out
}

TEST(Geometry, CellHoldsTheCentreAndABorderBelongsToTheCellAfterIt) {
  EXPECT_EQ(kGridWords[grid_cell({0, 0, 10, 10}, kFrame)], "top-left");
  EXPECT_EQ(kGridWords[grid_cell({29, 9, 31, 11}, kFrame)], "middle-center");  // centre exactly at (30, 10)
  EXPECT_EQ(kGridWords[grid_cell({80, 20, 90, 30}, kFrame)], "bottom-right");
}

TEST(Geometry, CellOfABoxOutsideTheImageIsTheNearest) {
  EXPECT_EQ(grid_cell({-50, -50, -40, -40}, kFrame), 0);
  EXPECT_EQ(grid_cell({900, 900, 950, 950}, kFrame), 8);
}

TEST(Geometry, CellIsExactWhereAThirdOfTheWidthIsNoWholeNumber) {
  // 854 / 3 = 284.67: a centre at 284.5 is left of the border, 285 is right of it.
  EXPECT_EQ(grid_cell({284, 0, 285, 1}, {854, 480}), 0);
  EXPECT_EQ(grid_cell({284.5, 0, 285.5, 1}, {854, 480}), 1);
}

TEST(Geometry, CellIsOccupiedFromATenthOfTheBoxOn) {
  EXPECT_THAT(grid_cells({21, 0, 31, 10}, kFrame), ElementsAre(0, 1));   // exactly a tenth lies in the second cell
  EXPECT_THAT(grid_cells({20.9, 0, 30.9, 10}, kFrame), ElementsAre(0));  // a little less
  EXPECT_THAT(grid_cells({0, 0, 90, 30}, kFrame), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8));
}

TEST(Geometry, CellOfTheCentreCountsEvenForAnEmptyBox) {
  EXPECT_THAT(grid_cells({45, 15, 45, 15}, kFrame), ElementsAre(4));
}

TEST(Geometry, SideIsTheThirdThatHoldsTheCentre) {
  EXPECT_EQ(side_word({0, 0, 20, 10}, kFrame), "left");
  EXPECT_EQ(side_word({40, 0, 50, 10}, kFrame), "centre");
  EXPECT_EQ(side_word({70, 0, 90, 10}, kFrame), "right");
}

TEST(Geometry, NonsenseNumbersStayInsideTheGrid) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const int cell = grid_cell({nan, nan, nan, nan}, kFrame);
  EXPECT_GE(cell, 0);
  EXPECT_LE(cell, 8);
  EXPECT_EQ(grid_cell({0, 0, 1, 1}, {0, 0}), 8);
}

}  // namespace
}  // namespace surgsigma
