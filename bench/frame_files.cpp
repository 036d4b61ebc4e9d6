// One JSON file per picture with CholecT50's vectors, as many groups keep them: listing the folder, reading, checking
// and turning every vector into records in memory. The peer is peers/frame_files.py.
#include "probe.h"

namespace surgsigma::bench {
namespace {

/// The card of CholecT50 with a file per picture in place of one per video.
SourceCard per_frame(SourceCard card) {
  LayoutEntry entry;
  entry.role = "label";
  entry.pattern = "frames/VID{video:d}/{index:d}.json";
  entry.reader = "cholect50";
  entry.unit = "video";
  entry.with = Json{{"triplets", "triplets"}, {"phases", "phases"}, {"complete", "true"}};
  card.layout = {std::move(entry)};
  return card;
}

}  // namespace

Result<Json> probe_frame_files(const Arguments& arguments) {
  SURGSIGMA_TRY(folder, arguments.text("folder"));
  SURGSIGMA_TRY(catalog, open_catalog());
  SURGSIGMA_TRY(shipped, card_of(catalog, "cholect50"));
  const SourceCard card = per_frame(std::move(shipped));
  const int threads = arguments.number_or("threads", 2);

  const StopWatch watch;
  SURGSIGMA_TRY(units, read_units(card, folder, arguments.number_or("buckets", 16), threads));
  const double seconds = watch.seconds();

  std::int64_t files = 0, errors = 0, boxes = 0, frame_sum = 0, labelled = 0;
  double corner_sum = 0;
  std::map<std::string, std::int64_t> triplets;
  for (const UnitRows& unit : units) {
    files += static_cast<std::int64_t>(unit.files.size());
    for (const IssueRow& issue : unit.issues) errors += issue.severity == Severity::kError ? 1 : 0;
    for (const RawAnnotation& row : unit.annotations) {
      if (row.kind == AnnotationKind::kInteraction) {
        ++labelled;
        frame_sum += row.begin_frame.value_or(0);
        ++triplets[row.labels[0] + "," + row.labels[1] + "," + row.labels[2]];
      } else if (row.kind == AnnotationKind::kBox) {
        ++boxes;
        corner_sum += *row.x1 + *row.y1 + *row.x2 + *row.y2;
      }
    }
  }
  return Json{{"seconds", seconds},     {"files", files}, {"errors", errors},         {"interactions", labelled},
              {"frame_sum", frame_sum}, {"boxes", boxes}, {"corner_sum", corner_sum}, {"triplets", triplets}};
}

}  // namespace surgsigma::bench
