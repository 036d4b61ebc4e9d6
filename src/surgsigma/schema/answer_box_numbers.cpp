// The numbers of boxes in all notations, before any scaling.
#include <algorithm>
#include <charconv>
#include <cmath>

#include "surgsigma/schema/answer_parts.h"

namespace surgsigma {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word_letter(char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '_'; }

std::size_t skip(std::string_view text, std::size_t at, std::string_view letters) {
  while (at < text.size() && letters.find(text[at]) != kNone) ++at;
  return at;
}

/// Reads a number at `at` and moves behind it.
bool read_number(std::string_view text, std::size_t& at, double& value) {
  if (at >= text.size()) return false;
  const bool is_signed = text[at] == '-' || text[at] == '+';
  const std::size_t first = at + (is_signed ? 1 : 0);
  const bool is_number =
      first < text.size() &&
      (is_digit(text[first]) || (text[first] == '.' && first + 1 < text.size() && is_digit(text[first + 1])));
  if (!is_number) return false;
  const auto read = std::from_chars(text.data() + first, text.data() + text.size(), value);
  if (read.ec != std::errc() || !std::isfinite(value)) return false;
  if (text[at] == '-') value = -value;
  at = static_cast<std::size_t>(read.ptr - text.data());
  return true;
}

/// Numbers between brackets: two or four of them. Moves behind the bracket.
std::size_t read_list(std::string_view text, std::size_t& at, std::array<double, 4>& numbers, std::size_t from) {
  const char close = text[at] == '[' ? ']' : ')';
  std::size_t place = at + 1;
  std::size_t count = from;
  while (count < 4) {
    place = skip(text, place, " \t\r\n");
    if (!read_number(text, place, numbers[count])) return 0;
    ++count;
    place = skip(text, place, " \t\r\n");
    if (place < text.size() && text[place] == close) {
      at = place + 1;
      return count - from;
    }
    place = skip(text, place, ",; \t\r\n");
  }
  return 0;
}

struct CornerName {
  std::string_view name;
  std::size_t corner;
};
constexpr std::array<CornerName, 16> kCornerNames = {{{"x1", 0},
                                                      {"y1", 1},
                                                      {"x2", 2},
                                                      {"y2", 3},
                                                      {"xmin", 0},
                                                      {"ymin", 1},
                                                      {"xmax", 2},
                                                      {"ymax", 3},
                                                      {"x_min", 0},
                                                      {"y_min", 1},
                                                      {"x_max", 2},
                                                      {"y_max", 3},
                                                      {"left", 0},
                                                      {"top", 1},
                                                      {"right", 2},
                                                      {"bottom", 3}}};

/// "x1=10 y1=20 x2=30 y2=40" in any order.
bool read_named(std::string_view text, std::size_t& at, std::array<double, 4>& numbers) {
  std::size_t place = at;
  unsigned seen = 0;
  for (int i = 0; i < 4; ++i) {
    const auto row = std::find_if(kCornerNames.begin(), kCornerNames.end(), [&](const CornerName& name) {
      const std::size_t end = place + name.name.size();
      return text.substr(place).starts_with(name.name) && (end >= text.size() || !is_word_letter(text[end]));
    });
    if (row == kCornerNames.end()) return false;
    place = skip(text, place + row->name.size(), "\"' \t:=");
    if (!read_number(text, place, numbers[row->corner])) return false;
    seen |= 1U << row->corner;
    place = skip(text, place, ",;\"' \t\r\n");
  }
  if (seen != 15) return false;
  at = place;
  return true;
}

/// Four tokens <loc0000>.
bool read_locs(std::string_view text, std::size_t& at, std::array<double, 4>& numbers) {
  std::size_t place = at;
  for (double& number : numbers) {
    place = skip(text, place, " ");
    if (!text.substr(place).starts_with("<loc")) return false;
    place += 4;
    const std::size_t digits = place;
    number = 0;
    while (place < text.size() && is_digit(text[place]) && place - digits < 4)
      number = number * 10 + (text[place++] - '0');
    if (place - digits != 4 || place >= text.size() || text[place] != '>') return false;
    ++place;
  }
  at = place;
  return true;
}

/// A run of bare numbers; how many, at most five.
std::size_t read_run(std::string_view text, std::size_t& at, std::array<double, 4>& numbers) {
  std::size_t count = 0;
  std::size_t place = at;
  double number = 0;
  while (read_number(text, place, number)) {
    if (count < 4) numbers[count] = number;
    ++count;
    at = place;
    place = skip(text, place, ",; \t");
    if (place == at) break;
  }
  return count;
}

/// "(1,2),(3,4)", "(1,2) to (3,4)": the second bracket.
bool read_second(std::string_view text, std::size_t& at, std::array<double, 4>& numbers) {
  std::size_t place = skip(text, at, " ,;-\t\r\n");
  for (const std::string_view word : {"to", "and"}) {
    if (text.substr(place).starts_with(word)) place = skip(text, place + word.size(), " ");
  }
  if (place >= text.size() || (text[place] != '(' && text[place] != '[')) return false;
  if (read_list(text, place, numbers, 2) != 2) return false;
  at = place;
  return true;
}

}  // namespace

BoxNumbers box_numbers(std::string_view text) {
  BoxNumbers made;
  const auto add = [&](std::array<double, 4> c, bool is_loc, std::size_t begin, std::size_t end) {
    if (c[0] > c[2]) std::swap(c[0], c[2]);
    if (c[1] > c[3]) std::swap(c[1], c[3]);
    if (c[0] == c[2] || c[1] == c[3])
      ++made.flat_count;
    else
      made.boxes.push_back({c, is_loc, begin, end});
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const bool is_inside_word = at > 0 && is_word_letter(text[at - 1]);
    std::array<double, 4> c{};
    if (text[at] == '[' || text[at] == '(') {
      const std::size_t count = read_list(text, at, c, 0);
      const bool is_box = count == 4 || (count == 2 && read_second(text, at, c));
      if (is_box) add(c, false, begin, at);
      if (count != 0) continue;
      // What the bracket holds is no box, and not one without the bracket either.
      at = skip(text, begin + 1, " \t\r\n");
      read_run(text, at, c);
      continue;
    }
    if (text[at] == '<' && read_locs(text, at, c)) {
      add(c, true, begin, at);
      continue;
    }
    if (text.substr(at).starts_with("<loc")) {
      at = skip(text, at + 4, "0123456789");
      continue;
    }
    if (!is_inside_word && read_named(text, at, c)) {
      add(c, false, begin, at);
      continue;
    }
    const bool is_signed = text[at] == '-' || text[at] == '+';
    if (!is_inside_word && (is_digit(text[at]) || is_signed || text[at] == '.')) {
      if (read_run(text, at, c) == 4) add(c, false, begin, at);
      if (at > begin) continue;
    }
    ++at;
  }
  return made;
}

}  // namespace surgsigma
