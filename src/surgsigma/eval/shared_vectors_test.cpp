// Shared vectors that belong to no single metric family: resampling, durations in words, captions without words.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "surgsigma/eval/intervals.h"
#include "surgsigma/eval/metrics/captions.h"
#include "surgsigma/eval/metrics/clip_classes.h"
#include "surgsigma/eval/metrics/metric_test.h"
#include "surgsigma/schema/answer_reading.h"
#include "surgsigma/schema/suite.h"

namespace surgsigma {
namespace {

using metric_test::shared_vector;

/// Linear between order statistics, as numpy has it.
double percentile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  const double place = share * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
}

/// All 27 resamples of three videos by the weights that a resample gives: what the bootstrap asks of a scorer.
TEST(SharedVectors, ResamplingVideosIsWeighingCases) {
  const auto vector = shared_vector("uncertainty", "cluster-bootstrap-exact");
  if (!vector) GTEST_SKIP() << "the shared metric vectors are not here: set SURGSIGMA_SHARED_DATA";
  ClipClassInput input{{"right", "wrong"}, 0, {}};
  for (const auto& [video, frames] : (*vector)["input"]["videos"].items()) {
    for (const Json& frame : frames) input.items.push_back({input.cases, 0, frame == 1 ? 0 : 1});
    ++input.cases;
  }
  const auto scorer = clip_class_scorer(input);
  ASSERT_TRUE(scorer);
  const auto place = static_cast<std::size_t>(std::find(scorer->names.begin(), scorer->names.end(), "accuracy") -
                                              scorer->names.begin());
  std::vector<double> values(scorer->names.size()), accuracies;
  for (int draw = 0; draw < 27; ++draw) {
    std::vector<double> weights(3, 0);
    for (const int one : {draw % 3, draw / 3 % 3, draw / 9}) ++weights[static_cast<std::size_t>(one)];
    scorer->values_at(weights, values);
    accuracies.push_back(values[place]);
  }
  const Json& expected = (*vector)["expected"];
  scorer->values_at(std::vector<double>(3, 1.0), values);
  EXPECT_NEAR(values[place], expected["point"].get<double>(), 1e-9);
  EXPECT_NEAR(std::accumulate(accuracies.begin(), accuracies.end(), 0.0) / 27,
              expected["mean_of_resamples"].get<double>(), 1e-9);
  EXPECT_NEAR(percentile(accuracies, 0.025), expected["p2.5"].get<double>(), 1e-9);
  EXPECT_NEAR(percentile(accuracies, 0.975), expected["p97.5"].get<double>(), 1e-9);
}

TEST(SharedVectors, DurationsInWords) {
  const auto vector = shared_vector("remaining_time", "parse-durations");
  if (!vector) GTEST_SKIP() << "the shared metric vectors are not here: set SURGSIGMA_SHARED_DATA";
  const Catalog catalog = *load_catalog(fs::path(SURGSIGMA_SOURCE_DIR) / "catalog");
  const AnswerWords words(catalog.ontology);
  AnswerQuestion question;
  question.shape = AnswerShape::kDuration;
  for (std::size_t i = 0; i < (*vector)["input"].size(); ++i) {
    const std::string text = (*vector)["input"][i];
    const Json& expected = (*vector)["expected"][i];
    const ReadAnswer read = read_answer(text, question, words);
    ASSERT_EQ(read.is_read(), !expected.is_null()) << text;
    if (expected.is_null()) continue;
    const auto seconds = std::get<DurationAnswer>(read.answer.value).duration / kSecond;
    EXPECT_EQ(static_cast<double>(seconds), expected.get<double>()) << text;
  }
}

TEST(SharedVectors, ACaptionWithoutWordsIsZero) {
  const auto vector = shared_vector("captions", "caption-empty-hypothesis");
  if (!vector) GTEST_SKIP() << "the shared metric vectors are not here: set SURGSIGMA_SHARED_DATA";
  const std::vector<CaptionItem> items = {
      {0, (*vector)["input"]["hypotheses"]["1"][0], {(*vector)["input"]["references"]["1"][0]}}};
  const auto values = caption_values(items, {});
  ASSERT_TRUE(values);
  EXPECT_EQ((*values)[0].compat_coco_rouge_l, (*vector)["expected"]["ROUGE_L_beta_1.2"].get<double>());
  for (std::size_t n = 0; n < 4; ++n) {
    EXPECT_NEAR(compat_coco_bleu((*values)[0].bleu)[n], (*vector)["expected"]["BLEU"][n].get<double>(), 1e-6);
  }
}

/// The published sums are those of the numbers that the suite shows greyed: each number was copied right, and no sum
/// mixes ways of asking.
TEST(SharedVectors, PublishedSumsAreThoseOfThePublishedScores) {
  const fs::path folder = fs::path(SURGSIGMA_SOURCE_DIR) / "catalog";
  const Catalog catalog = *load_catalog(folder);
  const auto suite = read_suite("surgvlm-bench", folder, catalog);
  ASSERT_TRUE(suite) << to_string(suite.error());
  struct Sum {
    const char* vector;
    const char* model;
    const char* protocol;
  };
  for (const Sum& one : {Sum{"arena-surgvlm-72b-mcq", "SurgVLM-72B", "multiple choice"},
                         Sum{"arena-surgvlm-72b-open-vocabulary", "SurgVLM-72B", "open"},
                         Sum{"arena-gemini-2-0-flash-mcq", "Gemini 2.0 Flash", "multiple choice"},
                         Sum{"arena-gpt-4o-mcq", "GPT-4o", "multiple choice"}}) {
    double sum = 0;
    for (const SuiteTest& test : suite->tests) {
      for (const PublishedScore& score : test.published) {
        const bool is_asked_so = score.protocol.substr(0, score.protocol.find(',')) == one.protocol;
        if (score.model == one.model && is_asked_so) sum += score.value;
      }
    }
    EXPECT_NE(suite->arena.find(fmt::format("{:.2f}", sum)), std::string::npos) << one.vector << ": " << sum;
    const auto vector = shared_vector("leaderboard", one.vector);
    if (!vector) continue;
    EXPECT_NEAR(sum, (*vector)["expected"]["arena"].get<double>(), 1e-6) << one.vector;
  }
}

}  // namespace
}  // namespace surgsigma
