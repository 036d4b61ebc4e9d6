#include "surgsigma/reason/sentences.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "surgsigma/schema/answer.h"

namespace surgsigma::chain {
namespace {

constexpr std::size_t kMostPlaces = 5;
constexpr std::size_t kMostTogether = 4;
constexpr std::size_t kMostRelations = 2;
constexpr double kClearlyApart = 0.1;  // of the picture's width or height

void append_number(std::int64_t number, std::string& out) {
  char digits[24];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

bool contains(const std::vector<int>& items, int item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}

std::string_view side_place(int side) {
  constexpr std::array<std::string_view, 3> kPlaces = {"on the left", "on the right", "in the centre"};
  return kPlaces[static_cast<std::size_t>(side)];
}

}  // namespace

void append_list(const std::vector<std::string>& items, std::string_view last_joint, std::string& out) {
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += i + 1 == items.size() ? last_joint : std::string_view(", ");
    out += items[i];
  }
}

void Sentences::sentence(std::span<const Phrase> phrases, std::string_view first, std::string_view second,
                         bool is_plural, Statement& made) {
  fill_phrase(one_of(phrases), first, second, is_plural, made.text);
  capitalize(made.text);
}

void Sentences::labelled(ClaimWord word, const SceneLabel& label, std::span<const Phrase> phrases, Statement& made) {
  made.clear();
  if (!label) return;
  cited_.clear();
  sentence(phrases, words_[label.concept_index].a, "", false, made);
  begin_atom(word, made.claim);
  append_concept(label.concept_index, made.claim);
  cite(label.evidence);
  finish(3, made);
}

void Sentences::phase(Statement& made) { labelled(ClaimWord::kPhase, scene_->phase, kPhaseIs, made); }
void Sentences::step(Statement& made) { labelled(ClaimWord::kStep, scene_->step, kStepIs, made); }
void Sentences::phase_follows(Statement& made) { labelled(ClaimWord::kPhase, scene_->phase, kPhaseFollows, made); }
void Sentences::step_follows(Statement& made) { labelled(ClaimWord::kStep, scene_->step, kStepFollows, made); }

/// Sorts what was cited into the evidence.
void Sentences::finish(int level, Statement& made) {
  made.level = level;
  std::sort(cited_.begin(), cited_.end());
  cited_.erase(std::unique(cited_.begin(), cited_.end()), cited_.end());
  for (const std::int64_t ordinal : cited_) {
    if (!made.evidence.empty()) made.evidence += ',';
    append_number(ordinal, made.evidence);
  }
}

/// "a hook and two graspers" into text_, with claims and what is cited. Leaves text_ empty where there is none.
void Sentences::list(bool instruments, Statement& made) {
  text_.clear();
  cited_.clear();
  items_.clear();
  for (const SceneThing& thing : scene_->things) {
    if (thing.is_instrument != instruments) continue;
    const ConceptWords& words = words_[thing.concept_index];
    const bool is_counted = !is_clip_ && thing.count >= 2 && thing.count <= kLargestNumber;
    std::string& item = items_.emplace_back();
    begin_atom(is_counted ? ClaimWord::kCount : ClaimWord::kPresent, made.claim);
    append_concept(thing.concept_index, made.claim);
    if (is_counted) {
      item = number_word(thing.count);
      item += ' ';
      item += words.plural;
      add_argument(thing.count, made.claim);
    } else {
      item = words.a;
    }
    cite(thing.evidence);
  }
  append_list(items_, " and ", text_);
}

namespace {

/// Whether a list of things takes a plural verb.
bool is_plural_list(const Scene& scene, const Words& words, bool instruments, bool is_clip) {
  int number = 0;
  for (const SceneThing& thing : scene.things) {
    if (thing.is_instrument != instruments) continue;
    const bool is_counted = !is_clip && thing.count >= 2 && thing.count <= kLargestNumber;
    number += is_counted || words[thing.concept_index].is_plural ? 2 : 1;
  }
  return number > 1;
}

}  // namespace

void Sentences::instruments(Statement& made) {
  made.clear();
  list(true, made);
  if (text_.empty()) return;
  sentence(kInstrumentsSeen, text_, is_clip_ ? "footage" : "picture", is_plural_list(*scene_, words_, true, is_clip_),
           made);
  finish(1, made);
}

void Sentences::structures(Statement& made) {
  made.clear();
  list(false, made);
  if (text_.empty()) return;
  sentence(kStructuresSeen, text_, is_clip_ ? "footage" : "picture", is_plural_list(*scene_, words_, false, is_clip_),
           made);
  finish(1, made);
}

/// Items with claims into text_: each concept once per cell (or side) that holds a box of it.
void Sentences::append_places(std::optional<bool> instruments, bool by_cell, Statement& made) {
  struct Place {
    int concept_index;
    int where;
    int boxes;
    bool is_tip;
  };
  std::vector<Place> places;
  text_.clear();
  cited_.clear();
  items_.clear();
  for (const SceneBox& box : scene_->boxes) {
    if (instruments) {
      const auto thing = std::find_if(scene_->things.begin(), scene_->things.end(),
                                      [&](const SceneThing& t) { return t.concept_index == box.concept_index; });
      if (thing == scene_->things.end() || thing->is_instrument != *instruments) continue;
    }
    const int where = by_cell ? box.cell : box.side;
    const auto known = std::find_if(places.begin(), places.end(), [&](const Place& p) {
      return p.concept_index == box.concept_index && p.where == where;
    });
    if (known == places.end())
      places.push_back({box.concept_index, where, 1, box.is_tip});
    else
      ++known->boxes, known->is_tip = known->is_tip && box.is_tip;
    cited_.push_back(box.ordinal);
  }
  if (places.empty() || places.size() > kMostPlaces + 4) return;
  if (!instruments && places.size() > kMostPlaces) return;
  const Phrase phrase = by_cell ? one_of(kPlaceItems) : one_of(kSideItems);
  std::vector<int> told;
  for (const Place& place : places) {
    const ConceptWords& words = words_[place.concept_index];
    const auto spread = std::count_if(places.begin(), places.end(),
                                      [&](const Place& p) { return p.concept_index == place.concept_index; });
    const bool is_several = spread == 1 && place.boxes > 1;
    item_.clear();
    if (place.is_tip) item_ = is_several ? "the tips of " : "the tip of ";
    if (spread > 1) {
      item_ += contains(told, place.concept_index) ? "another " : "one ";
      item_ += words.label;
    } else if (is_several) {
      item_ += "the ";
      item_ += words.plural;
    } else {
      item_ += words.the;
    }
    told.push_back(place.concept_index);
    const bool is_plural = is_several || (words.is_plural && !place.is_tip && spread == 1);
    fill_phrase(phrase, item_, by_cell ? kGridWords[static_cast<std::size_t>(place.where)] : side_place(place.where),
                is_plural, items_.emplace_back());
    begin_atom(by_cell ? ClaimWord::kAt : ClaimWord::kSide, made.claim);
    append_concept(place.concept_index, made.claim);
    const auto where = static_cast<std::size_t>(place.where);
    add_argument(by_cell ? kGridWords[where] : kSides[where], made.claim);
  }
  append_list(items_, items_.size() > 2 ? ", and " : " and ", text_);
}

void Sentences::places(bool by_cell, Statement& made) {
  made.clear();
  append_places(std::nullopt, by_cell, made);
  if (text_.empty()) return;
  made.text = text_ + ".";
  capitalize(made.text);
  finish(1, made);
}

void Sentences::nothing(Statement& made) {
  made.clear();
  cited_.clear();
  if (scene_->lists.empty() || scene_->has_instruments()) return;
  sentence(kNothingSeen, "", "picture", false, made);
  begin_atom(ClaimWord::kNothing, made.claim);
  add_argument(scene_->lists.front().vocabulary, made.claim);
  cited_.push_back(scene_->lists.front().ordinal);
  finish(1, made);
}

void Sentences::nobody_acts(Statement& made) {
  made.clear();
  cited_.clear();
  if (scene_->lists.empty() || scene_->has_instruments()) return;
  sentence(kNobodyActs, "", "", false, made);
  begin_atom(ClaimWord::kRest, made.claim);
  add_argument(scene_->lists.front().vocabulary, made.claim);
  cited_.push_back(scene_->lists.front().ordinal);
  finish(2, made);
}

void Sentences::cite_run(const ActionRun& run, TimeRange shown, const RecordTable& records) {
  for (const std::int64_t ordinal : run.ordinals) {
    const std::size_t position = records.find(ordinal);
    if (position == records.size()) continue;
    if (time_of(records.row(position)).overlaps(shown)) cited_.push_back(ordinal);
  }
}

void Sentences::shows(const ActionRun& run, TimeRange shown, std::string_view level, const RecordTable& records,
                      Statement& made) {
  made.clear();
  cited_.clear();
  sentence(kShown, words_[run.action].a, level, false, made);
  begin_atom(ClaimWord::kShows, made.claim);
  append_concept(run.action, made.claim);
  cite_run(run, shown, records);
  finish(1, made);
}

/// Several instruments of this kind are there, and they do not all do the same.
bool Sentences::needs_telling_apart(int instrument) const {
  if (is_clip_) return false;
  int groups = 0;
  int told = 0;
  for (const SceneDeed& deed : scene_->deeds) {
    if (deed.instrument != instrument) continue;
    ++groups;
    told += deed.count;
  }
  const int count = scene_->count_of(instrument);
  return count >= 2 && (groups > 1 || told < count);
}

namespace {

/// Another one of its kind than all those told before: each of them is known by its number, and it is none of them.
bool is_another(const SceneDeed& deed, const std::vector<const SceneDeed*>& told) {
  bool has_one = false;
  for (const SceneDeed* earlier : told) {
    if (earlier->instrument != deed.instrument) continue;
    has_one = true;
    const bool is_apart = earlier->count == 1 && earlier->instance >= 0 && deed.instance >= 0;
    if (!is_apart || earlier->instance == deed.instance) return false;
  }
  return has_one;
}

}  // namespace

void Sentences::append_deed(const SceneDeed& deed, bool is_progressive, std::vector<const SceneDeed*>& told,
                            Statement& made) {
  const ConceptWords& instrument = words_[deed.instrument];
  const ConceptWords& verb = words_[deed.verb];
  const bool is_counted =
      !is_clip_ && deed.count >= 2 && deed.count <= kLargestNumber && scene_->count_of(deed.instrument) >= deed.count;
  const bool is_apart = !is_counted && needs_telling_apart(deed.instrument);
  // "the scissors are cutting and are pushing": the same one once more.
  const SceneDeed* last = told.empty() || told.back()->instrument != deed.instrument ? nullptr : told.back();
  const bool is_same_one = last != nullptr && last->instance >= 0 && last->instance == deed.instance;
  const bool goes_on =
      last != nullptr && !is_counted && (is_apart ? last->count == 1 && is_same_one : last->count <= 1);
  item_.clear();
  begin_atom(ClaimWord::kActs, made.claim);
  append_concept(deed.instrument, made.claim);
  append_concept(deed.verb, made.claim);
  if (goes_on) {
    item_ += items_.back();
    item_ += " and";
    items_.pop_back();
  } else if (is_counted) {
    item_ += number_word(deed.count);
    item_ += ' ';
    item_ += instrument.plural;
  } else if (is_apart) {
    item_ += is_another(deed, told) ? "another " : "one ";
    item_ += instrument.label;
  } else {
    item_ += instrument.the;
  }
  told.push_back(&deed);
  const bool is_plural = is_counted || (instrument.is_plural && !is_apart);
  item_ += ' ';
  // Without a target a verb cannot stand alone: "the forceps grasps" -> "the forceps is grasping".
  if (is_progressive || deed.target == kNone) {
    item_ += is_plural ? "are " : "is ";
    item_ += verb.gerund;
  } else {
    item_ += is_plural ? verb.third_plural : verb.third;
  }
  if (deed.target != kNone) {
    item_ += ' ';
    item_ += verb.before_target;
    item_ += words_[deed.target].the;
    append_concept(deed.target, made.claim);
  }
  if (is_counted) {
    std::string times = "x";
    append_number(deed.count, times);
    add_argument(times, made.claim);
  }
  items_.push_back(item_);
  cite(deed.evidence);
}

void Sentences::deeds(Statement& made) {
  made.clear();
  cited_.clear();
  items_.clear();
  std::vector<const SceneDeed*> told;
  const bool is_progressive = draws_.chance(0.5);
  for (const SceneDeed& deed : scene_->deeds) {
    if (!deed.is_idle) append_deed(deed, is_progressive, told, made);
  }
  if (items_.empty()) return;
  text_.clear();
  append_list(items_, items_.size() == 2 ? one_of(kDeedJoins) : Phrase(", and "), text_);
  sentence(kDeedsDone, text_, "", false, made);
  finish(2, made);
}

void Sentences::idle(Statement& made) {
  made.clear();
  cited_.clear();
  items_.clear();
  int number = 0;
  std::string claim;
  for (const SceneDeed& deed : scene_->deeds) {
    if (!deed.is_idle) continue;
    const ConceptWords& words = words_[deed.instrument];
    const bool is_several = !is_clip_ && deed.count >= 2 && scene_->count_of(deed.instrument) >= deed.count;
    const bool is_apart = !is_several && needs_telling_apart(deed.instrument);
    const bool acts_too = std::any_of(scene_->deeds.begin(), scene_->deeds.end(), [&](const SceneDeed& d) {
      return !d.is_idle && d.instrument == deed.instrument;
    });
    const std::string apart = (acts_too ? "another " : "one ") + words.label;
    items_.push_back(is_several ? "the " + words.plural : is_apart ? apart : words.the);
    number += is_several || (words.is_plural && !is_apart) ? 2 : 1;
    append_concept(deed.instrument, claim);
    cite(deed.evidence);
  }
  if (items_.empty()) return;
  text_.clear();
  append_list(items_, " and ", text_);
  sentence(kIdleInstruments, text_, "", number > 1, made);
  begin_atom(ClaimWord::kIdle, made.claim);
  made.claim += claim;
  finish(2, made);
}

void Sentences::relations(Statement& made) {
  made.clear();
  cited_.clear();
  items_.clear();
  struct Pair {
    const SceneBox* first;
    const SceneBox* second;
    bool is_beside;
    double apart;
  };
  std::vector<const SceneBox*> single;
  for (const SceneBox& box : scene_->boxes) {
    const auto same = std::count_if(scene_->boxes.begin(), scene_->boxes.end(),
                                    [&](const SceneBox& b) { return b.concept_index == box.concept_index; });
    if (same == 1 && !box.is_tip) single.push_back(&box);
  }
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < single.size(); ++i) {
    for (std::size_t j = i + 1; j < single.size(); ++j) {
      const SceneBox& a = *single[i];
      const SceneBox& b = *single[j];
      if (!(a.size == b.size)) continue;
      const double dx = ((b.box.x1 + b.box.x2) - (a.box.x1 + a.box.x2)) / 2 / a.size.width;
      const double dy = ((b.box.y1 + b.box.y2) - (a.box.y1 + a.box.y2)) / 2 / a.size.height;
      const bool is_beside = std::abs(dx) >= std::abs(dy);
      const double apart = is_beside ? dx : dy;
      if (std::abs(apart) < kClearlyApart) continue;
      pairs.push_back({apart > 0 ? &a : &b, apart > 0 ? &b : &a, is_beside, std::abs(apart)});
    }
  }
  std::stable_sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) { return a.apart > b.apart; });
  const Phrase beside = one_of(kLeftOfItems);
  const Phrase above = one_of(kAboveItems);
  for (const Pair& pair : pairs) {
    if (items_.size() == kMostRelations) break;
    const ConceptWords& first = words_[pair.first->concept_index];
    const ConceptWords& second = words_[pair.second->concept_index];
    const Phrase phrase = pair.is_beside ? beside : above;
    const bool is_plural = phrase.starts_with("{0}") ? first.is_plural : second.is_plural;
    fill_phrase(phrase, first.the, second.the, is_plural, items_.emplace_back());
    begin_atom(pair.is_beside ? ClaimWord::kLeftOf : ClaimWord::kAbove, made.claim);
    append_concept(pair.first->concept_index, made.claim);
    append_concept(pair.second->concept_index, made.claim);
    cited_.push_back(pair.first->ordinal);
    cited_.push_back(pair.second->ordinal);
  }
  if (items_.empty()) return;
  text_.clear();
  append_list(items_, ", and ", text_);
  sentence(kRelationHeads, text_, "", false, made);
  finish(2, made);
}

