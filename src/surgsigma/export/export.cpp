#include "surgsigma/export/export.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "surgsigma/base/hash.h"
#include "surgsigma/base/progress.h"
#include "surgsigma/base/text.h"
#include "surgsigma/base/threads.h"
#include "surgsigma/export/card.h"
#include "surgsigma/export/media_steps.h"
#include "surgsigma/export/privacy.h"
#include "surgsigma/export/readback.h"
#include "surgsigma/export/render.h"
#include "surgsigma/export/unfinished_folder.h"

namespace surgsigma {
namespace {

constexpr const char* kUnwritten = "unwritten-media.tsv";
constexpr std::int64_t kRoomBytes = 512LL << 20;  // rows held in memory before they go by way of spill files

std::vector<std::string> names_of(const std::vector<ExportFormatRow>& rows) {
  std::vector<std::string> names;
  for (const auto& row : rows) names.emplace_back(row.name);
  return names;
}

Status check_options(const ExportOptions& options) {
  SURGSIGMA_CHECK(check_name("format", options.format, names_of(export_formats())));
  std::vector<std::string> profiles;
  for (const BoxProfileRow& row : box_profiles()) profiles.emplace_back(row.name);
  SURGSIGMA_CHECK(check_name("profile", options.profile, profiles));
  const FormatRow& format = *find_format(options.format);
  const auto refuse = [](std::string what, std::string hint) {
    return Error{ErrorKind::kUsage, std::move(what), "export", std::move(hint)};
  };
  if (format.has_own_boxes && options.profile != "pixel") {
    return refuse("the format " + options.format + " has boxes of its own, converted by the trainer",
                  "leave out --profile");
  }
  if (format.has_solution && options.reasoning != ReasoningMode::kNone) {
    return refuse("the format " + options.format + " has questions only, no reasoning", "leave out --reasoning");
  }
  if (options.cap < 0) return refuse("a cap is a number of rows, not " + std::to_string(options.cap), "0 means no cap");
  if (options.is_balanced && options.cap == 0) {
    return refuse("balancing needs a cap", "say how many rows per task and part with --cap N");
  }
  const bool has_limits = 0 < options.limits.min_pixels && options.limits.min_pixels <= options.limits.max_pixels;
  if (!has_limits)
    return refuse("the pixel limits contradict each other", "min_pixels must be positive and at most max_pixels");
  SURGSIGMA_CHECK(check_media_wishes(options, format));
  std::error_code code;
  if (fs::exists(options.out, code) && (!fs::is_directory(options.out, code) || !fs::is_empty(options.out, code))) {
    return Error{ErrorKind::kUsage, "the folder is not empty", options.out.string(), "name a new or empty folder"};
  }
  if (!options.media_root.empty() && !fs::is_directory(options.media_root, code)) {
    return Error{ErrorKind::kNotFound, "no such folder of pictures and clips", options.media_root.string(),
                 "it holds one folder per source"};
  }
  return done();
}

/// Runs work(i) for all i on several threads; the first error by index.
Status for_all(std::size_t count, int jobs, const std::function<Status(std::size_t)>& work) {
  std::vector<std::optional<Error>> errors(count);
  parallel_for(count, jobs, [&](std::size_t i) {
    const Status status = work(i);
    if (!status.ok()) errors[i] = status.error();
  });
  for (const auto& error : errors) {
    if (error) return *error;
  }
  return done();
}

std::vector<Partition> partitions_of(const Database& database) {
  std::vector<Partition> partitions;
  for (const Partition& partition : database.manifest().partitions) {
    if (partition.table == ConversationRow::kTable) partitions.push_back(partition);
  }
  return partitions;
}

/// One data file to be made.
struct FileJob {
  ExportedFile file;
  std::vector<Source> sources;
  bool is_video = false;
  std::int64_t rows = 0;
};

/// "-00003-of-00012"
std::string numbered(std::size_t index, std::size_t count) {
  std::string text = "-";
  const auto append = [&](std::size_t number) {
    const std::string digits = std::to_string(number);
    if (digits.size() < 5) text.append(5 - digits.size(), '0');
    text += digits;
  };
  append(index);
  text += "-of-";
  append(count);
  return text;
}

std::vector<FileJob> plan_files(const RenderPlan& plan, const std::vector<Spilled>& spilled) {
  std::vector<FileJob> jobs;
  for (std::size_t slot = 0; slot < plan.slots.size(); ++slot) {
    const auto sources = sources_of(spilled, slot, plan.selection->tasks.size());
    const auto pieces = pieces_of(sources, plan.format->max_lines_bytes);
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      FileJob job;
      const std::string number = plan.format->max_lines_bytes > 0 ? numbered(i, pieces.size()) : "";
      job.file.path = plan.slots.stem(slot) + number + std::string(plan.format->ending);
      job.file.config = plan.slots.config(slot);
      job.file.part = plan.slots.part(slot);
      job.sources = pieces[i];
      job.is_video = plan.slots.is_video(slot);
      for (const Source& source : pieces[i]) job.rows += source.extent.rows;
      jobs.push_back(std::move(job));
    }
  }
  return jobs;
}

/// Writes one data file; reads a converted one back.
Status make_file(const RenderPlan& plan, const fs::path& folder, FileJob& job, std::size_t index) {
  const fs::path path = folder / job.file.path;
  if (plan.format->convert == nullptr) return join_lines(job.sources, path);
  const LinesToFile step{plan.engine, plan.folder / ("lines-" + std::to_string(index)), path, job.is_video};
  SURGSIGMA_CHECK(join_lines(job.sources, step.lines));
  SURGSIGMA_CHECK(plan.format->convert(step));
  std::error_code code;
  fs::remove(step.lines, code);
  SURGSIGMA_TRY(rows, plan.format->check_file(step));
  job.file.rows = rows;
  return done();
}

Status check_counts(const std::vector<FileJob>& jobs) {
  for (const FileJob& job : jobs) {
    if (job.file.rows == job.rows) continue;
    return Error{ErrorKind::kInternal,
                 std::to_string(job.rows) + " rows were written, " + std::to_string(job.file.rows) + " read back",
                 job.file.path, "please report this with the command you gave"};
  }
  return done();
}

Status make_files(const RenderPlan& plan, const fs::path& folder, int threads, std::vector<FileJob>& jobs) {
  std::error_code code;
  fs::create_directories(folder / plan.format->folder, code);
  SURGSIGMA_CHECK(for_all(jobs.size(), threads, [&](std::size_t i) { return make_file(plan, folder, jobs[i], i); }));
  std::vector<fs::path> paths;
  for (const FileJob& job : jobs) paths.push_back(folder / job.file.path);
  SURGSIGMA_TRY(read, read_files_back(paths, *plan.format, threads));
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    jobs[i].file.sha256 = read[i].sha256;
    jobs[i].file.bytes = static_cast<std::int64_t>(fs::file_size(paths[i], code));
    if (plan.format->convert == nullptr) jobs[i].file.rows = read[i].rows;
  }
  return check_counts(jobs);
}

