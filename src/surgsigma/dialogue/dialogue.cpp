#include "surgsigma/dialogue/dialogue.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>

#include "surgsigma/dialogue/tasks.h"

namespace surgsigma {

struct DialogueStage::Tables {
  DialoguePlan plan;
};

namespace {

constexpr std::size_t index_of(TextTask task) { return static_cast<std::size_t>(task); }

bool is_text(AnswerShape shape) {
  return shape != AnswerShape::kMask && shape != AnswerShape::kPicture && shape != AnswerShape::kDepth &&
         shape != AnswerShape::kClip;
}

Status read_tasks(const Catalog& catalog, DialoguePlan& plan) {
  for (const Task& task : catalog.tasks) {
    const auto at = std::find(kTextTaskIds.begin(), kTextTaskIds.end(), task.id);
    if (at == kTextTaskIds.end()) {
      if (!is_text(task.shape)) continue;
      return Error{ErrorKind::kData, "no way is known to make questions for the text task '" + task.id + "'",
                   "tasks/" + task.id + ".yaml", "give it the answer shape of a file, or add it to the dialogue stage"};
    }
    const auto index = static_cast<std::size_t>(at - kTextTaskIds.begin());
    if (!plan.book.has(static_cast<TextTask>(index))) {
      return Error{ErrorKind::kData, "the task has no templates", "tasks/" + task.id + ".yaml",
                   "write templates/" + task.id + ".yaml"};
    }
    for (const Form form : task.forms) plan.forms[index][static_cast<std::size_t>(form)] = true;
    for (const Subject subject : task.subjects) plan.subjects[index][static_cast<std::size_t>(subject)] = true;
  }
  return done();
}

Result<int> concept_at(const Lexicon& lexicon, const Json& json, const std::string& file) {
  const std::string id = json.is_string() ? json.get<std::string>() : "";
  const int index = lexicon.index(ConceptId(id));
  if (index != kNoConcept) return index;
  return Error{ErrorKind::kData, "not a concept of the ontology: '" + id + "'", file, "see catalog/ontology"};
}

/// The lists of concepts that steer actions: which verb is which basic action, and what is no action at all.
Status read_rules(const Catalog& catalog, DialoguePlan& plan) {
  plan.rules.bridged_gap = plan.options.bridged_gap;
  plan.rules.action_of_verb.assign(static_cast<std::size_t>(plan.lexicon.size()), kNoConcept);
  for (const auto& [task, json] : catalog.templates) {
    if (!json.is_object()) continue;
    const std::string file = "templates/" + task + ".yaml";
    for (const auto& [key, list] : {std::pair<const char*, std::vector<int>*>{"background", &plan.rules.background},
                                    {"unnamed", &plan.rules.unnamed}}) {
      if (!json.contains(key)) continue;
      for (const Json& item : json[key]) {
        SURGSIGMA_TRY(index, concept_at(plan.lexicon, item, file));
        list->push_back(index);
      }
    }
    if (!json.contains("actions_of_verbs")) continue;
    for (const Json& item : json["actions_of_verbs"]) {
      const Json row = item.is_object() ? item : Json::object();
      SURGSIGMA_TRY(verb, concept_at(plan.lexicon, row.value("verb", Json()), file));
      SURGSIGMA_TRY(action, concept_at(plan.lexicon, row.value("action", Json()), file));
      plan.rules.action_of_verb[static_cast<std::size_t>(verb)] = action;
      auto& known = plan.basic_actions;
      if (std::find(known.begin(), known.end(), action) == known.end()) known.push_back(action);
    }
  }
  return done();
}

/// Accepted reasoning by context.
class ReasoningIndex {
 public:
  ReasoningIndex(const std::vector<ReasoningRow>& rows) {
    for (const ReasoningRow& row : rows) {
      if (row.verdict == "accepted") by_context_[row.context_id].push_back(&row);
    }
  }
  std::string_view id(const std::string& context, std::string_view task) const {
    if (by_context_.empty()) return {};
    const auto at = by_context_.find(context);
    if (at == by_context_.end()) return {};
    for (const ReasoningRow* row : at->second) {
      if (row->task == task) return row->reasoning_id;
    }
    return {};
  }

