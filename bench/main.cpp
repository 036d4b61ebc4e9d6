// bench_probe NAME name=value...: measures one thing once. bench/run.py repeats it beside a peer; this is no tool for
// people, but may be called by hand to profile one part.
#include <fmt/core.h>

#include <array>

#include "probe.h"
#include "surgsigma/base/text.h"
#include "surgsigma/base/threads.h"

namespace surgsigma::bench {

IngestSinks UnitRows::sinks() {
  IngestSinks made;
  made.videos = [this](VideoRow&& row) { videos.push_back(std::move(row)); };
  made.annotations = [this](RawAnnotation&& row) { annotations.push_back(std::move(row)); };
  made.issues = [this](IssueRow&& row) { issues.push_back(std::move(row)); };
  made.files = [this](FileRow&& row) { files.push_back(std::move(row)); };
  return made;
}

Result<std::vector<UnitRows>> read_units(const SourceCard& card, const fs::path& folder, int buckets, int threads) {
  SURGSIGMA_TRY(source, match_source(card, folder));
  const std::vector<IngestUnit> units = plan_ingest(card, source, buckets);
  std::vector<UnitRows> rows(units.size());
  std::vector<Status> states(units.size(), done());
  parallel_for(units.size(), threads,
               [&](std::size_t i) { states[i] = ingest_unit(card, source, units[i], rows[i].sinks()); });
  for (const Status& state : states) SURGSIGMA_CHECK(state);
  return rows;
}

namespace {

constexpr std::array<Probe, 12> kProbes = {{
    {"phase-files", "folder= out= threads=", probe_phase_files},
    {"frame-files", "folder= threads=", probe_frame_files},
    {"coco-file", "folder=", probe_coco_file},
    {"dialogue", "folder= tasks=all|plain rounds= dump=", probe_dialogue},
    {"sql", "threads= setup= timed= answer=", probe_sql},
    {"pictures", "folder= threads= rounds= values=0|1", probe_pictures},
    {"smoke", "repeats= dump=", probe_smoke},
    {"video-extract", "video= folder= step= quality= threads=", probe_video_extract},
    {"video-random", "video= frames=N,N... threads= check=0|1", probe_video_random},
    {"scan", "videos=FILE,FILE... threads= step_ms=", probe_scan},
    {"shards", "folder= out=", probe_shards},
    {"render", "frames= threads=", probe_render},
}};

}  // namespace
}  // namespace surgsigma::bench

int main(int argc, char** argv) {
  using namespace surgsigma::bench;
  return run_probes("bench_probe", kProbes, argc, argv);
}
