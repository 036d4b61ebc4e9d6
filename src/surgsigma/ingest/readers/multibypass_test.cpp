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
video_id: "{video}"
case: "demo:{video}"
layout:
  - role: interval
    pattern: "labels_by70/{video}.mp4.json"
    reader: multibypass
    with:
      lists: {phases: phases, steps: steps}
      caution: {prefix: SBP, message: "old copy", hint: "compare durations"}
vocabularies:
  phases:
    kind: phase
    labels:
      - {id: 0, label: preparation, concept: pha.a}
      - {id: 1, label: pouch, concept: pha.b}
      - {id: 12, label: out_of_body, concept: flg.a, becomes: flag}
  steps:
    kind: step
    labels:
      - {id: 0, label: s0_null_step, concept: stp.a}
      - {id: 1, label: s1_exploration, concept: stp.b}
)";

Reading read_intervals(const std::string& phases, const std::string& steps = "", const std::string& video = "BBP01") {
  return read_texts(
      kCard, {{"labels_by70/" + video + ".mp4.json", R"({"phases": [)" + phases + R"(], "steps": [)" + steps + "]}"}});
}

const std::string kStep = R"({"start": 0, "end": 90000, "label_name": "s1_exploration", "label_id": 1})";
const std::string kPhase = R"({"start": 12000, "end": 95500, "label_name": "pouch", "label_id": 1})";

TEST(MultiBypass, TimesAreMilliseconds) {
  const Reading reading = read_intervals(kPhase, kStep);
  ASSERT_EQ(reading.records.size(), 2u);
  const RawAnnotation& phase = reading.records[0];
  EXPECT_EQ(phase.kind, AnnotationKind::kPhase);
  EXPECT_EQ(phase.begin_us, 12'000'000);
  EXPECT_EQ(phase.end_us, 95'500'000);
  EXPECT_EQ(phase.begin_frame, std::nullopt);  // the source counts no frames
  EXPECT_EQ(phase.labels, std::vector<std::string>{"pouch"});
  EXPECT_EQ(phase.vocabulary, "phases");
  EXPECT_EQ(reading.records[1].kind, AnnotationKind::kStep);
  EXPECT_EQ(reading.records[1].labels, std::vector<std::string>{"s1_exploration"});
  EXPECT_TRUE(reading.issues.empty());
  ASSERT_EQ(reading.videos.size(), 1u);
  EXPECT_EQ(reading.videos[0].video_id.text, "demo/BBP01");
  EXPECT_EQ(reading.videos[0].duration_us, 95'520'000);  // to the end of the frame that shows 95.5 s
}

TEST(MultiBypass, OverlayBecomesFlagAndMayLieOverPhases) {
  const Reading reading = read_intervals(
      R"({"start": 0, "end": 50000, "label_name": "preparation", "label_id": 0},
         {"start": 20000, "end": 70000, "label_name": "out_of_body", "label_id": 12},
         {"start": 50000, "end": 90000, "label_name": "pouch", "label_id": 1})",
      kStep);
  ASSERT_EQ(reading.of_kind(AnnotationKind::kFlag).size(), 1u);
  EXPECT_EQ(reading.of_kind(AnnotationKind::kFlag)[0].labels, std::vector<std::string>{"out_of_body"});
  EXPECT_TRUE(reading.issues.empty());
}

TEST(MultiBypass, GapsAndOverlapsAreToldWithoutLosingRows) {
  const Reading reading = read_intervals(
      R"({"start": 0, "end": 50000, "label_name": "preparation", "label_id": 0},
         {"start": 60000, "end": 90000, "label_name": "pouch", "label_id": 1},
         {"start": 80000, "end": 99000, "label_name": "preparation", "label_id": 0})",
      kStep);
  EXPECT_EQ(reading.of_kind(AnnotationKind::kPhase).size(), 3u);
  ASSERT_EQ(reading.of_rule("gap").size(), 1u);
  EXPECT_EQ(reading.of_rule("gap")[0].value, "50000..60000 ms");
  EXPECT_EQ(reading.of_rule("gap")[0].rows, 0);
  ASSERT_EQ(reading.of_rule("overlap").size(), 1u);
  EXPECT_EQ(reading.of_rule("overlap")[0].line, 3);
}

