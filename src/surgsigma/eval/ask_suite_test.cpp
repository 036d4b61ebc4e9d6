#include "surgsigma/eval/ask_suite.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <fstream>

#include "surgsigma/eval/compare.h"
#include "surgsigma/eval/suite_folder.h"
#include "surgsigma/media/picture_file.h"

namespace surgsigma {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const Catalog& catalog() {
  static const Catalog loaded = *load_catalog(fs::path(SURGSIGMA_SOURCE_DIR) / "catalog");
  return loaded;
}

constexpr int kQuestions = 12;

/// Twelve phase questions of six cases with a picture each.
class AskSuiteTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string questions;
    for (int i = 0; i < kQuestions; ++i) {
      const std::string n = std::to_string(i);
      Image image(16, 16, 3);
      *image.at(0, 0) = static_cast<std::uint8_t>(i);
      write("questions/phase/media/" + n + ".png", *encode_png(image));
      questions += to_text(Json{{"id", "q" + n},
                                {"task", "phase_recognition"},
                                {"form", "open"},
                                {"turns", {"Which phase?"}},
                                {"options", Json::array()},
                                {"pictures", {"media/" + n + ".png"}},
                                {"width", 16},
                                {"height", 16},
                                {"answer", {{"shape", "concepts"}, {"concepts", {right(i)}}}},
                                {"gold", "So."},
                                {"part", "test"},
                                {"source", "cholec80"},
                                {"video", "cholec80/v" + std::to_string(i / 2)},
                                {"case", "camma:" + std::to_string(i / 2)},
                                {"begin_us", i * 1000000},
                                {"end_us", i * 1000000},
                                {"origin", "human"},
                                {"simulated", false}}) +
                   "\n";
    }
    write("questions/phase/questions.jsonl", questions);
    write(
        "questions/phase/vocabulary.json",
        R"({"profile":"permille","sources":{"cholec80":{"concepts":["pha.chole.preparation","pha.chole.calot_dissection"]}}})");
    write(
        "questions/phase/priors.jsonl",
        R"({"source":"cholec80","form":"open","count":7,"answer":{"shape":"concepts","concepts":["pha.chole.preparation"]}})"
        "\n");
    write(
        "questions/suite.json",
        R"({"suite":"s","name":"S","matches":"nothing","database":"d","tests":[{"id":"phase","name":"Phase",)"
        R"("task":"phase_recognition","primary":"clip_classes.accuracy","published":[]},{"id":"gone","left_out":"none"}]})");
  }
  static std::string right(int i) { return i % 3 == 2 ? "pha.chole.calot_dissection" : "pha.chole.preparation"; }
  void write(const std::string& name, const std::string& text) { ASSERT_TRUE(write_file(folder_.path() / name, text)); }
  std::string read(const std::string& name) { return *read_file(folder_.path() / name); }
  /// A model that answers the questions 0 to count - 1.
  void model(int count, const std::string& text = "preparation") {
    std::string lines;
    for (int i = 0; i < count; ++i) lines += to_text(Json{{"id", "q" + std::to_string(i)}, {"text", text}}) + "\n";
    write("model.jsonl", lines);
  }
  Result<AskedSuite> ask(const std::string& out = "run") {
    options_.questions = folder_.path() / "questions";
    options_.out = folder_.path() / out;
    options_.endpoint.address = "replay:" + (folder_.path() / "model.jsonl").string();
    options_.chat.model = "m";
    options_.is_quiet = true;
    options_.ask.hopeless_after = 0;
    return ask_suite(options_, catalog());
  }
  SuiteScoreOptions score_options(const std::string& answers) {
    SuiteScoreOptions options;
    options.questions = folder_.path() / "questions";
    options.predictions = folder_.path() / answers;
    options.out = folder_.path() / "scores";
    options.bootstrap.resamples = 200;
    return options;
  }
  TemporaryFolder folder_;
  AskSuiteOptions options_;
};

TEST_F(AskSuiteTest, EveryQuestionIsAnsweredOnceInTheirOrderAndCanBeScored) {
  model(kQuestions);
  const auto asked = ask();
  ASSERT_TRUE(asked) << to_string(asked.error());
  EXPECT_TRUE(asked->is_complete());
  EXPECT_EQ(asked->unanswered, 0U);
  std::ifstream answers(folder_.path() / "run/answers/phase.jsonl");
  int count = 0;
  for (std::string line; std::getline(answers, line); ++count) {
    EXPECT_EQ((*parse_json(line, ""))["id"], "q" + std::to_string(count));
  }
  EXPECT_EQ(count, kQuestions);
  const auto scored = score_suite(score_options("run/answers"), catalog());
  ASSERT_TRUE(scored) << to_string(scored.error());
  EXPECT_NEAR(scored->tests[0].find("clip_classes.accuracy")->value, 8.0 / 12, 1e-12);
}

