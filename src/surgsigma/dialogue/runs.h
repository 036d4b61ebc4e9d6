// The actions of one video in order: annotated actions, else steps, or basic actions that follow from what a single
// instrument does. From them come the time an action still takes and the action that follows.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "surgsigma/base/time.h"
#include "surgsigma/dialogue/facts.h"

namespace surgsigma {

enum class RunLevel { kAction, kBasicAction, kStep };

/// One uninterrupted action. Not asked for when `is_named` is false.
struct Run {
  int concept_index = kNoConcept;
  int vocabulary = -1;
  int instrument = kNoConcept;  ///< only for basic actions: the one instrument that does it
  TimeRange range;
  std::vector<std::int64_t> ordinals;  ///< ascending
  bool is_end_known = false;           ///< it ends before the labels do, and not into a record that is no fact
  bool is_named = true;
  int next = -1;  ///< index of the run that follows, where nothing doubtful lies between
};

struct RunRules {
  Microseconds bridged_gap = kSecond;  ///< equal neighbours nearer than this are one run
  std::vector<int> background;         ///< concepts that mean "nothing": idle time, no defined step
  std::vector<int> unnamed;            ///< "another activity": keeps its place in the order, is never asked for
  /// Reviewed table: basic action of a verb, by concept index of the verb; kNoConcept where it has none.
  std::vector<int> action_of_verb;
};

struct RunsOfLevel {
  RunLevel level = RunLevel::kAction;
  std::vector<Run> runs;  ///< by begin
  /// The run that holds the whole of [range), or nothing.
  const Run* around(TimeRange range) const;
};

/// At most two lists: actions (annotated, else basic), then steps. `end` is where the labelled video ends.
/// Runs of one list never overlap: where two different actions go on at once, neither has a run.
std::vector<RunsOfLevel> runs_of(const VideoFacts& video, const RunRules& rules, Microseconds end);

}  // namespace surgsigma
