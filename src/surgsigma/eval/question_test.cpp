#include "surgsigma/eval/question.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "surgsigma/eval/judged.h"

namespace surgsigma {
namespace {

using ::testing::HasSubstr;

Json row() {
  return *parse_json(R"({"id":"a","task":"phase_recognition","form":"open","turns":["Which phase?"],"options":[],
    "pictures":["a.png"],"width":854,"height":480,"answer":{"shape":"text","text":"x"},"gold":"x","part":"test",
    "source":"s","video":"s/1","case":"s:1"})",
                     "row");
}

TEST(QuestionRow, IsReadWhole) {
  const auto question = question_from(row(), "f:1");
  ASSERT_TRUE(question) << to_string(question.error());
  EXPECT_EQ(question->turns, std::vector<std::string>{"Which phase?"});
  EXPECT_EQ(question->size.width, 854);
  EXPECT_FALSE(question->is_video);
}

TEST(QuestionRow, ASizeThatNoPictureHasIsRefused) {
  for (const Json& width : {Json(-1), Json(4294967297), Json(1 << 30)}) {
    Json changed = row();
    changed["width"] = width;
    const auto refused = question_from(changed, "f:1");
    ASSERT_FALSE(refused) << width;
    EXPECT_EQ(refused.error().where, "f:1");
  }
}

TEST(QuestionRow, TurnsMustEndWithAQuestion) {
  Json changed = row();
  changed["turns"] = {"Which phase?", "This one."};
  EXPECT_THAT(question_from(changed, "f:1").error().what, HasSubstr("do not end with a question"));
}

TEST(TestFactsFile, ASourceWithoutListsIsNamed) {
  const TemporaryFolder folder;
  for (const char* text : {R"({"sources":{"cholec80":5}})", R"({"sources":{"cholec80":[]}})"}) {
    ASSERT_TRUE(write_file(folder.path() / "vocabulary.json", text));
    const auto refused = read_test_facts(folder.path());
    ASSERT_FALSE(refused) << text;
    EXPECT_THAT(refused.error().where, HasSubstr("vocabulary.json: cholec80"));
  }
  ASSERT_TRUE(write_file(folder.path() / "vocabulary.json", "[]"));
  EXPECT_THAT(read_test_facts(folder.path()).error().what, HasSubstr("no sources"));
}

}  // namespace
}  // namespace surgsigma
