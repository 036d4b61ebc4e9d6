#include "surgsigma/ingest/readers/test_reading.h"

namespace surgsigma {
namespace {

using testing_readers::read_texts;
using testing_readers::Reading;

constexpr std::string_view kCard = R"(
id: demo
name: Demo
licence: {id: custom, terms: [unstated]}
frame_rate: 1
frame_size: [1280, 800]
video_id: "{video}"
case: "demo:{video}"
media: {frame: "keyframes/{video}/{index:05}.jpg", first: 0, step: 1}
layout:
  - role: keyframe
    pattern: "train.csv"
    reader: psi_ava_csv
    with: {instruments: tools, actions: verbs, interactions: triplets}
vocabularies:
  tools: {kind: instrument, labels: [{id: 1, label: Bipolar, concept: ins.a}, {id: 2, label: Prograsp, concept: ins.b}]}
  verbs:
    kind: verb
    labels:
      - {id: 6, label: Hold, concept: act.a}
      - {id: 9, label: Pull, concept: act.b}
      - {id: 13, label: Still, concept: act.idle, state: idle}
  targets: {kind: target, labels: []}
  triplets: {kind: interaction, parts: [tools, verbs, targets]}
  phases: {kind: phase, labels: [{id: 0, label: Idle, concept: pha.a}, {id: 4, label: Dorsal, concept: pha.b}]}
  steps:
    kind: step
    labels: [{id: 7, label: Prostate, concept: stp.a}, {id: 8, label: Seminal, concept: stp.b},
             {id: 17, label: Suction, concept: stp.c}]
)";

Reading read_rows(const std::string& text) { return read_texts(kCard, {{"train.csv", text}}); }

const std::string kRow = "CASE004,351,12,0.10,0.25,0.50,0.75,6,13,-1,2,7,4\n";

TEST(PsiAvaCsv, StepStandsBeforePhase) {
  const Reading reading = read_rows(kRow);
  ASSERT_EQ(reading.of_kind(AnnotationKind::kStep).size(), 1u);
  EXPECT_EQ(reading.of_kind(AnnotationKind::kStep)[0].labels, std::vector<std::string>{"Prostate"});
  ASSERT_EQ(reading.of_kind(AnnotationKind::kPhase).size(), 1u);
  EXPECT_EQ(reading.of_kind(AnnotationKind::kPhase)[0].labels, std::vector<std::string>{"Dorsal"});
  EXPECT_EQ(reading.of_kind(AnnotationKind::kPhase)[0].begin_us, 351'000'000);
  EXPECT_EQ(reading.of_kind(AnnotationKind::kPhase)[0].end_us, 352'000'000);
  EXPECT_TRUE(reading.issues.empty());
}

TEST(PsiAvaCsv, BoxIsInPixelsAndSharesItsInstanceWithEachAction) {
  const Reading reading = read_rows(kRow + "CASE004,351,13,0.0,0.0,0.1,0.1,9,-1,-1,1,7,4\n");
  const auto boxes = reading.of_kind(AnnotationKind::kBox);
  ASSERT_EQ(boxes.size(), 2u);
  EXPECT_DOUBLE_EQ(*boxes[0].x1, 128);
  EXPECT_DOUBLE_EQ(*boxes[0].y2, 600);
  EXPECT_EQ(boxes[0].width, 1280);
  EXPECT_EQ(boxes[0].rows, 1);
  EXPECT_EQ(boxes[0].media, "keyframes/CASE004/00351.jpg");
  EXPECT_EQ(boxes[0].begin_frame, 351);
  const auto actions = reading.of_kind(AnnotationKind::kInteraction);
  ASSERT_EQ(actions.size(), 3u);
  EXPECT_EQ(actions[0].labels, (std::vector<std::string>{"Prograsp", "Hold", ""}));
  EXPECT_EQ(actions[1].state, LabelState::kIdle);
  EXPECT_EQ(actions[0].vocabulary, "triplets");
  EXPECT_EQ(actions[0].rows, 0);
  EXPECT_EQ(actions[1].instance, boxes[0].instance);
  EXPECT_EQ(actions[2].instance, boxes[1].instance);
  EXPECT_NE(boxes[0].instance, boxes[1].instance);
  EXPECT_EQ(reading.of_kind(AnnotationKind::kPhase).size(), 1u);  // one fact per keyframe, not per box
  EXPECT_EQ(reading.files.at(0).recorded_rows, 2);
}

TEST(PsiAvaCsv, ExtendedRowsBecomeRunsThatAccountForTheirSeconds) {
  std::string text;
  for (int second = 0; second < 5; ++second) {
    text += "CASE003," + std::to_string(second) + ",1,0.0,0.0,0.0,0.0,0,-1,-1,0," + (second < 3 ? "7" : "8") + ",4\n";
  }
  text += "CASE003,9,1,0.0,0.0,0.0,0.0,0,-1,-1,0,8,4\n";  // seconds 5 to 8 are missing
  const Reading reading = read_rows(text);
  const auto phases = reading.of_kind(AnnotationKind::kPhase);
  ASSERT_EQ(phases.size(), 2u);
  EXPECT_EQ(phases[0].end_us, 5'000'000);
  EXPECT_EQ(phases[0].rows, 5);
  EXPECT_EQ(phases[1].begin_us, 9'000'000);
  const auto steps = reading.of_kind(AnnotationKind::kStep);
  ASSERT_EQ(steps.size(), 3u);
  EXPECT_EQ(steps[0].end_us, 3'000'000);
  EXPECT_EQ(steps[1].line, 4);
  EXPECT_TRUE(reading.of_kind(AnnotationKind::kBox).empty());
  EXPECT_EQ(reading.files.at(0).recorded_rows, 6);
}

TEST(PsiAvaCsv, PredictionsAreRefused) {
  const Reading reading = read_rows("CASE004,351,12,0.10,0.22,0.41,0.77,6,9,-1,2,7,4,0.98\n");
  EXPECT_TRUE(reading.records.empty());
  ASSERT_EQ(reading.of_rule("bad_file").size(), 1u);
  EXPECT_NE(reading.of_rule("bad_file")[0].message.find("predictions"), std::string::npos);
}

TEST(PsiAvaCsv, SwappedPhaseAndStepAreToldByTheirRange) {
  const Reading reading = read_rows("CASE004,351,12,0.10,0.22,0.41,0.77,6,9,-1,2,4,17\n");
  EXPECT_EQ(reading.of_rule("swapped_columns").size(), 1u);
  EXPECT_EQ(reading.of_rule("unknown_label").size(), 2u);  // 4 is no step here, 17 no phase
}

TEST(PsiAvaCsv, BrokenLinesAreIssuesWithTheirLine) {
  const Reading reading = read_rows(kRow +
                                    "CASE004,352,12,0.10,0.22,0.41,0.77,6,9,-1,2,7\n"
                                    "CASE004,x,12,0.10,0.22,0.41,0.77,6,9,-1,2,7,4\n"
                                    "CASE004,353,12,0.50,0.22,0.41,0.77,6,9,-1,2,7,4\n"
                                    "CASE004,354,12,0.10,0.22,0.41,0.77,6,9,-1,99,7,4\n"
                                    "CASE004,355,12,nan,0.22,0.41,0.77,6,9,-1,2,7,4\n");
  EXPECT_EQ(reading.of_rule("column_count").at(0).line, 2);
  EXPECT_EQ(reading.of_rule("malformed_value").at(0).line, 3);
  EXPECT_EQ(reading.of_rule("malformed_value").at(1).line, 6);
  EXPECT_EQ(reading.of_rule("bad_box").at(0).line, 4);
  EXPECT_EQ(reading.of_rule("unknown_label").at(0).line, 5);
  EXPECT_EQ(reading.files.at(0).issue_rows, 5);
  EXPECT_EQ(reading.of_kind(AnnotationKind::kBox).size(), 1u);
}

TEST(PsiAvaCsv, KeyframeThatContradictsItselfKeepsTheFirstPhase) {
  const Reading reading = read_rows(kRow + "CASE004,351,13,0.0,0.0,0.1,0.1,9,-1,-1,1,7,0\n");
  EXPECT_EQ(reading.of_rule("conflicting_second").size(), 1u);
  ASSERT_EQ(reading.of_kind(AnnotationKind::kPhase).size(), 1u);
  EXPECT_EQ(reading.of_kind(AnnotationKind::kPhase)[0].labels, std::vector<std::string>{"Dorsal"});
}

TEST(PsiAvaCsv, RepeatedSecondIsAnIssueThatTakesItsRow) {
  const std::string second = "CASE003,5,1,0.0,0.0,0.0,0.0,0,-1,-1,0,7,4\n";
  const Reading reading = read_rows(second + second);
  EXPECT_EQ(reading.of_rule("repeated_second").at(0).rows, 1);
  EXPECT_EQ(reading.files.at(0).recorded_rows, 1);
}

TEST(PsiAvaCsv, ObjectWithoutActionKeepsItsBox) {
  const Reading reading = read_rows("CASE004,351,12,0.10,0.22,0.41,0.77,-1,-1,-1,2,7,4\n");
  EXPECT_EQ(reading.of_kind(AnnotationKind::kBox).size(), 1u);
  EXPECT_TRUE(reading.of_kind(AnnotationKind::kInteraction).empty());
  EXPECT_EQ(reading.of_rule("no_action").size(), 1u);
}

}  // namespace
}  // namespace surgsigma
