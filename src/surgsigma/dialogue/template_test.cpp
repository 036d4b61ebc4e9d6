#include "surgsigma/dialogue/template.h"

#include <gtest/gtest.h>

#include "surgsigma/dialogue/small_world.h"

namespace surgsigma {
namespace {

const Lexicon& words() {
  static const Lexicon lexicon = [] {
    auto made = Lexicon::create(real_catalog().ontology);
    EXPECT_TRUE(made) << to_string(made.error());
    return std::move(*made);
  }();
  return lexicon;
}

int at(const char* id) {
  const int index = words().index(ConceptId(id));
  EXPECT_NE(index, kNoConcept) << id;
  return index;
}

std::string filled(std::string_view source, const Slots& slots) {
  const auto made = Template::compile(source, "t.yaml:1");
  EXPECT_TRUE(made) << to_string(made.error());
  std::string text;
  if (made) made->render(slots, words(), text);
  return text;
}

Slots with_instruments(std::vector<CountedConcept> items) {
  Slots slots;
  slots.concepts(Slot::kInstruments) = std::move(items);
  slots.text(Slot::kSubject, "image");
  return slots;
}

Error error_of(std::string_view source) {
  const auto made = Template::compile(source, "t.yaml:7");
  EXPECT_FALSE(made) << source;
  return made ? Error{} : made.error();
}

TEST(Template, ListsAreJoinedWithArticles) {
  const Slots slots = with_instruments({{at("ins.hook")}, {at("ins.irrigator")}, {at("ins.grasper")}});
  EXPECT_EQ(filled("{instruments|a} {instruments?is:are} visible in this {subject}.", slots),
            "A hook, an irrigator and a grasper are visible in this image.");
  EXPECT_EQ(filled("Which of {instruments|or}?", slots), "Which of hook, irrigator or grasper?");
}

TEST(Template, OneInstrumentTakesTheSingular) {
  EXPECT_EQ(filled("There {instruments?is:are} {instruments|a}.", with_instruments({{at("ins.hook")}})),
            "There is a hook.");
}

TEST(Template, OnePairOfScissorsTakesThePlural) {
  EXPECT_EQ(filled("{instruments|the} {instruments?is:are} here.", with_instruments({{at("ins.scissors")}})),
            "The scissors are here.");
}

TEST(Template, CountsAreWords) {
  EXPECT_EQ(filled("{instruments|count} {instruments?is:are} here.",
                   with_instruments({{at("ins.grasper"), 2, false}, {at("ins.hook")}})),
            "Two graspers and a hook are here.");
}

TEST(Template, TipsAreNamedAsTips) {
  EXPECT_EQ(filled("{instruments|the}.", with_instruments({{at("ins.hook"), 1, true}})), "The hook tip.");
  EXPECT_EQ(filled("{instruments|count}.", with_instruments({{at("ins.grasper"), 2, true}})), "Two grasper tips.");
}

TEST(Template, AnEmptyListIsNone) {
  EXPECT_EQ(filled("Visible: {instruments|a}.", with_instruments({})), "Visible: none.");
}

TEST(Template, OnlySentenceStartsAreCapitalised) {
  const Slots slots = with_instruments({{at("ins.hook")}});
  EXPECT_EQ(filled("Well. {instruments} it is, a {instruments}.", slots), "Well. Hook it is, a hook.");
}

TEST(Template, DeedsAgreeWithTheirInstrument) {
  Slots slots;
  slots.doings(Slot::kInteractions) = {{at("ins.hook"), at("act.dissect"), at("ana.cystic_duct"), false, 1},
                                       {at("ins.grasper"), at("act.retract"), at("ana.gallbladder"), false, 2}};
  EXPECT_EQ(filled("{interactions|a_is_doing}.", slots),
            "A hook is dissecting the cystic duct and two graspers are retracting the gallbladder.");
  EXPECT_EQ(filled("{interactions|does}.", slots),
            "The hook dissects the cystic duct and the two graspers are retracting the gallbladder.");
  EXPECT_EQ(filled("{interactions|triplet|semicolon}.", slots),
            "(hook, dissect, cystic duct); (grasper, retract, gallbladder).");
}

TEST(Template, IdleInstrumentsArePresentButNotInteracting) {
  Slots slots;
  slots.doings(Slot::kInteractions) = {{at("ins.bipolar"), at("act.idle"), kNoConcept, true, 1}};
  EXPECT_EQ(filled("{interactions|is_doing}.", slots),
            "The " + words()[at("ins.bipolar")].label + " is present but not interacting with any tissue.");
  EXPECT_EQ(filled("{interactions|triplet}.", slots),
            "(" + words()[at("ins.bipolar")].label + ", present but not interacting).");
}

TEST(Template, VerbsBringTheirPreposition) {
  Slots slots;
  slots.doings(Slot::kInteractions) = {{at("ins.irrigator"), at("act.aspirate_field"), at("ana.liver"), false, 1}};
  EXPECT_EQ(filled("{interactions|a_is_doing}.", slots), "An irrigator is aspirating fluid from the liver.");
}

TEST(Template, CriteriaHaveThreeSpellings) {
  Slots slots;
  slots.marks(Slot::kCriteria) = {{at("cri.cvs.two_structures"), true, 1}, {at("cri.cvs.cystic_plate"), false, 0}};
  EXPECT_EQ(filled("{criteria|numbered}.", slots), "Criterion 1: Yes. Criterion 3: No.");
  EXPECT_EQ(filled("{criteria|short}.", slots), "C1: yes; C3: no.");
}

TEST(Template, UnknownSlotIsAnErrorWithTheNearestName) {
  const Error error = error_of("Where is {instrment}?");
  EXPECT_EQ(error.kind, ErrorKind::kData);
  EXPECT_EQ(error.where, "t.yaml:7");
  EXPECT_NE(error.what.find("unknown slot 'instrment'"), std::string::npos);
  EXPECT_NE(error.hint.find("instrument"), std::string::npos);
}

TEST(Template, BrokenNotationIsAnError) {
  EXPECT_NE(error_of("Where is {instrument?").what.find("stray brace"), std::string::npos);
  EXPECT_NE(error_of("Where} is it?").what.find("stray brace"), std::string::npos);
  EXPECT_NE(error_of("{instruments|loud} here.").what.find("unknown filter 'loud'"), std::string::npos);
  EXPECT_NE(error_of("{subject|the}.").what.find("does not fit"), std::string::npos);
  EXPECT_NE(error_of("{count|the}.").what.find("does not fit"), std::string::npos);
  EXPECT_NE(error_of("{instruments?is}.").what.find("agreement"), std::string::npos);
  EXPECT_NE(error_of("{subject?is:are}.").what.find("agreement"), std::string::npos);
  EXPECT_NE(error_of("   ").what.find("empty template"), std::string::npos);
}

TEST(Lexicon, ArticlesFollowTheSound) {
  for (const char* word : {"irrigator", "hour", "X-ray", "L-hook", "adhesion"})
    EXPECT_EQ(indefinite_article(word), "an") << word;
  for (const char* word : {"hook", "unit", "ureter", "U-turn", "one-way valve", ""})
    EXPECT_EQ(indefinite_article(word), "a") << word;
}

TEST(Lexicon, AVerbWithoutItsFormsIsRefused) {
  const auto document = parse_yaml("concepts:\n  - {id: act.poke, kind: verb, label: poke, definition: x}\n", "o.yaml");
  ASSERT_TRUE(document);
  const auto ontology = Ontology::from_documents({{"o.yaml", *document}});
  if (!ontology) GTEST_SKIP() << "the ontology itself refuses it: " << to_string(ontology.error());
  const auto lexicon = Lexicon::create(*ontology);
  ASSERT_FALSE(lexicon);
  EXPECT_NE(lexicon.error().what.find("act.poke"), std::string::npos);
}

TEST(Lexicon, KindsOfOneThingAreKin) {
  EXPECT_TRUE(words().is_kin(at("ins.hook"), at("ins.energy")));
  EXPECT_TRUE(words().is_kin(at("ins.energy"), at("ins.hook")));
  EXPECT_FALSE(words().is_kin(at("ins.hook"), at("ins.grasper")));
}

}  // namespace
}  // namespace surgsigma
