#include "surgsigma/dialogue/dialogue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "surgsigma/base/text.h"
#include "surgsigma/dialogue/small_world.h"

namespace surgsigma {
namespace {

using enum AnnotationKind;

std::vector<ConceptId> ids(std::initializer_list<const char*> texts) {
  std::vector<ConceptId> made;
  for (const char* text : texts) made.emplace_back(text);
  return made;
}

bool has_form(const std::vector<ConversationRow>& rows, Form form) {
  return std::any_of(rows.begin(), rows.end(), [&](const auto& row) { return row.form == form; });
}

std::vector<ConversationRow> of_form(const std::vector<ConversationRow>& rows, Form form) {
  std::vector<ConversationRow> chosen;
  for (const auto& row : rows) {
    if (row.form == form) chosen.push_back(row);
  }
  return chosen;
}

/// A frame with hook and grasper in a closed list, boxes, deeds and a phase.
SmallVideo busy_video() {
  SmallVideo video;
  video.add(kPresence, "tools", {"ins.hook", "ins.grasper"});                              // 0
  video.add_box("tools", "ins.hook", {10, 10, 110, 110});                                  // 1
  video.add_box("tools", "ins.grasper", {700, 400, 860, 560});                             // 2
  video.add(kInteraction, "triplets", {"ins.hook", "act.dissect", "ana.cystic_duct"});     // 3
  video.add(kInteraction, "triplets", {"ins.grasper", "act.retract", "ana.gallbladder"});  // 4
  video.add(kPhase, "phases", {"pha.chole.calot_dissection"});                             // 5
  video.add(kPresence, "targets", {"ana.gallbladder", "ana.liver"});                       // 6
  return video;
}

// --- what is said rests on records

TEST(Dialogue, EveryConversationListsTheRecordsBehindIt) {
  SmallVideo video = busy_video();
  video.look(5);
  const auto rows = video.talk_much(60);
  ASSERT_FALSE(rows.empty());
  const std::map<std::string, std::set<std::int64_t>> least = {
      {"instrument_recognition", {0}}, {"tissue_recognition", {6}}, {"phase_recognition", {5}}};
  for (const auto& row : rows) {
    EXPECT_FALSE(row.ordinals.empty()) << row.task;
    EXPECT_TRUE(std::is_sorted(row.ordinals.begin(), row.ordinals.end())) << row.task;
    for (const auto ordinal : row.ordinals) EXPECT_LT(ordinal, 7) << row.task;
    if (row.form == Form::kMultiTurn || !least.contains(row.task)) continue;
    for (const auto ordinal : least.at(row.task)) {
      EXPECT_EQ(std::count(row.ordinals.begin(), row.ordinals.end(), ordinal), 1) << row.task;
    }
  }
}

TEST(Dialogue, RecognitionNamesExactlyWhatWasAnnotated) {
  SmallVideo video = busy_video();
  video.look(5);
  const auto rows = of_form(of_task(video.talk_much(40), "instrument_recognition"), Form::kOpen);
  ASSERT_FALSE(rows.empty());
  for (const auto& row : rows) {
    EXPECT_EQ(std::get<ConceptsAnswer>(answer_of(row).value).concepts, ids({"ins.grasper", "ins.hook"}));
    EXPECT_NE(lower(row.turns[1]).find("hook"), std::string::npos) << row.turns[1];
    EXPECT_NE(lower(row.turns[1]).find("grasper"), std::string::npos) << row.turns[1];
    EXPECT_EQ(lower(row.turns[1]).find("scissors"), std::string::npos) << row.turns[1];
    EXPECT_EQ(row.answer_class, "ins.grasper+ins.hook");
  }
}

TEST(Dialogue, RejectedAndUncertainRecordsAreNeverFacts) {
  SmallVideo video;
  video.add(kPhase, "phases", {"pha.chole.preparation"}).rejected = "contradicts_neighbours";
  video.add(kPresence, "tools", {"ins.hook"}).state = LabelState::kUncertain;
  video.add(kInteraction, "triplets", {"ins.hook", "act.dissect", "ana.liver"}).state = LabelState::kNotAnnotated;
  video.add_box("tools", "ins.hook", {10, 10, 110, 110}).rejected = "outside";
  video.look(5);
  EXPECT_TRUE(video.talk_much(30).empty());
}

TEST(Dialogue, ARejectedRecordTakesAwayTheRightToDeny) {
  SmallVideo video;
  video.add(kPresence, "tools", {"ins.hook"});
  video.add(kPresence, "tools", {"ins.grasper"}).rejected = "duplicate_frame";
  video.look(5);
  EXPECT_TRUE(of_task(video.talk_much(30), "instrument_recognition").empty());
}

TEST(Dialogue, ARejectedRecordCountsEvenWhereTheContextLeavesItOut) {
  SmallVideo video;
  video.add(kPresence, "tools", {"ins.hook"});
  video.add(kPresence, "tools", {"ins.grasper"}).rejected = "duplicate_frame";
  video.look(5).ordinals = {0};
  EXPECT_TRUE(of_task(video.talk_much(30), "instrument_recognition").empty());
}

TEST(Dialogue, TwoDifferentPhasesAtOnceGiveNoPhase) {
  SmallVideo video;
  video.add(kPhase, "phases", {"pha.chole.preparation"});
  video.add(kPhase, "phases", {"pha.chole.calot_dissection"});
  video.look(5);
  EXPECT_TRUE(of_task(video.talk_much(20), "phase_recognition").empty());
}

TEST(Dialogue, AConceptThatTheOntologyLacksIsAnIssueAndNoFact) {
  SmallVideo video;
  video.add(kPhase, "phases", {"pha.chole.lunch_break"});
  video.look(5);
  EXPECT_TRUE(video.talk().empty());
  ASSERT_EQ(video.issues.size(), 1u);
  EXPECT_EQ(video.issues[0].rule, "unknown_concept");
  EXPECT_EQ(video.issues[0].value, "pha.chole.lunch_break");
}

TEST(Dialogue, AContextThatNamesAMissingRecordIsAnIssue) {
  SmallVideo video = busy_video();
  video.look(5).ordinals.push_back(4711);
  EXPECT_FALSE(video.talk().empty());
  ASSERT_EQ(video.issues.size(), 1u);
  EXPECT_EQ(video.issues[0].rule, "missing_record");
  EXPECT_EQ(video.issues[0].severity, Severity::kError);
}

// --- absence

TEST(Dialogue, AnIncompleteVocabularyGivesNoPresenceQuestions) {
  SmallVideo video;
  video.add(kPresence, "some_tools", {"ins.hook"});
  video.add_box("some_tools", "ins.hook", {10, 10, 110, 110});
  video.look(5);
  const auto rows = video.talk_much(80);
  EXPECT_TRUE(of_task(rows, "instrument_recognition").empty());
  const auto boxes = of_task(rows, "instrument_localization");
  EXPECT_FALSE(boxes.empty());
  for (const auto& row : boxes) {
    EXPECT_NE(row.answer_class, "none") << row.turns[1];
    EXPECT_EQ(row.turns[0].find("all"), std::string::npos) << row.turns[0];
  }
}

TEST(Dialogue, BoxesOfACompleteVocabularyCloseNothingWhereThePresenceListIsIncomplete) {
  SmallVideo video;
  video.add(kPresence, "some_tools", {"ins.hook"});
  video.add_box("tools", "ins.hook", {10, 10, 110, 110});
  video.look(5);
  EXPECT_TRUE(of_task(video.talk_much(30), "instrument_recognition").empty());
}

TEST(Dialogue, AnEmptyClosedListMeansNoneOfThoseAskedFor) {
  SmallVideo video;
  video.add(kPresence, "tools", {});
  video.look(5);
  const auto rows = of_task(video.talk_much(40), "instrument_recognition");
  ASSERT_FALSE(rows.empty());
  for (const auto& row : rows) {
    EXPECT_EQ(row.form, Form::kOpen);
    EXPECT_TRUE(std::get<ConceptsAnswer>(answer_of(row).value).concepts.empty());
    EXPECT_EQ(row.answer_class, "none");
    EXPECT_NE(lower(row.turns[0]).find("hook"), std::string::npos)
        << "the question must name what it asks for: " << row.turns[0];
    EXPECT_NE(row.turns[1].find_first_of("Nn"), std::string::npos);
  }
}

TEST(Dialogue, NoIsOnlySaidOfWordsOfTheVocabularyThatAreNotThere) {
  SmallVideo video = busy_video();
  video.look(5);
  const std::set<std::string> absent = {"ins.bipolar", "ins.scissors", "ins.clip_applier", "ins.irrigator",
                                        "obj.specimen_bag"};
  int yes = 0;
  int no = 0;
  for (const auto& row : of_form(of_task(video.talk_much(400), "instrument_recognition"), Form::kYesNo)) {
    const Answer answer = answer_of(row);
    const auto& asked = std::get<ConceptsAnswer>(answer.value).concepts;
    ASSERT_EQ(asked.size(), 1u);
    ASSERT_TRUE(answer.yes.has_value());
    (*answer.yes ? yes : no)++;
    EXPECT_EQ(absent.contains(asked[0].text), !*answer.yes) << asked[0].text;
    const std::string begin = *answer.yes ? "Yes" : "No";
    EXPECT_TRUE(row.turns[1].starts_with(begin) || row.turns[1].starts_with("Indeed")) << row.turns[1];
    EXPECT_EQ(row.answer_class, *answer.yes ? "yes" : "no");
  }
  EXPECT_GT(yes, 25);
  EXPECT_GT(no, 25);
  EXPECT_LT(std::abs(yes - no), (yes + no) / 2) << yes << " yes, " << no << " no";
}

TEST(Dialogue, WhatIsAKindOfSomethingSeenIsNeverDenied) {
  SmallVideo video;
  // The vocabulary holds a general and a special word: where the special one is seen, the general one is true too.
  video.card.vocabularies["tools"].labels[1].concept_id = ConceptId("ins.energy");
  video.add(kPresence, "tools", {"ins.hook"});
  video.look(5);
  for (const auto& row : of_task(video.talk_much(300), "instrument_recognition")) {
    for (const auto& option : row.options) EXPECT_NE(option, "energy instrument");
    if (row.form != Form::kYesNo) continue;
    EXPECT_NE(std::get<ConceptsAnswer>(answer_of(row).value).concepts[0].text, "ins.energy");
  }
}

// --- forms

TEST(Dialogue, ChoicesHaveOneRightOption) {
  SmallVideo video = busy_video();
  video.look(5);
  int count = 0;
  for (const auto& row : of_form(video.talk_much(200), Form::kChoice)) {
    ++count;
    ASSERT_GE(row.options.size(), 4u) << row.task;
    ASSERT_LE(row.options.size(), 7u) << row.task;
    EXPECT_EQ(std::set<std::string>(row.options.begin(), row.options.end()).size(), row.options.size()) << row.task;
    const Answer answer = answer_of(row);
    ASSERT_EQ(answer.key.size(), 1u);
    const std::size_t right = static_cast<std::size_t>(answer.key[0] - 'A');
    ASSERT_LT(right, row.options.size());
    EXPECT_TRUE(row.turns[1].starts_with(answer.key) || row.turns[1].find(" " + answer.key) != std::string::npos)
        << row.turns[1];
    for (const auto& option : row.options) EXPECT_NE(row.turns[0].find(option), std::string::npos) << row.turns[0];
    if (row.task == "instrument_recognition") {
      for (std::size_t i = 0; i < row.options.size(); ++i) {
        const bool is_there = row.options[i] == "hook" || row.options[i] == "grasper";
        EXPECT_EQ(is_there, i == right) << row.options[i];
      }
    }
    if (row.task == "triplet_recognition") {
      for (std::size_t i = 0; i < row.options.size(); ++i) {
        const bool is_there = row.options[i] == "a hook dissecting the cystic duct" ||
                              row.options[i] == "a grasper retracting the gallbladder";
        EXPECT_EQ(is_there, i == right) << row.options[i];
      }
    }
  }
  EXPECT_GT(count, 50);
}

TEST(Dialogue, TheKeyIsNotAlwaysTheSameLetter) {
  SmallVideo video = busy_video();
  video.look(5);
  std::set<std::string> keys;
  for (const auto& row : of_form(video.talk_much(200), Form::kChoice)) keys.insert(answer_of(row).key);
  EXPECT_GE(keys.size(), 4u);
}

TEST(Dialogue, JoinedRoundsAlternateAndEndWithTheAnswer) {
  SmallVideo video = busy_video();
  video.look(5);
  DialogueOptions options;
  options.multi_turn_share = 1;
  const auto rows = of_form(video.talk_much(60, options), Form::kMultiTurn);
  ASSERT_FALSE(rows.empty());
  std::set<std::string> tasks;
  for (const auto& row : rows) {
    tasks.insert(row.task);
    EXPECT_GE(row.turns.size(), 4u);
    EXPECT_LE(row.turns.size(), 8u);
    EXPECT_EQ(row.turns.size() % 2, 0u);
    for (const auto& turn : row.turns) EXPECT_FALSE(turn.empty());
    if (row.task == "instrument_localization") {
      EXPECT_NE(row.turns.back().find("{box:0}"), std::string::npos);
    }
  }
  EXPECT_TRUE(tasks.contains("instrument_localization"));
  EXPECT_TRUE(tasks.contains("triplet_recognition"));
}

TEST(Dialogue, NoJoinedRoundsWhereTheyAreSwitchedOff) {
  SmallVideo video = busy_video();
  video.look(5);
  DialogueOptions options;
  options.multi_turn = false;
  EXPECT_FALSE(has_form(video.talk_much(20, options), Form::kMultiTurn));
}

// --- localization

TEST(Dialogue, BoxTokensStandForTheBoxesOfTheRow) {
  SmallVideo video = busy_video();
  video.add_box("tools", "ins.grasper", {300, 10, 420, 120});
  video.look(5);
  int with_boxes = 0;
  for (const auto& row : video.talk_much(100)) {
    EXPECT_EQ(row.boxes.size(), 4 * row.box_labels.size());
    for (std::size_t i = 0; i < row.box_labels.size(); ++i) {
      const std::string token = "{box:" + std::to_string(i) + "}";
      const bool is_used = std::any_of(row.turns.begin(), row.turns.end(),
                                       [&](const std::string& turn) { return turn.find(token) != std::string::npos; });
      EXPECT_TRUE(is_used) << token;
      with_boxes += is_used ? 1 : 0;
    }
    const std::string beyond = "{box:" + std::to_string(row.box_labels.size()) + "}";
    for (const auto& turn : row.turns) EXPECT_EQ(turn.find(beyond), std::string::npos) << turn;
  }
  EXPECT_GT(with_boxes, 50);
}

TEST(Dialogue, GridWordsAreTheCellsOfTheBox) {
  SmallVideo video;
  video.add_box("some_tools", "ins.hook", {700, 450, 800, 550});
  video.look(5);
  int cells = 0;
  for (const auto& row : of_task(video.talk_much(200), "instrument_localization")) {
    const auto answer = std::get<BoxesAnswer>(answer_of(row).value);
    ASSERT_EQ(answer.boxes.size(), 1u);
    EXPECT_EQ(answer.boxes[0].cells, std::vector<int>{8});
    if (row.form == Form::kChoice) {
      EXPECT_EQ(row.options[static_cast<std::size_t>(answer_of(row).key[0] - 'A')], "bottom-right");
      ++cells;
    }
    if (row.form == Form::kYesNo) {
      EXPECT_EQ(row.turns[0].find("bottom-right") != std::string::npos, *answer_of(row).yes) << row.turns[0];
      ++cells;
    }
  }
  EXPECT_GT(cells, 30);
}

TEST(Dialogue, BoxesAreScaledToThePictureAndCutAtItsEdge) {
  SmallVideo video;
  Annotation& box = video.add_box("some_tools", "ins.hook", {400, 250, 500, 310});
  box.width = 450;
  box.height = 300;
  video.look(5);
  DialogueOptions options;
  options.choice_share = 0;
  options.yes_no_share = 0;
  options.multi_turn = false;
  for (const auto& row : of_task(video.talk_much(10, options), "instrument_localization")) {
    EXPECT_EQ(std::get<BoxesAnswer>(answer_of(row).value).boxes[0].box, (Box{800, 500, 900, 600}));
  }
}

TEST(Dialogue, ATipIsCalledATip) {
  SmallVideo video;
  video.add_box("some_tools", "ins.hook", {10, 10, 60, 60}).box_scope = BoxScope::kTip;
  video.look(5);
  const auto rows = of_task(video.talk_much(20), "instrument_localization");
  ASSERT_FALSE(rows.empty());
  for (const auto& row : rows) EXPECT_NE(lower(row.turns[0]).find("hook tip"), std::string::npos) << row.turns[0];
}

TEST(Dialogue, WithoutAPictureSizeThereAreNoBoxQuestions) {
  SmallVideo video;
  Annotation& box = video.add_box("some_tools", "ins.hook", {10, 10, 60, 60});
  box.width.reset();
  box.height.reset();
  ContextRow& context = video.look(5);
  context.width.reset();
  context.height.reset();
  EXPECT_TRUE(of_task(video.talk_much(10), "instrument_localization").empty());
}

// --- triplets

TEST(Dialogue, AnIdleInstrumentIsPresentButNotInteracting) {
  SmallVideo video;
  video.add(kInteraction, "triplets", {"ins.grasper", "act.idle", "obj.no_target"});
  video.look(5);
  int open = 0;
  for (const auto& row : of_form(of_task(video.talk_much(60), "triplet_recognition"), Form::kOpen)) {
    EXPECT_NE(row.turns[1].find("present but not interacting"), std::string::npos) << row.turns[1];
    EXPECT_EQ(std::get<TripletsAnswer>(answer_of(row).value).triplets,
              (std::vector<Triplet>{{ConceptId("ins.grasper"), ConceptId("act.idle"), ConceptId()}}));
    ++open;
  }
  EXPECT_GT(open, 10);
}

TEST(Dialogue, AnInteractionWithoutATargetIsNoTriplet) {
  SmallVideo video;
  video.add(kInteraction, "triplets", {"ins.hook", "act.dissect", "obj.none"});
  video.look(5);
  EXPECT_TRUE(of_task(video.talk_much(30), "triplet_recognition").empty());
}

TEST(Dialogue, TheWholeListOfTripletsIsOnlyAskedWhereItIsClosed) {
  SmallVideo video;
  video.card.vocabularies["triplets"].is_complete = false;
  video.add(kInteraction, "triplets", {"ins.hook", "act.dissect", "ana.cystic_duct"});
  video.look(5);
  const auto rows = of_task(video.talk_much(80), "triplet_recognition");
  ASSERT_FALSE(rows.empty());
  for (const auto& row : rows) {
    EXPECT_EQ(row.form, Form::kOpen);
    EXPECT_NE(row.turns[0].find("hook"), std::string::npos) << row.turns[0];
  }
}

TEST(Dialogue, AnInstrumentWithoutADeedOpensTheList) {
  SmallVideo video;
  video.add(kPresence, "tools", {"ins.hook", "ins.grasper"});
  video.add(kInteraction, "triplets", {"ins.hook", "act.dissect", "ana.cystic_duct"});
  video.look(5);
  for (const auto& row : of_task(video.talk_much(60), "triplet_recognition")) {
    EXPECT_EQ(row.form, Form::kOpen) << "the grasper may be idle: nothing about it may be denied";
    EXPECT_NE(row.turns[0].find("hook"), std::string::npos) << row.turns[0];
  }
}

TEST(Dialogue, WhatIsActedOnIsNeverDenied) {
  SmallVideo video;
  video.add(kPresence, "targets", {"ana.liver"});
  video.add(kInteraction, "triplets", {"ins.hook", "act.dissect", "ana.cystic_duct"});
  video.look(5);
  for (const auto& row : of_task(video.talk_much(100), "tissue_recognition")) {
    for (const auto& option : row.options) EXPECT_NE(option, "cystic duct");
    EXPECT_EQ(row.turns[0].find("cystic duct"), std::string::npos) << row.turns[0];
  }
}

// --- workflow

TEST(Dialogue, IdleTimeIsNoWrongOption) {
  SmallVideo video;
  video.add(kStep, "steps", {"stp.prostatectomy.suction"});
  video.look(5);
  for (const auto& row : of_task(video.talk_much(100), "step_recognition")) {
    EXPECT_EQ(lower(row.turns[0]).find("idle time"), std::string::npos) << row.turns[0];
  }
}

TEST(Dialogue, PhaseQuestionsDoNotHoldTheAnswer) {
  SmallVideo video = busy_video();
  video.look(5);
  for (const auto& row : of_task(video.talk_much(100), "phase_recognition")) {
    if (row.form == Form::kOpen) {
      EXPECT_EQ(row.turns[0].find("Calot"), std::string::npos) << row.turns[0];
    }
    if (row.form == Form::kOpen) {
      EXPECT_NE(row.turns[1].find("Calot"), std::string::npos) << row.turns[1];
    }
  }
}

TEST(Dialogue, AFrameOutsideTheBodyIsOnlyCounted) {
  SmallVideo video = busy_video();
  video.add(kFlag, "", {"flg.out_of_body"}, 100, 200);
  video.look(150);
  EXPECT_TRUE(video.talk_much(10).empty());
  ASSERT_EQ(video.issues.size(), 1u);
  EXPECT_EQ(video.issues[0].rule, "out_of_body");
  EXPECT_EQ(video.issues[0].severity, Severity::kInfo);
  EXPECT_EQ(video.issues[0].value, "10");
}

TEST(Dialogue, ReasoningIsNamedOnlyWhenAccepted) {
  SmallVideo video = busy_video();
  const ContextRow context = video.look(5);
  ReasoningRow chain;
  chain.reasoning_id = context.context_id + "/phase_recognition";
  chain.context_id = context.context_id;
  chain.task = "phase_recognition";
  chain.verdict = "accepted";
  video.reasoning = {chain};
  auto rows = of_task(video.talk(), "phase_recognition");
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].reasoning_id, chain.reasoning_id);
  video.reasoning[0].verdict = "contradicts_label";
  EXPECT_EQ(of_task(video.talk(), "phase_recognition")[0].reasoning_id, "");
}

