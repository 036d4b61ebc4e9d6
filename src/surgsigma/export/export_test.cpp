#include "surgsigma/export/export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "surgsigma/base/hash.h"
#include "surgsigma/base/json.h"
#include "surgsigma/base/text.h"
#include "surgsigma/export/test_database.h"

namespace surgsigma {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

/// Two real sources, one free and one not, over train and test.
TestDatabase two_sources() {
  TestDatabase made;
  made.add_source("cholec80", {"attribution", "non_commercial", "share_alike"});
  made.add_source("openset", {"attribution"});
  made.add_video("cholec80", "video01", "camma:1", "train");
  made.add_video("cholec80", "video02", "camma:2", "test");
  made.add_video("openset", "a", "open:1", "train");
  made.add("cholec80", "b0", "video01", "phase_recognition", {"Which phase is shown?", "Preparation."});
  made.add("cholec80", "b0", "video01", "instrument_recognition", {"Which instruments?", "A \"hook\"."});
  made.add("cholec80", "b0", "video01", "phase_recognition", {"And here?", "Clipping."});
  made.add("cholec80", "b1", "video02", "phase_recognition", {"Which phase is shown?", "Clipping."});
  made.add("openset", "b0", "a", "phase_recognition", {"Phase?", "Preparation."});
  return made;
}

class Export : public ::testing::Test {
 protected:
  Result<ExportReport> run(const TestDatabase& made, ExportOptions options) {
    const fs::path folder = temporary_.path() / ("db" + std::to_string(++runs_));
    const Database database = made.make(folder);
    options.out = out();
    options.is_quiet = true;
    if (options.format.empty()) options.format = "llava";
    return export_conversations(database, catalog_, options);
  }
  fs::path out() const { return temporary_.path() / ("out" + std::to_string(runs_)); }
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
  std::vector<std::string> ids(const std::string& file) const {
    std::vector<std::string> all;
    for (const Json& row : rows(file)) all.push_back(row["id"]);
    return all;
  }

