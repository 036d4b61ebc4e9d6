#include "surgsigma/eval/suite_score.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "surgsigma/base/text.h"
#include "surgsigma/eval/compare.h"

namespace surgsigma {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const Catalog& catalog() {
  static const Catalog loaded = *load_catalog(fs::path(SURGSIGMA_SOURCE_DIR) / "catalog");
  return loaded;
}

/// Ten phase questions of five cases, and the folder that `eval make` would write for them.
class SuiteScoreTest : public ::testing::Test {
 protected:
  void SetUp() override { ask(); }
  void ask() {
    std::string questions;
    for (int i = 0; i < 10; ++i) questions += question(i) + "\n";
    write("questions/phase/questions.jsonl", questions);
    write(
        "questions/phase/vocabulary.json",
        R"({"profile":"permille","sources":{"cholec80":{"concepts":["pha.chole.preparation","pha.chole.calot_dissection"]}}})");
    write(
        "questions/phase/priors.jsonl",
        R"({"source":"cholec80","form":"open","count":7,"answer":{"shape":"concepts","concepts":["pha.chole.preparation"]}})"
        "\n"
        R"({"source":"cholec80","form":"open","count":3,"answer":{"shape":"concepts","concepts":["pha.chole.calot_dissection"]}})"
        "\n");
    write(
        "questions/suite.json",
        R"({"suite":"s","name":"S","matches":"nothing","tests":[{"id":"phase","name":"Phase","task":"phase_recognition",)"
        R"("primary":"clip_classes.accuracy","published":[]}]})");
  }
  void TearDown() override { fs::remove_all(folder_); }

  static std::string concept_of(int i) { return i % 5 == 4 ? "pha.chole.calot_dissection" : "pha.chole.preparation"; }
  std::string centre_;  ///< of the questions with an even number
  std::string question(int i) const {
    const std::string n = std::to_string(i), c = std::to_string(i / 2);
    return R"({"id":"q)" + n + R"(","task":"phase_recognition","form":"open","turns":["Which phase?"],"options":[],)" +
           R"("pictures":["media/)" + n +
           R"(.jpg"],"width":854,"height":480,"answer":{"shape":"concepts","concepts":[")" + concept_of(i) +
           R"("]},"gold":"It is so.","part":"test","source":"cholec80","video":"cholec80/v)" + c +
           R"(","case":"camma:)" + c + R"(","begin_us":1)" + n + R"(00000,"end_us":1)" + n +
           R"(00000,"origin":"human",)" + (i % 2 == 0 && !centre_.empty() ? R"("centre":")" + centre_ + "\"," : "") +
           R"("simulated":false})";
  }
  void write(const std::string& name, const std::string& text) {
    fs::create_directories((folder_ / name).parent_path());
    ASSERT_TRUE(write_file(folder_ / name, text));
  }
  void answers(const std::function<std::string(int)>& say, int count = 10) {
    std::string lines;
    for (int i = 0; i < count; ++i) {
      lines += to_text({{"id", "q" + std::to_string(i)}, {"text", say(i)}}) + "\n";
    }
    write("answers/phase.jsonl", lines);
  }
  Result<SuiteScore> score() {
    fs::remove_all(folder_ / "out");
    options_.questions = folder_ / "questions";
    options_.predictions = folder_ / "answers";
    options_.out = folder_ / "out";
    options_.model = "m";
    options_.bootstrap.resamples = 500;
    return score_suite(options_, catalog());
  }

  fs::path folder_ = fs::temp_directory_path() / ("suite_score_" + std::to_string(::getpid()));
  SuiteScoreOptions options_;
};

TEST_F(SuiteScoreTest, RightAnswersGetAllAndStandBesideBaselines) {
  answers([](int i) { return i % 5 == 4 ? "Calot triangle dissection" : "preparation"; });
  const auto scored = score();
  ASSERT_TRUE(scored) << to_string(scored.error());
  const TestScore& test = scored->tests.at(0);
  EXPECT_EQ(test.find("clip_classes.accuracy")->value, 1);
  EXPECT_EQ(test.cases, 5U);
  EXPECT_EQ(test.parse_rate(), 1);
  const auto place = static_cast<std::size_t>(test.find("clip_classes.accuracy") - test.values.data());
  EXPECT_NEAR(test.baseline_value("majority", place), 0.8, 1e-12)
      << "the majority of the training part, on these questions";
  for (const char* file : {"scores.json", "scores.csv", "scores.md", "scores.tex", "items.jsonl", "report.html"}) {
    EXPECT_TRUE(fs::exists(folder_ / "out" / file)) << file;
  }
}

