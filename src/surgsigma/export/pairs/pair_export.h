// Pairs (samples whose answer is a picture, a mask, a depth map or a clip) to a folder that a trainer reads: files in
// folders, or tar shards. Manifest, card and ledger, split, terms and caps are those of conversations.
// docs/export-pairs.md says what stands in the folder.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/export/export.h"
#include "surgsigma/schema/catalog.h"
#include "surgsigma/store/database.h"

namespace surgsigma {

struct PairExportLimits {
  std::int64_t shard_bytes = 1'000'000'000;  ///< a tar shard is ended before it grows beyond; one sample always fits
  std::int64_t folder_pairs = 2'000;         ///< pairs of a folder export that are worked on as one piece
};

/// Whether `name` is a format of pairs: export_pairs() takes it, export_conversations() does not.
bool is_pair_format(std::string_view name);
std::vector<ExportFormatRow> pair_formats();

/// Writes the export. Of the options, task, source, part, split, cap, seed, purpose, mixing, requires_media, jobs and the
/// format, quality and size of `media` hold; those that only conversations have are refused (kUsage) unless they stand at their defaults. A pair whose file
/// is missing, empty or outside the database's folder `media` stays out and is counted under its rule with its id;
/// with requires_media it is an error that names it. Same database and options: same bytes, whatever `jobs`. Until it
/// is done the folder is called `<out>.writing`; after a failure nothing is left.
Result<ExportReport> export_pairs(const Database& database, const Catalog& catalog, const ExportOptions& options,
                                  const PairExportLimits& limits = {});

}  // namespace surgsigma
