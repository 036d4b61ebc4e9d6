#include "surgsigma/ingest/reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "surgsigma/base/hash.h"

namespace surgsigma {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view kCard = R"(
id: toy
name: Toy
licence: {id: custom, terms: [unstated]}
frame_rate: 25
frame_size: [854, 480]
video_id: "video{video:02}"
case: "camma:{video}"
media: {video: "videos/video{video:02}.mp4"}
layout:
  - {role: tool, pattern: "tool/video{video:d}.txt", reader: lines, with: {vocabulary: tools, step: 25, header: true}}
  - {role: phase, pattern: "phase/video{video:d}.txt", reader: lines}
  - {role: list, pattern: "list.csv", reader: lines, with: {vocabulary: toolz}}
  - {role: known, pattern: "known.txt"}
vocabularies: {tools: {kind: instrument, labels: [{label: hook, concept: ins.hook}]}}
)";

SourceCard toy_card() {
  const auto document = parse_yaml(kCard, "toy.yaml");
  auto card = read_source_card(*document, "toy.yaml");
  EXPECT_TRUE(card) << (card ? "" : to_string(card.error()));
  return std::move(*card);
}

/// Everything that a unit hands over.
struct Harvest {
  std::vector<VideoRow> videos;
  std::vector<RawAnnotation> annotations;
  std::vector<IssueRow> issues;
  std::vector<FileRow> files;

  IngestSinks sinks() {
    return {[this](VideoRow&& row) { videos.push_back(std::move(row)); },
            [this](RawAnnotation&& row) { annotations.push_back(std::move(row)); },
            [this](IssueRow&& row) { issues.push_back(std::move(row)); },
            [this](FileRow&& row) { files.push_back(std::move(row)); }};
  }
  std::vector<std::string> rules() const {
    std::vector<std::string> result;
    for (const IssueRow& issue : issues) result.push_back(issue.rule);
    return result;
  }
};

RawAnnotation label_of(const VideoId& video, std::int64_t end_us = 0) {
  RawAnnotation annotation;
  annotation.video_id = video;
  annotation.end_us = end_us;
  return annotation;
}

class RecorderTest : public testing::Test {
 protected:
  SourceCard card_ = toy_card();
  Harvest harvest_;
  Recorder recorder_{card_, "b000", harvest_.sinks()};
  MatchedFile file_{"tool/video01.txt", 0, {{"video", "01"}}, 12, 0};

  VideoId video(const std::string& number) { return *recorder_.video({{"video", number}}); }
  void begin() { recorder_.begin_file(file_, card_.layout[0], "00ff"); }
};

TEST_F(RecorderTest, VideoTakesItsNamesFromTheCard) {
  EXPECT_EQ(video("1"), video("01"));
  recorder_.finish();
  ASSERT_THAT(harvest_.videos, SizeIs(1));
  const VideoRow& row = harvest_.videos[0];
  EXPECT_EQ(row.video_id.text, "toy/video01");
  EXPECT_EQ(row.case_id.text, "camma:1");
  EXPECT_EQ(row.media, "videos/video01.mp4");
  EXPECT_EQ(row.width, 854);
  EXPECT_EQ(row.unit, "b000");
  EXPECT_EQ(row.frames, std::nullopt);  // no label says how long it is
  EXPECT_EQ(row.duration_us, std::nullopt);
}

TEST_F(RecorderTest, VideoWithoutANameOrWithAHostileOneIsAnError) {
  EXPECT_FALSE(recorder_.video({}));
  EXPECT_FALSE(recorder_.video({{"video", "../../x"}}));
  recorder_.finish();
  EXPECT_THAT(harvest_.videos, IsEmpty());
}

TEST_F(RecorderTest, VideoReachesAsFarAsItsLabels) {
  const VideoId one = video("1");
  recorder_.extend_frames(one, 50);
  recorder_.extend_frames(one, 20);
  begin();
  recorder_.record(label_of(one, 4'000'000));
  recorder_.extend_time(one, 1'000'000);
  recorder_.finish();
  EXPECT_EQ(harvest_.videos.at(0).frames, 100);
  EXPECT_EQ(harvest_.videos.at(0).duration_us, 4'000'000);
}

