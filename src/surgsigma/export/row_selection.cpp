#include "surgsigma/export/row_selection.h"

#include <algorithm>
#include <set>

#include "surgsigma/base/text.h"
#include "surgsigma/export/privacy.h"

namespace surgsigma {
namespace {

Result<std::vector<SourceRow>> read_sources(const Database& database) {
  SURGSIGMA_TRY(engine, Engine::open(1));
  SURGSIGMA_TRY(rows, read_all<SourceRow>(engine, database.files(SourceRow::kTable)));
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.source_id < b.source_id; });
  return rows;
}

Status check_names(Engine& engine, const RowQuestion& question, const std::vector<SourceRow>& sources,
                   const ExportOptions& options) {
  for (const std::string& task : options.tasks) {
    SURGSIGMA_CHECK(check_name(question.task_kind, task, question.known_tasks));
  }
  std::vector<std::string> ids;
  for (const SourceRow& source : sources) ids.push_back(source.source_id.text);
  for (const std::string& source : options.sources) SURGSIGMA_CHECK(check_name("source", source, ids));
  const std::vector<std::string> parts(kParts.begin(), kParts.end());
  for (const std::string& part : options.parts) SURGSIGMA_CHECK(check_name("part", part, parts));
  std::vector<std::string> schemes;
  SURGSIGMA_TRY(table, engine.query("SELECT DISTINCT scheme FROM splits ORDER BY 1"));
  for (const auto& row : table.rows) schemes.push_back(row[0].value_or(""));
  return check_name("split scheme", options.split, schemes);
}

int wanted_part(const ExportOptions& options, const std::string& word) {
  const auto found = std::find(kParts.begin(), kParts.end(), word);
  const bool is_wanted =
      options.parts.empty() || std::find(options.parts.begin(), options.parts.end(), word) != options.parts.end();
  return found == kParts.end() || !is_wanted ? kNoPart : static_cast<int>(found - kParts.begin());
}

Status read_parts(Engine& engine, const ExportOptions& options, Selection& selection) {
  SURGSIGMA_TRY(table,
                engine.query("SELECT source_id, case_id, part FROM splits WHERE scheme = " + sql_quoted(options.split),
                             kMostSelectedRows));
  for (const auto& row : table.rows) {
    selection.parts[row[0].value_or("")].set(row[1].value_or(""), wanted_part(options, row[2].value_or("")));
  }
  return done();
}

/// Rows of one source, case, task and kind of pixels.
struct Count {
  std::string source;
  std::string case_id;
  std::string task;
  bool is_simulated = false;
  std::int64_t rows = 0;
};

Result<std::vector<Count>> count_rows(Engine& engine, const RowQuestion& question) {
  SURGSIGMA_TRY(table, engine.query(question.counts, kMostSelectedRows));
  std::vector<Count> counts;
  for (const auto& row : table.rows) {
    counts.push_back({row[0].value_or(""), row[1].value_or(""), row[2].value_or(""), row[3].value_or("") == "true",
                      parse_int(row[4].value_or("0")).value_or(0)});
  }
  return counts;
}

/// Files the counts of one source under what becomes of them.
void take_source(const SourceRow& source, const std::vector<Count>& counts, Purpose purpose, Selection& selection,
                 std::set<std::string>& tasks) {
  SourceShare share{source, 0};
  const std::string term = forbidding_term(source.terms, purpose);
  std::int64_t forbidden = 0;
  for (const Count& count : counts) {
    if (count.source != source.source_id.text) continue;
    if (!term.empty()) {
      forbidden += count.rows;
    } else if (part_of(selection, count.source, count.case_id) == kNoPart) {
      selection.outside_split += count.rows;
    } else {
      share.rows += count.rows;
      tasks.insert(count.task);
      (source.is_simulated || count.is_simulated ? selection.has_simulated : selection.has_real) = true;
    }
  }
  selection.dropped_by_licence += forbidden;
  if (forbidden > 0) selection.forbidden_sources.push_back(source.source_id.text + " (" + term + ")");
  selection.rows += share.rows;
  if (share.rows > 0) selection.sources.push_back(std::move(share));
}

