// A catalog, a video and its labels small enough to read, for the tests of this room.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "surgsigma/dialogue/dialogue.h"
#include "surgsigma/dialogue/facts.h"
#include "surgsigma/schema/answer.h"
#include "surgsigma/schema/catalog.h"
#include "surgsigma/schema/tables.h"

namespace surgsigma {

/// The project's own catalog, loaded once.
inline const Catalog& real_catalog() {
  static const Catalog catalog = [] {
    auto loaded = load_catalog(std::filesystem::path(SURGSIGMA_SOURCE_DIR) / "catalog");
    EXPECT_TRUE(loaded) << to_string(loaded.error());
    return loaded ? std::move(*loaded) : Catalog{};
  }();
  return catalog;
}

/// Phases, tools, triplets, tissue boxes and criteria of a cholecystectomy.
inline SourceCard small_card() {
  const auto vocabulary = [](std::string id, std::string kind, std::vector<std::string> concepts) {
    Vocabulary made;
    made.id = std::move(id);
    made.kind = std::move(kind);
    for (auto& text : concepts) {
      VocabularyLabel label;
      label.id = static_cast<std::int64_t>(made.labels.size());
      label.label = text;
      label.concept_id = ConceptId(text);
      if (text == "act.idle" || text == "obj.no_target") label.state = LabelState::kIdle;
      made.labels.push_back(std::move(label));
    }
    return made;
  };
  SourceCard card;
  card.id = SourceId("small");
  card.procedure = ConceptId("prc.cholecystectomy");
  const auto add = [&](Vocabulary made) { card.vocabularies[made.id] = std::move(made); };
  add(vocabulary("tools", "instrument",
                 {"ins.grasper", "ins.bipolar", "ins.hook", "ins.scissors", "ins.clip_applier", "ins.irrigator",
                  "obj.specimen_bag"}));
  add(vocabulary("verbs", "verb", {"act.grasp", "act.retract", "act.dissect", "act.clip", "act.aspirate", "act.idle"}));
  add(vocabulary(
      "targets", "anatomy",
      {"ana.gallbladder", "ana.cystic_duct", "ana.cystic_artery", "ana.liver", "ana.omentum", "obj.no_target"}));
  Vocabulary some =
      vocabulary("some_tools", "instrument", {"ins.grasper", "ins.hook", "ins.scissors", "ins.irrigator"});
  some.is_complete = false;
  add(std::move(some));
  Vocabulary triplets = vocabulary("triplets", "interaction", {});
  triplets.parts = {"tools", "verbs", "targets"};
  triplets.classes = {{0, {"ins.grasper", "act.retract", "ana.gallbladder"}},
                      {1, {"ins.grasper", "act.grasp", "ana.gallbladder"}},
                      {2, {"ins.hook", "act.dissect", "ana.gallbladder"}},
                      {3, {"ins.hook", "act.dissect", "ana.cystic_duct"}},
                      {4, {"ins.clip_applier", "act.clip", "ana.cystic_duct"}},
                      {5, {"ins.clip_applier", "act.clip", "ana.cystic_artery"}},
                      {6, {"ins.grasper", "act.idle", "obj.no_target"}},
                      {7, {"ins.hook", "act.idle", "obj.no_target"}}};
  add(std::move(triplets));
  add(vocabulary("phases", "phase",
                 {"pha.chole.preparation", "pha.chole.calot_dissection", "pha.chole.clipping_cutting",
                  "pha.chole.gallbladder_dissection", "pha.chole.gallbladder_packaging",
                  "pha.chole.cleaning_coagulation", "pha.chole.gallbladder_extraction"}));
  add(vocabulary("steps", "step",
                 {"stp.prostatectomy.idle", "stp.prostatectomy.dissect_iliac_nodes", "stp.prostatectomy.pack_nodes",
                  "stp.prostatectomy.suction", "stp.prostatectomy.tie_suture", "stp.prostatectomy.pull_suture"}));
  add(vocabulary(
      "actions", "action",
      {"bsa.aspiration", "bsa.clipping", "bsa.coagulation", "bsa.dissection", "bsa.knot_tying", "bsa.packaging"}));
  add(vocabulary("criteria", "criterion",
                 {"cri.cvs.two_structures", "cri.cvs.hepatocystic_triangle", "cri.cvs.cystic_plate"}));
  return card;
}

/// One video that is filled label by label.
class SmallVideo {
 public:
  SmallVideo() {
    row.video_id = VideoId("small/v1");
    row.source_id = SourceId("small");
    row.case_id = CaseId("small:1");
    row.duration_us = 1000 * kSecond;
    row.media = "v1.mp4";
    row.unit = "v1";
  }

