#include "surgsigma/eval/metrics/triplets.h"

#include <algorithm>

#include "surgsigma/base/random.h"
#include "surgsigma/eval/metrics/metric_test.h"

namespace surgsigma {
namespace {

using namespace metric_test;

constexpr std::array<const char*, 6> kComponents = {"ivt", "i", "v", "t", "iv", "it"};

/// A TripletScores with its own memory.
struct Case {
  TripletScores input;
  std::vector<std::uint8_t> truth;
  std::vector<double> scores;

  const TripletScores& get() {
    input.truth = truth;
    input.scores = scores;
    return input;
  }
};

TripletTable table_of(const Json& rows) {
  TripletTable table;
  for (int i = 0; i < 6; ++i) table.instruments.push_back("i" + std::to_string(i));
  for (int v = 0; v < 10; ++v) table.verbs.push_back("v" + std::to_string(v));
  for (int t = 0; t < 15; ++t) table.targets.push_back("t" + std::to_string(t));
  for (const Json& row : rows) table.classes.push_back({row.at(0), row.at(1), row.at(2), table.classes.size() >= 94});
  return table;
}

Case empty_case(std::size_t videos) {
  Case made;
  made.input.cases = videos;
  for (std::size_t v = 0; v < videos; ++v) made.input.case_of_video.push_back(v);
  made.input.table = table_of(own_vectors("triplets").at("recognition").at("table"));
  return made;
}

void add_frame(Case& to, std::uint32_t video, const std::vector<std::size_t>& truth,
               const std::vector<double>& scores) {
  to.input.video_of_frame.push_back(video);
  std::vector<std::uint8_t> row(100, 0);
  for (const std::size_t c : truth) row[c] = 1;
  to.truth.insert(to.truth.end(), row.begin(), row.end());
  to.scores.insert(to.scores.end(), scores.begin(), scores.end());
}

std::vector<double> ones(const TripletScores& input) { return std::vector<double>(input.cases, 1); }

/// Names of the classes of a component, in order.
std::vector<std::string> class_names(const Scorer& scorer, const std::string& prefix) {
  std::vector<std::string> names;
  for (const std::string& name : scorer.names) {
    if (name.starts_with(prefix)) names.push_back(name);
  }
  return names;
}

Case random_case(std::uint64_t seed) {
  Draws draws(seed, "triplets", "test");
  Case made;
  made.input.cases = 3;
  made.input.case_of_video = {0, 1, 1, 2};
  made.input.table = {{"a", "b"}, {"x", "y"}, {"p", "q"}, {{0, 0, 0}, {0, 1, 1}, {1, 0, 1}, {1, 1, 0, true}}};
  made.input.top = {1, 2};
  for (int f = 0; f < 80; ++f) {
    made.input.video_of_frame.push_back(static_cast<std::uint32_t>(draws.below(4)));
    for (int c = 0; c < 4; ++c) {
      made.truth.push_back(draws.chance(0.2) ? 1 : 0);
      made.scores.push_back(static_cast<double>(draws.below(6)) / 6);
    }
  }
  return made;
}

TEST(Triplets, SharedVectorsAgree) {
  for (const char* id : {"ivt-recognition-two-videos", "ivt-recognition-empty-prediction"}) {
    const auto vector = shared_vector("triplet_recognition_ivtmetrics", id);
    if (!vector) GTEST_SKIP() << "no metric vectors: set SURGSIGMA_SHARED_DATA";
    const Json& videos = vector->at("input").at("videos");
    Case made = empty_case(videos.size());
    for (std::uint32_t v = 0; v < videos.size(); ++v) {
      for (std::size_t f = 0; f < videos[v].at("gt").size(); ++f) {
        std::vector<double> scores(100, 0);
        std::vector<std::size_t> truth;
        for (const auto& [c, score] : videos[v].at("score")[f].items()) scores[std::stoul(c)] = score;
        for (const auto& [c, one] : videos[v].at("gt")[f].items()) truth.push_back(std::stoul(c));
        add_frame(made, v, truth, scores);
      }
    }
    const auto scorer = triplet_ap(made.get());
    ASSERT_TRUE(scorer);
    const auto value = [&](const std::string& name) { return value_named(*scorer, name, ones(made.input)); };
    for (const auto& [component, expected] : vector->at("expected").items()) {
      if (component == "topk") {
        for (const auto& [name, number] : expected.items()) expect_same(value(name), number, 1e-6, name);
        continue;
      }
      const bool is_null_free = component == "ivt_ignore_null";
      const std::string prefix = "ap_" + std::string(is_null_free ? "ivt" : component);
      for (const char* how : {"global", "video"}) {
        const std::string name = prefix + ":" + how;
        if (expected.contains(std::string(how) + "_mAP"))
          expect_same(value(is_null_free ? name + "_no_null" : name), expected.at(std::string(how) + "_mAP"), 1e-6,
                      name);
        if (!expected.contains(std::string(how) + "_AP_defined")) continue;
        const std::vector<std::string> classes = class_names(*scorer, name + "/");
        if (expected.contains("n_classes")) {
          EXPECT_EQ(classes.size(), expected.at("n_classes").get<std::size_t>());
        }
        const Json& defined = expected.at(std::string(how) + "_AP_defined");
        for (std::size_t c = 0; c < classes.size(); ++c) {
          const std::string key = std::to_string(c);
          expect_same(value(classes[c]), defined.contains(key) ? defined.at(key).get<double>() : std::nan(""), 1e-6,
                      classes[c]);
        }
      }
    }
  }
}

TEST(Triplets, SharedSetApVectorsAgree) {
  for (const char* id : {"set-ap-0", "set-ap-1", "set-ap-2", "set-ap-3"}) {
    const auto vector = shared_vector("triplet_recognition_vlm", id);
    if (!vector) GTEST_SKIP() << "no metric vectors: set SURGSIGMA_SHARED_DATA";
    const auto truth = vector->at("input").at("y_true").get<std::vector<std::uint8_t>>();
    const auto scores = vector->at("input").at("y_score").get<std::vector<double>>();
    expect_same(average_precision_of(truth, scores), number_of(vector->at("expected_correct")), 1e-6, id);
    expect_same(compat_positives_first_ap(truth, scores), vector->at("expected_reference"), 1e-6, id);
  }
}

TEST(Triplets, OwnVectorsOfIvtmetricsAgree) {
  const Json vector = own_vectors("triplets").at("recognition");
  for (const bool is_untied : {false, true}) {
    Case made = empty_case(3);
    for (std::size_t f = 0; f < vector.at("videos").size(); ++f)
      add_frame(made, vector.at("videos")[f], vector.at("truth")[f].get<std::vector<std::size_t>>(),
                vector.at(is_untied ? "untied_scores" : "scores")[f].get<std::vector<double>>());
    const auto scorer = triplet_ap(made.get(), 2);
    ASSERT_TRUE(scorer);
    const auto value = [&](const std::string& name) { return value_named(*scorer, name, {1, 1, 1}); };
    if (is_untied) {
      for (const auto& [name, number] : vector.at("expected_top").items()) expect_same(value(name), number, 1e-9, name);
      continue;
    }
    const Json& expected = vector.at("expected");
    for (const std::string component : kComponents) {
      for (const std::string how : {"video", "global"}) {
        const std::string name = "ap_" + component + ":" + how;
        expect_same(value(name), number_of(expected.at(component).at(how)), 1e-9, name);
        const std::vector<std::string> classes = class_names(*scorer, name + "/");
        const Json& of_class = expected.at(component).at(how + "_of_class");
        ASSERT_EQ(classes.size(), of_class.size());
        for (std::size_t c = 0; c < classes.size(); ++c)
          expect_same(value(classes[c]), number_of(of_class[c]), 1e-9, classes[c]);
      }
    }
    expect_same(value("ap_ivt:video_no_null"), number_of(expected.at("ivt_no_null").at("video")), 1e-9, "no null");
    expect_same(value("ap_ivt:global_no_null"), number_of(expected.at("ivt_no_null").at("global")), 1e-9, "no null");
  }
}

TEST(Triplets, OrderOfFramesChangesNothingAndThreadsNoBit) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Case made = random_case(seed), shuffled = made;
    std::vector<std::size_t> order(80);
    for (std::size_t f = 0; f < 80; ++f) order[f] = f;
    Draws(seed, "order", "test").shuffle(order);
    for (std::size_t f = 0; f < 80; ++f) {
      shuffled.input.video_of_frame[f] = made.input.video_of_frame[order[f]];
      for (std::size_t c = 0; c < 4; ++c) {
        shuffled.truth[4 * f + c] = made.truth[4 * order[f] + c];
        shuffled.scores[4 * f + c] = made.scores[4 * order[f] + c];
      }
    }
    expect_same_values(*triplet_ap(made.get()), {1, 2, 0.5}, *triplet_ap(shuffled.get()), {1, 2, 0.5});
    expect_same_values(*triplet_ap(made.get(), 1), {1, 2, 0.3}, *triplet_ap(made.get(), 5), {1, 2, 0.3}, 0);
  }
}

