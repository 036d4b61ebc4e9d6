#include "surgsigma/export/pairs/pair_conversations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include "surgsigma/base/json.h"
#include "surgsigma/export/pairs/pair_turns.h"
#include "surgsigma/export/test_database.h"
#include "surgsigma/export/test_tables.h"

namespace surgsigma {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

class PairConversations : public ::testing::Test {
 protected:
  PairConversations() {
    world_.add_source("cholec80", {"attribution", "non_commercial"});
    world_.add_video("cholec80", "video01", "camma:1", "train");
  }

  PairRow& add(const std::string& id, const std::string& task) {
    PairRow row;
    row.pair_id = id;
    row.task = task;
    row.source_id = SourceId("cholec80");
    row.video_id = VideoId("cholec80/video01");
    row.case_id = CaseId("camma:1");
    row.prompt = "Remove the \"smoke\".";
    row.input = "media/ab/" + id + "-in.jpg";
    row.target = "media/ab/" + id + (task == "conditional_video_generation" ? "-out.mp4" : "-out.png");
    pairs_.push_back(row);
    return pairs_.back();
  }

  Result<ExportReport> run(const std::string& format, ExportOptions options = {}) {
    const fs::path folder = temporary_.path() / ("db" + std::to_string(++runs_));
    world_.make(folder);
    add_test_table(folder, "cholec80", pairs_);
    for (const PairRow& row : pairs_) {
      for (const std::string& name : {row.input, row.target}) {
        if (name == missing_) continue;
        EXPECT_TRUE(write_file(folder / name, "bytes of " + name).ok());
      }
    }
    options.format = format;
    options.out = out();
    options.is_quiet = true;
    const auto database = Database::open(folder, Access::kRead);
    return export_pair_conversations(*database, catalog_, options);
  }

  fs::path out() const { return temporary_.path() / ("out" + std::to_string(runs_)); }
  std::string text(const std::string& file) const {
    const auto bytes = read_file(out() / file);
    return bytes.ok() ? *bytes : to_string(bytes.error());
  }

