#include "surgsigma/eval/metrics/triplet_detection.h"

#include <algorithm>
#include <numeric>

#include "surgsigma/base/random.h"
#include "surgsigma/eval/metrics/metric_test.h"
#include "surgsigma/eval/metrics/triplet_association.h"

namespace surgsigma {
namespace {

using namespace metric_test;

/// [triplet, instrument, score, x, y, w, h].
std::vector<TripletBox> boxes_of(const Json& rows) {
  std::vector<TripletBox> boxes;
  for (const Json& row : rows)
    boxes.push_back({row.at(0), row.at(1), row.at(2), row.at(3), row.at(4), row.at(5), row.at(6)});
  return boxes;
}

TripletDetection empty_input(std::size_t videos, std::size_t triplets, std::size_t instruments) {
  TripletDetection input;
  input.cases = videos;
  for (std::size_t v = 0; v < videos; ++v) input.case_of_video.push_back(v);
  for (std::size_t c = 0; c < triplets; ++c) input.triplets.push_back(std::to_string(c));
  for (std::size_t c = 0; c < instruments; ++c) input.instruments.push_back(std::to_string(c));
  return input;
}

TripletDetection random_input(std::uint64_t seed, std::uint64_t levels) {
  Draws draws(seed, "detection", "test");
  TripletDetection input = empty_input(4, 4, 2);
  input.cases = 3;
  input.case_of_video = {0, 1, 1, 2};
  const auto box = [&] {
    const std::size_t triplet = draws.below(4);
    return TripletBox{triplet,
                      triplet % 2,
                      static_cast<double>(draws.below(levels)) / static_cast<double>(levels),
                      draws.unit() * 3,
                      draws.unit() * 3,
                      2 + draws.unit() * 3,
                      2 + draws.unit() * 3};
  };
  for (int f = 0; f < 40; ++f) {
    TripletBoxFrame& frame = input.frames.emplace_back();
    frame.video = draws.below(4);
    for (std::uint64_t n = draws.below(5); n > 0; --n) frame.truth.push_back(box());
    for (std::uint64_t n = draws.below(6); n > 0; --n) frame.answer.push_back(box());
  }
  return input;
}

void expect_same_scores(const IvtmetricsScores& got, const Json& expected, const std::string& what) {
  const auto compare = [&](const std::vector<double>& values, const Json& list, const char* name) {
    ASSERT_EQ(values.size(), list.size());
    for (std::size_t c = 0; c < values.size(); ++c) expect_same(values[c], number_of(list[c]), 1e-9, what + " " + name);
  };
  compare(got.ap, expected.at("ap"), "ap");
  compare(got.recall, expected.at("recall"), "recall");
  compare(got.precision, expected.at("precision"), "precision");
  expect_same(got.mean_ap, number_of(expected.at("mean_ap")), 1e-9, what);
  expect_same(got.mean_recall, number_of(expected.at("mean_recall")), 1e-9, what);
  expect_same(got.mean_precision, number_of(expected.at("mean_precision")), 1e-9, what);
}

TEST(TripletDetection, SharedVectorsAgree) {
  for (const char* id : {"ivt-detection-simple", "ivt-detection-two-same-class", "ivt-detection-frame-without-gt"}) {
    const auto vector = shared_vector("triplet_detection_ivtmetrics", id);
    if (!vector) GTEST_SKIP() << "no metric vectors: set SURGSIGMA_SHARED_DATA";
    TripletDetection input = empty_input(1, 100, 6);
    for (const Json& frame : vector->at("input").at("frames"))
      input.frames.push_back({0, boxes_of(frame.at("gt")), boxes_of(frame.at("pred"))});
    const auto scorer = triplet_detection(input);
    const auto reference = compat_ivtmetrics_detection(input, IvtmetricsVersion::kHead);
    ASSERT_TRUE(scorer && reference);
    const Json& expected = vector->contains("expected") ? vector->at("expected") : vector->at("expected_reference");
    for (const auto& [kind, scores] : {std::pair("ivt", reference->global_ivt), std::pair("i", reference->global_i)}) {
      EXPECT_NEAR(scores.mean_ap, expected.at(kind).at("mAP").get<double>(), 1e-6) << id;
      EXPECT_NEAR(scores.mean_recall, expected.at(kind).at("mRec").get<double>(), 1e-6) << id;
      EXPECT_NEAR(scores.mean_precision, expected.at(kind).at("mPre").get<double>(), 1e-6) << id;
      for (std::size_t c = 0; c < scores.ap.size(); ++c) {
        const Json& defined = expected.at(kind).at("AP_defined");
        const std::string key = std::to_string(c);
        expect_same(scores.ap[c], defined.contains(key) ? defined.at(key).get<double>() : std::nan(""), 1e-6, id);
      }
      // Corrected: where the reference is not wrong only the class that is nowhere true differs, and it has a variant.
      const std::string name = "ap_" + std::string(kind) + ":global";
      if (vector->contains("expected_correct")) {
        EXPECT_NEAR(value_named(*scorer, name, {1}), vector->at("expected_correct").at(kind).at("mAP").get<double>(),
                    1e-6);
      } else {
        EXPECT_NEAR(value_named(*scorer, name + "_absent_zero", {1}), expected.at(kind).at("mAP").get<double>(), 1e-6);
      }
    }
  }
}

TEST(TripletDetection, OwnVectorsOfIvtmetricsAgree) {
  const Json document = own_vectors("triplet_detection");
  for (const Json& vector : document.at("vectors")) {
    TripletDetection input =
        empty_input(vector.at("videos").size(), document.at("triplets"), document.at("instruments"));
    for (std::size_t v = 0; v < vector.at("videos").size(); ++v) {
      for (const Json& frame : vector.at("videos")[v])
        input.frames.push_back({v, boxes_of(frame.at("truth")), boxes_of(frame.at("answer"))});
    }
    for (const auto& [name, version] :
         {std::pair("released", IvtmetricsVersion::kReleased), std::pair("head", IvtmetricsVersion::kHead)}) {
      const auto got = compat_ivtmetrics_detection(input, version);
      ASSERT_TRUE(got);
      const Json& expected = vector.at(name);
      expect_same_scores(got->global_ivt, expected.at("global_ivt"), std::string(name) + " global ivt");
      expect_same_scores(got->global_i, expected.at("global_i"), std::string(name) + " global i");
      expect_same_scores(got->video_ivt, expected.at("video_ivt"), std::string(name) + " video ivt");
      expect_same_scores(got->video_i, expected.at("video_i"), std::string(name) + " video i");
      for (std::size_t k = 0; k < 7; ++k)
        expect_same(got->association[k], number_of(expected.at("association")[k]), 1e-9, std::string(kAssociations[k]));
    }
    const auto scorer = triplet_detection(input);
    ASSERT_TRUE(scorer);
    const std::vector<double> ones(input.cases, 1);
    for (const std::string kind : {"ivt", "i"}) {
      const Json& expected = vector.at("corrected").at(kind);
      expect_same(value_named(*scorer, "ap_" + kind + ":global", ones), number_of(expected.at("mean_ap")), 1e-9, kind);
      for (std::size_t c = 0; c < expected.at("ap").size(); ++c)
        expect_same(value_named(*scorer, "ap_" + kind + ":global/" + std::to_string(c), ones),
                    number_of(expected.at("ap")[c]), 1e-9, kind);
    }
  }
}

TEST(TripletDetection, EveryBoxIsCountedOnce) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const TripletDetection input = random_input(seed, 5);
    for (const TripletBoxFrame& frame : input.frames) {
      const auto counts = association(ranked_boxes(frame.truth), ranked_boxes(frame.answer), 0.5);
      const double matched = counts[0] + counts[1] + counts[2] + counts[3] + counts[4];
      EXPECT_EQ(matched + counts[5], static_cast<double>(frame.answer.size()));
      EXPECT_EQ(matched + counts[6], static_cast<double>(frame.truth.size()));
    }
  }
}

