// PSI-AVA: annotations/{train,val}.csv (BCV-Uniandes/TAPIR), no header, 13 columns:
//   video, second, box id, x1, y1, x2, y2 (0..1), action, action, action (-1: none), instrument, STEP, PHASE
// The step stands BEFORE the phase. Files of predictions have a score as 14th column and are refused. A row is a line.
//
// with:
//   instruments, actions, phases, steps, interactions   vocabularies, see keyframe_facts.h
//   video: "{video}"   pattern of the first column
//
// The extended files hold one line per second whose box, instrument and action are all zero: only phase and step count.
#include <array>
#include <cmath>

#include "surgsigma/base/csv.h"
#include "surgsigma/ingest/readers/keyframe_facts.h"
#include "surgsigma/ingest/readers/readers.h"

namespace surgsigma {
namespace {

enum Column { kVideo, kTime, kBoxId, kX1, kY1, kX2, kY2, kAction1, kAction2, kAction3, kTool, kStep, kPhase, kColumns };
constexpr std::int64_t kLongestSecond = 1'000'000;

struct Row {
  std::string video;
  std::int64_t second = 0;
  std::array<double, 4> corners{};
  std::vector<std::int64_t> actions;
  std::int64_t tool = 0;
  std::int64_t step = 0;
  std::int64_t phase = 0;

  bool has_object() const { return tool != 0 || corners != std::array<double, 4>{}; }
};

/// The row, or the column (from 1) that cannot be read.
std::variant<Row, int> parse_row(const std::vector<std::string_view>& fields, const std::string& video_pattern) {
  Row row;
  const auto captures = match_path(video_pattern, trim(fields[kVideo]));
  if (!captures || captures->count("video") == 0) return kVideo + 1;
  row.video = captures->at("video");
  const auto second = parse_double(fields[kTime]);  // some tools write 351.0
  if (!second || *second < 0 || *second > kLongestSecond || *second != std::floor(*second)) return kTime + 1;
  row.second = static_cast<std::int64_t>(*second);
  for (std::size_t i = 0; i < row.corners.size(); ++i) {
    const auto corner = parse_double(fields[kX1 + i]);
    if (!corner) return static_cast<int>(kX1 + i) + 1;
    row.corners[i] = *corner;
  }
  for (std::size_t column = kAction1; column <= kAction3; ++column) {
    const auto action = parse_int(fields[column]);
    if (!action) return static_cast<int>(column) + 1;
    if (*action > 0) row.actions.push_back(*action);
  }
  for (const auto& [column, target] : {std::pair{kTool, &row.tool}, {kStep, &row.step}, {kPhase, &row.phase}}) {
    const auto id = parse_int(fields[column]);
    if (!id) return column + 1;
    *target = *id;
  }
  return row;
}

void take_object(const FileJob& job, const Row& row, const VideoId& video, std::int64_t line, ImageSize size,
                 Spots& spots, KeyframeFacts& facts) {
  const auto [x1, y1, x2, y2] = row.corners;
  KeyframeObject object;
  object.spot = spots.frame(video, row.video, frame_at(row.second * kSecond, job.card.frame_rate));
  object.picture = row.second;
  object.line = line;
  object.instrument = row.tool;
  object.actions = row.actions;
  object.box = Box{x1 * size.width, y1 * size.height, x2 * size.width, y2 * size.height};
  if (row.actions.empty()) {
    facts.issues().add(video, line,
                       {"no_action", row.video, "an instrument without an action",
                        "the published rows have one to three", Severity::kWarning},
                       0);
  }
  if (facts.object(object)) facts.moment({video, row.second * kSecond, line, row.phase, row.step, 0});
}

}  // namespace

Status read_psi_ava_csv(const FileJob& job) {
  if (!job.card.frame_size) {
    return Error{ErrorKind::kUsage, "boxes are fractions of the picture, whose size is unknown", job.card.id.text,
                 "add frame_size to the card"};
  }
  SURGSIGMA_TRY(text, job.text());
  SURGSIGMA_TRY(facts, KeyframeFacts::make(job));
  const std::string video_pattern = job.param("video", "{video}");
  Spots spots(job);
  CsvReader csv(text, ',');
  bool is_first = true;
  while (csv.next()) {
    const auto& fields = csv.fields();
    if (std::exchange(is_first, false) && fields.size() == kColumns + 1) {
      return Error{ErrorKind::kData, "14 columns: predictions of a model, not labels", job.file.path + ":1",
                   "take the file without _preds in its name"};
    }
    job.out.rows(1);
    if (fields.size() != kColumns) {
      facts.issues().add({}, csv.line(),
                         {"column_count", std::to_string(fields.size()),
                          "13 columns expected, " + std::to_string(fields.size()) + " found",
                          "compare this line with the published file"});
      continue;
    }
    const auto parsed = parse_row(fields, video_pattern);
    if (const int* column = std::get_if<int>(&parsed)) {
      facts.issues().add({}, csv.line(),
                         {"malformed_value", std::string(fields[static_cast<std::size_t>(*column - 1)]),
                          "column " + std::to_string(*column) + " cannot be read",
                          "columns: video, second, box, x1, y1, x2, y2, three actions, instrument, step, phase"});
      continue;
    }
    const Row& row = std::get<Row>(parsed);
    SURGSIGMA_TRY(video, spots.video(row.video));
    if (row.phase > 10 && row.step <= 10 && facts.phases().by_id(row.phase) == nullptr) {
      facts.issues().add(
          video, csv.line(),
          {"swapped_columns", std::to_string(row.phase), "the last column holds an id that only a step can have",
           "the order is step, phase", Severity::kWarning},
          0);
    }
    if (row.has_object()) {
      take_object(job, row, video, csv.line(), *job.card.frame_size, spots, facts);
    } else {
      facts.moment({video, row.second * kSecond, csv.line(), row.phase, row.step, 1});
    }
  }
  facts.finish();
  return done();
}

}  // namespace surgsigma
