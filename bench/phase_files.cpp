// Phase files of Cholec80's shape to Parquet: what `surgsigma ingest` does for them, from the folder's file list to
// finished files. The peer is one DuckDB statement (run.py).
#include "probe.h"
#include "surgsigma/base/threads.h"
#include "surgsigma/store/engine.h"

namespace surgsigma::bench {
namespace {

struct UnitCount {
  std::int64_t rows = 0;
  std::int64_t records = 0;
  std::int64_t issues = 0;
  Status status = done();
};

Status write_unit(const SourceCard& card, const SourceFiles& source, const IngestUnit& unit,
                  const std::shared_ptr<Engine>& engine, const fs::path& out, UnitCount& count) {
  TableWriter<RawAnnotation> annotations(engine, out / ("raw_annotations-" + unit.name + ".parquet"));
  TableWriter<VideoRow> videos(engine, out / ("videos-" + unit.name + ".parquet"));
  TableWriter<FileRow> files(engine, out / ("files-" + unit.name + ".parquet"));
  TableWriter<IssueRow> issues(engine, out / ("issues-" + unit.name + ".parquet"));
  IngestSinks sinks;
  sinks.annotations = [&](RawAnnotation&& row) {
    annotations.append(row);
    ++count.records;
  };
  sinks.videos = [&](VideoRow&& row) { videos.append(row); };
  sinks.files = [&](FileRow&& row) {
    files.append(row);
    count.rows += row.rows;
  };
  sinks.issues = [&](IssueRow&& row) {
    issues.append(row);
    ++count.issues;
  };
  SURGSIGMA_CHECK(ingest_unit(card, source, unit, sinks));
  for (const auto& written : {annotations.finish(), videos.finish(), files.finish(), issues.finish()}) {
    if (!written.ok()) return written.error();
  }
  return done();
}

}  // namespace

Result<Json> probe_phase_files(const Arguments& arguments) {
  SURGSIGMA_TRY(folder, arguments.text("folder"));
  SURGSIGMA_TRY(out, arguments.text("out"));
  const int threads = arguments.number_or("threads", 2);
  SURGSIGMA_TRY(catalog, open_catalog());
  SURGSIGMA_TRY(card, card_of(catalog, "cholec80"));
  SURGSIGMA_TRY(engine, Engine::open(1));

  const StopWatch watch;
  SURGSIGMA_TRY(source, match_source(card, folder));
  const std::vector<IngestUnit> units = plan_ingest(card, source, default_buckets(source.files.size()));
  std::vector<UnitCount> counts(units.size());
  parallel_for(units.size(), threads,
               [&](std::size_t i) { counts[i].status = write_unit(card, source, units[i], engine, out, counts[i]); });
  const double seconds = watch.seconds();

  UnitCount total;
  for (const UnitCount& count : counts) {
    SURGSIGMA_CHECK(count.status);
    total.rows += count.rows;
    total.records += count.records;
    total.issues += count.issues;
  }
  return Json{{"seconds", seconds}, {"rows", total.rows}, {"records", total.records}, {"issues", total.issues}};
}

}  // namespace surgsigma::bench
