// Tasks about a clip: its action, how long it still takes, what follows, and what happens in it.
#include <algorithm>

#include "surgsigma/schema/cutoff.h"
#include "surgsigma/dialogue/tasks.h"

namespace surgsigma {
namespace {

TimeRange range_of(const ContextRow& context) { return {context.begin_us, context.end_us}; }

std::string_view level_word(RunLevel level) { return level == RunLevel::kStep ? "step" : "action"; }

const RunsOfLevel* level_of(const Talk& talk, RunLevel level) {
  for (const auto& list : talk.video().levels) {
    if (list.level == level) return &list;
  }
  return nullptr;
}

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

std::vector<int> askable(const Talk& talk, std::vector<int> actions) {
  const auto is_in = [](const std::vector<int>& list, int index) {
    return std::find(list.begin(), list.end(), index) != list.end();
  };
  const RunRules& rules = talk.plan().rules;
  std::erase_if(actions, [&](int index) { return is_in(rules.background, index) || is_in(rules.unnamed, index); });
  return actions;
}

std::vector<int> wrong_actions(const Talk& talk, const FoundRun& found, const std::vector<int>& right) {
  return deniable(talk.lexicon(), askable(talk, other_actions(talk, found)), right);
}

bool is_outside_body(const Talk& talk, TimeRange range) {
  const auto& flagged = talk.video().out_of_body;
  return std::any_of(flagged.begin(), flagged.end(), [&](const TimeRange& f) { return f.overlaps(range); });
}

/// Records of the run that meet the range.
void cite_run(Talk& talk, const Run& run, TimeRange range) {
  for (const std::int64_t ordinal : run.ordinals) {
    const Record* record = talk.video().facts.find(ordinal);
    if (record != nullptr && record->row->begin_us < range.end && range.begin < record->row->end_us) talk.cite(ordinal);
  }
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
  std::vector<double> factors = drawn(std::vector<double>(kFactors.begin(), kFactors.end()), kFactors.size(), talk.draws());
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
    if (flagged.begin < run.range.begin) made.shown.begin = std::max(made.shown.begin, std::min(flagged.end, run.range.begin));
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

// --- captions

struct Event {
  Doing doing;
  TimeRange range;
};

/// What instruments do in the clip, equal deeds joined over short gaps; the longest where there are too many. Idle
/// instruments only where nothing else happens. Cites what is kept.
std::vector<Event> events_of(Talk& talk) {
  const TimeRange clip = range_of(talk.context());
  std::vector<Event> events;
  std::vector<std::int64_t> ordinals;
  const auto same = [](const Doing& a, const Doing& b) {
    return a.instrument == b.instrument && a.verb == b.verb && a.target == b.target && a.is_idle == b.is_idle;
  };
  for (const std::int64_t ordinal : talk.context().ordinals) {
    const Record* record = talk.video().facts.find(ordinal);
    const bool is_deed = record != nullptr && record->is_fact && record->row->kind == AnnotationKind::kInteraction;
    const auto seen = is_deed ? talk.video().facts.doing_of(*record) : std::nullopt;
    if (!seen || seen->doing.verb == kNoConcept) continue;
    const TimeRange range{std::max(clip.begin, record->row->begin_us), std::min(clip.end, record->row->end_us)};
    if (range.is_empty()) continue;
    ordinals.push_back(ordinal);
    const auto known = std::find_if(events.rbegin(), events.rend(), [&](const Event& e) {
      return same(e.doing, seen->doing) && range.begin - e.range.end < talk.plan().options.bridged_gap;
    });
    if (known != events.rend()) {
      known->range.begin = std::min(known->range.begin, range.begin);
      known->range.end = std::max(known->range.end, range.end);
    } else {
      events.push_back({seen->doing, range});
    }
  }
  const bool has_deed = std::any_of(events.begin(), events.end(), [](const Event& e) { return !e.doing.is_idle; });
  if (has_deed) std::erase_if(events, [](const Event& e) { return e.doing.is_idle; });
  std::stable_sort(events.begin(), events.end(),
                   [](const Event& a, const Event& b) { return a.range.duration() > b.range.duration(); });
  if (events.size() > kMaxEvents) events.resize(kMaxEvents);
  std::stable_sort(events.begin(), events.end(),
                   [](const Event& a, const Event& b) { return a.range.begin < b.range.begin; });
  if (!events.empty()) talk.cite(ordinals);
  return events;
}

/// "a grasper retracts the gallbladder while a hook dissects the cystic duct, then the hook dissects the liver".
void append_events(const Talk& talk, const std::vector<Event>& events, std::string& out) {
  std::vector<int> mentioned;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const bool is_later = i > 0 && events[i].range.begin >= events[i - 1].range.end;
    if (i > 0) out += !is_later ? " while " : i + 1 == events.size() && i > 1 ? ", and finally " : ", then ";
    const int instrument = events[i].doing.instrument;
    const bool is_known = std::find(mentioned.begin(), mentioned.end(), instrument) != mentioned.end();
    append_words(events[i].doing, is_known ? WordForm::kDoes : WordForm::kADoes, talk.lexicon(), out);
    if (!is_known) mentioned.push_back(instrument);
  }
}

/// Names of the annotated actions, else steps, that go on in the clip. Cites them. Returns how many.
std::size_t fill_names(Talk& talk) {
  const RunsOfLevel* level = level_of(talk, RunLevel::kAction);
  if (level == nullptr) level = level_of(talk, RunLevel::kStep);
  if (level == nullptr) return 0;
  const TimeRange clip = range_of(talk.context());
  std::string text;
  std::size_t count = 0;
  for (const Run& run : level->runs) {
    if (!run.range.overlaps(clip) || !run.is_named || count == kMaxEvents) continue;
    if (count++ > 0) text += ", then ";
    text += talk.lexicon()[run.concept_index].a;
    cite_run(talk, run, clip);
  }
  if (count == 0) return 0;
  talk.slots().text(Slot::kNames, text);
  talk.slots().text(Slot::kLevel, level_word(level->level));
  talk.slots().number(Slot::kCount, static_cast<std::int64_t>(count));
  return count;
}

/// Sides on which instruments stay throughout: every box of the instrument, one per moment, on the same side.
bool fill_clip_sides(Talk& talk, const ContextFacts& facts, const std::vector<int>& instruments) {
  if (facts.size.width <= 0 || facts.size.height <= 0) return false;
  std::vector<std::pair<int, std::string_view>> sides;
  for (const int instrument : instruments) {
    std::string_view side;
    std::vector<Microseconds> moments;
    bool is_steady = true;
    for (const SeenBox& box : facts.boxes) {
      if (box.concept_index != instrument) continue;
      const std::string_view here = side_word(box.box, facts.size);
      is_steady = is_steady && (side.empty() || side == here);
      side = here;
      moments.push_back(talk.video().facts.find(box.ordinal)->row->begin_us);
    }
    std::sort(moments.begin(), moments.end());
    const bool is_single = std::adjacent_find(moments.begin(), moments.end()) == moments.end();
    if (!side.empty() && is_steady && is_single && sides.size() < 4) sides.emplace_back(instrument, side);
  }
  if (sides.empty()) return false;
  std::string& text = talk.slots().text(Slot::kSides);
  for (std::size_t i = 0; i < sides.size(); ++i) {
    append_joint(i, sides.size(), Join::kAnd, text);
    append_words(CountedConcept{sides[i].first, 1, false}, WordForm::kThe, talk.lexicon(), text);
    text += sides[i].second == "left" || sides[i].second == "right" ? " on the " : " in the ";
    text += sides[i].second;
  }
  for (const SeenBox& box : facts.boxes) {
    const bool is_told = std::any_of(sides.begin(), sides.end(), [&](const auto& s) { return s.first == box.concept_index; });
    if (is_told) talk.cite(box.ordinal);
  }
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

bool make_video_caption(Talk& talk, const ContextFacts& facts) {
  const TextTask task = TextTask::kVideoCaptioning;
  if (range_of(talk.context()).duration() < talk.plan().options.min_clip) return false;
  if (!talk.ask(talk.group(task, "open"))) return false;
  talk.open_answer();
  const auto events = events_of(talk);
  if (facts.phase) {
    talk.slots().concept_is(Slot::kPhase, facts.phase.concept_index);
    talk.cite(facts.phase.ordinal);
  }
  const bool has_step = facts.step && level_of(talk, RunLevel::kStep) != nullptr;
  if (has_step) {
    talk.slots().concept_is(Slot::kStep, facts.step.concept_index);
    talk.cite(facts.step.ordinal);
  }
  const SlotSet wanted = bit(Slot::kProcedure) | bit(Slot::kPhase) | bit(Slot::kStep);
  if ((talk.slots().filled() & wanted) != 0) {
    const auto& group = talk.group(task, "scene");
    talk.say(group, group.answers, 'a', wanted);
  }
  // A single step that the scene has named already is not told again.
  const bool names_actions = level_of(talk, RunLevel::kAction) != nullptr;
  const std::size_t names = names_actions || !has_step ? fill_names(talk) : 0;
  if (events.empty() && names == 0 && !has_step) return false;
  if (names > 0) {
    const auto& group = talk.group(task, names == 1 ? "one_name" : "names");
    talk.say(group, group.answers, 'a');
  }
  if (!events.empty()) {
    append_events(talk, events, talk.slots().text(Slot::kEvents));
    const auto& group = talk.group(task, events.size() == 1 ? "one_event" : "events");
    talk.say(group, group.answers, 'a');
  }
  std::vector<int> instruments;
  for (const auto& event : events) {
    const int instrument = event.doing.instrument;
    if (std::find(instruments.begin(), instruments.end(), instrument) == instruments.end()) instruments.push_back(instrument);
  }
  std::vector<int> others;
  for (const auto& seen : facts.role(Role::kInstrument).seen) {
    const bool acts = std::find(instruments.begin(), instruments.end(), seen.concept_index) != instruments.end();
    if (!acts) others.push_back(seen.concept_index);
  }
  if (!others.empty()) {
    auto& items = talk.slots().concepts(Slot::kInstruments);
    for (const int index : others) items.push_back({index, 1, false});
    for (const auto& seen : facts.role(Role::kInstrument).seen) talk.cite(seen.ordinal);
    const auto& group = talk.group(task, "tools");
    talk.say(group, group.answers, 'a');
    instruments.insert(instruments.end(), others.begin(), others.end());
  }
  if (fill_clip_sides(talk, facts, instruments)) {
    const auto& group = talk.group(task, "sides");
    talk.say(group, group.answers, 'a');
  }
  talk.answer_is(TextAnswer{talk.row().turns.back()});
  talk.class_is(facts.phase ? talk.id(facts.phase.concept_index).text : "caption");
  return true;
}

}  // namespace surgsigma
