// Contact sheets of a small drawn world: one source with pictures, one with labels only.
#include "surgsigma/pipeline/sheet.h"

#include <gtest/gtest.h>

#include <map>

#include "surgsigma/pipeline/build.h"
#include "surgsigma/pipeline/report.h"
#include "surgsigma/simulate/simulate.h"

namespace surgsigma {
namespace {

const Catalog& catalog() {
  static const Catalog loaded = std::move(*load_catalog(SURGSIGMA_SOURCE_DIR "/catalog"));
  return loaded;
}

void simulate_source(const char* layout, const fs::path& out, double scale, bool has_pixels) {
  SimulateOptions options;
  options.layout = layout;
  options.out = out;
  options.videos = 1;
  options.scale = scale;
  options.has_pixels = has_pixels;
  const auto report = simulate(catalog(), options);
  ASSERT_TRUE(report.ok()) << to_string(report.error());
}

struct World {
  TemporaryFolder folder;
  std::optional<Database> database;

  World() {
    simulate_source("endoscapes2023", folder.path() / "endoscapes2023", 0.02, true);
    simulate_source("cholec80", folder.path() / "cholec80", 0.02, false);
    EXPECT_TRUE(Database::create(folder.path() / "db", 1, "test").ok());
    database = std::move(*Database::open(folder.path() / "db", Access::kWrite));
    for (const char* source : {"cholec80", "endoscapes2023"}) {
      EXPECT_TRUE(add_input(*database, catalog(), source, folder.path() / source).ok());
    }
    BuildOptions options;
    options.is_quiet = true;
    const auto built = build(*database, catalog(), options);
    EXPECT_TRUE(built.ok()) << to_string(built.error());
  }
};

World& world() {
  static World made;
  return made;
}

Sheet sheet_of(const Database& database, const SheetOptions& options = {}) {
  auto made = contact_sheet(database, catalog(), options);
  EXPECT_TRUE(made.ok()) << to_string(made.error());
  return made.ok() ? std::move(*made) : Sheet{};
}

TEST(Sheet, EveryTaskHasATileAndNoTwoTilesMeet) {
  const Sheet sheet = sheet_of(*world().database);
  ASSERT_EQ(sheet.tiles.size(), catalog().tasks.size());
  for (std::size_t i = 0; i < sheet.tiles.size(); ++i) {
    const SheetTile& tile = sheet.tiles[i];
    EXPECT_EQ(tile.task, catalog().tasks[i].id);
    EXPECT_GE(tile.area.x, 0);
    EXPECT_LE(tile.area.right(), sheet.picture.width);
    EXPECT_LE(tile.area.bottom(), sheet.picture.height);
    for (std::size_t k = 0; k < i; ++k) EXPECT_FALSE(tile.area.overlaps(sheet.tiles[k].area)) << tile.task;
  }
}

TEST(Sheet, TasksWithPixelsShowThemAndTheOthersSayWhyNot) {
  const Sheet sheet = sheet_of(*world().database);
  std::map<std::string, SheetTile> tiles;
  for (const SheetTile& tile : sheet.tiles) tiles[tile.task] = tile;
  for (const char* task : {"instrument_localization", "tissue_localization", "safety_assessment", "desmoking"}) {
    EXPECT_EQ(tiles[task].source, "endoscapes2023") << task;
    EXPECT_EQ(tiles[task].remark, "") << task;
    EXPECT_TRUE(tiles[task].is_simulated) << task;
    EXPECT_FALSE(tiles[task].id.empty()) << task;
  }
  EXPECT_EQ(tiles["phase_recognition"].source, "cholec80");  // labels, but no pixels
  EXPECT_NE(tiles["phase_recognition"].remark.find("no picture"), std::string::npos)
      << tiles["phase_recognition"].remark;
  EXPECT_EQ(tiles["depth_estimation"].id, "");
  EXPECT_NE(tiles["depth_estimation"].remark.find("no source here has depth maps"), std::string::npos);
  EXPECT_EQ(tiles["triplet_recognition"].id, "");
  EXPECT_NE(tiles["triplet_recognition"].remark.find("no label"), std::string::npos);
}

TEST(Sheet, TheSameQuestionGivesTheSameBytesAndAnotherSeedOthers) {
  SheetOptions options;
  options.tasks = {"phase_recognition", "desmoking"};
  options.per_task = 2;
  const Sheet one = sheet_of(*world().database, options), two = sheet_of(*world().database, options);
  EXPECT_EQ(one.tiles.size(), 4u);
  EXPECT_EQ(one.picture, two.picture);
  EXPECT_NE(one.tiles[0].id, one.tiles[1].id);
  options.seed = 99;
  EXPECT_NE(sheet_of(*world().database, options).tiles[0].id, one.tiles[0].id);
}

TEST(Sheet, AMissingOrBrokenPictureIsNamed) {
  World own;
  SheetOptions options;
  options.tasks = {"instrument_localization"};
  for (const auto& entry : fs::directory_iterator(own.folder.path() / "endoscapes2023" / "all")) {
    ASSERT_TRUE(write_file(entry.path(), "no picture").ok());
  }
  const std::string broken = sheet_of(*own.database, options).tiles[0].remark;
  EXPECT_NE(broken.find("no picture: "), std::string::npos) << broken;
  EXPECT_NE(broken.find(".jpg"), std::string::npos) << broken;
  fs::remove_all(own.folder.path() / "endoscapes2023" / "all");
  const std::string missing = sheet_of(*own.database, options).tiles[0].remark;
  EXPECT_NE(missing.find("endoscapes2023/all/"), std::string::npos) << missing;
  EXPECT_NE(missing.find("the file is not there"), std::string::npos) << missing;
}

TEST(Sheet, NonsenseIsRefused) {
  SheetOptions options;
  options.tasks = {"phase_recognitoin"};
  auto refused = contact_sheet(*world().database, catalog(), options);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().kind, ErrorKind::kUsage);
  EXPECT_EQ(refused.error().hint, "did you mean phase_recognition?");
  options = {};
  options.per_task = 11;
  EXPECT_FALSE(contact_sheet(*world().database, catalog(), options).ok());
  TemporaryFolder folder;
  ASSERT_TRUE(Database::create(folder.path() / "db", 1, "test").ok());
  const auto empty = Database::open(folder.path() / "db", Access::kRead);
  refused = contact_sheet(*empty, catalog(), {});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().hint, "run `surgsigma build` first");
}

