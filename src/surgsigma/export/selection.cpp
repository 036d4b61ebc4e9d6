#include "surgsigma/export/selection.h"

#include <algorithm>
#include <array>
#include <set>

#include "surgsigma/base/random.h"
#include "surgsigma/base/text.h"
#include "surgsigma/export/format.h"
#include "surgsigma/schema/words.h"

namespace surgsigma {
namespace {

/// Rows of one source, task and part, before any of them is left out.
struct Count {
  std::string source;
  std::string task;
  int part = kNoPart;
  std::int64_t rows = 0;
};

std::string sql_list(const std::vector<std::string>& texts) {
  std::string list;
  for (const std::string& text : texts) list += (list.empty() ? "" : ", ") + sql_quoted(text);
  return list;
}

std::string condition(const ExportOptions& options) {
  std::string where = "true";
  if (!options.tasks.empty()) where += " AND task IN (" + sql_list(options.tasks) + ")";
  if (!options.forms.empty()) where += " AND form IN (" + sql_list(options.forms) + ")";
  if (!options.sources.empty()) where += " AND source_id IN (" + sql_list(options.sources) + ")";
  if (options.reasoning == ReasoningMode::kOnly) where += " AND reasoning_id <> ''";
  return where;
}

int part_index(std::string_view word) {
  const auto found = std::find(kParts.begin(), kParts.end(), word);
  return found == kParts.end() ? kNoPart : static_cast<int>(found - kParts.begin());
}

bool is_wanted(const std::vector<std::string>& wanted, std::string_view name) {
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), name) != wanted.end();
}

Result<std::vector<std::string>> texts_of(Engine& engine, const std::string& sql) {
  SURGSIGMA_TRY(table, engine.query(sql));
  std::vector<std::string> texts;
  for (const auto& row : table.rows) texts.push_back(row[0].value_or(""));
  return texts;
}

Status check_names(Engine& engine, const Catalog& catalog, const std::vector<SourceRow>& sources,
                   const ExportOptions& options) {
  std::vector<std::string> tasks;
  for (const Task& task : catalog.tasks) tasks.push_back(task.id);
  SURGSIGMA_TRY(made, texts_of(engine, "SELECT DISTINCT task FROM conversations ORDER BY 1"));
  for (const std::string& task : made) {
    if (!catalog.task(task)) tasks.push_back(task);
  }
  for (const std::string& task : options.tasks) SURGSIGMA_CHECK(check_name("task", task, tasks));
  std::vector<std::string> ids;
  for (const SourceRow& source : sources) ids.push_back(source.source_id.text);
  for (const std::string& source : options.sources) SURGSIGMA_CHECK(check_name("source", source, ids));
  const std::vector<std::string> forms(kFormWords.begin(), kFormWords.end());
  for (const std::string& form : options.forms) SURGSIGMA_CHECK(check_name("form", form, forms));
  const std::vector<std::string> parts(kParts.begin(), kParts.end());
  for (const std::string& part : options.parts) SURGSIGMA_CHECK(check_name("part", part, parts));
  SURGSIGMA_TRY(schemes, texts_of(engine, "SELECT DISTINCT scheme FROM splits ORDER BY 1"));
  return check_name("split scheme", options.split, schemes);
}

Result<std::vector<SourceRow>> read_sources(const std::shared_ptr<Engine>& engine, const Database& database) {
  SURGSIGMA_TRY(rows, read_all<SourceRow>(engine, database.files(SourceRow::kTable)));
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.source_id < b.source_id; });
  return rows;
}

Result<std::map<std::string, PartOfCase>> read_parts(Engine& engine, const ExportOptions& options) {
  SURGSIGMA_TRY(table,
                engine.query("SELECT source_id, case_id, part FROM splits WHERE scheme = " + sql_quoted(options.split),
                             100'000'000));
  std::map<std::string, PartOfCase> parts;
  for (const auto& row : table.rows) {
    const std::string word = row[2].value_or("");
    parts[row[0].value_or("")].set(row[1].value_or(""), is_wanted(options.parts, word) ? part_index(word) : kNoPart);
  }
  return parts;
}

