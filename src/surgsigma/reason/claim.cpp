#include "surgsigma/reason/claim.h"

#include <charconv>

namespace surgsigma::chain {
namespace {

std::optional<ClaimWord> word_of(std::string_view text) {
  for (std::size_t i = 0; i < kClaimWords.size(); ++i) {
    if (kClaimWords[i].word == text) return static_cast<ClaimWord>(i);
  }
  return std::nullopt;
}

bool parse_atom(std::string_view text, ClaimAtom& atom) {
  atom.arguments.clear();
  bool has_word = false;
  while (!text.empty()) {
    const std::size_t blank = text.find(' ');
    const std::string_view part = text.substr(0, blank);
    if (part.empty()) return false;
    if (has_word) {
      atom.arguments.push_back(part);
    } else {
      const auto word = word_of(part);
      if (!word) return false;
      atom.word = *word;
      has_word = true;
    }
    if (blank == std::string_view::npos) break;
    text.remove_prefix(blank + 1);
    if (text.empty()) return false;
  }
  if (!has_word) return false;
  const ClaimWordRow& row = kClaimWords[static_cast<std::size_t>(atom.word)];
  const int count = static_cast<int>(atom.arguments.size());
  return count >= row.least && count <= row.most;
}

}  // namespace

bool parse_claim(std::string_view text, std::vector<ClaimAtom>& atoms) {
  std::size_t count = 0;
  while (true) {
    const std::size_t end = text.find("; ");
    if (count == atoms.size()) atoms.emplace_back();
    if (!parse_atom(text.substr(0, end), atoms[count])) return false;
    ++count;
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 2);
  }
  atoms.resize(count);
  return true;
}

void begin_atom(ClaimWord word, std::string& out) {
  if (!out.empty()) out += "; ";
  out += kClaimWords[static_cast<std::size_t>(word)].word;
}

void add_argument(std::string_view argument, std::string& out) {
  out += ' ';
  out += argument;
}

void add_argument(std::int64_t number, std::string& out) {
  char digits[24];
  out += ' ';
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

}  // namespace surgsigma::chain
