#include "surgsigma/media/frame_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "surgsigma/media/video_test_clips.h"

namespace surgsigma {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing_video::all_frames;
using testing_video::opened;

/// Grey pictures of 8 x 6 whose brightness is the number in the name.
void put(const fs::path& folder, const std::string& name, ImageSize size = {8, 6}) {
  const auto number = frame_number_in_name(name).value_or(0);
  const Image image(size.width, size.height, 1, static_cast<std::uint8_t>(number));
  ASSERT_TRUE(write_file(folder / name, *encode_png(image)).ok());
}

TEST(FrameFolder, TheLastNumberOfANameCounts) {
  EXPECT_EQ(frame_number_in_name("video01_000123.png"), 123);
  EXPECT_EQ(frame_number_in_name("00003.png"), 3);
  EXPECT_EQ(frame_number_in_name("7_left.jpg"), 7);
  EXPECT_EQ(frame_number_in_name("cover.mp4.png"), 4);
  EXPECT_EQ(frame_number_in_name("cover.png"), std::nullopt);
  EXPECT_EQ(frame_number_in_name("1234567890123456.png"), std::nullopt);
}

TEST(FrameFolder, GapsCloseUpByPositionAndStayByName) {
  const TemporaryFolder folder;
  for (const char* name : {"f_10.png", "f_9.png", "f_12.png", ".hidden_1.png", "notes.txt"}) put(folder.path(), name);
  Video by_position = opened(folder.path());
  EXPECT_EQ(by_position.info().frames, 3);
  std::vector<int> shown;
  for (const VideoFrame& frame : all_frames(by_position)) shown.push_back(*frame.image.at(0, 0));
  EXPECT_THAT(shown, ElementsAre(9, 10, 12));

  Video by_name = opened(folder.path(), {.numbering = FrameNumbering::kFileName, .folder_rate = {2, 1}});
  EXPECT_EQ(by_name.info().frames, 13);
  const auto frames = all_frames(by_name);
  ASSERT_EQ(frames.size(), 3U);
  EXPECT_EQ(frames[2].index, 12);
  EXPECT_EQ(frames[2].time_us, 6 * kSecond);
  EXPECT_EQ(frames[2].image.channels, 3);
  const Status status = by_name.frames({12, 11}, [](VideoFrame&&) { return done(); });
  EXPECT_THAT(status.error().what, HasSubstr("frame 11"));
}

TEST(FrameFolder, NamesThatGiveNoOrOneNumberTwiceAreNamed) {
  const TemporaryFolder folder;
  EXPECT_EQ(list_frames(folder.path() / "none", FrameNumbering::kPosition).error().kind, ErrorKind::kNotFound);
  EXPECT_THAT(list_frames(folder.path(), FrameNumbering::kPosition).error().what, HasSubstr("no picture"));
  put(folder.path(), "a_1.png");
  put(folder.path(), "b_01.png");
  EXPECT_THAT(list_frames(folder.path(), FrameNumbering::kFileName).error().where, HasSubstr("b_01.png"));
  put(folder.path(), "cover.png");
  EXPECT_THAT(list_frames(folder.path(), FrameNumbering::kFileName).error().what, HasSubstr("number"));
  EXPECT_EQ(list_frames(folder.path(), FrameNumbering::kPosition)->size(), 3U);
}

TEST(FrameFolder, ABrokenOrOddPictureIsNamedAndTheOthersCome) {
  const TemporaryFolder folder;
  put(folder.path(), "1.png");
  put(folder.path(), "3.png", {9, 6});
  put(folder.path(), "4.png");
  ASSERT_TRUE(write_file(folder.path() / "2.png", "nonsense").ok());
  Video video = opened(folder.path());
  std::vector<Error> errors;
  EXPECT_EQ(all_frames(video, &errors).size(), 2U);
  ASSERT_EQ(errors.size(), 2U);
  EXPECT_THAT(errors[0].what, HasSubstr("frame 1"));
  EXPECT_THAT(errors[0].where, HasSubstr("2.png"));
  EXPECT_THAT(errors[1].what, HasSubstr("9 x 6"));
}

TEST(FrameFolder, PicturesCalledPngThatAreJpegAreRead) {
  const char* named = std::getenv("SURGSIGMA_SHARED_DATA");
  const fs::path data = named != nullptr ? fs::path(named) : fs::path(SURGSIGMA_SOURCE_DIR) / "../shared/data";
  const fs::path folder = data / "frames/pitvis/docker_example/inputs/01";
  if (!fs::is_directory(folder)) GTEST_SKIP() << "no real pictures: set SURGSIGMA_SHARED_DATA";
  Video video = opened(folder);
  EXPECT_EQ(all_frames(video).size(), 5U);
}

}  // namespace
}  // namespace surgsigma
