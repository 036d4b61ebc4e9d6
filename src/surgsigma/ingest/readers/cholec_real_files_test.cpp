// Every real label file of the Cholec80 family that is at hand, read with the catalog's own cards. read_folder checks
// that rows = records + issues for each file.
#include "surgsigma/ingest/readers/test_reading.h"

namespace surgsigma {
namespace {

using testing_readers::read_folder;
using testing_readers::Reading;
using testing_readers::shared_data;

std::map<std::string, std::int64_t> rows_by_role(const Reading& reading) {
  std::map<std::string, std::int64_t> rows;
  for (const FileRow& file : reading.files) rows[file.role] += file.rows;
  return rows;
}

std::int64_t errors(const Reading& reading) {
  return std::count_if(reading.issues.begin(), reading.issues.end(),
                       [](const IssueRow& issue) { return issue.severity == Severity::kError; });
}

class CholecRealFiles : public ::testing::Test {
 protected:
  Reading read(const std::string& source) {
    const fs::path root = shared_data() / source;
    const auto document = read_document(fs::path(SURGSIGMA_SOURCE_DIR) / "catalog/sources" / (source + ".yaml"));
    EXPECT_TRUE(document) << (document ? "" : to_string(document.error()));
    if (!document) return {};
    const auto card = read_source_card(*document, source);
    EXPECT_TRUE(card) << (card ? "" : to_string(card.error()));
    return card ? read_folder(*card, root) : Reading();
  }
  void SetUp() override {
    if (shared_data().empty()) GTEST_SKIP() << "no real label files: set SURGSIGMA_SHARED_DATA to their folder";
  }
};

TEST_F(CholecRealFiles, Cholec80SecondsAccountForEveryRowAndMissOneSecond) {
  const Reading reading = read("cholec80");
  EXPECT_EQ(reading.files.size(), 21u);
  EXPECT_EQ(errors(reading), 0);
  const auto gaps = reading.of_rule("index_gap");
  ASSERT_EQ(gaps.size(), 1u);
  EXPECT_EQ(gaps[0].video_id.text, "cholec80/video61");
  EXPECT_EQ(gaps[0].value, "448");
  for (const FileRow& file : reading.files) EXPECT_EQ(file.rows, file.recorded_rows) << file.path;
  // Phase changes are few: the rows were joined.
  EXPECT_LT(reading.records.size(), 21u * 12u);
}

TEST_F(CholecRealFiles, Cholec80PhasesAreNotMonotonicInVideo37) {
  std::vector<std::string> words;
  for (const RawAnnotation& record : read("cholec80").records) {
    if (record.video_id.text == "cholec80/video37") words.push_back(record.labels.at(0));
  }
  ASSERT_GE(words.size(), 4u);
  const std::vector<std::string> tail(words.end() - 4, words.end());
  EXPECT_EQ(tail, (std::vector<std::string>{"GallbladderDissection", "CleaningCoagulation", "GallbladderPackaging",
                                            "GallbladderRetraction"}));
}

TEST_F(CholecRealFiles, CholecT50SlicesHoldTheirPublishedCountsAndNoClosedWorldPresence) {
  const Reading reading = read("cholect50");
  auto rows = rows_by_role(reading);
  EXPECT_EQ(rows["label"], 1319);
  EXPECT_EQ(rows["triplet_map"], 100);
  EXPECT_EQ(errors(reading), 0);
  EXPECT_EQ(reading.of_kind(AnnotationKind::kInteraction).size(), 1319u);
  EXPECT_EQ(reading.of_kind(AnnotationKind::kBox).size(), 1319u);
  EXPECT_EQ(reading.of_rule("partial_release").size(), 5u);
  EXPECT_FALSE(reading.of_rule("box_clamped").empty());
  for (const RawAnnotation& record : reading.of_kind(AnnotationKind::kPresence)) {
    EXPECT_EQ(record.vocabulary, "instruments_boxed");
    EXPECT_EQ(record.state, LabelState::kPresent);
  }
  for (const RawAnnotation& box : reading.of_kind(AnnotationKind::kBox)) {
    EXPECT_LE(*box.x2, 854);
    EXPECT_LE(*box.y2, 480);
  }
}

TEST_F(CholecRealFiles, CholecT45CompanionsAreProjectionsInEveryRow) {
  const Reading reading = read("cholect45");
  auto rows = rows_by_role(reading);
  EXPECT_GT(rows["triplet"], 5000);
  EXPECT_EQ(rows["instrument"], rows["triplet"]);
  EXPECT_EQ(rows["verb"], rows["triplet"]);
  EXPECT_EQ(rows["target"], rows["triplet"]);
  EXPECT_EQ(rows["triplet_map"], 100);
  EXPECT_TRUE(reading.issues.empty());
  std::int64_t empty = 0;
  for (const RawAnnotation& record : reading.of_kind(AnnotationKind::kInteraction)) {
    empty += record.video_id.text == "cholect45/VID111" && record.state == LabelState::kAbsent ? 1 : 0;
  }
  EXPECT_EQ(empty, 476);
}

TEST_F(CholecRealFiles, Cholec80CvsWindowsAndFoldsAgreeWithTheCard) {
  const Reading reading = read("cholec80-cvs");
  auto rows = rows_by_role(reading);
  EXPECT_EQ(rows["frame_index"], 80);
  EXPECT_EQ(rows["folds"], 80);
  EXPECT_TRUE(reading.issues.empty());
  EXPECT_EQ(reading.of_kind(AnnotationKind::kFlag).size(), 80u);
  for (const RawAnnotation& window : reading.records) {
    if (window.video_id.text == "cholec80-cvs/video01") {
      EXPECT_EQ(window.end_frame, 16825);
    }
  }
}

}  // namespace
}  // namespace surgsigma
