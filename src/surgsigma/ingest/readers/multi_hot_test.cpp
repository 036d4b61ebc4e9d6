#include "surgsigma/ingest/readers/test_reading.h"

namespace surgsigma {
namespace {

using testing_readers::read_texts;
using testing_readers::Reading;
using Strings = std::vector<std::string>;

Reading read_tools(const std::string& text, const std::string& with = "{vocabulary: tools}") {
  return read_texts(testing_readers::kCardHead + R"(
frame_rate: 25
layout:
  - role: tool
    pattern: "tool_annotations/video{video:d}-tool.txt"
    reader: multi_hot
    with: )" + with + R"(
vocabularies:
  tools:
    kind: instrument
    labels:
      - {id: 0, label: Grasper, concept: ins.a}
      - {id: 1, label: Bipolar, concept: ins.b}
      - {id: 2, label: Hook, concept: ins.c}
)",
                    {{"tool_annotations/video07-tool.txt", text}});
}

const std::string kHeader = "Frame\tGrasper\tBipolar\tHook\n";

TEST(MultiHot, EachRowBecomesOnePresenceUntilTheNextSample) {
  const Reading reading = read_tools(kHeader + "0\t1\t0\t1\n25\t0\t1\t0\n");
  ASSERT_EQ(reading.records.size(), 2u);
  EXPECT_EQ(reading.records[0].kind, AnnotationKind::kPresence);
  EXPECT_EQ(reading.records[0].labels, (Strings{"Grasper", "Hook"}));
  EXPECT_EQ(reading.records[0].vocabulary, "tools");
  EXPECT_EQ(reading.records[0].state, LabelState::kPresent);
  EXPECT_EQ(reading.records[1].labels, (Strings{"Bipolar"}));
  EXPECT_EQ(reading.records[1].begin_frame, 25);
  EXPECT_EQ(reading.records[1].end_frame, 50);
  EXPECT_EQ(reading.records[1].begin_us, kSecond);
  EXPECT_EQ(reading.records[1].end_us, 2 * kSecond);
  EXPECT_EQ(reading.records[1].line, 3);
  EXPECT_EQ(reading.videos.at(0).video_id.text, "demo/video07");
  EXPECT_TRUE(reading.issues.empty());
}

TEST(MultiHot, ARowOfZerosSaysThatNothingIsThere) {
  const Reading reading = read_tools(kHeader + "0\t0\t0\t0\n");
  ASSERT_EQ(reading.records.size(), 1u);
  EXPECT_TRUE(reading.records[0].labels.empty());
  EXPECT_EQ(reading.records[0].state, LabelState::kAbsent);
  EXPECT_EQ(reading.records[0].rows, 1);
}

TEST(MultiHot, OtherValuesAreIssuesNamingColumnAndFrame) {
  const Reading reading = read_tools(kHeader + "0\t1\t0\t2\n25\t1\t\t0\n50\t0.5\t0\t0\n75\t1.0\t0.0\t0\n");
  EXPECT_EQ(reading.records.size(), 1u);
  const auto issues = reading.of_rule("not_zero_or_one");
  ASSERT_EQ(issues.size(), 3u);
  EXPECT_EQ(issues[0].line, 2);
  EXPECT_EQ(issues[0].value, "2");
  EXPECT_NE(issues[0].message.find("Hook"), std::string::npos);
  EXPECT_NE(issues[2].message.find("50"), std::string::npos);
}

TEST(MultiHot, DisagreementBecomesASecondUncertainRecord) {
  const Reading reading = read_tools(kHeader + "0\t1\t0.5\t0\n", "{vocabulary: tools, disputed: \"0.5\"}");
  ASSERT_EQ(reading.records.size(), 2u);
  EXPECT_EQ(reading.records[0].labels, (Strings{"Grasper"}));
  EXPECT_EQ(reading.records[1].labels, (Strings{"Bipolar"}));
  EXPECT_EQ(reading.records[1].state, LabelState::kUncertain);
  EXPECT_EQ(reading.records[1].rows, 0);
  EXPECT_EQ(reading.files.at(0).recorded_rows, 1);
}

TEST(MultiHot, ColumnsInAnotherOrderAreRefusedNotSwapped) {
  const Reading reading = read_tools("Frame\tBipolar\tGrasper\tHook\n0\t1\t0\t0\n25\t1\t0\t0\n");
  EXPECT_TRUE(reading.records.empty());
  ASSERT_EQ(reading.issues.size(), 1u);
  EXPECT_EQ(reading.issues[0].rule, "unexpected_columns");
  EXPECT_NE(reading.issues[0].message.find("swapped"), std::string::npos);
  EXPECT_EQ(reading.issues[0].rows, 2);
}

TEST(MultiHot, AnUnknownOrMissingColumnIsNamed) {
  const Reading unknown = read_tools("Frame\tGrasper\tBipola\tHook\n0\t1\t0\t0\n");
  ASSERT_EQ(unknown.issues.size(), 1u);
  EXPECT_NE(unknown.issues[0].message.find("did you mean Bipolar?"), std::string::npos);
  const Reading missing = read_tools("Frame\tGrasper\tHook\n0\t1\t0\n");
  ASSERT_EQ(missing.issues.size(), 1u);
  EXPECT_EQ(missing.issues[0].rows, 1);
}

TEST(MultiHot, AFileWithoutHeaderFollowsTheVocabulary) {
  const Reading reading = read_tools("0\t0\t0\t1\n");
  ASSERT_EQ(reading.records.size(), 1u);
  EXPECT_EQ(reading.records[0].labels, (Strings{"Hook"}));
}

TEST(MultiHot, FramesThatRepeatGoBackOrFallBetweenSamplesAreIssues) {
  const Reading reading =
      read_tools(kHeader + "0\t1\t0\t0\n0\t1\t0\t0\n50\t1\t0\t0\n25\t1\t0\t0\n60\t1\t0\t0\nx\t1\t0\t0\n75\t1\t0\n");
  EXPECT_EQ(reading.records.size(), 2u);
  EXPECT_EQ(reading.of_rule("repeated_index").size(), 1u);
  EXPECT_EQ(reading.of_rule("index_goes_back").size(), 1u);
  EXPECT_EQ(reading.of_rule("index_off_step").size(), 1u);
  EXPECT_EQ(reading.of_rule("not_a_number").size(), 1u);
  EXPECT_EQ(reading.of_rule("field_count").size(), 1u);
  EXPECT_EQ(reading.of_rule("index_gap").size(), 1u);
}

TEST(MultiHot, ColumnsThatAreNoClassArePassedOver) {
  const Reading reading = read_tools("t,Phase,Grasper,Bipolar,Hook\n3,4,0,1,0\n",
                                     "{vocabulary: tools, columns: [t, Phase, Grasper, Bipolar, Hook], ignore: [Phase],"
                                     " unit: second, step: 1}");
  ASSERT_EQ(reading.records.size(), 1u);
  EXPECT_EQ(reading.records[0].labels, (Strings{"Bipolar"}));
  EXPECT_EQ(reading.records[0].begin_frame, 75);
}

TEST(MultiHot, AColumnThatIsNoWordOfTheVocabularyIsTheCardsFault) {
  const Reading reading = read_tools("0\t1\n", "{vocabulary: tools, columns: [Frame, Graspr]}");
  ASSERT_EQ(reading.issues.size(), 1u);
  EXPECT_EQ(reading.issues[0].rule, "bad_card");
}

TEST(MultiHot, AnEmptyFileIsRemarked) { EXPECT_EQ(read_tools("").of_rule("empty_file").size(), 1u); }

}  // namespace
}  // namespace surgsigma
