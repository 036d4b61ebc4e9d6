// The whole way: questions, endpoint, log, with a server that misbehaves, a process that is killed, and the scripted
// server of tests/.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <map>
#include <thread>

#include "surgsigma/base/files.h"
#include "surgsigma/base/text.h"
#include "surgsigma/infer/ask_all.h"
#include "surgsigma/infer/endpoint.h"
#include "surgsigma/infer/test_server.h"

namespace surgsigma {
namespace {

using test::TestServer;
using ::testing::HasSubstr;
using ::testing::Not;

NextItem questions(int count) {
  auto at = std::make_shared<int>(0);
  return [count, at]() -> Result<std::optional<AskItem>> {
    if (*at == count) return std::optional<AskItem>();
    const int number = (*at)++;
    return std::optional(
        AskItem{"v/" + std::to_string(number), [number]() -> Result<ChatRequest> {
                  ChatRequest request;
                  request.settings.model = "m";
                  request.messages = {text_message("user", "q" + std::to_string(number))};
                  request.messages[0].parts.push_back(PicturePart{std::string(2000, 'p'), "image/png", ""});
                  return request;
                }});
  };
}

AskSettings quick(int connections) {
  AskSettings settings;
  settings.connections = connections;
  settings.retry = {.max_attempts = 5, .first_delay = 2000, .longest_delay = 20000};
  settings.dead_after_failures = 10;
  settings.dead_after = kSecond / 10;
  settings.grace = kSecond / 5;
  return settings;
}

/// One line per outcome.
std::string outcome_text(const Outcome& outcome) {
  return outcome.id + " " + std::string(name_of(outcome.state)) + " " + outcome.answer.text + " " + outcome.what + "\n";
}

struct Ran {
  AskReport report;
  std::string text;
};
Ran run(const std::string& address, const fs::path& log_path, int count, int connections, const std::string& key = "") {
  const auto endpoint =
      open_endpoint({.address = address, .key_variable = key, .read_timeout = kSecond / 2, .sends_ids = true});
  const auto log = AnswerLog::open(log_path);
  if (!endpoint.ok() || !log.ok()) return {};
  Ran ran;
  const auto report = ask_all(
      endpoint->open, quick(connections), questions(count),
      [&](const Outcome& outcome) -> Status {
        ran.text += outcome_text(outcome);
        return done();
      },
      log->get());
  ran.report = *report;
  return ran;
}

std::string all_answered(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "v/" + std::to_string(i) + " answered a:q" + std::to_string(i) + " \n";
  return text;
}

TEST(AskOverHttp, EveryFaultOnceThenAllIsAnsweredAlike) {
  for (const int connections : {1, 6}) {
    const TemporaryFolder folder;
    std::mutex mutex;
    std::map<std::string, int> times;
    TestServer server([&](const test::Received& received) -> test::Sent {
      const std::string question = received.question();
      {
        const std::lock_guard lock(mutex);
        if (times[question]++ > 0) return test::answered("a:" + question);
      }
      const std::string good = test::http(200, test::completion("a:" + question));
      switch (std::stoi(question.substr(1)) % 10) {
        case 0:
          return {test::http(500, "oops")};
        case 1:
          return {test::http(429, "{}", "Retry-After: 0.05\r\n")};
        case 2:
          return {good.substr(0, good.size() / 2), test::After::kClose};
        case 3:
          return {"", test::After::kReset};
        case 4:
          return {"", test::After::kHang};
        case 5:
          return {test::http(200, "<html>busy</html>")};
        case 6:
          return {good, test::After::kClose, 30};
        case 7:
          return {test::http(503, "", "Retry-After: 0\r\n"), test::After::kClose};
        case 8:
          return {"\r\n\r\n", test::After::kClose};
        default:
          return {good};
      }
    });
    const Ran ran = run(server.address(), folder.path() / "log", 20, connections);
    EXPECT_TRUE(ran.report.is_complete()) << (ran.report.stopped ? to_string(*ran.report.stopped) : "");
    EXPECT_EQ(ran.text, all_answered(20));
    EXPECT_GE(ran.report.retries, 16U);
    EXPECT_LE(ran.report.retries, 24U);  // a kept connection may be closed just when it is used again
  }
}

TEST(AskOverHttp, ServerThatDiesKeepsWhatIsAnsweredAndTheNextRunFinishes) {
  const TemporaryFolder folder;
  const fs::path log = folder.path() / "log";
  {
    TestServer* self = nullptr;
    TestServer server([&](const test::Received& received) {
      if (received.number == 12) self->stop_accepting();
      return test::answered("a:" + received.question());
    });
    self = &server;
    const Ran ran = run(server.address(), log, 40, 3);
    ASSERT_TRUE(ran.report.stopped);
    EXPECT_THAT(ran.report.stopped->what, HasSubstr("the endpoint is gone"));
    EXPECT_THAT(ran.report.stopped->hint, HasSubstr("run again with the same answer log: its "));
  }
  const std::size_t kept = (*AnswerLog::open(log))->size();
  EXPECT_GE(kept, 9U);
  TestServer server([](const test::Received& received) { return test::answered("a:" + received.question()); });
  const Ran ran = run(server.address(), log, 40, 3);
  EXPECT_EQ(ran.text, all_answered(40));
  EXPECT_EQ(static_cast<std::size_t>(server.requests()), 40 - kept);
}

TEST(AskOverHttp, KilledRunGoesOnWithoutAskingTwice) {
  constexpr int kCount = 120;
  constexpr int kConnections = 4;
  const TemporaryFolder folder;
  const fs::path log = folder.path() / "log";
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const pid_t child = ::fork();  // before any thread of this test
  ASSERT_GE(child, 0);
  if (child == 0) {
    int port = 0;
    if (::read(pipe[0], &port, sizeof port) != sizeof port) ::_exit(2);
    run("http://127.0.0.1:" + std::to_string(port), log, kCount, kConnections);
    ::_exit(0);
  }
  std::atomic<bool> is_killed = false;
  TestServer server([&](const test::Received& received) -> test::Sent {
    if (received.number == kCount / 2 && !is_killed.exchange(true)) ::kill(child, SIGKILL);
    test::Sent sent = test::answered("a:" + received.question());
    sent.delay_ms = 5;
    return sent;
  });
  const int port = server.port();
  ASSERT_EQ(::write(pipe[1], &port, sizeof port), static_cast<ssize_t>(sizeof port));
  int status = 0;
  ::waitpid(child, &status, 0);
  ::close(pipe[0]);
  ::close(pipe[1]);
  ASSERT_TRUE(WIFSIGNALED(status));

  const Ran ran = run(server.address(), log, kCount, kConnections);
  EXPECT_TRUE(ran.report.is_complete());
  EXPECT_EQ(ran.text, all_answered(kCount));
  std::map<std::string, int> times;
  for (const test::Received& received : server.received()) ++times[received.question()];
  EXPECT_EQ(times.size(), static_cast<std::size_t>(kCount));
  int twice = 0;
  for (const auto& [question, count] : times) {
    EXPECT_LE(count, 2) << question;
    twice += count - 1;
  }
  EXPECT_LE(twice, kConnections);  // those on their way when it was killed
  EXPECT_GT(ran.report.spared, 0U);
}

TEST(AskOverHttp, KeyIsInNoFileAndNoMessage) {
  constexpr const char* kKey = "sk-4711-do-not-tell";
  ::setenv("SURGSIGMA_TEST_KEY", kKey, 1);
  const TemporaryFolder folder;
  TestServer server([&](const test::Received& received) -> test::Sent {
    const std::string question = received.question();
    if (question == "q2") return {test::http(400, std::string("{\"error\":\"") + kKey + "\"}")};
    if (question == "q3") return {test::http(500, kKey)};
    if (question == "q4") return {test::http(200, kKey)};
    if (question == "q9") return {test::http(401, kKey)};
    return test::answered(std::string("a ") + kKey);
  });
  const Ran ran = run(server.address(), folder.path() / "log", 10, 1, "SURGSIGMA_TEST_KEY");
  ::unsetenv("SURGSIGMA_TEST_KEY");
  ASSERT_TRUE(ran.report.stopped);
  EXPECT_THAT(server.received()[0].head, HasSubstr(kKey));
  EXPECT_THAT(to_string(*ran.report.stopped) + ran.text, Not(HasSubstr(kKey)));
  EXPECT_THAT(ran.text, HasSubstr("v/0 answered a ***"));
  const auto tree = list_tree(folder.path());
  ASSERT_TRUE(tree.ok());
  EXPECT_GE(tree->files.size(), 1U);
  for (const FoundFile& file : tree->files) {
    EXPECT_THAT(*read_file(folder.path() / file.path), Not(HasSubstr(kKey))) << file.path;
  }
}

TEST(AskOverHttp, LogIsAReplay) {
  const TemporaryFolder folder;
  const fs::path log = folder.path() / "log";
  {
    TestServer server([](const test::Received& received) { return test::answered("a:" + received.question()); });
    run(server.address(), log, 8, 2);
  }
  EXPECT_EQ(run("replay:" + log.string(), folder.path() / "second", 8, 2).text, all_answered(8));
}

/// tests/scripted_server as a process of its own.
class ScriptedServer {
 public:
  ScriptedServer(const fs::path& folder, const std::string& script, std::vector<std::string> more = {}) {
    (void)write_file(folder / "script", script).ok();
    std::vector<std::string> words = {"python3",     SURGSIGMA_SOURCE_DIR "/tests/scripted_server/scripted_server.py",
                                      "--script",    folder / "script",
                                      "--port",      "0",
                                      "--port-file", folder / "port"};
    words.insert(words.end(), more.begin(), more.end());
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    process_ = ::fork();
    if (process_ == 0) {
      ::execvp("python3", arguments.data());
      ::_exit(127);
    }
    for (int i = 0; i < 1000 && !fs::exists(folder / "port"); ++i) {
      if (::waitpid(process_, nullptr, WNOHANG) != 0) {
        process_ = -1;
        return;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    const auto port = read_file(folder / "port");
    if (port.ok()) address_ = "http://127.0.0.1:" + std::string(trim(*port));
  }
  ~ScriptedServer() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  const std::string& address() const { return address_; }  // empty: no python3 here

 private:
  pid_t process_ = -1;
  std::string address_;
};

TEST(ScriptedServerTest, ScriptAndFaultsOverTheWire) {
  const TemporaryFolder folder;
  const ScriptedServer server(folder.path(),
                              R"({"id":"v/0","text":"a:q0","faults":[{"kind":"status","status":500,"times":2}]}
{"regex":"q1$","text":"a:q1","faults":[{"kind":"status","status":429,"retry_after":0},{"kind":"truncated"}]}
{"id":"v/2","text":"a:q2","faults":[{"kind":"reset"},{"kind":"chunked"}]}
{"id":"v/3","text":"a:q3","faults":[{"kind":"hang"},{"kind":"slow","seconds":0.05}]}
{"id":"v/4","text":"a:q4","faults":[{"kind":"html"},{"kind":"not_json"}]}
{"id":"v/5","text":"a:q5","usage":null,"reasoning":"hm"}
{"id":"v/6","text":"x","faults":[{"kind":"empty_choices"}]}
{"id":"v/7","refusal":"no"}
)",
                              {"--model", "m", "--log", folder.path() / "requests"});
  if (server.address().empty()) GTEST_SKIP() << "no python3 here";
  const Ran ran = run(server.address(), folder.path() / "log", 9, 3);
  EXPECT_TRUE(ran.report.is_complete()) << to_string(ran.report.stopped.value_or(Error{}));
  EXPECT_EQ(ran.text, all_answered(6) +
                          "v/6 unreadable  the answer cannot be understood: its \"choices\" are empty\n"
                          "v/7 answered  \n"
                          "v/8 rejected  the endpoint rejects it (HTTP 400: the script has no answer to this)\n");
  EXPECT_EQ(ran.report.tokens.answers_without_count, 1);
  EXPECT_THAT(*read_file(folder.path() / "requests"), HasSubstr(R"("texts": ["q5"], "pictures": 1)"));
  EXPECT_EQ(*served_models({.address = server.address()}), std::vector<std::string>{"m"});
}

TEST(ScriptedServerTest, KeyModelAndDeath) {
  const TemporaryFolder folder;
  const ScriptedServer server(folder.path(), "{\"text\":\"yes\"}\n{\"text\":\"no\"}\n",
                              {"--key", "sk-right", "--model", "m", "--die-after", "5"});
  if (server.address().empty()) GTEST_SKIP() << "no python3 here";
  const Ran without = run(server.address(), folder.path() / "log", 9, 1);
  ASSERT_TRUE(without.report.stopped);
  EXPECT_THAT(without.report.stopped->hint, HasSubstr("no key was sent"));
  ::setenv("SURGSIGMA_TEST_KEY", "sk-right", 1);
  const Ran with = run(server.address(), folder.path() / "log", 9, 1, "SURGSIGMA_TEST_KEY");
  ::unsetenv("SURGSIGMA_TEST_KEY");
  EXPECT_THAT(with.text, ::testing::StartsWith("v/0 answered yes \nv/1 answered no \nv/2 answered yes \n"));
  ASSERT_TRUE(with.report.stopped);
  EXPECT_THAT(with.report.stopped->what, HasSubstr("the endpoint is gone"));
}

}  // namespace
}  // namespace surgsigma
