#include "surgsigma/schema/answer.h"

#include <gtest/gtest.h>

#include "surgsigma/schema/catalog.h"

namespace surgsigma {
namespace {

Ontology small_ontology() {
  const auto document = parse_yaml(
      "concepts:\n"
      "  - {id: ins.hook, kind: instrument, label: hook}\n"
      "  - {id: ins.grasper, kind: instrument, label: grasper}\n"
      "  - {id: act.dissect, kind: verb, label: dissect, facets: {third_person: dissects, gerund: dissecting, "
      "participle: dissected}}\n"
      "  - {id: act.idle, kind: verb, label: idle, facets: {third_person: idles, gerund: idling, participle: idled}}\n"
      "  - {id: ana.cystic_duct, kind: anatomy, label: cystic duct, article: the}\n",
      "small.yaml");
  auto ontology = Ontology::from_documents({{"small.yaml", *document}});
  return *ontology;
}

Answer of(AnswerValue value) { return Answer{std::move(value), {}, {}}; }

std::vector<Answer> one_of_each_shape() {
  Answer yes = of(ConceptsAnswer{{ConceptId("ins.hook")}});
  yes.yes = false;
  Answer choice = of(DurationAnswer{12 * kSecond});
  choice.key = "B";
  return {
      of(ConceptsAnswer{}),
      of(ConceptsAnswer{{ConceptId("ins.grasper"), ConceptId("ins.hook")}}),
      of(BoxesAnswer{{854, 480}, true, {{ConceptId("ins.hook"), {0.5, 2, 30.25, 40}, {0, 1}}}}),
      of(TripletsAnswer{{{ConceptId("ins.hook"), ConceptId("act.dissect"), ConceptId("ana.cystic_duct")}}}),
      of(SpansAnswer{{{ConceptId("act.dissect"), {0, 1'500'000}}}}),
      of(DurationAnswer{80 * kSecond}),
      of(CriteriaAnswer{ConceptId("pro.cvs"), {{ConceptId("cri.1"), true, 2.0 / 3}, {ConceptId("cri.2"), false, {}}}}),
      of(TextAnswer{"A \"hook\"\n\\ dissects."}),
      yes,
      choice};
}

TEST(Answer, EveryShapeSurvivesJson) {
  for (const Answer& answer : one_of_each_shape()) {
    const auto again = answer_from_json(answer_json(answer), "row");
    ASSERT_TRUE(again) << answer_json(answer) << " " << to_string(again.error());
    EXPECT_EQ(*again, answer) << answer_json(answer);
  }
}

TEST(Answer, SetsHaveOneSpelling) {
  EXPECT_EQ(answer_json(of(ConceptsAnswer{{ConceptId("b"), ConceptId("a"), ConceptId("b")}})),
            R"({"shape":"concepts","concepts":["a","b"]})");
}

TEST(Answer, YesAndKeyFollowTheValue) {
  Answer answer = of(ConceptsAnswer{{ConceptId("ins.hook")}});
  answer.yes = true;
  EXPECT_EQ(answer_json(answer), R"({"shape":"concepts","concepts":["ins.hook"],"yes":true})");
}

TEST(Answer, TextUsesTheOntologysWords) {
  const Ontology ontology = small_ontology();
  EXPECT_EQ(answer_text(of(ConceptsAnswer{{ConceptId("ins.hook"), ConceptId("ins.grasper")}}), ontology),
            "hook, grasper");
  EXPECT_EQ(answer_text(of(ConceptsAnswer{}), ontology), "none");
  EXPECT_EQ(
      answer_text(of(TripletsAnswer{{{ConceptId("ins.hook"), ConceptId("act.dissect"), ConceptId("ana.cystic_duct")},
                                     {ConceptId("ins.grasper"), ConceptId("act.idle"), {}}}}),
                  ontology),
      "(hook, dissect, cystic duct); (grasper, idle)");
  EXPECT_EQ(answer_text(of(BoxesAnswer{{854, 480}, false, {{ConceptId("ins.hook"), {1.4, 2.5, 3, 4}, {}}}}), ontology),
            "hook [1, 3, 3, 4]");
  EXPECT_EQ(answer_text(of(BoxesAnswer{{854, 480}, true, {{ConceptId("ins.hook"), {}, {0, 3}}}}), ontology),
            "hook: top-left, middle-left");
  EXPECT_EQ(answer_text(of(CriteriaAnswer{{}, {{ConceptId("c"), true, {}}, {ConceptId("d"), false, {}}}}), ontology),
            "Criterion 1: Yes. Criterion 2: No.");
}

TEST(Answer, UnknownConceptIsShownByItsId) {
  EXPECT_EQ(answer_text(of(ConceptsAnswer{{ConceptId("ins.unheard_of")}}), small_ontology()), "ins.unheard_of");
}

TEST(Answer, DurationsAreSecondsBelowAMinute) {
  EXPECT_EQ(duration_text(0), "0 seconds");
  EXPECT_EQ(duration_text(1'400'000), "1 second");
  EXPECT_EQ(duration_text(10'500'000), "11 seconds");
  EXPECT_EQ(duration_text(59'499'999), "59 seconds");
  EXPECT_EQ(duration_text(59'500'000), "1 min");
  EXPECT_EQ(duration_text(80 * kSecond), "1 min 20 s");
}

TEST(Answer, BrokenJsonIsAnErrorThatNamesTheRow) {
  for (const char* text :
       {"", "{", "[]", R"({"shape":"picture"})", R"({"shape":"nose"})", R"({"shape":"concepts"})",
        R"({"shape":"concepts","concepts":[1]})", R"({"shape":"boxes","width":1,"height":1,"grid":false,"boxes":[{}]})",
        R"({"shape":"boxes","width":1,"height":1,"grid":true,"boxes":[{"concept":"a","box":[1,2,3,4],"cells":[9]}]})",
        R"({"shape":"triplets","triplets":[["a","b"]]})", R"({"shape":"duration","duration_us":"ten"})",
        R"({"shape":"criteria","protocol":"p","criteria":[{"criterion":"c"}]})",
        R"({"shape":"concepts","concepts":[],"yes":"no"})"}) {
    const auto answer = answer_from_json(text, "conversations:7");
    ASSERT_FALSE(answer) << text;
    EXPECT_EQ(answer.error().kind, ErrorKind::kData) << text;
    EXPECT_NE(answer.error().where.find("conversations:7"), std::string::npos) << text;
  }
}

TEST(Answer, ControlCharactersAreEscaped) {
  std::string out;
  append_quoted_json(std::string_view("a\x01\"\\\n", 5), out);
  EXPECT_EQ(out, "\"a\\u0001\\\"\\\\\\n\"");
}

}  // namespace
}  // namespace surgsigma
