#include "surgsigma/export/cosmos/clip_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "surgsigma/export/cosmos/clip_fit.h"

namespace surgsigma {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

ClipSource minute() {
  ClipSource source;
  source.rate = {25, 1};
  source.frames = 1500;
  return source;
}

TEST(ClipPlan, FramesAreTheNearestOfTheRecording) {
  ClipShape shape;
  shape.frames = 5;
  shape.rate = {10, 1};
  ClipSource source = minute();
  source.frames = 11;
  const auto clips = plan_clips(source, shape, 0, "v", 1);
  ASSERT_TRUE(clips.ok());
  ASSERT_THAT(*clips, SizeIs(1));
  EXPECT_THAT((*clips)[0].frames, ElementsAre(0, 3, 5, 8, 10));
  EXPECT_EQ((*clips)[0].end_us - (*clips)[0].begin_us, 500'000);
}

TEST(ClipPlan, ClipsNeitherOverlapNorCrossWhatIsForbidden) {
  ClipSource source = minute();
  source.forbidden = {{10 * kSecond, 20 * kSecond}, {15 * kSecond, 22 * kSecond}};
  source.cuts = {1000};
  const auto clips = plan_clips(source, {}, 0, "v", 1);
  ASSERT_TRUE(clips.ok());
  EXPECT_GE(clips->size(), 4U);
  std::int64_t last = -1;
  for (const PlannedClip& clip : *clips) {
    EXPECT_GT(clip.frames.front(), last);
    last = clip.frames.back();
    EXPECT_TRUE(last < 250 || clip.frames.front() >= 550) << clip.frames.front();
    EXPECT_TRUE(last < 1000 || clip.frames.front() >= 1000) << clip.frames.front();
    EXPECT_LT(last, 1500);
    ASSERT_THAT(clip.frames, SizeIs(93));
    EXPECT_TRUE(std::is_sorted(clip.frames.begin(), clip.frames.end(), std::less_equal<>()));
  }
}

TEST(ClipPlan, ClipsStayWithinTheSpansOfLabels) {
  ClipSource source = minute();
  source.within = {{kSecond, 8 * kSecond}, {6 * kSecond, 30 * kSecond}, {31 * kSecond, 33 * kSecond}};
  const auto clips = plan_clips(source, {}, 0, "v", 1);
  ASSERT_TRUE(clips.ok());
  ASSERT_FALSE(clips->empty());
  std::int64_t last = -1;
  for (const PlannedClip& clip : *clips) {
    EXPECT_GT(clip.frames.front(), last) << "spans overlap, clips do not";
    last = clip.frames.back();
    EXPECT_TRUE((clip.frames.front() >= 25 && last < 200) || (clip.frames.front() >= 150 && last < 750));
  }
}

TEST(ClipPlan, TheSameFewAreDrawnWhateverElseIsThere) {
  const auto all = plan_clips(minute(), {}, 0, "v", 1), few = plan_clips(minute(), {}, 3, "v", 1);
  ASSERT_THAT(*few, SizeIs(3));
  for (const PlannedClip& clip : *few) EXPECT_THAT(*all, ::testing::Contains(clip));
  EXPECT_NE(*plan_clips(minute(), {}, 3, "v", 2), *few);
}

TEST(ClipPlan, NothingFitsIntoAShortStretch) {
  ClipSource source = minute();
  source.frames = 144;
  EXPECT_THAT(*plan_clips(source, {}, 0, "v", 1), IsEmpty());
  source.frames = 145;
  EXPECT_THAT(*plan_clips(source, {}, 0, "v", 1), SizeIs(1));
}

TEST(ClipPlan, FramesAreNeverRepeatedAndNonsenseIsRefused) {
  ClipSource source = minute();
  source.rate = {1, 1};
  EXPECT_EQ(plan_clips(source, {}, 0, "v", 1).error().kind, ErrorKind::kData);
  ClipShape odd;
  odd.width = 833;
  EXPECT_EQ(plan_clips(minute(), odd, 0, "v", 1).error().kind, ErrorKind::kUsage);
  ClipShape one;
  one.frames = 1;
  EXPECT_EQ(plan_clips(minute(), one, 0, "v", 1).error().kind, ErrorKind::kUsage);
}

TEST(ClipFit, CropCoversAndPadHolds) {
  EXPECT_EQ(plan_fit({1920, 1080}, {832, 480}, ClipFit::kCrop), (FitPlan{{853, 480}, {832, 480}, -10, 0}));
  EXPECT_EQ(plan_fit({1920, 1080}, {832, 480}, ClipFit::kPad), (FitPlan{{832, 468}, {832, 480}, 0, 6}));
  EXPECT_EQ(plan_fit({1280, 1024}, {832, 480}, ClipFit::kCrop), (FitPlan{{832, 666}, {832, 480}, 0, -93}));
  EXPECT_EQ(plan_fit({832, 480}, {832, 480}, ClipFit::kCrop), (FitPlan{{832, 480}, {832, 480}, 0, 0}));
  EXPECT_EQ(plan_fit({640, 360}, {832, 480}, ClipFit::kCrop), std::nullopt) << "nothing is enlarged";
}

TEST(ClipFit, PixelsKeepTheirPlaces) {
  Image picture(10, 4, 1);
  *picture.at(5, 2) = 255;
  const auto cropped = fitted(picture, {{10, 4}, {6, 4}, -2, 0}, Resampling::kNearest);
  ASSERT_TRUE(cropped.ok());
  EXPECT_EQ(cropped->size(), (ImageSize{6, 4}));
  EXPECT_EQ(*cropped->at(3, 2), 255);
  const auto padded = fitted(picture, {{10, 4}, {10, 8}, 0, 2}, Resampling::kNearest);
  EXPECT_EQ(*padded->at(5, 4), 255);
  EXPECT_EQ(*padded->at(5, 2), 0);
}

}  // namespace
}  // namespace surgsigma