  TemporaryFolder temporary_;
  Catalog catalog_;
  int runs_ = 0;
};

TEST_F(Export, PartsAreFilesAndRowsComeByTaskThenByTheOrderOfTheTable) {
  const auto report = run(two_sources(), {});
  ASSERT_TRUE(report.ok()) << to_string(report.error());
  EXPECT_THAT(ids("train.jsonl"), ElementsAre("id2", "id1", "id3", "id5"));
  EXPECT_THAT(ids("test.jsonl"), ElementsAre("id4"));
  EXPECT_EQ(report->rows_total, 5);
  EXPECT_EQ(report->rows.at("train").at("phase_recognition"), 3);
  EXPECT_THAT(report->files, ElementsAre("train.jsonl", "test.jsonl"));
  EXPECT_FALSE(fs::exists(out().string() + ".writing"));
  EXPECT_FALSE(fs::exists(out() / ".work"));
}

TEST_F(Export, TheManifestCountsAndHashesWhatStandsInTheFolder) {
  ASSERT_TRUE(run(two_sources(), {}).ok());
  const Json manifest = *parse_json(text("manifest.json"), "manifest");
  EXPECT_EQ(manifest["format"], "llava");
  EXPECT_EQ(manifest["rows"]["train"]["phase_recognition"]["cholec80"], 2);
  EXPECT_EQ(manifest["rows"]["train"]["phase_recognition"]["openset"], 1);
  for (const Json& file : manifest["files"]) {
    const fs::path path = out() / file["path"].get<std::string>();
    EXPECT_EQ(file["sha256"], *file_sha256(path));
    EXPECT_EQ(file["bytes"], fs::file_size(path));
    EXPECT_EQ(file["rows"], rows(file["path"]).size());
  }
  EXPECT_EQ(manifest["media"]["missing"], 5);
  EXPECT_EQ(split(trim(text("missing-media.txt")), '\n').size(), 5U);
  EXPECT_EQ(manifest["tokens"]["over"]["1024"]["rows"], 0);
  EXPECT_EQ(manifest["simulated"], false);
}

TEST_F(Export, NothingDependsOnTheNumberOfThreads) {
  TestDatabase made;
  made.add_source("cholec80", {"attribution"});
  for (int v = 0; v < 12; ++v) {
    const std::string name = "video" + std::to_string(v);
    made.add_video("cholec80", name, "camma:" + std::to_string(v), v % 3 == 0 ? "test" : "train");
    for (int i = 0; i < 700; ++i) {
      made.add("cholec80", "b" + std::to_string(v % 4), name, i % 3 ? "phase_recognition" : "step_recognition",
               {"Question " + std::to_string(i) + std::string(400, 'x'), "Answer."});
    }
  }
  std::vector<std::string> one;
  for (const int jobs : {1, 2, 7}) {
    ExportOptions options;
    options.jobs = jobs;
    ASSERT_TRUE(run(made, options).ok());
    std::vector<std::string> all;
    const FileTree tree = *list_tree(out());
    for (const FoundFile& file : tree.files) all.push_back(file.path + ":" + *file_sha256(out() / file.path));
    if (one.empty()) one = all;
    EXPECT_EQ(all, one) << jobs << " threads";
  }
}

TEST_F(Export, ACommercialPurposeDropsRowsOfSourcesThatForbidItAndSaysSo) {
  ExportOptions options;
  options.purpose = Purpose::kCommercial;
  const auto report = run(two_sources(), options);
  ASSERT_TRUE(report.ok()) << to_string(report.error());
  EXPECT_EQ(report->rows_total, 1);
  EXPECT_EQ(report->dropped_by_licence, 4);
  EXPECT_THAT(report->forbidden_sources, ElementsAre("cholec80 (non_commercial)"));
  EXPECT_THAT(text("LICENCES.md"), Not(HasSubstr("cholec80")));
  EXPECT_THAT(text("README.md"), HasSubstr("license: cc-by-nc-sa-4.0"));
}

TEST_F(Export, APurposeThatNoSourceAllowsIsRefused) {
  ExportOptions options;
  options.purpose = Purpose::kCommercial;
  options.sources = {"cholec80"};
  const auto report = run(two_sources(), options);
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().kind, ErrorKind::kUsage);
  EXPECT_THAT(report.error().what,
              HasSubstr("4 rows are of sources whose terms forbid commercial use: cholec80 (non_commercial)"));
  EXPECT_FALSE(fs::exists(out()));
}

TEST_F(Export, UnknownNamesAreRefusedWithTheNearestKnownOne) {
  const auto problem = [&](auto&& change) {
    ExportOptions options;
    change(options);
    const auto report = run(two_sources(), options);
    return report.ok() ? "done" : report.error().what + "; " + report.error().hint;
  };
  EXPECT_EQ(problem([](auto& o) { o.format = "lava"; }), "no format 'lava'; did you mean 'llava'?");
  EXPECT_EQ(problem([](auto& o) { o.profile = "pixels"; }), "no profile 'pixels'; did you mean 'pixel'?");
  EXPECT_EQ(problem([](auto& o) { o.tasks = {"phase_recogniton"}; }),
            "no task 'phase_recogniton'; did you mean 'phase_recognition'?");
  EXPECT_EQ(problem([](auto& o) { o.sources = {"cholec8"}; }), "no source 'cholec8'; did you mean 'cholec80'?");
  EXPECT_EQ(problem([](auto& o) { o.parts = {"trian"}; }), "no part 'trian'; did you mean 'train'?");
  EXPECT_EQ(problem([](auto& o) { o.split = "strikt"; }), "no split scheme 'strikt'; did you mean 'strict'?");
  EXPECT_EQ(problem([](auto& o) { o.forms = {"opem"}; }), "no form 'opem'; did you mean 'open'?");
  EXPECT_EQ(problem([](auto& o) { o.is_balanced = true; }),
            "balancing needs a cap; say how many rows per task and part with --cap N");
}