TEST_F(RecorderTest, RateSetLaterCountsForTheWholeVideo) {
  const VideoId one = video("1");
  recorder_.extend_frames(one, 60);
  recorder_.set_frame_rate(one, {60, 1});
  recorder_.set_frame_rate(one, {0, 1});  // nonsense is not taken
  recorder_.set_size(one, 1920, 1080);
  recorder_.finish();
  EXPECT_EQ(harvest_.videos.at(0).duration_us, 1'000'000);
  EXPECT_EQ(harvest_.videos.at(0).height, 1080);
}

TEST_F(RecorderTest, OrdinalsCountPerVideoInTheOrderOfCalls) {
  begin();
  recorder_.rows(3);
  recorder_.record(label_of(video("2")));
  recorder_.record(label_of(video("1")));
  recorder_.record(label_of(video("2")));
  recorder_.end_file();
  std::vector<std::string> ids;
  for (const RawAnnotation& a : harvest_.annotations) ids.push_back(a.video_id.text + "#" + std::to_string(a.ordinal));
  EXPECT_THAT(ids, ElementsAre("toy/video02#0", "toy/video01#0", "toy/video02#1"));
  EXPECT_EQ(harvest_.annotations[0].file, "tool/video01.txt");
  EXPECT_THAT(harvest_.issues, IsEmpty());
}

TEST_F(RecorderTest, AccountOfAFileIsItsRowsItsRecordsAndItsIssues) {
  begin();
  recorder_.rows(5);
  RawAnnotation three_rows = label_of(video("1"));
  three_rows.rows = 3;
  recorder_.record(std::move(three_rows));
  RawAnnotation second_fact = label_of(video("1"));
  second_fact.rows = 0;
  recorder_.record(std::move(second_fact));
  recorder_.issue("unknown_label", Severity::kError, 7, "hok", "unknown", "look", 2, video("1"));
  recorder_.issue("remark", Severity::kInfo, 0, "", "all well", "");
  recorder_.end_file();
  ASSERT_THAT(harvest_.files, SizeIs(1));
  const FileRow& file = harvest_.files[0];
  EXPECT_EQ(file.rows, 5);
  EXPECT_EQ(file.recorded_rows, 3);
  EXPECT_EQ(file.issue_rows, 2);
  EXPECT_EQ(file.role, "tool");
  EXPECT_EQ(file.hash, "00ff");
  EXPECT_THAT(harvest_.rules(), ElementsAre("unknown_label", "remark"));
  EXPECT_EQ(harvest_.issues[0].line, 7);
  EXPECT_EQ(harvest_.issues[0].video_id.text, "toy/video01");
  EXPECT_EQ(harvest_.issues[0].stage, "ingest");
}

TEST_F(RecorderTest, RowsThatNobodyAccountsForAreAnIssue) {
  begin();
  recorder_.rows(10);
  recorder_.record(label_of(video("1")));
  recorder_.end_file();
  ASSERT_THAT(harvest_.rules(), ElementsAre("unaccounted_rows"));
  EXPECT_EQ(harvest_.issues[0].rows, 9);
  EXPECT_EQ(harvest_.files[0].rows, harvest_.files[0].recorded_rows + harvest_.files[0].issue_rows);
}

TEST_F(RecorderTest, RowsThatAreCountedTwiceAreAnIssue) {
  begin();
  recorder_.rows(1);
  recorder_.record(label_of(video("1")));
  recorder_.record(label_of(video("1")));
  recorder_.end_file();
  ASSERT_THAT(harvest_.rules(), ElementsAre("overaccounted_rows"));
  EXPECT_EQ(harvest_.issues[0].severity, Severity::kError);
  EXPECT_EQ(harvest_.issues[0].rows, 0);
  EXPECT_EQ(harvest_.files[0].rows, 2);
}

TEST_F(RecorderTest, OneFilesAccountDoesNotReachIntoTheNext) {
  begin();
  recorder_.rows(4);
  recorder_.end_file();
  begin();
  recorder_.end_file();
  ASSERT_THAT(harvest_.files, SizeIs(2));
  EXPECT_EQ(harvest_.files[1].rows, 0);
}