TEST_F(AskSuiteTest, WhatHasNoAnswerIsListedAndTheNextTryAsksOnlyThat) {
  model(9);
  const auto first = ask();
  ASSERT_TRUE(first) << to_string(first.error());
  EXPECT_EQ(first->unanswered, 3U);
  EXPECT_THAT(read("run/unanswered.jsonl"), HasSubstr("\"q9\""));
  EXPECT_EQ((*parse_json(read("run/run.json"), ""))["unanswered"], 3);
  model(kQuestions, "Calot triangle dissection");  // answers of the first try must not be asked again
  const auto second = ask();
  ASSERT_TRUE(second) << to_string(second.error());
  EXPECT_EQ(second->unanswered, 0U);
  EXPECT_EQ(second->tests[0].report.spared, 9U);
  EXPECT_THAT(read("run/answers/phase.jsonl"), HasSubstr("preparation"));
  EXPECT_EQ(read("run/unanswered.jsonl"), "");
}

TEST_F(AskSuiteTest, AnInterruptedRunKeepsItsAnswersAndWritesNoHalfFile) {
  model(kQuestions);
  std::atomic<bool> stop = true;
  options_.ask.interrupted = &stop;
  const auto stopped = ask();
  ASSERT_TRUE(stopped) << to_string(stopped.error());
  EXPECT_TRUE(stopped->is_interrupted);
  EXPECT_FALSE(fs::exists(folder_.path() / "run/answers/phase.jsonl"));
  EXPECT_EQ((*parse_json(read("run/run.json"), ""))["complete"], false);
  options_.ask.interrupted = nullptr;
  EXPECT_EQ(ask()->unanswered, 0U);
}

TEST_F(AskSuiteTest, AnotherModelPromptOrSuiteInOneFolderIsRefused) {
  model(kQuestions);
  ASSERT_TRUE(ask());
  options_.prompt.clip_frames = 3;
  EXPECT_THAT(ask().error().what, HasSubstr("another prompt"));
  options_.prompt = {};
  options_.chat.temperature = 0.5;
  EXPECT_THAT(ask().error().what, HasSubstr("another settings"));
  options_.chat.temperature.reset();
  EXPECT_TRUE(ask());
  write(
      "questions/suite.json",
      R"({"suite":"s","database":"e","tests":[{"id":"phase","task":"phase_recognition","primary":"clip_classes.accuracy"}]})");
  EXPECT_THAT(ask().error().what, HasSubstr("another database"));
}

TEST_F(AskSuiteTest, AModelTrainedWithTheTestIsNotAsked) {
  model(kQuestions);
  write("train/manifest.json", R"({"cases":{"train":["camma:3"]}})");
  options_.trained_on = folder_.path() / "train";
  EXPECT_THAT(ask().error().what, HasSubstr("camma:3"));
  EXPECT_FALSE(fs::exists(folder_.path() / "run")) << "nothing may be asked before";
  SuiteScoreOptions options = score_options("answers");
  options.trained_on = options_.trained_on;
  EXPECT_THAT(score_suite(options, catalog()).error().what, HasSubstr("camma:3"));
}

/// Three triplet questions asked one after another; the model is a replay by the ids of the rounds.
TEST_F(AskSuiteTest, TripletsOneAfterAnotherAreAskedAndScoredAndLostWhole) {
  std::string questions, model;
  for (int i = 0; i < 3; ++i) {
    const std::string id = "q" + std::to_string(i), n = std::to_string(i);
    questions += R"({"id":")" + id + R"(","task":"triplet_recognition","form":"open","turns":["Which triplets?"],)" +
                 R"("options":[],"pictures":["../phase/media/)" + n + R"(.png"],"answer":{"shape":"triplets",)" +
                 R"("triplets":[["ins.hook","act.dissect","ana.gallbladder"]]},"gold":"So.","part":"test",)" +
                 R"("source":"cholect50","video":"cholect50/v)" + n + R"(","case":"camma:)" + n + "\"}\n";
    model += to_text(Json{{"id", id + "/instruments"}, {"text", "hook"}}) + "\n";
    if (i < 2) model += to_text(Json{{"id", id + "/verb/0"}, {"text", i == 0 ? "dissect" : "none"}}) + "\n";
    model += to_text(Json{{"id", id + "/target/0"}, {"text", "gallbladder"}}) + "\n";
  }
  write("questions/triplets/questions.jsonl", questions);
  write("questions/triplets/vocabulary.json",
        R"({"profile":"permille","sources":{"cholect50":{"concepts":["ins.hook","ins.grasper"],)"
        R"("verbs":["act.dissect","act.grasp"],"targets":["ana.gallbladder","ana.omentum"]}}})");
  write("questions/triplets/priors.jsonl", "");
  write("questions/suite.json",
        R"({"suite":"s","name":"S","matches":"nothing","tests":[{"id":"triplets","name":"T","style":"sequential",)"
        R"("task":"triplet_recognition","primary":"triplet_sets.micro_f1","published":[]}]})");
  write("model.jsonl", model);
  const auto asked = ask();
  ASSERT_TRUE(asked) << to_string(asked.error());
  EXPECT_EQ(asked->tests[0].answered, 2U);
  EXPECT_EQ(asked->unanswered, 1U) << "its verb got no answer";
  EXPECT_THAT(read("run/unanswered.jsonl"), HasSubstr("\"id\":\"q2\""));
  EXPECT_THAT(read("run/answers/triplets.jsonl"), HasSubstr("<hook, dissect, gallbladder>"));
  SuiteScoreOptions options = score_options("run/answers");
  options.rules.allows_missing = true;
  const auto scored = score_suite(options, catalog());
  ASSERT_TRUE(scored) << to_string(scored.error());
  EXPECT_NEAR(scored->tests[0].find("triplet_sets.micro_f1")->value, 2.0 / 5, 1e-12) << "one of three right, two said";
}

