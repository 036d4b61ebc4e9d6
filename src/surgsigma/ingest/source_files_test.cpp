#include "surgsigma/ingest/source_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace surgsigma {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

TEST(MatchPath, PatternMatchesWholeComponentsAtTheEnd) {
  EXPECT_TRUE(match_path("phase/video{video}.txt", "a/b/phase/video01.txt"));
  EXPECT_TRUE(match_path("phase/video{video}.txt", "phase/video01.txt"));
  EXPECT_FALSE(match_path("phase/video{video}.txt", "myphase/video01.txt"));
  EXPECT_FALSE(match_path("phase/video{video}.txt", "phase/video01.txt.bak"));
  EXPECT_FALSE(match_path("phase/video{video}.txt", "video01.txt"));
  EXPECT_FALSE(match_path("video{video}.txt", "myvideo01.txt"));
}

TEST(MatchPath, CaseDoesNotMatterAndCapturesKeepTheirs) {
  EXPECT_EQ(match_path("Phase/{video}-Phase.TXT", "PHASE/bbP01-phase.txt")->at("video"), "bbP01");
}

TEST(MatchPath, DigitsKeepTheirZerosAndTakeNothingElse) {
  EXPECT_EQ(match_path("video{video:d}.txt", "video007.txt")->at("video"), "007");
  EXPECT_FALSE(match_path("video{video:d}.txt", "video7a.txt"));
  EXPECT_FALSE(match_path("video{video:d}.txt", "video.txt"));
}

TEST(MatchPath, WordGivesBackWhatTheRestNeeds) {
  EXPECT_EQ(match_path("{video}-phase.txt", "video01-phase.txt")->at("video"), "video01");
  const auto captures = match_path("{video}_{index:d}.png", "case_1_0025.png");
  ASSERT_TRUE(captures);
  EXPECT_EQ(captures->at("video"), "case_1");
  EXPECT_EQ(captures->at("index"), "0025");
}

TEST(MatchPath, StarTakesAnythingWithinOneComponent) {
  EXPECT_TRUE(match_path("labels/*.json", "labels/any thing (1).json"));
  EXPECT_TRUE(match_path("*/labels.json", "x/labels.json"));
  EXPECT_FALSE(match_path("labels/*.json", "labels/deeper/x.json"));
}

TEST(MatchPath, NameThatStandsTwiceMustBeTheSameText) {
  EXPECT_TRUE(match_path("{video}/{video}_phase.txt", "V1/v1_phase.txt"));
  EXPECT_FALSE(match_path("{video}/{video}_phase.txt", "V1/V2_phase.txt"));
}

TEST(MatchPath, HostileNamesMatchNothing) {
  EXPECT_FALSE(match_path("video{video}.txt", "video...txt"));
  EXPECT_FALSE(match_path("video{video}.txt", "video01 .txt"));
  EXPECT_FALSE(match_path("video{video}.txt", "video\xC3\xA9.txt"));
  EXPECT_FALSE(match_path("video{video}.txt", std::string("video1\0.txt", 11)));
  EXPECT_FALSE(match_path("video{video}.txt", ""));
  EXPECT_FALSE(match_path("", "x.txt"));
  EXPECT_FALSE(match_path("video{video", "video1"));
}

TEST(MatchPath, LongNameWithManyPlacesComesToAnEnd) {
  const std::string name(250, 'a');
  EXPECT_FALSE(match_path("{a}_{b}_{c}_{d}_{e}.txt", name + ".csv"));
  EXPECT_FALSE(match_path("{a}{b}{c}{d}{e}{f}.txt", name + ".csv"));
  EXPECT_FALSE(match_path("*a*a*a*a*a*a*b", name));
}

class SourceFolder : public testing::Test {
 protected:
  void SetUp() override {
    const auto document = parse_yaml(R"(
id: toy
name: Toy
licence: {id: custom, terms: [unstated]}
frame_rate: 25
layout:
  - {role: phase, pattern: "phase/video{video:d}.txt", reader: frame_track}
  - {role: phase, pattern: "csv/video{video:d}.csv", reader: cholec80_seconds}
  - {role: anything, pattern: "phase/*.txt", reader: frame_track, required: false, unit: all}
  - {role: tool, pattern: "tool/video{video:d}.txt", reader: multi_hot}
  - {role: video, pattern: "videos/video{video:d}.mp4"}
)",
                                     "toy.yaml");
    ASSERT_TRUE(document) << to_string(document.error());
    auto card = read_source_card(*document, "toy.yaml");
    ASSERT_TRUE(card) << to_string(card.error());
    card_ = std::move(*card);
  }

  void put(const std::string& path) { ASSERT_TRUE(write_file(folder_.path() / path, "x")); }

  SourceFiles matched() {
    auto source = match_source(card_, folder_.path());
    EXPECT_TRUE(source);
    return std::move(*source);
  }

  static std::vector<std::string> paths(const SourceFiles& source) {
    std::vector<std::string> result;
    for (const MatchedFile& file : source.files) result.push_back(file.path);
    return result;
  }

  TemporaryFolder folder_;
  SourceCard card_;
};

TEST_F(SourceFolder, FilesAreFoundHoweverDeepAndInWhateverCase) {
  put("Downloads/Cholec (1)/PHASE/Video02.TXT");
  put("Downloads/Cholec (1)/PHASE/Video01.TXT");
  put("tool/video01.txt");
  const SourceFiles source = matched();
  EXPECT_THAT(paths(source), ElementsAre("Downloads/Cholec (1)/PHASE/Video01.TXT",
                                         "Downloads/Cholec (1)/PHASE/Video02.TXT", "tool/video01.txt"));
  EXPECT_EQ(source.files[0].captures.at("video"), "01");
  EXPECT_EQ(source.files[0].bytes, 1u);
  EXPECT_THAT(source.missing, IsEmpty());
}