// --- safety

SmallVideo rated_video(std::initializer_list<double> means) {
  SmallVideo video;
  const char* names[] = {"cri.cvs.two_structures", "cri.cvs.hepatocystic_triangle", "cri.cvs.cystic_plate"};
  std::size_t at = 0;
  for (const double mean : means) {
    Annotation& made = video.add(kCriterion, "criteria", {names[at++]});
    made.value = mean;
    made.raters = {0, 1, 1};
    made.state = mean > 0 && mean < 1 ? LabelState::kUncertain : LabelState::kPresent;
  }
  video.look(5);
  return video;
}

TEST(Dialogue, CriteriaFollowTheMajorityInTheProtocolsOrder) {
  SmallVideo video = rated_video({2.0 / 3, 1.0 / 3, 1});
  int open = 0;
  for (const auto& row : of_task(video.talk_much(100), "safety_assessment")) {
    const auto answer = std::get<CriteriaAnswer>(answer_of(row).value);
    EXPECT_EQ(answer.protocol, ConceptId("pro.cvs"));
    if (row.form != Form::kOpen) continue;
    ++open;
    ASSERT_EQ(answer.criteria.size(), 3u);
    EXPECT_EQ(answer.criteria[0].criterion, ConceptId("cri.cvs.two_structures"));
    EXPECT_TRUE(answer.criteria[0].holds);
    EXPECT_FALSE(answer.criteria[1].holds);
    EXPECT_TRUE(answer.criteria[2].holds);
    EXPECT_EQ(row.answer_class, "yes-no-yes");
    EXPECT_EQ(row.ordinals, (std::vector<std::int64_t>{0, 1, 2}));
  }
  EXPECT_GT(open, 20);
}

