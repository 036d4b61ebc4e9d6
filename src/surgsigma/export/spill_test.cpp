#include "surgsigma/export/spill.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace surgsigma {
namespace {

using ::testing::ElementsAre;

/// Two partitions, two files, two tasks; long lines so that runs are cut.
std::string joined(const fs::path& folder, std::int64_t room_bytes, std::size_t file) {
  MemoryRoom room = room_bytes;
  std::vector<Spilled> partitions;
  for (int p = 0; p < 2; ++p) {
    Spill spill(folder / ("room" + std::to_string(room_bytes) + "-" + std::to_string(file) + "-" + std::to_string(p)),
                2, 2, room);
    for (int row = 0; row < 40; ++row) {
      const std::size_t to = static_cast<std::size_t>(row / 2 % 2), task = static_cast<std::size_t>(row % 2);
      spill.lines(to, task).append(std::to_string(p) + ":" + std::to_string(row) + std::string(30'000, '.') + "\n");
      EXPECT_TRUE(spill.added(to, task).ok());
    }
    partitions.push_back(*spill.finish());
  }
  const fs::path out = folder / ("out" + std::to_string(room_bytes) + "-" + std::to_string(file));
  EXPECT_TRUE(join_lines(sources_of(partitions, file, 2), out).ok());
  return *read_file(out);
}

TEST(Spill, RowsComeByTaskThenByPartitionWhereverTheyWereKept) {
  TemporaryFolder folder;
  const std::string all_in_memory = joined(folder.path(), 1 << 30, 0);
  EXPECT_TRUE(all_in_memory.starts_with("0:0."));
  std::vector<std::string> heads;
  for (std::size_t at = 0; at < all_in_memory.size(); at = all_in_memory.find('\n', at) + 1) {
    heads.push_back(all_in_memory.substr(at, all_in_memory.find('.', at) - at));
  }
  ASSERT_EQ(heads.size(), 40U);
  EXPECT_EQ(heads[9], "0:36");
  EXPECT_EQ(heads[10], "1:0");
  EXPECT_EQ(heads[20], "0:1");
  EXPECT_EQ(heads[39], "1:37");
  EXPECT_EQ(joined(folder.path(), 0, 0), all_in_memory);
  EXPECT_EQ(joined(folder.path(), 500'000, 0), all_in_memory);
  EXPECT_NE(joined(folder.path(), 0, 1), all_in_memory);
}

TEST(Spill, ARunIsNeverCutAndAPieceNeverEmpty) {
  std::vector<Source> sources(4);
  const std::int64_t bytes[] = {50, 60, 500, 10};
  for (std::size_t i = 0; i < 4; ++i) sources[i].extent.bytes = bytes[i];
  const auto sizes = [&](std::int64_t most) {
    std::vector<std::size_t> counts;
    for (const auto& piece : pieces_of(sources, most)) counts.push_back(piece.size());
    return counts;
  };
  EXPECT_THAT(sizes(0), ElementsAre(4U));
  EXPECT_THAT(sizes(110), ElementsAre(2U, 1U, 1U));
  EXPECT_THAT(sizes(1), ElementsAre(1U, 1U, 1U, 1U));
  EXPECT_TRUE(pieces_of({}, 10).empty());
}

TEST(Spill, AFileThatIsInTheWayIsAnErrorWithItsName) {
  TemporaryFolder folder;
  ASSERT_TRUE(write_file(folder.path() / "taken", "x").ok());
  EXPECT_EQ(join_lines({}, folder.path() / "taken").error().where, (folder.path() / "taken").string());
  MemoryRoom none = 0;
  Spill spill(folder.path() / "no/such/folder/rows", 1, 1, none);
  spill.lines(0, 0) += "row\n";
  EXPECT_EQ(spill.finish().error().kind, ErrorKind::kIo);
}

}  // namespace
}  // namespace surgsigma
