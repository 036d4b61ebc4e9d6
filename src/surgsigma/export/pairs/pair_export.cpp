#include "surgsigma/export/pairs/pair_export.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <optional>
#include <utility>

#include "surgsigma/base/progress.h"
#include "surgsigma/base/text.h"
#include "surgsigma/base/threads.h"
#include "surgsigma/export/pairs/pair_card.h"
#include "surgsigma/export/pairs/pair_files.h"
#include "surgsigma/export/pairs/pair_formats.h"
#include "surgsigma/export/pairs/pair_pictures.h"
#include "surgsigma/export/pairs/pair_selection.h"
#include "surgsigma/export/privacy.h"
#include "surgsigma/export/unfinished_folder.h"

namespace surgsigma {
namespace {

constexpr const char* kRefused = "refused.tsv";

Error usage(std::string what, std::string where, std::string hint) {
  return {ErrorKind::kUsage, std::move(what), std::move(where), std::move(hint)};
}

Status check_options(const ExportOptions& options, const PairExportLimits& limits) {
  std::vector<std::string> names;
  for (const PairFormatRow& row : pair_format_rows()) names.emplace_back(row.name);
  SURGSIGMA_CHECK(check_name("format of pairs", options.format, names));
  const ExportOptions plain;
  const bool has_words = !options.forms.empty() || options.reasoning != plain.reasoning ||
                         options.profile != plain.profile || options.is_balanced || options.has_absolute_media ||
                         !options.media_root.empty();
  if (has_words) {
    return usage("pairs have no forms, reasoning, boxes, answer classes or media of their own", "export",
                 "leave out --form, --reasoning, --profile, --balanced, --absolute-media and --media");
  }
  if (options.media.is_wanted || options.media.has_clip_wishes()) {
    return usage(
        "pairs always come with their files, and clips of pairs keep their form and rate", "export",
        "leave out --write-media, --clips and --clip-rate; --picture-format, --picture-quality, --long-side and "
        "--pixel-budget go with pairs");
  }
  SURGSIGMA_CHECK(check_media_writing(options.media));
  if (options.cap < 0) {
    return usage("a cap is a number of pairs, not " + std::to_string(options.cap), "export", "0: no cap");
  }
  if (limits.shard_bytes <= 0 || limits.folder_pairs <= 0) {
    return usage("a shard needs a positive size", "export", "leave it out for 1 GB");
  }
  std::error_code code;
  if (fs::exists(options.out, code) && (!fs::is_directory(options.out, code) || !fs::is_empty(options.out, code))) {
    return usage("the folder is not empty", options.out.string(), "name a new or empty folder");
  }
  return done();
}

/// Takes pairs in the order of their ids, one task after the other, and writes them in batches.
class PairWriter {
 public:
  PairWriter(const Database& database, const Selection& selection, const Caps& caps, const Privacy& privacy,
             const ExportOptions& options, const PairExportLimits& limits, const UnfinishedFolder& folder,
             PairFacts& facts)
      : database_(database),
        privacy_(privacy),
        selection_(selection),
        caps_(caps),
        options_(options),
        format_(*find_pair_format(options.format)),
        limit_(format_.is_sharded ? limits.shard_bytes : limits.folder_pairs),
        folder_(folder.path()),
        work_(folder.work()),
        facts_(facts),
        progress_("export " + options.format, static_cast<std::uint64_t>(selection.rows), options.is_quiet) {
    for (const SourceShare& share : selection.sources) sources_[share.source.source_id.text] = &share.source;
  }

