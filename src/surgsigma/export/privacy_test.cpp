#include "surgsigma/export/privacy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "surgsigma/export/test_database.h"

namespace surgsigma {
namespace {

using ::testing::HasSubstr;

/// Two sources, one of them private with two recordings, of which one was screened.
class PrivacyTest : public ::testing::Test {
 protected:
  PrivacyTest() {
    world_.add_source("openset", {"attribution"});
    world_.add_source("own", {"no_redistribution"});
    world_.sources.back().is_private = true;
    world_.make(folder());
    ScreeningRow row;
    row.video_id = VideoId("own/Jane_Doe");
    row.source_id = SourceId("own");
    row.state_hash = "state1";
    RegionRow region;
    region.video_id = row.video_id;
    region.region_id = "r1";
    region.kind = "out_of_body";
    region.end_us = kSecond;
    region.hiding = "black";
    auto database = *Database::open(folder(), Access::kWrite);
    Manifest manifest = database.manifest();
    write(manifest, row);
    write(manifest, region);
    EXPECT_TRUE(database.commit(manifest));
  }

  fs::path folder() const { return temporary_.path() / "db"; }

  template <class Row>
  void write(Manifest& manifest, const Row& row) {
    Partition partition{
        std::string(Row::kTable), "screen", "own", "u", "00", partition_file(Row::kTable, "own", "u", "00"), 1, 0};
    fs::create_directories((folder() / partition.file).parent_path());
    TableWriter<Row> writer(*Engine::open(1), folder() / partition.file);
    writer.append(row);
    EXPECT_TRUE(writer.finish());
    manifest.partitions.push_back(partition);
  }

  void approve(const char* video, const char* state) {
    auto database = *Database::open(folder(), Access::kWrite);
    Manifest manifest = database.manifest();
    ScreeningDecision decision;
    decision.video = video;
    decision.verdict = "approve";
    decision.state = state;
    decision.by = "A. Smith";
    manifest.screening.push_back(decision);
    EXPECT_TRUE(database.commit(manifest));
  }

  Privacy read(Purpose purpose) const {
    auto made = Privacy::read(*Database::open(folder(), Access::kRead), purpose);
    EXPECT_TRUE(made) << to_string(made.error());
    return std::move(*made);
  }

  static Status check(const Privacy& privacy, std::vector<std::string> videos) { return privacy.check_pixels(videos); }

