#include "surgsigma/eval/metrics/boxes.h"

#include <algorithm>

#include "surgsigma/base/random.h"
#include "surgsigma/eval/metrics/box_assignment.h"
#include "surgsigma/eval/metrics/metric_test.h"

namespace surgsigma {
namespace {

using namespace metric_test;

Box box_of(const Json& corners) {
  return {corners.at(0).get<double>(), corners.at(1).get<double>(), corners.at(2).get<double>(),
          corners.at(3).get<double>()};
}

std::vector<Box> boxes_of(const Json& list) {
  std::vector<Box> boxes;
  for (const Json& corners : list) boxes.push_back(box_of(corners));
  return boxes;
}

Box random_box(Draws& draws) {
  const double x = draws.unit() * 50, y = draws.unit() * 50;
  return {x, y, x + 5 + draws.unit() * 40, y + 5 + draws.unit() * 40};
}

BoxesInput random_input(std::uint64_t seed) {
  Draws draws(seed, "boxes", "test");
  BoxesInput input;
  input.cases = 3;
  input.labels = {"a", "b"};
  for (int q = 0; q < 30; ++q) {
    BoxQuery query{draws.below(3), draws.below(2), {}, {}, !draws.chance(0.1)};
    for (std::uint64_t n = draws.below(4); n > 0; --n) query.truth.push_back(random_box(draws));
    for (std::uint64_t n = draws.below(5); n > 0; --n) query.answer.push_back(random_box(draws));
    input.queries.push_back(query);
    const auto bits = [&] { return static_cast<std::uint16_t>(draws.chance(0.2) ? 0 : draws.below(512)); };
    input.grid.push_back({draws.below(3), bits(), bits(), !draws.chance(0.1)});
  }
  return input;
}

/// The best sum over all assignments, tried one by one.
double tried_sum(const std::vector<Box>& truth, const std::vector<Box>& answer, std::size_t row,
                 std::vector<char>& is_used) {
  if (row == truth.size()) return 0;
  double best = tried_sum(truth, answer, row + 1, is_used);
  for (std::size_t a = 0; a < answer.size(); ++a) {
    if (is_used[a]) continue;
    is_used[a] = 1;
    best = std::max(best, iou(truth[row], answer[a]) + tried_sum(truth, answer, row + 1, is_used));
    is_used[a] = 0;
  }
  return best;
}

TEST(Boxes, SharedVectorAgrees) {
  const auto vector = shared_vector("localization", "single-box-four-queries");
  if (!vector) GTEST_SKIP() << "no metric vectors: set SURGSIGMA_SHARED_DATA";
  BoxesInput input;
  input.cases = 1;
  input.labels = {"a", "b"};
  std::vector<VlmBoxRecord> records;
  for (const Json& query : vector->at("input").at("queries")) {
    const Json& answer = query.at("pred_bbox_norm");
    const bool is_readable = !answer.is_null();
    const std::string label = query.at("instrument_id");
    input.queries.push_back({0,
                             label == "a" ? 0u : 1u,
                             {box_of(query.at("gt_bbox_norm"))},
                             is_readable ? std::vector<Box>{box_of(answer)} : std::vector<Box>{},
                             is_readable});
    records.push_back({label, query.at("image_id"), box_of(query.at("gt_bbox_norm")), std::nullopt, 1});
    if (is_readable) records.back().answer = box_of(answer);
  }
  const auto scorer = boxes_scorer(input);
  ASSERT_TRUE(scorer);
  const Json& correct = vector->at("expected_correct");
  EXPECT_NEAR(value_named(*scorer, "mean_iou", {1}), correct.at("mIoU").get<double>(), 1e-6);
  EXPECT_NEAR(value_named(*scorer, "acc@0.5", {1}), correct.at("Acc@0.5").get<double>(), 1e-6);
  EXPECT_NEAR(value_named(*scorer, "acc@0.75", {1}), correct.at("Acc@0.75").get<double>(), 1e-6);
  const VlmBoxAp reference = compat_vlm_box_ap(records);
  const Json& expected = vector->at("expected_reference");
  EXPECT_NEAR(reference.mean_iou, expected.at("mIoU").get<double>(), 1e-6);
  EXPECT_NEAR(reference.ap50, expected.at("mAP@50").get<double>(), 1e-6);
  EXPECT_NEAR(reference.ap75, expected.at("mAP@75").get<double>(), 1e-6);
  EXPECT_NEAR(reference.coco_ap, expected.at("COCO_AP").get<double>(), 1e-6);
  EXPECT_EQ(reference.scored * 10, expected.at("n_scored").get<std::size_t>());  // counted once per threshold there
  EXPECT_EQ(reference.classes, expected.at("n_classes").get<std::size_t>());
}

TEST(Boxes, InclusiveCornersReadAsHalfOpenCostAQuarterOfASmallBox) {
  const auto vector = shared_vector("coordinates", "mask-to-box");
  if (!vector) GTEST_SKIP() << "no metric vectors: set SURGSIGMA_SHARED_DATA";
  // The half-open union of the mask against the same box with inclusive corners read as half-open: 9 x 5 of 10 x 6.
  const double loss = iou(box_of(vector->at("expected_correct").at("half_open_union_all")),
                          box_of(vector->at("expected_reference").at("all_pixels")));
  EXPECT_NEAR(loss, 45.0 / 60, 1e-12);
}

TEST(Boxes, OwnVectorsOfScipyAndScikitLearnAgree) {
  const Json document = own_vectors("boxes");
  for (const Json& vector : document.at("vectors")) {
    BoxesInput input;
    input.cases = vector.at("cases");
    input.labels = vector.at("labels").get<std::vector<std::string>>();
    input.thresholds = document.at("thresholds").get<std::vector<double>>();
    for (const Json& query : vector.at("queries"))
      input.queries.push_back({query.at("case"), query.at("label"), boxes_of(query.at("truth")),
                               boxes_of(query.at("answer")), query.at("readable")});
    for (const Json& query : vector.at("grid"))
      input.grid.push_back({query.at("case"), query.at("truth"), query.at("answer"), query.at("readable")});
    const auto scorer = boxes_scorer(input);
    ASSERT_TRUE(scorer);
    expect_values(*scorer, input.cases, vector.at("expected"), 1e-9);
  }
}

TEST(Boxes, TheAssignmentIsTheBestOfAll) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Draws draws(seed, "assignment", "test");
    std::vector<Box> truth(1 + draws.below(4)), answer(draws.below(7));
    for (Box& box : truth) box = random_box(draws);
    for (Box& box : answer) box = random_box(draws);
    std::vector<char> is_used(answer.size(), 0);
    EXPECT_NEAR(largest_iou_sum(iou_table(truth, answer)), tried_sum(truth, answer, 0, is_used), 1e-12) << seed;
  }
}

