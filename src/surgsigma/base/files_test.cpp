#include "surgsigma/base/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

namespace surgsigma {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> paths(const FileTree& tree) {
  std::vector<std::string> names;
  for (const FoundFile& file : tree.files) names.push_back(file.path);
  return names;
}

void put(const fs::path& path, std::string_view bytes = "x") { ASSERT_TRUE(write_file(path, bytes)); }

TEST(Files, WhatIsWrittenIsRead) {
  const TemporaryFolder folder;
  const std::string bytes("a\0\r\n\xFF", 5);
  put(folder.path() / "new/deep/file.bin", bytes);
  const auto read = read_file(folder.path() / "new/deep/file.bin");
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, bytes);
}

TEST(Files, WritingAgainReplacesAndLeavesNothingBeside) {
  const TemporaryFolder folder;
  put(folder.path() / "f", "first, and longer");
  put(folder.path() / "f", "second");
  EXPECT_EQ(*read_file(folder.path() / "f"), "second");
  EXPECT_THAT(paths(*list_tree(folder.path())), ElementsAre("f"));
}

TEST(Files, MissingFileAndFolderAreIoErrorsWithThePath) {
  const TemporaryFolder folder;
  const fs::path missing = folder.path() / "missing";
  for (const fs::path& path : {missing, folder.path()}) {
    const auto read = read_file(path);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().kind, ErrorKind::kIo);
    EXPECT_EQ(read.error().where, path.string());
    EXPECT_FALSE(MappedFile::open(path));
  }
}

TEST(Files, AFileBeyondTheLimitIsRefused) {
  const TemporaryFolder folder;
  put(folder.path() / "f", "12345");
  EXPECT_TRUE(read_file(folder.path() / "f", 5));
  const auto read = read_file(folder.path() / "f", 4);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, ErrorKind::kData);
}

TEST(Files, AFileThatReportsNoSizeIsReadWhole) {
  const auto read = read_file("/proc/self/status");
  ASSERT_TRUE(read);
  EXPECT_THAT(*read, HasSubstr("Pid:"));
}

TEST(Files, AWriteThatFailsHalfWayKeepsTheOldFileAndLeavesNothingBeside) {
  const TemporaryFolder folder;
  put(folder.path() / "f", "old");
  // A limit on the size of files stands in for a full disk: the write stops in the middle.
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{1 << 16, before.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto status = write_file(folder.path() / "f", std::string(1 << 17, 'x'));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind, ErrorKind::kIo);
  EXPECT_EQ(status.error().where, (folder.path() / "f").string());
  EXPECT_EQ(*read_file(folder.path() / "f"), "old");
  EXPECT_THAT(paths(*list_tree(folder.path())), ElementsAre("f"));
}

TEST(Files, AFolderIsNotReplacedByAFile) {
  const TemporaryFolder folder;
  put(folder.path() / "taken/inside");
  const auto status = write_file(folder.path() / "taken", "x");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind, ErrorKind::kIo);
  EXPECT_THAT(paths(*list_tree(folder.path())), ElementsAre("taken/inside"));
}

TEST(Files, AFileWhereAFolderShouldBeIsAnIoError) {
  const TemporaryFolder folder;
  put(folder.path() / "file");
  const auto status = write_file(folder.path() / "file/child", "x");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind, ErrorKind::kIo);
}

TEST(ListTree, PathsAreInByteOrder) {
  const TemporaryFolder folder;
  for (const char* name : {"b/x", "a", "b-1", "b/a/z", "B", "é", ".hidden"}) put(folder.path() / name, name);
  const auto tree = list_tree(folder.path());
  ASSERT_TRUE(tree);
  EXPECT_THAT(paths(*tree), ElementsAre(".hidden", "B", "a", "b-1", "b/a/z", "b/x", "é"));
  EXPECT_EQ(tree->files[4].bytes, 5u);
  EXPECT_GT(tree->files[4].modified_ns, 1'000'000'000'000'000'000);
}

