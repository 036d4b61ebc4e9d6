#include "surgsigma/infer/endpoint.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "surgsigma/base/files.h"
#include "surgsigma/infer/replay.h"
#include "surgsigma/infer/test_server.h"

namespace surgsigma {
namespace {

using test::TestServer;

constexpr const char* kSecret = "sk-test-4711-do-not-tell";

/// Sets a variable for one test.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) { ::setenv(name, value, 1); }
  ~Variable() { ::unsetenv(name_); }

 private:
  const char* name_;
};

ChatRequest question(const std::string& text) {
  ChatRequest request;
  request.settings.model = "m";
  request.messages = {text_message("user", text)};
  return request;
}

Attempt ask(const EndpointSettings& settings, const std::string& id = "q1") {
  const auto endpoint = open_endpoint(settings);
  if (!endpoint.ok()) return {.what = to_string(endpoint.error())};
  const ChatRequest request = question("two?");
  return endpoint->open().ask({id, *request_hash(request), request});
}

TEST(EndpointUrl, AllWaysToWriteOnePlace) {
  const EndpointUrl wanted{false, "gpu7", 8000, "/v1", ""};
  for (const char* text : {"http://gpu7:8000", "http://gpu7:8000/", "http://gpu7:8000/v1", " HTTP://GPU7:8000/v1/ ",
                           "http://gpu7:8000/v1/chat/completions"}) {
    ASSERT_TRUE(parse_endpoint_url(text).ok()) << text;
    EXPECT_EQ(*parse_endpoint_url(text), wanted) << text;
  }
  EXPECT_EQ(*parse_endpoint_url("https://h/api/v3?version=1"), (EndpointUrl{true, "h", 443, "/api/v3", "?version=1"}));
  EXPECT_EQ(*parse_endpoint_url("http://[::1]:80"), (EndpointUrl{false, "::1", 80, "/v1", ""}));
  EXPECT_EQ(parse_endpoint_url("http://[::1]:80")->text(), "http://[::1]:80/v1");
  EXPECT_EQ(parse_endpoint_url("https://h?key=1")->text(), "https://h:443/v1");
}

TEST(EndpointUrl, NonsenseIsRefusedWithoutTellingSecrets) {
  for (const char* text : {"", "gpu7:8000", "ftp://h", "http://", "http://:80", "http://h:0", "http://h:99999",
                           "http://h:x", "http://h:", "http://[::1", "http://[::1]x", "http://h/a b", "http://h/#x",
                           "https://user:hunter2@h/v1", "ftp://h/?key=hunter2"}) {
    const auto url = parse_endpoint_url(text);
    ASSERT_FALSE(url.ok()) << text;
    EXPECT_EQ(url.error().kind, ErrorKind::kUsage);
    EXPECT_EQ(to_string(url.error()).find("hunter2"), std::string::npos) << to_string(url.error());
  }
}

TEST(EndpointUrl, ThisMachineIsNotWhatOnlyBeginsLikeIt) {
  EXPECT_TRUE(parse_endpoint_url("http://localhost:1")->is_this_machine());
  EXPECT_TRUE(parse_endpoint_url("http://127.0.0.1:1")->is_this_machine());
  EXPECT_FALSE(parse_endpoint_url("http://127.evil.example:1")->is_this_machine());
}

TEST(Endpoint, KeyHeadersAndIdGoOutAsTold) {
  TestServer server([](const test::Received&) { return test::answered("two"); });
  const Variable key("SURGSIGMA_TEST_KEY", kSecret);
  EndpointSettings settings{
      .address = server.address(), .key_variable = "SURGSIGMA_TEST_KEY", .headers = {{"X-Team", "a"}}};
  const Attempt attempt = ask(settings);
  ASSERT_EQ(attempt.verdict, Verdict::kAnswered) << attempt.what;
  EXPECT_EQ(attempt.answer.text, "two");
  std::string head = server.received()[0].head;
  EXPECT_TRUE(head.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"));
  EXPECT_NE(head.find(std::string("Authorization: Bearer ") + kSecret), std::string::npos);
  EXPECT_NE(head.find("X-Team: a"), std::string::npos);
  EXPECT_EQ(head.find("X-Question-Id"), std::string::npos);  // ids stay in the house
  settings.sends_ids = true;
  settings.key_variable = "";
  ask(settings);
  head = server.received()[1].head;
  EXPECT_NE(head.find("X-Question-Id: q1"), std::string::npos);
  EXPECT_EQ(head.find("Authorization"), std::string::npos);
}

TEST(Endpoint, BadKeysAndHeadersAreRefusedUnshown) {
  const Variable key("SURGSIGMA_TEST_KEY", "sk-a\r\nX-Evil: 1");
  EndpointSettings settings{.address = "http://127.0.0.1:9", .key_variable = "SURGSIGMA_TEST_KEY"};
  const auto endpoint = open_endpoint(settings);
  ASSERT_FALSE(endpoint.ok());
  EXPECT_EQ(to_string(endpoint.error()).find("sk-a"), std::string::npos);
  settings.key_variable = "";
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
           {"Authorization", "x"}, {"A B", "x"}, {"A", "x\r\nB: y"}, {"", "x"}, {"content-length", "1"}}) {
    settings.headers = {{name, value}};
    EXPECT_FALSE(open_endpoint(settings).ok()) << name;
  }
}