TEST(Dialogue, AHalfIsMet) {
  SmallVideo video = rated_video({0.5, 0, 0});
  const auto rows = of_form(of_task(video.talk_much(20), "safety_assessment"), Form::kOpen);
  ASSERT_FALSE(rows.empty());
  EXPECT_EQ(rows[0].answer_class, "yes-no-no");
}

TEST(Dialogue, AProtocolWithAnUnratedCriterionIsNotAsked) {
  SmallVideo video = rated_video({1, 1});
  EXPECT_TRUE(of_task(video.talk_much(30), "safety_assessment").empty());
}

TEST(Dialogue, OverallSafetyNeedsEveryCriterion) {
  SmallVideo video = rated_video({1, 1, 0});
  for (const auto& row : of_form(of_task(video.talk_much(300), "safety_assessment"), Form::kYesNo)) {
    const Answer answer = answer_of(row);
    const auto& criteria = std::get<CriteriaAnswer>(answer.value).criteria;
    if (criteria.size() == 3) {
      EXPECT_FALSE(*answer.yes) << row.turns[0];
    }
    if (criteria.size() == 1) {
      EXPECT_EQ(*answer.yes, criteria[0].holds) << row.turns[0];
    }
  }
}

// --- actions over time

SmallVideo acting_video() {
  SmallVideo video;
  video.row.duration_us = 100 * kSecond;
  video.add(kAction, "actions", {"bsa.dissection"}, 10, 20);
  video.add(kAction, "actions", {"bsa.dissection"}, 20.5, 30);  // the same after half a second
  video.add(kAction, "actions", {"bsa.clipping"}, 32, 40);
  video.add(kAction, "actions", {"bsa.aspiration"}, 45, 100);  // touches the end
  for (const auto& [begin, end] : std::vector<std::pair<double, double>>{{10, 20}, {20.5, 30}, {32, 40}, {45, 100}}) {
    video.look(begin, end);
  }
  return video;
}

