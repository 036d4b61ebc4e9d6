// For tests of readers: a source card as text, files as text, and everything that reading them gave.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "surgsigma/base/files.h"
#include "surgsigma/base/json.h"
#include "surgsigma/ingest/reader.h"
#include "surgsigma/ingest/readers/readers.h"
#include "surgsigma/schema/catalog.h"

namespace surgsigma::testing_readers {

/// What every card needs and no reader asks for; `frame_rate`, `layout` and `vocabularies` follow.
inline const std::string kCardHead = R"(
id: demo
name: Demo
licence: {id: custom, terms: [unstated]}
procedure: prc.cholecystectomy
video_id: "video{video:02}"
case: "camma:{video}"
)";

struct Reading {
  std::vector<VideoRow> videos;
  std::vector<RawAnnotation> records;
  std::vector<IssueRow> issues;
  std::vector<FileRow> files;

  /// Issues of one rule.
  std::vector<IssueRow> of_rule(std::string_view rule) const {
    std::vector<IssueRow> found;
    std::copy_if(issues.begin(), issues.end(), std::back_inserter(found),
                 [&](const IssueRow& issue) { return issue.rule == rule; });
    return found;
  }
  std::vector<RawAnnotation> of_kind(AnnotationKind kind) const {
    std::vector<RawAnnotation> found;
    std::copy_if(records.begin(), records.end(), std::back_inserter(found),
                 [&](const RawAnnotation& record) { return record.kind == kind; });
    return found;
  }
};

inline SourceCard card_from(std::string_view yaml) {
  const auto document = parse_yaml(yaml, "card.yaml");
  EXPECT_TRUE(document) << (document ? "" : to_string(document.error()));
  if (!document) return {};
  const auto card = read_source_card(*document, "card.yaml");
  EXPECT_TRUE(card) << (card ? "" : to_string(card.error()));
  return card ? *card : SourceCard();
}

/// Ingests every file of `root` that the card takes, in one unit per bucket, and checks that each file's rows add up.
inline Reading read_folder(const SourceCard& card, const fs::path& root) {
  Reading reading;
  const auto source = match_source(card, root);
  EXPECT_TRUE(source) << (source ? "" : to_string(source.error()));
  if (!source) return reading;
  IngestSinks sinks;
  sinks.videos = [&](VideoRow&& row) { reading.videos.push_back(std::move(row)); };
  sinks.annotations = [&](RawAnnotation&& row) { reading.records.push_back(std::move(row)); };
  sinks.issues = [&](IssueRow&& row) { reading.issues.push_back(std::move(row)); };
  sinks.files = [&](FileRow&& row) { reading.files.push_back(std::move(row)); };
  for (const IngestUnit& unit : plan_ingest(card, *source, 1)) {
    const Status status = ingest_unit(card, *source, unit, sinks);
    EXPECT_TRUE(status) << (status ? "" : to_string(status.error()));
  }
  for (const FileRow& file : reading.files) {
    EXPECT_EQ(file.rows, file.recorded_rows + file.issue_rows) << file.path;
  }
  EXPECT_TRUE(reading.of_rule("unaccounted_rows").empty());
  EXPECT_TRUE(reading.of_rule("overaccounted_rows").empty());
  return reading;
}

using Texts = std::map<std::string, std::string>;

inline Reading read_texts(const SourceCard& card, const Texts& texts) {
  const TemporaryFolder folder;
  for (const auto& [path, text] : texts) EXPECT_TRUE(write_file(folder.path() / path, text));
  return read_folder(card, folder.path());
}

inline Reading read_texts(std::string_view yaml, const Texts& texts) { return read_texts(card_from(yaml), texts); }

/// Folder with real label files: $SURGSIGMA_SHARED_DATA, else ../shared/data beside the project; empty when absent.
inline fs::path shared_data() {
  const char* named = std::getenv("SURGSIGMA_SHARED_DATA");
  const fs::path folder = named != nullptr ? fs::path(named) : fs::path(SURGSIGMA_SOURCE_DIR) / "../shared/data";
  std::error_code none;
  return fs::is_directory(folder, none) ? folder : fs::path();
}

}  // namespace surgsigma::testing_readers
