#include "surgsigma/ingest/readers/test_reading.h"

namespace surgsigma {
namespace {

using testing_readers::read_texts;
using testing_readers::Reading;

const std::string kVocabularies = R"(
vocabularies:
  instruments: {kind: instrument, labels: [{id: 0, label: grasper, concept: ins.a}, {id: 1, label: hook, concept: ins.b}]}
  verbs: {kind: verb, labels: [{id: 0, label: retract, concept: act.a}, {id: 1, label: null_verb, concept: act.idle, state: idle}]}
  targets: {kind: anatomy, labels: [{id: 0, label: liver, concept: ana.a}, {id: 1, label: null_target, concept: ana.b}]}
  triplets:
    kind: interaction
    parts: [instruments, verbs, targets]
    classes: {0: [grasper, retract, liver], 1: [hook, retract, liver], 2: [grasper, null_verb, null_target]}
)";

Reading read_map(const std::string& text) {
  const std::string layout = R"(
frame_rate: 1
layout:
  - {role: triplet, pattern: "triplet/VID{video:d}.txt", required: false}
  - {role: map, pattern: "maps.txt", reader: triplet_map, unit: all, with: {vocabulary: triplets}}
)";
  return read_texts(testing_readers::kCardHead + layout + kVocabularies, {{"maps.txt", text}});
}

TEST(TripletMap, RowsThatAgreeWithTheCardAreCountedAndLeaveNothing) {
  const Reading reading = read_map("# IVT, I, V, T, IV, IT\n0,0,0,0,0,0\n1,1,0,0,2,2\n2,0,1,1,1,1\n");
  EXPECT_TRUE(reading.issues.empty());
  EXPECT_TRUE(reading.records.empty());
  EXPECT_EQ(reading.files.at(0).rows, 3);
  EXPECT_EQ(reading.files.at(0).recorded_rows, 3);
}

TEST(TripletMap, ARenumberedClassIsNamed) {
  const Reading reading = read_map("0,1,0,0,2,2\n1,1,0,0,2,2\n2,0,1,1,1,1\n");
  ASSERT_EQ(reading.of_rule("class_differs").size(), 1u);
  EXPECT_EQ(reading.of_rule("class_differs")[0].message, "class 0 is hook here and grasper in the card");
  EXPECT_EQ(reading.of_rule("class_differs")[0].line, 1);
}

TEST(TripletMap, MissingRepeatedUnknownAndBrokenRowsAreTold) {
  const Reading reading = read_map("0,0,0,0,0,0\n0,0,0,0,0,0\n9,0,0,0,0,0\n1,1,0\n1,x,0,0,2,2\n2,0,1,1,1,7\n");
  EXPECT_EQ(reading.of_rule("repeated_id").size(), 1u);
  EXPECT_EQ(reading.of_rule("unknown_label").size(), 1u);
  EXPECT_EQ(reading.of_rule("field_count").size(), 1u);
  EXPECT_EQ(reading.of_rule("not_a_number").size(), 1u);
  EXPECT_EQ(reading.of_rule("class_differs").size(), 1u);
  ASSERT_EQ(reading.of_rule("missing_class").size(), 1u);  // class 1; class 2 was there, though wrong
  EXPECT_EQ(reading.of_rule("missing_class")[0].value, "1");
  EXPECT_EQ(reading.files.at(0).issue_rows, 5);
}

}  // namespace
}  // namespace surgsigma