void Sentences::together(Statement& made) {
  made.clear();
  cited_.clear();
  items_.clear();
  const auto instruments =
      std::count_if(scene_->things.begin(), scene_->things.end(), [](const SceneThing& t) { return t.is_instrument; });
  std::string claim;
  for (const SceneThing& thing : scene_->things) {
    if (items_.size() == kMostTogether) break;
    if (instruments >= 2 && !thing.is_instrument) continue;
    items_.push_back(words_[thing.concept_index].the);
    append_concept(thing.concept_index, claim);
    cite(thing.evidence);
  }
  if (items_.size() < 2) return;
  text_.clear();
  append_list(items_, " and ", text_);
  sentence(kTogetherSeen, text_, "", true, made);
  begin_atom(ClaimWord::kTogether, made.claim);
  made.claim += claim;
  finish(2, made);
}

void Sentences::only(Statement& made) {
  made.clear();
  cited_.clear();
  const auto instruments =
      std::count_if(scene_->things.begin(), scene_->things.end(), [](const SceneThing& t) { return t.is_instrument; });
  if (instruments != 1) return;
  for (const ScenePresence& list : scene_->lists) {
    if (list.concepts.size() != 1) continue;
    const int index = list.concepts.front();
    sentence(kOnlySeen, words_[index].the, "", words_[index].is_plural, made);
    begin_atom(ClaimWord::kOnly, made.claim);
    append_concept(index, made.claim);
    cited_.push_back(list.ordinal);
    finish(2, made);
    return;
  }
}

