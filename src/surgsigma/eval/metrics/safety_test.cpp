#include "surgsigma/eval/metrics/safety.h"

#include <cmath>

#include "surgsigma/base/random.h"
#include "surgsigma/eval/metrics/metric_test.h"

namespace surgsigma {
namespace {

using namespace metric_test;

std::vector<double> flat(const Json& rows) {
  std::vector<double> values;
  for (const Json& row : rows) {
    for (const Json& value : row) values.push_back(value.is_null() ? -1 : value.get<double>());
  }
  return values;
}

/// "criteria", "truth", "scores", "answers" (null: unread), and "case" where present.
SafetyInput input_of(const Json& json, const char* truth, const char* answers) {
  SafetyInput input;
  input.criteria = json.at("criteria").get<std::vector<std::string>>();
  input.cases = 1;
  input.truth = flat(json.at(truth));
  input.scores = flat(json.at("scores"));
  input.scores_are_probabilities = true;
  for (const double answer : flat(json.at(answers))) input.answers.push_back(static_cast<std::int8_t>(answer));
  for (std::size_t i = 0; i < json.at(truth).size(); ++i) {
    input.case_of_frame.push_back(json.contains("case") ? json.at("case")[i].get<std::size_t>() : 0);
    input.cases = std::max(input.cases, input.case_of_frame.back() + 1);
  }
  return input;
}

Scorer scorer_of(const SafetyInput& input) {
  auto scorer = safety_scorer(input);
  if (!scorer) {
    ADD_FAILURE() << to_string(scorer.error());
    return {};
  }
  return *scorer;
}

void expect_compat(const VlmSafety& got, const Json& expected) {
  expect_same(got.average_accuracy, number_of(expected.at("average_accuracy")), 1e-6, "accuracy");
  expect_same(got.balanced_accuracy, number_of(expected.at("balanced_accuracy")), 1e-6, "balanced");
  EXPECT_EQ(got.scored_pairs, expected.at("n_scored_pairs").get<std::int64_t>());
  std::size_t k = 0;
  for (const auto& [name, values] : expected.at("per_criterion").items()) {
    expect_same(got.criteria[k].accuracy, number_of(values.at("accuracy")), 1e-6, name);
    expect_same(got.criteria[k].balanced_accuracy, number_of(values.at("balanced_accuracy")), 1e-6, name);
    EXPECT_EQ(got.criteria[k].scored, values.at("n_scored").get<std::int64_t>());
    ++k;
  }
}

SafetyInput random_input(std::uint64_t seed) {
  Draws draws(seed, "safety", "test");
  SafetyInput input{{"C1", "C2", "C3"}, 4, {}, {}, {}, {}, true};
  for (int i = 0; i < 60; ++i) {
    input.case_of_frame.push_back(draws.below(4));
    for (int k = 0; k < 3; ++k) {
      input.truth.push_back(static_cast<double>(draws.below(4)) / 3);
      input.answers.push_back(static_cast<std::int8_t>(draws.between(-1, 1)));
      input.scores.push_back(static_cast<double>(draws.below(11)) / 10);
    }
  }
  return input;
}

TEST(Safety, SharedVectorAgrees) {
  const auto vector = shared_vector("safety_assessment_cvs", "cvs-six-frames");
  if (!vector) GTEST_SKIP() << "no metric vectors: set SURGSIGMA_SHARED_DATA";
  const SafetyInput input = input_of(vector->at("input"), "gt_mean_of_3_raters", "binary_answers_null_is_unparseable");
  const Scorer scorer = scorer_of(input);
  const Json& expected = vector->at("expected");
  const Json& answers = vector->at("expected_correct_answers");
  for (std::size_t k = 0; k < 3; ++k) {
    const std::string criterion = input.criteria[k];
    expect_same(value_of(scorer, "ap/" + criterion, 1), number_of(expected.at("AP")[k]), 1e-6, "AP");
    const Json& of_criterion = answers.at("per_criterion")[k];
    for (const std::string name : {"accuracy", "sensitivity", "specificity"})
      expect_same(value_of(scorer, name + "/" + criterion, 1), number_of(of_criterion.at(name)), 1e-6, name);
    expect_same(value_of(scorer, "balanced_accuracy:present_side/" + criterion, 1),
                number_of(of_criterion.at("balanced_accuracy")), 1e-6, criterion);
  }
  expect_same(value_of(scorer, "map", 1), number_of(expected.at("mAP_undefined_skipped")), 1e-6, "map");
  expect_same(value_of(scorer, "mean_accuracy", 1), number_of(answers.at("mean_accuracy")), 1e-6, "accuracy");
  expect_same(value_of(scorer, "mean_balanced_accuracy:present_side", 1),
              number_of(answers.at("mean_balanced_accuracy")), 1e-6, "balanced");
  expect_same(value_of(scorer, "all_right", 1), number_of(answers.at("overall_all_three_right")), 1e-6, "all right");
  expect_same(value_of(scorer, "parse_rate", 1), number_of(answers.at("parse_rate")), 1e-6, "parse rate");
  EXPECT_TRUE(std::isnan(value_of(scorer, "balanced_accuracy/C2", 1)));  // no frame meets it
  expect_same(value_of(scorer, "mean_balanced_accuracy", 1), (0.5 + 5.0 / 6) / 2, 1e-6, "of C1 and C3");
  expect_compat(compat_vlm_cvs(input), vector->at("expected_reference_answers"));
}

TEST(Safety, OwnVectorsOfScikitLearnAgree) {
  const Json document = own_vectors("safety");
  for (const Json& vector : document.at("vectors")) {
    const SafetyInput input = input_of(vector.at("input"), "truth", "answers");
    expect_values(scorer_of(input), input.cases, vector.at("expected"), 1e-9);
    const auto bins = safety_reliability(input, 0, 5);
    ASSERT_TRUE(bins);
    for (std::size_t b = 0; b < 5; ++b) {
      const Json& expected = vector.at("reliability")[b];
      EXPECT_EQ((*bins)[b].frames, expected.at("frames").get<std::int64_t>());
      expect_same((*bins)[b].mean_score, number_of(expected.at("mean_score")), 1e-9, "mean score");
      expect_same((*bins)[b].mean_truth, number_of(expected.at("mean_truth")), 1e-9, "mean truth");
    }
  }
}

TEST(Safety, UnreadAnswersAreWrongOnBothSidesAndDroppedByTheScript) {
  const SafetyInput input{{"C1"}, 1, {0, 0, 0, 0}, {1, 0, 1, 0}, {1, 0, -1, -1}, {}, false};
  const Scorer scorer = scorer_of(input);
  expect_same(value_of(scorer, "balanced_accuracy/C1", 1), 0.5, 1e-12, "ours");
  expect_same(value_of(scorer, "all_right", 1), 0.5, 1e-12, "all right");
  expect_same(compat_vlm_cvs(input).balanced_accuracy, 1, 1e-12, "the script's");
  EXPECT_EQ(compat_vlm_cvs(input).scored_pairs, 2);
}

TEST(Safety, TwoOfThreeRatersMeetACriterionAndOneDoesNot) {
  const SafetyInput input{{"C1"}, 1, {0, 0, 0}, {2.0 / 3, 1.0 / 3, 0.5}, {1, 0, 1}, {0.9, 0.2, 1}, true};
  const Scorer scorer = scorer_of(input);
  expect_same(value_of(scorer, "support/C1", 1), 2, 1e-12, "support");
  expect_same(value_of(scorer, "accuracy/C1", 1), 1, 1e-12, "accuracy");
  expect_same(value_of(scorer, "brier/C1", 1), (std::pow(0.9 - 2.0 / 3, 2) + std::pow(0.2 - 1.0 / 3, 2) + 0.25) / 3,
              1e-12, "soft");
  EXPECT_EQ(safety_reliability(input, 0, 2)->at(1).frames, 2);  // a score of 1 is in the last bin
}

TEST(Safety, OrderDoesNotMatterAndAWeightOfTwoIsACaseTwice) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const SafetyInput input = random_input(seed);
    SafetyInput twice{input.criteria, 5, {}, {}, {}, {}, true};
    std::vector<std::pair<std::size_t, std::size_t>> frames;  // frame, case
    for (std::size_t i = 0; i < input.case_of_frame.size(); ++i) {
      frames.emplace_back(i, input.case_of_frame[i]);
      if (input.case_of_frame[i] == 1) frames.emplace_back(i, 4);
    }
    Draws(seed, "order", "test").shuffle(frames);
    for (const auto& [frame, case_number] : frames) {
      twice.case_of_frame.push_back(case_number);
      for (std::size_t k = 3 * frame; k < 3 * frame + 3; ++k) {
        twice.truth.push_back(input.truth[k]);
        twice.answers.push_back(input.answers[k]);
        twice.scores.push_back(input.scores[k]);
      }
    }
    expect_same_values(scorer_of(input), {1, 2, 0, 1}, scorer_of(twice), {1, 1, 0, 1, 1});
  }
}