TEST_F(SuiteScoreTest, WhatCannotBeReadStaysInTheDenominator) {
  answers([](int i) {
    return i < 5 ? "I'm sorry, I can't help with that." : i % 5 == 4 ? "Calot triangle dissection" : "preparation";
  });
  const auto scored = score();
  ASSERT_TRUE(scored) << to_string(scored.error());
  EXPECT_NEAR(scored->tests[0].find("clip_classes.accuracy")->value, 0.5, 1e-12);
  EXPECT_NEAR(scored->tests[0].parse_rate(), 0.5, 1e-12);
  EXPECT_EQ(scored->tests[0].fates[static_cast<std::size_t>(AnswerFate::kRefused)], 5U);
}

TEST_F(SuiteScoreTest, MissingAnswersAreNamedUnlessAllowed) {
  answers([](int) { return "preparation"; }, 7);
  const auto refused = score();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("3 questions have no answer (q7, q8, q9)"));
  options_.rules.allows_missing = true;
  const auto scored = score();
  ASSERT_TRUE(scored) << to_string(scored.error());
  EXPECT_EQ(scored->tests[0].fates[static_cast<std::size_t>(AnswerFate::kMissing)], 3U);
  EXPECT_NEAR(scored->tests[0].find("clip_classes.accuracy")->value, 0.6, 1e-12);
}

TEST_F(SuiteScoreTest, UnknownAndRepeatedIdsAreErrors) {
  write("answers/phase.jsonl", R"({"id":"q0","text":"x"})"
                               "\n"
                               R"({"id":"q0","text":"y"})"
                               "\n"
                               R"({"id":"zz","text":"y"})"
                               "\n");
  options_.rules.allows_missing = true;
  const auto refused = score();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("1 ids are of no question (zz)"));
  EXPECT_THAT(refused.error().what, HasSubstr("1 questions have several answers (q0)"));
}

TEST_F(SuiteScoreTest, ScoresThatAreNoNumbersAndBrokenLinesNameTheLine) {
  write("answers/phase.jsonl", R"({"id":"q0","text":"x","scores":{"pha.chole.preparation":"high"}})"
                               "\n");
  EXPECT_THAT(to_string(score().error()), HasSubstr("phase.jsonl:1"));
  write("answers/phase.jsonl", "{\"id\":\"q0\",\"text\":\"x\"}\n{\"id\":\n");
  EXPECT_THAT(to_string(score().error()), HasSubstr("phase.jsonl:2"));
}

TEST_F(SuiteScoreTest, ATableMayBeInTheEncodingOfSpreadsheets) {
  std::string table = "id,text\n";
  for (int i = 0; i < 10; ++i) table += "q" + std::to_string(i) + ",preparation\n";
  std::string wide("\xFF\xFE", 2);
  for (const char c : table) wide += {c, '\0'};
  fs::remove(folder_ / "answers/phase.jsonl");
  write("answers/phase.csv", wide);
  const auto scored = score();
  ASSERT_TRUE(scored) << to_string(scored.error());
  EXPECT_EQ(scored->tests[0].fates[static_cast<std::size_t>(AnswerFate::kRead)], 10U);
  write("answers/phase.csv", "id,text,text\nq0,preparation,other\n");
  EXPECT_THAT(to_string(score().error()), HasSubstr("two columns of one name"));
}

TEST_F(SuiteScoreTest, RowsWithoutIdsMustBeInOrderAndComplete) {
  std::string rows;
  for (int i = 0; i < 10; ++i)
    rows += R"({"prompt":"<image>Which phase?","predict":"preparation","label":""})"
            "\n";
  write("answers/phase.jsonl", rows);
  EXPECT_TRUE(score());
  write("answers/phase.jsonl", rows.substr(rows.find('\n') + 1));
  EXPECT_THAT(to_string(score().error()), HasSubstr("9 rows without ids for 10 questions"));
}