void Sentences::after(const ActionRun& run, std::string_view level, Statement& made) {
  made.clear();
  cited_.clear();
  sentence(kCameBefore, words_[run.action].a, level, false, made);
  begin_atom(ClaimWord::kAfter, made.claim);
  append_concept(run.action, made.claim);
  cited_.push_back(run.ordinals.back());
  finish(2, made);
}

void Sentences::elapsed(const ActionRun& run, TimeRange shown, const RecordTable& records, Statement& made) {
  made.clear();
  cited_.clear();
  const std::string duration = duration_text(shown.duration());
  const bool is_plural = duration != "1 second";
  sentence(kElapsed, duration, "", is_plural, made);
  begin_atom(ClaimWord::kElapsed, made.claim);
  add_argument(shown.duration(), made.claim);
  cite_run(run, shown, records);
  finish(2, made);
}

void Sentences::triplets_follow(Statement& made) {
  made.clear();
  cited_.clear();
  items_.clear();
  for (const SceneDeed& deed : scene_->deeds) {
    std::string& item = items_.emplace_back("(");
    item += words_[deed.instrument].label;
    begin_atom(deed.is_idle ? ClaimWord::kIdle : ClaimWord::kActs, made.claim);
    append_concept(deed.instrument, made.claim);
    if (deed.is_idle) {
      item += ", idle";
    } else {
      item += ", " + words_[deed.verb].label;
      append_concept(deed.verb, made.claim);
      if (deed.target != kNone) {
        item += ", " + words_[deed.target].label;
        append_concept(deed.target, made.claim);
      }
    }
    item += ')';
    cite(deed.evidence);
  }
  if (items_.empty()) return;
  text_.clear();
  append_list(items_, " and ", text_);
  sentence(kTripletsFollow, text_, "", items_.size() > 1, made);
  finish(3, made);
}