TEST_F(SourceFolder, FirstPatternThatMatchesTakesTheFile) {
  put("phase/video01.txt");
  put("phase/other.txt");
  const SourceFiles source = matched();
  ASSERT_EQ(source.files.size(), 2u);
  EXPECT_EQ(source.files[0].path, "phase/video01.txt");
  EXPECT_EQ(card_.layout[source.files[0].entry].role, "phase");
  EXPECT_EQ(card_.layout[source.files[1].entry].role, "anything");
}

TEST_F(SourceFolder, RoleIsMissingOnlyWhenNoneOfItsPatternsHasAFile) {
  put("csv/video01.csv");
  EXPECT_THAT(matched().missing, ElementsAre("tool/video{video:d}.txt"));
}

TEST_F(SourceFolder, LabelLikeFilesThatNothingTakesAreNamed) {
  put("notes.csv");
  put("labels/extra.JSON");
  put("README.txt");
  put("LICENSE.txt");
  put("picture.png");
  put("__MACOSX/phase/video01.txt");
  put("phase/._video01.txt");
  const SourceFiles source = matched();
  EXPECT_THAT(source.unexpected, ElementsAre("labels/extra.JSON", "notes.csv"));
  EXPECT_THAT(source.files, IsEmpty());
}

TEST_F(SourceFolder, SecondCopyOfTheLayoutIsSetAside) {
  put("backup/old/phase/video01.txt");
  put("phase/video01.txt");
  put("backup/old/phase/video02.txt");
  const SourceFiles source = matched();
  EXPECT_THAT(paths(source), ElementsAre("backup/old/phase/video02.txt", "phase/video01.txt"));
  EXPECT_THAT(source.unexpected, ElementsAre("backup/old/phase/video01.txt"));
}

TEST_F(SourceFolder, VideoWrittenWithAndWithoutZerosIsOneVideo) {
  put("phase/video01.txt");
  put("phase/video1.txt");
  const SourceFiles source = matched();
  EXPECT_THAT(paths(source), ElementsAre("phase/video01.txt"));
  EXPECT_THAT(source.unexpected, ElementsAre("phase/video1.txt"));
}

TEST_F(SourceFolder, StarMayTakeManyFilesOfOneName) {
  put("a/phase/x.txt");
  put("b/phase/x.txt");
  EXPECT_EQ(matched().files.size(), 2u);
}

TEST_F(SourceFolder, NamesThatAreNoTextAreUnreadableAndPrintable) {
  put("bad\xFF/phase/video01.txt");
  put("back\\slash/phase/video02.txt");
  const SourceFiles source = matched();
  EXPECT_THAT(source.files, IsEmpty());
  EXPECT_THAT(source.unreadable,
              UnorderedElementsAre("'bad\\xff/phase/video01.txt'", "'back\\slash/phase/video02.txt'"));
}

TEST_F(SourceFolder, AFolderThatIsCalledLikeAVideoIsNotPassedOverInSilence) {
  put("videos/video01.mp4");
  fs::create_directories(folder_.path() / "videos" / "video02.mp4");
  fs::create_directories(folder_.path() / "videos" / "extras");
  const SourceFiles source = matched();
  EXPECT_THAT(paths(source), ElementsAre("videos/video01.mp4"));
  EXPECT_THAT(source.unreadable, ElementsAre("videos/video02.mp4/"));
}

TEST_F(SourceFolder, LinkThatLeadsBackEnds) {
  put("phase/video01.txt");
  fs::create_directory_symlink(folder_.path(), folder_.path() / "phase" / "again");
  EXPECT_THAT(paths(matched()), ElementsAre("phase/video01.txt"));
}

TEST_F(SourceFolder, FilesOfARoleComeFromAllItsPatternsInPathOrder) {
  put("phase/video01.txt");
  put("csv/video09.csv");
  const SourceFiles source = matched();
  const auto found = source.of_role(card_, "phase");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0]->path, "csv/video09.csv");
  EXPECT_TRUE(source.of_role(card_, "nothing").empty());
}

TEST_F(SourceFolder, FolderThatIsNotThereIsAnError) { EXPECT_FALSE(match_source(card_, folder_.path() / "nowhere")); }

TEST_F(SourceFolder, BestClaimHasItsRequiredRoles) {
  SourceCard other = card_;
  other.id = SourceId("other");
  other.layout.resize(1);
  other.layout[0].pattern = "tool/*.txt";
  SourceCard stranger = other;
  stranger.id = SourceId("stranger");
  stranger.layout[0].pattern = "nothing.txt";
  Catalog catalog;
  for (const SourceCard& card : {card_, other, stranger}) catalog.sources.emplace(card.id, card);
  put("tool/video01.txt");
  put("tool/video02.txt");

  const auto claims = identify(catalog, folder_.path());
  ASSERT_TRUE(claims);
  ASSERT_EQ(claims->size(), 2u);  // the stranger has no claim at all
  EXPECT_EQ((*claims)[0].source_id.text, "other");
  EXPECT_EQ((*claims)[1].source_id.text, "toy");
  EXPECT_EQ((*claims)[1].found_roles, 1);
  EXPECT_EQ((*claims)[1].required_roles, 2);
  EXPECT_EQ((*claims)[1].videos, 2u);
  EXPECT_FALSE((*claims)[1].missing.empty());
}

}  // namespace
}  // namespace surgsigma
