// Criteria of a safety protocol: "C1: yes; C2: no", numbers, names, JSON, or one word for each in the protocol's order.
#include <algorithm>
#include <charconv>
#include <map>

#include "surgsigma/base/text.h"
#include "surgsigma/schema/answer_parts.h"

namespace surgsigma {
namespace {

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

struct Verdict {
  bool holds = false;
  std::optional<double> value;
};

/// Text of the number at a token, with its decimals: "0" and "67" are two tokens of "0.67".
std::optional<double> number_at(const TokenText& text, std::size_t& token) {
  const std::size_t begin = text.tokens[token].begin;
  double value = 0;
  const char* first = text.lower.data() + begin;
  if (*first < '0' || *first > '9') return std::nullopt;
  const auto read = std::from_chars(first, text.lower.data() + text.lower.size(), value, std::chars_format::fixed);
  if (read.ec != std::errc()) return std::nullopt;
  const auto end = static_cast<std::size_t>(read.ptr - text.lower.data());
  while (token < text.tokens.size() && text.tokens[token].begin < end) ++token;
  return value;
}

/// The verdict that starts at `token`, moved behind it: "yes", "not met", "is achieved", "2".
std::optional<Verdict> verdict_at(const TokenText& text, std::size_t& token, double top) {
  constexpr std::array<std::string_view, 10> kYes = {"yes",       "true",      "met",     "achieved", "satisfied",
                                                     "fulfilled", "confirmed", "present", "y",        "holds"};
  constexpr std::array<std::string_view, 8> kNo = {"no", "false",       "unmet",   "absent",
                                                   "n",  "unsatisfied", "missing", "unfulfilled"};
  std::size_t at = token;
  while (at < text.tokens.size() && at < token + 3 &&
         (text.is_word(at, "is") || text.is_word(at, "are") || text.is_word(at, "was")))
    ++at;
  if (at >= text.tokens.size()) return std::nullopt;
  const bool is_not = text.is_word(at, "not");
  const std::size_t word = is_not ? at + 1 : at;
  if (word >= text.tokens.size()) return std::nullopt;
  if (is_one_of(text.word(word), kYes)) return token = word + 1, Verdict{!is_not, {}};
  if (!is_not && is_one_of(text.word(word), kNo)) return token = word + 1, Verdict{false, {}};
  if (is_not) return std::nullopt;
  const auto number = number_at(text, at);
  if (!number || *number > top || *number < 0) return std::nullopt;
  token = at;
  return Verdict{top > 1 ? *number >= top : *number >= 0.5, number};
}

/// "criterion 2", "c2", "2:" at `token`, moved behind it; the place from 0.
std::optional<std::size_t> numbered_at(const TokenText& text, std::size_t& token, std::size_t count) {
  std::string_view word = text.word(token);
  std::size_t behind = token + 1;
  bool is_marked = false;
  if (word == "criterion" || word == "criteria" || word == "c") {
    if (behind >= text.tokens.size() || text.tokens[behind].after_stop) return std::nullopt;
    word = text.word(behind++);
    is_marked = true;
  } else if (word.size() > 1 && word[0] == 'c') {
    word.remove_prefix(1);
    is_marked = true;
  }
  const auto number = parse_int(word);
  const bool is_place = number && *number >= 1 && *number <= static_cast<std::int64_t>(count);
  if (!is_place || behind >= text.tokens.size()) return std::nullopt;
  // A bare number is a place only with a mark between it and what follows: "1: no", "1) no", "1. no".
  const std::string_view gap =
      std::string_view(text.lower)
          .substr(text.tokens[behind - 1].end, text.tokens[behind].begin - text.tokens[behind - 1].end);
  if (!is_marked && gap.find_first_of(":.)=") == std::string_view::npos) return std::nullopt;
  token = behind;
  return static_cast<std::size_t>(*number - 1);
}

class CriteriaReader {
 public:
  CriteriaReader(const TokenText& text, const Reading& reading, const std::vector<ConceptId>& criteria)
      : text_(text), reading_(reading), criteria_(criteria), found_(criteria.size()) {
    Standings standings(static_cast<std::size_t>(reading.words.size()), Standing::kIgnored);
    for (const ConceptId& id : criteria) {
      if (const int at = reading.words.index(id); at >= 0)
        standings[static_cast<std::size_t>(at)] = Standing::kAdmissible;
    }
    for (const Mention& mention : reading.words.find(text, standings)) names_[mention.first] = mention;
  }

