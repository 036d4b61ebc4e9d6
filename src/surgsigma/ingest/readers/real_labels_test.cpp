// The published label files of the sources read here, with the cards of the catalog. The files are not part of the
// project: see shared_data() for where they are looked for.
#include <cmath>
#include <set>
#include <tuple>

#include "surgsigma/ingest/readers/test_reading.h"

namespace surgsigma {
namespace {

using testing_readers::Reading;

/// Reads a folder of the shared data with a card of the catalog; skips the test where the data is absent.
class RealLabels : public testing::Test {
 protected:
  void SetUp() override {
    if (testing_readers::shared_data().empty()) GTEST_SKIP() << "no real label files: set SURGSIGMA_SHARED_DATA";
  }

  static Reading read(const std::string& source) {
    const auto document = read_document(fs::path(SURGSIGMA_SOURCE_DIR) / "catalog/sources" / (source + ".yaml"));
    EXPECT_TRUE(document) << to_string(document.error());
    const auto card = read_source_card(*document, source);
    EXPECT_TRUE(card) << to_string(card.error());
    return testing_readers::read_folder(*card, testing_readers::shared_data() / source);
  }

  static std::map<std::string, FileRow> files_of_reader(const Reading& reading, const std::string& reader) {
    std::map<std::string, FileRow> found;
    for (const FileRow& file : reading.files) {
      if (file.reader == reader) found.emplace(fs::path(file.path).filename().string(), file);
    }
    return found;
  }

  static std::multiset<std::string> rules(const Reading& reading) {
    std::multiset<std::string> found;
    for (const IssueRow& issue : reading.issues) found.insert(issue.rule);
    return found;
  }
};

TEST_F(RealLabels, MultiBypassTilesWithoutGapAndWarnsOfStrasbourg) {
  const Reading reading = read("multibypass140");
  const auto files = files_of_reader(reading, "multibypass");
  EXPECT_EQ(files.size(), 70u);
  std::int64_t rows = 0;
  for (const auto& [name, file] : files) {
    EXPECT_EQ(file.recorded_rows, file.rows) << name;
    rows += file.rows;
  }
  EXPECT_EQ(rows, static_cast<std::int64_t>(reading.records.size()));
  const auto found = rules(reading);
  EXPECT_EQ(found.count("doubtful_copy"), 35u);
  EXPECT_EQ(found.size(), 35u);
  EXPECT_FALSE(reading.of_kind(AnnotationKind::kFlag).empty());
  for (const RawAnnotation& record : reading.of_kind(AnnotationKind::kPhase)) {
    EXPECT_NE(record.labels[0], "out_of_body");
    EXPECT_NE(record.labels[0], "severe_index");
  }
}

/// Boxes with their words, comparable between formats.
using PlainBox = std::tuple<std::string, std::int64_t, std::string, double, double, double, double>;
std::vector<PlainBox> boxes_of(const Reading& reading, const std::string& ending) {
  std::vector<PlainBox> boxes;
  for (const RawAnnotation& box : reading.of_kind(AnnotationKind::kBox)) {
    if (!ends_with_ignoring_case(box.file, ending)) continue;
    const auto rounded = [](double value) { return std::round(value * 8) / 8; };
    boxes.emplace_back(box.video_id.text, box.begin_us, box.labels[0], rounded(*box.x1), rounded(*box.y1),
                       rounded(*box.x2), rounded(*box.y2));
  }
  std::sort(boxes.begin(), boxes.end());
  return boxes;
}

TEST_F(RealLabels, PsiAvaTablesAndJsonSayTheSame) {
  const Reading reading = read("psi-ava");
  std::map<std::string, std::int64_t> rows;
  for (const FileRow& file : reading.files) rows[file.role + " " + fs::path(file.path).filename().string()] = file.rows;
  EXPECT_EQ(rows["keyframe train.csv"], 3181);
  EXPECT_EQ(rows["keyframe val.csv"], 2623);
  EXPECT_EQ(rows["second val.csv"], 5882);
  EXPECT_EQ(rows["coco val_coco_anns_v3_35s.json"], 2634);  // with 11 images that carry no annotation
  EXPECT_EQ(reading.of_kind(AnnotationKind::kPresence).size(), 11u);
  for (const FileRow& file : reading.files) {
    const bool is_label_file = file.reader.starts_with("psi_ava");
    EXPECT_EQ(is_label_file ? file.issue_rows : 0, 0) << file.path;
  }
  for (const IssueRow& issue : reading.issues)
    EXPECT_EQ(issue.severity, Severity::kInfo) << issue.rule << issue.message;
  const auto in_tables = boxes_of(reading, "psi-ava/fold1/annotations/val.csv");
  const auto in_json = boxes_of(reading, "val_coco_anns_v3_35s.json");
  ASSERT_EQ(in_tables.size(), 2623u);
  EXPECT_EQ(in_tables, in_json);
}

TEST_F(RealLabels, PsiAvaPhasesAgreeBetweenKeyframesAndSeconds) {
  const Reading reading = read("psi-ava");
  std::vector<RawAnnotation> seconds;
  std::vector<RawAnnotation> keyframes;
  for (const RawAnnotation& phase : reading.of_kind(AnnotationKind::kPhase)) {
    if (phase.video_id.text != "psi-ava/CASE003") continue;
    (phase.file.find("extended") != std::string::npos ? seconds : keyframes).push_back(phase);
  }
  ASSERT_FALSE(seconds.empty());
  ASSERT_FALSE(keyframes.empty());
  int disagreements = 0;
  for (const RawAnnotation& keyframe : keyframes) {
    for (const RawAnnotation& run : seconds) {
      const bool holds = run.begin_us <= keyframe.begin_us && keyframe.begin_us < run.end_us;
      if (holds && run.labels != keyframe.labels) ++disagreements;
    }
  }
  EXPECT_EQ(disagreements, 0);
}

TEST_F(RealLabels, EndoscapesRecordsGiveThreeVotesAndOneMaskEach) {
  const Reading reading = read("endoscapes2023");
  const auto files = files_of_reader(reading, "endoscapes_matches");
  ASSERT_EQ(files.size(), 1u);
  EXPECT_EQ(files.begin()->second.rows, 493);
  EXPECT_EQ(files.begin()->second.recorded_rows, 493);
  EXPECT_EQ(reading.of_kind(AnnotationKind::kCriterion).size(), 3u * 493u);
  EXPECT_EQ(reading.of_kind(AnnotationKind::kMask).size(), 493u);
  EXPECT_EQ(reading.videos.size(), 50u);
  EXPECT_TRUE(reading.issues.empty());
  for (const RawAnnotation& record : reading.records) EXPECT_EQ(*record.begin_frame % 25, 0) << record.media;
}

TEST_F(RealLabels, SurgsigmaKeepsTenQuestionsAndNamesTheTwoBrokenOnes) {
  const Reading reading = read("surgsigma-db");
  EXPECT_EQ(reading.of_kind(AnnotationKind::kQa).size(), 10u);
  EXPECT_EQ(reading.of_kind(AnnotationKind::kBox).size(), 20u);
  EXPECT_EQ(rules(reading), (std::multiset<std::string>{"broken_boxes", "dead_path", "unknown_label"}));
  for (const RawAnnotation& box : reading.of_kind(AnnotationKind::kBox)) {
    EXPECT_LE(*box.x2, 854);
    EXPECT_LE(*box.y2, 480);
  }
}

}  // namespace
}  // namespace surgsigma
