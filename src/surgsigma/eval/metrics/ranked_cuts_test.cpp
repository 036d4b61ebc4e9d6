#include "surgsigma/eval/metrics/ranked_cuts.h"

#include <gtest/gtest.h>

#include <cmath>

#include "surgsigma/base/random.h"
#include "surgsigma/eval/intervals.h"
#include "surgsigma/eval/metrics/coco_ap.h"
#include "surgsigma/eval/metrics/label_sets.h"
#include "surgsigma/eval/metrics/triplets.h"

namespace surgsigma {
namespace {

constexpr std::size_t kCases = 5, kSettings = 19;  // not a whole number of groups

std::vector<double> drawn_weights() {
  Draws draws(3, "weights", "test");
  std::vector<double> weights(kSettings * kCases);
  for (double& weight : weights) weight = static_cast<double>(draws.below(4)) * 0.75;
  std::fill_n(weights.begin() + kCases, kCases, 0.0);  // a setting where nothing counts
  return weights;
}

void expect_equal_bits(const Scorer& scorer) {
  ASSERT_TRUE(scorer.many_values_at);
  const std::vector<double> weights = drawn_weights();
  const std::size_t names = scorer.names.size();
  std::vector<double> many(kSettings * names), one(names);
  scorer.many_values_at(kSettings, weights, many);
  for (std::size_t i = 0; i < kSettings; ++i) {
    scorer.values_at(std::span(weights).subspan(i * kCases, kCases), one);
    for (std::size_t k = 0; k < names; ++k) {
      const double other = many[i * names + k];
      EXPECT_TRUE(one[k] == other || (std::isnan(one[k]) && std::isnan(other)))
          << scorer.names[k] << " at setting " << i << ": " << one[k] << " and " << other;
    }
  }
}

TEST(RankedCuts, OneCutOfAllAnswersIsTheShareOfHits) {
  RankedCuts cuts;
  cuts.add_hits(0, 2);
  cuts.add_others(1, 3);
  cuts.cut();
  EXPECT_DOUBLE_EQ(stepped_ap(cuts, std::vector<double>{1, 1}), 0.4);
  EXPECT_DOUBLE_EQ(stepped_ap(cuts, std::vector<double>{3, 0}), 1);
  EXPECT_TRUE(std::isnan(stepped_ap(cuts, std::vector<double>{0, 1})));
}

TEST(RankedCuts, InterpolationTakesTheBestPrecisionFurtherOn) {
  RankedCuts cuts;  // a false alarm, then three hits of four truths
  cuts.add_others(0, 1);
  cuts.add_hits(0, 3);
  cuts.cut();
  const std::vector<double> recalls = {0, 0.5, 1};
  EXPECT_DOUBLE_EQ(interpolated_ap(cuts, std::vector<double>{1}, 4, recalls), (0.75 + 0.75 + 0) / 3);
  EXPECT_TRUE(std::isnan(interpolated_ap(cuts, std::vector<double>{0}, 0, recalls)));
}

TEST(RankedCuts, AnEmptyRankingReachesNothing) {
  EXPECT_EQ(interpolated_ap(RankedCuts(), std::vector<double>{1}, 2, std::vector<double>{0, 1}), 0);
  EXPECT_TRUE(std::isnan(stepped_ap(RankedCuts(), std::vector<double>{1})));
}

TEST(RankedCuts, LabelSetsAtManyWeightsAreThoseAtEach) {
  LabelSetInput input{{"a", "b", "never"}, kCases, {}, {}};
  Draws draws(1, "labels", "test");
  for (std::size_t i = 0; i < 60; ++i) {
    LabelSetItem item{i % kCases, {}, std::vector<int>(), 0, {}};
    for (int k = 0; k < 2; ++k) {
      if (draws.chance(0.4)) item.truth.push_back(k);
    }
    for (int k = 0; k < 3; ++k) input.scores.push_back(static_cast<double>(draws.below(8)));  // with ties
    input.items.push_back(std::move(item));
  }
  const auto scorer = label_set_scorer(input);
  ASSERT_TRUE(scorer);
  expect_equal_bits(*scorer);
}

TEST(RankedCuts, TripletsAtManyWeightsAreThoseAtEach) {
  TripletScores input;
  input.cases = kCases;
  input.case_of_video = {4, 1, 0, 2, 3, 1};
  input.table = {{"i0", "i1"}, {"v0"}, {"t0", "t1"}, {{0, 0, 0, false}, {1, 0, 0, false}, {1, 0, 1, true}}};
  std::vector<std::uint8_t> truth;
  std::vector<double> scores;
  Draws draws(1, "triplets", "test");
  for (std::uint32_t f = 0; f < 120; ++f) {
    input.video_of_frame.push_back(f % 6);
    for (int c = 0; c < 3; ++c) {
      truth.push_back(draws.chance(0.2) ? 1 : 0);
      scores.push_back(static_cast<double>(draws.below(30)) + truth.back());
    }
  }
  input.truth = truth;
  input.scores = scores;
  const auto scorer = triplet_ap(input, 2);
  ASSERT_TRUE(scorer);
  expect_equal_bits(*scorer);
}

TEST(RankedCuts, BoxesAtManyWeightsAreThoseAtEachAndIntervalsDoNotDependOnThreads) {
  CocoInput input;
  input.cases = kCases;
  input.categories = {"hook", "clip", "never"};
  Draws draws(1, "boxes", "test");
  for (std::uint32_t image = 0; image < 40; ++image) {
    input.case_of_image.push_back(image % kCases);
    for (int i = 0; i < 4; ++i) {
      const CocoBox box{draws.unit() * 100, draws.unit() * 100, 20 + draws.unit() * 60, 20 + draws.unit() * 60};
      const auto category = static_cast<std::uint32_t>(draws.below(2));
      if (draws.chance(0.7)) input.truths.push_back({image, category, box, box.w * box.h, draws.chance(0.1)});
      const CocoBox near{box.x + 6 * draws.unit(), box.y, box.w, box.h};
      input.detections.push_back({image, category, near, static_cast<double>(draws.below(20))});
    }
  }
  const auto scorer = coco_ap(input, 2);
  ASSERT_TRUE(scorer);
  expect_equal_bits(*scorer);
  BootstrapOptions options;
  options.resamples = 150;
  const auto one = score_with_intervals(*scorer, kCases, options);
  options.jobs = 3;
  const auto three = score_with_intervals(*scorer, kCases, options);
  ASSERT_TRUE(one);
  ASSERT_TRUE(three);
  for (std::size_t k = 0; k < one->size(); ++k) {
    if (std::isnan((*one)[k].low)) continue;
    EXPECT_EQ((*one)[k].low, (*three)[k].low);
    EXPECT_EQ((*one)[k].high, (*three)[k].high);
  }
}

}  // namespace
}  // namespace surgsigma