TEST(TripletDetection, EachKindOfMistakeHasItsName) {
  const auto counts = [](std::vector<TripletBox> truth, std::vector<TripletBox> answer) {
    const auto found = association(ranked_boxes(std::move(truth)), ranked_boxes(std::move(answer)), 0.5);
    return std::vector<double>(found.begin(), found.end());
  };
  const TripletBox a{1, 0, 1, 0, 0, 10, 10}, b{2, 0, 1, 50, 50, 10, 10};
  TripletBox a_near = a, a_on_b = b, b_on_a = a, c_on_a = a, a_elsewhere = a;
  a_near.x = 8;
  a_on_b.triplet = 1;
  b_on_a.triplet = 2;
  c_on_a.triplet = 3;
  a_elsewhere.x = 100;
  EXPECT_EQ(counts({a, b}, {a, b}), (std::vector<double>{2, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(counts({a}, {a_near}), (std::vector<double>{0, 1, 0, 0, 0, 0, 0}));
  EXPECT_EQ(counts({a, b}, {a_on_b}), (std::vector<double>{0, 0, 1, 0, 0, 0, 1}));
  EXPECT_EQ(counts({a, b}, {a_on_b, b_on_a}), (std::vector<double>{0, 0, 2, 0, 0, 0, 0}));
  EXPECT_EQ(counts({a}, {c_on_a}), (std::vector<double>{0, 0, 0, 1, 0, 0, 0}));
  EXPECT_EQ(counts({a, b}, {b_on_a, b}), (std::vector<double>{1, 0, 0, 1, 0, 0, 0}));
  EXPECT_EQ(counts({a}, {a_elsewhere}), (std::vector<double>{0, 0, 0, 0, 1, 0, 0}));
  EXPECT_EQ(counts({}, {a}), (std::vector<double>{0, 0, 0, 0, 0, 1, 0}));
  EXPECT_EQ(counts({a}, {}), (std::vector<double>{0, 0, 0, 0, 0, 0, 1}));
}

TEST(TripletDetection, OrderChangesNothingThoughScoresAreEqual) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    TripletDetection input = random_input(seed, 3), shuffled = input;
    Draws draws(seed, "order", "test");
    draws.shuffle(shuffled.frames);
    for (TripletBoxFrame& frame : shuffled.frames) {
      draws.shuffle(frame.truth);
      draws.shuffle(frame.answer);
    }
    expect_same_values(*triplet_detection(input), {1, 2, 3}, *triplet_detection(shuffled), {1, 2, 3});
  }
}

TEST(TripletDetection, AWeightIsACopyOfTheVideos) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    TripletDetection input = random_input(seed, 4), copied = input;
    copied.case_of_video = {0, 1, 1, 2, 1, 1};
    for (TripletBoxFrame frame : input.frames) {
      if (frame.video != 1 && frame.video != 2) continue;
      frame.video += 3;
      copied.frames.push_back(frame);
    }
    expect_same_values(*triplet_detection(input), {1, 2, 1}, *triplet_detection(copied), {1, 1, 1});
  }
}

