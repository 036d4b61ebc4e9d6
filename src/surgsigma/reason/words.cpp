#include "surgsigma/reason/words.h"

#include <algorithm>

#include "surgsigma/base/json.h"
#include "surgsigma/base/text.h"
#include "surgsigma/schema/geometry.h"

namespace surgsigma::chain {
namespace {

constexpr std::array<std::string_view, 11> kNumberWords = {"two",   "three", "four", "five",   "six",   "seven",
                                                           "eight", "nine",  "ten",  "eleven", "twelve"};

struct SortOfKind {
  std::string_view kind;
  Sort sort;
};
constexpr std::array<SortOfKind, 9> kSorts = {{{"instrument", Sort::kInstrument},
                                               {"verb", Sort::kVerb},
                                               {"anatomy", Sort::kAnatomy},
                                               {"object", Sort::kObject},
                                               {"phase", Sort::kPhase},
                                               {"step", Sort::kStep},
                                               {"action", Sort::kAction},
                                               {"criterion", Sort::kCriterion},
                                               {"protocol", Sort::kProtocol}}};

struct MarkSurface {
  std::string_view text;
  int term;
};
/// What the sentences of phrases.h say beside concepts, places and numbers.
constexpr std::array<MarkSurface, 36> kMarkSurfaces = {{
    {"not interacting", kIdleMark},
    {"without touching", kIdleMark},
    {"at rest", kIdleMark},
    {"idle", kIdleMark},
    {"passive", kIdleMark},
    {"inactive", kIdleMark},
    {"is met", kMetMark},
    {"is fulfilled", kMetMark},
    {"is satisfied", kMetMark},
    {"is not met", kUnmetMark},
    {"is not fulfilled", kUnmetMark},
    {"is not satisfied", kUnmetMark},
    {"to the left of", kLeftOfMark},
    {"to the right of", kRightOfMark},
    {"above", kAboveMark},
    {"below", kBelowMark},
    {"0 of 2", kScoreMark},
    {"1 of 2", kScoreMark + 1},
    {"2 of 2", kScoreMark + 2},
    {"left", kSideMark},
    {"right", kSideMark + 1},
    {"centre", kSideMark + 2},
    {"ground truth", kLeakMark},
    {"ground-truth", kLeakMark},
    {"label", kLeakMark},
    {"labels", kLeakMark},
    {"labeled", kLeakMark},
    {"labelled", kLeakMark},
    {"annotation", kLeakMark},
    {"annotations", kLeakMark},
    {"annotated", kLeakMark},
    {"annotator", kLeakMark},
    {"annotators", kLeakMark},
    {"dataset", kLeakMark},
    {"the record", kLeakMark},
    {"the records", kLeakMark},
}};

std::string facet(const Concept& entry, std::string_view key) {
  return entry.facets.is_object() ? text_or(entry.facets, key, "") : "";
}

double top_of_scale(const Concept& protocol) {
  const auto scale = protocol.facets.find("scale");
  if (scale == protocol.facets.end() || !scale->is_array() || scale->empty() || !scale->back().is_number()) return 1;
  return scale->back().get<double>();
}

bool begins_upper(std::string_view text) { return !text.empty() && text[0] >= 'A' && text[0] <= 'Z'; }

ConceptWords words_of(const Concept& entry) {
  ConceptWords made;
  made.id = entry.id.text;
  const auto sort = std::find_if(kSorts.begin(), kSorts.end(), [&](const auto& row) { return row.kind == entry.kind; });
  if (sort != kSorts.end()) made.sort = sort->sort;
  made.label = entry.label;
  made.plural = entry.plural.empty() ? entry.label : entry.plural;
  made.a = entry.article.empty() ? entry.label : entry.article + " " + entry.label;
  // "pulling of the needle" is a noun and wants its article; "picking up the needle" is none.
  if (made.sort == Sort::kAction && entry.article.empty() && entry.label.find("ing of ") != std::string::npos) {
    made.a = "the " + entry.label;
  }
  const bool is_name = entry.article.empty() && begins_upper(entry.label);
  made.the = is_name ? entry.label : "the " + entry.label;
  made.is_plural = facet(entry, "grammatical_number") == "plural";
  made.third = facet(entry, "third_person");
  made.third_plural = facet(entry, "third_person_plural");
  made.gerund = facet(entry, "gerund");
  std::string preposition = facet(entry, "preposition");
  // "opens its jaws at the prostate": a verb that has its object already needs a preposition before another.
  const bool has_object = made.third.find(' ') != std::string::npos;
  if (preposition.empty() && has_object) preposition = "at";
  made.before_target = preposition.empty() ? "" : preposition + " ";
  if (made.sort == Sort::kVerb) made.is_sayable = !made.third.empty() && !made.gerund.empty();
  if (made.third_plural.empty()) made.third_plural = made.label;
  made.number = entry.facets.is_object() ? static_cast<int>(int_or(entry.facets, "number", 0)) : 0;
  return made;
}

}  // namespace

std::string_view number_word(int number) {
  if (number < 2 || number > kLargestNumber) return {};
  return kNumberWords[static_cast<std::size_t>(number - 2)];
}

Result<Words> Words::create(const Catalog& catalog) {
  Words made;
  const auto& concepts = catalog.ontology.concepts();
  made.id_texts_.reserve(concepts.size());
  for (const Concept& entry : concepts) {
    if (entry.label.empty()) {
      return Error{ErrorKind::kData, "a concept without a label cannot be spoken of", entry.id.text, "give it a label"};
    }
    made.concepts_.push_back(words_of(entry));
    made.id_texts_.push_back(entry.id.text);
  }
  for (std::size_t i = 0; i < concepts.size(); ++i) made.by_id_.emplace(made.id_texts_[i], static_cast<int>(i));
  made.parents_.resize(concepts.size());
  made.more_surfaces_.resize(concepts.size());
  for (std::size_t i = 0; i < concepts.size(); ++i) {
    ConceptWords& words = made.concepts_[i];
    for (const ConceptId& parent : concepts[i].parents) made.parents_[i].push_back(made.index(parent.text));
    if (words.sort == Sort::kCriterion) {
      words.protocol = made.index(facet(concepts[i], "protocol"));
      if (words.protocol == kNone) {
        return Error{ErrorKind::kData, "a criterion belongs to a protocol", words.id, "name it in facet `protocol`"};
      }
      words.scale_top = top_of_scale(concepts[static_cast<std::size_t>(words.protocol)]);
      made.criteria_[words.protocol].push_back(static_cast<int>(i));
    }
    const bool is_thing =
        words.sort == Sort::kInstrument || words.sort == Sort::kAnatomy || words.sort == Sort::kObject;
    for (const auto& synonym : concepts[i].synonyms) {
      if (is_thing && synonym.match == Match::kExact) made.more_surfaces_[i].push_back(synonym.text);
    }
  }
  for (auto& [protocol, criteria] : made.criteria_) {
    std::stable_sort(criteria.begin(), criteria.end(), [&](int a, int b) { return made[a].number < made[b].number; });
  }
  made.idle_verb_ = made.index("act.idle");
  made.no_target_ = made.index("obj.no_target");
  made.out_of_body_ = made.index("flg.out_of_body");
  made.add_surfaces();
  if (made.surfaces_.is_full()) {
    return Error{ErrorKind::kInternal, "the ontology has too many words", "reason", "widen the nodes of the trie"};
  }
  return made;
}

int Words::index(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? kNone : found->second;
}

const std::vector<int>& Words::criteria_of(int protocol) const {
  static const std::vector<int> kNothing;
  const auto found = criteria_.find(protocol);
  return found == criteria_.end() ? kNothing : found->second;
}

bool Words::is_a(int a, int b) const {
  if (a == b) return true;
  const auto& parents = parents_[static_cast<std::size_t>(a)];
  return std::any_of(parents.begin(), parents.end(), [&](int parent) { return parent != kNone && is_a(parent, b); });
}

void Words::add_surfaces() {
  for (std::size_t i = 0; i < concepts_.size(); ++i) {
    const ConceptWords& words = concepts_[i];
    const int term = static_cast<int>(i);
    if (words.sort == Sort::kOther || words.sort == Sort::kProtocol || term == no_target_) continue;
    surfaces_.add(words.label, term);
    surfaces_.add(words.plural, term);
    if (words.sort == Sort::kVerb) {
      surfaces_.add(words.third, term);
      surfaces_.add(words.third_plural, term);
      surfaces_.add(words.gerund, term);
    }
    if (term == idle_verb_) {  // "is present but not interacting" says that it is idle
      for (const std::string& surface : {words.third, words.third_plural, words.gerund})
        surfaces_.add(surface, kIdleMark);
    }
    for (const std::string& surface : more_surfaces_[i]) surfaces_.add(surface, term);
  }
  for (std::size_t i = 0; i < kGridWords.size(); ++i) surfaces_.add(kGridWords[i], kCellMark + static_cast<int>(i));
  for (int number = 2; number <= kLargestNumber; ++number) surfaces_.add(number_word(number), kNumberMark + number);
  for (const MarkSurface& row : kMarkSurfaces) surfaces_.add(row.text, row.term);
}

void Words::mentions(std::string_view sentence, std::vector<int>& found) const {
  found.clear();
  surfaces_.each(sentence, [&](int mention, std::size_t, std::size_t) { found.push_back(mention); });
}

}  // namespace surgsigma::chain
