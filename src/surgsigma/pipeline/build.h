// From a database's inputs and the catalog to what has to be made, why, and the making of it. A unit is done again only
// when its key changes: the stage's version, its parameters, the catalog files it reads, or the keys of its inputs.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/pipeline/stages.h"

namespace surgsigma {

struct PlannedUnit {
  const StageRow* stage = nullptr;
  std::size_t source = 0;       ///< index into Plan::sources; unused for Scope::kAll
  std::size_t ingest_unit = 0;  ///< index into that source's units; unused but for Scope::kUnit
  std::string source_name;      ///< "" for Scope::kAll
  std::string unit;             ///< bucket name, "card" for kSource, "all-sources" for kAll
  std::string key;
  std::vector<std::pair<std::string, std::string>> parts;
  bool is_stale = true;
  std::string reason;  ///< why it is stale: "new", "catalog file ontology/instruments.yaml changed", ...

  /// "dialogue/cholec80/b003": what --unit takes.
  std::string id() const;
};

struct Plan {
  std::vector<SourceWork> sources;
  std::vector<PlannedUnit> units;  ///< every unit, stage by stage, sources and buckets in order
  BuildParameters parameters;

  std::size_t stale() const;
};

/// Finds out what is stale. Reads the inputs' file lists and hashes files not known yet (remembered in the database).
Result<Plan> make_plan(Database& database, const Catalog& catalog);

struct BuildOptions {
  int jobs = 0;  ///< 0: all cores
  bool is_quiet = false;
  std::vector<std::string> only;  ///< sources or stages to bring up to date (with what they need); empty: all
  std::string unit;               ///< one unit id: does it (and what it needs within its bucket), commits nothing
};

struct BuildReport {
  std::size_t units_done = 0;
  std::size_t units_kept = 0;
  std::map<std::string, double> seconds_by_stage;  ///< summed over threads
  std::map<std::string, std::int64_t> rows_by_table;
  std::int64_t errors = 0;  ///< issues by severity, in the whole database
  std::int64_t warnings = 0;
};

/// Runs what is stale, on `jobs` threads, and commits. Finished units survive a kill at any moment: the next build
/// takes them up. Output does not depend on `jobs`.
Result<BuildReport> build(Database& database, const Catalog& catalog, const BuildOptions& options);

/// Puts a folder under the sources of the database; `source` may be empty when the folder can be identified. Replaces
/// an earlier input of the same source. Nothing is read yet but the file list.
struct AddedInput {
  Input input;
  std::size_t videos = 0;
  std::size_t files = 0;
  std::vector<std::string> missing;
  std::vector<std::string> unexpected;
};
Result<AddedInput> add_input(Database& database, const Catalog& catalog, std::string source, const fs::path& folder,
                             const fs::path& card = {});

/// A Slurm script that builds the stale units as array jobs and commits once: see docs/slurm.md.
std::string slurm_script(const Plan& plan, const fs::path& database);

}  // namespace surgsigma
