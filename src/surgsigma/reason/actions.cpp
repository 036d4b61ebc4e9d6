#include "surgsigma/reason/actions.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "surgsigma/base/json.h"

namespace surgsigma::chain {
namespace {

Result<int> concept_at(const Words& words, const Json& json, const std::string& file) {
  const std::string id = json.is_string() ? json.get<std::string>() : "";
  const int index = words.index(id);
  if (index != kNone) return index;
  return Error{ErrorKind::kData, "not a concept of the ontology: '" + id + "'", file, "see catalog/ontology"};
}

/// A stretch in which several actions go on, or nobody knows which.
struct Unclear {
  TimeRange range;
  std::vector<int> actions;  ///< that may go on; empty: any
};

bool contains(const std::vector<int>& items, int item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}

bool is_unclear(const std::vector<Unclear>& unclear, TimeRange range, int action) {
  return std::any_of(unclear.begin(), unclear.end(), [&](const Unclear& u) {
    return u.range.overlaps(range) && (action == kNone || u.actions.empty() || contains(u.actions, action));
  });
}

/// Records of the kind that state nothing certain.
std::vector<Unclear> doubts_of(const RecordTable& records, AnnotationKind kind) {
  std::vector<Unclear> doubts;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const Annotation& row = records.row(i);
    const bool is_doubt = row.kind == kind && !states_fact(row) && row.rejected != "duplicate";
    if (is_doubt) doubts.push_back({{row.begin_us, std::max(row.end_us, row.begin_us + 1)}, {}});
  }
  return doubts;
}

struct Piece {
  int action = kNone;
  TimeRange range;
  std::vector<std::int64_t> ordinals;
};

/// Joins neighbours of one action, whichever instrument does it: the question is about the action.
std::vector<ActionRun> linked(std::vector<Piece> pieces, const std::vector<Unclear>& unclear, Microseconds end,
                              const ActionRules& rules) {
  std::vector<ActionRun> runs;
  for (Piece& piece : pieces) {
    const bool extends =
        !runs.empty() && runs.back().action == piece.action && piece.range.begin - runs.back().range.end < kBridgedGap;
    if (extends) {
      ActionRun& run = runs.back();
      run.range.end = std::max(run.range.end, piece.range.end);
      run.ordinals.insert(run.ordinals.end(), piece.ordinals.begin(), piece.ordinals.end());
      continue;
    }
    ActionRun run;
    run.action = piece.action;
    run.range = piece.range;
    run.ordinals = std::move(piece.ordinals);
    run.is_named = !rules.is_unnamed[static_cast<std::size_t>(piece.action)];
    runs.push_back(std::move(run));
  }
  for (std::size_t i = 0; i < runs.size(); ++i) {
    ActionRun& run = runs[i];
    std::sort(run.ordinals.begin(), run.ordinals.end());
    run.ordinals.erase(std::unique(run.ordinals.begin(), run.ordinals.end()), run.ordinals.end());
    const TimeRange after{run.range.end, run.range.end + kBridgedGap};
    run.is_end_known = run.range.end < end && !is_unclear(unclear, after, run.action);
    if (i + 1 == runs.size()) continue;
    const Microseconds begin = runs[i + 1].range.begin;
    const TimeRange between{run.range.end, std::max(begin, run.range.end + 1)};
    const bool is_clear = begin >= run.range.end && !is_unclear(unclear, between, kNone);
    if (is_clear && runs[i + 1].action != run.action) run.next = static_cast<int>(i) + 1;
  }
  return runs;
}

std::vector<ActionRun> annotated_runs(ActionLevel level, const RecordTable& records, const ActionRules& rules,
                                      const Words& words, Microseconds end) {
  std::vector<Piece> all;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const int action = action_of(level, records, i, rules, words);
    if (action == kNone) continue;
    all.push_back({action, time_of(records.row(i)), {records.row(i).ordinal}});
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Piece& a, const Piece& b) { return a.range.begin < b.range.begin; });
  std::vector<bool> is_mixed(all.size(), false);
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = i + 1; j < all.size() && all[j].range.begin < all[i].range.end; ++j) {
      if (all[i].action == all[j].action) continue;
      is_mixed[i] = true;
      is_mixed[j] = true;
    }
  }
  std::vector<Unclear> unclear = doubts_of(records, kind_of(level));
  std::vector<Piece> pieces;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (is_mixed[i])
      unclear.push_back({all[i].range, {all[i].action}});
    else
      pieces.push_back(std::move(all[i]));
  }
  return linked(std::move(pieces), unclear, end, rules);
}

