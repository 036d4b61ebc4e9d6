// Which sources and cases of a table go into an export: names checked, terms applied, cases looked up in the split. For
// every export that is not made of conversations.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/export/selection.h"

namespace surgsigma {

/// Rows as SELECT gives them; the most that one answer may have.
inline constexpr std::size_t kMostSelectedRows = 100'000'000;

/// What is chosen among.
struct RowQuestion {
  std::string_view one;                  ///< for messages: "pair"
  std::string_view many;                 ///< "pairs"
  std::string_view task_kind;            ///< "task of pairs"
  std::vector<std::string> known_tasks;  ///< in the order of the export
  std::string where;                     ///< SQL condition on the table, kept in the selection
  /// SELECT of source_id, case_id, task, whether the pixels are simulated, number of rows.
  std::string counts;
  /// SELECT DISTINCT of source_id, case_id, video_id: whose pixels go out. Private ones must have been screened.
  std::string recordings;
  std::string hint_when_empty;
};

/// As select_conversations(); refuses private recordings as Privacy::check_pixels() says. The caps are not applied yet.
Result<Selection> select_rows(Engine& engine, const Database& database, const ExportOptions& options,
                              const RowQuestion& question);

/// The part of a case of a source; kNoPart for one that is not asked for.
int part_of(const Selection& selection, std::string_view source, std::string_view case_id);

/// "'a', 'b'"
std::string sql_list(const std::vector<std::string>& texts);

}  // namespace surgsigma
