#include "surgsigma/reason/check.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <unordered_map>

#include "surgsigma/base/hash.h"
#include "surgsigma/base/text.h"
#include "surgsigma/reason/actions.h"
#include "surgsigma/reason/claim.h"
#include "surgsigma/reason/records.h"
#include "surgsigma/reason/words.h"
#include "surgsigma/schema/answer.h"
#include "surgsigma/schema/geometry.h"

namespace surgsigma {

using chain::ActionLevel;
using chain::ActionRules;
using chain::ClaimAtom;
using chain::ClaimWord;
using chain::kNone;
using chain::RecordTable;
using chain::Sort;
using chain::Words;

namespace {

constexpr std::string_view kAccepted = "accepted";
constexpr std::string_view kMalformed = "malformed";
constexpr std::string_view kWrongId = "wrong_id";
constexpr std::string_view kLevels = "levels_out_of_order";
constexpr std::string_view kLevelMissing = "level_missing";
constexpr std::string_view kLabelLeak = "label_leak";
constexpr std::string_view kUnknownRecord = "unknown_record";
constexpr std::string_view kNotInUse = "record_not_in_use";
constexpr std::string_view kNotInContext = "record_not_in_context";
constexpr std::string_view kElsewhere = "record_elsewhere";
constexpr std::string_view kFuture = "future_evidence";
constexpr std::string_view kNotBacked = "claim_not_backed";
constexpr std::string_view kUnused = "evidence_unused";
constexpr std::string_view kNotSaid = "claim_not_said";
constexpr std::string_view kUnbackedMention = "unbacked_mention";
constexpr std::string_view kNotNamed = "entity_not_named";
constexpr std::string_view kUnknownKnowledge = "unknown_knowledge";
constexpr std::string_view kAlteredKnowledge = "knowledge_altered";
constexpr std::string_view kOffTopic = "knowledge_off_topic";
constexpr std::string_view kDiffers = "conclusion_differs";

/// What the last claim of a task is made of.
struct Conclusion {
  std::string_view task;
  ClaimWord word;
  std::optional<ClaimWord> other;
};
constexpr std::array<Conclusion, 11> kConclusions = {{
    {"instrument_recognition", ClaimWord::kInstruments, std::nullopt},
    {"instrument_localization", ClaimWord::kAt, std::nullopt},
    {"tissue_recognition", ClaimWord::kTissues, std::nullopt},
    {"tissue_localization", ClaimWord::kAt, std::nullopt},
    {"triplet_recognition", ClaimWord::kActs, ClaimWord::kIdle},
    {"phase_recognition", ClaimWord::kPhase, std::nullopt},
    {"step_recognition", ClaimWord::kStep, std::nullopt},
    {"action_recognition", ClaimWord::kAction, std::nullopt},
    {"action_remaining", ClaimWord::kRemaining, std::nullopt},
    {"next_action", ClaimWord::kNext, std::nullopt},
    {"safety_assessment", ClaimWord::kCriterion, std::nullopt},
}};

const Conclusion* conclusion_of(std::string_view task) {
  for (const Conclusion& row : kConclusions) {
    if (row.task == task) return &row;
  }
  return nullptr;
}

struct Entry {
  int concept_index = kNone;
  std::string text;
};

struct VocabularyLine {
  bool is_total = false;
  bool is_of_instruments = false;
};

}  // namespace

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

struct ReasoningChecker::Tables {
  Words words;
  ActionRules rules;
  std::unordered_map<std::string, Entry> knowledge;
  std::unordered_map<std::string, VocabularyLine> vocabularies;
  std::string prefix;

  const VocabularyLine* vocabulary(std::string_view name) const {
    if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
    const auto found = vocabularies.find(std::string(name));
    return found == vocabularies.end() ? nullptr : &found->second;
  }
};

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

/// All that is known about one chain while it is checked.
struct ReasoningChecker::OfVideo::State {
  State(const Tables& t, std::shared_ptr<const Tables> keep, const VideoRow& v,
        const std::vector<Annotation>& annotations)
      : tables(t), kept(std::move(keep)), words(t.words), video(v), records(annotations, t.words) {
    for (std::size_t i = 0; i < records.size(); ++i) {
      is_video_of_actions = is_video_of_actions || records.row(i).kind == AnnotationKind::kAction;
    }
  }

