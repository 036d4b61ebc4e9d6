#include "surgsigma/export/coco/coco_export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "surgsigma/base/hash.h"
#include "surgsigma/export/coco/coco_file.h"
#include "surgsigma/export/test_database.h"
#include "surgsigma/export/test_tables.h"
#include "surgsigma/media/clip_writer.h"
#include "surgsigma/media/picture_file.h"

namespace surgsigma {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

/// Source `pic` ships pictures, source `vid` a video.
class CocoExportTest : public ::testing::Test {
 protected:
  CocoExportTest() {
    for (const char* id : {"pic", "vid"}) {
      world_.add_source(id, {"attribution"});
      world_.inputs.push_back({id, (temporary_.path() / id).string(), "", 1, false});
      SourceCard card;
      card.id = SourceId(id);
      card.video_name = "{video}";
      Vocabulary objects;
      objects.id = "objects";
      card.vocabularies["objects"] = objects;
      catalog_.sources[card.id] = card;
    }
    world_.add_video("pic", "a", "pic:1", "train");
    world_.add_video("pic", "b", "pic:2", "test");
    world_.add_video("vid", "v", "vid:1", "train");
    for (VideoRow& video : world_.videos) video.unit = "b0";
    add_picture("pic/frames/a/25.jpg");
    add_picture("pic/frames/b/25.jpg");
    words_ = {{"pic/objects", SourceId("pic"), "anatomy", 0, 1, "ana.gallbladder", ConceptId("ana.gallbladder"),
               Match::kExact},
              {"pic/objects", SourceId("pic"), "anatomy", 1, 2, "ins.hook", ConceptId("ins.hook"), Match::kExact}};
    add("pic", "a", 25, "ins.hook");
    add("pic", "b", 25, "ana.gallbladder");
  }

  void add_picture(const std::string& name) {
    Image picture(64, 48, 3, 90);
    ASSERT_TRUE(write_file(temporary_.path() / name, *encode_jpeg(picture)).ok());
  }

  void add_video_file() {
    const fs::path path = temporary_.path() / "vid/videos/v.mp4";
    fs::create_directories(path.parent_path());
    auto writer = *ClipWriter::open(path, {64, 48});
    for (int i = 0; i < 30; ++i) ASSERT_TRUE(writer.add(Image(64, 48, 3, static_cast<std::uint8_t>(i * 8))).ok());
    ASSERT_TRUE(writer.close().ok());
  }

  Annotation& add(const std::string& source, const std::string& video, std::int64_t frame,
                  const std::string& concept_id) {
    Annotation row;
    row.video_id = VideoId(source + "/" + video);
    row.ordinal = static_cast<std::int64_t>(rows_[source].size());
    row.kind = AnnotationKind::kBox;
    row.begin_frame = frame;
    row.begin_us = frame * 40'000;
    row.end_us = row.begin_us + 40'000;
    row.vocabulary = "objects";
    row.labels = {concept_id};
    row.concepts = {ConceptId(concept_id)};
    row.instance = static_cast<std::int32_t>(row.ordinal);
    row.x1 = 4;
    row.y1 = 6;
    row.x2 = 24;
    row.y2 = 16;
    row.width = 64;
    row.height = 48;
    if (source == "pic") row.media = "frames/" + video + "/" + std::to_string(frame) + ".jpg";
    rows_[source].push_back(row);
    return rows_[source].back();
  }

  Result<ExportReport> run(ExportOptions options = {}, CocoSettings settings = {}) {
    const fs::path folder = temporary_.path() / ("db" + std::to_string(++runs_));
    world_.make(folder);
    for (auto& [source, rows] : rows_) {
      std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.video_id < b.video_id; });
      add_test_table(folder, source, rows);
    }
    add_test_table(folder, "pic", words_);
    add_test_table(folder, "pic", screenings_);
    add_test_table(folder, "pic", regions_);
    options.format = "coco";
    options.out = out();
    options.is_quiet = true;
    const auto database = Database::open(folder, Access::kRead);
    return export_coco(*database, catalog_, options, settings);
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
  std::map<std::string, std::vector<Annotation>> rows_;
  std::vector<VocabularyRow> words_;
  std::vector<ScreeningRow> screenings_;
  std::vector<RegionRow> regions_;
  int runs_ = 0;
};

