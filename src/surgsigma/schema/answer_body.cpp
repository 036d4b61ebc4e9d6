#include "surgsigma/schema/answer_body.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "surgsigma/base/text.h"

namespace surgsigma {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::size_t kMostBodies = 64;  // the last ones; a text with more answers is no answer

bool begins_with(std::string_view text, std::size_t at, std::string_view tag) {
  if (text.size() - at < tag.size()) return false;
  for (std::size_t i = 0; i < tag.size(); ++i) {
    const char c = text[at + i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != tag[i]) return false;
  }
  return true;
}

/// First place of a tag in lower case, at `from` or later.
std::size_t find_tag(std::string_view text, std::string_view tag, std::size_t from = 0) {
  for (std::size_t at = text.find(tag[0], from); at != kNone; at = text.find(tag[0], at + 1)) {
    if (begins_with(text, at, tag)) return at;
  }
  return kNone;
}

std::size_t find_last_tag(std::string_view text, std::string_view tag) {
  for (std::size_t at = text.rfind(tag[0]); at != kNone; at = at == 0 ? kNone : text.rfind(tag[0], at - 1)) {
    if (begins_with(text, at, tag)) return at;
  }
  return kNone;
}

std::vector<std::string> answer_tags(std::string_view text) {
  constexpr std::string_view kOpen = "<answer>";
  constexpr std::string_view kClose = "</answer>";
  std::vector<std::string> bodies;
  for (std::size_t open = find_tag(text, kOpen); open != kNone;) {
    const std::size_t begin = open + kOpen.size();
    open = find_tag(text, kOpen, begin);
    const std::string_view body = text.substr(begin, open == kNone ? kNone : open - begin);
    bodies.emplace_back(trim(body.substr(0, find_tag(body, kClose))));
  }
  return bodies;
}

/// What \boxed{...} holds, with \text{...} inside undone.
std::vector<std::string> boxed(std::string_view text) {
  constexpr std::string_view kOpen = "\\boxed{";
  std::vector<std::string> bodies;
  std::size_t at = find_tag(text, kOpen);
  while (at != kNone) {
    at += kOpen.size();
    std::string body;
    int depth = 1;
    for (; at < text.size(); ++at) {
      const char c = text[at];
      if (c == '{') ++depth;
      if (c == '}' && --depth == 0) break;
      body += c;
    }
    for (const std::string_view inner : {"\\text{", "\\mathrm{", "\\textbf{", "\\mathbf{"}) {
      if (body.starts_with(inner)) {
        body = body.substr(inner.size());
        if (body.ends_with('}')) body.pop_back();
      }
    }
    bodies.emplace_back(trim(body));
    at = find_tag(text, kOpen, at);
  }
  return bodies;
}

struct Folding {
  std::uint32_t first;
  std::uint32_t last;
  std::string_view to;
};
constexpr std::array<Folding, 27> kFoldings = {
    {{0x00A0, 0x00A0, " "},  {0x00AB, 0x00AB, "\""},  {0x00AD, 0x00AD, ""},   {0x00BB, 0x00BB, "\""},
     {0x0085, 0x0085, "\n"}, {0x1680, 0x1680, " "},   {0x2000, 0x200A, " "},  {0x200B, 0x200F, ""},
     {0x2010, 0x2015, "-"},  {0x2018, 0x201B, "'"},   {0x201C, 0x201F, "\""}, {0x2022, 0x2023, "-"},
     {0x2024, 0x2024, "."},  {0x2026, 0x2026, "..."}, {0x2028, 0x2029, "\n"}, {0x202A, 0x202E, ""},
     {0x202F, 0x202F, " "},  {0x2032, 0x2032, "'"},   {0x2044, 0x2044, "/"},  {0x205F, 0x205F, " "},
     {0x2060, 0x2064, ""},   {0x2212, 0x2212, "-"},   {0x3000, 0x3000, " "},  {0x3001, 0x3001, ","},
     {0x3002, 0x3002, "."},  {0x300C, 0x300F, "\""},  {0xFE00, 0xFE0F, ""}}};
constexpr std::array<std::string_view, 5> kLigatures = {"ff", "fi", "fl", "ffi", "ffl"};  // from U+FB00

/// ASCII for `c`, or false.
bool append_folded(std::uint32_t c, std::string& out) {
  const auto letter = [&](std::uint32_t index, char first) { out += static_cast<char>(first + index); };
  if (c >= 0xFF01 && c <= 0xFF5E) return letter(c - 0xFF01, '!'), true;
  if (c == 0xFEFF) return true;
  if (c >= 0xFB00 && c <= 0xFB04) return out += kLigatures[c - 0xFB00], true;
  if (c >= 0x24B6 && c <= 0x24CF) return letter(c - 0x24B6, 'A'), true;
  if (c >= 0x24D0 && c <= 0x24E9) return letter(c - 0x24D0, 'a'), true;
  if (c >= 0x249C && c <= 0x24B5) return out += '(', letter(c - 0x249C, 'a'), out += ')', true;
  if (c >= 0x2460 && c <= 0x2468) return letter(c - 0x2460, '1'), true;
  if (c >= 0x2080 && c <= 0x2089) return letter(c - 0x2080, '0'), true;
  if (c >= 0x1D400 && c <= 0x1D6A3) {
    const std::uint32_t index = (c - 0x1D400) % 52;
    return letter(index % 26, index < 26 ? 'A' : 'a'), true;
  }
  if (c >= 0x1D7CE && c <= 0x1D7FF) return letter((c - 0x1D7CE) % 10, '0'), true;
  for (const Folding& row : kFoldings) {
    if (c >= row.first && c <= row.last) return out += row.to, true;
  }
  return false;
}

/// Length of the character at `at`, 0 when the bytes are no UTF-8.
std::size_t decode(std::string_view text, std::size_t at, std::uint32_t& character) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
  const std::uint32_t lead = byte(at);
  const std::size_t length = lead < 0x80                   ? 1
                             : lead >= 0xF0 && lead < 0xF5 ? 4
                             : lead >= 0xE0 && lead < 0xF0 ? 3
                             : lead >= 0xC2 && lead < 0xE0 ? 2
                                                           : 0;
  if (length == 0 || at + length > text.size()) return 0;
  character = length == 1 ? lead : lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) return 0;
    character = character << 6 | (byte(at + i) & 0x3F);
  }
  return length;
}

