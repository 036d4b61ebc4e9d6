#include "surgsigma/eval/metrics/ratios.h"

#include <array>

#include "surgsigma/eval/metrics/metric_test.h"
#include "surgsigma/eval/metrics/ranked.h"

namespace surgsigma {
namespace {

using namespace metric_test;

TEST(Ratios, SumsAreDividedNotRatiosAveraged) {
  Ratios ratios(2);
  const auto a = ratios.ratio("a");
  ratios.add(a, 0, 1, 2);
  ratios.add(a, 1, 0, 6);
  const Scorer scorer = std::move(ratios).scorer();
  EXPECT_DOUBLE_EQ(value_named(scorer, "a", {1, 1}), 0.125);
  EXPECT_DOUBLE_EQ(value_named(scorer, "a", {3, 1}), 0.25);
}

TEST(Ratios, MeansLeaveOutWhatIsUndefined) {
  Ratios ratios(2);
  const auto a = ratios.ratio("a"), b = ratios.ratio("b");
  const auto mean = ratios.mean("mean", {a, b});
  ratios.root("root", mean, a);
  ratios.add(a, 0, 1, 4);
  ratios.add(b, 1, 1, 1);
  const Scorer scorer = std::move(ratios).scorer();
  EXPECT_DOUBLE_EQ(value_named(scorer, "mean", {1, 1}), 0.625);
  EXPECT_DOUBLE_EQ(value_named(scorer, "mean", {1, 0}), 0.25);
  EXPECT_DOUBLE_EQ(value_named(scorer, "root", {1, 0}), 0.25);
  EXPECT_TRUE(std::isnan(value_named(scorer, "mean", {0, 0})));
  EXPECT_TRUE(std::isnan(value_named(scorer, "root", {0, 1})));
}

TEST(Ratios, InfiniteSumsOfACaseThatDoesNotCountAreNotSeen) {
  Ratios ratios(2);
  const auto a = ratios.ratio("a");
  ratios.add(a, 0, std::numeric_limits<double>::infinity(), 1);
  ratios.add(a, 1, 3, 1);
  EXPECT_DOUBLE_EQ(value_named(std::move(ratios).scorer(), "a", {0, 2}), 3);
}

TEST(Ratios, PrecisionOfAClassThatWasNeverPredictedIsZeroAndOfAnAbsentClassUndefined) {
  Ratios ratios(1);
  const HitRatios present = hit_ratios(ratios, "", "/present"), absent = hit_ratios(ratios, "", "/absent");
  add_hits(ratios, present, 0, 0, 0, 3);
  add_hits(ratios, absent, 0, 0, 2, 0);
  const Scorer scorer = std::move(ratios).scorer();
  EXPECT_EQ(value_named(scorer, "precision/present", {1}), 0);
  EXPECT_EQ(value_named(scorer, "f1/present", {1}), 0);
  EXPECT_TRUE(std::isnan(value_named(scorer, "precision/absent", {1})));
  EXPECT_TRUE(std::isnan(value_named(scorer, "recall/absent", {1})));
  EXPECT_EQ(value_named(scorer, "f1/absent", {1}), 0);
}

TEST(Ranked, ATieIsCutAfterAllOfIt) {
  const std::array<double, 2> recalls = {0, 1};
  RankedCurve curve;
  // A hit and a false alarm of one score: precision is 1/2 whatever comes first.
  const auto hit_first = [](std::size_t i) { return RankedStep{i == 0 ? 1.0 : 0.0, i == 1 ? 1.0 : 0.0, i == 1}; };
  const auto hit_last = [](std::size_t i) { return RankedStep{i == 1 ? 1.0 : 0.0, i == 0 ? 1.0 : 0.0, i == 1}; };
  EXPECT_DOUBLE_EQ(interpolated_ap(2, 1, recalls, hit_first, curve), 0.5);
  EXPECT_DOUBLE_EQ(interpolated_ap(2, 1, recalls, hit_last, curve), 0.5);
  const auto untied = [](std::size_t i) { return RankedStep{i == 0 ? 1.0 : 0.0, i == 1 ? 1.0 : 0.0, true}; };
  EXPECT_DOUBLE_EQ(interpolated_ap(2, 1, recalls, untied, curve), 1);
}

TEST(Ranked, ARecallThatIsNeverReachedCountsZero) {
  const std::array<double, 3> recalls = {0, 0.5, 1};
  RankedCurve curve;
  const auto step = [](std::size_t) { return RankedStep{1, 0, true}; };
  EXPECT_DOUBLE_EQ(interpolated_ap(1, 2, recalls, step, curve), 2.0 / 3);
  EXPECT_DOUBLE_EQ(interpolated_ap(0, 2, recalls, step, curve), 0);
}

}  // namespace
}  // namespace surgsigma
