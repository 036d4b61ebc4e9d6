#include "surgsigma/schema/answer_words.h"

#include <algorithm>
#include <tuple>

#include "surgsigma/base/text.h"
#include "surgsigma/schema/answer_body.h"

namespace surgsigma {
namespace {

constexpr std::size_t kFuzzyLetters = 6;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80;
}

std::string facet(const Concept& from, std::string_view key) {
  return from.facets.is_object() ? text_or(from.facets, key, "") : "";
}

/// Damerau-Levenshtein distance of at most one, in linear time.
bool is_near(std::string_view a, std::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > 1) return false;
  std::size_t i = 0;
  while (i < a.size() && a[i] == b[i]) ++i;
  if (i == a.size()) return true;
  if (a.size() < b.size()) return a.substr(i) == b.substr(i + 1);
  if (a.substr(i + 1) == b.substr(i + 1)) return true;
  return i + 1 < a.size() && a[i] == b[i + 1] && a[i + 1] == b[i] && a.substr(i + 2) == b.substr(i + 2);
}

}  // namespace

TokenText::TokenText(std::string_view folded_text) : shown(folded_text), lower(surgsigma::lower(folded_text)) {
  Token next;
  for (std::size_t at = 0; at < lower.size();) {
    const char c = lower[at];
    if (!is_letter(c)) {
      const bool is_point = c == '.' && at + 1 < lower.size() && lower[at + 1] >= '0' && lower[at + 1] <= '9';
      next.after_stop = next.after_stop || (c == '.' && !is_point) || c == ';' || c == '\n' || c == '?' || c == '!';
      next.after_comma = next.after_comma || std::string_view(",()[]{}<>|/").find(c) != std::string_view::npos;
      next.after_colon = next.after_colon || c == ':' || c == '=';
      ++at;
      continue;
    }
    next.begin = at;
    next.flat_begin = flat.size();
    while (at < lower.size()) {
      const bool is_inner_apostrophe = lower[at] == '\'' && at + 1 < lower.size() && is_letter(lower[at + 1]);
      if (!is_letter(lower[at]) && !is_inner_apostrophe) break;
      const bool is_possessive =
          is_inner_apostrophe && lower[at + 1] == 's' && (at + 2 == lower.size() || !is_letter(lower[at + 2]));
      if (is_possessive) {  // "Calot's triangle" is the "Calot triangle"
        at += 2;
        break;
      }
      if (!is_inner_apostrophe) flat += lower[at];
      ++at;
    }
    next.end = at;
    next.flat_end = flat.size();
    tokens.push_back(next);
    next = {};
  }
}

AnswerWords::AnswerWords(const Ontology& ontology) {
  for (const Concept& from : ontology.concepts()) {
    by_id_.emplace(from.id, static_cast<int>(ids_.size()));
    ids_.push_back(from.id);
    kinds_.push_back(from.kind);
    const int number = from.facets.is_object() ? static_cast<int>(int_or(from.facets, "number", 0)) : 0;
    protocols_.emplace_back(from.kind == "criterion" ? facet(from, "protocol") : "", number);
  }
  int index = 0;
  for (const Concept& from : ontology.concepts()) {
    auto& parents = parents_.emplace_back();
    for (const ConceptId& parent : from.parents) {
      if (const int at = this->index(parent); at >= 0) parents.push_back(at);
    }
    add_forms(from, index++);
  }
  const auto key = [](const Form& form) { return std::tie(form.flat, form.rank, form.concept_index); };
  std::sort(forms_.begin(), forms_.end(), [&](const Form& a, const Form& b) { return key(a) < key(b); });
  for (std::size_t i = forms_.size(); i-- > 1;) {
    if (forms_[i - 1].flat == forms_[i].flat) forms_[i - 1].same = forms_[i].same + 1;
  }
}

void AnswerWords::add(std::string_view text, int index, std::uint8_t rank) {
  const TokenText split(folded(text));
  if (split.tokens.empty()) return;
  Form form;
  form.flat = split.flat;
  form.concept_index = index;
  form.rank = rank;
  form.has_comma =
      std::any_of(split.tokens.begin() + 1, split.tokens.end(), [](const auto& t) { return t.after_comma; });
  for (std::size_t i = 0; i < split.tokens.size(); ++i) form.words.emplace_back(split.word(i));
  // Forms of one concept are added one after another: only those at the end can be the same.
  for (auto at = forms_.rbegin(); at != forms_.rend() && at->concept_index == index; ++at) {
    if (at->flat != form.flat) continue;
    at->has_comma = at->has_comma || form.has_comma;
    return;
  }
  forms_.push_back(std::move(form));
}

