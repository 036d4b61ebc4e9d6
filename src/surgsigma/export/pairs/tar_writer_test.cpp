#include "surgsigma/export/pairs/tar_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "surgsigma/base/hash.h"

namespace surgsigma {
namespace {

using ::testing::HasSubstr;

class Tar : public ::testing::Test {
 protected:
  fs::path path(const std::string& name) const { return folder_.path() / name; }
  std::string archive(const std::vector<std::pair<std::string, std::string>>& members) {
    const fs::path file = path("a" + std::to_string(++count_) + ".tar");
    auto tar = TarWriter::create(file);
    EXPECT_TRUE(tar.ok());
    for (const auto& [name, bytes] : members) EXPECT_TRUE(tar->add(name, bytes).ok());
    const auto bytes = tar->close();
    EXPECT_EQ(*bytes, static_cast<std::int64_t>(fs::file_size(file)));
    return *read_file(file);
  }
  TemporaryFolder folder_;
  int count_ = 0;
};

TEST_F(Tar, MembersComeBackWhateverTheirSize) {
  std::vector<std::pair<std::string, std::string>> members;
  for (const std::size_t bytes : {0, 1, 511, 512, 513, 1 << 20, (1 << 20) + 7, 3'000'001}) {
    members.emplace_back("m" + std::to_string(bytes), std::string(bytes, static_cast<char>('a' + bytes % 26)));
  }
  const std::string bytes = archive(members);
  EXPECT_EQ(bytes.size() % 512, 0U);
  const auto read = tar_members(bytes, "a");
  ASSERT_TRUE(read.ok()) << to_string(read.error());
  ASSERT_EQ(read->size(), members.size());
  for (std::size_t i = 0; i < members.size(); ++i) {
    EXPECT_EQ((*read)[i].name, members[i].first);
    EXPECT_EQ(bytes.substr((*read)[i].offset, (*read)[i].bytes), members[i].second);
  }
}

TEST_F(Tar, AFileGoesInAsItsBytesWould) {
  const std::string content(2'500'000, 'q');
  ASSERT_TRUE(write_file(path("q"), content).ok());
  auto tar = TarWriter::create(path("q.tar"));
  ASSERT_TRUE(tar->add_file("q", path("q"), 2'500'000).ok());
  ASSERT_TRUE(tar->close().ok());
  EXPECT_EQ(*read_file(path("q.tar")), archive({{"q", content}}));
}

TEST_F(Tar, AFileOfAnotherSizeThanSaidIsAnError) {
  ASSERT_TRUE(write_file(path("q"), "four").ok());
  for (const std::int64_t bytes : {3, 5}) {
    auto tar = TarWriter::create(path("q" + std::to_string(bytes) + ".tar"));
    const Status status = tar->add_file("q", path("q"), bytes);
    ASSERT_FALSE(status.ok());
    EXPECT_THAT(status.error().what, HasSubstr("changed"));
  }
}

TEST_F(Tar, NamesThatDoNotFitAreRefusedAndNoArchiveIsOverwritten) {
  auto tar = TarWriter::create(path("n.tar"));
  EXPECT_TRUE(tar->add(std::string(100, 'n'), "x").ok());
  EXPECT_FALSE(tar->add(std::string(101, 'n'), "x").ok());
  EXPECT_FALSE(tar->add("", "x").ok());
  EXPECT_FALSE(tar->add_file("big", path("n.tar"), TarWriter::kMaxBytes + 1).ok());
  EXPECT_FALSE(TarWriter::create(path("n.tar")).ok());
}

TEST_F(Tar, BrokenArchivesAreErrors) {
  const std::string good = archive({{"a", "hello"}, {"b", std::string(2000, 'b')}});
  for (const std::size_t bytes : std::vector<std::size_t>{0, 100, 512, 1536, good.size() - 1024}) {
    EXPECT_FALSE(tar_members(good.substr(0, bytes), "cut").ok()) << bytes;
  }
  for (std::size_t at = 0; at < 512; ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x41);
    const auto members = tar_members(bad, "bad");
    EXPECT_TRUE(!members.ok() || at >= 154) << at;  // the end of the sum's own field is a terminator
    if (at < 148) {
      EXPECT_FALSE(members.ok()) << at;
    }
  }
}

}  // namespace
}  // namespace surgsigma
