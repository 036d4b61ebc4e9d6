#include "surgsigma/media/clip_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "surgsigma/media/video.h"
#include "surgsigma/media/video_index.h"
#include "surgsigma/media/video_test_clips.h"

namespace surgsigma {
namespace {

using testing::ElementsAre;
using testing_video::all_frames;
using testing_video::opened;

/// A soft picture that moves.
Image picture(ImageSize size, int number, int channels = 3) {
  Image image(size.width, size.height, channels);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      for (int c = 0; c < channels; ++c) {
        image.at(x, y)[c] = static_cast<std::uint8_t>(128 + 60 * std::sin((x + y * (c + 1) + 3 * number) * 0.05));
      }
    }
  }
  return image;
}

Status write(const fs::path& path, ImageSize size, int frames, const ClipSettings& settings = {}, int channels = 3) {
  SURGSIGMA_TRY(writer, ClipWriter::open(path, size, settings));
  for (int i = 0; i < frames; ++i) SURGSIGMA_CHECK(writer.add(picture(size, i, channels)));
  return writer.close();
}

double largest_difference(const Image& a, const Image& b) {
  int largest = 0;
  for (int y = 0; y < a.height; ++y) {
    for (int x = 0; x < a.width; ++x) {
      for (int c = 0; c < 3; ++c) largest = std::max(largest, std::abs(int{a.at(x, y)[c]} - int{b.at(x, y)[c]}));
    }
  }
  return largest;
}

std::vector<std::int64_t> entries_of(const fs::path& path) {
  std::vector<std::int64_t> entries;
  const auto index = VideoIndex::build(path);
  EXPECT_TRUE(index);
  for (const PacketEntry& packet : index->packets) {
    if (packet.is_entry) entries.push_back(packet.frame);
  }
  return entries;
}

TEST(ClipWriter, FramesComeBackAtTheirTimes) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "clip.mp4";
  ASSERT_TRUE(write(path, {96, 64}, 60, {.crf = 8}).ok());
  Video video = opened(path);
  EXPECT_EQ(video.info().frames, 60);
  EXPECT_EQ(video.info().constant_rate, (FrameRate{25, 1}));
  EXPECT_EQ(video.info().codec, "h264");
  EXPECT_EQ(video.info().pixel_format, "yuv420p");
  EXPECT_FALSE(video.info().has_sound);
  EXPECT_FALSE(video.info().has_metadata);
  for (const VideoFrame& frame : all_frames(video)) {
    EXPECT_EQ(frame.time_us, frame.index * 40'000);
    EXPECT_LT(largest_difference(picture({96, 64}, static_cast<int>(frame.index)), frame.image), 30) << frame.index;
  }
  EXPECT_THAT(entries_of(path), ElementsAre(0, 25, 50));
}

TEST(ClipWriter, AKeyframeOpensEachSecondOfAnyRate) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "clip.mp4";
  ASSERT_TRUE(write(path, {32, 32}, 95, {.rate = {30'000, 1001}}).ok());
  EXPECT_THAT(entries_of(path), ElementsAre(0, 30, 60, 90));
  EXPECT_EQ(opened(path).info().constant_rate, (FrameRate{30'000, 1001}));
  ASSERT_TRUE(write(path, {32, 32}, 4, {.rate = {1, 2}}).ok());
  EXPECT_THAT(entries_of(path), ElementsAre(0, 1, 2, 3));
  EXPECT_EQ(opened(path).info().duration_us, 8 * kSecond);
}

TEST(ClipWriter, TheSameFramesGiveTheSameBytes) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write(folder.path() / "a.mp4", {96, 64}, 40).ok());
  ASSERT_TRUE(write(folder.path() / "b.mp4", {96, 64}, 40).ok());
  EXPECT_TRUE(*read_file(folder.path() / "a.mp4") == *read_file(folder.path() / "b.mp4"));
}

TEST(ClipWriter, OddSidesArePaddedByRepeating) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "clip.mp4";
  ASSERT_TRUE(write(path, {97, 65}, 3, {.crf = 4}).ok());
  Video video = opened(path);
  EXPECT_EQ(video.info().size, ClipWriter::stored_size({97, 65}));
  EXPECT_EQ(video.info().size, (ImageSize{98, 66}));
  const auto frames = all_frames(video);
  ASSERT_EQ(frames.size(), 3U);
  EXPECT_LT(largest_difference(picture({97, 65}, 2), frames[2].image), 30);
  EXPECT_NEAR(*frames[2].image.at(97, 10), *frames[2].image.at(96, 10), 4);
}

TEST(ClipWriter, ColoursSurviveInBothMatrices) {
  const TemporaryFolder folder;
  for (const ImageSize size : {ImageSize{64, 64}, ImageSize{64, 720}}) {
    const fs::path path = folder.path() / "clip.mp4";
    auto writer = ClipWriter::open(path, size, {.crf = 4});
    ASSERT_TRUE(writer);
    Image image(size.width, size.height, 3);
    for (std::size_t i = 0; i < image.pixels(); ++i) image.values[3 * i] = 200, image.values[3 * i + 1] = 60;
    ASSERT_TRUE(writer->add(image).ok());
    ASSERT_TRUE(writer->close().ok());
    Video video = opened(path);
    VideoFrame frame;
    ASSERT_TRUE(*video.next(frame));
    const std::uint8_t* pixel = frame.image.at(20, 20);
    EXPECT_NEAR(pixel[0], 200, 3);
    EXPECT_NEAR(pixel[1], 60, 3);
    EXPECT_NEAR(pixel[2], 0, 3);
  }
}

TEST(ClipWriter, GreyPicturesAreTaken) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write(folder.path() / "g.mp4", {32, 32}, 2, {}, 1).ok());
  EXPECT_EQ(opened(folder.path() / "g.mp4").info().frames, 2);
}

TEST(ClipWriter, NothingIsSeenBeforeCloseAndNothingStaysWithoutIt) {
  const TemporaryFolder folder;
  {
    auto writer = ClipWriter::open(folder.path() / "clip.mp4", {32, 32});
    ASSERT_TRUE(writer);
    ASSERT_TRUE(writer->add(picture({32, 32}, 0)).ok());
    EXPECT_FALSE(fs::exists(folder.path() / "clip.mp4"));
  }
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(ClipWriter, NonsenseIsRefused) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "clip.mp4";
  EXPECT_EQ(ClipWriter::open(path, {8, 64}).error().kind, ErrorKind::kUsage);
  EXPECT_EQ(ClipWriter::open(path, {64, 20'000}).error().kind, ErrorKind::kUsage);
  EXPECT_EQ(ClipWriter::open(path, {64, 64}, {.rate = {0, 1}}).error().kind, ErrorKind::kUsage);
  EXPECT_EQ(ClipWriter::open(path, {64, 64}, {.crf = 52}).error().kind, ErrorKind::kUsage);
  EXPECT_EQ(ClipWriter::open(path, {64, 64}, {.preset = "quick"}).error().kind, ErrorKind::kUsage);
  EXPECT_EQ(ClipWriter::open(folder.path() / "no/folder/clip.mp4", {64, 64}).error().kind, ErrorKind::kIo);
  auto writer = ClipWriter::open(path, {64, 64});
  ASSERT_TRUE(writer);
  EXPECT_EQ(writer->add(picture({64, 62}, 0)).error().kind, ErrorKind::kUsage);
  EXPECT_EQ(writer->close().error().kind, ErrorKind::kUsage);
  EXPECT_EQ(writer->close().error().what, "the clip is closed already");
}

}  // namespace
}  // namespace surgsigma
