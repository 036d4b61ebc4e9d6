#include "surgsigma/eval/metrics/segmental.h"

#include <cmath>

#include "surgsigma/base/random.h"
#include "surgsigma/eval/metrics/metric_test.h"

namespace surgsigma {
namespace {

using namespace metric_test;

SegmentalInput input_of(const Json& json) {
  SegmentalInput input;
  input.classes = json.value("classes", 8u);
  for (const Json& video : json.at("videos")) {
    LabelTrack track{input.cases++, {}, {}};
    for (const Json& value : video.at("gt")) track.truth.push_back(value.get<std::int16_t>());
    for (const Json& value : video.at("pred")) track.answer.push_back(value.get<std::int16_t>());
    input.videos.push_back(track);
  }
  for (const Json& label : json.at("background_classes")) input.background.push_back(label.get<int>());
  return input;
}

Scorer scorer_of(const SegmentalInput& input) {
  auto scorer = segmental_scorer(input);
  if (!scorer) {
    ADD_FAILURE() << to_string(scorer.error());
    return {};
  }
  return *scorer;
}

SegmentalInput random_input(std::uint64_t seed) {
  Draws draws(seed, "segmental", "test");
  SegmentalInput input{5, 4, {}, {0}};
  for (std::size_t v = 0; v < 6; ++v) {
    LabelTrack track{v % 4, {}, {}};
    for (int run = 0; run < 8; ++run) {
      const auto truth = static_cast<std::int16_t>(draws.between(-1, 4));
      for (std::int64_t i = draws.between(1, 20); i > 0; --i) {
        track.truth.push_back(truth);
        track.answer.push_back(draws.chance(0.9) ? truth : static_cast<std::int16_t>(draws.between(-1, 4)));
      }
    }
    input.videos.push_back(track);
  }
  return input;
}

TEST(Segmental, SharedVectorsAgree) {
  const auto vector = shared_vector("segmental", "segmental-two-videos");
  if (!vector) GTEST_SKIP() << "no metric vectors: set SURGSIGMA_SHARED_DATA";
  const SegmentalInput input = input_of(vector->at("input"));
  const Scorer scorer = scorer_of(input);
  const Json& total = vector->at("expected").at("total");
  for (const std::string overlap : {"10", "25", "50"}) {
    expect_same(100 * value_of(scorer, "f1@" + overlap + ":pooled", 2),
                number_of(total.at("F1@" + overlap + "_counts_summed_over_videos")), 1e-6, overlap);
    expect_same(100 * value_of(scorer, "f1@" + overlap + ":video", 2),
                number_of(total.at("F1@" + overlap + "_mean_of_video_scores")), 1e-6, overlap);
  }
  expect_same(value_of(scorer, "action_score", 2), number_of(total.at("sarrarp_action_score")), 1e-6, "action");
  expect_same(100 * value_of(scorer, "edit", 2), number_of(total.at("edit_mean")), 1e-6, "edit");
  for (std::size_t v = 0; v < 2; ++v) {
    const Json& expected = vector->at("expected").at("per_video")[v];
    SegmentalInput one = input;
    one.videos = {input.videos[v]};
    const Scorer alone = scorer_of(one);
    expect_same(100 * value_of(alone, "edit", 2), number_of(expected.at("edit")), 1e-6, "edit");
    expect_same(value_of(alone, "accuracy:video", 2), number_of(expected.at("accuracy")), 1e-6, "accuracy");
    expect_same(value_of(alone, "f1@25:video", 2), number_of(expected.at("sarrarp_F1@25")), 1e-6, "F1");
    const SegmentHits hits =
        match_segments(segments_of(one.videos[0].truth, {}), segments_of(one.videos[0].answer, {}), 0.1);
    EXPECT_EQ(static_cast<double>(hits.right), number_of(expected.at("F1@10").at("tp")));
    EXPECT_EQ(static_cast<double>(hits.wrong), number_of(expected.at("F1@10").at("fp")));
    EXPECT_EQ(static_cast<double>(hits.missed), number_of(expected.at("F1@10").at("fn")));
  }
  const auto wrong = shared_vector("segmental", "segmental-single-wrong-segment");
  const Scorer all_wrong = scorer_of(input_of(wrong->at("input")));
  expect_same(value_of(all_wrong, "edit", 1), 0, 1e-6, "edit");
  expect_same(value_of(all_wrong, "f1@10:pooled", 1), 0, 1e-6, "F1");
  const auto flicker = shared_vector("segmental", "edit-over-segmentation");
  expect_same(100 * value_of(scorer_of(input_of(flicker->at("input"))), "edit", 1),
              number_of(flicker->at("expected").at("edit")), 1e-6, "edit");
}

TEST(Segmental, OwnVectorsOfNltkAndNumpyAgree) {
  const Json document = own_vectors("segmental");
  for (const Json& vector : document.at("vectors")) {
    const SegmentalInput input = input_of(vector.at("input"));
    expect_values(scorer_of(input), input.cases, vector.at("expected"), 1e-9);
  }
}

TEST(Segmental, SegmentsAreRunsWithoutBackground) {
  const std::vector<std::int16_t> labels = {0, 0, 2, 2, -1, 2};
  EXPECT_EQ(segments_of(labels, std::vector<int>{0}), (std::vector<LabelSegment>{{2, 4, 2}, {4, 5, -1}, {5, 6, 2}}));
  EXPECT_TRUE(segments_of({}, {}).empty());
}

TEST(Segmental, ATakenSegmentIsNotTakenAgain) {
  const SegmentHits hits = match_segments(std::vector<LabelSegment>{{0, 10, 1}},
                                          std::vector<LabelSegment>{{0, 5, 1}, {5, 6, 2}, {6, 10, 1}}, 0.25);
  EXPECT_EQ(hits.right, 1);
  EXPECT_EQ(hits.wrong, 2);
  EXPECT_EQ(hits.missed, 0);
}

TEST(Segmental, PlansAreNotCollapsedUnlessAsked) {
  const std::vector<int> truth = {2, 0, 0, 1}, answer = {2, 0, 1};
  EXPECT_DOUBLE_EQ(edit_score(truth, answer), 0.75);
  EXPECT_DOUBLE_EQ(edit_score(collapsed(truth), collapsed(answer)), 1);
  EXPECT_DOUBLE_EQ(edit_score({}, {}), 1);
  EXPECT_DOUBLE_EQ(edit_score(truth, {}), 0);
}

TEST(Segmental, NothingAgainstNothingIsRightAndNoFramesAreNoVideo) {
  const Scorer scorer = scorer_of({2, 3, {{0, {0, 0}, {0, 0}}, {1, {0, 0}, {0, -1}}, {2, {-1}, {1}}}, {0}});
  expect_same(value_of(scorer, "f1@10:video", 3), 0.5, 1e-12, "1 and 0; the third has no frames");
  expect_same(value_of(scorer, "edit", 3), 0.5, 1e-12, "edit");
  expect_same(value_of(scorer, "f1@10:pooled", 3), 0, 1e-12, "pooled");
  expect_same(value_of(scorer, "action_score", 3), std::sqrt(0.75 * (1 + 2.0 / 3) / 2), 1e-12, "action score");
  const Scorer no_frames = scorer_of({2, 1, {{0, {-1}, {1}}}, {}});
  EXPECT_TRUE(std::isnan(value_of(no_frames, "edit", 1)));
  EXPECT_TRUE(std::isnan(value_of(no_frames, "f1@10:pooled", 1)));
}

TEST(Segmental, IgnoredFramesJoinWhatTheyParted) {
  const Scorer scorer = scorer_of({2, 1, {{0, {1, 1, -1, -1, 1}, {1, 1, 0, 0, 1}}}, {}});
  expect_same(value_of(scorer, "truth_segments", 1), 1, 1e-12, "one true run");
  expect_same(value_of(scorer, "f1@50:video", 1), 1, 1e-12, "F1");
}

TEST(Segmental, OrderDoesNotMatterAndAWeightOfTwoIsACaseTwice) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const SegmentalInput input = random_input(seed);
    const Scorer scorer = scorer_of(input);
    SegmentalInput shuffled = input;
    Draws(seed, "order", "test").shuffle(shuffled.videos);
    const std::vector<double> ones(4, 1);
    expect_same_values(scorer, ones, scorer_of(shuffled), ones);
    SegmentalInput twice = input;
    twice.cases = 5;
    for (const LabelTrack& video : input.videos) {
      if (video.case_number != 1) continue;
      twice.videos.push_back(video);
      twice.videos.back().case_number = 4;
    }
    expect_same_values(scorer, {1, 2, 0, 1}, scorer_of(twice), {1, 1, 0, 1, 1});
  }
}

TEST(Segmental, PerfectAnswersScoreOneAndEveryValueHasItsRow) {
  SegmentalInput input = random_input(2);
  for (LabelTrack& video : input.videos) video.answer = video.truth;
  const Scorer scorer = scorer_of(input);
  for (const std::string& name : scorer.names) {
    if (name.find("segments") == std::string::npos) expect_same(value_of(scorer, name, 4), 1, 1e-12, name);
  }
  expect_rows(scorer, segmental_metrics());
}

TEST(Segmental, BadInputNamesVideoAndFrame) {
  SegmentalInput input{2, 1, {{0, {0, 1}, {0, 1}}, {0, {0, 1}, {0, 2}}}, {}};
  EXPECT_EQ(segmental_scorer(input).error().where, "video 1, frame 1, answer");
  input.videos[1].answer = {0};
  EXPECT_EQ(segmental_scorer(input).error().what, "1 answers for 2 frames");
  input.videos[1] = {1, {0}, {0}};
  EXPECT_EQ(segmental_scorer(input).error().what, "case 1 of 1");
  input.videos.pop_back();
  input.background = {2};
  EXPECT_EQ(segmental_scorer(input).error().kind, ErrorKind::kUsage);
}

}  // namespace
}  // namespace surgsigma
