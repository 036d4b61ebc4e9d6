#include "surgsigma/base/hash.h"

#include <gtest/gtest.h>

#include "surgsigma/base/files.h"

namespace surgsigma {
namespace {

TEST(Hash, AgreesWithPublishedXxh3) {
  EXPECT_EQ(hex64(hash64("")), "2d06800538d394c2");  // XXH3_64bits of nothing, seed 0
  EXPECT_NE(hash64("a", 0), hash64("a", 1));
}

TEST(Hash, Hash128AgreesWithPublishedXxh3) {
  EXPECT_EQ(hash128_hex(""), "99aa06d3014798d86001c324468d497f");  // XXH3_128bits of nothing, seed 0
  EXPECT_NE(hash128_hex("a"), hash128_hex("b"));
}

TEST(Hash, HexHasSixteenDigits) {
  EXPECT_EQ(hex64(0), "0000000000000000");
  EXPECT_EQ(hex64(0xFEDCBA9876543210), "fedcba9876543210");
}

std::uint64_t of_parts(std::initializer_list<std::string_view> parts) {
  Hasher hasher;
  for (const auto part : parts) hasher.add(part);
  return hasher.value();
}

TEST(Hasher, BordersAndOrderOfPartsMatter) {
  EXPECT_EQ(of_parts({"ab", "c"}), of_parts({"ab", "c"}));
  EXPECT_NE(of_parts({"ab", "c"}), of_parts({"a", "bc"}));
  EXPECT_NE(of_parts({"ab", "c"}), of_parts({"c", "ab"}));
  EXPECT_NE(of_parts({}), of_parts({""}));
  EXPECT_NE(of_parts({""}), of_parts({"", ""}));
}

TEST(Hasher, ANumberIsNotItsText) {
  EXPECT_NE(Hasher().add(std::int64_t{0}).value(), Hasher().add("").value());
  EXPECT_NE(Hasher().add(std::int64_t{0}).value(), Hasher().add("0").value());
  EXPECT_NE(Hasher().add(std::int64_t{-1}).value(), Hasher().add(std::int64_t{1}).value());
}

TEST(Hasher, StaysTheSameFromReleaseToRelease) {
  // Ids in databases are made of this: a change here is a change of format.
  EXPECT_EQ(Hasher().add("cholec80/video01").add(std::int64_t{42}).hex(), "34d8781b193ac7e3");
}

TEST(FileHash, IsTheHashOfTheBytesWhateverTheBlocks) {
  const TemporaryFolder folder;
  std::string bytes(3'000'001, 'x');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7 % 251);
  ASSERT_TRUE(write_file(folder.path() / "f", bytes));
  EXPECT_EQ(*file_hash(folder.path() / "f"), hash64(bytes));
}

TEST(FileHash, Sha256AgreesWithTheStandard) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_file(folder.path() / "abc", "abc"));
  ASSERT_TRUE(write_file(folder.path() / "empty", ""));
  EXPECT_EQ(*file_sha256(folder.path() / "abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(*file_sha256(folder.path() / "empty"), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(FileHash, MissingFilesAndFoldersAreIoErrors) {
  const TemporaryFolder folder;
  EXPECT_EQ(file_hash(folder.path() / "none").error().kind, ErrorKind::kIo);
  EXPECT_EQ(file_sha256(folder.path()).error().kind, ErrorKind::kIo);
}

}  // namespace
}  // namespace surgsigma