TEST_F(CocoExportTest, OneFilePerPartWithPicturesThatAreThere) {
  const auto report = run();
  ASSERT_TRUE(report.ok()) << to_string(report.error());
  EXPECT_EQ(report->rows.at("train").at("images"), 1);
  EXPECT_EQ(report->rows.at("test").at("images"), 1);
  const Json train = json("annotations/instances_train.json");
  ASSERT_THAT(train["images"], SizeIs(1));
  const Json& image = train["images"][0];
  EXPECT_EQ(image["file_name"], "images/pic/a/00000025.jpg");
  EXPECT_EQ(image["width"], 64);
  EXPECT_EQ(image["fps_fraction"], "25/1");
  EXPECT_EQ(image["time_us"], 1'000'000);
  EXPECT_EQ(*read_file(out() / "images/pic/a/00000025.jpg"), *read_file(temporary_.path() / "pic/frames/a/25.jpg"));
  const Json& object = train["annotations"][0];
  EXPECT_EQ(object["bbox"], Json::array({4, 6, 20, 10}));
  EXPECT_EQ(object["area"], 200);
  EXPECT_EQ(object["record"], "pic/a#0");
  EXPECT_FALSE(object.contains("segmentation"));
  EXPECT_EQ(train["categories"], json("annotations/instances_test.json")["categories"]);
  EXPECT_EQ(train["categories"][0]["concept_id"], "ins.hook");
}

TEST_F(CocoExportTest, WhereOnlyAVideoIsReleasedThePictureIsCutFromIt) {
  add_video_file();
  add("vid", "v", 20, "ins.hook");
  add("vid", "v", 99, "ins.hook");  // behind the end
  const auto report = run();
  ASSERT_TRUE(report.ok()) << to_string(report.error());
  const auto picture = read_picture(out() / "images/vid/v/00000020.jpg");
  ASSERT_TRUE(picture.ok());
  EXPECT_EQ(picture->size(), (ImageSize{64, 48}));
  EXPECT_NEAR(*picture->at(30, 20), 160, 6);
  EXPECT_EQ(report->dropped.at("missing_picture").rows, 1);
  EXPECT_EQ(report->dropped.at("missing_picture").example, "vid/v@99");
}

TEST_F(CocoExportTest, APictureThatCannotBeHadIsCountedOrRefused) {
  add("pic", "a", 50, "ins.hook");
  ASSERT_TRUE(write_file(temporary_.path() / "pic/frames/a/75.jpg", "lost link").ok());
  add("pic", "a", 75, "ins.hook");
  const auto report = run();
  ASSERT_TRUE(report.ok()) << to_string(report.error());
  EXPECT_EQ(report->dropped.at("missing_picture").rows, 1);
  EXPECT_EQ(report->dropped.at("broken_picture").example, "pic/a@75");
  ExportOptions options;
  options.requires_media = true;
  const auto refused = run(options);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().where, "pic/a@50");
  EXPECT_FALSE(fs::exists(out()) || fs::exists(out().string() + ".writing"));
}

TEST_F(CocoExportTest, LabelsFollowTheTrueSizeOfThePicture) {
  Annotation& row = add("pic", "a", 25, "ins.grasper");
  row.width = 128;
  row.height = 96;
  const auto report = run();
  ASSERT_TRUE(report.ok()) << to_string(report.error());
  EXPECT_EQ(json("annotations/instances_train.json")["annotations"][1]["bbox"], Json::array({2, 3, 10, 5}));
  EXPECT_EQ(json("manifest.json")["objects_scaled_to_the_picture"], 1);
}

TEST_F(CocoExportTest, APictureWhoseObjectsAllFailIsNotWritten) {
  add_picture("pic/frames/a/50.jpg");
  Annotation& row = add("pic", "a", 50, "ins.hook");
  row.x1 = 400;
  row.x2 = 500;
  const auto report = run();
  ASSERT_TRUE(report.ok()) << to_string(report.error());
  EXPECT_EQ(report->dropped.at("box_outside_picture").example, "pic/a#2");
  EXPECT_EQ(report->dropped.at("image_without_usable_object").rows, 1);
  EXPECT_FALSE(fs::exists(out() / "images/pic/a/00000050.jpg"));
}

TEST_F(CocoExportTest, TheBytesDoNotDependOnTheNumberOfThreads) {
  add_video_file();
  for (int i = 0; i < 20; ++i) add("vid", "v", i, "ins.hook");
  ExportOptions options;
  options.jobs = 1;
  ASSERT_TRUE(run(options).ok());
  auto alone = tree();
  options.jobs = 4;
  ASSERT_TRUE(run(options).ok());
  EXPECT_EQ(tree(), alone);
}

TEST_F(CocoExportTest, ACapDrawsImages) {
  for (int i = 50; i < 500; i += 50) {
    add_picture("pic/frames/a/" + std::to_string(i) + ".jpg");
    add("pic", "a", i, "ins.hook");
  }
  ExportOptions options;
  options.cap = 3;
  const auto report = run(options);
  ASSERT_TRUE(report.ok()) << to_string(report.error());
  EXPECT_EQ(report->rows.at("train").at("images"), 3);
  EXPECT_EQ(report->over_cap, 7);
}

