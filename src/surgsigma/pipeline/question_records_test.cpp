// The records beside the questions of a small simulated world say what the gold answers say.
#include "surgsigma/pipeline/question_records.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "surgsigma/eval/question.h"
#include "surgsigma/pipeline/build.h"
#include "surgsigma/pipeline/questions.h"
#include "surgsigma/simulate/simulate.h"

namespace surgsigma {
namespace {

const Catalog& catalog() {
  static const Catalog loaded = *load_catalog(fs::path(SURGSIGMA_SOURCE_DIR) / "catalog");
  return loaded;
}

/// Short operations of one source, and the questions of some tasks in all parts.
class QuestionRecords : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<TemporaryFolder>();
    SimulateOptions simulated;
    simulated.layout = "cholect50";
    simulated.out = folder_->path() / "world";
    simulated.videos = 3;
    simulated.scale = 0.05;
    ASSERT_TRUE(simulate(catalog(), simulated));
    ASSERT_TRUE(Database::create(folder_->path() / "db", 1, "test").ok());
    auto database = Database::open(folder_->path() / "db", Access::kWrite);
    ASSERT_TRUE(add_input(*database, catalog(), "cholect50", simulated.out));
    BuildOptions options;
    options.jobs = 2;
    options.is_quiet = true;
    ASSERT_TRUE(build(*database, catalog(), options));
  }
  static void TearDownTestSuite() { folder_.reset(); }

  /// Makes the questions of one task and reads what belongs to them.
  void ask(const std::string& task, const std::string& name, int jobs = 1) {
    Suite suite;
    suite.id = suite.name = "s";
    suite.matches = "nothing";
    SuiteTest test;
    test.id = test.name = test.task = task;
    test.parts = {"train", "val", "test"};
    suite.tests = {test};
    QuestionOptions options;
    options.out = folder_->path() / name;
    options.has_media = false;
    options.is_quiet = true;
    options.jobs = jobs;
    options.allows_mixed = true;
    const auto database = Database::open(folder_->path() / "db", Access::kRead);
    const auto made = make_questions(*database, catalog(), suite, options);
    ASSERT_TRUE(made) << to_string(made.error());
    tests_folder_ = options.out / task;
    const auto questions = read_questions(tests_folder_ / "questions.jsonl");
    ASSERT_TRUE(questions) << to_string(questions.error());
    questions_ = *questions;
    const auto records = read_moment_records(tests_folder_);
    ASSERT_TRUE(records) << to_string(records.error());
    records_ = *records;
  }
  template <class T>
  static bool has(const std::vector<T>& items, const T& item) {
    return std::find(items.begin(), items.end(), item) != items.end();
  }

  static std::unique_ptr<TemporaryFolder> folder_;
  fs::path tests_folder_;
  std::vector<Question> questions_;
  std::map<std::string, MomentRecords> records_;
};
std::unique_ptr<TemporaryFolder> QuestionRecords::folder_;

TEST_F(QuestionRecords, EveryTrueTripletIsInThem) {
  ask("triplet_recognition", "triplets");
  int held = 0;
  for (const Question& question : questions_) {
    const bool is_true = question.gold.yes.value_or(true);
    const auto found = records_.find(question.id);
    ASSERT_NE(found, records_.end()) << question.id;
    const MomentRecords& records = found->second;
    ASSERT_TRUE(records.entities);
    if (!records.triplets) continue;
    for (const Triplet& triplet : std::get<TripletsAnswer>(question.gold.value).triplets) {
      EXPECT_EQ(has(*records.triplets, triplet), is_true) << question.id;
      if (!is_true) continue;
      EXPECT_TRUE(has(*records.entities, triplet.instrument)) << triplet.instrument.text;
      EXPECT_TRUE(triplet.target.empty() || has(*records.entities, triplet.target)) << triplet.target.text;
      ++held;
    }
  }
  EXPECT_GT(held, 20);
}

TEST_F(QuestionRecords, TrueInstrumentsAreThereAndDeniedOnesAreNot) {
  ask("instrument_recognition", "instruments");
  int denied = 0;
  for (const Question& question : questions_) {
    const auto* gold = std::get_if<ConceptsAnswer>(&question.gold.value);
    const auto found = records_.find(question.id);
    ASSERT_NE(found, records_.end()) << question.id;
    if (gold == nullptr || !found->second.entities) continue;
    const bool is_true = question.gold.yes.value_or(true);
    for (const ConceptId& id : gold->concepts) {
      EXPECT_EQ(has(*found->second.entities, id), is_true) << question.id << ": " << id.text;
      EXPECT_EQ(has(found->second.absent, id), !is_true) << question.id << ": " << id.text;
    }
    denied += static_cast<int>(found->second.absent.size());
  }
  EXPECT_GT(denied, 20) << "CholecT50 lists all six instruments of every second";
}

TEST_F(QuestionRecords, ThePhaseIsThatOfTheAnswer) {
  ask("phase_recognition", "phases");
  int open = 0;
  for (const Question& question : questions_) {
    if (question.form != Form::kOpen) continue;
    ++open;
    EXPECT_EQ(std::get<ConceptsAnswer>(question.gold.value).concepts.front(), records_.at(question.id).phase);
  }
  EXPECT_GT(open, 5);
}

TEST_F(QuestionRecords, ClipsHaveNone) {
  ask("video_captioning", "clips");
  EXPECT_TRUE(records_.empty());
  EXPECT_FALSE(fs::exists(tests_folder_ / kRecordsFile)) << "an empty file is not written";
}

TEST_F(QuestionRecords, TheNumberOfThreadsDoesNotChangeAByte) {
  ask("triplet_recognition", "one", 1);
  const auto one = read_file(tests_folder_ / kRecordsFile);
  ask("triplet_recognition", "three", 3);
  EXPECT_EQ(*one, *read_file(tests_folder_ / kRecordsFile));
}

TEST_F(QuestionRecords, ASourceWithoutItsCardHasNoneAndSaysSo) {
  ask("triplet_recognition", "whole");
  Catalog bare = catalog();
  bare.sources.clear();
  const auto database = Database::open(folder_->path() / "db", Access::kRead);
  fs::remove(tests_folder_ / kRecordsFile);
  std::vector<std::string> remarks;
  const auto written = write_question_records(*database, bare, *database->engine_with_views(1),
                                              "task = 'triplet_recognition'", tests_folder_, remarks);
  ASSERT_TRUE(written.ok()) << to_string(written.error());
  ASSERT_EQ(remarks.size(), 1U);
  EXPECT_EQ(remarks[0], "no records of cholect50 to hold reasoning against: no source card");
  EXPECT_FALSE(fs::exists(tests_folder_ / kRecordsFile));
}

}  // namespace
}  // namespace surgsigma
