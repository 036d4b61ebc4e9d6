#include "surgsigma/reason/reason.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "surgsigma/reason/test_world.h"

namespace surgsigma {
namespace {

using chain_test::World;

std::vector<std::string> tasks_of(const std::vector<ReasoningRow>& rows) {
  std::vector<std::string> tasks;
  for (const ReasoningRow& row : rows) tasks.push_back(row.task);
  return tasks;
}

std::string text_of(const ReasoningRow& row) {
  std::string text;
  for (std::size_t i = 0; i < row.statements.size(); ++i) {
    text += std::to_string(row.levels[i]) + " " + row.statements[i] + " <" + row.claims[i] + ">\n";
  }
  return text;
}

World one_second() {
  World world("cholect50", "VID01");
  world.add(AnnotationKind::kPhase, 0, 60, {"pha.chole.calot_dissection"}, "phases");
  world.deed(5, 6, "ins.hook", "act.dissect", "ana.cystic_duct", 0);
  world.deed(5, 6, "ins.grasper", "act.idle", "obj.no_target", 1);
  world.add(AnnotationKind::kPresence, 5, 6, {"ins.grasper", "ins.hook"}, "instruments");
  return world;
}

TEST(Reason, AMomentGivesAChainPerTaskInTheOrderOfTaskNumbers) {
  World world = one_second();
  const auto rows = world.chains({world.context(5)});
  EXPECT_THAT(tasks_of(rows),
              testing::ElementsAre("instrument_recognition", "triplet_recognition", "phase_recognition"));
  for (const ReasoningRow& row : rows) {
    EXPECT_EQ(row.verdict, "accepted") << text_of(row);
    EXPECT_EQ(row.reasoning_id, row.context_id + "/" + row.task);
    EXPECT_EQ(std::set<int>(row.levels.begin(), row.levels.end()), (std::set<int>{1, 2, 3})) << text_of(row);
  }
  EXPECT_TRUE(world.issues.empty());
}

TEST(Reason, TheConclusionIsTheLabel) {
  World world = one_second();
  const ContextRow context = world.context(5);
  EXPECT_EQ(world.chain(context, "phase_recognition").claims.back(), "phase pha.chole.calot_dissection");
  EXPECT_EQ(world.chain(context, "instrument_recognition").claims.back(), "instruments ins.hook ins.grasper");
  EXPECT_EQ(world.chain(context, "triplet_recognition").claims.back(),
            "acts ins.hook act.dissect ana.cystic_duct; idle ins.grasper");
}

TEST(Reason, NoStatementBeforeTheConclusionOfAPhaseNamesThePhase) {
  World world = one_second();
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const ReasoningRow row = world.chain(world.context(5), "phase_recognition", seed);
    for (std::size_t i = 0; i + 1 < row.claims.size(); ++i) EXPECT_EQ(row.claims[i].find("phase "), std::string::npos);
  }
}

TEST(Reason, APhaseByItselfIsNoReasonForAnything) {
  World world("multibypass140", "BBP01");
  world.add(AnnotationKind::kPhase, 0, 60, {"pha.bypass.preparation"}, "phases");
  world.add(AnnotationKind::kStep, 0, 60, {"stp.bypass.trocar_placement"}, "steps");
  EXPECT_THAT(world.chains({world.context(5)}), testing::IsEmpty());
}

TEST(Reason, InstrumentsWithoutAnythingElseAreNoReasonForThemselves) {
  World world("cholec80", "video01");
  world.add(AnnotationKind::kPresence, 5, 6, {"ins.grasper", "ins.hook"}, "tools");
  EXPECT_THAT(world.chains({world.context(5)}), testing::IsEmpty());
  world.add(AnnotationKind::kPhase, 0, 60, {"pha.chole.calot_dissection"}, "phases");
  EXPECT_THAT(tasks_of(world.chains({world.context(5)})),
              testing::ElementsAre("instrument_recognition", "phase_recognition"));
}

TEST(Reason, AnEmptyListSaysThatNobodyActs) {
  World world("cholec80", "video01");
  world.add(AnnotationKind::kPhase, 0, 60, {"pha.chole.preparation"}, "phases");
  world.add(AnnotationKind::kPresence, 5, 6, {}, "tools");
  const ReasoningRow row = world.chain(world.context(5), "phase_recognition");
  ASSERT_FALSE(row.claims.empty());
  EXPECT_EQ(row.claims[0], "nothing tools");
  EXPECT_EQ(row.claims[1], "rest tools");
  EXPECT_EQ(row.verdict, "accepted") << text_of(row);
}

TEST(Reason, AnEmptyListWithADoubtfulClassSaysNothing) {
  World world("cholec80", "video01");
  world.add(AnnotationKind::kPhase, 0, 60, {"pha.chole.preparation"}, "phases");
  world.add(AnnotationKind::kPresence, 5, 6, {}, "tools");
  world.add(AnnotationKind::kPresence, 5, 6, {"ins.hook"}, "tools").state = LabelState::kUncertain;
  EXPECT_THAT(world.chains({world.context(5)}), testing::IsEmpty());
}

TEST(Reason, OutsideTheBodyThereIsNothingToReasonAbout) {
  World world = one_second();
  world.add(AnnotationKind::kFlag, 5, 6, {"flg.out_of_body"});
  EXPECT_THAT(world.chains({world.context(5)}), testing::IsEmpty());
}

TEST(Reason, TwoPhasesAtOnceAreNoPhase) {
  World world = one_second();
  world.add(AnnotationKind::kPhase, 4, 8, {"pha.chole.preparation"}, "phases");
  EXPECT_THAT(tasks_of(world.chains({world.context(5)})), testing::Not(testing::Contains("phase_recognition")));
}

TEST(Reason, AnUnknownVerbMakesNoTriplets) {
  World world = one_second();
  world.deed(5, 6, "ins.scissors", "", "", 2);
  const auto rows = world.chains({world.context(5)});
  EXPECT_THAT(tasks_of(rows), testing::Not(testing::Contains("triplet_recognition")));
  for (const ReasoningRow& row : rows) EXPECT_EQ(row.verdict, "accepted") << text_of(row);
}

World keyframe() {
  World world("endoscapes2023", "5");
  world.box(4, 4.04, "ana.cystic_duct", 50, 50, 200, 150, 0);
  world.box(4, 4.04, "ana.gallbladder", 620, 420, 880, 580, 1);
  world.box(4, 4.04, "ins.instrument", 350, 250, 500, 350, 2);
  world.box(4, 4.04, "ins.instrument", 30, 450, 130, 560, 3);
  world.add(AnnotationKind::kCriterion, 4, 4.04, {"cri.cvs.two_structures"}, "criteria").value = 2.0 / 3;
  world.add(AnnotationKind::kCriterion, 4, 4.04, {"cri.cvs.hepatocystic_triangle"}, "criteria").value = 1.0 / 3;
  world.add(AnnotationKind::kCriterion, 4, 4.04, {"cri.cvs.cystic_plate"}, "criteria").value = 0;
  world.knowledge = {"kn.pro.cvs.1"};
  return world;
}

TEST(Reason, BoxesAndVotesGiveLocationAndSafety) {
  World world = keyframe();
  const auto rows = world.chains({world.context(4)});
  EXPECT_THAT(tasks_of(rows), testing::IsSupersetOf({"instrument_localization", "tissue_recognition",
                                                     "tissue_localization", "safety_assessment"}));
  for (const ReasoningRow& row : rows) EXPECT_EQ(row.verdict, "accepted") << text_of(row);
  EXPECT_EQ(world.chain(world.context(4), "instrument_localization").claims.back(),
            "at ins.instrument middle-center; at ins.instrument bottom-left");
}

TEST(Reason, AHalfRatedProtocolIsNotAssessed) {
  World world = keyframe();
  world.rows.pop_back();
  EXPECT_THAT(tasks_of(world.chains({world.context(4)})), testing::Not(testing::Contains("safety_assessment")));
}

TEST(Reason, AScaleOfThreeIsTold) {
  World world("cholec80-cvs", "video01");
  world.box(4, 5, "ana.cystic_duct", 50, 50, 200, 150, 0);
  world.box(4, 5, "ana.gallbladder", 620, 420, 880, 580, 1);
  int value = 0;
  for (const char* id :
       {"cri.cvs_cholec80.two_structures", "cri.cvs_cholec80.cystic_plate", "cri.cvs_cholec80.hepatocystic_triangle"}) {
    Annotation& row = world.add(AnnotationKind::kCriterion, 0, 60, {id}, "criteria");
    row.value = value;
    row.state = value == 0 ? LabelState::kAbsent : LabelState::kPresent;
    ++value;
  }
  const ReasoningRow row = world.chain(world.context(4), "safety_assessment");
  ASSERT_FALSE(row.claims.empty());
  EXPECT_EQ(row.claims.back(),
            "criterion cri.cvs_cholec80.two_structures 0; criterion cri.cvs_cholec80.cystic_plate 1; criterion "
            "cri.cvs_cholec80.hepatocystic_triangle 2");
  EXPECT_EQ(row.verdict, "accepted") << text_of(row);
}

TEST(Reason, SeveralDeedsOfOneInstrumentWithoutTargetsAreTold) {
  World world("psi-ava", "CASE001");
  world.add(AnnotationKind::kPhase, 0, 60, {"pha.prostatectomy.retzius_space"}, "phases");
  world.add(AnnotationKind::kStep, 0, 60, {"stp.prostatectomy.prevesical_dissection"}, "steps");
  world.box(5, 6, "ins.monopolar_curved_scissors", 100, 100, 300, 300, 0, "instruments");
  world.box(5, 6, "ins.bipolar_forceps", 600, 300, 800, 500, 1, "instruments");
  world.deed(5, 6, "ins.monopolar_curved_scissors", "act.cut", "", 0);
  world.deed(5, 6, "ins.monopolar_curved_scissors", "act.push", "", 0);
  world.deed(5, 6, "ins.bipolar_forceps", "act.idle", "", 1);
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    for (const ReasoningRow& row : world.chains({world.context(5)}, seed)) {
      EXPECT_EQ(row.verdict, "accepted") << text_of(row);
      EXPECT_EQ(text_of(row).find("scissors is "), std::string::npos) << text_of(row);
      EXPECT_EQ(text_of(row).find("a monopolar"), std::string::npos) << text_of(row);
    }
  }
  EXPECT_THAT(tasks_of(world.chains({world.context(5)})), testing::Contains("step_recognition"));
}

