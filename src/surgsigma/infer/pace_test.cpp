#include "surgsigma/infer/pace.h"

#include <gtest/gtest.h>

#include <vector>

namespace surgsigma {
namespace {

TEST(Pace, NoLimitMeansNow) {
  Pace pace({});
  EXPECT_EQ(pace.reserve(5, 1'000'000), 5);
  EXPECT_EQ(pace.reserve(5, 1'000'000), 5);
}

TEST(Pace, NoMinuteHoldsMoreRequestsThanTheLimit) {
  Pace pace({.requests_per_minute = 7});
  std::vector<Microseconds> times;
  for (int i = 0; i < 100; ++i) times.push_back(pace.reserve(i < 50 ? 0 : 600 * kSecond, 1));
  for (std::size_t i = 7; i < times.size(); ++i) EXPECT_GE(times[i] - times[i - 7], 60 * kSecond) << i;
  EXPECT_LT(times[49], 49 * 9 * kSecond);  // and hardly fewer
}

TEST(Pace, TokensArePaidForBeforeTheNextRequest) {
  Pace pace({.tokens_per_minute = 6000});  // 100 a second
  EXPECT_EQ(pace.reserve(0, 300), 0);
  EXPECT_EQ(pace.reserve(0, 100), 3 * kSecond);
  pace.correct(100, 400);  // it took more than thought
  EXPECT_EQ(pace.reserve(0, 0), 7 * kSecond);
  pace.correct(300, 0);
  EXPECT_EQ(pace.reserve(0, 0), 4 * kSecond);
  EXPECT_EQ(pace.reserve(100 * kSecond, 100), 100 * kSecond);  // what was not used is not saved up
  EXPECT_EQ(pace.reserve(100 * kSecond, 0), 101 * kSecond);
}

TEST(Pace, PauseHoldsEverybody) {
  Pace pace({});
  pace.pause_until(9);
  pace.pause_until(4);
  EXPECT_EQ(pace.paused_until(), 9);
  EXPECT_EQ(pace.reserve(1, 1), 9);
}

TEST(Pace, RetryDelayDoublesUpToItsLimitAndDependsOnNothingElse) {
  const RetrySettings settings{.max_attempts = 9, .first_delay = kSecond, .longest_delay = 8 * kSecond};
  Microseconds whole = kSecond;
  for (int attempt = 1; attempt < 40; ++attempt) {
    const Microseconds delay = retry_delay(settings, attempt, "abc");
    EXPECT_GE(delay, whole / 2);
    EXPECT_LE(delay, whole);
    EXPECT_EQ(delay, retry_delay(settings, attempt, "abc"));
    whole = std::min(2 * whole, 8 * kSecond);
  }
  EXPECT_NE(retry_delay(settings, 1, "abc"), retry_delay(settings, 1, "abd"));
}

}  // namespace
}  // namespace surgsigma
