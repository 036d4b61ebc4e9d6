// Tasks about a moment: recognition, localization, triplets, phase, step, safety, image captions.
#include <algorithm>
#include <cmath>

#include "surgsigma/base/text.h"
#include "surgsigma/dialogue/tasks.h"

namespace surgsigma {
namespace {

struct RoleWords {
  TextTask recognition;
  TextTask localization;
  Slot one;
  Slot many;
};
constexpr std::array<RoleWords, kRoles> kRoleWords = {
    {{TextTask::kInstrumentRecognition, TextTask::kInstrumentLocalization, Slot::kInstrument, Slot::kInstruments},
     {TextTask::kTissueRecognition, TextTask::kTissueLocalization, Slot::kTissue, Slot::kTissues}}};

const RoleWords& words_of(Role role) { return kRoleWords[static_cast<std::size_t>(role)]; }

template <class T>
const T& one_of(const std::vector<T>& items, Draws& draws) {
  return items[draws.below(items.size())];
}

std::vector<int> concepts_of(const std::vector<Seen>& seen) {
  std::vector<int> concepts;
  concepts.reserve(seen.size());
  for (const auto& s : seen) concepts.push_back(s.concept_index);
  return concepts;
}

std::vector<int> deniable_in(const Lexicon& lexicon, const RoleFacts& role) {
  std::vector<int> there = concepts_of(role.seen);
  there.insert(there.end(), role.doubtful.begin(), role.doubtful.end());
  return deniable(lexicon, role.candidates, there);
}

ConceptsAnswer concepts_answer(const Talk& talk, const std::vector<int>& concepts) {
  ConceptsAnswer answer;
  answer.concepts.reserve(concepts.size());
  for (const int index : concepts) answer.concepts.push_back(talk.id(index));
  return answer;
}

void list_concepts(Talk& talk, Slot slot, const std::vector<int>& concepts) {
  auto& items = talk.slots().concepts(slot);
  for (const int index : concepts) items.push_back({index, 1, false});
}

/// Candidates of a closed question: everything that was looked for, but nothing akin to what is there without being it.
std::vector<int> offered(Talk& talk, const RoleFacts& role, const std::vector<int>& there) {
  std::vector<int> offer = deniable_in(talk.lexicon(), role);
  const std::size_t room = kMaxListed > there.size() ? kMaxListed - there.size() : 0;
  offer = drawn(std::move(offer), room, talk.draws());
  offer.insert(offer.end(), there.begin(), there.end());
  talk.draws().shuffle(offer);
  return offer;
}

bool recognition_choice(Talk& talk, const RoleFacts& role, const RoleWords& words) {
  if (role.seen.empty()) return false;
  const auto wrong = wrong_options(talk, deniable_in(talk.lexicon(), role));
  if (wrong.empty()) return false;
  const int right = one_of(role.seen, talk.draws()).concept_index;
  const auto& group = talk.group(words.recognition, "choice");
  if (!talk.choice_round(group, label_of(talk.lexicon(), right), labels_of(talk.lexicon(), wrong))) return false;
  talk.answer_is(concepts_answer(talk, {right}));
  talk.class_is(talk.id(right).text);
  talk.cite(role.evidence);
  return true;
}

bool recognition_yes_no(Talk& talk, const RoleFacts& role, const RoleWords& words) {
  // Only where both answers are possible: else one of them would prevail.
  const auto absent = deniable_in(talk.lexicon(), role);
  if (role.seen.empty() || absent.empty()) return false;
  const bool is_yes = talk.draws().chance(0.5);
  const int asked = is_yes ? one_of(role.seen, talk.draws()).concept_index : one_of(absent, talk.draws());
  talk.slots().concept_is(words.one, asked);
  if (!talk.yes_no_round(talk.group(words.recognition, "yes_no"), is_yes)) return false;
  talk.answer_is(concepts_answer(talk, {asked}));
  talk.cite(role.evidence);
  return true;
}

// --- localization

/// The boxes of one concept, or of its tips.
struct BoxGroup {
  int concept_index = kNoConcept;
  bool is_tip = false;
  std::vector<const SeenBox*> boxes;
};

std::vector<BoxGroup> box_groups(const ContextFacts& facts, Role role) {
  std::vector<BoxGroup> groups;
  if (facts.size.width <= 0 || facts.size.height <= 0) return groups;
  for (const SeenBox& box : facts.boxes) {
    if (!facts.role(role).has(box.concept_index)) continue;
    const bool is_tip = box.scope == BoxScope::kTip;
    const auto same = std::find_if(groups.begin(), groups.end(),
                                   [&](const BoxGroup& g) { return g.concept_index == box.concept_index; });
    if (same == groups.end()) {
      groups.push_back({box.concept_index, is_tip, {&box}});
    } else if (same->is_tip == is_tip) {
      same->boxes.push_back(&box);
    } else if (same->is_tip) {  // whole objects go before tips
      *same = {box.concept_index, false, {&box}};
    }
  }
  std::erase_if(groups, [](const BoxGroup& g) { return g.boxes.size() > kMaxBoxes; });
  return groups;
}

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
    for (const int other : drawn(free, 3, talk.draws())) wrong.emplace_back(kGridWords[static_cast<std::size_t>(other)]);
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

// --- triplets

Triplet triplet_of(const Talk& talk, const Doing& doing) {
  return {talk.id(doing.instrument), talk.id(doing.verb),
          doing.target == kNoConcept ? ConceptId() : talk.id(doing.target)};
}

bool is_same(const Doing& a, const Doing& b) {
  return a.instrument == b.instrument && a.verb == b.verb && a.target == b.target && a.is_idle == b.is_idle;
}

/// Whether saying `a` could be true because `b` is seen.
bool is_akin(const Lexicon& lexicon, const Doing& a, const Doing& b) {
  if (!lexicon.is_kin(a.instrument, b.instrument) || a.is_idle != b.is_idle) return false;
  if (a.is_idle) return true;
  const bool has_akin_target = a.target == b.target || a.target == kNoConcept || b.target == kNoConcept ||
                               lexicon.is_kin(a.target, b.target);
  return b.verb == kNoConcept || (lexicon.is_kin(a.verb, b.verb) && has_akin_target);
}

/// The deeds, their evidence and class as the answer of the last round.
void answer_doings(Talk& talk, const std::vector<Doing>& doings) {
  TripletsAnswer answer;
  for (const Doing& doing : doings) answer.triplets.push_back(triplet_of(talk, doing));
  std::string answer_class;
  std::vector<std::string> ids;
  for (const auto& t : answer.triplets) {
    ids.push_back(t.instrument.text + "," + t.verb.text + (t.target.empty() ? "" : "," + t.target.text));
  }
  std::sort(ids.begin(), ids.end());
  talk.class_is(join(ids, "+"));
  talk.answer_is(std::move(answer));
}

bool all_deeds_round(Talk& talk, const ContextFacts& facts) {
  if (!facts.are_doings_total || facts.doings.empty()) return false;
  for (const auto& seen : facts.doings) {
    if (!seen.is_whole) return false;
  }
  const auto doings = counted(facts.doings);
  talk.slots().doings(Slot::kInteractions) = doings;
  if (!talk.round(talk.group(TextTask::kTripletRecognition, "all"))) return false;
  for (const auto& seen : facts.doings) talk.cite(seen.ordinal);
  answer_doings(talk, doings);
  return true;
}

/// Those of the doings that share the drawn instrument, or target, all of them whole; empty where none is.
template <class Key>
std::vector<SeenDoing> doings_of_one(Talk& talk, const ContextFacts& facts, Key&& key) {
  std::vector<int> keys;
  for (const auto& seen : facts.doings) {
    const int k = key(seen.doing);
    if (k != kNoConcept && std::find(keys.begin(), keys.end(), k) == keys.end()) keys.push_back(k);
  }
  talk.draws().shuffle(keys);
  for (const int wanted : keys) {
    std::vector<SeenDoing> chosen;
    bool are_whole = true;
    for (const auto& seen : facts.doings) {
      if (key(seen.doing) != wanted) continue;
      are_whole = are_whole && seen.is_whole;
      chosen.push_back(seen);
    }
    if (are_whole) return chosen;
  }
  return {};
}

bool target_round(Talk& talk, const ContextFacts& facts) {
  if (!facts.are_doings_total) return false;
  for (const auto& seen : facts.doings) {
    if (!seen.is_whole) return false;
  }
  const auto chosen = doings_of_one(talk, facts, [](const Doing& d) { return d.target; });
  if (chosen.empty()) return false;
  const auto doings = counted(chosen);
  talk.slots().concept_is(Slot::kTarget, doings[0].target);
  auto& instruments = talk.slots().concepts(Slot::kInstruments);
  for (const auto& doing : doings) {
    const auto same = std::find_if(instruments.begin(), instruments.end(),
                                   [&](const auto& i) { return i.concept_index == doing.instrument; });
    if (same == instruments.end()) instruments.push_back({doing.instrument, doing.count, false});
    else same->count += doing.count;
  }
  talk.slots().doings(Slot::kInteractions) = doings;
  if (!talk.round(talk.group(TextTask::kTripletRecognition, "target"))) return false;
  for (const auto& seen : facts.doings) talk.cite(seen.ordinal);
  answer_doings(talk, doings);
  return true;
}

/// Deeds of the source's vocabulary that are certainly not in the picture.
std::vector<Doing> wrong_doings(const Talk& talk, const ContextFacts& facts) {
  std::vector<Doing> wrong;
  const int vocabulary = facts.doings.empty() ? -1 : facts.doings[0].vocabulary;
  if (vocabulary < 0) return wrong;
  const auto& vocabularies = talk.video().vocabularies;
  std::vector<Doing> all = vocabularies[vocabulary].classes;
  if (all.empty()) {
    // No list of valid combinations: exchange verb or target of what is seen.
    const auto& parts = vocabularies[vocabulary].parts;
    for (const auto& seen : facts.doings) {
      if (seen.doing.is_idle || !seen.is_whole || parts[1] < 0 || parts[2] < 0) continue;
      for (const int verb : vocabularies[parts[1]].concepts) all.push_back({seen.doing.instrument, verb, seen.doing.target, false, 1});
      for (const int target : vocabularies[parts[2]].concepts) all.push_back({seen.doing.instrument, seen.doing.verb, target, false, 1});
    }
  }
  const auto& doubtful = facts.role(Role::kInstrument).doubtful;
  for (const Doing& candidate : all) {
    const bool is_seen = std::any_of(facts.doings.begin(), facts.doings.end(), [&](const SeenDoing& seen) {
      return is_akin(talk.lexicon(), candidate, seen.doing);
    });
    const bool is_listed = std::any_of(wrong.begin(), wrong.end(), [&](const Doing& w) { return is_same(w, candidate); });
    const bool is_open = std::find(doubtful.begin(), doubtful.end(), candidate.instrument) != doubtful.end();
    if (!is_seen && !is_listed && !is_open) wrong.push_back(candidate);
  }
  return wrong;
}

std::string doing_text(const Talk& talk, const Doing& doing) {
  std::string text;
  append_words(doing, WordForm::kADoing, talk.lexicon(), text);
  return text;
}

bool triplet_choice_or_yes_no(Talk& talk, const ContextFacts& facts, Form form) {
  if (!facts.are_doings_total || facts.doings.empty()) return false;
  for (const auto& seen : facts.doings) {
    if (!seen.is_whole) return false;
  }
  std::vector<Doing> wrong = wrong_doings(talk, facts);
  if (wrong.size() < 3) return false;
  Doing right = one_of(facts.doings, talk.draws()).doing;
  right.count = 1;
  // Those that share an instrument with the picture are the harder ones: they come first.
  talk.draws().shuffle(wrong);
  const auto shares = [&](const Doing& w) { return facts.role(Role::kInstrument).has(w.instrument); };
  std::stable_partition(wrong.begin(), wrong.end(), shares);
  const auto& task_groups = TextTask::kTripletRecognition;
  if (form == Form::kChoice) {
    const std::size_t count = std::min<std::size_t>(wrong.size(), 3 + talk.draws().below(3));
    std::vector<std::string> options;
    const std::string right_text = doing_text(talk, right);
    for (const Doing& w : wrong) {
      std::string text = doing_text(talk, w);
      const bool is_new = text != right_text && std::find(options.begin(), options.end(), text) == options.end();
      if (is_new && options.size() < count) options.push_back(std::move(text));
    }
    if (options.size() < 3) return false;
    if (!talk.choice_round(talk.group(task_groups, "choice"), right_text, std::move(options))) return false;
    answer_doings(talk, {right});
  } else {
    const bool is_yes = talk.draws().chance(0.5);
    const Doing asked = is_yes ? right : wrong[talk.draws().below(std::min<std::size_t>(wrong.size(), 12))];
    talk.slots().doings(Slot::kInteraction).push_back(asked);
    if (!talk.yes_no_round(talk.group(task_groups, "yes_no"), is_yes)) return false;
    const std::string answer_class = talk.row().answer_class;
    answer_doings(talk, {asked});
    talk.class_is(answer_class);
  }
  for (const auto& seen : facts.doings) talk.cite(seen.ordinal);
  talk.cite(facts.role(Role::kInstrument).evidence);
  return true;
}

// --- phase and step

bool make_exclusive(Talk& talk, TextTask task, const Exclusive& truth, Slot slot, Form form) {
  if (!truth) return false;
  if (form == Form::kOpen) return exclusive_open(talk, task, truth, slot, false);
  const auto& vocabularies = talk.video().vocabularies;
  if (truth.vocabulary < 0 || !vocabularies[truth.vocabulary].is_total) return false;
  const auto others = deniable(talk.lexicon(), vocabularies[truth.vocabulary].concepts, {truth.concept_index});
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

// --- safety

struct MarkedProtocol {
  int protocol = kNoConcept;
  std::vector<Mark> marks;
  std::vector<double> means;
  std::vector<std::int64_t> ordinals;
  bool is_scored = false;
};

/// The protocols all of whose criteria were rated, each criterion once.
std::vector<MarkedProtocol> marked_protocols(const Talk& talk, const ContextFacts& facts) {
  std::vector<MarkedProtocol> made;
  std::vector<int> protocols;
  const Lexicon& lexicon = talk.lexicon();
  for (const auto& seen : facts.criteria) {
    const int protocol = lexicon[seen.criterion].group;
    if (std::find(protocols.begin(), protocols.end(), protocol) == protocols.end()) protocols.push_back(protocol);
  }
  for (const int protocol : protocols) {
    MarkedProtocol marked;
    marked.protocol = protocol;
    bool is_whole = true;
    for (const int criterion : lexicon.criteria_of(protocol)) {
      const SeenCriterion* found = nullptr;
      for (const auto& seen : facts.criteria) {
        if (seen.criterion != criterion) continue;
        is_whole = is_whole && (found == nullptr || found->mean == seen.mean);
        found = &seen;
      }
      is_whole = is_whole && found != nullptr;
      if (found == nullptr) continue;
      const double top = lexicon[criterion].scale_top;
      marked.is_scored = marked.is_scored || top > 1;
      marked.marks.push_back({criterion, top > 1 ? found->mean >= top : found->mean >= 0.5, found->mean});
      marked.ordinals.push_back(found->ordinal);
    }
    if (is_whole) made.push_back(std::move(marked));
  }
  return made;
}

void answer_marks(Talk& talk, const MarkedProtocol& marked) {
  CriteriaAnswer answer;
  answer.protocol = talk.id(marked.protocol);
  for (const Mark& mark : marked.marks) answer.criteria.push_back({talk.id(mark.criterion), mark.holds, mark.value});
  talk.answer_is(std::move(answer));
  talk.cite(marked.ordinals);
}

std::string mark_class(const MarkedProtocol& marked) {
  std::string text;
  for (const Mark& mark : marked.marks) {
    if (!text.empty()) text += '-';
    if (marked.is_scored) text += std::to_string(std::llround(mark.value));
    else text += mark.holds ? "yes" : "no";
  }
  return text;
}

/// Fills the protocol and the counts; how many criteria are met.
std::size_t fill_marks(Talk& talk, const MarkedProtocol& marked) {
  std::size_t met_count = 0;
  talk.slots().concept_is(Slot::kProtocol, marked.protocol);
  talk.slots().marks(Slot::kCriteria) = marked.marks;
  std::vector<int> met;
  std::vector<int> unmet;
  for (const Mark& mark : marked.marks) (mark.holds ? met : unmet).push_back(mark.criterion);
  met_count = met.size();
  if (!met.empty()) list_concepts(talk, Slot::kMet, met);
  if (!unmet.empty()) list_concepts(talk, Slot::kUnmet, unmet);
  talk.slots().number(Slot::kCount, static_cast<std::int64_t>(met_count));
  talk.slots().number(Slot::kTotal, static_cast<std::int64_t>(marked.marks.size()));
  return met_count;
}

bool safety_open(Talk& talk, const MarkedProtocol& marked) {
  const std::size_t met = fill_marks(talk, marked);
  const auto task = TextTask::kSafetyAssessment;
  const auto& group = talk.group(task, marked.is_scored ? "scored" : "open");
  if (!talk.round(group)) return false;
  if (!marked.is_scored && talk.draws().chance(0.5)) {
    const auto& summary = talk.group(task, met == marked.marks.size() ? "all_met" : met == 0 ? "none_met" : "some_met");
    talk.say(summary, summary.answers, 'a');
  }
  talk.class_is(mark_class(marked));
  answer_marks(talk, marked);
  return true;
}

bool safety_choice(Talk& talk, const MarkedProtocol& marked) {
  const std::size_t met = fill_marks(talk, marked);
  const std::size_t total = marked.marks.size();
  if (marked.is_scored || total < 3 || total > 6) return false;
  const auto count_text = [&](std::size_t count) {
    std::string text;
    if (count == 0) return std::string("none");
    append_number_word(static_cast<std::int64_t>(count), text);
    return count == total ? "all " + text : text;
  };
  std::vector<std::string> wrong;
  for (std::size_t count = 0; count <= total; ++count) {
    if (count != met) wrong.push_back(count_text(count));
  }
  if (!talk.choice_round(talk.group(TextTask::kSafetyAssessment, "choice"), count_text(met), std::move(wrong))) return false;
  talk.class_is(mark_class(marked));
  answer_marks(talk, marked);
  return true;
}

bool safety_yes_no(Talk& talk, const MarkedProtocol& marked) {
  if (marked.is_scored) return false;
  const std::size_t met = fill_marks(talk, marked);
  const bool is_overall = talk.draws().chance(0.3);
  if (is_overall) {
    if (!talk.yes_no_round(talk.group(TextTask::kSafetyAssessment, "overall"), met == marked.marks.size())) return false;
    answer_marks(talk, marked);
    return true;
  }
  const Mark& mark = one_of(marked.marks, talk.draws());
  const Surface& surface = talk.lexicon()[mark.criterion];
  talk.slots().concept_is(Slot::kCriterion, mark.criterion);
  if (!surface.question.empty()) talk.slots().text(Slot::kAsks, surface.question);
  if (!surface.statement.empty()) {
    std::string& statement = talk.slots().text(Slot::kStatement);
    statement = surface.statement;
    if (statement.ends_with('.')) statement.pop_back();
  }
  if (!talk.yes_no_round(talk.group(TextTask::kSafetyAssessment, "yes_no"), mark.holds)) return false;
  CriteriaAnswer answer;
  answer.protocol = talk.id(marked.protocol);
  answer.criteria.push_back({talk.id(mark.criterion), mark.holds, mark.value});
  talk.answer_is(std::move(answer));
  talk.cite(marked.ordinals);
  return true;
}

}  // namespace

std::vector<Doing> counted(const std::vector<SeenDoing>& seen) {
  std::vector<Doing> made;
  for (const auto& s : seen) {
    const auto same = std::find_if(made.begin(), made.end(), [&](const Doing& d) { return is_same(d, s.doing); });
    if (same == made.end()) made.push_back(s.doing);
    else ++same->count;
  }
  return made;
}

std::string label_of(const Lexicon& lexicon, int concept_index) { return lexicon[concept_index].label; }

std::vector<std::string> labels_of(const Lexicon& lexicon, const std::vector<int>& concepts) {
  std::vector<std::string> labels;
  labels.reserve(concepts.size());
  for (const int index : concepts) labels.push_back(lexicon[index].label);
  return labels;
}

std::vector<int> deniable(const Lexicon& lexicon, const std::vector<int>& words, const std::vector<int>& there) {
  std::vector<int> kept;
  for (const int word_index : words) {
    const bool is_akin_to_one = std::any_of(there.begin(), there.end(), [&](int other) {
      return lexicon.is_kin(word_index, other) || lexicon[word_index].label == lexicon[other].label;
    });
    const bool is_repeated = std::any_of(kept.begin(), kept.end(), [&](int other) {
      return lexicon[word_index].label == lexicon[other].label;
    });
    if (!is_akin_to_one && !is_repeated) kept.push_back(word_index);
  }
  return kept;
}

std::vector<int> wrong_options(Talk& talk, std::vector<int> deniable_words) {
  if (deniable_words.size() < 3) return {};
  const std::size_t most = std::min<std::size_t>(deniable_words.size(), 6);
  return drawn(std::move(deniable_words), 3 + talk.draws().below(most - 2), talk.draws());
}

std::string class_of(const Lexicon& lexicon, std::vector<int> concepts) {
  if (concepts.empty()) return "none";
  std::vector<std::string> ids;
  for (const int index : concepts) ids.push_back(lexicon[index].id.text);
  std::sort(ids.begin(), ids.end());
  return join(ids, "+");
}

bool recognition_open(Talk& talk, const ContextFacts& facts, Role role_asked) {
  const RoleFacts& role = facts.role(role_asked);
  if (!role.is_total) return false;
  const RoleWords& words = words_of(role_asked);
  const std::vector<int> there = concepts_of(role.seen);
  const bool is_listable = there.size() + 3 <= kMaxListed;
  // "None" is only true of what was looked for, so such a question names it.
  const bool is_listed = there.empty() || (is_listable && talk.draws().chance(kListedShare));
  if (is_listed) {
    const auto offer = offered(talk, role, there);
    if (offer.size() < 2) return false;
    list_concepts(talk, Slot::kCandidates, offer);
  }
  if (!there.empty()) list_concepts(talk, words.many, there);
  const auto& asking = talk.group(words.recognition, is_listed ? "listed" : "open");
  const auto& saying = talk.group(words.recognition, there.empty() ? "none" : is_listed ? "listed" : "open");
  if (!talk.round(asking, asking.questions, saying, saying.answers)) return false;
  talk.answer_is(concepts_answer(talk, there));
  talk.class_is(class_of(talk.lexicon(), there));
  talk.cite(role.evidence);
  return true;
}

bool make_recognition(Talk& talk, const ContextFacts& facts, Role role_asked, Form form) {
  const RoleFacts& role = facts.role(role_asked);
  if (!role.is_total) return false;
  if (form == Form::kChoice) return recognition_choice(talk, role, words_of(role_asked));
  if (form == Form::kYesNo) return recognition_yes_no(talk, role, words_of(role_asked));
  return recognition_open(talk, facts, role_asked);
}

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

bool instrument_deeds_round(Talk& talk, const ContextFacts& facts, bool follows) {
  const auto chosen = doings_of_one(talk, facts, [](const Doing& d) { return d.instrument; });
  if (chosen.empty()) return false;
  const auto doings = counted(chosen);
  talk.slots().concept_is(Slot::kInstrument, {doings[0].instrument, static_cast<int>(chosen.size()), false});
  talk.slots().doings(Slot::kInteractions) = doings;
  const auto& group = talk.group(TextTask::kTripletRecognition, "instrument");
  const auto& asking = follows ? talk.group(TextTask::kTripletRecognition, "follow") : group;
  if (!talk.round(asking, asking.questions, group, group.answers)) return false;
  for (const auto& seen : chosen) talk.cite(seen.ordinal);
  answer_doings(talk, doings);
  return true;
}

bool make_triplets(Talk& talk, const ContextFacts& facts, Form form) {
  if (form != Form::kOpen) return triplet_choice_or_yes_no(talk, facts, form);
  const double way = talk.draws().unit();
  if (way < 0.5 && all_deeds_round(talk, facts)) return true;
  if (way < 0.65 && target_round(talk, facts)) return true;
  return instrument_deeds_round(talk, facts, false);
}

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

bool make_safety(Talk& talk, const ContextFacts& facts, Form form) {
  const auto protocols = marked_protocols(talk, facts);
  if (protocols.empty()) return false;
  const auto& marked = one_of(protocols, talk.draws());
  if (form == Form::kChoice) return safety_choice(talk, marked);
  if (form == Form::kYesNo) return safety_yes_no(talk, marked);
  return safety_open(talk, marked);
}

namespace {

/// "the hook on the left and the grasper on the right", from instruments with one box each. Cites the boxes.
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
    append_words(CountedConcept{single[i]->concept_index, 1, false}, WordForm::kThe, talk.lexicon(), text);
    const std::string_view side = side_word(single[i]->boxes[0]->box, facts.size);
    text += side == "left" || side == "right" ? " on the " : " in the ";
    text += side;
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
    const bool acts_here = std::any_of(acts.begin(), acts.end(), [&](const SeenDoing& d) {
      return d.doing.instrument == seen.concept_index;
    });
    if (!acts_here) tools.push_back(seen.concept_index);
  }
  for (const auto& seen : facts.role(Role::kTissue).seen) {
    const bool is_target = std::any_of(acts.begin(), acts.end(),
                                       [&](const SeenDoing& d) { return d.doing.target == seen.concept_index; });
    if (!is_target && tissues.size() < 6) tissues.push_back(seen.concept_index);
  }
  const bool says_enough = !acts.empty() || !tools.empty() || (facts.phase && facts.step);
  if (!says_enough || !talk.ask(talk.group(task, "open"))) return false;
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
