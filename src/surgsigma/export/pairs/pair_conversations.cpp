#include "surgsigma/export/pairs/pair_conversations.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <memory>

#include "surgsigma/base/base64.h"
#include "surgsigma/base/progress.h"
#include "surgsigma/base/text.h"
#include "surgsigma/export/builder.h"
#include "surgsigma/export/json_text.h"
#include "surgsigma/export/pairs/pair_files.h"
#include "surgsigma/export/pairs/pair_selection.h"
#include "surgsigma/export/pairs/pair_turns.h"
#include "surgsigma/export/papers.h"
#include "surgsigma/export/privacy.h"
#include "surgsigma/export/row_selection.h"
#include "surgsigma/export/spill_lines.h"
#include "surgsigma/export/unfinished_folder.h"
#include "surgsigma/schema/words.h"

namespace surgsigma {
namespace {

constexpr const char* kPage = "docs/export-pairs.md";

/// Lines of one part and kind, in one or more pieces.
struct Slot {
  std::size_t part = 0;
  bool has_clips = false;
  std::deque<SpillLines> pieces;
};

/// A data file and what reads it.
std::string loading_of(const PairTurnsFormat& format) {
  if (format.name == "hf") {
    return "```python\nfrom datasets import load_dataset\n\n"
           "rows = load_dataset(\"/path/to/this/folder\", \"image\", split=\"train\")\n"
           "question, answer = rows[0][\"images\"]\n```\n\n"
           "Pictures are embedded, input first, target second; clips are paths in `videos`, relative to this folder.\n";
  }
  return "Media paths are relative to this folder. The last medium of a row is the answer: trainers that only "
         "understand\n"
         "pictures put no loss on it, trainers that make pictures do.\n";
}

class Writer {
 public:
  Writer(const Database& database, const Catalog& catalog, const Selection& selection, const Caps& caps,
         const Privacy& privacy, const ExportOptions& options, const PairTurnsFormat& format, const fs::path& folder,
         const fs::path& work, Papers& papers)
      : database_(database),
        catalog_(catalog),
        selection_(selection),
        caps_(caps),
        privacy_(privacy),
        options_(options),
        format_(format),
        folder_(folder),
        work_(work),
        papers_(papers),
        media_(folder / "media.tsv"),
        progress_("export " + options.format, static_cast<std::uint64_t>(selection.rows), options.is_quiet) {
    for (const SourceShare& share : selection.sources) sources_[share.source.source_id.text] = &share.source;
    for (std::size_t part = 0; part < kParts.size(); ++part) {
      slots_.push_back({part, false, {}});
      if (format.has_clips_apart) slots_.push_back({part, true, {}});
    }
  }

  Status write_task(const std::shared_ptr<Engine>& engine, const std::string& task) {
    const std::string where = selection_.where + " AND task = " + sql_quoted(task) + " ORDER BY pair_id, video_id";
    SURGSIGMA_TRY(reader, TableReader<PairRow>::open(engine, database_.files(PairRow::kTable), where));
    last_id_.clear();
    for (PairRow row;;) {
      SURGSIGMA_TRY(more, reader.next(row));
      if (!more) return done();
      SURGSIGMA_CHECK(take(row));
      progress_.advance();
    }
  }

  Status finish(const std::shared_ptr<Engine>& engine) {
    progress_.finish();
    for (Slot& slot : slots_) {
      for (std::size_t i = 0; i < slot.pieces.size(); ++i) SURGSIGMA_CHECK(finish_piece(engine, slot, i));
    }
    SURGSIGMA_CHECK(media_.flush());
    if (media_.rows() == 0) return done();
    SURGSIGMA_TRY(file, file_of_export(folder_, "media.tsv", "", "", 0));
    papers_.files.push_back(std::move(file));
    return done();
  }

 private:
  Status take(const PairRow& row) {
    const auto source = sources_.find(row.source_id.text);
    const int part = part_of(selection_, row.source_id.text, row.case_id.text);
    if (source == sources_.end() || part == kNoPart) return done();
    if (caps_.is_used() && !caps_.keeps(row.task, part, "", row.pair_id)) return done();
    PairSample sample;
    sample.row = row;
    sample.licence = source->second->licence_id;
    sample.is_simulated = source->second->is_simulated || row.origin == Origin::kSimulated;
    PairRefusal refusal =
        row.pair_id == last_id_ ? PairRefusal{"duplicate_id", ""} : find_files_of(database_.folder(), sample);
    last_id_ = row.pair_id;
    if (refusal.rule.empty() && trim(row.prompt).empty()) refusal = {"no_prompt", ""};
    if (refusal.rule.empty() && !reserved_word(row.prompt).empty()) refusal = {"reserved_word", ""};
    if (!refusal.rule.empty()) return refuse(row, refusal);
    ++papers_.rows[std::string(kParts[static_cast<std::size_t>(part)])][row.task][row.source_id.text];
    add_case(papers_.cases, kParts[static_cast<std::size_t>(part)], privacy_, row.source_id.text, row.case_id.text);
    (sample.is_simulated ? papers_.has_simulated : papers_.has_real) = true;
    return put(sample, static_cast<std::size_t>(part));
  }