Result<std::vector<Count>> count_rows(Engine& engine, const Selection& selection) {
  SURGSIGMA_TRY(table, engine.query("SELECT source_id, case_id, task, count(*) FROM conversations WHERE " +
                                        selection.where + " GROUP BY ALL ORDER BY ALL",
                                    100'000'000));
  std::map<std::tuple<std::string, std::string, int>, std::int64_t> sums;
  for (const auto& row : table.rows) {
    const auto parts = selection.parts.find(row[0].value_or(""));
    const int part = parts == selection.parts.end() ? kNoPart : parts->second.find(row[1].value_or(""));
    sums[{row[0].value_or(""), row[2].value_or(""), part}] += parse_int(row[3].value_or("0")).value_or(0);
  }
  std::vector<Count> counts;
  for (const auto& [key, rows] : sums) counts.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), rows});
  return counts;
}

/// Number in the catalog first, so that a list of tasks reads as everywhere else.
std::vector<std::string> in_catalog_order(const std::set<std::string>& tasks, const Catalog& catalog) {
  std::vector<std::string> ordered;
  for (const Task& task : catalog.tasks) {
    if (tasks.contains(task.id)) ordered.push_back(task.id);
  }
  for (const std::string& task : tasks) {
    if (!catalog.task(task)) ordered.push_back(task);
  }
  return ordered;
}

Error nothing_left(const Selection& selection, std::int64_t considered, const ExportOptions& options) {
  Error error{ErrorKind::kUsage, "nothing to export", std::string(purpose_word(options.purpose)), ""};
  if (selection.dropped_by_licence > 0) {
    error.what += ": " + std::to_string(selection.dropped_by_licence) + " rows are of sources whose terms forbid " +
                  std::string(purpose_word(options.purpose)) + " use: " + join(selection.forbidden_sources, ", ");
  }
  if (selection.outside_split > 0) {
    error.what += (selection.dropped_by_licence > 0 ? "; " : ": ") + std::to_string(selection.outside_split) +
                  " rows are of cases that the scheme " + quoted(options.split) +
                  " puts into none of the parts asked for";
    error.hint = "ask for other parts or another scheme; `surgsigma list splits` names them";
  }
  if (considered == 0) {
    error.what += ": no conversation fits the filters";
    error.hint = "look at `surgsigma stats`; a database without conversations needs `surgsigma build`";
  }
  error.where = "export";
  return error;
}

/// Files each count under what becomes of it.
void take_counts(const std::vector<Count>& counts, const std::vector<SourceRow>& sources, const Catalog& catalog,
                 const ExportOptions& options, Selection& selection) {
  std::set<std::string> tasks;
  for (const SourceRow& source : sources) {
    SourceShare share{source, 0};
    const std::string term = forbidding_term(source.terms, options.purpose);
    bool is_forbidden = false;
    for (const Count& count : counts) {
      if (count.source != source.source_id.text) continue;
      if (!term.empty()) {
        selection.dropped_by_licence += count.rows;
        is_forbidden = true;
      } else if (count.part == kNoPart) {
        selection.outside_split += count.rows;
      } else {
        share.rows += count.rows;
        tasks.insert(count.task);
      }
    }
    if (is_forbidden) selection.forbidden_sources.push_back(source.source_id.text + " (" + term + ")");
    if (share.rows == 0) continue;
    selection.rows += share.rows;
    (source.is_simulated ? selection.has_simulated : selection.has_real) = true;
    selection.sources.push_back(std::move(share));
  }
  selection.tasks = in_catalog_order(tasks, catalog);
}

}  // namespace

int PartOfCase::find(std::string_view case_id) const {
  const auto found = parts_.find(case_id);
  return found == parts_.end() ? kNoPart : found->second;
}

