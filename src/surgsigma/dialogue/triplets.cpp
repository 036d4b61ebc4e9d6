// Who does what to which target.
#include <algorithm>

#include "surgsigma/base/text.h"
#include "surgsigma/dialogue/pieces.h"
#include "surgsigma/dialogue/tasks.h"

namespace surgsigma {
namespace {

Triplet triplet_of(const Talk& talk, const Doing& doing) {
  return {talk.id(doing.instrument), talk.id(doing.verb),
          doing.target == kNoConcept ? ConceptId() : talk.id(doing.target)};
}

/// Whether saying `a` could be true because `b` is seen.
bool is_akin(const Lexicon& lexicon, const Doing& a, const Doing& b) {
  if (!lexicon.is_kin(a.instrument, b.instrument) || a.is_idle != b.is_idle) return false;
  if (a.is_idle) return true;
  const bool has_akin_target =
      a.target == b.target || a.target == kNoConcept || b.target == kNoConcept || lexicon.is_kin(a.target, b.target);
  return b.verb == kNoConcept || (lexicon.is_kin(a.verb, b.verb) && has_akin_target);
}

/// The deeds, their evidence and class as the answer of the last round.
void answer_doings(Talk& talk, const std::vector<Doing>& doings) {
  TripletsAnswer answer;
  for (const Doing& doing : doings) answer.triplets.push_back(triplet_of(talk, doing));
  std::string answer_class;
  std::vector<std::string> ids;
  for (const auto& t : answer.triplets) {
    ids.push_back(t.instrument.text + "," + t.verb.text + (t.target.empty() ? "" : "," + t.target.text));
  }
  std::sort(ids.begin(), ids.end());
  talk.class_is(join(ids, "+"));
  talk.answer_is(std::move(answer));
}

bool all_deeds_round(Talk& talk, const ContextFacts& facts) {
  if (!facts.are_doings_total || facts.doings.empty()) return false;
  for (const auto& seen : facts.doings) {
    if (!seen.is_whole) return false;
  }
  const auto doings = counted(facts.doings);
  talk.slots().doings(Slot::kInteractions) = doings;
  if (!talk.round(talk.group(TextTask::kTripletRecognition, "all"))) return false;
  for (const auto& seen : facts.doings) talk.cite(seen.ordinal);
  answer_doings(talk, doings);
  return true;
}

/// Those of the doings that share the drawn instrument, or target, all of them whole; empty where none is.
template <class Key>
std::vector<SeenDoing> doings_of_one(Talk& talk, const ContextFacts& facts, Key&& key) {
  std::vector<int> keys;
  for (const auto& seen : facts.doings) {
    const int k = key(seen.doing);
    if (k != kNoConcept && std::find(keys.begin(), keys.end(), k) == keys.end()) keys.push_back(k);
  }
  talk.draws().shuffle(keys);
  for (const int wanted : keys) {
    std::vector<SeenDoing> chosen;
    bool are_whole = true;
    for (const auto& seen : facts.doings) {
      if (key(seen.doing) != wanted) continue;
      are_whole = are_whole && seen.is_whole;
      chosen.push_back(seen);
    }
    if (are_whole) return chosen;
  }
  return {};
}

bool target_round(Talk& talk, const ContextFacts& facts) {
  if (!facts.are_doings_total) return false;
  for (const auto& seen : facts.doings) {
    if (!seen.is_whole) return false;
  }
  const auto chosen = doings_of_one(talk, facts, [](const Doing& d) { return d.target; });
  if (chosen.empty()) return false;
  const auto doings = counted(chosen);
  talk.slots().concept_is(Slot::kTarget, doings[0].target);
  auto& instruments = talk.slots().concepts(Slot::kInstruments);
  for (const auto& doing : doings) {
    const auto same = std::find_if(instruments.begin(), instruments.end(),
                                   [&](const auto& i) { return i.concept_index == doing.instrument; });
    if (same == instruments.end())
      instruments.push_back({doing.instrument, doing.count, false});
    else
      same->count += doing.count;
  }
  talk.slots().doings(Slot::kInteractions) = doings;
  if (!talk.round(talk.group(TextTask::kTripletRecognition, "target"))) return false;
  for (const auto& seen : facts.doings) talk.cite(seen.ordinal);
  answer_doings(talk, doings);
  return true;
}

/// Deeds of the source's vocabulary that are certainly not in the picture.
std::vector<Doing> wrong_doings(const Talk& talk, const ContextFacts& facts) {
  std::vector<Doing> wrong;
  const int vocabulary = facts.doings.empty() ? -1 : facts.doings[0].vocabulary;
  if (vocabulary < 0) return wrong;
  const auto& vocabularies = talk.video().vocabularies;
  std::vector<Doing> all = vocabularies[vocabulary].classes;
  if (all.empty()) {
    // No list of valid combinations: exchange verb or target of what is seen.
    const auto& parts = vocabularies[vocabulary].parts;
    for (const auto& seen : facts.doings) {
      if (seen.doing.is_idle || !seen.is_whole || parts[1] < 0 || parts[2] < 0) continue;
      for (const int verb : vocabularies[parts[1]].concepts)
        all.push_back({seen.doing.instrument, verb, seen.doing.target, false, 1});
      for (const int target : vocabularies[parts[2]].concepts)
        all.push_back({seen.doing.instrument, seen.doing.verb, target, false, 1});
    }
  }
  const auto& doubtful = facts.role(Role::kInstrument).doubtful;
  for (const Doing& candidate : all) {
    const bool is_seen = std::any_of(facts.doings.begin(), facts.doings.end(), [&](const SeenDoing& seen) {
      return is_akin(talk.lexicon(), candidate, seen.doing);
    });
    const bool is_listed =
        std::any_of(wrong.begin(), wrong.end(), [&](const Doing& w) { return is_same(w, candidate); });
    const bool is_open = std::find(doubtful.begin(), doubtful.end(), candidate.instrument) != doubtful.end();
    if (!is_seen && !is_listed && !is_open) wrong.push_back(candidate);
  }
  return wrong;
}

std::string doing_text(const Talk& talk, const Doing& doing) {
  std::string text;
  append_words(doing, WordForm::kADoing, talk.lexicon(), text);
  return text;
}

bool triplet_choice_or_yes_no(Talk& talk, const ContextFacts& facts, Form form) {
  if (!facts.are_doings_total || facts.doings.empty()) return false;
  for (const auto& seen : facts.doings) {
    if (!seen.is_whole) return false;
  }
  std::vector<Doing> wrong = wrong_doings(talk, facts);
  if (wrong.size() < 3) return false;
  Doing right = one_of(facts.doings, talk.draws()).doing;
  right.count = 1;
  // Those that share an instrument with the picture are the harder ones: they come first.
  talk.draws().shuffle(wrong);
  const auto shares = [&](const Doing& w) { return facts.role(Role::kInstrument).has(w.instrument); };
  std::stable_partition(wrong.begin(), wrong.end(), shares);
  const auto& task_groups = TextTask::kTripletRecognition;
  if (form == Form::kChoice) {
    const std::size_t count = std::min<std::size_t>(wrong.size(), 3 + talk.draws().below(3));
    std::vector<std::string> options;
    const std::string right_text = doing_text(talk, right);
    for (const Doing& w : wrong) {
      std::string text = doing_text(talk, w);
      const bool is_new = text != right_text && std::find(options.begin(), options.end(), text) == options.end();
      if (is_new && options.size() < count) options.push_back(std::move(text));
    }
    if (options.size() < 3) return false;
    if (!talk.choice_round(talk.group(task_groups, "choice"), right_text, std::move(options))) return false;
    answer_doings(talk, {right});
  } else {
    const bool is_yes = talk.draws().chance(0.5);
    const Doing asked = is_yes ? right : wrong[talk.draws().below(std::min<std::size_t>(wrong.size(), 12))];
    talk.slots().doings(Slot::kInteraction).push_back(asked);
    if (!talk.yes_no_round(talk.group(task_groups, "yes_no"), is_yes)) return false;
    const std::string answer_class = talk.row().answer_class;
    answer_doings(talk, {asked});
    talk.class_is(answer_class);
  }
  for (const auto& seen : facts.doings) talk.cite(seen.ordinal);
  talk.cite(facts.role(Role::kInstrument).evidence);
  return true;
}

}  // namespace

bool instrument_deeds_round(Talk& talk, const ContextFacts& facts, bool follows) {
  const auto chosen = doings_of_one(talk, facts, [](const Doing& d) { return d.instrument; });
  if (chosen.empty()) return false;
  const auto doings = counted(chosen);
  talk.slots().concept_is(Slot::kInstrument, {doings[0].instrument, static_cast<int>(chosen.size()), false});
  talk.slots().doings(Slot::kInteractions) = doings;
  const auto& group = talk.group(TextTask::kTripletRecognition, "instrument");
  const auto& asking = follows ? talk.group(TextTask::kTripletRecognition, "follow") : group;
  if (!talk.round(asking, asking.questions, group, group.answers)) return false;
  for (const auto& seen : chosen) talk.cite(seen.ordinal);
  answer_doings(talk, doings);
  return true;
}

bool make_triplets(Talk& talk, const ContextFacts& facts, Form form) {
  if (form != Form::kOpen) return triplet_choice_or_yes_no(talk, facts, form);
  const double way = talk.draws().unit();
  if (way < 0.5 && all_deeds_round(talk, facts)) return true;
  if (way < 0.65 && target_round(talk, facts)) return true;
  return instrument_deeds_round(talk, facts, false);
}

}  // namespace surgsigma
