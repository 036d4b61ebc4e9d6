// How pairs become files: a folder per task and role with a manifest of lines, WebDataset shards with the two files
// that Energon wants, or questions with inputs and gold apart (docs/evaluation.md). Pairs come in batches, each on its own: any number of them can be written at once.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/base/files.h"
#include "surgsigma/base/json.h"
#include "surgsigma/base/result.h"
#include "surgsigma/export/format.h"
#include "surgsigma/export/pairs/pair_export.h"
#include "surgsigma/schema/tables.h"

namespace surgsigma {

/// What the two files of a pair are, by task.
struct PairRoles {
  std::string_view task;
  std::string_view input;
  std::string_view target;
};
/// nullptr for a task that has no pairs.
const PairRoles* find_pair_roles(std::string_view task);

/// One pair that can be written: its files were found.
struct PairSample {
  PairRow row;
  Json parameters;
  fs::path input;
  fs::path target;
  std::int64_t input_bytes = 0;
  std::int64_t target_bytes = 0;
  std::string licence;  ///< of the source
  bool is_simulated = false;
};

/// Pairs of one part and task that are written together.
struct PairBatch {
  std::string part;
  std::string task;
  std::size_t index = 0;  ///< among those of its part and task
  std::vector<PairSample> samples;
};

/// What a batch became.
struct WrittenBatch {
  std::vector<ExportedFile> files;  ///< without rows where a file is one picture or clip
  std::string lines;                ///< of the manifest of part and task
};

struct PairFormatRow {
  std::string_view name;
  std::string_view description;
  bool is_sharded;  ///< batches end by bytes; else by number
  /// What a pair adds to its batch, in bytes.
  std::int64_t (*bytes)(const PairSample& sample);
  /// Where the lines of a part and task stand below the folder; nullptr for a format that writes none.
  std::string (*lines_file)(const std::string& part, const std::string& task);
  /// Writes the files of a batch below `folder`, whose folder <part>/ is there, and reads them back.
  Result<WrittenBatch> (*write)(const PairBatch& batch, const fs::path& folder);
  /// What stands beside, when all batches are written; files with hashes.
  Result<std::vector<ExportedFile>> (*finish)(const std::vector<ExportedFile>& files, const fs::path& folder);
  /// How to load it, for README.md; Markdown.
  std::string_view readme;
};

const std::vector<PairFormatRow>& pair_format_rows();
const PairFormatRow* find_pair_format(std::string_view name);

/// Path, size and hash of a file below `folder`.
Result<ExportedFile> exported_file(const fs::path& folder, const std::string& path, const std::string& config,
                                   const std::string& part, std::int64_t rows);

}  // namespace surgsigma