TEST_F(RecorderTest, LabelOfAnUndeclaredVideoIsAnIssueAndNoRecord) {
  begin();
  recorder_.rows(1);
  recorder_.record(label_of(VideoId("toy/video99")));
  recorder_.end_file();
  EXPECT_THAT(harvest_.rules(), ElementsAre("undeclared_video"));
  EXPECT_THAT(harvest_.annotations, IsEmpty());
}

TEST_F(RecorderTest, ValueOfAnIssueIsShortAndPrintable) {
  begin();
  recorder_.issue("x", Severity::kError, 1, std::string("a\0\xFF\n", 4) + std::string(500, 'b'), "bad \xFF", "");
  EXPECT_TRUE(is_valid_utf8(harvest_.issues[0].value));
  EXPECT_TRUE(harvest_.issues[0].value.starts_with("a\\x00\\xff\\n"));
  EXPECT_LT(harvest_.issues[0].value.size(), 120u);
  EXPECT_TRUE(is_valid_utf8(harvest_.issues[0].message));
  recorder_.issue("x", Severity::kError, 1, "it's", "", "");
  EXPECT_EQ(harvest_.issues[1].value, "it's");
}

/// Reads one label per line; "bad" is an issue. Words that make it fail stand for what may go wrong in a reader.
Status read_lines(const FileJob& job) {
  SURGSIGMA_TRY(text, job.text());
  const std::string number = job.file.captures.contains("video") ? job.file.captures.at("video") : "0";
  SURGSIGMA_TRY(video, job.out.video({{"video", number}}));
  std::int64_t line = 0;
  for (const std::string_view word : split(trim(text), '\n')) {
    ++line;
    job.out.rows(1);
    if (word == "throw") throw std::runtime_error("out of memory");
    if (word == "throw-number") throw 7;
    if (word == "stop") return Error{ErrorKind::kData, "torn off", job.file.path + ":" + std::to_string(line), "again"};
    if (word == "bad") {
      job.out.issue("bad_word", Severity::kError, line, "bad", "bad", "", 1, video);
      continue;
    }
    RawAnnotation annotation = label_of(video);
    annotation.labels = {std::string(word)};
    annotation.line = line;
    job.out.record(std::move(annotation));
  }
  return done();
}

Status read_nothing(const FileJob&) { return done(); }

const std::vector<Reader>& test_readers() {
  static const std::vector<Reader> table = {{"lines", "one label per line", read_lines},
                                            {"nothing", "passes everything over", read_nothing}};
  return table;
}

class IngestUnitTest : public testing::Test {
 protected:
  void put(const std::string& path, std::string_view text) { ASSERT_TRUE(write_file(folder_.path() / path, text)); }

  /// All units one after another.
  Harvest ingest(int buckets = 4) {
    source_ = *match_source(card_, folder_.path());
    Harvest harvest;
    for (const IngestUnit& unit : plan_ingest(card_, source_, buckets)) {
      EXPECT_TRUE(ingest_unit(card_, source_, unit, harvest.sinks(), test_readers()));
    }
    for (const FileRow& file : harvest.files) EXPECT_EQ(file.rows, file.recorded_rows + file.issue_rows) << file.path;
    return harvest;
  }

  SourceCard card_ = toy_card();
  TemporaryFolder folder_;
  SourceFiles source_;
};

TEST_F(IngestUnitTest, FilesOfAVideoAreReadTogetherInTheOrderOfTheLayout) {
  put("phase/video2.txt", "p2");
  put("tool/video02.txt", "t2");
  put("phase/video01.txt", "p1");
  put("tool/video1.txt", "t1");
  const Harvest harvest = ingest(1);
  std::vector<std::string> labels;
  for (const RawAnnotation& a : harvest.annotations) labels.push_back(a.labels[0]);
  EXPECT_THAT(labels, ElementsAre("t1", "p1", "t2", "p2"));
  EXPECT_THAT(harvest.videos, SizeIs(2));
}