TEST_F(SuiteScoreTest, AHostileAnswerIsOnlyTextInTheReport) {
  answers([](int) { return "<script>alert(1)</script>"; });
  ASSERT_TRUE(score());
  const auto page = read_file(folder_ / "out/report.html");
  EXPECT_THAT(*page, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(*page, HasSubstr("&lt;script&gt;alert"));
  EXPECT_THAT(*page, HasSubstr("default-src 'none'")) << "and the page may run nothing but its own filters";
}

TEST_F(SuiteScoreTest, ACentreIsScoredApartWhereItIsSaid) {
  answers([](int i) { return i % 5 == 4 ? "Calot triangle dissection" : i % 2 == 0 ? "preparation" : "none of them"; });
  EXPECT_TRUE(score()->tests[0].by_centre.empty()) << "no question says its centre";
  centre_ = "bern";
  ask();
  const auto scored = score();
  ASSERT_TRUE(scored) << to_string(scored.error());
  const auto& parts = scored->tests[0].by_centre;
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(parts[0].part, "bern");
  EXPECT_EQ(parts[0].questions, 5U);
  EXPECT_EQ(parts[0].find("clip_classes.accuracy")->value, 1);
  EXPECT_EQ(parts[1].part, kUnknownCentre);
  EXPECT_NEAR(parts[1].find("clip_classes.accuracy")->value, 0.2, 1e-12);
  EXPECT_TRUE(scored->tests[0].by_source.empty()) << "one source";
  EXPECT_THAT(*read_file(folder_ / "out/parts.csv"), HasSubstr("m,phase,phase_recognition,centre,bern,"));
}

TEST_F(SuiteScoreTest, TheReportShowsConfusionsInWordsOfTheOntology) {
  answers([](int i) { return i < 3 ? "I cannot tell" : "preparation"; });
  const auto scored = score();
  ASSERT_TRUE(scored) << to_string(scored.error());
  ASSERT_TRUE(scored->tests[0].confusion);
  EXPECT_EQ(scored->label("pha.chole.calot_dissection"), "dissection of Calot's triangle");
  EXPECT_EQ(scored->label("of nobody"), "of nobody");
  const auto page = read_file(folder_ / "out/report.html");
  EXPECT_THAT(*page, HasSubstr("What was said for what"));
  EXPECT_THAT(*page, HasSubstr("dissection of Calot's triangle</span></th>"));
}

TEST_F(SuiteScoreTest, AChainOfOneModelIsComparedWithTheSilenceOfTheOther) {
  answers([](int) { return "preparation"; });
  fs::rename(folder_ / "answers", folder_ / "silent");
  answers([](int) {
    return "<think>Level 1: A hook. Level 2: It is idle. Level 3: This is the preparation.</think>preparation";
  });
  CompareOptions options;
  options.questions = folder_ / "questions";
  options.answers_a = folder_ / "silent";
  options.answers_b = folder_ / "answers";
  options.out = folder_ / "compared";
  options.model_a = "a";
  options.model_b = "b";
  options.bootstrap.resamples = 100;
  const auto compared = compare_answers(options, catalog());
  ASSERT_TRUE(compared) << to_string(compared.error());
  const ComparedTest& test = compared->tests.at(0);
  const auto found = std::find(test.names.begin(), test.names.end(), "reasoning.readable");
  ASSERT_NE(found, test.names.end());
  const auto place = static_cast<std::size_t>(found - test.names.begin());
  EXPECT_EQ(test.a[place], 0);
  EXPECT_EQ(test.b[place], 1);
  EXPECT_EQ(test.differences[place].difference.value, 1);
}

TEST_F(SuiteScoreTest, TheSameBytesForAnyNumberOfThreads) {
  answers([](int i) { return i % 3 == 0 ? "preparation" : "Calot triangle dissection"; });
  ASSERT_TRUE(score());
  const auto one = read_file(folder_ / "out/scores.json");
  options_.bootstrap.jobs = 3;
  ASSERT_TRUE(score());
  EXPECT_EQ(*one, *read_file(folder_ / "out/scores.json"));
}

}  // namespace
}  // namespace surgsigma
