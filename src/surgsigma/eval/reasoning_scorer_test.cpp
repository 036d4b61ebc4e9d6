// Chains beside answers: scored where there are any, against the records of the moment.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "surgsigma/eval/moment_records.h"
#include "surgsigma/eval/test_score.h"

namespace surgsigma {
namespace {

using ::testing::HasSubstr;

const Catalog& catalog() {
  static const Catalog loaded = *load_catalog(fs::path(SURGSIGMA_SOURCE_DIR) / "catalog");
  return loaded;
}

constexpr std::string_view kChain =
    "Level 1: A grasper and a hook can be seen, and the gallbladder.\n"
    "Level 2: The grasper is retracting the gallbladder, and the hook dissects the gallbladder.\n"
    "Level 3: Dissection frees a structure. All this fits the dissection of Calot's triangle.";
const std::string kThought = "<think>" + std::string(kChain) + "</think>";

/// Two phase questions of two operations, whose moment is what kChain says.
class ReasoningScores : public ::testing::Test {
 protected:
  ReasoningScores() {
    for (const char* id : {"q0", "q1"}) {
      Question question;
      question.id = id;
      question.task = "phase_recognition";
      question.turns = {"Which phase is shown?"};
      question.gold.value = ConceptsAnswer{{ConceptId("pha.chole.calot_dissection")}};
      question.source = "cholect50";
      question.video = question.case_id = id;
      questions_.push_back(std::move(question));
      const ConceptId gallbladder("ana.gallbladder"), grasper("ins.grasper"), hook("ins.hook");
      MomentRecords& records = facts_.records[id];
      records.entities = {gallbladder, grasper, hook};
      records.absent = {ConceptId("ins.scissors")};
      records.triplets = {{grasper, ConceptId("act.retract"), gallbladder},
                          {hook, ConceptId("act.dissect"), gallbladder}};
      records.phase = ConceptId("pha.chole.calot_dissection");
    }
    facts_.vocabularies["cholect50"].concepts = {ConceptId("pha.chole.preparation"),
                                                 ConceptId("pha.chole.calot_dissection")};
  }
  void say(const std::string& first, const std::string& second) {
    predictions_.resize(2);
    predictions_[0].text = first;
    predictions_[1].text = second;
  }
  std::vector<Judged> judged() const { return judge(questions_, predictions_, facts_, catalog().ontology, 2); }
  TestScore score() const {
    BootstrapOptions options;
    options.resamples = 50;
    auto scored = score_test("t", "clip_classes.accuracy", judged(), facts_, catalog(), options);
    EXPECT_TRUE(scored) << to_string(scored.error());
    return std::move(*scored);
  }
  static double value(const TestScore& score, const std::string& name) {
    const ScoredValue* found = score.find("reasoning." + name);
    EXPECT_NE(found, nullptr) << name;
    return found == nullptr ? std::nan("") : found->value;
  }

