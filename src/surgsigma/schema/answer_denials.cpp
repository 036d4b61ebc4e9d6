// What a text denies: "no hook", "the hook is not visible", "hook: no".
#include <algorithm>
#include <array>

#include "surgsigma/schema/answer_words.h"

namespace surgsigma {
namespace {

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

bool is_article(std::string_view word) {
  constexpr std::array<std::string_view, 3> kWords = {"a", "an", "the"};
  return is_one_of(word, kWords);
}

bool is_denial(std::string_view word) {
  constexpr std::array<std::string_view, 21> kWords = {
      "no",   "not",   "none",   "nothing", "neither", "nor",   "without", "never",  "cannot", "cant", "dont",
      "isnt", "arent", "doesnt", "didnt",   "couldnt", "wasnt", "hasnt",   "absent", "zero",   "empty"};
  return is_one_of(word, kWords);
}

namespace {

/// "cannot tell", "not sure which", "no idea", "not able to determine": who does not know denies nothing.
bool is_doubt(const TokenText& text, std::size_t denial) {
  constexpr std::array<std::string_view, 15> kWords = {"sure",     "certain", "clear",     "idea",      "know",
                                                       "tell",     "say",     "determine", "judge",     "decide",
                                                       "identify", "assess",  "recognize", "recognise", "possible"};
  constexpr std::size_t kReach = 3;  // "not able to determine"
  const std::size_t end = std::min(text.tokens.size(), denial + 1 + kReach);
  for (std::size_t at = denial + 1; at < end; ++at) {
    if (is_one_of(text.word(at), kWords)) return true;
  }
  return false;
}

}  // namespace

bool has_denial(const TokenText& text) {
  for (std::size_t i = 0; i < text.tokens.size(); ++i) {
    if (is_denial(text.word(i)) && !is_doubt(text, i)) return true;
  }
  return false;
}

namespace {

/// Words after which a denial no longer holds.
bool ends_denial(std::string_view word) {
  constexpr std::array<std::string_view, 13> kWords = {"than",   "besides", "but",    "only",     "however",
                                                       "except", "instead", "rather", "although", "though",
                                                       "yet",    "while",   "whereas"};
  return is_one_of(word, kWords);
}

bool starts_clause(std::string_view word) {
  constexpr std::array<std::string_view, 9> kWords = {"there", "it", "this", "that", "i", "we", "one", "instead", "so"};
  return is_article(word) || is_one_of(word, kWords);
}

/// "hook is not visible", "hook cannot be seen", "hook: no", "hook (absent)": behind the mention's last word.
bool is_denied_behind(const TokenText& text, std::size_t at) {
  constexpr std::array<std::string_view, 10> kHelpers = {"is",    "are",  "was", "were", "can",
                                                         "could", "does", "do",  "has",  "have"};
  constexpr std::array<std::string_view, 13> kNot = {"not",     "cannot",  "isnt",  "arent", "cant",
                                                     "doesnt",  "absent",  "wasnt", "hasnt", "couldnt",
                                                     "nowhere", "missing", "false"};
  if (at >= text.tokens.size() || text.tokens[at].after_stop) return false;
  if (text.tokens[at].after_colon) {
    // "hook: 0" denies, "hook: 0-2 s" begins at zero.
    const std::size_t end = text.tokens[at].end;
    const bool is_whole =
        end == text.lower.size() || std::string_view(",;}\n").find(text.lower[end]) != std::string_view::npos;
    const bool is_zero = is_whole && text.is_word(at, "0");
    return is_one_of(text.word(at), kNot) || text.is_word(at, "no") || text.is_word(at, "none") || is_zero;
  }
  if (text.tokens[at].after_comma && !text.is_word(at, "absent")) return false;
  if (is_one_of(text.word(at), kHelpers)) ++at;
  if (text.is_word(at, "not") && text.is_word(at + 1, "only")) return false;
  return at < text.tokens.size() && !text.tokens[at].after_stop && is_one_of(text.word(at), kNot);
}

}  // namespace

void mark_denied(const TokenText& text, std::vector<Mention>& mentions) {
  bool is_denying = false;
  std::size_t next = 0;
  for (std::size_t at = 0; at < text.tokens.size();) {
    const auto& token = text.tokens[at];
    const std::string_view word = text.word(at);
    while (next < mentions.size() && mentions[next].first < at) ++next;
    if (token.after_stop || (token.after_comma && starts_clause(word))) is_denying = false;
    if (next < mentions.size() && mentions[next].first == at) {
      Mention& mention = mentions[next];
      mention.is_denied = is_denying;
      at = mention.last;
      if (is_denied_behind(text, at)) {
        mention.is_denied = true;
        for (std::size_t i = next; i > 0; --i) {  // "the hook and the grasper are not visible"
          bool is_chain = true;
          for (std::size_t t = mentions[i - 1].last; is_chain && t < mentions[i].first; ++t) {
            is_chain = !text.tokens[t].after_stop &&
                       (is_article(text.word(t)) || text.is_word(t, "and") || text.is_word(t, "or"));
          }
          if (!is_chain || text.tokens[mentions[i].first].after_stop || text.tokens[mentions[i].first].after_colon)
            break;
          mentions[i - 1].is_denied = true;
        }
        ++at;  // the helper or the denial itself opens no new one
        if (at < text.tokens.size() && is_denial(text.word(at))) ++at;
      }
      ++next;
      continue;
    }
    const bool is_interjection =
        at + 1 < text.tokens.size() && (text.tokens[at + 1].after_comma || text.tokens[at + 1].after_stop);
    if (ends_denial(word)) {
      is_denying = false;
    } else if (is_denial(word)) {
      is_denying = !is_interjection && !text.is_word(at + 1, "only");
    }
    ++at;
  }
}

}  // namespace surgsigma
