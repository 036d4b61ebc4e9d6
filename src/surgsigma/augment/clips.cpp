#include "surgsigma/augment/clips.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>

namespace surgsigma {
namespace {

constexpr Microseconds kBridgedGap = kSecond;
constexpr Microseconds kShortestDeed = 2 * kSecond;    // one sampled picture is no clip
constexpr Microseconds kShortestWindow = 4 * kSecond;  // nothing to tell in less

/// Joins equal neighbours. `rows` by begin; rows of one key may overlap those of others.
template <class Key>
class RunJoiner {
 public:
  void add(const Key& key, TimeRange range) {
    const auto [at, is_new] = last_.try_emplace(key, runs_.size());
    const bool extends = !is_new && range.begin - runs_[at->second].end < kBridgedGap;
    if (extends) {
      runs_[at->second].end = std::max(runs_[at->second].end, range.end);
    } else {
      at->second = runs_.size();
      runs_.push_back(range);
    }
  }
  const std::vector<TimeRange>& runs() const { return runs_; }

 private:
  std::vector<TimeRange> runs_;
  std::map<Key, std::size_t> last_;  ///< the run that a key may extend
};

std::vector<const Annotation*> rows_of_kind(const std::vector<Annotation>& annotations, AnnotationKind kind) {
  std::vector<const Annotation*> rows;
  for (const Annotation& row : annotations) {
    const bool has_time = row.begin_us >= 0 && row.end_us > row.begin_us;
    if (row.kind == kind && row.rejected.empty() && has_time) rows.push_back(&row);
  }
  std::stable_sort(rows.begin(), rows.end(), [](const auto* a, const auto* b) { return a->begin_us < b->begin_us; });
  return rows;
}

std::vector<TimeRange> runs_of_kind(const std::vector<Annotation>& annotations, AnnotationKind kind) {
  RunJoiner<ConceptId> joiner;
  for (const Annotation* row : rows_of_kind(annotations, kind)) {
    const bool is_labelled = !row->concepts.empty() && !row->concepts[0].empty();
    if (is_labelled && row->state == LabelState::kPresent) joiner.add(row->concepts[0], range_of(*row));
  }
  return joiner.runs();
}

/// What an interaction says of the instrument's work.
enum class Deed { kNone, kDone, kUnclear };

Deed deed_of(const Annotation& row) {
  const auto part = [&](std::size_t i) -> std::string_view {
    return row.concepts.size() > i ? std::string_view(row.concepts[i].text) : std::string_view();
  };
  const bool is_idle = row.state == LabelState::kIdle || part(1) == "act.idle";
  if (is_idle) return Deed::kNone;
  const bool is_known = row.state == LabelState::kPresent && !part(0).empty() && !part(1).empty();
  return is_known ? Deed::kDone : Deed::kUnclear;
}

/// Stretches in which one kind of instrument alone acts with one verb.
std::vector<TimeRange> lone_deeds(const std::vector<Annotation>& annotations) {
  const auto rows = rows_of_kind(annotations, AnnotationKind::kInteraction);
  std::vector<Microseconds> borders;
  for (const Annotation* row : rows) {
    borders.push_back(row->begin_us);
    borders.push_back(row->end_us);
  }
  std::sort(borders.begin(), borders.end());
  borders.erase(std::unique(borders.begin(), borders.end()), borders.end());
  RunJoiner<std::pair<ConceptId, ConceptId>> joiner;
  std::vector<const Annotation*> active;
  std::size_t waiting = 0;
  for (std::size_t i = 0; i + 1 < borders.size(); ++i) {
    const TimeRange range{borders[i], borders[i + 1]};
    std::erase_if(active, [&](const Annotation* row) { return row->end_us <= range.begin; });
    while (waiting < rows.size() && rows[waiting]->begin_us <= range.begin) active.push_back(rows[waiting++]);
    const Annotation* one = nullptr;
    bool is_lone = true;
    for (const Annotation* row : active) {
      const Deed deed = deed_of(*row);
      if (deed == Deed::kNone) continue;
      const bool is_same = one == nullptr || (deed == Deed::kDone && one->concepts[0] == row->concepts[0] &&
                                              one->concepts[1] == row->concepts[1]);
      is_lone = is_lone && deed == Deed::kDone && is_same;
      if (deed == Deed::kDone) one = row;
    }
    if (one != nullptr && is_lone) joiner.add({one->concepts[0], one->concepts[1]}, range);
  }
  return joiner.runs();
}

/// The longest part of `range` inside the body; the first of two equal ones.
std::optional<TimeRange> inside_body(TimeRange range, const std::vector<TimeRange>& out_of_body) {
  TimeRange best{range.begin, range.begin};
  Microseconds begin = range.begin;
  const auto take = [&](Microseconds end) {
    if (end - begin > best.duration()) best = {begin, end};
  };
  for (const TimeRange& outside : out_of_body) {
    if (outside.begin >= range.end) break;
    if (outside.end <= begin) continue;
    take(outside.begin);
    begin = std::max(begin, outside.end);
  }
  take(range.end);
  if (best.is_empty()) return std::nullopt;
  return best;
}

/// Labelled stretches inside the body.
std::vector<TimeRange> labelled_stretches(const std::vector<Annotation>& annotations,
                                          const std::vector<TimeRange>& out_of_body) {
  std::vector<TimeRange> spans;
  for (const Annotation& row : annotations) {
    const bool counts = is_in_use(row) && (is_picture_kind(row.kind) || is_workflow_kind(row.kind));
    if (counts && row.end_us > row.begin_us && row.begin_us >= 0) spans.push_back(range_of(row));
  }
  std::sort(spans.begin(), spans.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; });
  std::vector<TimeRange> joined;
  for (const TimeRange& span : spans) {
    const bool extends = !joined.empty() && span.begin - joined.back().end < kBridgedGap;
    if (extends)
      joined.back().end = std::max(joined.back().end, span.end);
    else
      joined.push_back(span);
  }
  std::vector<TimeRange> inside;
  for (const TimeRange& span : joined) {
    Microseconds begin = span.begin;
    for (const TimeRange& outside : out_of_body) {
      if (outside.begin >= span.end) break;
      if (outside.end <= begin) continue;
      if (outside.begin > begin) inside.push_back({begin, outside.begin});
      begin = std::max(begin, outside.end);
    }
    if (begin < span.end) inside.push_back({begin, span.end});
  }
  return inside;
}

/// Where actions, steps and phases begin and end.
std::vector<Microseconds> changes_of(const std::vector<Annotation>& annotations) {
  std::vector<Microseconds> changes;
  for (const Annotation& row : annotations) {
    if (!is_workflow_kind(row.kind) || !is_in_use(row)) continue;
    changes.push_back(row.begin_us);
    changes.push_back(row.end_us);
  }
  std::sort(changes.begin(), changes.end());
  changes.erase(std::unique(changes.begin(), changes.end()), changes.end());
  return changes;
}

void add_windows(TimeRange stretch, const std::vector<Microseconds>& changes, Microseconds length,
                 std::vector<ClipRange>& clips) {
  Microseconds begin = stretch.begin;
  while (stretch.end - begin >= std::min(kShortestWindow, length)) {
    Microseconds end = std::min(begin + length, stretch.end);
    // The last change that leaves the window half its length.
    const auto after = std::upper_bound(changes.begin(), changes.end(), end);
    if (after != changes.begin() && *std::prev(after) - begin >= length / 2) end = *std::prev(after);
    clips.push_back({{begin, end}, true});
    begin = end;
  }
}

}  // namespace

