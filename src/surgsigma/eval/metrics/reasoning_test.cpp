#include "surgsigma/eval/metrics/reasoning.h"

#include <gtest/gtest.h>

#include <cmath>

namespace surgsigma {
namespace {

const OntologyMentions& mentions() {
  static const auto catalog = load_catalog(SURGSIGMA_SOURCE_DIR "/catalog");
  static const auto made = OntologyMentions::create(catalog->ontology);
  return *made;
}

Triplet triplet(const char* instrument, const char* verb, const char* target) {
  return {ConceptId(instrument), ConceptId(verb), ConceptId(target)};
}

constexpr std::string_view kChain =
    "<think>Level 1 - Perception: Two graspers and a hook can be seen, and the gallbladder. "
    "LEVEL 2: One grasper is retracting the gallbladder, and the hook dissects the cystic duct. "
    "Level 3 - Context: All this fits the dissection of Calot's triangle.</think><answer>level 1</answer>";

TEST(Reasoning, ALevelSaysWhatItNames) {
  const ChainText chain = read_chain(kChain, mentions());
  ASSERT_TRUE(chain.is_readable);
  EXPECT_EQ(chain.entities,
            (ConceptIds{ConceptId("ana.gallbladder"), ConceptId("ins.grasper"), ConceptId("ins.hook")}));
  EXPECT_EQ(chain.triplets, (std::vector<Triplet>{triplet("ins.grasper", "act.retract", "ana.gallbladder"),
                                                  triplet("ins.hook", "act.dissect", "ana.cystic_duct")}));
  EXPECT_EQ(chain.phases, (ConceptIds{ConceptId("pha.chole.calot_dissection")}));
}

TEST(Reasoning, LevelsMissingOrOutOfOrderAreUnreadable) {
  EXPECT_FALSE(read_chain("", mentions()).is_readable);
  EXPECT_FALSE(read_chain("Level 1: a hook. Level 3: dissection.", mentions()).is_readable);
  EXPECT_FALSE(read_chain("Level 2: x. Level 1: y. Level 3: z.", mentions()).is_readable);
  EXPECT_FALSE(read_chain("Level 1: x. Level 20: y. Level 3: z.", mentions()).is_readable);
}

TEST(Reasoning, TripletsAreReadClauseByClause) {
  EXPECT_EQ(triplets_in("The gallbladder is retracted by the grasper while the hook is idle.", mentions()),
            (std::vector<Triplet>{triplet("ins.grasper", "act.retract", "ana.gallbladder"),
                                  triplet("ins.hook", "act.idle", "")}));
  EXPECT_EQ(
      triplets_in("The hook and the grasper dissect the liver and the cystic duct", mentions()),
      (std::vector<Triplet>{
          triplet("ins.grasper", "act.dissect", "ana.cystic_duct"), triplet("ins.grasper", "act.dissect", "ana.liver"),
          triplet("ins.hook", "act.dissect", "ana.cystic_duct"), triplet("ins.hook", "act.dissect", "ana.liver")}));
  EXPECT_EQ(triplets_in("The hook coagulates.", mentions()),
            (std::vector<Triplet>{triplet("ins.hook", "act.coagulate", "")}));
  EXPECT_TRUE(triplets_in("The liver and the hook are visible.", mentions()).empty());
}

TEST(Reasoning, EveryWordingOfAnIdleInstrumentIsRead) {
  // The sentences of the stage that writes chains.
  for (const char* idle : {"is present but not interacting with anything", "stays in view without touching any tissue",
                           "is at rest", "remains idle for now", "stays passive in the field",
                           "is visible yet inactive", "waits in the field without touching anything"}) {
    EXPECT_EQ(triplets_in("The grasper grasps the gallbladder. The hook " + std::string(idle) + ".", mentions()),
              (std::vector<Triplet>{triplet("ins.grasper", "act.grasp", "ana.gallbladder"),
                                    triplet("ins.hook", "act.idle", "")}))
        << idle;
  }
}

std::vector<double> ask(const Scorer& scorer, const std::vector<double>& weights) {
  std::vector<double> values(scorer.names.size());
  scorer.values_at(weights, values);
  return values;
}

ReasoningItem right_item() {
  ReasoningItem item;
  item.chain = read_chain(kChain, mentions());
  item.true_entities = item.chain.entities;
  item.absent_entities = {ConceptId("ins.scissors")};
  item.true_triplets = item.chain.triplets;
  item.true_phase = ConceptId("pha.chole.calot_dissection");
  item.conclusion = item.answer = ConceptIds{ConceptId("pha.chole.calot_dissection")};
  return item;
}

TEST(Reasoning, ARightChainIsBest) {
  const std::vector<ReasoningItem> items = {right_item()};
  EXPECT_EQ(ask(*reasoning_scorer(items, 1), {1}), (std::vector<double>{1, 1, 1, 0, 0, 1, 1}));
}

TEST(Reasoning, DenialsNeedARecord) {
  ReasoningItem item = right_item();
  item.chain.entities.push_back(ConceptId("ins.scissors"));  // known to be absent
  item.chain.entities.push_back(ConceptId("ana.omentum"));   // nobody looked
  item.true_phase = ConceptId("pha.chole.clip_cut");
  item.chain.triplets.push_back(triplet("ins.scissors", "act.cut", "ana.cystic_duct"));
  const std::vector<ReasoningItem> items = {item};
  const auto values = ask(*reasoning_scorer(items, 1), {1});
  // hook, grasper, gallbladder, scissors; three triplets; the phase
  EXPECT_EQ(values[3], 3.0 / 8);
  EXPECT_EQ(values[4], 1);
  EXPECT_NEAR(values[0], 2 * 3.0 / (5 + 3), 1e-15);
  EXPECT_NEAR(values[1], 2 * 2.0 / (3 + 2), 1e-15);
}

TEST(Reasoning, UnreadableIsZeroAndUnannotatedIsLeftOut) {
  ReasoningItem unreadable = right_item();
  unreadable.chain = read_chain("I think so.", mentions());
  ReasoningItem bare;
  bare.chain = read_chain(kChain, mentions());
  const std::vector<ReasoningItem> items = {unreadable, bare};
  const auto values = ask(*reasoning_scorer(items, 1), {1});
  EXPECT_EQ(values[0], 0);
  EXPECT_EQ(values[2], 0);
  EXPECT_TRUE(std::isnan(values[3]));
  EXPECT_EQ(values[5], 0);
  EXPECT_EQ(values[6], 0.5);
}

TEST(Reasoning, AConclusionMustBeTheAnswer) {
  ReasoningItem item = right_item();
  item.answer = ConceptIds{ConceptId("a"), ConceptId("b")};
  item.conclusion = ConceptIds{ConceptId("b"), ConceptId("a"), ConceptId("b")};
  std::vector<ReasoningItem> items = {item};
  EXPECT_EQ(ask(*reasoning_scorer(items, 1), {1})[5], 1);
  items[0].conclusion = ConceptIds{ConceptId("a")};
  EXPECT_EQ(ask(*reasoning_scorer(items, 1), {1})[5], 0);
  items[0].conclusion.reset();
  EXPECT_EQ(ask(*reasoning_scorer(items, 1), {1})[5], 0);
}

TEST(Reasoning, AWeightOfTwoIsACaseTwice) {
  ReasoningItem other = right_item();
  other.case_index = 1;
  other.chain.entities.pop_back();
  other.absent_entities = {};
  other.true_phase = ConceptId("pha.other");
  std::vector<ReasoningItem> items = {right_item(), other};
  const auto weighted = ask(*reasoning_scorer(items, 2), {1, 2});
  items.push_back(other);
  EXPECT_EQ(ask(*reasoning_scorer(items, 2), {1, 1}), weighted);
}

TEST(Reasoning, BadItemsAreNamed) {
  ReasoningItem item = right_item();
  item.absent_entities = {ConceptId("ins.hook")};
  const std::vector<ReasoningItem> items = {right_item(), item};
  EXPECT_EQ(reasoning_scorer(items, 1).error().what, "ins.hook is annotated and absent at once");
  EXPECT_EQ(reasoning_scorer(items, 1).error().where, "chain 1");
  EXPECT_EQ(reasoning_scorer(items, 0).error().kind, ErrorKind::kUsage);
}

TEST(Reasoning, RowsNameEveryMetric) {
  const auto scorer = reasoning_scorer({}, 0);
  ASSERT_EQ(scorer->names.size(), reasoning_metrics().size());
  for (std::size_t i = 0; i < scorer->names.size(); ++i) EXPECT_EQ(reasoning_metrics()[i].name, scorer->names[i]);
}

}  // namespace
}  // namespace surgsigma
