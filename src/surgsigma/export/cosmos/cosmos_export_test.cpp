#include "surgsigma/export/cosmos/cosmos_export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "surgsigma/base/hash.h"
#include "surgsigma/export/test_database.h"
#include "surgsigma/export/test_tables.h"
#include "surgsigma/media/clip_writer.h"
#include "surgsigma/media/picture_file.h"
#include "surgsigma/media/video.h"

namespace surgsigma {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

/// Source `vid` has a video of six seconds, source `pic` pictures with masks and depth maps of two seconds.
class CosmosExportTest : public ::testing::Test {
 protected:
  CosmosExportTest() {
    settings_.shape = {16, 128, 64, {8, 1}};
    for (const char* id : {"vid", "pic"}) {
      world_.add_source(id, {"attribution"});
      world_.inputs.push_back({id, (temporary_.path() / id).string(), "", 1, false});
    }
    world_.add_video("vid", "v", "vid:1", "train");
    world_.add_video("pic", "p", "pic:1", "test");
    for (VideoRow& video : world_.videos) video.unit = "b0";
    make_video();
    make_pictures();
    add_card("vid", {{"video", "videos/{video}.mp4", Json()}});
    add_card("pic", {{"frame", "frames/{video}/{index:d}.jpg", Json()},
                     {"mask", "masks/{video}/{index:d}.png", Json{{"vocabulary", "objects"}}},
                     {"depth", "depth/{video}/{index:d}.png", Json{{"unit", "mm"}}}});
    Annotation row;
    row.video_id = VideoId("vid/v");
    row.kind = AnnotationKind::kPhase;
    row.begin_us = 0;
    row.end_us = 3 * kSecond;
    row.labels = {"dissection"};
    row.concepts = {ConceptId("pha.dissection")};
    annotations_ = {row};
  }

  struct Entry {
    std::string role, pattern;
    Json with;
  };
  void add_card(const std::string& id, std::vector<Entry> entries) {
    SourceCard card;
    card.id = SourceId(id);
    card.video_name = "{video}";
    for (Entry& entry : entries) {
      LayoutEntry layout;
      layout.role = entry.role;
      layout.pattern = entry.pattern;
      layout.with = std::move(entry.with);
      card.layout.push_back(std::move(layout));
    }
    Vocabulary objects;
    objects.id = "objects";
    objects.labels = {{1, "gallbladder", ConceptId("ana.gallbladder")}, {2, "hook", ConceptId("ins.hook")}};
    card.vocabularies["objects"] = objects;
    catalog_.sources[card.id] = card;
  }

  void make_video() {
    const fs::path path = temporary_.path() / "vid/videos/v.mp4";
    fs::create_directories(path.parent_path());
    auto writer = *ClipWriter::open(path, {160, 64});
    for (int i = 0; i < 150; ++i) ASSERT_TRUE(writer.add(Image(160, 64, 3, static_cast<std::uint8_t>(40 + i))).ok());
    ASSERT_TRUE(writer.close().ok());
    MediumRow medium;
    medium.video_id = VideoId("vid/v");
    medium.path = "videos/v.mp4";
    medium.frames = 150;
    medium.width = 160;
    medium.height = 64;
    medium.frame_rate_num = 25;
    medium.is_constant_rate = true;
    medium.duration_us = 6 * kSecond;
    medium.codec = "h264";
    media_["vid"] = {medium};
  }

  void make_pictures() {
    for (int i = 0; i < 50; ++i) {
      const std::string name = "p/" + std::to_string(i);
      Image ids(160, 64, 1, 1);
      for (int y = 20; y < 40; ++y) std::fill(ids.row(y) + 60, ids.row(y) + 90, std::uint8_t{2});
      DepthPicture depth(160, 64, 1);
      for (std::size_t k = 0; k < depth.values.size(); ++k) depth.values[k] = static_cast<std::uint16_t>(100 + k % 160);
      const fs::path root = temporary_.path() / "pic";
      ASSERT_TRUE(write_file(root / ("frames/" + name + ".jpg"), *encode_jpeg(Image(160, 64, 3, 120))).ok());
      ASSERT_TRUE(write_file(root / ("masks/" + name + ".png"), *encode_png(ids)).ok());
      ASSERT_TRUE(write_file(root / ("depth/" + name + ".png"), *encode_png16(depth)).ok());
    }
    MediumRow medium;
    medium.video_id = VideoId("pic/p");
    medium.path = "frames/p";
    medium.frames = 50;
    medium.codec = "pictures";
    medium.frame_rate_num = 25;
    medium.duration_us = 2 * kSecond;
    media_["pic"] = {medium};
  }

  Result<ExportReport> run(ExportOptions options = {}) {
    const fs::path folder = temporary_.path() / ("db" + std::to_string(++runs_));
    world_.make(folder);
    for (const auto& [source, rows] : media_) add_test_table(folder, source, rows);
    add_test_table(folder, "vid", annotations_);
    add_test_table(folder, "vid", marks_);
    options.format = "cosmos";
    options.out = out();
    options.is_quiet = true;
    const auto database = Database::open(folder, Access::kRead);
    return export_cosmos(*database, catalog_, options, settings_);
  }

  fs::path out() const { return temporary_.path() / ("out" + std::to_string(runs_)); }
  Json json(const std::string& file) const { return *parse_json(*read_file(out() / file), file); }
  std::vector<std::string> tree() const {
    std::vector<std::string> files;
    const FileTree found = *list_tree(out());
    for (const FoundFile& file : found.files) files.push_back(file.path + " " + *file_sha256(out() / file.path));
    return files;
  }

