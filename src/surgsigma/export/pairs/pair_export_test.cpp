#include "surgsigma/export/pairs/pair_export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "surgsigma/base/hash.h"
#include "surgsigma/base/json.h"
#include "surgsigma/base/text.h"
#include "surgsigma/export/media_test_world.h"
#include "surgsigma/export/pairs/tar_writer.h"
#include "surgsigma/export/test_database.h"

namespace surgsigma {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class PairExport : public ::testing::Test {
 protected:
  PairExport() {
    world_.add_source("cholec80", {"attribution", "non_commercial"});
    world_.add_source("openset", {"attribution"});
    world_.add_video("cholec80", "video01", "camma:1", "train");
    world_.add_video("cholec80", "video02", "camma:2", "test");
    world_.add_video("openset", "a", "open:1", "train");
  }

  /// A pair with two small files named by its id.
  PairRow& add(const std::string& id, const std::string& task, const std::string& source, const std::string& video) {
    PairRow row;
    row.pair_id = id;
    row.task = task;
    row.source_id = SourceId(source);
    row.video_id = VideoId(source + "/" + video);
    for (const VideoRow& known : world_.videos) {
      if (known.video_id == row.video_id) row.case_id = known.case_id;
    }
    row.frame = 25;
    row.target_frame = 50;
    row.begin_us = 1'000'000;
    row.end_us = 2'000'000;
    row.prompt = "Remove the smoke.";
    row.parameters = R"({"strength":0.5})";
    row.input = "media/ab/" + id + "-in.jpg";
    row.target = "media/ab/" + id + "-out.png";
    row.width = 854;
    row.height = 480;
    pairs_.push_back(row);
    return pairs_.back();
  }

  Result<ExportReport> run(ExportOptions options, const PairExportLimits& limits = {}) {
    const fs::path folder = temporary_.path() / ("db" + std::to_string(++runs_));
    world_.make(folder);
    add_table(folder);
    for (const PairRow& row : pairs_) {
      for (const std::string& name : {row.input, row.target}) {
        if (name == missing_ || !is_safe_relative(name) || name == "surgsigma.json") continue;
        fs::create_directories((folder / name).parent_path());
        const auto own = contents_.find(name);
        std::ofstream(folder / name, std::ios::binary) << (own == contents_.end() ? content(name) : own->second);
      }
    }
    options.out = out();
    options.is_quiet = true;
    const auto database = Database::open(folder, Access::kRead);
    return export_pairs(*database, catalog_, options, limits);
  }

  static std::string content(const std::string& name) {
    return name + std::string(hash64(name) % 2000, static_cast<char>('a' + hash64(name) % 26));
  }

  fs::path out() const { return temporary_.path() / ("out" + std::to_string(runs_)); }
  std::string text(const std::string& file) const {
    const auto bytes = read_file(out() / file);
    return bytes.ok() ? *bytes : to_string(bytes.error());
  }
  std::vector<std::string> tree() const {
    std::vector<std::string> files;
    const FileTree found = *list_tree(out());
    for (const FoundFile& file : found.files) files.push_back(file.path + " " + *file_sha256(out() / file.path));
    return files;
  }

  TestDatabase world_;
  std::vector<PairRow> pairs_;
  std::string missing_;
  std::map<std::string, std::string> contents_;  ///< of files that are more than a name
  TemporaryFolder temporary_;
  Catalog catalog_;
  int runs_ = 0;