TEST(Triplets, AWeightIsACopyOfTheVideos) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Case made = random_case(seed), copied = made;
    copied.input.case_of_video = {0, 1, 1, 2, 1, 1};
    for (std::size_t f = 0; f < 80; ++f) {
      const std::uint32_t video = made.input.video_of_frame[f];
      if (video != 1 && video != 2) continue;
      copied.input.video_of_frame.push_back(video + 3);
      for (std::size_t c = 0; c < 4; ++c) {
        copied.truth.push_back(made.truth[4 * f + c]);
        copied.scores.push_back(made.scores[4 * f + c]);
      }
    }
    expect_same_values(*triplet_ap(made.get()), {1, 2, 1}, *triplet_ap(copied.get()), {1, 1, 1});
  }
}

TEST(Triplets, AnyScaleOfScoresGivesTheSame) {
  Case made = random_case(7);
  const auto plain = triplet_ap(made.get());
  for (double& score : made.scores) score = score == 0 ? -1.7e308 : std::ldexp(score, 1023);  // differences overflow
  expect_same_values(*plain, {1, 1, 1}, *triplet_ap(made.get()), {1, 1, 1});
}

TEST(Triplets, PerfectScoresAreOne) {
  Case made = random_case(2);
  for (std::size_t i = 0; i < made.truth.size(); ++i) made.scores[i] = made.truth[i];
  const auto scorer = triplet_ap(made.get());
  for (const std::string component : kComponents) {
    EXPECT_DOUBLE_EQ(value_named(*scorer, "ap_" + component + ":video", {1, 1, 1}), 1);
    EXPECT_DOUBLE_EQ(value_named(*scorer, "ap_" + component + ":global", {1, 1, 1}), 1);
  }
}