TEST_F(IngestUnitTest, FileIsHashedAndCounted) {
  put("tool/video1.txt", "hook\nbad\nhook\n");
  const Harvest harvest = ingest();
  ASSERT_THAT(harvest.files, SizeIs(1));
  EXPECT_EQ(harvest.files[0].hash, hex64(hash64("hook\nbad\nhook\n")));
  EXPECT_EQ(harvest.files[0].bytes, 14);
  EXPECT_EQ(harvest.files[0].recorded_rows, 2);
  EXPECT_EQ(harvest.files[0].issue_rows, 1);
}

TEST_F(IngestUnitTest, ReaderThatGivesUpKeepsWhatItReadAndNamesTheLine) {
  put("tool/video1.txt", "hook\nstop\nhook\n");
  put("tool/video2.txt", "hook");
  const Harvest harvest = ingest();
  EXPECT_THAT(harvest.annotations, SizeIs(2));
  ASSERT_THAT(harvest.rules(), ElementsAre("bad_file"));
  EXPECT_EQ(harvest.issues[0].line, 2);
  EXPECT_EQ(harvest.issues[0].rows, 1);
  EXPECT_EQ(harvest.issues[0].message, "torn off");
  EXPECT_THAT(harvest.files, SizeIs(2));
}

TEST_F(IngestUnitTest, ExceptionOfAReaderIsAnIssueAndTheNextFileIsRead) {
  put("tool/video1.txt", "throw");
  put("tool/video2.txt", "hook");
  put("tool/video3.txt", "throw-number");
  const Harvest harvest = ingest(1);
  EXPECT_THAT(harvest.rules(), ElementsAre("reader_failed", "reader_failed"));
  EXPECT_THAT(harvest.issues[0].message, HasSubstr("out of memory"));
  EXPECT_THAT(harvest.annotations, SizeIs(1));
}

TEST_F(IngestUnitTest, FileThatVanishesIsAnIssue) {
  put("tool/video1.txt", "hook");
  source_ = *match_source(card_, folder_.path());
  fs::remove(folder_.path() / "tool/video1.txt");
  Harvest harvest;
  ASSERT_TRUE(ingest_unit(card_, source_, plan_ingest(card_, source_, 1).at(0), harvest.sinks(), test_readers()));
  EXPECT_THAT(harvest.rules(), ElementsAre("unreadable_file"));
  EXPECT_THAT(harvest.files, SizeIs(1));
}

TEST_F(IngestUnitTest, ReaderThatDoesNotExistFailsWithTheNearestName) {
  put("tool/video1.txt", "hook");
  card_.layout[0].reader = "linse";
  source_ = *match_source(card_, folder_.path());
  Harvest harvest;
  const Status status =
      ingest_unit(card_, source_, plan_ingest(card_, source_, 1).at(0), harvest.sinks(), test_readers());
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind, ErrorKind::kUsage);
  EXPECT_THAT(status.error().hint, HasSubstr("lines"));
}

TEST_F(IngestUnitTest, OtherEncodingsAreReadWithAWarning) {
  put("tool/video1.txt", "caf\xE9");
  const Harvest harvest = ingest();
  ASSERT_THAT(harvest.annotations, SizeIs(1));
  EXPECT_EQ(harvest.annotations[0].labels[0], "caf\xC3\xA9");
  ASSERT_THAT(harvest.rules(), ElementsAre("encoding"));
  EXPECT_EQ(harvest.issues[0].severity, Severity::kWarning);
}

TEST_F(IngestUnitTest, FileTooLargeToHoldIsAClearIssue) {
  put("tool/video1.txt", "");
  fs::resize_file(folder_.path() / "tool/video1.txt", 5ULL << 30);  // sparse: no disk is used
  source_ = *match_source(card_, folder_.path());
  Harvest harvest;
  Recorder recorder(card_, "b000", harvest.sinks());
  const auto text = FileJob{card_, card_.layout[0], source_.files.at(0), source_, recorder}.text();
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().kind, ErrorKind::kData);
  EXPECT_THAT(text.error().what, HasSubstr("5120 MiB"));
}

