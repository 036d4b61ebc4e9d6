// Tasks about a clip: its action, how long it still takes, and what follows.
#include <algorithm>

#include "surgsigma/dialogue/pieces.h"
#include "surgsigma/dialogue/tasks.h"
#include "surgsigma/schema/cutoff.h"

namespace surgsigma {
namespace {

struct FoundRun {
  const RunsOfLevel* level = nullptr;
  const Run* run = nullptr;
};

/// The run that a clip belongs to: actions before steps. `fits` may ask for more.
template <class Fits>
FoundRun run_of(const Talk& talk, bool may_be_step, Fits&& fits) {
  for (const auto& level : talk.video().levels) {
    if (level.level == RunLevel::kStep && !may_be_step) continue;
    const Run* run = level.around(range_of(talk.context()));
    if (run != nullptr && run->is_named && fits(level, *run)) return {&level, run};
  }
  return {};
}

/// The vocabulary that wrong options come from: the closed list of the source, or the basic actions.
const std::vector<int>& other_actions(const Talk& talk, const FoundRun& found) {
  static const std::vector<int> kNone;
  if (found.level->level == RunLevel::kBasicAction) return talk.plan().basic_actions;
  const int vocabulary = found.run->vocabulary;
  if (vocabulary < 0 || !talk.video().vocabularies[vocabulary].is_total) return kNone;
  return talk.video().vocabularies[vocabulary].concepts;
}

std::vector<int> wrong_actions(const Talk& talk, const FoundRun& found, const std::vector<int>& right) {
  return deniable(talk.lexicon(), without_background(talk, other_actions(talk, found)), right);
}

bool is_outside_body(const Talk& talk, TimeRange range) {
  const auto& flagged = talk.video().out_of_body;
  return std::any_of(flagged.begin(), flagged.end(), [&](const TimeRange& f) { return f.overlaps(range); });
}

/// The footage of these tasks is a part of the recording: a clip cut beforehand could show what must stay unseen.
void show(Talk& talk, TimeRange range) {
  talk.row().begin_us = range.begin;
  talk.row().end_us = range.end;
  talk.row().media.clear();
  if (!talk.video().video.media.empty()) talk.row().media.push_back(talk.video().video.media);
}

ConceptsAnswer one_concept(const Talk& talk, int index) { return ConceptsAnswer{{talk.id(index)}}; }

void fill_action(Talk& talk, const FoundRun& found) {
  talk.slots().concept_is(Slot::kAction, found.run->concept_index);
  talk.slots().text(Slot::kLevel, level_word(found.level->level));
}

// --- action recognition

FoundRun shown_action(const Talk& talk) {
  const TimeRange clip = range_of(talk.context());
  if (clip.duration() < talk.plan().options.min_clip) return {};
  return run_of(talk, false, [](const RunsOfLevel&, const Run&) { return true; });
}

// --- action remaining

struct Remaining {
  FoundRun found;
  Microseconds cutoff = 0;
  Microseconds left = 0;
};

std::optional<Remaining> remaining_of(Talk& talk) {
  const Microseconds lead = std::max<Microseconds>(talk.plan().options.min_lead, 1);
  Remaining made;
  made.found = run_of(talk, true, [&](const RunsOfLevel&, const Run& run) {
    // One sample per run: the clip that begins it.
    return run.is_end_known && run.range.begin == talk.context().begin_us && run.range.duration() >= 2 * lead + 1;
  });
  if (made.found.run == nullptr) return std::nullopt;
  const TimeRange range = made.found.run->range;
  const auto cutoff = action_cutoff(talk.plan().options.seed, talk.context(), range, lead);
  if (!cutoff) return std::nullopt;
  made.cutoff = *cutoff;
  made.left = range.end - made.cutoff;
  if (is_outside_body(talk, {range.begin, made.cutoff})) return std::nullopt;
  return made;
}

/// Durations that nobody could take for the right one: at least a third and three seconds away, and from one another.
std::vector<std::string> wrong_durations(Talk& talk, Microseconds right) {
  constexpr std::array<double, 10> kFactors = {0.15, 0.3, 0.5, 1.6, 2.2, 3, 4, 6, 9, 13};
  std::vector<double> factors =
      drawn(std::vector<double>(kFactors.begin(), kFactors.end()), kFactors.size(), talk.draws());
  std::vector<Microseconds> kept = {right};
  std::vector<std::string> texts;
  const std::size_t count = 3 + talk.draws().below(2);
  for (const double factor : factors) {
    const auto candidate = static_cast<Microseconds>(static_cast<double>(right) * factor);
    const bool is_apart = std::all_of(kept.begin(), kept.end(), [&](Microseconds other) {
      const Microseconds apart = candidate > other ? candidate - other : other - candidate;
      return apart >= 3 * kSecond && apart * 3 >= std::min(candidate, other);
    });
    if (candidate < kSecond || !is_apart || texts.size() == count) continue;
    kept.push_back(candidate);
    texts.push_back(duration_text(candidate));
  }
  return texts;
}

// --- next action

struct Following {
  FoundRun found;
  const Run* next = nullptr;
  TimeRange shown;
};

std::optional<Following> following_of(const Talk& talk) {
  Following made;
  made.found = run_of(talk, true, [&](const RunsOfLevel& level, const Run& run) {
    // One sample per run: the clip that ends it.
    if (run.next < 0 || run.range.end != talk.context().end_us) return false;
    return level.runs[static_cast<std::size_t>(run.next)].is_named;
  });
  if (made.found.run == nullptr) return std::nullopt;
  const Run& run = *made.found.run;
  made.next = &made.found.level->runs[static_cast<std::size_t>(run.next)];
  made.shown = {std::max<Microseconds>(0, run.range.begin - talk.plan().options.look_back),
                std::min(run.range.end, made.next->range.begin)};
  for (const TimeRange& flagged : talk.video().out_of_body) {
    if (flagged.begin < run.range.begin)
      made.shown.begin = std::max(made.shown.begin, std::min(flagged.end, run.range.begin));
  }
  if (is_outside_body(talk, made.shown)) return std::nullopt;
  return made;
}

bool next_with(Talk& talk, const Following& following, Form form, bool follows) {
  const TextTask task = TextTask::kNextAction;
  const int right = following.next->concept_index;
  fill_action(talk, following.found);
  if (form == Form::kOpen) {
    talk.slots().concept_is(Slot::kNext, right);
    const auto& open = talk.group(task, "open");
    const auto& asking = follows ? talk.group(task, "follow") : open;
    if (!talk.round(asking, asking.questions, open, open.answers)) return false;
    talk.answer_is(one_concept(talk, right));
    talk.class_is(talk.id(right).text);
  } else {
    const auto others = wrong_actions(talk, following.found, {right});
    if (others.empty()) return false;
    if (form == Form::kChoice) {
      const auto wrong = wrong_options(talk, others);
      if (wrong.empty()) return false;
      const auto& group = talk.group(task, "choice");
      if (!talk.choice_round(group, label_of(talk.lexicon(), right), labels_of(talk.lexicon(), wrong))) return false;
      talk.answer_is(one_concept(talk, right));
      talk.class_is(talk.id(right).text);
    } else {
      const bool is_yes = talk.draws().chance(0.5);
      const int asked = is_yes ? right : others[talk.draws().below(others.size())];
      talk.slots().concept_is(Slot::kNext, asked);
      if (!talk.yes_no_round(talk.group(task, "yes_no"), is_yes)) return false;
      talk.answer_is(one_concept(talk, asked));
    }
  }
  show(talk, following.shown);
  cite_run(talk, *following.found.run, following.shown);
  talk.cite(following.next->ordinals.front());
  return true;
}

}  // namespace

bool action_open(Talk& talk) {
  const FoundRun found = shown_action(talk);
  if (found.run == nullptr) return false;
  const TextTask task = TextTask::kActionRecognition;
  fill_action(talk, found);
  const bool names_instrument = found.run->instrument != kNoConcept && talk.draws().chance(0.3);
  if (names_instrument) talk.slots().concept_is(Slot::kInstrument, found.run->instrument);
  if (!talk.round(talk.group(task, names_instrument ? "instrument" : "open"))) return false;
  talk.answer_is(one_concept(talk, found.run->concept_index));
  talk.class_is(talk.id(found.run->concept_index).text);
  cite_run(talk, *found.run, range_of(talk.context()));
  return true;
}

bool make_action(Talk& talk, Form form) {
  if (form == Form::kOpen) return action_open(talk);
  const FoundRun found = shown_action(talk);
  if (found.run == nullptr) return false;
  const TextTask task = TextTask::kActionRecognition;
  const int right = found.run->concept_index;
  const auto others = wrong_actions(talk, found, {right});
  if (others.empty()) return false;
  int asked = right;
  if (form == Form::kChoice) {
    const auto wrong = wrong_options(talk, others);
    if (wrong.empty()) return false;
    const auto& group = talk.group(task, "choice");
    if (!talk.choice_round(group, label_of(talk.lexicon(), right), labels_of(talk.lexicon(), wrong))) return false;
    talk.class_is(talk.id(right).text);
  } else {
    const bool is_yes = talk.draws().chance(0.5);
    if (!is_yes) asked = others[talk.draws().below(others.size())];
    talk.slots().concept_is(Slot::kAction, asked);
    if (!talk.yes_no_round(talk.group(task, "yes_no"), is_yes)) return false;
  }
  talk.answer_is(one_concept(talk, asked));
  cite_run(talk, *found.run, range_of(talk.context()));
  return true;
}

bool make_remaining(Talk& talk, Form form) {
  const auto remaining = remaining_of(talk);
  if (!remaining) return false;
  const TextTask task = TextTask::kActionRemaining;
  fill_action(talk, remaining->found);
  const Microseconds left = remaining->left;
  talk.slots().number(Slot::kCount, (left + kSecond / 2) / kSecond);
  if (form == Form::kChoice) {
    auto wrong = wrong_durations(talk, left);
    if (wrong.size() < 3) return false;
    if (!talk.choice_round(talk.group(task, "choice"), duration_text(left), std::move(wrong))) return false;
  } else if (form == Form::kYesNo) {
    if (left < 4 * kSecond) return false;
    const bool is_yes = talk.draws().chance(0.5);
    const Microseconds limit = is_yes ? left + left / 2 + 2 * kSecond : left / 2;
    talk.slots().text(Slot::kLimit, duration_text(limit));
    talk.slots().text(Slot::kDuration, duration_text(left));
    if (!talk.yes_no_round(talk.group(task, "yes_no"), is_yes)) return false;
  } else {
    talk.slots().text(Slot::kDuration, duration_text(left));
    if (!talk.round(talk.group(task, "open"))) return false;
  }
  if (form != Form::kYesNo) talk.class_is(talk.id(remaining->found.run->concept_index).text);
  talk.answer_is(DurationAnswer{left});
  const Run& run = *remaining->found.run;
  show(talk, {run.range.begin, remaining->cutoff});
  talk.cite(run.ordinals);
  return true;
}

bool next_open(Talk& talk, bool follows) {
  const auto following = following_of(talk);
  return following && next_with(talk, *following, Form::kOpen, follows);
}

bool make_next(Talk& talk, Form form) {
  const auto following = following_of(talk);
  return following && next_with(talk, *following, form, false);
}

}  // namespace surgsigma
