#include "surgsigma/export/selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace surgsigma {
namespace {

using ::testing::ElementsAre;

TEST(EvenShares, SmallClassesAreWholeAndTheRestIsSharedEvenly) {
  EXPECT_THAT(even_shares({100, 2, 100}, 22), ElementsAre(10, 2, 10));
  EXPECT_THAT(even_shares({5, 5}, 7), ElementsAre(3, 4));
  EXPECT_THAT(even_shares({5, 5}, 100), ElementsAre(5, 5));
  EXPECT_THAT(even_shares({1, 1, 1}, 2), ElementsAre(0, 1, 1));
  EXPECT_THAT(even_shares({}, 2), ElementsAre());
}

std::set<std::string> drawn(Caps caps, const std::vector<std::pair<std::string, std::string>>& rows) {
  for (const auto& [answer_class, id] : rows) caps.offer("phase", 0, answer_class, id);
  caps.draw_rows();
  std::set<std::string> kept;
  for (const auto& [answer_class, id] : rows) {
    if (caps.keeps("phase", 0, answer_class, id)) kept.insert(id);
  }
  EXPECT_EQ(static_cast<std::size_t>(caps.left_out()), rows.size() - kept.size());
  return kept;
}

std::vector<std::pair<std::string, std::string>> rows_of(int frequent, int rare) {
  std::vector<std::pair<std::string, std::string>> rows;
  for (int i = 0; i < frequent; ++i) rows.emplace_back("common", "a" + std::to_string(i));
  for (int i = 0; i < rare; ++i) rows.emplace_back("rare", "b" + std::to_string(i));
  return rows;
}

TEST(Caps, ExactlyTheCapIsDrawnAndTheOrderOfOfferDoesNotMatter) {
  auto rows = rows_of(200, 20);
  const auto kept = drawn(Caps(30, false, 1), rows);
  EXPECT_EQ(kept.size(), 30U);
  std::reverse(rows.begin(), rows.end());
  EXPECT_EQ(drawn(Caps(30, false, 1), rows), kept);
  EXPECT_NE(drawn(Caps(30, false, 2), rows), kept) << "another seed draws other rows";
}

TEST(Caps, NewRowsTakeFewPlacesOfOldOnes) {
  const auto before = drawn(Caps(30, false, 1), rows_of(200, 0));
  const auto after = drawn(Caps(30, false, 1), rows_of(200, 10));
  int stayed = 0;
  for (const auto& id : before) stayed += after.contains(id);
  EXPECT_GE(stayed, 20);
}

TEST(Caps, BalancedMeansEveryClassAlike) {
  const auto kept = drawn(Caps(30, true, 1), rows_of(200, 20));
  int rare = 0;
  for (const auto& id : kept) rare += id[0] == 'b';
  EXPECT_EQ(kept.size(), 30U);
  EXPECT_EQ(rare, 15);
}

TEST(Caps, ATaskThatWasNotOfferedIsNotKept) {
  Caps caps(5, false, 1);
  caps.offer("phase", 0, "", "x");
  caps.draw_rows();
  EXPECT_TRUE(caps.keeps("phase", 0, "", "x"));
  EXPECT_FALSE(caps.keeps("phase", 1, "", "x"));
  EXPECT_FALSE(caps.keeps("step", 0, "", "x"));
}

TEST(Names, TheNearestKnownNameIsOffered) {
  const Status status = check_name("task", "phase_recogniton", {"phase_recognition", "step_recognition"});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kUsage);
  EXPECT_EQ(status.error().what, "no task 'phase_recogniton'");
  EXPECT_EQ(status.error().hint, "did you mean 'phase_recognition'?");
}

}  // namespace
}  // namespace surgsigma
