// One line that says how far a long job is: count, rate, time left. A bar on a terminal, plain lines otherwise.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

namespace surgsigma {

class Progress {
 public:
  /// `total` 0 means unknown. Nothing is printed when `quiet`.
  Progress(std::string what, std::uint64_t total, bool quiet = false);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  /// Safe from any thread.
  void advance(std::uint64_t count = 1);
  void finish();

 private:
  void print(bool last);
  std::string what_;
  std::uint64_t total_;
  std::uint64_t count_ = 0;
  bool quiet_;
  bool terminal_;
  bool finished_ = false;
  std::chrono::steady_clock::time_point begin_;
  std::chrono::steady_clock::time_point last_print_;
  std::mutex mutex_;
};

/// "1.2 k/s, 0:42 left", for a bar and for tests.
std::string rate_text(std::uint64_t count, std::uint64_t total, double seconds);

}  // namespace surgsigma
