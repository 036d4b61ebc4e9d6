#include "surgsigma/refine/screen.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "surgsigma/base/time.h"

namespace surgsigma {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

/// A minute of one sample a second, all in the body.
ScreenInput minute() {
  ScreenInput input;
  input.video.video_id = VideoId("own/op1");
  input.video.source_id = SourceId("own");
  input.medium.video_id = input.video.video_id;
  input.medium.path = "op1.mp4";
  input.medium.width = 640;
  input.medium.height = 360;
  input.medium.frames = 1500;
  input.medium.duration_us = 60 * kSecond;
  for (int i = 0; i < 60; ++i) {
    FrameRow frame;
    frame.frame = i * 25;
    frame.time_us = i * kSecond;
    frame.outside = 0.01;
    input.frames.push_back(frame);
  }
  return input;
}

TimeRange time_of(const RegionRow& row) { return {row.begin_us, row.end_us}; }

ScreeningDecision decision(const char* verdict) {
  ScreeningDecision made;
  made.video = "own/op1";
  made.verdict = verdict;
  made.by = "A. Smith";
  return made;
}

TEST(Screen, WhatLooksOutsideIsHiddenUpToTheCleanSamplesBesideIt) {
  ScreenInput input = minute();
  input.frames[20].outside = 0.9;
  input.frames[21].outside = 0.35;  // below the limit of marks, above that of screening
  const Screened made = screen_video(input, {});
  ASSERT_THAT(made.regions, SizeIs(1));
  EXPECT_EQ(time_of(made.regions[0]), (TimeRange{19 * kSecond + 1, 22 * kSecond}));
  EXPECT_EQ(made.regions[0].hiding, "pixelate");
  EXPECT_EQ(made.row.hidden_us, 3 * kSecond - 1);
}

TEST(Screen, AnUnknownLookAndTheEdgesOfTheVideoAreHidden) {
  ScreenInput input = minute();
  input.frames.front().outside.reset();
  input.frames.back().outside = 1;
  const Screened made = screen_video(input, {});
  ASSERT_THAT(made.regions, SizeIs(2));
  EXPECT_EQ(time_of(made.regions[0]), (TimeRange{0, kSecond}));
  EXPECT_EQ(time_of(made.regions[1]), (TimeRange{58 * kSecond + 1, 60 * kSecond}));
}

TEST(Screen, LabelsAndMarksCountAsTheyStand) {
  ScreenInput input = minute();
  Annotation flag;
  flag.kind = AnnotationKind::kFlag;
  flag.concepts = {ConceptId("flg.out_of_body")};
  flag.begin_us = 30 * kSecond;
  flag.end_us = 32 * kSecond;
  input.annotations.push_back(flag);
  flag.begin_us = 40 * kSecond;
  flag.end_us = 42 * kSecond;
  flag.rejected = "doubtful";
  input.annotations.push_back(flag);
  MarkRow mark;
  mark.reason = "out_of_body";
  mark.begin_us = 5 * kSecond;
  mark.end_us = 7 * kSecond;
  input.marks.push_back(mark);
  const Screened made = screen_video(input, {});
  ASSERT_THAT(made.regions, SizeIs(2));
  EXPECT_EQ(time_of(made.regions[0]), (TimeRange{4 * kSecond + 1, 7 * kSecond}));
  EXPECT_EQ(time_of(made.regions[1]), (TimeRange{29 * kSecond, 33 * kSecond}));
  EXPECT_EQ(made.regions[1].found_by, "labels");
}

TEST(Screen, TextIsBlackenedWithAMarginInsideThePicture) {
  ScreenInput input = minute();
  input.texts.push_back({input.video.video_id, 0, 10 * kSecond, 2, 300, 100, 316, 0.9});
  const Screened made = screen_video(input, {});
  ASSERT_THAT(made.regions, SizeIs(1));
  const RegionRow& row = made.regions[0];
  EXPECT_EQ(row.hiding, "black");
  EXPECT_EQ(*row.x1, 0);
  EXPECT_LE(*row.y1, 295);
  EXPECT_GE(*row.x2, 105);
  EXPECT_GE(*row.y2, 321);
  EXPECT_EQ(made.row.hidden_us, 0);  // not the whole picture
}

TEST(Screen, PersonsMarkAndClear) {
  ScreenInput input = minute();
  input.frames[20].outside = 0.9;
  const Screened found = screen_video(input, {});
  ScreeningDecision clear = decision("clear");
  clear.region = found.regions[0].region_id;
  ScreeningDecision hide = decision("hide");
  hide.begin_us = 50 * kSecond;
  hide.end_us = 51 * kSecond;
  hide.box = {0, 0, 32, 18, 320, 180};  // given for a picture of half the size
  const Screened made = screen_video(input, std::vector{clear, hide});
  ASSERT_THAT(made.regions, SizeIs(2));
  EXPECT_EQ(made.regions[0].hiding, "none");
  EXPECT_EQ(made.regions[0].decided_by, "A. Smith");
  EXPECT_EQ(made.regions[1].kind, "person");
  EXPECT_EQ(*made.regions[1].x2, 64);
  EXPECT_EQ(made.row.hidden_us, 0);
  EXPECT_NE(made.row.state_hash, found.row.state_hash);
  EXPECT_THAT(made.issues, IsEmpty());
}

TEST(Screen, AClearedRegionThatIsGoneIsToldAndOthersDecisionsAreNotOurs) {
  ScreeningDecision clear = decision("clear");
  clear.region = "0123456789abcdef";
  ScreeningDecision other = decision("hide");
  other.video = "own/op2";
  other.end_us = kSecond;
  const Screened made = screen_video(minute(), std::vector{clear, other});
  EXPECT_THAT(made.regions, IsEmpty());
  ASSERT_THAT(made.issues, SizeIs(1));
  EXPECT_EQ(made.issues[0].rule, "cleared_region_is_gone");
}

TEST(Screen, TheStateChangesWithWhatIsSeen) {
  ScreenInput input = minute();
  const std::string before = screen_video(input, {}).row.state_hash;
  EXPECT_EQ(screen_video(input, {}).row.state_hash, before);
  EXPECT_EQ(screen_video(input, std::vector{decision("approve")}).row.state_hash, before);
  input.frames[3].hash = "another picture";
  EXPECT_NE(screen_video(input, {}).row.state_hash, before);
}

}  // namespace
}  // namespace surgsigma
