// Lengths of time.
#include <algorithm>
#include <charconv>
#include <cmath>

#include "surgsigma/schema/answer_parts.h"

namespace surgsigma {
namespace {

constexpr double kLongest = 1e7;  // seconds; more is no time of an operation

struct Unit {
  std::string_view word;
  double seconds;
};
constexpr std::array<Unit, 17> kUnits = {{{"s", 1},
                                          {"sec", 1},
                                          {"secs", 1},
                                          {"second", 1},
                                          {"seconds", 1},
                                          {"m", 60},
                                          {"min", 60},
                                          {"mins", 60},
                                          {"minute", 60},
                                          {"minutes", 60},
                                          {"h", 3600},
                                          {"hr", 3600},
                                          {"hrs", 3600},
                                          {"hour", 3600},
                                          {"hours", 3600},
                                          {"ms", 0.001},
                                          {"milliseconds", 0.001}}};
constexpr std::array<std::string_view, 20> kOnes = {
    "zero", "one",    "two",    "three",    "four",     "five",    "six",     "seven",     "eight",    "nine",
    "ten",  "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
constexpr std::array<std::string_view, 5> kTens = {"twenty", "thirty", "forty", "fifty", "sixty"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80; }

std::string_view word_at(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && is_letter(text[end])) ++end;
  return text.substr(at, end - at);
}

std::size_t blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
  return at;
}

/// Seconds of the unit that stands at `at`, moved behind it; 0 for none.
double read_unit(std::string_view text, std::size_t& at) {
  std::size_t place = blanks(text, at);
  if (place < text.size() && text[place] == '-' && place == at) ++place;  // "10-second"
  std::string_view word = word_at(text, place);
  for (const std::string_view filler : {"more", "further", "additional", "full"}) {  // "12 more seconds"
    if (word != filler) continue;
    place = blanks(text, place + word.size());
    word = word_at(text, place);
    break;
  }
  for (const Unit& unit : kUnits) {
    if (unit.word != word) continue;
    at = place + word.size();
    return unit.seconds;
  }
  return 0;
}

/// "twenty-five", "ten"; moved behind it; -1 for none.
double read_number_word(std::string_view text, std::size_t& at) {
  const std::string_view word = word_at(text, at);
  const auto index_of = [](const auto& list, std::string_view wanted) {
    return std::find(list.begin(), list.end(), wanted) - list.begin();
  };
  if (const auto one = index_of(kOnes, word); one < 20) {
    at += word.size();
    return static_cast<double>(one);
  }
  const auto ten = index_of(kTens, word);
  if (ten == 5) return -1;
  at += word.size();
  const std::size_t next = at < text.size() && (text[at] == '-' || text[at] == ' ') ? at + 1 : at;
  const std::string_view behind = word_at(text, next);
  const auto one = index_of(kOnes, behind);
  if (ten == 4 || one < 1 || one > 9) return 20 + 10 * static_cast<double>(ten);
  at = next + behind.size();
  return 20 + 10 * static_cast<double>(ten) + static_cast<double>(one);
}

/// Digits with a decimal point or comma; "1,200" is a thousand and more. -1 for none.
double read_digits(std::string_view text, std::size_t& at) {
  std::string digits;
  std::size_t place = at;
  while (place < text.size() && is_digit(text[place])) digits += text[place++];
  while (digits.size() <= 3 && place + 3 < text.size() && text[place] == ',' && is_digit(text[place + 1]) &&
         is_digit(text[place + 2]) && is_digit(text[place + 3]) &&
         (place + 4 == text.size() || !is_digit(text[place + 4]))) {
    digits += text.substr(place + 1, 3);
    place += 4;
  }
  const bool has_fraction =
      place + 1 < text.size() && (text[place] == '.' || text[place] == ',') && is_digit(text[place + 1]);
  if (has_fraction) {
    digits += '.';
    for (++place; place < text.size() && is_digit(text[place]); ++place) digits += text[place];
  }
  double value = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (read.ec != std::errc() || !(value <= kLongest)) value = 2 * kLongest;
  at = place;
  return value;
}

/// "1:20", "0:01:20", "00:10.5"; moved behind it; -1 for none, -2 for a clock that cannot be ("1:75").
double read_clock(std::string_view text, std::size_t& at) {
  std::array<double, 3> parts{};
  std::size_t count = 0;
  std::size_t place = at;
  while (count < 3) {
    const std::size_t first = place;
    double value = 0;
    while (place < text.size() && is_digit(text[place]) && place - first < 4)
      value = value * 10 + (text[place++] - '0');
    const std::size_t length = place - first;
    if (length == 0 || (count > 0 && length != 2)) return -1;
    parts[count++] = value;
    const bool goes_on = place + 1 < text.size() && text[place] == ':' && is_digit(text[place + 1]);
    if (!goes_on) break;
    ++place;
  }
  if (count < 2) return -1;
  if (place + 1 < text.size() && text[place] == '.' && is_digit(text[place + 1])) {
    double step = 0.1;
    for (++place; place < text.size() && is_digit(text[place]); ++place, step /= 10)
      parts[count - 1] += step * (text[place] - '0');
  }
  at = place;
  if (parts[count - 1] >= 60 || (count == 3 && parts[1] >= 60)) return -2;
  return count == 2 ? parts[0] * 60 + parts[1] : parts[0] * 3600 + parts[1] * 60 + parts[2];
}

/// One amount with or without unit at `at`; false where there is none.
bool read_amount(std::string_view text, std::size_t& at, TimeMention& made) {
  made = {0, 0, false, at, at};
  if (is_digit(text[at])) {
    std::size_t place = at;
    if (const double clock = read_clock(text, place); clock != -1) {
      made.seconds = clock;
      made.unit = 1;
      made.is_limited = clock < 0 || clock > kLongest;
      at = made.end = place;
      return true;
    }
    made.seconds = read_digits(text, place);
    made.is_limited = made.seconds > kLongest;
    made.end = place;
    made.unit = read_unit(text, made.end);
    if (made.unit > 0) made.seconds *= made.unit;
    at = made.end;
    return true;
  }
  const std::string_view word = word_at(text, at);
  if (word.empty()) return false;
  std::size_t place = at;
  for (const auto& [words, seconds] : {std::pair<std::string_view, double>{"half a minute", 30},
                                       {"half an hour", 1800},
                                       {"a minute", 60},
                                       {"an hour", 3600},
                                       {"a quarter of an hour", 900}}) {
    if (!text.substr(at).starts_with(words) || !word_at(text, at + words.size()).empty()) continue;
    made.seconds = seconds;
    made.unit = 1;
    at = made.end = at + words.size();
    return true;
  }
  const double value = read_number_word(text, place);
  if (value < 0) return false;
  made.seconds = value;
  made.end = place;
  made.unit = read_unit(text, made.end);
  if (made.unit > 0) made.seconds *= made.unit;
  at = made.end;
  return true;
}

/// "1 min" and then "20 s", " and 20 seconds", "20s": the smaller unit belongs to it.
void join_smaller(std::string_view text, std::size_t& at, TimeMention& made) {
  while (made.unit > 1) {
    std::size_t place = blanks(text, at);
    if (place < text.size() && text[place] == ',') place = blanks(text, place + 1);
    if (text.substr(place).starts_with("and ")) place = blanks(text, place + 4);
    TimeMention next;
    if (place >= text.size() || !read_amount(text, place, next)) return;
    if (next.unit <= 0 || next.unit >= made.unit ||
        text.substr(next.begin, next.end - next.begin).find(':') != std::string_view::npos)
      return;
    made.seconds += next.seconds;
    made.unit = next.unit;
    made.is_limited = made.is_limited || next.is_limited;
    at = made.end = next.end;
  }
}

/// "less than", "at most" ... before the amount, or a minus sign.
bool is_limited_before(std::string_view text, std::size_t at) {
  std::size_t end = at;
  if (end > 0 && text[end - 1] == '-' && (end == 1 || text[end - 2] == ' ' || text[end - 2] == ':') &&
      !(end > 2 && text[end - 2] == ' ' && (is_digit(text[end - 3]) || is_letter(text[end - 3]))))
    return true;
  while (end > 0 && text[end - 1] == ' ') --end;
  if (end > 0 && (text[end - 1] == '<' || text[end - 1] == '>')) return true;
  for (const std::string_view words :
       {"less than", "more than", "fewer than", "longer than", "shorter than", "under", "over", "at least", "at most",
        "up to", "within", "no more than", "below", "above"}) {
    if (text.substr(0, end).ends_with(words) && (end == words.size() || !is_letter(text[end - words.size() - 1])))
      return true;
  }
  return false;
}

bool is_alternative(std::string_view text, const TimeMention& first, const TimeMention& second) {
  return first.end <= second.begin && text.substr(first.end, second.begin - first.end) == " or ";
}

Microseconds microseconds(double seconds) { return static_cast<Microseconds>(std::llround(seconds * 1e6)); }

/// Whether nothing but marks stands between the place and the end, or the start.
bool is_at_edge(std::string_view text, const TimeMention& time) {
  const auto is_bare = [](std::string_view part) {
    return std::none_of(part.begin(), part.end(), [](char c) { return is_letter(c) || is_digit(c); });
  };
  return is_bare(text.substr(0, time.begin)) || is_bare(text.substr(time.end));
}

}  // namespace

