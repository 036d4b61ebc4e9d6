#include "surgsigma/media/video_index.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "surgsigma/media/video_test_clips.h"

namespace surgsigma {
namespace {

using testing_video::opened;

class VideoIndexClips : public testing_video::Clips {};

VideoIndex small_index() {
  VideoIndex index;
  index.file_mark = 0xFEDC'BA98'7654'3210;
  index.time_base_den = 12'800;
  index.packets = {{-5, -1, true}, {0, 0, true}, {2048, 2, false}, {1024, 1, false}};
  index.stamps = {0, 1024, 2048};
  index.last_duration = 512;
  index.reorder_depth = 1;
  index.frames_in_header = 4;
  return index;
}

TEST(VideoIndex, BytesComeBackAsTheyWere) {
  const VideoIndex index = small_index();
  const auto read = VideoIndex::from_bytes(index.bytes(), "i");
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(*read, index);
  EXPECT_EQ(index.time_of(2), 160'000);
  EXPECT_EQ(index.time_of(3), 200'000);
}

TEST(VideoIndex, AnyChangedOrMissingByteIsNoticed) {
  const std::string good = small_index().bytes();
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x10);
    EXPECT_FALSE(VideoIndex::from_bytes(bad, "i")) << i;
    EXPECT_FALSE(VideoIndex::from_bytes(good.substr(0, i), "i")) << i;
  }
}

TEST(VideoIndex, NumbersThatContradictEachOtherAreRefused) {
  VideoIndex two_packets_of_a_frame = small_index();
  two_packets_of_a_frame.packets[3].frame = 2;
  EXPECT_FALSE(VideoIndex::from_bytes(two_packets_of_a_frame.bytes(), "i"));
  VideoIndex outside = small_index();
  outside.packets[3].frame = 3;
  EXPECT_FALSE(VideoIndex::from_bytes(outside.bytes(), "i"));
  VideoIndex no_frames = small_index();
  no_frames.packets.clear();
  no_frames.stamps.clear();
  EXPECT_FALSE(VideoIndex::from_bytes(no_frames.bytes(), "i"));
  VideoIndex huge_clock = small_index();  // a product of ticks and clock would pass 128 bits
  huge_clock.time_base_num = std::int64_t{1} << 62;
  EXPECT_FALSE(VideoIndex::from_bytes(huge_clock.bytes(), "i"));
  VideoIndex backwards = small_index();
  backwards.last_duration = -1;
  EXPECT_FALSE(VideoIndex::from_bytes(backwards.bytes(), "i"));
  VideoIndex no_time = small_index();
  no_time.time_base_den = 0;
  EXPECT_FALSE(VideoIndex::from_bytes(no_time.bytes(), "i"));
}

TEST_F(VideoIndexClips, AnIndexIsKeptUsedAndReplacedWhenTheFileChanges) {
  const TemporaryFolder folder;
  const fs::path video = folder.path() / "v.mp4", kept = folder.path() / "v.index";
  fs::copy_file(clip("short_gop.mp4"), video);
  const Video first = opened(video, {.index = kept});
  const auto index = VideoIndex::read(kept, video);
  ASSERT_TRUE(index);
  EXPECT_EQ(index->frames(), 90);
  const auto entries = std::count_if(index->packets.begin(), index->packets.end(),
                                     [](const PacketEntry& packet) { return packet.is_entry; });
  EXPECT_EQ(entries, 8);  // every 12 of 90
  EXPECT_EQ(opened(video, {.index = kept}).info(), first.info());

  fs::copy_file(clip("no_b.mp4"), video, fs::copy_options::overwrite_existing);
  EXPECT_EQ(VideoIndex::read(kept, video).error().kind, ErrorKind::kNotFound);
  Video second = opened(video, {.index = kept});
  EXPECT_EQ(testing_video::all_frames(second).size(), 90U);
  EXPECT_TRUE(VideoIndex::read(kept, video));

  ASSERT_TRUE(write_file(kept, "SGVI and then nonsense").ok());
  EXPECT_EQ(VideoIndex::read(kept, video).error().kind, ErrorKind::kData);
  EXPECT_EQ(opened(video, {.index = kept}).info().frames, 90);
  EXPECT_TRUE(VideoIndex::read(kept, video));
}

TEST_F(VideoIndexClips, AWrongIndexIsAnErrorAndNotAWrongPicture) {
  const TemporaryFolder folder;
  const fs::path kept = folder.path() / "v.index";
  auto index = *VideoIndex::build(clip("no_b.mp4"));
  index.file_mark = *mark_of_file(clip("short_gop.mp4"));
  for (PacketEntry& packet : index.packets) packet.stamp += 1;
  ASSERT_TRUE(index.write(kept).ok());
  Video video = opened(clip("short_gop.mp4"), {.index = kept});
  VideoFrame frame;
  const auto got = video.next(frame);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().kind, ErrorKind::kVersion);
  EXPECT_FALSE(*video.next(frame));
}

TEST_F(VideoIndexClips, AFolderThatCannotBeWrittenCostsNothingButTime) {
  EXPECT_EQ(opened(clip("short_gop.mp4"), {.index = "/proc/no/such/v.index"}).info().frames, 90);
}

}  // namespace
}  // namespace surgsigma