  std::string_view check(const ReasoningRow& row, const ContextRow& context);
  std::string_view check_statement(const ReasoningRow& row, const ContextRow& context, std::size_t i);
  std::string_view read_evidence(std::string_view evidence, const ContextRow& context, ClaimWord word);
  std::string_view check_knowledge(const ReasoningRow& row, const ContextRow& context, std::size_t i);
  bool is_backed(const ClaimAtom& atom, const ContextRow& context);
  std::string_view check_words(std::string_view statement);
  std::string_view check_conclusion(const ReasoningRow& row, const ContextRow& context);

  int concept_of(std::string_view id) const { return words.index(id); }
  bool parse(std::string_view claim);
  bool names(std::size_t position, int concept_index) const;
  bool is_box_of(std::size_t position, int concept_index, Box& box, ImageSize& size) const;
  std::optional<ActionLevel> level_of(int action) const;
  int action_at(std::size_t position, ActionLevel level) const {
    return chain::action_of(level, records, position, tables.rules, words);
  }
  template <class Take>
  void each_in_context(const ContextRow& context, Take&& take) const {
    for (const std::int64_t ordinal : context.ordinals) {
      const std::size_t position = records.find(ordinal);
      if (position < records.size() && chain::states_fact(records.row(position))) take(position);
    }
  }
  bool are_all_found(const ContextRow& context, bool instruments, const std::vector<ClaimAtom>& claims);

  const Tables& tables;
  std::shared_ptr<const Tables> kept;
  const Words& words;
  const VideoRow& video;
  RecordTable records;
  bool is_video_of_actions = false;

  // Of the statement in hand.
  std::vector<ClaimAtom> atoms;
  std::vector<std::size_t> evidence;  ///< positions
  std::vector<bool> is_used;
  std::vector<int> mentioned;
  std::vector<int> terms;
  std::vector<bool> is_told;

  // Of the chain in hand.
  int shown_action = kNone;
  Microseconds cutoff = 0;  ///< what lies after it is not shown