bool is_range_joint(std::string_view between, bool after_between) {
  const std::size_t first = between.find_first_not_of(' ');
  if (first == std::string_view::npos) return false;
  const std::size_t last = between.find_last_not_of(' ');
  const std::string_view core = between.substr(first, last - first + 1);
  return core == "-" || core == "--" || core == "to" || core == "until" || core == "till" || core == "through" ||
         (core == "and" && after_between);
}

bool has_between_before(std::string_view text, std::size_t at) {
  const std::string_view before = text.substr(0, at);
  return before.ends_with("between ") || before.ends_with("between");
}

double in_unit_of(const TimeMention& first, const TimeMention& second) {
  return first.unit > 0 ? first.seconds : first.seconds * (second.unit > 0 ? second.unit : 1);
}

std::vector<TimeMention> times_named(const TokenText& text) {
  const std::string_view lower = text.lower;
  std::vector<TimeMention> times;
  for (std::size_t at = 0; at < lower.size();) {
    const bool starts_word = (is_letter(lower[at]) || is_digit(lower[at]));
    if (!starts_word) {
      ++at;
      continue;
    }
    const std::size_t begin = at;
    TimeMention time;
    if (read_amount(lower, at, time)) {
      join_smaller(lower, at, time);
      // "3d" and "c1" are no times.
      const bool is_part_of_word = at < lower.size() && is_letter(lower[at]);
      time.is_limited = time.is_limited || is_limited_before(lower, begin);
      if (!is_part_of_word) times.push_back(time);
    }
    while (at < lower.size() && (is_letter(lower[at]) || (at == begin && is_digit(lower[at])))) ++at;
    while (at > begin && is_letter(lower[at - 1]) && at < lower.size() && is_digit(lower[at])) ++at;
    if (at == begin) ++at;
  }
  return times;
}