  /// Adds a label that holds in [begin, end) seconds; its ordinal is its number, from 0.
  Annotation& add(AnnotationKind kind, std::string vocabulary, std::vector<std::string> concepts, double begin = 0,
                  double end = 1000) {
    Annotation made;
    made.video_id = row.video_id;
    made.ordinal = static_cast<std::int64_t>(annotations.size());
    made.kind = kind;
    made.vocabulary = std::move(vocabulary);
    made.begin_us = static_cast<std::int64_t>(begin * 1e6);
    made.end_us = static_cast<std::int64_t>(end * 1e6);
    for (auto& text : concepts) {
      made.labels.push_back(text);
      made.concepts.emplace_back(text == "obj.none" ? "" : text);
      if (text == "act.idle") made.state = LabelState::kIdle;
    }
    annotations.push_back(std::move(made));
    return annotations.back();
  }
  Annotation& add_box(std::string vocabulary, std::string concept_id, Box box, double begin = 0, double end = 1000) {
    Annotation& made = add(AnnotationKind::kBox, std::move(vocabulary), {std::move(concept_id)}, begin, end);
    made.x1 = box.x1;
    made.y1 = box.y1;
    made.x2 = box.x2;
    made.y2 = box.y2;
    made.width = 900;
    made.height = 600;
    return made;
  }

  /// A moment, or a clip, with everything that holds there or inside.
  ContextRow& look(double begin, double end = -1) {
    const bool is_clip = end > begin;
    ContextRow made;
    made.video_id = row.video_id;
    made.subject = is_clip ? Subject::kClip : Subject::kFrame;
    made.begin_us = static_cast<std::int64_t>(begin * 1e6);
    made.end_us = is_clip ? static_cast<std::int64_t>(end * 1e6) : made.begin_us;
    made.context_id = "small/v1@" + std::to_string(made.begin_us) + (is_clip ? "-" + std::to_string(made.end_us) : "");
    made.media = is_clip ? "" : "v1/" + std::to_string(made.begin_us) + ".png";
    made.width = 900;
    made.height = 600;
    const TimeRange range{made.begin_us, std::max(made.end_us, made.begin_us + 1)};
    for (const auto& a : annotations) {
      if (range.overlaps({a.begin_us, a.end_us})) made.ordinals.push_back(a.ordinal);
    }
    contexts.push_back(std::move(made));
    return contexts.back();
  }

  /// Conversations of this video, all tasks.
  std::vector<ConversationRow> talk(const DialogueOptions& options = {}) { return talk_about(contexts, options); }
  /// The same for many contexts that differ only by name: what can be said at all.
  std::vector<ConversationRow> talk_much(int times = 200, const DialogueOptions& options = {}) {
    std::vector<ContextRow> many;
    for (int i = 0; i < times; ++i) {
      for (const ContextRow& context : contexts) {
        many.push_back(context);
        many.back().context_id += "~" + std::to_string(i);
      }
    }
    return talk_about(many, options);
  }

  VideoRow row;
  SourceCard card = small_card();
  std::vector<Annotation> annotations;
  std::vector<ContextRow> contexts;
  std::vector<ReasoningRow> reasoning;
  std::vector<IssueRow> issues;

 private:
  std::vector<ConversationRow> talk_about(const std::vector<ContextRow>& wanted, const DialogueOptions& options) {
    std::vector<ConversationRow> made;
    issues.clear();
    stage_of(options).video(
        row, card, annotations, wanted, reasoning, [&](ConversationRow&& c) { made.push_back(std::move(c)); },
        [&](IssueRow&& i) { issues.push_back(std::move(i)); });
    return made;
  }
  /// Reading all templates takes a while: one stage per set of options.
  static const DialogueStage& stage_of(const DialogueOptions& options) {
    static std::map<std::string, DialogueStage> stages;
    const std::string key = std::to_string(options.seed) + "/" + std::to_string(options.choice_share) + "/" +
                            std::to_string(options.yes_no_share) + "/" + std::to_string(options.multi_turn) + "/" +
                            std::to_string(options.multi_turn_share);
    const auto known = stages.find(key);
    if (known != stages.end()) return known->second;
    auto made = DialogueStage::create(real_catalog(), options);
    if (!made) throw std::runtime_error(to_string(made.error()));
    return stages.emplace(key, std::move(*made)).first->second;
  }
};

inline Answer answer_of(const ConversationRow& row) {
  auto answer = answer_from_json(row.answer, row.conversation_id);
  EXPECT_TRUE(answer) << row.answer;
  return answer ? *answer : Answer{};
}

inline std::vector<ConversationRow> of_task(const std::vector<ConversationRow>& rows, std::string_view task) {
  std::vector<ConversationRow> chosen;
  for (const auto& row : rows) {
    if (row.task == task && row.form != Form::kMultiTurn) chosen.push_back(row);
  }
  return chosen;
}

}  // namespace surgsigma
