#include "surgsigma/refine/measure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "surgsigma/base/random.h"
#include "surgsigma/media/clip_writer.h"
#include "surgsigma/media/picture_file.h"

namespace surgsigma {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Coloured blocks that change with the seed: sharp, lit, like no other.
Image blocks(std::uint64_t seed, int width = 128, int height = 96) {
  Image image(width, height, 3);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const std::string place = std::to_string(x / 16) + "," + std::to_string(y / 16);
      const std::uint64_t bits = Draws(seed, place, "blocks").bits();
      for (int c = 0; c < 3; ++c) image.at(x, y)[c] = static_cast<std::uint8_t>(40 + (bits >> (8 * c)) % 160);
    }
  }
  return image;
}

class MeasureTest : public ::testing::Test {
 protected:
  void SetUp() override {
    video_.video_id = VideoId("a/v");
    video_.source_id = SourceId("a");
    video_.frames = 100;
    video_.width = 128;
    video_.height = 96;
    options_.root = folder_.path();
  }

  void write_clip(const std::string& name, int frames, FrameRate rate = {25, 1}) {
    auto clip = ClipWriter::open(folder_.path() / name, {128, 96}, {rate, 20, "ultrafast", 1});
    ASSERT_TRUE(clip.ok()) << to_string(clip.error());
    for (int i = 0; i < frames; ++i) {
      ASSERT_TRUE(clip->add(i >= 50 && i < 75 ? Image(128, 96, 3) : blocks(static_cast<std::uint64_t>(i / 25))).ok());
    }
    ASSERT_TRUE(clip->close().ok());
  }

  VideoMeasures of(const std::string& file) { return measure_video(video_, file, {}, options_); }

  std::vector<std::string> rules(const VideoMeasures& made) {
    std::vector<std::string> names;
    for (const IssueRow& issue : made.issues) names.push_back(issue.rule);
    return names;
  }

  TemporaryFolder folder_;
  VideoRow video_;
  MeasureOptions options_;
};

TEST_F(MeasureTest, AVideoIsCountedAndSampledOnceASecond) {
  write_clip("v.mp4", 100);
  const VideoMeasures made = of("v.mp4");
  EXPECT_THAT(rules(made), IsEmpty());
  ASSERT_TRUE(made.medium);
  EXPECT_EQ(made.medium->frames, 100);
  EXPECT_EQ(made.medium->width, 128);
  EXPECT_EQ(made.medium->duration_us, 4 * kSecond);
  std::vector<std::int64_t> frames;
  for (const FrameRow& frame : made.frames) frames.push_back(frame.frame);
  EXPECT_THAT(frames, ElementsAre(0, 25, 50, 75));
  EXPECT_GT(made.frames[2].black_share, 0.97);
  EXPECT_LT(made.frames[3].black_share, 0.5);
  EXPECT_FALSE(made.frames[0].motion);
  EXPECT_GT(*made.frames[1].motion, 0.01);
}

/// Key frames stand a second apart here, two and a half steps: what lasts two steps is seen all the same.
TEST_F(MeasureTest, BetweenFarKeyFramesNoGapIsLongerThanTwoSteps) {
  write_clip("v.mp4", 100);
  options_.step = 400'000;
  const VideoMeasures made = of("v.mp4");
  for (std::size_t i = 1; i < made.frames.size(); ++i) {
    EXPECT_LE(made.frames[i].time_us - made.frames[i - 1].time_us, 2 * options_.step) << i;
    EXPECT_GE(made.frames[i].time_us - made.frames[i - 1].time_us, 200'000) << i;
  }
  EXPECT_GE(made.frames.size(), 6u);
}

TEST_F(MeasureTest, AKeptIndexGivesTheSameRows) {
  write_clip("v.mp4", 100);
  const VideoMeasures without = of("v.mp4");
  options_.index_folder = folder_.path() / "index";
  fs::create_directories(options_.index_folder);
  const VideoMeasures first = of("v.mp4");
  const VideoMeasures again = of("v.mp4");
  ASSERT_EQ(first.frames.size(), without.frames.size());
  for (std::size_t i = 0; i < first.frames.size(); ++i) {
    EXPECT_EQ(first.frames[i].hash, without.frames[i].hash);
    EXPECT_EQ(first.frames[i].hash_inner.size(), 192u);
    EXPECT_EQ(first.frames[i].hash_inner, without.frames[i].hash_inner);
    EXPECT_EQ(again.frames[i].hash, without.frames[i].hash);
    EXPECT_EQ(again.frames[i].sharpness, without.frames[i].sharpness);
  }
}

TEST_F(MeasureTest, LabelsBeyondTheVideoAreAnIssueWithBothNumbers) {
  write_clip("v.mp4", 80);
  const VideoMeasures made = of("v.mp4");
  ASSERT_THAT(rules(made), ElementsAre("labels_beyond_video"));
  EXPECT_EQ(made.issues[0].message, "the labels reach to frame 100, the video has 80");
  EXPECT_EQ(made.issues[0].severity, Severity::kError);
}

TEST_F(MeasureTest, AnotherRateOrSizeIsToldOf) {
  write_clip("v.mp4", 100, {30, 1});
  video_.width = 854;
  video_.height = 480;
  EXPECT_THAT(rules(of("v.mp4")), ElementsAre("rate_differs", "size_differs"));
}

TEST_F(MeasureTest, WhatIsNoVideoIsAnIssue) {
  ASSERT_TRUE(write_file(folder_.path() / "v.mp4", "not a video").ok());
  const VideoMeasures made = of("v.mp4");
  EXPECT_THAT(rules(made), ElementsAre("unreadable_video"));
  EXPECT_EQ(made.issues[0].file, "v.mp4");
  EXPECT_FALSE(made.medium);
  EXPECT_THAT(rules(of("none.mp4")), ElementsAre("unreadable_video"));
}

TEST_F(MeasureTest, PicturesAreMeasuredAndABrokenOneNamed) {
  std::vector<std::pair<std::int64_t, std::string>> pictures;
  for (int i = 0; i < 4; ++i) {
    const std::string name = "p/" + std::to_string(i) + ".png";
    const auto png = encode_png(blocks(static_cast<std::uint64_t>(i)));
    ASSERT_TRUE(png.ok());
    ASSERT_TRUE(write_file(folder_.path() / name, i == 2 ? png->substr(0, png->size() / 2) : *png).ok());
    pictures.emplace_back(i * 25, name);
  }
  const VideoMeasures made = measure_video(video_, "", pictures, options_);
  EXPECT_THAT(rules(made), ElementsAre("broken_frame"));
  EXPECT_EQ(made.issues[0].value, "50");
  EXPECT_EQ(made.issues[0].file, "p/2.png");
  ASSERT_EQ(made.frames.size(), 3u);
  EXPECT_EQ(made.frames[2].media, "p/3.png");
  EXPECT_EQ(made.medium->frames, 4);
  EXPECT_EQ(made.medium->width, 128);
}

TEST_F(MeasureTest, NoPixelsNoRows) {
  const VideoMeasures made = measure_video(video_, "", {}, options_);
  EXPECT_FALSE(made.medium);
  EXPECT_THAT(made.frames, IsEmpty());
  EXPECT_THAT(made.issues, IsEmpty());
}

}  // namespace
}  // namespace surgsigma