TEST(Reason, AnotherInstrumentIsOnlyToldOfWhereThereIsOne) {
  World world("psi-ava", "CASE001");
  world.add(AnnotationKind::kPhase, 0, 60, {"pha.prostatectomy.retzius_space"}, "phases");
  for (int i = 0; i < 2; ++i) {
    world.box(5, 6, "ins.large_needle_driver", 100 + 400 * i, 100, 300 + 400 * i, 300, i, "instruments");
    world.deed(5, 6, "ins.large_needle_driver", "act.hold", "", i);
    world.deed(5, 6, "ins.large_needle_driver", i == 0 ? "act.pull" : "act.travel", "", i);
  }
  const ReasoningRow row = world.chain(world.context(5), "phase_recognition");
  std::string deeds;
  for (std::size_t i = 0; i < row.claims.size(); ++i) {
    if (row.claims[i].starts_with("acts ")) deeds = row.statements[i];
  }
  EXPECT_NE(deeds.find("wo large needle drivers are holding"), std::string::npos) << deeds;
  EXPECT_EQ(deeds.find("another"), std::string::npos) << "there are two, not three or four: " << deeds;
}

TEST(Reason, TheSecondOfTwoGraspersIsAnotherOne) {
  World world("cholect50", "VID01");
  world.add(AnnotationKind::kPhase, 0, 60, {"pha.chole.calot_dissection"}, "phases");
  world.deed(5, 6, "ins.grasper", "act.retract", "ana.gallbladder", 0);
  world.deed(5, 6, "ins.grasper", "act.grasp", "ana.omentum", 1);
  const std::string text = text_of(world.chain(world.context(5), "phase_recognition"));
  EXPECT_NE(text.find("ne grasper "), std::string::npos) << text;
  EXPECT_NE(text.find("another grasper"), std::string::npos) << text;
}