void Sentences::things_follow(bool instruments, Statement& made) {
  made.clear();
  cited_.clear();
  items_.clear();
  int number = 0;
  std::string claim;
  for (const SceneThing& thing : scene_->things) {
    const bool is_anatomy = words_[thing.concept_index].sort == Sort::kAnatomy;
    const bool is_wanted = thing.is_answer && (instruments ? thing.is_instrument : is_anatomy);
    if (!is_wanted) continue;
    const ConceptWords& words = words_[thing.concept_index];
    items_.push_back(words.a);
    number += words.is_plural ? 2 : 1;
    append_concept(thing.concept_index, claim);
    cite(thing.evidence);
  }
  if (items_.empty()) return;
  text_.clear();
  append_list(items_, " and ", text_);
  if (instruments)
    sentence(kInstrumentsFollow, text_, "", number > 1, made);
  else
    sentence(kTissuesFollow, text_, "", number > 1, made);
  begin_atom(instruments ? ClaimWord::kInstruments : ClaimWord::kTissues, made.claim);
  made.claim += claim;
  finish(3, made);
}

void Sentences::places_follow(bool instruments, Statement& made) {
  made.clear();
  append_places(instruments, true, made);
  if (text_.empty()) return;
  sentence(kPlacesFollow, text_, "", false, made);
  finish(3, made);
}

