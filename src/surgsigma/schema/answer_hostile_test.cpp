// Answers that are long, twisted, or no text at all; and what is undone before anything is read.
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>

#include "surgsigma/base/random.h"
#include "surgsigma/base/text.h"
#include "surgsigma/schema/answer_body.h"
#include "surgsigma/schema/answer_reading.h"

namespace surgsigma {
namespace {

const AnswerWords& words() {
  static const Catalog catalog = [] {
    auto loaded = load_catalog(std::filesystem::path(SURGSIGMA_SOURCE_DIR) / "catalog");
    EXPECT_TRUE(loaded) << to_string(loaded.error());
    return loaded ? std::move(*loaded) : Catalog{};
  }();
  static const AnswerWords made(catalog.ontology);
  return made;
}

std::string repeated(std::string_view piece, std::size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += piece;
  return text;
}

TEST(AnswerReading, LongAndTwistedInputTakesLittleTime) {
  std::vector<std::string> inputs;
  for (const std::string_view piece : {"<think>",
                                       "</think>",
                                       "<answer>",
                                       "</answer><answer>",
                                       "\\boxed{",
                                       "{",
                                       "[",
                                       "[[1,",
                                       "(1,2),",
                                       "((",
                                       "<loc0001>",
                                       "hook and ",
                                       "no hook, ",
                                       "a, ",
                                       "x1=1 ",
                                       "1-2-",
                                       "C1: ",
                                       "1 min ",
                                       "`",
                                       "```a",
                                       "\xEF\xBC\xA1",
                                       "graspper, ",
                                       "clipping and cutting of the cystic duct and ",
                                       "hook is not ",
                                       "\xFF",
                                       "1:",
                                       "A or ",
                                       "{\"bbox_2d\":[1,2,3,4],",
                                       "between 1 and ",
                                       "0-2 s clipping ",
                                       "hook dissecting ",
                                       "criterion ",
                                       "1,234",
                                       "twenty-"}) {
    inputs.push_back(repeated(piece, inputs.size() % 8 == 0 ? 10'000'000 : 600'000));
  }
  std::vector<AnswerQuestion> questions;
  for (const AnswerShape shape :
       {AnswerShape::kConcepts, AnswerShape::kBoxes, AnswerShape::kTriplets, AnswerShape::kSpans,
        AnswerShape::kDuration, AnswerShape::kCriteria, AnswerShape::kText}) {
    AnswerQuestion question;
    question.shape = shape;
    question.protocol = ConceptId("pro.cvs");
    question.size = {854, 480};
    questions.push_back(question);
    question.is_set = false;
    question.is_grid = true;
    question.form = shape == AnswerShape::kBoxes  ? Form::kOpen
                    : shape == AnswerShape::kText ? Form::kYesNo
                                                  : Form::kChoice;
    question.options = {"hook", "grasper", "clipping", "1 min"};
    questions.push_back(question);
  }
  for (const std::string& input : inputs) {
    for (const AnswerQuestion& question : questions) {
      const auto begin = std::chrono::steady_clock::now();
      const ReadAnswer read = read_answer(input, question, words());
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
      // Far below a second each; more is quadratic, even on a busy machine with address checks.
      EXPECT_LT(took.count(), 10.0) << input.substr(0, 20) << " as " << word(question.shape);
      EXPECT_LE(read.out_of_vocabulary.size(), 100u);
    }
  }
}

TEST(AnswerReading, OnlyTheEndsOfALongAnswerAreRead) {
  AnswerQuestion question;
  question.shape = AnswerShape::kConcepts;
  const std::string text = "hook " + repeated("blah ", 3 * kReadBytes) + " grasper";
  const ReadAnswer read = read_answer(text, question, words());
  EXPECT_TRUE(read.shortened);
  const std::string late = "<think>" + repeated("grasper ", 3 * kReadBytes) + "</think>hook";
  question.vocabulary = {ConceptId("ins.hook"), ConceptId("ins.grasper")};
  const ReadAnswer thought = read_answer(late, question, words());
  EXPECT_FALSE(thought.shortened) << "reasoning is dropped before anything is counted";
  EXPECT_EQ(thought.answer.value, AnswerValue(ConceptsAnswer{{ConceptId("ins.hook")}}));
}

TEST(AnswerReading, AnyBytesComeBackWithAState) {
  Draws draws(3, "answers", "any bytes");
  const std::string_view alphabet = "abAB ,.;:()[]{}<>\"'\\/=-_0123456789\n\xC3\xEF\xFF";
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (std::uint64_t i = draws.below(40); i > 0; --i) text += alphabet[draws.below(alphabet.size())];
    AnswerQuestion question;
    question.shape = static_cast<AnswerShape>(draws.below(11));
    question.form = static_cast<Form>(draws.below(3));
    question.options = {"a", "bb"};
    question.protocol = ConceptId("pro.cvs");
    question.size = {854, 480};
    const ReadAnswer read = read_answer(text, question, words());
    EXPECT_EQ(read, read_answer(text, question, words()));
    EXPECT_EQ(read.reason.empty(), read.is_read()) << quoted(text);
  }
}

TEST(AnswerBody, FoldingIsWhatCompatibilityCharactersMean) {
  EXPECT_EQ(folded("Ａｂ１（）"), "Ab1()");
  EXPECT_EQ(folded("ﬁne “x” 1–2\u00a0s\u200b"), "fine \"x\" 1-2 s");
  EXPECT_EQ(folded("a\xFF\xC3"), "a  ");
  EXPECT_EQ(folded("Vesículas"), "Vesículas");
}

TEST(AnswerBody, FencesAndMarksGo) {
  EXPECT_EQ(without_dressing("```json\n[1]\n```"), "[1]");
  EXPECT_EQ(without_dressing("**B**."), "B");
  EXPECT_EQ(without_dressing("``` hook ```"), "hook");
}

}  // namespace
}  // namespace surgsigma
