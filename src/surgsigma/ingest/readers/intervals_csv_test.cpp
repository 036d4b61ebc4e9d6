#include "surgsigma/ingest/readers/test_reading.h"

namespace surgsigma {
namespace {

using testing_readers::read_texts;
using testing_readers::Reading;
using Strings = std::vector<std::string>;

std::string card_with(const std::string& with, const std::string& pattern = "*.csv") {
  return R"(
id: demo
name: Demo
licence: {id: custom, terms: [unstated]}
frame_rate: 25
video_id: "{video}"
case: "demo:{video}"
layout:
  - {role: interval, pattern: ")" +
         pattern + R"(", reader: intervals_csv, unit: all, with: )" + with + R"(}
vocabularies:
  phases:
    kind: phase
    labels: [{label: prep, concept: pha.a}, {label: cut, concept: pha.b}, {label: outside, concept: flg.a, becomes: flag}]
  open: {kind: phase, closed: false, labels: []}
)";
}

Reading read_table(const std::string& text, const std::string& with = "{}") {
  return read_texts(card_with(with), {{"labels.csv", text}});
}

/// "video label begin-end" in seconds.
Strings spans(const Reading& reading) {
  Strings found;
  for (const RawAnnotation& record : reading.records) {
    found.push_back(record.video_id.text.substr(5) + " " + record.labels.at(0) + " " +
                    std::to_string(record.begin_us / 1000) + "-" + std::to_string(record.end_us / 1000));
  }
  return found;
}

const std::string kHeader = "video,start,end,label\n";

TEST(IntervalsCsv, SecondsAndClocksAreRead) {
  const Reading reading = read_table(kHeader + "OP1.mp4,0,83.4,prep\nOP1.mp4,01:23.400,00:02:00,cut\n");
  EXPECT_EQ(spans(reading), (Strings{"OP1 prep 0-83400", "OP1 cut 83400-120000"}));
  EXPECT_EQ(reading.records[0].kind, AnnotationKind::kPhase);
  EXPECT_EQ(reading.records[0].begin_frame, std::nullopt);
  EXPECT_TRUE(reading.issues.empty());
}

TEST(IntervalsCsv, TableWithoutHeaderWithDecimalCommaAndSemicolon) {
  const Reading reading = read_table("OP123.mp4;00:03:12,400;00:04:01,000;Präparation\nOP123.mp4;241,5;250;Schnitt \n");
  EXPECT_EQ(spans(reading), (Strings{"OP123 Präparation 192400-241000", "OP123 Schnitt 241500-250000"}));
}

TEST(IntervalsCsv, EncodingsAndLineEndsDoNotMatter) {
  const Strings expected{"A Prä 0-1000", "A cut 1000-2000"};
  EXPECT_EQ(spans(read_table("\xEF\xBB\xBFvideo,start,end,label\r\nA,0,1,Prä\r\nA,1,2,cut\r\n")), expected);
  EXPECT_EQ(spans(read_table("video,start,end,label\rA,0,1,Prä\rA,1,2,cut\r")), expected);
  EXPECT_EQ(spans(read_table("video,start,end,label\nA,0,1,Pr\xE4\nA,1,2,cut")), expected);  // Latin-1
  std::string utf16 = "\xFF\xFE";
  for (const char c : std::string("video\tstart\tend\tlabel\nA\t0\t1\tprep\n")) {
    utf16 += c;
    utf16 += '\0';
  }
  EXPECT_EQ(spans(read_table(utf16)), (Strings{"A prep 0-1000"}));
}

TEST(IntervalsCsv, QuotedCommasBelongToTheLabel) {
  EXPECT_EQ(spans(read_table(kHeader + "A,0,1,\"cut, then clip\"\n")), (Strings{"A cut, then clip 0-1000"}));
}

TEST(IntervalsCsv, EmptyEndLastsUntilTheNextOfItsKind) {
  const Reading reading =
      read_table("video,start,end,label,kind\nA,0,,prep,phase\nA,5,6,bleeding,flag\nA,10,20,cut,Phase\nB,3,4,x,step\n");
  EXPECT_EQ(spans(reading), (Strings{"A prep 0-10000", "A bleeding 5000-6000", "A cut 10000-20000", "B x 3000-4000"}));
  EXPECT_EQ(reading.records[1].kind, AnnotationKind::kFlag);
  EXPECT_EQ(reading.records[3].kind, AnnotationKind::kStep);
}

TEST(IntervalsCsv, LastOpenIntervalNeedsADuration) {
  const std::string text = "video,start,label\nA,0,prep\nA,10,cut\n";
  const Reading without = read_table(text);
  EXPECT_EQ(spans(without), (Strings{"A prep 0-10000"}));
  EXPECT_EQ(without.of_rule("open_end").at(0).line, 3);
  EXPECT_EQ(spans(read_table(text, "{durations: {A: 60}}")), (Strings{"A prep 0-10000", "A cut 10000-60000"}));
}

TEST(IntervalsCsv, ColumnsAreNamedByTheCard) {
  const std::string with =
      R"({columns: {video: VideoID, start: Beginn, end: Ende, label: Phase, kind: Art}, kinds: {Schritt: step}})";
  const Reading reading = read_table("Art;Phase;Ende;Beginn;VideoID\nSchritt;cut;2;1;A\n", with);
  EXPECT_EQ(spans(reading), (Strings{"A cut 1000-2000"}));
  EXPECT_EQ(reading.records.at(0).kind, AnnotationKind::kStep);
  EXPECT_EQ(spans(read_table("cut,1,2,A\n", "{columns: [label, start, end, video]}")), (Strings{"A cut 1000-2000"}));
}

TEST(IntervalsCsv, FileOfOneRecordingTakesItsNameFromThePath) {
  const Reading reading =
      read_texts(card_with("{}", "{video}/labels.csv"), {{"OP9/labels.csv", "start,end,label\n0,1,prep\n"}});
  EXPECT_EQ(spans(reading), (Strings{"OP9 prep 0-1000"}));
}

TEST(IntervalsCsv, FramesAndMillisecondsAsTheCardSays) {
  const Reading frames = read_table(kHeader + "A,25,50,prep\n", "{unit: frames}");
  EXPECT_EQ(spans(frames), (Strings{"A prep 1000-2000"}));
  EXPECT_EQ(frames.records[0].begin_frame, 25);
  EXPECT_EQ(frames.records[0].end_frame, 50);
  EXPECT_EQ(spans(read_table(kHeader + "A,1,26,prep\n", "{unit: frames, first: 1}")), (Strings{"A prep 0-1000"}));
  EXPECT_EQ(spans(read_table(kHeader + "A,1500,2500,prep\n", "{unit: ms}")), (Strings{"A prep 1500-2500"}));
}

TEST(IntervalsCsv, UnitIsFoundFromTheDuration) {
  // 100 s are 2500 frames: an end at 2500 cannot be seconds.
  const Reading frames = read_table(kHeader + "A,0,2500,prep\n", "{durations: {A: 100}}");
  EXPECT_EQ(spans(frames), (Strings{"A prep 0-100000"}));
  EXPECT_EQ(frames.of_rule("unit_frames").size(), 1u);
  EXPECT_EQ(spans(read_table(kHeader + "A,0,110,prep\n", "{durations: {A: 100}}")), (Strings{"A prep 0-110000"}));
}

TEST(IntervalsCsv, NumbersBeyondAnyOperationAreNotGuessedAt) {
  const Reading reading = read_table(kHeader + "A,0,100000,prep\nB,0,10,prep\n");
  EXPECT_EQ(spans(reading), (Strings{"B prep 0-10000"}));
  EXPECT_EQ(reading.of_rule("unknown_unit").at(0).rows, 1);
}

TEST(IntervalsCsv, OverlappingPhasesAreToldAndKept) {
  const Reading reading = read_table(kHeader + "A,0,10,prep\nA,8,20,cut\n");
  EXPECT_EQ(reading.records.size(), 2u);
  EXPECT_EQ(reading.of_rule("overlapping_phases").at(0).line, 3);
  EXPECT_TRUE(read_table(kHeader + "A,0,10,prep\nA,8,20,cut\n", "{kind: action}").issues.empty());
  EXPECT_TRUE(read_table(kHeader + "A,0,10,prep\nA,8,20,outside\n", "{vocabulary: phases}").issues.empty());
}

TEST(IntervalsCsv, ClosedVocabularyNamesTheNearestWord) {
  const Reading reading = read_table(kHeader + "A,0,10,prap\nA,10,20,outside\n", "{vocabulary: phases}");
  EXPECT_EQ(reading.of_rule("unknown_label").at(0).hint, "did you mean 'prep'?");
  EXPECT_EQ(reading.records.at(0).kind, AnnotationKind::kFlag);
  EXPECT_EQ(read_table(kHeader + "A,0,10,prap\n", "{vocabulary: open}").records.at(0).vocabulary, "open");
}

TEST(IntervalsCsv, BrokenRowsAreIssuesOneByOne) {
  const Reading reading = read_table(
      "video,start,end,label,kind\nA,5,3,prep,\nA,5,5,prep,\nA,x,3,prep,\nA,1,y,prep,\nA,1,2,,\n,1,2,prep,\nA,1,2,prep,"
      "song\n"
      "A,1,2,prep\nA,-1,2,prep,\nA,1,2,prep,phase\n");
  EXPECT_EQ(reading.records.size(), 1u);
  EXPECT_EQ(reading.of_rule("end_before_start").size(), 2u);
  EXPECT_EQ(reading.of_rule("malformed_time").size(), 3u);
  EXPECT_EQ(reading.of_rule("no_label").size(), 1u);
  EXPECT_EQ(reading.of_rule("unknown_video").size(), 1u);
  EXPECT_EQ(reading.of_rule("unknown_kind").size(), 1u);
  EXPECT_EQ(reading.of_rule("column_count").size(), 1u);
  EXPECT_EQ(reading.files.at(0).issue_rows, 9);
}

TEST(IntervalsCsv, QuoteThatIsNeverClosedDoesNotSwallowTheFileSilently) {
  const Reading reading = read_table(kHeader + "A,0,1,prep\nA,1,2,\"cut\nA,2,3,prep\n");
  EXPECT_EQ(reading.of_rule("unclosed_quote").at(0).line, 3);
  EXPECT_EQ(reading.records.size(), 1u);
}

TEST(IntervalsCsv, MissingColumnIsNamed) {
  const Reading reading = read_table("video,begin,end,label\nA,0,1,prep\n");
  ASSERT_EQ(reading.of_rule("bad_file").size(), 1u);
  EXPECT_EQ(reading.of_rule("bad_file")[0].message, "no column 'start'");
}

}  // namespace
}  // namespace surgsigma