TEST(Endpoint, EchoedKeyIsInNothingThatComesBack) {
  TestServer server([](const test::Received& received) -> test::Sent {
    const std::string echo = "you sent " + received.head.substr(received.head.find("Bearer ") + 7, 24);
    if (received.head.starts_with("GET")) return {test::http(200, R"({"data":[{"id":"big"},{"id":"mm"}]})")};
    if (received.question() == "answer") return test::answered(echo);
    return {test::http(std::stoi(received.question()), to_text(Json{{"error", {{"message", echo}}}}))};
  });
  const Variable key("SURGSIGMA_TEST_KEY", kSecret);
  const auto endpoint = *open_endpoint({.address = server.address(), .key_variable = "SURGSIGMA_TEST_KEY"});
  const ModelLine line = endpoint.open();
  for (const char* text : {"answer", "400", "401", "403", "404", "500"}) {
    const ChatRequest request = question(text);
    const Attempt attempt = line.ask({"q", *request_hash(request), request});
    EXPECT_EQ((attempt.answer.text + attempt.what + attempt.hint).find("4711"), std::string::npos) << attempt.what;
  }
  const Attempt unknown = line.ask({"q", "", question("404")});
  EXPECT_EQ(unknown.hint, "did you mean 'mm'? it serves: big, mm");
  const ChatRequest request = question("401");
  EXPECT_EQ(line.ask({"q", "", request}).hint, "check the key in the environment variable SURGSIGMA_TEST_KEY");
}

TEST(Endpoint, FaultsOfTheWire) {
  const std::string whole = test::http(200, test::completion("two"));
  struct Case {
    test::Sent sent;
    Verdict verdict;
    AskState state;
  };
  const auto chunked = [](std::string body, bool is_whole) {
    std::string bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    const std::size_t half = body.size() / 2;
    for (const std::string& piece : {body.substr(0, half), body.substr(half)}) {
      char size[32];
      std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
      bytes += size + piece + "\r\n";
      if (!is_whole) return bytes;
    }
    return bytes + "0\r\n\r\n";
  };
  const std::vector<Case> cases = {
      {{whole}, Verdict::kAnswered, AskState::kAnswered},
      {{chunked(test::completion("two"), true)}, Verdict::kAnswered, AskState::kAnswered},
      {{chunked(test::completion("two"), false), test::After::kClose}, Verdict::kRetry, AskState::kUnavailable},
      {{"HTTP/1.0 200 OK\r\n\r\n" + test::completion("two"), test::After::kClose},
       Verdict::kAnswered,
       AskState::kAnswered},
      {{whole.substr(0, whole.size() - 9), test::After::kClose}, Verdict::kRetry, AskState::kUnavailable},
      {{"", test::After::kClose}, Verdict::kRetry, AskState::kUnavailable},
      {{"", test::After::kReset}, Verdict::kRetry, AskState::kUnavailable},
      {{"garbage\r\n\r\n", test::After::kClose}, Verdict::kRetry, AskState::kUnavailable},
      {{"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", test::After::kClose}, Verdict::kRetry, AskState::kUnreadable},
      {{"", test::After::kHang}, Verdict::kRetry, AskState::kUnavailable},
      {{"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\nab", test::After::kClose},
       Verdict::kItemFailed,
       AskState::kTooLarge},
      {{test::http(200, std::string(5000, ' '))}, Verdict::kItemFailed, AskState::kTooLarge},
      {{"HTTP/1.0 200 OK\r\n\r\n" + std::string(5000, ' '), test::After::kClose},
       Verdict::kItemFailed,
       AskState::kTooLarge},
      {{test::http(200, "\xFF\xFE")}, Verdict::kRetry, AskState::kUnreadable},
      {{test::http(302, "", "Location: http://127.0.0.1:1/\r\n")}, Verdict::kStop, AskState::kNotAsked},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    TestServer server([&](const test::Received&) { return cases[i].sent; });
    const Attempt attempt = ask({.address = server.address(), .read_timeout = kSecond / 4, .max_answer_bytes = 4000});
    EXPECT_EQ(attempt.verdict, cases[i].verdict) << i << ": " << attempt.what;
    EXPECT_EQ(attempt.state, cases[i].state) << i << ": " << attempt.what;
  }
}

