// The whole house on a small simulated world: what is made, what is not made again, and that nothing but the inputs
// decides the bytes.
#include "surgsigma/pipeline/build.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <set>
#include <thread>

#include "surgsigma/pipeline/report.h"
#include "surgsigma/simulate/simulate.h"

namespace surgsigma {
namespace {

const Catalog& catalog() {
  static const Catalog loaded = [] {
    auto result = load_catalog(std::string(SURGSIGMA_SOURCE_DIR) + "/catalog");
    EXPECT_TRUE(result.ok()) << to_string(result.error());
    return std::move(*result);
  }();
  return loaded;
}

/// Three sources of a few short operations each, made once.
const fs::path& world() {
  static const TemporaryFolder folder;
  static const bool is_made = [] {
    for (const char* layout : {"cholec80", "cholect50", "sar-rarp50"}) {
      SimulateOptions options;
      options.layout = layout;
      options.out = folder.path() / layout;
      options.videos = 3;
      options.scale = 0.05;
      const auto report = simulate(catalog(), options);
      EXPECT_TRUE(report.ok()) << to_string(report.error());
    }
    return true;
  }();
  EXPECT_TRUE(is_made);
  return folder.path();
}

Database new_database(const fs::path& folder, const fs::path& sources) {
  EXPECT_TRUE(Database::create(folder, 1, "test").ok());
  auto database = Database::open(folder, Access::kWrite);
  EXPECT_TRUE(database.ok());
  for (const auto& entry : fs::directory_iterator(sources)) {
    const auto added = add_input(*database, catalog(), entry.path().filename().string(), entry.path());
    EXPECT_TRUE(added.ok()) << to_string(added.error());
  }
  return std::move(*database);
}

BuildOptions quiet(int jobs) {
  BuildOptions options;
  options.jobs = jobs;
  options.is_quiet = true;
  return options;
}

TEST(Build, TheNumberOfThreadsDoesNotChangeAByte) {
  TemporaryFolder folder;
  Database one = new_database(folder.path() / "one", world());
  Database two = new_database(folder.path() / "two", world());
  const auto first = build(one, catalog(), quiet(1));
  const auto second = build(two, catalog(), quiet(2));
  ASSERT_TRUE(first.ok()) << to_string(first.error());
  ASSERT_TRUE(second.ok()) << to_string(second.error());
  EXPECT_GT(first->rows_by_table.at("conversations"), 100);
  EXPECT_EQ(*one.tree_hash(), *two.tree_hash());
}

TEST(Build, WhatIsUpToDateIsNotMadeAgain) {
  TemporaryFolder folder;
  Database database = new_database(folder.path() / "db", world());
  ASSERT_TRUE(build(database, catalog(), quiet(2)).ok());
  const auto again = build(database, catalog(), quiet(2));
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->units_done, 0u);
  EXPECT_GT(again->units_kept, 10u);
}

TEST(Build, AParameterMakesOnlyItsStageAndWhatFollowsStale) {
  TemporaryFolder folder;
  Database database = new_database(folder.path() / "db", world());
  ASSERT_TRUE(build(database, catalog(), quiet(2)).ok());
  Manifest manifest = database.manifest();
  manifest.parameters = {{"choice_share", "0.5"}};
  ASSERT_TRUE(database.commit(manifest).ok());
  const auto plan = make_plan(database, catalog());
  ASSERT_TRUE(plan.ok());
  std::set<std::string_view> stale;
  for (const PlannedUnit& unit : plan->units) {
    if (!unit.is_stale) continue;
    stale.insert(unit.stage->name);
    EXPECT_EQ(unit.reason, "parameter choice_share changed");
  }
  EXPECT_EQ(stale, (std::set<std::string_view>{"dialogue"}));
}

TEST(Build, AChangedLabelFileMakesOnlyItsBucketStale) {
  TemporaryFolder folder;
  const fs::path sources = folder.path() / "sources";
  fs::create_directories(sources);
  fs::copy(world() / "cholec80", sources / "cholec80", fs::copy_options::recursive);
  Database database = new_database(folder.path() / "db", sources);
  ASSERT_TRUE(build(database, catalog(), quiet(2)).ok());
  fs::path changed;
  for (const auto& entry : fs::recursive_directory_iterator(sources)) {
    if (entry.path().filename().string().find("-phase.txt") != std::string::npos) changed = entry.path();
  }
  auto text = read_file(changed);
  ASSERT_TRUE(text.ok());
  ASSERT_TRUE(write_file(changed, text->substr(0, text->rfind('\n', text->size() - 2) + 1)).ok());
  const auto plan = make_plan(database, catalog());
  ASSERT_TRUE(plan.ok());
  std::set<std::string> buckets;
  for (const PlannedUnit& unit : plan->units) {
    if (unit.is_stale && unit.stage->scope == Scope::kUnit) buckets.insert(unit.unit);
    if (unit.is_stale && unit.stage->name == "ingest") {
      EXPECT_NE(unit.reason.find("-phase.txt changed"), std::string::npos);
    }
  }
  EXPECT_EQ(buckets.size(), 1u);
}

TEST(Build, AKilledBuildIsTakenUpAndEndsInTheSameBytes) {
  TemporaryFolder folder;
  Database whole = new_database(folder.path() / "whole", world());
  ASSERT_TRUE(build(whole, catalog(), quiet(2)).ok());
  const fs::path path = folder.path() / "killed";
  { Database made = new_database(path, world()); }
  for (const int milliseconds : {40, 150, 400}) {
    const pid_t child = fork();
    if (child == 0) {
      auto database = Database::open(path, Access::kWrite);
      if (database.ok()) (void)build(*database, catalog(), quiet(2));
      _exit(0);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    const auto readable = Database::open(path, Access::kRead);
    ASSERT_TRUE(readable.ok()) << to_string(readable.error());  // a reader never sees half a build
    const auto checked = check(*readable);
    ASSERT_TRUE(checked.ok());
    EXPECT_EQ(checked->front().violations, 0);
  }
  auto database = Database::open(path, Access::kWrite);
  ASSERT_TRUE(database.ok()) << to_string(database.error());  // the lock died with its holder
  const auto report = build(*database, catalog(), quiet(2));
  ASSERT_TRUE(report.ok()) << to_string(report.error());
  EXPECT_EQ(*database->tree_hash(), *whole.tree_hash());
  for (const auto& entry : fs::recursive_directory_iterator(path / "tables")) {
    EXPECT_EQ(entry.path().string().find(".writing"), std::string::npos) << entry.path();
  }
}

TEST(Build, UnitsDoneOneByOneByASchedulerAreTakenUpByTheLastBuild) {
  TemporaryFolder folder;
  Database whole = new_database(folder.path() / "whole", world());
  ASSERT_TRUE(build(whole, catalog(), quiet(2)).ok());
  const fs::path path = folder.path() / "units";
  { Database made = new_database(path, world()); }
  auto reader = Database::open(path, Access::kRead);
  ASSERT_TRUE(reader.ok());
  const auto plan = make_plan(*reader, catalog());
  ASSERT_TRUE(plan.ok());
  std::size_t tasks = 0;
  for (const PlannedUnit& unit : plan->units) {
    if (unit.stage->name != "dialogue") continue;
    BuildOptions options = quiet(1);
    options.unit = unit.id();
    const auto done_unit = build(*reader, catalog(), options);
    ASSERT_TRUE(done_unit.ok()) << to_string(done_unit.error());
    ++tasks;
  }
  EXPECT_GT(tasks, 2u);
  EXPECT_TRUE(reader->manifest().partitions.empty());
  auto writer = Database::open(path, Access::kWrite);
  ASSERT_TRUE(writer.ok());
  const auto report = build(*writer, catalog(), quiet(2));
  ASSERT_TRUE(report.ok());
  EXPECT_LE(report->units_done, 5u);  // the cards, identity and the splits
  EXPECT_EQ(*writer->tree_hash(), *whole.tree_hash());
}

TEST(Build, ASecondWriterIsTurnedAwayAndAReaderIsNot) {
  TemporaryFolder folder;
  Database first = new_database(folder.path() / "db", world());
  const auto second = Database::open(folder.path() / "db", Access::kWrite);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().kind, ErrorKind::kBusy);
  EXPECT_TRUE(Database::open(folder.path() / "db", Access::kRead).ok());
}

TEST(Build, ANewerDatabaseIsRefusedWithItsVersion) {
  TemporaryFolder folder;
  ASSERT_TRUE(Database::create(folder.path() / "db", 1, "9.0").ok());
  auto text = read_file(folder.path() / "db" / "surgsigma.json");
  ASSERT_TRUE(text.ok());
  const std::size_t at = text->find("\"format_version\": 1");
  ASSERT_NE(at, std::string::npos);
  text->replace(at, 19, "\"format_version\": 7");
  ASSERT_TRUE(write_file(folder.path() / "db" / "surgsigma.json", *text).ok());
  const auto opened = Database::open(folder.path() / "db", Access::kRead);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().kind, ErrorKind::kVersion);
  EXPECT_NE(opened.error().what.find('7'), std::string::npos);
}

