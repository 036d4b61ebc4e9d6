// AutoLaparo task 2: laparoscope_motion_label.txt, tab separated with a header: clip number (padded or not), motion id,
// phase id. Each clip lasts 10 s and the camera begins to move at second 5 (AutoLaparo, MICCAI 2022): the motion is
// said of [begin_s, end_s), the phase of the whole clip. A row is a line below the header.
//
// with:
//   vocabulary: motions, phases: phases   by number
//   begin_s: 5, end_s: 10
//   video_id, case   names of a clip and of its operation, which nobody published (docs/catalog.md); {video} is the
//                    clip number
#include <set>

#include "surgsigma/base/csv.h"
#include "surgsigma/ingest/readers/readers.h"
#include "surgsigma/ingest/readers/spots.h"

namespace surgsigma {
namespace {

struct MotionRow {
  std::int64_t clip = 0;
  std::int64_t motion = 0;
  std::int64_t phase = 0;
};

std::optional<MotionRow> parse_row(const std::vector<std::string_view>& fields) {
  const auto clip = parse_int(stem_of(trim(fields[0])));  // some copies write 014.mp4
  const auto motion = parse_int(fields[1]);
  const auto phase = parse_int(fields[2]);
  if (!clip || *clip < 0 || !motion || !phase) return std::nullopt;
  return MotionRow{*clip, *motion, *phase};
}

}  // namespace

Status read_autolaparo_motion(const FileJob& job) {
  SURGSIGMA_TRY(motions, job.vocabulary());
  SURGSIGMA_TRY(phases, job.vocabulary("phases"));
  SURGSIGMA_TRY(begin_s, integer_of(job, "begin_s", 5));
  SURGSIGMA_TRY(end_s, integer_of(job, "end_s", 10));
  if (begin_s < 0 || end_s <= begin_s) return card_error(job, "with.end_s is not after begin_s", "a clip lasts 10 s");
  SURGSIGMA_TRY(text, job.text());
  SURGSIGMA_TRY(delimiter, delimiter_of(job, text, '\t'));
  Spots spots(job);
  FileIssues issues(job.out);
  std::set<std::int64_t> seen;
  CsvReader csv(text, delimiter);
  bool is_first = true;
  while (csv.next()) {
    const auto& fields = csv.fields();
    const auto row = fields.size() == 3 ? parse_row(fields) : std::nullopt;
    const bool is_header = std::exchange(is_first, false) && !row && !parse_int(stem_of(trim(fields[0])));
    if (is_header) continue;
    job.out.rows(1);
    if (!row) {
      issues.add({}, csv.line(),
                 {fields.size() == 3 ? "malformed_value" : "column_count", join_fields(fields),
                  "a line must hold clip, motion and phase as numbers", "compare with the published file"});
      continue;
    }
    SURGSIGMA_TRY(video, spots.video(std::to_string(row->clip)));
    if (!seen.insert(row->clip).second) {
      issues.add(video, csv.line(),
                 {"repeated_clip", std::to_string(row->clip), "this clip stood before", "the first line is kept"});
      continue;
    }
    std::int64_t rows = 1;
    RowIssues& own = issues.of(video);
    const VocabularyLabel* motion = motions->by_id(row->motion);
    const VocabularyLabel* phase = label_or_issue(*phases, row->phase, csv.line(), 0, own);
    if (motion == nullptr) label_or_issue(*motions, row->motion, csv.line(), phase == nullptr ? 1 : 0, own);
    if (motion != nullptr) {
      const Spot spot = spots.span(video, {begin_s * kSecond, end_s * kSecond});
      RawAnnotation record =
          record_at(spot, AnnotationKind::kMotion, motions->id, {motion->label}, csv.line(), std::exchange(rows, 0));
      record.state = motion->state;
      job.out.record(std::move(record));
    }
    if (phase != nullptr) {
      const Spot spot = spots.span(video, {0, end_s * kSecond});
      RawAnnotation record = record_at(spot, AnnotationKind::kPhase, phases->id, {phase->label}, csv.line(), rows);
      record.state = phase->state;
      job.out.record(std::move(record));
    }
  }
  return done();
}

}  // namespace surgsigma
