#include "surgsigma/infer/ask_all.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <thread>

#include "surgsigma/base/files.h"

namespace surgsigma {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

ChatRequest question(const std::string& text, double temperature = 0) {
  ChatRequest request;
  request.settings.model = "m";
  request.settings.temperature = temperature;
  request.messages = {text_message("user", text)};
  return request;
}

std::string text_of(const AskedQuestion& question) { return std::get<TextPart>(question.request.messages[0].parts[0]).text; }

Attempt answer(const std::string& text) {
  Attempt attempt{
      .verdict = Verdict::kAnswered, .state = AskState::kAnswered, .http_status = 200, .has_reached_model = true};
  attempt.answer = {.text = text, .prompt_tokens = 10, .completion_tokens = 2};
  return attempt;
}
Attempt failure(Verdict verdict, AskState state, int status, const std::string& what) {
  return {.verdict = verdict, .state = state, .http_status = status, .has_reached_model = status != 0, .what = what};
}

/// A model without a network: `reply` gets the question's text and how often that text has been asked.
class FakeModel {
 public:
  using Reply = std::function<Attempt(const std::string& text, int time)>;
  explicit FakeModel(Reply reply) : reply_(std::move(reply)) {}

  OpenLine open() {
    return [this] {
      auto is_cancelled = std::make_shared<std::atomic<bool>>(false);
      return ModelLine{[this, is_cancelled](const AskedQuestion& asked) {
                         *is_cancelled = false;
                         const std::string text = text_of(asked);
                         int time = 0;
                         {
                           const std::lock_guard lock(mutex_);
                           time = ++times_[text];
                           ++asked_;
                         }
                         if (text == "hang") {
                           while (!*is_cancelled) std::this_thread::sleep_for(std::chrono::milliseconds(1));
                           return failure(Verdict::kRetry, AskState::kUnavailable, 0, "broken off by us");
                         }
                         return reply_(text, time);
                       },
                       [is_cancelled] { *is_cancelled = true; }};
    };
  }
  int asked() const { return asked_; }