TEST(Stats, PairsAreCountedAndMarksHaveTheirShareBySource) {
  const auto reports = stats(*world().database, catalog(), "strict");
  ASSERT_TRUE(reports.ok()) << to_string(reports.error());
  const auto column = [](const QueryTable& table, const std::string& name) {
    return static_cast<std::size_t>(std::find(table.names.begin(), table.names.end(), name) - table.names.begin());
  };
  bool has_pairs = false, has_marks = false;
  for (const Report& report : *reports) {
    for (const auto& row : report.table.rows) {
      if (report.title.starts_with("Tasks by part") && row[0] == "desmoking") {
        has_pairs = true;
        EXPECT_NE(row[column(report.table, "total")], "0");
        EXPECT_EQ(row[column(report.table, "unit")], "pairs");
      }
      if (report.title.starts_with("Marked by source")) {
        has_marks = true;
        EXPECT_EQ(row[0], "endoscapes2023");  // the only one with pixels
        ASSERT_LT(column(report.table, "any mark"), row.size());
      }
    }
  }
  EXPECT_TRUE(has_pairs);
  EXPECT_TRUE(has_marks);
  IssueFilter filter;
  filter.limit = 1000;
  for (const bool is_listed : {false, true}) {
    filter.is_listed = is_listed;
    const auto issues = issue_report(*world().database, filter);
    EXPECT_TRUE(issues.ok()) << to_string(issues.error());
  }
}

}  // namespace
}  // namespace surgsigma
