#include "surgsigma/eval/metrics/phases.h"

#include <array>
#include <cmath>

#include "surgsigma/base/random.h"
#include "surgsigma/eval/metrics/metric_test.h"
#include "surgsigma/eval/metrics/phases_compat.h"

namespace surgsigma {
namespace {

using namespace metric_test;

LabelTrack track_of(const Json& video, std::size_t case_number = 0) {
  LabelTrack track{case_number, {}, {}};
  for (const Json& value : video.at("gt")) track.truth.push_back(value.get<std::int16_t>());
  for (const Json& value : video.at("pred")) track.answer.push_back(value.get<std::int16_t>());
  return track;
}

/// Every video is a case.
PhaseInput input_of(const Json& json) {
  PhaseInput input;
  for (int p = 0; p < json.at("n_phases").get<int>(); ++p) input.phases.push_back(std::to_string(p));
  for (const Json& video : json.at("videos")) input.videos.push_back(track_of(video, input.cases++));
  return input;
}

Scorer scorer_of(const PhaseInput& input) {
  auto scorer = phase_scorer(input);
  if (!scorer) {
    ADD_FAILURE() << to_string(scorer.error());
    return {};
  }
  return *scorer;
}

PhaseInput random_input(std::uint64_t seed) {
  Draws draws(seed, "phases", "test");
  PhaseInput input{{"a", "b", "c", "d", "e"}, 4, {}, {0, 0, 1, 1, -1}, {}};
  for (std::size_t v = 0; v < 6; ++v) {
    LabelTrack track{v % 4, {}, {}};
    for (int run = 0; run < 8; ++run) {
      const auto truth = static_cast<std::int16_t>(draws.between(-1, 4));
      const std::int64_t frames = draws.between(1, 30);
      for (std::int64_t i = 0; i < frames; ++i) {
        track.truth.push_back(truth);
        track.answer.push_back(draws.chance(0.7) ? truth : static_cast<std::int16_t>(draws.between(-1, 4)));
      }
    }
    input.videos.push_back(track);
    input.relax_frames.push_back(5);
  }
  return input;
}

constexpr std::array<const char*, 4> kShares = {"jaccard", "precision", "recall", "f1"};

TEST(Phases, SharedStrictVectorAgrees) {
  const auto vector = shared_vector("phase_recognition", "phase-two-videos-strict");
  if (!vector) GTEST_SKIP() << "no metric vectors: set SURGSIGMA_SHARED_DATA";
  const Json& expected = vector->at("expected");
  const PhaseInput input = input_of(vector->at("input"));
  const Scorer scorer = scorer_of(input);
  expect_same(value_of(scorer, "accuracy:video", 2), number_of(expected.at("mean_video_accuracy")), 1e-6, "accuracy");
  const Json& pooled = expected.at("C_pooled_frames_undefined_skipped");
  expect_same(value_of(scorer, "accuracy:pooled", 2), number_of(pooled.at("accuracy")), 1e-6, "pooled");
  for (const std::string share : kShares) {
    for (const std::string variant : {"a", "b"}) {
      const Json& cells =
          expected.at(variant == "a" ? "A_undefined_skipped" : "B_only_phases_in_gt_of_that_video").at(share);
      const std::string stem = "mean_" + share;
      expect_same(value_of(scorer, stem + ":video_phase_" + variant, 2), number_of(cells.at("mean_of_phase_means")),
                  1e-6, stem + variant);
      expect_same(value_of(scorer, stem + ":phase_video_" + variant, 2), number_of(cells.at("mean_of_video_means")),
                  1e-6, stem + variant);
      expect_same(value_of(scorer, stem + ":pooled_" + variant, 2), number_of(pooled.at("macro_" + share)), 1e-6,
                  stem + " pooled");
      for (std::size_t v = 0; v < 2; ++v) {  // one video alone is its own mean
        std::vector<double> only(2, 0.0);
        only[v] = 1;
        const std::vector<double> values = values_at(scorer, only);
        for (std::size_t p = 0; p < 7; ++p) {
          const std::string name = share + ":video_" + variant + "/" + std::to_string(p);
          const auto at = std::find(scorer.names.begin(), scorer.names.end(), name) - scorer.names.begin();
          expect_same(values[static_cast<std::size_t>(at)], number_of(cells.at("per_video")[v][p]), 1e-6, name);
        }
      }
    }
    for (std::size_t p = 0; p < 7; ++p) {
      const std::string phase = "/" + std::to_string(p);
      expect_same(value_of(scorer, share + ":video_a" + phase, 2),
                  number_of(expected.at("A_undefined_skipped").at(share).at("phasewise_mean_over_videos")[p]), 1e-6,
                  share);
      expect_same(value_of(scorer, share + ":pooled_a" + phase, 2), number_of(pooled.at("per_phase").at(share)[p]),
                  1e-6, share);
    }
  }
}

void expect_percents(const RelaxedPercents& got, const Json& expected) {
  for (std::size_t p = 0; p < got.jaccard.size(); ++p) {
    expect_same(got.jaccard[p], number_of(expected.at("jaccard")[p]), 1e-6, "jaccard");
    expect_same(got.precision[p], number_of(expected.at("precision")[p]), 1e-6, "precision");
    expect_same(got.recall[p], number_of(expected.at("recall")[p]), 1e-6, "recall");
  }
  expect_same(got.accuracy, number_of(expected.at("accuracy")), 1e-6, "accuracy");
}

TEST(Phases, SharedRelaxedVectorsAgree) {
  const auto vector = shared_vector("phase_recognition", "phase-two-videos-relaxed");
  if (!vector) GTEST_SKIP() << "no metric vectors: set SURGSIGMA_SHARED_DATA";
  std::vector<RelaxedPercents> videos;
  for (std::size_t v = 0; v < 2; ++v) {
    const auto percents =
        compat_m2cai_relaxed(track_of(vector->at("input").at("videos")[v]), 10, RelaxedScript::kCholec80);
    ASSERT_TRUE(percents);
    expect_percents(*percents, vector->at("expected_reference").at("per_video")[v]);
    videos.push_back(*percents);
  }
  const Json& summary = vector->at("expected_reference").at("summary");
  const RelaxedMeans means = compat_m2cai_relaxed_means(videos);
  expect_same(means.jaccard, number_of(summary.at("mean_jaccard")), 1e-6, "jaccard");
  expect_same(means.precision, number_of(summary.at("mean_precision")), 1e-6, "precision");
  expect_same(means.recall, number_of(summary.at("mean_recall")), 1e-6, "recall");
  expect_same(means.accuracy, number_of(summary.at("mean_accuracy")), 1e-6, "accuracy");

  for (const char* id : {"phase-relaxed-early-transition", "phase-relaxed-wrong-start"}) {
    const auto single = shared_vector("phase_recognition", id);
    ASSERT_TRUE(single);
    const LabelTrack track = track_of(single->at("input").at("videos")[0]);
    expect_percents(*compat_m2cai_relaxed(track, 10, RelaxedScript::kCholec80), single->at("expected_reference"));
    PhaseInput input = input_of(single->at("input"));
    input.relax_frames = {10};
    const Scorer scorer = scorer_of(input);
    expect_same(100 * value_of(scorer, "accuracy:video", 1), number_of(single->at("strict_accuracy")), 1e-6, id);
    if (single->contains("expected_correct"))
      expect_same(100 * value_of(scorer, "accuracy:relaxed_video", 1),
                  number_of(single->at("expected_correct").at("accuracy")), 1e-6, id);
    else  // the next phase at the start of a run is no early change
      expect_same(100 * value_of(scorer, "accuracy:relaxed_video", 1), number_of(single->at("strict_accuracy")), 1e-6,
                  id);
  }
}

TEST(Phases, OwnVectorsOfScikitLearnAgree) {
  const Json document = own_vectors("phases");
  for (const Json& vector : document.at("vectors")) {
    const PhaseInput input = input_of(vector.at("input"));
    expect_values(scorer_of(input), input.cases, vector.at("expected"), 1e-9);
    const auto confusion = phase_confusion(input);
    ASSERT_TRUE(confusion);
    EXPECT_EQ(*confusion, vector.at("confusion").get<std::vector<std::int64_t>>());
    for (const Json& script : vector.at("scripts")) {
      for (std::size_t v = 0; v < input.videos.size(); ++v) {
        const auto percents =
            compat_m2cai_relaxed(input.videos[v], script.at("window").get<int>(),
                                 script.at("phases") == 7 ? RelaxedScript::kCholec80 : RelaxedScript::kM2cai16);
        ASSERT_TRUE(percents);
        expect_percents(*percents, script.at("per_video")[v]);
      }
    }
  }
}

TEST(Phases, AnswersOfNoneAreWrongAndIgnoredFramesAreGone) {
  const Scorer scorer = scorer_of({{"a", "b"}, 1, {{0, {0, 0, 1, -1, -1}, {0, -1, -1, 1, 0}}}, {}, {}});
  expect_same(value_of(scorer, "accuracy:pooled", 1), 1.0 / 3, 1e-12, "accuracy");
  expect_same(value_of(scorer, "parse_rate", 1), 1.0 / 3, 1e-12, "parse rate");
  expect_same(value_of(scorer, "frames", 1), 3, 1e-12, "frames");
  expect_same(value_of(scorer, "ignored_frames", 1), 2, 1e-12, "ignored");
  expect_same(value_of(scorer, "recall:pooled_b/b", 1), 0, 1e-12, "recall");
  expect_same(value_of(scorer, "precision:pooled_b/b", 1), 0, 1e-12, "present, never answered: 0 in b");
  EXPECT_TRUE(std::isnan(value_of(scorer, "precision:pooled_a/b", 1)));
}

TEST(Phases, AnAbsentPhaseThatIsAnsweredCountsInVariantAOnly) {
  const Scorer scorer = scorer_of({{"a", "b"}, 1, {{0, {0, 0}, {0, 1}}}, {}, {}});
  expect_same(value_of(scorer, "mean_jaccard:video_phase_a", 1), 0.25, 1e-12, "a");
  expect_same(value_of(scorer, "mean_jaccard:video_phase_b", 1), 0.5, 1e-12, "b");
  const Scorer all_ignored = scorer_of({{"a"}, 1, {{0, {-1}, {0}}}, {}, {}});
  EXPECT_TRUE(std::isnan(value_of(all_ignored, "accuracy:video", 1)));
}

TEST(Phases, StepsOfTheRightPhaseAreToldApart) {
  const Scorer scorer =
      scorer_of({{"a1", "a2", "b1", "shared"}, 1, {{0, {0, 0, 0, 0, 3, 3}, {0, 1, 2, -1, 3, 0}}}, {0, 0, 1, -1}, {}});
  expect_same(value_of(scorer, "accuracy:pooled", 1), 2.0 / 6, 1e-12, "accuracy");
  expect_same(value_of(scorer, "right_phase:pooled", 1), 3.0 / 6, 1e-12, "right phase");
  expect_same(value_of(scorer, "wrong_step:video", 1), 1.0 / 6, 1e-12, "wrong step");
}

TEST(Phases, RelaxedForgivesBothNeighboursOnlyNearTheChange) {
  const LabelTrack video{0, {0, 0, 0, 0, -1, 2, 2, 2, 2, 2}, {0, 1, 2, 2, 0, 0, 0, 0, 2, 1}};
  // Window 2: frames 2 and 3 say the phase to come, 5 and 6 the one before; 7 says it too late, 1 and 9 another.
  const LabelTrack relaxed = relaxed_track(video, 2);
  EXPECT_EQ(relaxed.truth, (std::vector<std::int16_t>{0, 0, 0, 0, 2, 2, 2, 2, 2}));
  EXPECT_EQ(relaxed.answer, (std::vector<std::int16_t>{0, 1, 0, 0, 2, 2, 0, 2, 1}));
  EXPECT_EQ(relaxed_track(video, 0).answer, (std::vector<std::int16_t>{0, 1, 2, 2, 0, 0, 0, 2, 1}));
}

TEST(Phases, OrderDoesNotMatterAndAWeightOfTwoIsACaseTwice) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const PhaseInput input = random_input(seed);
    const Scorer scorer = scorer_of(input);
    PhaseInput shuffled = input;
    Draws(seed, "order", "test").shuffle(shuffled.videos);
    const std::vector<double> ones(4, 1);
    expect_same_values(scorer, ones, scorer_of(shuffled), ones);
    PhaseInput twice = input;
    twice.cases = 5;
    for (const LabelTrack& video : input.videos) {
      if (video.case_number != 1) continue;
      twice.videos.push_back(video);
      twice.videos.back().case_number = 4;
      twice.relax_frames.push_back(5);
    }
    expect_same_values(scorer, {1, 2, 0, 1}, scorer_of(twice), {1, 1, 0, 1, 1});
  }
}