/// The rows of all partitions as one account.
void sum_up(const RenderPlan& plan, const std::vector<Partition>& partitions, const std::vector<Rendered>& all,
            ExportFacts& facts, ExportReport& report) {
  std::map<std::string, std::int64_t> rows_of_source;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Rendered& one = all[i];
    const std::size_t tasks = plan.selection->tasks.size();
    for (std::size_t key = 0; key < one.rows.size(); ++key) {
      const std::int64_t rows = one.rows[key];
      if (rows == 0) continue;
      const std::string part = plan.slots.counted_as(key / tasks);
      const std::string& task = plan.selection->tasks[key % tasks];
      facts.rows[part][task][partitions[i].source] += rows;
      report.rows[part][task] += rows;
      rows_of_source[partitions[i].source] += rows;
      facts.rows_total += rows;
    }
    for (const auto& [rule, dropped] : one.dropped) {
      DroppedRows& sum = facts.dropped[rule];
      if (sum.rows == 0) sum.example = dropped.example;
      sum.rows += dropped.rows;
    }
    add_cases(facts.cases, one.cases);
    facts.tokens.add(one.tokens);
    facts.media += one.media;
    facts.missing_media += one.missing;
    facts.written.scaled_rows += one.scaled_rows;
    facts.written.unwritten += one.unwritten;
    if (one.unwritten > 0 && report.missing_examples.size() < 5)
      report.missing_examples.push_back(one.unwritten_example);
    for (const std::string& path : one.missing_examples) {
      if (report.missing_examples.size() < 5) report.missing_examples.push_back(path);
    }
  }
  for (SourceShare share : plan.selection->sources) {
    share.rows = rows_of_source[share.source.source_id.text];
    if (share.rows > 0) facts.sources.push_back(std::move(share));
  }
}