void AnswerWords::add_forms(const Concept& from, int index) {
  const bool is_thing = from.kind == "instrument" || from.kind == "anatomy" || from.kind == "object";
  add(from.label, index, 0);
  add(from.plural.empty() ? from.label + "s" : from.plural, index, 1);
  for (const char* key : {"third_person", "gerund"}) add(facet(from, key), index, 1);
  for (const auto& synonym : from.synonyms) {
    if (synonym.match != Match::kExact && synonym.match != Match::kNarrow) continue;
    add(synonym.text, index, 2);
    if (is_thing) add(synonym.text + "s", index, 2);
  }
  add(from.id.text, index, 2);
  if (from.id.text == "act.idle") {
    for (const char* words : {"present but not interacting", "present but not interacting with any tissue",
                              "not interacting with any tissue", "doing nothing", "does nothing", "null"}) {
      add(words, index, 2);
    }
  }
}

int AnswerWords::index(const ConceptId& id) const {
  const auto at = by_id_.find(id);
  return at == by_id_.end() ? -1 : at->second;
}

bool AnswerWords::is_a(int a, int b) const {
  if (a == b) return true;
  const auto& parents = parents_[static_cast<std::size_t>(a)];
  return std::any_of(parents.begin(), parents.end(), [&](int parent) { return is_a(parent, b); });
}

std::vector<ConceptId> AnswerWords::criteria_of(const ConceptId& protocol) const {
  std::vector<int> found;
  for (int i = 0; i < size(); ++i) {
    if (!protocol.empty() && protocols_[static_cast<std::size_t>(i)].first == protocol.text) found.push_back(i);
  }
  std::stable_sort(found.begin(), found.end(), [&](int a, int b) {
    return protocols_[static_cast<std::size_t>(a)].second < protocols_[static_cast<std::size_t>(b)].second;
  });
  std::vector<ConceptId> ids;
  for (const int i : found) ids.push_back(id(i));
  return ids;
}

