#include "surgsigma/refine/split.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace surgsigma {
namespace {

const Catalog& catalog() {
  static const Catalog loaded = [] {
    auto result = load_catalog(std::string(SURGSIGMA_SOURCE_DIR) + "/catalog");
    EXPECT_TRUE(result.ok()) << to_string(result.error());
    return std::move(*result);
  }();
  return loaded;
}

LabelledVideo video(const std::string& source, const std::string& name, const std::string& case_key,
                    std::uint64_t hash = 0) {
  LabelledVideo labelled;
  labelled.video.video_id = VideoId(source + "/" + name);
  labelled.video.source_id = SourceId(source);
  labelled.video.case_id = CaseId(case_key);
  labelled.label_hash = hash ? hash : std::hash<std::string>()(source + name);
  labelled.records = 100;
  return labelled;
}

std::vector<LabelledVideo> cholec_family() {
  std::vector<LabelledVideo> videos;
  for (int i = 1; i <= 80; ++i)
    videos.push_back(video("cholec80", "video" + std::to_string(i), "camma:" + std::to_string(i)));
  for (const int i : {1, 2, 4, 6, 10, 14, 32, 42, 51, 73, 74, 80, 92, 111}) {
    videos.push_back(video("cholect50", "VID" + std::to_string(i), "camma:" + std::to_string(i)));
  }
  return videos;
}

std::string part_of(const SplitTables& tables, const std::string& scheme, const std::string& source,
                    const std::string& key) {
  for (const SplitRow& row : tables.splits) {
    if (row.scheme == scheme && row.source_id.text == source && row.case_id.text == key) return row.part;
  }
  return "";
}

TEST(Split, NoPatientIsInTwoPartsOfStrictWhateverTheSource) {
  const auto tables = make_splits(catalog(), cholec_family(), 1);
  ASSERT_TRUE(tables.ok());
  std::map<std::string, std::set<std::string>> parts;
  for (const SplitRow& row : tables->splits) {
    if (row.scheme == "strict") parts[row.overlap_group].insert(row.part);
  }
  EXPECT_EQ(parts.size(), 82u);
  for (const auto& [group, found] : parts) EXPECT_EQ(found.size(), 1u) << group;
}

TEST(Split, TheFamilyFollowsTheFixedAssignment) {
  const auto tables = make_splits(catalog(), cholec_family(), 1);
  ASSERT_TRUE(tables.ok());
  EXPECT_EQ(part_of(*tables, "strict", "cholec80", "camma:6"), "test");    // a training video of Cholec80
  EXPECT_EQ(part_of(*tables, "strict", "cholec80", "camma:66"), "train");  // a test video of Cholec80
  EXPECT_EQ(part_of(*tables, "strict", "cholect50", "camma:111"), "test");
  EXPECT_EQ(part_of(*tables, "official:cholec80:endonet", "cholec80", "camma:6"), "train");
}

TEST(Split, ThePublishedCombinationMayDifferBySource) {
  auto videos = cholec_family();
  videos.push_back(video("cholect50", "VID08", "camma:8"));
  const auto tables = make_splits(catalog(), videos, 1);
  ASSERT_TRUE(tables.ok());
  EXPECT_EQ(part_of(*tables, "camma-combined", "cholec80", "camma:8"), "train");
  EXPECT_EQ(part_of(*tables, "camma-combined", "cholect50", "camma:8"), "val");
}

TEST(Split, ACopyUnderAnotherNameStaysWithItsOriginalAndIsReported) {
  std::vector<LabelledVideo> videos = {video("intervals-csv", "a", "house:a", 77),
                                       video("intervals-csv", "b", "house:b", 77),
                                       video("intervals-csv", "c", "house:c", 78)};
  const auto tables = make_splits(catalog(), videos, 1);
  ASSERT_TRUE(tables.ok());
  EXPECT_EQ(tables->cases[0].overlap_group, tables->cases[1].overlap_group);
  EXPECT_NE(tables->cases[0].overlap_group, tables->cases[2].overlap_group);
  ASSERT_EQ(tables->issues.size(), 1u);
  EXPECT_EQ(tables->issues[0].rule, "duplicate_labels");
  EXPECT_EQ(part_of(*tables, "strict", "intervals-csv", "house:a"),
            part_of(*tables, "strict", "intervals-csv", "house:b"));
}

TEST(Split, ARecordingFoundUnderTwoNamesIsTestForBothWhereItIsTestForOne) {
  const std::vector<LabelledVideo> videos = {video("cholect50", "VID111", "camma:111"),
                                             video("intervals-csv", "clip017", "house:17"),
                                             video("intervals-csv", "clip018", "house:18")};
  const std::vector<MatchRow> matches = {
      {VideoId("intervals-csv/clip017"), 0, 45 * kSecond, VideoId("cholect50/VID111"), 200 * kSecond, 245 * kSecond, 1, 45},
      {VideoId("intervals-csv/clip018"), 0, 45 * kSecond, VideoId("intervals-csv/gone"), 0, 45 * kSecond, 1, 45}};
  const auto tables = make_splits(catalog(), videos, 1, matches);
  ASSERT_TRUE(tables.ok());
  EXPECT_EQ(part_of(*tables, "strict", "cholect50", "camma:111"), "test");
  EXPECT_EQ(part_of(*tables, "strict", "intervals-csv", "house:17"), "test");
  ASSERT_EQ(tables->issues.size(), 1u) << "the video that is gone joins nobody";
  EXPECT_EQ(tables->issues[0].rule, "same_recording");
  EXPECT_EQ(tables->issues[0].severity, Severity::kWarning);
  EXPECT_EQ(tables->issues[0].message,
            "your clip017 is VID111 of cholect50 from 03:20 to 04:05; in clip017 that is 00:00 to 00:45");
}

TEST(Split, TheShorterFileIsNamedAsAPartOfTheLonger) {
  std::vector<LabelledVideo> videos = {video("intervals-csv", "clip", "house:17"), video("cholect50", "VID111", "camma:111")};
  videos[0].file = "mine/clip.mp4";
  videos[0].length_us = 7200 * kSecond;
  videos[1].file = "videos/VID111.mp4";
  videos[1].length_us = 50 * kSecond;
  const std::vector<MatchRow> matches = {
      {VideoId("intervals-csv/clip"), 3800 * kSecond, 3845 * kSecond, VideoId("cholect50/VID111"), 0, 45 * kSecond, 1, 45}};
  const auto tables = make_splits(catalog(), videos, 1, matches);
  ASSERT_TRUE(tables.ok());
  ASSERT_EQ(tables->issues.size(), 1u);
  EXPECT_EQ(tables->issues[0].video_id.text, "cholect50/VID111");
  EXPECT_EQ(tables->issues[0].file, "videos/VID111.mp4");
  EXPECT_EQ(tables->issues[0].message,
            "VID111.mp4 is clip.mp4 of intervals-csv from 1:03:20 to 1:04:05; in VID111.mp4 that is 00:00 to 00:45");
}

TEST(Split, OneOperationInTwoDatasetsIsNoNews) {
  const std::vector<LabelledVideo> videos = {video("cholec80", "video01", "camma:1"),
                                             video("cholect50", "VID01", "camma:1")};
  const std::vector<MatchRow> matches = {
      {VideoId("cholect50/VID01"), 0, 90 * kSecond, VideoId("cholec80/video01"), 0, 90 * kSecond, 1, 90}};
  const auto tables = make_splits(catalog(), videos, 1, matches);
  ASSERT_TRUE(tables.ok());
  ASSERT_EQ(tables->issues.size(), 1u);
  EXPECT_EQ(tables->issues[0].severity, Severity::kInfo);
  EXPECT_EQ(tables->issues[0].message, "VID01 is video01 of cholec80 from 00:00 to 01:30; in VID01 that is 00:00 to 01:30");
}

TEST(Split, ADrawDependsOnTheGroupAloneSoThatAddingVideosMovesNobody) {
  std::vector<LabelledVideo> few, many;
  for (int i = 0; i < 200; ++i) {
    many.push_back(video("intervals-csv", "v" + std::to_string(i), "house:" + std::to_string(i)));
    if (i % 3 == 0) few.push_back(many.back());
  }
  const auto small = make_splits(catalog(), few, 5);
  const auto large = make_splits(catalog(), many, 5);
  ASSERT_TRUE(small.ok() && large.ok());
  int train = 0;
  for (const CaseRow& row : small->cases) {
    EXPECT_EQ(part_of(*small, "strict", "intervals-csv", row.case_id.text),
              part_of(*large, "strict", "intervals-csv", row.case_id.text));
  }
  for (const CaseRow& row : large->cases)
    train += part_of(*large, "strict", "intervals-csv", row.case_id.text) == "train";
  EXPECT_NEAR(train, 140, 25);
}

TEST(Split, TheOrderOfTheVideosDoesNotMatter) {
  auto videos = cholec_family();
  const auto forward = make_splits(catalog(), videos, 1);
  std::reverse(videos.begin(), videos.end());
  const auto backward = make_splits(catalog(), videos, 1);
  ASSERT_TRUE(forward.ok() && backward.ok());
  ASSERT_EQ(forward->splits.size(), backward->splits.size());
  for (std::size_t i = 0; i < forward->splits.size(); ++i) {
    EXPECT_EQ(forward->splits[i].case_id, backward->splits[i].case_id);
    EXPECT_EQ(forward->splits[i].part, backward->splits[i].part);
  }
}

TEST(Split, AnOfficialTestCaseThatStrictPutsElsewhereIsTold) {
  const auto tables = make_splits(catalog(), cholec_family(), 1);
  ASSERT_TRUE(tables.ok());
  for (const IssueRow& issue : tables->issues) EXPECT_NE(issue.severity, Severity::kError);
}

}  // namespace
}  // namespace surgsigma
