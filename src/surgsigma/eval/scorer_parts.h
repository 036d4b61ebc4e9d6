// Pieces of the glue between judged answers and metric families: what several of the *_scorers.cpp files need, and one
// function per family, which task_scorers.cpp lists by task.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/eval/judged.h"
#include "surgsigma/eval/scorer.h"
#include "surgsigma/eval/task_scorers.h"

namespace surgsigma {

/// What a family needs besides the answers.
struct ScorerWorld {
  const std::vector<const Judged*>& asked;  ///< questions of the family's forms
  const CaseNumbers& cases;
  const TestFacts& facts;
  const Catalog& catalog;
  int jobs;

  std::size_t case_of(const Judged& judged) const { return cases.number_of(judged.question->case_id); }
};

/// Ids by number, in rising order.
class Numbers {
 public:
  void add(const std::string& id) { ids_.insert(id); }
  void close() { names_.assign(ids_.begin(), ids_.end()); }
  const std::vector<std::string>& names() const { return names_; }
  int of(const std::string& id) const;  ///< -1 for an unknown one

 private:
  std::set<std::string> ids_;
  std::vector<std::string> names_;
};

// What an answer holds; empty where it is of another shape.
const std::vector<ConceptId>& concepts_in(const Answer& answer);
std::vector<Box> boxes_in(const Answer& answer);
std::uint16_t cells_in(const Answer& answer);  ///< bit c: cell c of the grid
double seconds_in(const Answer& answer);

/// The classes of a test: those of the vocabularies, and what the gold answers name.
Numbers classes_of(const ScorerWorld& world);

/// The values of both, one after the other.
Scorer joined(Scorer first, Scorer second);

// One function per family. kData naming the question for gold answers that the family cannot score.
Result<Scorer> clip_class_values(const ScorerWorld& world);
Result<Scorer> phase_values(const ScorerWorld& world);
Result<Scorer> label_set_values(const ScorerWorld& world);
Result<Scorer> triplet_set_values(const ScorerWorld& world);
Result<Scorer> box_values(const ScorerWorld& world);
Result<Scorer> remaining_time_values(const ScorerWorld& world);
Result<Scorer> safety_values(const ScorerWorld& world);
Result<Scorer> caption_values(const ScorerWorld& world);
Result<Scorer> caption_fact_values(const ScorerWorld& world);
Result<Scorer> choice_values(const ScorerWorld& world);
/// Of every form and task; defined by the chains alone, so also for questions whose answers have no metrics here.
Result<Scorer> reasoning_values(const ScorerWorld& world);

}  // namespace surgsigma