TEST(Triplets, ASilentModelGetsThePrevalenceAndNoTopK) {
  Case made = random_case(3);
  std::fill(made.scores.begin(), made.scores.end(), 0.0);
  const auto scorer = triplet_ap(made.get());
  EXPECT_DOUBLE_EQ(value_named(*scorer, "top1_ivt", {1, 1, 1}), 0.25);
  double positives = 0;
  for (std::size_t f = 0; f < 80; ++f) positives += made.truth[4 * f];
  EXPECT_NEAR(value_named(*scorer, "ap_ivt:global/a,x,p", {1, 1, 1}), positives / 80, 1e-12);
}

TEST(Triplets, AClassWithoutPositivesIsLeftOut) {
  Case made = random_case(4);
  for (std::size_t f = 0; f < 80; ++f) made.truth[4 * f] = 0;
  const auto scorer = triplet_ap(made.get());
  EXPECT_TRUE(std::isnan(value_named(*scorer, "ap_ivt:global/a,x,p", {1, 1, 1})));
  EXPECT_TRUE(std::isnan(value_named(*scorer, "ap_ivt:video/a,x,p", {1, 1, 1})));
  EXPECT_FALSE(std::isnan(value_named(*scorer, "ap_ivt:global", {1, 1, 1})));
  EXPECT_TRUE(std::isnan(value_named(*scorer, "ap_ivt:global", {0, 0, 0})));
}

TEST(Triplets, NonsenseIsRefusedByName) {
  const Case good = random_case(1);
  Case made = good;
  made.scores[4 * 7 + 3] = std::nan("");
  EXPECT_EQ(triplet_ap(made.get()).error().where, "frame 7, class 3");
  made = good;
  made.truth[5] = 2;
  EXPECT_EQ(triplet_ap(made.get()).error().where, "frame 1, class 1");
  made = good;
  made.input.video_of_frame[9] = 4;
  EXPECT_EQ(triplet_ap(made.get()).error().where, "frame 9");
  made = good;
  made.input.case_of_video[2] = 3;
  EXPECT_EQ(triplet_ap(made.get()).error().where, "video 2");
  made = good;
  made.scores.pop_back();
  EXPECT_EQ(triplet_ap(made.get()).error().kind, ErrorKind::kData);
  made = good;
  made.input.table.classes[3].verb = 2;
  EXPECT_EQ(triplet_ap(made.get()).error().where, "class 3");
  made = good;
  made.input.table.classes[2] = {0, 0, 0};
  EXPECT_EQ(triplet_ap(made.get()).error().where, "class 2");
  made = good;
  made.input.top = {0};
  EXPECT_EQ(triplet_ap(made.get()).error().kind, ErrorKind::kUsage);
}

}  // namespace
}  // namespace surgsigma