TEST(Dialogue, TheCutoffLiesInsideTheActionAndTheAnswerIsTheRest) {
  SmallVideo video = acting_video();
  std::map<std::string, int> halves;
  const auto rows = of_task(video.talk_much(300), "action_remaining");
  ASSERT_GT(rows.size(), 300u);
  for (const auto& row : rows) {
    const Microseconds left = std::get<DurationAnswer>(answer_of(row).value).duration;
    const bool is_dissection = row.begin_us == 10 * kSecond;
    const Microseconds end = is_dissection ? 30 * kSecond : 40 * kSecond;
    EXPECT_TRUE(is_dissection || row.begin_us == 32 * kSecond) << row.begin_us;
    EXPECT_GT(row.end_us, row.begin_us);
    EXPECT_LT(row.end_us, end);
    EXPECT_EQ(row.end_us + left, end) << "equal neighbours are one action";
    EXPECT_EQ(row.media, std::vector<std::string>{"v1.mp4"});
    if (row.form == Form::kOpen) {
      EXPECT_NE(row.turns[1].find(duration_text(left)), std::string::npos) << row.turns[1];
    }
    EXPECT_LE(row.end_us, is_dissection ? 20 * kSecond : 39 * kSecond) << "the cutoff lies in the clip that begins it";
    if (!is_dissection) ++halves[row.end_us < 36 * kSecond ? "early" : "late"];
  }
  EXPECT_NEAR(halves["early"], halves["late"], 60);
}

