#include "surgsigma/reason/phrases.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "surgsigma/reason/words.h"

namespace surgsigma::chain {
namespace {

const Words& words() {
  static const auto catalog = load_catalog(SURGSIGMA_SOURCE_DIR "/catalog");
  static const auto made = catalog ? Words::create(*catalog) : Result<Words>(catalog.error());
  if (!made) ADD_FAILURE() << to_string(made.error());
  return *made;
}

std::string filled(Phrase phrase, bool is_plural) {
  std::string text;
  fill_phrase(phrase, "", "", is_plural, text);
  return text;
}

/// Terms that the phrases of a list mention by themselves, beside `allowed`.
template <std::size_t N>
void expect_silent(const std::array<Phrase, N>& phrases, std::set<int> allowed = {}) {
  EXPECT_GE(N, 3u);
  std::set<Phrase> distinct(phrases.begin(), phrases.end());
  std::vector<int> found;
  for (const Phrase phrase : phrases) {
    for (const bool is_plural : {false, true}) {
      words().mentions(filled(phrase, is_plural), found);
      for (const int mention : found) {
        for (const int term : words().meanings(mention)) {
          EXPECT_TRUE(allowed.contains(term))
              << phrase << " mentions " << (term < kMarks ? words()[term].id : "mark " + std::to_string(term));
        }
      }
    }
  }
}

TEST(Phrases, NoneOfThemMentionsAnythingByItself) {
  expect_silent(kInstrumentsSeen);
  expect_silent(kStructuresSeen);
  expect_silent(kPlaceItems);
  expect_silent(kSideItems);
  expect_silent(kNothingSeen);
  expect_silent(kShown);
  expect_silent(kDeedsDone);
  expect_silent(kDeedJoins);
  expect_silent(kRelationHeads);
  expect_silent(kTogetherSeen);
  expect_silent(kOnlySeen);
  expect_silent(kNobodyActs);
  expect_silent(kCameBefore);
  expect_silent(kElapsed);
  expect_silent(kPhaseIs);
  expect_silent(kStepIs);
  expect_silent(kPhaseFollows);
  expect_silent(kStepFollows);
  expect_silent(kTripletsFollow);
  expect_silent(kInstrumentsFollow);
  expect_silent(kTissuesFollow);
  expect_silent(kPlacesFollow);
  expect_silent(kCriteriaFollow);
  expect_silent(kActionFollows);
  expect_silent(kRemainingFollows);
  expect_silent(kNextFollows);
}

TEST(Phrases, ThoseThatCarryTheClaimMentionItAndNothingElse) {
  expect_silent(kIdleInstruments, {kIdleMark, words().idle_verb()});
  expect_silent(kLeftOfItems, {kLeftOfMark, kRightOfMark});
  expect_silent(kAboveItems, {kAboveMark, kBelowMark});
  expect_silent(kMet, {kMetMark});
  expect_silent(kUnmet, {kUnmetMark});
  std::vector<int> found;
  for (const Phrase phrase : kIdleInstruments) {
    words().mentions(filled(phrase, false), found);
    EXPECT_EQ(found.size(), 1u) << phrase;
  }
}

TEST(Phrases, TheWordThatAgreesFollowsTheNumber) {
  std::string text;
  fill_phrase("{0} {is|are} in the {1}.", "the scissors", "field", true, text);
  EXPECT_EQ(text, "the scissors are in the field.");
  capitalize(text);
  EXPECT_EQ(text, "The scissors are in the field.");
}

TEST(Phrases, NoSentenceSpeaksOfLabels) {
  for (const auto& phrases : {kPhaseFollows, kStepFollows}) {
    for (const Phrase phrase : phrases) EXPECT_EQ(phrase.find("label"), Phrase::npos) << phrase;
  }
}

std::vector<std::string> mentions_in(std::string_view sentence) {
  std::vector<int> found;
  words().mentions(sentence, found);
  std::vector<std::string> ids;
  for (const int mention : found) {
    const int term = words().meanings(mention).front();
    ids.push_back(term < kMarks ? words()[term].id : "mark");
  }
  return ids;
}

TEST(Mentions, TheLongestWordsCount) {
  EXPECT_THAT(mentions_in("The needle holder lies beside the suture."),
              testing::ElementsAre("ins.needle_holder", "obj.suture"));
  EXPECT_THAT(mentions_in("the hepatocystic triangle dissection"), testing::SizeIs(1));
  EXPECT_THAT(mentions_in("The dissection of Calot's triangle."), testing::ElementsAre("pha.chole.calot_dissection"));
}

TEST(Mentions, PartsOfWordsDoNotCount) {
  EXPECT_THAT(mentions_in("hooked, unhook, graspers' cliper"), testing::ElementsAre("ins.grasper"));
  EXPECT_THAT(mentions_in(""), testing::IsEmpty());
}

TEST(Mentions, AWordOfSeveralConceptsMayMeanEachOfThem) {
  std::vector<int> found;
  words().mentions("This is preparation.", found);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_TRUE(words().may_mean(found[0], words().index("pha.chole.preparation")));
  EXPECT_TRUE(words().may_mean(found[0], words().index("pha.bypass.preparation")));
  EXPECT_FALSE(words().may_mean(found[0], words().index("pha.chole.calot_dissection")));
}

}  // namespace
}  // namespace surgsigma::chain
