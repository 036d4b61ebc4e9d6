#include "surgsigma/base/time.h"

#include <gtest/gtest.h>

#include <limits>

namespace surgsigma {
namespace {

TEST(TimeRange, IsHalfOpen) {
  const TimeRange range{10, 20};
  EXPECT_TRUE(range.contains(10));
  EXPECT_FALSE(range.contains(20));
  EXPECT_FALSE(range.overlaps({20, 30}));
  EXPECT_TRUE(range.overlaps({19, 30}));
  EXPECT_TRUE((TimeRange{5, 5}).is_empty());
}

TEST(Frames, EachFrameIsOnTheScreenAtItsOwnTime) {
  const FrameRate rates[] = {{25, 1}, {30, 1}, {30000, 1001}, {24000, 1001}, {60000, 1001}, {1, 1},
                             {1, 5},  {1, 7},  {50, 3},       {1000, 1},     {999, 7},      {16666667, 1000000}};
  for (const FrameRate rate : rates) {
    for (std::int64_t k = 0; k < 20'000; ++k) {
      ASSERT_EQ(frame_at(time_of_frame(k, rate), rate), k) << to_string(rate);
      ASSERT_EQ(k == 0 ? 0 : frame_at(time_of_frame(k, rate) - 1, rate), k == 0 ? 0 : k - 1) << to_string(rate);
    }
    ASSERT_EQ(frame_at(time_of_frame(1'000'000'000, rate), rate), 1'000'000'000) << to_string(rate);
  }
}

TEST(Frames, TimesAreExact) {
  EXPECT_EQ(time_of_frame(25, {25, 1}), kSecond);
  EXPECT_EQ(time_of_frame(30, {30000, 1001}), 1'001'000);
  EXPECT_EQ(time_of_frame(1, {30000, 1001}), 33'367);  // 33366.67, rounded up
  EXPECT_EQ(frame_at(33'366, {30000, 1001}), 0);
}

TEST(Frames, HugeNumbersStopAtTheLimitInsteadOfWrapping) {
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(time_of_frame(kMax, {1, 1}), kMax);
  EXPECT_EQ(frame_at(kMax, {1000, 1}), kMax / 1000);
}

TEST(ParseFrameRate, BroadcastRatesBecomeFractions) {
  for (const char* text : {"29.97", "29.970", "29.97003", "29.9700", "29.97002997", "30000/1001"})
    EXPECT_EQ(parse_frame_rate(text), (FrameRate{30000, 1001})) << text;
  for (const char* text : {"59.94", "59.94006", "60000/1001"})
    EXPECT_EQ(parse_frame_rate(text), (FrameRate{60000, 1001})) << text;
  for (const char* text : {"23.976", "23.98", "23.97", "23.976024"})
    EXPECT_EQ(parse_frame_rate(text), (FrameRate{24000, 1001})) << text;
}

TEST(ParseFrameRate, OtherRatesAreTakenAsWritten) {
  EXPECT_EQ(parse_frame_rate(" 25 "), (FrameRate{25, 1}));
  EXPECT_EQ(parse_frame_rate("25.00"), (FrameRate{25, 1}));
  EXPECT_EQ(parse_frame_rate("50/2"), (FrameRate{25, 1}));
  EXPECT_EQ(parse_frame_rate("0.5"), (FrameRate{1, 2}));
  EXPECT_EQ(parse_frame_rate("29.9"), (FrameRate{299, 10}));
  EXPECT_EQ(parse_frame_rate("1000"), (FrameRate{1000, 1}));
}

TEST(ParseFrameRate, NonsenseIsNone) {
  for (const char* text : {"", "0", "0/0", "25/0", "0/1", "-25", "+25", "25 fps", "1001", "1000.1", "nan", "1e2", "25.",
                           ".5", "25/1/1", "99999999999999999999", "30000 / 1001x"})
    EXPECT_EQ(parse_frame_rate(text), std::nullopt) << text;
}

TEST(FrameRates, ArePrintedAsTheyAreRead) {
  for (const char* text : {"25", "30000/1001", "1/5"}) EXPECT_EQ(to_string(*parse_frame_rate(text)), text);
}

TEST(ParseClock, EveryFormIsRead) {
  EXPECT_EQ(parse_clock("83"), 83 * kSecond);
  EXPECT_EQ(parse_clock("83.4"), 83'400'000);
  EXPECT_EQ(parse_clock("83,4"), 83'400'000);
  EXPECT_EQ(parse_clock("01:23"), 83 * kSecond);
  EXPECT_EQ(parse_clock(" 01:23.400 "), 83'400'000);
  EXPECT_EQ(parse_clock("00:01:23,400"), 83'400'000);
  EXPECT_EQ(parse_clock("1:02:03.000001"), 3723 * kSecond + 1);
  EXPECT_EQ(parse_clock("90:00"), 5400 * kSecond);  // a long operation counted in minutes
  EXPECT_EQ(parse_clock("0.0000005"), 1);           // rounded to the nearest microsecond
}

TEST(ParseClock, NonsenseIsNone) {
  for (const char* text : {"",
                           ":",
                           "1:",
                           ":1",
                           "-1",
                           "+1",
                           "1:60",
                           "1:60:00",
                           "1:2:3:4",
                           "1.2.3",
                           "1:-2",
                           "12:345",
                           "nan",
                           "1e3",
                           "83.",
                           ".5",
                           "01:23.",
                           "0x10",
                           "1 2",
                           "99999999999999",
                           "9999999999999:00:00",
                           "1:2 3"})
    EXPECT_EQ(parse_clock(text), std::nullopt) << text;
}

TEST(ClockText, IsMadeForTables) {
  EXPECT_EQ(clock_text(0), "00:00.0");
  EXPECT_EQ(clock_text(123 * kSecond), "02:03.0");
  EXPECT_EQ(clock_text(3723 * kSecond + 499'999), "1:02:03.4");
  EXPECT_EQ(clock_text(-kSecond), "-00:01.0");
  EXPECT_EQ(clock_text(std::numeric_limits<Microseconds>::min()).substr(0, 1), "-");
}

}  // namespace
}  // namespace surgsigma
