// Time in videos: integer microseconds, half-open ranges, frame rates as fractions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace surgsigma {

/// Microseconds from the start of a video.
using Microseconds = std::int64_t;
constexpr Microseconds kSecond = 1'000'000;

/// Frames per second as a fraction, e.g. 30000/1001. Both parts positive.
struct FrameRate {
  std::int64_t num = 25;
  std::int64_t den = 1;
  bool operator==(const FrameRate&) const = default;
};

/// [begin, end) in microseconds.
struct TimeRange {
  Microseconds begin = 0;
  Microseconds end = 0;

  constexpr Microseconds duration() const { return end - begin; }
  constexpr bool is_empty() const { return end <= begin; }
  constexpr bool contains(Microseconds t) const { return begin <= t && t < end; }
  constexpr bool overlaps(const TimeRange& other) const { return begin < other.end && other.begin < end; }
  bool operator==(const TimeRange&) const = default;
};

/// When frame `index` (0-based) of a video begins, rounded up so that frame_at(time_of_frame(k)) == k.
Microseconds time_of_frame(std::int64_t index, FrameRate rate);
/// The 0-based frame on the screen at time t (t >= 0).
std::int64_t frame_at(Microseconds t, FrameRate rate);

/// "25", "29.97" (becomes 30000/1001), "30000/1001", "59.94". Nothing for anything else or a rate outside (0, 1000].
std::optional<FrameRate> parse_frame_rate(std::string_view text);
std::string to_string(FrameRate rate);

/// Reads "83", "83.4", "83,4" (seconds), "01:23", "01:23.400", "00:01:23,400". Nothing if it is none of these or
/// negative.
std::optional<Microseconds> parse_clock(std::string_view text);
/// "1:02:03.4", "02:03.0" for tables people read.
std::string clock_text(Microseconds t);

}  // namespace surgsigma
