#include "surgsigma/store/engine.h"

#include <gtest/gtest.h>

#include "surgsigma/base/hash.h"
#include "surgsigma/base/time.h"
#include "surgsigma/schema/tables.h"

namespace surgsigma {
namespace {

RawAnnotation sample(std::int64_t i) {
  RawAnnotation row;
  row.video_id = VideoId("cholec80/video01");
  row.ordinal = i;
  row.kind = i % 2 ? AnnotationKind::kInteraction : AnnotationKind::kPresence;
  row.begin_us = i * kSecond;
  row.end_us = (i + 1) * kSecond;
  if (i % 3) row.begin_frame = i * 25;
  for (std::int64_t k = 0; k < i % 4; ++k)
    row.labels.push_back("label that is longer than twelve bytes " + std::to_string(k));
  if (i % 5 == 0) row.labels.push_back("hook");
  row.x1 = i % 2 ? std::optional(0.25 * static_cast<double>(i)) : std::nullopt;
  row.raters = {1.0, 0.0, static_cast<double>(i)};
  row.text = i % 7 ? "" : "naïve — text with 'quotes'";
  row.file = "a.txt";
  return row;
}

class Store : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = Engine::open();
    ASSERT_TRUE(opened.ok()) << to_string(opened.error());
    engine = *opened;
  }
  std::shared_ptr<Engine> engine;
  TemporaryFolder folder;
};

TEST_F(Store, RowsComeBackAsTheyWentIn) {
  constexpr std::int64_t kRows = 50'000;  // several batches and row groups
  TableWriter<RawAnnotation> writer(engine, folder.path() / "a.parquet");
  for (std::int64_t i = 0; i < kRows; ++i) writer.append(sample(i));
  const auto written = writer.finish();
  ASSERT_TRUE(written.ok()) << to_string(written.error());
  EXPECT_EQ(written->rows, kRows);

  auto reader = TableReader<RawAnnotation>::open(engine, {folder.path() / "a.parquet"});
  ASSERT_TRUE(reader.ok()) << to_string(reader.error());
  RawAnnotation row;
  for (std::int64_t i = 0; i < kRows; ++i) {
    auto more = reader->next(row);
    ASSERT_TRUE(more.ok()) << to_string(more.error());
    ASSERT_TRUE(*more);
    const RawAnnotation expected = sample(i);
    ASSERT_EQ(row.ordinal, expected.ordinal);
    ASSERT_EQ(row.kind, expected.kind);
    ASSERT_EQ(row.labels, expected.labels);
    ASSERT_EQ(row.begin_frame, expected.begin_frame);
    ASSERT_EQ(row.x1, expected.x1);
    ASSERT_EQ(row.raters, expected.raters);
    ASSERT_EQ(row.text, expected.text);
  }
  EXPECT_FALSE(*reader->next(row));
}

TEST_F(Store, SameRowsGiveSameBytes) {
  for (const char* name : {"a.parquet", "b.parquet"}) {
    TableWriter<RawAnnotation> writer(engine, folder.path() / name);
    for (std::int64_t i = 0; i < 30'000; ++i) writer.append(sample(i));
    ASSERT_TRUE(writer.finish().ok());
  }
  EXPECT_EQ(*file_hash(folder.path() / "a.parquet"), *file_hash(folder.path() / "b.parquet"));
}

TEST_F(Store, NoRowsMakeNoFile) {
  TableWriter<RawAnnotation> writer(engine, folder.path() / "a.parquet");
  const auto written = writer.finish();
  ASSERT_TRUE(written.ok());
  EXPECT_EQ(written->rows, 0);
  EXPECT_FALSE(fs::exists(folder.path() / "a.parquet"));
}

TEST_F(Store, AWriterThatIsDroppedLeavesNothing) {
  {
    TableWriter<RawAnnotation> writer(engine, folder.path() / "a.parquet");
    for (std::int64_t i = 0; i < 20'000; ++i) writer.append(sample(i));
  }
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST_F(Store, AMissingFolderIsAnErrorThatNamesTheFile) {
  TableWriter<RawAnnotation> writer(engine, folder.path() / "nowhere" / "a.parquet");
  for (std::int64_t i = 0; i < 20'000; ++i) writer.append(sample(i));
  const auto written = writer.finish();
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error().kind, ErrorKind::kIo);
  EXPECT_NE(written.error().where.find("a.parquet"), std::string::npos);
}

TEST_F(Store, AFileThatIsNoParquetIsAnError) {
  ASSERT_TRUE(write_file(folder.path() / "a.parquet", "no parquet at all, only words").ok());
  auto reader = TableReader<RawAnnotation>::open(engine, {folder.path() / "a.parquet"});
  EXPECT_FALSE(reader.ok());
}

TEST_F(Store, AQueryIsATableOfText) {
  const auto table = engine->query("SELECT 1 AS one, NULL AS nothing, ['a','b'] AS list, 'x' AS \"two words\";");
  ASSERT_TRUE(table.ok()) << to_string(table.error());
  EXPECT_EQ(table->names, (std::vector<std::string>{"one", "nothing", "list", "two words"}));
  ASSERT_EQ(table->rows.size(), 1u);
  EXPECT_EQ(table->rows[0][0], "1");
  EXPECT_EQ(table->rows[0][1], std::nullopt);
  EXPECT_EQ(table->rows[0][2], "[a, b]");
}

TEST_F(Store, AWrongQuerySaysWhat) {
  const auto table = engine->query("SELECT nonsense FROM nowhere");
  ASSERT_FALSE(table.ok());
  EXPECT_NE(table.error().what.find("nowhere"), std::string::npos);
}

TEST_F(Store, SeveralWritersAtOnceDoNotMix) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      TableWriter<RawAnnotation> writer(engine, folder.path() / (std::to_string(t) + ".parquet"));
      for (std::int64_t i = 0; i < 10'000; ++i) {
        RawAnnotation row = sample(i);
        row.file = std::to_string(t);
        writer.append(row);
      }
      EXPECT_TRUE(writer.finish().ok());
    });
  }
  for (auto& thread : threads) thread.join();
  for (int t = 0; t < 4; ++t) {
    const auto table = engine->query("SELECT count(*), count(DISTINCT file), min(file) FROM " +
                                     sql_quoted((folder.path() / (std::to_string(t) + ".parquet")).string()));
    ASSERT_TRUE(table.ok()) << to_string(table.error());
    EXPECT_EQ(table->rows[0][0], "10000");
    EXPECT_EQ(table->rows[0][1], "1");
    EXPECT_EQ(table->rows[0][2], std::to_string(t));
  }
}

}  // namespace
}  // namespace surgsigma
