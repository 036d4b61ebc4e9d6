#include "surgsigma/pipeline/build.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <set>

#include "surgsigma/base/hash.h"
#include "surgsigma/base/progress.h"
#include "surgsigma/base/text.h"
#include "surgsigma/base/threads.h"

namespace surgsigma {
namespace {

constexpr const char* kDoneFolder = ".done";
constexpr std::string_view kMeasureStage = "measure";
constexpr std::string_view kScreenStage = "screen";
constexpr const char* kSimulatedMark = "SIMULATED.txt";

bool is_simulated_folder(const SourceFiles& files) {
  std::error_code code;
  for (fs::path folder = files.root; !folder.empty(); folder = folder.parent_path()) {
    if (fs::exists(folder / kSimulatedMark, code)) return true;
    if (folder == folder.root_path()) break;
  }
  return false;
}

/// Hash of a label file, from memory when size and time are unchanged.
Result<std::string> known_hash(Database& database, const fs::path& path, const MatchedFile& file) {
  KnownFile& known = database.known_files()[path.string()];
  const bool is_unchanged = !known.hash.empty() && known.bytes == file.bytes && known.modified_ns == file.modified_ns;
  if (!is_unchanged) {
    SURGSIGMA_TRY(hash, file_hash(path));
    known = {path.string(), file.bytes, file.modified_ns, hex64(hash)};
  }
  return known.hash;
}

Result<SourceWork> source_work(const Catalog& catalog, const Input& input) {
  SourceWork work;
  work.input = input;
  if (input.card.empty()) {
    const SourceCard* card = catalog.source(SourceId(input.source));
    if (!card) {
      return Error{ErrorKind::kNotFound, "no source card for " + quoted(input.source), "catalog/sources",
                   "restore the card, or ingest the source again with --card FILE"};
    }
    work.card = *card;
    work.card_file = "sources/" + input.source + ".yaml";
    const auto hash = catalog.file_hashes.find(work.card_file);
    if (hash != catalog.file_hashes.end()) work.card_hash = hash->second;
  } else {
    SURGSIGMA_TRY(document, read_document(input.card));
    SURGSIGMA_TRY(card, read_source_card(document, input.card));
    SURGSIGMA_TRY(hash, file_hash(input.card));
    work.card = std::move(card);
    work.card_file = input.card;
    work.card_hash = hex64(hash);
  }
  SURGSIGMA_TRY(files, match_source(work.card, input.path));
  work.files = std::move(files);
  work.units = plan_ingest(work.card, work.files, input.buckets);
  return work;
}

/// Videos are too large to be hashed at every plan: name, size and time stand for them.
std::string media_state(const SourceWork& source, const IngestUnit& unit) {
  Hasher hasher;
  for (const std::size_t at : unit.media) {
    const MatchedFile& file = source.files.files[at];
    hasher.add(file.path).add(static_cast<std::int64_t>(file.bytes)).add(file.modified_ns);
  }
  return hasher.hex();
}

/// What persons have marked and cleared of a source's recordings; an approval changes nothing that is built.
std::string decisions_state(const Manifest& manifest, const std::string& source) {
  Hasher hasher;
  for (const ScreeningDecision& decision : manifest.screening) {
    if (!decision.video.starts_with(source + "/") || decision.verdict == "approve") continue;
    hasher.add(decision.video).add(decision.verdict).add(decision.region).add(decision.by);
    hasher.add(decision.begin_us).add(decision.end_us);
    for (const double number : decision.box) hasher.add(std::to_string(number));
  }
  return hasher.hex();
}

/// Catalog files a stage reads, as parts of its key.
void add_catalog_parts(PlannedUnit& unit, const Catalog& catalog, const SourceWork* source) {
  for (const std::string_view prefix : unit.stage->catalog_files) {
    if (prefix == "card") {
      unit.parts.emplace_back("card " + source->card_file, source->card_hash);
      continue;
    }
    for (const auto& [file, hash] : catalog.file_hashes) {
      if (file.starts_with(prefix)) unit.parts.emplace_back("catalog " + file, hash);
    }
  }
}

void add_parameter_parts(PlannedUnit& unit, const BuildParameters& parameters) {
  unit.parts.emplace_back("seed", std::to_string(parameters.seed));
  for (const ParameterRow& row : parameter_rows()) {
    if (row.stage == unit.stage->name)
      unit.parts.emplace_back("parameter " + std::string(row.name), row.get(parameters));
  }
}

void seal(PlannedUnit& unit) {
  Hasher hasher;
  hasher.add(unit.stage->name).add(unit.source_name).add(unit.unit);
  for (const auto& [name, value] : unit.parts) hasher.add(name).add(value);
  unit.key = hasher.hex();
}

/// The first difference between what made the old key and what makes the new one, in words.
std::string difference(const DoneUnit& old, const PlannedUnit& now) {
  std::map<std::string, std::string> before(old.parts.begin(), old.parts.end());
  for (const auto& [name, value] : now.parts) {
    const auto found = before.find(name);
    if (found == before.end()) return name + " is new";
    if (found->second != value) return name + " changed";
    before.erase(found);
  }
  return before.empty() ? "key changed" : before.begin()->first + " is gone";
}

void judge(PlannedUnit& unit, const Database& database, const std::set<std::string>& existing) {
  const DoneUnit* old = database.manifest().unit(unit.stage->name, unit.source_name, unit.unit);
  if (!old) {
    unit.reason = "new";
    return;
  }
  if (old->key != unit.key) {
    unit.reason = difference(*old, unit);
    return;
  }
  for (const Partition& partition : database.manifest().partitions) {
    const bool is_its =
        partition.stage == unit.stage->name && partition.source == unit.source_name && partition.unit == unit.unit;
    if (is_its && !existing.contains(partition.file)) {
      unit.reason = "file " + partition.file + " is missing";
      return;
    }
  }
  unit.is_stale = false;
}

// Finished units of a build that has not committed yet: one small file each, named by the key.

fs::path done_file(const Database& database, const PlannedUnit& unit) {
  return database.folder() / kDoneFolder / (unit.key + ".json");
}

Status save_done(const Database& database, const PlannedUnit& unit, const std::vector<Partition>& partitions) {
  Json json = Json::array();
  for (const Partition& part : partitions) {
    json.push_back({{"table", part.table}, {"file", part.file}, {"rows", part.rows}, {"bytes", part.bytes}});
  }
  return write_file(done_file(database, unit), to_text(json));
}

/// What an earlier, uncommitted run of exactly this unit made, if all of it is still there.
std::optional<std::vector<Partition>> adopt_done(const Database& database, const PlannedUnit& unit) {
  const auto text = read_file(done_file(database, unit));
  if (!text.ok()) return std::nullopt;
  const auto json = parse_json(*text, "unit");
  if (!json.ok() || !json->is_array()) return std::nullopt;
  std::vector<Partition> partitions;
  for (const Json& entry : *json) {
    Partition part{
        text_or(entry, "table", ""), std::string(unit.stage->name), unit.source_name,         unit.unit, unit.key,
        text_or(entry, "file", ""),  int_or(entry, "rows", 0),      int_or(entry, "bytes", 0)};
    std::error_code code;
    const auto size = fs::file_size(database.folder() / part.file, code);
    if (code || static_cast<std::int64_t>(size) != part.bytes) return std::nullopt;
    partitions.push_back(std::move(part));
  }
  return partitions;
}

/// Units that run one after another because each reads the one before: the stages of one bucket.
struct Chain {
  std::vector<std::size_t> units;
};

struct Runner {
  Database& database;
  const Catalog& catalog;
  const Plan& plan;
  std::shared_ptr<Engine> engine;
  std::vector<std::vector<Partition>> made;  // by plan unit
  std::vector<bool> is_done;
  BuildReport report;
  std::mutex mutex;
  std::optional<Error> error;

