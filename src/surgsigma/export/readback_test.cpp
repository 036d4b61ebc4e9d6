#include "surgsigma/export/readback.h"

#include <gtest/gtest.h>

#include "surgsigma/base/hash.h"

namespace surgsigma {
namespace {

std::string good_line(int number) {
  return R"({"id":")" + std::to_string(number) +
         R"(","image":"x","conversations":[{"from":"human","value":"<image>\nq"},{"from":"gpt","value":"a"}]})" + "\n";
}

class ReadBackTest : public ::testing::Test {
 protected:
  Result<std::vector<ReadBack>> read(const std::string& text) {
    const fs::path file = folder_.path() / "train.jsonl";
    EXPECT_TRUE(write_file(file, text).ok());
    return read_files_back({file}, *find_format("llava"), 2);
  }
  TemporaryFolder folder_;
};

TEST_F(ReadBackTest, EveryLineIsCountedAndTheFileHashed) {
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += good_line(i);  // more than one block
  const auto read_back = read(text);
  ASSERT_TRUE(read_back.ok()) << to_string(read_back.error());
  EXPECT_EQ((*read_back)[0].rows, 200'000);
  EXPECT_EQ((*read_back)[0].sha256, *file_sha256(folder_.path() / "train.jsonl"));
  EXPECT_EQ((*read(""))[0].rows, 0);
}

TEST_F(ReadBackTest, AWrongLineIsNamedByItsNumber) {
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += i == 180'000 ? "{\"id\":\"x\"}\n" : good_line(i);
  const auto read_back = read(text);
  ASSERT_FALSE(read_back.ok());
  EXPECT_EQ(read_back.error().where, "train.jsonl:180001");
  EXPECT_EQ(read_back.error().what, "a row reads back wrong: neither image nor video");
}

TEST_F(ReadBackTest, BrokenJsonAndACutLineAreErrors) {
  EXPECT_EQ(read(good_line(1) + "{\"id\":").error().where, "train.jsonl:2");
  EXPECT_EQ(read(good_line(1) + "\n").error().where, "train.jsonl:2");
  const std::string cut = good_line(1);
  EXPECT_EQ(read(cut.substr(0, cut.size() - 1)).error().what, "a row reads back wrong: the last line has no end");
}

}  // namespace
}  // namespace surgsigma