TEST_F(AskSuiteTest, QuestionsForInternalUseDoNotLeaveTheHouse) {
  write("questions/phase/manifest.json",
        R"({"parameters":{"purpose":"internal"},"rows":{"test":{"phase_recognition":{"cholec80":12}}}})");
  options_.endpoint.key_variable = "";
  options_.chat.model = "m";
  options_.questions = folder_.path() / "questions";
  options_.out = folder_.path() / "run";
  options_.is_quiet = true;
  options_.endpoint.address = "https://model.invalid/v1";
  const auto refused = ask_suite(options_, catalog());
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("internal use would go to"));
  EXPECT_FALSE(fs::exists(folder_.path() / "run"));
  model(kQuestions);
  EXPECT_TRUE(ask()) << "a replay stays here";
}

TEST_F(AskSuiteTest, OnlyTheFirstQuestionsAndOnlyKnownTests) {
  model(kQuestions);
  options_.first = 5;
  EXPECT_EQ(ask()->tests[0].questions, 5U);
  options_.tests = {"phases"};
  EXPECT_THAT(ask("other").error().hint, HasSubstr("'phase'"));
  options_.tests = {"gone"};
  EXPECT_EQ(ask("other").error().kind, ErrorKind::kUsage);
}

TEST_F(AskSuiteTest, WhatTheEndpointSaidOfAnAnswerCounts) {
  std::string lines;
  for (int i = 0; i < kQuestions; ++i) {
    Json line = {{"id", "q" + std::to_string(i)}, {"text", i == 2 ? "" : "preparation"}};
    if (i == 1) line = {{"id", "q1"}, {"text", ""}, {"refusal", "No pictures of patients."}};
    if (i == 2) line["finish_reason"] = "length";
    lines += to_text(line) + "\n";
  }
  write("answers/phase.jsonl", lines);
  const auto scored = score_suite(score_options("answers"), catalog());
  ASSERT_TRUE(scored) << to_string(scored.error());
  EXPECT_EQ(scored->tests[0].fates[static_cast<std::size_t>(AnswerFate::kRefused)], 1U);
  EXPECT_EQ(scored->tests[0].fates[static_cast<std::size_t>(AnswerFate::kTruncated)], 1U);
}

TEST_F(AskSuiteTest, TwoModelsAreComparedByPairs) {
  std::string a, b;
  for (int i = 0; i < kQuestions; ++i) {
    const bool is_calot = i % 3 == 2;
    a += to_text(Json{{"id", "q" + std::to_string(i)}, {"text", "preparation"}}) + "\n";
    b += to_text(
             Json{{"id", "q" + std::to_string(i)}, {"text", is_calot ? "Calot triangle dissection" : "preparation"}}) +
         "\n";
  }
  write("a/phase.jsonl", a);
  write("b/phase.jsonl", b);
  CompareOptions options;
  options.questions = folder_.path() / "questions";
  options.answers_a = folder_.path() / "a";
  options.answers_b = folder_.path() / "b";
  options.model_a = "one";
  options.model_b = "two";
  options.out = folder_.path() / "compared";
  options.bootstrap.resamples = 400;
  const auto compared = compare_answers(options, catalog());
  ASSERT_TRUE(compared) << to_string(compared.error());
  const ComparedTest& test = compared->tests[0];
  EXPECT_NEAR(test.differences[test.primary_place()].difference.value, 4.0 / 12, 1e-12);
  EXPECT_EQ(test.only_a, 0U);
  EXPECT_EQ(test.only_b, 4U);
  EXPECT_GE(test.differences[test.primary_place()].p_value, 1.0 / 32) << "six cases cannot tell more";
  EXPECT_THAT(read("compared/compare.md"), HasSubstr("+33.33"));
  EXPECT_EQ(compare_answers(options, catalog()).error().kind, ErrorKind::kUsage) << "the folder is not empty";
}

TEST(HolmTest, AdjustsUpwardsAndKeepsTheOrder) {
  const auto adjusted = holm_adjusted({0.01, 0.04, 0.03, std::nan("")});
  EXPECT_NEAR(adjusted[0], 0.03, 1e-12);
  EXPECT_NEAR(adjusted[1], 0.06, 1e-12);
  EXPECT_NEAR(adjusted[2], 0.06, 1e-12);
  EXPECT_TRUE(std::isnan(adjusted[3])) << "no test, none to adjust for";
}

}  // namespace
}  // namespace surgsigma