/// Recordings of private sources whose pixels go out.
Result<std::vector<std::string>> private_recordings(Engine& engine, const Selection& selection,
                                                    const RowQuestion& question) {
  std::set<std::string> sources;
  for (const SourceShare& share : selection.sources) {
    if (share.source.is_private) sources.insert(share.source.source_id.text);
  }
  std::vector<std::string> videos;
  if (sources.empty()) return videos;
  SURGSIGMA_TRY(table, engine.query(question.recordings, kMostSelectedRows));
  for (const auto& row : table.rows) {
    const std::string source = row[0].value_or("");
    const bool goes_out = sources.contains(source) && part_of(selection, source, row[1].value_or("")) != kNoPart;
    if (goes_out) videos.push_back(row[2].value_or(""));
  }
  return videos;
}

Error nothing_left(const Selection& selection, const ExportOptions& options, const RowQuestion& question) {
  Error error{ErrorKind::kUsage, "nothing to export", "export", ""};
  if (selection.dropped_by_licence > 0) {
    error.what += ": " + std::to_string(selection.dropped_by_licence) + " " + std::string(question.many) +
                  " are of sources whose terms forbid " + std::string(purpose_word(options.purpose)) +
                  " use: " + join(selection.forbidden_sources, ", ");
  }
  if (selection.outside_split > 0) {
    error.what += (selection.dropped_by_licence > 0 ? "; " : ": ") + std::to_string(selection.outside_split) + " " +
                  std::string(question.many) + " are of cases that the scheme " + quoted(options.split) +
                  " puts into none of the parts asked for";
    error.hint = "ask for other parts or another scheme; `surgsigma list splits` names them";
  }
  if (selection.dropped_by_licence == 0 && selection.outside_split == 0) {
    error.what += ": no " + std::string(question.one) + " fits the filters";
    error.hint = question.hint_when_empty;
  }
  return error;
}

}  // namespace

std::string sql_list(const std::vector<std::string>& texts) {
  std::string list;
  for (const std::string& text : texts) list += (list.empty() ? "" : ", ") + sql_quoted(text);
  return list;
}

int part_of(const Selection& selection, std::string_view source, std::string_view case_id) {
  const auto found = selection.parts.find(std::string(source));
  return found == selection.parts.end() ? kNoPart : found->second.find(case_id);
}

Result<Selection> select_rows(Engine& engine, const Database& database, const ExportOptions& options,
                              const RowQuestion& question) {
  SURGSIGMA_TRY(sources, read_sources(database));
  SURGSIGMA_CHECK(check_names(engine, question, sources, options));
  Selection selection;
  selection.where = question.where;
  SURGSIGMA_CHECK(read_parts(engine, options, selection));
  SURGSIGMA_TRY(counts, count_rows(engine, question));
  std::set<std::string> used;
  for (const SourceRow& source : sources) take_source(source, counts, options.purpose, selection, used);
  for (const std::string& task : question.known_tasks) {
    if (used.contains(task)) selection.tasks.push_back(task);
  }
  if (selection.rows == 0) return nothing_left(selection, options, question);
  if (selection.has_simulated && selection.has_real && !options.allows_mixed) {
    return Error{ErrorKind::kUsage, "simulated and real pixels would be mixed", "export",
                 "choose with --source, or pass --allow-mixed: the card will say so"};
  }
  SURGSIGMA_TRY(privacy, Privacy::read(database, options.purpose));
  SURGSIGMA_TRY(recordings, private_recordings(engine, selection, question));
  SURGSIGMA_CHECK(privacy.check_pixels(recordings));
  return selection;
}

}  // namespace surgsigma