TEST_F(Export, OnlyPartsAskedForAreWrittenAndTheRestIsCounted) {
  ExportOptions options;
  options.parts = {"test"};
  const auto report = run(two_sources(), options);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->rows_total, 1);
  EXPECT_EQ(report->outside_split, 4);
  options.parts = {"val"};
  const auto none = run(two_sources(), options);
  ASSERT_FALSE(none.ok());
  EXPECT_THAT(none.error().what, HasSubstr("5 rows are of cases that the scheme 'strict' puts into none of the parts"));
}

TEST_F(Export, ACaseWithoutAPartIsInNoFile) {
  TestDatabase made = two_sources();
  made.splits[0].part = "out";
  const auto report = run(made, {});
  ASSERT_TRUE(report.ok());
  EXPECT_THAT(ids("train.jsonl"), ElementsAre("id5"));
  EXPECT_EQ(report->outside_split, 3);
}

TEST_F(Export, SimulatedAndRealRowsAreMixedOnlyOnRequest) {
  TestDatabase made = two_sources();
  made.sources[1].is_simulated = true;
  const auto refused = run(made, {});
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().what, HasSubstr("simulated and real sources would be mixed"));
  ExportOptions options;
  options.allows_mixed = true;
  const auto mixed = run(made, options);
  ASSERT_TRUE(mixed.ok());
  EXPECT_THAT(mixed->remarks, ::testing::Contains("simulated and real rows are mixed, as allowed"));
  EXPECT_THAT(text("README.md"), HasSubstr("**Part of these rows is simulated**"));
  options.allows_mixed = false;
  options.sources = {"openset"};
  ASSERT_TRUE(run(made, options).ok());
  EXPECT_THAT(text("README.md"), HasSubstr("**Everything here is simulated**"));
  EXPECT_THAT(text("README.md"), HasSubstr("- simulated\n"));
  EXPECT_EQ((*parse_json(text("manifest.json"), ""))["simulated"], true);
}

TEST_F(Export, ARowWithATrainersTokenInItsTextIsRefusedAndCounted) {
  TestDatabase made = two_sources();
  made.add("openset", "b0", "a", "phase_recognition", {"Phase <image>?", "Preparation."});
  made.add("openset", "b0", "a", "phase_recognition", {"Phase?", "Preparation.<|im_end|>"});
  made.add("openset", "b0", "a", "phase_recognition", {"Phase?", " "});
  made.add("openset", "b0", "a", "phase_recognition", {"Phase?"});
  made.add("openset", "b0", "a", "phase_recognition", {"Phase?", "x"}).media.clear();
  const auto report = run(made, {});
  ASSERT_TRUE(report.ok()) << to_string(report.error());
  EXPECT_EQ(report->rows_total, 5);
  EXPECT_EQ(report->dropped.at("reserved_word"), (DroppedRows{2, "id6"}));
  EXPECT_EQ(report->dropped.at("bad_turns"), (DroppedRows{2, "id8"}));
  EXPECT_EQ(report->dropped.at("no_media"), (DroppedRows{1, "id10"}));
  EXPECT_EQ((*parse_json(text("manifest.json"), ""))["left_out"]["by_rule"]["reserved_word"]["rows"], 2);
}

TEST_F(Export, WhenEveryRowIsRefusedNothingIsLeftBehind) {
  TestDatabase made;
  made.add_source("openset", {"attribution"});
  made.add_video("openset", "a", "open:1", "train");
  made.add("openset", "b0", "a", "phase_recognition", {"<image>?", "Preparation."});
  const auto report = run(made, {});
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().kind, ErrorKind::kData);
  EXPECT_THAT(report.error().what, HasSubstr("1 reserved_word (first id1)"));
  EXPECT_FALSE(fs::exists(out()));
  EXPECT_FALSE(fs::exists(out().string() + ".writing"));
}