 private:
  void add_table(const fs::path& folder) {
    auto database = *Database::open(folder, Access::kWrite);
    Manifest manifest = database.manifest();
    Partition partition{"pairs", "test", "cholec80", "b0", "00", partition_file("pairs", "cholec80", "b0", "00"), 0, 0};
    fs::create_directories((folder / partition.file).parent_path());
    TableWriter<PairRow> writer(*Engine::open(1), folder / partition.file);
    for (const PairRow& row : pairs_) writer.append(row);
    const auto written = writer.finish();
    ASSERT_TRUE(written.ok()) << to_string(written.error());
    if (written->rows == 0) return;
    partition.rows = written->rows;
    manifest.partitions.push_back(partition);
    ASSERT_TRUE(database.commit(manifest).ok());
  }
};

ExportOptions as(const std::string& format) {
  ExportOptions options;
  options.format = format;
  return options;
}

TEST_F(PairExport, FilesStandByPartTaskAndWhatTheyAre) {
  add("bb", "desmoking", "cholec80", "video01");
  add("aa", "desmoking", "openset", "a");
  add("cc", "instrument_segmentation", "cholec80", "video02");
  const auto report = run(as("pairs"));
  ASSERT_TRUE(report.ok()) << to_string(report.error());
  EXPECT_EQ(report->rows_total, 3);
  EXPECT_EQ(report->rows.at("train").at("desmoking"), 2);
  EXPECT_EQ(text("train/desmoking/smoke_input/bb.jpg"), content("media/ab/bb-in.jpg"));
  EXPECT_EQ(text("train/desmoking/clean_target/bb.png"), content("media/ab/bb-out.png"));
  EXPECT_EQ(text("test/instrument_segmentation/mask/cc.png"), content("media/ab/cc-out.png"));
  const std::string lines = text("train/desmoking/manifest.jsonl");
  const Json first = *parse_json(lines.substr(0, lines.find('\n')), "line");
  EXPECT_EQ(first["pair_id"], "aa");
  EXPECT_EQ(first["files"]["clean_target"], "clean_target/aa.png");
  EXPECT_EQ(first["parameters"]["strength"], 0.5);
  EXPECT_EQ(first["case"], "open:1");
  EXPECT_EQ(first["frames"]["target"], 50);
  EXPECT_EQ(first["simulated"], false);
  EXPECT_FALSE(fs::exists(out().string() + ".writing"));
}

TEST_F(PairExport, TheManifestHasEveryFileWithItsHash) {
  for (const char* id : {"aa", "bb", "cc"}) add(id, "depth_estimation", "cholec80", "video01");
  for (const char* format : {"pairs", "wds", "pixel-questions"}) {
    ASSERT_TRUE(run(as(format)).ok());
    const Json manifest = *parse_json(text("manifest.json"), "manifest");
    std::vector<std::string> named = {"LICENCES.md", "README.md", "licences.json", "manifest.json"};
    std::int64_t rows = 0;
    for (const Json& file : manifest["files"]) {
      named.push_back(file["path"]);
      rows += file["rows"].get<std::int64_t>();
      EXPECT_EQ(file["sha256"], *file_sha256(out() / named.back()));
    }
    std::vector<std::string> there;
    const FileTree found = *list_tree(out());
    for (const FoundFile& file : found.files) there.push_back(file.path);
    EXPECT_THAT(named, ::testing::UnorderedElementsAreArray(there));
    EXPECT_EQ(rows, 3);
    EXPECT_EQ(manifest["rows"]["train"]["depth_estimation"]["cholec80"], 3);
  }
}

TEST_F(PairExport, QuestionsHaveInputsAndGoldApart) {
  add("aa", "instrument_segmentation", "cholec80", "video02");
  add("bb", "instrument_segmentation", "cholec80", "video01");
  ASSERT_TRUE(run(as("pixel-questions")).ok());
  EXPECT_EQ(text("inputs/aa.jpg"), content("media/ab/aa-in.jpg"));
  EXPECT_EQ(text("gold/bb.png"), content("media/ab/bb-out.png"));
  const Json line = *parse_json(trim(text("test/instrument_segmentation.jsonl")), "line");
  EXPECT_EQ(line["id"], "aa");
  EXPECT_EQ(line["part"], "test");
  EXPECT_EQ(line["inputs"], Json({"inputs/aa.jpg"}));
  EXPECT_EQ(line["gold"], Json({"gold/aa.png"}));
  EXPECT_EQ(line["classes"]["instrument"], 255);
  EXPECT_EQ(line["sha256"]["gold"], *file_sha256(out() / "gold/aa.png"));
}

TEST_F(PairExport, AShardHoldsWholeSamplesSortedByKey) {
  for (const char* id : {"cc", "aa", "bb"}) add(id, "desmoking", "cholec80", "video01");
  ASSERT_TRUE(run(as("wds")).ok());
  const std::string archive = text("train/desmoking-000000.tar");
  const auto members = tar_members(archive, "shard");
  ASSERT_TRUE(members.ok()) << to_string(members.error());
  std::vector<std::string> names;
  for (const TarMember& member : *members) names.push_back(member.name);
  EXPECT_THAT(names, ElementsAre("aa.input.jpg", "aa.json", "aa.target.png", "bb.input.jpg", "bb.json", "bb.target.png",
                                 "cc.input.jpg", "cc.json", "cc.target.png"));
  EXPECT_EQ(archive.substr((*members)[2].offset, (*members)[2].bytes), content("media/ab/aa-out.png"));
  const Json split = *parse_yaml(text(".nv-meta/split.yaml"), "split");
  EXPECT_THAT(split["split_parts"]["train"].get<std::vector<std::string>>(), ElementsAre("train/desmoking-000000.tar"));
  EXPECT_TRUE(split["split_parts"]["test"].empty());
  EXPECT_EQ((*parse_yaml(text(".nv-meta/dataset.yaml"), "dataset"))["__class__"], "CrudeWebdataset");
}

TEST_F(PairExport, BytesAreTheSameForAnyNumberOfThreadsAndShardsKeepTheirLimit) {
  for (int i = 0; i < 60; ++i) {
    add(hex64(hash64(std::to_string(i))), i % 3 ? "desmoking" : "depth_estimation", "cholec80",
        i % 4 ? "video01" : "video02");
  }
  for (const char* format : {"wds", "pairs", "pixel-questions"}) {
    std::vector<std::string> one;
    for (const int jobs : {1, 2, 7}) {
      ExportOptions options = as(format);
      options.jobs = jobs;
      ASSERT_TRUE(run(options, {.shard_bytes = 60'000, .folder_pairs = 7}).ok());
      if (one.empty()) one = tree();
      EXPECT_EQ(tree(), one) << format << " with " << jobs << " threads";
    }
    if (std::string_view(format) == "wds") {
      EXPECT_TRUE(fs::exists(out() / "train/desmoking-000002.tar"));
      EXPECT_LE(fs::file_size(out() / "train/desmoking-000000.tar"), 60'000U + 1024U);
    }
  }
}

TEST_F(PairExport, APairWithAMissingFileStaysOutUnderItsId) {
  add("aa", "desmoking", "cholec80", "video01");
  missing_ = add("bb", "desmoking", "cholec80", "video01").target;
  const auto report = run(as("wds"));
  ASSERT_TRUE(report.ok()) << to_string(report.error());
  EXPECT_EQ(report->rows_total, 1);
  EXPECT_EQ(report->dropped.at("missing_file").example, "bb");
  EXPECT_THAT(text("refused.tsv"), HasSubstr("media/ab/bb-out.png"));
  ExportOptions strict = as("wds");
  strict.requires_media = true;
  const auto refused = run(strict);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().kind, ErrorKind::kNotFound);
  EXPECT_THAT(refused.error().what, HasSubstr("bb"));
  EXPECT_FALSE(fs::exists(out()) || fs::exists(out().string() + ".writing"));
}

TEST_F(PairExport, RowsThatWouldLeaveTheFolderOrSplitAKeyAreRefused) {
  add("ok", "desmoking", "cholec80", "video01");
  add("p1", "desmoking", "cholec80", "video01").input = "../secret.jpg";
  add("p2", "desmoking", "cholec80", "video01").input = "/etc/hosts";
  add("p3", "desmoking", "cholec80", "video01").input = "surgsigma.json";
  add("118.8", "desmoking", "cholec80", "video01");
  add("a/b", "desmoking", "cholec80", "video01");
  add("p4", "desmoking", "cholec80", "video01").parameters = "{broken";
  add("p5", "dancing", "cholec80", "video01");
  add("ok", "desmoking", "cholec80", "video01");
  for (const char* format : {"pairs", "wds"}) {
    const auto report = run(as(format));
    ASSERT_TRUE(report.ok()) << to_string(report.error());
    EXPECT_EQ(report->rows_total, 1);
    EXPECT_EQ(report->dropped.at("unsafe_path").rows, 3);
    EXPECT_EQ(report->dropped.at("bad_id").rows, 2);
    EXPECT_EQ(report->dropped.at("bad_parameters").example, "p4");
    EXPECT_EQ(report->dropped.at("unknown_task").example, "p5");
    EXPECT_EQ(report->dropped.at("duplicate_id").rows, 1);
  }
}

TEST_F(PairExport, TermsSplitAndCapDecideAsForConversations) {
  for (int i = 0; i < 10; ++i) add("c" + std::to_string(i), "desmoking", "cholec80", "video01");
  add("t0", "desmoking", "cholec80", "video02");
  add("o0", "desmoking", "openset", "a");
  ExportOptions commercial = as("pairs");
  commercial.purpose = Purpose::kCommercial;
  auto report = run(commercial);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->dropped_by_licence, 11);
  EXPECT_THAT(report->forbidden_sources, ElementsAre("cholec80 (non_commercial)"));
  EXPECT_FALSE(fs::exists(out() / "train/desmoking/smoke_input/c0.jpg"));

  ExportOptions test_part = as("pairs");
  test_part.parts = {"test"};
  report = run(test_part);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->outside_split, 11);
  EXPECT_EQ(report->rows_total, 1);

  ExportOptions capped = as("wds");
  capped.cap = 4;
  report = run(capped);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->rows.at("train").at("desmoking"), 4);
  EXPECT_EQ(report->over_cap, 7);

  commercial.sources = {"cholec80"};
  const auto nothing = run(commercial);
  ASSERT_FALSE(nothing.ok());
  EXPECT_THAT(nothing.error().what, HasSubstr("non_commercial"));
}

TEST_F(PairExport, SimulatedPixelsAreMarkedAndNotMixedUnasked) {
  add("aa", "desmoking", "cholec80", "video01");
  add("bb", "desmoking", "cholec80", "video01").origin = Origin::kSimulated;
  const auto refused = run(as("pairs"));
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().hint, HasSubstr("--allow-mixed"));
  ExportOptions mixed = as("pairs");
  mixed.allows_mixed = true;
  ASSERT_TRUE(run(mixed).ok());
  EXPECT_EQ((*parse_json(text("manifest.json"), "manifest"))["mixed_with_simulated"], true);
  EXPECT_THAT(text("README.md"), HasSubstr("mixed"));
}

