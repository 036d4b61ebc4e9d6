#include "surgsigma/reason/reason.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <unordered_map>

#include "surgsigma/base/random.h"
#include "surgsigma/reason/check.h"
#include "surgsigma/reason/sentences.h"
#include "surgsigma/schema/cutoff.h"

namespace surgsigma {

using chain::ActionLevel;
using chain::ActionRules;
using chain::ActionRun;
using chain::ActionTrack;
using chain::CardWords;
using chain::kNone;
using chain::RecordTable;
using chain::Scene;
using chain::SceneReader;
using chain::Sentences;
using chain::Sort;
using chain::Statement;
using chain::Words;

namespace {

constexpr double kKnowledgeShare = 0.7;  // of the chains for which an entry was retrieved
constexpr double kPlacesShare = 0.5;     // of the chains for which places are no answer
constexpr Microseconds kShortestClip = 2 * kSecond;
constexpr Microseconds kLookBack = 30 * kSecond;  // next action: footage shown from before the current one

struct Entry {
  const Knowledge* knowledge = nullptr;
  int concept_index = kNone;
};

/// A task that chains are made for.
enum class ChainTask {
  kInstrumentRecognition,
  kInstrumentLocalization,
  kTissueRecognition,
  kTissueLocalization,
  kTripletRecognition,
  kPhaseRecognition,
  kStepRecognition,
  kSafetyAssessment,
  kActionRecognition,
  kActionRemaining,
  kNextAction,
};
struct ChainTaskRow {
  std::string_view id;
  ChainTask task;
  Subject subject;
};
constexpr std::array<ChainTaskRow, 11> kChainTasks = {{
    {"instrument_recognition", ChainTask::kInstrumentRecognition, Subject::kFrame},
    {"instrument_localization", ChainTask::kInstrumentLocalization, Subject::kFrame},
    {"tissue_recognition", ChainTask::kTissueRecognition, Subject::kFrame},
    {"tissue_localization", ChainTask::kTissueLocalization, Subject::kFrame},
    {"triplet_recognition", ChainTask::kTripletRecognition, Subject::kFrame},
    {"phase_recognition", ChainTask::kPhaseRecognition, Subject::kFrame},
    {"step_recognition", ChainTask::kStepRecognition, Subject::kFrame},
    {"action_recognition", ChainTask::kActionRecognition, Subject::kClip},
    {"action_remaining", ChainTask::kActionRemaining, Subject::kClip},
    {"next_action", ChainTask::kNextAction, Subject::kClip},
    {"safety_assessment", ChainTask::kSafetyAssessment, Subject::kFrame},
}};

/// Sentences about labels do not belong into reasoning about a picture.
bool speaks_of_labels(std::string_view text) {
  return text.find("label") != std::string_view::npos || text.find("annotat") != std::string_view::npos ||
         text.find("dataset") != std::string_view::npos;
}

}  // namespace

struct ReasonStage::Tables {
  Catalog catalog;  ///< kept for its knowledge
  Words words;
  ActionRules rules;
  CardWords card;
  ReasoningChecker checker;
  std::uint64_t seed = 1;
  std::vector<ChainTaskRow> tasks;  ///< those of the catalog, by task number
  std::unordered_map<std::string_view, Entry> knowledge;
};

Result<ReasonStage> ReasonStage::create(const Catalog& catalog, const SourceCard& card, const ReasonOptions& options) {
  SURGSIGMA_TRY(words, Words::create(catalog));
  SURGSIGMA_TRY(rules, ActionRules::create(catalog, words));
  SURGSIGMA_TRY(checker, ReasoningChecker::create(catalog, card));
  CardWords card_words(card, words);
  Catalog kept;
  kept.knowledge = catalog.knowledge;
  auto tables = std::make_shared<Tables>(Tables{std::move(kept),
                                                std::move(words),
                                                std::move(rules),
                                                std::move(card_words),
                                                std::move(checker),
                                                options.seed,
                                                {},
                                                {}});
  for (const Task& task : catalog.tasks) {
    for (const ChainTaskRow& row : kChainTasks) {
      const bool has_subject =
          std::find(task.subjects.begin(), task.subjects.end(), row.subject) != task.subjects.end();
      if (row.id == task.id && has_subject) tables->tasks.push_back(row);
    }
  }
  for (const auto& [id, entries] : tables->catalog.knowledge) {
    for (const Knowledge& entry : entries) {
      const int index = tables->words.index(entry.concept_id.text);
      if (index != kNone && !speaks_of_labels(entry.text)) tables->knowledge[entry.id] = {&entry, index};
    }
  }
  return ReasonStage(std::move(tables));
}

namespace {

/// Makes the chains of one video.
class ChainMaker {
 public:
  struct Needs {
    const Words& words;
    const std::unordered_map<std::string_view, Entry>& knowledge;
    const std::vector<ChainTaskRow>& tasks;
    std::uint64_t seed;
  };
  using Take = std::function<void(ReasoningRow&&, const ContextRow&)>;

