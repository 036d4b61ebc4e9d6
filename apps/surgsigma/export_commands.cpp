// export: conversations to a folder that a trainer reads.
#include <fmt/core.h>

#include <array>
#include <memory>

#include "commands.h"
#include "surgsigma/base/text.h"
#include "surgsigma/base/threads.h"
#include "surgsigma/export/all_formats.h"
#include "surgsigma/export/coco/coco_export.h"
#include "surgsigma/export/cosmos/cosmos_export.h"
#include "surgsigma/export/export.h"
#include "surgsigma/export/pairs/pair_conversations.h"
#include "surgsigma/export/pairs/pair_export.h"

namespace surgsigma::app {
namespace {

/// The words of the flags, before they are understood.
struct ExportWords {
  ExportOptions options;
  std::string out;
  std::string media;
  std::string reasoning = "none";
  std::string purpose = "research";
  std::string separator = "newline";
  std::string picture_format;
  std::string clip_rate;
  std::string clips;
  bool has_no_headings = false;
  bool has_no_answer_tags = false;
  std::string classes = "concept";
  CosmosSettings cosmos;
  std::string clip_size = "832x480";
  std::string clip_fit = "crop";
  std::string clips_from = "windows";
};

std::string format_list() {
  std::string text = "Formats:\n";
  for (const ExportFormatRow& row : all_export_formats()) {
    text += fmt::format("  {:<12} {}\n", row.name, row.description);
  }
  text += "Profiles of boxes:\n";
  for (const BoxProfileRow& row : box_profiles()) text += fmt::format("  {:<12} {}\n", row.name, row.description);
  return text;
}

/// The place of `word` among `words`; a usage error with the nearest one otherwise.
Result<std::size_t> place_of(const std::string& flag, const std::string& word, const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == word) return i;
  }
  const auto near = nearest(word, words);
  return Error{ErrorKind::kUsage, flag + " does not know " + quoted(word), "export",
               near ? "did you mean '" + *near + "'?" : "it is one of: " + join(words, ", ")};
}

/// The words of --picture-format, --clip-rate and --clips into `media`; empty words leave the wish out.
Status understand_media(const ExportWords& words, MediaWriting& media) {
  if (!words.picture_format.empty()) {
    SURGSIGMA_TRY(format, place_of("--picture-format", words.picture_format, {"jpeg", "png", "webp"}));
    media.format = std::array{PictureFormat::kJpeg, PictureFormat::kPng, PictureFormat::kWebp}[format];
  }
  if (!words.clips.empty()) {
    SURGSIGMA_TRY(form, place_of("--clips", words.clips, {"mp4", "frames"}));
    media.clips = static_cast<ClipForm>(form);
  }
  if (words.clip_rate.empty()) return done();
  media.clip_rate = parse_frame_rate(words.clip_rate);
  if (media.clip_rate) return done();
  return Error{ErrorKind::kUsage, "--clip-rate does not know " + quoted(words.clip_rate), "export",
               "frames per second: 1, 0.5, 29.97 or 30000/1001"};
}

Result<ExportOptions> understood(const ExportWords& words, const Session& session) {
  ExportOptions options = words.options;
  SURGSIGMA_TRY(mode, place_of("--reasoning", words.reasoning, {"none", "only", "separate"}));
  SURGSIGMA_TRY(purpose, place_of("--purpose", words.purpose, {"internal", "research", "commercial"}));
  SURGSIGMA_TRY(separator, place_of("--think-separator", words.separator, {"newline", "none"}));
  SURGSIGMA_CHECK(understand_media(words, options.media));
  options.reasoning = static_cast<ReasoningMode>(mode);
  options.purpose = static_cast<Purpose>(purpose);
  options.think_separator = separator == 0 ? "\n" : "";
  options.has_level_headings = !words.has_no_headings;
  options.has_answer_tags = !words.has_no_answer_tags;
  options.out = words.out;
  options.media_root = words.media;
  options.jobs = session.jobs > 0 ? session.jobs : available_cores();
  options.is_quiet = session.is_quiet;
  options.tool_version = SURGSIGMA_VERSION;
  return options;
}

Json report_json(const ExportOptions& options, const ExportReport& report) {
  Json dropped = Json::object();
  for (const auto& [rule, rows] : report.dropped) dropped[rule] = {{"rows", rows.rows}, {"example", rows.example}};
  return {{"out", options.out.string()},
          {"format", options.format},
          {"rows_total", report.rows_total},
          {"rows", report.rows},
          {"files", report.files},
          {"dropped_by_licence", report.dropped_by_licence},
          {"forbidden_sources", report.forbidden_sources},
          {"outside_split", report.outside_split},
          {"over_cap", report.over_cap},
          {"dropped", dropped},
          {"missing_media", report.missing_media},
          {"written_pictures", report.written_pictures},
          {"written_clips", report.written_clips},
          {"unwritten_media", report.unwritten_media},
          {"remarks", report.remarks}};
}

