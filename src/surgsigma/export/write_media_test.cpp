#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "surgsigma/base/hash.h"
#include "surgsigma/base/json.h"
#include "surgsigma/base/text.h"
#include "surgsigma/export/export.h"
#include "surgsigma/export/media_test_world.h"
#include "surgsigma/export/test_database.h"

namespace surgsigma {
namespace {

using namespace testing_media;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr Microseconds kFrame = 40'000;  // at 25 frames a second

/// cholec80 with one video of 100 frames; openset ships pictures, one a second.
class WriteMedia : public ::testing::Test {
 protected:
  void SetUp() override {
    made_.add_source("cholec80", {"attribution"});
    made_.add_source("openset", {"attribution"});
    made_.add_video("cholec80", "video01", "camma:1", "train");
    made_.add_video("openset", "VID01", "open:1", "train");
    made_.videos[1].media.clear();
    made_.videos[1].frame_rate_num = 1;
    SourceCard card;
    card.id = SourceId("openset");
    card.video_name = "VID{video:02}";
    card.frame_media = "pictures/VID{video:02}/{index:06}.png";
    catalog_.sources[card.id] = card;
    write_video(root() / "cholec80/videos/video01.mp4", 100);
  }

  fs::path root() const { return temporary_.path() / "root"; }
  fs::path out() const { return temporary_.path() / ("out" + std::to_string(runs_)); }

  ConversationRow& frame(std::int64_t index, const std::string& answer = "Clipping.") {
    ConversationRow& row = made_.add("cholec80", "b0", "video01", "phase_recognition", {"Which phase?", answer});
    row.begin_us = row.end_us = index * kFrame;
    row.media = {"videos/video01.mp4"};
    row.width = kSize.width;
    row.height = kSize.height;
    return row;
  }
  ConversationRow& clip(std::int64_t first, std::int64_t end) {
    ConversationRow& row = made_.add("cholec80", "b0", "video01", "action_recognition", {"Which action?", "Cutting."});
    row.subject = Subject::kClip;
    row.begin_us = first * kFrame;
    row.end_us = end * kFrame;
    row.media = {"videos/video01.mp4"};
    return row;
  }
  ConversationRow& shipped(std::int64_t second) {
    ConversationRow& row = made_.add("openset", "b0", "VID01", "phase_recognition", {"Which phase?", "Clipping."});
    row.begin_us = row.end_us = second * kSecond;
    const std::string digits = std::to_string(second);
    row.media = {"pictures/VID01/" + std::string(6 - digits.size(), '0') + digits + ".png"};
    return row;
  }
  fs::path picture(std::int64_t second) const {
    const std::string digits = std::to_string(second);
    return root() / "openset/pictures/VID01" / (std::string(6 - digits.size(), '0') + digits + ".png");
  }

