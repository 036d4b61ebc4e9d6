#include "surgsigma/ingest/readers/test_reading.h"

namespace surgsigma {
namespace {

using testing_readers::read_texts;
using testing_readers::Reading;

Reading read_table(const std::string& text, const std::string& with = "{vocabulary: tools}") {
  return read_texts(testing_readers::kCardHead + R"(
frame_rate: 25
layout:
  - {role: phase, pattern: "none/video{video:d}.txt", required: false}
  - role: table
    pattern: "table.txt"
    reader: id_table
    unit: all
    with: )" + with + R"(
vocabularies:
  tools: {kind: instrument, labels: [{id: 0, label: hook, concept: ins.a}, {id: 1, label: "clip applier", concept: ins.b}]}
  verbs: {kind: verb, labels: [{id: 0, label: cut, concept: act.a}]}
  targets: {kind: anatomy, labels: [{id: 0, label: liver, concept: ana.a}]}
  triplets: {kind: interaction, parts: [tools, verbs, targets], classes: {0: [hook, cut, liver]}}
)",
                    {{"table.txt", text}});
}

TEST(IdTable, EntriesThatAgreeAreCountedAndLeaveNothing) {
  for (const std::string text : {"id, name\n0, hook\n1, clip applier", "0,hook\r\n1,\"clip applier\"\r\n"}) {
    const Reading reading = read_table(text);
    EXPECT_TRUE(reading.issues.empty());
    EXPECT_EQ(reading.files.at(0).rows, 2);
    EXPECT_EQ(reading.files.at(0).recorded_rows, 2);
  }
}

TEST(IdTable, ColonTablesMayHoldEntriesThatStandForNothing) {
  const Reading reading =
      read_table("-1:-1\n0:hook\n1:clip applier\n", "{vocabulary: tools, format: colon, ignore_ids: [-1]}");
  EXPECT_TRUE(reading.issues.empty());
  EXPECT_EQ(reading.files.at(0).recorded_rows, 3);
}

TEST(IdTable, TripletNamesAreTheirParts) {
  EXPECT_TRUE(read_table("0:hook,cut,liver\n", "{vocabulary: triplets, format: colon}").issues.empty());
  EXPECT_EQ(read_table("0:hook,cut,gut\n", "{vocabulary: triplets, format: colon}").of_rule("class_differs").size(),
            1u);
}

TEST(IdTable, ListsInBracesAreRead) {
  const std::string with = "{vocabulary: tools, format: pbtxt, id_offset: 1}";
  EXPECT_TRUE(
      read_table("label {\n  name: \"hook\"\n  label_id: 1\n  label_type: TOOL\n}\nlabel {\n  name: \"clip applier\"\n"
                 "  label_id: 2\n}\n",
                 with)
          .issues.empty());
  EXPECT_TRUE(read_table("item {\n id: 1\n display_name: 'hook'\n}", with).of_rule("class_differs").size() == 1u);
}

TEST(IdTable, RenumberedOrRenamedEntriesAreIssues) {
  const Reading reading = read_table("id,name\n0,clip applier\n1,clip-applier\n");
  const auto issues = reading.of_rule("class_differs");
  ASSERT_EQ(issues.size(), 2u);
  EXPECT_EQ(issues[0].line, 2);
  EXPECT_NE(issues[0].message.find("hook"), std::string::npos);
  EXPECT_EQ(reading.files.at(0).issue_rows, 2);
}

TEST(IdTable, UnknownRepeatedBrokenAndMissingEntriesAreTold) {
  const Reading reading = read_table("id,name\n0,hook\n0,hook\n7,stapler\nx,y\n3\n");
  EXPECT_EQ(reading.of_rule("repeated_id").size(), 1u);
  EXPECT_EQ(reading.of_rule("unknown_label").size(), 1u);
  EXPECT_EQ(reading.of_rule("malformed_entry").size(), 2u);
  EXPECT_EQ(reading.of_rule("missing_class").size(), 1u);
}

TEST(IdTable, AnUnknownFormatIsTheCardsFault) {
  EXPECT_EQ(read_table("0,hook\n", "{vocabulary: tools, format: xml}").of_rule("bad_card").size(), 1u);
}

}  // namespace
}  // namespace surgsigma
