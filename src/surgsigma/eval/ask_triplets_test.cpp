#include "surgsigma/eval/ask_triplets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace surgsigma {
namespace {

using ::testing::HasSubstr;

const Catalog& catalog() {
  static const Catalog loaded = *load_catalog(fs::path(SURGSIGMA_SOURCE_DIR) / "catalog");
  return loaded;
}

class AskTripletsTest : public ::testing::Test {
 protected:
  AskTripletsTest() {
    SourceVocabulary& known = facts_.vocabularies["s"];
    known.concepts = {ConceptId("ins.grasper"), ConceptId("ins.hook")};
    known.verbs = {ConceptId("act.dissect"), ConceptId("act.grasp")};
    known.targets = {ConceptId("ana.gallbladder"), ConceptId("ana.omentum")};
    add(R"([["ins.grasper","act.grasp","ana.gallbladder"],["ins.hook","act.dissect","ana.omentum"]])");
  }
  void add(const std::string& triplets) {
    Question question;
    question.id = "q" + std::to_string(questions_.size());
    question.task = "triplet_recognition";
    question.source = "s";
    question.gold = *answer_from_json(R"({"shape":"triplets","triplets":)" + triplets + "}", "test");
    questions_.push_back(question);
  }
  TripletRounds rounds(bool is_gold = false) {
    return TripletRounds(questions_, facts_, catalog().ontology, words_, is_gold);
  }
  /// What the whole says when it is read as an answer to the joint question.
  std::vector<Triplet> read(const TripletRounds& rounds, std::size_t question = 0) {
    const ReadAnswer read =
        read_answer(*rounds.text(question), answer_question(questions_[question], facts_, words_), words_);
    EXPECT_TRUE(read.is_read()) << *rounds.text(question) << ": " << read.reason;
    return std::get<TripletsAnswer>(read.answer.value).triplets;
  }
  TestFacts facts_;
  std::vector<Question> questions_;
  AnswerWords words_{catalog().ontology};
};

TEST_F(AskTripletsTest, EachRoundBuildsOnWhatWasSaidAndTheWholeReadsBack) {
  TripletRounds rounds = this->rounds();
  ASSERT_EQ(rounds.questions().size(), 1U);
  rounds.take(0, "grasper, hook");
  ASSERT_TRUE(rounds.close_round());
  ASSERT_EQ(rounds.questions().size(), 2U);
  EXPECT_THAT(rounds.questions()[1].wording.turns[0], HasSubstr("the hook"));
  rounds.take(0, "none");
  rounds.take(1, "dissect");
  ASSERT_TRUE(rounds.close_round());
  ASSERT_EQ(rounds.questions().size(), 1U) << "what does nothing has no target";
  EXPECT_THAT(rounds.questions()[0].wording.turns[0], HasSubstr("dissect"));
  rounds.take(0, "gallbladder");
  EXPECT_FALSE(rounds.close_round());
  const std::vector<Triplet> wanted = {{ConceptId("ins.grasper"), ConceptId("act.idle"), {}},
                                       {ConceptId("ins.hook"), ConceptId("act.dissect"), ConceptId("ana.gallbladder")}};
  EXPECT_EQ(read(rounds), wanted);
}

TEST_F(AskTripletsTest, WhatCannotBeReadCountsAsMissed) {
  TripletRounds rounds = this->rounds();
  rounds.take(0, "grasper, hook");
  rounds.close_round();
  rounds.take(0, "dissect or grasp");  // two names: no answer
  rounds.take(1, "dissect");
  rounds.close_round();
  rounds.take(0, "omentum");
  rounds.close_round();
  EXPECT_EQ(read(rounds).size(), 1U);
}

TEST_F(AskTripletsTest, UnreadableInstrumentsLeaveTheAnswerUnreadable) {
  TripletRounds rounds = this->rounds();
  rounds.take(0, "I cannot tell from this picture whatever it is");
  rounds.close_round();
  EXPECT_TRUE(rounds.questions().empty());
  rounds.close_round();
  rounds.close_round();
  const ReadAnswer read = read_answer(*rounds.text(0), answer_question(questions_[0], facts_, words_), words_);
  EXPECT_FALSE(read.is_read()) << *rounds.text(0);
}

TEST_F(AskTripletsTest, NothingSeenIsTheEmptySet) {
  TripletRounds rounds = this->rounds();
  rounds.take(0, "none");
  while (rounds.close_round()) {
  }
  EXPECT_TRUE(read(rounds).empty());
}

TEST_F(AskTripletsTest, ALostPartLosesTheWholeAndNoOther) {
  add(R"([["ins.hook","act.dissect","ana.omentum"]])");
  TripletRounds rounds = this->rounds();
  rounds.take(0, "hook");
  rounds.take(1, "hook");
  rounds.close_round();
  rounds.lose(0);
  rounds.take(1, "none");
  rounds.close_round();
  rounds.close_round();
  EXPECT_FALSE(rounds.text(0).has_value());
  EXPECT_EQ(rounds.text(1), "<hook, null, null>");
}

TEST_F(AskTripletsTest, WithTheTruthItAsksOfTrueInstrumentsAndVerbs) {
  TripletRounds rounds = this->rounds(true);
  ASSERT_EQ(rounds.questions().size(), 2U);
  rounds.take(0, "dissect");  // wrong, and the next question tells the true verb all the same
  rounds.take(1, "dissect");
  rounds.close_round();
  EXPECT_THAT(rounds.questions()[0].wording.turns[0], HasSubstr("used to grasp"));
  rounds.take(0, "gallbladder");
  rounds.take(1, "omentum");
  rounds.close_round();
  const std::vector<Triplet> wanted = {
      {ConceptId("ins.grasper"), ConceptId("act.dissect"), ConceptId("ana.gallbladder")},
      {ConceptId("ins.hook"), ConceptId("act.dissect"), ConceptId("ana.omentum")}};
  EXPECT_EQ(read(rounds), wanted);
}

}  // namespace
}  // namespace surgsigma