bool is_wrapping(char c) { return std::string_view(" \t\r\n\"'*_.,;`").find(c) != kNone; }

}  // namespace

AnswerBodies answer_bodies(std::string_view raw, std::size_t read_bytes) {
  AnswerBodies made;
  const std::size_t close = find_last_tag(raw, "</think>");
  const std::size_t open = find_last_tag(raw, "<think>");
  if (open != kNone && (close == kNone || open > close)) {
    made.is_truncated = true;
    made.texts.emplace_back();
    return made;
  }
  std::string_view text = close == kNone ? raw : raw.substr(close + std::string_view("</think>").size());
  std::string ends;
  if (text.size() > 2 * read_bytes) {
    made.shortened = true;
    ends.append(text.substr(0, read_bytes)).append("\n").append(text.substr(text.size() - read_bytes));
    text = ends;
  }
  made.texts = answer_tags(text);
  if (made.texts.empty()) made.texts.emplace_back(trim(text.substr(0, find_tag(text, "</answer>"))));
  std::vector<std::string> inner;
  for (const std::string& body : made.texts) {
    auto boxes = boxed(body);
    if (boxes.empty()) boxes.push_back(body);
    inner.insert(inner.end(), std::make_move_iterator(boxes.begin()), std::make_move_iterator(boxes.end()));
  }
  const std::size_t left_out = inner.size() > kMostBodies ? inner.size() - kMostBodies : 0;
  made.shortened = made.shortened || left_out > 0;
  inner.erase(inner.begin(), inner.begin() + static_cast<std::ptrdiff_t>(left_out));
  made.texts = std::move(inner);
  return made;
}

std::string without_dressing(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '`') {
      const bool is_fence = text.substr(at).starts_with("```");
      if (!is_fence) continue;
      at += 3;
      while (at < text.size() && ((text[at] >= 'a' && text[at] <= 'z') || (text[at] >= 'A' && text[at] <= 'Z'))) ++at;
      // A word on the line of the fence is a language only where the line ends behind it.
      const std::size_t word = text.rfind('`', at) + 1;
      if (at < text.size() && text[at] != '\n' && text[at] != '\r') at = word;
      out += '\n';
      --at;
    } else if (text.substr(at).starts_with("**")) {
      ++at;
    } else {
      out += text[at];
    }
  }
  std::size_t begin = 0;
  std::size_t end = out.size();
  while (begin < end && is_wrapping(out[begin]) && out[begin] != '.') ++begin;
  while (end > begin && is_wrapping(out[end - 1])) --end;
  return out.substr(begin, end - begin);
}

std::string folded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      out += text[at++];
      continue;
    }
    std::uint32_t character = 0;
    const std::size_t length = decode(text, at, character);
    if (length == 0) {
      out += ' ';
      ++at;
      continue;
    }
    if (!append_folded(character, out)) out += text.substr(at, length);
    at += length;
  }
  return out;
}

}  // namespace surgsigma
