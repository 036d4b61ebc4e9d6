#include "surgsigma/eval/calibration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "surgsigma/eval/judged_cases.h"
#include "surgsigma/eval/metrics/safety.h"

namespace surgsigma {
namespace {

using ::testing::HasSubstr;

TEST(Calibration, BinsHoldMeanScoreAndShareOfPositives) {
  JudgedCases cases;
  cases.add("safety_assessment", JudgedCases::criteria({{"cri.one", 1.0}}), std::nullopt, {{"cri.one", 1.0}});
  cases.add("safety_assessment", JudgedCases::criteria({{"cri.one", 1.0 / 3}}), std::nullopt, {{"cri.one", 0.92}});
  cases.add("safety_assessment", JudgedCases::criteria({{"cri.one", 0.0}}), std::nullopt, {{"cri.one", 0.1}});
  const Calibration made = calibration_of(cases.judged);
  ASSERT_EQ(made.classes.size(), 2U);
  EXPECT_EQ(made.classes[0].name, "") << "all classes together stand first";
  const CalibrationOfClass& one = made.classes[1];
  EXPECT_EQ(one.name, "cri.one");
  EXPECT_EQ(one.bins[9].answers, 2) << "a score of 1 is in the last bin";
  EXPECT_DOUBLE_EQ(one.bins[9].mean_score, 0.96);
  EXPECT_NEAR(one.bins[9].mean_truth, 2.0 / 3, 1e-12) << "of a criterion the mean of its raters";
  EXPECT_EQ(one.bins[1].answers, 1) << "0.1 opens the second bin";
  EXPECT_TRUE(std::isnan(one.bins[5].mean_score));
  const double brier = (0.0 + std::pow(0.92 - 1.0 / 3, 2) + 0.01) / 3;
  EXPECT_NEAR(one.brier, brier, 1e-12);
  EXPECT_NEAR(one.error, (2 * std::abs(0.96 - 2.0 / 3) + 0.1) / 3, 1e-12);
}

// The metric family computes the same of the same numbers, another way.
TEST(Calibration, AgreesWithTheReliabilityOfTheSafetyMetrics) {
  JudgedCases cases;
  SafetyInput input;
  input.criteria = {"cri.one"};
  input.cases = 1;
  input.scores_are_probabilities = true;
  for (int i = 0; i < 200; ++i) {
    const double score = (i * 37 % 101) / 100.0, truth = (i * 7 % 4) / 3.0;
    cases.add("safety_assessment", JudgedCases::criteria({{"cri.one", truth}}), std::nullopt, {{"cri.one", score}});
    input.case_of_frame.push_back(0);
    input.truth.push_back(truth);
    input.scores.push_back(score);
  }
  const auto bins = safety_reliability(input, 0, kCalibrationBins);
  ASSERT_TRUE(bins);
  const Calibration made = calibration_of(cases.judged);
  for (std::size_t b = 0; b < kCalibrationBins; ++b) {
    EXPECT_EQ(made.classes.at(1).bins[b].answers, (*bins)[b].frames) << b;
    EXPECT_NEAR(made.classes.at(1).bins[b].mean_score, (*bins)[b].mean_score, 1e-12) << b;
    EXPECT_NEAR(made.classes.at(1).bins[b].mean_truth, (*bins)[b].mean_truth, 1e-12) << b;
  }
}

TEST(Calibration, AnswersWithoutScoresAreSaidNotDropped) {
  JudgedCases none;
  none.add("phase_recognition", JudgedCases::concepts({"pha.a"}), std::nullopt);
  EXPECT_THAT(calibration_of(none.judged).note, HasSubstr("carry no scores"));
  JudgedCases some;
  some.add("phase_recognition", JudgedCases::concepts({"pha.a"}), std::nullopt, {{"pha.a", 0.7}});
  some.add("phase_recognition", JudgedCases::concepts({"pha.b"}), std::nullopt);
  const Calibration made = calibration_of(some.judged);
  EXPECT_THAT(made.note, HasSubstr("1 of 2 answers carry no scores"));
  EXPECT_EQ(made.classes.at(0).answers, 1);
}

TEST(Calibration, ScoresOutsideZeroToOneAreNoProbabilities) {
  JudgedCases cases;
  cases.add("phase_recognition", JudgedCases::concepts({"pha.a"}), std::nullopt, {{"pha.a", 0.7}});
  cases.add("phase_recognition", JudgedCases::concepts({"pha.a"}), std::nullopt, {{"pha.a", -3.5}});
  const Calibration made = calibration_of(cases.judged);
  EXPECT_TRUE(made.classes.empty());
  EXPECT_THAT(made.note, HasSubstr("no probabilities"));
}

TEST(Calibration, AClassWithoutAScoreIsCounted) {
  JudgedCases cases;
  cases.add("instrument_recognition", JudgedCases::concepts({"ins.a", "ins.b"}), std::nullopt,
            {{"ins.a", 0.9}, {"ins.b", 0.4}});
  cases.add("instrument_recognition", JudgedCases::concepts({"ins.a"}), std::nullopt, {{"ins.a", 0.8}});
  const Calibration made = calibration_of(cases.judged);
  ASSERT_EQ(made.classes.size(), 3U);
  EXPECT_EQ(made.classes[0].answers, 3);
  EXPECT_EQ(made.classes[0].without, 1);
  EXPECT_EQ(made.classes[2].without, 1);
}

}  // namespace
}  // namespace surgsigma
