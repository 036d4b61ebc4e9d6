// A small database for the tests of this room: one or more sources with videos, splits, conversations and reasoning,
// written as the pipeline writes them.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "surgsigma/schema/tables.h"
#include "surgsigma/store/database.h"

namespace surgsigma {

class TestDatabase {
 public:
  std::vector<SourceRow> sources;
  std::vector<CaseRow> cases;
  std::vector<VideoRow> videos;
  std::vector<SplitRow> splits;
  /// (source, unit) -> rows
  std::map<std::pair<std::string, std::string>, std::vector<ConversationRow>> conversations;
  std::map<std::pair<std::string, std::string>, std::vector<ReasoningRow>> reasoning;
  std::vector<Input> inputs;

  void add_source(const std::string& id, std::vector<std::string> terms, bool is_simulated = false) {
    SourceRow source;
    source.source_id = SourceId(id);
    source.name = id;
    source.version = "1";
    source.licence_id = "CC-BY-NC-SA-4.0";
    source.terms = std::move(terms);
    source.citation = "Someone, " + id;
    source.is_simulated = is_simulated;
    sources.push_back(std::move(source));
  }

  void add_video(const std::string& source, const std::string& name, const std::string& case_id,
                 const std::string& part) {
    VideoRow video;
    video.video_id = VideoId(source + "/" + name);
    video.source_id = SourceId(source);
    video.case_id = CaseId(case_id);
    video.media = "videos/" + name + ".mp4";
    video.duration_us = 3'600'000'000;
    videos.push_back(video);
    splits.push_back({"strict", SourceId(source), CaseId(case_id), case_id, part, "test"});
  }

  /// A question about a frame of a video; the caller changes what it needs.
  ConversationRow& add(const std::string& source, const std::string& unit, const std::string& video,
                       const std::string& task, std::vector<std::string> turns) {
    ConversationRow row;
    row.conversation_id = "id" + std::to_string(++count_);
    row.task = task;
    row.source_id = SourceId(source);
    row.video_id = VideoId(source + "/" + video);
    for (const VideoRow& known : videos) {
      if (known.video_id == row.video_id) row.case_id = known.case_id;
    }
    row.begin_us = row.end_us = count_ * 1'000'000;
    row.turns = std::move(turns);
    row.answer = R"({"shape":"text","text":"an answer"})";
    row.answer_class = "an answer";
    row.media = {"frames/" + video + "/" + std::to_string(count_) + ".png"};
    row.width = 854;
    row.height = 480;
    row.ordinals = {1};
    auto& rows = conversations[{source, unit}];
    rows.push_back(std::move(row));
    return rows.back();
  }

  ReasoningRow& add_reasoning(const std::string& source, const std::string& unit, ConversationRow& conversation) {
    conversation.reasoning_id = conversation.conversation_id + "/why";
    ReasoningRow row;
    row.reasoning_id = conversation.reasoning_id;
    row.video_id = conversation.video_id;
    row.task = conversation.task;
    row.levels = {1, 2, 3};
    row.statements = {"A hook is visible.", "The hook dissects the cystic duct.", "This is the dissection phase."};
    row.claims = row.evidence = {"", "", ""};
    row.verdict = "accepted";
    auto& rows = reasoning[{source, unit}];
    rows.push_back(std::move(row));
    return rows.back();
  }

  /// Writes everything and opens it for reading.
  Database make(const fs::path& folder) const {
    EXPECT_TRUE(Database::create(folder, 7, "test").ok());
    auto engine = *Engine::open(1);
    Manifest manifest;
    {
      auto database = Database::open(folder, Access::kWrite);
      EXPECT_TRUE(database.ok());
      manifest = database->manifest();
      manifest.inputs = inputs;
      write(engine, folder, manifest, sources, "", "all");
      write(engine, folder, manifest, cases, "", "all");
      write(engine, folder, manifest, videos, "", "all");
      write(engine, folder, manifest, splits, "", "all");
      for (const auto& [place, rows] : conversations) write(engine, folder, manifest, rows, place.first, place.second);
      for (const auto& [place, rows] : reasoning) write(engine, folder, manifest, rows, place.first, place.second);
      EXPECT_TRUE(database->commit(manifest).ok());
    }
    auto database = Database::open(folder, Access::kRead);
    EXPECT_TRUE(database.ok());
    return std::move(*database);
  }

 private:
  template <class Row>
  static void write(const std::shared_ptr<Engine>& engine, const fs::path& folder, Manifest& manifest,
                    const std::vector<Row>& rows, const std::string& source, const std::string& unit) {
    if (rows.empty()) return;
    Partition partition{std::string(Row::kTable), "test", source, unit, "00", "", 0, 0};
    partition.file = partition_file(Row::kTable, source, unit, "00");
    fs::create_directories((folder / partition.file).parent_path());
    TableWriter<Row> writer(engine, folder / partition.file);
    for (const Row& row : rows) writer.append(row);
    const auto written = writer.finish();
    ASSERT_TRUE(written.ok()) << to_string(written.error());
    partition.rows = written->rows;
    partition.bytes = written->bytes;
    manifest.partitions.push_back(partition);
  }

  std::int64_t count_ = 0;
};

}  // namespace surgsigma