  Status write_task(const std::shared_ptr<Engine>& engine, const std::string& task) {
    for (std::size_t part = 0; part < kParts.size(); ++part) open_[part] = {std::string(kParts[part]), task, 0, {}};
    open_bytes_.fill(0);
    last_id_.clear();
    const std::string where = selection_.where + " AND task = " + sql_quoted(task) + " ORDER BY pair_id, video_id";
    SURGSIGMA_TRY(reader, TableReader<PairRow>::open(engine, database_.files(PairRow::kTable), where));
    for (PairRow row;;) {
      SURGSIGMA_TRY(more, reader.next(row));
      if (!more) break;
      SURGSIGMA_CHECK(take(row));
    }
    SURGSIGMA_CHECK(finish_taken());
    for (std::size_t part = 0; part < kParts.size(); ++part) close_batch(part);
    SURGSIGMA_CHECK(write_waiting());
    return check_lines(task);
  }

  /// The files of all parts, in the order of the export; the refused pairs go to a list.
  Status finish() {
    progress_.finish();
    for (const auto& files : files_) facts_.files.insert(facts_.files.end(), files.begin(), files.end());
    SURGSIGMA_TRY(beside, format_.finish(facts_.files, folder_));
    facts_.files.insert(facts_.files.end(), beside.begin(), beside.end());
    if (!refused_.empty()) return write_file(folder_ / kRefused, "pair_id\trule\tfile\n" + refused_);
    return done();
  }

 private:
  Status take(const PairRow& row) {
    const auto source = sources_.find(row.source_id.text);
    if (source == sources_.end()) return done();
    const auto parts = selection_.parts.find(row.source_id.text);
    const int part = parts == selection_.parts.end() ? kNoPart : parts->second.find(row.case_id.text);
    if (part == kNoPart) return done();
    if (caps_.is_used() && !caps_.keeps(row.task, part, "", row.pair_id)) return done();
    PairSample sample;
    sample.row = row;
    sample.licence = source->second->licence_id;
    sample.is_simulated = source->second->is_simulated || row.origin == Origin::kSimulated;
    const PairRefusal refusal =
        row.pair_id == last_id_ ? PairRefusal{"duplicate_id", ""} : find_files_of(database_.folder(), sample);
    last_id_ = row.pair_id;
    if (!refusal.rule.empty()) return refuse(row, refusal);
    rename(sample);
    taken_.push_back({std::move(sample), row.case_id, static_cast<std::size_t>(part)});
    const bool is_enough = taken_.size() >= kTakenPerJob * static_cast<std::size_t>(std::max(options_.jobs, 1));
    return is_enough ? finish_taken() : done();
  }

  /// Brings the files of the pairs that were taken to their format and size, then puts them into batches in their
  /// order.
  Status finish_taken() {
    std::vector<std::optional<Error>> errors(taken_.size());
    if (options_.media.has_wishes()) {
      parallel_for(taken_.size(), options_.jobs, [&](std::size_t i) {
        const std::string name = "pair-" + std::to_string(finished_ + i);
        const Status status = finish_pair(taken_[i].sample, options_.media, work_, name);
        if (!status.ok()) errors[i] = status.error();
      });
    }
    finished_ += taken_.size();
    for (std::size_t i = 0; i < taken_.size(); ++i) {
      PairSample& sample = taken_[i].sample;
      if (errors[i] && errors[i]->kind != ErrorKind::kData) return *errors[i];
      if (errors[i]) {
        SURGSIGMA_CHECK(refuse(sample.row, {"unreadable_file", sample.row.input + " " + sample.row.target}));
        continue;
      }
      count(sample, kParts[taken_[i].part]);
      add_case(facts_.cases, kParts[taken_[i].part], privacy_, sample.row.source_id.text, taken_[i].case_id.text);
      SURGSIGMA_CHECK(put(std::move(sample), taken_[i].part));
    }
    taken_.clear();
    return done();
  }

