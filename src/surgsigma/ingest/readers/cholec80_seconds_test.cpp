#include "surgsigma/ingest/readers/test_reading.h"

namespace surgsigma {
namespace {

using testing_readers::read_texts;
using testing_readers::Reading;
using Strings = std::vector<std::string>;

Reading read_seconds(const std::string& text) {
  return read_texts(testing_readers::kCardHead + R"(
frame_rate: 25
layout:
  - role: phase
    pattern: "csvs/video{video:d}.csv"
    reader: cholec80_seconds
    with: {vocabulary: phases, label_offset: 1}
vocabularies:
  phases:
    kind: phase
    labels:
      - {id: 0, label: Preparation, concept: pha.a}
      - {id: 1, label: Dissection, concept: pha.b}
)",
                    {{"csvs/video61.csv", text}});
}

TEST(Cholec80Seconds, NumbersCountFromOneAndSecondsBecomeFrames) {
  const Reading reading = read_seconds("path,label\nvideo61_0.png,1\nvideo61_1.png,1\nvideo61_2.png,2\n");
  ASSERT_EQ(reading.records.size(), 2u);
  EXPECT_EQ(reading.records[0].labels, Strings{"Preparation"});
  EXPECT_EQ(reading.records[0].rows, 2);
  EXPECT_EQ(reading.records[0].end_frame, 50);
  EXPECT_EQ(reading.records[1].labels, Strings{"Dissection"});
  EXPECT_EQ(reading.records[1].begin_us, 2 * kSecond);
  EXPECT_EQ(reading.records[1].line, 4);
  EXPECT_EQ(reading.videos.at(0).frames, 75);
  EXPECT_TRUE(reading.issues.empty());
}

TEST(Cholec80Seconds, TimeIsTheNumberInTheNameAndAMissingSecondEndsTheRun) {
  const Reading reading = read_seconds("path,label\nvideo61_446.png,1\nvideo61_448.png,1\nvideo61_449.png,1\n");
  ASSERT_EQ(reading.records.size(), 2u);
  EXPECT_EQ(reading.records[0].end_us, 447 * kSecond);
  EXPECT_EQ(reading.records[1].begin_us, 448 * kSecond);
  EXPECT_EQ(reading.of_rule("index_gap").size(), 2u);  // before 446, and 447
}

TEST(Cholec80Seconds, ARowOfAnotherVideoIsAnIssue) {
  const Reading reading = read_seconds("path,label\nvideo61_0.png,1\nvideo16_1.png,1\n");
  EXPECT_EQ(reading.records.size(), 1u);
  ASSERT_EQ(reading.of_rule("wrong_video").size(), 1u);
  EXPECT_EQ(reading.of_rule("wrong_video")[0].line, 3);
}

TEST(Cholec80Seconds, NumbersOutsideTheVocabularyTakeTheirWholeRun) {
  const Reading reading = read_seconds("video61_0.png,0\nvideo61_1.png,0\nvideo61_2.png,3\nvideo61_3.png,x\n");
  EXPECT_TRUE(reading.records.empty());
  ASSERT_EQ(reading.of_rule("unknown_label").size(), 2u);
  EXPECT_EQ(reading.of_rule("unknown_label")[0].rows, 2);
  EXPECT_EQ(reading.of_rule("not_a_number").size(), 1u);
}

TEST(Cholec80Seconds, NamesWithoutASecondAndUnevenRowsAreIssues) {
  const Reading reading =
      read_seconds("path,label\nvideo61.png,1\nvideo61_x.png,1\nvideo61_3.png\nvideo61_4.png,1,1\n");
  EXPECT_TRUE(reading.records.empty());
  EXPECT_EQ(reading.of_rule("not_a_number").size(), 2u);
  EXPECT_EQ(reading.of_rule("field_count").size(), 2u);
}

TEST(Cholec80Seconds, SwappedColumnsAreRefusedWhole) {
  const Reading reading = read_seconds("label,path\n1,video61_0.png\n");
  EXPECT_TRUE(reading.records.empty());
  ASSERT_EQ(reading.of_rule("unexpected_columns").size(), 1u);
  EXPECT_EQ(reading.files.at(0).rows, 1);
}

TEST(Cholec80Seconds, FoldersQuotesAndLineEndsDoNotMatter) {
  const Reading reading = read_seconds("path,label\r\nframes/video61_0.png,\"1\"\r\nframes\\video61_1.png,1\r\n");
  ASSERT_EQ(reading.records.size(), 1u);
  EXPECT_EQ(reading.records[0].rows, 2);
}

}  // namespace
}  // namespace surgsigma
