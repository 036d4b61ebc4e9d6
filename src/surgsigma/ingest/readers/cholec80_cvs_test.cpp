#include "surgsigma/ingest/readers/test_reading.h"

namespace surgsigma {
namespace {

using testing_readers::read_texts;
using testing_readers::Reading;
using testing_readers::Texts;
using Strings = std::vector<std::string>;

Reading read_files(const Texts& texts) {
  return read_texts(testing_readers::kCardHead + R"(
frame_rate: 25
layout:
  - role: interval
    pattern: "surgeons_annotations.csv"
    reader: cholec80_cvs
    unit: all
    with: {shape: intervals, vocabulary: criteria, window_role: frame_index}
  - role: score
    pattern: "surgeons_annotations/video{video:d}.csv"
    reader: cholec80_cvs
    unit: all
    with: {shape: scores, vocabulary: criteria}
  - role: frame_index
    pattern: "videos_frames_index.csv"
    reader: cholec80_cvs
    unit: all
    with: {shape: frame_index, vocabulary: windows}
  - {role: folds, pattern: "folds.json", reader: cholec80_cvs, unit: all, with: {shape: folds, split: fold}}
vocabularies:
  criteria:
    kind: criterion
    labels:
      - {id: 0, label: two_structures, concept: cri.a}
      - {id: 1, label: cystic_plate, concept: cri.b}
      - {id: 2, label: hepatocystic_triangle, concept: cri.c}
  windows: {kind: flag, labels: [{id: 0, label: before_first_clip, concept: flg.a}]}
splits:
  - {name: fold1, parts: {train: [3, 4], test: [1, 2]}}
  - {name: fold2, parts: {train: [1, 2], test: [3, 4]}}
)",
                    texts);
}

const std::string kHeader =
    "video,initial_minute,initial_second,final_minute,final_second,two_structures,cystic_plate,hepatocystic_triangle,"
    "Total,critical_view\n";

Reading read_intervals(const std::string& rows) { return read_files({{"surgeons_annotations.csv", kHeader + rows}}); }

TEST(Cholec80CvsIntervals, ARowBecomesOneRecordPerCriterionWithItsOrdinalScore) {
  const Reading reading = read_intervals("2,6,10,6,25,2,0,1,3,0\n");
  ASSERT_EQ(reading.records.size(), 3u);
  const RawAnnotation& first = reading.records[0];
  EXPECT_EQ(first.video_id.text, "demo/video02");
  EXPECT_EQ(first.kind, AnnotationKind::kCriterion);
  EXPECT_EQ(first.labels, Strings{"two_structures"});
  EXPECT_EQ(first.vocabulary, "criteria");
  EXPECT_EQ(first.value, 2);
  EXPECT_EQ(first.state, LabelState::kPresent);
  EXPECT_TRUE(first.raters.empty());
  EXPECT_EQ(first.begin_frame, 370 * 25);
  EXPECT_EQ(first.end_frame, 385 * 25 + 1);
  EXPECT_EQ(first.begin_us, 370 * kSecond);
  EXPECT_EQ(reading.records[1].state, LabelState::kAbsent);
  EXPECT_EQ(reading.records[1].value, 0);
  EXPECT_EQ(reading.records[2].labels, Strings{"hepatocystic_triangle"});
  EXPECT_EQ(reading.records[2].value, 1);
  EXPECT_EQ(reading.files.at(0).recorded_rows, 1);
  EXPECT_TRUE(reading.issues.empty());
}

TEST(Cholec80CvsIntervals, SpreadsheetNumbersAndColumnOrderDoNotMatter) {
  const Reading reading = read_files({{"surgeons_annotations.csv",
                                       "cystic_plate;Video;initial_minute;initial_second;final_minute;final_second;"
                                       "hepatocystic_triangle;two_structures\n1.0;video02;0.0;1;0;1;0;2.0\n"}});
  ASSERT_EQ(reading.records.size(), 3u);
  EXPECT_EQ(reading.records[0].value, 2);
  EXPECT_EQ(reading.records[1].value, 1);
  EXPECT_EQ(*reading.records[0].end_frame - *reading.records[0].begin_frame, 1);  // one second, one frame
}

TEST(Cholec80CvsIntervals, AnIntervalThatEndsBeforeItStartsIsReported) {
  const Reading reading = read_intervals("1,6,10,6,9,0,0,0,0,0\n2,6,10,5,50,2,0,1,3,0\n");
  EXPECT_TRUE(reading.records.empty());
  const auto issues = reading.of_rule("ends_before_start");
  ASSERT_EQ(issues.size(), 2u);
  EXPECT_EQ(issues[1].line, 3);
  EXPECT_EQ(issues[1].severity, Severity::kError);
  EXPECT_EQ(issues[0].message.find("not all 0"), std::string::npos);
  EXPECT_NE(issues[1].message.find("not all 0"), std::string::npos);
}

TEST(Cholec80CvsIntervals, ScoresTotalAndViewAreChecked) {
  const Reading reading = read_intervals(
      "1,0,0,0,5,3,0,0,3,0\n1,0,0,0,5,1,,0,1,0\n1,0,0,0,5,1,1,0,3,0\n1,0,0,0,5,2,2,1,5,0\n1,0,0,0,5,2,2,0,4,1\n"
      "1,0,0,0,5,2,2,1,5,1\n");
  EXPECT_EQ(reading.records.size(), 3u);
  EXPECT_EQ(reading.of_rule("score_out_of_range").size(), 2u);
  ASSERT_EQ(reading.of_rule("wrong_total").size(), 1u);
  EXPECT_EQ(reading.of_rule("wrong_total")[0].line, 4);
  EXPECT_EQ(reading.of_rule("wrong_critical_view").size(), 2u);
}

TEST(Cholec80CvsIntervals, BadTimesVideosAndRowsAreIssues) {
  const Reading reading = read_intervals(
      "1,0,75,2,0,0,0,0,0,0\n1,x,0,2,0,0,0,0,0,0\n1,-1,0,2,0,0,0,0,0,0\n9,0,0,0,5,0,0,0,0,0\nx,0,0,0,5,0,0,0,0,0\n1,"
      "2\n");
  EXPECT_TRUE(reading.records.empty());
  EXPECT_EQ(reading.of_rule("malformed_time").size(), 3u);
  EXPECT_EQ(reading.of_rule("unknown_video").size(), 2u);
  EXPECT_EQ(reading.of_rule("field_count").size(), 1u);
  EXPECT_EQ(reading.files.at(0).issue_rows, 6);
}

TEST(Cholec80CvsIntervals, AnIntervalPastTheFirstClipIsKeptAndRemarked) {
  const Reading reading =
      read_files({{"surgeons_annotations.csv", kHeader + "1,0,0,0,4,1,0,0,1,0\n1,0,4,0,9,1,0,0,1,0\n"},
                  {"videos_frames_index.csv", "video_name,final_frame\nvideo01,124\n"}});
  EXPECT_EQ(reading.of_kind(AnnotationKind::kCriterion).size(), 6u);
  ASSERT_EQ(reading.of_rule("past_window").size(), 1u);
  EXPECT_EQ(reading.of_rule("past_window")[0].line, 3);
  EXPECT_EQ(reading.of_rule("past_window")[0].rows, 0);
}

TEST(Cholec80CvsIntervals, OverlapsAreRemarked) {
  const Reading reading =
      read_intervals("1,0,0,0,10,1,0,0,1,0\n1,0,5,0,20,2,0,0,2,0\n1,0,20,0,30,2,0,0,2,0\n2,0,5,0,9,0,0,0,0,0\n");
  EXPECT_EQ(reading.records.size(), 12u);
  ASSERT_EQ(reading.of_rule("overlapping_intervals").size(), 1u);
  EXPECT_EQ(reading.of_rule("overlapping_intervals")[0].line, 3);
}

TEST(Cholec80CvsIntervals, AMissingColumnRefusesTheFileWithAllItsRows) {
  const Reading reading =
      read_files({{"surgeons_annotations.csv",
                   "video,initial_minute,initial_second,final_minute,final_second,two_structures,cystic_plates,"
                   "hepatocystic_triangle\n1,0,0,0,5,1,1,1\n2,0,0,0,5,1,1,1\n"}});
  EXPECT_TRUE(reading.records.empty());
  ASSERT_EQ(reading.issues.size(), 1u);
  EXPECT_EQ(reading.issues[0].rows, 2);
  EXPECT_NE(reading.issues[0].message.find("is it 'cystic_plates'?"), std::string::npos);
}

const std::string kScoreHeader = "video_name,image,two_structures_score,cystic_plate_score,hc_triangle_score\n";

Reading read_scores(const std::string& rows) {
  return read_files({{"surgeons_annotations/video02.csv", kScoreHeader + rows}});
}

TEST(Cholec80CvsScores, FramesComeInAnyOrderAndAreDerived) {
  const Reading reading = read_scores("video02,812,2,0,1\nvideo02,805,0,0,0\n");
  ASSERT_EQ(reading.records.size(), 6u);
  EXPECT_EQ(reading.records[0].begin_frame, 812);
  EXPECT_EQ(reading.records[0].end_frame, 813);
  EXPECT_EQ(reading.records[0].origin, Origin::kDerived);
  EXPECT_EQ(reading.records[2].labels, Strings{"hepatocystic_triangle"});
  EXPECT_EQ(reading.records[2].value, 1);
  EXPECT_EQ(reading.files.at(0).recorded_rows, 2);
  EXPECT_TRUE(reading.issues.empty());
}

TEST(Cholec80CvsScores, AFrameDrawnTwiceIsToldOnceAndAContradictionIsAnError) {
  const Reading reading = read_scores("video02,5,1,0,0\nvideo02,5,1,0,0\nvideo02,5,2,0,0\n");
  EXPECT_EQ(reading.records.size(), 3u);
  ASSERT_EQ(reading.of_rule("repeated_index").size(), 1u);
  EXPECT_EQ(reading.of_rule("repeated_index")[0].severity, Severity::kInfo);
  ASSERT_EQ(reading.of_rule("score_conflict").size(), 1u);
  EXPECT_EQ(reading.of_rule("score_conflict")[0].severity, Severity::kError);
}

TEST(Cholec80CvsScores, RowsOfAnotherVideoAndBadNumbersAreIssues) {
  const Reading reading = read_scores("video01,5,1,0,0\nvideo02,x,1,0,0\nvideo02,7,1,0,5\nvideo02,8,1\n");
  EXPECT_TRUE(reading.records.empty());
  EXPECT_EQ(reading.of_rule("wrong_video").size(), 1u);
  EXPECT_EQ(reading.of_rule("not_a_number").size(), 1u);
  EXPECT_EQ(reading.of_rule("score_out_of_range").size(), 1u);
  EXPECT_EQ(reading.of_rule("field_count").size(), 1u);
}

TEST(Cholec80CvsFrameIndex, TheWindowReachesToAndWithTheLastFrame) {
  const Reading reading = read_files({{"videos_frames_index.csv", "video_name,final_frame\nvideo03,16824\n"}});
  ASSERT_EQ(reading.records.size(), 1u);
  EXPECT_EQ(reading.records[0].kind, AnnotationKind::kFlag);
  EXPECT_EQ(reading.records[0].labels, Strings{"before_first_clip"});
  EXPECT_EQ(reading.records[0].begin_frame, 0);
  EXPECT_EQ(reading.records[0].end_frame, 16825);
  EXPECT_EQ(reading.records[0].end_us, 673 * kSecond);
}

TEST(Cholec80CvsFrameIndex, UnknownRepeatedAndBrokenRowsAreIssues) {
  const Reading reading =
      read_files({{"videos_frames_index.csv",
                   "video_name,final_frame\nvideo03,10\nvideo03,11\nvideo77,10\nvideo01,-4\nvideo02\n"}});
  EXPECT_EQ(reading.records.size(), 1u);
  EXPECT_EQ(reading.of_rule("repeated_video").size(), 1u);
  EXPECT_EQ(reading.of_rule("unknown_video").size(), 1u);
  EXPECT_EQ(reading.of_rule("not_a_number").size(), 1u);
  EXPECT_EQ(reading.of_rule("field_count").size(), 1u);
}

TEST(Cholec80CvsFolds, FoldsThatAgreeWithTheCardAreCounted) {
  const Reading reading =
      read_files({{"folds.json", R"({"folds": [["video02", "video01"], ["video03", "video04"]]})"}});
  EXPECT_TRUE(reading.issues.empty());
  EXPECT_TRUE(reading.records.empty());
  EXPECT_EQ(reading.files.at(0).rows, 4);
  EXPECT_EQ(reading.files.at(0).recorded_rows, 4);
}

TEST(Cholec80CvsFolds, MovedRepeatedAndUnknownVideosAreIssues) {
  const Reading reading =
      read_files({{"folds.json", R"({"folds": [["video02", "video03"], ["video02", "video90", 7, "video04"]]})"}});
  EXPECT_EQ(reading.of_rule("repeated_video").size(), 1u);
  EXPECT_EQ(reading.of_rule("unknown_video").size(), 2u);
  EXPECT_EQ(reading.of_rule("split_differs").size(), 3u);  // 3 where 1 should be, 1 nowhere, 3 not in its fold
  EXPECT_EQ(reading.files.at(0).recorded_rows, 2);
}

TEST(Cholec80CvsFolds, AForeignDocumentIsOneError) {
  for (const std::string text : {"{}", "[1]", "{\"folds\": 3}", "{\"folds\": ["}) {
    EXPECT_EQ(read_files({{"folds.json", text}}).of_rule("bad_file").size(), 1u) << text;
  }
}

}  // namespace
}  // namespace surgsigma