TestDatabase with_boxes() {
  TestDatabase made;
  made.add_source("cholec80", {"attribution"});
  made.add_video("cholec80", "video01", "camma:1", "train");
  auto& box = made.add("cholec80", "b0", "video01", "instrument_localization", {"Locate the hook.", "{box:0}"});
  box.boxes = {100, 50, 300, 250};
  box.box_labels = {"hook"};
  auto& flat = made.add("cholec80", "b0", "video01", "instrument_localization", {"Locate the clip.", "{box:0}"});
  flat.boxes = {10.1, 10.1, 10.2, 40};
  flat.box_labels = {"clip"};
  auto& unknown = made.add("cholec80", "b0", "video01", "instrument_localization", {"Locate the bag.", "{box:1}"});
  unknown.boxes = {1, 1, 20, 40};
  auto& sizeless = made.add("cholec80", "b0", "video01", "instrument_localization", {"Locate the duct.", "{box:0}"});
  sizeless.boxes = {1, 1, 20, 40};
  sizeless.width.reset();
  made.add("cholec80", "b0", "video01", "phase_recognition", {"Phase?", "Clipping."});
  return made;
}

TEST_F(Export, BoxesAreWrittenInTheProfileOrTheRowIsDropped) {
  ExportOptions options;
  options.profile = "permille";
  const auto report = run(with_boxes(), options);
  ASSERT_TRUE(report.ok()) << to_string(report.error());
  EXPECT_EQ(rows("train.jsonl")[0]["conversations"][1]["value"], "[117, 104, 351, 521]");
  EXPECT_EQ(report->dropped.at("box_without_area").rows, 1);
  EXPECT_EQ(report->dropped.at("unknown_box").rows, 1);
  EXPECT_EQ(report->dropped.at("no_frame_size").rows, 1);
  options.profile = "qwen25";
  ASSERT_TRUE(run(with_boxes(), options).ok());
  EXPECT_EQ(rows("train.jsonl")[0]["conversations"][1]["value"], "[98, 50, 295, 248]");
  EXPECT_EQ((*parse_json(text("manifest.json"), ""))["box_profile"]["max_pixels"], 1280 * 28 * 28);
}

TEST_F(Export, SwiftKeepsRowsWithBoxesInFilesOfTheirOwn) {
  ExportOptions options;
  options.format = "swift";
  const auto report = run(with_boxes(), options);
  ASSERT_TRUE(report.ok()) << to_string(report.error());
  EXPECT_THAT(report->files, ElementsAre("train-image.jsonl", "train-image-boxes.jsonl"));
  EXPECT_EQ(rows("train-image-boxes.jsonl")[0]["objects"]["bbox"][0], (Json{100, 50, 300, 250}));
  EXPECT_EQ(rows("train-image.jsonl")[0]["channel"], "phase_recognition");
  options.profile = "unit";
  EXPECT_THAT(run(with_boxes(), options).error().what, HasSubstr("boxes of its own"));
}

TEST_F(Export, ReasoningStandsBeforeTheLastAnswer) {
  TestDatabase made = two_sources();
  made.add_reasoning("cholec80", "b0", made.conversations[{"cholec80", "b0"}][0]);
  ExportOptions options;
  options.reasoning = ReasoningMode::kOnly;
  const auto report = run(made, options);
  ASSERT_TRUE(report.ok()) << to_string(report.error());
  EXPECT_EQ(report->rows_total, 1);
  EXPECT_EQ(rows("train.jsonl")[0]["conversations"][1]["value"],
            "<think>\nLevel 1: A hook is visible.\nLevel 2: The hook dissects the cystic duct.\nLevel 3: This is the "
            "dissection phase.\n</think>\n<answer>an answer</answer>");
  options.has_level_headings = false;
  options.has_answer_tags = false;
  options.think_separator = "";
  ASSERT_TRUE(run(made, options).ok());
  EXPECT_EQ(rows("train.jsonl")[0]["conversations"][1]["value"],
            "<think>\nA hook is visible.\nThe hook dissects the cystic duct.\nThis is the dissection "
            "phase.\n</think>Preparation.");
}

