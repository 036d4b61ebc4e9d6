// Pairs of depth from files as sources ship them, good and bad: the bad ones are issues that name their file, and the
// rest goes on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "surgsigma/base/random.h"
#include "surgsigma/media/depth_file.h"
#include "surgsigma/media/picture_file.h"
#include "surgsigma/media/stereo_calibration.h"
#include "surgsigma/synth/depth_targets.h"
#include "surgsigma/synth/pairs.h"

namespace surgsigma {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr ImageSize kSize{320, 240};
constexpr double kFocal = 350, kBaseline = 5;
const Json kMeasured = {{"unit", "mm"}, {"provenance", "structured_light"}};

/// Pixels by which the right camera sees a row shifted: the lower, the nearer.
int disparity(int y) { return 6 + y / 12; }
double distance_mm(int y) { return kFocal * kBaseline / disparity(y); }

std::uint8_t texture(int x, int y) {
  std::uint32_t h = static_cast<std::uint32_t>(x / 2) * 0x8DA6B343U ^ static_cast<std::uint32_t>(y / 2) * 0xD8163841U;
  h = (h ^ h >> 15) * 0x2C1B3C6DU;
  h = (h ^ h >> 12) * 0x297A2D39U;
  return static_cast<std::uint8_t>(40 + (h >> 8) % 160);
}

Image view(bool is_right) {
  Image image(kSize.width, kSize.height, 3);
  for (int y = 0; y < kSize.height; ++y) {
    for (int x = 0; x < kSize.width; ++x) {
      const std::uint8_t value = texture(is_right ? x + disparity(y) : x, y);
      for (int c = 0; c < 3; ++c) image.at(x, y)[c] = static_cast<std::uint8_t>(value - 10 * c);
    }
  }
  return image;
}

FloatImage distances() {
  FloatImage map(kSize.width, kSize.height, 1);
  for (int y = 0; y < kSize.height; ++y) {
    for (int x = 0; x < kSize.width; ++x) *map.at(x, y) = static_cast<float>(distance_mm(y) + 0.01 * x);
  }
  return map;
}

Image stacked(const Image& upper, const Image& lower) {
  Image both(upper.width, 2 * upper.height, 3);
  std::copy(upper.values.begin(), upper.values.end(), both.values.begin());
  std::copy(lower.values.begin(), lower.values.end(),
            both.values.begin() + static_cast<std::ptrdiff_t>(upper.values.size()));
  return both;
}

StereoCalibration cameras() {
  StereoCalibration made;
  made.left = {kFocal, kFocal, kSize.width / 2.0, kSize.height / 2.0, {}};
  made.right = made.left;
  made.translation = {-kBaseline, 0, 0};
  return made;
}

class DepthPairTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto loaded = load_catalog(fs::path(SURGSIGMA_SOURCE_DIR) / "catalog");
    ASSERT_TRUE(loaded.ok()) << to_string(loaded.error());
    catalog_ = new Catalog(std::move(*loaded));
  }

  void SetUp() override {
    input_.video.video_id = VideoId("scared/dataset1_keyframe1");
    input_.video.source_id = SourceId("scared");
    input_.video.case_id = CaseId("scared:1");
    input_.video.frame_rate_num = 25;
    input_.medium.emplace();
    input_.medium->path = "k";
    write("rig.yaml", encode_stereo_calibration(cameras()));
    input_.layout.is_stills = true;
    input_.calibration = "rig.yaml";
    input_.calibration_with = Json::object();
  }

  void write(const std::string& name, const std::string& bytes) {
    ASSERT_TRUE(write_file(folder_.path() / name, bytes).ok());
  }
  void add_picture(std::int64_t frame, const Image& image) {
    const std::string name = "left" + std::to_string(frame) + ".png";
    write(name, *encode_png(image));
    input_.pictures.emplace_back(frame, name);
  }
  void add_right(std::int64_t frame, const Image& image) {
    const std::string name = "right" + std::to_string(frame) + ".png";
    write(name, *encode_png(image));
    input_.rights.push_back({frame, name, "", Json()});
  }
  void add_map(std::int64_t frame, const std::string& name, const std::string& bytes, const Json& with = kMeasured) {
    write(name, bytes);
    input_.depths.push_back({frame, name, "", with});
  }

  std::vector<PairRow> made(std::int64_t per_video = 6, bool is_simulated = false) {
    PairOptions options;
    options.per_video = per_video;
    options.source_root = folder_.path();
    options.media_folder = folder_.path() / "db" / "media";
    const auto stage = PairStage::create(*catalog_, *catalog_->source(SourceId("scared")), is_simulated, options);
    EXPECT_TRUE(stage.ok());
    std::vector<PairRow> pairs;
    issues_.clear();
    const Status status = stage->video(
        input_,
        [&](PairRow&& row) {
          if (row.task == "depth_estimation") pairs.push_back(std::move(row));
        },
        [&](IssueRow&& row) { issues_.push_back(row.rule + ": " + row.file + ": " + row.message + "; " + row.hint); });
    EXPECT_TRUE(status.ok()) << to_string(status.error());
    return pairs;
  }

  Image read(const std::string& name) { return *read_picture(folder_.path() / "db" / name); }
  static Json told(const PairRow& row) { return *parse_json(row.parameters, "parameters"); }

  static Catalog* catalog_;
  TemporaryFolder folder_;
  PairInput input_;
  std::vector<std::string> issues_;
};
Catalog* DepthPairTest::catalog_ = nullptr;

