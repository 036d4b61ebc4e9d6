#include "surgsigma/export/pairs/pair_selection.h"

#include <algorithm>
#include <set>

#include "surgsigma/export/pairs/pair_formats.h"
#include "surgsigma/export/row_selection.h"

namespace surgsigma {
namespace {

std::string condition(const ExportOptions& options) {
  std::string where = "true";
  if (!options.tasks.empty()) where += " AND task IN (" + sql_list(options.tasks) + ")";
  if (!options.sources.empty()) where += " AND source_id IN (" + sql_list(options.sources) + ")";
  return where;
}

/// Tasks of pairs by their number in the catalog, and those made under other names.
Result<std::vector<std::string>> known_tasks(Engine& engine, const Catalog& catalog) {
  std::vector<std::string> tasks;
  for (const Task& task : catalog.tasks) {
    if (find_pair_roles(task.id) != nullptr) tasks.push_back(task.id);
  }
  SURGSIGMA_TRY(made, engine.query("SELECT DISTINCT task FROM pairs ORDER BY 1"));
  for (const auto& row : made.rows) {
    const std::string task = row[0].value_or("");
    if (std::find(tasks.begin(), tasks.end(), task) == tasks.end()) tasks.push_back(task);
  }
  return tasks;
}

}  // namespace

Result<Selection> select_pairs(Engine& engine, const Database& database, const Catalog& catalog,
                               const ExportOptions& options) {
  SURGSIGMA_TRY(tasks, known_tasks(engine, catalog));
  const std::string where = condition(options);
  const RowQuestion question{
      "pair",
      "pairs",
      "task of pairs",
      std::move(tasks),
      where,
      "SELECT source_id, case_id, task, origin = 'simulated', count(*) FROM pairs WHERE " + where +
          " GROUP BY ALL ORDER BY ALL",
      "SELECT DISTINCT source_id, case_id, video_id FROM pairs WHERE " + where + " ORDER BY ALL",
      "look at `surgsigma stats`; pairs are made by `surgsigma build` where the pictures are at hand"};
  return select_rows(engine, database, options, question);
}

Result<Caps> draw_pair_caps(Engine& engine, const Selection& selection, const ExportOptions& options) {
  Caps caps(options.cap, false, options.seed);
  if (!caps.is_used()) return caps;
  std::set<std::string> allowed;
  for (const SourceShare& share : selection.sources) allowed.insert(share.source.source_id.text);
  SURGSIGMA_TRY(table, engine.query("SELECT source_id, case_id, task, pair_id FROM pairs WHERE " + selection.where,
                                    kMostSelectedRows));
  for (const auto& row : table.rows) {
    const std::string source = row[0].value_or("");
    const int part = part_of(selection, source, row[1].value_or(""));
    if (part == kNoPart || !allowed.contains(source)) continue;
    caps.offer(row[2].value_or(""), part, "", row[3].value_or(""));
  }
  caps.draw_rows();
  return caps;
}

}  // namespace surgsigma