TEST(Reason, AClipOfOneDeedLeadsToItsBasicAction) {
  World world("cholect50", "VID01");
  for (int s = 0; s < 8; ++s) {
    world.deed(s, s + 1, "ins.hook", "act.dissect", s < 4 ? "ana.cystic_duct" : "ana.cystic_plate", 0);
  }
  for (int s = 8; s < 12; ++s) world.deed(s, s + 1, "ins.clip_applier", "act.clip", "ana.cystic_duct", 0);
  const ContextRow clip = world.context(0, 8);
  const auto rows = world.chains({clip});
  EXPECT_THAT(tasks_of(rows), testing::ElementsAre("action_recognition", "action_remaining", "next_action"));
  for (const ReasoningRow& row : rows) EXPECT_EQ(row.verdict, "accepted") << text_of(row);
  EXPECT_EQ(rows[0].claims.back(), "action bsa.dissection");
  EXPECT_EQ(rows[2].claims.back(), "next bsa.clipping");
}

TEST(Reason, WhatComesAfterTheCutoffIsNotUsed) {
  World world("cholect50", "VID01");
  for (int s = 0; s < 20; ++s) {
    world.deed(s, s + 1, "ins.hook", "act.dissect", s < 10 ? "ana.cystic_duct" : "ana.liver", 0);
  }
  for (int s = 20; s < 25; ++s) world.deed(s, s + 1, "ins.clip_applier", "act.clip", "ana.cystic_duct", 0);
  bool has_early_cutoff = false;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const ReasoningRow row = world.chain(world.context(0, 20), "action_remaining", seed);
    ASSERT_FALSE(row.claims.empty());
    EXPECT_EQ(row.verdict, "accepted") << text_of(row);
    const std::string& last = row.claims.back();
    const auto cutoff = std::stoll(last.substr(last.find(" at ") + 4));
    const auto left = std::stoll(last.substr(last.find(' ') + 1));
    EXPECT_EQ(cutoff + left, 20 * kSecond);
    if (cutoff > 10 * kSecond) continue;
    has_early_cutoff = true;
    for (std::size_t i = 0; i + 1 < row.claims.size(); ++i) {
      EXPECT_EQ(row.claims[i].find("ana.liver"), std::string::npos) << text_of(row);
    }
  }
  EXPECT_TRUE(has_early_cutoff);
}