TEST_F(DepthPairTest, AShippedMapGoesBeforeStereoAndSaysWhereItIsFrom) {
  for (const std::int64_t frame : {0, 1}) {
    add_picture(frame, view(false));
    add_right(frame, view(true));
  }
  add_map(0, "map.tiff", *encode_float_tiff(distances()));
  const auto pairs = made();
  ASSERT_THAT(pairs, SizeIs(2));
  const Json measured = told(pairs[0]), stereo = told(pairs[1]);
  EXPECT_EQ(measured["provenance"], "structured_light");
  EXPECT_EQ(measured["is_pseudo"], false);
  EXPECT_EQ(measured["map"], "map.tiff");
  EXPECT_EQ(measured["is_metric"], true);
  EXPECT_EQ(measured["projection"], "z");
  EXPECT_EQ(stereo["provenance"], "stereo");
  EXPECT_EQ(stereo["is_pseudo"], true);
  EXPECT_EQ(stereo["right"], "right1.png");
  EXPECT_NEAR(stereo["baseline_mm"].get<double>(), kBaseline, 1e-6);
  EXPECT_THAT(issues_, IsEmpty());
  for (const PairRow& row : pairs) {
    const Image picture = read(row.target);
    ASSERT_EQ(picture.channels, 1);
    EXPECT_LT(picture.at(200, 20)[0] + 100, picture.at(200, 220)[0]) << "the lower, the nearer, the brighter";
  }
  // The metric map of stereo is kept beside its 8-bit view.
  const auto bytes = read_file(folder_.path() / "db" / stereo["depth_map"].get<std::string>());
  ASSERT_TRUE(bytes);
  const auto depth = decode_picture16(*bytes, "depth");
  ASSERT_TRUE(depth);
  EXPECT_NEAR(*depth->at(200, 130) * stereo["depth_map_scale"].get<double>(), distance_mm(130),
              0.02 * distance_mm(130));
}

TEST_F(DepthPairTest, ASimulatedMapIsNeverCalledMeasured) {
  add_picture(0, view(false));
  add_map(0, "map.npy", encode_npy(distances()));
  const auto pairs = made(6, true);
  ASSERT_THAT(pairs, SizeIs(1));
  EXPECT_EQ(told(pairs[0])["provenance"], "simulated");
  EXPECT_EQ(pairs[0].origin, Origin::kSimulated);
}

TEST_F(DepthPairTest, AGuessOfANetworkIsMarkedAndAMeasuredMapOfTheFrameIsTakenInstead) {
  add_picture(0, view(false));
  add_map(0, "a.npy", encode_npy(distances()), {{"unit", "relative"}, {"provenance", "network"}});
  const auto guessed = made();
  ASSERT_THAT(guessed, SizeIs(1));
  EXPECT_EQ(told(guessed[0])["is_pseudo"], true);
  EXPECT_EQ(told(guessed[0])["is_metric"], false);
  EXPECT_EQ(guessed[0].origin, Origin::kModel);
  add_map(0, "b.npy", encode_npy(distances()));
  const auto measured = made();
  ASSERT_THAT(measured, SizeIs(1));
  EXPECT_EQ(told(measured[0])["map"], "b.npy");
  EXPECT_EQ(measured[0].origin, Origin::kDerived);
}

