#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "surgsigma/schema/catalog.h"

namespace surgsigma {
namespace {

using testing::HasSubstr;

Result<Ontology> ontology_of(std::string_view yaml) {
  const auto document = parse_yaml(yaml, "ontology/x.yaml");
  EXPECT_TRUE(document);
  return Ontology::from_documents({{"ontology/x.yaml", *document}});
}

constexpr std::string_view kHook = R"(
concepts:
  - {id: ins.hook, kind: instrument, label: hook, parents: [ins.energy], synonyms: [{text: L-hook, match: narrow}]}
  - {id: ins.energy, kind: instrument, label: energy instrument, parents: [ins.any]}
  - {id: ins.any, kind: instrument, label: instrument}
  - {id: obj.bag, kind: object, label: specimen bag}
)";

TEST(Ontology, ConceptIsAllItsAncestors) {
  const auto ontology = ontology_of(kHook);
  ASSERT_TRUE(ontology) << to_string(ontology.error());
  EXPECT_TRUE(ontology->is_a(ConceptId("ins.hook"), ConceptId("ins.any")));
  EXPECT_TRUE(ontology->is_a(ConceptId("ins.hook"), ConceptId("ins.hook")));
  EXPECT_FALSE(ontology->is_a(ConceptId("ins.any"), ConceptId("ins.hook")));
  EXPECT_FALSE(ontology->is_a(ConceptId("obj.bag"), ConceptId("ins.any")));
  EXPECT_FALSE(ontology->is_a(ConceptId("ins.unknown"), ConceptId("ins.unknown")));
}

TEST(Ontology, WordsThatAreNotWrittenFollowTheRule) {
  const auto ontology = ontology_of(kHook);
  ASSERT_TRUE(ontology);
  const Concept* hook = ontology->find(ConceptId("ins.hook"));
  ASSERT_TRUE(hook);
  EXPECT_EQ(hook->plural, "hooks");
  EXPECT_EQ(hook->article, "a");
  EXPECT_EQ(hook->synonyms.at(0).match, Match::kNarrow);
  EXPECT_EQ(ontology->find(ConceptId("ins.energy"))->article, "an");
}

TEST(Ontology, ArticleFollowsTheSound) {
  const auto ontology = ontology_of(R"(
concepts:
  - {id: ana.a, kind: anatomy, label: ureter}
  - {id: ana.b, kind: anatomy, label: umbilicus}
  - {id: ins.c, kind: instrument, label: L-hook}
  - {id: ins.d, kind: instrument, label: ultrasonic shears, article: ""}
  - {id: ana.e, kind: anatomy, label: uterine artery}
)");
  ASSERT_TRUE(ontology) << to_string(ontology.error());
  const auto article = [&](const char* id) { return ontology->find(ConceptId(id))->article; };
  EXPECT_EQ(article("ana.a"), "a");
  EXPECT_EQ(article("ana.b"), "an");
  EXPECT_EQ(article("ins.c"), "an");
  EXPECT_EQ(article("ins.d"), "");
  EXPECT_EQ(article("ana.e"), "a");
}

TEST(Ontology, DuplicateIdNamesBothPlaces) {
  const auto ontology =
      ontology_of("concepts: [{id: obj.bag, kind: object, label: bag}, {id: obj.bag, kind: object, label: sack}]");
  ASSERT_FALSE(ontology);
  EXPECT_EQ(ontology.error().where, "ontology/x.yaml: concepts[1]");
  EXPECT_THAT(ontology.error().hint, HasSubstr("concepts[0]"));
}

TEST(Ontology, UnknownParentGetsTheNearestName) {
  const auto ontology = ontology_of(R"(
concepts:
  - {id: ins.energy, kind: instrument, label: energy instrument}
  - {id: ins.hook, kind: instrument, label: hook, parents: [ins.enrgy]}
)");
  ASSERT_FALSE(ontology);
  EXPECT_EQ(ontology.error().where, "ontology/x.yaml: concepts[1].parents");
  EXPECT_THAT(ontology.error().hint, HasSubstr("ins.energy"));
}

TEST(Ontology, CycleIsRefusedAndDoesNotHang) {
  const auto ontology = ontology_of(R"(
concepts:
  - {id: ins.a, kind: instrument, label: a, parents: [ins.b]}
  - {id: ins.b, kind: instrument, label: b, parents: [ins.c]}
  - {id: ins.c, kind: instrument, label: c, parents: [ins.a]}
)");
  ASSERT_FALSE(ontology);
  EXPECT_THAT(ontology.error().what, HasSubstr("its own ancestor"));
}

TEST(Ontology, PrefixAndKindMustAgree) {
  const auto ontology = ontology_of("concepts: [{id: ins.liver, kind: anatomy, label: liver}]");
  ASSERT_FALSE(ontology);
  EXPECT_THAT(ontology.error().hint, HasSubstr("instrument"));
}

TEST(Ontology, FacetThatNamesAConceptIsChecked) {
  const auto ontology = ontology_of("concepts: [{id: pha.x, kind: phase, label: x, facets: {procedure: prc.nothing}}]");
  ASSERT_FALSE(ontology);
  EXPECT_EQ(ontology.error().where, "ontology/x.yaml: concepts[0].facets.procedure");
}

TEST(Ontology, EveryMistakeIsNamed) {
  const auto ontology = ontology_of(R"(
concepts:
  - {id: ins.Hook, kind: instrument, label: hook}
  - {id: ins.bag, kind: instrment, label: bag}
  - {id: ins.clip, kind: instrument, lable: clip}
  - just words
)");
  ASSERT_FALSE(ontology);
  for (const char* part : {"concepts[0].id", "did you mean 'instrument'?", "unknown key 'lable'",
                           "did you mean 'label'?", "concepts[3]"}) {
    EXPECT_THAT(ontology.error().what, HasSubstr(part));
  }
}

}  // namespace
}  // namespace surgsigma
