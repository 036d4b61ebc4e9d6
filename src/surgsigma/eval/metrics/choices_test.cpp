#include "surgsigma/eval/metrics/choices.h"

#include <gtest/gtest.h>

#include <cmath>

namespace surgsigma {
namespace {

std::vector<double> values_of(const Scorer& scorer, const std::vector<double>& weights) {
  std::vector<double> values(scorer.names.size());
  scorer.values_at(weights, values);
  return values;
}

TEST(Choices, AModelThatAlwaysAgreesIsSeenThrough) {
  std::vector<ChoiceItem> items;
  for (int i = 0; i < 10; ++i) items.push_back({0, 2, i < 8, i < 8, true});  // eight statements hold, all are agreed to
  const auto values = values_of(*choice_scorer(items, 1), {1});
  EXPECT_NEAR(values[0], 0.8, 1e-12);
  EXPECT_NEAR(values[2], 0.5, 1e-12);
  EXPECT_NEAR(values[3], 1.0, 1e-12);
}

TEST(Choices, ChanceFollowsTheNumberOfOptions) {
  const std::vector<ChoiceItem> items = {{0, 4, true, {}, {}}, {1, 2, false, {}, {}}};
  const auto scorer = choice_scorer(items, 2);
  EXPECT_NEAR(values_of(*scorer, {1, 1})[1], 0.375, 1e-12);
  EXPECT_NEAR(values_of(*scorer, {3, 1})[0], 0.75, 1e-12) << "a case counts as often as it is drawn";
  EXPECT_TRUE(std::isnan(values_of(*scorer, {1, 1})[2]));
}

TEST(Choices, WhatCannotBeIsRefused) {
  EXPECT_FALSE(choice_scorer(std::vector<ChoiceItem>{{1, 2, true, {}, {}}}, 1));
  EXPECT_FALSE(choice_scorer(std::vector<ChoiceItem>{{0, 1, true, {}, {}}}, 1));
}

}  // namespace
}  // namespace surgsigma
