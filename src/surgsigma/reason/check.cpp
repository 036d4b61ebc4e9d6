#include "surgsigma/reason/check.h"

#include <algorithm>
#include <array>

#include "surgsigma/base/hash.h"
#include "surgsigma/base/text.h"
#include "surgsigma/reason/check_state.h"
#include "surgsigma/schema/answer.h"

namespace surgsigma {

using chain::ActionRules;
using chain::ClaimAtom;
using chain::ClaimWord;
using chain::kNone;
using chain::Sort;
using chain::Words;
using State = ReasoningChecker::OfVideo::State;
using namespace verdict;  // NOLINT: its few constants

const std::vector<ReasoningVerdict>& reasoning_verdicts() {
  static const std::vector<ReasoningVerdict> kRows = {
      {kAccepted, "every claim follows from the records it names"},
      {kMalformed, "the lists differ in length, or a claim is none"},
      {kWrongId, "the ids do not belong together"},
      {kLevels, "levels do not rise from 1 to 3"},
      {kLevelMissing, "a level has no statement"},
      {kLabelLeak, "a statement speaks of labels instead of the picture"},
      {kUnknownRecord, "the evidence names a record that the video lacks"},
      {kNotInUse, "the evidence names a record that is rejected or states nothing"},
      {kNotInContext, "the evidence names a record that the context does not join"},
      {kElsewhere, "the evidence does not hold at the context's moment"},
      {kFuture, "the evidence lies in footage that is not shown"},
      {kNotBacked, "the records named do not say what is claimed"},
      {kUnused, "a record is named that backs nothing"},
      {kNotSaid, "the statement does not say what it claims"},
      {kUnbackedMention, "the statement mentions something that it does not claim"},
      {kNotNamed, "level 2 speaks of something that level 1 does not name"},
      {kUnknownKnowledge, "the evidence names a knowledge entry that the context does not have"},
      {kAlteredKnowledge, "the statement is not the text of the entry"},
      {kOffTopic, "the entry is about no concept that is in play"},
      {kDiffers, "the conclusion is not what the records say"},
  };
  return kRows;
}

Result<ReasoningChecker> ReasoningChecker::create(const Catalog& catalog, const SourceCard& card) {
  SURGSIGMA_TRY(words, Words::create(catalog));
  SURGSIGMA_TRY(rules, ActionRules::create(catalog, words));
  auto tables = std::make_shared<Tables>();
  for (const auto& [id, entries] : catalog.knowledge) {
    for (const Knowledge& entry : entries)
      tables->knowledge[entry.id] = {words.index(entry.concept_id.text), entry.text};
  }
  for (const auto& [name, vocabulary] : card.vocabularies) {
    const bool is_total = vocabulary.is_closed && vocabulary.is_complete;
    tables->vocabularies[name] = {is_total, vocabulary.kind == "instrument"};
  }
  tables->prefix = card.id.text + "/";
  tables->words = std::move(words);
  tables->rules = std::move(rules);
  return ReasoningChecker(std::move(tables));
}

namespace {

/// Of a statement and of what its check depends on beside the context.
std::uint64_t hash_of(const ReasoningRow& row, std::size_t i, Microseconds cutoff, int shown_action) {
  std::uint64_t hash = hash64(row.statements[i], static_cast<std::uint64_t>(row.levels[i]));
  hash = hash64(row.claims[i], hash);
  hash = hash64(row.evidence[i], hash);
  return hash ^ static_cast<std::uint64_t>(cutoff) ^ static_cast<std::uint64_t>(shown_action + 1) << 48;
}

void add_entities(const ClaimAtom& atom, const Words& words, std::vector<int>& entities) {
  for (const int index : atom.concepts) {
    if (index == kNone) continue;
    const Sort sort = words[index].sort;
    const bool is_entity = sort == Sort::kInstrument || sort == Sort::kAnatomy || sort == Sort::kObject;
    const bool is_known = std::find(entities.begin(), entities.end(), index) != entities.end();
    if (is_entity && !is_known) entities.push_back(index);
  }
}

/// The terms that a statement must mention for an atom. `is_ordered` tells whether in this very order, or, seen from
/// the other end, in `reverse`.
struct AtomTerms {
  std::array<int, 3> reverse{};
  bool is_ordered = false;
};

AtomTerms terms_of(const ClaimAtom& atom, std::vector<int>& terms) {
  terms.clear();
  AtomTerms made;
  const auto concept_term = [&](std::size_t i) { terms.push_back(atom.concepts[i]); };
  switch (atom.word) {
    case ClaimWord::kPresent:
    case ClaimWord::kShows:
    case ClaimWord::kAfter:
    case ClaimWord::kOnly:
    case ClaimWord::kPhase:
    case ClaimWord::kStep:
    case ClaimWord::kAction:
    case ClaimWord::kNext:
      concept_term(0);
      break;
    case ClaimWord::kCount:
      concept_term(0);
      terms.push_back(chain::kNumberMark + static_cast<int>(parse_int(atom.arguments[1]).value_or(-1)));
      break;
    case ClaimWord::kAt: {
      concept_term(0);
      const auto cell = std::find(kGridWords.begin(), kGridWords.end(), atom.arguments[1]);
      terms.push_back(chain::kCellMark + static_cast<int>(cell - kGridWords.begin()));
      break;
    }
    case ClaimWord::kSide: {
      concept_term(0);
      const auto side = std::find(chain::kSides.begin(), chain::kSides.end(), atom.arguments[1]);
      terms.push_back(chain::kSideMark + static_cast<int>(side - chain::kSides.begin()));
      break;
    }
    case ClaimWord::kActs:
      for (std::size_t i = 0; i < atom.arguments.size(); ++i) {
        if (atom.arguments[i].starts_with('x')) {
          const auto number = parse_int(atom.arguments[i].substr(1)).value_or(-1);
          terms.push_back(chain::kNumberMark + static_cast<int>(number));
        } else {
          concept_term(i);
        }
      }
      break;
    case ClaimWord::kIdle:
      for (std::size_t i = 0; i < atom.arguments.size(); ++i) concept_term(i);
      terms.push_back(chain::kIdleMark);
      break;
    case ClaimWord::kTogether:
    case ClaimWord::kInstruments:
    case ClaimWord::kTissues:
      for (std::size_t i = 0; i < atom.arguments.size(); ++i) concept_term(i);
      break;
    case ClaimWord::kLeftOf:
    case ClaimWord::kAbove: {
      const bool is_left = atom.word == ClaimWord::kLeftOf;
      const int first = atom.concepts[0];
      const int second = atom.concepts[1];
      terms = {first, is_left ? chain::kLeftOfMark : chain::kAboveMark, second};
      made.reverse = {second, is_left ? chain::kRightOfMark : chain::kBelowMark, first};
      made.is_ordered = true;
      break;
    }
    case ClaimWord::kCriterion: {
      concept_term(0);
      const std::string_view mark = atom.arguments[1];
      if (mark == "met" || mark == "unmet")
        terms.push_back(mark == "met" ? chain::kMetMark : chain::kUnmetMark);
      else
        terms.push_back(chain::kScoreMark + static_cast<int>(parse_int(mark).value_or(-1)));
      break;
    }
    case ClaimWord::kNothing:
    case ClaimWord::kRest:
    case ClaimWord::kElapsed:
    case ClaimWord::kRemaining:
    case ClaimWord::kKnow:
      break;
  }
  return made;
}

}  // namespace

/// Parses a claim into `atoms` and looks up its concepts.
bool State::parse(std::string_view claim) {
  if (!chain::parse_claim(claim, atoms)) return false;
  for (ClaimAtom& atom : atoms) {
    atom.concepts.clear();
    for (const std::string_view argument : atom.arguments) atom.concepts.push_back(words.index(argument));
  }
  return true;
}

/// Fills `evidence`; the records must be usable, belong to the context and hold at its moment.
std::string_view State::read_evidence(std::string_view text, const ContextRow& context, ClaimWord word) {
  evidence.clear();
  if (text.empty()) return kUnknownRecord;
  const bool is_frame = context.subject == Subject::kFrame;
  const bool may_be_elsewhere = word == ClaimWord::kAfter || is_about_future(word);
  while (true) {
    const std::size_t comma = text.find(',');
    const auto ordinal = parse_int(text.substr(0, comma));
    const std::size_t position = ordinal ? records.find(*ordinal) : records.size();
    if (position == records.size()) return kUnknownRecord;
    const Annotation& row = records.row(position);
    if (!chain::states_fact(row)) return kNotInUse;
    if (!may_be_elsewhere) {
      const bool holds = is_frame ? row.begin_us <= context.begin_us && context.begin_us < row.end_us
                                  : row.begin_us < context.end_us && context.begin_us < row.end_us;
      if (!holds) return kElsewhere;
      const auto& ordinals = context.ordinals;
      const bool is_joined = std::binary_search(ordinals.begin(), ordinals.end(), *ordinal);
      // The records of a run that a clip is part of are joined with the clip.
      if (!is_joined) return kNotInContext;
      if (!is_frame && row.begin_us >= cutoff) return kFuture;
    }
    evidence.push_back(position);
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  is_used.assign(evidence.size(), false);
  return kAccepted;
}

/// The statement mentions (`mentioned`) what the atoms claim, atom by atom in their order, and nothing else.
std::string_view State::check_words(std::string_view statement) {
  std::size_t at = 0;
  for (const ClaimAtom& atom : atoms) {
    const AtomTerms shape = terms_of(atom, terms);
    if (std::find(terms.begin(), terms.end(), kNone) != terms.end()) return kNotBacked;
    // "the scissors are cutting and are pushing": an instrument need not be said again for its next deed.
    const bool goes_on = atom.word == ClaimWord::kActs && &atom != atoms.data() &&
                         (&atom - 1)->word == ClaimWord::kActs && (&atom - 1)->arguments[0] == atom.arguments[0];
    if (goes_on) {
      const std::size_t end = std::min(at + terms.size(), mentioned.size());
      const bool is_said = std::any_of(mentioned.begin() + static_cast<std::ptrdiff_t>(at),
                                       mentioned.begin() + static_cast<std::ptrdiff_t>(end),
                                       [&](int mention) { return words.may_mean(mention, terms[0]); });
      if (!is_said) terms.erase(terms.begin());
    }
    if (at + terms.size() > mentioned.size()) return kNotSaid;
    if (shape.is_ordered) {
      bool is_forward = true;
      bool is_reverse = true;
      for (std::size_t i = 0; i < terms.size(); ++i) {
        is_forward = is_forward && words.may_mean(mentioned[at + i], terms[i]);
        is_reverse = is_reverse && words.may_mean(mentioned[at + i], shape.reverse[i]);
      }
      if (!is_forward && !is_reverse) return kUnbackedMention;
      at += terms.size();
      continue;
    }
    is_told.assign(terms.size(), false);
    for (std::size_t i = 0; i < terms.size(); ++i, ++at) {
      bool is_expected = false;
      for (std::size_t t = 0; t < terms.size() && !is_expected; ++t) {
        if (is_told[t] || !words.may_mean(mentioned[at], terms[t])) continue;
        is_told[t] = true;
        is_expected = true;
      }
      if (!is_expected) return kUnbackedMention;
    }
  }
  if (at < mentioned.size()) return kUnbackedMention;
  for (const ClaimAtom& atom : atoms) {
    const bool is_duration = atom.word == ClaimWord::kElapsed || atom.word == ClaimWord::kRemaining;
    if (!is_duration) continue;
    const auto duration = parse_int(atom.arguments[0]);
    if (!duration || statement.find(duration_text(*duration)) == std::string_view::npos) return kNotSaid;
  }
  return kAccepted;
}

std::string_view State::check_knowledge(const ReasoningRow& row, const ContextRow& context, std::size_t i) {
  const std::string& id = row.evidence[i];
  const bool is_retrieved =
      std::find(context.knowledge.begin(), context.knowledge.end(), id) != context.knowledge.end();
  const auto entry = tables.knowledge.find(id);
  if (!is_retrieved || entry == tables.knowledge.end() || atoms[0].arguments[0] != id) return kUnknownKnowledge;
  if (entry->second.text != row.statements[i]) return kAlteredKnowledge;
  const int topic = entry->second.concept_index;
  if (topic == kNone) return kOffTopic;
  bool is_in_play = false;
  each_in_context(context, [&](std::size_t p) {
    for (const int index : records.concepts(p)) {
      if (index == kNone) continue;
      const int protocol = words[index].protocol;
      is_in_play = is_in_play || words.is_a(index, topic) || (protocol != kNone && words.is_a(protocol, topic));
    }
  });
  return is_in_play ? kAccepted : kOffTopic;
}

std::string_view State::check_statement(const ReasoningRow& row, const ContextRow& context, std::size_t i) {
  if (!parse(row.claims[i])) return kMalformed;
  const bool is_knowledge = atoms[0].word == ClaimWord::kKnow;
  if (is_knowledge) return atoms.size() == 1 ? check_knowledge(row, context, i) : kMalformed;
  words.mentions(row.statements[i], mentioned);
  const bool leaks = std::any_of(mentioned.begin(), mentioned.end(),
                                 [&](int mention) { return words.may_mean(mention, chain::kLeakMark); });
  if (leaks) return kLabelLeak;
  const bool is_last = i + 1 == row.statements.size();
  for (const ClaimAtom& atom : atoms) {
    if (is_about_future(atom.word) && !is_last) return kFuture;
  }
  const std::string_view evidence_verdict = read_evidence(row.evidence[i], context, atoms[0].word);
  if (evidence_verdict != kAccepted) return evidence_verdict;
  for (const ClaimAtom& atom : atoms) {
    if (atom.word == ClaimWord::kShows) shown_action = concept_of(atom.arguments[0]);
    if (!is_backed(atom, context)) return kNotBacked;
  }
  if (std::find(is_used.begin(), is_used.end(), false) != is_used.end()) return kUnused;
  return check_words(row.statements[i]);
}

std::string_view State::check(const ReasoningRow& row, const ContextRow& context) {
  const std::size_t count = row.statements.size();
  const bool is_parallel =
      count > 0 && row.levels.size() == count && row.claims.size() == count && row.evidence.size() == count;
  if (!is_parallel || conclusion_of(row.task) == nullptr) return kMalformed;
  const bool belongs = row.context_id == context.context_id && row.video_id == video.video_id &&
                       context.video_id == video.video_id &&
                       row.reasoning_id.size() == row.context_id.size() + 1 + row.task.size() &&
                       row.reasoning_id.starts_with(row.context_id) && row.reasoning_id.ends_with(row.task);
  if (!belongs) return kWrongId;
  int level = 0;
  for (const std::int32_t next : row.levels) {
    if (next < level || next > 3 || next < 1) return kLevels;
    if (next > level + 1) return kLevelMissing;
    level = next;
  }
  if (level != 3) return kLevelMissing;
  if (context_id != context.context_id) {
    context_id = context.context_id;
    good.clear();
  }
  shown_action = kNone;
  cutoff = context.subject == Subject::kClip ? context.end_us : context.begin_us + 1;
  if (row.task == "action_remaining") {
    if (!parse(row.claims.back())) return kMalformed;
    const bool is_remaining = atoms.size() == 1 && atoms[0].word == ClaimWord::kRemaining;
    const auto moment = is_remaining ? parse_int(atoms[0].arguments[2]) : std::nullopt;
    if (!moment) return kDiffers;
    cutoff = *moment;
  }
  std::vector<int> named;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t hash = hash_of(row, i, cutoff, shown_action);
    const bool is_last = i + 1 == count;
    auto known = std::find_if(good.begin(), good.end(), [&](const Good& g) { return g.hash == hash; });
    if (is_last || known == good.end()) {
      const std::string_view verdict = check_statement(row, context, i);
      if (verdict != kAccepted) return verdict;
      Good made{hash, {}, kNone};
      for (const ClaimAtom& atom : atoms) {
        if (atom.word == ClaimWord::kKnow) continue;
        add_entities(atom, words, made.entities);
        if (atom.word == ClaimWord::kShows) made.shown = shown_action;
      }
      good.push_back(std::move(made));
      known = std::prev(good.end());
    }
    if (known->shown != kNone) shown_action = known->shown;
    for (const int entity : known->entities) {
      const bool is_named = std::find(named.begin(), named.end(), entity) != named.end();
      if (row.levels[i] == 1 && !is_named) named.push_back(entity);
      if (row.levels[i] == 2 && !is_named) return kNotNamed;
    }
  }
  return check_conclusion(row, context);
}

ReasoningChecker::OfVideo::OfVideo(std::unique_ptr<State> state) : state_(std::move(state)) {}
ReasoningChecker::OfVideo::OfVideo(OfVideo&&) noexcept = default;
ReasoningChecker::OfVideo::~OfVideo() = default;

std::string_view ReasoningChecker::OfVideo::check(const ReasoningRow& row, const ContextRow& context) {
  return state_->check(row, context);
}

ReasoningChecker::OfVideo ReasoningChecker::of(const VideoRow& video,
                                               const std::vector<Annotation>& annotations) const {
  return OfVideo(std::make_unique<OfVideo::State>(*tables_, tables_, video, annotations));
}

std::string check_reasoning(const ReasoningChecker& checker, const ReasoningRow& row, const VideoRow& video,
                            const ContextRow& context, const std::vector<Annotation>& annotations) {
  return std::string(checker.of(video, annotations).check(row, context));
}

}  // namespace surgsigma
