// The actions of one video in their order, as far as chains speak of them: annotated actions, else basic actions that
// follow from the verb of the one instrument that acts; and the steps.
#pragma once

#include <vector>

#include "surgsigma/base/time.h"
#include "surgsigma/reason/records.h"
#include "surgsigma/schema/catalog.h"

namespace surgsigma::chain {

constexpr Microseconds kBridgedGap = kSecond;  ///< equal neighbours nearer than this are one action

/// Which verb shows which basic action, what is no action, and what is never asked for: from the lists
/// `actions_of_verbs`, `background` and `unnamed` of catalog/templates.
struct ActionRules {
  std::vector<int> action_of_verb;  ///< by concept
  std::vector<bool> is_background;
  std::vector<bool> is_unnamed;

  static Result<ActionRules> create(const Catalog& catalog, const Words& words);
};

enum class ActionLevel { kAction, kBasicAction, kStep };
AnnotationKind kind_of(ActionLevel level);
/// The action that a record shows at this level, kNone for none.
int action_of(ActionLevel level, const RecordTable& records, std::size_t position, const ActionRules& rules,
              const Words& words);

struct ActionRun {
  int action = kNone;
  TimeRange range;
  std::vector<std::int64_t> ordinals;  ///< ascending
  bool is_end_known = false;           ///< ends before the labels do, and into nothing doubtful
  bool is_named = true;
  int next = -1;  ///< index of the run that follows; -1 where it is not clear which
};

struct ActionTrack {
  ActionLevel level = ActionLevel::kAction;
  std::vector<ActionRun> runs;  ///< by begin; they never overlap
  /// The run that holds the whole range, or nothing.
  const ActionRun* around(TimeRange range) const;
};

/// Actions (annotated, else basic) first, then steps; those that the video has.
std::vector<ActionTrack> action_tracks(const RecordTable& records, const ActionRules& rules, const Words& words);

}  // namespace surgsigma::chain