Caps::Ticket Caps::ticket(std::string_view id) const { return {draw(seed_, id, kPurpose), std::string(id)}; }

void Caps::offer(std::string_view task, int part, std::string_view answer_class, std::string_view id) {
  offered_[{std::string(task), part}][is_balanced_ ? std::string(answer_class) : std::string()].push_back(ticket(id));
}

void Caps::draw_rows() {
  for (auto& [key, classes] : offered_) {
    std::vector<std::int64_t> sizes;
    for (const auto& [name, tickets] : classes) sizes.push_back(static_cast<std::int64_t>(tickets.size()));
    const std::vector<std::int64_t> shares = even_shares(sizes, cap_);
    std::size_t i = 0;
    for (auto& [name, tickets] : classes) {
      const std::int64_t share = shares[i++];
      left_out_ += static_cast<std::int64_t>(tickets.size()) - share;
      if (share == 0) continue;
      const auto last = tickets.begin() + (share - 1);
      std::nth_element(tickets.begin(), last, tickets.end());
      last_drawn_[key][name] = *last;
    }
  }
  offered_.clear();
}

bool Caps::keeps(std::string_view task, int part, std::string_view answer_class, std::string_view id) const {
  const auto classes = last_drawn_.find({std::string(task), part});
  if (classes == last_drawn_.end()) return false;
  const auto last = classes->second.find(is_balanced_ ? answer_class : std::string_view());
  return last != classes->second.end() && ticket(id) <= last->second;
}

std::vector<std::int64_t> even_shares(const std::vector<std::int64_t>& sizes, std::int64_t cap) {
  std::vector<std::size_t> by_size(sizes.size());
  for (std::size_t i = 0; i < sizes.size(); ++i) by_size[i] = i;
  std::stable_sort(by_size.begin(), by_size.end(), [&](std::size_t a, std::size_t b) { return sizes[a] < sizes[b]; });
  std::vector<std::int64_t> shares(sizes.size(), 0);
  std::int64_t left = cap;
  for (std::size_t i = 0; i < by_size.size(); ++i) {
    const auto others = static_cast<std::int64_t>(by_size.size() - i);
    shares[by_size[i]] = std::min(sizes[by_size[i]], left / others);
    left -= shares[by_size[i]];
  }
  return shares;
}

Status check_name(std::string_view kind, const std::string& name, const std::vector<std::string>& known) {
  if (std::find(known.begin(), known.end(), name) != known.end()) return done();
  const auto near = nearest(name, known);
  std::string hint = near ? "did you mean '" + *near + "'?" : "known: " + join(known, ", ");
  if (known.empty()) hint = "there is none in this database; run `surgsigma build`";
  return Error{ErrorKind::kUsage, "no " + std::string(kind) + " " + quoted(name), "export", std::move(hint)};
}

Result<Selection> select_conversations(const Database& database, const Catalog& catalog, const ExportOptions& options) {
  SURGSIGMA_TRY(engine, database.engine_with_views(options.jobs));
  SURGSIGMA_TRY(sources, read_sources(engine, database));
  SURGSIGMA_CHECK(check_names(*engine, catalog, sources, options));
  Selection selection;
  selection.where = condition(options);
  SURGSIGMA_TRY(parts, read_parts(*engine, options));
  selection.parts = std::move(parts);
  SURGSIGMA_TRY(counts, count_rows(*engine, selection));
  take_counts(counts, sources, catalog, options, selection);
  if (selection.rows == 0) {
    std::int64_t considered = 0;
    for (const Count& count : counts) considered += count.rows;
    return nothing_left(selection, considered, options);
  }
  if (selection.has_simulated && selection.has_real && !options.allows_mixed) {
    return Error{ErrorKind::kUsage, "simulated and real sources would be mixed", "export",
                 "choose with --source, or pass --allow-mixed: the card will say so"};
  }
  return selection;
}

}  // namespace surgsigma