  Status refuse(const PairRow& row, const PairRefusal& refusal) {
    if (options_.requires_media && refusal.rule == "missing_file") {
      return Error{ErrorKind::kNotFound, "a file of the pair " + quoted(row.pair_id) + " is missing",
                   (database_.folder() / refusal.file).string(),
                   "build the pairs again, or leave out --require-media: the pair then stays out"};
    }
    papers_.drops.add(refusal.rule, row.pair_id);
    return done();
  }

  /// "media/cholec80/desmoking/0123456789abcdef.input.jpg"
  static std::string place_of(const PairRow& row, const char* role, const fs::path& file) {
    return "media/" + row.source_id.text + "/" + row.task + "/" + row.pair_id + "." + role +
           lower(file.extension().string());
  }

  Status put(const PairSample& sample, std::size_t part) {
    const PairRow& row = sample.row;
    PairTurns turns;
    turns.has_clip = row.task == "conditional_video_generation";
    Sample& about = turns.about;
    about.media = {place_of(row, "input", sample.input), place_of(row, "target", sample.target)};
    const Task* task = catalog_.task(row.task);
    const std::string answer =
        to_text(Json{{"shape", task ? word(task->shape) : std::string_view("picture")}, {"file", about.media[1]}});
    about.id = row.pair_id;
    about.task = row.task;
    about.source = row.source_id.text;
    // Names of private recordings may tell who somebody is.
    const std::string video = privacy_.shown_video(row.source_id.text, row.video_id.text);
    const std::string case_id = privacy_.shown_case(row.source_id.text, row.case_id.text);
    about.video = video;
    about.case_id = case_id;
    about.part = kParts[part];
    about.form = word(Form::kOpen);
    about.origin = word(row.origin);
    about.licence = sample.licence;
    about.is_simulated = sample.is_simulated;
    about.begin_us = row.begin_us;
    about.end_us = row.end_us;
    about.turns = {row.prompt};
    about.answer = answer;
    SURGSIGMA_CHECK(place(sample.input, about.media[0], true, row, video, turns.input64));
    SURGSIGMA_CHECK(place(sample.target, about.media[1], !turns.has_clip, row, video, turns.target64));
    line_.clear();
    format_.append(turns, line_);
    return lines_of(part, turns.has_clip).add(line_);
  }

  /// Embedded, or linked beside the rows.
  Status place(const fs::path& file, const std::string& path, bool is_picture, const PairRow& row,
               const std::string& video, std::string& bytes64) {
    if (format_.embeds_pictures && is_picture) {
      SURGSIGMA_TRY(bytes, read_file(file));
      bytes64 = base64(bytes);
      return done();
    }
    SURGSIGMA_CHECK(link_or_copy(file, folder_ / path));
    return media_.add(path + "\tfound\t" + video + "\t" + fs::relative(file, database_.folder()).generic_string() +
                      "\t" + std::to_string(row.begin_us) + "\t" + std::to_string(row.end_us));
  }

  SpillLines& lines_of(std::size_t part, bool has_clip) {
    Slot& slot = *std::find_if(slots_.begin(), slots_.end(), [&](const Slot& one) {
      return one.part == part && (!format_.has_clips_apart || one.has_clips == has_clip);
    });
    const bool is_full =
        format_.max_lines_bytes > 0 && !slot.pieces.empty() && slot.pieces.back().bytes() > format_.max_lines_bytes;
    if (slot.pieces.empty() || is_full) {
      slot.pieces.emplace_back(work_ / (std::to_string(part) + (slot.has_clips ? "-video-" : "-image-") +
                                        std::to_string(slot.pieces.size())));
    }
    return slot.pieces.back();
  }

  static std::string five(std::size_t number) {
    const std::string digits = std::to_string(number);
    return std::string(digits.size() < 5 ? 5 - digits.size() : 0, '0') + digits;
  }

