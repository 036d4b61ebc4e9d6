#include <algorithm>
#include <array>
#include <utility>

#include "surgsigma/schema/catalog.h"
#include "surgsigma/schema/fields.h"

namespace surgsigma {
namespace {

struct KindOfPrefix {
  std::string_view prefix;
  std::string_view kind;
};
constexpr std::array<KindOfPrefix, 14> kKinds = {{{"ins", "instrument"},
                                                  {"act", "verb"},
                                                  {"ana", "anatomy"},
                                                  {"obj", "object"},
                                                  {"pha", "phase"},
                                                  {"stp", "step"},
                                                  {"bsa", "action"},
                                                  {"ges", "action"},
                                                  {"prc", "procedure"},
                                                  {"spc", "specialty"},
                                                  {"cri", "criterion"},
                                                  {"pro", "protocol"},
                                                  {"flg", "flag"},
                                                  {"mot", "motion"}}};
/// Facets whose value names another concept.
constexpr std::array<std::string_view, 4> kConceptFacets = {"procedure", "specialty", "phase", "protocol"};

const std::vector<std::string> kConceptKeys = {"id",         "kind",    "label",  "plural",  "article",
                                               "definition", "parents", "facets", "synonyms"};

std::vector<std::string> kind_words() {
  std::vector<std::string> words;
  for (const KindOfPrefix& row : kKinds) {
    if (words.empty() || words.back() != row.kind) words.emplace_back(row.kind);
  }
  return words;
}

std::string_view kind_of_id(std::string_view id) {
  const std::string_view prefix = id.substr(0, id.find('.'));
  const auto row = std::find_if(kKinds.begin(), kKinds.end(), [&](const auto& k) { return k.prefix == prefix; });
  return row == kKinds.end() ? "" : row->kind;
}

bool is_one_of(char c, std::string_view letters) { return letters.find(c) != std::string_view::npos; }

/// Whether "an" stands before the label, by sound: an artery, a ureter, an L-hook, an hour.
bool sounds_like_vowel(std::string_view label) {
  const std::string word = lower(label.substr(0, label.find(' ')));
  if (word.empty()) return false;
  const bool is_letter_alone = word.size() == 1 || word[1] == '-';
  const bool is_abbreviation =
      label.size() > 1 && label[0] >= 'A' && label[0] <= 'Z' && label[1] >= 'A' && label[1] <= 'Z';
  if (is_letter_alone || is_abbreviation) return is_one_of(word[0], "aefhilmnorsx");
  const bool sounds_like_you = word.starts_with("uni") || word.starts_with("ure") || word.starts_with("uri") ||
                               word.starts_with("uro") || word.starts_with("use") || word.starts_with("ute") ||
                               word.starts_with("eu") || word.starts_with("one");
  return (is_one_of(word[0], "aeiou") && !sounds_like_you) || word.starts_with("hour");
}

void check_id(const Concept& entry, const Fields& fields) {
  if (entry.id.empty()) return;
  if (!is_catalog_id(entry.id.text)) {
    fields.mistake("id", "not an id: " + quoted(entry.id.text), "lower case letters, digits, '_' and '.'");
    return;
  }
  const std::string_view kind = kind_of_id(entry.id.text);
  if (kind.empty()) {
    fields.mistake("id", "unknown prefix in " + quoted(entry.id.text),
                   "ids begin with ins., act., ana., obj., pha., ...");
  } else if (!entry.kind.empty() && kind != entry.kind) {
    fields.mistake("kind", quoted(entry.id.text) + " is of kind " + entry.kind,
                   "its prefix stands for kind " + std::string(kind));
  }
}

std::vector<Concept::Synonym> synonyms_of(const Fields& fields, Mistakes& mistakes) {
  std::vector<Concept::Synonym> synonyms;
  const Json& list = fields.array("synonyms");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Fields synonym(list[i], fields.at("synonyms").element(i), mistakes, {"text", "match"});
    synonyms.push_back({synonym.text("text", Need::kRequired), synonym.word("match", Match::kExact)});
  }
  return synonyms;
}

Concept read_concept(const Json& json, const Place& place, Mistakes& mistakes) {
  const Fields fields(json, place, mistakes, kConceptKeys);
  Concept entry;
  entry.id = ConceptId(fields.text("id", Need::kRequired));
  entry.kind = fields.one_of("kind", kind_words(), "");
  if (!fields.has("kind")) fields.mistake("kind", "is missing", "add it");
  entry.label = fields.text("label", Need::kRequired);
  entry.plural = fields.has("plural") ? fields.text("plural") : entry.label + "s";
  const std::string article = sounds_like_vowel(entry.label) ? "an" : "a";
  entry.article = fields.one_of("article", {"a", "an", "the", ""}, article);
  entry.definition = fields.text("definition");
  for (std::string& parent : fields.texts("parents")) entry.parents.emplace_back(std::move(parent));
  entry.facets = fields.object("facets");
  entry.synonyms = synonyms_of(fields, mistakes);
  check_id(entry, fields);
  return entry;
}

class ReferenceCheck {
 public:
  ReferenceCheck(const Ontology& ontology, const std::vector<Place>& places, Mistakes& mistakes)
      : ontology_(ontology), places_(places), mistakes_(mistakes) {
    for (const Concept& entry : ontology.concepts()) ids_.push_back(entry.id.text);
  }

