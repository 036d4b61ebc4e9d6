#include "surgsigma/pipeline/stages.h"

#include <fmt/core.h>

#include <map>
#include <set>

#include "surgsigma/base/text.h"
#include "surgsigma/base/threads.h"
#include "surgsigma/ingest/media_files.h"
#include "surgsigma/pipeline/outputs.h"
#include "surgsigma/refine/cleaning.h"
#include "surgsigma/refine/identity.h"
#include "surgsigma/refine/measure.h"
#include "surgsigma/refine/refine.h"
#include "surgsigma/refine/screen.h"
#include "surgsigma/refine/split.h"
#include "surgsigma/synth/pairs.h"

namespace surgsigma {
namespace {

constexpr const char* kMediaFolder = "media";
constexpr Microseconds kPrivateStep = kSecond / 2;  ///< a view of the room may be short

UnitOutputs outputs_of(const UnitJob& job) {
  return UnitOutputs(job.engine, job.database.folder(), job.stage, job.source ? job.source->input.source : "", job.unit,
                     job.key);
}

/// Marks what comes from a simulated source, whatever reader it went through.
Sink<RawAnnotation> marking_simulated(Sink<RawAnnotation> sink, bool is_simulated) {
  if (!is_simulated) return sink;
  return [sink = std::move(sink)](RawAnnotation&& row) {
    row.origin = Origin::kSimulated;
    sink(std::move(row));
  };
}

template <class Row>
Sink<Row> stamping_unit(Sink<Row> sink, std::string unit) {
  return [sink = std::move(sink), unit = std::move(unit)](Row&& row) {
    row.unit = unit;
    sink(std::move(row));
  };
}

/// What is doubtful about a file of a recording.
IssueRow warning(const VideoRow& video, const char* stage, const char* rule, const std::string& file,
                 const std::string& message, const std::string& hint) {
  IssueRow row;
  row.source_id = video.source_id;
  row.stage = stage;
  row.rule = rule;
  row.severity = Severity::kWarning;
  row.video_id = video.video_id;
  row.file = file;
  row.value = file;
  row.message = message;
  row.hint = hint;
  return row;
}

Result<std::vector<Partition>> run_describe(const UnitJob& job) {
  UnitOutputs outputs = outputs_of(job);
  const SourceCard& card = job.source->card;
  SourceRow row{card.id,         card.name,       card.version,
                card.licence_id, card.terms,      card.citation,
                card.url,        card.is_private, job.source->input.is_simulated};
  outputs.sink<SourceRow>()(std::move(row));
  const auto vocabularies = outputs.sink<VocabularyRow>();
  for (const auto& [name, vocabulary] : card.vocabularies) {
    std::int64_t position = 0;
    for (const VocabularyLabel& label : vocabulary.labels) {
      vocabularies({card.id.text + "/" + name, card.id, vocabulary.kind, position++, label.id, label.label,
                    label.concept_id, label.match});
    }
  }
  const auto issues = stamping_unit(outputs.sink<IssueRow>(), job.unit);
  const auto issue = [&](std::string rule, Severity severity, const std::string& file, std::string message,
                         std::string hint) {
    IssueRow found;
    found.source_id = card.id;
    found.stage = "describe";
    found.rule = std::move(rule);
    found.severity = severity;
    found.file = file;
    found.value = file;
    found.message = std::move(message);
    found.hint = std::move(hint);
    issues(std::move(found));
  };
  for (const std::string& pattern : job.source->files.missing) {
    issue("missing_files", Severity::kWarning, pattern, "no file matches this part of the source's layout",
          "a partial download is fine; else look at `surgsigma identify`");
  }
  for (const std::string& file : job.source->files.unexpected) {
    issue("unexpected_file", Severity::kInfo, file, "not part of the source's known layout, not read",
          "if it holds labels, add it to the layout in the source card");
  }
  for (const std::string& file : job.source->files.unreadable) {
    const bool is_folder = file.ends_with('/');
    issue("unreadable_file", Severity::kError, file, is_folder ? "a folder with the name of a video" : "cannot be read",
          is_folder ? "put the video itself there" : "check its permissions, and where it leads if it is a link");
  }
  return outputs.finish();
}

Result<std::vector<Partition>> run_ingest(const UnitJob& job) {
  UnitOutputs outputs = outputs_of(job);
  IngestSinks sinks;
  sinks.videos = stamping_unit(outputs.sink<VideoRow>(), job.unit);
  sinks.annotations = marking_simulated(outputs.sink<RawAnnotation>(), job.source->input.is_simulated);
  sinks.issues = stamping_unit(outputs.sink<IssueRow>(), job.unit);
  sinks.files = stamping_unit(outputs.sink<FileRow>(), job.unit);
  SURGSIGMA_CHECK(ingest_unit(job.source->card, job.source->files, *job.ingest_unit, sinks));
  return outputs.finish();
}

Result<std::vector<Partition>> run_measure(const UnitJob& job) {
  UnitOutputs outputs = outputs_of(job);
  SURGSIGMA_TRY(rules, CleaningRules::create(job.catalog));
  const auto media = media_files(job.source->card, job.source->files, *job.ingest_unit);
  if (media.empty()) return outputs.finish();
  SURGSIGMA_TRY(videos, read_all<VideoRow>(job.engine, job.inputs_of("videos")));
  MeasureOptions options;
  options.step = job.parameters.measure_step;
  options.root = job.source->files.root;
  options.index_folder = job.database.folder() / kVideoIndexFolder;
  SURGSIGMA_TRY(outside, read_outside_model(job.catalog.folder));
  options.outside = &outside;
  const auto found = outputs.sink<MediumRow>();
  const auto frames = outputs.sink<FrameRow>();
  const auto marks = outputs.sink<MarkRow>();
  const auto texts = outputs.sink<TextRow>();
  const auto issues = stamping_unit(outputs.sink<IssueRow>(), job.unit);
  if (job.source->card.is_private) {
    options.is_thorough = true;
    options.step = std::min(options.step, kPrivateStep);
  }
  for (const VideoRow& video : videos) {
    const auto own = media.find(video.video_id.text);
    if (own == media.end()) continue;
    options.shown = own->second.layout.views.left;
    VideoMeasures made = measure_video(video, own->second.video, own->second.pictures, options);
    const Microseconds end = made.medium ? made.medium->duration_us : 0;
    for (MarkRow& mark : marks_of(made.frames, rules, end)) marks(std::move(mark));
    if (made.medium) {
      const auto samples = static_cast<std::int64_t>(made.frames.size());
      if (auto mark = overlay_mark(*made.medium, samples, rules)) marks(std::move(*mark));
    }
    if (made.medium) found(std::move(*made.medium));
    for (FrameRow& frame : made.frames) frames(std::move(frame));
    for (TextRow& text : made.texts) texts(std::move(text));
    for (IssueRow& issue : made.issues) issues(std::move(issue));
    for (const auto& [file, why] : own->second.passed_over) {
      issues(warning(video, "measure", "media_passed_over", file, why,
                     "move it out of the source's folder, or correct its name"));
    }
  }
  return outputs.finish();
}

Result<std::vector<Partition>> run_refine(const UnitJob& job) {
  SURGSIGMA_TRY(stage, RefineStage::create(job.catalog, job.source->card));
  SURGSIGMA_TRY(videos, read_all<VideoRow>(job.engine, job.inputs_of("videos")));
  SURGSIGMA_TRY(raw, VideoRows<RawAnnotation>::open(job.engine, job.inputs_of("raw_annotations")));
  UnitOutputs outputs = outputs_of(job);
  const auto annotations = outputs.sink<Annotation>();
  const auto issues = stamping_unit(outputs.sink<IssueRow>(), job.unit);
  for (const VideoRow& video : videos) {
    SURGSIGMA_TRY(rows, raw.of(video.video_id));
    stage.video(video, std::move(rows), annotations, issues);
  }
  return outputs.finish();
}

/// Private sources only: others are published, or drawn.
Result<std::vector<Partition>> run_screen(const UnitJob& job) {
  UnitOutputs outputs = outputs_of(job);
  if (!job.source->card.is_private) return outputs.finish();
  SURGSIGMA_TRY(videos, read_all<VideoRow>(job.engine, job.inputs_of("videos")));
  SURGSIGMA_TRY(media, VideoRows<MediumRow>::open(job.engine, job.inputs_of("media")));
  SURGSIGMA_TRY(frames, VideoRows<FrameRow>::open(job.engine, job.inputs_of("frames")));
  SURGSIGMA_TRY(marks, VideoRows<MarkRow>::open(job.engine, job.inputs_of("marks")));
  SURGSIGMA_TRY(texts, VideoRows<TextRow>::open(job.engine, job.inputs_of("texts")));
  SURGSIGMA_TRY(annotations, VideoRows<Annotation>::open(job.engine, job.inputs_of("annotations")));
  const auto files = media_files(job.source->card, job.source->files, *job.ingest_unit);
  const auto screenings = outputs.sink<ScreeningRow>();
  const auto regions = outputs.sink<RegionRow>();
  const auto issues = stamping_unit(outputs.sink<IssueRow>(), job.unit);
  for (const VideoRow& video : videos) {
    ScreenInput input;
    input.video = video;
    SURGSIGMA_TRY(medium, media.of(video.video_id));
    SURGSIGMA_TRY(frame_rows, frames.of(video.video_id));
    SURGSIGMA_TRY(mark_rows, marks.of(video.video_id));
    SURGSIGMA_TRY(text_rows, texts.of(video.video_id));
    SURGSIGMA_TRY(labels, annotations.of(video.video_id));
    if (medium.empty()) continue;  // no pixels: nothing to look at, and nothing that could leave
    if (const auto own = files.find(video.video_id.text); own != files.end() && own->second.layout.views.is_stacked()) {
      issues(warning(video, "screen", "two_views_not_screened", medium.front().path,
                     "two views in one picture of a private recording cannot be screened: nothing of it can be written",
                     "split it into one file for each eye"));
      continue;
    }
    input.medium = std::move(medium.front());
    input.frames = std::move(frame_rows);
    input.marks = std::move(mark_rows);
    input.texts = std::move(text_rows);
    input.annotations = std::move(labels);
    Screened made = screen_video(input, job.database.manifest().screening);
    screenings(std::move(made.row));
    for (RegionRow& region : made.regions) regions(std::move(region));
    for (IssueRow& issue : made.issues) issues(std::move(issue));
  }
  return outputs.finish();
}

Result<std::vector<Partition>> run_synth(const UnitJob& job) {
  UnitOutputs outputs = outputs_of(job);
  const auto media = media_files(job.source->card, job.source->files, *job.ingest_unit);
  if (media.empty()) return outputs.finish();
  PairOptions options;
  options.seed = job.parameters.seed;
  options.per_video = job.parameters.pairs_per_video;
  options.source_root = job.source->files.root;
  options.media_folder = job.database.folder() / kMediaFolder;
  SURGSIGMA_TRY(stage, PairStage::create(job.catalog, job.source->card, job.source->input.is_simulated, options));
  SURGSIGMA_TRY(videos, read_all<VideoRow>(job.engine, job.inputs_of("videos")));
  SURGSIGMA_TRY(found, VideoRows<MediumRow>::open(job.engine, job.inputs_of("media")));
  SURGSIGMA_TRY(frames, VideoRows<FrameRow>::open(job.engine, job.inputs_of("frames")));
  SURGSIGMA_TRY(marks, VideoRows<MarkRow>::open(job.engine, job.inputs_of("marks")));
  SURGSIGMA_TRY(annotations, VideoRows<Annotation>::open(job.engine, job.inputs_of("annotations")));
  SURGSIGMA_TRY(regions, VideoRows<RegionRow>::open(job.engine, job.inputs_of("regions")));
  const auto pairs = outputs.sink<PairRow>();
  const auto issues = stamping_unit(outputs.sink<IssueRow>(), job.unit);
  for (const VideoRow& video : videos) {
    PairInput input;
    input.video = video;
    SURGSIGMA_TRY(media_rows, found.of(video.video_id));
    if (!media_rows.empty()) input.medium = media_rows.front();
    SURGSIGMA_TRY(frame_rows, frames.of(video.video_id));
    SURGSIGMA_TRY(mark_rows, marks.of(video.video_id));
    SURGSIGMA_TRY(labels, annotations.of(video.video_id));
    SURGSIGMA_TRY(hidden, regions.of(video.video_id));
    SURGSIGMA_TRY(plan, hiding_plan(hidden));
    input.hiding = std::move(plan);
    input.frames = std::move(frame_rows);
    input.marks = std::move(mark_rows);
    input.annotations = std::move(labels);
    if (const auto own = media.find(video.video_id.text); own != media.end()) {
      input.video_file = own->second.video;
      input.pictures = own->second.pictures;
      for (const MapFile& map : own->second.masks) {
        input.masks.push_back({map.frame, map.path, text_or(map.entry->with, "vocabulary", ""), map.entry->with});
      }
      for (const MapFile& map : own->second.depths) input.depths.push_back({map.frame, map.path, "", map.entry->with});
      for (const MapFile& map : own->second.rights) input.rights.push_back({map.frame, map.path, "", Json()});
      input.layout = own->second.layout;
      input.calibration = own->second.calibration;
      if (own->second.calibration_entry) input.calibration_with = own->second.calibration_entry->with;
    }
    SURGSIGMA_CHECK(stage.video(input, pairs, issues));
  }
  return outputs.finish();
}

Result<std::vector<Partition>> run_augment(const UnitJob& job) {
  SURGSIGMA_TRY(stage, AugmentStage::create(job.catalog, job.source->card, job.parameters.augment));
  SURGSIGMA_TRY(videos, read_all<VideoRow>(job.engine, job.inputs_of("videos")));
  SURGSIGMA_TRY(annotations, VideoRows<Annotation>::open(job.engine, job.inputs_of("annotations")));
  UnitOutputs outputs = outputs_of(job);
  const auto contexts = outputs.sink<ContextRow>();
  for (const VideoRow& video : videos) {
    SURGSIGMA_TRY(rows, annotations.of(video.video_id));
    stage.video(video, rows, contexts);
  }
  return outputs.finish();
}

Result<std::vector<Partition>> run_reason(const UnitJob& job) {
  ReasonOptions options = job.parameters.reason;
  options.seed = job.parameters.seed;
  SURGSIGMA_TRY(stage, ReasonStage::create(job.catalog, job.source->card, options));
  SURGSIGMA_TRY(videos, read_all<VideoRow>(job.engine, job.inputs_of("videos")));
  SURGSIGMA_TRY(annotations, VideoRows<Annotation>::open(job.engine, job.inputs_of("annotations")));
  SURGSIGMA_TRY(contexts, VideoRows<ContextRow>::open(job.engine, job.inputs_of("contexts")));
  UnitOutputs outputs = outputs_of(job);
  const auto reasoning = outputs.sink<ReasoningRow>();
  const auto issues = stamping_unit(outputs.sink<IssueRow>(), job.unit);
  for (const VideoRow& video : videos) {
    SURGSIGMA_TRY(labels, annotations.of(video.video_id));
    SURGSIGMA_TRY(moments, contexts.of(video.video_id));
    stage.video(video, labels, moments, reasoning, issues);
  }
  return outputs.finish();
}

Result<std::vector<Partition>> run_dialogue(const UnitJob& job) {
  DialogueOptions options = job.parameters.dialogue;
  options.seed = job.parameters.seed;
  SURGSIGMA_TRY(stage, DialogueStage::create(job.catalog, options));
  SURGSIGMA_TRY(videos, read_all<VideoRow>(job.engine, job.inputs_of("videos")));
  SURGSIGMA_TRY(annotations, VideoRows<Annotation>::open(job.engine, job.inputs_of("annotations")));
  SURGSIGMA_TRY(contexts, VideoRows<ContextRow>::open(job.engine, job.inputs_of("contexts")));
  SURGSIGMA_TRY(reasoning, VideoRows<ReasoningRow>::open(job.engine, job.inputs_of("reasoning")));
  UnitOutputs outputs = outputs_of(job);
  const auto conversations = outputs.sink<ConversationRow>();
  const auto issues = stamping_unit(outputs.sink<IssueRow>(), job.unit);
  for (const VideoRow& video : videos) {
    SURGSIGMA_TRY(labels, annotations.of(video.video_id));
    SURGSIGMA_TRY(moments, contexts.of(video.video_id));
    SURGSIGMA_TRY(chains, reasoning.of(video.video_id));
    stage.video(video, job.source->card, labels, moments, chains, conversations, issues);
  }
  return outputs.finish();
}

Result<std::vector<Partition>> run_identity(const UnitJob& job) {
  UnitOutputs outputs = outputs_of(job);
  const IdentityRules rules;
  std::vector<VideoId> videos;
  std::vector<Fingerprint> prints;
  SURGSIGMA_CHECK(for_each_row<FrameRow>(job.engine, job.inputs_of("frames"), [&](FrameRow&& frame) {
    if (videos.empty() || videos.back() != frame.video_id) videos.push_back(frame.video_id);
    Fingerprint print;
    if (fingerprint_of(frame, static_cast<std::uint32_t>(videos.size() - 1), rules, print)) prints.push_back(print);
  }));
  const auto matches = outputs.sink<MatchRow>();
  for (const VideoMatch& match : find_matches(prints, rules, available_cores())) {
    matches({videos[match.video], match.range.begin, match.range.end, videos[match.other], match.other_range.begin,
             match.other_range.end, match.share, match.samples});
  }
  return outputs.finish();
}

Result<std::vector<Partition>> run_split(const UnitJob& job) {
  SURGSIGMA_TRY(videos, read_all<VideoRow>(job.engine, job.inputs_of("videos")));
  std::map<std::string, LabelledVideo> by_id;
  for (VideoRow& video : videos) {
    const std::string id = video.video_id.text;
    by_id[id].video = std::move(video);
  }
  const auto files = job.inputs_of("raw_annotations");
  if (!files.empty()) {
    std::string list;
    for (const fs::path& file : files) list += (list.empty() ? "" : ", ") + sql_quoted(file.string());
    SURGSIGMA_TRY(table, job.engine->query("SELECT video_id, bit_xor(hash(kind, begin_us, end_us, labels, x1, y1)), "
                                           "count(*) FROM read_parquet([" +
                                           list + "]) GROUP BY video_id"));
    for (const auto& row : table.rows) {
      LabelledVideo& video = by_id[*row[0]];
      video.label_hash = std::stoull(row[1].value_or("0"));
      video.records = parse_int(*row[2]).value_or(0);
    }
  }
  SURGSIGMA_CHECK(for_each_row<MediumRow>(job.engine, job.inputs_of("media"), [&](MediumRow&& medium) {
    LabelledVideo& video = by_id[medium.video_id.text];
    video.file = std::move(medium.path);
    video.length_us = medium.duration_us;
  }));
  SURGSIGMA_TRY(matches, read_all<MatchRow>(job.engine, job.inputs_of("matches")));
  std::vector<LabelledVideo> labelled;
  for (auto& [id, video] : by_id) labelled.push_back(std::move(video));
  SURGSIGMA_TRY(tables, make_splits(job.catalog, labelled, job.parameters.seed, matches));
  UnitOutputs outputs = outputs_of(job);
  const auto cases = outputs.sink<CaseRow>();
  for (CaseRow& row : tables.cases) cases(std::move(row));
  const auto splits = outputs.sink<SplitRow>();
  for (SplitRow& row : tables.splits) splits(std::move(row));
  const auto issues = stamping_unit(outputs.sink<IssueRow>(), job.unit);
  for (IssueRow& row : tables.issues) issues(std::move(row));
  return outputs.finish();
}

/// "5", "0.5": seconds to microseconds.
Result<Microseconds> seconds_parameter(std::string_view name, std::string_view value) {
  const auto seconds = parse_double(value);
  if (!seconds || *seconds <= 0 || *seconds > 86'400) {
    return Error{ErrorKind::kUsage, "not a length of time in seconds: " + quoted(value), std::string(name), "e.g. 5"};
  }
  return static_cast<Microseconds>(*seconds * static_cast<double>(kSecond));
}

std::string seconds_text(Microseconds value) {
  return fmt::format("{}", static_cast<double>(value) / static_cast<double>(kSecond));
}

Result<double> share_parameter(std::string_view value) {
  const auto share = parse_double(value);
  if (!share || !(*share >= 0 && *share <= 1)) {
    return Error{ErrorKind::kUsage, "not a share between 0 and 1: " + quoted(value), "", "e.g. 0.25"};
  }
  return *share;
}

/// A row for one of the shares of DialogueOptions.
template <double DialogueOptions::*kMember>
ParameterRow share_row(std::string_view name, std::string_view description) {
  return {name, "dialogue", description,
          [](BuildParameters& p, std::string_view value) -> Status {
            SURGSIGMA_TRY(share, share_parameter(value));
            p.dialogue.*kMember = share;
            return done();
          },
          [](const BuildParameters& p) { return fmt::format("{}", p.dialogue.*kMember); }};
}

}  // namespace

std::vector<fs::path> UnitJob::inputs_of(std::string_view table) const {
  std::vector<fs::path> files;
  for (const Partition& partition : *inputs) {
    if (partition.table == table) files.push_back(database.folder() / partition.file);
  }
  return files;
}

const std::vector<StageRow>& stage_rows() {
  static const std::vector<StageRow> kRows = {
      {"describe", 1, Scope::kSource, "source, licence and vocabularies from the card", {},
       {"sources", "vocabularies", "issues"}, {"card"}, run_describe},
      {"ingest", 1, Scope::kUnit, "label files to raw annotations, every row accounted for", {},
       {"files", "videos", "raw_annotations", "issues"}, {"card"}, run_ingest},
      {"measure", 2, Scope::kUnit, "videos and pictures opened, counted, sampled and judged", {"ingest"},
       {"media", "frames", "marks", "texts", "issues"}, {"card", "cleaning/", "models/"}, run_measure},
      {"identity", 2, Scope::kAll, "recordings found under two names by the look of their pictures", {"measure"},
       {"matches"}, {}, run_identity},
      {"split", 2, Scope::kAll, "cases, overlap groups and folds over all sources", {"ingest", "measure", "identity"},
       {"cases", "splits", "issues"}, {"splits/", "sources/", "ontology/"}, run_split},
      {"refine", 1, Scope::kUnit, "source words to concepts, checks, duplicates marked", {"ingest"},
       {"annotations", "issues"}, {"card", "ontology/"}, run_refine},
      {"screen", 1, Scope::kUnit, "private sources: what could tell who somebody is, to be hidden in all that is written",
       {"measure", "refine"}, {"screenings", "regions", "issues"}, {"card"}, run_screen},
      {"synth", 3, Scope::kUnit, "pictures, masks, depth maps and clips as questions and answers",
       {"measure", "refine", "screen"},
       {"pairs", "issues"}, {"card", "ontology/"}, run_synth},
      {"augment", 1, Scope::kUnit, "labels of one moment or clip joined, knowledge retrieved", {"refine"}, {"contexts"},
       {"card", "ontology/", "knowledge/"}, run_augment},
      {"reason", 1, Scope::kUnit, "three-level reasoning with evidence, checked", {"augment"}, {"reasoning", "issues"},
       {"card", "ontology/", "knowledge/", "tasks/", "templates/"}, run_reason},
      {"dialogue", 2, Scope::kUnit, "questions and answers for the text tasks", {"reason"}, {"conversations", "issues"},
       {"card", "ontology/", "tasks/", "templates/"}, run_dialogue},
  };
  return kRows;
}

const StageRow* find_stage(std::string_view name) {
  for (const StageRow& row : stage_rows()) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

const std::vector<ParameterRow>& parameter_rows() {
  static const std::vector<ParameterRow> kRows = {
      {"pairs_per_video", "synth", "most pairs of pictures per task and video, 0 to 10000",
       [](BuildParameters& p, std::string_view value) -> Status {
         const auto count = parse_int(value);
         if (!count || *count < 0 || *count > 10'000) {
           return Error{ErrorKind::kUsage, "no number of pairs: " + quoted(value), "pairs_per_video", "e.g. 6"};
         }
         p.pairs_per_video = *count;
         return done();
       },
       [](const BuildParameters& p) { return std::to_string(p.pairs_per_video); }},
      {"measure_step", "measure", "least distance of two frames whose pixels are measured, seconds",
       [](BuildParameters& p, std::string_view value) -> Status {
         SURGSIGMA_TRY(time, seconds_parameter("measure_step", value));
         p.measure_step = time;
         return done();
       },
       [](const BuildParameters& p) { return seconds_text(p.measure_step); }},
      {"frame_step", "augment", "least distance of two sampled moments, seconds",
       [](BuildParameters& p, std::string_view value) -> Status {
         SURGSIGMA_TRY(time, seconds_parameter("frame_step", value));
         p.augment.frame_step = time;
         return done();
       },
       [](const BuildParameters& p) { return seconds_text(p.augment.frame_step); }},
      {"caption_clip", "augment", "length of a clip to be captioned, seconds",
       [](BuildParameters& p, std::string_view value) -> Status {
         SURGSIGMA_TRY(time, seconds_parameter("caption_clip", value));
         p.augment.caption_clip = time;
         return done();
       },
       [](const BuildParameters& p) { return seconds_text(p.augment.caption_clip); }},
      share_row<&DialogueOptions::choice_share>("choice_share", "share of multiple-choice questions, 0 to 1"),
      share_row<&DialogueOptions::yes_no_share>("yes_no_share", "share of yes/no questions, 0 to 1"),
      share_row<&DialogueOptions::multi_turn_share>("multi_turn_share",
                                                    "share of contexts that also become a dialogue of several turns"),
  };
  return kRows;
}

Result<BuildParameters> build_parameters(const Manifest& manifest) {
  BuildParameters parameters;
  parameters.seed = manifest.seed;
  for (const auto& [name, value] : manifest.parameters) {
    const ParameterRow* found = nullptr;
    for (const ParameterRow& row : parameter_rows()) {
      if (row.name == name) found = &row;
    }
    if (!found) {
      return Error{ErrorKind::kUsage, "unknown build parameter " + quoted(name), "surgsigma.json",
                   "`surgsigma list parameters` names them"};
    }
    SURGSIGMA_CHECK(found->set(parameters, value));
  }
  return parameters;
}

}  // namespace surgsigma