TEST(Safety, PerfectAnswersAndEveryValueHasItsRow) {
  SafetyInput input = random_input(2);
  for (std::size_t i = 0; i < input.truth.size(); ++i) {
    input.truth[i] = input.truth[i] >= 0.5 ? 1 : 0;
    input.scores[i] = input.truth[i];
    input.answers[i] = static_cast<std::int8_t>(input.truth[i]);
  }
  const Scorer scorer = scorer_of(input);
  for (const std::string& name : scorer.names) {
    if (name.rfind("support/", 0) == 0) continue;
    const bool is_error = name.find("brier") != std::string::npos || name.find("calibration") != std::string::npos;
    expect_same(value_of(scorer, name, 4), is_error ? 0 : 1, 1e-12, name);
  }
  expect_rows(scorer, safety_metrics());
}

TEST(Safety, WithoutProbabilitiesThereIsNoBrierAndWithoutScoresNoAp) {
  SafetyInput input = random_input(2);
  input.scores_are_probabilities = false;
  input.scores[0] = 17;
  for (const std::string& name : scorer_of(input).names) EXPECT_EQ(name.find("brier"), std::string::npos);
  EXPECT_EQ(safety_reliability(input, 0, 10).error().kind, ErrorKind::kUsage);
  input.scores.clear();
  for (const std::string& name : scorer_of(input).names) EXPECT_EQ(name.find("ap"), std::string::npos) << name;
}