TEST_F(IngestUnitTest, ParametersAndVocabulariesComeFromTheCard) {
  put("tool/video1.txt", "");
  put("list.csv", "");
  put("phase/video1.txt", "");
  source_ = *match_source(card_, folder_.path());
  Harvest harvest;
  Recorder recorder(card_, "b000", harvest.sinks());
  const FileJob tool{card_, card_.layout[0], source_.files.at(0), source_, recorder};
  EXPECT_EQ(tool.param("step", "1"), "25");
  EXPECT_EQ(tool.param("header", "false"), "true");
  EXPECT_EQ(tool.param("separator", "tab"), "tab");
  ASSERT_TRUE(tool.vocabulary());
  EXPECT_EQ((*tool.vocabulary())->id, "tools");

  const FileJob phase{card_, card_.layout[1], source_.files.at(1), source_, recorder};
  const FileJob list{card_, card_.layout[2], source_.files.at(2), source_, recorder};
  ASSERT_FALSE(phase.vocabulary());
  EXPECT_EQ(phase.vocabulary().error().kind, ErrorKind::kUsage);
  ASSERT_FALSE(list.vocabulary());
  EXPECT_THAT(list.vocabulary().error().hint, HasSubstr("'tools'"));
}

TEST_F(IngestUnitTest, PlanPutsEveryReadFileIntoOneUnitAndAVideoIntoOneBucket) {
  for (int video = 1; video <= 40; ++video) {
    put("tool/video" + std::to_string(video) + ".txt", "x");
    put("phase/video0" + std::to_string(video) + ".txt", "x");
  }
  put("list.csv", "x");
  put("known.txt", "x");
  source_ = *match_source(card_, folder_.path());
  const auto units = plan_ingest(card_, source_, 4);
  std::map<std::string, std::string> unit_of_video;
  std::size_t files = 0;
  for (const IngestUnit& unit : units) {
    files += unit.files.size();
    for (const std::size_t index : unit.files) {
      const auto& captures = source_.files[index].captures;
      if (!captures.contains("video")) continue;
      const std::string number = std::to_string(*parse_int(captures.at("video")));
      EXPECT_EQ(unit_of_video.emplace(number, unit.name).first->second, unit.name) << number;
    }
  }
  EXPECT_EQ(files, 81u);  // all but the file that nothing reads
  ASSERT_THAT(units, SizeIs(5));
  EXPECT_EQ(units[0].name, "all");
  EXPECT_EQ(units[1].name, "b000");
  EXPECT_EQ(units[4].name, "b003");
  EXPECT_THAT(plan_ingest(card_, source_, 0), SizeIs(2));  // nonsense is one bucket
}

TEST_F(IngestUnitTest, AddingAVideoMovesNoOther) {
  put("tool/video1.txt", "x");
  source_ = *match_source(card_, folder_.path());
  const std::string before = plan_ingest(card_, source_, 8).at(0).name;
  put("tool/video2.txt", "x");
  source_ = *match_source(card_, folder_.path());
  for (const IngestUnit& unit : plan_ingest(card_, source_, 8)) {
    for (const std::size_t index : unit.files) {
      if (source_.files[index].captures.at("video") == "1") {
        EXPECT_EQ(unit.name, before);
      }
    }
  }
}

TEST(IngestPlan, BucketsAreAPowerOfTwoNearAnEighthOfTheVideos) {
  EXPECT_EQ(default_buckets(0), 1);
  EXPECT_EQ(default_buckets(8), 1);
  EXPECT_EQ(default_buckets(80), 8);
  EXPECT_EQ(default_buckets(100), 16);
  EXPECT_EQ(default_buckets(140), 16);
}

TEST(ReadersTable, NamesAreUniqueAndFound) {
  for (const Reader& reader : readers()) {
    EXPECT_EQ(find_reader(reader.name), &reader) << reader.name;
    EXPECT_FALSE(reader.description.empty());
  }
  EXPECT_EQ(find_reader("frame_trak"), nullptr);
}

TEST(ReadersTable, EveryReaderThatACardNamesExists) {
  const auto catalog = load_catalog(fs::path(SURGSIGMA_SOURCE_DIR) / "catalog");
  ASSERT_TRUE(catalog) << to_string(catalog.error());
  for (const auto& [id, card] : catalog->sources) {
    for (const LayoutEntry& entry : card.layout) {
      EXPECT_TRUE(entry.reader.empty() || find_reader(entry.reader)) << id.text << ": " << entry.reader;
    }
  }
}

}  // namespace
}  // namespace surgsigma
