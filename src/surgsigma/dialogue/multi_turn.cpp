// Conversations of two to four rounds: tasks whose answers explain one another.
#include <array>
#include <utility>

#include "surgsigma/dialogue/tasks.h"

namespace surgsigma {
namespace {

using MakeRound = bool (*)(Talk&, const ContextFacts&);

bool instruments(Talk& talk, const ContextFacts& facts) { return recognition_open(talk, facts, Role::kInstrument); }
bool tissues(Talk& talk, const ContextFacts& facts) { return recognition_open(talk, facts, Role::kTissue); }
bool where_instrument(Talk& talk, const ContextFacts& facts) { return box_round(talk, facts, Role::kInstrument, true); }
bool where_tissue(Talk& talk, const ContextFacts& facts) { return box_round(talk, facts, Role::kTissue, true); }
bool deeds(Talk& talk, const ContextFacts& facts) { return instrument_deeds_round(talk, facts, true); }
bool phase(Talk& talk, const ContextFacts& facts) {
  return exclusive_open(talk, TextTask::kPhaseRecognition, facts.phase, Slot::kPhase, false);
}
bool step(Talk& talk, const ContextFacts& facts) {
  if (facts.phase) talk.slots().concept_is(Slot::kPhase, facts.phase.concept_index);
  return exclusive_open(talk, TextTask::kStepRecognition, facts.step, Slot::kStep, true);
}
bool action(Talk& talk, const ContextFacts&) { return action_open(talk); }
bool next(Talk& talk, const ContextFacts&) { return next_open(talk, true); }

struct Round {
  TextTask task;
  MakeRound make;
};
struct Chain {
  Subject subject;
  std::array<Round, 4> rounds;
  std::size_t size;
};

constexpr Round kInstruments{TextTask::kInstrumentRecognition, instruments};
constexpr Round kWhereInstrument{TextTask::kInstrumentLocalization, where_instrument};
constexpr Round kTissues{TextTask::kTissueRecognition, tissues};
constexpr Round kWhereTissue{TextTask::kTissueLocalization, where_tissue};
constexpr Round kDeeds{TextTask::kTripletRecognition, deeds};
constexpr Round kPhase{TextTask::kPhaseRecognition, phase};
constexpr Round kStep{TextTask::kStepRecognition, step};
constexpr Round kAction{TextTask::kActionRecognition, action};
constexpr Round kNext{TextTask::kNextAction, next};

constexpr std::array<Chain, 10> kChains = {{{Subject::kFrame, {kInstruments, kWhereInstrument}, 2},
                                            {Subject::kFrame, {kTissues, kWhereTissue}, 2},
                                            {Subject::kFrame, {kPhase, kStep}, 2},
                                            {Subject::kFrame, {kInstruments, kDeeds}, 2},
                                            {Subject::kFrame, {kInstruments, kDeeds, kWhereInstrument}, 3},
                                            {Subject::kFrame, {kPhase, kInstruments, kDeeds}, 3},
                                            {Subject::kFrame, {kPhase, kStep, kInstruments}, 3},
                                            {Subject::kFrame, {kPhase, kStep, kInstruments, kDeeds}, 4},
                                            {Subject::kFrame, {kPhase, kStep, kInstruments, kWhereInstrument}, 4},
                                            {Subject::kClip, {kAction, kNext}, 2}}};

bool is_allowed(const Talk& talk, const Chain& chain) {
  if (chain.subject != talk.context().subject) return false;
  for (std::size_t i = 0; i < chain.size; ++i) {
    const TextTask task = chain.rounds[i].task;
    const bool fits = talk.plan().makes(task, chain.subject) && talk.plan().allows(task, Form::kMultiTurn);
    if (!fits) return false;
  }
  return true;
}

/// A cheap look whether the rounds can be had, so that few conversations are begun in vain.
bool has_facts(const ContextFacts& facts, const Chain& chain) {
  for (std::size_t i = 0; i < chain.size; ++i) {
    switch (chain.rounds[i].task) {
      case TextTask::kInstrumentRecognition:
        if (!facts.role(Role::kInstrument).is_total || facts.role(Role::kInstrument).seen.empty()) return false;
        break;
      case TextTask::kTissueRecognition:
        if (!facts.role(Role::kTissue).is_total || facts.role(Role::kTissue).seen.empty()) return false;
        break;
      case TextTask::kInstrumentLocalization:
      case TextTask::kTissueLocalization:
        if (facts.boxes.empty()) return false;
        break;
      case TextTask::kTripletRecognition:
        if (facts.doings.empty()) return false;
        break;
      case TextTask::kPhaseRecognition:
        if (!facts.phase) return false;
        break;
      case TextTask::kStepRecognition:
        if (!facts.step) return false;
        break;
      default:
        break;
    }
  }
  return true;
}

}  // namespace

std::optional<TextTask> make_multi_turn(Talk& talk, const ContextFacts& facts) {
  std::array<const Chain*, kChains.size()> open{};
  std::size_t count = 0;
  for (const Chain& chain : kChains) {
    if (is_allowed(talk, chain) && has_facts(facts, chain)) open[count++] = &chain;
  }
  if (count == 0) return std::nullopt;
  const Chain& chain = *open[talk.draws().below(count)];
  for (std::size_t i = 0; i < chain.size; ++i) {
    if (i > 0) talk.new_round();
    if (!chain.rounds[i].make(talk, facts)) return std::nullopt;
  }
  return chain.rounds[chain.size - 1].task;
}

}  // namespace surgsigma
