// Sets: labels and triplets of a picture.
#include <algorithm>
#include <limits>

#include "surgsigma/base/text.h"
#include "surgsigma/eval/metrics/label_sets.h"
#include "surgsigma/eval/metrics/triplet_sets.h"
#include "surgsigma/eval/scorer_parts.h"

namespace surgsigma {

Result<Scorer> label_set_values(const ScorerWorld& world) {
  const Numbers classes = classes_of(world);
  LabelSetInput input{classes.names(), world.cases.names.size(), {}, {}};
  const bool has_scores = std::all_of(world.asked.begin(), world.asked.end(),
                                      [](const Judged* judged) { return !judged->prediction->scores.empty(); });
  for (const Judged* judged : world.asked) {
    LabelSetItem item;
    item.case_number = world.case_of(*judged);
    for (const ConceptId& id : concepts_in(judged->question->gold)) item.truth.push_back(classes.of(id.text));
    if (judged->read.is_read()) {
      item.answer.emplace();
      item.unknown = static_cast<int>(judged->read.out_of_vocabulary.size());
      for (const ConceptId& id : concepts_in(judged->read.answer)) {
        const int number = classes.of(id.text);
        if (number >= 0)
          item.answer->push_back(number);
        else
          ++item.unknown;
      }
    }
    const auto vocabulary = world.facts.vocabularies.find(judged->question->source);
    for (std::size_t i = 0; vocabulary != world.facts.vocabularies.end() && i < classes.names().size(); ++i) {
      const auto& known = vocabulary->second.concepts;
      const ConceptId id(classes.names()[i]);
      const int number = static_cast<int>(i);
      const bool is_true = std::find(item.truth.begin(), item.truth.end(), number) != item.truth.end();
      if (!known.empty() && !is_true && std::find(known.begin(), known.end(), id) == known.end())
        item.not_annotated.push_back(number);
    }
    if (has_scores) {
      std::vector<double> row(classes.names().size(), -std::numeric_limits<double>::max());
      for (const auto& [id, score] : judged->prediction->scores) {
        const int number = classes.of(id);
        if (number < 0) {
          return Error{ErrorKind::kData, "a score for " + quoted(id) + ", which is no class of this test",
                       judged->question->id, "classes are concept ids: " + join(classes.names(), ", ")};
        }
        row[static_cast<std::size_t>(number)] = score;
      }
      input.scores.insert(input.scores.end(), row.begin(), row.end());
    }
    input.items.push_back(std::move(item));
  }
  return label_set_scorer(input);
}

Result<Scorer> triplet_set_values(const ScorerWorld& world) {
  Numbers words;
  const auto each = [](const Answer& answer, const auto& take) {
    if (const auto* set = std::get_if<TripletsAnswer>(&answer.value)) {
      for (const Triplet& triplet : set->triplets) take(triplet);
    }
  };
  const auto learn = [&](const Triplet& triplet) {
    for (const ConceptId& id : {triplet.instrument, triplet.verb, triplet.target}) words.add(id.text);
  };
  for (const Judged* judged : world.asked) {
    each(judged->question->gold, learn);
    each(judged->read.answer, learn);
  }
  words.close();
  std::vector<TripletSetFrame> frames;
  for (const Judged* judged : world.asked) {
    TripletSetFrame frame;
    frame.case_number = world.case_of(*judged);
    frame.is_readable = judged->read.is_read();
    const auto numbered = [&](std::vector<TripletNumbers>& into) {
      return [&](const Triplet& triplet) {
        into.push_back({words.of(triplet.instrument.text), words.of(triplet.verb.text), words.of(triplet.target.text)});
      };
    };
    each(judged->question->gold, numbered(frame.truth));
    if (frame.is_readable) each(judged->read.answer, numbered(frame.answer));
    frames.push_back(std::move(frame));
  }
  return triplet_sets(world.cases.names.size(), frames);
}

}  // namespace surgsigma
