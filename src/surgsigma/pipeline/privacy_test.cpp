// A private recording from its file to an export: a drawn operation with a name burned in, a look at the room,
// sound-less but with a title in its metadata, under a card of one's own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "surgsigma/base/text.h"
#include "surgsigma/export/pairs/pair_export.h"
#include "surgsigma/media/clip_writer.h"
#include "surgsigma/media/picture_file.h"
#include "surgsigma/media/video.h"
#include "surgsigma/pipeline/build.h"
#include "surgsigma/pipeline/screening.h"
#include "surgsigma/simulate/layout.h"
#include "surgsigma/simulate/render/render.h"

namespace surgsigma {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kCard = R"(id: own
name: Our operations
version: "1"
licence: {id: custom, terms: [no_redistribution], evidence: verified}
private: true
procedure: prc.cholecystectomy
approach: laparoscopic
species: human
frame_rate: 5
video_id: "{video}"
case: "own:{video}"
layout:
  - {role: video, pattern: "{video}.mp4"}
  - {role: interval, pattern: "*.csv", reader: intervals_csv, required: false, unit: all, with: {kind: phase, vocabulary: labels}}
vocabularies:
  labels:
    kind: phase
    closed: false
    complete: true
    labels: [{label: dissection, concept: pha.chole.calot_dissection, match: exact}]
)";
constexpr const char* kName = "Jane_Doe_1961";
constexpr Milliseconds kOutsideBegin = 20'000;
constexpr Milliseconds kOutsideEnd = 26'000;

const Catalog& catalog() {
  static const Catalog loaded = std::move(*load_catalog(SURGSIGMA_SOURCE_DIR "/catalog"));
  return loaded;
}

/// Forty seconds at five frames a second, drawn and built once.
class Privately : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TemporaryFolder;
    const Script& script = scripts()[0];
    const auto valid = valid_triplets(*catalog().source(SourceId(std::string(script.home))));
    ASSERT_TRUE(valid);
    Operation operation = make_operation(script, *valid, 3, "case:own", 0.1);
    operation.out_of_body = {{"", kOutsideBegin, kOutsideEnd}};
    RenderOptions options;
    options.size = {640, 360};
    options.rate = {5, 1};
    options.with_overlay = true;
    options.with_black_sections = false;
    const auto renderer = Renderer::create(catalog(), script, operation, "own", options);
    ASSERT_TRUE(renderer) << to_string(renderer.error());
    ClipSettings settings;
    settings.rate = options.rate;
    fs::create_directories(folder_->path() / "source");
    auto clip = ClipWriter::open(folder_->path() / "source" / (std::string(kName) + ".mp4"), options.size, settings);
    ASSERT_TRUE(clip);
    RenderedFrame frame;
    for (std::int64_t i = 0; i < 200; ++i) {
      renderer->render(i, frame);
      ASSERT_TRUE(clip->add(frame.image));
    }
    ASSERT_TRUE(clip->close());
    for (const RenderedText& text : frame.state.overlay) overlay_.push_back(text.box);
    ASSERT_FALSE(overlay_.empty());
    std::ofstream(folder_->path() / "source/phases.csv") << "video,start,end,label\n" << kName << ",0,40,dissection\n";
    std::ofstream(folder_->path() / "card.yaml") << kCard;
    ASSERT_TRUE(Database::create(db(), 1, "test"));
    auto database = *Database::open(db(), Access::kWrite);
    const auto added = add_input(database, catalog(), "own", folder_->path() / "source", folder_->path() / "card.yaml");
    ASSERT_TRUE(added) << to_string(added.error());
    built(database);
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }

  static fs::path db() { return folder_->path() / "db"; }

  static void built(Database& database) {
    BuildOptions options;
    options.jobs = 2;
    options.is_quiet = true;
    const auto report = build(database, catalog(), options);
    ASSERT_TRUE(report) << to_string(report.error());
  }

  static ScreenedRecording recording() {
    const auto found = screened_recordings(*Database::open(db(), Access::kRead));
    EXPECT_TRUE(found) << to_string(found.error());
    EXPECT_EQ(found->size(), 1U);
    return found->front();
  }

  static Result<ExportReport> exported(Purpose purpose, const std::string& name) {
    ExportOptions options;
    options.format = "pairs";
    options.out = folder_->path() / name;
    options.purpose = purpose;
    options.is_quiet = true;
    options.tool_version = "test";
    return export_pairs(*Database::open(db(), Access::kRead), catalog(), options);
  }

  static TemporaryFolder* folder_;
  static std::vector<Box> overlay_;
};
TemporaryFolder* Privately::folder_ = nullptr;
std::vector<Box> Privately::overlay_;

TEST_F(Privately, NamesAndTheRoomAreFound) {
  const ScreenedRecording found = recording();
  bool has_room = false;
  for (const RegionRow& row : found.regions) {
    if (row.x1) continue;
    has_room |= row.begin_us <= kOutsideBegin * 1000 && row.end_us >= kOutsideEnd * 1000;
  }
  EXPECT_TRUE(has_room);
  for (const Box& letters : overlay_) {
    double covered = 0;
    for (const RegionRow& row : found.regions) {
      if (!row.x1 || row.begin_us > 0 || row.end_us < 39 * kSecond) continue;
      const auto common = clamped({std::max(*row.x1, letters.x1), std::max(*row.y1, letters.y1),
                                   std::min(*row.x2, letters.x2), std::min(*row.y2, letters.y2)},
                                  {640, 360});
      if (common) covered = std::max(covered, common->area() / letters.area());
    }
    EXPECT_GE(covered, 0.99) << letters.x1 << "," << letters.y1;
  }
}