Error nothing_written(const ExportFacts& facts, const ExportReport& report) {
  Error error{ErrorKind::kData, "nothing to export: no selected row can be written", "export",
              "docs/export.md says what each rule means"};
  for (const auto& [rule, dropped] : facts.dropped) {
    error.what += "; " + std::to_string(dropped.rows) + " " + rule + " (first " + dropped.example + ")";
  }
  if (facts.written.unwritten > 0) error.what += "; " + join(report.missing_examples, ", ");
  return error;
}

std::vector<std::string> remarks_of(const ExportFacts& facts, const ExportOptions& options) {
  std::vector<std::string> remarks;
  for (const SourceShare& share : facts.sources) {
    if (share.source.is_simulated)
      remarks.push_back(share.source.source_id.text + " is simulated; card, ledger and rows say so");
    if (share.source.is_private)
      remarks.push_back(share.source.source_id.text + " is private clinical data: docs/privacy.md says what may leave");
  }
  if (has_simulated(facts) && has_real(facts)) remarks.emplace_back("simulated and real rows are mixed, as allowed");
  for (const auto& [rule, dropped] : facts.dropped) {
    remarks.push_back(std::to_string(dropped.rows) + " rows cannot be written: " + rule + ", first " + dropped.example);
  }
  if (facts.written.unwritten > 0) {
    remarks.push_back(std::to_string(facts.written.unwritten) +
                      " pictures and clips cannot be written; their rows stay " + "out, and " +
                      (options.out / kUnwritten).string() + " says why");
  }
  for (const auto& [video, rate] : facts.written.rate_differences) {
    remarks.push_back(video + " runs at " + to_string(rate.file) + " frames a second, its labels count at " +
                      to_string(rate.labels) + "; frame k was taken for frame k");
  }
  if (facts.missing_media > 0) {
    remarks.push_back(std::to_string(facts.missing_media) + " of " + std::to_string(facts.media) +
                      " pictures and clips are missing, listed in " + (options.out / "missing-media.txt").string());
  }
  return remarks;
}

Status write_lists(const RenderPlan& plan, const std::vector<Spilled>& spilled, const fs::path& folder) {
  SURGSIGMA_CHECK(join_lines(sources_of(spilled, plan.media_list(), 1), folder / "media.tsv"));
  const auto missing = sources_of(spilled, plan.missing_list(), 1);
  if (!missing.empty()) SURGSIGMA_CHECK(join_lines(missing, folder / "missing-media.txt"));
  const auto unwritten = sources_of(spilled, plan.unwritten_list(), 1);
  return unwritten.empty() ? done() : join_lines(unwritten, folder / kUnwritten);
}

Status write_papers(const ExportFacts& facts, const fs::path& folder) {
  SURGSIGMA_CHECK(write_file(folder / "manifest.json", export_manifest(facts).dump(2) + "\n"));
  SURGSIGMA_CHECK(write_file(folder / "README.md", export_card(facts)));
  SURGSIGMA_CHECK(
      write_file(folder / "licences.json", licence_json(facts.sources, facts.options->purpose).dump(2) + "\n"));
  return write_file(folder / "LICENCES.md", licence_page(facts.sources, facts.options->purpose));
}

Result<Caps> draw_caps(const std::shared_ptr<Engine>& engine, const Database& database,
                       const std::vector<Partition>& partitions, const Selection& selection,
                       const ExportOptions& options) {
  Caps caps(options.cap, options.is_balanced, options.seed);
  if (!caps.is_used()) return caps;
  for (const Partition& partition : partitions)
    SURGSIGMA_CHECK(offer_partition(engine, database, partition, selection, caps));
  caps.draw_rows();
  return caps;
}

}  // namespace