TEST(Reason, AnActionThatAnotherInstrumentTakesOverGoesOn) {
  World world("cholect50", "VID01");
  for (int s = 0; s < 4; ++s) world.deed(s, s + 1, "ins.hook", "act.retract", "ana.gallbladder", 0);
  for (int s = 4; s < 9; ++s) world.deed(s, s + 1, "ins.grasper", "act.retract", "ana.liver", 0);
  for (int s = 9; s < 12; ++s) world.deed(s, s + 1, "ins.clip_applier", "act.clip", "ana.cystic_duct", 0);
  const ReasoningRow row = world.chain(world.context(0, 4), "action_remaining");
  ASSERT_FALSE(row.claims.empty());
  EXPECT_EQ(row.verdict, "accepted") << text_of(row);
  const std::string& last = row.claims.back();
  const auto cutoff = std::stoll(last.substr(last.find(" at ") + 4));
  const auto left = std::stoll(last.substr(last.find(' ') + 1));
  EXPECT_EQ(cutoff + left, 9 * kSecond) << "retraction ends when nobody retracts any more";
}

TEST(Reason, TheLastActionHasNoNextAndNoKnownEnd) {
  World world("sar-rarp50", "video_01");
  world.add(AnnotationKind::kAction, 0, 4, {"ges.sar.positioning_needle"}, "actions");
  world.add(AnnotationKind::kAction, 4, 12, {"ges.sar.pushing_needle"}, "actions");
  EXPECT_THAT(world.chains({world.context(4, 12)}), testing::IsEmpty());
  const auto first = world.chains({world.context(0, 4)});
  EXPECT_THAT(tasks_of(first), testing::ElementsAre("action_remaining", "next_action"));
}