/// The overlay's pixels are black in everything that was made of the recording.
TEST_F(Privately, EveryPictureOfThePairsIsHidden) {
  auto engine = *Database::open(db(), Access::kRead)->engine_with_views();
  const auto pairs = engine->query("SELECT task, input, target, begin_us FROM pairs");
  ASSERT_TRUE(pairs);
  ASSERT_GT(pairs->rows.size(), 3U);
  const auto expect_hidden = [&](const Image& picture, const std::string& name) {
    for (const Box& letters : overlay_) {
      int brightest = 0, darkest = 255;
      for (int y = static_cast<int>(letters.y1); y < static_cast<int>(letters.y2); ++y) {
        for (int x = static_cast<int>(letters.x1); x < static_cast<int>(letters.x2); ++x) {
          brightest = std::max<int>(brightest, *picture.at(x, y));
          darkest = std::min<int>(darkest, *picture.at(x, y));
        }
      }
      // Smoke lies over what was hidden before, so black may have become grey, but nothing stands out of it.
      EXPECT_LT(brightest - darkest, 70) << name;
    }
  };
  for (const auto& row : pairs->rows) {
    const Microseconds begin = *parse_int(*row[3]);
    EXPECT_FALSE(kOutsideBegin * 1000 <= begin && begin < kOutsideEnd * 1000) << *row[0];
    for (const std::size_t column : {1U, 2U}) {
      const fs::path path = db() / *row[column];
      if (path.extension() == ".jpg") {
        const auto picture = read_picture(path);
        ASSERT_TRUE(picture);
        expect_hidden(*picture, *row[0]);
      } else if (path.extension() == ".mp4") {
        auto video = Video::open(path);
        ASSERT_TRUE(video);
        EXPECT_FALSE(video->info().has_sound);
        EXPECT_FALSE(video->info().has_metadata);
        VideoFrame frame;
        while (*video->next(frame)) expect_hidden(frame.image, *row[0]);
      }
    }
  }
}

TEST_F(Privately, ItLeavesOnlyApprovedAndUnderAnotherName) {
  const auto inside = exported(Purpose::kInternal, "inside");
  ASSERT_TRUE(inside) << to_string(inside.error());
  const auto refused = exported(Purpose::kResearch, "refused");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("approved by nobody"));
  EXPECT_FALSE(fs::exists(folder_->path() / "refused"));
  {
    auto database = *Database::open(db(), Access::kWrite);
    EXPECT_FALSE(approve_recordings(database, {"own/nobody"}, "A. Smith"));
    EXPECT_FALSE(approve_recordings(database, {"all"}, " "));
    const auto count = approve_recordings(database, {"all"}, "A. Smith");
    ASSERT_TRUE(count);
    EXPECT_EQ(*count, 1);
  }
  EXPECT_EQ(recording().approved_by, "A. Smith");
  const auto leaves = exported(Purpose::kResearch, "leaves");
  ASSERT_TRUE(leaves) << to_string(leaves.error());
  const FileTree tree = *list_tree(folder_->path() / "leaves");
  for (const FoundFile& file : tree.files) {
    EXPECT_THAT(file.path, Not(HasSubstr("Jane")));
    const std::string bytes = *read_file(folder_->path() / "leaves" / file.path);
    EXPECT_EQ(bytes.find("Jane_Doe"), std::string::npos) << file.path;
  }
  // More is hidden: what was approved is not what is there now.
  {
    auto database = *Database::open(db(), Access::kWrite);
    EXPECT_FALSE(hide_region(database, {std::string("own/") + kName, 5 * kSecond, 5 * kSecond, {}}, "A. Smith"));
    EXPECT_FALSE(hide_region(database, {std::string("own/") + kName, 0, kSecond, {0, 0, 700, 10}}, "A. Smith"));
    ASSERT_TRUE(hide_region(database, {std::string("own/") + kName, 5 * kSecond, 8 * kSecond, {}}, "A. Smith"));
    built(database);
  }
  EXPECT_EQ(recording().approved_by, "");
  EXPECT_FALSE(exported(Purpose::kResearch, "lapsed"));
  auto engine = *Database::open(db(), Access::kRead)->engine_with_views();
  const auto shown = engine->query("SELECT count(*) FROM pairs WHERE begin_us >= 5000000 AND begin_us < 8000000");
  EXPECT_EQ(shown->rows[0][0], "0");
}

TEST_F(Privately, TheSheetShowsEveryRegion) {
  const ScreenedRecording found = recording();
  const auto database = Database::open(db(), Access::kRead);
  const std::string out = (folder_->path() / "sheet").string();
  ASSERT_TRUE(write_screening_sheet(*database, {found}, out));
  const std::string page = *read_file(fs::path(out) / "screening.html");
  const std::string csv = *read_file(fs::path(out) / "screening.csv");
  ASSERT_FALSE(found.regions.empty());
  for (const RegionRow& row : found.regions) {
    EXPECT_THAT(page, HasSubstr(row.region_id));
    EXPECT_THAT(csv, HasSubstr(row.region_id));
  }
  EXPECT_THAT(page, HasSubstr("data:image/jpeg;base64,"));
  EXPECT_THAT(page, Not(HasSubstr("cannot be read")));
  EXPECT_FALSE(write_screening_sheet(*database, {found}, out));  // not over another one
}

}  // namespace
}  // namespace surgsigma
