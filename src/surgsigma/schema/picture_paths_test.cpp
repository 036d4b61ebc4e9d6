#include "surgsigma/schema/picture_paths.h"

#include <gtest/gtest.h>

namespace surgsigma {
namespace {

PicturePaths paths_of(const std::string& pattern, std::int64_t first, std::int64_t step) {
  SourceCard card;
  card.id = SourceId("openset");
  card.video_name = "VID{video:02}";
  card.frame_media = pattern;
  card.frame_media_first = first;
  card.frame_media_step = step;
  VideoRow video;
  video.video_id = VideoId("openset/VID07");
  video.source_id = card.id;
  return PicturePaths(card, video);
}

TEST(PicturePaths, ANameGivesItsFrameBack) {
  const PicturePaths paths = paths_of("pictures/VID{video:02}/{index:06}.png", 1, 25);
  EXPECT_EQ(paths.frame(50), "openset/pictures/VID07/000003.png");
  EXPECT_EQ(paths.native_frame("openset/pictures/VID07/000003.png"), 50);
  EXPECT_EQ(paths.native_frame("openset/pictures/VID07/000001.png"), 0);
  EXPECT_EQ(paths_of("", 0, 1).native_frame("openset/frames/VID07/00000834.jpg"), 834);
}

TEST(PicturePaths, AnotherNameGivesNone) {
  const PicturePaths paths = paths_of("pictures/VID{video:02}/{index:06}.png", 1, 25);
  for (const char* name :
       {"openset/pictures/VID08/000003.png", "openset/pictures/VID07/000003.jpg", "openset/pictures/VID07/cover.png",
        "openset/pictures/VID07/.png", "openset/pictures/VID07/-00003.png", "openset/pictures/VID07/000000.png",
        "openset/pictures/VID07/9999999999999999.png", ""}) {
    EXPECT_FALSE(paths.native_frame(name)) << name;
  }
}

}  // namespace
}  // namespace surgsigma
