#include "surgsigma/media/extract.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <mutex>

#include "surgsigma/media/clip_writer.h"
#include "surgsigma/media/video_test_clips.h"

namespace surgsigma {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing_video::number_of;
using testing_video::opened;

class ExtractClips : public testing_video::Clips {};

std::map<std::int64_t, ExtractedFrame> extracted(const fs::path& video, const std::vector<std::int64_t>& indices,
                                                 const ExtractSettings& settings) {
  std::map<std::int64_t, ExtractedFrame> frames;
  std::mutex mutex;
  const auto result = extract_frames(video, indices, settings, [&](ExtractedFrame&& frame) {
    const std::lock_guard lock(mutex);
    frames.emplace(frame.index, std::move(frame));
    return done();
  });
  EXPECT_TRUE(result) << to_string(result.error());
  EXPECT_EQ(result->written.size(), frames.size());
  EXPECT_TRUE(std::is_sorted(result->written.begin(), result->written.end()));
  return frames;
}

double mean_difference(const Image& a, const Image& b) {
  if (a.values.size() != b.values.size()) return 255;
  double sum = 0;
  for (std::size_t i = 0; i < a.values.size(); ++i) sum += std::abs(int{a.values[i]} - int{b.values[i]});
  return sum / static_cast<double>(a.values.size());
}

TEST_F(ExtractClips, JpegsShowTheFramesWhateverTheirFormat) {
  for (const char* name : {"short_gop.mp4", "default_gop.mp4", "turned.mp4", "ten_bit.mp4", "odd.avi", "odd_444.mp4",
                           "bt709.mp4", "bt601.mp4", "full_range.mp4", "mpeg4_b.avi"}) {
    SCOPED_TRACE(name);
    Video video = opened(clip(name));
    const auto indices = every_frame(video.info().frames, 4, 1);
    const auto jpegs = extracted(clip(name), indices, {.quality = 98});
    ASSERT_EQ(jpegs.size(), indices.size());
    const Status status = video.frames(indices, [&](VideoFrame&& frame) -> Status {
      const ExtractedFrame& jpeg = jpegs.at(frame.index);
      const auto picture = decode_picture(jpeg.jpeg, "jpeg");
      EXPECT_TRUE(picture);
      EXPECT_EQ(jpeg.time_us, frame.time_us);
      EXPECT_EQ(jpeg.size, frame.image.size());
      EXPECT_LT(mean_difference(*picture, frame.image), 4) << frame.index;  // chroma is smoothed by JPEG's decoder
      return done();
    });
    EXPECT_TRUE(status.ok());
  }
}

TEST_F(ExtractClips, ColoursOfBt709ComeOutAsTheyWere) {
  const auto jpegs = extracted(clip("bt709.mp4"), {1, 4, 7}, {.quality = 98});
  for (int colour = 0; colour < 3; ++colour) {
    const auto picture = decode_picture(jpegs.at(3 * colour + 1).jpeg, "jpeg");
    ASSERT_TRUE(picture);
    for (int c = 0; c < 3; ++c) EXPECT_NEAR(picture->at(30, 30)[c], c == colour ? 255 : 0, 8) << colour << " " << c;
  }
}

TEST_F(ExtractClips, BytesDoNotDependOnThreads) {
  for (const char* name : {"short_gop.mp4", "default_gop.mp4", "damaged.mp4", "mpeg2.mpg"}) {
    SCOPED_TRACE(name);
    const auto indices = every_frame(90, 1);
    const auto one = extracted(clip(name), indices, {.jobs = 1});
    const auto four = extracted(clip(name), indices, {.jobs = 4});
    ASSERT_EQ(one.size(), four.size());
    for (const auto& [index, frame] : one) {
      ASSERT_EQ(four.count(index), 1U);
      EXPECT_TRUE(frame.jpeg == four.at(index).jpeg) << index;
    }
  }
}

TEST_F(ExtractClips, RightSizeShrinksAndNeverEnlarges) {
  EXPECT_EQ(right_size({854, 480}, {}), (ImageSize{854, 480}));
  EXPECT_EQ(right_size({854, 480}, {.longest_side = 427}), (ImageSize{427, 240}));
  EXPECT_EQ(right_size({854, 480}, {.longest_side = 9000}), (ImageSize{854, 480}));
  const ImageSize budget = right_size({854, 480}, {.pixels = 100'000});
  EXPECT_LE(budget.width * budget.height, 100'000);
  EXPECT_NEAR(static_cast<double>(budget.width) / budget.height, 854.0 / 480, 0.02);
  const auto jpegs = extracted(clip("short_gop.mp4"), {17}, {.size = {.longest_side = 48}});
  const auto picture = decode_picture(jpegs.at(17).jpeg, "jpeg");
  ASSERT_TRUE(picture);
  EXPECT_EQ(picture->size(), (ImageSize{48, 32}));
  EXPECT_EQ(number_of(*picture), 17);
}

TEST_F(ExtractClips, FilesLieUnderTheirNames) {
  const TemporaryFolder folder;
  const auto name = [](std::int64_t index) { return "a/b" + std::to_string(index) + ".jpg"; };
  const auto result = extract_files(clip("short_gop.mp4"), {25, 3, 3}, folder.path(), name, {.jobs = 2});
  ASSERT_TRUE(result);
  EXPECT_THAT(result->written, ElementsAre(3, 25));
  EXPECT_EQ(list_tree(folder.path())->files.size(), 2U);
  EXPECT_EQ(number_of(*read_picture(folder.path() / "a/b25.jpg")), 25);
}

TEST_F(ExtractClips, BrokenFramesAreListedAndTheRestIsWritten) {
  const auto result = extract_frames(clip("damaged.mp4"), every_frame(90, 1), {.jobs = 2},
                                     [](ExtractedFrame&&) { return done(); });
  ASSERT_TRUE(result);
  ASSERT_FALSE(result->broken.empty());
  EXPECT_EQ(result->written.size() + result->broken.size(), 90U);
  EXPECT_EQ(result->broken[0].error.where, clip("damaged.mp4").string());
  EXPECT_THAT(result->broken[0].error.what, HasSubstr("frame " + std::to_string(result->broken[0].index)));
}

TEST_F(ExtractClips, WhatTheTakerSaysEndsTheWork) {
  for (const int jobs : {1, 3}) {
    const auto result = extract_frames(clip("short_gop.mp4"), every_frame(90, 1), {.jobs = jobs},
                                       [](ExtractedFrame&& frame) -> Status {
                                         if (frame.index < 5) return done();
                                         return Error{ErrorKind::kIo, "full", "", ""};
                                       });
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().what, "full");
  }
}

TEST_F(ExtractClips, NonsenseIsRefusedBeforeAnythingIsDecoded) {
  const auto take = [](ExtractedFrame&&) { return done(); };
  EXPECT_EQ(extract_frames(clip("short_gop.mp4"), {90}, {}, take).error().kind, ErrorKind::kUsage);
  EXPECT_EQ(extract_frames(clip("short_gop.mp4"), {-1}, {}, take).error().kind, ErrorKind::kUsage);
  EXPECT_EQ(extract_frames(clip("short_gop.mp4"), {1}, {.quality = 0}, take).error().kind, ErrorKind::kUsage);
  EXPECT_EQ(extract_frames(clip("short_gop.mp4"), {1}, {.size = {.longest_side = 0}}, take).error().kind,
            ErrorKind::kUsage);
  EXPECT_EQ(extract_frames(clip("no_moov.mp4"), {1}, {}, take).error().kind, ErrorKind::kData);
}

TEST_F(ExtractClips, AFolderOfPicturesIsAVideoToo) {
  ExtractSettings settings{.jobs = 2};
  settings.video.numbering = FrameNumbering::kFileName;
  std::mutex mutex;
  std::map<std::int64_t, int> numbers;
  const auto result = extract_frames(clip("frames"), {8, 10, 11, 12}, settings, [&](ExtractedFrame&& frame) -> Status {
    const auto picture = decode_picture(frame.jpeg, "jpeg");
    const std::lock_guard lock(mutex);
    if (picture) numbers[frame.index] = number_of(*picture);
    return done();
  });
  ASSERT_TRUE(result);
  EXPECT_EQ(numbers, (std::map<std::int64_t, int>{{8, 8}, {10, 10}, {12, 12}}));
  ASSERT_EQ(result->broken.size(), 1U);
  EXPECT_EQ(result->broken[0].index, 11);
}

}  // namespace
}  // namespace surgsigma
