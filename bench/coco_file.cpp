// One large COCO file: every box and mask with its label, video and frame handed to a consumer that keeps nothing. The
// peer is peers/coco_file.py.
#include <algorithm>

#include "probe.h"

namespace surgsigma::bench {
namespace {

/// What the peer computes from the same tuples.
struct Tally {
  std::map<std::string, std::int64_t> labels;
  std::int64_t boxes = 0;
  std::int64_t masks = 0;
  std::int64_t frames = 0;
  std::int64_t points = 0;  ///< numbers in all outlines
  double corners = 0;

  void take(const RawAnnotation& row) {
    if (row.kind == AnnotationKind::kBox) {
      ++boxes;
      ++labels[row.labels[0]];
      frames += row.begin_frame.value_or(0);
      corners += *row.x1 + *row.y1 + *row.x2 + *row.y2;
    } else if (row.kind == AnnotationKind::kMask) {
      ++masks;
      points += 1 + static_cast<std::int64_t>(std::count(row.text.begin(), row.text.end(), ','));
    }
  }
};

}  // namespace

Result<Json> probe_coco_file(const Arguments& arguments) {
  SURGSIGMA_TRY(folder, arguments.text("folder"));
  SURGSIGMA_TRY(catalog, open_catalog());
  SURGSIGMA_TRY(card, card_of(catalog, "coco"));
  Tally tally;
  std::int64_t errors = 0;
  IngestSinks sinks;
  sinks.annotations = [&](RawAnnotation&& row) { tally.take(row); };
  sinks.videos = [](VideoRow&&) {};
  sinks.files = [](FileRow&&) {};
  sinks.issues = [&](IssueRow&& issue) { errors += issue.severity == Severity::kError ? 1 : 0; };

  const StopWatch watch;
  SURGSIGMA_TRY(source, match_source(card, folder));
  for (const IngestUnit& unit : plan_ingest(card, source, 1)) {
    SURGSIGMA_CHECK(ingest_unit(card, source, unit, sinks));
  }
  const double seconds = watch.seconds();
  return Json{{"seconds", seconds},     {"errors", errors},         {"boxes", tally.boxes},   {"masks", tally.masks},
              {"frames", tally.frames}, {"corners", tally.corners}, {"points", tally.points}, {"labels", tally.labels}};
}

}  // namespace surgsigma::bench