QueryTable rows_table(const ExportReport& report) {
  QueryTable table;
  table.names = {"part", "task", "rows"};
  for (const auto& [part, tasks] : report.rows) {
    for (const auto& [task, rows] : tasks) table.rows.push_back({{part, task, std::to_string(rows)}});
  }
  return table;
}

void print_exported(const Session& session, const ExportOptions& options, const ExportReport& report) {
  if (session.as_json) {
    print_json(report_json(options, report));
  } else {
    fmt::print("{}", table_text(rows_table(report)));
    fmt::print("{} rows in {} files, {}; read README.md and LICENCES.md there\n", with_thousands(report.rows_total),
               report.files.size(), options.out.string());
    if (report.written_pictures + report.written_clips > 0) {
      fmt::print("{} pictures and {} clips in {}\n", with_thousands(report.written_pictures),
                 with_thousands(report.written_clips), (options.out / "media").string());
    }
  }
  if (session.is_quiet) return;
  if (report.dropped_by_licence > 0) {
    remark(fmt::format("{} rows left out: their source's terms forbid this purpose: {}",
                       with_thousands(report.dropped_by_licence), join(report.forbidden_sources, ", ")));
  }
  if (report.outside_split > 0) {
    remark(fmt::format("{} rows are of cases outside the parts asked for in the scheme {}",
                       with_thousands(report.outside_split), options.split));
  }
  if (report.over_cap > 0) remark(fmt::format("{} rows left out by the cap", with_thousands(report.over_cap)));
  for (const std::string& text : report.remarks) remark(text);
}

void add_selection(CLI::App& command, ExportOptions& options) {
  command.add_option("--task", options.tasks, "only these tasks")->delimiter(',');
  command.add_option("--source", options.sources, "only these sources")->delimiter(',');
  command.add_option("--form", options.forms, "only these forms: open, choice, yes_no, multi_turn")->delimiter(',');
  command.add_option("--part", options.parts, "only these parts: train, val, test")->delimiter(',');
  command.add_option("--split", options.split, "split scheme (default strict; surgsigma list splits)");
  command.add_option("--cap", options.cap, "most rows per task and part, drawn by hash");
  command.add_flag("--balanced", options.is_balanced, "with --cap: every answer class alike, as far as it goes");
  command.add_option("--seed", options.seed, "another draw");
}

void add_rendering(CLI::App& command, ExportWords& words) {
  ExportOptions& options = words.options;
  command.add_option("--profile", options.profile, "how boxes are written, see below (default pixel)");
  command.add_option("--min-pixels", options.limits.min_pixels, "profile qwen25: lower limit of the training");
  command.add_option("--max-pixels", options.limits.max_pixels, "profile qwen25: upper limit of the training");
  command.add_option("--reasoning", words.reasoning,
                     "none, only (rows that think), separate (a set with and one without)");
  command.add_flag("--no-headings", words.has_no_headings, "thoughts without 'Level 1:'");
  command.add_flag("--no-answer-tags", words.has_no_answer_tags,
                   "the answer as a sentence after </think>, not in <answer>");
  command.add_option("--think-separator", words.separator, "between the two blocks: newline or none");
}

void add_terms_and_media(CLI::App& command, ExportWords& words) {
  command.add_option(
      "--purpose", words.purpose,
      "internal, research or commercial: drops sources whose terms forbid it; private pixels leave only approved");
  command.add_flag("--allow-mixed", words.options.allows_mixed, "simulated beside real sources; the card says so");
  command.add_option("--media", words.media, "folder with <source>/<path> (default: the folders given to ingest)");
  command.add_flag("--absolute-media", words.options.has_absolute_media, "absolute paths instead of media/...");
  command.add_flag("--require-media", words.options.requires_media, "refuse when a picture or clip is missing");
}

