// Readers of label files: the bytes become the file, ingest reads the folder with the source's own card, and what comes
// out must keep the promises of ingest/reader.h.
#include <string>

#include "surgsigma/base/files.h"
#include "surgsigma/base/text.h"
#include "surgsigma/ingest/reader.h"
#include "surgsigma/schema/catalog.h"
#include "targets.h"

namespace surgsigma::fuzz {
namespace {

const SourceCard& card_named(std::string_view id) {
  static const auto catalog = load_catalog(SURGSIGMA_SOURCE_DIR "/catalog");
  expect(catalog.ok(), catalog.ok() ? "" : to_string(catalog.error()));
  const SourceCard* card = catalog->source(SourceId(std::string(id)));
  expect(card != nullptr, id);
  return *card;
}

/// What goes into Parquet must be UTF-8.
void expect_text(std::string_view text) { expect(is_valid_utf8(text), "a row with text that is no UTF-8"); }

void expect_sound(const RawAnnotation& row) {
  expect(!row.video_id.empty(), "a record without a video");
  for (const std::string& label : row.labels) expect_text(label);
  expect_text(row.text);
  expect_text(row.media);
}

void expect_sound(const IssueRow& row) {
  expect(row.rule != "unaccounted_rows" && row.rule != "overaccounted_rows", "rows in are not records plus issues");
  expect(row.rule != "reader_failed", "the reader broke off");
  expect(!row.message.empty(), "an issue without words");
  expect_text(row.value);
  expect_text(row.message);
  expect_text(row.hint);
}

void run_reader(const Target& target, std::string_view bytes) {
  static const TemporaryFolder folder;
  const fs::path root = folder.path() / target.name;  // a folder each: the replay runs all targets
  const SourceCard& card = card_named(target.card);
  for (const Target::Companion& beside : target.companions) replace_file(root / beside.path, beside.text);
  replace_file(root / target.path, bytes);

  const auto source = match_source(card, root);
  expect(source.ok(), "the folder cannot be read");
  std::size_t files = 0;
  IngestSinks sinks;
  sinks.videos = [](VideoRow&& row) { expect_text(row.video_id.text); };
  sinks.annotations = [](RawAnnotation&& row) { expect_sound(row); };
  sinks.issues = [](IssueRow&& row) { expect_sound(row); };
  sinks.files = [&](FileRow&& row) {
    ++files;
    expect(row.rows == row.recorded_rows + row.issue_rows, "rows in are not records plus issues");
  };
  for (const IngestUnit& unit : plan_ingest(card, *source, 1)) {
    expect(ingest_unit(card, *source, unit, sinks).ok(), "ingest gave up");
  }
  expect(files == target.companions.size() + 1, "a file was not read");
}

constexpr std::string_view kTripletRow =
    "0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,"
    "0,"
    "0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0\n";

}  // namespace

std::string_view reader_of(const Target& target) {
  if (target.card.empty()) return {};
  for (const LayoutEntry& entry : card_named(target.card).layout) {
    if (match_path(entry.pattern, target.path)) return entry.reader;
  }
  return {};
}

std::vector<Target> reader_targets() {
  return {
      {"reader_frame_track", run_reader, "cholec80", "phase_annotations/video01-phase.txt"},
      {"reader_frame_track_seconds", run_reader, "autolaparo", "labels/label_01.txt"},
      {"reader_frame_track_csv", run_reader, "sar-rarp50", "video_11_1/action_discrete.txt"},
      {"reader_multi_hot", run_reader, "cholec80", "tool_annotations/video01-tool.txt"},
      {"reader_cholec80_seconds", run_reader, "cholec80", "csvs/video01.csv"},
      {"reader_cholec80_cvs_intervals", run_reader, "cholec80-cvs", "surgeons_annotations.csv"},
      {"reader_cholec80_cvs_scores", run_reader, "cholec80-cvs", "surgeons_annotations/video01.csv"},
      {"reader_cholec80_cvs_frame_index", run_reader, "cholec80-cvs", "videos_frames_index.csv"},
      {"reader_cholec80_cvs_folds", run_reader, "cholec80-cvs", "folds.json"},
      {"reader_cholect50", run_reader, "cholect50", "labels/VID01.json"},
      {"reader_cholect45_triplets", run_reader, "cholect45", "triplet/VID01.txt"},
      {"reader_cholect45_verbs", run_reader, "cholect45", "verb/VID01.txt", {{"triplet/VID01.txt", kTripletRow}}},
      {"reader_triplet_map", run_reader, "cholect50", "label_mapping.txt"},
      {"reader_id_table_csv", run_reader, "multibypass140", "tables/phase.csv"},
      {"reader_id_table_colon", run_reader, "cholect45", "dict/verb.txt"},
      {"reader_id_table_pbtxt", run_reader, "psi-ava", "psi-ava/fold1/annotations/surgery_ACTIONS_list.pbtxt"},
      {"reader_id_list", run_reader, "endoscapes2023", "test_vids.txt"},
      {"reader_multibypass", run_reader, "multibypass140", "labels/bern/labels_by70/BBP01.mp4.json"},
      {"reader_endoscapes_coco", run_reader, "endoscapes2023", "train/annotation_coco.json"},
      {"reader_endoscapes_metadata", run_reader, "endoscapes2023", "all_metadata.csv"},
      {"reader_endoscapes_matches", run_reader, "endoscapes2023", "matches.json"},
      {"reader_psi_ava_csv", run_reader, "psi-ava", "psi-ava/fold1/annotations/train.csv"},
      {"reader_psi_ava_coco", run_reader, "psi-ava", "psi-ava/fold1/coco_anns/train_coco_anns_v3_35s.json"},
      {"reader_grasp_coco_long", run_reader, "grasp", "grasp_long-term_train.json"},
      {"reader_grasp_coco_short", run_reader, "grasp", "grasp_short-term_train.json"},
      {"reader_autolaparo_motion", run_reader, "autolaparo", "laparoscope_motion_label.txt"},
      {"reader_intervals_csv", run_reader, "intervals-csv", "intervals.csv"},
      {"reader_coco", run_reader, "coco", "boxes.json"},
      {"reader_surgsigma_questions", run_reader, "surgsigma-db", "surgsigma_questions.json"},
      {"reader_surgsigma_videos", run_reader, "surgsigma-db", "video_list.json"},
  };
}

}  // namespace surgsigma::fuzz
