#include "surgsigma/dialogue/pieces.h"

#include <algorithm>

#include "surgsigma/base/text.h"

namespace surgsigma {

std::vector<int> concepts_of(const std::vector<Seen>& seen) {
  std::vector<int> concepts;
  concepts.reserve(seen.size());
  for (const auto& s : seen) concepts.push_back(s.concept_index);
  return concepts;
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
    const bool is_repeated = std::any_of(kept.begin(), kept.end(),
                                         [&](int other) { return lexicon[word_index].label == lexicon[other].label; });
    if (!is_akin_to_one && !is_repeated) kept.push_back(word_index);
  }
  return kept;
}

std::vector<int> wrong_options(Talk& talk, std::vector<int> deniable_words) {
  if (deniable_words.size() < 3) return {};
  const std::size_t most = std::min<std::size_t>(deniable_words.size(), 6);
  return drawn(std::move(deniable_words), 3 + talk.draws().below(most - 2), talk.draws());
}

std::string class_of(const Lexicon& lexicon, const std::vector<int>& concepts) {
  if (concepts.empty()) return "none";
  std::vector<std::string> ids;
  for (const int index : concepts) ids.push_back(lexicon[index].id.text);
  std::sort(ids.begin(), ids.end());
  return join(ids, "+");
}

std::vector<int> deniable_in(const Lexicon& lexicon, const RoleFacts& role) {
  std::vector<int> there = concepts_of(role.seen);
  there.insert(there.end(), role.doubtful.begin(), role.doubtful.end());
  return deniable(lexicon, role.candidates, there);
}

std::vector<int> without_background(const Talk& talk, std::vector<int> concepts) {
  const RunRules& rules = talk.plan().rules;
  std::erase_if(concepts, [&](int index) {
    const auto is_in = [&](const std::vector<int>& list) {
      return std::find(list.begin(), list.end(), index) != list.end();
    };
    return is_in(rules.background) || is_in(rules.unnamed);
  });
  return concepts;
}

bool is_same(const Doing& a, const Doing& b) {
  return a.instrument == b.instrument && a.verb == b.verb && a.target == b.target && a.is_idle == b.is_idle;
}

std::vector<Doing> counted(const std::vector<SeenDoing>& seen) {
  std::vector<Doing> made;
  for (const auto& s : seen) {
    const auto same = std::find_if(made.begin(), made.end(), [&](const Doing& d) { return is_same(d, s.doing); });
    if (same == made.end())
      made.push_back(s.doing);
    else
      ++same->count;
  }
  return made;
}

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

std::string_view level_word(RunLevel level) { return level == RunLevel::kStep ? "step" : "action"; }

const RunsOfLevel* level_of(const Talk& talk, RunLevel level) {
  for (const auto& list : talk.video().levels) {
    if (list.level == level) return &list;
  }
  return nullptr;
}

void cite_run(Talk& talk, const Run& run, TimeRange range) {
  for (const std::int64_t ordinal : run.ordinals) {
    const Record* record = talk.video().facts.find(ordinal);
    if (record != nullptr && record->row->begin_us < range.end && range.begin < record->row->end_us) talk.cite(ordinal);
  }
}

void append_side(Talk& talk, int instrument, std::string_view side, std::string& out) {
  append_words(CountedConcept{instrument, 1, false}, WordForm::kThe, talk.lexicon(), out);
  out += talk.lexicon()[instrument].is_plural ? " are" : " is";
  out += side == "left" || side == "right" ? " on the " : " in the ";
  out += side;
}

}  // namespace surgsigma
