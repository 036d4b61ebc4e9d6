#include "surgsigma/eval/scorer_parts.h"

#include <algorithm>

namespace surgsigma {

int Numbers::of(const std::string& id) const {
  const auto found = std::lower_bound(names_.begin(), names_.end(), id);
  return found != names_.end() && *found == id ? static_cast<int>(found - names_.begin()) : -1;
}

const std::vector<ConceptId>& concepts_in(const Answer& answer) {
  static const std::vector<ConceptId> none;
  const auto* concepts = std::get_if<ConceptsAnswer>(&answer.value);
  return concepts ? concepts->concepts : none;
}

std::vector<Box> boxes_in(const Answer& answer) {
  std::vector<Box> boxes;
  if (const auto* placed = std::get_if<BoxesAnswer>(&answer.value)) {
    for (const PlacedConcept& one : placed->boxes) boxes.push_back(one.box);
  }
  return boxes;
}

std::uint16_t cells_in(const Answer& answer) {
  std::uint16_t cells = 0;
  if (const auto* placed = std::get_if<BoxesAnswer>(&answer.value)) {
    for (const PlacedConcept& one : placed->boxes) {
      for (const int cell : one.cells) cells |= static_cast<std::uint16_t>(1U << cell);
    }
  }
  return cells;
}

double seconds_in(const Answer& answer) {
  const auto* duration = std::get_if<DurationAnswer>(&answer.value);
  return duration ? static_cast<double>(duration->duration) / 1e6 : 0;
}

/// The classes of a test: those of the vocabularies, and what the gold answers name.
Numbers classes_of(const ScorerWorld& world) {
  Numbers numbers;
  for (const Judged* judged : world.asked) {
    const auto vocabulary = world.facts.vocabularies.find(judged->question->source);
    if (vocabulary != world.facts.vocabularies.end()) {
      for (const ConceptId& id : vocabulary->second.concepts) numbers.add(id.text);
    }
    for (const ConceptId& id : concepts_in(judged->question->gold)) numbers.add(id.text);
  }
  numbers.close();
  return numbers;
}

Scorer joined(Scorer first, Scorer second) {
  const std::size_t count = first.names.size(), more = second.names.size();
  Scorer both;
  both.names = first.names;
  both.names.insert(both.names.end(), second.names.begin(), second.names.end());
  if (first.many_values_at || second.many_values_at) {
    both.many_values_at = [first, second, count, more](std::size_t settings, std::span<const double> weights,
                                                       std::span<double> values) {
      std::vector<double> part(settings * std::max(count, more));
      const auto put = [&](const Scorer& scorer, std::size_t begin, std::size_t width) {
        if (width == 0) return;
        values_of_many(scorer, settings, weights, std::span(part).first(settings * width));
        for (std::size_t i = 0; i < settings; ++i) {
          std::copy_n(part.data() + i * width, width, values.data() + i * (count + more) + begin);
        }
      };
      put(first, 0, count);
      put(second, count, more);
    };
  }
  both.values_at = [first = std::move(first.values_at), second = std::move(second.values_at), count, more](
                       std::span<const double> weights, std::span<double> values) {
    if (first) first(weights, values.first(count));
    if (second) second(weights, values.subspan(count, more));
  };
  return both;
}

}  // namespace surgsigma
