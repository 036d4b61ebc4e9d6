#include "surgsigma/ingest/media_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace surgsigma {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

class MediaFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto document = parse_yaml(R"(
id: toy
name: Toy
licence: {id: custom, terms: [unstated]}
frame_rate: 25
media: {frame: "frames/{video}_{index}.png", first: 1, step: 25}
layout:
  - {role: phase, pattern: "phase/video{video:d}.txt", reader: frame_track, required: false}
  - {role: video, pattern: "videos/video{video:d}.mp4", required: false}
  - {role: video, pattern: "other/video{video:d}.avi", required: false}
  - {role: frame, pattern: "frames/video{video:d}_{index:d}.png", required: false}
  - {role: mask, pattern: "masks/video{video:d}_{index:d}.png", required: false}
)",
                                     "toy.yaml");
    ASSERT_TRUE(document) << to_string(document.error());
    auto card = read_source_card(*document, "toy.yaml");
    ASSERT_TRUE(card) << to_string(card.error());
    card_ = std::move(*card);
  }

  std::map<std::string, MediaFiles> found(const std::vector<std::string>& paths) {
    for (const std::string& path : paths) EXPECT_TRUE(write_file(folder_.path() / path, "x"));
    source_ = *match_source(card_, folder_.path());
    IngestUnit unit;
    for (std::size_t i = 0; i < source_.files.size(); ++i) unit.media.push_back(i);
    return media_files(card_, source_, unit);
  }

  TemporaryFolder folder_;
  SourceCard card_;
  SourceFiles source_;
};

TEST_F(MediaFilesTest, NumbersOfPicturesBecomeNativeFrames) {
  const auto media = found({"frames/video01_1.png", "frames/video01_3.png", "masks/video01_3.png"});
  ASSERT_EQ(media.size(), 1u);
  const MediaFiles& own = media.begin()->second;
  EXPECT_THAT(own.pictures, ElementsAre(Pair(0, "frames/video01_1.png"), Pair(50, "frames/video01_3.png")));
  ASSERT_EQ(own.masks.size(), 1u);
  EXPECT_EQ(own.masks[0].frame, 50);
  EXPECT_TRUE(own.passed_over.empty());
}

TEST_F(MediaFilesTest, NumbersThatAreNoFrameArePassedOverAndTold) {
  const auto media = found({"frames/video01_0.png", "frames/video01_1.png", "frames/video01_9223372036854775807.png",
                            "masks/video01_99999999999999999999.png"});
  ASSERT_EQ(media.size(), 1u);
  EXPECT_EQ(media.begin()->second.pictures.size(), 1u);
  EXPECT_EQ(media.begin()->second.passed_over.size(), 3u);
}

TEST_F(MediaFilesTest, TheVideoOfTheFirstEntryCountsAndTheOtherIsTold) {
  const auto media = found({"videos/video01.mp4", "other/video01.avi"});
  ASSERT_EQ(media.size(), 1u);
  EXPECT_EQ(media.begin()->second.video, "videos/video01.mp4");
  EXPECT_THAT(media.begin()->second.passed_over,
              ElementsAre(Pair("other/video01.avi", HasSubstr("'videos/video01.mp4' is taken"))));
}

}  // namespace
}  // namespace surgsigma