TEST(Dialogue, AnActionThatTouchesTheEndOfTheLabelsHasNoRemainingTime) {
  SmallVideo video;
  video.row.duration_us = 100 * kSecond;
  video.add(kAction, "actions", {"bsa.aspiration"}, 45, 100);
  video.look(45, 100);
  EXPECT_TRUE(of_task(video.talk_much(30), "action_remaining").empty());
  // Nor when the recording goes on, but the labels do not.
  video.row.duration_us = 300 * kSecond;
  EXPECT_TRUE(of_task(video.talk_much(30), "action_remaining").empty());
}

TEST(Dialogue, AnActionThatRunsIntoAnUnlabelledStretchHasNoKnownEnd) {
  SmallVideo video;
  video.add(kAction, "actions", {"bsa.aspiration"}, 45, 100);
  video.add(kAction, "actions", {"bsa.clipping"}, 100, 120).state = LabelState::kNotAnnotated;
  video.add(kAction, "actions", {"bsa.clipping"}, 130, 140);
  video.look(45, 100);
  const auto rows = video.talk_much(30);
  EXPECT_TRUE(of_task(rows, "action_remaining").empty());
  EXPECT_TRUE(of_task(rows, "next_action").empty());
  EXPECT_FALSE(of_task(rows, "action_recognition").empty());
}

