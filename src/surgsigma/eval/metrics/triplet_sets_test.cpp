#include "surgsigma/eval/metrics/triplet_sets.h"

#include <map>

#include "surgsigma/base/random.h"
#include "surgsigma/eval/metrics/metric_test.h"

namespace surgsigma {
namespace {

using namespace metric_test;

/// Words get numbers in order of their first use.
struct Words {
  std::map<std::string, int> instruments, verbs, targets;
  static int id(std::map<std::string, int>& words, const std::string& word) {
    return words.try_emplace(word, static_cast<int>(words.size())).first->second;
  }
  TripletNumbers triplet(const Json& t) { return {id(instruments, t.at(0)), id(verbs, t.at(1)), id(targets, t.at(2))}; }
};

std::vector<TripletSetFrame> random_frames(std::uint64_t seed) {
  Draws draws(seed, "sets", "test");
  std::vector<TripletSetFrame> frames(40);
  const auto triplet = [&] {
    return TripletNumbers{static_cast<int>(draws.below(2)), static_cast<int>(draws.below(3)),
                          static_cast<int>(draws.below(2))};
  };
  for (TripletSetFrame& frame : frames) {
    frame.case_number = draws.below(3);
    frame.is_readable = !draws.chance(0.1);
    for (std::uint64_t n = draws.below(4); n > 0; --n) frame.truth.push_back(triplet());
    for (std::uint64_t n = draws.below(4); n > 0; --n) frame.answer.push_back(triplet());
  }
  return frames;
}

TEST(TripletSets, SharedVectorAgrees) {
  const auto vector = shared_vector("triplet_recognition_vlm", "frame-set-f1");
  if (!vector) GTEST_SKIP() << "no metric vectors: set SURGSIGMA_SHARED_DATA";
  Words words;
  std::vector<TripletSetFrame> frames;
  for (const Json& frame : vector->at("input").at("frames")) {
    TripletSetFrame& made = frames.emplace_back();
    made.case_number = frames.size() - 1;
    for (const Json& t : frame.at("gold")) made.truth.push_back(words.triplet(t));
    for (const Json& t : frame.at("pred")) made.answer.push_back(words.triplet(t));
  }
  const auto scorer = triplet_sets(frames.size(), frames);
  ASSERT_TRUE(scorer);
  const Json& expected = vector->at("expected");
  const std::vector<double> all(frames.size(), 1);
  EXPECT_NEAR(value_named(*scorer, "micro_f1", all), expected.at("micro").at("f1").get<double>(), 1e-6);
  EXPECT_NEAR(value_named(*scorer, "micro_precision", all), expected.at("micro").at("precision").get<double>(), 1e-6);
  EXPECT_NEAR(value_named(*scorer, "micro_recall", all), expected.at("micro").at("recall").get<double>(), 1e-6);
  EXPECT_NEAR(value_named(*scorer, "sample_f1", all), expected.at("sample_f1_mean").get<double>(), 1e-6);
  EXPECT_NEAR(value_named(*scorer, "exact_set", all), expected.at("exact_set_match").get<double>(), 1e-6);
  for (std::size_t f = 0; f < frames.size(); ++f) {
    std::vector<double> one(frames.size(), 0);
    one[f] = 1;
    EXPECT_NEAR(value_named(*scorer, "sample_f1", one), expected.at("sample_f1")[f].get<double>(), 1e-6);
  }
}

TEST(TripletSets, SharedJointVectorAgrees) {
  const auto vector = shared_vector("triplet_recognition_vlm", "joint-protocol-4-annotations");
  if (!vector) GTEST_SKIP() << "no metric vectors: set SURGSIGMA_SHARED_DATA";
  Words words;
  std::vector<JointRecord> records;
  for (const Json& annotation : vector->at("input").at("annotations")) {
    JointRecord& record = records.emplace_back();
    record.truth = words.triplet(annotation.at("gold"));
    for (const Json& t : annotation.at("predicted")) {
      const TripletNumbers triplet = words.triplet(t);
      record.answer.push_back({triplet.instrument, triplet.verb, triplet.target});
    }
  }
  const JointScores scores = compat_joint(records, {6, 10, 15});
  const Json& expected = vector->at("expected_reference");
  for (const auto& [name, part] : {std::pair("instrument", scores.instrument), std::pair("verb", scores.verb),
                                   std::pair("target", scores.target)}) {
    EXPECT_NEAR(part.accuracy, expected.at(name).at("accuracy").get<double>(), 1e-6) << name;
    EXPECT_NEAR(part.precision, expected.at(name).at("precision").get<double>(), 1e-6) << name;
    EXPECT_NEAR(part.recall, expected.at(name).at("recall").get<double>(), 1e-6) << name;
    EXPECT_NEAR(part.mean_ap, expected.at(std::string(name) + "_mAP").get<double>(), 1e-6) << name;
  }
  EXPECT_NEAR(scores.triplet_accuracy, expected.at("triplet").at("accuracy").get<double>(), 1e-6);
  EXPECT_NEAR(scores.triplet_precision, expected.at("triplet").at("precision").get<double>(), 1e-6);
  EXPECT_NEAR(scores.triplet_recall, expected.at("triplet").at("recall").get<double>(), 1e-6);
}

TEST(TripletSets, OwnVectorsOfScikitLearnAgree) {
  const Json vector = own_vectors("triplets").at("sets");
  std::vector<TripletSetFrame> frames;
  for (const Json& frame : vector.at("frames")) {
    TripletSetFrame& made = frames.emplace_back();
    for (const Json& t : frame.at("truth")) made.truth.push_back({t.at(0), t.at(1), t.at(2)});
    for (const Json& t : frame.at("answer")) made.answer.push_back({t.at(0), t.at(1), t.at(2)});
  }
  const auto scorer = triplet_sets(1, frames);
  ASSERT_TRUE(scorer);
  for (const auto& [name, value] : vector.at("expected").items())
    expect_same(value_named(*scorer, name, {1}), value, 1e-9, name);
}

TEST(TripletSets, OrderChangesNothingAndAWeightIsACopy) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    std::vector<TripletSetFrame> frames = random_frames(seed), shuffled = frames;
    const auto plain = triplet_sets(3, frames);
    Draws draws(seed, "order", "test");
    draws.shuffle(shuffled);
    for (TripletSetFrame& frame : shuffled) {
      draws.shuffle(frame.truth);
      draws.shuffle(frame.answer);
    }
    expect_same_values(*plain, {1, 1, 1}, *triplet_sets(3, shuffled), {1, 1, 1});
    for (const TripletSetFrame& frame : std::vector<TripletSetFrame>(frames)) {
      if (frame.case_number == 2) frames.push_back(frame);
    }
    expect_same_values(*plain, {1, 1, 2}, *triplet_sets(3, frames), {1, 1, 1});
  }
}