std::vector<ClipRange> clip_ranges(const std::vector<Annotation>& annotations,
                                   const std::vector<TimeRange>& out_of_body, Microseconds caption_clip) {
  std::vector<ClipRange> clips;
  const auto add_runs = [&](const std::vector<TimeRange>& runs, Microseconds shortest, bool with_pictures) {
    for (const TimeRange& run : runs) {
      const auto inside = inside_body(run, out_of_body);
      if (inside && inside->duration() >= shortest) clips.push_back({*inside, with_pictures});
    }
    return !runs.empty();
  };
  const bool has_actions = add_runs(runs_of_kind(annotations, AnnotationKind::kAction), 1, true);
  if (!has_actions) add_runs(lone_deeds(annotations), kShortestDeed, true);
  add_runs(runs_of_kind(annotations, AnnotationKind::kStep), 1, false);
  const auto changes = changes_of(annotations);
  if (caption_clip > 0) {
    for (const TimeRange& stretch : labelled_stretches(annotations, out_of_body)) {
      add_windows(stretch, changes, caption_clip, clips);
    }
  }
  std::stable_sort(clips.begin(), clips.end(), [](const ClipRange& a, const ClipRange& b) {
    return std::make_pair(a.range.begin, a.range.end) < std::make_pair(b.range.begin, b.range.end);
  });
  std::vector<ClipRange> distinct;
  for (const ClipRange& clip : clips) {
    if (!distinct.empty() && distinct.back().range == clip.range) {
      distinct.back().with_pictures = distinct.back().with_pictures || clip.with_pictures;
    } else {
      distinct.push_back(clip);
    }
  }
  return distinct;
}

}  // namespace surgsigma