  // Statements of the context that were found good.
  std::string context_id;
  struct Good {
    std::uint64_t hash;
    std::vector<int> entities;
    int shown;
  };
  std::vector<Good> good;
};

namespace {

/// What follows the shown footage may only be named in a conclusion.
bool is_about_future(ClaimWord word) { return word == ClaimWord::kNext || word == ClaimWord::kRemaining; }

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

using State = ReasoningChecker::OfVideo::State;

/// Parses a claim into `atoms` and looks up its concepts.
bool State::parse(std::string_view claim) {
  if (!chain::parse_claim(claim, atoms)) return false;
  for (ClaimAtom& atom : atoms) {
    atom.concepts.clear();
    for (const std::string_view argument : atom.arguments) atom.concepts.push_back(words.index(argument));
  }
  return true;
}

/// The record says that the concept is there.
bool State::names(std::size_t position, int concept_index) const {
  if (concept_index == kNone) return false;
  const Annotation& row = records.row(position);
  const bool is_list =
      row.kind == AnnotationKind::kPresence || row.kind == AnnotationKind::kBox || row.kind == AnnotationKind::kMask;
  const auto concepts = records.concepts(position);
  if (is_list) return std::find(concepts.begin(), concepts.end(), concept_index) != concepts.end();
  if (row.kind != AnnotationKind::kInteraction || concepts.empty()) return false;
  if (concepts[0] == concept_index) return true;
  const bool is_idle = row.state == LabelState::kIdle;
  return !is_idle && concepts.size() > 2 && concepts[2] == concept_index && concept_index != words.no_target();
}

bool State::is_box_of(std::size_t position, int concept_index, Box& box, ImageSize& size) const {
  const Annotation& row = records.row(position);
  const bool is_box = row.kind == AnnotationKind::kBox && records.concept_at(position, 0) == concept_index &&
                      concept_index != kNone && row.x1 && row.y1 && row.x2 && row.y2;
  if (!is_box) return false;
  const auto width = row.width ? row.width : video.width;
  const auto height = row.height ? row.height : video.height;
  if (!width || !height) return false;
  box = {*row.x1, *row.y1, *row.x2, *row.y2};
  size = {*width, *height};
  return true;
}

/// Steps are one level, actions the other; these are annotated, or follow from verbs.
std::optional<ActionLevel> State::level_of(int action) const {
  if (action == kNone) return std::nullopt;
  if (words[action].sort == Sort::kStep) return ActionLevel::kStep;
  return is_video_of_actions ? ActionLevel::kAction : ActionLevel::kBasicAction;
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

/// Whether the records in `evidence` say what the atom claims. Marks those that do as used.
bool State::is_backed(const ClaimAtom& atom, const ContextRow& context) {
  const auto use_if = [&](auto&& says) {
    bool is_said = false;
    for (std::size_t i = 0; i < evidence.size(); ++i) {
      if (!says(evidence[i])) continue;
      is_used[i] = true;
      is_said = true;
    }
    return is_said;
  };
  const auto argument = [&](std::size_t i) { return atom.concepts[i]; };
  switch (atom.word) {
    case ClaimWord::kPresent:
      return use_if([&](std::size_t p) { return names(p, argument(0)); });
    case ClaimWord::kCount: {
      const int wanted = argument(0);
      const auto number = parse_int(atom.arguments[1]);
      const auto distinct = [&](auto&& each) {
        std::vector<std::int64_t> known;
        each([&](std::size_t p) {
          const Annotation& row = records.row(p);
          const bool is_instance = row.kind != AnnotationKind::kPresence && names(p, wanted) &&
                                   (row.kind != AnnotationKind::kInteraction || records.concept_at(p, 0) == wanted);
          if (!is_instance) return;
          const std::int64_t instance = row.instance ? *row.instance : -1;
          if (std::find(known.begin(), known.end(), instance) == known.end()) known.push_back(instance);
        });
        return known;
      };
      const auto named = distinct([&](auto&& take) {
        for (const std::size_t p : evidence) take(p);
      });
      const auto all = distinct([&](auto&& take) { each_in_context(context, take); });
      const bool is_known = std::find(all.begin(), all.end(), -1) == all.end();
      const auto count = static_cast<std::int64_t>(named.size());
      use_if([&](std::size_t p) { return names(p, wanted); });
      return number && is_known && count == *number && named.size() == all.size();
    }
    case ClaimWord::kAt:
      return use_if([&](std::size_t p) {
        Box box;
        ImageSize size;
        return is_box_of(p, argument(0), box, size) &&
               kGridWords[static_cast<std::size_t>(grid_cell(box, size))] == atom.arguments[1];
      });
    case ClaimWord::kSide:
      return use_if([&](std::size_t p) {
        Box box;
        ImageSize size;
        return is_box_of(p, argument(0), box, size) && side_word(box, size) == atom.arguments[1];
      });
    case ClaimWord::kNothing:
    case ClaimWord::kRest: {
      const VocabularyLine* vocabulary = tables.vocabulary(atom.arguments[0]);
      if (vocabulary == nullptr || !vocabulary->is_total || !vocabulary->is_of_instruments) return false;
      return use_if([&](std::size_t p) {
        const Annotation& row = records.row(p);
        return row.kind == AnnotationKind::kPresence && records.concepts(p).empty() &&
               tables.vocabulary(row.vocabulary) == vocabulary;
      });
    }
    case ClaimWord::kOnly:
      return use_if([&](std::size_t p) {
        const Annotation& row = records.row(p);
        const VocabularyLine* vocabulary = tables.vocabulary(row.vocabulary);
        const bool is_list = row.kind == AnnotationKind::kPresence && vocabulary != nullptr && vocabulary->is_total &&
                             vocabulary->is_of_instruments;
        return is_list && records.concepts(p).size() == 1 && records.concepts(p)[0] == argument(0);
      });
    case ClaimWord::kTogether:
    case ClaimWord::kInstruments:
    case ClaimWord::kTissues:
      for (std::size_t i = 0; i < atom.arguments.size(); ++i) {
        if (!use_if([&](std::size_t p) { return names(p, argument(i)); })) return false;
      }
      return true;
    case ClaimWord::kActs: {
      const bool has_number = atom.arguments.back().starts_with('x');
      const std::size_t parts = atom.arguments.size() - (has_number ? 1 : 0);
      if (parts < 2 || parts > 3) return false;
      std::int64_t count = 0;
      use_if([&](std::size_t p) {
        const Annotation& row = records.row(p);
        const int target = records.concept_at(p, 2);
        const bool has_target = target != kNone && target != words.no_target();
        const bool says = row.kind == AnnotationKind::kInteraction && row.state == LabelState::kPresent &&
                          records.concept_at(p, 0) == argument(0) && argument(0) != kNone &&
                          records.concept_at(p, 1) == argument(1) && argument(1) != kNone &&
                          (parts == 3 ? target == argument(2) && has_target : !has_target);
        if (says) ++count;
        return says;
      });
      if (!has_number) return count > 0;
      return parse_int(atom.arguments.back().substr(1)) == count && count >= 2;
    }
    case ClaimWord::kIdle:
      for (std::size_t i = 0; i < atom.arguments.size(); ++i) {
        const bool is_said = use_if([&](std::size_t p) {
          const Annotation& row = records.row(p);
          const bool is_idle = row.state == LabelState::kIdle ||
                               (words.idle_verb() != kNone && records.concept_at(p, 1) == words.idle_verb());
          return row.kind == AnnotationKind::kInteraction && is_idle && argument(i) != kNone &&
                 records.concept_at(p, 0) == argument(i);
        });
        if (!is_said) return false;
      }
      return true;
    case ClaimWord::kLeftOf:
    case ClaimWord::kAbove: {
      std::array<Box, 2> boxes;
      std::array<ImageSize, 2> sizes;
      for (std::size_t side = 0; side < 2; ++side) {
        int found = 0;
        each_in_context(context, [&](std::size_t p) {
          Box box;
          ImageSize size;
          if (is_box_of(p, argument(side), box, size)) ++found;
        });
        const bool is_named =
            use_if([&](std::size_t p) { return is_box_of(p, argument(side), boxes[side], sizes[side]); });
        if (found != 1 || !is_named) return false;
      }
      if (!(sizes[0] == sizes[1])) return false;
      const bool is_left = atom.word == ClaimWord::kLeftOf;
      const double first = is_left ? boxes[0].x1 + boxes[0].x2 : boxes[0].y1 + boxes[0].y2;
      const double second = is_left ? boxes[1].x1 + boxes[1].x2 : boxes[1].y1 + boxes[1].y2;
      const double length = is_left ? sizes[0].width : sizes[0].height;
      return (second - first) / 2 >= 0.1 * length * (1 - 1e-9);
    }
    case ClaimWord::kPhase:
    case ClaimWord::kStep: {
      const auto kind = atom.word == ClaimWord::kPhase ? AnnotationKind::kPhase : AnnotationKind::kStep;
      return use_if([&](std::size_t p) {
        const Annotation& row = records.row(p);
        const bool covers = context.subject == Subject::kFrame ||
                            (row.begin_us <= context.begin_us && row.end_us >= std::min(context.end_us, cutoff));
        return row.kind == kind && covers && argument(0) != kNone && records.concept_at(p, 0) == argument(0);
      });
    }
    case ClaimWord::kCriterion:
      return use_if([&](std::size_t p) {
        const int criterion = argument(0);
        if (criterion == kNone || records.row(p).kind != AnnotationKind::kCriterion) return false;
        if (records.concept_at(p, 0) != criterion) return false;
        const double value = chain::criterion_value(records.row(p));
        if (words[criterion].scale_top > 1) return parse_int(atom.arguments[1]) == std::llround(value);
        return atom.arguments[1] == (value >= 0.5 ? "met" : "unmet");
      });
    case ClaimWord::kShows:
    case ClaimWord::kAction: {
      const auto level = level_of(argument(0));
      if (!level) return false;
      return use_if([&](std::size_t p) { return action_at(p, *level) == argument(0); });
    }
    case ClaimWord::kElapsed: {
      // The action must run without a gap from the beginning of the clip to its cutoff.
      const auto level = level_of(shown_action);
      const auto duration = parse_int(atom.arguments[0]);
      if (!level || !duration) return false;
      std::vector<TimeRange> ranges;
      use_if([&](std::size_t p) {
        const bool is_part = action_at(p, *level) == shown_action;
        if (is_part) ranges.push_back(chain::time_of(records.row(p)));
        return is_part;
      });
      std::sort(ranges.begin(), ranges.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; });
      Microseconds reached = context.begin_us;
      for (const TimeRange& range : ranges) {
        if (range.begin - reached >= chain::kBridgedGap) return false;
        reached = std::max(reached, range.end);
      }
      const Microseconds end = std::min(context.end_us, cutoff);
      const bool begins_there = !ranges.empty() && ranges.front().begin >= context.begin_us - chain::kBridgedGap;
      return (begins_there || *level == ActionLevel::kBasicAction) && reached >= end &&
             *duration == end - context.begin_us;
    }
    case ClaimWord::kAfter: {
      const auto level = level_of(argument(0));
      if (!level) return false;
      const bool is_said = use_if([&](std::size_t p) {
        return action_at(p, *level) == argument(0) && records.row(p).begin_us < context.begin_us &&
               records.row(p).end_us <= context.begin_us + 1;
      });
      if (!is_said) return false;
      // Nothing else of its level may lie between.
      Microseconds end = 0;
      for (const std::size_t p : evidence) end = std::max(end, records.row(p).end_us);
      for (std::size_t p = 0; p < records.size(); ++p) {
        const Annotation& row = records.row(p);
        const bool is_between = row.begin_us >= end && row.begin_us < context.begin_us;
        const int action = is_between ? action_at(p, *level) : kNone;
        if (action != kNone && action != argument(0)) return false;
      }
      return true;
    }
    case ClaimWord::kRemaining: {
      const auto level = level_of(shown_action);
      const auto left = parse_int(atom.arguments[0]);
      if (!level || !left || atom.arguments[1] != "at") return false;
      std::vector<TimeRange> ranges;
      use_if([&](std::size_t p) {
        const bool is_part = action_at(p, *level) == shown_action;
        if (is_part) ranges.push_back(chain::time_of(records.row(p)));
        return is_part;
      });
      std::sort(ranges.begin(), ranges.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; });
      Microseconds reached = cutoff;
      for (const TimeRange& range : ranges) {
        if (range.begin - reached >= chain::kBridgedGap) return false;
        reached = std::max(reached, range.end);
      }
      // It must not go on behind the records named.
      for (std::size_t p = 0; p < records.size(); ++p) {
        const Annotation& row = records.row(p);
        const bool continues = row.end_us > reached && row.begin_us - reached < chain::kBridgedGap;
        if (continues && action_at(p, *level) == shown_action) return false;
      }
      return cutoff > context.begin_us && *left > 0 && reached - cutoff == *left;
    }
    case ClaimWord::kNext: {
      const auto level = level_of(argument(0));
      if (!level || argument(0) == shown_action || level_of(shown_action) != level) return false;
      Microseconds begin = -1;
      use_if([&](std::size_t p) {
        const Annotation& row = records.row(p);
        const bool is_it = action_at(p, *level) == argument(0) && row.begin_us >= context.end_us;
        if (is_it) begin = begin < 0 ? row.begin_us : std::min(begin, row.begin_us);
        return is_it;
      });
      if (begin < 0) return false;
      for (std::size_t p = 0; p < records.size(); ++p) {
        const Annotation& row = records.row(p);
        const bool is_between = row.begin_us >= context.end_us && row.begin_us <= begin;
        const int action = is_between ? action_at(p, *level) : kNone;
        if (action != kNone && action != argument(0)) return false;
      }
      return true;
    }
    case ClaimWord::kKnow:
      return false;  // stands alone, see check_knowledge
  }
  return false;
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

/// Every instrument (or structure) that the context's records name, and no other, is claimed.
bool State::are_all_found(const ContextRow& context, bool instruments, const std::vector<ClaimAtom>& claims) {
  std::vector<int> there;
  each_in_context(context, [&](std::size_t p) {
    const Annotation& row = records.row(p);
    const bool is_list =
        row.kind == AnnotationKind::kPresence || row.kind == AnnotationKind::kBox || row.kind == AnnotationKind::kMask;
    const bool is_interaction = row.kind == AnnotationKind::kInteraction;
    if (!is_list && !is_interaction) return;
    const auto concepts = records.concepts(p);
    const std::size_t count = is_interaction ? std::min<std::size_t>(concepts.size(), 1) : concepts.size();
    for (std::size_t i = 0; i < count; ++i) {
      if (concepts[i] == kNone) continue;
      const Sort sort = words[concepts[i]].sort;
      const VocabularyLine* vocabulary = tables.vocabulary(row.vocabulary);
      const bool is_tool = sort == Sort::kInstrument ||
                           (sort == Sort::kObject && vocabulary != nullptr && vocabulary->is_of_instruments);
      if (instruments ? is_tool : sort == Sort::kAnatomy) there.push_back(concepts[i]);
    }
  });
  std::vector<int> claimed;
  for (const ClaimAtom& atom : claims) {
    for (const std::string_view argument : atom.arguments) claimed.push_back(concept_of(argument));
  }
  for (auto* list : {&there, &claimed}) {
    std::sort(list->begin(), list->end());
    list->erase(std::unique(list->begin(), list->end()), list->end());
  }
  return there == claimed;
}

/// The last claim is the whole answer of the task.
std::string_view State::check_conclusion(const ReasoningRow& row, const ContextRow& context) {
  const Conclusion* expected = conclusion_of(row.task);
  if (!parse(row.claims.back())) return kMalformed;
  for (const ClaimAtom& atom : atoms) {
    const bool is_answer = atom.word == expected->word || (expected->other && atom.word == *expected->other);
    if (!is_answer) return kDiffers;
  }
  if (row.task == "instrument_recognition" || row.task == "tissue_recognition") {
    return are_all_found(context, row.task == "instrument_recognition", atoms) ? kAccepted : kDiffers;
  }
  if (row.task == "instrument_localization" || row.task == "tissue_localization") {
    const bool wants_instruments = row.task == "instrument_localization";
    std::vector<std::pair<int, std::string_view>> there;
    std::vector<std::pair<int, std::string_view>> claimed;
    each_in_context(context, [&](std::size_t p) {
      Box box;
      ImageSize size;
      const int index = records.concept_at(p, 0);
      if (index == kNone || !is_box_of(p, index, box, size)) return;
      const Sort sort = words[index].sort;
      const VocabularyLine* vocabulary = tables.vocabulary(records.row(p).vocabulary);
      const bool is_tool = sort == Sort::kInstrument ||
                           (sort == Sort::kObject && vocabulary != nullptr && vocabulary->is_of_instruments);
      const bool is_wanted = wants_instruments ? is_tool : !is_tool;
      if (is_wanted) there.emplace_back(index, kGridWords[static_cast<std::size_t>(grid_cell(box, size))]);
    });
    for (const ClaimAtom& atom : atoms) claimed.emplace_back(concept_of(atom.arguments[0]), atom.arguments[1]);
    for (auto* list : {&there, &claimed}) {
      std::sort(list->begin(), list->end());
      list->erase(std::unique(list->begin(), list->end()), list->end());
    }
    return there == claimed ? kAccepted : kDiffers;
  }
  if (row.task == "triplet_recognition") {
    using Deed = std::array<int, 3>;
    std::vector<Deed> there;
    std::vector<Deed> claimed;
    each_in_context(context, [&](std::size_t p) {
      const Annotation& record = records.row(p);
      if (record.kind != AnnotationKind::kInteraction) return;
      Deed deed = {records.concept_at(p, 0), records.concept_at(p, 1), records.concept_at(p, 2)};
      const bool is_idle = record.state == LabelState::kIdle || (deed[1] != kNone && deed[1] == words.idle_verb());
      if (is_idle) deed = {deed[0], words.idle_verb(), kNone};
      if (deed[2] == words.no_target()) deed[2] = kNone;
      there.push_back(deed);
    });
    for (const ClaimAtom& atom : atoms) {
      if (atom.word == ClaimWord::kIdle) {
        for (const auto& argument : atom.arguments) claimed.push_back({concept_of(argument), words.idle_verb(), kNone});
      } else {
        const auto& a = atom.arguments;
        claimed.push_back({concept_of(a[0]), concept_of(a[1]), a.size() > 2 ? concept_of(a[2]) : kNone});
      }
    }
    for (auto* list : {&there, &claimed}) {
      std::sort(list->begin(), list->end());
      list->erase(std::unique(list->begin(), list->end()), list->end());
    }
    return there == claimed ? kAccepted : kDiffers;
  }
  if (row.task == "safety_assessment") {
    const int first = concept_of(atoms[0].arguments[0]);
    const int protocol = first == kNone ? kNone : words[first].protocol;
    const auto& criteria = words.criteria_of(protocol);
    if (criteria.size() != atoms.size()) return kDiffers;
    for (std::size_t i = 0; i < atoms.size(); ++i) {
      if (concept_of(atoms[i].arguments[0]) != criteria[i]) return kDiffers;
      bool is_agreed = true;
      each_in_context(context, [&](std::size_t p) {
        const Annotation& record = records.row(p);
        if (record.kind != AnnotationKind::kCriterion || records.concept_at(p, 0) != criteria[i]) return;
        const double value = chain::criterion_value(record);
        const std::string said = words[criteria[i]].scale_top > 1 ? std::to_string(std::llround(value))
                                                                  : std::string(value >= 0.5 ? "met" : "unmet");
        is_agreed = is_agreed && said == atoms[i].arguments[1];
      });
      if (!is_agreed) return kDiffers;
    }
    return kAccepted;
  }
  if (row.task == "phase_recognition" || row.task == "step_recognition") {
    const auto kind = row.task == "phase_recognition" ? AnnotationKind::kPhase : AnnotationKind::kStep;
    bool is_agreed = atoms.size() == 1;
    each_in_context(context, [&](std::size_t p) {
      const bool is_label = records.row(p).kind == kind && records.concept_at(p, 0) != kNone;
      is_agreed = is_agreed && (!is_label || records.concept_at(p, 0) == concept_of(atoms[0].arguments[0]));
    });
    return is_agreed ? kAccepted : kDiffers;
  }
  if (row.task == "action_recognition") {
    const int action = concept_of(atoms[0].arguments[0]);
    const auto level = level_of(action);
    bool is_agreed = atoms.size() == 1 && level && *level != ActionLevel::kStep;
    if (!is_agreed) return kDiffers;
    each_in_context(context, [&](std::size_t p) {
      const Annotation& record = records.row(p);
      const bool is_idle = record.state == LabelState::kIdle || records.concept_at(p, 1) == words.idle_verb();
      const bool is_deed = record.kind == chain::kind_of(*level) &&
                           (*level == ActionLevel::kAction || (!is_idle && records.concept_at(p, 0) != kNone));
      is_agreed = is_agreed && (!is_deed || action_at(p, *level) == action);
    });
    return is_agreed ? kAccepted : kDiffers;
  }
  return atoms.size() == 1 ? kAccepted : kDiffers;  // time left and what follows were recomputed as claims
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