TEST_F(PairExport, OptionsThatPairsDoNotHaveAreRefused) {
  add("aa", "desmoking", "cholec80", "video01");
  ExportOptions options = as("pairs");
  options.forms = {"open"};
  EXPECT_EQ(run(options).error().kind, ErrorKind::kUsage);
  options = as("pairs");
  options.is_balanced = true;
  options.cap = 3;
  EXPECT_EQ(run(options).error().kind, ErrorKind::kUsage);
  options = as("pairs");
  options.tasks = {"desmokin"};
  EXPECT_THAT(run(options).error().hint, HasSubstr("desmoking"));
  EXPECT_EQ(run(as("llava")).error().kind, ErrorKind::kUsage);
  EXPECT_FALSE(is_pair_format("llava"));
  EXPECT_TRUE(is_pair_format("wds"));
}

TEST_F(PairExport, BothFilesOfAPairGetTheWishedSizeAndMasksKeepTheirValues) {
  const PairRow row = add("aa", "instrument_segmentation", "cholec80", "video01");
  contents_[row.input] = *encode_jpeg(testing_media::coded_frame(9, {400, 200}));
  Image mask(400, 200, 1);
  for (int x = 101; x < 300; ++x) {
    for (int y = 51; y < 150; ++y) *mask.at(x, y) = 255;
  }
  contents_[row.target] = *encode_png(mask);
  ExportOptions options = as("pairs");
  options.media.long_side = 130;
  options.media.format = PictureFormat::kWebp;
  const auto report = run(options);
  ASSERT_TRUE(report.ok()) << to_string(report.error());
  const std::string place = "train/instrument_segmentation/";
  const Json line = *parse_json(trim(text(place + "manifest.jsonl")), "line");
  EXPECT_EQ(line["files"], (Json{{"picture", "picture/aa.webp"}, {"mask", "mask/aa.png"}}));
  EXPECT_EQ(line["width"], 130);
  EXPECT_EQ(line["height"], 65);
  EXPECT_EQ(line["times_us"]["input"], 1'000'000);
  const auto picture = read_picture(out() / place / "picture/aa.webp");
  ASSERT_TRUE(picture.ok());
  EXPECT_EQ(picture->size(), (ImageSize{130, 65}));
  EXPECT_EQ(testing_media::index_of(*picture), 9);
  const auto small = read_picture(out() / place / "mask/aa.png");
  ASSERT_TRUE(small.ok());
  EXPECT_EQ(small->size(), (ImageSize{130, 65}));
  for (const std::uint8_t value : small->values) ASSERT_TRUE(value == 0 || value == 255) << "a value that no one drew";
  EXPECT_EQ(line["sha256"]["mask"], *file_sha256(out() / place / "mask/aa.png"));
  EXPECT_FALSE(fs::exists(out() / ".work"));
}

