// A world for the tests of this room: annotations of one video, the context that joins them, and its chains.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "surgsigma/reason/check.h"
#include "surgsigma/reason/reason.h"

namespace surgsigma::chain_test {

inline const Catalog& catalog() {
  static const auto loaded = load_catalog(SURGSIGMA_SOURCE_DIR "/catalog");
  if (!loaded) ADD_FAILURE() << to_string(loaded.error());
  return *loaded;
}

struct World {
  explicit World(std::string source, std::string name = "V1") : source_id(std::move(source)) {
    video.source_id = SourceId(source_id);
    video.video_id = VideoId(source_id + "/" + name);
    video.width = 900;
    video.height = 600;
  }

  const SourceCard& card() const { return *catalog().source(SourceId(source_id)); }

  Annotation& add(AnnotationKind kind, double begin_s, double end_s, std::vector<std::string> concepts,
                  std::string vocabulary = "") {
    Annotation& row = rows.emplace_back();
    row.video_id = video.video_id;
    row.ordinal = static_cast<std::int64_t>(rows.size()) - 1;
    row.kind = kind;
    row.begin_us = static_cast<Microseconds>(begin_s * 1e6);
    row.end_us = static_cast<Microseconds>(end_s * 1e6);
    row.vocabulary = std::move(vocabulary);
    for (std::string& id : concepts) {
      row.labels.push_back(id);
      row.concepts.emplace_back(std::move(id));
    }
    return row;
  }
  Annotation& deed(double begin_s, double end_s, const std::string& instrument, const std::string& verb,
                   const std::string& target, int instance) {
    Annotation& row = add(AnnotationKind::kInteraction, begin_s, end_s, {instrument, verb, target}, "triplets");
    row.instance = instance;
    if (verb == "act.idle") row.state = LabelState::kIdle;
    return row;
  }
  Annotation& box(double begin_s, double end_s, const std::string& concept_id, double x1, double y1, double x2,
                  double y2, int instance, std::string vocabulary = "objects") {
    Annotation& row = add(AnnotationKind::kBox, begin_s, end_s, {concept_id}, std::move(vocabulary));
    row.x1 = x1;
    row.y1 = y1;
    row.x2 = x2;
    row.y2 = y2;
    row.width = 900;
    row.height = 600;
    row.instance = instance;
    return row;
  }

  /// Everything that holds at the moment, or overlaps the clip.
  ContextRow context(double begin_s, double end_s = -1) const {
    ContextRow made;
    made.video_id = video.video_id;
    made.subject = end_s < 0 ? Subject::kFrame : Subject::kClip;
    made.begin_us = static_cast<Microseconds>(begin_s * 1e6);
    made.end_us = end_s < 0 ? made.begin_us : static_cast<Microseconds>(end_s * 1e6);
    made.context_id = video.video_id.text + "@" + std::to_string(made.begin_us);
    if (end_s >= 0) made.context_id += "-" + std::to_string(made.end_us);
    const Microseconds end = std::max(made.end_us, made.begin_us + 1);
    for (const Annotation& row : rows) {
      if (row.begin_us < end && made.begin_us < row.end_us && row.rejected.empty())
        made.ordinals.push_back(row.ordinal);
    }
    made.knowledge = knowledge;
    return made;
  }

  std::vector<ReasoningRow> chains(const std::vector<ContextRow>& contexts, std::uint64_t seed = 1) {
    static std::map<std::pair<std::string, std::uint64_t>, ReasonStage> stages;
    auto stage = stages.find({source_id, seed});
    if (stage == stages.end()) {
      auto fresh = ReasonStage::create(catalog(), card(), {seed});
      EXPECT_TRUE(fresh.ok()) << (fresh.ok() ? "" : to_string(fresh.error()));
      stage = stages.emplace(std::make_pair(source_id, seed), *std::move(fresh)).first;
    }
    std::vector<ReasoningRow> made;
    issues.clear();
    stage->second.video(
        video, rows, contexts, [&](ReasoningRow&& row) { made.push_back(std::move(row)); },
        [&](IssueRow&& row) { issues.push_back(std::move(row)); });
    return made;
  }
  /// The chain of one task; a row without statements when there is none.
  ReasoningRow chain(const ContextRow& context, std::string_view task, std::uint64_t seed = 1) {
    for (ReasoningRow& row : chains({context}, seed)) {
      if (row.task == task) return std::move(row);
    }
    return {};
  }
  std::string verdict(const ReasoningRow& row, const ContextRow& context) const {
    static std::map<std::string, ReasoningChecker> checkers;
    auto checker = checkers.find(source_id);
    if (checker == checkers.end()) {
      auto fresh = ReasoningChecker::create(catalog(), card());
      EXPECT_TRUE(fresh.ok());
      checker = checkers.emplace(source_id, *std::move(fresh)).first;
    }
    return check_reasoning(checker->second, row, video, context, rows);
  }

  std::string source_id;
  VideoRow video;
  std::vector<Annotation> rows;
  std::vector<std::string> knowledge;
  std::vector<IssueRow> issues;
};

/// Replaces the first occurrence in any statement (or claim); false when there is none.
inline bool replace_first(std::vector<std::string>& texts, std::string_view from, std::string_view to) {
  for (std::string& text : texts) {
    const std::size_t at = text.find(from);
    if (at == std::string::npos) continue;
    text.replace(at, from.size(), to);
    return true;
  }
  return false;
}

}  // namespace surgsigma::chain_test
