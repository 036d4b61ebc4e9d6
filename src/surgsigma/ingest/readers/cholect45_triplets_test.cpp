#include "surgsigma/ingest/readers/test_reading.h"

namespace surgsigma {
namespace {

using testing_readers::read_texts;
using testing_readers::Reading;
using testing_readers::Texts;
using Strings = std::vector<std::string>;

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

const std::string kLayout = R"(
frame_rate: 1
media: {frame: "data/VID{video:02}/{index:06}.png"}
layout:
  - {role: triplet, pattern: "triplet/VID{video:d}.txt", reader: cholect45_triplets, with: {vocabulary: triplets}}
  - role: instrument
    pattern: "instrument/VID{video:d}.txt"
    reader: cholect45_triplets
    with: {vocabulary: instruments, triplets: triplets, triplet_role: triplet}
  - role: verb
    pattern: "verb/VID{video:d}.txt"
    reader: cholect45_triplets
    with: {vocabulary: verbs, triplets: triplets, triplet_role: triplet}
)";

Reading read_files(const Texts& texts) {
  return read_texts(testing_readers::kCardHead + kLayout + kVocabularies, texts);
}

TEST(CholecT45, EverySetColumnIsAnInteractionAndTheRowCountsOnce) {
  const Reading reading = read_files({{"triplet/VID01.txt", "0,1,1,0\n1,0,0,1\n"}});
  ASSERT_EQ(reading.records.size(), 3u);
  EXPECT_EQ(reading.records[0].labels, (Strings{"grasper", "retract", "liver"}));
  EXPECT_EQ(reading.records[1].labels, (Strings{"hook", "retract", "liver"}));
  EXPECT_EQ(reading.records[1].rows, 0);
  EXPECT_EQ(reading.records[1].media, "data/VID01/000000.png");
  EXPECT_EQ(reading.records[2].state, LabelState::kIdle);
  EXPECT_EQ(reading.records[2].begin_us, kSecond);
  EXPECT_EQ(reading.files.at(0).recorded_rows, 2);
  EXPECT_TRUE(reading.issues.empty());
}

TEST(CholecT45, ARowOfZerosSaysThatThereIsNone) {
  const Reading reading = read_files({{"triplet/VID01.txt", "0,0,0,0\n"}});
  ASSERT_EQ(reading.records.size(), 1u);
  EXPECT_EQ(reading.records[0].labels, (Strings{"", "", ""}));
  EXPECT_EQ(reading.records[0].state, LabelState::kAbsent);
}

TEST(CholecT45, CompanionsThatAgreeBecomePresence) {
  const Reading reading = read_files({{"triplet/VID01.txt", "0,1,1,0\n1,0,0,0\n"},
                                      {"instrument/VID01.txt", "0,1,1\n1,0,0\n"},
                                      {"verb/VID01.txt", "0,1,0\n1,0,0\n"}});
  const auto presence = reading.of_kind(AnnotationKind::kPresence);
  ASSERT_EQ(presence.size(), 4u);
  EXPECT_EQ(presence[0].vocabulary, "instruments");
  EXPECT_EQ(presence[0].labels, (Strings{"grasper", "hook"}));
  EXPECT_EQ(presence[1].state, LabelState::kAbsent);
  EXPECT_EQ(presence[2].vocabulary, "verbs");
  EXPECT_EQ(presence[2].labels, Strings{"retract"});
  EXPECT_TRUE(reading.issues.empty());
  EXPECT_EQ(reading.videos.size(), 1u);
}

TEST(CholecT45, ACompanionThatDiffersIsAnIssueNamingFrameAndClass) {
  const Reading reading =
      read_files({{"triplet/VID01.txt", "0,1,0,0\n1,0,1,0\n"}, {"instrument/VID01.txt", "0,1,0\n1,1,1\n"}});
  EXPECT_EQ(reading.of_kind(AnnotationKind::kPresence).size(), 1u);
  ASSERT_EQ(reading.issues.size(), 1u);
  EXPECT_EQ(reading.issues[0].rule, "projection_differs");
  EXPECT_EQ(reading.issues[0].line, 2);
  EXPECT_EQ(reading.issues[0].rows, 1);
  EXPECT_EQ(reading.issues[0].message, "frame 1: grasper is set here only");
}

TEST(CholecT45, ACompanionRowWithoutTripletRowIsAnIssue) {
  const Reading reading = read_files({{"triplet/VID01.txt", "0,1,0,0\n"}, {"instrument/VID01.txt", "0,1,0\n1,0,0\n"}});
  EXPECT_EQ(reading.of_rule("projection_differs").size(), 1u);
}

TEST(CholecT45, WithoutItsTripletFileACompanionIsReadUnchecked) {
  const Reading reading = read_files({{"triplet/VID02.txt", "0,0,0,0\n"}, {"instrument/VID01.txt", "0,1,0\n"}});
  EXPECT_EQ(reading.of_kind(AnnotationKind::kPresence).size(), 1u);
  ASSERT_EQ(reading.of_rule("no_checksum").size(), 1u);
  EXPECT_EQ(reading.of_rule("no_checksum")[0].severity, Severity::kWarning);
}

TEST(CholecT45, BrokenRowsAreIssues) {
  const Reading reading = read_files({{"triplet/VID01.txt", "0,1,0,0\n1,1,0\n2,1,0,2\nx,1,0,0\n0,1,0,0\n5,0,0,1\n"}});
  EXPECT_EQ(reading.records.size(), 2u);
  EXPECT_EQ(reading.of_rule("field_count").size(), 1u);
  EXPECT_EQ(reading.of_rule("not_zero_or_one").size(), 1u);
  EXPECT_EQ(reading.of_rule("not_a_number").size(), 1u);
  EXPECT_EQ(reading.of_rule("index_goes_back").size() + reading.of_rule("repeated_index").size(), 1u);
}

TEST(CholecT45, AFileOfTheWrongKindIsNotReadAsATripletFile) {
  const Reading reading = read_files({{"triplet/VID01.txt", "0,1,0\n1,0,1\n"}});
  EXPECT_TRUE(reading.records.empty());
  EXPECT_EQ(reading.of_rule("field_count").size(), 2u);
}

}  // namespace
}  // namespace surgsigma
