#include "surgsigma/ingest/readers/test_reading.h"

namespace surgsigma {
namespace {

using testing_readers::Reading;

/// Reads with the function itself, whatever the readers' table holds.
Reading read_list(const std::string& text, const std::string& file = "test_vids.txt") {
  static const SourceCard card = testing_readers::card_from(R"(
id: demo
name: Demo
licence: {id: custom, terms: [unstated]}
frame_rate: 25
video_id: "{video}"
case: "demo:{video}"
case_map: {"162": "camma:66"}
layout:
  - {role: list, pattern: "{part}_vids.txt", reader: id_list, with: {split: official}}
splits:
  - {name: official, honoured: true, parts: {train: ["1-2"], test: ["162-164"]}}
)");
  const TemporaryFolder folder;
  EXPECT_TRUE(write_file(folder.path() / file, text));
  const auto source = match_source(card, folder.path());
  Reading reading;
  IngestSinks sinks;
  sinks.issues = [&](IssueRow&& row) { reading.issues.push_back(std::move(row)); };
  sinks.files = [&](FileRow&& row) { reading.files.push_back(std::move(row)); };
  Recorder out(card, "all", sinks);
  const FileJob job{card, card.layout[0], source->files.at(0), *source, out};
  out.begin_file(job.file, job.entry, "");
  const Status status = read_id_list(job);
  if (!status) out.fail_file(status.error());
  out.end_file();
  return reading;
}

TEST(IdList, NumbersWrittenAsFloatsAreHeldAgainstTheSplit) {
  const Reading reading = read_list("1.620000000000000000e+02\n1.63e+02\n164\n");
  EXPECT_TRUE(reading.issues.empty());
  EXPECT_EQ(reading.files.at(0).recorded_rows, 3);
}

TEST(IdList, RecordingOfAnotherPartIsAnIssue) {
  const Reading reading = read_list("1.0e+00\n162\n163\n163\nx\n1.5\n");
  EXPECT_EQ(reading.of_rule("split_conflict").at(0).value, "1");
  EXPECT_EQ(reading.of_rule("repeated_video").size(), 1u);
  EXPECT_EQ(reading.of_rule("malformed_value").size(), 2u);
  EXPECT_EQ(reading.files.at(0).issue_rows, 4);
}

TEST(IdList, ShortListIsTold) { EXPECT_EQ(read_list("162\n").of_rule("short_list").size(), 1u); }

TEST(IdList, PartThatTheCardDoesNotKnowIsAMistakeOfTheCard) {
  EXPECT_EQ(read_list("162\n", "holdout_vids.txt").of_rule("bad_card").size(), 1u);
}

}  // namespace
}  // namespace surgsigma
