// The numbers of docs/why-scores-differ.md: plain Python made them (tests/why_scores_differ/why_scores_differ.py), the
// metrics that stand beside them give the same, and the page prints them.
#include <fmt/core.h>

#include "surgsigma/eval/metrics/boxes.h"
#include "surgsigma/eval/metrics/choices.h"
#include "surgsigma/eval/metrics/label_sets.h"
#include "surgsigma/eval/metrics/metric_test.h"
#include "surgsigma/eval/metrics/phases.h"
#include "surgsigma/eval/metrics/pictures.h"
#include "surgsigma/eval/metrics/remaining_time.h"
#include "surgsigma/eval/metrics/safety.h"
#include "surgsigma/eval/metrics/segmentation.h"

namespace surgsigma {
namespace {

using metric_test::document_of;
using metric_test::value_of;

const Json& part(const std::string& id) {
  static const Json document =
      document_of(fs::path(SURGSIGMA_SOURCE_DIR) / "tests/why_scores_differ/why_scores_differ.json");
  for (const Json& one : document.at("parts")) {
    if (one.at("id") == id) return one;
  }
  ADD_FAILURE() << "no part " << id;
  return document;
}

/// Every row whose metric is of this family, but the compatible ones: those are functions of their own.
void expect_rows_of(const Json& rows, const std::string& family, const Scorer& scorer, std::size_t cases) {
  std::size_t compared = 0;
  for (const Json& row : rows) {
    const std::string metric = row.at(1).get<std::string>();
    if (!metric.starts_with(family + ".") || metric.find("compat:") != std::string::npos) continue;
    metric_test::expect_same(value_of(scorer, metric.substr(family.size() + 1), cases), row.at(2).get<double>(), 1e-9,
                             metric);
    ++compared;
  }
  EXPECT_GT(compared, 0u) << family;
}

TEST(WhyScoresDiffer, Phases) {
  const Json& made = part("phases");
  PhaseInput input{{"0", "1", "2", "3"}, made.at("input").size(), {}, {}, {}};
  for (const Json& video : made.at("input")) {
    input.videos.push_back({input.videos.size(), video.at("truth").get<std::vector<std::int16_t>>(),
                            video.at("answer").get<std::vector<std::int16_t>>()});
    input.relax_frames.push_back(10);
  }
  const auto scorer = phase_scorer(input);
  ASSERT_TRUE(scorer) << to_string(scorer.error());
  expect_rows_of(made.at("rows"), "phases", *scorer, input.cases);
}

TEST(WhyScoresDiffer, Sets) {
  const Json& made = part("sets");
  const Json& given = made.at("input");
  LabelSetInput input{{"0", "1", "2", "3", "4", "5"}, 3, {}, {}};
  const auto numbers = [](const Json& flags) {
    std::vector<int> classes;
    for (std::size_t k = 0; k < flags.size(); ++k) {
      if (flags[k] == 1) classes.push_back(static_cast<int>(k));
    }
    return classes;
  };
  for (std::size_t i = 0; i < given.at("truth").size(); ++i) {
    LabelSetItem item;
    item.case_number = given.at("case")[i].get<std::size_t>();
    item.truth = numbers(given.at("truth")[i]);
    if (!given.at("answer")[i].is_null()) item.answer = numbers(given.at("answer")[i]);
    input.items.push_back(std::move(item));
    for (const Json& score : given.at("scores")[i]) input.scores.push_back(score.get<double>());
  }
  const auto scorer = label_set_scorer(input);
  ASSERT_TRUE(scorer) << to_string(scorer.error());
  expect_rows_of(made.at("rows"), "label_sets", *scorer, input.cases);
  for (const Json& row : made.at("rows")) {
    if (row.at(1) == "label_sets.compat:macro_f1_zero") {
      EXPECT_NEAR(compat_zero_macro_f1(input), row.at(2), 1e-9);
    }
  }
}

TEST(WhyScoresDiffer, Boxes) {
  const Json& made = part("boxes");
  BoxesInput input;
  input.cases = 1;
  input.labels = {"thing"};
  const auto box_of = [](const Json& c) { return Box{c[0], c[1], c[2], c[3]}; };
  for (const Json& query : made.at("input")) {
    BoxQuery asked{0, 0, {box_of(query.at("truth"))}, {}, !query.at("answer").is_null()};
    if (asked.is_readable && !query.at("answer").empty()) asked.answer.push_back(box_of(query.at("answer")));
    input.queries.push_back(std::move(asked));
  }
  const auto scorer = boxes_scorer(input);
  ASSERT_TRUE(scorer) << to_string(scorer.error());
  expect_rows_of(made.at("rows"), "boxes", *scorer, input.cases);
}

TEST(WhyScoresDiffer, Safety) {
  const Json& made = part("safety");
  SafetyInput input;
  input.criteria = {"c1", "c2", "c3"};
  input.cases = 1;
  for (std::size_t i = 0; i < made.at("input").at("truth").size(); ++i) {
    input.case_of_frame.push_back(0);
    for (std::size_t k = 0; k < 3; ++k) {
      input.truth.push_back(made.at("input").at("truth")[i][k].get<double>());
      input.answers.push_back(static_cast<std::int8_t>(made.at("input").at("answer")[i][k].get<int>()));
    }
  }
  const auto scorer = safety_scorer(input);
  ASSERT_TRUE(scorer) << to_string(scorer.error());
  expect_rows_of(made.at("rows"), "safety", *scorer, input.cases);
}

TEST(WhyScoresDiffer, RemainingTime) {
  const Json& made = part("remaining");
  RemainingTimeInput input;
  input.cases = 1;
  input.horizon_s = 10;
  input.train_median_s = made.at("input").at("median").get<double>();
  for (const Json& item : made.at("input").at("items")) {
    input.items.push_back(
        {0, item.at("clip").get<std::int64_t>(), item.at("truth").get<double>(),
         item.at("answer").is_null() ? std::nullopt : std::optional(item.at("answer").get<double>())});
  }
  const auto scorer = remaining_time_scorer(input);
  ASSERT_TRUE(scorer) << to_string(scorer.error());
  expect_rows_of(made.at("rows"), "remaining_time", *scorer, input.cases);
}

TEST(WhyScoresDiffer, MultipleChoice) {
  const Json& made = part("asking");
  std::vector<ChoiceItem> items;
  for (const Json& is_right : made.at("input").at("right")) {
    ChoiceItem item;
    item.options = 4;
    item.is_right = is_right.get<bool>();
    items.push_back(item);
  }
  const auto scorer = choice_scorer(items, 1);
  ASSERT_TRUE(scorer) << to_string(scorer.error());
  expect_rows_of(made.at("rows"), "choices", *scorer, 1);
}

TEST(WhyScoresDiffer, Pictures) {
  const Json& made = part("pictures");
  const auto picture_of = [](const Json& rows) {
    Image picture(static_cast<int>(rows[0].size()), static_cast<int>(rows.size()), 3);
    std::size_t at = 0;
    for (const Json& row : rows) {
      for (const Json& pixel : row) {
        for (const Json& value : pixel) picture.values[at++] = value.get<std::uint8_t>();
      }
    }
    return picture;
  };
  const Json& given = made.at("input");
  const auto values =
      picture_values(picture_of(given.at("answer")), picture_of(given.at("truth")), nullptr, {}, "the pair");
  ASSERT_TRUE(values) << to_string(values.error());
  const std::vector<PictureItem> items = {{0, std::nullopt, false, *values}};
  const auto scorer = picture_scorer(items, 1);
  ASSERT_TRUE(scorer) << to_string(scorer.error());
  expect_rows_of(made.at("rows"), "pictures", *scorer, 1);
}

TEST(WhyScoresDiffer, Masks) {
  const Json& made = part("masks");
  SegmentationInput input;
  input.cases = 1;
  input.case_of_video = {0};
  input.classes = {"1", "2", "3"};
  input.plan.labels = {1, 2, 3};
  for (const Json& frame : made.at("input")) {
    const auto truth = frame.at("truth").get<std::vector<std::uint8_t>>();
    const auto answer = frame.at("answer").get<std::vector<std::uint8_t>>();
    const auto compared = compare_planes({{12, 12}, truth}, LabelPlane{{12, 12}, answer}, input.plan, "frame");
    ASSERT_TRUE(compared) << to_string(compared.error());
    input.frames.push_back(*compared);
  }
  const auto scorer = segmentation(input);
  ASSERT_TRUE(scorer) << to_string(scorer.error());
  expect_rows_of(made.at("rows"), "segmentation", *scorer, input.cases);
}

TEST(WhyScoresDiffer, ThePagePrintsTheseNumbers) {
  const auto page = read_file(fs::path(SURGSIGMA_SOURCE_DIR) / "docs/why-scores-differ.md");
  ASSERT_TRUE(page) << to_string(page.error());
  for (const char* id : {"phases", "sets", "boxes", "safety", "remaining", "asking", "pictures", "masks"}) {
    for (const Json& row : part(id).at("rows")) {
      const std::string metric = row.at(1).get<std::string>();
      const std::string line = fmt::format("| {} | {} | {:.3f} |", row.at(0).get<std::string>(),
                                           metric.empty() ? "-" : "`" + metric + "`", row.at(2).get<double>());
      EXPECT_NE(page->find(line), std::string::npos) << "run why_scores_differ.py table: " << line;
    }
  }
}

}  // namespace
}  // namespace surgsigma
