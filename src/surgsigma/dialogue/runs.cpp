#include "surgsigma/dialogue/runs.h"

#include <algorithm>
#include <utility>

namespace surgsigma {
namespace {

/// A stretch in which more than one thing goes on, or nobody knows what. `actions`: those that go on in it.
struct MixedStretch {
  TimeRange range;
  std::vector<int> actions;
};

bool contains(const std::vector<int>& items, int item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}

bool hides_action(const std::vector<MixedStretch>& mixed, TimeRange range, int action) {
  return std::any_of(mixed.begin(), mixed.end(), [&](const MixedStretch& m) {
    return m.range.overlaps(range) && (action == kNoConcept || m.actions.empty() || contains(m.actions, action));
  });
}

std::vector<Run> joined(std::vector<Run> runs, Microseconds bridged_gap) {
  std::vector<Run> out;
  for (Run& run : runs) {
    const bool extends = !out.empty() && out.back().concept_index == run.concept_index &&
                         run.range.begin - out.back().range.end < bridged_gap;
    if (!extends) {
      out.push_back(std::move(run));
      continue;
    }
    Run& last = out.back();
    last.range.end = std::max(last.range.end, run.range.end);
    if (last.instrument != run.instrument) last.instrument = kNoConcept;
    last.ordinals.insert(last.ordinals.end(), run.ordinals.begin(), run.ordinals.end());
  }
  for (Run& run : out) {
    std::sort(run.ordinals.begin(), run.ordinals.end());
    run.ordinals.erase(std::unique(run.ordinals.begin(), run.ordinals.end()), run.ordinals.end());
  }
  return out;
}

/// Joins equal neighbours, says whether each end is known, and links each run with the one that follows.
std::vector<Run> linked(std::vector<Run> pieces, const std::vector<MixedStretch>& mixed, const VideoFacts& video,
                        AnnotationKind kind, const RunRules& rules, Microseconds end) {
  std::vector<Run> runs = joined(std::move(pieces), rules.bridged_gap);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    Run& run = runs[i];
    const TimeRange after{run.range.end, run.range.end + rules.bridged_gap};
    run.is_end_known =
        run.range.end < end && !video.has_doubt(kind, after) && !hides_action(mixed, after, run.concept_index);
    if (i + 1 == runs.size()) continue;
    const Microseconds next_begin = runs[i + 1].range.begin;
    const TimeRange between{run.range.end, std::max(next_begin, run.range.end + 1)};
    const bool is_clear = !video.has_doubt(kind, between) && !hides_action(mixed, between, kNoConcept);
    if (next_begin >= run.range.end && is_clear) run.next = static_cast<int>(i) + 1;
  }
  return runs;
}

bool begins_before(const Run& a, const Run& b) { return a.range.begin < b.range.begin; }

/// Runs as annotated. Those that meet a different one are left out: nobody can say which of the two is asked for.
std::vector<Run> annotated_runs(const VideoFacts& video, AnnotationKind kind, const RunRules& rules, Microseconds end) {
  std::vector<Run> all;
  for (const Record& record : video.records()) {
    const int action = video.concept_of(record, 0);
    const Annotation& row = *record.row;
    const bool is_run = record.is_fact && row.kind == kind && action != kNoConcept && row.end_us > row.begin_us &&
                        row.state == LabelState::kPresent && !contains(rules.background, action);
    if (!is_run) continue;
    all.push_back({action,
                   record.vocabulary,
                   kNoConcept,
                   {row.begin_us, row.end_us},
                   {row.ordinal},
                   false,
                   !contains(rules.unnamed, action),
                   -1});
  }
  std::stable_sort(all.begin(), all.end(), begins_before);
  std::vector<bool> is_mixed(all.size(), false);
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = i + 1; j < all.size() && all[j].range.begin < all[i].range.end; ++j) {
      if (all[i].concept_index == all[j].concept_index) continue;
      is_mixed[i] = true;
      is_mixed[j] = true;
    }
  }
  std::vector<Run> runs;
  std::vector<MixedStretch> mixed;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (is_mixed[i])
      mixed.push_back({all[i].range, {all[i].concept_index}});
    else
      runs.push_back(std::move(all[i]));
  }
  return linked(std::move(runs), mixed, video, kind, rules, end);
}

/// What goes on between two neighbouring borders of interactions.
struct Stretch {
  enum class What { kNothing, kOne, kMixed };
  What what = What::kNothing;
  Run run;
  std::vector<int> actions;
};