TEST(Reason, TheUnnamedActivityIsNeverTheAnswer) {
  World world("sar-rarp50", "video_01");
  world.add(AnnotationKind::kAction, 0, 4, {"ges.sar.positioning_needle"}, "actions");
  world.add(AnnotationKind::kAction, 4, 12, {"ges.sar.other"}, "actions");
  world.add(AnnotationKind::kAction, 12, 20, {"ges.sar.pulling_needle"}, "actions");
  EXPECT_THAT(tasks_of(world.chains({world.context(0, 4)})), testing::Not(testing::Contains("next_action")));
  EXPECT_THAT(world.chains({world.context(4, 12)}), testing::IsEmpty());
}

TEST(Reason, TheSameSeedGivesTheSameWordsAndAnotherSeedOthers) {
  World world = keyframe();
  const auto first = world.chains({world.context(4)}, 7);
  const auto again = world.chains({world.context(4)}, 7);
  const auto other = world.chains({world.context(4)}, 8);
  ASSERT_EQ(first.size(), again.size());
  bool differs = false;
  for (std::size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(first[i].statements, again[i].statements);
    EXPECT_EQ(first[i].claims.back(), other[i].claims.back()) << "words change, answers do not";
    differs = differs || first[i].statements != other[i].statements;
  }
  EXPECT_TRUE(differs);
}

TEST(Reason, EachKindOfStatementComesInAtLeastSixForms) {
  World world = keyframe();
  std::set<std::string> seen, related, assessed;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const ReasoningRow row = world.chain(world.context(4), "safety_assessment", seed);
    ASSERT_FALSE(row.statements.empty());
    seen.insert(row.statements[0]);
    assessed.insert(row.statements.back());
    for (std::size_t i = 0; i < row.claims.size(); ++i) {
      if (row.levels[i] == 2) related.insert(row.statements[i]);
    }
  }
  EXPECT_GE(seen.size(), 6u);
  EXPECT_GE(related.size(), 6u);
  EXPECT_GE(assessed.size(), 6u);
}

TEST(Reason, OrdinalsThatTheVideoLacksAreNoHarm) {
  World world = one_second();
  ContextRow context = world.context(5);
  context.ordinals.push_back(4711);
  for (const ReasoningRow& row : world.chains({context})) EXPECT_EQ(row.verdict, "accepted") << text_of(row);
}

TEST(Reason, AnUnknownConceptInTheActionTableIsAnError) {
  Catalog broken = chain_test::catalog();
  broken.templates["action_recognition"] = Json::parse(R"({"background": ["stp.no_such_step"]})");
  const auto stage = ReasonStage::create(broken, *broken.source(SourceId("cholec80")), {});
  ASSERT_FALSE(stage);
  EXPECT_EQ(stage.error().where, "templates/action_recognition.yaml");
}

}  // namespace
}  // namespace surgsigma