TEST(ListTree, LoopsOfLinksEnd) {
  const TemporaryFolder folder;
  put(folder.path() / "real/f");
  fs::create_directory_symlink("..", folder.path() / "real/up");
  fs::create_directory_symlink(folder.path() / "real", folder.path() / "again");
  fs::create_symlink("self", folder.path() / "self");
  const auto tree = list_tree(folder.path());
  ASSERT_TRUE(tree);
  EXPECT_THAT(paths(*tree), ElementsAre("real/f"));
  EXPECT_THAT(tree->loops, ElementsAre("again", "real/up"));
  EXPECT_THAT(tree->unreadable, ElementsAre("self"));
}

TEST(ListTree, ALinkToAFolderElsewhereIsFollowedOnce) {
  const TemporaryFolder folder, elsewhere;
  put(elsewhere.path() / "video.mp4");
  fs::create_directory_symlink(elsewhere.path(), folder.path() / "a");
  fs::create_directory_symlink(elsewhere.path(), folder.path() / "b");
  fs::create_symlink(elsewhere.path() / "video.mp4", folder.path() / "linked.mp4");
  const auto tree = list_tree(folder.path());
  ASSERT_TRUE(tree);
  EXPECT_THAT(paths(*tree), ElementsAre("a/video.mp4", "linked.mp4"));
  EXPECT_THAT(tree->loops, ElementsAre("b"));
}

TEST(ListTree, UnreadableFoldersAreNamed) {
  const TemporaryFolder folder;
  put(folder.path() / "locked/f");
  put(folder.path() / "open/f");
  fs::permissions(folder.path(), fs::perms(0755));
  fs::permissions(folder.path() / "locked", fs::perms::none);
  const bool is_root = ::geteuid() == 0;  // root reads everything, so the test looks with another user's eyes
  if (is_root && ::seteuid(65534) != 0) GTEST_SKIP() << "cannot become another user";
  const auto tree = list_tree(folder.path());
  const bool is_back = !is_root || ::seteuid(0) == 0;
  ASSERT_TRUE(is_back);
  fs::permissions(folder.path() / "locked", fs::perms::owner_all);
  ASSERT_TRUE(tree);
  EXPECT_THAT(paths(*tree), ElementsAre("open/f"));
  EXPECT_THAT(tree->unreadable, ElementsAre("locked"));
}

TEST(ListTree, PipesAreNoFilesAndDoNotBlock) {
  const TemporaryFolder folder;
  ASSERT_EQ(::mkfifo((folder.path() / "pipe").c_str(), 0600), 0);
  EXPECT_THAT(paths(*list_tree(folder.path())), IsEmpty());
}

TEST(ListTree, TooManyFilesAndMissingFoldersAreErrors) {
  const TemporaryFolder folder;
  put(folder.path() / "1");
  put(folder.path() / "2");
  EXPECT_TRUE(list_tree(folder.path(), 2));
  EXPECT_FALSE(list_tree(folder.path(), 1));
  EXPECT_EQ(list_tree(folder.path() / "3").error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(list_tree(folder.path() / "1").error().kind, ErrorKind::kIo);
}

TEST(SafeRelative, StaysBelowItsRoot) {
  for (const char* path : {"a", "a/b.txt", "./a", "a..b", "...", "a/..b", "é/1"}) EXPECT_TRUE(is_safe_relative(path));
  for (const char* path : {"", "..", "../a", "a/..", "a/../../b", "/etc", "//a", "a\\b", "..\\a", "C:/x", "c:x"})
    EXPECT_FALSE(is_safe_relative(path)) << path;
  EXPECT_FALSE(is_safe_relative(std::string_view("a\0b", 3)));
}

TEST(TemporaryFolder, IsThereAndThenGone) {
  fs::path path;
  {
    const TemporaryFolder folder;
    path = folder.path();
    put(path / "a/b");
    EXPECT_TRUE(fs::is_directory(path));
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST(MappedFile, ShowsTheBytesAndMoves) {
  const TemporaryFolder folder;
  put(folder.path() / "f", "bytes");
  put(folder.path() / "empty", "");
  auto mapped = MappedFile::open(folder.path() / "f");
  ASSERT_TRUE(mapped);
  MappedFile other = std::move(*mapped);
  EXPECT_EQ(other.bytes(), "bytes");
  EXPECT_EQ(mapped->bytes(), "");
  other = std::move(*MappedFile::open(folder.path() / "empty"));
  EXPECT_EQ(other.bytes(), "");
}

}  // namespace
}  // namespace surgsigma
