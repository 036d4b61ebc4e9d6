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

constexpr std::size_t kOtherLetter = 47;  // all else alike: no two surfaces differ in such letters alone

/// Branch of the trie by byte.
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
bool is_word_letter(char c) { return kIsWordLetter[static_cast<unsigned char>(c)]; }

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
  if (made.nodes_.size() > 65'535) {
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

void Words::add_surface(std::string_view surface, int term) {
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
  if (meaning == kNone) {
    meaning = static_cast<std::int32_t>(meanings_.size());
    meanings_.emplace_back();
  }
  auto& terms = meanings_[static_cast<std::size_t>(meaning)];
  if (std::find(terms.begin(), terms.end(), term) == terms.end()) terms.push_back(term);
}

void Words::add_surfaces() {
  nodes_.emplace_back();
  for (std::size_t i = 0; i < concepts_.size(); ++i) {
    const ConceptWords& words = concepts_[i];
    const int term = static_cast<int>(i);
    if (words.sort == Sort::kOther || words.sort == Sort::kProtocol || term == no_target_) continue;
    add_surface(words.label, term);
    add_surface(words.plural, term);
    if (words.sort == Sort::kVerb) {
      add_surface(words.third, term);
      add_surface(words.third_plural, term);
      add_surface(words.gerund, term);
    }
    if (term == idle_verb_) {  // "is present but not interacting" says that it is idle
      for (const std::string& surface : {words.third, words.third_plural, words.gerund})
        add_surface(surface, kIdleMark);
    }
    for (const std::string& surface : more_surfaces_[i]) add_surface(surface, term);
  }
  for (std::size_t i = 0; i < kGridWords.size(); ++i) add_surface(kGridWords[i], kCellMark + static_cast<int>(i));
  for (int number = 2; number <= kLargestNumber; ++number) add_surface(number_word(number), kNumberMark + number);
  for (const MarkSurface& row : kMarkSurfaces) add_surface(row.text, row.term);
}

void Words::mentions(std::string_view sentence, std::vector<int>& found) const {
  found.clear();
  std::size_t begin = 0;
  while (begin < sentence.size()) {
    if (!is_word_letter(sentence[begin])) {
      ++begin;
      continue;
    }
    std::size_t node = 0;
    std::size_t end = begin;
    std::size_t best_end = 0;
    std::int32_t best = kNone;
    while (end < sentence.size()) {
      node = nodes_[node].next[letter_of(sentence[end])];
      if (node == 0) break;
      ++end;
      const bool ends_word = end == sentence.size() || !is_word_letter(sentence[end]);
      if (ends_word && nodes_[node].meaning != kNone) {
        best = nodes_[node].meaning;
        best_end = end;
      }
    }
    if (best != kNone) {
      found.push_back(best);
      begin = best_end;
    } else {
      while (begin < sentence.size() && is_word_letter(sentence[begin])) ++begin;
    }
  }
}

bool Words::may_mean(int mention, int term) const {
  const auto& terms = meanings(mention);
  return std::find(terms.begin(), terms.end(), term) != terms.end();
}

}  // namespace surgsigma::chain