Result<ExportReport> export_conversations(const Database& database, const Catalog& catalog,
                                          const ExportOptions& options) {
  SURGSIGMA_CHECK(check_options(options));
  SURGSIGMA_TRY(selection, select_conversations(database, catalog, options));
  SURGSIGMA_TRY(engine, Engine::open(1));
  SURGSIGMA_TRY(videos, read_all<VideoRow>(engine, database.files(VideoRow::kTable)));
  const std::vector<Partition> partitions = partitions_of(database);
  SURGSIGMA_TRY(caps, draw_caps(engine, database, partitions, selection, options));
  const FormatRow& format = *find_format(options.format);
  const MediaNames names(videos, catalog);
  const MediaPlaces places(options.media_root, database.manifest());
  SURGSIGMA_TRY(privacy, Privacy::read(database, options.purpose));
  if (!options.media.is_wanted) SURGSIGMA_CHECK(check_named_media(privacy, selection, format));
  UnfinishedFolder folder(options.out);
  SURGSIGMA_CHECK(folder.make());

  MemoryRoom room = kRoomBytes;
  WrittenMedia written;
  MediaStore store(folder.path(), folder.work());
  const bool writes_media = options.media.is_wanted;
  const RenderPlan plan{&options,
                        &format,
                        &selection,
                        &caps,
                        &database,
                        {&format,
                         find_box_profile(options.profile),
                         options.limits,
                         {options.has_level_headings, options.has_answer_tags, options.think_separator},
                         &names,
                         &places,
                         options.has_absolute_media,
                         &catalog.ontology,
                         &privacy,
                         writes_media ? &written : nullptr,
                         folder.path(),
                         fs::absolute(options.out).lexically_normal()},
                        FileSlots(format, options.reasoning),
                        engine,
                        folder.work(),
                        &room};
  if (writes_media) SURGSIGMA_CHECK(write_media(plan, catalog, partitions, videos, store, written));
  std::vector<Rendered> rendered(partitions.size());
  Progress progress("export " + options.format, static_cast<std::uint64_t>(selection.rows), options.is_quiet);
  SURGSIGMA_CHECK(for_all(partitions.size(), options.jobs, [&](std::size_t i) -> Status {
    SURGSIGMA_TRY(one, render_partition(plan, partitions[i], i));
    progress.advance(static_cast<std::uint64_t>(std::accumulate(one.rows.begin(), one.rows.end(), std::int64_t{0})));
    rendered[i] = std::move(one);
    return done();
  }));
  progress.finish();

  ExportReport report;
  ExportFacts facts;
  facts.options = &options;
  facts.format = &format;
  facts.tasks = selection.tasks;
  facts.outside_split = selection.outside_split;
  facts.dropped_by_licence = selection.dropped_by_licence;
  facts.forbidden_sources = selection.forbidden_sources;
  facts.over_cap = caps.left_out();
  facts.database_seed = database.manifest().seed;
  facts.database_tool = database.manifest().tool_version;
  sum_up(plan, partitions, rendered, facts, report);
  if (options.requires_media && facts.written.unwritten > 0) {
    return Error{
        ErrorKind::kNotFound, std::to_string(facts.written.unwritten) + " pictures and clips cannot be written",
        join(report.missing_examples, ", "),
        "name the folder of the recordings with --media DIR, or leave out --require-media: such rows stay out"};
  }
  if (facts.rows_total == 0) return nothing_written(facts, report);
  if (writes_media) SURGSIGMA_CHECK(settle_rendered(written, rendered, store, facts));
  if (options.requires_media && facts.missing_media > 0) {
    return Error{
        ErrorKind::kNotFound,
        std::to_string(facts.missing_media) + " of " + std::to_string(facts.media) + " pictures and clips are missing",
        join(report.missing_examples, ", "), "name their folder with --media DIR, or leave out --require-media"};
  }

  std::vector<Spilled> spilled;
  for (Rendered& one : rendered) spilled.push_back(std::move(one.spilled));
  std::vector<FileJob> jobs = plan_files(plan, spilled);
  SURGSIGMA_CHECK(make_files(plan, folder.path(), options.jobs, jobs));
  for (FileJob& job : jobs) {
    report.files.push_back(job.file.path);
    facts.files.push_back(std::move(job.file));
  }
  SURGSIGMA_TRY(tree_hash, database.tree_hash());
  facts.database_hash = tree_hash;
  SURGSIGMA_CHECK(write_lists(plan, spilled, folder.path()));
  SURGSIGMA_CHECK(write_papers(facts, folder.path()));
  SURGSIGMA_CHECK(folder.put_in_place());

  report.rows_total = facts.rows_total;
  report.dropped_by_licence = facts.dropped_by_licence;
  report.forbidden_sources = facts.forbidden_sources;
  report.outside_split = facts.outside_split;
  report.over_cap = facts.over_cap;
  report.dropped = facts.dropped;
  report.missing_media = facts.missing_media;
  report.written_pictures = facts.written.pictures;
  report.written_clips = facts.written.clips;
  report.unwritten_media = facts.written.unwritten;
  report.remarks = remarks_of(facts, options);
  return report;
}

}  // namespace surgsigma
