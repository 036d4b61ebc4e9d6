// What an export of pairs says of itself: manifest.json, and README.md as a dataset card.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "surgsigma/base/json.h"
#include "surgsigma/export/case_list.h"
#include "surgsigma/export/format.h"
#include "surgsigma/export/licence.h"
#include "surgsigma/export/pairs/pair_formats.h"
#include "surgsigma/export/selection.h"

namespace surgsigma {

/// Everything that is known when the files stand.
struct PairFacts {
  const ExportOptions* options = nullptr;
  const PairExportLimits* limits = nullptr;
  const PairFormatRow* format = nullptr;
  const Selection* selection = nullptr;
  std::vector<ExportedFile> files;
  std::vector<SourceShare> sources;                                                         ///< with the rows they gave
  std::map<std::string, std::map<std::string, std::map<std::string, std::int64_t>>> rows;  ///< part -> task -> source
  CaseList cases;
  std::map<std::string, DroppedRows> dropped;
  std::int64_t rows_total = 0;
  std::int64_t over_cap = 0;
  bool has_simulated = false;
  bool has_real = false;
  std::string database_hash;
  std::uint64_t database_seed = 0;
  std::string database_tool;
};

Json pair_manifest(const PairFacts& facts);
std::string pair_card(const PairFacts& facts);

}  // namespace surgsigma