void add_media_writing(CLI::App& command, ExportWords& words) {
  MediaWriting& media = words.options.media;
  command.add_flag(
      "--write-media", media.is_wanted,
      "cut, copy and convert what the rows show into OUT/media; a row whose picture cannot be had stays out");
  command.add_option("--picture-format", words.picture_format,
                     "jpeg, png or webp (default: shipped pictures keep theirs, frames of videos are JPEG)");
  command.add_option("--picture-quality", media.quality, "1-100 (default 95, WebP 90; WebP 100 loses nothing)");
  command.add_option("--long-side", media.long_side, "no side longer than this; boxes follow; nothing is enlarged");
  command.add_option("--pixel-budget", media.pixel_budget, "no picture of more pixels than this");
  command.add_option(
      "--clip-rate", words.clip_rate,
      "at most so many frames a second in a clip (default: the recording's; cosmos: exactly so many, 16)");
  command.add_option("--clips", words.clips,
                     "mp4 (default), or frames: lists of pictures, where the format's loader takes them");
}

void add_formats(CLI::App& command, ExportWords& words) {
  command.add_option("--classes", words.classes, "coco: categories by concept, or by the source's own words: source");
  command.add_option("--clip-frames", words.cosmos.shape.frames, "cosmos: frames of a clip (default 93)");
  command.add_option("--clip-size", words.clip_size, "cosmos: width x height of a clip (default 832x480)");
  command.add_option("--clip-fit", words.clip_fit, "cosmos: crop to the middle, or pad with black (default crop)");
  command.add_option("--clips-from", words.clips_from,
                     "cosmos: windows over all usable stretches, or actions: each clip within one labelled action");
  command.add_option("--clips-per-video", words.cosmos.clips_per_video,
                     "cosmos: at most, drawn by hash (default 20; 0: all)");
}

Result<CosmosSettings> cosmos_settings(const ExportWords& words, const std::optional<FrameRate>& rate) {
  CosmosSettings settings = words.cosmos;
  SURGSIGMA_TRY(fit, place_of("--clip-fit", words.clip_fit, {"crop", "pad"}));
  SURGSIGMA_TRY(within, place_of("--clips-from", words.clips_from, {"windows", "actions"}));
  SURGSIGMA_TRY(size, parse_clip_size(words.clip_size));
  settings.fit = static_cast<ClipFit>(fit);
  settings.within_actions = within == 1;
  settings.shape.width = size.width;
  settings.shape.height = size.height;
  if (rate) settings.shape.rate = *rate;
  return settings;
}

Result<ExportReport> export_as(const Database& database, const Catalog& catalog, const ExportOptions& options,
                               const ExportWords& words) {
  SURGSIGMA_CHECK(check_format(options.format));
  if (options.media.clip_rate && options.format != cosmos_format().name && !options.media.is_wanted) {
    return Error{ErrorKind::kUsage, "--clip-rate goes with --write-media and with the format cosmos", "export", ""};
  }
  SURGSIGMA_TRY(classes, place_of("--classes", words.classes, {"concept", "source"}));
  if (options.format == coco_format().name) {
    return export_coco(database, catalog, options, {static_cast<ClassNames>(classes)});
  }
  if (options.format == cosmos_format().name) {
    SURGSIGMA_TRY(settings, cosmos_settings(words, options.media.clip_rate));
    return export_cosmos(database, catalog, options, settings);
  }
  if (is_pair_format(options.format)) return export_pairs(database, catalog, options);
  SURGSIGMA_TRY(are_pairs, are_pair_tasks(options.tasks));
  return are_pairs ? export_pair_conversations(database, catalog, options)
                   : export_conversations(database, catalog, options);
}

}  // namespace

void add_export_commands(CLI::App& program, Session& session) {
  CLI::App* command = add_command(program, session, "export", "conversations to a folder that a trainer reads",
                                  "surgsigma --db mydb export llava out");
  command->footer(
      "Example:\n  surgsigma --db mydb export swift out --task instrument_localization --part train\n"
      "  surgsigma --db mydb export llava out --write-media --long-side 448 --clip-rate 2\n\n" +
      format_list());
  auto words = std::make_shared<ExportWords>();
  command->add_option("format", words->options.format, "see below")->required();
  command->add_option("out", words->out, "new or empty folder")->required();
  add_selection(*command, words->options);
  add_rendering(*command, *words);
  add_terms_and_media(*command, *words);
  add_media_writing(*command, *words);
  add_formats(*command, *words);
  on_run(command, session, [&session, words]() -> Status {
    SURGSIGMA_TRY(options, understood(*words, session));
    SURGSIGMA_TRY(catalog, session.open_catalog());
    SURGSIGMA_TRY(database, session.open_database(Access::kRead));
    SURGSIGMA_TRY(report, export_as(database, catalog, options, *words));
    print_exported(session, options, report);
    return done();
  });
}

}  // namespace surgsigma::app