TEST(Build, ADeletedPartitionIsMadeAgain) {
  TemporaryFolder folder;
  Database database = new_database(folder.path() / "db", world());
  ASSERT_TRUE(build(database, catalog(), quiet(2)).ok());
  const std::string before = *database.tree_hash();
  fs::remove(database.files("conversations").front());
  EXPECT_EQ(check(database)->front().violations, 1);
  ASSERT_TRUE(build(database, catalog(), quiet(2)).ok());
  EXPECT_EQ(*database.tree_hash(), before);
}

TEST(Build, TheSimulatedWorldIsInOrder) {
  TemporaryFolder folder;
  Database database = new_database(folder.path() / "db", world());
  const auto report = build(database, catalog(), quiet(2));
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->errors, 0);
  const auto results = check(database);
  ASSERT_TRUE(results.ok()) << to_string(results.error());
  for (const CheckResult& result : *results) EXPECT_EQ(result.violations, 0) << result.name << ": " << result.example;
}

TEST(Build, EveryConversationLeadsBackToAFileAndLine) {
  TemporaryFolder folder;
  Database database = new_database(folder.path() / "db", world());
  ASSERT_TRUE(build(database, catalog(), quiet(2)).ok());
  const auto shown = show_conversations(database, "", {}, 10, 1);
  ASSERT_TRUE(shown.ok());
  ASSERT_EQ(shown->size(), 10u);
  for (const Json& row : *shown) {
    const auto steps = why(database, row["conversation_id"].get<std::string>());
    ASSERT_TRUE(steps.ok());
    bool has_line = false, has_simulated = false;
    for (const TraceStep& step : *steps) {
      has_line |= step.kind == "record" && step.where.find(':') != std::string::npos;
      has_simulated |= step.text.find("simulated") != std::string::npos;
    }
    EXPECT_TRUE(has_line);
    EXPECT_TRUE(has_simulated);
  }
  EXPECT_FALSE(why(database, "ffffffffffffffff").ok());
}

}  // namespace
}  // namespace surgsigma
