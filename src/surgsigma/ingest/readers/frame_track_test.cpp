#include "surgsigma/ingest/readers/test_reading.h"

namespace surgsigma {
namespace {

using testing_readers::read_texts;
using testing_readers::Reading;

std::string card_with(const std::string& with, const std::string& frame_rate = "25") {
  return testing_readers::kCardHead + "frame_rate: " + frame_rate + R"(
layout:
  - role: phase
    pattern: "phase_annotations/video{video:d}-phase.txt"
    reader: frame_track
    with: )" +
         with + R"(
vocabularies:
  phases:
    kind: phase
    labels:
      - {id: 0, label: Preparation, concept: pha.a}
      - {id: 1, label: Dissection, concept: pha.b}
      - {id: 2, label: out_of_body, concept: flg.a, becomes: flag}
      - {id: 3, label: none, state: not_annotated}
)";
}

const std::string kPlain = "{vocabulary: phases}";

Reading read_phases(const std::string& text, const std::string& with = kPlain, const std::string& rate = "25") {
  return read_texts(card_with(with, rate), {{"phase_annotations/video01-phase.txt", text}});
}

/// "word begin-end rows line" of every record.
std::vector<std::string> spans(const Reading& reading) {
  std::vector<std::string> found;
  for (const RawAnnotation& record : reading.records) {
    found.push_back(record.labels.at(0) + " " + std::to_string(*record.begin_frame) + "-" +
                    std::to_string(*record.end_frame) + " rows " + std::to_string(record.rows) + " line " +
                    std::to_string(record.line));
  }
  return found;
}

using Strings = std::vector<std::string>;