TEST(Dialogue, TheNextActionIsNeverInThePicture) {
  SmallVideo video = acting_video();
  const auto rows = of_task(video.talk_much(100), "next_action");
  ASSERT_FALSE(rows.empty());
  for (const auto& row : rows) {
    const Answer answer = answer_of(row);
    const bool is_first = row.end_us == 30 * kSecond;
    ASSERT_TRUE(is_first || row.end_us == 40 * kSecond) << row.end_us;
    EXPECT_LE(row.end_us, is_first ? 32 * kSecond : 45 * kSecond);
    EXPECT_LE(row.begin_us, is_first ? 10 * kSecond : 32 * kSecond);
    const std::string right = is_first ? "bsa.clipping" : "bsa.aspiration";
    const auto& said = std::get<ConceptsAnswer>(answer.value).concepts;
    ASSERT_EQ(said.size(), 1u);
    if (row.form == Form::kYesNo) {
      EXPECT_EQ(said[0].text == right, *answer.yes);
    } else {
      EXPECT_EQ(said[0].text, right);
    }
  }
}

TEST(Dialogue, TheLastActionHasNoNext) {
  SmallVideo video;
  video.add(kAction, "actions", {"bsa.clipping"}, 32, 40);
  video.look(32, 40);
  EXPECT_TRUE(of_task(video.talk_much(20), "next_action").empty());
}

TEST(Dialogue, IdleStepsAreNoSteps) {
  SmallVideo video;
  video.add(kStep, "steps", {"stp.prostatectomy.pack_nodes"}, 0, 10);
  video.add(kStep, "steps", {"stp.prostatectomy.idle"}, 10, 20);
  video.add(kStep, "steps", {"stp.prostatectomy.suction"}, 20, 30);
  video.look(0, 10);
  video.look(10, 20);
  const auto rows = of_task(video.talk_much(60), "next_action");
  ASSERT_FALSE(rows.empty());
  for (const auto& row : rows) {
    EXPECT_EQ(row.end_us, 10 * kSecond);
    EXPECT_EQ(row.turns[0].find("idle"), std::string::npos) << row.turns[0];
    if (row.form == Form::kOpen) {
      EXPECT_EQ(row.answer_class, "stp.prostatectomy.suction");
    }
  }
}

TEST(Dialogue, OneActiveInstrumentWithAListedVerbIsABasicAction) {
  SmallVideo video;
  video.add(kInteraction, "triplets", {"ins.hook", "act.dissect", "ana.cystic_duct"}, 10, 14);
  video.add(kInteraction, "triplets", {"ins.hook", "act.dissect", "ana.gallbladder"}, 14, 20);
  video.add(kInteraction, "triplets", {"ins.grasper", "act.idle", "obj.no_target"}, 10, 20);
  video.add(kInteraction, "triplets", {"ins.clip_applier", "act.clip", "ana.cystic_duct"}, 25, 30);
  video.look(10, 14);
  video.look(14, 20);
  const auto rows = video.talk_much(60);
  const auto actions = of_form(of_task(rows, "action_recognition"), Form::kOpen);
  ASSERT_FALSE(actions.empty());
  for (const auto& row : actions) EXPECT_EQ(row.answer_class, "bsa.dissection");
  for (const auto& row : of_task(rows, "action_remaining")) {
    EXPECT_EQ(row.end_us + std::get<DurationAnswer>(answer_of(row).value).duration, 20 * kSecond);
  }
  const auto next = of_form(of_task(rows, "next_action"), Form::kOpen);
  ASSERT_FALSE(next.empty());
  for (const auto& row : next) EXPECT_EQ(row.answer_class, "bsa.clipping");
}

