// When the next request may be sent: arithmetic on given times, so that nothing here waits. Times are microseconds of
// any steady clock.
#pragma once

#include <cstdint>
#include <string_view>

#include "surgsigma/base/time.h"

namespace surgsigma {

/// 0: no limit.
struct RateLimits {
  double requests_per_minute = 0;
  double tokens_per_minute = 0;  ///< Prompt and completion together.
};

/// Spaces requests evenly: one every 60 s / requests_per_minute, and none before the tokens of those before it have
/// been paid for at tokens_per_minute. So no minute holds more than the limit (tokens: plus those of one request).
/// Not safe from several threads.
class Pace {
 public:
  explicit Pace(RateLimits limits) : limits_(limits) {}
  /// Takes the next place: the time, >= now, at which a request of about `tokens` may go.
  Microseconds reserve(Microseconds now, std::int64_t tokens);
  /// Once it is known that a reservation of `reserved` tokens took `used`.
  void correct(std::int64_t reserved, std::int64_t used);
  /// Nobody may send before `time` (a 429 with Retry-After), also those who have their place already.
  void pause_until(Microseconds time);
  Microseconds paused_until() const { return paused_until_; }

 private:
  RateLimits limits_;
  Microseconds next_request_ = 0;
  Microseconds next_tokens_ = 0;
  Microseconds paused_until_ = 0;
};

struct RetrySettings {
  int max_attempts = 6;
  Microseconds first_delay = kSecond;
  Microseconds longest_delay = 60 * kSecond;
};
/// The wait after attempt number `attempt` (1-based): first_delay doubled each time up to longest_delay, of which
/// between a half and the whole is taken. The draw depends on nothing but `hash` and `attempt`.
Microseconds retry_delay(const RetrySettings& settings, int attempt, std::string_view hash);

}  // namespace surgsigma
