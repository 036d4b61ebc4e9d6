#include "surgsigma/export/formats/lines.h"

#include <simdjson.h>

#include "surgsigma/export/json_text.h"

namespace surgsigma {
namespace {

void count_tags(std::string_view text, TagCounts& counts) {
  if (text.find('<') == std::string_view::npos) return;
  counts.images += count_tag(text, "<image>");
  counts.videos += count_tag(text, "<video>");
  counts.boxes += count_tag(text, "<bbox>");
  counts.refs += count_tag(text, "<ref-object>");
}

/// Only media tags: a question needs words too.
bool is_blank(std::string_view text) {
  while (!text.empty()) {
    if (text.starts_with("<image>") || text.starts_with("<video>"))
      text.remove_prefix(7);
    else if (text[0] == ' ' || text[0] == '\n')
      text.remove_prefix(1);
    else
      return false;
  }
  return true;
}

}  // namespace

void append_texts(const std::vector<std::string>& texts, std::string& out) {
  out += '[';
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) out += ',';
    append_string(texts[i], out);
  }
  out += ']';
}

std::size_t count_media(const simdjson::dom::element& row, std::string_view member) {
  std::string_view one;
  simdjson::dom::array several;
  if (!row[member].get(one)) return one.empty() ? 0 : 1;
  return row[member].get(several) ? 0 : several.size();
}

std::size_t count_tag(std::string_view text, std::string_view tag) {
  std::size_t count = 0;
  for (std::size_t at = text.find(tag); at != std::string_view::npos; at = text.find(tag, at + tag.size())) ++count;
  return count;
}

TurnCheck check_turns(const simdjson::dom::array& turns, const TurnNames& names) {
  TurnCheck check;
  bool is_users = true;
  for (const simdjson::dom::element turn : turns) {
    std::string_view role, text;
    if (turn[names.role].get(role) || turn[names.text].get(text)) {
      check.problem = "a turn without role or text";
      return check;
    }
    if (role != (is_users ? names.user : names.assistant)) check.problem = "roles do not alternate";
    if (is_blank(text)) check.problem = "an empty turn";
    count_tags(text, is_users ? check.asked : check.answered);
    is_users = !is_users;
  }
  check.ends_with_answer = is_users && turns.size() > 0;
  if (turns.size() == 0) check.problem = "no turns";
  return check;
}

}  // namespace surgsigma