  ChainMaker(const Needs& needs, const VideoRow& video, const RecordTable& records, SceneReader& reader,
             const std::vector<ActionTrack>& tracks, const Take& take)
      : needs_(needs),
        video_(video),
        records_(records),
        reader_(reader),
        tracks_(tracks),
        take_(take),
        sentences_(needs.words) {}

  void of_frame(const ContextRow& context);
  void of_clip(const ContextRow& context);

 private:
  /// Statements about a moment that chains of several tasks use.
  struct Shared {
    Statement instruments, structures, cells, sides, nothing;
    Statement deeds, idle, relations, together, only, nobody_acts;
    Statement phase, step;
  };

  void begin_chain() { chain_.clear(); }
  void add(const Statement& statement) {
    if (!statement.empty()) chain_.push_back(&statement);
  }
  bool has_level(int level) const {
    return std::any_of(chain_.begin(), chain_.end(), [&](const Statement* s) { return s->level == level; });
  }
  void emit(const ContextRow& context, std::string_view task);
  Statement& knowledge_of(const ContextRow& context, std::initializer_list<int> answer, Draws& draws);
  void frame_chain(const ContextRow& context, const ChainTaskRow& task);
  void level_one(bool with_places, bool by_cell);
  bool level_two(bool may_tell_deeds);
  void safety_chains(const ContextRow& context, const ChainTaskRow& task, Draws& draws);
  void action_chain(const ContextRow& context, const ChainTaskRow& task);
  void remaining_chain(const ContextRow& context, const ChainTaskRow& task);
  void next_chain(const ContextRow& context, const ChainTaskRow& task);

