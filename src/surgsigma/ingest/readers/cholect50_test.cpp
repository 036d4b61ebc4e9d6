#include "surgsigma/ingest/readers/test_reading.h"

namespace surgsigma {
namespace {

using testing_readers::read_texts;
using testing_readers::Reading;
using Strings = std::vector<std::string>;

const std::string kCategories = R"("categories": {
  "instrument": {"0": "grasper", "1": "hook"}, "verb": {"0": "retract", "1": "null_verb"},
  "target": {"0": "liver", "1": "null_target"}, "phase": {"0": "preparation", "1": "packaging"},
  "triplet": {"0": "grasper,retract,liver", "1": "hook,retract,liver", "94": "grasper,null_verb,null_target"}})";

/// A vector without scores and boxes.
std::string vector_of(int triplet, int instrument, int verb, int target, int phase) {
  const std::string nothing = "-1.0,-1.0,-1.0,-1.0";
  return "[" + std::to_string(triplet) + "," + std::to_string(instrument) + ",1.0," + nothing + "," +
         std::to_string(verb) + "," + std::to_string(target) + ",-1," + nothing + "," + std::to_string(phase) + "]";
}

std::string boxed(int triplet, int instrument, int verb, int target, int phase, const std::string& box) {
  return "[" + std::to_string(triplet) + "," + std::to_string(instrument) + ",0.5," + box + "," + std::to_string(verb) +
         "," + std::to_string(target) + ",1.0,-1,-1,-1,-1," + std::to_string(phase) + "]";
}

const std::string kRetract = vector_of(0, 0, 0, 0, 0);
const std::string kHook = vector_of(1, 1, 0, 0, 0);
const std::string kIdle = vector_of(94, 0, 1, 1, 0);
const std::string kNothing = vector_of(-1, -1, -1, -1, 1);

std::string file_of(const std::string& annotations, const std::string& more = "") {
  return "{" + kCategories + ", \"video\": 7, \"fps\": 1" + more + ", \"annotations\": {" + annotations + "}}";
}

Reading read_labels(const std::string& json, const std::string& with = "", const std::string& size = "[854, 480]") {
  return read_texts(testing_readers::kCardHead + R"(
frame_rate: 25
)" + (size.empty() ? "" : "frame_size: " + size) +
                        R"(
layout:
  - role: label
    pattern: "labels/VID{video:d}.json"
    reader: cholect50
    with: {triplets: triplets, phases: phases)" +
                        with + R"(}
vocabularies:
  instruments: {kind: instrument, labels: [{id: 0, label: grasper, concept: ins.a}, {id: 1, label: hook, concept: ins.b}]}
  instruments_boxed:
    {kind: instrument, complete: false, labels: [{id: 0, label: grasper, concept: ins.a}, {id: 1, label: hook, concept: ins.b}]}
  verbs: {kind: verb, labels: [{id: 0, label: retract, concept: act.a}, {id: 1, label: null_verb, concept: act.idle, state: idle}]}
  targets: {kind: anatomy, labels: [{id: 0, label: liver, concept: ana.a}, {id: 1, label: null_target, concept: ana.b, state: idle}]}
  phases: {kind: phase, labels: [{id: 0, label: preparation, concept: pha.a}, {id: 1, label: packaging, concept: pha.b}]}
  triplets:
    kind: interaction
    parts: [instruments, verbs, targets]
    classes: {0: [grasper, retract, liver], 1: [hook, retract, liver], 94: [grasper, null_verb, null_target]}
)",
                    {{"labels/VID07.json", json}});
}

TEST(CholecT50, EachVectorBecomesAnInteractionOfItsSecond) {
  const Reading reading = read_labels(file_of("\"0\": [" + kRetract + "," + kHook + "], \"1\": [" + kIdle + "]"));
  const auto interactions = reading.of_kind(AnnotationKind::kInteraction);
  ASSERT_EQ(interactions.size(), 3u);
  EXPECT_EQ(interactions[0].labels, (Strings{"grasper", "retract", "liver"}));
  EXPECT_EQ(interactions[0].vocabulary, "triplets");
  EXPECT_EQ(interactions[1].instance, 1);
  EXPECT_EQ(interactions[1].line, 2);
  EXPECT_EQ(interactions[2].begin_us, kSecond);
  EXPECT_EQ(interactions[2].begin_frame, 25);
  EXPECT_EQ(interactions[2].end_us, 2 * kSecond);
  EXPECT_EQ(reading.files.at(0).rows, 3);
  EXPECT_TRUE(reading.issues.empty());
}