  ExportOptions wishes(const std::string& format = "llava") const {
    ExportOptions options;
    options.format = format;
    options.media.is_wanted = true;
    return options;
  }
  Result<ExportReport> run(ExportOptions options) {
    const fs::path folder = temporary_.path() / ("db" + std::to_string(++runs_));
    made_.make(folder);
    if (!screened_.empty()) screen(folder);
    const Database database = *Database::open(folder, Access::kRead);
    options.out = out();
    options.is_quiet = true;
    options.media_root = root();
    return export_conversations(database, catalog_, options);
  }
  template <class Row>
  static void add_rows(const fs::path& folder, Manifest& manifest, const std::vector<Row>& rows) {
    Partition partition{std::string(Row::kTable),
                        "screen",
                        "own",
                        "u",
                        "00",
                        partition_file(Row::kTable, "own", "u", "00"),
                        static_cast<std::int64_t>(rows.size()),
                        0};
    fs::create_directories((folder / partition.file).parent_path());
    TableWriter<Row> writer(*Engine::open(1), folder / partition.file);
    for (const Row& row : rows) writer.append(row);
    ASSERT_TRUE(writer.finish().ok());
    manifest.partitions.push_back(partition);
  }
  /// As `surgsigma build` and `surgsigma screen --approve` would have left it.
  void screen(const fs::path& folder) {
    auto database = *Database::open(folder, Access::kWrite);
    Manifest manifest = database.manifest();
    manifest.name_key = "a secret";
    ScreeningRow screening;
    screening.video_id = VideoId(screened_);
    screening.source_id = SourceId("own");
    screening.state_hash = "state";
    add_rows<ScreeningRow>(folder, manifest, {screening});
    add_rows<RegionRow>(folder, manifest, regions_);
    ScreeningDecision decision;
    decision.video = screened_;
    decision.verdict = "approve";
    decision.state = "state";
    decision.by = "A. Smith";
    manifest.screening.push_back(decision);
    ASSERT_TRUE(database.commit(manifest).ok());
  }
  std::string text(const std::string& file) const {
    const auto bytes = read_file(out() / file);
    return bytes.ok() ? *bytes : to_string(bytes.error());
  }
  std::vector<Json> rows(const std::string& file) const {
    std::vector<Json> all;
    const std::string bytes = text(file);
    for (const std::string_view line : split(bytes, '\n')) {
      if (!line.empty()) all.push_back(*parse_json(line, file));
    }
    return all;
  }
  Json manifest() const { return *parse_json(text("manifest.json"), "manifest"); }
  /// Files below media/, relative to the export.
  std::set<std::string> media_files() const {
    std::set<std::string> files;
    const auto tree = list_tree(out() / "media");
    if (!tree.ok()) return files;
    for (const FoundFile& file : tree->files) files.insert("media/" + file.path);
    return files;
  }
  /// Columns of the line of media.tsv that names a file.
  std::vector<std::string> line_of(const std::string& name) const {
    const std::string bytes = text("media.tsv");
    for (const std::string_view line : split(bytes, '\n')) {
      if (!line.starts_with(name)) continue;
      std::vector<std::string> columns;
      for (const std::string_view column : split(line, '\t')) columns.emplace_back(column);
      return columns;
    }
    return {};
  }