Stretch stretch_of(const VideoFacts& video, const RunRules& rules, TimeRange range,
                   const std::vector<const Record*>& active) {
  Stretch made;
  made.run.range = range;
  bool is_one = true;
  for (const Record* record : active) {
    const auto seen = video.doing_of(*record);
    if (!seen || seen->doing.is_idle) continue;
    const int verb = seen->doing.verb;
    const int action = verb == kNoConcept ? kNoConcept : rules.action_of_verb[static_cast<std::size_t>(verb)];
    if (action == kNoConcept)
      is_one = false;
    else if (!contains(made.actions, action))
      made.actions.push_back(action);
    const bool is_first = made.run.instrument == kNoConcept;
    is_one = is_one && (is_first || made.run.instrument == seen->doing.instrument);
    made.run.instrument = seen->doing.instrument;
    made.run.vocabulary = record->vocabulary;
    made.run.ordinals.push_back(record->row->ordinal);
  }
  if (video.has_doubt(AnnotationKind::kInteraction, range)) {
    made.what = Stretch::What::kMixed;
    made.actions.clear();  // any action may go on
  } else if (!made.run.ordinals.empty()) {
    is_one = is_one && made.actions.size() == 1;
    made.what = is_one ? Stretch::What::kOne : Stretch::What::kMixed;
    if (is_one) made.run.concept_index = made.actions.front();
    if (made.actions.empty()) made.actions.push_back(kNoConcept);
  }
  return made;
}

/// Basic actions: stretches in which a single instrument acts and all it does is one basic action.
std::vector<Run> basic_runs(const VideoFacts& video, const RunRules& rules, Microseconds end) {
  std::vector<const Record*> records;
  std::vector<Microseconds> borders;
  for (const Record& record : video.records()) {
    const Annotation& row = *record.row;
    if (row.kind != AnnotationKind::kInteraction || row.end_us <= row.begin_us) continue;
    borders.push_back(row.begin_us);
    borders.push_back(row.end_us);
    if (record.is_fact) records.push_back(&record);
  }
  std::sort(borders.begin(), borders.end());
  borders.erase(std::unique(borders.begin(), borders.end()), borders.end());
  std::stable_sort(records.begin(), records.end(),
                   [](const Record* a, const Record* b) { return a->row->begin_us < b->row->begin_us; });
  std::vector<Run> runs;
  std::vector<MixedStretch> mixed;
  std::vector<const Record*> active;
  std::size_t waiting = 0;
  for (std::size_t i = 0; i + 1 < borders.size(); ++i) {
    const TimeRange range{borders[i], borders[i + 1]};
    std::erase_if(active, [&](const Record* record) { return record->row->end_us <= range.begin; });
    while (waiting < records.size() && records[waiting]->row->begin_us <= range.begin) {
      active.push_back(records[waiting++]);
    }
    Stretch stretch = stretch_of(video, rules, range, active);
    if (stretch.what == Stretch::What::kOne) runs.push_back(std::move(stretch.run));
    if (stretch.what == Stretch::What::kMixed) mixed.push_back({range, std::move(stretch.actions)});
  }
  return linked(std::move(runs), mixed, video, AnnotationKind::kInteraction, rules, end);
}

}  // namespace

const Run* RunsOfLevel::around(TimeRange range) const {
  const auto after =
      std::partition_point(runs.begin(), runs.end(), [&](const Run& run) { return run.range.begin <= range.begin; });
  if (after == runs.begin()) return nullptr;
  const Run& run = *std::prev(after);
  return range.end <= run.range.end && !range.is_empty() ? &run : nullptr;
}

std::vector<RunsOfLevel> runs_of(const VideoFacts& video, const RunRules& rules, Microseconds end) {
  bool has_actions = false;
  bool has_interactions = false;
  bool has_steps = false;
  for (const Record& record : video.records()) {
    has_actions = has_actions || record.row->kind == AnnotationKind::kAction;
    has_steps = has_steps || record.row->kind == AnnotationKind::kStep;
    has_interactions = has_interactions || record.row->kind == AnnotationKind::kInteraction;
  }
  std::vector<RunsOfLevel> levels;
  if (has_actions) {
    levels.push_back({RunLevel::kAction, annotated_runs(video, AnnotationKind::kAction, rules, end)});
  } else if (has_interactions) {
    levels.push_back({RunLevel::kBasicAction, basic_runs(video, rules, end)});
  }
  if (has_steps) levels.push_back({RunLevel::kStep, annotated_runs(video, AnnotationKind::kStep, rules, end)});
  return levels;
}

}  // namespace surgsigma