 private:
  Reply reply_;
  std::mutex mutex_;
  std::map<std::string, int> times_;
  std::atomic<int> asked_ = 0;
};

NextItem items(std::vector<std::string> texts) {
  auto at = std::make_shared<std::size_t>(0);
  return [texts = std::move(texts), at]() -> Result<std::optional<AskItem>> {
    if (*at == texts.size()) return std::optional<AskItem>();
    const std::string text = texts[(*at)++];
    return std::optional(AskItem{"id-" + text, [text]() -> Result<ChatRequest> { return question(text); }});
  };
}
std::vector<std::string> numbers(int count) {
  std::vector<std::string> texts;
  for (int i = 0; i < count; ++i) texts.push_back(std::to_string(i));
  return texts;
}

struct Seen {
  std::vector<Outcome> outcomes;
  TakeOutcome take() {
    return [this](const Outcome& outcome) -> Status {
      outcomes.push_back(outcome);
      return done();
    };
  }
  std::string text() const {
    std::string all;
    for (const Outcome& outcome : outcomes) {
      all += std::to_string(outcome.index) + " " + outcome.id + " " + std::string(name_of(outcome.state)) + " " +
             outcome.answer.text + "\n";
    }
    return all;
  }
};

AskSettings quick() {
  AskSettings settings;
  settings.retry = {.max_attempts = 3, .first_delay = 1000, .longest_delay = 4000};
  settings.dead_after_failures = 8;
  settings.dead_after = kSecond / 20;
  settings.grace = kSecond / 10;
  return settings;
}

TEST(AskAll, OutcomesComeInOrderForAnyNumberOfConnections) {
  std::string first;
  for (const int connections : {1, 2, 7, 32}) {
    FakeModel model([](const std::string& text, int time) {
      std::this_thread::sleep_for(std::chrono::microseconds(std::hash<std::string>()(text) % 2000));
      if (text == "13") return failure(Verdict::kItemFailed, AskState::kRejected, 400, "too long");
      if (text.ends_with('7') && time == 1) return failure(Verdict::kRetry, AskState::kUnavailable, 500, "HTTP 500");
      return answer("a" + text);
    });
    AskSettings settings = quick();
    settings.connections = connections;
    settings.prices = {.prompt_per_million = 1, .completion_per_million = 10};
    Seen seen;
    const auto report = ask_all(model.open(), settings, items(numbers(60)), seen.take(), nullptr);
    ASSERT_TRUE(report.ok());
    EXPECT_TRUE(report->is_complete());
    EXPECT_EQ(report->items, 60U);
    EXPECT_EQ(report->count(AskState::kAnswered), 59U);
    EXPECT_EQ(report->count(AskState::kRejected), 1U);
    EXPECT_EQ(report->retries, 6U);
    EXPECT_EQ(report->attempts, 66U);
    EXPECT_EQ(report->tokens.prompt, 590);
    EXPECT_DOUBLE_EQ(report->cost, (590 * 1 + 118 * 10) / 1e6);
    if (first.empty()) first = seen.text();
    EXPECT_EQ(seen.text(), first);
  }
  EXPECT_THAT(first, StartsWith("0 id-0 answered a0\n1 id-1 answered a1\n"));
  EXPECT_THAT(first, HasSubstr("13 id-13 rejected \n"));
}

TEST(AskAll, AttemptsAreCountedAndEnd) {
  FakeModel model([](const std::string& text, int time) {
    if (text == "ok" || (text == "third" && time == 3)) return answer(text);
    return failure(Verdict::kRetry, AskState::kUnavailable, 500, "HTTP 500");
  });
  Seen seen;
  const auto report = ask_all(model.open(), quick(), items({"ok", "third", "never"}), seen.take(), nullptr);
  EXPECT_TRUE(report->is_complete());
  EXPECT_EQ(seen.outcomes[1].attempts, 3);
  EXPECT_EQ(seen.outcomes[1].answer.attempts, 3);
  EXPECT_EQ(seen.outcomes[2].state, AskState::kUnavailable);
  EXPECT_EQ(seen.outcomes[2].what, "HTTP 500 (after 3 attempts)");
  EXPECT_EQ(seen.outcomes[2].http_status, 500);
}

TEST(AskAll, WrongKeyEndsTheRunAtOnce) {
  FakeModel model([](const std::string&, int) {
    Attempt attempt = failure(Verdict::kStop, AskState::kNotAsked, 401, "the endpoint refuses the key (HTTP 401)");
    attempt.hint = "check the key";
    return attempt;
  });
  Seen seen;
  const auto report = ask_all(model.open(), quick(), items(numbers(1000)), seen.take(), nullptr);
  ASSERT_TRUE(report->stopped);
  EXPECT_LE(model.asked(), 4);
  EXPECT_EQ(report->stopped->what, "the endpoint refuses the key (HTTP 401)");
  EXPECT_EQ(report->stopped->hint, "check the key; then run again with an answer log, so that answers are kept");
  EXPECT_EQ(report->count(AskState::kNotAsked), report->items);
}

TEST(AskAll, ConcurrencyIsUsedAndKeptTo) {
  std::atomic<int> now = 0;
  std::atomic<int> most = 0;
  std::atomic<int> alive = 0;
  std::atomic<int> most_alive = 0;
  FakeModel model([&](const std::string&, int) {
    most = std::max<int>(most, ++now);
    std::this_thread::sleep_for(std::chrono::milliseconds(3));
    --now;
    return answer("a");
  });
  AskSettings settings = quick();
  settings.connections = 5;
  int left = 60;
  const NextItem next = [&]() -> Result<std::optional<AskItem>> {
    if (left-- == 0) return std::optional<AskItem>();
    // The token lives as long as the item does.
    most_alive = std::max<int>(most_alive, ++alive);
    const std::shared_ptr<int> token(new int(left), [&](const int* number) {
      --alive;
      delete number;
    });
    return std::optional(AskItem{"x", [token]() -> Result<ChatRequest> { return question(std::to_string(*token)); }});
  };
  Seen seen;
  ASSERT_TRUE(ask_all(model.open(), settings, next, seen.take(), nullptr)->is_complete());
  EXPECT_EQ(most, 5);
  EXPECT_LE(most_alive, 6);  // questions are produced when somebody is free to ask them
}

TEST(AskAll, OutcomesWaitingForASlowOneAreBounded) {
  std::atomic<int> produced = 0;
  std::atomic<int> produced_while_slow = 0;
  FakeModel model([&](const std::string& text, int) {
    if (text == "0") {
      std::this_thread::sleep_for(std::chrono::milliseconds(150));
      produced_while_slow = produced.load();
    }
    return answer(text);
  });
  AskSettings settings = quick();
  settings.window = 10;
  const NextItem inner = items(numbers(100));
  Seen seen;
  const auto report = ask_all(
      model.open(), settings,
      [&] {
        ++produced;
        return inner();
      },
      seen.take(), nullptr);
  EXPECT_TRUE(report->is_complete());
  EXPECT_EQ(seen.outcomes.size(), 100U);
  EXPECT_EQ(produced_while_slow, 10);
}

TEST(AskAll, HangingQuestionTimesOutAndOthersGoOn) {
  FakeModel model([](const std::string& text, int) { return answer(text); });
  AskSettings settings = quick();
  settings.deadline = kSecond / 5;
  Seen seen;
  const auto report = ask_all(model.open(), settings, items({"a", "hang", "b", "c"}), seen.take(), nullptr);
  EXPECT_TRUE(report->is_complete());
  EXPECT_EQ(seen.outcomes[1].state, AskState::kTimedOut);
  EXPECT_EQ(report->count(AskState::kAnswered), 3U);
}

TEST(AskAll, DeadEndpointEndsTheRunAndBlamesNoQuestion) {
  std::atomic<int> answers = 0;
  FakeModel model([&](const std::string& text, int) {
    if (answers < 20) {
      ++answers;
      return answer(text);
    }
    return failure(Verdict::kRetry, AskState::kUnavailable, 0, "no connection to h");
  });
  Seen seen;
  const auto report = ask_all(model.open(), quick(), items(numbers(1000)), seen.take(), nullptr);
  ASSERT_TRUE(report->stopped);
  EXPECT_EQ(report->stopped->kind, ErrorKind::kIo);
  EXPECT_THAT(report->stopped->what, StartsWith("the endpoint is gone: "));
  EXPECT_GE(report->count(AskState::kAnswered), 20U);
  EXPECT_EQ(report->count(AskState::kAnswered) + report->count(AskState::kNotAsked), report->items);
}

TEST(AskAll, ShortOutageIsSatOut) {
  std::atomic<int> asked = 0;
  FakeModel model([&](const std::string& text, int) {
    const int number = ++asked;
    if (number > 5 && number < 40) return failure(Verdict::kRetry, AskState::kUnavailable, 0, "no connection");
    return answer(text);
  });
  AskSettings settings = quick();
  settings.dead_after = 60 * kSecond;
  Seen seen;
  const auto report = ask_all(model.open(), settings, items(numbers(30)), seen.take(), nullptr);
  EXPECT_TRUE(report->is_complete());
  EXPECT_EQ(report->count(AskState::kAnswered), 30U);
}

TEST(AskAll, NoAnswerAtAllEndsTheRunUnlessTheLogShowsThatThereAreSome) {
  FakeModel model(
      [](const std::string&, int) { return failure(Verdict::kItemFailed, AskState::kRejected, 400, "bad"); });
  Seen seen;
  const auto report = ask_all(model.open(), quick(), items(numbers(500)), seen.take(), nullptr);
  ASSERT_TRUE(report->stopped);
  EXPECT_EQ(report->stopped->what, "none of the first 20 questions was answered, the last: bad");
  EXPECT_LT(model.asked(), 30);

  const TemporaryFolder folder;
  const auto log = *AnswerLog::open(folder.path() / "log");
  ASSERT_TRUE(log->require(question("").settings).ok());
  ASSERT_TRUE(log->add(*request_hash(question("0")), "", {.text = "a"}).ok());
  EXPECT_TRUE(ask_all(model.open(), quick(), items(numbers(50)), Seen().take(), log.get())->is_complete());
}

TEST(AskAll, InterruptedRunEndsWithinTheGraceAndKeepsWhatIsThere) {
  const TemporaryFolder folder;
  FakeModel model([](const std::string& text, int) { return answer(text); });
  std::atomic<bool> interrupted = false;
  AskSettings settings = quick();
  settings.interrupted = &interrupted;
  std::thread ctrl_c([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    interrupted = true;
  });
  std::vector<std::string> texts = numbers(50);
  for (int i = 0; i < 4; ++i) texts.insert(texts.begin() + 20 + i, "hang");
  texts.insert(texts.begin() + 20, "hang");
  const auto log = *AnswerLog::open(folder.path() / "log");
  Seen seen;
  // Equal hanging questions share one asking, so give three lines something to do until all is asked.
  const auto begin = std::chrono::steady_clock::now();
  const auto report = ask_all(model.open(), settings, items(texts), seen.take(), log.get());
  ctrl_c.join();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
  EXPECT_TRUE(report->is_interrupted);
  EXPECT_FALSE(report->stopped);
  EXPECT_EQ(report->count(AskState::kNotAsked), 5U);
  EXPECT_EQ(report->count(AskState::kAnswered), 50U);
  EXPECT_EQ(log->size(), 50U);
}

TEST(AskAll, EqualQuestionsAreAskedOnceAndTheLogSparesTheRest) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "log.jsonl";
  FakeModel model([](const std::string& text, int) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return answer("a" + text);
  });
  std::vector<std::string> texts;
  for (int i = 0; i < 90; ++i) texts.push_back(std::to_string(i / 3));
  AskSettings settings = quick();
  settings.connections = 8;
  Seen first;
  {
    const auto log = *AnswerLog::open(path);
    const auto report = ask_all(model.open(), settings, items(texts), first.take(), log.get());
    EXPECT_EQ(report->count(AskState::kAnswered), 90U);
    EXPECT_EQ(report->spared, 60U);
    EXPECT_EQ(model.asked(), 30);
    EXPECT_EQ(report->tokens.answers, 30);
  }
  Seen second;
  const auto log = *AnswerLog::open(path);
  const auto report = ask_all(model.open(), settings, items(texts), second.take(), log.get());
  EXPECT_EQ(model.asked(), 30);
  EXPECT_EQ(report->spared, 90U);
  EXPECT_EQ(report->tokens.answers, 0);
  EXPECT_EQ(second.text(), first.text());
}

