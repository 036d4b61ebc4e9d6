// Where instruments or tissues are: boxes, or cells of a three-by-three grid.
#include <algorithm>

#include "surgsigma/dialogue/pieces.h"
#include "surgsigma/dialogue/tasks.h"

namespace surgsigma {
namespace {

CountedConcept counted_concept(const BoxGroup& group) {
  return {group.concept_index, static_cast<int>(group.boxes.size()), group.is_tip};
}

std::string box_label(const Talk& talk, const BoxGroup& group) {
  std::string label;
  append_words(CountedConcept{group.concept_index, 1, group.is_tip}, WordForm::kBare, talk.lexicon(), label);
  return label;
}

PlacedConcept placed(const Talk& talk, const SeenBox& box, ImageSize size) {
  return {talk.id(box.concept_index), box.box, grid_cells(box.box, size)};
}

/// Adds the group's boxes to the row and appends their tokens: "{box:0} and {box:1}".
void append_boxes(Talk& talk, const BoxGroup& group, std::string& out) {
  const std::string label = box_label(talk, group);
  for (std::size_t i = 0; i < group.boxes.size(); ++i) {
    append_joint(i, group.boxes.size(), Join::kAnd, out);
    out += "{box:" + std::to_string(talk.add_box(*group.boxes[i], label)) + "}";
  }
}

void set_size(Talk& talk, ImageSize size) {
  talk.row().width = size.width;
  talk.row().height = size.height;
}

BoxesAnswer boxes_answer(const Talk& talk, const std::vector<const SeenBox*>& boxes, ImageSize size, bool is_grid) {
  BoxesAnswer answer{size, is_grid, {}};
  for (const SeenBox* box : boxes) answer.boxes.push_back(placed(talk, *box, size));
  return answer;
}

bool box_round_of(Talk& talk, const ContextFacts& facts, Role role, const BoxGroup& group, bool follows) {
  const RoleWords& words = words_of(role);
  talk.slots().concept_is(words.one, counted_concept(group));
  talk.slots().number(Slot::kCount, static_cast<std::int64_t>(group.boxes.size()));
  append_boxes(talk, group, talk.slots().text(Slot::kBoxes));
  const auto& box = talk.group(words.localization, "box");
  const auto& asking = follows ? talk.group(words.localization, "follow") : box;
  if (!talk.round(asking, asking.questions, box, box.answers)) return false;
  set_size(talk, facts.size);
  talk.answer_is(boxes_answer(talk, group.boxes, facts.size, false));
  talk.class_is(talk.id(group.concept_index).text);
  return true;
}

/// "Find the hook in the top-left part": one of several, told apart by its cell.
bool in_place_round(Talk& talk, const ContextFacts& facts, Role role, const BoxGroup& group) {
  std::array<int, 9> in_cell{};
  for (const SeenBox* box : group.boxes) ++in_cell[static_cast<std::size_t>(grid_cell(box->box, facts.size))];
  std::vector<const SeenBox*> alone;
  for (const SeenBox* box : group.boxes) {
    if (in_cell[static_cast<std::size_t>(grid_cell(box->box, facts.size))] == 1) alone.push_back(box);
  }
  if (alone.empty()) return false;
  const BoxGroup one{group.concept_index, group.is_tip, {one_of(alone, talk.draws())}};
  const RoleWords& words = words_of(role);
  const int cell = grid_cell(one.boxes[0]->box, facts.size);
  talk.slots().concept_is(words.one, counted_concept(one));
  talk.slots().text(Slot::kPlace, kGridWords[static_cast<std::size_t>(cell)]);
  append_boxes(talk, one, talk.slots().text(Slot::kBoxes));
  if (!talk.round(talk.group(words.localization, "in_place"))) return false;
  set_size(talk, facts.size);
  talk.answer_is(boxes_answer(talk, one.boxes, facts.size, false));
  talk.class_is(talk.id(one.concept_index).text);
  return true;
}

bool grid_round(Talk& talk, const ContextFacts& facts, Role role, const BoxGroup& group) {
  if (group.boxes.size() != 1) return false;
  const auto cells = grid_cells(group.boxes[0]->box, facts.size);
  if (cells.size() > 4) return false;  // it fills the picture: no cell describes it
  const RoleWords& words = words_of(role);
  talk.slots().concept_is(words.one, counted_concept(group));
  talk.slots().number(Slot::kCount, static_cast<std::int64_t>(cells.size()));
  std::string& text = talk.slots().text(Slot::kPlace);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    append_joint(i, cells.size(), Join::kAnd, text);
    text += kGridWords[static_cast<std::size_t>(cells[i])];
  }
  if (!talk.round(talk.group(words.localization, "grid"))) return false;
  set_size(talk, facts.size);
  talk.cite(group.boxes[0]->ordinal);
  talk.answer_is(boxes_answer(talk, group.boxes, facts.size, true));
  talk.class_is(talk.id(group.concept_index).text);
  return true;
}

bool all_boxes_round(Talk& talk, const ContextFacts& facts, Role role, const std::vector<BoxGroup>& groups) {
  const RoleFacts& known = facts.role(role);
  std::size_t count = 0;
  for (const auto& group : groups) count += group.boxes.size();
  // "All" is only known where the list is closed and everything on it carries a box.
  if (!known.is_total || known.seen.size() != groups.size() || count > kMaxBoxes) return false;
  std::string& text = talk.slots().text(Slot::kLocated);
  std::vector<const SeenBox*> boxes;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    append_joint(i, groups.size(), Join::kSemicolon, text);
    append_words(counted_concept(groups[i]), WordForm::kCount, talk.lexicon(), text);
    text += " at ";
    append_boxes(talk, groups[i], text);
    boxes.insert(boxes.end(), groups[i].boxes.begin(), groups[i].boxes.end());
  }
  if (!talk.round(talk.group(words_of(role).localization, "all"))) return false;
  set_size(talk, facts.size);
  talk.answer_is(boxes_answer(talk, boxes, facts.size, false));
  talk.class_is(class_of(talk.lexicon(), concepts_of(known.seen)));
  talk.cite(known.evidence);
  return true;
}