std::vector<ActionRun> basic_runs(const RecordTable& records, const ActionRules& rules, const Words& words,
                                  Microseconds end) {
  std::vector<std::size_t> rows;
  std::vector<Microseconds> borders;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const Annotation& row = records.row(i);
    if (row.kind != AnnotationKind::kInteraction || row.end_us <= row.begin_us) continue;
    borders.push_back(row.begin_us);
    borders.push_back(row.end_us);
    if (row.rejected != "duplicate") rows.push_back(i);
  }
  std::sort(borders.begin(), borders.end());
  borders.erase(std::unique(borders.begin(), borders.end()), borders.end());
  std::stable_sort(rows.begin(), rows.end(),
                   [&](std::size_t a, std::size_t b) { return records.row(a).begin_us < records.row(b).begin_us; });
  std::vector<Piece> pieces;
  std::vector<Unclear> unclear;
  std::vector<std::size_t> active;
  std::size_t waiting = 0;
  for (std::size_t b = 0; b + 1 < borders.size(); ++b) {
    const TimeRange range{borders[b], borders[b + 1]};
    std::erase_if(active, [&](std::size_t i) { return records.row(i).end_us <= range.begin; });
    while (waiting < rows.size() && records.row(rows[waiting]).begin_us <= range.begin) {
      active.push_back(rows[waiting++]);
    }
    Piece piece;
    piece.range = range;
    std::vector<int> actions;
    bool is_doubtful = false;
    bool is_lone = true;
    int lone_instrument = kNone;
    for (const std::size_t i : active) {
      const Annotation& row = records.row(i);
      if (!states_fact(row)) {
        is_doubtful = true;
        continue;
      }
      const int instrument = records.concept_at(i, 0);
      const int verb = records.concept_at(i, 1);
      const bool is_idle = row.state == LabelState::kIdle || (verb != kNone && verb == words.idle_verb());
      if (is_idle || instrument == kNone) continue;
      const int action = action_of(ActionLevel::kBasicAction, records, i, rules, words);
      if (action == kNone)
        is_lone = false;
      else if (!contains(actions, action))
        actions.push_back(action);
      is_lone = is_lone && (lone_instrument == kNone || lone_instrument == instrument);
      lone_instrument = instrument;
      piece.ordinals.push_back(row.ordinal);
    }
    if (is_doubtful) {
      unclear.push_back({range, {}});
    } else if (!piece.ordinals.empty() && is_lone && actions.size() == 1) {
      piece.action = actions.front();
      pieces.push_back(std::move(piece));
    } else if (!piece.ordinals.empty()) {
      if (actions.empty()) actions.push_back(kNone);
      unclear.push_back({range, std::move(actions)});
    }
  }
  return linked(std::move(pieces), unclear, end, rules);
}

}  // namespace

Result<ActionRules> ActionRules::create(const Catalog& catalog, const Words& words) {
  ActionRules rules;
  const auto size = static_cast<std::size_t>(words.size());
  rules.action_of_verb.assign(size, kNone);
  rules.is_background.assign(size, false);
  rules.is_unnamed.assign(size, false);
  for (const auto& [task, json] : catalog.templates) {
    if (!json.is_object()) continue;
    const std::string file = "templates/" + task + ".yaml";
    for (const auto& [key, list] : {std::pair<const char*, std::vector<bool>*>{"background", &rules.is_background},
                                    {"unnamed", &rules.is_unnamed}}) {
      if (!json.contains(key)) continue;
      for (const Json& item : json[key]) {
        SURGSIGMA_TRY(index, concept_at(words, item, file));
        (*list)[static_cast<std::size_t>(index)] = true;
      }
    }
    if (!json.contains("actions_of_verbs")) continue;
    for (const Json& item : json["actions_of_verbs"]) {
      const Json row = item.is_object() ? item : Json::object();
      SURGSIGMA_TRY(verb, concept_at(words, row.value("verb", Json()), file));
      SURGSIGMA_TRY(action, concept_at(words, row.value("action", Json()), file));
      rules.action_of_verb[static_cast<std::size_t>(verb)] = action;
    }
  }
  return rules;
}

AnnotationKind kind_of(ActionLevel level) {
  switch (level) {
    case ActionLevel::kAction:
      return AnnotationKind::kAction;
    case ActionLevel::kBasicAction:
      return AnnotationKind::kInteraction;
    case ActionLevel::kStep:
      return AnnotationKind::kStep;
  }
  return AnnotationKind::kAction;
}

int action_of(ActionLevel level, const RecordTable& records, std::size_t position, const ActionRules& rules,
              const Words& words) {
  const Annotation& row = records.row(position);
  if (row.kind != kind_of(level) || row.state != LabelState::kPresent || !states_fact(row)) return kNone;
  if (row.end_us <= row.begin_us) return kNone;
  if (level == ActionLevel::kBasicAction) {
    const int verb = records.concept_at(position, 1);
    const bool is_deed = verb != kNone && verb != words.idle_verb() && records.concept_at(position, 0) != kNone;
    return is_deed ? rules.action_of_verb[static_cast<std::size_t>(verb)] : kNone;
  }
  const int action = records.concept_at(position, 0);
  return action == kNone || rules.is_background[static_cast<std::size_t>(action)] ? kNone : action;
}

const ActionRun* ActionTrack::around(TimeRange range) const {
  const auto after =
      std::partition_point(runs.begin(), runs.end(), [&](const ActionRun& r) { return r.range.begin <= range.begin; });
  if (after == runs.begin()) return nullptr;
  const ActionRun& run = *std::prev(after);
  return range.end <= run.range.end && !range.is_empty() ? &run : nullptr;
}

std::vector<ActionTrack> action_tracks(const RecordTable& records, const ActionRules& rules, const Words& words) {
  bool has_actions = false;
  bool has_interactions = false;
  bool has_steps = false;
  Microseconds end = 0;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const Annotation& row = records.row(i);
    end = std::max(end, row.end_us);
    has_actions = has_actions || row.kind == AnnotationKind::kAction;
    has_interactions = has_interactions || row.kind == AnnotationKind::kInteraction;
    has_steps = has_steps || row.kind == AnnotationKind::kStep;
  }
  std::vector<ActionTrack> tracks;
  if (has_actions) {
    tracks.push_back({ActionLevel::kAction, annotated_runs(ActionLevel::kAction, records, rules, words, end)});
  } else if (has_interactions) {
    tracks.push_back({ActionLevel::kBasicAction, basic_runs(records, rules, words, end)});
  }
  if (has_steps) {
    tracks.push_back({ActionLevel::kStep, annotated_runs(ActionLevel::kStep, records, rules, words, end)});
  }
  return tracks;
}

}  // namespace surgsigma::chain
