#include "surgsigma/infer/pace.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "surgsigma/base/random.h"

namespace surgsigma {
namespace {

constexpr double kMinute = 60.0 * kSecond;

}  // namespace

Microseconds Pace::reserve(Microseconds now, std::int64_t tokens) {
  Microseconds time = std::max(now, paused_until_);
  if (limits_.requests_per_minute > 0) time = std::max(time, next_request_);
  if (limits_.tokens_per_minute > 0) time = std::max(time, next_tokens_);
  if (limits_.requests_per_minute > 0) {
    next_request_ = time + static_cast<Microseconds>(std::ceil(kMinute / limits_.requests_per_minute));
  }
  if (limits_.tokens_per_minute > 0) {
    next_tokens_ = time;
    correct(0, tokens);
  }
  return time;
}

void Pace::correct(std::int64_t reserved, std::int64_t used) {
  if (limits_.tokens_per_minute <= 0) return;
  const double minutes = static_cast<double>(used - reserved) / limits_.tokens_per_minute;
  next_tokens_ += static_cast<Microseconds>(std::ceil(minutes * kMinute));
}

void Pace::pause_until(Microseconds time) { paused_until_ = std::max(paused_until_, time); }

Microseconds retry_delay(const RetrySettings& settings, int attempt, std::string_view hash) {
  Microseconds whole = settings.first_delay;
  for (int i = 1; i < attempt && whole < settings.longest_delay; ++i) whole *= 2;
  whole = std::min(whole, settings.longest_delay);
  Draws draws(0, hash, "retry " + std::to_string(attempt));
  return static_cast<Microseconds>(static_cast<double>(whole) * (0.5 + 0.5 * draws.unit()));
}

}  // namespace surgsigma
