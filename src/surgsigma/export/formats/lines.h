// What the formats made of JSON lines share: lists of texts, and the reading back of turns.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace simdjson::dom {
class array;
class element;
}  // namespace simdjson::dom

namespace surgsigma {

/// Appends ["a","b"].
void append_texts(const std::vector<std::string>& texts, std::string& out);

/// Entries of a member that is a text or a list of texts; 0 when it is missing.
std::size_t count_media(const simdjson::dom::element& row, std::string_view member);
/// Times that `tag` stands in `text`.
std::size_t count_tag(std::string_view text, std::string_view tag);

struct TagCounts {
  std::size_t images = 0;
  std::size_t videos = 0;
  std::size_t boxes = 0;
  std::size_t refs = 0;
};
struct TurnNames {
  std::string_view role;
  std::string_view text;
  std::string_view user;
  std::string_view assistant;
};
struct TurnCheck {
  std::string problem;  ///< empty: user and assistant alternate, the user begins, no text is empty
  TagCounts asked;      ///< tags in the user's texts
  TagCounts answered;   ///< tags in the assistant's
  bool ends_with_answer = false;
};
TurnCheck check_turns(const simdjson::dom::array& turns, const TurnNames& names);

}  // namespace surgsigma