TEST(AskAll, OtherSettingsThanTheLogsEndTheRun) {
  const TemporaryFolder folder;
  const auto log = *AnswerLog::open(folder.path() / "log");
  ASSERT_TRUE(log->require(question("", 0.5).settings).ok());
  FakeModel model([](const std::string& text, int) { return answer(text); });
  const auto report = ask_all(model.open(), quick(), items(numbers(9)), Seen().take(), log.get());
  ASSERT_TRUE(report->stopped);
  EXPECT_THAT(report->stopped->what, HasSubstr("temperature is 0.0 here and 0.5 in the log"));
  EXPECT_EQ(model.asked(), 0);
}

TEST(AskAll, QuestionsThatCannotBeMadeAreOutcomes) {
  FakeModel model([](const std::string& text, int) { return answer(text); });
  std::vector<AskItem> list = {
      {"good", [] { return Result<ChatRequest>(question("a")); }},
      {"missing",
       []() -> Result<ChatRequest> {
         return Error{ErrorKind::kNotFound, "no picture", "a.jpg", ""};
       }},
      {"thrown", []() -> Result<ChatRequest> { throw std::runtime_error("odd"); }},
      {"broken", [] { return Result<ChatRequest>(question("\xFF")); }},
      {"\xFF", [] { return Result<ChatRequest>(question("b")); }},
  };
  std::size_t at = 0;
  Seen seen;
  const auto report = ask_all(
      model.open(), quick(),
      [&]() -> Result<std::optional<AskItem>> {
        return at == list.size() ? std::optional<AskItem>() : std::optional(list[at++]);
      },
      seen.take(), nullptr);
  EXPECT_TRUE(report->is_complete());
  EXPECT_EQ(report->count(AskState::kAnswered), 1U);
  EXPECT_EQ(report->count(AskState::kNotMade), 4U);
  EXPECT_EQ(seen.outcomes[1].what, "a.jpg: no picture");
  EXPECT_EQ(model.asked(), 1);
}

