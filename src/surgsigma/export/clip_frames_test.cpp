#include "surgsigma/export/clip_frames.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace surgsigma {
namespace {

using ::testing::ElementsAre;

VideoTimes steady(std::int64_t frames, FrameRate rate) {
  return {frames, rate, true, time_of_frame(frames, rate),
          [rate](std::int64_t frame) { return time_of_frame(frame, rate); }};
}

TEST(ClipFrames, TheStretchOfTheLabelsIsHalfOpen) {
  const FrameRate rate{25, 1};
  EXPECT_EQ(stretch_at({400'000, 1'400'000}, rate).first, 10);
  EXPECT_EQ(stretch_at({400'000, 1'400'000}, rate).end, 35);
  EXPECT_EQ(stretch_at({400'000, 1'400'001}, rate).end, 36) << "the frame that begins just before the end is seen";
  EXPECT_EQ(stretch_at({400'000, 400'000}, rate).end, 0);
}

TEST(ClipFrames, ALowerRateIsExactHoweverLongTheClip) {
  const FrameRate wished{24, 1};
  const auto clip = clip_of_video({0, 90'000}, steady(90'000, {30'000, 1001}), &wished);
  ASSERT_TRUE(clip.ok());
  for (std::size_t n = 0; n < clip->frames.size(); ++n) {
    EXPECT_EQ(clip->frames[n], static_cast<std::int64_t>(n) * 30'000 / (1001 * 24));
  }
  EXPECT_EQ(clip->frames.size(), 72'072U);
}

TEST(ClipFrames, AVideoOfVariableRateIsSampledAtItsTimes) {
  // Three frames in the first second, then one that stands for two seconds, then two more.
  const std::vector<Microseconds> times = {0, 333'333, 666'667, 1'000'000, 3'000'000, 3'500'000};
  const VideoTimes video{
      6, {6, 4}, false, 4'000'000, [&](std::int64_t frame) { return times[static_cast<std::size_t>(frame)]; }};
  const FrameRate one{1, 1};
  const auto slow = clip_of_video({0, 6}, video, &one);
  ASSERT_TRUE(slow.ok());
  EXPECT_THAT(slow->frames, ElementsAre(0, 3, 3, 4)) << "the picture that stands is shown twice";
  const auto own = clip_of_video({3, 6}, video, nullptr);
  ASSERT_TRUE(own.ok());
  EXPECT_EQ(own->rate, (FrameRate{3, 2}));
  EXPECT_EQ(own->begin_us, 1'000'000);
  EXPECT_EQ(own->end_us, 4'000'000);
  EXPECT_THAT(own->frames, ElementsAre(3, 3, 3, 4, 5));
}

TEST(ClipFrames, WhatReachesBeyondTheVideoIsRefused) {
  EXPECT_EQ(clip_of_video({5, 101}, steady(100, {25, 1}), nullptr).error().what,
            "the clip reaches to frame 100, the video has 100");
  EXPECT_EQ(clip_of_video({5, 5}, steady(100, {25, 1}), nullptr).error().what, "a clip without length");
}

TEST(ClipFrames, PicturesGiveTheirOwnRate) {
  const std::vector<std::int64_t> every_25 = {0, 25, 50, 75, 100, 125};
  const auto clip = clip_of_pictures({10, 110}, every_25, {25, 1}, nullptr);
  ASSERT_TRUE(clip.ok()) << clip.error().what;
  EXPECT_EQ(clip->rate, (FrameRate{1, 1}));
  EXPECT_THAT(clip->frames, ElementsAre(25, 50, 75, 100));
  EXPECT_EQ(clip->begin_us, 1'000'000);
  const FrameRate half{1, 2};
  EXPECT_THAT(clip_of_pictures({0, 126}, every_25, {25, 1}, &half)->frames, ElementsAre(0, 50, 100));
}

TEST(ClipFrames, AClipOfPicturesHasNoHoles) {
  const std::vector<std::int64_t> pictures = {0, 1, 2, 4, 5, 6, 7};
  EXPECT_EQ(clip_of_pictures({1, 6}, pictures, {1, 1}, nullptr).error().what,
            "the picture of frame 3 is missing within the clip");
  EXPECT_EQ(clip_of_pictures({3, 6}, pictures, {1, 1}, nullptr).error().what,
            "the picture of frame 3 is missing within the clip");
  EXPECT_EQ(clip_of_pictures({5, 10}, pictures, {1, 1}, nullptr).error().what,
            "the picture of frame 8 is missing within the clip");
  EXPECT_EQ(clip_of_pictures({20, 30}, pictures, {1, 1}, nullptr).error().what, "no picture lies within the clip");
  EXPECT_TRUE(clip_of_pictures({4, 8}, pictures, {1, 1}, nullptr).ok());
}

TEST(ClipFrames, ThirtyIsNotTwentyNinePointNineSeven) {
  EXPECT_TRUE(differ({30'000, 1001}, {30, 1}));
  EXPECT_FALSE(differ({25'001, 1000}, {25, 1}));
}

}  // namespace
}  // namespace surgsigma
