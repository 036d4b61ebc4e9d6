#include "surgsigma/ingest/readers/test_reading.h"

namespace surgsigma {
namespace {

using testing_readers::read_texts;
using testing_readers::Reading;

constexpr std::string_view kCard = R"(
id: demo
name: Demo
licence: {id: custom, terms: [unstated]}
frame_rate: 25
video_id: "{video:02}"
case: "demo:{video:02}"
layout:
  - role: motion
    pattern: "laparoscope_motion_label.txt"
    reader: autolaparo_motion
    with: {vocabulary: motions, phases: phases, video_id: "clip{video:03}", case: "demo-clip:{video:03}"}
vocabularies:
  motions: {kind: motion, labels: [{id: 0, label: Static, concept: mot.a}, {id: 5, label: Zoom-in, concept: mot.b}]}
  phases: {kind: phase, labels: [{id: 2, label: Ligament, concept: pha.a}, {id: 3, label: Vessels, concept: pha.b}]}
)";

Reading read_motions(const std::string& text) { return read_texts(kCard, {{"laparoscope_motion_label.txt", text}}); }

TEST(AutolaparoMotion, MotionBeginsAtSecondFiveOfItsClip) {
  const Reading reading = read_motions("Clip\tLabel\tPhase\n014\t5\t3\n15\t0\t2\n");
  const auto motions = reading.of_kind(AnnotationKind::kMotion);
  ASSERT_EQ(motions.size(), 2u);
  EXPECT_EQ(motions[0].video_id.text, "demo/clip014");
  EXPECT_EQ(motions[0].labels, std::vector<std::string>{"Zoom-in"});
  EXPECT_EQ(motions[0].begin_us, 5'000'000);
  EXPECT_EQ(motions[0].end_us, 10'000'000);
  EXPECT_EQ(motions[1].video_id.text, "demo/clip015");
  const auto phases = reading.of_kind(AnnotationKind::kPhase);
  ASSERT_EQ(phases.size(), 2u);
  EXPECT_EQ(phases[0].begin_us, 0);
  EXPECT_EQ(phases[0].rows, 0);
  EXPECT_EQ(reading.videos.at(0).case_id.text, "demo-clip:014");
  EXPECT_EQ(reading.files.at(0).rows, 2);  // the header is no row
}

TEST(AutolaparoMotion, UnknownIdLeavesTheOtherFactOfTheRow) {
  const Reading reading = read_motions("1\t9\t3\n2\t5\t9\n3\t9\t9\n");
  EXPECT_EQ(reading.of_kind(AnnotationKind::kMotion).size(), 1u);
  EXPECT_EQ(reading.of_kind(AnnotationKind::kPhase).size(), 1u);
  EXPECT_EQ(reading.of_rule("unknown_label").size(), 4u);
  EXPECT_EQ(reading.files.at(0).recorded_rows, 2);
  EXPECT_EQ(reading.files.at(0).issue_rows, 1);
}

TEST(AutolaparoMotion, BrokenLinesAreIssues) {
  const Reading reading = read_motions("Clip\tLabel\tPhase\n1\t5\n2\tup\t3\n3\t5\t3\n003\t0\t3\n");
  EXPECT_EQ(reading.of_rule("column_count").at(0).line, 2);
  EXPECT_EQ(reading.of_rule("malformed_value").at(0).line, 3);
  EXPECT_EQ(reading.of_rule("repeated_clip").at(0).line, 5);
  EXPECT_EQ(reading.of_kind(AnnotationKind::kMotion).size(), 1u);
}

}  // namespace
}  // namespace surgsigma
