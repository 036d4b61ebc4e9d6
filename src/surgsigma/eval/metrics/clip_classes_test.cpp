#include "surgsigma/eval/metrics/clip_classes.h"

#include <algorithm>
#include <cmath>

#include "surgsigma/base/random.h"
#include "surgsigma/eval/metrics/metric_test.h"

namespace surgsigma {
namespace {

using namespace metric_test;

int place_of(const Json& word, const std::vector<std::string>& classes) {
  if (word.is_null()) return kUnreadAnswer;
  const auto at = std::find(classes.begin(), classes.end(), word.get<std::string>());
  return at == classes.end() ? kNoSuchClass : static_cast<int>(at - classes.begin());
}
std::vector<int> places_of(const Json& words, const std::vector<std::string>& classes) {
  std::vector<int> places;
  for (const Json& word : words) places.push_back(place_of(word, classes));
  return places;
}

/// "labels", "gold", "pred" (null: unread) and, where present, "case".
ClipClassInput input_of(const Json& json) {
  ClipClassInput input{json.at("labels").get<std::vector<std::string>>(), 1, {}};
  for (std::size_t i = 0; i < json.at("gold").size(); ++i) {
    ClipClassItem item{0, place_of(json.at("gold")[i], input.classes), place_of(json.at("pred")[i], input.classes)};
    if (json.contains("case")) item.case_number = json.at("case")[i].get<std::size_t>();
    input.cases = std::max(input.cases, item.case_number + 1);
    input.items.push_back(item);
  }
  return input;
}

Scorer checked(Result<Scorer> scorer) {
  if (scorer) return *scorer;
  ADD_FAILURE() << to_string(scorer.error());
  return {};
}

ClipClassInput random_items(std::uint64_t seed) {
  Draws draws(seed, "clip classes", "test");
  ClipClassInput input{{"a", "b", "c"}, 4, {}};
  for (int i = 0; i < 50; ++i)
    input.items.push_back({draws.below(4), static_cast<int>(draws.below(3)), static_cast<int>(draws.between(-2, 2))});
  return input;
}

PlanInput random_plans(std::uint64_t seed) {
  Draws draws(seed, "plans", "test");
  PlanInput input{3, 4, {}};
  for (int i = 0; i < 40; ++i) {
    PlanItem plan;
    plan.case_number = draws.below(4);
    std::vector<int> answer;
    for (std::int64_t k = draws.between(1, 5); k > 0; --k) {
      plan.truth.push_back(static_cast<int>(draws.below(3)));
      if (draws.chance(0.9)) answer.push_back(draws.chance(0.7) ? plan.truth.back() : kNoSuchClass);
    }
    if (draws.chance(0.9)) plan.answer = answer;
    input.plans.push_back(plan);
  }
  return input;
}

TEST(ClipClasses, SharedVectorAgrees) {
  const auto vector = shared_vector("next_action", "next-action-five");
  if (!vector) GTEST_SKIP() << "no metric vectors: set SURGSIGMA_SHARED_DATA";
  const ClipClassInput input = input_of(vector->at("input"));
  const Json& expected = vector->at("expected");
  const Scorer scorer = checked(clip_class_scorer(input));
  expect_same(value_of(scorer, "accuracy", 1), number_of(expected.at("accuracy")), 1e-6, "accuracy");
  expect_same(value_of(scorer, "macro_f1", 1), number_of(expected.at("macro_f1")), 1e-6, "macro F1");
  expect_same(value_of(scorer, "class_mean_recall", 1), number_of(expected.at("mean_class_recall")), 1e-6, "recall");
  expect_same(value_of(scorer, "parse_rate", 1), number_of(expected.at("parse_rate")), 1e-6, "parse rate");
  const Json& sequence = vector->at("input").at("sequence");
  const Scorer plans = checked(plan_scorer(
      {4, 1, {{0, places_of(sequence.at("gold"), input.classes), places_of(sequence.at("pred"), input.classes)}}}));
  expect_same(100 * value_of(plans, "plan_edit:tokens", 1),
              number_of(expected.at("sequence_edit_score_tokens").at("score_percent")), 1e-6, "tokens");
  expect_same(100 * value_of(plans, "plan_edit:collapsed", 1),
              number_of(expected.at("sequence_edit_score_after_collapsing_repeats").at("score_percent")), 1e-6,
              "collapsed");
}

TEST(ClipClasses, OwnVectorsOfScikitLearnAndNltkAgree) {
  const Json document = own_vectors("clip_classes");
  for (const Json& vector : document.at("vectors")) {
    const ClipClassInput input = input_of(vector.at("input"));
    expect_values(checked(clip_class_scorer(input)), input.cases, vector.at("expected"), 1e-9);
  }
  for (const Json& vector : document.at("plans")) {
    PlanInput input{vector.at("classes"), vector.at("cases"), {}};
    for (const Json& row : vector.at("plans")) {
      PlanItem plan{row.at("case"), row.at("truth").get<std::vector<int>>(), {}};
      if (!row.at("answer").is_null()) plan.answer = row.at("answer").get<std::vector<int>>();
      input.plans.push_back(plan);
    }
    expect_values(checked(plan_scorer(input)), input.cases, vector.at("expected"), 1e-9);
  }
}

TEST(ClipClasses, WordsOutsideTheVocabularyAreReadAndWrong) {
  const Scorer scorer =
      checked(clip_class_scorer({{"a", "b"}, 1, {{0, 0, 0}, {0, 0, kNoSuchClass}, {0, 0, kUnreadAnswer}, {0, 0, 1}}}));
  expect_same(value_of(scorer, "accuracy", 1), 0.25, 1e-12, "accuracy");
  expect_same(value_of(scorer, "parse_rate", 1), 0.75, 1e-12, "parse rate");
  expect_same(value_of(scorer, "precision/a", 1), 1, 1e-12, "nobody's false positive");
  EXPECT_TRUE(std::isnan(value_of(scorer, "f1/b", 1)));  // answered, never true
  expect_same(value_of(scorer, "macro_f1", 1), 0.4, 1e-12, "only a occurs");
}

TEST(ClipClasses, SuccessCountsTheFirstStepsOfLongEnoughPlans) {
  const Scorer scorer = checked(plan_scorer({4,
                                             1,
                                             {{0, {0, 1, 2}, std::vector<int>{0, 1, 2}},
                                              {0, {0, 1, 2}, std::vector<int>{0, 1, 3, 2}},
                                              {0, {0, 1}, std::vector<int>{0, 1, 2}},
                                              {0, {0}, std::vector<int>{}},
                                              {0, {0, 1}, {}}}}));
  expect_same(value_of(scorer, "plan_success", 1), 1.0 / 5, 1e-12, "whole");
  expect_same(value_of(scorer, "plan_success@1", 1), 3.0 / 5, 1e-12, "first");
  expect_same(value_of(scorer, "plan_success@2", 1), 3.0 / 4, 1e-12, "two");
  expect_same(value_of(scorer, "plan_success@3", 1), 1.0 / 2, 1e-12, "three");
  expect_same(value_of(scorer, "parse_rate", 1), 4.0 / 5, 1e-12, "parse rate");
  expect_same(value_of(scorer, "plan_edit:tokens", 1), (1 + 0.75 + 2.0 / 3) / 5, 1e-12, "edit");
}

TEST(ClipClasses, OrderDoesNotMatterAndAWeightOfTwoIsACaseTwice) {
  const std::vector<double> ones(4, 1), weights = {1, 2, 0, 1}, spelled = {1, 1, 0, 1, 1};
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const ClipClassInput items = random_items(seed);
    ClipClassInput shuffled = items, twice = items;
    Draws(seed, "order", "test").shuffle(shuffled.items);
    twice.cases = 5;
    for (ClipClassItem item : items.items) {
      if (item.case_number != 1) continue;
      item.case_number = 4;
      twice.items.push_back(item);
    }
    const Scorer scorer = checked(clip_class_scorer(items));
    expect_same_values(scorer, ones, checked(clip_class_scorer(shuffled)), ones);
    expect_same_values(scorer, weights, checked(clip_class_scorer(twice)), spelled);

    const PlanInput plans = random_plans(seed);
    PlanInput more = plans;
    more.cases = 5;
    for (PlanItem plan : plans.plans) {
      if (plan.case_number != 1) continue;
      plan.case_number = 4;
      more.plans.push_back(plan);
    }
    Draws(seed, "order", "test").shuffle(more.plans);
    expect_same_values(checked(plan_scorer(plans)), weights, checked(plan_scorer(more)), spelled);
  }
}

TEST(ClipClasses, PerfectAnswersScoreOneAndEveryValueHasItsRow) {
  ClipClassInput items = random_items(3);
  PlanInput plans = random_plans(3);
  for (ClipClassItem& item : items.items) item.answer = item.truth;
  for (PlanItem& plan : plans.plans) plan.answer = plan.truth;
  for (const Scorer& scorer : {checked(clip_class_scorer(items)), checked(plan_scorer(plans))}) {
    for (const std::string& name : scorer.names) {
      if (name.rfind("support/", 0) != 0) expect_same(value_of(scorer, name, 4), 1, 1e-12, name);
    }
    expect_rows(scorer, clip_classes_metrics());
  }
}

TEST(ClipClasses, BadInputNamesItemOrPlan) {
  EXPECT_EQ(clip_class_scorer({{"a"}, 1, {{0, 0, 0}, {0, 0, 1}}}).error().where, "item 1");
  EXPECT_EQ(clip_class_scorer({{"a"}, 1, {{0, -1, 0}}}).error().what, "class -1 of 1");
  EXPECT_EQ(clip_class_scorer({{"a"}, 1, {{0, 0, -3}}}).error().what, "class -3 of 1");
  EXPECT_EQ(clip_class_scorer({{"a"}, 1, {{1, 0, 0}}}).error().what, "case 1 of 1");
  EXPECT_EQ(plan_scorer({1, 1, {{0, {}, {}}}}).error().what, "a true plan without steps");
  EXPECT_EQ(plan_scorer({1, 1, {{0, {0}, std::vector<int>{1}}}}).error().where, "plan 0");
  EXPECT_EQ(plan_scorer({1, 1, {{0, {-2}, {}}}}).error().what, "class -2 of 1");
}

}  // namespace
}  // namespace surgsigma