TEST(CholecT50, IdleAbsentAndUnlabelledAreThreeStates) {
  const Reading reading = read_labels(file_of("\"0\": [" + kIdle + "], \"1\": [" + kNothing + "], \"2\": []"));
  const auto interactions = reading.of_kind(AnnotationKind::kInteraction);
  ASSERT_EQ(interactions.size(), 2u);
  EXPECT_EQ(interactions[0].state, LabelState::kIdle);
  EXPECT_EQ(interactions[1].state, LabelState::kNotAnnotated);
  EXPECT_EQ(interactions[1].labels, (Strings{"", "", ""}));
  EXPECT_EQ(interactions[1].rows, 1);
  const auto presence = reading.of_kind(AnnotationKind::kPresence);
  ASSERT_EQ(presence.size(), 2u);  // nobody said what second 1 shows
  EXPECT_EQ(presence[0].labels, Strings{"grasper"});
  EXPECT_EQ(presence[1].state, LabelState::kAbsent);
  EXPECT_EQ(presence[1].begin_us, 2 * kSecond);
}

TEST(CholecT50, AnInstrumentWithoutTripletKeepsWhatIsKnown) {
  const Reading reading = read_labels(file_of("\"0\": [" + vector_of(-1, 1, -1, 0, 0) + "]"));
  const auto interactions = reading.of_kind(AnnotationKind::kInteraction);
  ASSERT_EQ(interactions.size(), 1u);
  EXPECT_EQ(interactions[0].labels, (Strings{"hook", "", "liver"}));
  EXPECT_EQ(interactions[0].state, LabelState::kPresent);
}

TEST(CholecT50, TwoGraspersAreTwoInteractionsAndOnePresence) {
  const Reading reading = read_labels(file_of("\"0\": [" + kRetract + "," + kRetract + "]"));
  EXPECT_EQ(reading.of_kind(AnnotationKind::kInteraction).size(), 2u);
  ASSERT_EQ(reading.of_kind(AnnotationKind::kPresence).size(), 1u);
  EXPECT_EQ(reading.of_kind(AnnotationKind::kPresence)[0].labels, Strings{"grasper"});
  EXPECT_EQ(reading.of_kind(AnnotationKind::kPresence)[0].vocabulary, "instruments");
}

TEST(CholecT50, PhasesOfNeighbouringFramesAreJoinedInOrderOfTime) {
  const Reading reading = read_labels(
      file_of("\"2\": [" + vector_of(0, 0, 0, 0, 1) + "], \"0\": [" + kRetract + "], \"1\": [" + kHook + "]"));
  const auto phases = reading.of_kind(AnnotationKind::kPhase);
  ASSERT_EQ(phases.size(), 2u);
  EXPECT_EQ(phases[0].labels, Strings{"preparation"});
  EXPECT_EQ(phases[0].end_us, 2 * kSecond);
  EXPECT_EQ(phases[0].rows, 0);
  EXPECT_EQ(phases[1].labels, Strings{"packaging"});
}

TEST(CholecT50, AFrameWithTwoPhasesHasNone) {
  const Reading reading = read_labels(file_of("\"0\": [" + kRetract + "," + vector_of(1, 1, 0, 0, 1) + "]"));
  EXPECT_TRUE(reading.of_kind(AnnotationKind::kPhase).empty());
  ASSERT_EQ(reading.of_rule("phase_conflict").size(), 1u);
  EXPECT_EQ(reading.of_rule("phase_conflict")[0].rows, 0);
  EXPECT_EQ(reading.of_kind(AnnotationKind::kInteraction).size(), 2u);
}

TEST(CholecT50, BoxesBecomePixelsOfTheSameInstance) {
  const Reading reading =
      read_labels(file_of("\"0\": [" + kHook + "," + boxed(0, 0, 0, 0, 0, "0.5,0.25,0.25,0.5") + "]"));
  const auto boxes = reading.of_kind(AnnotationKind::kBox);
  ASSERT_EQ(boxes.size(), 1u);
  EXPECT_EQ(boxes[0].labels, Strings{"grasper"});
  EXPECT_EQ(boxes[0].instance, 1);
  EXPECT_EQ(boxes[0].rows, 0);
  EXPECT_EQ(boxes[0].box_scope, BoxScope::kTip);
  EXPECT_DOUBLE_EQ(*boxes[0].x1, 427);
  EXPECT_DOUBLE_EQ(*boxes[0].y1, 120);
  EXPECT_DOUBLE_EQ(*boxes[0].x2, 640.5);
  EXPECT_DOUBLE_EQ(*boxes[0].y2, 360);
  EXPECT_EQ(boxes[0].width, 854);
  EXPECT_EQ(boxes[0].value, 0.5);
}