TEST(Safety, BadInputNamesFrameAndCriterion) {
  SafetyInput input = random_input(2);
  input.scores[3 * 4 + 1] = std::nan("");
  EXPECT_EQ(safety_scorer(input).error(),
            (Error{ErrorKind::kData, "a score that is no number", "frame 4, 'C2'", "give every score"}));
  input.scores[3 * 4 + 1] = 1.5;
  EXPECT_EQ(safety_scorer(input).error().where, "frame 4, 'C2'");
  input = random_input(2);
  input.truth[2] = 2;
  EXPECT_EQ(safety_scorer(input).error().where, "frame 0, 'C3'");
  input = random_input(2);
  input.answers[3] = 2;
  EXPECT_EQ(safety_scorer(input).error().what, "an answer of 2");
  input.answers.pop_back();
  EXPECT_EQ(safety_scorer(input).error().where, "answers");
  input.answers.clear();
  input.scores.clear();
  EXPECT_EQ(safety_scorer(input).error().what, "neither answers nor scores");
  input = random_input(2);
  input.case_of_frame[5] = 4;
  EXPECT_EQ(safety_scorer(input).error().where, "frame 5");
  EXPECT_FALSE(safety_reliability(random_input(2), 3, 10));
  EXPECT_FALSE(safety_reliability(random_input(2), 0, 0));
}

}  // namespace
}  // namespace surgsigma