TEST(TripletDetection, PerfectBoxesAreOneInEitherOrder) {
  TripletDetection input = random_input(3, 5);
  for (TripletBoxFrame& frame : input.frames) frame.answer = frame.truth;
  const auto scorer = triplet_detection(input);
  for (const char* name : {"ap_ivt:global", "ap_ivt:video", "ap_i:global", "recall_ivt", "precision_i", "lm"})
    EXPECT_DOUBLE_EQ(value_named(*scorer, name, {1, 1, 1}), 1) << name;
  EXPECT_EQ(value_named(*scorer, "fn", {1, 1, 1}), 0);
  EXPECT_LT(compat_ivtmetrics_detection(input, IvtmetricsVersion::kHead)->global_ivt.mean_ap, 1) << "defects D1 and D2";
}

TEST(TripletDetection, WithoutTruthOrBoxesNothingIsDefined) {
  TripletDetection input = empty_input(1, 2, 1);
  input.frames = {{0, {}, {}}};
  const auto scorer = triplet_detection(input);
  for (const double value : values_at(*scorer, {1})) EXPECT_TRUE(std::isnan(value));
  input.frames = {{0, {{0, 0, 1, 0, 0, 1, 1}}, {}}};
  EXPECT_EQ(value_named(*triplet_detection(input), "ap_ivt:global", {1}), 0);
  EXPECT_EQ(value_named(*triplet_detection(input), "precision_ivt", {1}), 0);
  EXPECT_TRUE(std::isnan(value_named(*triplet_detection(input), "ap_ivt:global/1", {1})));
}

TEST(TripletDetection, NonsenseIsRefusedByName) {
  const TripletDetection good = random_input(1, 5);
  const auto broken = [&](auto change) {
    TripletDetection input = good;
    input.frames[4].answer = {{0, 0, 0.5, 0, 0, 1, 1}};
    change(input);
    const auto result = triplet_detection(input);
    EXPECT_FALSE(result);
    EXPECT_FALSE(compat_ivtmetrics_detection(input, IvtmetricsVersion::kReleased));
    return result ? Error{} : result.error();
  };
  EXPECT_EQ(broken([](auto& in) { in.frames[4].answer[0].score = std::nan(""); }).where, "frame 4");
  EXPECT_EQ(broken([](auto& in) { in.frames[4].answer[0].w = -1; }).where, "frame 4");
  EXPECT_EQ(broken([](auto& in) { in.frames[4].answer[0].triplet = 4; }).where, "frame 4");
  EXPECT_EQ(broken([](auto& in) { in.frames[4].answer[0].instrument = 2; }).where, "frame 4");
  EXPECT_EQ(broken([](auto& in) { in.frames[4].answer.resize(kMostTripletBoxes + 1); }).where, "frame 4");
  EXPECT_EQ(broken([](auto& in) { in.frames[2].video = 4; }).where, "frame 2");
  EXPECT_EQ(broken([](auto& in) { in.case_of_video[3] = 3; }).where, "video 3");
  EXPECT_EQ(broken([](auto& in) { in.iou = 1.5; }).kind, ErrorKind::kUsage);
}

}  // namespace
}  // namespace surgsigma