TEST_F(PairExport, AClipIsMadeSmallerAtItsRateAndItsFirstPictureWithIt) {
  PairRow& row = add("aa", "conditional_video_generation", "cholec80", "video01");
  row.target = "media/ab/aa-out.mp4";
  contents_[row.input] = *encode_jpeg(testing_media::coded_frame(3, {162, 98}));
  const fs::path clip = temporary_.path() / "clip.mp4";
  testing_media::write_video(clip, 10, {30'000, 1001}, {162, 98}, 3);
  contents_[row.target] = *read_file(clip);
  ExportOptions options = as("wds");
  options.media.long_side = 91;
  const auto report = run(options);
  ASSERT_TRUE(report.ok()) << to_string(report.error());
  const std::string shard = text("train/conditional_video_generation-000000.tar");
  const auto members = tar_members(shard, "shard");
  ASSERT_TRUE(members.ok());
  ASSERT_EQ(members->size(), 3U);
  const auto bytes_of = [&](std::size_t i) {
    return std::string_view(shard).substr(static_cast<std::size_t>((*members)[i].offset),
                                          static_cast<std::size_t>((*members)[i].bytes));
  };
  EXPECT_EQ(decode_picture(bytes_of(0), "input")->size(), (ImageSize{90, 54}));
  ASSERT_TRUE(write_file(clip, bytes_of(2)).ok());
  const auto video = Video::open(clip);
  ASSERT_TRUE(video.ok());
  EXPECT_EQ(video->info().size, (ImageSize{90, 54}));
  EXPECT_EQ(video->info().constant_rate, (FrameRate{30'000, 1001}));
  EXPECT_EQ(testing_media::indices_in(clip).back(), 12);
}

TEST_F(PairExport, FilesThatWouldStayAsTheyAreAreLinked) {
  const PairRow row = add("aa", "desmoking", "cholec80", "video01");
  contents_[row.input] = *encode_jpeg(testing_media::coded_frame(1));
  contents_[row.target] = *encode_png(testing_media::coded_frame(1));
  ExportOptions options = as("pairs");
  options.media.long_side = 1000;
  ASSERT_TRUE(run(options).ok());
  const fs::path written = out() / "train/desmoking/smoke_input/aa.jpg";
  EXPECT_TRUE(fs::equivalent(written, temporary_.path() / "db1" / row.input));
}

TEST_F(PairExport, APairThatCannotBeReadStaysOutWhenItIsToBeMadeSmaller) {
  add("aa", "desmoking", "cholec80", "video01");
  const PairRow row = add("bb", "desmoking", "cholec80", "video01");
  contents_[row.input] = *encode_jpeg(testing_media::coded_frame(1));
  contents_[row.target] = *encode_png(testing_media::coded_frame(1));
  ExportOptions options = as("pairs");
  options.media.long_side = 100;
  const auto report = run(options);
  ASSERT_TRUE(report.ok()) << to_string(report.error());
  EXPECT_EQ(report->dropped.at("unreadable_file"), (DroppedRows{1, "aa"}));
  EXPECT_EQ(report->rows_total, 1);
  options.requires_media = true;
  EXPECT_EQ(run(options).error().what, "a file of the pair 'aa' cannot be read");
  options = as("pairs");
  options.media.clip_rate = FrameRate{1, 1};
  EXPECT_EQ(run(options).error().kind, ErrorKind::kUsage);
}

}  // namespace
}  // namespace surgsigma
