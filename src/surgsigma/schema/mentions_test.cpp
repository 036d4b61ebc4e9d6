#include "surgsigma/schema/mentions.h"

#include <gtest/gtest.h>

namespace surgsigma {
namespace {

const OntologyMentions& ontology_mentions() {
  static const auto catalog = load_catalog(SURGSIGMA_SOURCE_DIR "/catalog");
  static const auto made = OntologyMentions::create(catalog->ontology);
  return *made;
}

std::vector<std::string> found_in(std::string_view text, FactKind kind) {
  std::vector<std::string> ids;
  for (const auto& mention : ontology_mentions().find(text)) {
    for (const int index : ontology_mentions().meanings(mention.set, kind))
      ids.push_back(ontology_mentions().id_of(index));
  }
  return ids;
}

using Ids = std::vector<std::string>;

TEST(Mentions, TheLongestSurfaceWinsAndWordsAreWhole) {
  Surfaces surfaces;
  surfaces.add("hook", 1);
  surfaces.add("hook electrocautery", 2);
  std::vector<int> found;
  const auto take = [&](int mention, std::size_t, std::size_t) { found.push_back(surfaces.meanings(mention).front()); };
  surfaces.each("Hook electrocautery, hooked, unhook and HOOK.", take);
  EXPECT_EQ(found, (std::vector<int>{2, 1}));
  surfaces.each("", take);
  EXPECT_EQ(found.size(), 2U);
}

TEST(Mentions, ASurfaceMayStandForSeveralTerms) {
  Surfaces surfaces;
  surfaces.add("preparation", 3);
  surfaces.add("preparation", 4);
  surfaces.add("preparation", 3);
  surfaces.add("", 5);
  surfaces.each("preparation", [&](int mention, std::size_t begin, std::size_t end) {
    EXPECT_EQ(surfaces.meanings(mention), (std::vector<int>{3, 4}));
    EXPECT_TRUE(surfaces.may_mean(mention, 4));
    EXPECT_FALSE(surfaces.may_mean(mention, 5));
    EXPECT_EQ(end - begin, 11U);
  });
}

TEST(Mentions, ASentenceNamesInstrumentsActionsAndTargets) {
  constexpr std::string_view kText =
      "The graspers are retracting the gallbladder while the hook dissects cystic ducts.";
  EXPECT_EQ(found_in(kText, FactKind::kInstrument), (Ids{"ins.grasper", "ins.hook"}));
  EXPECT_EQ(found_in(kText, FactKind::kAction), (Ids{"act.retract", "act.dissect"}));
  EXPECT_EQ(found_in(kText, FactKind::kTarget), (Ids{"ana.gallbladder", "ana.cystic_duct"}));
  EXPECT_TRUE(found_in(kText, FactKind::kPhase).empty());
}

TEST(Mentions, OrdinaryEnglishIsNoVerbOfASource) {
  EXPECT_TRUE(found_in("Still, on the left, others are open.", FactKind::kAction).empty());
  EXPECT_EQ(found_in("The grasper is idle.", FactKind::kAction), (Ids{"act.idle"}));
}

}  // namespace
}  // namespace surgsigma
