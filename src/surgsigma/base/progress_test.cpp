#include "surgsigma/base/progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace surgsigma {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(RateText, SaysRateAndTimeLeft) {
  EXPECT_EQ(rate_text(1200, 51'600, 1), "1.2 k/s, 0:42 left");
  EXPECT_EQ(rate_text(10, 36'010, 10), "1.0 /s, 10:00:00 left");
  EXPECT_EQ(rate_text(3'000'000, 0, 2), "1.5 M/s");
  EXPECT_EQ(rate_text(999'999, 0, 1), "1.0 M/s");
}

TEST(RateText, SaysNothingItCannotKnow) {
  EXPECT_EQ(rate_text(5, 10, 0), "");
  EXPECT_EQ(rate_text(0, 10, 1), "0.0 /s");
  EXPECT_EQ(rate_text(10, 10, 1), "10.0 /s");
  EXPECT_EQ(rate_text(11, 10, 1), "11.0 /s");  // more than was foretold
  EXPECT_THAT(rate_text(1, UINT64_MAX, 1e9), HasSubstr("left"));
}

TEST(Progress, OffATerminalItPrintsOnePlainLine) {
  testing::internal::CaptureStderr();
  {
    Progress progress("reading", 2000);
    for (int i = 0; i < 2000; ++i) progress.advance();
    progress.finish();
    progress.finish();
  }
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_THAT(text, testing::StartsWith("reading: 2000 of 2000"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, Not(HasSubstr("\r")));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
}

TEST(Progress, QuietIsSilent) {
  testing::internal::CaptureStderr();
  { Progress("reading", 10, true).advance(10); }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Progress, CountsFromAllThreads) {
  testing::internal::CaptureStderr();
  {
    Progress progress("work", 0);
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 1000; ++i) progress.advance(2);
      });
    }
  }
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("work: 8000,"));
}

}  // namespace
}  // namespace surgsigma