  Status finish_piece(const std::shared_ptr<Engine>& engine, Slot& slot, std::size_t index) {
    SpillLines& lines = slot.pieces[index];
    SURGSIGMA_CHECK(lines.flush());
    const std::string part(kParts[slot.part]);
    const std::string config = !format_.has_clips_apart ? "default" : slot.has_clips ? "video" : "image";
    std::string path = std::string(format_.folder) + part + (format_.has_clips_apart ? "-" + config : "");
    std::int64_t rows = 0;
    std::error_code code;
    fs::create_directories((folder_ / path).parent_path(), code);
    if (format_.convert != nullptr) {
      path += "-" + five(index) + "-of-" + five(slot.pieces.size()) + ".parquet";
      const LinesToFile job{engine, lines.path(), folder_ / path, slot.has_clips};
      SURGSIGMA_CHECK(format_.convert(job));
      SURGSIGMA_TRY(read, format_.check_file(job));
      rows = read;
    } else {
      path += ".jsonl";
      fs::rename(lines.path(), folder_ / path, code);
      if (code) return Error{ErrorKind::kIo, "cannot put the file in place: " + code.message(), path, ""};
      SURGSIGMA_TRY(read, check_lines(folder_ / path));
      rows = read;
    }
    if (rows != lines.rows()) {
      return Error{ErrorKind::kInternal,
                   std::to_string(lines.rows()) + " rows were written, " + std::to_string(rows) + " read back", path,
                   "please report this with the command you gave"};
    }
    SURGSIGMA_TRY(file, file_of_export(folder_, path, config, part, rows));
    papers_.files.push_back(std::move(file));
    return done();
  }

  Result<std::int64_t> check_lines(const fs::path& path) const {
    std::ifstream stream(path, std::ios::binary);
    simdjson::dom::parser parser;
    std::int64_t rows = 0;
    for (std::string line; std::getline(stream, line); ++rows) {
      simdjson::dom::element row;
      const std::string problem = parser.parse(line).get(row) ? "no JSON" : format_.check_line(row);
      if (problem.empty()) continue;
      return Error{ErrorKind::kInternal, "a row reads back wrong: " + problem,
                   path.filename().string() + ":" + std::to_string(rows + 1),
                   "please report this with the command you gave"};
    }
    return rows;
  }

  const Database& database_;
  const Catalog& catalog_;
  const Selection& selection_;
  const Caps& caps_;
  const Privacy& privacy_;
  const ExportOptions& options_;
  const PairTurnsFormat& format_;
  fs::path folder_;
  fs::path work_;
  Papers& papers_;
  SpillLines media_;
  Progress progress_;
  std::map<std::string, const SourceRow*, std::less<>> sources_;
  std::vector<Slot> slots_;
  std::string last_id_;
  std::string line_;
};

}  // namespace

Result<bool> are_pair_tasks(const std::vector<std::string>& tasks) {
  std::vector<std::string> pairs, others;
  for (const std::string& task : tasks) (find_pair_roles(task) ? pairs : others).push_back(task);
  if (!pairs.empty() && !others.empty()) {
    return Error{ErrorKind::kUsage,
                 "tasks answered by pixels (" + join(pairs, ", ") + ") beside tasks answered in words (" +
                     join(others, ", ") + ")",
                 "--task", "their rows have other columns: export them in two calls, to two folders"};
  }
  return !pairs.empty();
}

Result<ExportReport> export_pair_conversations(const Database& database, const Catalog& catalog,
                                               const ExportOptions& options) {
  const PairTurnsFormat* format = find_pair_turns_format(options.format);
  if (format == nullptr) {
    return Error{ErrorKind::kUsage, "the format " + quoted(options.format) + " cannot hold a picture as an answer",
                 "export", "formats of conversations that can: " + pair_turns_formats() + "; files: pairs, wds"};
  }
  SURGSIGMA_CHECK(refuse_words(options, false));
  SURGSIGMA_TRY(engine, database.engine_with_views(options.jobs));
  SURGSIGMA_TRY(selection, select_pairs(*engine, database, catalog, options));
  SURGSIGMA_TRY(caps, draw_pair_caps(*engine, selection, options));
  SURGSIGMA_TRY(single, Engine::open(1));
  UnfinishedFolder folder(options.out);
  SURGSIGMA_CHECK(folder.make());

  Papers papers;
  papers.options = &options;
  papers.selection = &selection;
  papers.over_cap = caps.left_out();
  papers.format = options.format;
  papers.title = "SurgSigma pairs as conversations";
  papers.hub_tasks = {"image-to-image"};
  papers.one = "pair";
  papers.many = "conversations";
  papers.lists_configs = true;
  papers.parameters = Json::object();
  papers.body =
      "The question shows a picture; the answer is a picture, a mask, a depth map or a clip.\n\n## Loading\n\n" +
      loading_of(*format);
  SURGSIGMA_TRY(privacy, Privacy::read(database, options.purpose));
  Writer writer(database, catalog, selection, caps, privacy, options, *format, folder.path(), folder.work(), papers);
  for (const std::string& task : selection.tasks) SURGSIGMA_CHECK(writer.write_task(engine, task));
  if (papers.rows_total() == 0) return nothing_written(papers, kPage);
  SURGSIGMA_CHECK(writer.finish(single));
  SURGSIGMA_CHECK(write_papers_of(papers, database, folder.path()));
  SURGSIGMA_CHECK(folder.put_in_place());
  return report_of(papers);
}

}  // namespace surgsigma