TEST_F(Export, SeparateReasoningIsASetBesideTheDirectAnswers) {
  TestDatabase made = two_sources();
  made.add_reasoning("cholec80", "b0", made.conversations[{"cholec80", "b0"}][0]);
  made.add_reasoning("openset", "b0", made.conversations[{"openset", "b0"}][0]).verdict = "level2_unnamed";
  ExportOptions options;
  options.reasoning = ReasoningMode::kSeparate;
  const auto report = run(made, options);
  ASSERT_TRUE(report.ok()) << to_string(report.error());
  EXPECT_THAT(report->files, UnorderedElementsAre("direct-train.jsonl", "direct-test.jsonl", "reasoning-train.jsonl"));
  EXPECT_EQ(rows("direct-train.jsonl").size(), 4U);
  EXPECT_EQ(rows("reasoning-train.jsonl").size(), 1U);
  EXPECT_EQ(rows("direct-train.jsonl")[1]["conversations"][1]["value"], "Preparation.");
  EXPECT_EQ(report->dropped.at("missing_reasoning"), (DroppedRows{1, "id5"})) << "a rejected chain is never shown";
}

TEST_F(Export, ACapIsPerTaskAndPart) {
  TestDatabase made;
  made.add_source("cholec80", {"attribution"});
  made.add_video("cholec80", "video01", "camma:1", "train");
  for (int i = 0; i < 50; ++i) {
    made.add("cholec80", "b0", "video01", "phase_recognition", {"Phase?", "x"}).answer_class =
        i < 45 ? "often" : "seldom";
    made.add("cholec80", "b0", "video01", "step_recognition", {"Step?", "x"});
  }
  ExportOptions options;
  options.cap = 10;
  const auto report = run(made, options);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->rows.at("train").at("phase_recognition"), 10);
  EXPECT_EQ(report->rows.at("train").at("step_recognition"), 10);
  EXPECT_EQ(report->over_cap, 80);
  const auto drawn = ids("train.jsonl");
  ASSERT_TRUE(run(made, options).ok());
  EXPECT_EQ(ids("train.jsonl"), drawn);
  options.is_balanced = true;
  ASSERT_TRUE(run(made, options).ok());
  EXPECT_EQ(rows("train.jsonl").size(), 20U);
}

TEST_F(Export, MediaAreFoundUnderTheRootOrMissingAndListed) {
  TestDatabase made = two_sources();
  const fs::path root = temporary_.path() / "pictures";
  ASSERT_TRUE(write_file(root / "cholec80/frames/video01/1.png", "\x89PNG\r\n\x1a\n").ok());
  ExportOptions options;
  options.media_root = root;
  options.requires_media = true;
  const auto refused = run(made, options);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(refused.error().what, "4 of 5 pictures and clips are missing");
  EXPECT_FALSE(fs::exists(out()));
  options.requires_media = false;
  const auto report = run(made, options);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->missing_media, 4);
  EXPECT_THAT(text("missing-media.txt"), Not(HasSubstr("video01/1.png")));
  EXPECT_THAT(text("media.tsv"),
              HasSubstr("media/cholec80/frames/video01/1.png\tfound\tcholec80/video01\t\t1000000\t1000000\n"));
  EXPECT_EQ(rows("train.jsonl")[1]["image"], "media/cholec80/frames/video01/1.png");
  options.has_absolute_media = true;
  ASSERT_TRUE(run(made, options).ok());
  EXPECT_EQ(rows("train.jsonl")[1]["image"], (root / "cholec80/frames/video01/1.png").string());
}