  TestDatabase world_;
  TemporaryFolder temporary_;
};

TEST_F(PrivacyTest, PixelsLeaveOnlyApprovedInTheirPresentState) {
  EXPECT_TRUE(check(read(Purpose::kInternal), {"own/Jane_Doe", "openset/a"}));
  const Status refused = check(read(Purpose::kResearch), {"own/Jane_Doe", "openset/a"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kUsage);
  EXPECT_THAT(refused.error().what, HasSubstr("1 recording (own/Jane_Doe)"));
  approve("own/Jane_Doe", "an earlier state");
  EXPECT_FALSE(check(read(Purpose::kResearch), {"own/Jane_Doe"}));
  approve("own/Jane_Doe", "state1");
  EXPECT_TRUE(check(read(Purpose::kResearch), {"own/Jane_Doe"}));
  EXPECT_TRUE(check(read(Purpose::kCommercial), {"own/Jane_Doe"}));
}

TEST_F(PrivacyTest, AnUnscreenedRecordingLeavesForNoPurpose) {
  approve("own/never_seen", "");
  for (const Purpose purpose : {Purpose::kInternal, Purpose::kResearch}) {
    const Status refused = check(read(purpose), {"own/never_seen"});
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().what, HasSubstr("not screened"));
  }
}

TEST_F(PrivacyTest, WhatToHideIsKnownByRecording) {
  const Privacy privacy = read(Purpose::kInternal);
  ASSERT_NE(privacy.plan("own/Jane_Doe"), nullptr);
  EXPECT_TRUE(privacy.plan("own/Jane_Doe")->hides_all(0));
  EXPECT_EQ(privacy.plan("openset/a"), nullptr);
}

TEST_F(PrivacyTest, NamesOfPrivateRecordingsStayInTheHouse) {
  const Privacy inside = read(Purpose::kInternal);
  EXPECT_EQ(inside.shown_video("own", "own/Jane_Doe"), "own/Jane_Doe");
  const Privacy outside = read(Purpose::kResearch);
  const std::string shown = outside.shown_video("own", "own/Jane_Doe");
  EXPECT_EQ(shown.size(), std::string("own/").size() + 16);
  EXPECT_EQ(shown, read(Purpose::kCommercial).shown_video("own", "own/Jane_Doe"));  // one name in every export
  EXPECT_NE(shown, outside.shown_video("own", "own/Jane_Roe"));
  EXPECT_NE(outside.shown_case("own", "own/Jane_Doe").substr(4), shown.substr(4));
  EXPECT_EQ(outside.shown_video("openset", "openset/a"), "openset/a");
  const std::vector<std::string> both = {"openset", "own"};
  EXPECT_TRUE(inside.check_paths(both));
  EXPECT_FALSE(outside.check_paths(both));
  EXPECT_TRUE(outside.check_paths(std::vector<std::string>{"openset"}));
}

TEST_F(PrivacyTest, CentresAreSaidWhereTheyAreKnownAndMayBe) {
  TestDatabase world;
  world.add_source("own", {});
  world.sources.back().is_private = true;
  world.add_source("openset", {});
  const auto add_case = [&](const std::string& id, const std::string& institution) {
    CaseRow one;
    one.case_id = CaseId(id);
    one.institution = institution;
    world.cases.push_back(one);
  };
  add_case("own:1", "our house");
  add_case("camma:1", "strasbourg");
  add_case("camma:2", "strasbourg");
  add_case("camma:2", "bern");
  add_case("camma:3", "");
  const fs::path place = temporary_.path() / "centres";
  const Database database = world.make(place);
  const auto inside = Privacy::read(database, Purpose::kInternal);
  ASSERT_TRUE(inside) << to_string(inside.error());
  EXPECT_EQ(inside->shown_centre("own", "own:1"), "our house");
  EXPECT_EQ(inside->shown_centre("openset", "camma:1"), "strasbourg");
  EXPECT_EQ(inside->shown_centre("openset", "camma:2"), "") << "two sources name two centres";
  EXPECT_EQ(inside->shown_centre("openset", "camma:3"), "");
  EXPECT_EQ(inside->shown_centre("openset", "nobody"), "");
  const auto outside = Privacy::read(database, Purpose::kResearch);
  ASSERT_TRUE(outside) << to_string(outside.error());
  EXPECT_EQ(outside->shown_centre("own", "own:1"), "") << "a renamed operation does not say where it was";
  EXPECT_EQ(outside->shown_centre("openset", "camma:1"), "strasbourg");
}

/// A recording's conversation: what the row formats may write of a private source.
TEST_F(PrivacyTest, ConversationsOfPrivateRecordingsStayInsideAndAreNeverEmbedded) {
  TestDatabase world;
  world.add_source("own", {"no_redistribution"});
  world.sources.back().is_private = true;
  world.add_video("own", "Jane_Doe", "own:1", "train");
  world.add("own", "u", "Jane_Doe", "phase_recognition", {"Which phase?", "Dissection."});
  const fs::path place = temporary_.path() / "conversations";
  const Database database = world.make(place);
  const auto catalog = load_catalog(fs::path(SURGSIGMA_SOURCE_DIR) / "catalog");
  ASSERT_TRUE(catalog);
  const auto written = [&](const char* format, Purpose purpose) {
    ExportOptions options;
    options.format = format;
    options.out = temporary_.path() / (std::string(format) + std::to_string(static_cast<int>(purpose)));
    options.purpose = purpose;
    options.is_quiet = true;
    return export_conversations(database, *catalog, options);
  };
  const auto inside = written("llava", Purpose::kInternal);
  EXPECT_TRUE(inside) << to_string(inside.error());
  const auto outside = written("llava", Purpose::kResearch);
  ASSERT_FALSE(outside);
  EXPECT_THAT(outside.error().what, HasSubstr("would name its files"));
  const auto embedded = written("hf", Purpose::kInternal);
  ASSERT_FALSE(embedded);
  EXPECT_THAT(embedded.error().what, HasSubstr("nothing hidden"));
}

TEST_F(PrivacyTest, ADatabaseWithoutAKeyGivesNoNames) {
  auto text = *read_file(folder() / "surgsigma.json");
  const std::string key = Database::open(folder(), Access::kRead)->manifest().name_key;
  ASSERT_EQ(key.size(), 32U);
  text.replace(text.find(key), key.size(), "");
  ASSERT_TRUE(write_file(folder() / "surgsigma.json", text));
  const auto database = Database::open(folder(), Access::kRead);
  EXPECT_FALSE(Privacy::read(*database, Purpose::kResearch));
  EXPECT_TRUE(Privacy::read(*database, Purpose::kInternal));
}

}  // namespace
}  // namespace surgsigma