  TestDatabase world_;
  TemporaryFolder temporary_;
  Catalog catalog_ = small_catalog();
  CosmosSettings settings_;
  std::map<std::string, std::vector<MediumRow>> media_;
  std::vector<Annotation> annotations_;
  std::vector<MarkRow> marks_;
  int runs_ = 0;
};

TEST_F(CosmosExportTest, ClipsCaptionsAndControlsStandBesideEachOther) {
  const auto report = run();
  ASSERT_TRUE(report.ok()) << to_string(report.error());
  const Json train = json("manifests/train.json");
  ASSERT_THAT(train["training"], SizeIs(3));
  const std::string first = train["training"][0]["video"];
  const std::string stem = first.substr(0, first.size() - 4);
  for (const char* kind : {".mp4", ".blur.mp4"}) {
    const auto video = Video::open(out() / (stem + kind));
    ASSERT_TRUE(video.ok()) << to_string(video.error());
    EXPECT_EQ(video->info().frames, 16);
    EXPECT_EQ(video->info().size, (ImageSize{128, 64}));
    EXPECT_EQ(video->info().constant_rate, (FrameRate{8, 1}));
  }
  EXPECT_FALSE(fs::exists(out() / (stem + ".seg.mp4"))) << "no mask was shipped, none is made up";
  const Json about = json(stem + ".json");
  EXPECT_EQ(about["controls"], Json::array({"blur"}));
  EXPECT_EQ(about["caption_json"]["segments"][0]["phase"], "dissection");
  EXPECT_FALSE(about["caption_json"].contains("lighting"));
  EXPECT_EQ(about["caption_origin"], "template");
  EXPECT_EQ(about["records"], Json::array({"vid/v#0"}));
  EXPECT_EQ(json("manifest.json")["clips_with_control"]["blur"], 4);
}

TEST_F(CosmosExportTest, MasksAndDepthMapsOfEveryFrameBecomeControls) {
  ASSERT_TRUE(run().ok());
  const std::string path = json("manifests/test.json")["test"][0]["video"];
  const std::string stem = path.substr(0, path.size() - 4);
  const Json about = json(stem + ".json");
  EXPECT_EQ(about["controls"], Json::array({"blur", "depth", "seg"}));
  EXPECT_EQ(about["seg"]["colours"].size(), 2U);
  auto seg = *Video::open(out() / (stem + ".seg.mp4"));
  VideoFrame frame;
  ASSERT_TRUE(*seg.next(frame));
  EXPECT_NE(*frame.image.at(60, 30), *frame.image.at(5, 5));
  auto depth = *Video::open(out() / (stem + ".depth.mp4"));
  ASSERT_TRUE(*depth.next(frame));
  EXPECT_GT(*frame.image.at(4, 30), 200) << "near is bright";
  EXPECT_LT(*frame.image.at(124, 30), 60);
}

TEST_F(CosmosExportTest, AControlWithAHoleIsAbsent) {
  fs::remove(temporary_.path() / "pic/masks/p/20.png");
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(write_file(temporary_.path() / ("pic/depth/p/" + std::to_string(i) + ".png"), "no picture").ok());
  }
  settings_.clips_per_video = 1;
  const auto report = run();
  ASSERT_TRUE(report.ok()) << to_string(report.error());
  const std::string path = json("manifests/test.json")["test"][0]["video"];
  EXPECT_EQ(json(path.substr(0, path.size() - 4) + ".json")["controls"], Json::array({"blur"}));
  EXPECT_EQ(report->dropped.at("unusable_depth").rows, 1);
}

TEST_F(CosmosExportTest, MarksAndMissingVideosKeepClipsOut) {
  MarkRow mark;
  mark.video_id = VideoId("vid/v");
  mark.begin_us = kSecond;
  mark.end_us = 5 * kSecond;
  mark.reason = "black";
  marks_ = {mark};
  fs::remove_all(temporary_.path() / "pic/frames");
  auto refused = run();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().kind, ErrorKind::kData);
  EXPECT_THAT(refused.error().what, ::testing::HasSubstr("no_stretch_long_enough"));
  EXPECT_THAT(refused.error().what, ::testing::HasSubstr("missing_video"));
  marks_[0].reason = "smoky";
  EXPECT_TRUE(run().ok()) << "smoke is no reason";
}

TEST_F(CosmosExportTest, ASmallPictureIsNotEnlarged) {
  settings_.shape.width = 256;
  settings_.shape.height = 128;
  const auto refused = run();
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().what, ::testing::HasSubstr("smaller_than_clip"));
}

TEST_F(CosmosExportTest, TheBytesDoNotDependOnTheNumberOfThreads) {
  ExportOptions options;
  options.jobs = 1;
  ASSERT_TRUE(run(options).ok());
  const auto alone = tree();
  options.jobs = 3;
  ASSERT_TRUE(run(options).ok());
  EXPECT_EQ(tree(), alone);
}

TEST_F(CosmosExportTest, WithinActionsNothingElseIsShown) {
  settings_.within_actions = true;
  const auto report = run();
  ASSERT_TRUE(report.ok()) << to_string(report.error());
  EXPECT_EQ(report->rows_total, 1);
  EXPECT_EQ(report->dropped.at("no_labelled_action").example, "pic/p");
}

TEST(ClipSize, NonsenseIsRefused) {
  EXPECT_EQ(*parse_clip_size("832x480"), (ImageSize{832, 480}));
  for (const char* text : {"832", "832x", "x480", "0x480", "832x480x3", "99999x10", "832*480"}) {
    EXPECT_EQ(parse_clip_size(text).error().kind, ErrorKind::kUsage) << text;
  }
}

}  // namespace
}  // namespace surgsigma
