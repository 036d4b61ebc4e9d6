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
    append_side(talk, sides[i].first, sides[i].second, text);
  }
  for (const SeenBox& box : facts.boxes) {
    const bool is_told =
        std::any_of(sides.begin(), sides.end(), [&](const auto& s) { return s.first == box.concept_index; });
    if (is_told) talk.cite(box.ordinal);
  }
  return true;
}

}  // namespace

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
    if (std::find(instruments.begin(), instruments.end(), instrument) == instruments.end())
      instruments.push_back(instrument);
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
