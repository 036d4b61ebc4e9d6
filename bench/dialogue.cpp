// Conversations from records that lie in memory: DialogueStage::video over videos of CholecT50's shape on one thread.
// tasks=plain restricts the stage to open questions for two tasks, which peers/dialogue.py makes as well; dump= writes
// what the peer needs and what it must agree with.
#include "surgsigma/dialogue/dialogue.h"

#include <algorithm>
#include <fstream>

#include "probe.h"
#include "surgsigma/augment/augment.h"
#include "surgsigma/refine/refine.h"

namespace surgsigma::bench {
namespace {

struct PreparedVideo {
  VideoRow row;
  std::vector<Annotation> annotations;
  std::vector<ContextRow> contexts;
};

Result<std::vector<PreparedVideo>> prepare(const Catalog& catalog, const SourceCard& card, const fs::path& folder) {
  SURGSIGMA_TRY(refine, RefineStage::create(catalog, card));
  SURGSIGMA_TRY(augment, AugmentStage::create(catalog, card, {}));
  SURGSIGMA_TRY(units, read_units(card, folder, 8, 1));
  std::vector<PreparedVideo> videos;
  for (UnitRows& unit : units) {
    for (VideoRow& row : unit.videos) {
      PreparedVideo video;
      video.row = std::move(row);
      std::vector<RawAnnotation> raw;
      for (RawAnnotation& annotation : unit.annotations) {
        if (annotation.video_id == video.row.video_id) raw.push_back(std::move(annotation));
      }
      refine.video(
          video.row, std::move(raw), [&](Annotation&& made) { video.annotations.push_back(std::move(made)); },
          [](IssueRow&&) {});
      augment.video(video.row, video.annotations,
                    [&](ContextRow&& made) { video.contexts.push_back(std::move(made)); });
      videos.push_back(std::move(video));
    }
  }
  return videos;
}

constexpr std::array<std::string_view, 2> kPlainTasks = {"instrument_recognition", "phase_recognition"};

void keep_plain(Catalog& catalog, DialogueOptions& options) {
  std::erase_if(catalog.tasks, [](const Task& task) {
    return std::find(kPlainTasks.begin(), kPlainTasks.end(), task.id) == kPlainTasks.end();
  });
  options.choice_share = 0;
  options.yes_no_share = 0;
  options.multi_turn = false;
}

/// One context as the peer gets it: its fields and the labels that its two tasks need.
Json peer_input(const PreparedVideo& video, const ContextRow& context) {
  Json row{{"context_id", context.context_id},
           {"video_id", video.row.video_id.text},
           {"source_id", video.row.source_id.text},
           {"case_id", video.row.case_id.text},
           {"begin_us", context.begin_us},
           {"end_us", context.end_us},
           {"media", context.media}};
  row["width"] = context.width ? Json(*context.width) : Json();
  row["height"] = context.height ? Json(*context.height) : Json();
  Json evidence = Json::array();  // every record that tells of instruments, and these as they come up in it
  Json instruments = Json::array();
  bool is_complete = false;
  for (const std::int64_t ordinal : context.ordinals) {
    const Annotation& annotation = video.annotations[static_cast<std::size_t>(ordinal)];
    const bool is_presence = annotation.kind == AnnotationKind::kPresence;
    if (annotation.kind == AnnotationKind::kPhase) {
      row["phase"] = {{"ordinals", {ordinal}}, {"concepts", {annotation.concepts[0].text}}};
    } else if (is_presence || annotation.kind == AnnotationKind::kInteraction ||
               annotation.kind == AnnotationKind::kBox) {
      evidence.push_back(ordinal);
      is_complete = is_complete || is_presence;
      const std::size_t named = is_presence ? annotation.concepts.size() : 1;
      for (std::size_t i = 0; i < named; ++i) {
        const Json id = annotation.concepts[i].text;
        if (id != "" && std::find(instruments.begin(), instruments.end(), id) == instruments.end())
          instruments.push_back(id);
      }
    }
  }
  if (is_complete) row["instruments"] = {{"ordinals", std::move(evidence)}, {"concepts", std::move(instruments)}};
  return row;
}

Status dump_inputs(const Catalog& catalog, const SourceCard& card, const std::vector<PreparedVideo>& videos,
                   const fs::path& path) {
  std::ofstream out(path);
  Json words = Json::object();
  for (const Concept& known : catalog.ontology.concepts())
    words[known.id.text] = {known.label, known.article, known.label == known.plural};
  Json tools = Json::array();
  for (const VocabularyLabel& label : card.vocabularies.at("instruments").labels)
    tools.push_back(label.concept_id.text);
  Json templates = Json::object();
  for (const std::string_view task : kPlainTasks)
    templates[std::string(task)] = catalog.templates.at(std::string(task));
  out << to_text(Json{{"words", words}, {"tools", tools}, {"procedure", card.procedure.text}, {"templates", templates}})
      << '\n';
  for (const PreparedVideo& video : videos) {
    for (const ContextRow& context : video.contexts) {
      if (context.subject == Subject::kFrame) out << to_text(peer_input(video, context)) << '\n';
    }
  }
  if (!out.flush()) return Error{ErrorKind::kIo, "cannot write", path.string(), ""};
  return done();
}

}  // namespace

Result<Json> probe_dialogue(const Arguments& arguments) {
  SURGSIGMA_TRY(folder, arguments.text("folder"));
  SURGSIGMA_TRY(catalog, open_catalog());
  SURGSIGMA_TRY(card, card_of(catalog, "cholect50"));
  SURGSIGMA_TRY(videos, prepare(catalog, card, folder));
  DialogueOptions options;
  const bool is_plain = arguments.text_or("tasks", "all") == "plain";
  const std::string dump = arguments.text_or("dump", "");
  if (!dump.empty()) SURGSIGMA_CHECK(dump_inputs(catalog, card, videos, dump + ".inputs.jsonl"));
  if (is_plain) keep_plain(catalog, options);
  SURGSIGMA_TRY(stage, DialogueStage::create(catalog, options));

  std::int64_t count = 0, characters = 0, contexts = 0;
  std::ofstream out;
  if (!dump.empty()) out.open(dump + ".conversations.jsonl");
  const Sink<ConversationRow> sink = [&](ConversationRow&& row) {
    ++count;
    for (const std::string& turn : row.turns) characters += static_cast<std::int64_t>(turn.size());
    if (!out.is_open()) return;
    out << to_text(Json{{"context_id", row.context_id},
                        {"task", row.task},
                        {"turns", row.turns},
                        {"answer", Json::parse(row.answer)},
                        {"answer_class", row.answer_class},
                        {"ordinals", row.ordinals},
                        {"media", row.media},
                        {"templates", row.templates}})
        << '\n';
  };
  const Sink<IssueRow> no_issues = [](IssueRow&&) {};
  if (!videos.empty() && dump.empty()) {  // the first pages and caches are nobody's merit
    stage.video(videos[0].row, card, videos[0].annotations, videos[0].contexts, {}, sink, no_issues);
    count = characters = 0;
  }
  const int rounds = arguments.number_or("rounds", 1);
  const StopWatch watch;
  for (int round = 0; round < rounds; ++round) {
    for (const PreparedVideo& video : videos) {
      stage.video(video.row, card, video.annotations, video.contexts, {}, sink, no_issues);
      contexts += static_cast<std::int64_t>(video.contexts.size());
    }
  }
  return Json{
      {"seconds", watch.seconds()}, {"conversations", count}, {"characters", characters}, {"contexts", contexts}};
}

}  // namespace surgsigma::bench
