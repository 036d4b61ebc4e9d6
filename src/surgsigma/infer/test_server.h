// A chat endpoint inside a test, on a free port of this machine, that writes whatever bytes a test wants: also those
// that no proper server would.
#pragma once

#include <httplib.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "surgsigma/base/json.h"

namespace surgsigma::test {

struct Received {
  std::string head;  ///< Request line and headers.
  std::string body;
  int number = 0;                 ///< 1 for the first request of the server.
  std::string question() const {  // the last message's text
    const auto json = parse_json(body, "");
    if (!json.ok()) return "?";
    const Json& content = json->at("messages").back().at("content");
    return content.is_string() ? content.get<std::string>() : content.front().at("text").get<std::string>();
  }
};

enum class After { kKeep, kClose, kReset, kHang };
struct Sent {
  std::string bytes;
  After after = After::kKeep;
  int delay_ms = 0;
};

inline std::string http(int status, const std::string& body, const std::string& headers = "") {
  return "HTTP/1.1 " + std::to_string(status) +
         " X\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers +
         "\r\n" + body;
}
inline std::string completion(const std::string& text) {
  return to_text(
      Json{{"model", "m"},
           {"choices", {{{"message", {{"role", "assistant"}, {"content", text}}}, {"finish_reason", "stop"}}}},
           {"usage", {{"prompt_tokens", 10}, {"completion_tokens", 2}}}});
}
inline Sent answered(const std::string& text) { return {http(200, completion(text))}; }

class TestServer {
 public:
  using Handler = std::function<Sent(const Received&)>;

  explicit TestServer(Handler handler) : handler_(std::move(handler)) {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(socket_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(socket_, 128) != 0) std::abort();
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    accepting_ = std::thread([this] { accept_all(); });
  }
  ~TestServer() { die(); }

  /// Ends as a killed server does: no connection survives, none is accepted.
  void die() {
    is_ending_ = true;
    ::shutdown(socket_, SHUT_RDWR);
    if (accepting_.joinable()) {
      accepting_.join();
      ::close(socket_);
    }
    std::vector<std::thread> threads;
    {
      const std::lock_guard lock(mutex_);
      for (const int connection : connections_) ::shutdown(connection, SHUT_RDWR);
      threads.swap(threads_);
    }
    for (std::thread& thread : threads) thread.join();
  }
  /// For use inside a handler, which cannot wait for its own thread.
  void stop_accepting() {
    is_ending_ = true;
    ::shutdown(socket_, SHUT_RDWR);
    const std::lock_guard lock(mutex_);
    for (const int connection : connections_) ::shutdown(connection, SHUT_RDWR);
  }

  int port() const { return port_; }
  std::string address() const { return "http://127.0.0.1:" + std::to_string(port_); }
  int requests() const { return requests_; }
  std::vector<Received> received() {
    const std::lock_guard lock(mutex_);
    return received_;
  }

 private:
  void accept_all() {
    while (!is_ending_) {
      const int connection = ::accept(socket_, nullptr, nullptr);
      if (connection < 0) continue;
      const std::lock_guard lock(mutex_);
      connections_.push_back(connection);
      threads_.emplace_back([this, connection] { serve(connection); });
    }
  }

  void serve(int connection) {
    std::string bytes;
    while (!is_ending_ && serve_one(connection, bytes)) {
    }
    const std::lock_guard lock(mutex_);
    std::erase(connections_, connection);
    ::close(connection);
  }

  bool serve_one(int connection, std::string& bytes) {
    const auto more = [&] {
      char block[65536];
      const ssize_t got = ::recv(connection, block, sizeof block, 0);
      if (got > 0) bytes.append(block, static_cast<std::size_t>(got));
      return got > 0;
    };
    std::size_t end = 0;
    while ((end = bytes.find("\r\n\r\n")) == std::string::npos) {
      if (!more()) return false;
    }
    Received received{bytes.substr(0, end), "", 0};
    std::size_t length = 0;
    const std::size_t header = received.head.find("Content-Length: ");
    if (header != std::string::npos) length = std::stoul(received.head.substr(header + 16));
    while (bytes.size() < end + 4 + length) {
      if (!more()) return false;
    }
    received.body = bytes.substr(end + 4, length);
    bytes.erase(0, end + 4 + length);
    {
      const std::lock_guard lock(mutex_);
      received.number = ++requests_;
      received_.push_back(received);
    }
    const Sent sent = handler_(received);
    for (int waited = 0; waited < sent.delay_ms && !is_ending_; waited += 5) pause();
    for (std::size_t at = 0; at < sent.bytes.size();) {
      const ssize_t written = ::send(connection, sent.bytes.data() + at, sent.bytes.size() - at, MSG_NOSIGNAL);
      if (written <= 0) return false;
      at += static_cast<std::size_t>(written);
    }
    while (sent.after == After::kHang && !is_ending_) pause();
    if (sent.after == After::kReset) {
      const linger at_once{1, 0};
      ::setsockopt(connection, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    return sent.after == After::kKeep;
  }

  static void pause() { std::this_thread::sleep_for(std::chrono::milliseconds(5)); }

  Handler handler_;
  int socket_ = -1;
  int port_ = 0;
  std::atomic<bool> is_ending_ = false;
  std::atomic<int> requests_ = 0;
  std::thread accepting_;
  std::mutex mutex_;
  std::vector<int> connections_;
  std::vector<std::thread> threads_;
  std::vector<Received> received_;
};

}  // namespace surgsigma::test
