// What an export says of itself: manifest.json for programs, README.md (a dataset card) for people and the hub.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "surgsigma/base/json.h"
#include "surgsigma/export/case_list.h"
#include "surgsigma/export/export.h"
#include "surgsigma/export/format.h"
#include "surgsigma/export/licence.h"
#include "surgsigma/export/media_lists.h"

namespace surgsigma {

/// Rows whose texts are longer than so many tokens, at four characters each.
struct TokenCounts {
  static constexpr std::array<std::int64_t, 3> kLimits = {1024, 4096, 8192};
  static constexpr std::int64_t kCharactersPerToken = 4;
  std::int64_t rows = 0;
  std::int64_t tokens = 0;
  std::array<std::int64_t, 3> over{};

  void add(std::int64_t characters);
  void add(const TokenCounts& other);
};

/// Everything that is known when the data files stand.
struct ExportFacts {
  const ExportOptions* options = nullptr;
  const FormatRow* format = nullptr;
  std::vector<ExportedFile> files;
  std::vector<SourceShare> sources;
  std::vector<std::string> tasks;
  std::map<std::string, std::map<std::string, std::map<std::string, std::int64_t>>> rows;  ///< part -> task -> source
  std::map<std::string, DroppedRows> dropped;
  CaseList cases;
  std::int64_t rows_total = 0;
  std::int64_t outside_split = 0;
  std::int64_t dropped_by_licence = 0;
  std::int64_t over_cap = 0;
  std::vector<std::string> forbidden_sources;
  std::int64_t media = 0;
  std::int64_t missing_media = 0;
  MediaFacts written;
  TokenCounts tokens;
  std::string database_hash;
  std::uint64_t database_seed = 0;
  std::string database_tool;
};

Json export_manifest(const ExportFacts& facts);
std::string export_card(const ExportFacts& facts);

bool has_simulated(const ExportFacts& facts);
bool has_real(const ExportFacts& facts);

}  // namespace surgsigma
