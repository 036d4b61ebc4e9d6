#include "surgsigma/base/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <set>
#include <string>
#include <vector>

namespace surgsigma {
namespace {

TEST(Draw, DependsOnNothingButItsArguments) {
  std::vector<std::uint64_t> forwards, backwards;
  for (int i = 0; i < 100; ++i) forwards.push_back(draw(1, "v#" + std::to_string(i), "template"));
  for (int i = 99; i >= 0; --i) backwards.push_back(draw(1, "v#" + std::to_string(i), "template"));
  std::reverse(backwards.begin(), backwards.end());
  EXPECT_EQ(forwards, backwards);
}

TEST(Draw, EachArgumentMatters) {
  const std::set<std::uint64_t> draws = {draw(1, "ab", "c"), draw(2, "ab", "c"), draw(1, "a", "bc"), draw(1, "", "abc"),
                                         draw(1, "abc", "")};
  EXPECT_EQ(draws.size(), 5u);
}

TEST(Draw, LongIdsAreDrawnLikeShortOnes) {
  const std::string id(5000, 'x');
  EXPECT_EQ(draw(1, id, "p"), draw(1, id, "p"));
  EXPECT_NE(draw(1, id, "p"), draw(1, id + "x", "p"));
  EXPECT_NE(draw(1, std::string(247, 'x'), "p"), draw(1, std::string(248, 'x'), "p"));
}

TEST(Draw, StaysTheSameFromReleaseToRelease) {
  EXPECT_EQ(draw(7, "cholec80/video01#3", "split"), 13058916397652482510u);
  Draws draws(7, "cholec80/video01#3", "split");
  EXPECT_EQ(draws.bits(), 1430991272137115789u);
}

TEST(Draws, BelowIsUniformAndInRange) {
  Draws draws(1, "id", "test");
  std::array<int, 7> counts{};
  for (int i = 0; i < 70'000; ++i) {
    const std::uint64_t value = draws.below(7);
    ASSERT_LT(value, 7u);
    ++counts[value];
  }
  for (const int count : counts) EXPECT_NEAR(count, 10'000, 500);  // five standard deviations
}

TEST(Draws, EndsOfRangesAreReached) {
  Draws draws(1, "id", "test");
  std::set<std::int64_t> seen;
  for (int i = 0; i < 200; ++i) seen.insert(draws.between(-1, 1));
  EXPECT_EQ(seen, (std::set<std::int64_t>{-1, 0, 1}));
  EXPECT_EQ(draws.between(5, 5), 5);
  EXPECT_EQ(draws.below(1), 0u);
  const auto wide = draws.between(std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max());
  EXPECT_NE(wide, draws.between(std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()));
}

TEST(Draws, UnitNeverReachesOne) {
  Draws draws(1, "id", "test");
  double sum = 0;
  for (int i = 0; i < 100'000; ++i) {
    const double value = draws.unit();
    ASSERT_TRUE(value >= 0 && value < 1);
    sum += value;
  }
  EXPECT_NEAR(sum / 100'000, 0.5, 0.005);
  EXPECT_FALSE(draws.chance(0));
  EXPECT_TRUE(draws.chance(1));
}

TEST(Draws, ShufflingKeepsEveryItem) {
  std::vector<int> items(50);
  std::iota(items.begin(), items.end(), 0);
  std::vector<int> shuffled = items;
  Draws(1, "id", "test").shuffle(shuffled);
  EXPECT_NE(shuffled, items);
  std::sort(shuffled.begin(), shuffled.end());
  EXPECT_EQ(shuffled, items);
  std::vector<int> none;
  Draws(1, "id", "test").shuffle(none);
  EXPECT_TRUE(none.empty());
}

}  // namespace
}  // namespace surgsigma
