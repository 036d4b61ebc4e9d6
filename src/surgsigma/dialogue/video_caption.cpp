// Captions of a clip: what its instruments do, in order of time.
#include <algorithm>

#include "surgsigma/dialogue/pieces.h"
#include "surgsigma/dialogue/tasks.h"

namespace surgsigma {
namespace {

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
  for (const std::int64_t ordinal : talk.context().ordinals) {
    const Record* record = talk.video().facts.find(ordinal);
    const bool is_deed = record != nullptr && record->is_fact && record->row->kind == AnnotationKind::kInteraction;
    const auto seen = is_deed ? talk.video().facts.doing_of(*record) : std::nullopt;
    if (!seen || seen->doing.verb == kNoConcept) continue;
    const TimeRange range{std::max(clip.begin, record->row->begin_us), std::min(clip.end, record->row->end_us)};
    if (range.is_empty()) continue;
    ordinals.push_back(ordinal);
    const auto known = std::find_if(events.rbegin(), events.rend(), [&](const Event& e) {
      return is_same(e.doing, seen->doing) && range.begin - e.range.end < talk.plan().options.bridged_gap;
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

/// The deed with its instrument as "a hook", "the hook" once it was mentioned, or "another hook" where an earlier one
/// is still at work.
void append_event(const Talk& talk, const std::vector<Event>& events, std::size_t at, std::string& out) {
  const Event& event = events[at];
  bool is_known = false;
  bool is_another = false;
  for (std::size_t i = 0; i < at; ++i) {
    if (events[i].doing.instrument != event.doing.instrument) continue;
    is_known = true;
    is_another = is_another || events[i].range.overlaps(event.range);
  }
  const Surface& instrument = talk.lexicon()[event.doing.instrument];
  const std::size_t begin = out.size();
  append_words(event.doing, is_known && !is_another ? WordForm::kDoes : WordForm::kADoes, talk.lexicon(), out);
  if (is_another && !instrument.is_plural) out.replace(begin, instrument.a.size(), "another " + instrument.label);
}

/// "a grasper retracts the gallbladder while a hook dissects the cystic duct, then the hook dissects the liver".
void append_events(const Talk& talk, const std::vector<Event>& events, std::string& out) {
  for (std::size_t i = 0; i < events.size(); ++i) {
    const bool is_later = i > 0 && events[i].range.begin >= events[i - 1].range.end;
    if (i > 0) out += !is_later ? " while " : i + 1 == events.size() && i > 1 ? ", and finally " : ", then ";
    append_event(talk, events, i, out);
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
    append_side(talk, sides[i].first, sides[i].second, text);
  }
  for (const SeenBox& box : facts.boxes) {
    const bool is_told =
        std::any_of(sides.begin(), sides.end(), [&](const auto& s) { return s.first == box.concept_index; });
    if (is_told) talk.cite(box.ordinal);
  }
  return true;
}

/// One sentence of the group. `wanted`: slots that it should name if it can.
void say_of(Talk& talk, std::string_view group_name, SlotSet wanted = 0) {
  const auto& group = talk.group(TextTask::kVideoCaptioning, group_name);
  talk.say(group, group.answers, 'a', wanted);
}

void fill_scene(Talk& talk, const Exclusive& phase, const Exclusive& step) {
  if (phase) {
    talk.slots().concept_is(Slot::kPhase, phase.concept_index);
    talk.cite(phase.ordinal);
  }
  if (step) {
    talk.slots().concept_is(Slot::kStep, step.concept_index);
    talk.cite(step.ordinal);
  }
}

std::vector<int> instruments_of(const std::vector<Event>& events) {
  std::vector<int> made;
  for (const auto& event : events) {
    if (std::find(made.begin(), made.end(), event.doing.instrument) == made.end()) {
      made.push_back(event.doing.instrument);
    }
  }
  return made;
}

/// Names the instruments that are seen and do nothing told, and adds them to `told`.
void say_other_instruments(Talk& talk, const RoleFacts& role, std::vector<int>& told) {
  std::vector<int> others;
  for (const Seen& seen : role.seen) {
    if (std::find(told.begin(), told.end(), seen.concept_index) == told.end()) others.push_back(seen.concept_index);
  }
  if (others.empty()) return;
  list_concepts(talk, Slot::kInstruments, others);
  for (const Seen& seen : role.seen) talk.cite(seen.ordinal);
  say_of(talk, "tools");
  told.insert(told.end(), others.begin(), others.end());
}

/// A question that the facts can answer: about order only where there is one, about instruments only where they act.
std::string_view question_group(Talk& talk, std::size_t events, std::size_t names) {
  const double way = talk.draws().unit();
  if (way < kDetailedShare && std::max(events, names) > 1) return "ordered";
  if (way < 2 * kDetailedShare && events > 0) return "detailed";
  return "open";
}

}  // namespace

bool make_video_caption(Talk& talk, const ContextFacts& facts) {
  if (range_of(talk.context()).duration() < talk.plan().options.min_clip) return false;
  const auto events = events_of(talk);
  const bool has_step = facts.step && level_of(talk, RunLevel::kStep) != nullptr;
  // A single step that the scene names already is not told again.
  const bool names_actions = level_of(talk, RunLevel::kAction) != nullptr;
  const std::size_t names = names_actions || !has_step ? fill_names(talk) : 0;
  if (events.empty() && names == 0 && !has_step) return false;
  if (!talk.ask(talk.group(TextTask::kVideoCaptioning, question_group(talk, events.size(), names)))) return false;
  talk.open_answer();
  fill_scene(talk, facts.phase, has_step ? facts.step : Exclusive{});
  const SlotSet scene = bit(Slot::kProcedure) | bit(Slot::kPhase) | bit(Slot::kStep);
  if ((talk.slots().filled() & scene) != 0) say_of(talk, "scene", scene);
  if (names > 0) say_of(talk, names == 1 ? "one_name" : "names");
  if (!events.empty()) {
    append_events(talk, events, talk.slots().text(Slot::kEvents));
    say_of(talk, events.size() == 1 ? "one_event" : "events");
  }
  std::vector<int> told = instruments_of(events);
  say_other_instruments(talk, facts.role(Role::kInstrument), told);
  if (fill_clip_sides(talk, facts, told)) say_of(talk, "sides");
  talk.answer_is(TextAnswer{talk.row().turns.back()});
  talk.class_is(facts.phase ? talk.id(facts.phase.concept_index).text : "caption");
  return true;
}

}  // namespace surgsigma