TEST_F(DepthPairTest, OfStackedViewsTheLeftOneIsShownWithItsHalfOfTheMap) {
  input_.layout.views = {PictureHalf::kTop, PictureHalf::kBottom};
  add_picture(0, stacked(view(false), view(true)));
  add_picture(5, stacked(view(false), view(true)));
  FloatImage points(kSize.width, 2 * kSize.height, 3);
  const FloatImage upper = distances();
  for (std::size_t i = 0; i < upper.values.size(); ++i) {
    points.values[3 * i + 2] = upper.values[i];
    points.values[3 * (upper.values.size() + i) + 2] = -1;  // the other camera's half is not looked at
  }
  add_map(0, "points.tiff", *encode_float_tiff(points), {{"channel", 2}, {"half", "top"}, {"provenance", "carried"}});
  FrameRow measured;
  measured.frame = 5;
  input_.frames = {measured};
  const auto pairs = made();
  EXPECT_THAT(issues_, IsEmpty());
  ASSERT_THAT(pairs, SizeIs(2));
  for (const PairRow& row : pairs) {
    EXPECT_EQ(read(row.input).size(), kSize);
    EXPECT_EQ(read(row.target).size(), kSize);
  }
  EXPECT_EQ(told(pairs[1])["provenance"], "stereo");
}

TEST_F(DepthPairTest, EveryBadMapIsAnIssueWithItsFileAndTheGoodOneIsMade) {
  constexpr float kNone = std::numeric_limits<float>::quiet_NaN(), kInfinite = std::numeric_limits<float>::infinity();
  for (std::int64_t frame = 0; frame < 9; ++frame) add_picture(frame, view(false));
  const FloatImage good = distances();
  FloatImage part = good;
  for (std::size_t i = 0; i < part.values.size() / 2; ++i) part.values[i] = i % 2 == 0 ? kNone : kInfinite;
  add_map(0, "good.npy", encode_npy(part));
  add_map(1, "small.npy", encode_npy(FloatImage(64, 48, 1, 50)));
  add_map(2, "zero.png", *encode_png16(DepthPicture(kSize.width, kSize.height, 1)));
  add_map(3, "nan.tiff", *encode_float_tiff(FloatImage(kSize.width, kSize.height, 1, kNone)));
  const std::string tiff = *encode_float_tiff(good), npy = encode_npy(good);
  add_map(4, "cut.tiff", tiff.substr(0, tiff.size() / 2));
  add_map(5, "cut.npy", npy.substr(0, npy.size() - 1000));
  std::string hostile = npy;
  const std::size_t at = hostile.find("240, 320");
  ASSERT_NE(at, std::string::npos);
  hostile.replace(at, 8, "99999999");
  add_map(6, "hostile.npy", hostile);
  FloatImage negative = good;
  negative.values[7] = -3;
  add_map(7, "negative.npy", encode_npy(negative));
  add_map(8, "gone.npy", "x");
  fs::remove(folder_.path() / "gone.npy");
  const auto pairs = made(20);
  ASSERT_THAT(pairs, SizeIs(1));
  EXPECT_EQ(told(pairs[0])["map"], "good.npy");
  EXPECT_NEAR(told(pairs[0])["known_share"].get<double>(), 0.5, 0.01);
  EXPECT_EQ(read(pairs[0].target).at(100, 20)[0], 0) << "what was not measured is black";
  ASSERT_THAT(issues_, SizeIs(8));
  EXPECT_THAT(issues_, Contains(HasSubstr("small.npy: frame 1: the map is 64x48, its picture 320x240")));
  EXPECT_THAT(issues_, Contains(HasSubstr("zero.png: frame 2: only 0 pixels have a depth")));
  for (const char* name : {"nan.tiff", "cut.tiff", "cut.npy", "hostile.npy", "negative.npy", "gone.npy"}) {
    EXPECT_THAT(issues_, Contains(HasSubstr(std::string("unusable_depth: ") + name)));
  }
}