TEST_F(Export, HfEmbedsThePicturesThatAreThere) {
  TestDatabase made = two_sources();
  auto& clip = made.add("cholec80", "b0", "video01", "action_recognition", {"Which action?", "Clipping."});
  clip.subject = Subject::kClip;
  clip.media = {"videos/video01.mp4"};
  clip.end_us = clip.begin_us + 5'000'000;
  const fs::path root = temporary_.path() / "pictures";
  const std::string picture("\x89PNG\r\n\x1a\n\0\xFFrest", 14);
  ASSERT_TRUE(write_file(root / "cholec80/frames/video01/1.png", picture).ok());
  ExportOptions options;
  options.format = "hf";
  options.media_root = root;
  const auto report = run(made, options);
  ASSERT_TRUE(report.ok()) << to_string(report.error());
  EXPECT_THAT(report->files,
              ElementsAre("data/train-image-00000-of-00001.parquet", "data/train-video-00000-of-00001.parquet",
                          "data/test-image-00000-of-00001.parquet"));
  auto engine = *Engine::open(1);
  const auto table = engine->query(
      "SELECT sg_id, images[1].path, hex(images[1].bytes), len(messages[1].content), "
      "messages[1].content[2].\"text\" FROM read_parquet(" +
      sql_quoted((out() / report->files[0]).string()) + ")");
  ASSERT_TRUE(table.ok()) << to_string(table.error());
  ASSERT_EQ(table->rows.size(), 4U);
  EXPECT_EQ(table->rows[1][0], "id1");
  EXPECT_EQ(table->rows[1][1], "1.png");
  EXPECT_EQ(table->rows[1][2], "89504E470D0A1A0A00FF72657374");
  EXPECT_EQ(table->rows[1][4], "Which phase is shown?");
  EXPECT_EQ(table->rows[2][2], std::nullopt);
  EXPECT_EQ(table->rows[2][1], "media/cholec80/frames/video01/3.png");
  const auto metadata = engine->query("SELECT decode(value) FROM parquet_kv_metadata(" +
                                      sql_quoted((out() / report->files[0]).string()) + ") WHERE key = 'huggingface'");
  ASSERT_EQ(metadata->rows.size(), 1U);
  EXPECT_THAT(*metadata->rows[0][0], HasSubstr(R"("images":[{"_type":"Image"}])"));
  EXPECT_THAT(text("README.md"), HasSubstr("- config_name: video\n  data_files:\n  - split: train\n"));
}

TEST_F(Export, AFolderWithFilesIsNotTouched) {
  const fs::path folder = temporary_.path() / "out1";
  ASSERT_TRUE(write_file(folder / "thesis.txt", "mine").ok());
  const auto report = run(two_sources(), {});
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().kind, ErrorKind::kUsage);
  EXPECT_EQ(*read_file(folder / "thesis.txt"), "mine");
}

TEST_F(Export, WhatAStoppedExportLeftIsWrittenOver) {
  const fs::path left = temporary_.path() / "out1.writing";
  ASSERT_TRUE(write_file(left / ".surgsigma-export", "").ok());
  ASSERT_TRUE(write_file(left / "train.jsonl", "half").ok());
  EXPECT_TRUE(run(two_sources(), {}).ok());
  ASSERT_TRUE(write_file(temporary_.path() / "out2.writing/mine.txt", "mine").ok());
  EXPECT_THAT(run(two_sources(), {}).error().what, HasSubstr("this name is needed"));
  EXPECT_TRUE(fs::exists(temporary_.path() / "out2.writing/mine.txt"));
}

TEST_F(Export, ADatabaseWithoutConversationsSaysWhatToDo) {
  TestDatabase made = two_sources();
  made.conversations.clear();
  const auto report = run(made, {});
  ASSERT_FALSE(report.ok());
  EXPECT_THAT(report.error().hint, HasSubstr("surgsigma build"));
}

}  // namespace
}  // namespace surgsigma
