// Captions of a moment, put together from its labels.
#include <algorithm>

#include "surgsigma/dialogue/pieces.h"
#include "surgsigma/dialogue/tasks.h"

namespace surgsigma {
namespace {

/// "the hook is on the left and the grasper is on the right", from instruments with one box each. Cites the boxes.
bool fill_sides(Talk& talk, const ContextFacts& facts) {
  const auto groups = box_groups(facts, Role::kInstrument);
  std::vector<const BoxGroup*> single;
  for (const auto& group : groups) {
    if (group.boxes.size() == 1 && single.size() < 4) single.push_back(&group);
  }
  if (single.empty()) return false;
  std::string& text = talk.slots().text(Slot::kSides);
  for (std::size_t i = 0; i < single.size(); ++i) {
    append_joint(i, single.size(), Join::kAnd, text);
    append_side(talk, single[i]->concept_index, side_word(single[i]->boxes[0]->box, facts.size), text);
    talk.cite(single[i]->boxes[0]->ordinal);
  }
  return true;
}

}  // namespace

bool make_image_caption(Talk& talk, const ContextFacts& facts) {
  const TextTask task = TextTask::kImageCaptioning;
  std::vector<SeenDoing> acts;
  for (const auto& seen : facts.doings) {
    if (seen.doing.verb != kNoConcept && acts.size() < 6) acts.push_back(seen);
  }
  std::vector<int> tools;
  std::vector<int> tissues;
  for (const auto& seen : facts.role(Role::kInstrument).seen) {
    const bool acts_here = std::any_of(acts.begin(), acts.end(),
                                       [&](const SeenDoing& d) { return d.doing.instrument == seen.concept_index; });
    if (!acts_here) tools.push_back(seen.concept_index);
  }
  for (const auto& seen : facts.role(Role::kTissue).seen) {
    const bool is_target =
        std::any_of(acts.begin(), acts.end(), [&](const SeenDoing& d) { return d.doing.target == seen.concept_index; });
    if (!is_target && tissues.size() < 6) tissues.push_back(seen.concept_index);
  }
  const bool says_enough = !acts.empty() || !tools.empty() || (facts.phase && facts.step);
  const bool asks_for_deeds = !acts.empty() && talk.draws().chance(kDetailedShare);
  if (!says_enough || !talk.ask(talk.group(task, asks_for_deeds ? "detailed" : "open"))) return false;
  talk.open_answer();
  if (facts.phase) {
    talk.slots().concept_is(Slot::kPhase, facts.phase.concept_index);
    talk.cite(facts.phase.ordinal);
  }
  if (facts.step) {
    talk.slots().concept_is(Slot::kStep, facts.step.concept_index);
    talk.cite(facts.step.ordinal);
  }
  const SlotSet wanted = bit(Slot::kProcedure) | bit(Slot::kPhase) | bit(Slot::kStep);
  if ((talk.slots().filled() & wanted) != 0) {
    const auto& group = talk.group(task, "scene");
    talk.say(group, group.answers, 'a', wanted);
  }
  if (!acts.empty()) {
    talk.slots().doings(Slot::kInteractions) = counted(acts);
    for (const auto& seen : acts) talk.cite(seen.ordinal);
    const auto& group = talk.group(task, "acts");
    talk.say(group, group.answers, 'a');
  }
  if (!tools.empty()) {
    list_concepts(talk, Slot::kInstruments, tools);
    for (const auto& seen : facts.role(Role::kInstrument).seen) talk.cite(seen.ordinal);
    const auto& group = talk.group(task, "tools");
    talk.say(group, group.answers, 'a');
  }
  if (fill_sides(talk, facts)) {
    const auto& group = talk.group(task, "sides");
    talk.say(group, group.answers, 'a');
  }
  if (!tissues.empty()) {
    list_concepts(talk, Slot::kTissues, tissues);
    for (const auto& seen : facts.role(Role::kTissue).seen) talk.cite(seen.ordinal);
    const auto& group = talk.group(task, "tissues");
    talk.say(group, group.answers, 'a');
  }
  talk.answer_is(TextAnswer{talk.row().turns.back()});
  talk.class_is(facts.phase ? talk.id(facts.phase.concept_index).text : "caption");
  return !talk.row().turns.back().empty();
}

}  // namespace surgsigma
