// Phase and step of a moment.
#include "surgsigma/dialogue/pieces.h"
#include "surgsigma/dialogue/tasks.h"

namespace surgsigma {
namespace {

bool make_exclusive(Talk& talk, TextTask task, const Exclusive& truth, Slot slot, Form form) {
  if (!truth) return false;
  if (form == Form::kOpen) return exclusive_open(talk, task, truth, slot, false);
  const auto& vocabularies = talk.video().vocabularies;
  if (truth.vocabulary < 0 || !vocabularies[truth.vocabulary].is_total) return false;
  const auto others = without_background(
      talk, deniable(talk.lexicon(), vocabularies[truth.vocabulary].concepts, {truth.concept_index}));
  if (others.empty()) return false;
  int asked = truth.concept_index;
  if (form == Form::kChoice) {
    const auto wrong = wrong_options(talk, others);
    if (wrong.empty()) return false;
    const auto& group = talk.group(task, "choice");
    if (!talk.choice_round(group, label_of(talk.lexicon(), asked), labels_of(talk.lexicon(), wrong))) return false;
    talk.class_is(talk.id(asked).text);
  } else {
    const bool is_yes = talk.draws().chance(0.5);
    if (!is_yes) asked = one_of(others, talk.draws());
    talk.slots().concept_is(slot, asked);
    if (!talk.yes_no_round(talk.group(task, "yes_no"), is_yes)) return false;
  }
  talk.answer_is(concepts_answer(talk, {asked}));
  talk.cite(truth.ordinal);
  return true;
}

}  // namespace

bool exclusive_open(Talk& talk, TextTask task, const Exclusive& truth, Slot slot, bool follows) {
  if (!truth) return false;
  talk.slots().concept_is(slot, truth.concept_index);
  const auto& open = talk.group(task, "open");
  const auto& asking = follows ? talk.group(task, "follow") : open;
  if (!talk.round(asking, asking.questions, open, open.answers)) return false;
  talk.answer_is(concepts_answer(talk, {truth.concept_index}));
  talk.class_is(talk.id(truth.concept_index).text);
  talk.cite(truth.ordinal);
  return true;
}

bool make_phase(Talk& talk, const ContextFacts& facts, Form form) {
  return make_exclusive(talk, TextTask::kPhaseRecognition, facts.phase, Slot::kPhase, form);
}

bool make_step(Talk& talk, const ContextFacts& facts, Form form) {
  if (facts.step && facts.phase) {
    talk.slots().concept_is(Slot::kPhase, facts.phase.concept_index);
    talk.cite(facts.phase.ordinal);
  }
  return make_exclusive(talk, TextTask::kStepRecognition, facts.step, Slot::kStep, form);
}

}  // namespace surgsigma
