// Captions of a moment, put together from its labels.
#include <algorithm>

#include "surgsigma/dialogue/pieces.h"
#include "surgsigma/dialogue/tasks.h"

namespace surgsigma {
namespace {

std::string_view place_of(std::string_view side) { return side == "left" || side == "right" ? "on the " : "in the "; }

/// Whether the sides of these boxes can be told in a few words: one box, several on one side, or two apart.
bool can_tell(const Talk& talk, const BoxGroup& group, ImageSize size) {
  if (group.boxes.size() == 1) return true;
  if (talk.lexicon()[group.concept_index].is_plural) return false;  // "two scissors" may be one
  if (group.boxes.size() == 2) return true;
  return std::all_of(group.boxes.begin(), group.boxes.end(), [&](const SeenBox* box) {
    return side_word(box->box, size) == side_word(group.boxes[0]->box, size);
  });
}

/// "the hook is on the left", "two graspers are on the left", "one grasper is on the left and one in the centre".
void append_sides(Talk& talk, const BoxGroup& group, ImageSize size, std::string& text) {
  const std::string_view first = side_word(group.boxes.front()->box, size),
                         last = side_word(group.boxes.back()->box, size);
  if (group.boxes.size() == 1) return append_side(talk, group.concept_index, first, text);
  if (first == last) {
    append_words(CountedConcept{group.concept_index, static_cast<int>(group.boxes.size()), false}, WordForm::kCount,
                 talk.lexicon(), text);
    text.append(" are ").append(place_of(first)).append(first);
    return;
  }
  text.append("one ").append(talk.lexicon()[group.concept_index].label).append(" is ");
  text.append(place_of(first)).append(first).append(" and one ").append(place_of(last)).append(last);
}

/// Instruments with the side on which they are, from their boxes. Cites the boxes.
bool fill_sides(Talk& talk, const ContextFacts& facts) {
  const auto groups = box_groups(facts, Role::kInstrument);
  std::vector<const BoxGroup*> told;
  for (const auto& group : groups) {
    if (told.size() < 4 && can_tell(talk, group, facts.size)) told.push_back(&group);
  }
  if (told.empty()) return false;
  std::string& text = talk.slots().text(Slot::kSides);
  for (std::size_t i = 0; i < told.size(); ++i) {
    append_joint(i, told.size(), Join::kAnd, text);
    append_sides(talk, *told[i], facts.size, text);
    for (const SeenBox* box : told[i]->boxes) talk.cite(box->ordinal);
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