  TemporaryFolder temporary_;
  TestDatabase made_;
  std::string screened_;            ///< a private recording that was screened and approved
  std::vector<RegionRow> regions_;  ///< what is hidden of it
  Catalog catalog_;
  int runs_ = 0;
};

TEST_F(WriteMedia, FramesAreThoseOfTheirIndex) {
  for (const std::int64_t index : {99, 0, 37, 38}) frame(index);
  const auto report = run(wishes());
  ASSERT_TRUE(report.ok()) << to_string(report.error());
  std::vector<std::int64_t> seen;
  for (const Json& row : rows("train.jsonl")) seen.push_back(index_in(out() / row["image"].get<std::string>()));
  EXPECT_THAT(seen, ElementsAre(99, 0, 37, 38));
  EXPECT_EQ(report->written_pictures, 4);
  EXPECT_EQ(report->missing_media, 0);
  const std::string name = rows("train.jsonl")[2]["image"];
  EXPECT_THAT(line_of(name),
              ElementsAre(name, "written", "cholec80/video01", "cholec80/videos/video01.mp4", "1480000", "1480000",
                          "37", "38", "160", "96", std::to_string(fs::file_size(out() / name)), "", "1"));
}

TEST_F(WriteMedia, NamesTellTheContentAndNothingElse) {
  frame(3);
  ASSERT_TRUE(run(wishes()).ok());
  for (const std::string& name : media_files()) {
    const std::string hash = hex64(*file_hash(out() / name));
    EXPECT_EQ(name, "media/" + hash.substr(0, 2) + "/" + hash + ".jpg");
  }
  EXPECT_EQ(media_files().size(), 1U);
}

TEST_F(WriteMedia, AClipHasItsFramesAndNoneBeyond) {
  clip(10, 35);
  clip(0, 100);
  const auto report = run(wishes());
  ASSERT_TRUE(report.ok()) << to_string(report.error());
  const std::string name = rows("train.jsonl")[0]["video"];
  const auto seen = indices_in(out() / name);
  ASSERT_EQ(seen.size(), 25U);
  for (std::size_t i = 0; i < seen.size(); ++i) EXPECT_EQ(seen[i], static_cast<std::int64_t>(10 + i));
  const auto video = Video::open(out() / name);
  EXPECT_EQ(video->info().constant_rate, (FrameRate{25, 1}));
  EXPECT_EQ(video->info().codec, "h264");
  EXPECT_FALSE(video->info().has_sound);
  EXPECT_FALSE(video->info().has_metadata);
  const auto line = line_of(name);
  ASSERT_EQ(line.size(), 13U);
  EXPECT_EQ(line[4] + "-" + line[5], "400000-1400000");
  EXPECT_EQ(line[6] + "-" + line[7], "10-35");
  EXPECT_EQ(line[11], "25");
  EXPECT_EQ(line[12], "25");
  const std::string whole = rows("train.jsonl")[1]["video"];
  EXPECT_EQ(indices_in(out() / whole).size(), 100U);
  EXPECT_EQ(report->written_clips, 2);
}

TEST_F(WriteMedia, ALowerRateTakesEveryFewFramesAndSaysSo) {
  clip(10, 35);
  ExportOptions options = wishes();
  options.media.clip_rate = FrameRate{5, 1};
  ASSERT_TRUE(run(options).ok());
  const std::string name = rows("train.jsonl")[0]["video"];
  EXPECT_THAT(indices_in(out() / name), ElementsAre(10, 15, 20, 25, 30));
  EXPECT_EQ(line_of(name)[11], "5");
  EXPECT_EQ(manifest()["media"]["written"]["clip_rates"], (Json{{"5", 1}}));
  EXPECT_THAT(text("README.md"), HasSubstr("5 (1)"));
  options.media.clip_rate = FrameRate{50, 1};
  ASSERT_TRUE(run(options).ok());
  EXPECT_EQ(manifest()["media"]["written"]["clip_rates"], (Json{{"25", 1}})) << "no frame is made up";
}

TEST_F(WriteMedia, AClipAsAListIsForFormatsWhoseLoaderTakesIt) {
  clip(10, 35);
  clip(15, 40);
  ExportOptions options = wishes("swift");
  options.media.clips = ClipForm::kFrames;
  options.media.clip_rate = FrameRate{5, 1};
  const auto report = run(options);
  ASSERT_TRUE(report.ok()) << to_string(report.error());
  const Json videos = rows("train-video.jsonl")[0]["videos"];
  ASSERT_EQ(videos.size(), 1U);
  std::vector<std::int64_t> seen;
  for (const Json& name : videos[0]) seen.push_back(index_in(out() / name.get<std::string>()));
  EXPECT_THAT(seen, ElementsAre(10, 15, 20, 25, 30));
  EXPECT_EQ(media_files().size(), 6U) << "clips that overlap share pictures";
  const auto line = line_of(videos[0][1]);
  EXPECT_EQ(line[4] + "-" + line[5], "600000-800000");
  EXPECT_EQ(line[11], "5");
  options = wishes("llava");
  options.media.clips = ClipForm::kFrames;
  const auto refused = run(options);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().kind, ErrorKind::kUsage);
  EXPECT_THAT(refused.error().hint, HasSubstr("swift and swift-grpo"));
}

TEST_F(WriteMedia, AShippedPictureIsLinkedAndEqualOnesAreOneFile) {
  for (const std::int64_t second : {0, 1, 2}) {
    write_picture(picture(second), coded_frame(second == 2 ? 1 : second));
    shipped(second);
  }
  ASSERT_TRUE(run(wishes()).ok());
  const auto all = rows("train.jsonl");
  EXPECT_EQ(all[1]["image"], all[2]["image"]);
  EXPECT_EQ(media_files().size(), 2U);
  EXPECT_EQ(index_in(out() / all[0]["image"].get<std::string>()), 0);
  EXPECT_TRUE(fs::equivalent(out() / all[0]["image"].get<std::string>(), picture(0))) << "a hard link";
  EXPECT_EQ(line_of(all[0]["image"])[1], "linked");
  EXPECT_EQ(manifest()["media"]["files"], 3);
  EXPECT_EQ(manifest()["media"]["written"]["unchanged_files"], 2);
}

TEST_F(WriteMedia, AShippedPictureIsMadeAnewForAnotherFormatOrSizeOrItsMetadata) {
  write_picture(picture(5), coded_frame(5));
  shipped(5);
  ExportOptions options = wishes();
  options.media.format = PictureFormat::kJpeg;
  ASSERT_TRUE(run(options).ok());
  EXPECT_THAT(rows("train.jsonl")[0]["image"].get<std::string>(), ::testing::EndsWith(".jpg"));
  options = wishes();
  options.media.long_side = 80;
  ASSERT_TRUE(run(options).ok());
  const std::string small = rows("train.jsonl")[0]["image"];
  EXPECT_EQ(read_picture(out() / small)->size(), (ImageSize{80, 48}));
  EXPECT_EQ(index_in(out() / small), 5);
  // A text of the shipping hospital in the file: the pixels stay, the text goes.
  std::string bytes = *read_file(picture(5));
  const std::string chunk("\0\0\0\x0dtEXtAuthor\0Secret\xDE\xAD\xBE\xEF", 25);
  bytes.insert(33, chunk);  // behind signature and header
  ASSERT_TRUE(write_file(picture(5), bytes).ok());
  ASSERT_TRUE(run(wishes()).ok());
  const std::string clean = rows("train.jsonl")[0]["image"];
  EXPECT_THAT(text(clean), Not(HasSubstr("Secret")));
  EXPECT_EQ(index_in(out() / clean), 5);
  EXPECT_EQ(line_of(clean)[1], "written");
}

TEST_F(WriteMedia, AClipOfASourceThatShipsPicturesIsMadeOfThemAtTheirRate) {
  for (std::int64_t second = 0; second < 8; ++second) write_picture(picture(second), coded_frame(second));
  auto& row = made_.add("openset", "b0", "VID01", "action_recognition", {"Which action?", "Cutting."});
  row.subject = Subject::kClip;
  row.begin_us = 2 * kSecond;
  row.end_us = 7 * kSecond;
  row.media.clear();
  const auto report = run(wishes());
  ASSERT_TRUE(report.ok()) << to_string(report.error());
  const std::string name = rows("train.jsonl")[0]["video"];
  EXPECT_THAT(indices_in(out() / name), ElementsAre(2, 3, 4, 5, 6));
  EXPECT_EQ(Video::open(out() / name)->info().constant_rate, (FrameRate{1, 1}));
  EXPECT_EQ(line_of(name)[3], "openset/pictures/VID01/{index}.png");
  fs::remove(picture(4));
  frame(1);
  ASSERT_TRUE(run(wishes()).ok());
  EXPECT_THAT(text("unwritten-media.tsv"), HasSubstr("unreadable\topenset/VID01\tthe picture of frame 4 is missing"));
}

TEST_F(WriteMedia, BoxesHitWhatTheyHitBefore) {
  Image image(1000, 500, 3, 20);
  const Box box{600, 100, 700, 300};
  for (int y = 100; y < 300; ++y) {
    for (int x = 600; x < 700; ++x) image.at(x, y)[0] = 250;
  }
  write_picture(picture(0), image);
  ConversationRow& row = shipped(0);
  row.turns = {"Locate the hook.", "{box:0}"};
  row.boxes = {box.x1, box.y1, box.x2, box.y2};
  row.box_labels = {"hook"};
  row.width = 1000;
  row.height = 500;
  ExportOptions options = wishes("swift");
  options.media.long_side = 250;
  ASSERT_TRUE(run(options).ok());
  const Json written = rows("train-image-boxes.jsonl")[0];
  const Json corners = written["objects"]["bbox"][0];
  EXPECT_EQ(corners, (Json{150, 25, 175, 75}));
  const Image small = *read_picture(out() / written["images"][0].get<std::string>());
  EXPECT_EQ(small.size(), (ImageSize{250, 125}));
  EXPECT_GT(*small.at(corners[0], corners[1]), 200) << "the first pixel of the box is red";
  EXPECT_GT(*small.at(corners[2].get<int>() - 1, corners[3].get<int>() - 1), 200);
  EXPECT_LT(*small.at(corners[0].get<int>() - 1, corners[1]), 100) << "the one before it is not";
  EXPECT_LT(*small.at(corners[2], corners[3]), 100);
  options.format = "llava";
  ASSERT_TRUE(run(options).ok());
  EXPECT_EQ(rows("train.jsonl")[0]["conversations"][1]["value"], "[150, 25, 175, 75]");
  options.profile = "permille";
  ASSERT_TRUE(run(options).ok());
  EXPECT_EQ(rows("train.jsonl")[0]["conversations"][1]["value"], "[600, 200, 700, 600]");
  EXPECT_EQ(manifest()["media"]["written"]["rows_with_scaled_boxes"], 0);
}

TEST_F(WriteMedia, BoxesFollowAPictureOfAnotherSizeThanTheLabels) {
  ConversationRow& row = frame(7, "{box:0}");
  row.boxes = {320, 96, 640, 192};
  row.box_labels = {"hook"};
  row.width = 640;
  row.height = 384;
  ConversationRow& unknown = frame(8, "{box:0}");
  unknown.boxes = {80, 24, 160, 48};
  unknown.box_labels = {"hook"};
  unknown.width.reset();
  unknown.height.reset();
  ExportOptions options = wishes();
  ASSERT_TRUE(run(options).ok());
  EXPECT_EQ(rows("train.jsonl")[0]["conversations"][1]["value"], "[80, 24, 160, 48]");
  EXPECT_EQ(manifest()["media"]["written"]["rows_with_scaled_boxes"], 1);
  options.profile = "unit";
  ASSERT_TRUE(run(options).ok());
  EXPECT_EQ(rows("train.jsonl")[0]["conversations"][1]["value"], "[0.500, 0.250, 1.000, 0.500]");
  EXPECT_EQ(rows("train.jsonl")[1]["conversations"][1]["value"], "[0.500, 0.250, 1.000, 0.500]")
      << "a size that the labels do not tell is that of the picture";
}

TEST_F(WriteMedia, RowsWhosePictureCannotBeHadStayOutAndAreListed) {
  frame(5);
  frame(100);
  clip(90, 101);
  shipped(0);
  made_.add_video("cholec80", "video02", "camma:2", "train");
  ASSERT_TRUE(write_file(root() / "cholec80/videos/video02.mp4", "no video at all").ok());
  auto& broken = made_.add("cholec80", "b0", "video02", "phase_recognition", {"Which phase?", "Clipping."});
  broken.media = {"videos/video02.mp4"};
  const auto report = run(wishes());
  ASSERT_TRUE(report.ok()) << to_string(report.error());
  EXPECT_EQ(report->rows_total, 1);
  EXPECT_EQ(report->dropped.at("unreadable_media"), (DroppedRows{3, "id2"}));
  EXPECT_EQ(report->dropped.at("missing_media"), (DroppedRows{1, "id4"}));
  EXPECT_EQ(report->unwritten_media, 4);
  const std::string list = text("unwritten-media.tsv");
  EXPECT_THAT(
      list, HasSubstr("cholec80/frames/video01/00000100.jpg\tunreadable\tcholec80/video01\tframe 100 is beyond the end "
                      "of the video, which has 100 frames\n"));
  EXPECT_THAT(list,
              HasSubstr("cholec80/clips/video01/3600-4040.mp4\tunreadable\tcholec80/video01\tthe clip reaches to frame "
                        "100, the video has 100\n"));
  EXPECT_THAT(list, HasSubstr("openset/pictures/VID01/000000.png\tmissing\topenset/VID01\t"));
  EXPECT_THAT(list, HasSubstr("cholec80/video02\tthe video cannot be read: "));
  EXPECT_THAT(list, Not(HasSubstr(temporary_.path().string()))) << "no place of this machine";
  EXPECT_EQ(media_files().size(), 1U);
  ExportOptions options = wishes();
  options.requires_media = true;
  const auto refused = run(options);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(refused.error().what, "4 pictures and clips cannot be written");
  EXPECT_FALSE(fs::exists(out()));
}

TEST_F(WriteMedia, WhatNoWrittenRowShowsIsNotWritten) {
  frame(5);
  frame(6, "Preparation.<|im_end|>");
  ASSERT_TRUE(run(wishes()).ok());
  EXPECT_EQ(media_files().size(), 1U);
  EXPECT_EQ(index_in(out() / rows("train.jsonl")[0]["image"].get<std::string>()), 5);
}

TEST_F(WriteMedia, OneFrameOfManyRowsIsOneFile) {
  frame(5);
  frame(5, "Dissection.");
  const auto report = run(wishes());
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(rows("train.jsonl").size(), 2U);
  EXPECT_EQ(manifest()["media"]["files"], 1);
  EXPECT_EQ(media_files().size(), 1U);
}

TEST_F(WriteMedia, AnotherRateThanTheLabelsIsSaidAndNothingIsShifted) {
  write_video(root() / "cholec80/videos/video01.mp4", 100, {30, 1});
  frame(50);
  clip(30, 60);
  const auto report = run(wishes());
  ASSERT_TRUE(report.ok()) << to_string(report.error());
  EXPECT_EQ(index_in(out() / rows("train.jsonl")[1]["image"].get<std::string>()), 50);
  const std::string name = rows("train.jsonl")[0]["video"];
  EXPECT_EQ(indices_in(out() / name).front(), 30);
  EXPECT_EQ(line_of(name)[4] + "-" + line_of(name)[5], "1000000-2000000") << "time stamps of the file";
  EXPECT_EQ(manifest()["media"]["written"]["rate_differs"]["cholec80/video01"],
            (Json{{"labels", "25"}, {"file", "30"}}));
  EXPECT_THAT(report->remarks, ::testing::Contains(HasSubstr("cholec80/video01 runs at 30 frames a second")));
}

TEST_F(WriteMedia, ACopyAtAnotherRateGivesNoPictures) {
  write_video(root() / "cholec80/videos/video01.mp4", 200, {50, 1});
  made_.videos[0].frames = 100;
  frame(50);
  write_picture(picture(0), coded_frame(0));
  shipped(0);
  ASSERT_TRUE(run(wishes()).ok());
  EXPECT_THAT(text("unwritten-media.tsv"),
              HasSubstr("the video is a copy at 50 frames a second of what the labels count at 25"));
  write_video(root() / "cholec80/videos/video01.mp4", 101, {50, 1});
  ASSERT_TRUE(run(wishes()).ok());
  EXPECT_EQ(rows("train.jsonl").size(), 2U) << "a wrong rate in the header: the frames are those of the labels";
}

TEST_F(WriteMedia, NothingDependsOnTheNumberOfThreads) {
  for (std::int64_t i = 0; i < 100; i += 3) frame(i);
  for (std::int64_t i = 0; i < 40; i += 2) clip(i, i + 50);
  for (std::int64_t second = 0; second < 150; ++second) {
    write_picture(picture(second), coded_frame(second));
    shipped(second);
  }
  shipped(151);
  std::vector<std::string> one;
  for (const int jobs : {1, 4}) {
    ExportOptions options = wishes();
    options.jobs = jobs;
    options.media.long_side = 100;
    ASSERT_TRUE(run(options).ok());
    std::vector<std::string> all;
    const FileTree tree = *list_tree(out());
    for (const FoundFile& file : tree.files) all.push_back(file.path + ":" + *file_sha256(out() / file.path));
    if (one.empty()) one = all;
    EXPECT_EQ(all, one) << jobs << " threads";
  }
}

TEST_F(WriteMedia, HfEmbedsTheWrittenBytes) {
  frame(9);
  ExportOptions options = wishes("hf");
  options.media.long_side = 80;
  options.media.format = PictureFormat::kWebp;
  const auto report = run(options);
  ASSERT_TRUE(report.ok()) << to_string(report.error());
  auto engine = *Engine::open(1);
  const auto table = engine->query("SELECT sg_media[1], images[1].path, base64(images[1].bytes) FROM read_parquet(" +
                                   sql_quoted((out() / report->files[0]).string()) + ")");
  ASSERT_TRUE(table.ok()) << to_string(table.error());
  const std::string name = *table->rows[0][0];
  EXPECT_EQ("media/" + name.substr(6, 2) + "/" + *table->rows[0][1], name);
  EXPECT_EQ(read_picture(out() / name)->size(), (ImageSize{80, 48}));
  const auto embedded =
      engine->query("SELECT base64(content) FROM read_blob(" + sql_quoted((out() / name).string()) + ")");
  EXPECT_EQ(embedded->rows[0][0], table->rows[0][2]);
}

TEST_F(WriteMedia, AbsolutePathsPointIntoTheFinishedFolder) {
  frame(9);
  ExportOptions options = wishes();
  options.has_absolute_media = true;
  ASSERT_TRUE(run(options).ok());
  const std::string name = rows("train.jsonl")[0]["image"];
  EXPECT_TRUE(name.starts_with(out().string() + "/media/"));
  EXPECT_EQ(index_in(name), 9);
}

TEST_F(WriteMedia, WishesWithoutSenseAreRefused) {
  frame(9);
  const auto problem = [&](auto&& change) {
    ExportOptions options = wishes();
    change(options.media);
    const auto report = run(options);
    return report.ok() ? std::string("done") : report.error().what;
  };
  EXPECT_EQ(problem([](MediaWriting& m) { m = {.long_side = 448}; }),
            "formats, sizes and rates of pictures and clips need media that are written");
  EXPECT_EQ(problem([](MediaWriting& m) { m.long_side = 0; }), "no long side of 0 pixels");
  EXPECT_EQ(problem([](MediaWriting& m) { m.pixel_budget = -1; }), "no picture of -1 pixels");
  EXPECT_EQ(problem([](MediaWriting& m) { m.quality = 101; }), "no picture quality 101");
  EXPECT_EQ(problem([](MediaWriting& m) {
              m.quality = 50;
              m.format = PictureFormat::kPng;
            }),
            "PNG keeps every pixel, so it has no quality");
}

TEST_F(WriteMedia, AFrameThatLiesReadyUnderTheMediaRootIsTakenWhereTheVideoIsNot) {
  frame(9);
  fs::remove(root() / "cholec80/videos/video01.mp4");
  write_picture(root() / "cholec80/frames/video01/00000009.jpg", coded_frame(9));
  ASSERT_TRUE(run(wishes()).ok());
  EXPECT_EQ(index_in(out() / rows("train.jsonl")[0]["image"].get<std::string>()), 9);
}

TEST_F(WriteMedia, PrivatePixelsAreHiddenBeforeTheyAreMadeSmallerAndNamesDoNotLeave) {
  made_.add_source("own", {"no_redistribution"});
  made_.sources.back().is_private = true;
  made_.add_video("own", "Jane_Doe", "own:Jane_Doe", "train");
  write_video(root() / "own/videos/Jane_Doe.mp4", 50);
  const auto add = [&](std::int64_t first, std::int64_t end) {
    auto& row = made_.add("own", "b0", "Jane_Doe", "phase_recognition", {"Which phase?", "Clipping."});
    row.begin_us = first * kFrame;
    row.end_us = end * kFrame;
    row.media = {"videos/Jane_Doe.mp4"};
    if (end > first) row.subject = Subject::kClip;
  };
  add(23, 23);
  add(40, 40);  // all of it is hidden
  add(60, 60);  // beyond the end
  add(20, 45);
  add(36, 44);  // only hidden frames
  RegionRow text_row, outside;
  text_row.video_id = outside.video_id = VideoId("own/Jane_Doe");
  text_row.region_id = "r1";
  text_row.kind = "text";
  text_row.end_us = 100 * kSecond;
  text_row.x1 = 0;
  text_row.y1 = 72;
  text_row.x2 = 80;
  text_row.y2 = 96;
  text_row.width = kSize.width;
  text_row.height = kSize.height;
  outside.region_id = "r2";
  outside.kind = "out_of_body";
  outside.begin_us = 35 * kFrame;
  outside.end_us = 45 * kFrame;
  text_row.hiding = outside.hiding = "black";
  regions_ = {text_row, outside};

  const auto unscreened = run(wishes("swift"));
  ASSERT_FALSE(unscreened.ok());
  EXPECT_THAT(unscreened.error().what, HasSubstr("were not screened"));
  screened_ = "own/Jane_Doe";
  ExportOptions options = wishes("swift");
  options.media.long_side = 80;
  const auto report = run(options);
  ASSERT_TRUE(report.ok()) << to_string(report.error());
  EXPECT_EQ(report->dropped.at("hidden_media").rows, 2);
  EXPECT_EQ(report->dropped.at("unreadable_media").rows, 1);
  const Json row = rows("train-image.jsonl")[0];
  const Image picture = *read_picture(out() / row["images"][0].get<std::string>());
  EXPECT_EQ(index_of(picture), 23);
  EXPECT_LT(*picture.at(4, 44), 20) << "the text is black";
  EXPECT_GT(*picture.at(60, 44), 100) << "what lies beside it is not";
  const auto clip = Video::open(out() / rows("train-video.jsonl")[0]["videos"][0].get<std::string>());
  ASSERT_TRUE(clip.ok());
  EXPECT_EQ(clip->info().frames, 25);
  const FileTree tree = *list_tree(out());
  for (const FoundFile& file : tree.files) {
    EXPECT_THAT(file.path, Not(HasSubstr("Jane")));
    EXPECT_THAT(text(file.path), Not(HasSubstr("Jane"))) << file.path;
  }
  EXPECT_TRUE(row["sg_video"].get<std::string>().starts_with("own/"));
  options.media = {};
  EXPECT_THAT(run(options).error().what, HasSubstr("would name its files"));
}

TEST_F(WriteMedia, AShippedPictureOfARecordingWithHiddenRegionsIsNeverLinked) {
  made_.add_source("own", {"no_redistribution"});
  made_.sources.back().is_private = true;
  made_.add_video("own", "op", "own:op", "train");
  const fs::path file = root() / "own/pictures/1.png";
  write_picture(file, coded_frame(1023));
  made_.add("own", "b0", "op", "phase_recognition", {"Which phase?", "Clipping."}).media = {"pictures/1.png"};
  screened_ = "own/op";
  RegionRow region;
  region.video_id = VideoId("own/op");
  region.region_id = "r1";
  region.kind = "text";
  region.begin_us = 3500 * kSecond;  // at another time: the picture is made anew all the same
  region.end_us = 3600 * kSecond;
  region.hiding = "black";
  regions_ = {region};
  ASSERT_TRUE(run(wishes()).ok());
  const std::string name = rows("train.jsonl")[0]["image"];
  EXPECT_FALSE(fs::equivalent(out() / name, file));
  EXPECT_EQ(line_of(name)[1], "written");
}

}  // namespace
}  // namespace surgsigma
