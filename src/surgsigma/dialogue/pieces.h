// What several tasks need: words of a role, what may be denied, lists of options, boxes by object.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/dialogue/talk.h"

namespace surgsigma {

constexpr std::size_t kMaxBoxes = 8;  ///< most boxes in one answer

/// The tasks and slots of instruments, and those of tissues.
struct RoleWords {
  TextTask recognition;
  TextTask localization;
  Slot one;
  Slot many;
};
inline constexpr std::array<RoleWords, kRoles> kRoleWords = {
    {{TextTask::kInstrumentRecognition, TextTask::kInstrumentLocalization, Slot::kInstrument, Slot::kInstruments},
     {TextTask::kTissueRecognition, TextTask::kTissueLocalization, Slot::kTissue, Slot::kTissues}}};

inline const RoleWords& words_of(Role role) { return kRoleWords[static_cast<std::size_t>(role)]; }

template <class T>
const T& one_of(const std::vector<T>& items, Draws& draws) {
  return items[draws.below(items.size())];
}

std::vector<int> concepts_of(const std::vector<Seen>& seen);
ConceptsAnswer concepts_answer(const Talk& talk, const std::vector<int>& concepts);
void list_concepts(Talk& talk, Slot slot, const std::vector<int>& concepts);
std::string label_of(const Lexicon& lexicon, int concept_index);
std::vector<std::string> labels_of(const Lexicon& lexicon, const std::vector<int>& concepts);
/// Concept ids, sorted and joined by "+"; "none".
std::string class_of(const Lexicon& lexicon, const std::vector<int>& concepts);

/// Those of `words`, each label once, that share neither label nor kinship with anything in `there`.
std::vector<int> deniable(const Lexicon& lexicon, const std::vector<int>& words, const std::vector<int>& there);
/// What was looked for and is certainly not there.
std::vector<int> deniable_in(const Lexicon& lexicon, const RoleFacts& role);
/// Without words that name nothing, such as idle time.
std::vector<int> without_background(const Talk& talk, std::vector<int> concepts);
/// Between three and six of them, drawn; empty where there are fewer than three.
std::vector<int> wrong_options(Talk& talk, std::vector<int> deniable_words);

bool is_same(const Doing& a, const Doing& b);
/// Equal doings counted together, in reading order.
std::vector<Doing> counted(const std::vector<SeenDoing>& seen);

/// The boxes of one concept, or of its tips.
struct BoxGroup {
  int concept_index = kNoConcept;
  bool is_tip = false;
  std::vector<const SeenBox*> boxes;
};

/// Objects of that role with their boxes; whole objects go before tips. Empty where the picture's size is unknown.
std::vector<BoxGroup> box_groups(const ContextFacts& facts, Role role);

inline TimeRange range_of(const ContextRow& context) { return {context.begin_us, context.end_us}; }
/// "action" or "step".
std::string_view level_word(RunLevel level);
/// The video's runs of that level; nullptr where it has none.
const RunsOfLevel* level_of(const Talk& talk, RunLevel level);
/// Cites the records of the run that meet the range.
void cite_run(Talk& talk, const Run& run, TimeRange range);
/// "the hook is on the left"; `side` as side_word gives it.
void append_side(Talk& talk, int instrument, std::string_view side, std::string& out);

}  // namespace surgsigma
