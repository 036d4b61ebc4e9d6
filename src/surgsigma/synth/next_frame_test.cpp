#include "surgsigma/synth/next_frame.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace surgsigma {
namespace {

constexpr FrameRate kNtsc{30000, 1001};

VideoSpans minutes(int count, FrameRate rate = {25, 1}) {
  VideoSpans video;
  video.rate = rate;
  video.frames = frame_at(count * 60 * kSecond, rate);
  return video;
}

TEST(UsableSpans, CutsAndForbiddenSpansDivideTheVideo) {
  VideoSpans video = minutes(1);
  video.cuts = {10 * kSecond};
  video.out_of_body = {{20 * kSecond, 30 * kSecond}};
  video.black = {{29 * kSecond, 31 * kSecond}, {59 * kSecond, 80 * kSecond}};
  const auto spans = usable_spans(video);
  ASSERT_TRUE(spans) << to_string(spans.error());
  EXPECT_EQ(*spans, (std::vector<FrameSpan>{{0, 250}, {250, 500}, {775, 1475}}));
}

TEST(UsableSpans, AFrameTouchedByAForbiddenMomentIsOut) {
  VideoSpans video = minutes(1);
  video.black = {{1 * kSecond + 1, 1 * kSecond + 2}};
  const auto spans = usable_spans(video);
  ASSERT_TRUE(spans);
  EXPECT_EQ(*spans, (std::vector<FrameSpan>{{0, 25}, {26, 1500}}));
}

TEST(UsableSpans, AllForbiddenLeavesNothing) {
  VideoSpans video = minutes(1);
  video.out_of_body = {{-5 * kSecond, 3600 * kSecond}};
  const auto spans = usable_spans(video);
  ASSERT_TRUE(spans);
  EXPECT_TRUE(spans->empty());
}

TEST(UsableSpans, BackwardSpanAndVideoWithoutFramesAreErrors) {
  VideoSpans video = minutes(1);
  video.black = {{5 * kSecond, 4 * kSecond}};
  EXPECT_EQ(usable_spans(video).error().kind, ErrorKind::kData);
  EXPECT_EQ(usable_spans(VideoSpans{}).error().kind, ErrorKind::kUsage);
  VideoSpans no_rate = minutes(1);
  no_rate.rate.num = 0;
  EXPECT_EQ(usable_spans(no_rate).error().kind, ErrorKind::kUsage);
}

TEST(TruthFrame, IsTheRoundedNativeIndex) {
  EXPECT_EQ(truth_frame(0, 9 * kSecond, {25, 1}), 225);
  EXPECT_EQ(truth_frame(time_of_frame(7, kNtsc), 9 * kSecond, kNtsc), 7 + 270);  // 269.73
  EXPECT_EQ(truth_frame(time_of_frame(7, kNtsc), 10 * kSecond, kNtsc), 7 + 300);  // 299.70
  EXPECT_EQ(truth_frame(500'000, 0, {1, 1}), 1) << "halves go up";
  EXPECT_EQ(truth_frame(36'000 * kSecond, kSecond, {1000, 1}), 36'001'000);
}

TEST(NextFrames, TruthLiesInTheSameSpanAsTheStart) {
  VideoSpans video = minutes(10, kNtsc);
  for (int i = 1; i < 40; ++i) video.cuts.push_back(i * 13 * kSecond + i * 7919);
  video.out_of_body = {{100 * kSecond, 140 * kSecond}};
  NextFrameOptions options;
  options.samples = 200;
  options.least_apart_us = 0;
  const auto spans = usable_spans(video);
  const auto samples = draw_next_frames(video, "s/v1", 3, options);
  ASSERT_TRUE(samples);
  ASSERT_EQ(samples->size(), 200u);
  std::set<int> horizons;
  for (const NextFrameSample& sample : *samples) {
    horizons.insert(sample.horizon_s);
    EXPECT_EQ(sample.start_us, time_of_frame(sample.start_frame, video.rate));
    EXPECT_EQ(sample.truth_frame, truth_frame(sample.start_us, sample.horizon_s * kSecond, video.rate));
    const bool is_in_one = std::any_of(spans->begin(), spans->end(), [&](const FrameSpan& span) {
      return span.begin <= sample.start_frame && sample.truth_frame < span.end;
    });
    EXPECT_TRUE(is_in_one) << sample.start_frame << " to " << sample.truth_frame;
  }
  EXPECT_EQ(horizons.size(), 10u);
}

TEST(NextFrames, AreTheSameForVideoAndSeedAndApart) {
  const VideoSpans video = minutes(5);
  const auto first = draw_next_frames(video, "s/v1", 3);
  EXPECT_EQ(*first, *draw_next_frames(video, "s/v1", 3));
  EXPECT_NE(*first, *draw_next_frames(video, "s/v2", 3));
  EXPECT_NE(*first, *draw_next_frames(video, "s/v1", 4));
  ASSERT_EQ(first->size(), 20u);
  for (std::size_t i = 1; i < first->size(); ++i) {
    EXPECT_GE((*first)[i].start_us - (*first)[i - 1].start_us, 5 * kSecond);
  }
}

TEST(NextFrames, ShortPiecesGiveOnlyTheHorizonsThatFit) {
  VideoSpans video = minutes(1);
  for (int i = 1; i < 30; ++i) video.cuts.push_back(i * 2 * kSecond);
  NextFrameOptions options;
  options.least_apart_us = 0;
  const auto samples = draw_next_frames(video, "s/v1", 1, options);
  ASSERT_FALSE(samples->empty());
  for (const NextFrameSample& sample : *samples) EXPECT_EQ(sample.horizon_s, 1);
  options.min_horizon_s = 2;
  EXPECT_TRUE(draw_next_frames(video, "s/v1", 1, options)->empty()) << "50 frames after the first is the next piece";
}

TEST(NextFrames, LastFrameMayBeTheTruthAndNoFurther) {
  VideoSpans video;
  video.frames = 26;
  NextFrameOptions options;
  options.max_horizon_s = 1;
  options.least_apart_us = 0;
  const auto samples = draw_next_frames(video, "s/v1", 1, options);
  ASSERT_TRUE(samples);
  ASSERT_EQ(samples->size(), 1u);
  EXPECT_EQ((*samples)[0].start_frame, 0);
  EXPECT_EQ((*samples)[0].truth_frame, 25);
}

TEST(NextFrames, NonsenseOptionsAreRefused) {
  const VideoSpans video = minutes(1);
  for (const auto& [low, high] : {std::pair(0, 3), std::pair(4, 3), std::pair(1, 1000)}) {
    NextFrameOptions options;
    options.min_horizon_s = low;
    options.max_horizon_s = high;
    EXPECT_EQ(draw_next_frames(video, "v", 1, options).error().kind, ErrorKind::kUsage);
  }
  NextFrameOptions options;
  options.samples = -1;
  EXPECT_FALSE(draw_next_frames(video, "v", 1, options));
}

TEST(Clips, LieInOneActionAndOneSpanWithoutOverlap) {
  VideoSpans video = minutes(3);
  video.cuts = {35 * kSecond};
  video.out_of_body = {{70 * kSecond, 80 * kSecond}};
  const std::vector<ActionSpan> actions = {{{10 * kSecond, 60 * kSecond}, 0}, {{65 * kSecond, 100 * kSecond}, 1},
                                           {{100 * kSecond, 102 * kSecond}, 2}};
  ClipOptions options;
  options.samples_per_action = 5;
  const auto clips = draw_clips(video, actions, "s/v1", 9, options);
  ASSERT_TRUE(clips);
  EXPECT_EQ(clips->size(), 10u);
  const auto spans = usable_spans(video);
  for (std::size_t i = 0; i < clips->size(); ++i) {
    const ClipSample& clip = (*clips)[i];
    EXPECT_EQ(clip.end_frame - clip.first_frame, 100);
    EXPECT_NE(clip.label, 2) << "two seconds do not hold a clip of four";
    const TimeRange action = actions[static_cast<std::size_t>(clip.label)].time;
    EXPECT_TRUE(action.begin <= clip.begin_us && clip.end_us <= action.end);
    EXPECT_TRUE(std::any_of(spans->begin(), spans->end(), [&](const FrameSpan& span) {
      return span.begin <= clip.first_frame && clip.end_frame <= span.end;
    }));
    if (i > 0) {
      EXPECT_GE(clip.first_frame, (*clips)[i - 1].end_frame);
    }
  }
  EXPECT_EQ(*clips, *draw_clips(video, actions, "s/v1", 9, options));
}

TEST(Clips, ManyActionsAreThinnedToTheBoundAndMostlyStay) {
  const VideoSpans video = minutes(60);
  std::vector<ActionSpan> actions;
  for (int i = 0; i < 300; ++i) actions.push_back({{i * 12 * kSecond, (i * 12 + 11) * kSecond}, i});
  const auto all = draw_clips(video, actions, "s/v1", 1);
  ASSERT_EQ(all->size(), 20u);
  actions.pop_back();
  const auto fewer = draw_clips(video, actions, "s/v1", 1);
  std::ptrdiff_t same = 0;
  for (const ClipSample& clip : *fewer) same += std::count(all->begin(), all->end(), clip);
  EXPECT_GE(same, 18) << "one action less may not redraw the rest";
}

TEST(Clips, BackwardActionAndNonsenseAreRefused) {
  const VideoSpans video = minutes(1);
  EXPECT_EQ(draw_clips(video, {{{5, 4}, 0}}, "v", 1).error().kind, ErrorKind::kData);
  ClipOptions options;
  options.length_us = 0;
  EXPECT_EQ(draw_clips(video, {}, "v", 1, options).error().kind, ErrorKind::kUsage);
  EXPECT_TRUE(draw_clips(video, {{{-50 * kSecond, 1000 * kSecond}, 0}}, "v", 1)) << "an action may overhang";
}

}  // namespace
}  // namespace surgsigma
