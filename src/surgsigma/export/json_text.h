// Text into JSON strings at memory speed, and the words that no text of an export may hold.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace surgsigma {

/// Appends `text` (UTF-8) as the inside of a JSON string, without the quotes.
void append_escaped(std::string_view text, std::string& out);
/// Appends `text` as a JSON string.
inline void append_string(std::string_view text, std::string& out) {
  out += '"';
  append_escaped(text, out);
  out += '"';
}
void append_integer(std::int64_t value, std::string& out);

/// The first word in `text` that a trainer would take for a token of its own: <image>, <video>, <audio>, <bbox>,
/// <ref-object>, <think>, </think>, <answer>, </answer>, <loc...>, and every <|word|>. Empty when there is none.
std::string_view reserved_word(std::string_view text);

/// A place in a text that stands for a box: "{box:3}".
struct BoxPlace {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t box = 0;
};
/// The next place at or after `from`; false when there is none. "{box:" that is not followed by a number and "}" is
/// text.
bool find_box_place(std::string_view text, std::size_t from, BoxPlace& place);

/// Appends the inside of a JSON string with every "{box:N}" replaced by boxes[N]; a number beyond the list stays.
void append_with_boxes(std::string_view text, const std::vector<std::string>& boxes, std::string& out);

}  // namespace surgsigma