TEST(Boxes, OrderChangesNothingAndAWeightIsACopy) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    BoxesInput input = random_input(seed);
    const auto plain = boxes_scorer(input);
    ASSERT_TRUE(plain);
    Draws draws(seed, "order", "test");
    BoxesInput shuffled = input;
    draws.shuffle(shuffled.queries);
    draws.shuffle(shuffled.grid);
    for (BoxQuery& query : shuffled.queries) {
      draws.shuffle(query.truth);
      draws.shuffle(query.answer);
    }
    expect_same_values(*plain, {1, 1, 1}, *boxes_scorer(shuffled), {1, 1, 1});
    for (const BoxQuery& query : std::vector<BoxQuery>(input.queries)) {
      if (query.case_number == 1) input.queries.push_back(query);
    }
    for (const GridQuery& query : std::vector<GridQuery>(input.grid)) {
      if (query.case_number == 1) input.grid.push_back(query);
    }
    expect_same_values(*plain, {1, 2, 1}, *boxes_scorer(input), {1, 1, 1});
  }
}

TEST(Boxes, PerfectAnswersAreOne) {
  BoxesInput input = random_input(5);
  for (BoxQuery& query : input.queries) query = {query.case_number, query.label, query.truth, query.truth, true};
  for (GridQuery& query : input.grid) query = {query.case_number, query.truth, query.truth, true};
  const auto scorer = boxes_scorer(input);
  for (const double value : values_at(*scorer, {1, 1, 1})) EXPECT_DOUBLE_EQ(value, 1);
}

TEST(Boxes, ListingManyBoxesDoesNotPay) {
  BoxesInput input;
  input.cases = 1;
  input.labels = {"hook"};
  input.queries = {{0, 0, {{10, 10, 20, 20}}, {{10, 10, 20, 20}, {0, 0, 5, 5}, {1, 1, 6, 6}, {2, 2, 7, 7}}, true}};
  const auto scorer = boxes_scorer(input);
  EXPECT_DOUBLE_EQ(value_named(*scorer, "mean_iou", {1}), 0.25);
  EXPECT_DOUBLE_EQ(value_named(*scorer, "acc@0.5", {1}), 0);
  EXPECT_DOUBLE_EQ(value_named(*scorer, "recall@0.5", {1}), 1);
  EXPECT_DOUBLE_EQ(value_named(*scorer, "precision@0.5", {1}), 0.25);
}