TEST(AskAll, ErrorsOfTheCallersEndTheRun) {
  FakeModel model([](const std::string& text, int) { return answer(text); });
  const Error full{ErrorKind::kIo, "disk full", "out", ""};
  int taken = 0;
  auto report = ask_all(
      model.open(), quick(), items(numbers(1000)),
      [&](const Outcome&) -> Status {
        if (++taken == 3) return full;
        return done();
      },
      nullptr);
  EXPECT_EQ(report->stopped->what, "disk full");
  EXPECT_EQ(taken, 3);
  EXPECT_EQ(report->items, 2U);
  report = ask_all(
      model.open(), quick(), [&]() -> Result<std::optional<AskItem>> { return full; }, Seen().take(), nullptr);
  EXPECT_EQ(report->stopped->what, "disk full");
  report = ask_all(
      model.open(), quick(), []() -> Result<std::optional<AskItem>> { throw std::runtime_error("odd"); }, Seen().take(),
      nullptr);
  EXPECT_EQ(report->stopped->kind, ErrorKind::kInternal);
  AskSettings settings = quick();
  settings.connections = 0;
  EXPECT_EQ(ask_all(model.open(), settings, items({}), Seen().take(), nullptr).error().kind, ErrorKind::kUsage);
}

TEST(AskAll, RateLimitAndRetryAfterAreKept) {
  FakeModel model([](const std::string& text, int time) {
    if (text == "3" && time == 1) {
      Attempt attempt = failure(Verdict::kRetry, AskState::kUnavailable, 429, "HTTP 429");
      attempt.retry_after = kSecond / 2;
      return attempt;
    }
    return answer(text);
  });
  AskSettings settings = quick();
  settings.limits.requests_per_minute = 1200;  // one every 50 ms
  const auto begin = std::chrono::steady_clock::now();
  int told = 0;
  settings.progress = [&](const AskReport&) { ++told; };
  const auto report = ask_all(model.open(), settings, items(numbers(11)), Seen().take(), nullptr);
  const auto took = std::chrono::steady_clock::now() - begin;
  EXPECT_EQ(report->count(AskState::kAnswered), 11U);
  EXPECT_GE(took, std::chrono::milliseconds(3 * 50 + 500));
  EXPECT_LT(took, std::chrono::seconds(3));
  EXPECT_GE(told, 2);
}

TEST(AskAll, TooLongAWaitEndsTheRun) {
  FakeModel model([](const std::string&, int) {
    Attempt attempt = failure(Verdict::kRetry, AskState::kUnavailable, 429, "HTTP 429");
    attempt.retry_after = 3600 * kSecond;
    return attempt;
  });
  const auto report = ask_all(model.open(), quick(), items(numbers(9)), Seen().take(), nullptr);
  ASSERT_TRUE(report->stopped);
  EXPECT_THAT(report->stopped->what, HasSubstr("left alone for 3600 s"));
}

TEST(AskAll, NothingToAskIsDone) {
  FakeModel model([](const std::string& text, int) { return answer(text); });
  const auto report = ask_all(model.open(), quick(), items({}), Seen().take(), nullptr);
  EXPECT_TRUE(report->is_complete());
  EXPECT_EQ(report->items, 0U);
}

}  // namespace
}  // namespace surgsigma