  TestDatabase world_;
  std::vector<PairRow> pairs_;
  std::string missing_;
  TemporaryFolder temporary_;
  Catalog catalog_;
  int runs_ = 0;
};

TEST_F(PairConversations, LlavaAnswersWithAPicture) {
  add("aa", "desmoking");
  const auto report = run("llava");
  ASSERT_TRUE(report.ok()) << to_string(report.error());
  EXPECT_EQ(
      text("train.jsonl"),
      "{\"id\":\"aa\",\"image\":[\"media/cholec80/desmoking/aa.input.jpg\",\"media/cholec80/desmoking/aa.target.png\"],"
      "\"conversations\":[{\"from\":\"human\",\"value\":\"<image>\\nRemove the \\\"smoke\\\".\"},"
      "{\"from\":\"gpt\",\"value\":\"<image>\"}]}\n");
  EXPECT_EQ(text("media/cholec80/desmoking/aa.target.png"), "bytes of media/ab/aa-out.png");
}

TEST_F(PairConversations, AClipIsAVideoAndStandsApartWhereColumnsMatter) {
  add("aa", "conditional_video_generation");
  add("bb", "desmoking");
  ASSERT_TRUE(run("swift").ok());
  const Json clip = *parse_json(text("train-video.jsonl"), "line");
  EXPECT_EQ(clip["messages"][1]["content"], "<video>");
  EXPECT_THAT(clip["images"], SizeIs(1));
  EXPECT_THAT(clip["videos"], SizeIs(1));
  EXPECT_EQ(clip["channel"], "conditional_video_generation");
  const Json picture = *parse_json(text("train-image.jsonl"), "line");
  EXPECT_THAT(picture["images"], SizeIs(2));
  EXPECT_FALSE(picture.contains("videos"));
  ASSERT_TRUE(run("llava").ok());
  EXPECT_THAT(text("train.jsonl"),
              HasSubstr("\"video\":[\"media/cholec80/conditional_video_generation/aa.target.mp4\"]"));
}

TEST_F(PairConversations, ParquetHoldsBothPictures) {
  add("aa", "desmoking");
  add("bb", "desmoking");
  const auto report = run("hf");
  ASSERT_TRUE(report.ok()) << to_string(report.error());
  const std::string file = (out() / "data/train-image-00000-of-00001.parquet").string();
  const auto engine = *Engine::open(1);
  const auto table = engine->query(
      "SELECT sg_id, len(images), decode(images[2].bytes) = 'bytes of media/ab/' || sg_id || '-out.png', "
      "messages[2].content[1].\"type\" FROM read_parquet('" +
      file + "') ORDER BY 1");
  ASSERT_TRUE(table.ok()) << to_string(table.error());
  ASSERT_EQ(table->rows.size(), 2U);
  EXPECT_EQ(table->rows[0][1], "2");
  EXPECT_EQ(table->rows[0][2], "true");
  EXPECT_EQ(table->rows[0][3], "image");
  EXPECT_FALSE(fs::exists(out() / "media")) << "pictures are embedded";
}

TEST_F(PairConversations, PairsThatCannotBeToldAreCounted) {
  add("aa", "desmoking");
  add("bb", "desmoking");
  add("cc", "desmoking").prompt = "Answer with <image>.";
  missing_ = "media/ab/bb-out.png";
  const auto report = run("swift");
  ASSERT_TRUE(report.ok()) << to_string(report.error());
  EXPECT_EQ(report->rows_total, 1);
  EXPECT_EQ(report->dropped.at("missing_file").example, "bb");
  EXPECT_EQ(report->dropped.at("reserved_word").example, "cc");
  ExportOptions options;
  options.requires_media = true;
  EXPECT_EQ(run("swift", options).error().kind, ErrorKind::kNotFound);
}

TEST_F(PairConversations, MixedTasksAndFormatsWithoutPicturesAreRefused) {
  EXPECT_TRUE(*are_pair_tasks({"desmoking", "depth_estimation"}));
  EXPECT_FALSE(*are_pair_tasks({}));
  EXPECT_FALSE(*are_pair_tasks({"phase_recognition"}));
  EXPECT_EQ(are_pair_tasks({"phase_recognition", "desmoking"}).error().kind, ErrorKind::kUsage);
  add("aa", "desmoking");
  const auto refused = run("swift-grpo");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().kind, ErrorKind::kUsage);
  ExportOptions options;
  options.reasoning = ReasoningMode::kOnly;
  EXPECT_EQ(run("llava", options).error().kind, ErrorKind::kUsage);
}

TEST(PairTurns, ARowThatALoaderWouldMisreadIsNamed) {
  simdjson::dom::parser parser;
  const auto check = [&](const std::string& format, const std::string& line) {
    return find_pair_turns_format(format)->check_line(parser.parse(line));
  };
  const std::string start = R"({"id":"a","image":["i","t"],"conversations":[{"from":"human","value":"<image>\nq"},)";
  EXPECT_EQ(check("llava", start + R"({"from":"gpt","value":"<image>"}]})"), "");
  EXPECT_NE(check("llava", start + R"({"from":"gpt","value":"words"}]})"), "");
  EXPECT_NE(check("llava", start + R"({"from":"gpt","value":"<video>"}]})"), "");
  EXPECT_NE(check("llava", start + R"({"from":"human","value":"<image>"}]})"), "");
  EXPECT_NE(
      check(
          "llava",
          R"({"id":"a","image":["i","t"],"conversations":[{"from":"human","value":"<image>\n"},{"from":"gpt","value":"<image>"}]})"),
      "");
  EXPECT_NE(
      check(
          "swift",
          R"({"messages":[{"role":"user","content":"<image>q"},{"role":"assistant","content":"<image>"}],"images":["i"],"channel":"c"})"),
      "");
}

}  // namespace
}  // namespace surgsigma