TEST(Boxes, ThousandsOfAnswersAreScoredExactlyAndSoon) {
  Draws draws(1, "hostile", "test");
  std::vector<Box> truth(20), answer(20000);
  for (Box& box : truth) box = random_box(draws);
  for (Box& box : answer) box = random_box(draws);
  for (std::size_t t = 0; t < truth.size(); ++t) answer[1000 * t] = truth[t];
  const IouTable table = iou_table(truth, answer);
  EXPECT_LE(table.columns, truth.size() * truth.size());
  EXPECT_DOUBLE_EQ(largest_iou_sum(table), 20);
  EXPECT_EQ(largest_pair_count(table, 1), 20u);
}

TEST(Boxes, UnreadableAnswersStayInEveryDenominator) {
  BoxesInput input;
  input.cases = 1;
  input.labels = {"hook"};
  const std::vector<Box> box = {{10, 10, 20, 20}};
  input.queries = {{0, 0, box, box, true}, {0, 0, box, box, false}, {0, 0, {}, {}, true}, {0, 0, {}, {}, false}};
  input.grid = {{0, 1, 1, true}, {0, 1, 1, false}, {0, 0, 0, false}};
  const auto scorer = boxes_scorer(input);
  EXPECT_DOUBLE_EQ(value_named(*scorer, "mean_iou", {1}), 0.5);
  EXPECT_DOUBLE_EQ(value_named(*scorer, "recall@0.5", {1}), 0.5);
  EXPECT_DOUBLE_EQ(value_named(*scorer, "negative_accuracy", {1}), 0.5);
  EXPECT_DOUBLE_EQ(value_named(*scorer, "grid_f1", {1}), 0.5);
  EXPECT_DOUBLE_EQ(value_named(*scorer, "grid_negative_accuracy", {1}), 0);
}

TEST(Boxes, AClassWithoutPositivesIsUndefinedAndLeftOut) {
  BoxesInput input;
  input.cases = 1;
  input.labels = {"hook", "clipper"};
  input.queries = {{0, 0, {{0, 0, 2, 1}}, {{0, 0, 1, 1}}, true}, {0, 1, {}, {{0, 0, 1, 1}}, true}};
  const auto scorer = boxes_scorer(input);
  EXPECT_TRUE(std::isnan(value_named(*scorer, "mean_iou/clipper", {1})));
  EXPECT_DOUBLE_EQ(value_named(*scorer, "mean_iou:class_mean", {1}), 0.5);
  EXPECT_TRUE(std::isnan(value_named(*scorer, "grid_f1", {1})));
}

TEST(Boxes, GridCellsAreThoseOfTheSchema) {
  const std::vector<Box> boxes = {{0, 0, 50, 50}, {260, 260, 290, 290}};
  EXPECT_EQ(grid_bits(boxes, {300, 300}), 1u | (1u << 8));
}

TEST(Boxes, NonsenseIsRefusedByName) {
  BoxesInput input = random_input(1);
  input.queries[7].answer = {{0, 0, std::nan(""), 1}};
  EXPECT_EQ(boxes_scorer(input).error().where, "query 7");
  input.queries[7].answer = {{5, 0, 4, 1}};
  EXPECT_EQ(boxes_scorer(input).error().kind, ErrorKind::kData);
  input = random_input(1);
  input.queries[3].label = 2;
  EXPECT_EQ(boxes_scorer(input).error().where, "query 3");
  input = random_input(1);
  input.queries[2].case_number = 3;
  EXPECT_FALSE(boxes_scorer(input));
  input = random_input(1);
  input.grid[4].answer = 512;
  EXPECT_EQ(boxes_scorer(input).error().where, "grid query 4");
  input = random_input(1);
  input.thresholds = {0};
  EXPECT_EQ(boxes_scorer(input).error().kind, ErrorKind::kUsage);
  input = random_input(1);
  input.queries[0].truth.assign(kMostTrueBoxes + 1, {0, 0, 1, 1});
  EXPECT_EQ(boxes_scorer(input).error().where, "query 0");
}

TEST(Boxes, EveryRowOfTheTableIsFilled) {
  for (const MetricRow& row : boxes_metrics()) {
    EXPECT_EQ(row.family, "boxes");
    EXPECT_FALSE(row.name.empty() || row.better.empty() || row.unit.empty() || row.definition.empty() ||
                 row.source.empty() || row.edges.empty());
  }
}

}  // namespace
}  // namespace surgsigma
