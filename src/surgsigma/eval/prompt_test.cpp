#include "surgsigma/eval/prompt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "surgsigma/media/clip_writer.h"
#include "surgsigma/media/picture_file.h"

namespace surgsigma {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const Catalog& catalog() {
  static const Catalog loaded = *load_catalog(fs::path(SURGSIGMA_SOURCE_DIR) / "catalog");
  return loaded;
}

TestFacts facts() {
  TestFacts facts;
  SourceVocabulary& known = facts.vocabularies["s"];
  known.concepts = {ConceptId("ins.hook"), ConceptId("ins.grasper")};
  known.verbs = {ConceptId("act.dissect"), ConceptId("act.grasp")};
  known.targets = {ConceptId("ana.gallbladder"), ConceptId("ana.omentum")};
  return facts;
}

Question question(const std::string& task, const std::string& gold, Form form = Form::kOpen) {
  Question asked;
  asked.id = "secret-id";
  asked.task = task;
  asked.form = form;
  asked.turns = {"What is it?"};
  asked.source = "s";
  asked.media = {"media/hook_label_in_name.png"};
  asked.gold = *answer_from_json(gold, "test");
  asked.size = {100, 50};
  return asked;
}

std::string all_text(const ChatRequest& request) {
  std::string text;
  for (const ChatMessage& message : request.messages) {
    for (const ChatPart& part : message.parts) {
      if (const auto* words = std::get_if<TextPart>(&part)) text += message.role + ": " + words->text + "\n";
    }
  }
  return text;
}

class PromptTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Image image(100, 50, 3);
    ASSERT_TRUE(write_file(folder_.path() / "media/hook_label_in_name.png", *encode_png(image)));
  }
  Result<ChatRequest> ask(const Question& asked, const PromptRules& rules = {}) {
    const Wording wording{asked.turns, instructions_for(asked, facts(), catalog().ontology)};
    return chat_request(asked, wording, "t", folder_.path(), rules, ChatSettings{"m"});
  }
  TemporaryFolder folder_;
};

/// What the sentence asks for must be what the reader of answers takes: else a model that obeys is marked wrong.
TEST_F(PromptTest, AnswersInTheToldFormAreRead) {
  struct Case {
    Question question;
    std::string obedient;
  };
  const std::string triplets =
      R"({"shape":"triplets","triplets":[["ins.grasper","",""],["ins.hook","act.dissect","ana.gallbladder"]]})";
  const std::vector<Case> cases = {
      {question("instrument_recognition", R"({"shape":"concepts","concepts":["ins.grasper","ins.hook"]})"),
       "grasper, hook"},
      {question("instrument_recognition", R"({"shape":"concepts","concepts":[]})"), "none"},
      {question("phase_recognition", R"({"shape":"concepts","concepts":["ins.hook"]})"), "hook"},
      {question("triplet_recognition", triplets), "<hook, dissect, gallbladder>\n<grasper, null, null>"},
      {question("triplet_recognition", R"({"shape":"triplets","triplets":[]})"), "none"},
      {question(
           "instrument_localization",
           R"({"shape":"boxes","width":100,"height":50,"grid":false,"boxes":[{"concept":"ins.hook","box":[10,5,50,25],"cells":[0]}]})"),
       "[100, 100, 500, 500]"},
      {question(
           "instrument_localization",
           R"({"shape":"boxes","width":100,"height":50,"grid":true,"boxes":[{"concept":"ins.hook","box":[10,5,50,25],"cells":[0,4]}]})"),
       "top-left, middle-center"},
      {question("action_remaining", R"({"shape":"duration","duration_us":12000000})"), "12 seconds"},
      {question("action_recognition",
                R"({"shape":"spans","spans":[{"concept":"ins.hook","begin_us":0,"end_us":2500000}]})"),
       "0.0-2.5 s: hook"}};
  const AnswerWords words(catalog().ontology);
  for (const Case& one : cases) {
    const std::string told = instructions_for(one.question, facts(), catalog().ontology);
    EXPECT_NE(told, "") << one.obedient;
    const ReadAnswer read = read_answer(one.obedient, answer_question(one.question, facts(), words), words);
    EXPECT_TRUE(read.is_read()) << one.obedient << ": " << read.reason;
  }
}

TEST_F(PromptTest, ShowsThePictureAndTellsNeitherGoldNorIdNorFileName) {
  const auto request = ask(question("phase_recognition", R"({"shape":"concepts","concepts":["ana.omentum"]})"));
  ASSERT_TRUE(request) << to_string(request.error());
  ASSERT_EQ(request->messages.size(), 2U);
  EXPECT_EQ(std::get<PicturePart>(request->messages[1].parts[0]).mime, "image/png");
  const std::string body = *request_json(*request);
  EXPECT_THAT(body, Not(HasSubstr("omentum")));
  EXPECT_THAT(body, Not(HasSubstr("secret-id")));
  EXPECT_THAT(body, Not(HasSubstr("label_in_name")));
  EXPECT_THAT(all_text(*request), HasSubstr("system: Answer with one name only. It is one of: hook; grasper."));
}

