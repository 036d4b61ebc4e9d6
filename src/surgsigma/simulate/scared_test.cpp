#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "surgsigma/media/depth_file.h"
#include "surgsigma/media/picture_file.h"
#include "surgsigma/media/stereo_calibration.h"
#include "surgsigma/media/video.h"
#include "surgsigma/simulate/simulate.h"

namespace surgsigma {
namespace {

const Catalog& catalog() {
  static const Catalog loaded = [] {
    auto read = load_catalog(SURGSIGMA_SOURCE_DIR "/catalog");
    EXPECT_TRUE(read) << to_string(read.error());
    return std::move(*read);
  }();
  return loaded;
}

SimulateOptions options_for(const fs::path& out) {
  SimulateOptions options;
  options.layout = "scared";
  options.out = out;
  options.videos = 1;
  options.scale = 0.05;
  options.has_pixels = true;
  return options;
}

TEST(SimulateScared, KeyFramesAreWhatTheCardSaysOfThem) {
  const TemporaryFolder folder;
  const auto report = simulate(catalog(), options_for(folder.path() / "out"));
  ASSERT_TRUE(report) << to_string(report.error());
  const fs::path dataset = folder.path() / "out" / "dataset_1";
  const SourceCard& card = *catalog().source(SourceId("scared"));
  const LayoutEntry* still = nullptr;
  const LayoutEntry* moving = nullptr;
  for (const LayoutEntry& entry : card.layout) {
    if (entry.role != "depth") continue;
    (entry.with.contains("half") ? moving : still) = &entry;
  }
  ASSERT_TRUE(still && moving);

  const auto left = read_picture(dataset / "keyframe_1" / "Left_Image.png");
  const auto right = read_picture(dataset / "keyframe_1" / "Right_Image.png");
  ASSERT_TRUE(left && right);
  EXPECT_EQ(left->size(), right->size());
  EXPECT_FALSE(*left == *right);
  const auto cameras = read_stereo_calibration(dataset / "keyframe_1" / "endoscope_calibration.yaml", left->size());
  ASSERT_TRUE(cameras) << to_string(cameras.error());
  EXPECT_LT(cameras->translation[0], 0);

  const auto map =
      read_depth(dataset / "keyframe_1" / "left_depth_map.tiff", convention_of(*depth_layout(still->with, "card")));
  ASSERT_TRUE(map) << to_string(map.error());
  EXPECT_EQ(map->values.size(), left->size());
  EXPECT_GT(map->valid, static_cast<std::int64_t>(left->pixels() * 8 / 10));
  EXPECT_FALSE(fs::exists(dataset / "keyframe_5" / "left_depth_map.tiff"));

  // The first frame of the sequence is the key frame; of its stacked points the upper half is the left view.
  const auto points = read_depth(dataset / "keyframe_1" / "data" / "scene_points" / "scene_points000000.tiff",
                                 convention_of(*depth_layout(moving->with, "card")));
  ASSERT_TRUE(points) << to_string(points.error());
  ASSERT_EQ(points->values.size(), map->values.size());
  for (std::size_t i = 0; i < map->values.values.size(); i += 101) {
    if (std::isnan(map->values.values[i])) {
      EXPECT_TRUE(std::isnan(points->values.values[i]));
    } else {
      EXPECT_EQ(points->values.values[i], map->values.values[i]);
    }
  }
  const auto video = Video::open(dataset / "keyframe_1" / "data" / "rgb.mp4");
  ASSERT_TRUE(video);
  EXPECT_EQ(video->info().size, (ImageSize{left->width, 2 * left->height}));
}

TEST(SimulateScared, AreTheSameFilesForAnyNumberOfThreads) {
  const TemporaryFolder folder;
  std::map<std::string, std::string> trees[2];
  for (const int jobs : {1, 2}) {
    SimulateOptions options = options_for(folder.path() / std::to_string(jobs));
    options.videos = 2;
    options.jobs = jobs;
    ASSERT_TRUE(simulate(catalog(), options));
    const auto listed = list_tree(options.out);
    ASSERT_TRUE(listed);
    for (const FoundFile& file : listed->files) trees[jobs - 1][file.path] = *read_file(options.out / file.path);
  }
  EXPECT_TRUE(trees[0] == trees[1]);
  EXPECT_EQ(trees[0].size(), 1u + 2 * (5 * 3 + 4 + 2));
}

TEST(SimulateScared, WithoutPixelsThereAreOnlyCalibrations) {
  const TemporaryFolder folder;
  SimulateOptions options = options_for(folder.path() / "out");
  options.has_pixels = false;
  const auto report = simulate(catalog(), options);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->rows, (std::map<std::string, std::int64_t>{{"calibration", 5}}));
}

}  // namespace
}  // namespace surgsigma