  std::vector<Partition> partitions_of(std::size_t index) const {
    const PlannedUnit& unit = plan.units[index];
    if (unit.is_stale) return made[index];
    std::vector<Partition> partitions;
    for (const Partition& part : database.manifest().partitions) {
      if (part.stage == unit.stage->name && part.source == unit.source_name && part.unit == unit.unit) {
        partitions.push_back(part);
      }
    }
    return partitions;
  }

  Status run_unit(std::size_t index, const std::vector<Partition>& inputs) {
    const PlannedUnit& unit = plan.units[index];
    if (auto adopted = adopt_done(database, unit)) {
      std::lock_guard lock(mutex);
      made[index] = std::move(*adopted);
      is_done[index] = true;
      ++report.units_kept;
      return done();
    }
    UnitJob job{catalog,   plan.parameters, database, engine, nullptr, nullptr, std::string(unit.stage->name),
                unit.unit, unit.key,        &inputs};
    if (unit.stage->scope != Scope::kAll) job.source = &plan.sources[unit.source];
    if (unit.stage->scope == Scope::kUnit) job.ingest_unit = &job.source->units[unit.ingest_unit];
    const auto begin = std::chrono::steady_clock::now();
    auto partitions = unit.stage->run(job);
    if (!partitions.ok()) {
      Error failed = partitions.error();
      failed.where = unit.id() + (failed.where.empty() ? "" : ": " + failed.where);
      return failed;
    }
    SURGSIGMA_CHECK(save_done(database, unit, *partitions));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    std::lock_guard lock(mutex);
    made[index] = std::move(*partitions);
    is_done[index] = true;
    ++report.units_done;
    report.seconds_by_stage[std::string(unit.stage->name)] += took.count();
    return done();
  }