TEST_F(DepthPairTest, AMapWithoutItsPictureIsCounted) {
  add_picture(0, view(false));
  add_map(3, "a.npy", encode_npy(distances()));
  add_map(4, "b.npy", encode_npy(distances()));
  EXPECT_THAT(made(), IsEmpty());
  EXPECT_THAT(issues_, testing::ElementsAre(HasSubstr("depth_without_picture: a.npy: 2 depth maps")));
}

TEST_F(DepthPairTest, ExchangedViewsAreFoundOut) {
  add_picture(0, view(true));
  add_right(0, view(false));
  EXPECT_THAT(made(), IsEmpty());
  ASSERT_THAT(issues_, SizeIs(1));
  EXPECT_THAT(issues_[0], HasSubstr("unusable_depth: right0.png"));
  EXPECT_THAT(issues_[0], HasSubstr("left and right are swapped"));
}

TEST_F(DepthPairTest, NothingToMatchIsNoDepth) {
  add_picture(0, Image(kSize.width, kSize.height, 3, 90));
  add_right(0, Image(kSize.width, kSize.height, 3, 90));
  add_picture(1, view(false));
  add_right(1, Image(100, 100, 3, 90));
  add_picture(2, view(false));
  add_right(2, view(true));
  EXPECT_THAT(made(), SizeIs(1));
  EXPECT_THAT(issues_, Contains(HasSubstr("right0.png: frame 0: left and right agree in 0 % of the picture")));
  EXPECT_THAT(issues_, Contains(HasSubstr("right1.png: frame 1: the left view is 320x240, the right one 100x100")));
}

TEST_F(DepthPairTest, ABadCalibrationIsOneIssueAndShippedMapsGoOn) {
  for (const std::int64_t frame : {0, 1, 2}) {
    add_picture(frame, view(false));
    add_right(frame, view(true));
  }
  add_map(0, "map.npy", encode_npy(distances()));
  std::string text = encode_stereo_calibration(cameras());
  text.replace(text.find("T: !!"), 1, "S");
  write("rig.yaml", text);
  EXPECT_THAT(made(), SizeIs(1));
  EXPECT_THAT(issues_, testing::ElementsAre(HasSubstr("bad_calibration: rig.yaml: calibration: it has no T")));
  input_.calibration = "";
  EXPECT_THAT(made(), SizeIs(1));
  EXPECT_THAT(issues_, testing::ElementsAre(HasSubstr("stereo_without_calibration: k: two views and no calibration")));
}

TEST_F(DepthPairTest, MeasuredMapsFillTheNumberFirst) {
  for (std::int64_t frame = 0; frame < 6; ++frame) {
    add_picture(frame, view(false));
    add_right(frame, view(true));
    if (frame % 2 == 0) add_map(frame, "map" + std::to_string(frame) + ".npy", encode_npy(distances()));
  }
  int measured = 0;
  for (const PairRow& row : made(4)) measured += told(row)["is_pseudo"] == false ? 1 : 0;
  EXPECT_EQ(measured, 3);
  EXPECT_THAT(made(4), SizeIs(4));
  EXPECT_THAT(made(2), SizeIs(2));
}

TEST(DepthTarget, AGuessThatPutsTheInstrumentBehindTheTissueIsRefused) {
  const TemporaryFolder folder;
  FloatImage map = distances();
  Image instruments(kSize.width, kSize.height, 1);
  for (int y = 80; y < 160; ++y) {
    for (int x = 100; x < 200; ++x) {
      *instruments.at(x, y) = 255;
      *map.at(x, y) = 900;
    }
  }
  ASSERT_TRUE(write_file(folder.path() / "map.npy", encode_npy(map)).ok());
  const PairMap guess{0, "map.npy", "", {{"provenance", "stereo"}}};
  const auto refused = target_of_map(guess, folder.path(), view(false), &instruments, false);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("instrument 255 is nearer"));
  const PairMap measured{0, "map.npy", "", kMeasured};
  EXPECT_TRUE(target_of_map(measured, folder.path(), view(false), &instruments, false)) << "what was measured stands";
}

}  // namespace
}  // namespace surgsigma