TEST(CholecT50, ABoxBeyondThePictureIsCutAndRemarked) {
  const Reading reading = read_labels(file_of("\"0\": [" + boxed(0, 0, 0, 0, 0, "0.9,0.5,0.1115,0.25") + "]"));
  ASSERT_EQ(reading.of_kind(AnnotationKind::kBox).size(), 1u);
  EXPECT_DOUBLE_EQ(*reading.of_kind(AnnotationKind::kBox)[0].x2, 854);
  ASSERT_EQ(reading.of_rule("box_clamped").size(), 1u);
  EXPECT_EQ(reading.of_rule("box_clamped")[0].severity, Severity::kWarning);
}

TEST(CholecT50, AnImpossibleBoxIsAnIssueAndTheInteractionStays) {
  for (const std::string box : {"0.5,0.5,0,0.1", "1.5,0.5,0.1,0.1", "0.5,0.5,-1,-1", "0.5,0.5,-0.1,0.1"}) {
    const Reading reading = read_labels(file_of("\"0\": [" + boxed(0, 0, 0, 0, 0, box) + "]"));
    EXPECT_TRUE(reading.of_kind(AnnotationKind::kBox).empty()) << box;
    EXPECT_EQ(reading.of_rule("bad_box").size(), 1u) << box;
    EXPECT_EQ(reading.of_kind(AnnotationKind::kInteraction).size(), 1u);
  }
}

TEST(CholecT50, BoxesNeedASize) {
  const Reading reading = read_labels(file_of("\"0\": [" + boxed(0, 0, 0, 0, 0, "0.5,0.5,0.1,0.1") + "]"), "", "");
  ASSERT_EQ(reading.of_rule("bad_card").size(), 1u);
  EXPECT_EQ(reading.of_rule("bad_card")[0].rows, 1);
}

TEST(CholecT50, ASliceThatListsOnlyBoxedInstrumentsKnowsNoAbsence) {
  const std::string json = file_of("\"3\": [" + boxed(0, 0, 0, 0, 0, "0.5,0.5,0.1,0.1") + "], \"9\": [" + kHook + "]",
                                   ", \"num_frames\": 2");
  const Reading bare = read_labels(json);
  EXPECT_TRUE(bare.of_kind(AnnotationKind::kPresence).empty());
  ASSERT_EQ(bare.of_rule("partial_release").size(), 1u);
  EXPECT_EQ(bare.of_rule("partial_release")[0].severity, Severity::kInfo);
  const Reading open = read_labels(json, ", boxed: instruments_boxed");
  ASSERT_EQ(open.of_kind(AnnotationKind::kPresence).size(), 2u);
  EXPECT_EQ(open.of_kind(AnnotationKind::kPresence)[0].vocabulary, "instruments_boxed");
  const Reading told = read_labels(json, ", complete: true");
  EXPECT_EQ(told.of_kind(AnnotationKind::kPresence).at(0).vocabulary, "instruments");
  EXPECT_TRUE(told.of_rule("partial_release").empty());
}

TEST(CholecT50, RenumberedClassesRefuseTheWholeFile) {
  std::string json = file_of("\"0\": [" + kRetract + "," + kHook + "]");
  const std::string before = R"("0": "grasper", "1": "hook")";
  json.replace(json.find(before), before.size(), R"("0": "hook", "1": "grasper")");
  const Reading reading = read_labels(json);
  EXPECT_TRUE(reading.records.empty());
  ASSERT_EQ(reading.issues.size(), 1u);
  EXPECT_EQ(reading.issues[0].rule, "class_differs");
  EXPECT_EQ(reading.issues[0].rows, 2);
  EXPECT_NE(reading.issues[0].message.find("instrument 0"), std::string::npos);
}