TEST_F(CocoExportTest, ClassesCanBeTheSourcesOwnWords) {
  const auto report = run({}, {ClassNames::kSource});
  ASSERT_TRUE(report.ok()) << to_string(report.error());
  const Json category = json("annotations/instances_train.json")["categories"][1];
  EXPECT_EQ(category["name"], "ins.hook");
  EXPECT_EQ(category["vocabulary"], "pic/objects");
  EXPECT_EQ(category["label_id"], 2);
}

TEST_F(CocoExportTest, NonsenseIsRefusedWithTheNearestName) {
  ExportOptions options;
  options.tasks = {"instrument_localisation"};
  auto refused = run(options);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().kind, ErrorKind::kUsage);
  EXPECT_THAT(refused.error().hint, HasSubstr("instrument_localization"));
  options = {};
  options.profile = "unit";
  EXPECT_EQ(run(options).error().kind, ErrorKind::kUsage);
}

TEST_F(CocoExportTest, PrivatePixelsLeaveOnlyScreenedAndWithWhatWasFoundHidden) {
  world_.sources[0].is_private = true;
  ExportOptions options;
  options.purpose = Purpose::kInternal;
  auto refused = run(options);
  ASSERT_FALSE(refused.ok()) << "nobody has looked for names";
  EXPECT_EQ(refused.error().kind, ErrorKind::kUsage);
  for (const char* video : {"pic/a", "pic/b"}) {
    ScreeningRow screening;
    screening.video_id = VideoId(video);
    screening.source_id = SourceId("pic");
    screening.state_hash = "state";
    screenings_.push_back(screening);
  }
  RegionRow name;
  name.video_id = VideoId("pic/a");
  name.region_id = "r1";
  name.kind = "text";
  name.end_us = 60 * kSecond;
  name.x1 = name.y1 = 0;
  name.x2 = 32;
  name.y2 = 16;
  name.width = 64;
  name.height = 48;
  name.hiding = "black";
  RegionRow outside = name;
  outside.video_id = VideoId("pic/b");
  outside.region_id = "r2";
  outside.x1 = outside.y1 = outside.x2 = outside.y2 = std::nullopt;
  regions_ = {name, outside};
  const auto report = run(options);
  ASSERT_TRUE(report.ok()) << to_string(report.error());
  const auto picture = read_picture(out() / "images/pic/a/00000025.jpg");
  ASSERT_TRUE(picture.ok());
  EXPECT_LT(*picture->at(8, 8), 20);
  EXPECT_NEAR(*picture->at(48, 40), 90, 6);
  EXPECT_EQ(report->dropped.at("hidden_picture").rows, 1);
  options.purpose = Purpose::kResearch;
  refused = run(options);
  ASSERT_FALSE(refused.ok()) << "nobody has approved them";
  EXPECT_EQ(refused.error().kind, ErrorKind::kUsage);
}

TEST(CocoFile, AFileThatReadsBackWrongIsNamed) {
  const TemporaryFolder folder;
  const std::string head =
      R"({"categories":[{"id":1,"name":"hook"}],"videos":[{"id":1}],"images":[{"id":1,"video_id":1,"file_name":"a.jpg","width":10,"height":10}],"annotations":[)";
  const auto check = [&](const std::string& annotation) {
    EXPECT_TRUE(write_file(folder.path() / "a.json", head + annotation + "]}").ok());
    const auto read = check_instances(folder.path() / "a.json");
    return read.ok() ? std::string() : read.error().what;
  };
  EXPECT_EQ(check(R"({"id":1,"image_id":1,"category_id":1,"bbox":[0,0,10,10],"area":100})"), "");
  EXPECT_THAT(check(R"({"id":1,"image_id":2,"category_id":1,"bbox":[0,0,10,10],"area":100})"), HasSubstr("no image"));
  EXPECT_THAT(check(R"({"id":1,"image_id":1,"category_id":2,"bbox":[0,0,10,10],"area":100})"),
              HasSubstr("no category"));
  EXPECT_THAT(check(R"({"id":1,"image_id":1,"category_id":1,"bbox":[1,0,10,10],"area":100})"), HasSubstr("inside"));
  EXPECT_THAT(check(R"({"id":1,"image_id":1,"category_id":1,"bbox":[0,0,10,10],"area":0})"), HasSubstr("no area"));
}

}  // namespace
}  // namespace surgsigma