TEST(Endpoint, NobodyThere) {
  int port = 0;
  {
    const TestServer gone([](const test::Received&) { return test::Sent{}; });
    port = gone.port();
  }
  const Attempt attempt = ask({.address = "http://127.0.0.1:" + std::to_string(port)});
  EXPECT_EQ(attempt.verdict, Verdict::kRetry);
  EXPECT_FALSE(attempt.has_reached_model);
  EXPECT_EQ(attempt.what, "no connection to http://127.0.0.1:" + std::to_string(port) + "/v1");
}

TEST(Endpoint, RetryAfterIsHandedOn) {
  TestServer server([](const test::Received& received) -> test::Sent {
    return {test::http(429, "{}", received.number == 1 ? "Retry-After: 7\r\n" : "Retry-After-Ms: 250\r\n")};
  });
  EXPECT_EQ(ask({.address = server.address()}).retry_after, 7 * kSecond);
  EXPECT_EQ(ask({.address = server.address()}).retry_after, kSecond / 4);
}

TEST(Endpoint, ModelsAreListed) {
  TestServer server([](const test::Received& received) -> test::Sent {
    if (received.number == 1) return {test::http(200, R"({"data":[{"id":"a"},{"id":"b"},{"x":1}]})")};
    return {test::http(received.number == 2 ? 401 : 200, "[]")};
  });
  const EndpointSettings settings{.address = server.address()};
  EXPECT_EQ(*served_models(settings), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(served_models(settings).error().kind, ErrorKind::kUsage);
  EXPECT_EQ(served_models(settings).error().kind, ErrorKind::kData);
}

/// A server with a certificate that nobody knows, made for this test.
TEST(Endpoint, CertificateIsVerified) {
  const TemporaryFolder folder;
  const std::string key = folder.path() / "key.pem";
  const std::string certificate = folder.path() / "cert.pem";
  const std::string command =
      "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -addext "
      "subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout " +
      key + " -out " + certificate + " 2>/dev/null";
  if (std::system(command.c_str()) != 0) GTEST_SKIP() << "no openssl command here";
  httplib::SSLServer server(certificate.c_str(), key.c_str());
  server.Post("/v1/chat/completions", [](const httplib::Request&, httplib::Response& response) {
    response.set_content(test::completion("two"), "application/json");
  });
  const int port = server.bind_to_any_port("127.0.0.1");
  std::thread listening([&] { server.listen_after_bind(); });
  EndpointSettings settings{.address = "https://127.0.0.1:" + std::to_string(port)};
  const Attempt unknown = ask(settings);
  EXPECT_EQ(unknown.verdict, Verdict::kStop) << unknown.what;
  EXPECT_NE(unknown.what.find("is not trusted"), std::string::npos) << unknown.what;
  settings.ca_file = certificate;
  const Attempt known = ask(settings);
  EXPECT_EQ(known.answer.text, "two") << known.what;
  server.stop();
  listening.join();
}

TEST(Replay, ByHashThenById) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "replay.jsonl";
  const std::string hash = *request_hash(question("two?"));
  ASSERT_TRUE(
      write_file(file, "{\"id\":\"q1\",\"text\":\"by id\"}\n\n{\"hash\":\"" + hash + "\",\"text\":\"by hash\"}\n")
          .ok());
  const EndpointSettings settings{.address = "replay:" + file.string()};
  EXPECT_EQ(ask(settings).answer.text, "by hash");
  ASSERT_TRUE(write_file(file, "{\"id\":\"q1\",\"text\":\"by id\",\"finish_reason\":\"stop\"}").ok());
  EXPECT_EQ(ask(settings).answer.text, "by id");
  EXPECT_EQ(ask(settings, "q2").what, "the replay has no answer to it");
  EXPECT_EQ(ask(settings, "q2").verdict, Verdict::kItemFailed);
}

TEST(Replay, BadFilesAreNamed) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "replay.jsonl";
  EXPECT_EQ(open_replay(file).error().kind, ErrorKind::kIo);
  for (const char* text : {"{\"text\":\"a\"}\n", "x\n", "{\"id\":\"a\"}\n"}) {
    ASSERT_TRUE(write_file(file, text).ok());
    EXPECT_EQ(open_replay(file).error().where, file.string() + ":1") << text;
  }
  ASSERT_TRUE(
      write_file(file, "{\"id\":\"a\",\"text\":\"1\"}\n{\"id\":\"a\",\"text\":\"1\"}\n{\"id\":\"a\",\"text\":\"2\"}\n")
          .ok());
  EXPECT_EQ(open_replay(file).error().what, "a second, different answer for 'a'");
  EXPECT_EQ(open_replay(file).error().where, file.string() + ":3");
}

}  // namespace
}  // namespace surgsigma