TEST(FrameTrack, EqualNeighboursBecomeOneRecordWithItsRows) {
  const Reading reading = read_phases("Frame\tPhase\n0\tPreparation\n1\tPreparation\n2\tDissection\n3\tPreparation\n");
  EXPECT_EQ(spans(reading), (Strings{"Preparation 0-2 rows 2 line 2", "Dissection 2-3 rows 1 line 4",
                                     "Preparation 3-4 rows 1 line 5"}));
  ASSERT_EQ(reading.records.size(), 3u);
  EXPECT_EQ(reading.records[0].kind, AnnotationKind::kPhase);
  EXPECT_EQ(reading.records[0].vocabulary, "phases");
  EXPECT_EQ(reading.records[1].begin_us, 80'000);
  EXPECT_EQ(reading.records[1].end_us, 120'000);
  EXPECT_TRUE(reading.issues.empty());
  ASSERT_EQ(reading.videos.size(), 1u);
  EXPECT_EQ(reading.videos[0].video_id.text, "demo/video01");
  EXPECT_EQ(reading.videos[0].frames, 4);
}

TEST(FrameTrack, LongRunsCrossEveryNumberOfDigits) {
  std::string text = "Frame\tPhase\n";
  for (int frame = 0; frame < 12'345; ++frame) {
    text += std::to_string(frame) + (frame < 10'001 ? "\tPreparation\n" : "\tDissection\n");
  }
  const Reading reading = read_phases(text);
  EXPECT_EQ(spans(reading),
            (Strings{"Preparation 0-10001 rows 10001 line 2", "Dissection 10001-12345 rows 2344 line 10003"}));
  EXPECT_EQ(reading.files.at(0).rows, 12'345);
}

TEST(FrameTrack, AFileMayLackHeaderAndLastLineEnd) {
  const Reading reading = read_phases("0\tPreparation\n1\tPreparation");
  EXPECT_EQ(spans(reading), (Strings{"Preparation 0-2 rows 2 line 1"}));
}

TEST(FrameTrack, EveryLineEndIsRead) {
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    const Reading reading =
        read_phases("Frame\tPhase" + end + "0\tPreparation" + end + "1\tPreparation" + end + "2\tDissection" + end);
    EXPECT_EQ(spans(reading), (Strings{"Preparation 0-2 rows 2 line 2", "Dissection 2-3 rows 1 line 4"}));
  }
}

TEST(FrameTrack, MixedLineEndsLoseNoRow) {
  const Reading reading = read_phases("Frame\tPhase\r0\tPreparation\n1\tPreparation\r\n2\tPreparation\n");
  EXPECT_EQ(spans(reading), (Strings{"Preparation 0-3 rows 3 line 2"}));
}

TEST(FrameTrack, MarkBlanksAndQuotesDoNotMatter) {
  const Reading reading = read_phases(
      "\xEF\xBB\xBF"
      "frame\t phase \n\n0\tPreparation \n 1\tPreparation\n2\t\"Preparation\"\n\n");
  EXPECT_EQ(spans(reading), (Strings{"Preparation 0-3 rows 3 line 3"}));
  EXPECT_TRUE(reading.issues.empty());
}

TEST(FrameTrack, ARunGoesOnInTheFastLoopAfterABlankLine) {
  const Reading reading =
      read_phases("0\tPreparation\n1\tPreparation\n\n2\tPreparation\n3\tPreparation\n4\tDissection\n");
  EXPECT_EQ(spans(reading), (Strings{"Preparation 0-4 rows 4 line 1", "Dissection 4-5 rows 1 line 6"}));
}

TEST(FrameTrack, AFileSavedAgainWithCommasIsRead) {
  EXPECT_EQ(spans(read_phases("Frame,Phase\n0,Preparation\n1,Dissection\n")),
            (Strings{"Preparation 0-1 rows 1 line 2", "Dissection 1-2 rows 1 line 3"}));
}

TEST(FrameTrack, SixteenBitTextIsRead) {
  const std::string text = "0\tPreparation\n";
  std::string wide = "\xFF\xFE";
  for (const char c : text) wide += std::string{c, '\0'};
  const Reading reading = read_phases(wide);
  EXPECT_EQ(spans(reading), (Strings{"Preparation 0-1 rows 1 line 1"}));
  EXPECT_EQ(reading.issues.size(), 1u);  // the encoding
}

TEST(FrameTrack, AGapEndsTheRunAndIsRemarked) {
  const Reading reading = read_phases("0\tPreparation\n1\tPreparation\n5\tPreparation\n");
  EXPECT_EQ(spans(reading), (Strings{"Preparation 0-2 rows 2 line 1", "Preparation 5-6 rows 1 line 3"}));
  ASSERT_EQ(reading.issues.size(), 1u);
  EXPECT_EQ(reading.issues[0].rule, "index_gap");
  EXPECT_EQ(reading.issues[0].severity, Severity::kInfo);
  EXPECT_EQ(reading.issues[0].rows, 0);
}

TEST(FrameTrack, RepeatedAndBackwardFramesAreIssuesWithTheirLine) {
  const Reading reading =
      read_phases("0\tPreparation\n1\tPreparation\n1\tDissection\n0\tPreparation\n2\tPreparation\n");
  EXPECT_EQ(spans(reading), (Strings{"Preparation 0-3 rows 3 line 1"}));
  ASSERT_EQ(reading.issues.size(), 2u);
  EXPECT_EQ(reading.issues[0].rule, "repeated_index");
  EXPECT_EQ(reading.issues[0].line, 3);
  EXPECT_EQ(reading.issues[0].value, "1");
  EXPECT_EQ(reading.issues[1].rule, "index_goes_back");
  EXPECT_EQ(reading.issues[1].line, 4);
  EXPECT_FALSE(reading.issues[1].hint.empty());
}

TEST(FrameTrack, BrokenRowsAreIssuesAndTheRestIsRead) {
  const Reading reading = read_phases(
      "0\tPreparation\n1\n2\tPreparation\tx\nthree\tPreparation\n4.5\tPreparation\n"
      "-6\tPreparation\n99999999999999999999\tPreparation\n3000000000\tPreparation\n5\t\n");
  EXPECT_EQ(spans(reading), (Strings{"Preparation 0-1 rows 1 line 1"}));
  EXPECT_EQ(reading.of_rule("field_count").size(), 2u);
  EXPECT_EQ(reading.of_rule("not_a_number").size(), 3u);
  EXPECT_EQ(reading.of_rule("index_out_of_range").size(), 2u);
  ASSERT_EQ(reading.of_rule("empty_label").size(), 1u);
  EXPECT_EQ(reading.of_rule("empty_label")[0].line, 9);
  EXPECT_EQ(reading.files.at(0).issue_rows, 8);
}

TEST(FrameTrack, ABrokenFirstRowIsNotTakenForAHeader) {
  const Reading reading = read_phases("x\tPreparation\n1\tPreparation\n");
  EXPECT_EQ(spans(reading), (Strings{"Preparation 1-2 rows 1 line 2"}));
  EXPECT_EQ(reading.of_rule("not_a_number").size(), 1u);
}

TEST(FrameTrack, SwappedColumnsAreRefusedWhole) {
  for (const std::string text :
       {"Phase\tFrame\nPreparation\t0\nPreparation\t1\n", "Preparation\t0\nPreparation\t1\n"}) {
    const Reading reading = read_phases(text);
    EXPECT_TRUE(reading.records.empty());
    ASSERT_EQ(reading.issues.size(), 1u);
    EXPECT_EQ(reading.issues[0].rule, "unexpected_columns");
    EXPECT_EQ(reading.issues[0].severity, Severity::kError);
    EXPECT_EQ(reading.files.at(0).rows, 2);
  }
}

TEST(FrameTrack, AnUnknownColumnIsNamedWithTheNearest) {
  const Reading reading = read_phases("Frame\tPhases\n0\tPreparation\n");
  ASSERT_EQ(reading.issues.size(), 1u);
  EXPECT_NE(reading.issues[0].message.find("Phases"), std::string::npos);
  EXPECT_NE(reading.issues[0].message.find("did you mean Phase?"), std::string::npos);
  EXPECT_EQ(reading.issues[0].rows, 1);
}

TEST(FrameTrack, AWordOutsideTheVocabularyIsKept) {
  const Reading reading = read_phases("0\tPreparatoin\n1\tPreparatoin\n");
  EXPECT_EQ(spans(reading), (Strings{"Preparatoin 0-2 rows 2 line 1"}));
  EXPECT_TRUE(reading.issues.empty());
}

TEST(FrameTrack, LabelsByNumberComeOutAsWords) {
  const Reading reading = read_phases("Frame\tPhase\n1\t1\n2\t1\n3\t2\n4\t9\n5\t9\n",
                                      "{vocabulary: phases, label_by: id, label_offset: 1, unit: second, first: 1}");
  EXPECT_EQ(spans(reading), (Strings{"Preparation 0-50 rows 2 line 2", "Dissection 50-75 rows 1 line 4"}));
  ASSERT_EQ(reading.issues.size(), 1u);
  EXPECT_EQ(reading.issues[0].rule, "unknown_label");
  EXPECT_EQ(reading.issues[0].rows, 2);
  EXPECT_EQ(reading.issues[0].line, 5);
}

TEST(FrameTrack, SecondsStandOnTheClockWhateverTheFrameRate) {
  const Reading reading =
      read_phases("0\tPreparation\n1\tPreparation\n", "{vocabulary: phases, unit: second}", "29.97");
  ASSERT_EQ(reading.records.size(), 1u);
  EXPECT_EQ(reading.records[0].end_us, 2 * kSecond);
  EXPECT_EQ(reading.records[0].end_frame, 59);  // frame 59 is on the screen at 2 s
}

TEST(FrameTrack, RowsMayStandSeveralFramesApart) {
  const Reading reading = read_phases("0\tPreparation\n25\tPreparation\n40\tPreparation\n50\tDissection\n",
                                      "{vocabulary: phases, step: 25}");
  EXPECT_EQ(spans(reading), (Strings{"Preparation 0-50 rows 2 line 1", "Dissection 50-75 rows 1 line 4"}));
  ASSERT_EQ(reading.issues.size(), 1u);
  EXPECT_EQ(reading.issues[0].rule, "index_off_step");
}

TEST(FrameTrack, OneOfSeveralColumnsCanBeTheLabel) {
  const Reading reading = read_phases("t,step,Phase\n0,7,Preparation\n1,8,Preparation\n",
                                      "{vocabulary: phases, columns: [t, step, Phase], index: t, label: Phase}");
  EXPECT_EQ(spans(reading), (Strings{"Preparation 0-2 rows 2 line 2"}));
}

TEST(FrameTrack, WithoutAnIndexColumnTheRowCounts) {
  const Reading reading = read_phases("Phase\nPreparation\n\nPreparation\nDissection\n",
                                      "{vocabulary: phases, columns: [Phase], index: row}");
  EXPECT_EQ(spans(reading), (Strings{"Preparation 0-1 rows 1 line 2", "Preparation 2-3 rows 1 line 4",
                                     "Dissection 3-4 rows 1 line 5"}));
  EXPECT_EQ(reading.of_rule("blank_row").size(), 1u);
}

TEST(FrameTrack, StateAndKindFollowTheCard) {
  const Reading reading = read_phases("0\tout_of_body\n1\tnone\n");
  ASSERT_EQ(reading.records.size(), 2u);
  EXPECT_EQ(reading.records[0].kind, AnnotationKind::kFlag);
  EXPECT_EQ(reading.records[1].state, LabelState::kNotAnnotated);
}

TEST(FrameTrack, TheCardCanOverrideTheFrameRate) {
  const Reading reading =
      read_phases("0\tPreparation\n30\tPreparation\n", "{vocabulary: phases, step: 30, frame_rate: 30}");
  ASSERT_EQ(reading.records.size(), 1u);
  EXPECT_EQ(reading.records[0].end_us, 2 * kSecond);
  EXPECT_EQ(reading.videos.at(0).frame_rate_num, 30);
}

TEST(FrameTrack, AHopelessFileGivesBoundedIssuesThatStillAddUp) {
  std::string text = "0\tPreparation\n";
  for (int i = 0; i < 5'000; ++i) text += "broken\n";
  const Reading reading = read_phases(text);
  EXPECT_EQ(reading.issues.size(), 101u);
  EXPECT_EQ(reading.issues.back().rows, 4'900);
  EXPECT_EQ(reading.files.at(0).issue_rows, 5'000);
}

TEST(FrameTrack, AnEmptyFileIsRemarked) {
  for (const std::string text : {"", "\n\n", "\xEF\xBB\xBF"}) {
    const Reading reading = read_phases(text);
    ASSERT_EQ(reading.issues.size(), 1u);
    EXPECT_EQ(reading.issues[0].rule, "empty_file");
  }
}

TEST(FrameTrack, AHeaderAloneIsNoRow) { EXPECT_EQ(read_phases("Frame\tPhase\n").files.at(0).rows, 0); }

TEST(FrameTrack, ACardThatMakesNoSenseIsSaid) {
  for (const std::string with :
       {"{vocabulary: nothing}", "{vocabulary: phases, step: 0}", "{vocabulary: phases, unit: fortnight}",
        "{vocabulary: phases, label: Stage}", "{vocabulary: phases, label_by: colour}",
        "{vocabulary: phases, first: x}", "{vocabulary: phases, columns: Frame}"}) {
    const Reading reading = read_phases("0\tPreparation\n", with);
    ASSERT_EQ(reading.issues.size(), 1u) << with;
    EXPECT_EQ(reading.issues[0].rule, "bad_card") << with;
    EXPECT_FALSE(reading.issues[0].message.empty());
  }
}

}  // namespace
}  // namespace surgsigma
