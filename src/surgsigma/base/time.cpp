#include "surgsigma/base/time.h"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

#include "surgsigma/base/text.h"

namespace surgsigma {
namespace {

__extension__ using Wide = __int128;  // frames x denominator x microseconds passes 64 bits

constexpr int kMaxDecimals = 9;
constexpr std::int64_t kMaxFramesPerSecond = 1000;

Wide divide_down(Wide a, Wide b) { return a / b - (a % b < 0 ? 1 : 0); }
Wide divide_up(Wide a, Wide b) { return a / b + (a % b > 0 ? 1 : 0); }

std::int64_t saturated(Wide value) {
  constexpr Wide kLow = std::numeric_limits<std::int64_t>::min();
  constexpr Wide kHigh = std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(std::clamp(value, kLow, kHigh));
}

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// Digits only, so neither sign nor blank.
std::optional<std::int64_t> digits_value(std::string_view text) {
  return is_digits(text) ? parse_int(text) : std::nullopt;
}

constexpr std::int64_t power_of_ten(std::size_t exponent) {
  std::int64_t value = 1;
  while (exponent-- > 0) value *= 10;
  return value;
}

std::optional<FrameRate> reduced(std::int64_t num, std::int64_t den) {
  if (num <= 0 || den <= 0 || Wide{num} > Wide{den} * kMaxFramesPerSecond) return std::nullopt;
  const std::int64_t divisor = std::gcd(num, den);
  return FrameRate{num / divisor, den / divisor};
}

/// Broadcast rates are n * 1000/1001, and files write them with as many decimals as they please, rounded or cut.
std::optional<FrameRate> broadcast_rate(std::int64_t digits, std::size_t decimals) {
  if (decimals < 2) return std::nullopt;
  for (const std::int64_t nominal : {24, 30, 48, 60, 120, 240}) {
    const Wide scaled = Wide{nominal} * 1000 * power_of_ten(decimals);
    const bool is_cut = digits == divide_down(scaled, 1001);
    const bool is_rounded = digits == divide_down(scaled * 2 + 1001, 2002);
    if (is_cut || is_rounded) return FrameRate{nominal * 1000, 1001};
  }
  return std::nullopt;
}

/// "23", "23.4" or "23,4" in microseconds, rounded to the nearest.
std::optional<Microseconds> parse_seconds(std::string_view text) {
  const std::size_t mark = text.find_first_of(".,");
  const auto whole = digits_value(text.substr(0, mark));
  if (!whole || *whole > std::numeric_limits<Microseconds>::max() / kSecond - 1) return std::nullopt;
  if (mark == std::string_view::npos) return *whole * kSecond;
  std::string_view decimals = text.substr(mark + 1);
  if (!is_digits(decimals)) return std::nullopt;
  const bool rounds_up = decimals.size() > 6 && decimals[6] >= '5';
  decimals = decimals.substr(0, 6);
  const std::int64_t fraction = *parse_int(decimals) * power_of_ten(6 - decimals.size());
  return *whole * kSecond + fraction + (rounds_up ? 1 : 0);
}

std::string two_digits(std::int64_t value) { return (value < 10 ? "0" : "") + std::to_string(value); }

}  // namespace

Microseconds time_of_frame(std::int64_t index, FrameRate rate) {
  return saturated(divide_up(Wide{index} * rate.den * kSecond, rate.num));
}

std::int64_t frame_at(Microseconds t, FrameRate rate) {
  return saturated(divide_down(Wide{t} * rate.num, Wide{rate.den} * kSecond));
}

std::optional<FrameRate> parse_frame_rate(std::string_view text) {
  text = trim(text);
  if (const std::size_t slash = text.find('/'); slash != std::string_view::npos) {
    const auto num = digits_value(text.substr(0, slash));
    const auto den = digits_value(text.substr(slash + 1));
    return num && den ? reduced(*num, *den) : std::nullopt;
  }
  const std::size_t point = text.find('.');
  const auto whole = digits_value(text.substr(0, point));
  if (!whole || *whole > kMaxFramesPerSecond) return std::nullopt;
  if (point == std::string_view::npos) return reduced(*whole, 1);
  std::string_view decimals = text.substr(point + 1);
  if (!is_digits(decimals)) return std::nullopt;
  decimals = decimals.substr(0, kMaxDecimals);
  const std::int64_t scale = power_of_ten(decimals.size());
  const std::int64_t digits = *whole * scale + *parse_int(decimals);
  if (const auto rate = broadcast_rate(digits, decimals.size())) return rate;
  return reduced(digits, scale);
}

std::string to_string(FrameRate rate) {
  const std::string num = std::to_string(rate.num);
  return rate.den == 1 ? num : num + "/" + std::to_string(rate.den);
}

std::optional<Microseconds> parse_clock(std::string_view text) {
  text = trim(text);
  const std::size_t last_colon = text.rfind(':');
  if (last_colon == std::string_view::npos) return parse_seconds(text);
  const std::string_view seconds_text = text.substr(last_colon + 1);
  const auto seconds = parse_seconds(seconds_text);
  const bool has_two_digits = seconds_text.find_first_of(".,") <= 2 || seconds_text.size() <= 2;
  if (!seconds || !has_two_digits || *seconds >= 60 * kSecond) return std::nullopt;

  text = text.substr(0, last_colon);
  const std::size_t colon = text.find(':');
  const bool has_hours = colon != std::string_view::npos;
  const auto hours = has_hours ? digits_value(text.substr(0, colon)) : 0;
  const std::string_view minutes_text = has_hours ? text.substr(colon + 1) : text;
  const auto minutes = digits_value(minutes_text);
  if (!hours || !minutes) return std::nullopt;
  if (has_hours && (*minutes >= 60 || minutes_text.size() > 2)) return std::nullopt;
  const Wide total = (Wide{*hours} * 3600 + Wide{*minutes} * 60) * kSecond + *seconds;
  if (total > std::numeric_limits<Microseconds>::max()) return std::nullopt;
  return static_cast<Microseconds>(total);
}

std::string clock_text(Microseconds t) {
  if (t < 0) return "-" + clock_text(t == std::numeric_limits<Microseconds>::min() ? -(t + 1) : -t);
  const std::int64_t tenths = t / (kSecond / 10);
  const std::int64_t hours = tenths / 36'000;
  const std::string rest =
      two_digits(tenths / 600 % 60) + ":" + two_digits(tenths / 10 % 60) + "." + std::to_string(tenths % 10);
  return hours > 0 ? std::to_string(hours) + ":" + rest : rest;
}

}  // namespace surgsigma