bool absent_round(Talk& talk, const ContextFacts& facts, Role role) {
  const RoleFacts& known = facts.role(role);
  const auto absent = deniable_in(talk.lexicon(), known);
  if (!known.is_total || absent.empty()) return false;
  const RoleWords& words = words_of(role);
  talk.slots().concept_is(words.one, one_of(absent, talk.draws()));
  const auto& asking = talk.group(words.localization, "box");
  const auto& saying = talk.group(words.localization, "absent");
  if (!talk.round(asking, asking.questions, saying, saying.answers)) return false;
  set_size(talk, facts.size);
  talk.answer_is(BoxesAnswer{facts.size, false, {}});
  talk.class_is("none");
  talk.cite(known.evidence);
  return true;
}

/// Cells that no box of the group reaches into.
std::vector<int> free_cells(const BoxGroup& group, ImageSize size) {
  std::array<bool, 9> is_taken{};
  for (const SeenBox* box : group.boxes) {
    for (const int cell : grid_cells(box->box, size)) is_taken[static_cast<std::size_t>(cell)] = true;
  }
  std::vector<int> free;
  for (int cell = 0; cell < 9; ++cell) {
    if (!is_taken[static_cast<std::size_t>(cell)]) free.push_back(cell);
  }
  return free;
}

bool cell_round(Talk& talk, const ContextFacts& facts, Role role, const BoxGroup& group, Form form) {
  const auto free = free_cells(group, facts.size);
  if (group.boxes.size() != 1 || free.size() < 3) return false;
  const RoleWords& words = words_of(role);
  const int cell = grid_cell(group.boxes[0]->box, facts.size);
  talk.slots().concept_is(words.one, counted_concept(group));
  if (form == Form::kChoice) {
    std::vector<std::string> wrong;
    for (const int other : drawn(free, 3, talk.draws()))
      wrong.emplace_back(kGridWords[static_cast<std::size_t>(other)]);
    const std::string right(kGridWords[static_cast<std::size_t>(cell)]);
    if (!talk.choice_round(talk.group(words.localization, "choice"), right, std::move(wrong))) return false;
    talk.class_is(right);
  } else {
    const bool is_yes = talk.draws().chance(0.5);
    const int asked = is_yes ? cell : one_of(free, talk.draws());
    talk.slots().text(Slot::kPlace, kGridWords[static_cast<std::size_t>(asked)]);
    if (!talk.yes_no_round(talk.group(words.localization, "yes_no"), is_yes)) return false;
  }
  set_size(talk, facts.size);
  talk.cite(group.boxes[0]->ordinal);
  talk.answer_is(boxes_answer(talk, group.boxes, facts.size, true));
  return true;
}

}  // namespace

bool box_round(Talk& talk, const ContextFacts& facts, Role role, bool follows) {
  const auto groups = box_groups(facts, role);
  return !groups.empty() && box_round_of(talk, facts, role, one_of(groups, talk.draws()), follows);
}

bool make_localization(Talk& talk, const ContextFacts& facts, Role role, Form form) {
  const auto groups = box_groups(facts, role);
  if (groups.empty()) return false;
  const BoxGroup& group = one_of(groups, talk.draws());
  if (form != Form::kOpen) return cell_round(talk, facts, role, group, form);
  const double way = talk.draws().unit();
  if (way < kAbsentShare && absent_round(talk, facts, role)) return true;
  if (way < 0.25 && all_boxes_round(talk, facts, role, groups)) return true;
  if (way < 0.45 && in_place_round(talk, facts, role, group)) return true;
  if (way < 0.65 && grid_round(talk, facts, role, group)) return true;
  return box_round_of(talk, facts, role, group, false);
}

}  // namespace surgsigma
