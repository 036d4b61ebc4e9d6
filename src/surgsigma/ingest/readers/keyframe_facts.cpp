#include "surgsigma/ingest/readers/keyframe_facts.h"

#include <algorithm>

namespace surgsigma {
namespace {

/// Keyframes of neighbouring seconds are up to a frame or two off the full second.
constexpr Microseconds kSlack = 100'000;
constexpr const char* kCompare = "compare this row with the published file";

Result<const Vocabulary*> vocabulary_of(const FileJob& job, const std::string& key) {
  const std::string name = job.param(key, key);
  const auto found = job.card.vocabularies.find(name);
  if (found != job.card.vocabularies.end()) return &found->second;
  return Error{ErrorKind::kUsage, "no vocabulary '" + name + "'", job.card.id.text,
               "add it to the card, or name another with `with." + key + "`"};
}

/// A stretch of equal labels.
struct Run {
  VideoId video;
  TimeRange time;
  std::int64_t id = 0;
  std::int64_t line = 0;
  std::int64_t rows = 0;
};

}  // namespace

Result<KeyframeFacts> KeyframeFacts::make(const FileJob& job) {
  KeyframeFacts facts(job);
  SURGSIGMA_TRY(instruments, vocabulary_of(job, "instruments"));
  SURGSIGMA_TRY(actions, vocabulary_of(job, "actions"));
  SURGSIGMA_TRY(phases, vocabulary_of(job, "phases"));
  SURGSIGMA_TRY(steps, vocabulary_of(job, "steps"));
  facts.instruments_ = instruments;
  facts.actions_ = actions;
  facts.phases_ = phases;
  facts.steps_ = steps;
  facts.interactions_ = job.param("interactions", "interactions");
  return facts;
}

const Vocabulary* KeyframeFacts::vocabulary_of_list(std::string_view list) const {
  if (list == "categories") return instruments_;
  if (list.starts_with("action")) return actions_;
  if (list.starts_with("phase")) return phases_;
  if (list.starts_with("step")) return steps_;
  return nullptr;
}

bool KeyframeFacts::object(const KeyframeObject& object) {
  const VideoId& video = object.spot.video;
  RowIssues& issues = issues_.of(video);
  const VocabularyLabel* instrument = label_or_issue(*instruments_, object.instrument, object.line, 1, issues);
  if (instrument == nullptr) return false;
  if (object.box) {
    if (const auto fault = box_fault(*object.box, object.spot.size)) {
      issues.add(object.line, {"bad_box", instrument->label, *fault, kCompare});
      return false;
    }
    if (is_outside_partly(*object.box, object.spot.size)) {
      issues.add(object.line,
                 {"box_outside", instrument->label, "the box reaches beyond the picture",
                  "it is kept as it is and cut at the border later", Severity::kWarning},
                 0);
    }
  }
  if (!object.box && object.mask.empty() && object.actions.empty()) {
    issues.add(object.line,
               {"empty_object", instrument->label, "an instrument without box, mask and action", kCompare});
    return false;
  }

  std::int64_t rows = 1;
  const std::int32_t instance = instances_.next(video, object.picture);
  const auto hand_over = [&](RawAnnotation&& record) {
    record.instance = instance;
    record.rows = std::exchange(rows, 0);
    job_->out.record(std::move(record));
  };
  if (object.box) {
    RawAnnotation box =
        record_at(object.spot, AnnotationKind::kBox, instruments_->id, {instrument->label}, object.line, 1);
    set_box(box, *object.box);
    hand_over(std::move(box));
  }
  if (!object.mask.empty()) {
    RawAnnotation mask =
        record_at(object.spot, AnnotationKind::kMask, instruments_->id, {instrument->label}, object.line, 1);
    mask.text = object.mask;
    hand_over(std::move(mask));
  }
  std::vector<std::int64_t> told;
  for (const std::int64_t id : object.actions) {
    if (std::find(told.begin(), told.end(), id) != told.end()) {
      issues.add(object.line,
                 {"repeated_action", std::to_string(id), "one object names the same action twice",
                  "the second is left out", Severity::kWarning},
                 0);
      continue;
    }
    told.push_back(id);
    const VocabularyLabel* action = label_or_issue(*actions_, id, object.line, 0, issues);
    if (action == nullptr) continue;
    RawAnnotation interaction = record_at(object.spot, AnnotationKind::kInteraction, interactions_,
                                          {instrument->label, action->label, ""}, object.line, 1);
    interaction.state = action->state;
    hand_over(std::move(interaction));
  }
  if (rows != 0) {  // only an unknown action: nothing could be said
    issues.add(object.line, {"unknown_label", instrument->label, "no part of the row could be read",
                             "see the other issues of this row"});
  }
  return rows == 0;
}

void KeyframeFacts::moment(const KeyframeMoment& told) {
  KeyframeMoment moment = told;
  RowIssues& issues = issues_.of(moment.video);
  const auto check = [&](std::optional<std::int64_t>& id, const Vocabulary& vocabulary) {
    const std::int64_t rows = &vocabulary == phases_ || !moment.phase ? moment.rows : 0;
    if (!id || label_or_issue(vocabulary, *id, moment.line, rows, issues) != nullptr) return;
    id.reset();
    moment.rows -= rows;
  };
  check(moment.phase, *phases_);
  check(moment.step, *steps_);
  if (!moment.phase && !moment.step) {
    if (moment.rows == 0) return;
    issues.add(moment.line, {"no_label", clock_text(moment.begin), "neither a phase nor a step", kCompare},
               moment.rows);
    return;
  }
  const auto [known, is_new] = moments_.try_emplace({moment.video, moment.begin}, moment);
  if (is_new) return;
  KeyframeMoment& first = known->second;
  const bool agrees = first.phase == moment.phase && first.step == moment.step;
  if (agrees && moment.rows == 0) return;
  if (agrees && first.rows == 0) {
    first.rows = moment.rows;
    return;
  }
  const std::string where = " (line " + std::to_string(first.line) + ")";
  if (agrees) {
    issues.add(moment.line,
               {"repeated_second", clock_text(moment.begin), "this second was told before" + where, "the first is kept",
                Severity::kWarning},
               moment.rows);
  } else {
    issues.add(moment.line,
               {"conflicting_second", clock_text(moment.begin),
                "this second was told before with another phase or step" + where, "the first is kept"},
               moment.rows);
  }
}

void KeyframeFacts::hand_over_runs(bool is_phase) {
  const Vocabulary& vocabulary = is_phase ? *phases_ : *steps_;
  const AnnotationKind kind = is_phase ? AnnotationKind::kPhase : AnnotationKind::kStep;
  std::optional<Run> run;
  const auto close = [&] {
    if (!run) return;
    const VocabularyLabel* label = vocabulary.by_id(run->id);
    Spot spot;
    spot.video = run->video;
    spot.time = run->time;
    RawAnnotation record = record_at(spot, kind, vocabulary.id, {label->label}, run->line, run->rows);
    record.state = label->state;
    job_->out.record(std::move(record));
    run.reset();
  };
  for (const auto& [key, moment] : moments_) {
    const auto id = is_phase ? moment.phase : moment.step;
    if (!id) {
      close();
      continue;
    }
    // A row is counted with the phase, or with the step where there is no phase.
    const std::int64_t rows = is_phase || !moment.phase ? moment.rows : 0;
    const TimeRange second{moment.begin, moment.begin + kSecond};
    const bool extends = run && run->video == moment.video && run->id == *id && second.begin <= run->time.end + kSlack;
    if (!extends) {
      close();
      run = Run{moment.video, second, *id, moment.line, rows};
      continue;
    }
    run->time.end = std::max(run->time.end, second.end);
    run->line = std::min(run->line, moment.line);
    run->rows += rows;
  }
  close();
}

void KeyframeFacts::finish() {
  for (const auto& [key, moment] : moments_) job_->out.extend_time(moment.video, moment.begin + kSecond);
  hand_over_runs(true);
  hand_over_runs(false);
  moments_.clear();
}

}  // namespace surgsigma
