#include "surgsigma/eval/metrics/label_sets.h"

#include <cmath>

#include "surgsigma/base/random.h"
#include "surgsigma/eval/metrics/metric_test.h"

namespace surgsigma {
namespace {

using namespace metric_test;

std::vector<int> set_of(const Json& row) {
  std::vector<int> set;
  for (std::size_t k = 0; k < row.size(); ++k) {
    if (row[k] == 1) set.push_back(static_cast<int>(k));
  }
  return set;
}

/// Rows of 0 and 1 in "gt" and "pred" (null: unread), "score" and "case" where present.
LabelSetInput input_of(const Json& json) {
  LabelSetInput input;
  input.cases = 1;
  for (std::size_t k = 0; k < json.at("gt").at(0).size(); ++k) input.classes.push_back(std::to_string(k));
  for (std::size_t i = 0; i < json.at("gt").size(); ++i) {
    LabelSetItem item;
    if (json.contains("case")) item.case_number = json.at("case")[i].get<std::size_t>();
    input.cases = std::max(input.cases, item.case_number + 1);
    item.truth = set_of(json.at("gt")[i]);
    if (!json.at("pred")[i].is_null()) item.answer = set_of(json.at("pred")[i]);
    input.items.push_back(item);
    if (!json.contains("score")) continue;
    for (const Json& score : json.at("score")[i]) input.scores.push_back(score.get<double>());
  }
  return input;
}

LabelSetInput random_input(std::uint64_t seed) {
  Draws draws(seed, "label sets", "test");
  LabelSetInput input{{"a", "b", "c", "d"}, 5, {}, {}};
  for (int i = 0; i < 60; ++i) {
    LabelSetItem item;
    item.case_number = draws.below(5);
    std::vector<int> answer;
    for (int k = 0; k < 4; ++k) {
      if (draws.chance(0.3)) item.truth.push_back(k);
      if (draws.chance(0.3)) answer.push_back(k);
      input.scores.push_back(static_cast<double>(draws.below(8)) / 8);
    }
    if (draws.chance(0.9)) item.answer = answer;
    item.unknown = draws.chance(0.1) ? 1 : 0;
    input.items.push_back(item);
  }
  return input;
}

Scorer scorer_of(const LabelSetInput& input) {
  auto scorer = label_set_scorer(input);
  if (!scorer) {
    ADD_FAILURE() << to_string(scorer.error());
    return {};
  }
  return *scorer;
}

TEST(LabelSets, SharedVectorAgrees) {
  const auto vector = shared_vector("multilabel_presence", "multilabel-three-classes");
  if (!vector) GTEST_SKIP() << "no metric vectors: set SURGSIGMA_SHARED_DATA";
  const LabelSetInput input = input_of(vector->at("input"));
  const Json& expected = vector->at("expected");
  const Scorer scorer = scorer_of(input);
  for (std::size_t k = 0; k < 3; ++k)
    expect_same(value_of(scorer, "ap/" + std::to_string(k), 1), number_of(expected.at("AP")[k]), 1e-6, "AP");
  const std::pair<const char*, const char*> pairs[] = {
      {"map", "mAP_undefined_skipped"},         {"micro_f1", "micro_f1"},
      {"macro_f1", "macro_f1_support_only"},    {"exact_match", "exact_match"},
      {"hamming_accuracy", "hamming_accuracy"}, {"sample_f1", "samples_f1_zero_division_1"}};
  for (const auto& [ours, theirs] : pairs)
    expect_same(value_of(scorer, ours, 1), number_of(expected.at(theirs)), 1e-6, ours);
  expect_same(compat_zero_macro_f1(input), number_of(expected.at("macro_f1_zero_for_class_without_positive")), 1e-6,
              "zero");
}

TEST(LabelSets, SharedVectorsOfSetApAgree) {
  for (const char* id : {"set-ap-0", "set-ap-1", "set-ap-2", "set-ap-3"}) {
    const auto vector = shared_vector("triplet_recognition_vlm", id);
    if (!vector) GTEST_SKIP() << "no metric vectors: set SURGSIGMA_SHARED_DATA";
    const Json& truth = vector->at("input").at("y_true");
    const Json& scores = vector->at("input").at("y_score");
    LabelSetInput input{{"x"}, 1, {}, {}};
    for (std::size_t i = 0; i < truth.size(); ++i) {
      input.items.push_back({0,
                             truth[i] == 1 ? std::vector<int>{0} : std::vector<int>(),
                             scores[i] == 1 ? std::vector<int>{0} : std::vector<int>(),
                             0,
                             {}});
      input.scores.push_back(scores[i].get<double>());
    }
    expect_same(compat_vlm_set_map(input), number_of(vector->at("expected_reference")), 1e-6, id);
    expect_same(value_of(scorer_of(input), "ap/x", 1), number_of(vector->at("expected_correct")), 1e-6, id);
  }
}

TEST(LabelSets, OwnVectorsOfScikitLearnAgree) {
  const Json document = own_vectors("label_sets");
  for (const Json& vector : document.at("vectors")) {
    const LabelSetInput input = input_of(vector.at("input"));
    expect_values(scorer_of(input), input.cases, vector.at("expected"), 1e-9);
    expect_same(compat_zero_macro_f1(input), number_of(vector.at("compat_macro_f1_zero")), 1e-9, "macro_f1_zero");
  }
}

TEST(LabelSets, EmptySetsAgreeAndAnUnreadAnswerIsWrong) {
  const Scorer scorer = scorer_of({{"a"}, 2, {{0, {}, std::vector<int>(), 0, {}}, {1, {}, {}, 0, {}}}, {}});
  expect_same(value_of(scorer, "exact_match", 2), 0.5, 1e-12, "exact");
  expect_same(value_of(scorer, "sample_f1", 2), 0.5, 1e-12, "f1");
  expect_same(value_of(scorer, "jaccard", 2), 0.5, 1e-12, "jaccard");
  expect_same(value_of(scorer, "hamming_accuracy", 2), 0.5, 1e-12, "hamming");
  expect_same(value_of(scorer, "parse_rate", 2), 0.5, 1e-12, "parse rate");
  EXPECT_TRUE(std::isnan(value_of(scorer, "micro_f1", 2)));
  EXPECT_TRUE(std::isnan(value_of(scorer, "macro_f1", 2)));
}

TEST(LabelSets, UnknownWordsAreWrongAndUnannotatedClassesAreNot) {
  const Scorer scorer = scorer_of({{"a", "b"}, 1, {{0, {0}, std::vector<int>{0, 1}, 1, {1}}}, {}});
  expect_same(value_of(scorer, "micro_precision", 1), 0.5, 1e-12, "b is not scored, the unknown word is");
  expect_same(value_of(scorer, "exact_match", 1), 0, 1e-12, "exact");
  expect_same(value_of(scorer, "hamming_accuracy", 1), 1, 1e-12, "one cell, right");
}

TEST(LabelSets, AClassAnsweredButNeverTrueIsUndefinedAndStillCostsMicro) {
  const Scorer scorer = scorer_of({{"a", "b"}, 1, {{0, {0}, std::vector<int>{0, 1}, 0, {}}}, {}});
  EXPECT_TRUE(std::isnan(value_of(scorer, "f1/b", 1)));
  expect_same(value_of(scorer, "macro_f1", 1), 1, 1e-12, "macro");
  expect_same(value_of(scorer, "micro_precision", 1), 0.5, 1e-12, "micro");
  const Scorer only_wrong = scorer_of({{"a"}, 1, {{0, {}, std::vector<int>{0}, 0, {}}}, {}});
  expect_same(value_of(only_wrong, "micro_precision", 1), 0, 1e-12, "nothing true, something answered");
}

TEST(LabelSets, OrderDoesNotMatterAndAWeightOfTwoIsACaseTwice) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    LabelSetInput input = random_input(seed);
    const Scorer scorer = scorer_of(input);
    LabelSetInput shuffled{input.classes, input.cases, {}, {}};
    std::vector<std::size_t> order(input.items.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    Draws(seed, "order", "test").shuffle(order);
    for (const std::size_t i : order) {
      shuffled.items.push_back(input.items[i]);
      shuffled.scores.insert(shuffled.scores.end(), input.scores.begin() + static_cast<std::ptrdiff_t>(4 * i),
                             input.scores.begin() + static_cast<std::ptrdiff_t>(4 * i + 4));
    }
    const std::vector<double> ones(5, 1);
    expect_same_values(scorer, ones, scorer_of(shuffled), ones);

    LabelSetInput twice = input;
    twice.cases = 6;  // case 2 once more, as case 5
    for (std::size_t i = 0; i < input.items.size(); ++i) {
      if (input.items[i].case_number != 2) continue;
      twice.items.push_back(input.items[i]);
      twice.items.back().case_number = 5;
      for (std::size_t k = 0; k < 4; ++k) twice.scores.push_back(input.scores[4 * i + k]);
    }
    expect_same_values(scorer, {1, 1, 2, 1, 0}, scorer_of(twice), {1, 1, 1, 1, 0, 1});
  }
}

TEST(LabelSets, PerfectAnswersScoreOne) {
  LabelSetInput input = random_input(3);
  for (std::size_t i = 0; i < input.items.size(); ++i) {
    LabelSetItem& item = input.items[i];
    item.answer = item.truth;
    item.unknown = 0;
    for (std::size_t k = 0; k < 4; ++k) input.scores[4 * i + k] = 0;
    for (const int k : item.truth) input.scores[4 * i + static_cast<std::size_t>(k)] = 1;
  }
  const Scorer scorer = scorer_of(input);
  for (const std::string& name : scorer.names) {
    if (name.rfind("support/", 0) != 0) expect_same(value_of(scorer, name, 5), 1, 1e-12, name);
  }
}

TEST(LabelSets, EveryValueHasItsRow) { expect_rows(scorer_of(random_input(1)), label_sets_metrics()); }

TEST(LabelSets, BadInputNamesTheItem) {
  LabelSetInput input = random_input(1);
  input.scores[4 * 7 + 1] = std::nan("");
  EXPECT_EQ(label_set_scorer(input).error(),
            (Error{ErrorKind::kData, "the score of 'b' is no number", "item 7", "give a score or none"}));
  input.scores.pop_back();
  EXPECT_EQ(label_set_scorer(input).error().kind, ErrorKind::kUsage);
  input.scores.clear();
  input.items[3].case_number = 5;
  EXPECT_EQ(label_set_scorer(input).error().what, "case 5 of 5");
  input = random_input(1);
  input.items[4].truth = {4};
  EXPECT_EQ(label_set_scorer(input).error().where, "item 4");
  input.items[4].truth = {1, 1};
  EXPECT_EQ(label_set_scorer(input).error().what, "class 1 twice in the truth");
  input.items[4].truth = {1};
  input.items[4].not_annotated = {1};
  EXPECT_EQ(label_set_scorer(input).error().what, "class 1 is in the truth and not annotated");
  input.items[4].not_annotated = {};
  input.items[4].answer = std::vector<int>{-1};
  EXPECT_EQ(label_set_scorer(input).error().what, "class -1 of 4");
}

}  // namespace
}  // namespace surgsigma
