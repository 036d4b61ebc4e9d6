#include "surgsigma/eval/metrics/remaining_time.h"

#include <cmath>
#include <limits>

#include "surgsigma/base/random.h"
#include "surgsigma/eval/metrics/metric_test.h"

namespace surgsigma {
namespace {

using namespace metric_test;

/// "clips" of "gt" and "pred" (null: unread), "horizon", "train_median", and "case" of each clip where present.
RemainingTimeInput input_of(const Json& json) {
  RemainingTimeInput input;
  input.cases = 1;
  input.horizon_s = json.at("horizon").get<double>();
  if (json.contains("train_median")) input.train_median_s = json.at("train_median").get<double>();
  for (std::size_t c = 0; c < json.at("clips").size(); ++c) {
    const Json& clip = json.at("clips")[c];
    for (std::size_t i = 0; i < clip.at("gt").size(); ++i) {
      RemainingTimeItem item{0, static_cast<std::int64_t>(c), clip.at("gt")[i].get<double>(), {}};
      if (clip.contains("case")) item.case_number = clip.at("case").get<std::size_t>();
      input.cases = std::max(input.cases, item.case_number + 1);
      if (!clip.at("pred")[i].is_null()) item.answer_s = clip.at("pred")[i].get<double>();
      input.items.push_back(item);
    }
  }
  return input;
}

Scorer scorer_of(const RemainingTimeInput& input) {
  auto scorer = remaining_time_scorer(input);
  if (!scorer) {
    ADD_FAILURE() << to_string(scorer.error());
    return {};
  }
  return *scorer;
}

RemainingTimeInput random_input(std::uint64_t seed) {
  Draws draws(seed, "remaining time", "test");
  RemainingTimeInput input{4, {}, 5, 7.5};
  for (int i = 0; i < 60; ++i) {
    RemainingTimeItem item{draws.below(4), draws.between(0, 2), static_cast<double>(draws.below(20)), {}};
    if (draws.chance(0.9)) item.answer_s = static_cast<double>(draws.below(20));
    input.items.push_back(item);
  }
  return input;
}

TEST(RemainingTime, SharedVectorAgrees) {
  const auto vector = shared_vector("remaining_time", "remaining-time-two-clips");
  if (!vector) GTEST_SKIP() << "no metric vectors: set SURGSIGMA_SHARED_DATA";
  const Json& expected = vector->at("expected");
  const Scorer scorer = scorer_of(input_of(vector->at("input")));
  const std::pair<const char*, const char*> pairs[] = {{"mae", "MAE_pooled"},
                                                       {"mae:clip", "MAE_mean_of_clips"},
                                                       {"mae:inside_horizon", "MAE_inside_horizon_0<gt<5"},
                                                       {"mae:outside_horizon", "MAE_outside_horizon_gt>=5"},
                                                       {"within_2s", "within_2s_accuracy"},
                                                       {"bias", "signed_bias_pred_minus_gt"}};
  for (const auto& [ours, theirs] : pairs)
    expect_same(value_of(scorer, ours, 1), number_of(expected.at(theirs)), 1e-6, ours);
}

TEST(RemainingTime, OwnVectorsOfScikitLearnAgree) {
  const Json document = own_vectors("remaining_time");
  for (const Json& vector : document.at("vectors")) {
    const RemainingTimeInput input = input_of(vector.at("input"));
    expect_values(scorer_of(input), input.cases, vector.at("expected"), 1e-9);
  }
}

TEST(RemainingTime, AnUnreadAnswerIsChargedTheMedianAndIsNeverNear) {
  const Scorer scorer = scorer_of({1, {{0, 0, 10, {}}, {0, 0, 4, 4.0}}, 5, 9.0});
  expect_same(value_of(scorer, "mae", 1), 0.5, 1e-12, "charged 1 s");
  expect_same(value_of(scorer, "mae:read", 1), 0, 1e-12, "read");
  expect_same(value_of(scorer, "bias", 1), -0.5, 1e-12, "bias");
  expect_same(value_of(scorer, "within_2s", 1), 0.5, 1e-12, "not within, though the median is");
  expect_same(value_of(scorer, "skill", 1), 1 - 1.0 / 6, 1e-12, "skill");
}

TEST(RemainingTime, TheConstantItselfHasNoSkill) {
  RemainingTimeInput input = random_input(4);
  for (RemainingTimeItem& item : input.items) item.answer_s = 7.5;
  expect_same(value_of(scorer_of(input), "skill", 4), 0, 1e-12, "skill");
  for (RemainingTimeItem& item : input.items) item.truth_s = 7.5;
  EXPECT_TRUE(std::isnan(value_of(scorer_of(input), "skill", 4)));
}

TEST(RemainingTime, TheEndItselfIsNeitherInsideNorOutside) {
  const Scorer scorer = scorer_of({1, {{0, 0, 0, 3.0}, {0, 0, 5, 6.0}}, 5, {}});
  EXPECT_TRUE(std::isnan(value_of(scorer, "mae:inside_horizon", 1)));
  expect_same(value_of(scorer, "mae:outside_horizon", 1), 1, 1e-12, "5 is outside");
  expect_same(value_of(scorer, "mae", 1), 2, 1e-12, "but both count");
}

TEST(RemainingTime, OrderDoesNotMatterAndAWeightOfTwoIsACaseTwice) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const RemainingTimeInput input = random_input(seed);
    RemainingTimeInput twice = input;
    twice.cases = 5;
    for (RemainingTimeItem item : input.items) {
      if (item.case_number != 1) continue;
      item.case_number = 4;
      twice.items.push_back(item);
    }
    Draws(seed, "order", "test").shuffle(twice.items);
    expect_same_values(scorer_of(input), {1, 2, 0, 1}, scorer_of(twice), {1, 1, 0, 1, 1});
    EXPECT_TRUE(std::isnan(values_at(scorer_of(input), {0, 0, 0, 0})[0]));
  }
}

TEST(RemainingTime, PerfectAnswersAndEveryValueHasItsRow) {
  RemainingTimeInput input = random_input(1);
  for (RemainingTimeItem& item : input.items) item.answer_s = item.truth_s;
  const Scorer scorer = scorer_of(input);
  for (const std::string& name : scorer.names) {
    const bool is_error = name.rfind("mae", 0) == 0 || name.rfind("bias", 0) == 0;
    expect_same(value_of(scorer, name, 4), is_error ? 0 : 1, 1e-12, name);
  }
  expect_rows(scorer, remaining_time_metrics());
}

TEST(RemainingTime, BadInputNamesTheItem) {
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(remaining_time_scorer({1, {{0, 0, -1, 1.0}}, 5, {}}).error().where, "item 0");
  EXPECT_FALSE(remaining_time_scorer({1, {{0, 0, std::nan(""), 1.0}}, 5, {}}));
  EXPECT_EQ(remaining_time_scorer({1, {{0, 0, 1, 1.0}, {0, 0, 1, infinity}}, 5, {}}).error().where, "item 1");
  EXPECT_EQ(remaining_time_scorer({1, {{1, 0, 1, 1.0}}, 5, {}}).error().what, "case 1 of 1");
  EXPECT_EQ(remaining_time_scorer({1, {{0, 0, 1, {}}}, 5, {}}).error().hint, "give train_median_s");
  EXPECT_EQ(remaining_time_scorer({1, {}, -5, {}}).error().where, "horizon_s");
  EXPECT_EQ(remaining_time_scorer({1, {}, 5, infinity}).error().where, "train_median_s");
}

}  // namespace
}  // namespace surgsigma