  void read() {
    for (std::size_t token = 0; token < text_.tokens.size();) {
      if (!read_one(token)) ++token;
    }
    if (!has_conflict_ && count() == 0) read_plain_list();
    if (has_conflict_) return reading_.fail("a criterion with two verdicts");
    if (count() == 0) return reading_.fail("no criterion has a verdict");
    CriteriaAnswer answer{reading_.question.protocol, {}};
    for (std::size_t i = 0; i < criteria_.size(); ++i) {
      if (found_[i])
        answer.criteria.push_back({criteria_[i], found_[i]->holds, found_[i]->value});
      else
        reading_.out.incomplete = true;
    }
    reading_.done(std::move(answer));
  }

 private:
  std::size_t count() const {
    return static_cast<std::size_t>(
        std::count_if(found_.begin(), found_.end(), [](const auto& f) { return f.has_value(); }));
  }

  /// A criterion and its verdict at `token`, moved behind both.
  bool read_one(std::size_t& token) {
    std::size_t at = token;
    std::optional<std::size_t> place;
    if (const auto name = names_.find(token); name != names_.end()) {
      const ConceptId& id = reading_.words.id(name->second.concept_index);
      place = static_cast<std::size_t>(std::find(criteria_.begin(), criteria_.end(), id) - criteria_.begin());
      at = name->second.last;
    } else {
      place = numbered_at(text_, at, criteria_.size());
    }
    if (!place) return false;
    // The name may stand behind the number: "C1 (two structures): yes".
    if (const auto name = names_.find(at); name != names_.end() && at > token) at = name->second.last;
    if (at >= text_.tokens.size()) return false;
    const bool is_apart =
        text_.tokens[at].after_stop && !text_.tokens[at].after_colon && text_.lower[text_.tokens[at - 1].end] != '.';
    const auto verdict = is_apart ? std::nullopt : verdict_at(text_, at, reading_.question.scale_top);
    if (!verdict) return false;
    auto& known = found_[*place];
    if (known && known->holds != verdict->holds) has_conflict_ = true;
    if (!known) known = verdict;
    token = at;
    return true;
  }

  /// "no, no, yes": as many verdicts as criteria and nothing else.
  void read_plain_list() {
    std::vector<Verdict> verdicts;
    for (std::size_t token = 0; token < text_.tokens.size();) {
      if (text_.is_word(token, "and") && !verdicts.empty()) {
        ++token;
        continue;
      }
      const auto verdict = verdict_at(text_, token, reading_.question.scale_top);
      if (!verdict || verdicts.size() == criteria_.size()) return;
      verdicts.push_back(*verdict);
    }
    if (verdicts.size() != criteria_.size() || verdicts.size() < 2) return;
    for (std::size_t i = 0; i < verdicts.size(); ++i) found_[i] = verdicts[i];
  }

  const TokenText& text_;
  const Reading& reading_;
  const std::vector<ConceptId>& criteria_;
  std::vector<std::optional<Verdict>> found_;
  std::map<std::size_t, Mention> names_;  ///< by first token
  bool has_conflict_ = false;
};

}  // namespace

void read_criteria(const TokenText& text, const Reading& reading) {
  const std::vector<ConceptId> criteria = reading.question.criteria.empty()
                                              ? reading.words.criteria_of(reading.question.protocol)
                                              : reading.question.criteria;
  if (criteria.empty()) return reading.fail("the question names no criteria");
  CriteriaReader(text, reading, criteria).read();
}

}  // namespace surgsigma
