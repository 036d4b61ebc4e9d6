#include "surgsigma/eval/confusion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "surgsigma/eval/judged_cases.h"

namespace surgsigma {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

Answer one(const std::string& id) { return JudgedCases::concepts({id}); }

TestFacts facts() {
  TestFacts made;
  made.vocabularies["cholec80"].concepts = {ConceptId("pha.a"), ConceptId("pha.b"), ConceptId("pha.z")};
  return made;
}

TEST(Confusion, EveryQuestionStandsInOneCell) {
  JudgedCases cases;
  cases.add("phase_recognition", one("pha.a"), one("pha.a"));
  cases.add("phase_recognition", one("pha.a"), one("pha.b"));
  cases.add("phase_recognition", one("pha.a"), std::nullopt);
  cases.add("phase_recognition", one("pha.b"), one("pha.other"));
  cases.add("phase_recognition", one("pha.b"), JudgedCases::concepts({"pha.a", "pha.b"}));
  const auto table = confusion_of(cases.judged, facts());
  ASSERT_TRUE(table);
  EXPECT_THAT(table->classes, ElementsAre("pha.a", "pha.b", "pha.z"));
  EXPECT_THAT(table->counts[0], ElementsAre(1, 1, 0));
  EXPECT_THAT(table->counts[1], ElementsAre(0, 0, 0)) << "two classes are not one of them";
  EXPECT_THAT(table->unread, ElementsAre(1, 0, 0));
  EXPECT_THAT(table->no_class, ElementsAre(0, 2, 0));
  EXPECT_EQ(table->row_sum(0) + table->row_sum(1) + table->row_sum(2), 5);
  EXPECT_EQ(table->column_sum(1), 1);
}

TEST(Confusion, ClassesWithoutAnswersAreListedApart) {
  JudgedCases cases;
  cases.add("phase_recognition", one("pha.a"), one("pha.b"));
  const Json json = confusion_json(*confusion_of(cases.judged, facts()));
  EXPECT_EQ(json["classes"], Json({"pha.a", "pha.b"}));
  EXPECT_EQ(json["counts"], Json::parse("[[0,1],[0,0]]"));
  EXPECT_EQ(json["unused"], Json({"pha.z"}));
}

TEST(Confusion, SetsAndChoicesHaveNone) {
  JudgedCases sets;
  sets.add("instrument_recognition", one("ins.hook"), one("ins.hook"));
  EXPECT_FALSE(confusion_of(sets.judged, facts()));
  JudgedCases choices;
  Answer choice = one("pha.a");
  choice.key = "B";
  choices.add("phase_recognition", choice, choice, {}, Form::kChoice);
  EXPECT_FALSE(confusion_of(choices.judged, facts()));
  EXPECT_TRUE(gold_counts(choices.judged).empty());
}

TEST(GoldCounts, CountQuestionsThatNameAClassAndCriteriaThatAreMet) {
  JudgedCases sets;
  sets.add("instrument_recognition", JudgedCases::concepts({"ins.hook", "ins.grasper"}), std::nullopt);
  sets.add("instrument_recognition", JudgedCases::concepts({}), std::nullopt);
  sets.add("instrument_recognition", one("ins.hook"), std::nullopt);
  EXPECT_THAT(gold_counts(sets.judged), ElementsAre(Pair("ins.grasper", 1), Pair("ins.hook", 2)));
  JudgedCases criteria;
  criteria.add("safety_assessment", JudgedCases::criteria({{"cri.one", 1.0}, {"cri.two", 1.0 / 3}}), std::nullopt);
  EXPECT_THAT(gold_counts(criteria.judged), ElementsAre(Pair("cri.one", 1)));
}

}  // namespace
}  // namespace surgsigma
