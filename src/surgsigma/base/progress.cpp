#include "surgsigma/base/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace surgsigma {
namespace {

using namespace std::chrono_literals;

constexpr auto kTerminalPause = 100ms;
constexpr auto kPlainPause = 5s;
constexpr std::size_t kBarWidth = 24;

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value && *value;
}

bool draws_on_terminal() {
  const char* kind = std::getenv("TERM");
  return ::isatty(STDERR_FILENO) == 1 && kind && std::string_view(kind) != "dumb";
}

std::string count_text(double count) {
  struct Unit {
    double size;
    const char* name;
  };
  for (const Unit unit : {Unit{1e9, "G"}, Unit{1e6, "M"}, Unit{1e3, "k"}}) {
    if (count >= unit.size * 0.99995) return fmt::format("{:.1f} {}", count / unit.size, unit.name);
  }
  return fmt::format("{:.1f} ", count);
}

std::string duration_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::min(seconds, 3.6e9) + 0.5);
  const std::int64_t hours = whole / 3600;
  if (hours > 0) return fmt::format("{}:{:02}:{:02}", hours, whole / 60 % 60, whole % 60);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

std::string bar_text(double part) {
  const auto filled = static_cast<std::size_t>(std::clamp(part, 0.0, 1.0) * kBarWidth);
  const std::string bar = std::string(filled, '#');
  const std::string rest = std::string(kBarWidth - filled, '-');
  return is_set("NO_COLOR") ? fmt::format("[{}{}]", bar, rest) : fmt::format("[\x1b[32m{}\x1b[0m{}]", bar, rest);
}

}  // namespace

std::string rate_text(std::uint64_t count, std::uint64_t total, double seconds) {
  if (!(seconds > 0)) return "";
  const double rate = static_cast<double>(count) / seconds;
  const std::string text = count_text(rate) + "/s";
  if (count == 0 || count >= total) return text;
  return text + ", " + duration_text(static_cast<double>(total - count) / rate) + " left";
}

Progress::Progress(std::string what, std::uint64_t total, bool quiet)
    : what_(std::move(what)),
      total_(total),
      quiet_(quiet),
      terminal_(draws_on_terminal()),
      begin_(std::chrono::steady_clock::now()),
      last_print_(begin_) {}

Progress::~Progress() { finish(); }

void Progress::advance(std::uint64_t count) {
  const std::lock_guard lock(mutex_);
  count_ += count;
  if (quiet_ || finished_) return;
  const auto now = std::chrono::steady_clock::now();
  const auto since_last = now - last_print_;
  if (terminal_ ? since_last < kTerminalPause : since_last < kPlainPause) return;
  last_print_ = now;
  print(false);
}

void Progress::finish() {
  const std::lock_guard lock(mutex_);
  if (quiet_ || finished_) return;
  finished_ = true;
  print(true);
}

/// Under the lock.
void Progress::print(bool last) {
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin_;
  const std::string count = total_ > 0 ? fmt::format("{} of {}", count_, total_) : fmt::format("{}", count_);
  const std::string rate = rate_text(count_, last ? 0 : total_, elapsed.count());
  const std::string facts = fmt::format("{}{}{}", count, rate.empty() ? "" : ", ", rate);
  std::string line = what_ + ": ";
  if (terminal_ && total_ > 0) line += bar_text(static_cast<double>(count_) / static_cast<double>(total_)) + " ";
  line += facts;
  if (terminal_) line = "\r" + line + "\x1b[K";
  if (last || !terminal_) line += "\n";
  std::fputs(line.c_str(), stderr);
  std::fflush(stderr);
}

}  // namespace surgsigma