  Status refuse(const PairRow& row, const PairRefusal& refusal) {
    const bool is_unreadable = refusal.rule == "unreadable_file";
    if (options_.requires_media && (refusal.rule == "missing_file" || is_unreadable)) {
      return Error{ErrorKind::kNotFound,
                   "a file of the pair " + quoted(row.pair_id) + (is_unreadable ? " cannot be read" : " is missing"),
                   (database_.folder() / refusal.file).string(),
                   "build the pairs again, or leave out --require-media: the pair then stays out"};
    }
    DroppedRows& dropped = facts_.dropped[std::string(refusal.rule)];
    if (dropped.rows++ == 0) dropped.example = row.pair_id;
    refused_ += quoted(row.pair_id) + "\t" + std::string(refusal.rule) + "\t" + quoted(refusal.file) + "\n";
    progress_.advance();
    return done();
  }

  /// Names of private recordings and of their files may tell who somebody is.
  void rename(PairSample& sample) const {
    PairRow& row = sample.row;
    const std::string shown = privacy_.shown_video(row.source_id.text, row.video_id.text);
    if (shown == row.video_id.text) return;
    row.case_id = CaseId(privacy_.shown_case(row.source_id.text, row.case_id.text));
    row.video_id = VideoId(shown);
    for (const char* names_file : {"mask", "map", "right", "calibration"}) sample.parameters.erase(names_file);
  }

  void count(const PairSample& sample, std::string_view part) {
    ++facts_.rows[std::string(part)][sample.row.task][sample.row.source_id.text];
    ++facts_.rows_total;
    (sample.is_simulated ? facts_.has_simulated : facts_.has_real) = true;
  }

  /// Into the open batch of its part; a full one is closed before.
  Status put(PairSample sample, std::size_t part) {
    const std::int64_t bytes = format_.bytes(sample);
    if (!open_[part].samples.empty() && open_bytes_[part] + bytes > limit_) close_batch(part);
    open_bytes_[part] += bytes;
    open_[part].samples.push_back(std::move(sample));
    const auto enough = static_cast<std::size_t>(std::max(options_.jobs, 1)) * 2;
    return waiting_.size() < enough ? done() : write_waiting();
  }

  void close_batch(std::size_t part) {
    if (open_[part].samples.empty()) return;
    const PairBatch next{open_[part].part, open_[part].task, open_[part].index + 1, {}};
    waiting_.push_back(std::exchange(open_[part], next));
    open_bytes_[part] = 0;
  }

  Status write_waiting() {
    std::vector<std::optional<Result<WrittenBatch>>> written(waiting_.size());
    for (const PairBatch& batch : waiting_) {
      std::error_code code;
      fs::create_directories(folder_ / batch.part, code);
    }
    parallel_for(waiting_.size(), options_.jobs, [&](std::size_t i) {
      written[i] = format_.write(waiting_[i], folder_);
      progress_.advance(waiting_[i].samples.size());
    });
    for (std::size_t i = 0; i < waiting_.size(); ++i) {
      if (!written[i]->ok()) return written[i]->error();
      SURGSIGMA_CHECK(keep(waiting_[i], std::move(**written[i])));
      remove_work(waiting_[i]);
    }
    waiting_.clear();
    return done();
  }

  /// Files that were made for this export now lie in it.
  void remove_work(const PairBatch& batch) const {
    for (const PairSample& sample : batch.samples) {
      for (const fs::path& file : {sample.input, sample.target}) {
        std::error_code code;
        if (file.parent_path() == work_) fs::remove(file, code);
      }
    }
  }

  Status keep(const PairBatch& batch, WrittenBatch&& written) {
    const auto part = static_cast<std::size_t>(std::find(kParts.begin(), kParts.end(), batch.part) - kParts.begin());
    for (ExportedFile& file : written.files) files_[part].push_back(std::move(file));
    if (written.lines.empty()) return done();
    const fs::path path = folder_ / format_.lines_file(batch.part, batch.task);
    std::ofstream stream(path, std::ios::binary | std::ios::app);
    stream << written.lines;
    stream.close();
    return stream ? done() : Status(Error{ErrorKind::kIo, "cannot write", path.string(), ""});
  }

