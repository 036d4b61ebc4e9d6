#include "surgsigma/ingest/readers/triplet_classes.h"

#include "surgsigma/base/text.h"
#include "surgsigma/ingest/readers/track.h"

namespace surgsigma {

Result<TripletClasses> triplet_classes(const FileJob& job, std::string_view key) {
  TripletClasses classes;
  SURGSIGMA_TRY(vocabulary, job.vocabulary(key));
  classes.vocabulary = vocabulary;
  if (vocabulary->parts.size() != 3) {
    return card_error(job, "vocabulary " + quoted(vocabulary->id) + " has no three parts",
                      "an interaction vocabulary names instruments, verbs and targets as parts");
  }
  for (std::size_t part = 0; part < 3; ++part) {
    const auto found = job.card.vocabularies.find(vocabulary->parts[part]);
    if (found == job.card.vocabularies.end()) {
      return card_error(job, "there is no vocabulary " + quoted(vocabulary->parts[part]), "correct the parts");
    }
    classes.parts[part] = &found->second;
  }
  for (const auto& [id, words] : vocabulary->classes) {
    TripletClass combination;
    for (std::size_t part = 0; part < 3; ++part) {
      const VocabularyLabel* label = part < words.size() ? classes.parts[part]->by_label(words[part]) : nullptr;
      if (label == nullptr) {
        return card_error(job, "class " + std::to_string(id) + " of " + vocabulary->id + " does not fit its parts",
                          "a class is [instrument, verb, target]");
      }
      combination.words[part] = label->label;
      combination.ids[part] = label->id;
      if (label->state == LabelState::kIdle) combination.state = LabelState::kIdle;
    }
    classes.by_id.emplace(id, std::move(combination));
  }
  if (classes.by_id.empty()) return card_error(job, "vocabulary " + quoted(vocabulary->id) + " has no classes", "");
  return classes;
}

}  // namespace surgsigma