TEST(Dialogue, TwoActiveInstrumentsAreNoBasicAction) {
  SmallVideo video;
  video.add(kInteraction, "triplets", {"ins.hook", "act.dissect", "ana.cystic_duct"}, 10, 20);
  video.add(kInteraction, "triplets", {"ins.grasper", "act.retract", "ana.gallbladder"}, 10, 20);
  video.look(10, 20);
  const auto rows = video.talk_much(30);
  EXPECT_TRUE(of_task(rows, "action_recognition").empty());
  EXPECT_TRUE(of_task(rows, "action_remaining").empty());
}

TEST(Dialogue, OneActionTakenOverByAnotherInstrumentIsStillOne) {
  SmallVideo video;
  video.add(kInteraction, "triplets", {"ins.hook", "act.dissect", "ana.cystic_duct"}, 10, 20);
  video.add(kInteraction, "triplets", {"ins.grasper", "act.dissect", "ana.cystic_duct"}, 20, 30);
  video.add(kInteraction, "triplets", {"ins.clip_applier", "act.clip", "ana.cystic_duct"}, 35, 40);
  video.look(10, 20);
  video.look(20, 30);
  const auto rows = video.talk_much(40);
  const auto next = of_form(of_task(rows, "next_action"), Form::kOpen);
  ASSERT_FALSE(next.empty());
  for (const auto& row : next) EXPECT_EQ(row.answer_class, "bsa.clipping");
  for (const auto& row : of_task(rows, "action_recognition")) {
    EXPECT_EQ(row.turns[0].find("hook"), std::string::npos) << row.turns[0];
  }
}

TEST(Dialogue, AVerbOutsideTheTableIsNoBasicAction) {
  SmallVideo video;
  video.add(kInteraction, "triplets", {"ins.grasper", "act.grasp", "ana.gallbladder"}, 10, 20);
  video.look(10, 20);
  EXPECT_TRUE(of_task(video.talk_much(30), "action_recognition").empty());
}

TEST(Dialogue, ABasicActionThatGoesOnBesideAnotherHasNoKnownEnd) {
  SmallVideo video;
  video.add(kInteraction, "triplets", {"ins.hook", "act.dissect", "ana.cystic_duct"}, 10, 30);
  video.add(kInteraction, "triplets", {"ins.grasper", "act.retract", "ana.gallbladder"}, 20, 30);
  video.add(kInteraction, "triplets", {"ins.clip_applier", "act.clip", "ana.cystic_duct"}, 40, 50);
  video.look(10, 20);
  const auto rows = video.talk_much(30);
  EXPECT_FALSE(of_task(rows, "action_recognition").empty());
  EXPECT_TRUE(of_task(rows, "action_remaining").empty());
  EXPECT_TRUE(of_task(rows, "next_action").empty());
}

TEST(Dialogue, WrongDurationsAreFarFromTheRightOne) {
  SmallVideo video = acting_video();
  int count = 0;
  for (const auto& row : of_form(of_task(video.talk_much(200), "action_remaining"), Form::kChoice)) {
    ++count;
    const Microseconds left = std::get<DurationAnswer>(answer_of(row).value).duration;
    EXPECT_EQ(row.options[static_cast<std::size_t>(answer_of(row).key[0] - 'A')], duration_text(left));
    EXPECT_EQ(std::set<std::string>(row.options.begin(), row.options.end()).size(), row.options.size());
  }
  EXPECT_GT(count, 20);
}

// --- captions

TEST(Dialogue, AnImageCaptionSaysDeedsAndSides) {
  SmallVideo video = busy_video();
  video.look(5);
  const auto rows = of_task(video.talk_much(20), "image_captioning");
  ASSERT_EQ(rows.size(), 20u);
  for (const auto& row : rows) {
    const std::string text = lower(row.turns[1]);
    EXPECT_NE(text.find("calot"), std::string::npos) << text;
    EXPECT_NE(text.find("cystic duct"), std::string::npos) << text;
    EXPECT_NE(text.find("hook is on the left"), std::string::npos) << text;
    EXPECT_NE(text.find("grasper is on the right"), std::string::npos) << text;
    EXPECT_NE(text.find("the liver"), std::string::npos) << text;
    EXPECT_EQ(text.find("scissors"), std::string::npos) << text;
  }
}

