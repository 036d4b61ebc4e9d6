#include "surgsigma/schema/mentions.h"

#include <algorithm>
#include <optional>

#include "surgsigma/base/json.h"

namespace surgsigma {
namespace {

constexpr std::size_t kOtherLetter = 47;  // all else alike: no two surfaces differ in such letters alone

/// Branch of the tree by byte.
constexpr std::array<std::uint8_t, 256> kLetterOf = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(static_cast<std::uint8_t>(kOtherLetter));
  for (std::size_t i = 0; i < 26; ++i) table['a' + i] = table['A' + i] = static_cast<std::uint8_t>(i);
  for (std::size_t i = 0; i < 10; ++i) table['0' + i] = static_cast<std::uint8_t>(26 + i);
  constexpr std::string_view kOthers = " -',:()/;.";
  for (std::size_t i = 0; i < kOthers.size(); ++i) {
    table[static_cast<unsigned char>(kOthers[i])] = static_cast<std::uint8_t>(36 + i);
  }
  return table;
}();

constexpr std::array<bool, 256> kIsWordLetter = [] {
  std::array<bool, 256> table{};
  for (std::size_t i = 0; i < 26; ++i) table['a' + i] = table['A' + i] = true;
  for (std::size_t i = 0; i < 10; ++i) table['0' + i] = true;
  for (std::size_t i = 0x80; i < 256; ++i) table[i] = true;
  return table;
}();

std::size_t letter_of(char c) { return kLetterOf[static_cast<unsigned char>(c)]; }

std::optional<FactKind> fact_kind(std::string_view kind) {
  if (kind == "instrument") return FactKind::kInstrument;
  if (kind == "verb" || kind == "action") return FactKind::kAction;
  if (kind == "anatomy" || kind == "object") return FactKind::kTarget;
  if (kind == "phase" || kind == "step") return FactKind::kPhase;
  return {};
}

bool is_found_as_synonym(const Concept& entry, const Concept::Synonym& synonym) {
  if (synonym.match != Match::kExact) return false;
  if (entry.kind == "phase" || entry.kind == "step") return synonym.text.find(' ') != std::string::npos;
  return entry.kind == "instrument" || entry.kind == "anatomy" || entry.kind == "object";
}

}  // namespace

void Surfaces::add(std::string_view surface, int term) {
  if (surface.empty()) return;
  std::size_t at = 0;
  for (const char c : surface) {
    const std::size_t letter = letter_of(c);
    if (nodes_[at].next[letter] == 0) {
      nodes_[at].next[letter] = static_cast<std::uint16_t>(nodes_.size());
      nodes_.emplace_back();
    }
    at = nodes_[at].next[letter];
  }
  std::int32_t& meaning = nodes_[at].meaning;
  if (meaning < 0) {
    meaning = static_cast<std::int32_t>(meanings_.size());
    meanings_.emplace_back();
  }
  auto& terms = meanings_[static_cast<std::size_t>(meaning)];
  if (std::find(terms.begin(), terms.end(), term) == terms.end()) terms.push_back(term);
}

bool Surfaces::may_mean(int mention, int term) const {
  const auto& terms = meanings(mention);
  return std::find(terms.begin(), terms.end(), term) != terms.end();
}

bool Surfaces::is_word_letter(char c) { return kIsWordLetter[static_cast<unsigned char>(c)]; }

Surfaces::Longest Surfaces::longest_at(std::string_view sentence, std::size_t begin) const {
  Longest longest;
  std::size_t node = 0;
  std::size_t end = begin;
  while (end < sentence.size()) {
    node = nodes_[node].next[letter_of(sentence[end])];
    if (node == 0) break;
    ++end;
    const bool ends_word = end == sentence.size() || !is_word_letter(sentence[end]);
    if (ends_word && nodes_[node].meaning >= 0) longest = {nodes_[node].meaning, end};
  }
  return longest;
}

std::vector<std::string> surfaces_of(const Concept& entry) {
  const bool is_nothing = entry.id.text == "obj.no_target" || entry.id.text == "act.other";
  if (is_nothing || !fact_kind(entry.kind)) return {};
  std::vector<std::string> surfaces;
  const bool is_idle = entry.id.text == "act.idle";
  if (!is_idle) surfaces = {entry.label, entry.plural};
  if (entry.kind == "verb" && entry.facets.is_object()) {
    for (const char* form : {"third_person", "third_person_plural", "gerund", "participle", "noun"}) {
      const bool is_odd = is_idle && (form == std::string_view("participle") || form == std::string_view("noun"));
      if (!is_odd) surfaces.push_back(text_or(entry.facets, form, ""));
    }
  }
  if (is_idle) {
    surfaces.insert(surfaces.end(), {"idle", "at rest", "not interacting", "inactive", "stay passive", "stays passive",
                                     "without touching any tissue", "without touching anything"});
  }
  for (const Concept::Synonym& synonym : entry.synonyms) {
    if (is_found_as_synonym(entry, synonym)) surfaces.push_back(synonym.text);
  }
  std::erase(surfaces, "");
  return surfaces;
}

Result<OntologyMentions> OntologyMentions::create(const Ontology& ontology) {
  OntologyMentions made;
  for (const Concept& entry : ontology.concepts()) {
    const auto kind = fact_kind(entry.kind);
    made.ids_.push_back(entry.id.text);
    made.kinds_.push_back(kind.value_or(FactKind::kInstrument));
    for (const std::string& surface : surfaces_of(entry))
      made.surfaces_.add(surface, static_cast<int>(made.ids_.size()) - 1);
    if (made.surfaces_.is_full()) {
      return Error{ErrorKind::kInternal, "the ontology has too many words", "mentions", "widen the nodes of the tree"};
    }
  }
  return made;
}

std::vector<OntologyMentions::Mention> OntologyMentions::find(std::string_view text) const {
  std::vector<Mention> found;
  surfaces_.each(text, [&](int set, std::size_t begin, std::size_t end) { found.push_back({set, begin, end}); });
  return found;
}

std::vector<int> OntologyMentions::meanings(int set, FactKind kind) const {
  std::vector<int> meant;
  for (const int term : surfaces_.meanings(set)) {
    if (kind_of(term) == kind) meant.push_back(term);
  }
  std::sort(meant.begin(), meant.end());
  return meant;
}

}  // namespace surgsigma
