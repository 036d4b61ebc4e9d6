// Pairs as conversations in the formats of conversations: the question shows a picture, the answer is a picture or a
// clip. What `surgsigma export llava OUT --task desmoking` writes. docs/export-pairs.md says what stands in the folder.
#pragma once

#include "surgsigma/base/result.h"
#include "surgsigma/export/export.h"

namespace surgsigma {

/// Whether the tasks of an export are tasks of pairs: all of them, or none (also where none is named). kUsage for a
/// list that mixes tasks answered in words with tasks answered by pixels: their rows stand in files of other columns.
Result<bool> are_pair_tasks(const std::vector<std::string>& tasks);

/// Writes the export; `options.format` is one of the conversations' formats. Options hold as in export_pairs().
Result<ExportReport> export_pair_conversations(const Database& database, const Catalog& catalog,
                                               const ExportOptions& options);

}  // namespace surgsigma