  void run() {
    for (std::size_t i = 0; i < ontology_.concepts().size(); ++i) check(ontology_.concepts()[i], places_[i]);
    if (mistakes_.empty()) check_cycles();
  }

 private:
  void check(const Concept& entry, const Place& place) {
    for (const ConceptId& parent : entry.parents) check_known(parent.text, place.member("parents"));
    for (const std::string_view facet : kConceptFacets) {
      const auto value = entry.facets.find(std::string(facet));
      if (value == entry.facets.end()) continue;
      const Place at = place.member("facets").member(facet);
      if (!value->is_array()) {
        check_known(scalar_text(*value).value_or(""), at);
        continue;
      }
      for (const Json& id : *value) check_known(scalar_text(id).value_or(""), at);
    }
  }

  void check_known(const std::string& id, const Place& place) {
    if (!ontology_.find(ConceptId(id))) mistakes_.add(place, "unknown concept " + quoted(id), hint_for(id, ids_));
  }

  /// Takes away concepts whose parents are all taken away; what cannot be taken away is on or below a cycle.
  void check_cycles() {
    std::unordered_map<ConceptId, std::vector<std::size_t>> children;
    std::vector<std::size_t> open_parents;
    std::vector<std::size_t> ready;
    for (std::size_t i = 0; i < ontology_.concepts().size(); ++i) {
      const Concept& entry = ontology_.concepts()[i];
      open_parents.push_back(entry.parents.size());
      for (const ConceptId& parent : entry.parents) children[parent].push_back(i);
      if (entry.parents.empty()) ready.push_back(i);
    }
    while (!ready.empty()) {
      const std::size_t taken = ready.back();
      ready.pop_back();
      for (const std::size_t child : children[ontology_.concepts()[taken].id]) {
        if (--open_parents[child] == 0) ready.push_back(child);
      }
    }
    for (std::size_t i = 0; i < open_parents.size(); ++i) {
      if (open_parents[i] == 0) continue;
      mistakes_.add(places_[i].member("parents"), quoted(ids_[i]) + " is its own ancestor, or has one that is",
                    "take one of the parents out");
      return;
    }
  }

  const Ontology& ontology_;
  const std::vector<Place>& places_;
  Mistakes& mistakes_;
  std::vector<std::string> ids_;
};

}  // namespace

const Concept* Ontology::find(const ConceptId& id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &concepts_[found->second];
}

bool Ontology::is_a(const ConceptId& id, const ConceptId& ancestor) const {
  if (id == ancestor) return find(id) != nullptr;
  const Concept* entry = find(id);
  if (!entry) return false;
  return std::any_of(entry->parents.begin(), entry->parents.end(),
                     [&](const ConceptId& parent) { return is_a(parent, ancestor); });
}

Result<Ontology> Ontology::from_documents(const std::vector<std::pair<std::string, Json>>& documents) {
  Ontology ontology;
  Mistakes mistakes;
  std::vector<Place> places;
  for (const auto& [file, document] : documents) {
    const Fields fields(document, {file, ""}, mistakes, {"concepts"});
    const Json& list = fields.array("concepts");
    for (std::size_t i = 0; i < list.size(); ++i) {
      Place place = fields.at("concepts").element(i);
      Concept entry = read_concept(list[i], place, mistakes);
      const auto [known, is_new] = ontology.by_id_.emplace(entry.id, ontology.concepts_.size());
      if (!is_new) {
        mistakes.add(place, "duplicate id " + quoted(entry.id.text), "first at " + places[known->second].text());
        continue;
      }
      ontology.concepts_.push_back(std::move(entry));
      places.push_back(std::move(place));
    }
  }
  ReferenceCheck(ontology, places, mistakes).run();
  if (!mistakes.empty()) return mistakes.as_error("ontology");
  return ontology;
}

}  // namespace surgsigma