TEST(Phases, PerfectAnswersScoreOneAndRelaxedIsNeverLower) {
  PhaseInput input = random_input(5);
  const Scorer scorer = scorer_of(input);
  EXPECT_GE(value_of(scorer, "accuracy:relaxed_pooled", 4), value_of(scorer, "accuracy:pooled", 4));
  EXPECT_GE(value_of(scorer, "mean_jaccard:relaxed_video_phase_b", 4),
            value_of(scorer, "mean_jaccard:video_phase_b", 4));
  for (LabelTrack& video : input.videos) video.answer = video.truth;
  const Scorer perfect = scorer_of(input);
  for (const std::string& name : perfect.names) {
    if (name.find("frames") != std::string::npos || name.rfind("support/", 0) == 0) continue;
    expect_same(value_of(perfect, name, 4), name.rfind("wrong_step", 0) == 0 ? 0 : 1, 1e-12, name);
  }
}

TEST(Phases, EveryValueHasItsRow) { expect_rows(scorer_of(random_input(1)), phases_metrics()); }

TEST(Phases, BadInputNamesVideoAndFrame) {
  PhaseInput input{{"a", "b"}, 1, {{0, {0, 1}, {0, 1}}, {0, {0, 1, 1}, {0, 1, 2}}}, {}, {}};
  EXPECT_EQ(phase_scorer(input).error(), (Error{ErrorKind::kData, "class 2 of 2", "video 1, frame 2, answer",
                                                "classes are counted from 0; -1 is none"}));
  EXPECT_FALSE(phase_confusion(input));
  input.videos[1].answer = {0, 1};
  EXPECT_EQ(phase_scorer(input).error().what, "2 answers for 3 frames");
  input.videos[1].answer = {0, 1, -1};
  input.videos[1].truth[0] = -2;
  EXPECT_EQ(phase_scorer(input).error().where, "video 1, frame 0, truth");
  input.videos[1].truth[0] = 0;
  input.videos[1].case_number = 1;
  EXPECT_EQ(phase_scorer(input).error().what, "case 1 of 1");
  input.videos[1].case_number = 0;
  input.parents = {0};
  EXPECT_EQ(phase_scorer(input).error().kind, ErrorKind::kUsage);
  input.parents = {};
  input.relax_frames = {1, -1};
  EXPECT_EQ(phase_scorer(input).error().where, "relax_frames");
}

TEST(Phases, TheScriptRefusesPhasesThatItDoesNotKnow) {
  const LabelTrack video{0, {0, 7}, {0, 7}};
  EXPECT_EQ(compat_m2cai_relaxed(video, 10, RelaxedScript::kCholec80).error().where, "frame 1");
  EXPECT_TRUE(compat_m2cai_relaxed(video, 10, RelaxedScript::kM2cai16));
  EXPECT_TRUE(std::isnan(compat_m2cai_relaxed_means({}).jaccard));
}

}  // namespace
}  // namespace surgsigma
