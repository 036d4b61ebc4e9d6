#include "surgsigma/refine/outside.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>

#include "surgsigma/base/random.h"
#include "surgsigma/media/picture_file.h"
#include "surgsigma/media/quality.h"
#include "surgsigma/media/video.h"

namespace surgsigma {
namespace {

OutsideModel shipped() {
  auto model = read_outside_model(SURGSIGMA_SOURCE_DIR "/catalog");
  EXPECT_TRUE(model) << to_string(model.error());
  return *model;
}

/// Two clouds that overlap a little in the first feature and differ in nothing else.
std::vector<OutsideSample> clouds() {
  std::vector<OutsideSample> samples;
  Draws draws(3, "clouds", "test");
  for (int i = 0; i < 400; ++i) {
    OutsideSample sample;
    sample.is_outside = i % 4 == 0;
    for (double& value : sample.features) value = draws.unit();
    sample.features[0] += sample.is_outside ? 0.9 : 0;
    samples.push_back(sample);
  }
  return samples;
}

TEST(Outside, TheFitFindsTheFeatureThatTells) {
  const auto samples = clouds();
  const auto model = fit_outside(samples);
  ASSERT_TRUE(model);
  EXPECT_GT(balanced_accuracy(*model, samples), 0.93);
  for (std::size_t i = 1; i < kOutsideFeatures; ++i) EXPECT_LT(std::abs(model->weight[i]), model->weight[0] / 4);
  EXPECT_EQ(*model, *fit_outside(samples)) << "the same samples give the same model";
}

TEST(Outside, SeparableSamplesAndConstantFeaturesEnd) {
  std::vector<OutsideSample> samples(2);
  samples[1].features.fill(1);
  samples[1].is_outside = true;
  for (OutsideSample& sample : samples) sample.features[5] = 7;
  const auto model = fit_outside(samples);
  ASSERT_TRUE(model);
  EXPECT_EQ(balanced_accuracy(*model, samples), 1);
  EXPECT_EQ(model->weight[5], 0);
  EXPECT_LT(model->weight[0], 100);
}

TEST(Outside, OneClassOrNoNumberIsRefused) {
  std::vector<OutsideSample> samples(3);
  EXPECT_FALSE(fit_outside(samples));
  EXPECT_FALSE(fit_outside({}));
  samples[0].is_outside = true;
  samples[1].features[2] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(fit_outside(samples));
}

TEST(Outside, TheFileComesBackAsItWasWritten) {
  OutsideModel model = shipped();
  model.fitted = "on: \"pictures\"\nand more";
  const auto document = parse_yaml(outside_yaml(model), "x.yaml");
  ASSERT_TRUE(document) << to_string(document.error());
  const auto again = OutsideModel::create(*document, "x.yaml");
  ASSERT_TRUE(again) << to_string(again.error());
  EXPECT_EQ(*again, model);
}

TEST(Outside, MistakesInTheFileAreNamed) {
  const auto document = parse_yaml(outside_yaml(shipped()), "x.yaml");
  ASSERT_TRUE(document);
  const auto what = [&](auto change) {
    Json changed = *document;
    change(changed);
    const auto model = OutsideModel::create(changed, "x.yaml");
    EXPECT_FALSE(model);
    return model ? std::string() : to_string(model.error());
  };
  EXPECT_NE(what([](Json& j) { j["features"][2]["name"] = "col_share"; }).find("features[2]"), std::string::npos);
  EXPECT_NE(what([](Json& j) { j["features"][2]["name"] = "warm_share"; }).find("twice"), std::string::npos);
  EXPECT_NE(what([](Json& j) { j["features"].erase(2); }).find("cool_share"), std::string::npos);
  EXPECT_NE(what([](Json& j) { j["features"][0]["scale"] = 0; }).find("warm_share"), std::string::npos);
  EXPECT_NE(what([](Json& j) { j["features"][0]["weight"] = "much"; }).find("weight"), std::string::npos);
  EXPECT_NE(what([](Json& j) { j["threshold"] = 1; }).find("threshold"), std::string::npos);
  EXPECT_NE(what([](Json& j) { j.erase("bias"); }).find("bias"), std::string::npos);
  EXPECT_NE(what([](Json& j) { j = Json(3); }).find("x.yaml"), std::string::npos);
  EXPECT_FALSE(read_outside_model("/nonexistent"));
}

fs::path real_frames() {
  const char* shared = std::getenv("SURGSIGMA_SHARED_DATA");
  return fs::path(shared != nullptr ? shared : SURGSIGMA_SOURCE_DIR "/../shared/data") / "frames";
}

/// Hidden under coarse tiles by their publisher: by colours or by the tiles, each is told from what is inside the body.
TEST(Outside, RealPicturesOfARoomAreFoundByColoursOrByTiles) {
  const fs::path frames = real_frames() / "pitvis/docker_example/inputs/01";
  if (!fs::exists(frames)) GTEST_SKIP() << "no real pictures at " << frames;
  const OutsideModel model = shipped();
  int by_colours = 0, by_tiles = 0;
  for (const char* name : {"00000.png", "00001.png", "00002.png"}) {
    const auto picture = read_picture(frames / name);
    ASSERT_TRUE(picture);
    const bool is_tiled = measure_frame(*picture)->quality.tiles >= 0.75;
    const bool is_out = is_outside(model, *outside_features(*picture));
    EXPECT_TRUE(is_tiled || is_out) << name;
    by_tiles += is_tiled;
    by_colours += is_out;
  }
  EXPECT_GE(by_colours, 2);
  EXPECT_GE(by_tiles, 2);
  for (const char* name : {"00003.png", "00004.png"}) {
    EXPECT_LT(measure_frame(*read_picture(frames / name))->quality.tiles, 0.6) << name;
  }
}

TEST(Outside, NoRealPictureInsideTheBodyIsCalledOutside) {
  const fs::path frames = real_frames();
  if (!fs::exists(frames)) GTEST_SKIP() << "no real pictures at " << frames;
  const OutsideModel model = shipped();
  const auto check = [&](const Image& picture, const std::string& name) {
    const auto features = outside_features(picture);
    ASSERT_TRUE(features);
    EXPECT_LT(outside_chance(model, *features), 0.2) << name;
    EXPECT_LT(measure_frame(picture)->quality.tiles, 0.75) << name;
  };
  int seen = 0;
  const fs::path pairs = frames / "desmoke-pairs-salazar/datasets/laparoscopy";
  for (const char* folder : {"input", "output"}) {
    for (int i = 1; i <= 25; ++i, ++seen) {
      const auto picture = read_picture(pairs / folder / (std::to_string(i) + ".jpg"));
      ASSERT_TRUE(picture);
      check(*picture, std::string(folder) + std::to_string(i));
    }
  }
  for (const char* name : {"00003.png", "00004.png"}) {  // 0 to 2 show a room, coarsely tiled
    const auto picture = read_picture(frames / "pitvis/docker_example/inputs/01" / name);
    ASSERT_TRUE(picture);
    check(*picture, name);
  }
  for (const char* clip : {"input_8.avi", "input_9.avi", "input_10.avi", "input_12.avi"}) {
    auto video = Video::open(frames / "desmoke-lap/video clips/Input" / clip);
    ASSERT_TRUE(video);
    VideoFrame frame;
    for (auto more = video->next(frame); more && *more; more = video->next(frame), ++seen) check(frame.image, clip);
  }
  EXPECT_EQ(seen, 250);
}

}  // namespace
}  // namespace surgsigma
