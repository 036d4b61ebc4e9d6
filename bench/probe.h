// What the parts of bench_probe share: arguments by name, a stop watch, and reading a source into memory.
#pragma once

#include <chrono>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/base/json.h"
#include "surgsigma/base/result.h"
#include "surgsigma/ingest/reader.h"
#include "surgsigma/schema/catalog.h"

namespace surgsigma::bench {

/// name=value words of the command line.
class Arguments {
 public:
  /// Fails with kUsage on a word without '='.
  static Result<Arguments> parse(int count, char** words);
  Result<std::string> text(const std::string& name) const;
  std::string text_or(const std::string& name, std::string fallback) const;
  int number_or(const std::string& name, int fallback) const;

 private:
  std::map<std::string, std::string> values_;
};

class StopWatch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count(); }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

/// The card of a source in the catalog that find_catalog() finds.
Result<SourceCard> card_of(const Catalog& catalog, const std::string& source);
Result<Catalog> open_catalog();

/// Everything that one ingest unit hands over.
struct UnitRows {
  std::vector<VideoRow> videos;
  std::vector<RawAnnotation> annotations;
  std::vector<IssueRow> issues;
  std::vector<FileRow> files;
  IngestSinks sinks();
};

/// Reads every unit of a folder on `threads` threads; one UnitRows per unit.
Result<std::vector<UnitRows>> read_units(const SourceCard& card, const fs::path& folder, int buckets, int threads);

/// One thing that can be measured. Prints {"seconds": ..., and what the peer must agree with}.
struct Probe {
  std::string_view name;
  std::string_view arguments;
  Result<Json> (*run)(const Arguments& arguments);
};

/// What every program of the bench does: PROGRAM NAME name=value... runs the probe of that name; without one it lists
/// them.
int run_probes(std::string_view program, std::span<const Probe> probes, int argc, char** argv);

Result<Json> probe_phase_files(const Arguments& arguments);
Result<Json> probe_frame_files(const Arguments& arguments);
Result<Json> probe_coco_file(const Arguments& arguments);
Result<Json> probe_dialogue(const Arguments& arguments);
Result<Json> probe_identity(const Arguments& arguments);
Result<Json> probe_outside(const Arguments& arguments);
Result<Json> probe_sql(const Arguments& arguments);
Result<Json> probe_pictures(const Arguments& arguments);
Result<Json> probe_smoke(const Arguments& arguments);
Result<Json> probe_video_extract(const Arguments& arguments);
Result<Json> probe_video_random(const Arguments& arguments);
Result<Json> probe_scan(const Arguments& arguments);
Result<Json> probe_shards(const Arguments& arguments);
Result<Json> probe_render(const Arguments& arguments);

}  // namespace surgsigma::bench
