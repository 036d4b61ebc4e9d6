#include "surgsigma/eval/intervals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "surgsigma/base/random.h"

namespace surgsigma {
namespace {

using ::testing::HasSubstr;

/// The mean of one number per case, and a value that only exists where case 0 was drawn.
Scorer mean_of(std::vector<double> numbers) {
  Scorer scorer;
  scorer.names = {"mean", "needs_case_0"};
  scorer.values_at = [numbers = std::move(numbers)](std::span<const double> weights, std::span<double> values) {
    double sum = 0, count = 0;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      sum += weights[i] * numbers[i];
      count += weights[i];
    }
    values[0] = count > 0 ? sum / count : NAN;
    values[1] = weights[0] > 0 ? 1 : NAN;
  };
  return scorer;
}

std::vector<double> numbers(std::size_t count) {
  std::vector<double> made(count);
  Draws draws(7, "numbers", "test");
  for (double& number : made) number = draws.unit();
  return made;
}

TEST(Intervals, OfAMeanAreThoseOfTheNormalApproximation) {
  const std::vector<double> data = numbers(200);
  const auto scored = score_with_intervals(mean_of(data), 200, {});
  ASSERT_TRUE(scored);
  double mean = 0, square = 0;
  for (const double x : data) mean += x / 200;
  for (const double x : data) square += (x - mean) * (x - mean) / 200;
  const double half = 1.96 * std::sqrt(square / 200);
  EXPECT_NEAR((*scored)[0].value, mean, 1e-12);
  EXPECT_NEAR((*scored)[0].low, mean - half, 0.1 * half);
  EXPECT_NEAR((*scored)[0].high, mean + half, 0.1 * half);
}

TEST(Intervals, DoNotDependOnThreads) {
  const Scorer scorer = mean_of(numbers(30));
  BootstrapOptions options;
  options.resamples = 1000;
  const auto one = score_with_intervals(scorer, 30, options);
  options.jobs = 3;
  const auto three = score_with_intervals(scorer, 30, options);
  EXPECT_EQ((*one)[0].low, (*three)[0].low);
  EXPECT_EQ((*one)[0].high, (*three)[0].high);
}

TEST(Intervals, SayHowOftenTheValueExisted) {
  const auto scored = score_with_intervals(mean_of(numbers(30)), 30, {});
  EXPECT_NEAR((*scored)[1].share_defined, 1 - std::pow(29.0 / 30, 30), 0.02);
  EXPECT_EQ((*scored)[1].low, 1);
}

TEST(Intervals, OneCaseHasNone) {
  const auto scored = score_with_intervals(mean_of({0.5}), 1, {});
  EXPECT_EQ((*scored)[0].value, 0.5);
  EXPECT_TRUE(std::isnan((*scored)[0].low));
}

TEST(PairedDifference, SeesThroughWhatBothModelsShare) {
  std::vector<double> data = numbers(40), better = data;
  for (double& x : better) x += 0.01;
  const auto differences = paired_differences(mean_of(better), mean_of(data), 40, {});
  ASSERT_TRUE(differences);
  EXPECT_NEAR((*differences)[0].difference.low, 0.01, 1e-9);
  EXPECT_LE((*differences)[0].p_value, 1e-3);
  const auto same = paired_differences(mean_of(data), mean_of(data), 40, {});
  EXPECT_EQ((*same)[0].difference.value, 0);
  EXPECT_EQ((*same)[0].p_value, 1);
}

TEST(Intervals, OptionsThatMeanNothingAreRefused) {
  BootstrapOptions options;
  options.resamples = 0;
  EXPECT_FALSE(score_with_intervals(mean_of(numbers(3)), 3, options));
  Scorer other = mean_of(numbers(3));
  other.names[0] = "median";
  const auto refused = paired_differences(mean_of(numbers(3)), other, 3, {});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("other metrics"));
}

}  // namespace
}  // namespace surgsigma
