#include "surgsigma/ingest/media_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace surgsigma {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

constexpr std::string_view kCard = R"(
id: toy
name: Toy
licence: {id: custom, terms: [unstated]}
frame_rate: 25
video_id: "d{video}_k{key}"
case: "toy:{video}"
layout:
  - {role: frame, pattern: "d{video:d}/k{key:d}/left.png", with: {index: 0}}
  - {role: right, pattern: "d{video:d}/k{key:d}/right.png", with: {index: 0}}
  - {role: depth, pattern: "d{video:d}/k{key:d}/depth.tiff", with: {index: 0, provenance: ct}}
  - {role: video, pattern: "d{video:d}/k{key:d}/rgb.mp4", with: {video_id: "d{video}_k{key}_film", views: left_over_right}}
  - {role: depth, pattern: "d{video:d}/k{key:d}/p{index:d}.tiff", with: {video_id: "d{video}_k{key}_film", provenance: carried}}
  - {role: calibration, pattern: "d{video:d}/k{key:d}/rig.yaml"}
  - {role: calibration, pattern: "rig_of_{video:d}.yaml", with: {unit: m}}
)";

class PixelSource : public ::testing::Test {
 protected:
  void SetUp() override {
    auto document = parse_yaml(kCard, "toy.yaml");
    ASSERT_TRUE(document) << to_string(document.error());
    auto card = read_source_card(*document, "toy.yaml");
    ASSERT_TRUE(card) << to_string(card.error());
    card_ = std::move(*card);
  }

  void add(const std::string& path) { ASSERT_TRUE(write_file(folder_.path() / path, "x").ok()); }

  void ingest(int buckets = 4) {
    auto source = match_source(card_, folder_.path());
    ASSERT_TRUE(source);
    source_ = std::move(*source);
    IngestSinks sinks;
    sinks.videos = [&](VideoRow&& row) { videos_.emplace_back(row.video_id.text, row.case_id.text); };
    sinks.annotations = [](RawAnnotation&&) {};
    sinks.issues = [&](IssueRow&& row) { issues_.push_back(row.rule + ": " + row.value + ": " + row.message); };
    sinks.files = [](FileRow&&) {};
    for (const IngestUnit& unit : plan_ingest(card_, source_, buckets)) {
      ASSERT_TRUE(ingest_unit(card_, source_, unit, sinks).ok());
      for (auto& [id, media] : media_files(card_, source_, unit)) {
        EXPECT_TRUE(media_.emplace(id, media).second) << id << " stands in two units";
      }
    }
  }

  SourceCard card_;
  TemporaryFolder folder_;
  SourceFiles source_;
  std::vector<std::pair<std::string, std::string>> videos_;
  std::vector<std::string> issues_;
  std::map<std::string, MediaFiles> media_;
};

TEST_F(PixelSource, ASourceWithoutLabelsHasTheRecordingsOfItsPixels) {
  for (const char* path : {"d1/k1/left.png", "d1/k1/right.png", "d1/k1/depth.tiff", "d1/k1/rgb.mp4",
                           "d1/k1/p000007.tiff", "d12/k3/left.png"}) {
    add(path);
  }
  ingest();
  EXPECT_THAT(videos_, UnorderedElementsAre(Pair("toy/d1_k1", "toy:1"), Pair("toy/d1_k1_film", "toy:1"),
                                            Pair("toy/d12_k3", "toy:12")));
  EXPECT_THAT(issues_, IsEmpty());
  const MediaFiles& still = media_.at("toy/d1_k1");
  EXPECT_THAT(still.pictures, ElementsAre(Pair(0, "d1/k1/left.png")));
  ASSERT_EQ(still.rights.size(), 1u);
  EXPECT_EQ(still.rights[0].frame, 0);
  EXPECT_EQ(still.depths[0].path, "d1/k1/depth.tiff");
  EXPECT_FALSE(still.layout.views.is_stacked());
  const MediaFiles& film = media_.at("toy/d1_k1_film");
  EXPECT_EQ(film.video, "d1/k1/rgb.mp4");
  EXPECT_EQ(film.layout.views.left, PictureHalf::kTop);
  EXPECT_EQ(film.depths[0].frame, 7);
}

TEST_F(PixelSource, ACalibrationServesWhatSharesItsCapturesAndTheCloserOneWins) {
  for (const char* path : {"d1/k1/left.png", "d1/k1/rgb.mp4", "d1/k2/left.png", "d2/k1/left.png", "d3/k1/left.png",
                           "d1/k1/rig.yaml", "rig_of_1.yaml", "rig_of_02.yaml"}) {
    add(path);
  }
  ingest();
  EXPECT_EQ(media_.at("toy/d1_k1").calibration, "d1/k1/rig.yaml");
  EXPECT_EQ(media_.at("toy/d1_k1_film").calibration, "d1/k1/rig.yaml");
  EXPECT_EQ(media_.at("toy/d1_k2").calibration, "rig_of_1.yaml");
  EXPECT_EQ(media_.at("toy/d1_k2").calibration_entry->with.at("unit"), "m");
  EXPECT_EQ(media_.at("toy/d2_k1").calibration, "rig_of_02.yaml");
  EXPECT_EQ(media_.at("toy/d3_k1").calibration, "");
}

TEST_F(PixelSource, ARecordingThatCannotBeNamedIsAnIssue) {
  card_.case_key = "toy:{patient}";
  add("d1/k1/left.png");
  add("d1/k2/left.png");
  ingest();
  EXPECT_THAT(videos_, IsEmpty());
  ASSERT_EQ(issues_.size(), 1u);
  EXPECT_THAT(issues_[0], HasSubstr("unnamed_recording: d1/k1/left.png"));
}

TEST_F(PixelSource, PixelsOfASourceWithLabelsWaitForTheirLabels) {
  card_.layout.push_back({"phase", "d{video:d}.txt", "frame_track", false, "video", Json::object()});
  add("d1/k1/left.png");
  ingest();
  EXPECT_THAT(videos_, IsEmpty());
}

}  // namespace
}  // namespace surgsigma