void Sentences::criteria_follow(int protocol, Statement& made) {
  made.clear();
  cited_.clear();
  items_.clear();
  for (const int criterion : words_.criteria_of(protocol)) {
    const auto found = std::find_if(scene_->criteria.begin(), scene_->criteria.end(),
                                    [&](const SceneCriterion& c) { return c.concept_index == criterion; });
    if (found == scene_->criteria.end()) return made.clear();
    const ConceptWords& words = words_[criterion];
    std::string& item = items_.emplace_back("criterion ");
    append_number(words.number, item);
    item += ", " + words.label + ", ";
    begin_atom(ClaimWord::kCriterion, made.claim);
    append_concept(criterion, made.claim);
    if (words.scale_top > 1) {
      const auto points = std::llround(found->value);
      item += "reaches ";
      append_number(points, item);
      item += " of ";
      append_number(std::llround(words.scale_top), item);
      item += " points";
      add_argument(points, made.claim);
    } else {
      const bool is_met = found->value >= 0.5;
      item += is_met ? one_of(kMet) : one_of(kUnmet);
      add_argument(is_met ? "met" : "unmet", made.claim);
    }
    cited_.push_back(found->ordinal);
  }
  if (items_.empty()) return;
  text_.clear();
  for (std::size_t i = 0; i < items_.size(); ++i) {
    if (i > 0) text_ += i + 1 == items_.size() ? "; and " : "; ";
    text_ += items_[i];
  }
  sentence(kCriteriaFollow, text_, "", false, made);
  finish(3, made);
}

