#include "surgsigma/export/json_text.h"

#include <array>
#include <charconv>
#include <cstring>

namespace surgsigma {
namespace {

constexpr std::uint64_t kOnes = 0x0101010101010101ULL;
constexpr std::uint64_t kHighs = 0x8080808080808080ULL;

/// High bits set in the bytes of `word` that are zero (and perhaps in bytes above one that is).
constexpr std::uint64_t zero_bytes(std::uint64_t word) { return (word - kOnes) & ~word & kHighs; }

/// Whether any of eight bytes is a quote, a backslash or below 0x20.
constexpr bool needs_escape(std::uint64_t word) {
  const std::uint64_t below_blank = (word - kOnes * 0x20) & ~word & kHighs;
  return (below_blank | zero_bytes(word ^ (kOnes * '"')) | zero_bytes(word ^ (kOnes * '\\'))) != 0;
}

constexpr bool needs_escape(char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20; }

/// Bytes from `at` on that can be copied as they are.
std::size_t plain_run(std::string_view text, std::size_t at) {
  std::size_t i = at;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + i, sizeof word);
    if (needs_escape(word)) break;
  }
  while (i < text.size() && !needs_escape(text[i])) ++i;
  return i - at;
}

void append_escape(char c, std::string& out) {
  constexpr char kHex[] = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\r':
      out += "\\r";
      return;
    default:
      out += "\\u00";
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[c & 15];
  }
}

constexpr std::array<std::string_view, 9> kReserved = {"<image>", "<video>",  "<audio>",  "<bbox>",   "<ref-object>",
                                                       "<think>", "</think>", "<answer>", "</answer>"};

/// "<|im_end|>" at the start of `text`, or "<loc0123>"; empty otherwise.
std::string_view token_at(std::string_view text) {
  if (text.starts_with("<|")) {
    const std::size_t end = text.find("|>", 2);
    const bool is_word = end != std::string_view::npos && text.substr(2, end - 2).find(' ') == std::string_view::npos;
    return is_word ? text.substr(0, end + 2) : std::string_view();
  }
  if (text.starts_with("<loc")) {
    const std::size_t end = text.find_first_not_of("0123456789", 4);
    if (end != std::string_view::npos && end > 4 && text[end] == '>') return text.substr(0, end + 1);
  }
  return {};
}

constexpr std::string_view kBoxMark = "{box:";

}  // namespace

void append_escaped(std::string_view text, std::string& out) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t run = plain_run(text, at);
    out.append(text.data() + at, run);
    at += run;
    if (at < text.size()) append_escape(text[at++], out);
  }
}

void append_integer(std::int64_t value, std::string& out) {
  char digits[24];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

std::string_view reserved_word(std::string_view text) {
  for (std::size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
    const std::string_view rest = text.substr(at);
    for (const std::string_view word : kReserved) {
      if (rest.starts_with(word)) return rest.substr(0, word.size());
    }
    if (const std::string_view token = token_at(rest); !token.empty()) return token;
  }
  return {};
}

bool find_box_place(std::string_view text, std::size_t from, BoxPlace& place) {
  for (std::size_t at = text.find(kBoxMark, from); at != std::string_view::npos; at = text.find(kBoxMark, at + 1)) {
    const char* digits = text.data() + at + kBoxMark.size();
    const auto [end, code] = std::from_chars(digits, text.data() + text.size(), place.box);
    if (code == std::errc() && end != text.data() + text.size() && *end == '}') {
      place.begin = at;
      place.end = static_cast<std::size_t>(end - text.data()) + 1;
      return true;
    }
  }
  return false;
}

void append_with_boxes(std::string_view text, const std::vector<std::string>& boxes, std::string& out) {
  std::size_t at = 0;
  if (!boxes.empty()) {
    for (BoxPlace place; find_box_place(text, at, place); at = place.end) {
      const bool is_known = place.box < boxes.size();
      append_escaped(text.substr(at, (is_known ? place.begin : place.end) - at), out);
      if (is_known) append_escaped(boxes[place.box], out);
    }
  }
  append_escaped(text.substr(at), out);
}

}  // namespace surgsigma