TEST(TripletSets, PerfectAnswersAreOne) {
  std::vector<TripletSetFrame> frames = random_frames(1);
  for (TripletSetFrame& frame : frames) frame = {frame.case_number, frame.truth, frame.truth, true};
  for (const double value : values_at(*triplet_sets(3, frames), {1, 1, 1})) EXPECT_DOUBLE_EQ(value, 1);
}

TEST(TripletSets, AnUnreadableAnswerIsWrongEvenWhereNothingIsThere) {
  const std::vector<TripletSetFrame> frames = {
      {0, {{1, 1, 1}}, {{1, 1, 1}}, false}, {0, {}, {}, false}, {0, {}, {}, true}, {0, {{1, 1, 1}}, {{1, 1, 1}}, true}};
  const auto scorer = triplet_sets(1, frames);
  EXPECT_DOUBLE_EQ(value_named(*scorer, "sample_f1", {1}), 0.5);
  EXPECT_DOUBLE_EQ(value_named(*scorer, "exact_set", {1}), 0.5);
  EXPECT_DOUBLE_EQ(value_named(*scorer, "micro_recall", {1}), 0.5);
}

TEST(TripletSets, ARightInstrumentCountsForItsPartOnly) {
  const std::vector<TripletSetFrame> frames = {{0, {{1, 2, 3}, {1, 2, 4}}, {{1, 5, 3}}, true}};
  const auto scorer = triplet_sets(1, frames);
  EXPECT_DOUBLE_EQ(value_named(*scorer, "micro_f1", {1}), 0);
  EXPECT_DOUBLE_EQ(value_named(*scorer, "micro_f1_i", {1}), 1);
  EXPECT_DOUBLE_EQ(value_named(*scorer, "micro_f1_v", {1}), 0);
  EXPECT_DOUBLE_EQ(value_named(*scorer, "micro_f1_it", {1}), 2.0 / 3);
}

TEST(TripletSets, ListingEveryTripletWinsTheJointProtocolOnly) {
  JointRecord record{{1, 1, 1}, {}};
  TripletSetFrame frame{0, {{1, 1, 1}}, {}, true};
  for (int i = 0; i < 2; ++i) {
    for (int v = 0; v < 2; ++v) {
      for (int t = 0; t < 2; ++t) {
        record.answer.push_back({i, v, t});
        frame.answer.push_back({i, v, t});
      }
    }
  }
  EXPECT_DOUBLE_EQ(compat_joint(std::vector{record}, {2, 2, 2}).triplet_accuracy, 1);
  EXPECT_NEAR(value_named(*triplet_sets(1, std::vector{frame}), "micro_f1", {1}), 2.0 / 9, 1e-12);
}

TEST(TripletSets, NonsenseIsRefusedByName) {
  std::vector<TripletSetFrame> frames = random_frames(1);
  frames[6].case_number = 3;
  EXPECT_EQ(triplet_sets(3, frames).error().where, "frame 6");
  frames = random_frames(1);
  frames[8].truth = {{0, -1, 0}};
  EXPECT_EQ(triplet_sets(3, frames).error().where, "frame 8");
  EXPECT_TRUE(std::isnan(value_named(*triplet_sets(1, {}), "micro_f1", {1})));
  EXPECT_TRUE(std::isnan(compat_joint({}, {1, 1, 1}).triplet_accuracy));
}

}  // namespace
}  // namespace surgsigma
