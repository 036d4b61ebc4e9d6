#include "surgsigma/reason/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "surgsigma/base/files.h"
#include "surgsigma/reason/claim.h"
#include "surgsigma/reason/test_world.h"

namespace surgsigma {
namespace {

using chain_test::replace_first;
using chain_test::World;

/// Second 5 of a cholecystectomy: the hook dissects the cystic duct, one of two graspers retracts the gallbladder.
World triplets() {
  World world("cholect50", "VID01");
  world.add(AnnotationKind::kPhase, 0, 60, {"pha.chole.calot_dissection"}, "phases");        // 0
  world.deed(5, 6, "ins.hook", "act.dissect", "ana.cystic_duct", 0);                         // 1
  world.deed(5, 6, "ins.grasper", "act.retract", "ana.gallbladder", 1);                      // 2
  world.deed(5, 6, "ins.grasper", "act.idle", "obj.no_target", 2);                           // 3
  world.add(AnnotationKind::kPresence, 5, 6, {"ins.grasper", "ins.hook"}, "instruments");    // 4
  world.deed(6, 7, "ins.hook", "act.coagulate", "ana.liver", 0);                             // 5: one second later
  world.add(AnnotationKind::kPhase, 60, 90, {"pha.chole.clipping_cutting"}, "phases");       // 6
  world.deed(5, 6, "ins.scissors", "act.cut", "ana.cystic_duct", 3).rejected = "duplicate";  // 7
  world.knowledge = {"kn.act.dissect.1", "kn.ins.hook.1"};
  return world;
}

/// Structures with boxes and the three criteria, on a picture of 900 x 600.
World structures() {
  World world("endoscapes2023", "5");
  world.box(4, 4.04, "ana.cystic_duct", 50, 50, 200, 150, 0);    // 0 top-left
  world.box(4, 4.04, "ana.gallbladder", 620, 420, 880, 580, 1);  // 1 bottom-right
  world.box(4, 4.04, "ins.instrument", 350, 250, 500, 350, 2);   // 2 middle-center
  world.add(AnnotationKind::kCriterion, 4, 4.04, {"cri.cvs.two_structures"}, "criteria").value = 2.0 / 3;         // 3
  world.add(AnnotationKind::kCriterion, 4, 4.04, {"cri.cvs.hepatocystic_triangle"}, "criteria").value = 1.0 / 3;  // 4
  world.add(AnnotationKind::kCriterion, 4, 4.04, {"cri.cvs.cystic_plate"}, "criteria").value = 0;                 // 5
  return world;
}

/// The statement of the level-2 deeds, whatever its wording.
std::size_t claim_with(const ReasoningRow& row, std::string_view part) {
  for (std::size_t i = 0; i < row.claims.size(); ++i) {
    if (row.claims[i].find(part) != std::string::npos) return i;
  }
  return row.claims.size();
}

struct Fixture {
  World world;
  ContextRow context;
  ReasoningRow row;
  std::string verdict() const { return world.verdict(row, context); }
};

Fixture triplet_fixture(std::string_view task, std::uint64_t seed = 1) {
  Fixture made{triplets(), {}, {}};
  made.context = made.world.context(5);
  made.row = made.world.chain(made.context, task, seed);
  EXPECT_FALSE(made.row.statements.empty()) << task;
  return made;
}

Fixture structure_fixture(std::string_view task, std::uint64_t seed = 1) {
  Fixture made{structures(), {}, {}};
  made.context = made.world.context(4);
  made.row = made.world.chain(made.context, task, seed);
  EXPECT_FALSE(made.row.statements.empty()) << task;
  return made;
}

TEST(Checker, AcceptsWhatTheRecordsSay) {
  EXPECT_EQ(triplet_fixture("phase_recognition").verdict(), "accepted");
  EXPECT_EQ(triplet_fixture("triplet_recognition").verdict(), "accepted");
  EXPECT_EQ(structure_fixture("safety_assessment").verdict(), "accepted");
}

TEST(Checker, RejectsAConclusionThatContradictsTheLabel) {
  Fixture f = triplet_fixture("phase_recognition");
  f.row.claims.back() = "phase pha.chole.clipping_cutting";
  f.row.statements.back() = "Hence the phase is the clipping and cutting of the cystic duct and artery.";
  EXPECT_EQ(f.verdict(), "claim_not_backed") << "the record named is of another phase";
  f.row.evidence.back() = "6";
  EXPECT_EQ(f.verdict(), "record_elsewhere") << "that phase comes a minute later";
}

TEST(Checker, RejectsASentenceThatSaysAnotherPhaseThanItsClaim) {
  Fixture f = triplet_fixture("phase_recognition");
  f.row.statements.back() = "Hence the phase is gallbladder packaging.";
  EXPECT_EQ(f.verdict(), "unbacked_mention");
}

TEST(Checker, RejectsTheWrongSide) {
  Fixture f = structure_fixture("tissue_localization");
  const std::size_t i = claim_with(f.row, "side ana.cystic_duct left");
  ASSERT_LT(i, f.row.claims.size());
  const Fixture untouched = f;
  ASSERT_TRUE(replace_first(f.row.statements, "on the left", "on the right"));
  EXPECT_EQ(f.verdict(), "unbacked_mention") << "the sentence says right, the claim left";
  ASSERT_TRUE(replace_first(f.row.claims, "side ana.cystic_duct left", "side ana.cystic_duct right"));
  EXPECT_EQ(f.verdict(), "claim_not_backed") << "both say right, the box lies left";
  EXPECT_EQ(untouched.verdict(), "accepted");
}

TEST(Checker, RejectsTheWrongNinth) {
  Fixture f = structure_fixture("tissue_localization");
  ASSERT_TRUE(replace_first(f.row.statements, "bottom-right", "bottom-left"));
  ASSERT_TRUE(replace_first(f.row.claims, "at ana.gallbladder bottom-right", "at ana.gallbladder bottom-left"));
  EXPECT_EQ(f.verdict(), "claim_not_backed");
}

TEST(Checker, RejectsARelationTurnedRound) {
  Fixture f = structure_fixture("safety_assessment");
  const std::size_t i = claim_with(f.row, "left_of");
  ASSERT_LT(i, f.row.claims.size());
  f.row.claims[i] = "left_of ana.gallbladder ana.cystic_duct";
  f.row.statements[i] = "In the picture, the gallbladder lies to the left of the cystic duct.";
  f.row.evidence[i] = "0,1";
  EXPECT_EQ(f.verdict(), "claim_not_backed");
  f.row.claims[i] = "left_of ana.cystic_duct ana.gallbladder";
  EXPECT_EQ(f.verdict(), "unbacked_mention") << "the claim is true, the sentence says the reverse";
  f.row.statements[i] = "In the picture, the gallbladder lies to the right of the cystic duct.";
  EXPECT_EQ(f.verdict(), "accepted");
}

TEST(Checker, RejectsARecordThatTheVideoLacks) {
  Fixture f = triplet_fixture("phase_recognition");
  f.row.evidence.back() = "4711";
  EXPECT_EQ(f.verdict(), "unknown_record");
  f.row.evidence.back() = "zero";
  EXPECT_EQ(f.verdict(), "unknown_record");
  f.row.evidence.back() = "";
  EXPECT_EQ(f.verdict(), "unknown_record");
}

TEST(Checker, RejectsTheWrongRecord) {
  Fixture f = triplet_fixture("phase_recognition");
  f.row.evidence.back() = "1";
  EXPECT_EQ(f.verdict(), "claim_not_backed");
  f.row.evidence.back() = "0,1";
  EXPECT_EQ(f.verdict(), "evidence_unused") << "the second record has nothing to do with it";
}

TEST(Checker, RejectsARecordThatWasRejectedItself) {
  Fixture f = triplet_fixture("phase_recognition");
  const std::size_t i = claim_with(f.row, "acts");
  f.row.claims[i] = "acts ins.scissors act.cut ana.cystic_duct";
  f.row.statements[i] = "The scissors cut the cystic duct.";
  f.row.evidence[i] = "7";
  EXPECT_EQ(f.verdict(), "record_not_in_use");
}

TEST(Checker, RejectsARecordOfAnotherMoment) {
  Fixture f = triplet_fixture("phase_recognition");
  const std::size_t i = claim_with(f.row, "acts");
  f.row.claims[i] = "acts ins.hook act.coagulate ana.liver";
  f.row.statements[i] = "The hook coagulates the liver.";
  f.row.evidence[i] = "5";
  EXPECT_EQ(f.verdict(), "record_elsewhere");
}

TEST(Checker, RejectsARecordThatTheContextDoesNotJoin) {
  Fixture f = triplet_fixture("phase_recognition");
  f.context.ordinals = {1, 2, 3, 4};
  EXPECT_EQ(f.verdict(), "record_not_in_context");
}

TEST(Checker, RejectsAnInventedInstrument) {
  Fixture f = triplet_fixture("phase_recognition");
  f.row.statements[0] = "Two graspers, a hook and a stapler can be seen.";
  EXPECT_EQ(f.verdict(), "unbacked_mention");
  Fixture g = triplet_fixture("phase_recognition");
  const std::size_t i = claim_with(g.row, "acts");
  g.row.statements[i] = "The stapler dissects the cystic duct.";
  g.row.claims[i] = "acts ins.stapler act.dissect ana.cystic_duct";
  g.row.evidence[i] = "1";
  EXPECT_EQ(g.verdict(), "claim_not_backed");
}

TEST(Checker, RejectsALevelTwoEntityThatLevelOneDoesNotName) {
  Fixture f = triplet_fixture("phase_recognition");
  f.row.statements[0] = "A hook can be seen.";
  f.row.claims[0] = "present ins.hook";
  f.row.evidence[0] = "1";
  EXPECT_EQ(f.verdict(), "entity_not_named") << "the grasper of level 2";
}

TEST(Checker, RejectsSwappedCriteria) {
  Fixture f = structure_fixture("safety_assessment");
  const std::size_t last = f.row.claims.size() - 1;
  ASSERT_EQ(f.row.claims[last],
            "criterion cri.cvs.two_structures met; criterion cri.cvs.hepatocystic_triangle unmet; criterion "
            "cri.cvs.cystic_plate unmet");
  f.row.claims[last] =
      "criterion cri.cvs.two_structures unmet; criterion cri.cvs.hepatocystic_triangle met; criterion "
      "cri.cvs.cystic_plate unmet";
  EXPECT_EQ(f.verdict(), "claim_not_backed");
}

TEST(Checker, RejectsACriterionThatTheSentenceTurnsRound) {
  Fixture f = structure_fixture("safety_assessment");
  f.row.statements.back() =
      "Hence criterion 1, two structures entering the gallbladder, is not met; criterion 2, hepatocystic triangle "
      "dissection, is not met; and criterion 3, exposure of the cystic plate, is not met.";
  EXPECT_EQ(f.verdict(), "unbacked_mention");
}

TEST(Checker, RejectsCriteriaInTheOrderOfAnotherProtocol) {
  Fixture f = structure_fixture("safety_assessment");
  f.row.claims.back() =
      "criterion cri.cvs.two_structures met; criterion cri.cvs.cystic_plate unmet; criterion "
      "cri.cvs.hepatocystic_triangle unmet";
  f.row.statements.back() =
      "Hence two structures entering the gallbladder is met; exposure of the cystic plate is not met; hepatocystic "
      "triangle dissection is not met.";
  EXPECT_EQ(f.verdict(), "conclusion_differs");
}

TEST(Checker, RejectsAConclusionThatLeavesPartOut) {
  Fixture f = triplet_fixture("triplet_recognition");
  f.row.claims.back() = "acts ins.hook act.dissect ana.cystic_duct";
  f.row.statements.back() = "In sum: (hook, dissect, cystic duct).";
  f.row.evidence.back() = "1";
  EXPECT_EQ(f.verdict(), "conclusion_differs");
  Fixture g = triplet_fixture("instrument_recognition");
  g.row.claims.back() = "instruments ins.hook";
  g.row.statements.back() = "That makes a hook.";
  g.row.evidence.back() = "1,4";
  EXPECT_EQ(g.verdict(), "conclusion_differs");
}

TEST(Checker, RejectsAWrongCount) {
  Fixture f = triplet_fixture("phase_recognition");
  const std::size_t i = claim_with(f.row, "count ins.grasper 2");
  ASSERT_LT(i, f.row.claims.size());
  ASSERT_TRUE(replace_first(f.row.claims, "count ins.grasper 2", "count ins.grasper 3"));
  EXPECT_EQ(f.verdict(), "claim_not_backed");
  Fixture g = triplet_fixture("phase_recognition");
  const bool is_upper = replace_first(g.row.statements, "Two graspers", "Three graspers");
  ASSERT_TRUE(is_upper || replace_first(g.row.statements, "two graspers", "three graspers"));
  EXPECT_EQ(g.verdict(), "unbacked_mention");
}

TEST(Checker, RejectsAnIdleInstrumentThatActs) {
  Fixture f = triplet_fixture("triplet_recognition");
  const std::size_t i = claim_with(f.row, "idle ins.grasper");
  ASSERT_LT(i, f.row.claims.size());
  f.row.claims[i] = "idle ins.hook";
  f.row.statements[i] = "The hook is at rest.";
  f.row.evidence[i] = "1";
  EXPECT_EQ(f.verdict(), "claim_not_backed");
}

TEST(Checker, RejectsLevelsOutOfOrderOrMissing) {
  Fixture f = triplet_fixture("phase_recognition");
  Fixture missing = f;
  std::swap(f.row.levels.front(), f.row.levels.back());
  EXPECT_EQ(f.verdict(), "level_missing");
  std::erase_if(missing.row.levels, [](int level) { return level == 2; });
  EXPECT_EQ(missing.verdict(), "malformed") << "the lists differ in length";
  for (auto* list : {&missing.row.statements, &missing.row.claims, &missing.row.evidence}) {
    list->resize(missing.row.levels.size());
  }
  EXPECT_EQ(missing.verdict(), "level_missing");
  missing.row.levels = {1, 2, 1, 3};
  missing.row.levels.resize(missing.row.statements.size(), 3);
  EXPECT_NE(missing.verdict(), "accepted");
}

TEST(Checker, RejectsASentenceAboutLabels) {
  Fixture f = triplet_fixture("phase_recognition");
  f.row.statements.back() = "The ground truth says the dissection of Calot's triangle.";
  EXPECT_EQ(f.verdict(), "label_leak");
}

TEST(Checker, RejectsKnowledgeThatIsAlteredUnknownOrOffTopic) {
  Fixture f = triplet_fixture("phase_recognition");
  std::size_t i = claim_with(f.row, "know ");
  for (std::uint64_t seed = 2; i == f.row.claims.size(); ++seed) {
    f = triplet_fixture("phase_recognition", seed);
    i = claim_with(f.row, "know ");
  }
  const Fixture untouched = f;
  f.row.statements[i] += " So it is certain.";
  EXPECT_EQ(f.verdict(), "knowledge_altered");
  f = untouched;
  f.row.claims[i] = "know kn.ana.prostate.1";
  f.row.evidence[i] = "kn.ana.prostate.1";
  EXPECT_EQ(f.verdict(), "unknown_knowledge") << "not retrieved for this context";
  f.context.knowledge.push_back("kn.ana.prostate.1");
  for (const auto& [id, entries] : chain_test::catalog().knowledge) {
    for (const Knowledge& entry : entries) {
      if (entry.id == "kn.ana.prostate.1") f.row.statements[i] = entry.text;
    }
  }
  EXPECT_EQ(f.verdict(), "knowledge_off_topic");
  EXPECT_EQ(untouched.verdict(), "accepted");
}

TEST(Checker, RejectsIdsThatDoNotBelongTogether) {
  Fixture f = triplet_fixture("phase_recognition");
  f.row.reasoning_id = f.row.context_id + "/step_recognition";
  EXPECT_EQ(f.verdict(), "wrong_id");
}

TEST(Checker, RejectsAClaimInNoKnownLanguage) {
  Fixture f = triplet_fixture("phase_recognition");
  for (const char* claim : {"", "seen ins.hook", "present", "present ins.hook ins.grasper", "present  ins.hook",
                            "present ins.hook;", "count ins.hook two; "}) {
    f.row.claims[0] = claim;
    EXPECT_NE(f.verdict(), "accepted") << claim;
  }
  f.row.claims[0] = "present ins.nonsense";
  EXPECT_EQ(f.verdict(), "claim_not_backed");
  f.row.task = "desmoking";
  EXPECT_EQ(f.verdict(), "malformed");
}

/// Gestures one after the other; the clip is the second.
World gestures() {
  World world("sar-rarp50", "video_01");
  world.add(AnnotationKind::kAction, 0, 4, {"ges.sar.positioning_needle"}, "actions");  // 0
  world.add(AnnotationKind::kAction, 4, 12, {"ges.sar.pushing_needle"}, "actions");     // 1
  world.add(AnnotationKind::kAction, 12, 20, {"ges.sar.pulling_needle"}, "actions");    // 2
  world.add(AnnotationKind::kAction, 20, 25, {"ges.sar.tying_knot"}, "actions");        // 3
  return world;
}

TEST(Checker, RejectsEvidenceFromFootageThatIsNotShown) {
  World world = gestures();
  const ContextRow context = world.context(4, 12);
  ReasoningRow row = world.chain(context, "next_action");
  ASSERT_FALSE(row.statements.empty());
  EXPECT_EQ(world.verdict(row, context), "accepted");
  // What follows may only stand in the conclusion.
  ReasoningRow early = row;
  const std::size_t i = claim_with(early, "elapsed");
  ASSERT_LT(i, early.claims.size());
  early.claims[i] = early.claims.back();
  early.statements[i] = early.statements.back();
  early.evidence[i] = early.evidence.back();
  EXPECT_EQ(world.verdict(early, context), "future_evidence");
}

TEST(Checker, RejectsTheActionAfterTheNext) {
  World world = gestures();
  const ContextRow context = world.context(4, 12);
  ReasoningRow row = world.chain(context, "next_action");
  ASSERT_FALSE(row.statements.empty());
  row.claims.back() = "next ges.sar.tying_knot";
  row.statements.back() = "Next comes tying of a knot.";
  row.evidence.back() = "3";
  EXPECT_EQ(world.verdict(row, context), "claim_not_backed");
}

TEST(Checker, RejectsATimeLeftThatIsNot) {
  World world = gestures();
  const ContextRow context = world.context(4, 12);
  ReasoningRow row = world.chain(context, "action_remaining");
  ASSERT_FALSE(row.statements.empty());
  EXPECT_EQ(world.verdict(row, context), "accepted");
  row.claims.back() = "remaining 9000000 at 6000000";
  row.statements.back() = "It should end in 9 seconds.";
  EXPECT_NE(world.verdict(row, context), "accepted");
}

TEST(Verdicts, AreToldApartAndExplained) {
  std::set<std::string_view> names;
  for (const ReasoningVerdict& row : reasoning_verdicts()) {
    EXPECT_TRUE(names.insert(row.verdict).second) << row.verdict;
    EXPECT_FALSE(row.meaning.empty());
  }
}

TEST(Verdicts, AndClaimsAllStandInTheDocumentation) {
  const auto page = read_file(SURGSIGMA_SOURCE_DIR "/docs/reasoning.md");
  ASSERT_TRUE(page) << to_string(page.error());
  for (const ReasoningVerdict& row : reasoning_verdicts()) {
    const std::string line = "| `" + std::string(row.verdict) + "` | " + std::string(row.meaning) + " |";
    EXPECT_NE(page->find(line), std::string::npos) << line;
  }
  for (const chain::ClaimWordRow& row : chain::kClaimWords) {
    EXPECT_NE(page->find("`" + std::string(row.word) + " "), std::string::npos) << row.word;
  }
}

TEST(Claims, WhatIsWrittenIsReadBack) {
  std::string text;
  chain::begin_atom(chain::ClaimWord::kCount, text);
  chain::add_argument("ins.grasper", text);
  chain::add_argument(2, text);
  chain::begin_atom(chain::ClaimWord::kPresent, text);
  chain::add_argument("ins.hook", text);
  EXPECT_EQ(text, "count ins.grasper 2; present ins.hook");
  std::vector<chain::ClaimAtom> atoms;
  ASSERT_TRUE(chain::parse_claim(text, atoms));
  ASSERT_EQ(atoms.size(), 2u);
  EXPECT_EQ(atoms[0].word, chain::ClaimWord::kCount);
  EXPECT_THAT(atoms[1].arguments, testing::ElementsAre("ins.hook"));
}

}  // namespace
}  // namespace surgsigma