TEST(MultiBypass, TimeBeforeTheFirstPhaseIsNoGap) { EXPECT_TRUE(read_intervals(kPhase, kStep).of_rule("gap").empty()); }

TEST(MultiBypass, NameAndIdThatDisagreeAreAnIssueAndNoRecord) {
  const Reading reading = read_intervals(R"({"start": 0, "end": 1000, "label_name": "pouch", "label_id": 0})", kStep);
  EXPECT_TRUE(reading.of_kind(AnnotationKind::kPhase).empty());
  ASSERT_EQ(reading.of_rule("label_conflict").size(), 1u);
  EXPECT_EQ(reading.of_rule("label_conflict")[0].rows, 1);
}

TEST(MultiBypass, StepNameMayLackItsPrefix) {
  const Reading reading =
      read_intervals(kPhase, R"({"start": 0, "end": 1000, "label_name": "exploration", "label_id": 1})");
  ASSERT_EQ(reading.of_kind(AnnotationKind::kStep).size(), 1u);
  EXPECT_EQ(reading.of_kind(AnnotationKind::kStep)[0].labels, std::vector<std::string>{"s1_exploration"});
}

TEST(MultiBypass, BrokenIntervalsAreIssuesOneByOne) {
  const Reading reading = read_intervals(
      R"({"start": 5, "end": 5, "label_name": "pouch", "label_id": 1},
         {"start": -1, "end": 5, "label_name": "pouch", "label_id": 1},
         {"start": 5, "end": "x", "label_name": "pouch", "label_id": 1},
         {"start": 5, "end": 9, "label_name": "pouch"},
         {"start": 5, "end": 9, "label_name": "nothing", "label_id": 77},
         7)",
      kStep);
  EXPECT_TRUE(reading.of_kind(AnnotationKind::kPhase).empty());
  EXPECT_EQ(reading.of_rule("empty_interval").size(), 1u);
  EXPECT_EQ(reading.of_rule("malformed_time").size(), 2u);
  EXPECT_EQ(reading.of_rule("malformed_label").size(), 1u);
  EXPECT_EQ(reading.of_rule("unknown_label").size(), 1u);
  EXPECT_EQ(reading.of_rule("malformed_interval").size(), 1u);
  EXPECT_EQ(reading.files.at(0).rows, 7);
  EXPECT_EQ(reading.files.at(0).issue_rows, 6);
}

TEST(MultiBypass, VideosOfTheCautionedCentreGetAWarning) {
  const Reading reading = read_intervals(kPhase, kStep, "SBP07");
  ASSERT_EQ(reading.of_rule("doubtful_copy").size(), 1u);
  EXPECT_EQ(reading.of_rule("doubtful_copy")[0].severity, Severity::kWarning);
  EXPECT_EQ(reading.of_rule("doubtful_copy")[0].hint, "compare durations");
  EXPECT_TRUE(read_intervals(kPhase, kStep, "BBP07").of_rule("doubtful_copy").empty());
}

TEST(MultiBypass, MemberThatTheCardDoesNotNameIsCounted) {
  const Reading reading =
      read_texts(kCard, {{"labels_by70/BBP01.mp4.json",
                          R"({"phases": [)" + kPhase + R"(], "steps": [)" + kStep + R"(], "adverse": [1, 2, 3]})"}});
  ASSERT_EQ(reading.of_rule("unknown_member").size(), 1u);
  EXPECT_EQ(reading.of_rule("unknown_member")[0].rows, 3);
}

TEST(MultiBypass, FileCutShortKeepsWhatWasReadAndSaysSo) {
  const Reading reading =
      read_texts(kCard, {{"labels_by70/BBP01.mp4.json", R"({"phases": [)" + kPhase + R"(, {"start": 1)"}});
  EXPECT_EQ(reading.records.size(), 1u);
  EXPECT_EQ(reading.of_rule("bad_file").size(), 1u);
}

}  // namespace
}  // namespace surgsigma
