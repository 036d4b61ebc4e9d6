#include "surgsigma/export/coco/coco_classes.h"

#include <algorithm>
#include <tuple>

namespace surgsigma {
namespace {

bool can_be_located(const Concept& known) {
  return known.kind == "instrument" || known.kind == "anatomy" || known.kind == "object";
}

std::string word_key(std::string_view vocabulary, std::string_view label) {
  return std::string(vocabulary) + '\n' + std::string(label);
}

}  // namespace

CocoClasses CocoClasses::of_concepts(const Ontology& ontology) {
  CocoClasses classes;
  for (const Concept& known : ontology.concepts()) {
    if (!can_be_located(known)) continue;
    const int place = static_cast<int>(classes.all_.size());
    classes.all_.push_back({place + 1, known.label, known.kind, known.id.text, "", 0});
    classes.place_of_.emplace(known.id.text, place);
  }
  return classes;
}

CocoClasses CocoClasses::of_words(std::vector<VocabularyRow> words) {
  std::sort(words.begin(), words.end(), [](const VocabularyRow& a, const VocabularyRow& b) {
    return std::tie(a.vocabulary_id, a.position, a.label) < std::tie(b.vocabulary_id, b.position, b.label);
  });
  CocoClasses classes;
  classes.is_by_word_ = true;
  for (const VocabularyRow& word : words) {
    const int place = static_cast<int>(classes.all_.size());
    const std::string vocabulary = vocabulary_key(word.source_id.text, word.vocabulary_id);
    if (!classes.place_of_.emplace(word_key(vocabulary, word.label), place).second) continue;
    classes.all_.push_back({place + 1, word.label, word.kind, word.concept_id.text, vocabulary, word.label_id});
  }
  return classes;
}

int CocoClasses::find(const Annotation& record, std::string_view source) const {
  const auto found = [&](const std::string& key) {
    const auto at = place_of_.find(key);
    return at == place_of_.end() ? -1 : at->second;
  };
  if (!is_by_word_) return record.concepts.empty() ? -1 : found(record.concepts[0].text);
  if (record.labels.empty()) return -1;
  return found(word_key(vocabulary_key(source, record.vocabulary), record.labels[0]));
}

std::string vocabulary_key(std::string_view source, std::string_view vocabulary) {
  const std::string start = std::string(source) + "/";
  return vocabulary.starts_with(start) ? std::string(vocabulary) : start + std::string(vocabulary);
}

}  // namespace surgsigma
