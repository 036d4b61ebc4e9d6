#include "surgsigma/refine/cleaning.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "surgsigma/base/files.h"
#include "surgsigma/base/hash.h"

namespace surgsigma {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Catalog with_rules(const char* text) {
  Catalog catalog;
  catalog.cleaning = Json::parse(text);
  return catalog;
}

CleaningRules shipped() {
  const auto catalog = load_catalog(fs::path(SURGSIGMA_SOURCE_DIR) / "catalog");
  EXPECT_TRUE(catalog.ok());
  auto rules = CleaningRules::create(*catalog);
  EXPECT_TRUE(rules.ok()) << to_string(rules.error());
  return *rules;
}

/// A sharp, lit, moving frame whose hash is like no other's.
FrameRow good(std::int64_t second) {
  FrameRow frame;
  frame.video_id = VideoId("a/v");
  frame.frame = second * 25;
  frame.time_us = second * kSecond;
  frame.sharpness = 200;
  frame.mean_luma = 0.4;
  frame.motion = 0.05;
  frame.hash = hex64(hash64(std::to_string(second))) + hex64(hash64(std::to_string(second), 7));
  frame.hash_contrast = 40;
  return frame;
}

std::vector<FrameRow> good_video(std::int64_t seconds) {
  std::vector<FrameRow> frames;
  for (std::int64_t second = 0; second < seconds; ++second) frames.push_back(good(second));
  return frames;
}

void blacken(FrameRow& frame) {
  frame.black_share = 1;
  frame.mean_luma = 0.01;
  frame.sharpness = 0;
  frame.hash_contrast = 0;
}

std::vector<std::string> told(const std::vector<MarkRow>& marks) {
  std::vector<std::string> lines;
  for (const MarkRow& mark : marks) {
    lines.push_back(mark.reason + " " + std::to_string(mark.begin_us / kSecond) + "-" +
                    std::to_string(mark.end_us / kSecond));
  }
  return lines;
}

TEST(Cleaning, ASoundVideoHasNoMarks) { EXPECT_THAT(marks_of(good_video(120), shipped(), 120 * kSecond), IsEmpty()); }

TEST(Cleaning, AStretchReachesToTheNextSoundSampleOrTheEnd) {
  auto frames = good_video(20);
  for (const int at : {3, 4, 5, 18, 19}) blacken(frames[static_cast<std::size_t>(at)]);
  const auto marks = marks_of(frames, shipped(), 20'500'000);
  ASSERT_THAT(told(marks), ElementsAre("black 3-6", "black 18-20"));
  EXPECT_EQ(marks[0].samples, 3);
  EXPECT_EQ(marks[0].score, 1);
  EXPECT_EQ(marks[0].threshold, 0.97);
  EXPECT_EQ(marks[1].end_us, 20'500'000);
}

TEST(Cleaning, BlackIsNotBlurredToo) {
  auto frames = good_video(5);
  blacken(frames[2]);
  frames[3].sharpness = 3;
  EXPECT_THAT(told(marks_of(frames, shipped(), 5 * kSecond)), ElementsAre("black 2-3", "blurred 3-4"));
}

TEST(Cleaning, AStillOfOneSampleIsNoFrozenRecording) {
  auto frames = good_video(20);
  frames[4].motion = 0;
  for (const int at : {10, 11, 12}) frames[static_cast<std::size_t>(at)].motion = 0;
  frames[15].motion.reset();  // the first of a video has nothing to be compared with
  EXPECT_THAT(told(marks_of(frames, shipped(), 20 * kSecond)), ElementsAre("frozen 10-13"));
}

TEST(Cleaning, APictureThatComesBackIsMarkedWhereItComesBack) {
  auto frames = good_video(60);
  frames[50].hash = frames[10].hash;
  frames[12].hash = frames[11].hash;  // neighbours look alike; that is no repetition
  blacken(frames[30]);
  blacken(frames[55]);
  frames[55].hash = frames[30].hash;  // black frames are all alike
  EXPECT_THAT(told(marks_of(frames, shipped(), 60 * kSecond)),
              ElementsAre("black 30-31", "duplicate 50-51", "black 55-56"));
}

TEST(Cleaning, BothHashesMustAgreeAndABrokenOneIsNone) {
  auto frames = good_video(60);
  frames[50].hash = frames[10].hash.substr(0, 16) + frames[50].hash.substr(16);
  frames[51].hash = "xyz";
  frames[9].hash = "xyz";
  EXPECT_THAT(marks_of(frames, shipped(), 60 * kSecond), IsEmpty());
}

TEST(Cleaning, WhatAPublisherHidIsNoBlurAndNoStill) {
  auto frames = good_video(40);
  for (const int at : {10, 11, 12, 13}) {  // one grey: nothing moves, nothing is sharp
    FrameRow& frame = frames[static_cast<std::size_t>(at)];
    frame.sharpness = 0;
    frame.hash_contrast = 0.2;
    frame.motion = 0;
  }
  frames[20].tiles = 0.9;
  EXPECT_THAT(told(marks_of(frames, shipped(), 40 * kSecond)), ElementsAre("blank 10-14", "pixelated 20-21"));
}

TEST(Cleaning, TextThatStaysMarksTheWholeRecordingWithTheShareItCovers) {
  MediumRow medium;
  medium.video_id = VideoId("a/v");
  medium.width = 1000;
  medium.height = 500;
  medium.duration_us = 60 * kSecond;
  EXPECT_FALSE(overlay_mark(medium, 60, shipped())) << "no text";
  medium.text_boxes = {0, 0, 100, 20, 0, 30, 50, 50};
  const auto mark = overlay_mark(medium, 60, shipped());
  ASSERT_TRUE(mark);
  EXPECT_EQ(mark->reason, "overlay");
  EXPECT_EQ(mark->end_us, 60 * kSecond);
  EXPECT_EQ(mark->samples, 60);
  EXPECT_NEAR(mark->score, 3000.0 / 500'000, 1e-12);
  medium.text_boxes = {0, 0, 10, 10};
  EXPECT_FALSE(overlay_mark(medium, 60, shipped())) << "a speck";
  medium.width = 0;
  EXPECT_FALSE(overlay_mark(medium, 60, shipped()));
}

TEST(Cleaning, AMeasureThatAFrameLacksPassesNoLimit) {
  const auto rules = CleaningRules::create(
      with_rules(R"({"marks": [{"reason": "still", "when": [{"measure": "motion", "at_most": 1}]}]})"));
  ASSERT_TRUE(rules.ok());
  FrameRow frame = good(0);
  frame.motion.reset();
  EXPECT_THAT(marks_of({frame}, *rules, kSecond), IsEmpty());
}

TEST(Cleaning, MistakesInTheCatalogAreNamed) {
  const auto mistake = [](const char* text) { return to_string(CleaningRules::create(with_rules(text)).error()); };
  EXPECT_THAT(mistake(R"({})"), HasSubstr("the list is missing"));
  EXPECT_THAT(mistake(R"({"marks": [{"reason": "x", "when": [{"measure": "sharpnes", "at_most": 1}]}]})"),
              HasSubstr("did you mean"));
  EXPECT_THAT(mistake(R"({"marks": [{"reason": "x", "when": [{"measure": "smoke"}]}]})"), HasSubstr("at_least"));
  EXPECT_THAT(mistake(R"({"marks": [{"reason": "x", "when": [{"measure": "smoke", "at_most": 1}], "for_s": -1}]})"),
              HasSubstr("for_s"));
  const std::string twice = R"({"reason": "x", "when": [{"measure": "smoke", "at_most": 1}]})";
  EXPECT_THAT(mistake(("{\"marks\": [" + twice + "," + twice + "]}").c_str()), HasSubstr("twice"));
  EXPECT_THAT(mistake(R"({"marks": [], "overlay": {"share": 0}})"), HasSubstr("overlay"));
  EXPECT_THAT(mistake(R"({"marks": [], "overlay": 3})"), HasSubstr("share"));
  EXPECT_THAT(mistake(R"({"marks": [{"reason": "overlay", "when": [{"measure": "smoke", "at_most": 1}]}]})"),
              HasSubstr("no reason"));
  EXPECT_THAT(mistake(R"({"marks": [{"reason": "duplicate", "when": [{"measure": "smoke", "at_most": 1}]}]})"),
              HasSubstr("no reason"));
}

}  // namespace
}  // namespace surgsigma