  std::vector<Question> questions_;
  std::vector<Prediction> predictions_;
  TestFacts facts_;
};

TEST_F(ReasoningScores, AChainThatSaysWhatTheRecordsSayIsBest) {
  say(kThought + "Calot triangle dissection", kThought + "Calot triangle dissection");
  const TestScore scored = score();
  for (const char* best : {"entity_f1", "triplet_f1", "levels", "answer_consistency", "readable"}) {
    EXPECT_EQ(value(scored, best), 1) << best;
  }
  EXPECT_EQ(value(scored, "contradiction_rate"), 0);
  EXPECT_EQ(value(scored, "contradicted_chains"), 0);
  EXPECT_EQ(scored.find("clip_classes.accuracy")->value, 1) << "the answer is scored as ever";
}

TEST_F(ReasoningScores, ReasoningThatTheEndpointGaveApartCountsToo) {
  say("Calot triangle dissection", "Calot triangle dissection");
  predictions_[0].reasoning = kChain;
  const TestScore scored = score();
  EXPECT_EQ(value(scored, "readable"), 0.5) << "the other answer has no chain";
  EXPECT_EQ(value(scored, "answer_consistency"), 0.5);
  EXPECT_EQ(value(scored, "levels"), 0.5);
}

TEST_F(ReasoningScores, AnAbsentInstrumentIsAContradiction) {
  std::string wrong = kThought;
  wrong.replace(wrong.find("a hook"), 6, "scissors");
  say(kThought + "Calot triangle dissection", wrong + "Calot triangle dissection");
  const TestScore scored = score();
  EXPECT_EQ(value(scored, "contradicted_chains"), 0.5);
  EXPECT_GT(value(scored, "contradiction_rate"), 0);
  EXPECT_LT(value(scored, "entity_f1"), 1);
}

TEST_F(ReasoningScores, AnotherAnswerThanTheConclusionIsInconsistent) {
  say(kThought + "preparation", kThought + "I cannot say");
  EXPECT_EQ(value(score(), "answer_consistency"), 0);
}

TEST_F(ReasoningScores, WithoutChainsThereIsNoSuchScore) {
  say("Calot triangle dissection", "");
  for (const std::string& name : score().names) EXPECT_FALSE(name.starts_with("reasoning.")) << name;
}

TEST_F(ReasoningScores, BlindBaselinesHaveNoChainAndTheSameMetrics) {
  PriorAnswer prior;
  prior.source = "cholect50";
  prior.answer.value = ConceptsAnswer{{ConceptId("pha.chole.calot_dissection")}};
  prior.count = 3;
  facts_.priors = {prior};
  say(kThought + "Calot triangle dissection", "no idea");
  const TestScore scored = score();
  const auto place = static_cast<std::size_t>(scored.find("reasoning.readable") - scored.values.data());
  EXPECT_EQ(scored.baseline_value("majority", place), 0);
  const auto denied = static_cast<std::size_t>(scored.find("reasoning.contradiction_rate") - scored.values.data());
  EXPECT_TRUE(std::isnan(scored.baseline_value("majority", denied))) << "who says nothing contradicts nothing";
}

TEST_F(ReasoningScores, AQuestionWithoutRecordsIsLeftOutOfTheLevels) {
  facts_.records.erase("q1");
  say(kThought + "Calot triangle dissection", "Level 1: scissors. Level 2: nothing. Level 3: preparation.");
  const TestScore scored = score();
  EXPECT_EQ(value(scored, "entity_f1"), 1);
  EXPECT_EQ(value(scored, "contradicted_chains"), 0) << "of the second nobody knows";
  EXPECT_EQ(value(scored, "readable"), 1);
}

TEST(MomentRecords, AreReadAsTheyAreWritten) {
  TemporaryFolder folder;
  MomentRecords full, bare;
  full.entities = {ConceptId("ins.hook")};
  full.absent = {ConceptId("ins.scissors")};
  full.triplets = {{ConceptId("ins.hook"), ConceptId("act.idle"), ConceptId()}};
  bare.phase = ConceptId("pha.chole.preparation");
  const std::string lines = to_text(moment_json("a", full)) + "\n" + to_text(moment_json("b", bare)) + "\n";
  ASSERT_TRUE(write_file(folder.path() / kRecordsFile, lines));
  const auto read = read_moment_records(folder.path());
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(*read, (std::map<std::string, MomentRecords>{{"a", full}, {"b", bare}}));
}

TEST(MomentRecords, NoFileIsNoRecords) {
  TemporaryFolder folder;
  EXPECT_TRUE(read_moment_records(folder.path())->empty());
}

TEST(MomentRecords, BrokenLinesAreNamed) {
  TemporaryFolder folder;
  const auto error_of = [&](const std::string& line) {
    EXPECT_TRUE(write_file(folder.path() / kRecordsFile, line + "\n"));
    const auto read = read_moment_records(folder.path());
    EXPECT_FALSE(read) << line;
    return read ? std::string() : to_string(read.error());
  };
  const std::string good = R"({"id":"a","entities":null,"absent":[],"triplets":null,"phase":null})";
  EXPECT_THAT(error_of(good + "\n" + good), HasSubstr("records.jsonl:2"));
  EXPECT_THAT(error_of(R"({"id":"a","entities":[],"absent":[],"triplets":null})"), HasSubstr("no phase"));
  EXPECT_THAT(error_of(R"({"id":"a","entities":null,"absent":[],"triplets":[["x"]],"phase":null})"),
              HasSubstr("not a triplet"));
  EXPECT_THAT(error_of(R"({"id":"a","entities":["x"],"absent":["x"],"triplets":null,"phase":null})"),
              HasSubstr("x is annotated and absent at once"));
  EXPECT_THAT(error_of("[1]"), HasSubstr("not an object"));
}

}  // namespace
}  // namespace surgsigma