TEST(CholecT50, AMissingOrNewClassRefusesTheWholeFile) {
  std::string fewer = file_of("\"0\": [" + kRetract + "]");
  fewer.replace(fewer.find(", \"1\": \"packaging\""), 18, "");
  EXPECT_EQ(read_labels(fewer).of_rule("class_differs").size(), 1u);
  std::string more = file_of("\"0\": [" + kRetract + "]");
  more.insert(more.find(", \"1\": \"packaging\""), ", \"7\": \"closing\"");
  EXPECT_EQ(read_labels(more).of_rule("class_differs").size(), 1u);
}

TEST(CholecT50, AFileOfAnotherVideoIsRefused) {
  std::string json = file_of("\"0\": [" + kRetract + "]");
  json.replace(json.find("\"video\": 7"), 10, "\"video\": 8");
  const Reading reading = read_labels(json);
  EXPECT_TRUE(reading.records.empty());
  ASSERT_EQ(reading.of_rule("wrong_video").size(), 1u);
  EXPECT_EQ(reading.of_rule("wrong_video")[0].rows, 1);
}

TEST(CholecT50, AVectorThatContradictsItselfIsAnIssue) {
  const Reading reading = read_labels(file_of("\"0\": [" + vector_of(0, 1, 0, 0, 0) + "," + kHook + "]"));
  EXPECT_EQ(reading.of_kind(AnnotationKind::kInteraction).size(), 1u);
  ASSERT_EQ(reading.of_rule("inconsistent_triplet").size(), 1u);
  EXPECT_EQ(reading.of_rule("inconsistent_triplet")[0].line, 1);
  EXPECT_NE(reading.of_rule("inconsistent_triplet")[0].message.find("frame 0"), std::string::npos);
}

TEST(CholecT50, BrokenVectorsAndFramesAreIssuesAndTheRestIsRead) {
  const Reading reading =
      read_labels(file_of("\"0\": [[1,2,3]," + kRetract +
                          ",\"x\",[0,0,1.0,-1,-1,-1,-1,0,0,1.0,-1,-1,-1,-1,\"p\"],"
                          "[0.5,0,1.0,-1,-1,-1,-1,0,0,1.0,-1,-1,-1,-1,0]," +
                          vector_of(7, 0, 0, 0, 0) + "," + vector_of(-1, 9, -1, -1, 0) + "], \"zero\": [" + kHook +
                          "," + kHook + "], \"1\": {}, \"0\": [" + kHook + "]"));
  EXPECT_EQ(reading.of_kind(AnnotationKind::kInteraction).size(), 1u);
  EXPECT_EQ(reading.of_rule("field_count").size(), 1u);
  EXPECT_EQ(reading.of_rule("malformed_vector").size(), 1u);
  EXPECT_EQ(reading.of_rule("not_a_number").size(), 2u);
  EXPECT_EQ(reading.of_rule("not_an_id").size(), 1u);
  EXPECT_EQ(reading.of_rule("unknown_label").size(), 2u);
  EXPECT_EQ(reading.of_rule("malformed_frame").size(), 1u);
  EXPECT_EQ(reading.of_rule("repeated_index").size(), 1u);
  EXPECT_TRUE(reading.of_kind(AnnotationKind::kPresence).empty());  // what the broken vectors showed is not known
  EXPECT_EQ(reading.files.at(0).rows, 11);
}

TEST(CholecT50, TruncatedOrForeignJsonIsOneErrorForTheFile) {
  const std::string whole = file_of("\"0\": [" + kRetract + "]");
  for (const std::string& text : {whole.substr(0, whole.size() / 2), whole + "}", std::string("[]"), std::string(),
                                  std::string("{\"images\": []}"), std::string("{\"annotations\": []}")}) {
    const Reading reading = read_labels(text);
    EXPECT_TRUE(reading.records.empty());
    ASSERT_EQ(reading.issues.size(), 1u) << text;
    EXPECT_EQ(reading.issues[0].rule, "bad_file");
  }
}

TEST(CholecT50, AnnouncedFramesAndMissingCategoriesAreRemarked) {
  const Reading reading = read_labels("{\"num_frames\": 5, \"annotations\": {\"0\": [" + kRetract + "]}}");
  EXPECT_EQ(reading.of_rule("frame_count").size(), 1u);
  EXPECT_EQ(reading.of_rule("no_categories").size(), 1u);
  EXPECT_EQ(reading.of_kind(AnnotationKind::kInteraction).size(), 1u);
}

}  // namespace
}  // namespace surgsigma
