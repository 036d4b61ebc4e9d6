// The stages as one table, and what one unit of work is: a stage applied to one bucket of videos of one source (or once
// to everything). Adding a stage is adding a row in stages.cpp.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/augment/augment.h"
#include "surgsigma/base/result.h"
#include "surgsigma/dialogue/dialogue.h"
#include "surgsigma/ingest/reader.h"
#include "surgsigma/reason/reason.h"
#include "surgsigma/schema/catalog.h"
#include "surgsigma/store/database.h"

namespace surgsigma {

/// Folder of a database that keeps the indices of videos between runs; it may be deleted at any time.
inline constexpr const char* kVideoIndexFolder = ".video-index";

/// Everything about a build that the user can set, besides the catalog. Stored in the manifest as name=value.
struct BuildParameters {
  std::uint64_t seed = 1;
  Microseconds measure_step = kSecond;
  std::int64_t pairs_per_video = 6;
  AugmentOptions augment;
  ReasonOptions reason;
  DialogueOptions dialogue;
};

/// One settable parameter: its name in the manifest and on the command line, the stage whose units it makes stale.
struct ParameterRow {
  std::string_view name;
  std::string_view stage;
  std::string_view description;
  Status (*set)(BuildParameters&, std::string_view value);
  std::string (*get)(const BuildParameters&);
};
const std::vector<ParameterRow>& parameter_rows();
Result<BuildParameters> build_parameters(const Manifest& manifest);

/// A source that takes part in a build.
struct SourceWork {
  Input input;
  SourceCard card;
  std::string card_file;  ///< key into the catalog's file hashes, or the hash of an in-house card
  std::string card_hash;
  SourceFiles files;
  std::vector<IngestUnit> units;
};

/// What a stage's function is given.
struct UnitJob {
  const Catalog& catalog;
  const BuildParameters& parameters;
  const Database& database;
  std::shared_ptr<Engine> engine;
  const SourceWork* source = nullptr;  ///< nothing for a stage over all sources
  const IngestUnit* ingest_unit = nullptr;
  std::string stage;
  std::string unit;
  std::string key;
  /// Files of a table that earlier stages of the same unit wrote (for a stage over all sources: of every unit).
  std::vector<fs::path> inputs_of(std::string_view table) const;
  const std::vector<Partition>* inputs = nullptr;
};

enum class Scope {
  kUnit,    ///< once per bucket of videos of a source
  kSource,  ///< once per source
  kAll,     ///< once per database
};

struct StageRow {
  std::string_view name;
  int version;
  Scope scope;
  std::string_view description;
  /// Stages whose output it reads; empty for the first. A stage over all sources sees only their tables, one of a bucket
  /// sees all that came before it.
  std::vector<std::string_view> after;
  std::vector<std::string_view> tables;  ///< tables it writes
  std::vector<std::string_view>
      catalog_files;  ///< prefixes of catalog files that it reads; "card" is the source's card
  Result<std::vector<Partition>> (*run)(const UnitJob& job);
};
const std::vector<StageRow>& stage_rows();
const StageRow* find_stage(std::string_view name);

}  // namespace surgsigma