  void run_chain(const Chain& chain, Progress& progress) {
    std::vector<Partition> inputs;
    for (const std::size_t index : chain.units) {
      {
        std::lock_guard lock(mutex);
        if (error) return;
      }
      if (plan.units[index].is_stale) {
        if (const Status status = run_unit(index, inputs); !status.ok()) {
          std::lock_guard lock(mutex);
          if (!error) error = status.error();
          return;
        }
        progress.advance();
      }
      const auto partitions = partitions_of(index);
      inputs.insert(inputs.end(), partitions.begin(), partitions.end());
    }
  }
};

/// Chains of one bucket each, then single units of the wider scopes.
std::vector<Chain> bucket_chains(const Plan& plan) {
  std::map<std::pair<std::size_t, std::size_t>, Chain> chains;
  for (std::size_t i = 0; i < plan.units.size(); ++i) {
    const PlannedUnit& unit = plan.units[i];
    if (unit.stage->scope == Scope::kUnit) chains[{unit.source, unit.ingest_unit}].units.push_back(i);
  }
  std::vector<Chain> list;
  for (auto& [key, chain] : chains) list.push_back(std::move(chain));
  return list;
}

Manifest next_manifest(const Runner& runner) {
  Manifest manifest = runner.database.manifest();
  manifest.units.clear();
  manifest.partitions.clear();
  for (std::size_t i = 0; i < runner.plan.units.size(); ++i) {
    const PlannedUnit& unit = runner.plan.units[i];
    if (unit.is_stale && !runner.is_done[i]) continue;
    manifest.units.push_back({std::string(unit.stage->name), unit.source_name, unit.unit, unit.key, unit.parts});
    for (Partition& part : runner.partitions_of(i)) manifest.partitions.push_back(std::move(part));
  }
  std::sort(manifest.units.begin(), manifest.units.end(), [](const DoneUnit& a, const DoneUnit& b) {
    return std::tie(a.stage, a.source, a.unit) < std::tie(b.stage, b.source, b.unit);
  });
  std::sort(manifest.partitions.begin(), manifest.partitions.end(), [](const Partition& a, const Partition& b) {
    return std::tie(a.table, a.source, a.unit, a.stage) < std::tie(b.table, b.source, b.unit, b.stage);
  });
  return manifest;
}

}  // namespace

std::string PlannedUnit::id() const {
  return std::string(stage->name) + "/" + (source_name.empty() ? "" : source_name + "/") + unit;
}

std::size_t Plan::stale() const {
  return static_cast<std::size_t>(
      std::count_if(units.begin(), units.end(), [](const PlannedUnit& unit) { return unit.is_stale; }));
}

Result<Plan> make_plan(Database& database, const Catalog& catalog) {
  Plan plan;
  SURGSIGMA_TRY(parameters, build_parameters(database.manifest()));
  plan.parameters = parameters;
  for (const Input& input : database.manifest().inputs) {
    SURGSIGMA_TRY(work, source_work(catalog, input));
    plan.sources.push_back(std::move(work));
  }
  std::map<std::string, std::vector<std::string>> keys_of_stage;  // for stages over everything
  std::map<std::string, std::string> key_of;                      // "stage/source/unit"
  std::set<std::string> existing;
  std::error_code code;
  if (fs::exists(database.folder() / "tables", code)) {
    SURGSIGMA_TRY(tree, list_tree(database.folder() / "tables"));
    for (const FoundFile& file : tree.files) existing.insert("tables/" + file.path);
  }

  const auto add = [&](PlannedUnit&& unit, const SourceWork* source) {
    unit.parts.emplace_back("stage version", std::to_string(unit.stage->version));
    add_parameter_parts(unit, plan.parameters);
    add_catalog_parts(unit, catalog, source);
    seal(unit);
    judge(unit, database, existing);
    keys_of_stage[std::string(unit.stage->name)].push_back(unit.key);
    key_of[unit.id()] = unit.key;
    plan.units.push_back(std::move(unit));
  };

  for (const StageRow& stage : stage_rows()) {
    if (stage.scope == Scope::kAll) {
      PlannedUnit unit;
      unit.stage = &stage;
      unit.unit = "all-sources";
      for (const std::string_view before : stage.after) {
        Hasher hasher;
        for (const std::string& key : keys_of_stage[std::string(before)]) hasher.add(key);
        unit.parts.emplace_back("input " + std::string(before), hasher.hex());
      }
      add(std::move(unit), nullptr);
      continue;
    }
    for (std::size_t s = 0; s < plan.sources.size(); ++s) {
      const SourceWork& source = plan.sources[s];
      const std::size_t count = stage.scope == Scope::kSource ? 1 : source.units.size();
      for (std::size_t u = 0; u < count; ++u) {
        PlannedUnit unit;
        unit.stage = &stage;
        unit.source = s;
        unit.ingest_unit = u;
        unit.source_name = source.input.source;
        unit.unit = stage.scope == Scope::kSource ? "card" : source.units[u].name;
        if (stage.scope == Scope::kSource) {
          Hasher listing;
          for (const auto* list : {&source.files.missing, &source.files.unexpected, &source.files.unreadable}) {
            for (const std::string& name : *list) listing.add(name);
            listing.add("|");
          }
          unit.parts.emplace_back("file list", listing.hex());
          unit.parts.emplace_back("simulated", source.input.is_simulated ? "yes" : "no");
        } else if (stage.after.empty()) {
          unit.parts.emplace_back("simulated", source.input.is_simulated ? "yes" : "no");
          for (const std::size_t index : source.units[u].files) {
            const MatchedFile& file = source.files.files[index];
            auto hash = known_hash(database, source.files.root / file.path, file);
            unit.parts.emplace_back("file " + file.path, hash.ok() ? *hash : "unreadable");
          }
        }
        for (const std::string_view before : stage.after) {
          const std::string input = std::string(before) + "/" + unit.source_name + "/" + unit.unit;
          unit.parts.emplace_back("input " + std::string(before), key_of[input]);
        }
        if (stage.name == kScreenStage) {
          unit.parts.emplace_back("decisions", decisions_state(database.manifest(), unit.source_name));
        }
        if (stage.name == kMeasureStage) unit.parts.emplace_back("media", media_state(source, source.units[u]));
        add(std::move(unit), &source);
      }
    }
  }
  return plan;
}

Result<BuildReport> build(Database& database, const Catalog& catalog, const BuildOptions& options) {
  SURGSIGMA_TRY(plan, make_plan(database, catalog));
  for (const std::string& name : options.only) {
    const bool is_source = std::any_of(plan.sources.begin(), plan.sources.end(),
                                       [&](const SourceWork& work) { return work.input.source == name; });
    if (is_source || find_stage(name)) continue;
    return Error{ErrorKind::kUsage, "neither a source of this database nor a stage: " + quoted(name), "--only", ""};
  }
  const bool is_single = !options.unit.empty();
  std::error_code code;
  for (const StageRow& stage : stage_rows()) {
    for (const std::string_view table : stage.tables)
      fs::create_directories(database.folder() / "tables" / table, code);
  }
  fs::create_directories(database.folder() / kDoneFolder, code);
  if (code) return Error{ErrorKind::kIo, "cannot make folders: " + code.message(), database.folder().string(), ""};

  const int jobs = options.jobs > 0 ? options.jobs : available_cores();
  SURGSIGMA_TRY(engine, Engine::open(1, 512));
  SURGSIGMA_CHECK(engine->run("SET temp_directory = " + sql_quoted((database.folder() / kDoneFolder).string())));
  Runner runner{database, catalog, plan, engine, {}, {}, {}, {}, std::nullopt};
  runner.made.resize(plan.units.size());
  runner.is_done.assign(plan.units.size(), false);

  // Which units to run: all stale ones, or those asked for with what comes before them in their bucket.
  const auto is_wanted = [&](const PlannedUnit& unit) {
    if (is_single) return unit.id() == options.unit;
    if (options.only.empty()) return true;
    bool any_source = false, source_fits = false, any_stage = false, stage_fits = false;
    for (const std::string& name : options.only) {
      if (find_stage(name)) {
        any_stage = true;
        stage_fits |= name == unit.stage->name;
      } else {
        any_source = true;
        source_fits |= name == unit.source_name;
      }
    }
    return (!any_source || source_fits || unit.source_name.empty()) && (!any_stage || stage_fits);
  };
  std::vector<Chain> chains;
  bool found_single = false;
  for (Chain chain : bucket_chains(plan)) {
    std::size_t last = 0;
    for (std::size_t i = 0; i < chain.units.size(); ++i) {
      if (is_wanted(plan.units[chain.units[i]])) last = i + 1;
    }
    chain.units.resize(last);
    found_single |= is_single && last > 0;
    if (last > 0) chains.push_back(std::move(chain));
  }
  std::vector<Chain> source_units;
  std::vector<std::size_t> all_units;
  for (std::size_t i = 0; i < plan.units.size(); ++i) {
    if (plan.units[i].stage->scope == Scope::kUnit || !is_wanted(plan.units[i])) continue;
    found_single |= is_single;
    if (plan.units[i].stage->scope == Scope::kSource)
      source_units.push_back({{i}});
    else
      all_units.push_back(i);
  }
  if (is_single && !found_single) {
    return Error{ErrorKind::kUsage, "no such unit: " + quoted(options.unit), "--unit",
                 "`surgsigma plan --all` lists them"};
  }
  chains.insert(chains.begin(), source_units.begin(), source_units.end());

  std::size_t work = all_units.size();
  for (const Chain& chain : chains) {
    for (const std::size_t index : chain.units) work += plan.units[index].is_stale;
  }
  runner.report.units_kept = plan.units.size() - plan.stale();
  {
    Progress progress("build", work, options.is_quiet || plan.stale() == 0);
    parallel_for(chains.size(), jobs, [&](std::size_t i) { runner.run_chain(chains[i], progress); });
    for (const std::size_t index : all_units) {
      if (runner.error || !plan.units[index].is_stale) continue;
      std::vector<Partition> inputs;
      bool is_ready = true;
      for (std::size_t i = 0; i < plan.units.size(); ++i) {
        const auto& after = plan.units[index].stage->after;
        if (std::find(after.begin(), after.end(), plan.units[i].stage->name) == after.end()) continue;
        is_ready &= !plan.units[i].is_stale || runner.is_done[i];
        const auto partitions = runner.partitions_of(i);
        inputs.insert(inputs.end(), partitions.begin(), partitions.end());
      }
      if (!is_ready) continue;
      if (const Status status = runner.run_unit(index, inputs); !status.ok()) runner.error = status.error();
      progress.advance();
    }
    progress.finish();
  }
  if (!is_single && !runner.error) {
    Manifest manifest = next_manifest(runner);
    if (!(manifest == database.manifest())) {
      SURGSIGMA_CHECK(database.commit(std::move(manifest)));
      SURGSIGMA_CHECK(database.remove_orphans());
    }
    fs::remove_all(database.folder() / kDoneFolder, code);
  }
  if (!is_single) SURGSIGMA_CHECK(database.save_known_files());
  if (runner.error) return *runner.error;
  for (const Partition& part : database.manifest().partitions) runner.report.rows_by_table[part.table] += part.rows;
  if (runner.report.rows_by_table["issues"] > 0) {
    std::string list;
    for (const fs::path& file : database.files("issues"))
      list += (list.empty() ? "" : ", ") + sql_quoted(file.string());
    SURGSIGMA_TRY(counts, engine->query("SELECT count(*) FILTER (severity = 'error'), count(*) FILTER (severity = "
                                        "'warning') FROM read_parquet([" +
                                        list + "])"));
    runner.report.errors = parse_int(*counts.rows[0][0]).value_or(0);
    runner.report.warnings = parse_int(*counts.rows[0][1]).value_or(0);
  }
  return runner.report;
}

Result<AddedInput> add_input(Database& database, const Catalog& catalog, std::string source, const fs::path& folder,
                             const fs::path& card_path) {
  std::error_code code;
  const fs::path root = fs::canonical(folder, code);
  if (code || !fs::is_directory(root, code)) {
    return Error{ErrorKind::kNotFound, "no such folder", folder.string(), "name the folder of the download"};
  }
  AddedInput added;
  added.input.path = root.string();
  if (!card_path.empty()) {
    SURGSIGMA_TRY(document, read_document(card_path));
    SURGSIGMA_TRY(card, read_source_card(document, card_path.string()));
    added.input.card = fs::canonical(card_path, code).string();
    source = card.id.text;
  } else if (source.empty()) {
    SURGSIGMA_TRY(found, identify(catalog, root));
    if (found.empty() || found.front().matched_files == 0) {
      return Error{ErrorKind::kUsage, "the folder looks like none of the known sources", folder.string(),
                   "name the source, or describe the folder in a card and pass --card FILE"};
    }
    source = found.front().source_id.text;
  }
  added.input.source = source;
  added.input.buckets = 1;
  if (added.input.card.empty() && !catalog.source(SourceId(source))) {
    std::vector<std::string> names;
    for (const auto& [id, card] : catalog.sources) names.push_back(id.text);
    const auto near = nearest(source, names);
    return Error{ErrorKind::kUsage, "unknown source " + quoted(source), "",
                 near ? "did you mean " + *near + "?" : "`surgsigma list sources` names them"};
  }
  SURGSIGMA_TRY(work, source_work(catalog, added.input));
  std::set<std::string> videos;
  for (const MatchedFile& file : work.files.files) {
    const auto video = file.captures.find("video");
    if (video != file.captures.end()) videos.insert(video->second);
  }
  added.videos = videos.size();
  added.files = work.files.files.size();
  added.missing = work.files.missing;
  added.unexpected = work.files.unexpected;
  if (added.files == 0) {
    return Error{ErrorKind::kUsage, "no file of the folder fits the layout of " + source, folder.string(),
                 "`surgsigma identify " + folder.string() + "` shows what it looks like"};
  }
  added.input.buckets = default_buckets(videos.size());
  added.input.is_simulated = is_simulated_folder(work.files) || work.card.is_simulated;

  Manifest manifest = database.manifest();
  if (Input* old = manifest.input(source))
    *old = added.input;
  else
    manifest.inputs.push_back(added.input);
  std::sort(manifest.inputs.begin(), manifest.inputs.end(),
            [](const Input& a, const Input& b) { return a.source < b.source; });
  SURGSIGMA_CHECK(database.commit(std::move(manifest)));
  return added;
}

std::string slurm_script(const Plan& plan, const fs::path& database) {
  // A bucket's last stage brings its earlier stages with it, so one task per bucket is enough.
  std::vector<std::string> tasks;
  std::map<std::pair<std::string, std::string>, std::string> last;
  for (const PlannedUnit& unit : plan.units) {
    if (unit.stage->scope == Scope::kUnit && unit.is_stale) last[{unit.source_name, unit.unit}] = unit.id();
  }
  for (const auto& [bucket, id] : last) tasks.push_back(id);
  std::string script =
      "#!/bin/bash\n"
      "# Builds the stale units of a SurgSigma database as array tasks, then commits once.\n"
      "# Submit with: bash this-file   (or sbatch it where `sbatch` may submit from a job)\n"
      "set -eu\n"
      "DB=" +
      sql_quoted(fs::absolute(database).string()) +
      "\n"
      "TASKS=(\n";
  for (const std::string& task : tasks) script += "  " + task + "\n";
  script +=
      ")\n"
      "if [ -n \"${SLURM_ARRAY_TASK_ID:-}\" ]; then\n"
      "  exec surgsigma --db \"$DB\" build --unit \"${TASKS[$SLURM_ARRAY_TASK_ID]}\"\n"
      "fi\n"
      "if [ ${#TASKS[@]} -gt 0 ]; then\n"
      "  sbatch --wait --job-name=surgsigma --array=0-$((${#TASKS[@]} - 1)) --cpus-per-task=1 --mem=2G \"$0\"\n"
      "fi\n"
      "exec surgsigma --db \"$DB\" build\n";
  return script;
}

}  // namespace surgsigma