 private:
  std::unordered_map<std::string_view, std::vector<const ReasoningRow*>> by_context_;
};

std::vector<TimeRange> outside_body(const VideoFacts& facts, const Lexicon& lexicon) {
  std::vector<TimeRange> ranges;
  if (lexicon.out_of_body() == kNoConcept) return ranges;
  for (const Record& record : facts.records()) {
    const bool is_flag = record.row->kind == AnnotationKind::kFlag && record.is_fact;
    if (!is_flag || facts.concept_of(record, 0) != lexicon.out_of_body()) continue;
    ranges.push_back({record.row->begin_us, std::max(record.row->end_us, record.row->begin_us + 1)});
  }
  std::sort(ranges.begin(), ranges.end(), [](const TimeRange& a, const TimeRange& b) { return a.begin < b.begin; });
  return ranges;
}

/// One video's conversations.
class VideoTalk {
 public:
  VideoTalk(const VideoPlan& video, const ReasoningIndex& reasoning, const Sink<ConversationRow>& conversations)
      : video_(video), reasoning_(reasoning), conversations_(conversations), talk_(video) {}

  /// False for a context outside the body.
  bool take(const ContextRow& context) {
    video_.facts.of_context(context, facts_);
    missing_ += static_cast<std::int64_t>(facts_.missing.size());
    if (missing_ > 0 && first_missing_.empty() && !facts_.missing.empty()) {
      first_missing_ = context.context_id + " names record " + std::to_string(facts_.missing.front());
    }
    const TimeRange range{context.begin_us, std::max(context.end_us, context.begin_us + 1)};
    const auto& outside = video_.out_of_body;
    const bool is_outside = facts_.is_out_of_body || std::any_of(outside.begin(), outside.end(),
                                                                 [&](const TimeRange& o) { return o.overlaps(range); });
    if (is_outside) return false;
    for (std::size_t i = 0; i < kTextTasks; ++i) {
      const auto task = static_cast<TextTask>(i);
      if (video_.plan.makes(task, context.subject)) make(task, context);
    }
    if (video_.plan.options.multi_turn) make_joined(context);
    return true;
  }
  std::int64_t missing() const { return missing_; }
  const std::string& first_missing() const { return first_missing_; }

 private:
  bool fill(TextTask task, Form form) {
    switch (task) {
      case TextTask::kInstrumentRecognition:
        return make_recognition(talk_, facts_, Role::kInstrument, form);
      case TextTask::kInstrumentLocalization:
        return make_localization(talk_, facts_, Role::kInstrument, form);
      case TextTask::kTissueRecognition:
        return make_recognition(talk_, facts_, Role::kTissue, form);
      case TextTask::kTissueLocalization:
        return make_localization(talk_, facts_, Role::kTissue, form);
      case TextTask::kTripletRecognition:
        return make_triplets(talk_, facts_, form);
      case TextTask::kPhaseRecognition:
        return make_phase(talk_, facts_, form);
      case TextTask::kStepRecognition:
        return make_step(talk_, facts_, form);
      case TextTask::kActionRecognition:
        return make_action(talk_, form);
      case TextTask::kActionRemaining:
        return make_remaining(talk_, form);
      case TextTask::kNextAction:
        return make_next(talk_, form);
      case TextTask::kSafetyAssessment:
        return make_safety(talk_, facts_, form);
      case TextTask::kImageCaptioning:
        return form == Form::kOpen && make_image_caption(talk_, facts_);
      case TextTask::kVideoCaptioning:
        return form == Form::kOpen && make_video_caption(talk_, facts_);
    }
    return false;
  }

  /// Whether the task has anything to ask here: spares most contexts the drawing.
  bool may_ask(TextTask task) const {
    switch (task) {
      case TextTask::kInstrumentRecognition:
        return facts_.role(Role::kInstrument).is_total;
      case TextTask::kTissueRecognition:
        return facts_.role(Role::kTissue).is_total;
      case TextTask::kInstrumentLocalization:
      case TextTask::kTissueLocalization:
        return !facts_.boxes.empty();
      case TextTask::kTripletRecognition:
        return !facts_.doings.empty();
      case TextTask::kPhaseRecognition:
        return static_cast<bool>(facts_.phase);
      case TextTask::kStepRecognition:
        return static_cast<bool>(facts_.step);
      case TextTask::kActionRecognition:
      case TextTask::kActionRemaining:
      case TextTask::kNextAction:
        return !video_.levels.empty();
      case TextTask::kSafetyAssessment:
        return !facts_.criteria.empty();
      default:
        return true;
    }
  }

  Form drawn_form(TextTask task, const ContextRow& context) const {
    const DialogueOptions& options = video_.plan.options;
    // Another stream than the one that words are drawn from: form and wording must not go together.
    Draws draws(~options.seed, context.context_id, kTextTaskIds[index_of(task)]);
    const double way = draws.unit();
    if (way < options.choice_share) return video_.plan.allows(task, Form::kChoice) ? Form::kChoice : Form::kOpen;
    if (way < options.choice_share + options.yes_no_share && video_.plan.allows(task, Form::kYesNo))
      return Form::kYesNo;
    return Form::kOpen;
  }