void read_duration(const TokenText& text, const Reading& reading) {
  const auto times = times_named(text);
  std::vector<double> seconds;
  bool is_limited = false;
  std::vector<const TimeMention*> bare;
  for (std::size_t i = 0; i < times.size(); ++i) {
    const std::size_t next = i + 1;
    const bool is_range =
        next < times.size() && times[i].end <= times[next].begin &&
        is_range_joint(std::string_view(text.lower).substr(times[i].end, times[next].begin - times[i].end),
                       has_between_before(text.lower, times[i].begin));
    const bool is_whole_range = is_range && times.size() == 2 && times[i].unit <= 0 && times[next].unit <= 0;
    if (is_range && (times[next].unit > 0 || is_whole_range)) {
      is_limited = is_limited || times[i].is_limited || times[next].is_limited;
      seconds.push_back((in_unit_of(times[i], times[next]) + in_unit_of(times[next], times[next])) / 2);
      ++i;
    } else if (times[i].unit > 0) {
      is_limited = is_limited || times[i].is_limited;
      seconds.push_back(times[i].seconds);
    } else if (next < times.size() && times[next].unit > 0 && is_alternative(text.lower, times[i], times[next])) {
      seconds.push_back(in_unit_of(times[i], times[next]));  // "10 or 20 seconds"
    } else {
      bare.push_back(&times[i]);
    }
  }
  if (seconds.empty() && bare.size() == 1 && is_at_edge(text.lower, *bare[0])) {
    is_limited = bare[0]->is_limited;
    seconds.push_back(bare[0]->seconds);
  }
  if (is_limited) return reading.fail("a limit or an impossible time");
  if (seconds.empty()) return reading.fail("no time is given");
  for (const double other : seconds) {
    if (std::abs(other - seconds[0]) > 1e-6) return reading.fail("two different times");
  }
  reading.done(DurationAnswer{microseconds(seconds[0])});
}

}  // namespace surgsigma