TEST(Dialogue, AnImageCaptionTellsTheSidesOfTwoOfAKind) {
  SmallVideo video;
  video.add(kPresence, "tools", {"ins.hook", "ins.grasper"});           // 0
  video.add_box("tools", "ins.grasper", {10, 10, 110, 110}, 0, 10);     // 1
  video.add_box("tools", "ins.grasper", {700, 400, 860, 560}, 0, 20);   // 2
  video.add_box("tools", "ins.grasper", {20, 300, 90, 400}, 10, 20);    // 3
  video.add_box("tools", "ins.hook", {10, 210, 110, 290}, 20, 30);      // 4
  video.add_box("tools", "ins.hook", {10, 310, 110, 390}, 20, 30);      // 5
  video.look(5);
  video.look(25);
  int apart = 0, together = 0;
  for (const auto& row : of_form(of_task(video.talk_much(20), "image_captioning"), Form::kOpen)) {
    const std::string text = lower(row.turns[1]);
    if (row.begin_us < 20 * kSecond) {
      ++apart;
      EXPECT_NE(text.find("one grasper is on the left and one on the right"), std::string::npos) << text;
      EXPECT_EQ(std::count(row.ordinals.begin(), row.ordinals.end(), 1), 1);
      EXPECT_EQ(std::count(row.ordinals.begin(), row.ordinals.end(), 2), 1);
    } else {
      ++together;
      EXPECT_NE(text.find("two hooks are on the left"), std::string::npos) << text;
    }
  }
  EXPECT_GT(apart, 0);
  EXPECT_GT(together, 0);
}

TEST(Dialogue, AVideoCaptionTellsTheOrder) {
  SmallVideo video;
  video.add(kInteraction, "triplets", {"ins.hook", "act.dissect", "ana.cystic_duct"}, 0, 8);
  video.add(kInteraction, "triplets", {"ins.clip_applier", "act.clip", "ana.cystic_duct"}, 9, 15);
  video.add(kInteraction, "triplets", {"ins.grasper", "act.retract", "ana.gallbladder"}, 12, 20);
  video.look(0, 20);
  const auto rows = of_task(video.talk_much(10), "video_captioning");
  ASSERT_EQ(rows.size(), 10u);
  for (const auto& row : rows) {
    const std::string text = lower(row.turns[1]);
    const auto dissects = text.find("hook dissects the cystic duct");
    const auto clips = text.find(", then a clip applier clips the cystic duct");
    const auto retracts = text.find(" while a grasper retracts the gallbladder");
    ASSERT_NE(dissects, std::string::npos) << text;
    ASSERT_NE(clips, std::string::npos) << text;
    ASSERT_NE(retracts, std::string::npos) << text;
    EXPECT_LT(dissects, clips);
    EXPECT_LT(clips, retracts);
  }
}

TEST(Dialogue, ASecondInstrumentOfAKindIsAnotherOne) {
  SmallVideo video;
  video.add(kInteraction, "triplets", {"ins.grasper", "act.retract", "ana.gallbladder"}, 0, 20);
  video.add(kInteraction, "triplets", {"ins.grasper", "act.retract", "ana.liver"}, 5, 15);
  video.look(0, 20);
  const auto rows = of_task(video.talk_much(10), "video_captioning");
  ASSERT_EQ(rows.size(), 10u);
  for (const auto& row : rows) {
    EXPECT_NE(row.turns[1].find("while another grasper retracts the liver"), std::string::npos) << row.turns[1];
  }
}

TEST(Dialogue, DeedsAreOnlyAskedForWhereThereAreDeeds) {
  SmallVideo video;
  video.add(kPhase, "phases", {"pha.chole.preparation"});
  video.add(kPresence, "tools", {"ins.hook"});
  video.look(5);
  for (const auto& row : of_task(video.talk_much(100), "image_captioning")) {
    EXPECT_EQ(row.templates.substr(0, 6), "open.q") << row.turns[0];
  }
}

TEST(Dialogue, AClipWithoutLabelsHasNoCaption) {
  SmallVideo video;
  video.look(0, 20);
  EXPECT_TRUE(video.talk_much(5).empty());
}

// --- sameness

TEST(Dialogue, SameRecordsAndSeedGiveTheSameRows) {
  SmallVideo video = busy_video();
  for (int t = 0; t < 20; ++t) video.look(t);
  const auto first = video.talk();
  const auto second = video.talk();
  ASSERT_EQ(first.size(), second.size());
  std::set<std::string> seen;
  for (std::size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(first[i].conversation_id, second[i].conversation_id);
    EXPECT_EQ(first[i].turns, second[i].turns);
    EXPECT_TRUE(seen.insert(first[i].conversation_id).second) << "an id must be unique";
    EXPECT_EQ(first[i].conversation_id.size(), 16u);
  }
}

TEST(Dialogue, AContextMoreChangesNoOther) {
  SmallVideo video = busy_video();
  video.look(5);
  const auto before = video.talk();
  video.look(6);
  auto after = video.talk();
  ASSERT_GT(after.size(), before.size());
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_EQ(before[i].conversation_id, after[i].conversation_id);
}

TEST(Dialogue, TemplatesAreNamedInTheRow) {
  SmallVideo video = busy_video();
  video.look(5);
  for (const auto& row : of_form(of_task(video.talk_much(5), "phase_recognition"), Form::kOpen)) {
    EXPECT_EQ(row.templates.substr(0, 6), "open.q") << row.templates;
    EXPECT_NE(row.templates.find("/open.a"), std::string::npos) << row.templates;
  }
}

TEST(Dialogue, SimulatedRecordsMakeSimulatedConversations) {
  SmallVideo video = busy_video();
  for (auto& a : video.annotations) a.origin = Origin::kSimulated;
  video.look(5);
  for (const auto& row : video.talk()) EXPECT_EQ(row.origin, Origin::kSimulated) << row.task;
}

}  // namespace
}  // namespace surgsigma