void Sentences::action_follows(const ActionRun& run, TimeRange shown, const RecordTable& records, Statement& made) {
  made.clear();
  cited_.clear();
  sentence(kActionFollows, words_[run.action].a, "", false, made);
  begin_atom(ClaimWord::kAction, made.claim);
  append_concept(run.action, made.claim);
  cite_run(run, shown, records);
  finish(3, made);
}

void Sentences::remaining_follows(const ActionRun& run, Microseconds cutoff, std::string_view level, Statement& made) {
  made.clear();
  cited_.clear();
  const Microseconds left = run.range.end - cutoff;
  const std::string duration = duration_text(left);
  sentence(kRemainingFollows, duration, level, duration != "1 second", made);
  begin_atom(ClaimWord::kRemaining, made.claim);
  add_argument(left, made.claim);
  add_argument("at", made.claim);
  add_argument(cutoff, made.claim);
  cite(run.ordinals);
  finish(3, made);
}

void Sentences::next_follows(const ActionRun& next, std::string_view level, Statement& made) {
  made.clear();
  cited_.clear();
  sentence(kNextFollows, words_[next.action].a, level, false, made);
  begin_atom(ClaimWord::kNext, made.claim);
  append_concept(next.action, made.claim);
  cited_.push_back(next.ordinals.front());
  finish(3, made);
}

}  // namespace surgsigma::chain