TEST_F(PromptTest, InstructionsStandWhereTheyAreWanted) {
  const Question asked =
      question("phase_recognition", R"({"shape":"concepts","concepts":["ins.hook"],"yes":true})", Form::kYesNo);
  PromptRules rules;
  rules.instructions = InstructionPlace::kUser;
  EXPECT_EQ(all_text(*ask(asked, rules)), "user: Answer with yes or no only.\nWhat is it?\n");
  rules.instructions = InstructionPlace::kNone;
  EXPECT_EQ(all_text(*ask(asked, rules)), "user: What is it?\n");
  rules.system = "You see an operation.";
  EXPECT_EQ(all_text(*ask(asked, rules)), "system: You see an operation.\nuser: What is it?\n");
}

TEST_F(PromptTest, TurnsBeforeTheQuestionAreGiven) {
  Question asked = question("phase_recognition", R"({"shape":"concepts","concepts":["ins.hook"]})", Form::kMultiTurn);
  asked.turns = {"One?", "Two.", "Three?"};
  PromptRules rules;
  rules.instructions = InstructionPlace::kNone;
  EXPECT_EQ(all_text(*ask(asked, rules)), "user: One?\nassistant: Two.\nuser: Three?\n");
}

TEST_F(PromptTest, AClipIsItsFramesWithTheirTimes) {
  ClipSettings settings;
  settings.rate = {5, 1};
  auto writer = ClipWriter::open(folder_.path() / "media/clip.mp4", ImageSize{64, 48}, settings);
  ASSERT_TRUE(writer) << to_string(writer.error());
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(writer->add(Image(64, 48, 3)));
  ASSERT_TRUE(writer->close());
  Question asked = question("action_remaining", R"({"shape":"duration","duration_us":12000000})");
  asked.media = {"media/clip.mp4"};
  asked.is_video = true;
  PromptRules rules;
  rules.clip_frames = 4;
  rules.instructions = InstructionPlace::kNone;
  const auto request = ask(asked, rules);
  ASSERT_TRUE(request) << to_string(request.error());
  EXPECT_EQ(request->messages[0].parts.size(), 5U);
  EXPECT_EQ(all_text(*request), "user: 4 frames of a clip of 4.0 s, at 0.4, 1.4, 2.4, 3.4 s.\nWhat is it?\n");
}

TEST_F(PromptTest, WhatCannotBeShownIsAnErrorThatNamesIt) {
  Question asked = question("phase_recognition", R"({"shape":"concepts","concepts":["ins.hook"]})");
  asked.media = {"media/gone.png"};
  EXPECT_THAT(ask(asked).error().where, HasSubstr("media/gone.png"));
  asked.media.clear();
  EXPECT_EQ(ask(asked).error().what, "the question shows nothing");
  ASSERT_TRUE(write_file(folder_.path() / "media/text.png", "no picture"));
  asked.media = {"media/text.png"};
  EXPECT_EQ(ask(asked).error().kind, ErrorKind::kData);
  ASSERT_TRUE(write_file(folder_.path() / "media/broken.mp4", "no video"));
  asked.media = {"media/broken.mp4"};
  EXPECT_THAT(ask(asked).error().where + ask(asked).error().what, HasSubstr("broken.mp4"));
}

TEST_F(PromptTest, AddressesAreEscapedAndRefusedForClips) {
  Question asked = question("phase_recognition", R"({"shape":"concepts","concepts":["ins.hook"]})");
  asked.media = {"media/a b#c.png"};
  PromptRules rules;
  rules.picture_urls = "https://host/questions/";
  const auto request = ask(asked, rules);
  ASSERT_TRUE(request);
  EXPECT_EQ(std::get<PictureUrlPart>(request->messages[1].parts[0]).url,
            "https://host/questions/t/media/a%20b%23c.png");
  asked.media = {"media/clip.mp4"};
  EXPECT_EQ(ask(asked, rules).error().kind, ErrorKind::kUsage);
}

TEST(PromptRulesTest, WhatMeansNothingIsRefused) {
  PromptRules rules;
  rules.clip_frames = 0;
  EXPECT_FALSE(check_prompt_rules(rules));
  rules = {};
  rules.detail = "medium";
  EXPECT_FALSE(check_prompt_rules(rules));
  rules = {};
  rules.picture_urls = "file:///data";
  EXPECT_FALSE(check_prompt_rules(rules));
}

}  // namespace
}  // namespace surgsigma
