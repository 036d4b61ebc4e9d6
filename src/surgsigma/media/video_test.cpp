#include "surgsigma/media/video.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <numeric>

#include "surgsigma/base/random.h"
#include "surgsigma/media/video_index.h"
#include "surgsigma/media/video_test_clips.h"

namespace surgsigma {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing_video::all_frames;
using testing_video::clips;
using testing_video::number_of;
using testing_video::opened;

class VideoClips : public testing_video::Clips {};

std::vector<int> numbers_of(const std::vector<VideoFrame>& frames) {
  std::vector<int> numbers;
  for (const VideoFrame& frame : frames) numbers.push_back(number_of(frame.image));
  return numbers;
}

std::vector<int> counted(int from, int to) {
  std::vector<int> numbers(static_cast<std::size_t>(to - from));
  std::iota(numbers.begin(), numbers.end(), from);
  return numbers;
}

/// Random requests give the bytes that reading in order gave, and errors for the same frames.
void expect_random_is_sequential(const fs::path& path, int threads) {
  Video in_order = opened(path);
  std::vector<Error> errors;
  std::map<std::int64_t, VideoFrame> sequential;
  for (VideoFrame& frame : all_frames(in_order, &errors)) sequential.emplace(frame.index, std::move(frame));
  Video video = opened(path, {.threads = threads});
  Draws draws(1, path.filename().string(), "requests");
  for (int request = 0; request < 25; ++request) {
    std::vector<std::int64_t> wanted;
    const std::uint64_t many = 1 + draws.below(request % 3 == 0 ? 1 : 9);
    for (std::uint64_t i = 0; i < many; ++i) {
      wanted.push_back(static_cast<std::int64_t>(draws.below(static_cast<std::uint64_t>(video.info().frames))));
    }
    std::int64_t last = -1;
    const Status status = video.frames(
        wanted,
        [&](VideoFrame&& frame) -> Status {
          EXPECT_GT(frame.index, last);
          last = frame.index;
          const auto same = sequential.find(frame.index);
          EXPECT_TRUE(same != sequential.end()) << path << " " << frame.index << " was an error in order";
          if (same == sequential.end()) return done();
          EXPECT_EQ(frame.time_us, same->second.time_us);
          EXPECT_TRUE(frame.image == same->second.image) << path << " frame " << frame.index;
          return done();
        },
        [&](std::int64_t index, const Error& error) -> Status {
          EXPECT_GT(index, last);
          last = index;
          EXPECT_EQ(sequential.count(index), 0U) << index << " came in order: " << to_string(error);
          return done();
        });
    EXPECT_TRUE(status.ok());
    EXPECT_EQ(last, *std::max_element(wanted.begin(), wanted.end()));
  }
}

TEST_F(VideoClips, EveryKindOfFileGivesTheFramesThatWerePutIn) {
  for (const char* name : {"default_gop.mp4", "short_gop.mp4", "no_b.mp4", "open_gop.mkv", "mpeg4_b.avi", "mpeg2.mpg",
                           "stream.ts", "sound.mp4", "hevc.mp4", "vp9.webm", "ten_bit.mp4", "odd_444.mp4"}) {
    if (!fs::exists(clip(name))) continue;  // this ffmpeg has no encoder for it
    SCOPED_TRACE(name);
    Video video = opened(clip(name));
    const auto frames = all_frames(video);
    EXPECT_EQ(numbers_of(frames), counted(0, static_cast<int>(frames.size())));
    EXPECT_EQ(video.info().frames, static_cast<std::int64_t>(frames.size()));
    EXPECT_GE(frames.size(), 30U);
    EXPECT_EQ(video.info().constant_rate, (FrameRate{25, 1}));
    for (const VideoFrame& frame : frames) {
      EXPECT_NEAR(static_cast<double>(frame.time_us), static_cast<double>(frame.index) * 40'000, 1000);
    }
  }
}

TEST_F(VideoClips, RandomAccessGivesTheBytesOfSequentialAccess) {
  for (const auto& entry : fs::directory_iterator(clips())) {
    if (!entry.is_regular_file() || !Video::open(entry.path())) continue;
    SCOPED_TRACE(entry.path().filename());
    for (const int threads : {1, 3}) expect_random_is_sequential(entry.path(), threads);
  }
}

TEST_F(VideoClips, TheIndexOfPacketsIsThatOfDecoding) {
  for (const char* name : {"default_gop.mp4", "short_gop.mp4", "open_gop.mkv", "variable_rate.mp4", "edit_list.mp4",
                           "odd.avi", "ten_bit.mp4", "lying.avi"}) {
    SCOPED_TRACE(name);
    const auto fast = VideoIndex::build(clip(name));
    const auto slow = VideoIndex::build(clip(name), {}, VideoIndex::Method::kByDecoding);
    ASSERT_TRUE(fast && slow);
    EXPECT_EQ(fast->stamps, slow->stamps);
    EXPECT_EQ(fast->packets, slow->packets);
  }
}

TEST_F(VideoClips, VariableRateKeepsItsOwnTimes) {
  Video video = opened(clip("variable_rate.mp4"));
  const auto frames = all_frames(video);
  ASSERT_EQ(frames.size(), 40U);
  EXPECT_EQ(video.info().constant_rate, std::nullopt);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const int pattern = static_cast<int>(i / 2 * 3 + i % 2);
    EXPECT_EQ(number_of(frames[i].image), pattern);
    EXPECT_EQ(frames[i].time_us, pattern * 40'000);
  }
}

TEST_F(VideoClips, WhatAnEditListHidesIsNotCounted) {
  Video video = opened(clip("edit_list.mp4"));
  const auto frames = all_frames(video);
  EXPECT_EQ(numbers_of(frames), counted(19, 90));
  EXPECT_EQ(frames.front().index, 0);
  EXPECT_EQ(frames.front().time_us, 0);
}

TEST_F(VideoClips, ADisplayMatrixTurnsThePicture) {
  Video stored = opened(clip("short_gop.mp4")), turned = opened(clip("turned.mp4"));
  EXPECT_EQ(turned.info().size, (ImageSize{64, 96}));
  EXPECT_EQ(turned.info().quarter_turns, 3);
  EXPECT_FALSE(turned.info().is_mirrored);
  VideoFrame flat, upright;
  ASSERT_TRUE(stored.next(flat) && turned.next(upright));
  for (int y = 0; y < 96; ++y) {
    for (int x = 0; x < 64; ++x) ASSERT_EQ(*upright.image.at(x, y), *flat.image.at(95 - y, x));
  }
}

TEST_F(VideoClips, OddSizesAreWhole) {
  Video video = opened(clip("odd.avi"));
  const auto frames = all_frames(video);
  ASSERT_EQ(frames.size(), 30U);
  EXPECT_EQ(frames[7].image.size(), (ImageSize{97, 65}));
  EXPECT_EQ(frames[7].image.values.size(), 97U * 65U * 3U);
}

TEST_F(VideoClips, MatrixAndRangeAreThoseOfTheTag) {
  for (const char* name : {"bt709.mp4", "bt601.mp4", "full_range.mp4"}) {
    SCOPED_TRACE(name);
    Video video = opened(clip(name));
    const auto frames = all_frames(video);
    ASSERT_EQ(frames.size(), 9U);
    for (int colour = 0; colour < 3; ++colour) {
      const std::uint8_t* pixel = frames[static_cast<std::size_t>(3 * colour + 1)].image.at(30, 30);
      for (int c = 0; c < 3; ++c) EXPECT_NEAR(pixel[c], c == colour ? 255 : 0, 5) << colour << " " << c;
    }
  }
}

TEST_F(VideoClips, AHeaderThatLiesIsToldAndNotBelieved) {
  const Video video = opened(clip("lying.avi"));
  EXPECT_EQ(video.info().frames, 20);
  EXPECT_EQ(video.info().frames_in_header, 1000);
  EXPECT_FALSE(video.info().ends_early);
}

TEST_F(VideoClips, SoundAndNamesAreSeen) {
  EXPECT_TRUE(opened(clip("sound.mp4")).info().has_sound);
  EXPECT_FALSE(opened(clip("short_gop.mp4")).info().has_sound);
  EXPECT_TRUE(opened(clip("with_names.mp4")).info().has_metadata);
  EXPECT_FALSE(opened(clip("short_gop.mp4")).info().has_metadata);
}

TEST_F(VideoClips, ATruncatedFileGivesItsFramesAndThenOneError) {
  Video video = opened(clip("truncated.mp4"));
  EXPECT_TRUE(video.info().ends_early);
  std::vector<Error> errors;
  const auto frames = all_frames(video, &errors);
  EXPECT_EQ(numbers_of(frames), counted(0, static_cast<int>(frames.size())));
  EXPECT_GT(frames.size(), 30U);
  EXPECT_LT(frames.size(), 90U);
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_THAT(errors[0].what, HasSubstr("before frame " + std::to_string(frames.size())));
  EXPECT_EQ(errors[0].where, clip("truncated.mp4").string());
}

TEST_F(VideoClips, ADamagedPictureIsNamedAndTheOthersKeepTheirNumbers) {
  Video video = opened(clip("damaged.mp4"));
  std::vector<Error> errors;
  const auto frames = all_frames(video, &errors);
  ASSERT_FALSE(errors.empty());
  EXPECT_LT(errors.size(), 20U);
  EXPECT_THAT(errors[0].what, HasSubstr("cannot be decoded"));
  EXPECT_EQ(frames.size() + errors.size(), 90U);
  EXPECT_EQ(frames.back().index, 89);
  for (const VideoFrame& frame : frames) {
    const bool is_far_from_damage = frame.index < 30 || frame.index > 70;
    if (is_far_from_damage) {
      EXPECT_EQ(number_of(frame.image), frame.index);
    }
  }
  std::vector<std::int64_t> all(90);
  std::iota(all.begin(), all.end(), 0);
  const Status status = video.frames(all, [](VideoFrame&&) { return done(); });
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error(), errors[0]);
}

/// A copy of no_b.mp4 (a keyframe every 30 of 90) whose pictures are zeros from a share of its data on.
void put_blanked(const fs::path& from, double share, const fs::path& to) {
  auto bytes = *read_file(from);
  const std::size_t data = bytes.find("mdat"), table = bytes.find("moov");
  ASSERT_TRUE(data != std::string::npos && table != std::string::npos && data < table);
  const auto first = data + 4 + static_cast<std::size_t>(share * static_cast<double>(table - data - 8));
  const auto at = [&](std::size_t byte) { return bytes.begin() + static_cast<std::ptrdiff_t>(byte); };
  std::fill(at(first), at(table - 4), '\0');
  ASSERT_TRUE(write_file(to, bytes).ok());
}

TEST_F(VideoClips, AStretchWithoutPicturesIsErrorsToItsEnd) {
  const TemporaryFolder folder;
  put_blanked(clip("no_b.mp4"), 0.5, folder.path() / "half.mp4");
  Video video = opened(folder.path() / "half.mp4");
  EXPECT_EQ(video.info().frames, 90);
  std::vector<Error> errors;
  const auto frames = all_frames(video, &errors);
  EXPECT_EQ(frames.size() + errors.size(), 90U);
  EXPECT_GT(frames.size(), 30U);
  EXPECT_GT(errors.size(), 20U);
  for (const VideoFrame& frame : frames) EXPECT_EQ(number_of(frame.image), frame.index);
}

TEST_F(VideoClips, AFileWithoutOnePictureIsNoVideo) {
  const TemporaryFolder folder;
  put_blanked(clip("no_b.mp4"), 0, folder.path() / "blank.mp4");
  const auto video = Video::open(folder.path() / "blank.mp4");
  ASSERT_FALSE(video);
  EXPECT_EQ(video.error().kind, ErrorKind::kData);
  EXPECT_EQ(video.error().where, (folder.path() / "blank.mp4").string());
}

TEST_F(VideoClips, WhatIsNoVideoIsSaidWithItsName) {
  const std::map<std::string, std::string> words = {
      {"no_moov.mp4", "not a video"},   {"empty.mp4", "not a video"},      {"noise.mp4", "not a video"},
      {"playlist.mp4", "not a video"},  {"only_sound.mp4", "no picture"},  {"no_frames.mp4", "no "},
      {"unknown_codec.mp4", "no decoder"}, {"nowhere.mp4", "no such file"}};
  for (const auto& [name, what] : words) {
    if (name == "no_frames.mp4" && !fs::exists(clip(name))) continue;
    const auto video = Video::open(clip(name));
    ASSERT_FALSE(video) << name;
    EXPECT_THAT(video.error().what, HasSubstr(what));
    EXPECT_EQ(video.error().where, clip(name).string());
    EXPECT_EQ(video.error().kind, name == "nowhere.mp4" ? ErrorKind::kNotFound : ErrorKind::kData);
  }
}

TEST_F(VideoClips, PicturesBeyondTheLimitsAreRefused) {
  VideoOptions options;
  options.limits.pixels = 96 * 64 - 1;
  EXPECT_EQ(Video::open(clip("short_gop.mp4"), options).error().kind, ErrorKind::kData);
  options.limits = {.longest_side = 95};
  EXPECT_THAT(Video::open(clip("short_gop.mp4"), options).error().what, HasSubstr("96 x 64"));
}

TEST_F(VideoClips, TheWatchdogEndsAReadWithoutProgress) {
  const auto video = Video::open(clip("short_gop.mp4"), {.patience_us = 0});
  ASSERT_FALSE(video);
  EXPECT_EQ(video.error().kind, ErrorKind::kIo);
  EXPECT_THAT(video.error().what, HasSubstr("given up"));
}

TEST_F(VideoClips, RequestsAreAnsweredOnceAndAscendingAndEndWhenTold) {
  Video video = opened(clip("short_gop.mp4"));
  std::vector<int> got;
  ASSERT_TRUE(video.frames({70, 3, 3, 41, 40}, [&](VideoFrame&& frame) {
                     got.push_back(number_of(frame.image));
                     return done();
                   }).ok());
  EXPECT_THAT(got, ElementsAre(3, 40, 41, 70));
  int calls = 0;
  const Status status = video.frames({1, 2, 3}, [&](VideoFrame&&) -> Status {
    ++calls;
    return Error{ErrorKind::kIo, "full", "", ""};
  });
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(status.error().what, "full");
  EXPECT_EQ(video.frames({0, 90}, [](VideoFrame&&) { return done(); }).error().kind, ErrorKind::kUsage);
  EXPECT_EQ(video.frames({-1}, [](VideoFrame&&) { return done(); }).error().kind, ErrorKind::kUsage);
}

TEST_F(VideoClips, SeekMovesNextAndFramesDoNot) {
  Video video = opened(clip("short_gop.mp4"));
  VideoFrame frame;
  ASSERT_TRUE(video.seek(50).ok());
  ASSERT_TRUE(*video.next(frame));
  EXPECT_EQ(number_of(frame.image), 50);
  ASSERT_TRUE(video.frames({7}, [](VideoFrame&&) { return done(); }).ok());
  ASSERT_TRUE(*video.next(frame));
  EXPECT_EQ(frame.index, 51);
  ASSERT_TRUE(video.seek(90).ok());
  EXPECT_FALSE(*video.next(frame));
  EXPECT_EQ(video.seek(91).error().kind, ErrorKind::kUsage);
  EXPECT_EQ(*video.time_of(25), kSecond);
  EXPECT_EQ(video.time_of(90).error().kind, ErrorKind::kUsage);
}

TEST(Video, AnythingButAFileIsRefusedAtOnce) {
  EXPECT_EQ(Video::open("/dev/zero").error().what, "not a regular file");
}

}  // namespace
}  // namespace surgsigma