  void make(TextTask task, const ContextRow& context) {
    if (!may_ask(task)) return;
    const std::string_view id = kTextTaskIds[index_of(task)];
    const Form form = drawn_form(task, context);
    talk_.begin(context, id, form);
    bool is_made = fill(task, form);
    if (!is_made && form != Form::kOpen && video_.plan.allows(task, Form::kOpen)) {
      talk_.begin(context, id, Form::kOpen);
      is_made = fill(task, Form::kOpen);
    }
    if (is_made) conversations_(talk_.finish(task, reasoning_.id(context.context_id, id)));
  }

  void make_joined(const ContextRow& context) {
    talk_.begin(context, "multi_turn", Form::kMultiTurn);
    if (!talk_.draws().chance(video_.plan.options.multi_turn_share)) return;
    const auto task = make_multi_turn(talk_, facts_);
    if (!task) return;
    const std::string_view id = kTextTaskIds[index_of(*task)];
    conversations_(talk_.finish(*task, reasoning_.id(context.context_id, id)));
  }

  const VideoPlan& video_;
  const ReasoningIndex& reasoning_;
  const Sink<ConversationRow>& conversations_;
  Talk talk_;
  ContextFacts facts_;
  std::int64_t missing_ = 0;
  std::string first_missing_;
};

IssueRow issue_of(const VideoRow& video, std::string rule, Severity severity) {
  IssueRow issue;
  issue.source_id = video.source_id;
  issue.unit = video.unit;
  issue.stage = "dialogue";
  issue.rule = std::move(rule);
  issue.severity = severity;
  issue.video_id = video.video_id;
  return issue;
}

}  // namespace

Result<DialogueStage> DialogueStage::create(const Catalog& catalog, const DialogueOptions& options) {
  SURGSIGMA_TRY(lexicon, Lexicon::create(catalog.ontology));
  SURGSIGMA_TRY(book, TemplateBook::create(catalog));
  auto tables = std::make_shared<Tables>(Tables{{options, std::move(lexicon), std::move(book), {}, {}, {}, {}}});
  SURGSIGMA_CHECK(read_tasks(catalog, tables->plan));
  SURGSIGMA_CHECK(read_rules(catalog, tables->plan));
  return DialogueStage(std::move(tables));
}

void DialogueStage::video(const VideoRow& video, const SourceCard& card, const std::vector<Annotation>& annotations,
                          const std::vector<ContextRow>& contexts, const std::vector<ReasoningRow>& reasoning,
                          const Sink<ConversationRow>& conversations, const Sink<IssueRow>& issues) const {
  const DialoguePlan& plan = tables_->plan;
  const CardFacts vocabularies(card, plan.lexicon);
  const VideoFacts facts(annotations, vocabularies, plan.lexicon);
  const Microseconds end = video.duration_us.value_or(facts.labelled_end());
  VideoPlan video_plan{plan, video, card, vocabularies, facts, {}, plan.lexicon.index(card.procedure), {}};
  video_plan.levels = runs_of(facts, plan.rules, std::min(end, facts.labelled_end()));
  video_plan.out_of_body = outside_body(facts, plan.lexicon);
  const ReasoningIndex accepted(reasoning);

  VideoTalk talk(video_plan, accepted, conversations);
  std::int64_t outside = 0;
  for (const ContextRow& context : contexts) {
    if (!talk.take(context)) ++outside;
  }
  for (const std::string& id : facts.unknown_concepts()) {
    IssueRow issue = issue_of(video, "unknown_concept", Severity::kWarning);
    issue.value = id;
    issue.message = "the ontology has no such concept; its records are left out of all conversations";
    issue.hint = "add it to catalog/ontology, or mend the label map of the source";
    issues(std::move(issue));
  }
  if (talk.missing() > 0) {
    IssueRow issue = issue_of(video, "missing_record", Severity::kError);
    issue.value = std::to_string(talk.missing());
    issue.message = "contexts name records that the video does not have; first: " + talk.first_missing();
    issue.hint = "build the contexts anew";
    issues(std::move(issue));
  }
  if (outside > 0) {
    IssueRow issue = issue_of(video, "out_of_body", Severity::kInfo);
    issue.value = std::to_string(outside);
    issue.message = "contexts that show the outside of the body have no conversations";
    issues(std::move(issue));
  }
}

}  // namespace surgsigma
