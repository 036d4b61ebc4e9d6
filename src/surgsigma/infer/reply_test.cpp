#include "surgsigma/infer/reply.h"

#include <gtest/gtest.h>

namespace surgsigma {
namespace {

TEST(Reply, AnswerWithReasoningAndUsage) {
  const Attempt attempt = read_reply(200, R"({"model":"q","choices":[{"finish_reason":"stop","message":{"content":"two",
    "reasoning_content":"one and one"}}],"usage":{"prompt_tokens":5,"completion_tokens":1,"other":null}})");
  ASSERT_EQ(attempt.verdict, Verdict::kAnswered);
  EXPECT_EQ(attempt.answer.text, "two");
  EXPECT_EQ(attempt.answer.reasoning, "one and one");
  EXPECT_EQ(attempt.answer.finish_reason, "stop");
  EXPECT_EQ(attempt.answer.prompt_tokens, 5);
  EXPECT_EQ(attempt.answer.completion_tokens, 1);
}

TEST(Reply, SilenceIsAnAnswerOnlyWhereItIsExplained) {
  EXPECT_EQ(read_reply(200, R"({"choices":[{"message":{"content":null},"finish_reason":"length"}]})").verdict,
            Verdict::kAnswered);
  const Attempt refused = read_reply(200, R"({"choices":[{"message":{"content":null,"refusal":"I must not"}}]})");
  EXPECT_EQ(refused.verdict, Verdict::kAnswered);
  EXPECT_EQ(refused.answer.refusal, "I must not");
  EXPECT_FALSE(refused.answer.prompt_tokens);
  const Attempt silent = read_reply(200, R"({"choices":[{"message":{"content":null},"finish_reason":"stop"}]})");
  EXPECT_EQ(silent.verdict, Verdict::kItemFailed);
  EXPECT_EQ(silent.what, "the answer cannot be understood: its message has no \"content\"");
}

TEST(Reply, ContentInPartsIsJoined) {
  const Attempt attempt = read_reply(
      200, R"({"choices":[{"message":{"content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}}]})");
  EXPECT_EQ(attempt.answer.text, "ab");
}

TEST(Reply, EveryOddBodyIsUnreadableAndNeverMore) {
  for (const char* body :
       {"{}", "[]", "null", "7", R"({"choices":[]})", R"({"choices":7})", R"({"choices":[7]})", R"({"choices":[{}]})",
        R"({"choices":[{"message":7}]})", R"({"choices":[{"message":{"content":7}}]})", R"({"error":{"message":"no"}})",
        R"({"choices":[{"message":{"content":"a"}}],"usage":{"prompt_tokens":-1}})",
        R"({"choices":[{"message":{"content":"a"}}],"usage":{"prompt_tokens":"many"}})"}) {
    const Attempt attempt = read_reply(200, body);
    EXPECT_EQ(attempt.verdict, Verdict::kItemFailed) << body;
    EXPECT_EQ(attempt.state, AskState::kUnreadable) << body;
    EXPECT_FALSE(attempt.what.empty());
  }
}

TEST(Reply, WhatIsNoJsonIsAskedAgain) {
  for (const char* body : {"", "<!DOCTYPE html><p>", R"({"choices":[{"mess)", "\xFF\xFE",
                           "{\"choices\":[{\"message\":{\"content\":\"\xC3\"}}]}"}) {
    const Attempt attempt = read_reply(200, body);
    EXPECT_EQ(attempt.verdict, Verdict::kRetry) << body;
    EXPECT_EQ(attempt.state, AskState::kUnreadable) << body;
  }
  EXPECT_EQ(read_reply(200, "<html>").what, "the answer cannot be understood: an HTML page instead of JSON");
}

TEST(Reply, StatusDecidesWhatToDo) {
  const auto verdict = [](int status, std::string_view message) {
    return read_reply(status, to_text(Json{{"error", {{"message", message}}}})).verdict;
  };
  for (const int status : {408, 409, 425, 429, 500, 502, 503, 504, 529})
    EXPECT_EQ(verdict(status, "x"), Verdict::kRetry);
  for (const int status : {301, 401, 402, 403, 404, 405, 407}) EXPECT_EQ(verdict(status, "x"), Verdict::kStop);
  for (const int status : {400, 413, 415, 422}) EXPECT_EQ(verdict(status, "x"), Verdict::kItemFailed);
  EXPECT_EQ(verdict(400, "This model's maximum context length is 4096 tokens"), Verdict::kItemFailed);
  EXPECT_EQ(verdict(400, "The model `x` does not exist."), Verdict::kStop);
  EXPECT_EQ(verdict(403, "flagged by moderation"), Verdict::kItemFailed);
  EXPECT_FALSE(read_reply(502, "").has_reached_model);
  EXPECT_TRUE(read_reply(500, "").has_reached_model);
}

TEST(Reply, UsedUpAccountIsNotAskedAgain) {
  EXPECT_EQ(read_reply(429, R"({"error":{"message":"You exceeded","code":"insufficient_quota"}})").verdict,
            Verdict::kStop);
}

TEST(Reply, EndpointsWordsAreQuotedInEveryForm) {
  EXPECT_EQ(read_reply(413, R"({"detail":"too big"})").what, "the endpoint rejects it (HTTP 413: too big)");
  EXPECT_EQ(read_reply(500, R"({"error":"out of memory"})").what, "HTTP 500: out of memory");
  EXPECT_EQ(read_reply(500, "<html>long page").what, "HTTP 500: an HTML page");
  EXPECT_EQ(read_reply(500, "").what, "HTTP 500");
  EXPECT_LT(read_reply(500, std::string(100000, 'x')).what.size(), 400U);
  EXPECT_EQ(read_reply(401, R"({"error":{"message":"Incorrect key sk-12***89"}})").what,
            "the endpoint refuses the key (HTTP 401)");
}

TEST(Reply, RetryAfterInSecondsAndAsDate) {
  EXPECT_EQ(parse_retry_after("2", 0), 2 * kSecond);
  EXPECT_EQ(parse_retry_after(" 0.5 ", 0), kSecond / 2);
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", 784111777 - 30), 30 * kSecond);
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", 784111777 + 30), 0);
  for (const char* text : {"", "soon", "-1", "nan", "Sun, 06 Nov 1994", "1e999"})
    EXPECT_FALSE(parse_retry_after(text, 0)) << text;
}

}  // namespace
}  // namespace surgsigma
