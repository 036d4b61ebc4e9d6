#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "surgsigma/reason/check_state.h"

namespace surgsigma {

using chain::ActionLevel;
using chain::ClaimAtom;
using chain::ClaimWord;
using chain::kNone;
using chain::Sort;
using State = ReasoningChecker::OfVideo::State;
using namespace verdict;  // NOLINT: its few constants

namespace {

constexpr std::array<Conclusion, 11> kConclusions = {{
    {"instrument_recognition", ClaimWord::kInstruments, std::nullopt},
    {"instrument_localization", ClaimWord::kAt, std::nullopt},
    {"tissue_recognition", ClaimWord::kTissues, std::nullopt},
    {"tissue_localization", ClaimWord::kAt, std::nullopt},
    {"triplet_recognition", ClaimWord::kActs, ClaimWord::kIdle},
    {"phase_recognition", ClaimWord::kPhase, std::nullopt},
    {"step_recognition", ClaimWord::kStep, std::nullopt},
    {"action_recognition", ClaimWord::kAction, std::nullopt},
    {"action_remaining", ClaimWord::kRemaining, std::nullopt},
    {"next_action", ClaimWord::kNext, std::nullopt},
    {"safety_assessment", ClaimWord::kCriterion, std::nullopt},
}};

}  // namespace

const Conclusion* conclusion_of(std::string_view task) {
  for (const Conclusion& row : kConclusions) {
    if (row.task == task) return &row;
  }
  return nullptr;
}

/// Every instrument (or structure) that the context's records name, and no other, is claimed.
bool State::are_all_found(const ContextRow& context, bool instruments, const std::vector<ClaimAtom>& claims) {
  std::vector<int> there;
  each_in_context(context, [&](std::size_t p) {
    const Annotation& row = records.row(p);
    const bool is_list =
        row.kind == AnnotationKind::kPresence || row.kind == AnnotationKind::kBox || row.kind == AnnotationKind::kMask;
    const bool is_interaction = row.kind == AnnotationKind::kInteraction;
    if (!is_list && !is_interaction) return;
    const auto concepts = records.concepts(p);
    const std::size_t count = is_interaction ? std::min<std::size_t>(concepts.size(), 1) : concepts.size();
    for (std::size_t i = 0; i < count; ++i) {
      if (concepts[i] == kNone) continue;
      const Sort sort = words[concepts[i]].sort;
      const CheckedVocabulary* vocabulary = tables.vocabulary(row.vocabulary);
      const bool is_tool = sort == Sort::kInstrument ||
                           (sort == Sort::kObject && vocabulary != nullptr && vocabulary->is_of_instruments);
      if (instruments ? is_tool : sort == Sort::kAnatomy) there.push_back(concepts[i]);
    }
  });
  std::vector<int> claimed;
  for (const ClaimAtom& atom : claims) {
    for (const std::string_view argument : atom.arguments) claimed.push_back(concept_of(argument));
  }
  for (auto* list : {&there, &claimed}) {
    std::sort(list->begin(), list->end());
    list->erase(std::unique(list->begin(), list->end()), list->end());
  }
  return there == claimed;
}

/// The last claim is the whole answer of the task.
std::string_view State::check_conclusion(const ReasoningRow& row, const ContextRow& context) {
  const Conclusion* expected = conclusion_of(row.task);
  if (!parse(row.claims.back())) return kMalformed;
  for (const ClaimAtom& atom : atoms) {
    const bool is_answer = atom.word == expected->word || (expected->other && atom.word == *expected->other);
    if (!is_answer) return kDiffers;
  }
  if (row.task == "instrument_recognition" || row.task == "tissue_recognition") {
    return are_all_found(context, row.task == "instrument_recognition", atoms) ? kAccepted : kDiffers;
  }
  if (row.task == "instrument_localization" || row.task == "tissue_localization") {
    const bool wants_instruments = row.task == "instrument_localization";
    std::vector<std::pair<int, std::string_view>> there;
    std::vector<std::pair<int, std::string_view>> claimed;
    each_in_context(context, [&](std::size_t p) {
      Box box;
      ImageSize size;
      const int index = records.concept_at(p, 0);
      if (index == kNone || !is_box_of(p, index, box, size)) return;
      const Sort sort = words[index].sort;
      const CheckedVocabulary* vocabulary = tables.vocabulary(records.row(p).vocabulary);
      const bool is_tool = sort == Sort::kInstrument ||
                           (sort == Sort::kObject && vocabulary != nullptr && vocabulary->is_of_instruments);
      const bool is_wanted = wants_instruments ? is_tool : !is_tool;
      if (is_wanted) there.emplace_back(index, kGridWords[static_cast<std::size_t>(grid_cell(box, size))]);
    });
    for (const ClaimAtom& atom : atoms) claimed.emplace_back(concept_of(atom.arguments[0]), atom.arguments[1]);
    for (auto* list : {&there, &claimed}) {
      std::sort(list->begin(), list->end());
      list->erase(std::unique(list->begin(), list->end()), list->end());
    }
    return there == claimed ? kAccepted : kDiffers;
  }
  if (row.task == "triplet_recognition") {
    using Deed = std::array<int, 3>;
    std::vector<Deed> there;
    std::vector<Deed> claimed;
    each_in_context(context, [&](std::size_t p) {
      const Annotation& record = records.row(p);
      if (record.kind != AnnotationKind::kInteraction) return;
      Deed deed = {records.concept_at(p, 0), records.concept_at(p, 1), records.concept_at(p, 2)};
      const bool is_idle = record.state == LabelState::kIdle || (deed[1] != kNone && deed[1] == words.idle_verb());
      if (is_idle) deed = {deed[0], words.idle_verb(), kNone};
      if (deed[2] == words.no_target()) deed[2] = kNone;
      there.push_back(deed);
    });
    for (const ClaimAtom& atom : atoms) {
      if (atom.word == ClaimWord::kIdle) {
        for (const auto& argument : atom.arguments) claimed.push_back({concept_of(argument), words.idle_verb(), kNone});
      } else {
        const auto& a = atom.arguments;
        claimed.push_back({concept_of(a[0]), concept_of(a[1]), a.size() > 2 ? concept_of(a[2]) : kNone});
      }
    }
    for (auto* list : {&there, &claimed}) {
      std::sort(list->begin(), list->end());
      list->erase(std::unique(list->begin(), list->end()), list->end());
    }
    return there == claimed ? kAccepted : kDiffers;
  }
  if (row.task == "safety_assessment") {
    const int first = concept_of(atoms[0].arguments[0]);
    const int protocol = first == kNone ? kNone : words[first].protocol;
    const auto& criteria = words.criteria_of(protocol);
    if (criteria.size() != atoms.size()) return kDiffers;
    for (std::size_t i = 0; i < atoms.size(); ++i) {
      if (concept_of(atoms[i].arguments[0]) != criteria[i]) return kDiffers;
      bool is_agreed = true;
      each_in_context(context, [&](std::size_t p) {
        const Annotation& record = records.row(p);
        if (record.kind != AnnotationKind::kCriterion || records.concept_at(p, 0) != criteria[i]) return;
        const double value = chain::criterion_value(record);
        const std::string said = words[criteria[i]].scale_top > 1 ? std::to_string(std::llround(value))
                                                                  : std::string(value >= 0.5 ? "met" : "unmet");
        is_agreed = is_agreed && said == atoms[i].arguments[1];
      });
      if (!is_agreed) return kDiffers;
    }
    return kAccepted;
  }
  if (row.task == "phase_recognition" || row.task == "step_recognition") {
    const auto kind = row.task == "phase_recognition" ? AnnotationKind::kPhase : AnnotationKind::kStep;
    bool is_agreed = atoms.size() == 1;
    each_in_context(context, [&](std::size_t p) {
      const bool is_label = records.row(p).kind == kind && records.concept_at(p, 0) != kNone;
      is_agreed = is_agreed && (!is_label || records.concept_at(p, 0) == concept_of(atoms[0].arguments[0]));
    });
    return is_agreed ? kAccepted : kDiffers;
  }
  if (row.task == "action_recognition") {
    const int action = concept_of(atoms[0].arguments[0]);
    const auto level = level_of(action);
    bool is_agreed = atoms.size() == 1 && level && *level != ActionLevel::kStep;
    if (!is_agreed) return kDiffers;
    each_in_context(context, [&](std::size_t p) {
      const Annotation& record = records.row(p);
      const bool is_idle = record.state == LabelState::kIdle || records.concept_at(p, 1) == words.idle_verb();
      const bool is_deed = record.kind == chain::kind_of(*level) &&
                           (*level == ActionLevel::kAction || (!is_idle && records.concept_at(p, 0) != kNone));
      is_agreed = is_agreed && (!is_deed || action_at(p, *level) == action);
    });
    return is_agreed ? kAccepted : kDiffers;
  }
  return atoms.size() == 1 ? kAccepted : kDiffers;  // time left and what follows were recomputed as claims
}

}  // namespace surgsigma
