// Yes or no, and multiple choice.
#include <algorithm>

#include "surgsigma/schema/answer_body.h"
#include "surgsigma/schema/answer_parts.h"

namespace surgsigma {
namespace {

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

constexpr std::array<std::string_view, 4> kYes = {"yes", "true", "yeah", "yep"};
constexpr std::array<std::string_view, 3> kNo = {"no", "false", "nope"};
constexpr std::array<std::string_view, 4> kYesAtStart = {"correct", "indeed", "affirmative", "agreed"};
constexpr std::array<std::string_view, 4> kNoAtStart = {"incorrect", "negative", "wrong", "disagree"};

bool starts_with_words(const TokenText& text, std::initializer_list<std::string_view> words) {
  std::size_t at = 0;
  for (const std::string_view word : words) {
    if (!text.is_word(at++, word)) return false;
  }
  return true;
}

/// What the first words say. "No idea" and "not sure" say nothing.
std::optional<bool> said_at_start(const TokenText& text) {
  if (text.tokens.empty()) return std::nullopt;
  const std::string_view first = text.word(0);
  if (is_one_of(first, kYes) || is_one_of(first, kYesAtStart)) return true;
  if (text.is_word(0, "no") && (text.is_word(1, "idea") || text.is_word(1, "answer"))) return std::nullopt;
  if (is_one_of(first, kNo) || is_one_of(first, kNoAtStart)) return false;
  if (starts_with_words(text, {"that", "is", "not"}) || starts_with_words(text, {"this", "is", "not"})) return false;
  if (starts_with_words(text, {"i", "do", "not", "agree"}) || starts_with_words(text, {"i", "disagree"})) return false;
  if (starts_with_words(text, {"that", "is", "right"}) || starts_with_words(text, {"that", "is", "correct"}))
    return true;
  if (starts_with_words(text, {"that", "is", "wrong"}) || starts_with_words(text, {"not", "correct"})) return false;
  return std::nullopt;
}

/// "the answer is yes", "answer: no", JSON members.
std::vector<bool> said_as_answer(const TokenText& text) {
  std::vector<bool> said;
  for (std::size_t i = 1; i < text.tokens.size(); ++i) {
    const bool is_led =
        text.is_word(i - 1, "answer") || (text.is_word(i - 1, "is") && i > 1 && text.is_word(i - 2, "answer"));
    if (!is_led) continue;
    if (is_one_of(text.word(i), kYes)) said.push_back(true);
    if (is_one_of(text.word(i), kNo)) said.push_back(false);
  }
  return said;
}

}  // namespace

void read_yes_no(const TokenText& text, const Reading& reading) {
  std::vector<bool> said = said_as_answer(text);
  const auto start = said_at_start(text);
  if (start) said.push_back(*start);
  const bool has_both_words = text.is_word(1, "and") || text.is_word(1, "or");
  const bool is_joined = start && has_both_words &&
                         (is_one_of(text.tokens.size() > 2 ? text.word(2) : "", kYes) ||
                          is_one_of(text.tokens.size() > 2 ? text.word(2) : "", kNo));
  if (said.empty()) {
    // Nowhere in a place of its own: the only word of its kind.
    for (std::size_t i = 0; i < text.tokens.size(); ++i) {
      if (is_one_of(text.word(i), kYes)) said.push_back(true);
      const bool is_no = is_one_of(text.word(i), kNo);
      const bool is_alone =
          i + 1 == text.tokens.size() || text.tokens[i + 1].after_stop || text.tokens[i + 1].after_comma;
      if (is_no && is_alone) said.push_back(false);
    }
  }
  if (said.empty()) return reading.fail("neither yes nor no");
  const bool agrees = std::all_of(said.begin(), said.end(), [&](bool one) { return one == said[0]; });
  if (!agrees || is_joined) return reading.fail("both yes and no");
  reading.out.answer.yes = said[0];
  if (reading.question.about) reading.out.answer.value = *reading.question.about;
  reading.out.state = ReadState::kRead;
}

namespace {

constexpr std::size_t kMostNamed = 1000;  // option texts in one answer

/// How plainly a letter stands for the answer; the plainest ones decide.
enum class Claim {
  kNone,
  kLast,    ///< a capital letter at the very end: "... I would say D"
  kNamed,   ///< "(B)", "option B"
  kStated,  ///< at the start, on a line of its own, behind "the answer is"; two of them together
};
struct Letter {
  char letter = 0;
  std::size_t token = 0;
};
/// The letters with the plainest claim, each once.
struct Claims {
  Claim claim = Claim::kNone;
  std::vector<Letter> letters;
};

bool is_bare_letter(const TokenText& text, std::size_t token) {
  const auto& t = text.tokens[token];
  return t.end - t.begin == 1 && text.lower[t.begin] >= 'a' && text.lower[t.begin] <= 'z';
}

/// "A/B", "A, B", "(A) (B)": a capital letter and the next one, both closed. Not "B. A hook".
bool stand_together(const TokenText& text, std::size_t token) {
  if (token + 1 >= text.tokens.size() || !is_bare_letter(text, token) || !is_bare_letter(text, token + 1)) return false;
  const std::string_view shown = text.shown;
  const auto& next = text.tokens[token + 1];
  const std::string_view gap = shown.substr(text.tokens[token].end, next.begin - text.tokens[token].end);
  const auto is_capital = [&](std::size_t at) { return shown[at] >= 'A' && shown[at] <= 'Z'; };
  const bool is_closed =
      next.end == shown.size() || std::string_view(".):,;/]&\n").find(shown[next.end]) != std::string_view::npos;
  return gap.size() <= 3 && gap.find_first_of("/,&(") != std::string_view::npos && is_closed &&
         is_capital(text.tokens[token].begin) && is_capital(next.begin);
}

bool is_capital_letter(const TokenText& text, std::size_t token) {
  const char c = token < text.tokens.size() ? text.shown[text.tokens[token].begin] : 'a';
  return token < text.tokens.size() && is_bare_letter(text, token) && c >= 'A' && c <= 'Z';
}

/// "A or B", "A and B".
bool is_paired(const TokenText& text, std::size_t token) {
  const auto joins = [&](std::size_t at) { return text.is_word(at, "or") || text.is_word(at, "and"); };
  const bool with_next = joins(token + 1) && is_capital_letter(text, token + 2);
  const bool with_last = token >= 2 && joins(token - 1) && is_capital_letter(text, token - 2);
  return is_capital_letter(text, token) && (with_next || with_last);
}

Claim claim_of(const TokenText& text, std::size_t i) {
  const std::string_view shown = text.shown;
  const auto& token = text.tokens[i];
  const bool is_capital = is_capital_letter(text, i);
  if (is_paired(text, i) || stand_together(text, i) || (i > 0 && stand_together(text, i - 1))) return Claim::kStated;
  std::size_t end = token.end;
  while (end < shown.size() && (shown[end] == '"' || shown[end] == '\'')) ++end;
  const bool is_last = shown.find_first_not_of(" \t\r\n.)\"'", end) == std::string_view::npos;
  const bool is_closed =
      end == shown.size() || is_last || std::string_view(".):,\n;]}").find(shown[end]) != std::string_view::npos;
  const std::string_view before = i > 0 ? text.word(i - 1) : std::string_view();
  const std::size_t gap = i > 0 ? text.tokens[i - 1].end : 0;
  const bool starts_line = i == 0 || shown.substr(gap, token.begin - gap).find('\n') != std::string_view::npos;
  const bool is_line = starts_line && (end == shown.size() || is_last || shown[end] == '\n');
  const bool is_bracketed = token.begin > 0 && shown[token.begin - 1] == '(' && end < shown.size() && shown[end] == ')';
  const bool is_first = i == 0 && is_closed && !is_bracketed && (is_capital || is_last || shown[end] != ',');
  const bool is_led =
      before == "answer" || (before == "is" && (is_capital || (i > 1 && text.is_word(i - 2, "answer"))));
  if (is_line || is_first || (is_led && is_closed)) return Claim::kStated;
  const bool is_named = (before == "option" || before == "choice") && (is_capital || is_closed);
  if (is_bracketed || is_named) return Claim::kNamed;
  return is_capital && is_last ? Claim::kLast : Claim::kNone;
}

Claims claims_in(const TokenText& text) {
  Claims made;
  for (std::size_t i = 0; i < text.tokens.size(); ++i) {
    if (!is_bare_letter(text, i)) continue;
    const Claim claim = claim_of(text, i);
    if (claim == Claim::kNone || claim < made.claim) continue;
    if (claim > made.claim) made = {claim, {}};
    const char letter = static_cast<char>(text.lower[text.tokens[i].begin] - 'a' + 'A');
    const bool is_known = std::any_of(made.letters.begin(), made.letters.end(),
                                      [&](const Letter& known) { return known.letter == letter; });
    if (!is_known) made.letters.push_back({letter, i});
  }
  return made;
}

struct NamedOption {
  std::size_t place = 0;  ///< in the list
  std::size_t token = 0;
};

/// The options whose words stand in the text, whole words, the longest first.
std::vector<NamedOption> options_in(const TokenText& text, const std::vector<std::string>& options, bool& is_exact) {
  std::vector<std::string> flats;
  for (const std::string& option : options) flats.push_back(TokenText(folded(option)).flat);
  is_exact = false;
  std::vector<NamedOption> found;
  for (std::size_t first = 0; first < text.tokens.size();) {
    std::size_t best = options.size();
    std::size_t best_last = first;
    for (std::size_t i = 0; i < flats.size(); ++i) {
      const std::size_t begin = text.tokens[first].flat_begin;
      if (flats[i].empty() || std::string_view(text.flat).substr(begin, flats[i].size()) != flats[i]) continue;
      const auto last =
          std::partition_point(text.tokens.begin() + static_cast<std::ptrdiff_t>(first), text.tokens.end(),
                               [&](const auto& token) { return token.flat_end < begin + flats[i].size(); });
      const auto end = static_cast<std::size_t>(last - text.tokens.begin()) + 1;
      if (last->flat_end != begin + flats[i].size() || end <= best_last) continue;
      best = i;
      best_last = end;
    }
    if (best == options.size()) {
      ++first;
      continue;
    }
    if (found.size() < kMostNamed) found.push_back({best, first});
    is_exact = is_exact || (first == 0 && best_last == text.tokens.size());
    first = best_last;
  }
  return found;
}

/// What the option means, where its words can be read as the shape.
void take_value(const std::string& option, const Reading& reading) {
  AnswerQuestion open = reading.question;
  open.form = Form::kOpen;
  const ReadAnswer meant = read_answer(option, open, reading.words);
  if (meant.is_read()) reading.out.answer.value = meant.answer.value;
}

/// The words that go with the letter must not be another option's alone: "B. Preparation", "B, since it is
/// preparation". What further sentences or lines say explains.
bool is_contradicted(const TokenText& text, const Letter& letter, std::size_t place,
                     const std::vector<NamedOption>& named) {
  const std::size_t next = letter.token + 1;
  if (next >= text.tokens.size()) return false;
  const std::size_t gap = text.tokens[letter.token].end;
  if (text.shown.substr(gap, text.tokens[next].begin - gap).find('\n') != std::string::npos) return false;
  std::size_t end = next + 1;
  if (text.tokens[next].after_stop)
    end += is_article(text.word(next)) ? 1 : 0;
  else
    while (end < text.tokens.size() && !text.tokens[end].after_stop) ++end;
  bool names_other = false;
  for (const NamedOption& option : named) {
    if (option.token <= letter.token || option.token >= end) continue;
    if (option.place == place) return false;
    names_other = true;
  }
  return names_other;
}

}  // namespace

void read_choice(const TokenText& text, const Reading& reading) {
  const auto& options = reading.question.options;
  Claims claims = claims_in(text);
  bool is_exact = false;
  const auto named = options_in(text, options, is_exact);
  const bool is_vague = claims.claim == Claim::kLast && !named.empty();
  if (is_exact || is_vague) claims.letters.clear();  // an option may itself be a single letter
  if (claims.letters.size() > 1) return reading.fail("two options are named");
  std::size_t place = 0;
  if (!claims.letters.empty()) {
    place = static_cast<std::size_t>(claims.letters[0].letter - 'A');
    if (place >= options.size()) return reading.fail("there is no option " + std::string(1, claims.letters[0].letter));
    if (is_contradicted(text, claims.letters[0], place, named)) {
      return reading.fail("the letter and the words name different options");
    }
  } else {
    if (named.empty()) return reading.fail("no option is named");
    place = named[0].place;
    const bool is_one =
        std::all_of(named.begin(), named.end(), [&](const NamedOption& option) { return option.place == place; });
    if (!is_one) return reading.fail("two options are named");
    reading.out.took_option_text = true;
  }
  reading.out.answer.key.assign(1, static_cast<char>('A' + place));
  reading.out.state = ReadState::kRead;
  take_value(options[place], reading);
}

}  // namespace surgsigma
