#include "surgsigma/eval/training_cases.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace surgsigma {
namespace {

using ::testing::HasSubstr;

class TrainingCasesTest : public ::testing::Test {
 protected:
  Result<TrainingCases> read(const std::string& name, const std::string& text) {
    EXPECT_TRUE(write_file(folder_.path() / name, text));
    return read_training_cases(folder_.path() / name);
  }
  static std::vector<Question> questions() {
    std::vector<Question> all(3);
    for (std::size_t i = 0; i < all.size(); ++i) all[i].case_id = "camma:" + std::to_string(i + 1);
    return all;
  }
  TemporaryFolder folder_;
};

TEST_F(TrainingCasesTest, TrainAndValOfAManifestCountAndItsTestPartDoesNot) {
  const auto trained = read("manifest.json", R"({"cases":{"train":["camma:9"],"val":["camma:8"],"test":["camma:1"]}})");
  ASSERT_TRUE(trained) << to_string(trained.error());
  EXPECT_TRUE(check_untouched(*trained, "phase", questions(), {}));
  EXPECT_TRUE(trained->names.contains("camma:8"));
}

TEST_F(TrainingCasesTest, AModelThatSawATestOperationIsRefusedWithItsName) {
  const auto trained = read("manifest.json", R"({"cases":{"train":["camma:2","camma:7"]}})");
  ASSERT_TRUE(trained);
  const Status refused = check_untouched(*trained, "phase", questions(), {});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().kind, ErrorKind::kUsage);
  EXPECT_THAT(refused.error().what, HasSubstr("camma:2"));
  EXPECT_THAT(refused.error().what, HasSubstr("1 operations"));
  EXPECT_THAT(refused.error().what, HasSubstr("1 questions"));
}

TEST_F(TrainingCasesTest, OtherNamesOfATestOperationCountToo) {
  const auto trained = read("manifest.json", R"({"cases":{"train":["own:3f0c"]}})");
  ASSERT_TRUE(trained);
  EXPECT_TRUE(check_untouched(*trained, "phase", questions(), {}));
  EXPECT_FALSE(check_untouched(*trained, "phase", questions(), {"own:3f0c"}).ok());
}

TEST_F(TrainingCasesTest, AListOfOnesOwn) {
  const auto trained = read("cases.txt", "# seen by the base model\ncamma:3  # also here\n\n");
  ASSERT_TRUE(trained);
  EXPECT_EQ(trained->names.size(), 1U);
  EXPECT_FALSE(check_untouched(*trained, "phase", questions(), {}).ok());
}

TEST_F(TrainingCasesTest, WhatSaysNothingIsNoLeaveToGoOn) {
  EXPECT_EQ(read_training_cases(folder_.path() / "gone").error().kind, ErrorKind::kNotFound);
  EXPECT_THAT(read("manifest.json", R"({"rows":3})").error().what, HasSubstr("no list of cases"));
  EXPECT_THAT(read("manifest.json", R"({"cases":{"train":[]}})").error().what, HasSubstr("no case of training"));
  EXPECT_THAT(read("manifest.json", R"({"cases":{"train":[7]}})").error().what, HasSubstr("not one of names"));
  EXPECT_THAT(read("empty.txt", "# nothing\n").error().what, HasSubstr("no case of training"));
}

TEST_F(TrainingCasesTest, NamesThatWouldMatchNothingByAccidentAreNotPassedOver) {
  const auto marked = read("cases.txt",
                           "\xEF\xBB\xBF"
                           "camma:3\r\n");
  ASSERT_TRUE(marked);
  EXPECT_FALSE(check_untouched(*marked, "phase", questions(), {}).ok()) << "the mark is no part of the name";
  EXPECT_THAT(read("train.jsonl", "\n{\"id\":\"1\"}\n").error().where, HasSubstr("train.jsonl:2"));
  EXPECT_THAT(read("manifest.json", R"({"cases":{"train":[" "]}})").error().what, HasSubstr("not one of names"));
}

TEST_F(TrainingCasesTest, TheManifestOfQuestionsGivesAllNames) {
  ASSERT_TRUE(write_file(folder_.path() / "manifest.json", R"({"cases":{"test":["own:a","own/Jane"],"val":["x"]}})"));
  EXPECT_EQ(cases_of_manifest(folder_.path() / "manifest.json")->size(), 3U);
  EXPECT_TRUE(cases_of_manifest(folder_.path() / "gone.json")->empty());
}

}  // namespace
}  // namespace surgsigma