  const Needs& needs_;
  const VideoRow& video_;
  const RecordTable& records_;
  SceneReader& reader_;
  const std::vector<ActionTrack>& tracks_;
  const Take& take_;
  Sentences sentences_;
  Scene scene_;
  Shared shared_;
  Statement knowledge_;
  Statement shown_;
  Statement before_;
  Statement elapsed_;
  Statement conclusion_;
  std::vector<const Statement*> chain_;
};

void ChainMaker::emit(const ContextRow& context, std::string_view task) {
  ReasoningRow row;
  row.reasoning_id.reserve(context.context_id.size() + 1 + task.size());
  row.reasoning_id = context.context_id;
  row.reasoning_id += '/';
  row.reasoning_id += task;
  row.context_id = context.context_id;
  row.video_id = video_.video_id;
  row.task = task;
  row.levels.reserve(chain_.size());
  row.statements.reserve(chain_.size());
  row.claims.reserve(chain_.size());
  row.evidence.reserve(chain_.size());
  for (const Statement* statement : chain_) {
    row.levels.push_back(statement->level);
    row.statements.push_back(statement->text);
    row.claims.push_back(statement->claim);
    row.evidence.push_back(statement->evidence);
  }
  take_(std::move(row), context);
}

/// An entry that was retrieved for the context: about the answer, else about what is done, with what, to what.
Statement& ChainMaker::knowledge_of(const ContextRow& context, std::initializer_list<int> answer, Draws& draws) {
  knowledge_.clear();
  knowledge_.level = 3;
  if (!draws.chance(kKnowledgeShare)) return knowledge_;
  const auto rank = [&](int index) {
    for (const int wanted : answer) {
      if (wanted != kNone && needs_.words.is_a(wanted, index)) return 0;
    }
    switch (needs_.words[index].sort) {
      case Sort::kProtocol:
        return 1;
      case Sort::kVerb:
        return 2;
      case Sort::kAnatomy:
        return 3;
      case Sort::kInstrument:
      case Sort::kObject:
        return 4;
      default:
        return 9;
    }
  };
  const Entry* best = nullptr;
  int best_rank = 9;
  for (const std::string& id : context.knowledge) {
    const auto found = needs_.knowledge.find(id);
    if (found == needs_.knowledge.end()) continue;
    const int here = rank(found->second.concept_index);
    if (here >= best_rank) continue;
    best_rank = here;
    best = &found->second;
  }
  if (best == nullptr) return knowledge_;
  knowledge_.text = best->knowledge->text;
  knowledge_.claim = "know ";
  knowledge_.claim += best->knowledge->id;
  knowledge_.evidence = best->knowledge->id;
  return knowledge_;
}

void ChainMaker::of_frame(const ContextRow& context) {
  reader_.read(context, std::numeric_limits<Microseconds>::max(), scene_);
  const bool has_scene = !scene_.things.empty() || !scene_.lists.empty();
  if (scene_.is_out_of_body || !has_scene) return;
  sentences_.begin(scene_, false, Draws(needs_.seed, context.context_id, "scene"));
  sentences_.instruments(shared_.instruments);
  sentences_.structures(shared_.structures);
  sentences_.places(true, shared_.cells);
  sentences_.places(false, shared_.sides);
  sentences_.nothing(shared_.nothing);
  sentences_.deeds(shared_.deeds);
  sentences_.idle(shared_.idle);
  sentences_.relations(shared_.relations);
  sentences_.together(shared_.together);
  sentences_.only(shared_.only);
  sentences_.nobody_acts(shared_.nobody_acts);
  sentences_.phase(shared_.phase);
  sentences_.step(shared_.step);
  for (const ChainTaskRow& task : needs_.tasks) {
    if (task.subject == Subject::kFrame) frame_chain(context, task);
  }
}

void ChainMaker::level_one(bool with_places, bool by_cell) {
  add(shared_.instruments);
  add(shared_.structures);
  if (with_places) add(by_cell ? shared_.cells : shared_.sides);
  if (chain_.empty()) add(shared_.nothing);
}

/// What instruments do, or else how things stand to each other. True when there is anything.
bool ChainMaker::level_two(bool may_tell_deeds) {
  const std::size_t before = chain_.size();
  if (may_tell_deeds) {
    add(shared_.deeds);
    add(shared_.idle);
  }
  if (chain_.size() == before || !may_tell_deeds) add(shared_.relations);
  if (chain_.size() == before) add(shared_.together);
  if (chain_.size() == before) add(shared_.only);
  if (chain_.size() == before) add(shared_.nobody_acts);
  return chain_.size() > before;
}

void ChainMaker::frame_chain(const ContextRow& context, const ChainTaskRow& task) {
  const auto is_wanted = [&] {
    switch (task.task) {
      case ChainTask::kInstrumentRecognition:
        return scene_.are_instruments_total && !shared_.instruments.empty();
      case ChainTask::kTissueRecognition:
        return scene_.are_tissues_total && !shared_.structures.empty();
      case ChainTask::kInstrumentLocalization:
      case ChainTask::kTissueLocalization:
        return !scene_.boxes.empty();
      case ChainTask::kTripletRecognition:
        return !scene_.deeds.empty() && scene_.are_deeds_whole;
      case ChainTask::kPhaseRecognition:
        return static_cast<bool>(scene_.phase);
      case ChainTask::kStepRecognition:
        return static_cast<bool>(scene_.step);
      case ChainTask::kSafetyAssessment:
        return !scene_.criteria.empty();
      default:
        return false;
    }
  };
  if (!is_wanted()) return;
  Draws draws(needs_.seed, context.context_id, task.id);
  if (task.task == ChainTask::kSafetyAssessment) return safety_chains(context, task, draws);
  begin_chain();
  const bool has_deeds = !shared_.deeds.empty() || !shared_.idle.empty();
  const bool has_frame_of_work = !shared_.phase.empty() || !shared_.step.empty();
  switch (task.task) {
    case ChainTask::kPhaseRecognition:
    case ChainTask::kStepRecognition: {
      const bool is_phase = task.task == ChainTask::kPhaseRecognition;
      level_one(draws.chance(kPlacesShare), true);
      if (!has_level(1) || !level_two(true)) return;
      if (!is_phase) add(shared_.phase);
      const int answer = is_phase ? scene_.phase.concept_index : scene_.step.concept_index;
      add(knowledge_of(context, {answer}, draws));
      sentences_.begin(scene_, false, draws);
      is_phase ? sentences_.phase_follows(conclusion_) : sentences_.step_follows(conclusion_);
      break;
    }
    case ChainTask::kInstrumentRecognition:
    case ChainTask::kTissueRecognition: {
      const bool instruments = task.task == ChainTask::kInstrumentRecognition;
      level_one(draws.chance(kPlacesShare), true);
      if (!has_level(1) || !level_two(true)) return;
      const bool goes_further = has_deeds || has_frame_of_work || !shared_.relations.empty();
      if (!goes_further) return;
      add(shared_.phase);
      if (shared_.phase.empty()) add(shared_.step);
      add(knowledge_of(context, {}, draws));
      sentences_.begin(scene_, false, draws);
      sentences_.things_follow(instruments, conclusion_);
      break;
    }
    case ChainTask::kInstrumentLocalization:
    case ChainTask::kTissueLocalization: {
      const bool instruments = task.task == ChainTask::kInstrumentLocalization;
      level_one(true, false);
      if (!has_level(1) || !level_two(has_deeds && draws.chance(0.5))) return;
      sentences_.begin(scene_, false, draws);
      sentences_.places_follow(instruments, conclusion_);
      break;
    }
    case ChainTask::kTripletRecognition:
      level_one(draws.chance(kPlacesShare), true);
      if (!has_level(1) || !level_two(true)) return;
      add(shared_.step.empty() ? shared_.phase : shared_.step);
      add(knowledge_of(context, {}, draws));
      if (!has_level(3) && shared_.cells.empty()) return;
      sentences_.begin(scene_, false, draws);
      sentences_.triplets_follow(conclusion_);
      break;
    default:
      return;
  }
  if (conclusion_.empty()) return;
  add(conclusion_);
  emit(context, task.id);
}

/// One chain for the first protocol that is rated whole; two protocols in one picture are not mixed.
void ChainMaker::safety_chains(const ContextRow& context, const ChainTaskRow& task, Draws& draws) {
  const int protocol = needs_.words[scene_.criteria.front().concept_index].protocol;
  begin_chain();
  level_one(true, draws.chance(0.5));
  const bool has_relations = !shared_.relations.empty();
  if (!has_level(1)) return;
  add(shared_.deeds);
  add(shared_.idle);
  if (has_relations)
    add(shared_.relations);
  else if (!has_level(2) && !level_two(true))
    return;
  add(shared_.phase);
  add(knowledge_of(context, {protocol}, draws));
  sentences_.begin(scene_, false, draws);
  sentences_.criteria_follow(protocol, conclusion_);
  if (conclusion_.empty()) return;
  add(conclusion_);
  emit(context, task.id);
}

std::string_view word_of(ActionLevel level) { return level == ActionLevel::kStep ? "step" : "action"; }

void ChainMaker::of_clip(const ContextRow& context) {
  const TimeRange clip{context.begin_us, context.end_us};
  const bool is_part_of_run = std::any_of(tracks_.begin(), tracks_.end(),
                                          [&](const ActionTrack& track) { return track.around(clip) != nullptr; });
  if (!is_part_of_run) return;
  for (const ChainTaskRow& task : needs_.tasks) {
    if (task.task == ChainTask::kActionRecognition) action_chain(context, task);
    if (task.task == ChainTask::kActionRemaining) remaining_chain(context, task);
    if (task.task == ChainTask::kNextAction) next_chain(context, task);
  }
}

void ChainMaker::action_chain(const ContextRow& context, const ChainTaskRow& task) {
  const TimeRange clip{context.begin_us, context.end_us};
  const ActionTrack& track = tracks_.front();
  const ActionRun* run = track.level == ActionLevel::kStep ? nullptr : track.around(clip);
  if (run == nullptr || !run->is_named || clip.duration() < kShortestClip) return;
  reader_.read(context, clip.end, scene_);
  if (scene_.is_out_of_body || scene_.things.empty()) return;
  Draws draws(needs_.seed, context.context_id, task.id);
  sentences_.begin(scene_, true, draws);
  begin_chain();
  sentences_.instruments(shared_.instruments);
  sentences_.structures(shared_.structures);
  sentences_.deeds(shared_.deeds);
  sentences_.idle(shared_.idle);
  sentences_.phase(shared_.phase);
  add(shared_.instruments);
  add(shared_.structures);
  add(shared_.deeds);
  add(shared_.idle);
  if (!has_level(1) || !has_level(2)) return;  // that two things appear in a clip does not say that they meet
  add(shared_.phase);
  add(knowledge_of(context, {run->action}, draws));
  sentences_.action_follows(*run, clip, records_, conclusion_);
  add(conclusion_);
  emit(context, task.id);
}

void ChainMaker::remaining_chain(const ContextRow& context, const ChainTaskRow& task) {
  const TimeRange clip{context.begin_us, context.end_us};
  for (const ActionTrack& track : tracks_) {
    const ActionRun* run = track.around(clip);
    const bool fits = run != nullptr && run->is_named && run->is_end_known && run->range.begin == clip.begin &&
                      run->range.duration() >= 2 * kCutoffLead + 1;
    if (!fits) continue;
    Draws draws(needs_.seed, context.context_id, task.id);
    const auto drawn = action_cutoff(needs_.seed, context, run->range);
    if (!drawn) return;
    const Microseconds cutoff = *drawn;
    const TimeRange shown{clip.begin, cutoff};
    reader_.read(context, cutoff, scene_);
    if (scene_.is_out_of_body) return;
    sentences_.begin(scene_, true, draws);
    begin_chain();
    sentences_.shows(*run, shown, word_of(track.level), records_, shown_);
    sentences_.instruments(shared_.instruments);
    sentences_.structures(shared_.structures);
    sentences_.deeds(shared_.deeds);
    sentences_.elapsed(*run, shown, records_, elapsed_);
    sentences_.phase(shared_.phase);
    add(shown_);
    add(shared_.instruments);
    add(shared_.structures);
    add(shared_.deeds);
    add(elapsed_);
    add(shared_.phase);
    sentences_.remaining_follows(*run, cutoff, word_of(track.level), conclusion_);
    add(conclusion_);
    emit(context, task.id);
    return;
  }
}

void ChainMaker::next_chain(const ContextRow& context, const ChainTaskRow& task) {
  const TimeRange clip{context.begin_us, context.end_us};
  for (const ActionTrack& track : tracks_) {
    const ActionRun* run = track.around(clip);
    if (run == nullptr || !run->is_named || run->next < 0 || run->range.end != clip.end) continue;
    const ActionRun& next = track.runs[static_cast<std::size_t>(run->next)];
    if (!next.is_named) continue;
    Draws draws(needs_.seed, context.context_id, task.id);
    reader_.read(context, clip.end, scene_);
    if (scene_.is_out_of_body) return;
    sentences_.begin(scene_, true, draws);
    begin_chain();
    sentences_.shows(*run, clip, word_of(track.level), records_, shown_);
    sentences_.instruments(shared_.instruments);
    sentences_.structures(shared_.structures);
    sentences_.deeds(shared_.deeds);
    before_.clear();
    const auto index = run - track.runs.data();
    if (index > 0 && run->range.begin == clip.begin) {
      const ActionRun& earlier = track.runs[static_cast<std::size_t>(index - 1)];
      const bool is_shown =
          earlier.is_named && earlier.next == static_cast<int>(index) && earlier.range.end > clip.begin - kLookBack;
      if (is_shown) sentences_.after(earlier, word_of(track.level), before_);
    }
    elapsed_.clear();
    // A clip that begins in the middle of a run does not show how long it has lasted.
    const bool shows_all = run->range.begin == clip.begin && clip.duration() >= kSecond;
    if (shows_all) sentences_.elapsed(*run, clip, records_, elapsed_);
    sentences_.phase(shared_.phase);
    add(shown_);
    add(shared_.instruments);
    add(shared_.structures);
    add(shared_.deeds);
    add(before_);
    add(elapsed_);
    if (!has_level(2)) return;
    add(shared_.phase);
    add(knowledge_of(context, {run->action}, draws));
    sentences_.next_follows(next, word_of(track.level), conclusion_);
    add(conclusion_);
    emit(context, task.id);
    return;
  }
}

IssueRow rejected_issue(const VideoRow& video, const ReasoningRow& row) {
  IssueRow issue;
  issue.source_id = video.source_id;
  issue.unit = video.unit;
  issue.stage = "reason";
  issue.rule = row.verdict;
  issue.severity = Severity::kError;
  issue.video_id = video.video_id;
  issue.value = row.reasoning_id;
  issue.message = "the checker rejects this chain of reasoning";
  for (const ReasoningVerdict& known : reasoning_verdicts()) {
    if (known.verdict == row.verdict) issue.message += ": " + std::string(known.meaning);
  }
  issue.hint = "it is kept with its verdict and used nowhere; look at its claims and the records it names";
  return issue;
}

}  // namespace

void ReasonStage::video(const VideoRow& video, const std::vector<Annotation>& annotations,
                        const std::vector<ContextRow>& contexts, const Sink<ReasoningRow>& reasoning,
                        const Sink<IssueRow>& issues) const {
  const Tables& tables = *tables_;
  const RecordTable records(annotations, tables.words);
  const std::vector<ActionTrack> tracks = chain::action_tracks(records, tables.rules, tables.words);
  SceneReader reader(video, records, tables.card, tables.words);
  ReasoningChecker::OfVideo checker = tables.checker.of(video, annotations);
  const ChainMaker::Take take = [&](ReasoningRow&& row, const ContextRow& context) {
    row.verdict = checker.check(row, context);
    if (row.verdict != "accepted") issues(rejected_issue(video, row));
    reasoning(std::move(row));
  };
  const ChainMaker::Needs needs{tables.words, tables.knowledge, tables.tasks, tables.seed};
  ChainMaker maker(needs, video, records, reader, tracks, take);
  for (const ContextRow& context : contexts) {
    if (context.subject == Subject::kFrame)
      maker.of_frame(context);
    else
      maker.of_clip(context);
  }
}

}  // namespace surgsigma
