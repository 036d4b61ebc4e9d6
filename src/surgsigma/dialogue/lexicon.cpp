#include "surgsigma/dialogue/lexicon.h"

#include <algorithm>
#include <array>
#include <utility>

#include "surgsigma/base/text.h"

namespace surgsigma {
namespace {

constexpr std::array<std::pair<std::string_view, WordKind>, 8> kKinds = {{{"instrument", WordKind::kInstrument},
                                                                          {"verb", WordKind::kVerb},
                                                                          {"anatomy", WordKind::kAnatomy},
                                                                          {"object", WordKind::kObject},
                                                                          {"phase", WordKind::kPhase},
                                                                          {"step", WordKind::kStep},
                                                                          {"action", WordKind::kAction},
                                                                          {"criterion", WordKind::kCriterion}}};

WordKind kind_of(std::string_view word) {
  for (const auto& [name, kind] : kKinds) {
    if (name == word) return kind;
  }
  return WordKind::kOther;
}

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_vowel(char c) { return std::string_view("aeiouAEIOU").find(c) != std::string_view::npos; }

std::string facet(const Concept& from, std::string_view key) {
  return from.facets.is_object() ? text_or(from.facets, key, "") : "";
}

Error lacks(const Concept& from, std::string_view what) {
  return {ErrorKind::kData, "concept '" + from.id.text + "' has no " + std::string(what), "catalog/ontology",
          "sentences need it; see docs/catalog.md"};
}

double top_of_scale(const Concept& protocol) {
  if (!protocol.facets.is_object() || !protocol.facets.contains("scale")) return 1;
  double top = 0;
  for (const Json& step : protocol.facets["scale"]) {
    if (step.is_number()) top = std::max(top, step.get<double>());
  }
  return top > 0 ? top : 1;
}

Result<Surface> surface_of(const Concept& from) {
  if (from.label.empty()) return lacks(from, "label");
  Surface made;
  made.id = from.id;
  made.kind = kind_of(from.kind);
  made.label = from.label;
  made.plural = from.plural.empty() ? from.label + "s" : from.plural;
  made.a = from.article.empty() ? from.label : from.article + " " + from.label;
  const bool is_name = from.article.empty() && is_upper(from.label.front());
  made.the = is_name ? from.label : "the " + from.label;
  made.third = facet(from, "third_person");
  made.gerund = facet(from, "gerund");
  made.preposition = facet(from, "preposition");
  made.is_plural = facet(from, "grammatical_number") == "plural";
  made.statement = facet(from, "statement");
  made.question = facet(from, "question");
  made.number = from.facets.is_object() ? static_cast<int>(int_or(from.facets, "number", 0)) : 0;
  const bool is_verb_without_forms = made.kind == WordKind::kVerb && (made.third.empty() || made.gerund.empty());
  if (is_verb_without_forms) return lacks(from, made.third.empty() ? "facet third_person" : "facet gerund");
  return made;
}

}  // namespace

std::string_view indefinite_article(std::string_view word) {
  if (word.empty()) return "a";
  const bool is_letter_name = word.size() == 1 || (is_upper(word[0]) && (is_upper(word[1]) || word[1] == '-'));
  if (is_letter_name && is_upper(word[0]))
    return std::string_view("AEFHILMNORSX").find(word[0]) != std::string_view::npos ? "an" : "a";
  constexpr std::array<std::string_view, 6> kYou = {"uni", "ure", "uri", "uro", "ute", "use"};
  constexpr std::array<std::string_view, 3> kSilent = {"hour", "honest", "heir"};
  for (const auto start : kYou) {
    if (starts_with_ignoring_case(word, start)) return "a";
  }
  for (const auto start : kSilent) {
    if (starts_with_ignoring_case(word, start)) return "an";
  }
  if (starts_with_ignoring_case(word, "one") || starts_with_ignoring_case(word, "eu")) return "a";
  return is_vowel(word[0]) ? "an" : "a";
}

Result<Lexicon> Lexicon::create(const Ontology& ontology) {
  Lexicon made;
  const auto& concepts = ontology.concepts();
  made.surfaces_.reserve(concepts.size());
  for (const Concept& from : concepts) {
    SURGSIGMA_TRY(surface, surface_of(from));
    made.by_id_.emplace(from.id, made.size());
    made.surfaces_.push_back(std::move(surface));
  }
  const std::size_t words = (concepts.size() + 63) / 64;
  made.ancestors_.assign(concepts.size(), std::vector<std::uint64_t>(words, 0));
  for (std::size_t i = 0; i < concepts.size(); ++i) {
    std::vector<int> open = {static_cast<int>(i)};
    while (!open.empty()) {
      const auto at = static_cast<std::size_t>(open.back());
      open.pop_back();
      if (made.ancestors_[i][at / 64] >> (at % 64) & 1) continue;
      made.ancestors_[i][at / 64] |= std::uint64_t{1} << (at % 64);
      for (const ConceptId& parent : concepts[at].parents) {
        const int index = made.index(parent);
        if (index != kNoConcept) open.push_back(index);
      }
    }
  }
  for (std::size_t i = 0; i < concepts.size(); ++i) {
    Surface& surface = made.surfaces_[i];
    if (surface.kind == WordKind::kCriterion) {
      surface.group = made.index(ConceptId(facet(concepts[i], "protocol")));
      if (surface.group == kNoConcept) return lacks(concepts[i], "facet protocol that names a concept");
      surface.scale_top = top_of_scale(concepts[static_cast<std::size_t>(surface.group)]);
      made.criteria_[surface.group].push_back(static_cast<int>(i));
    } else if (surface.kind == WordKind::kStep) {
      surface.group = made.index(ConceptId(facet(concepts[i], "phase")));
    }
  }
  for (auto& [protocol, criteria] : made.criteria_) {
    std::stable_sort(criteria.begin(), criteria.end(), [&](int a, int b) { return made[a].number < made[b].number; });
  }
  made.idle_verb_ = made.index(ConceptId("act.idle"));
  made.out_of_body_ = made.index(ConceptId("flg.out_of_body"));
  return made;
}

int Lexicon::index(const ConceptId& id) const {
  const auto at = by_id_.find(id);
  return at == by_id_.end() ? kNoConcept : at->second;
}

bool Lexicon::is_a(int a, int b) const {
  const auto bit = static_cast<std::size_t>(b);
  return ancestors_[static_cast<std::size_t>(a)][bit / 64] >> (bit % 64) & 1;
}

bool Lexicon::is_kin(int a, int b) const { return is_a(a, b) || is_a(b, a); }

const std::vector<int>& Lexicon::criteria_of(int protocol) const {
  static const std::vector<int> kNone;
  const auto at = criteria_.find(protocol);
  return at == criteria_.end() ? kNone : at->second;
}

}  // namespace surgsigma