Standings AnswerWords::standings(const std::vector<ConceptId>& vocabulary,
                                 const std::vector<std::string_view>& kinds) const {
  Standings made(ids_.size(), Standing::kContext);
  std::vector<std::string_view> admitted = kinds;
  std::vector<int> listed;
  for (const ConceptId& wanted : vocabulary) {
    const int at = index(wanted);
    if (at < 0) continue;
    listed.push_back(at);
    if (std::find(admitted.begin(), admitted.end(), kind(at)) == admitted.end()) admitted.push_back(kind(at));
  }
  const bool is_open = vocabulary.empty();
  for (int i = 0; i < size(); ++i) {
    const bool is_of_kind =
        (is_open && kinds.empty()) || std::find(admitted.begin(), admitted.end(), kind(i)) != admitted.end();
    if (is_of_kind) made[static_cast<std::size_t>(i)] = is_open ? Standing::kAdmissible : Standing::kStranger;
  }
  std::vector<bool> is_listed(ids_.size(), false);
  for (const int at : listed) is_listed[static_cast<std::size_t>(at)] = true;
  for (const int at : listed) {
    std::vector<int> open = parents_[static_cast<std::size_t>(at)];
    while (!open.empty()) {
      const auto parent = static_cast<std::size_t>(open.back());
      open.pop_back();
      made[parent] = std::max(made[parent], Standing::kKin);
      open.insert(open.end(), parents_[parent].begin(), parents_[parent].end());
    }
  }
  for (int i = 0; i < size(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    std::vector<int> open = {i};
    while (!open.empty() && made[at] < Standing::kKin) {
      const auto above = static_cast<std::size_t>(open.back());
      open.pop_back();
      if (is_listed[above]) made[at] = Standing::kKin;
      open.insert(open.end(), parents_[above].begin(), parents_[above].end());
    }
    if (is_listed[at]) made[at] = Standing::kAdmissible;
  }
  return made;
}

void AnswerWords::consider(const TokenText& text, std::size_t first, std::size_t last, std::size_t form,
                           const Standings& standings, Mention& best) const {
  const bool crosses =
      std::any_of(text.tokens.begin() + static_cast<std::ptrdiff_t>(first) + 1,
                  text.tokens.begin() + static_cast<std::ptrdiff_t>(last), [](const auto& t) { return t.after_comma; });
  Mention found{first, last, -1, Standing::kIgnored, false, false};
  std::uint8_t rank = 0;
  for (std::size_t i = form; i < form + forms_[form].same; ++i) {
    if (crosses && !forms_[i].has_comma) continue;
    const Standing standing = standings[static_cast<std::size_t>(forms_[i].concept_index)];
    if (standing == Standing::kIgnored) continue;
    if (standing > found.standing || (standing == found.standing && forms_[i].rank < rank)) {
      found.concept_index = forms_[i].concept_index;
      found.standing = standing;
      found.is_ambiguous = false;
      rank = forms_[i].rank;
    } else if (standing == found.standing && forms_[i].rank == rank && forms_[i].concept_index != found.concept_index) {
      found.is_ambiguous = true;
    }
  }
  if (found.concept_index < 0) return;
  const bool is_context = found.standing == Standing::kContext;
  if (best.concept_index >= 0 && is_context && best.standing != Standing::kContext) return;
  best = found;  // the caller comes from the shortest to the longest
}

std::vector<Mention> AnswerWords::find(const TokenText& text, const Standings& standings) const {
  std::vector<Mention> mentions;
  const std::string_view flat = text.flat;
  for (std::size_t first = 0; first < text.tokens.size();) {
    Mention best{first, first, -1, Standing::kIgnored, false, false};
    auto low = forms_.begin();
    auto high = forms_.end();
    std::size_t depth = 0;
    for (std::size_t last = first; last < text.tokens.size() && low != high; ++last) {
      if (last > first && text.tokens[last].after_stop) break;
      for (std::size_t at = text.tokens[last].flat_begin; at < text.tokens[last].flat_end && low != high;
           ++at, ++depth) {
        const auto letter = [&](const Form& form) {
          return depth < form.flat.size() ? static_cast<int>(static_cast<unsigned char>(form.flat[depth])) : -1;
        };
        const int wanted = static_cast<unsigned char>(flat[at]);
        low = std::partition_point(low, high, [&](const Form& form) { return letter(form) < wanted; });
        high = std::partition_point(low, high, [&](const Form& form) { return letter(form) == wanted; });
      }
      if (low == high || low->flat.size() != depth) continue;
      consider(text, first, last + 1, static_cast<std::size_t>(low - forms_.begin()), standings, best);
    }
    if (best.concept_index < 0) {
      ++first;
      continue;
    }
    first = best.last;
    mentions.push_back(best);
  }
  mark_denied(text, mentions);
  return mentions;
}

int AnswerWords::find_misspelt(const TokenText& text, std::size_t first, std::size_t last,
                               const Standings& standings) const {
  int found = -1;
  for (const Form& form : forms_) {
    if (form.words.size() != last - first || form.concept_index == found) continue;
    if (standings[static_cast<std::size_t>(form.concept_index)] != Standing::kAdmissible) continue;
    bool is_like = true;
    for (std::size_t i = 0; i < form.words.size() && is_like; ++i) {
      const std::string_view word = text.word(first + i);
      is_like = word == form.words[i] || (form.words[i].size() >= kFuzzyLetters && is_near(word, form.words[i]));
    }
    if (!is_like) continue;
    if (found >= 0) return -1;
    found = form.concept_index;
  }
  return found;
}

bool AnswerWords::can_mean(const TokenText& text, const Mention& mention, int concept_index) const {
  const std::size_t begin = text.tokens[mention.first].flat_begin;
  const std::string_view flat =
      std::string_view(text.flat).substr(begin, text.tokens[mention.last - 1].flat_end - begin);
  const auto at =
      std::partition_point(forms_.begin(), forms_.end(), [&](const Form& form) { return form.flat < flat; });
  if (at == forms_.end() || at->flat != flat) return false;
  return std::any_of(at, at + at->same, [&](const Form& form) { return form.concept_index == concept_index; });
}

}  // namespace surgsigma