  /// Reads the manifests of lines back; they are files of the export like the others.
  Status check_lines(const std::string& task) {
    if (format_.lines_file == nullptr) return done();
    for (std::size_t part = 0; part < kParts.size(); ++part) {
      const std::string name = format_.lines_file(std::string(kParts[part]), task);
      std::error_code code;
      if (!fs::exists(folder_ / name, code)) continue;
      SURGSIGMA_TRY(mapped, MappedFile::open(folder_ / name));
      std::int64_t rows = 0;
      for (const std::string_view line : split(mapped.bytes(), '\n')) {
        if (line.empty()) continue;
        SURGSIGMA_TRY(read, parse_json(line, name));
        SURGSIGMA_TRY(id, text_at(read, read.contains("id") ? "id" : "pair_id", name));
        ++rows;
      }
      SURGSIGMA_TRY(file, exported_file(folder_, name, task, std::string(kParts[part]), rows));
      files_[part].push_back(std::move(file));
    }
    return done();
  }

  const Database& database_;
  const Privacy& privacy_;
  const Selection& selection_;
  const Caps& caps_;
  const ExportOptions& options_;
  const PairFormatRow& format_;
  std::int64_t limit_;
  fs::path folder_;
  fs::path work_;
  PairFacts& facts_;
  Progress progress_;
  std::map<std::string, const SourceRow*> sources_;
  /// Pairs on their way into batches.
  struct TakenPair {
    PairSample sample;
    CaseId case_id;  ///< as the database calls it
    std::size_t part = 0;
  };
  static constexpr std::size_t kTakenPerJob = 16;
  std::vector<TakenPair> taken_;
  std::size_t finished_ = 0;
  std::array<PairBatch, kParts.size()> open_;
  std::array<std::int64_t, kParts.size()> open_bytes_{};
  std::vector<PairBatch> waiting_;
  std::array<std::vector<ExportedFile>, kParts.size()> files_;
  std::string refused_;
  std::string last_id_;
};

Status check_counts(const PairFacts& facts) {
  std::map<std::pair<std::string, std::string>, std::int64_t> read;
  for (const ExportedFile& file : facts.files) read[{file.part, file.config}] += file.rows;
  for (const auto& [part, tasks] : facts.rows) {
    for (const auto& [task, sources] : tasks) {
      std::int64_t rows = 0;
      for (const auto& [source, count] : sources) rows += count;
      if (read[{part, task}] == rows) continue;
      return Error{ErrorKind::kInternal,
                   std::to_string(rows) + " pairs were written, " + std::to_string(read[{part, task}]) + " read back",
                   part + "/" + task, "please report this with the command you gave"};
    }
  }
  return done();
}

void sum_up_sources(PairFacts& facts) {
  std::map<std::string, std::int64_t> rows_of_source;
  for (const auto& [part, tasks] : facts.rows) {
    for (const auto& [task, sources] : tasks) {
      for (const auto& [source, rows] : sources) rows_of_source[source] += rows;
    }
  }
  for (SourceShare share : facts.selection->sources) {
    share.rows = rows_of_source[share.source.source_id.text];
    if (share.rows > 0) facts.sources.push_back(std::move(share));
  }
}

Error nothing_written(const PairFacts& facts) {
  Error error{ErrorKind::kData, "nothing to export: no selected pair can be written", "export",
              "docs/export-pairs.md says what each rule means"};
  for (const auto& [rule, dropped] : facts.dropped) {
    error.what += "; " + std::to_string(dropped.rows) + " " + rule + " (first " + dropped.example + ")";
  }
  return error;
}

Status write_papers(const PairFacts& facts, const fs::path& folder) {
  SURGSIGMA_CHECK(write_file(folder / "manifest.json", pair_manifest(facts).dump(2) + "\n"));
  SURGSIGMA_CHECK(write_file(folder / "README.md", pair_card(facts)));
  const Purpose purpose = facts.options->purpose;
  SURGSIGMA_CHECK(write_file(folder / "licences.json", licence_json(facts.sources, purpose).dump(2) + "\n"));
  return write_file(folder / "LICENCES.md", licence_page(facts.sources, purpose));
}

std::vector<std::string> remarks_of(const PairFacts& facts) {
  std::vector<std::string> remarks;
  for (const SourceShare& share : facts.sources) {
    const std::string& id = share.source.source_id.text;
    if (share.source.is_simulated) remarks.push_back(id + " is simulated; card, ledger and pairs say so");
    if (share.source.is_private)
      remarks.push_back(id + " is private clinical data: see docs/privacy.md before it leaves the house");
  }
  if (facts.has_simulated && facts.has_real) remarks.emplace_back("simulated and real pixels are mixed, as allowed");
  for (const auto& [rule, dropped] : facts.dropped) {
    remarks.push_back(std::to_string(dropped.rows) + " pairs cannot be written: " + rule + ", first " +
                      dropped.example + "; all in refused.tsv");
  }
  return remarks;
}

ExportReport report_of(const PairFacts& facts) {
  ExportReport report;
  for (const auto& [part, tasks] : facts.rows) {
    for (const auto& [task, sources] : tasks) {
      for (const auto& [source, rows] : sources) report.rows[part][task] += rows;
    }
  }
  report.rows_total = facts.rows_total;
  report.dropped_by_licence = facts.selection->dropped_by_licence;
  report.forbidden_sources = facts.selection->forbidden_sources;
  report.outside_split = facts.selection->outside_split;
  report.over_cap = facts.over_cap;
  report.dropped = facts.dropped;
  const auto missing = facts.dropped.find("missing_file");
  if (missing != facts.dropped.end()) {
    report.missing_media = missing->second.rows;
    report.missing_examples = {missing->second.example};
  }
  for (const ExportedFile& file : facts.files) report.files.push_back(file.path);
  report.remarks = remarks_of(facts);
  return report;
}

}  // namespace

bool is_pair_format(std::string_view name) { return find_pair_format(name) != nullptr; }

std::vector<ExportFormatRow> pair_formats() {
  std::vector<ExportFormatRow> rows;
  for (const PairFormatRow& row : pair_format_rows()) rows.push_back({row.name, row.description});
  return rows;
}

Result<ExportReport> export_pairs(const Database& database, const Catalog& catalog, const ExportOptions& options,
                                  const PairExportLimits& limits) {
  SURGSIGMA_CHECK(check_options(options, limits));
  SURGSIGMA_TRY(engine, database.engine_with_views(options.jobs));
  SURGSIGMA_TRY(selection, select_pairs(*engine, database, catalog, options));
  SURGSIGMA_TRY(caps, draw_pair_caps(*engine, selection, options));
  SURGSIGMA_TRY(privacy, Privacy::read(database, options.purpose));
  UnfinishedFolder folder(options.out);
  SURGSIGMA_CHECK(folder.make());

  PairFacts facts;
  facts.options = &options;
  facts.limits = &limits;
  facts.format = find_pair_format(options.format);
  facts.selection = &selection;
  facts.over_cap = caps.left_out();
  facts.database_seed = database.manifest().seed;
  facts.database_tool = database.manifest().tool_version;
  PairWriter writer(database, selection, caps, privacy, options, limits, folder, facts);
  for (const std::string& task : selection.tasks) SURGSIGMA_CHECK(writer.write_task(engine, task));
  if (facts.rows_total == 0) return nothing_written(facts);
  SURGSIGMA_CHECK(writer.finish());
  SURGSIGMA_CHECK(check_counts(facts));
  sum_up_sources(facts);
  SURGSIGMA_TRY(tree_hash, database.tree_hash());
  facts.database_hash = tree_hash;
  SURGSIGMA_CHECK(write_papers(facts, folder.path()));
  SURGSIGMA_CHECK(folder.put_in_place());
  return report_of(facts);
}

}  // namespace surgsigma
