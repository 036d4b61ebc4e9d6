#include "surgsigma/export/media.h"

#include <gtest/gtest.h>

namespace surgsigma {
namespace {

MediaNames names_of_one_video() {
  VideoRow video;
  video.video_id = VideoId("cholec80/video01");
  video.media = "videos/video01.mp4";
  video.duration_us = 60'000'000;
  Catalog catalog;
  catalog.sources[SourceId("cholect50")].frame_media = "videos/VID{video:02}/{index:06}.png";
  return MediaNames({video}, catalog);
}

ShownMedia shown(std::string_view source, std::string_view video, bool is_clip, std::int64_t begin, std::int64_t end,
                 std::vector<std::string_view> listed) {
  ShownMedia media;
  const bool ok = names_of_one_video().name({source, video, is_clip, begin, end, &listed}, media);
  return ok ? media : ShownMedia{};
}

TEST(MediaNames, APictureThatTheSourceShipsKeepsItsPath) {
  const auto media = shown("cholect50", "cholect50/VID01", false, 0, 0, {"videos/VID01/000000.png"});
  EXPECT_FALSE(media.is_video);
  EXPECT_EQ(media.items, (std::vector<ShownMedium>{{"cholect50/videos/VID01/000000.png", ""}}));
}

TEST(MediaNames, ANameBelowTheMediaRootIsKeptAndItsOriginKnown) {
  const auto frame = shown("cholec80", "cholec80/video01", false, 0, 0, {"cholec80/frames/video01/00000834.jpg"});
  EXPECT_EQ(frame.items[0], (ShownMedium{"cholec80/frames/video01/00000834.jpg", "cholec80/videos/video01.mp4"}));
  const auto clip = shown("cholec80", "cholec80/video01", true, 0, 9, {"cholec80/clips/video01/0-20000.mp4"});
  EXPECT_TRUE(clip.is_video);
  EXPECT_EQ(clip.items[0], (ShownMedium{"cholec80/clips/video01/0-20000.mp4", "cholec80/videos/video01.mp4"}));
  const auto shipped = shown("cholect50", "cholect50/VID01", false, 0, 0, {"cholect50/videos/VID01/000000.png"});
  EXPECT_EQ(shipped.items[0], (ShownMedium{"cholect50/videos/VID01/000000.png", ""}));
}

TEST(MediaNames, AFrameOfAVideoIsCalledByItsMoment) {
  const auto media = shown("cholec80", "cholec80/video01", false, 33'360'000, 33'360'000, {"videos/video01.mp4"});
  EXPECT_FALSE(media.is_video);
  EXPECT_EQ(media.items[0], (ShownMedium{"cholec80/frames/video01/00000834.jpg", "cholec80/videos/video01.mp4"}));
}

TEST(MediaNames, AClipIsNeverTheWholeVideoUnlessItIs) {
  const auto cut = shown("cholec80", "cholec80/video01", true, 0, 20'000'000, {"videos/video01.mp4"});
  EXPECT_TRUE(cut.is_video);
  EXPECT_EQ(cut.items[0].path, "cholec80/clips/video01/0-20000.mp4");
  const auto whole = shown("cholec80", "cholec80/video01", true, 0, 60'000'000, {"videos/video01.mp4"});
  EXPECT_EQ(whole.items[0], (ShownMedium{"cholec80/videos/video01.mp4", ""}));
}

TEST(MediaNames, AClipOfASourceWithPicturesOnlyIsMadeFromThem) {
  const auto media = shown("cholect50", "cholect50/VID01", true, 1'000'000, 3'000'000, {});
  EXPECT_EQ(media.items[0],
            (ShownMedium{"cholect50/clips/VID01/1000-3000.mp4", "cholect50/videos/VID{video:02}/{index:06}.png"}));
}

TEST(MediaNames, NothingToShowAndPathsThatLeaveTheFolderAreRefused) {
  EXPECT_TRUE(shown("cholec80", "cholec80/video01", false, 0, 0, {}).items.empty());
  EXPECT_TRUE(shown("other", "other/v", true, 0, 1, {}).items.empty());
  EXPECT_TRUE(shown("cholec80", "cholec80/video01", false, 0, 0, {"../secret.png"}).items.empty());
  EXPECT_TRUE(shown("cholec80", "cholec80/video01", false, 0, 0, {"/etc/a.png"}).items.empty());
}

TEST(MediaPlaces, FilesLieUnderTheRootOrInTheFolderThatWasIngested) {
  Manifest manifest;
  manifest.inputs = {{"cholec80", "/data/c80", "", 1, false}};
  const ShownMedium medium{"cholec80/frames/video01/000000000000.jpg", ""};
  EXPECT_EQ(MediaPlaces("/media", manifest).place(medium), "/media/cholec80/frames/video01/000000000000.jpg");
  EXPECT_EQ(MediaPlaces("", manifest).place(medium), "/data/c80/frames/video01/000000000000.jpg");
  EXPECT_TRUE(MediaPlaces("", {}).place(medium).empty());
}

TEST(FilesThere, KnowsFilesAndLinksToThemAndNothingElse) {
  TemporaryFolder folder;
  ASSERT_TRUE(write_file(folder.path() / "a" / "1.jpg", "x"));
  ASSERT_TRUE(write_file(folder.path() / "b" / "2.jpg", "x"));
  fs::create_directories(folder.path() / "a" / "3.jpg");
  fs::create_symlink(folder.path() / "b" / "2.jpg", folder.path() / "a" / "4.jpg");
  fs::create_symlink(folder.path() / "gone", folder.path() / "a" / "5.jpg");
  FilesThere files;
  const auto has = [&](const char* name) { return files.has((folder.path() / name).native()); };
  EXPECT_TRUE(has("a/1.jpg"));
  EXPECT_FALSE(has("b/1.jpg")) << "a name of the folder before";
  EXPECT_TRUE(has("b/2.jpg"));
  EXPECT_FALSE(has("a/3.jpg")) << "a folder";
  EXPECT_TRUE(has("a/4.jpg"));
  EXPECT_FALSE(has("a/5.jpg")) << "a link to nothing";
  EXPECT_FALSE(has("c/1.jpg")) << "no such folder";
  EXPECT_FALSE(files.has(""));
}

TEST(Pictures, AreKnownByTheirFirstBytes) {
  TemporaryFolder folder;
  const auto is = [&](std::string_view bytes) {
    return write_file(folder.path() / "p", bytes).ok() && is_picture(folder.path() / "p");
  };
  EXPECT_TRUE(is("\xFF\xD8\xFF\xE0 rest"));
  EXPECT_TRUE(is("\x89PNG\r\n\x1a\n"));
  EXPECT_FALSE(is("version https://git-lfs"));
  EXPECT_FALSE(is(""));
  EXPECT_FALSE(is_picture(folder.path() / "none"));
}

}  // namespace
}  // namespace surgsigma
