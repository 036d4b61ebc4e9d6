#include "surgsigma/infer/answer_log.h"

#include <gtest/gtest.h>

#include "surgsigma/base/files.h"
#include "surgsigma/base/text.h"

namespace surgsigma {
namespace {

const std::string kHash(32, 'a');
const std::string kOther(32, 'b');

class AnswerLogTest : public ::testing::Test {
 protected:
  std::string text() const { return *read_file(path_); }
  /// A log with one answer, closed.
  void make_log() {
    auto log = *AnswerLog::open(path_);
    ASSERT_TRUE(log->require(settings_).ok());
    ASSERT_TRUE(log->add(kHash, "v/1", answer_).ok());
  }
  Error open_error() const {
    const auto log = AnswerLog::open(path_);
    return log.ok() ? Error{} : log.error();
  }

  TemporaryFolder folder_;
  fs::path path_ = folder_.path() / "answers.jsonl";
  ChatSettings settings_{.model = "m", .temperature = 0.0};
  ChatAnswer answer_{.text = "zwei \"\n\xC3\xA4",
                     .finish_reason = "stop",
                     .reasoning = "r",
                     .model = "m-1",
                     .prompt_tokens = 8,
                     .completion_tokens = 2,
                     .latency_ms = 5,
                     .attempts = 2,
                     .http_status = 200};
};

TEST_F(AnswerLogTest, WhatIsKeptComesBackWhole) {
  make_log();
  const auto log = *AnswerLog::open(path_);
  EXPECT_EQ(log->size(), 1U);
  EXPECT_EQ(log->tokens().prompt, 8);
  EXPECT_EQ(**log->find(kHash), answer_);
  EXPECT_FALSE(log->find(kOther)->has_value());
}

TEST_F(AnswerLogTest, SecondAnswerToOneHashIsPassedOver) {
  make_log();
  const std::string before = text();
  const auto log = *AnswerLog::open(path_);
  ASSERT_TRUE(log->require(settings_).ok());
  ASSERT_TRUE(log->add(kHash, "v/2", {.text = "other"}).ok());
  EXPECT_EQ(text(), before);
}

TEST_F(AnswerLogTest, TornLastLineIsCutOffAtEveryPlace) {
  make_log();
  const std::string whole = text();
  const std::size_t head = whole.find('\n') + 1;
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    ASSERT_TRUE(write_file(path_, whole.substr(0, cut)).ok());
    auto log = *AnswerLog::open(path_);
    EXPECT_EQ(log->size(), 0U);
    EXPECT_EQ(log->dropped_bytes(), cut >= head ? cut - head : cut);
    ASSERT_TRUE(log->require(settings_).ok()) << cut;
    ASSERT_TRUE(log->add(kHash, "v/1", answer_).ok());
    log.reset();
    EXPECT_EQ((*AnswerLog::open(path_))->size(), 1U) << cut;
  }
}

TEST_F(AnswerLogTest, DamageInsideIsNamedByItsLine) {
  make_log();
  ASSERT_TRUE(write_file(path_, text() + "{\"hash\":\n" + "{}\n").ok());
  const Error error = open_error();
  EXPECT_EQ(error.kind, ErrorKind::kData);
  EXPECT_EQ(error.where, path_.string() + ":3");
}

TEST_F(AnswerLogTest, SomeOtherFileIsLeftAlone) {
  for (const std::string other : {"a,b\n1,2\n", "no line end", "{\"surgsigma_other\":1}\n"}) {
    ASSERT_TRUE(write_file(path_, other).ok());
    EXPECT_EQ(open_error().what, "this is no answer log");
    EXPECT_EQ(text(), other);
  }
  ASSERT_TRUE(write_file(path_, "{\"surgsigma_answers\":2,\"settings\":{}}\n").ok());
  EXPECT_EQ(open_error().kind, ErrorKind::kVersion);
}

TEST_F(AnswerLogTest, OtherSettingsAreRefusedByName) {
  make_log();
  const auto log = *AnswerLog::open(path_);
  EXPECT_TRUE(log->require(settings_).ok());
  settings_.temperature = 0.7;
  const auto status = log->require(settings_);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kUsage);
  EXPECT_EQ(status.error().what,
            "the answer log holds answers under other settings: temperature is 0.7 here and 0.0 in the log");
  settings_.temperature.reset();
  EXPECT_TRUE(log->require(settings_).error().what.ends_with("temperature is not set here and 0.0 in the log"));
}

TEST_F(AnswerLogTest, SecondWriterIsRefused) {
  const auto log = *AnswerLog::open(path_);
  EXPECT_EQ(open_error().kind, ErrorKind::kBusy);
}

TEST_F(AnswerLogTest, AnswerBeforeSettingsIsOurMistake) {
  const auto log = *AnswerLog::open(path_);
  EXPECT_EQ(log->add(kHash, "", answer_).error().kind, ErrorKind::kInternal);
}

TEST(LoggedAnswer, MembersOfWrongKindAreNamed) {
  for (const char* line : {"", "[]", "{}", R"({"text":7})", R"({"text":"a","hash":"zz"})", R"({"text":"a","id":7})",
                           R"({"text":"a","prompt_tokens":-2})", R"({"text":"a","attempts":4294967295})",
                           R"({"text":"a","prompt_tokens":9000000000000000000})", R"({"text":"a","model":[]})"}) {
    const auto logged = parse_logged_answer(line, "f:1");
    ASSERT_FALSE(logged.ok()) << line;
    EXPECT_EQ(logged.error().where, "f:1");
    EXPECT_EQ(logged.error().kind, ErrorKind::kData);
  }
}

}  // namespace
}  // namespace surgsigma
