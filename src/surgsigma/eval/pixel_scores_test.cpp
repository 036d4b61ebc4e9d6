#include "surgsigma/eval/pixel_scores.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "surgsigma/base/text.h"
#include "surgsigma/eval/pixel_depth.h"
#include "surgsigma/media/clip_writer.h"
#include "surgsigma/media/npy.h"
#include "surgsigma/media/picture_file.h"

namespace surgsigma {
namespace {

using ::testing::HasSubstr;

constexpr ImageSize kSize{32, 24};

/// A smooth picture with a shape that depends on `n`.
Image picture(int n, int veil = 0) {
  Image image(kSize.width, kSize.height, 3);
  for (int y = 0; y < kSize.height; ++y) {
    for (int x = 0; x < kSize.width; ++x) {
      const int base = (5 * x + 3 * y + 37 * n) % 160;
      for (int c = 0; c < 3; ++c) image.at(x, y)[c] = static_cast<std::uint8_t>(base + 20 * c + veil);
    }
  }
  return image;
}

Image grey(const std::function<int(int x, int y)>& value) {
  Image image(kSize.width, kSize.height, 1);
  for (int y = 0; y < kSize.height; ++y) {
    for (int x = 0; x < kSize.width; ++x) *image.at(x, y) = static_cast<std::uint8_t>(value(x, y));
  }
  return image;
}

Image block(int from, int to) {
  return grey([=](int x, int) { return x >= from && x < to ? 255 : 0; });
}

/// The folder of one test as `eval make` writes it, and answers beside it.
class PixelScores : public ::testing::Test {
 protected:
  void add(const std::string& id, const std::string& task, const std::string& case_id, Json more = Json::object()) {
    const bool is_clip = task == "conditional_video_generation";
    const std::string input = "inputs/" + id + ".png", gold = "gold/" + id + (is_clip ? ".mp4" : ".png");
    Json line = {{"id", id},
                 {"task", task},
                 {"part", "test"},
                 {"prompt", "Do it."},
                 {"inputs", {input}},
                 {"gold", {gold}},
                 {"source", "s"},
                 {"video", "s/" + case_id},
                 {"case", case_id},
                 {"simulated", false},
                 {"parameters", Json::object()}};
    line.update(more);
    lines_ += to_text(line) + "\n";
    ids_.push_back(id);
  }
  /// Three smoky pictures of two cases.
  void add_smoke() {
    for (const char* id : {"aa", "bb", "cc"}) {
      const int n = static_cast<int>(ids_.size());
      add(id, "desmoking", n < 2 ? "one" : "two");
      put("test/inputs/" + ids_.back() + ".png", *encode_png(picture(n, 40)));
      put("test/gold/" + ids_.back() + ".png", *encode_png(picture(n)));
    }
  }
  void put(const std::string& name, const std::string& bytes) {
    fs::create_directories((folder_.path() / name).parent_path());
    ASSERT_TRUE(write_file(folder_.path() / name, bytes).ok());
  }
  std::string bytes_of(const std::string& name) const { return *read_file(folder_.path() / name); }
  void answer_with(const std::string& folder, const std::string& ending = ".png") {
    for (const std::string& id : ids_) put("answers/" + id + ending, bytes_of("test/" + folder + "/" + id + ending));
  }
  Result<ScoredPixels> score(int jobs = 1) {
    put("test/pairs.jsonl", lines_);
    SURGSIGMA_TRY(test, read_pixel_test(folder_.path() / "test", folder_.path() / "answers", allows_missing_));
    BootstrapOptions bootstrap;
    bootstrap.resamples = 200;
    bootstrap.jobs = jobs;
    return score_pixel_test("t", "", test, bootstrap);
  }
  std::string refusal() {
    const auto scored = score();
    return scored ? "no refusal" : to_string(scored.error());
  }
  static double value(const ScoredPixels& scored, const std::string& name) {
    const ScoredValue* found = scored.score.find(name);
    return found ? found->value : -1;
  }
  static double baseline(const ScoredPixels& scored, const std::string& name) {
    const auto place = static_cast<std::size_t>(scored.score.find(name) - scored.score.values.data());
    return scored.score.baselines.at(0).values[place];
  }

  TemporaryFolder folder_;
  std::string lines_;
  std::vector<std::string> ids_;
  bool allows_missing_ = false;
};

TEST_F(PixelScores, TheTruePicturesAreIdenticalAndTheInputsEqualTheBaseline) {
  add_smoke();
  answer_with("gold");
  const auto right = score();
  ASSERT_TRUE(right) << to_string(right.error());
  EXPECT_EQ(value(*right, "pictures.ssim:gaussian/rgb"), 1);
  EXPECT_EQ(value(*right, "pictures.identical_share"), 1);
  EXPECT_EQ(value(*right, "pictures.frame_difference"), 0);
  EXPECT_TRUE(std::isnan(value(*right, "pictures.psnr:rgb"))) << "infinite for every pair";
  EXPECT_EQ(right->score.cases, 2U);
  EXPECT_TRUE(right->worst.empty());

  answer_with("inputs");
  const auto copied = score();
  ASSERT_TRUE(copied) << to_string(copied.error());
  EXPECT_EQ(copied->score.baselines.at(0).name, "copy");
  for (const std::string& name : copied->score.names) EXPECT_EQ(value(*copied, name), baseline(*copied, name)) << name;
  EXPECT_NEAR(value(*copied, "pictures.psnr:rgb"), 20 * std::log10(255.0 / 40), 1e-9);
  EXPECT_EQ(copied->worst.size(), 3U);
  EXPECT_EQ(copied->worst[0].pictures.size(), 3U);
  EXPECT_LT(copied->score.find("pictures.ciede2000")->low, copied->score.find("pictures.ciede2000")->high);
}

TEST_F(PixelScores, FilesThatAreMissingSurplusOrTwiceAreNamed) {
  add_smoke();
  EXPECT_THAT(refusal(), HasSubstr("no answers to a test"));
  put("answers/aa.png", bytes_of("test/gold/aa.png"));
  put("answers/aa.webp", *encode_webp(picture(0)));
  put("answers/zz.png", bytes_of("test/gold/aa.png"));
  put("answers/.DS_Store", "x");
  const std::string said = refusal();
  EXPECT_THAT(said, HasSubstr("1 files are of no pair (zz.png)"));
  EXPECT_THAT(said, HasSubstr("1 pairs have several files (aa)"));
  EXPECT_THAT(said, HasSubstr("2 pairs have no file (bb, cc)"));
}

TEST_F(PixelScores, AMissingPictureCountsAsTheWorst) {
  add_smoke();
  put("answers/aa.png", bytes_of("test/inputs/aa.png"));
  put("answers/bb.png", bytes_of("test/inputs/bb.png"));
  allows_missing_ = true;
  const auto scored = score();
  ASSERT_TRUE(scored) << to_string(scored.error());
  EXPECT_NEAR(value(*scored, "pictures.psnr:rgb"), 20 * std::log10(255.0 / 40) * 2 / 3, 1e-9);
  EXPECT_NEAR(value(*scored, "pictures.answered"), 2.0 / 3, 1e-12);
  EXPECT_EQ(scored->score.fates[static_cast<std::size_t>(AnswerFate::kMissing)], 1U);
  EXPECT_EQ(scored->items[2]["credit"], 0);
  EXPECT_EQ(scored->items[2]["fate"], "missing");
}

TEST_F(PixelScores, FilesThatCannotBeReadOrHaveAnotherSizeAreNamed) {
  add_smoke();
  answer_with("gold");
  put("answers/bb.png", bytes_of("test/gold/bb.png").substr(0, 60));
  put("answers/cc.png", *encode_png(Image(16, 12, 3)));
  const std::string said = refusal();
  EXPECT_THAT(said, HasSubstr("1 answers cannot be read (bb: "));
  EXPECT_THAT(said, HasSubstr("1 answers have another size (cc: 16x12 instead of 32x24)"));
}

TEST_F(PixelScores, ThreadsChangeNoNumber) {
  add_smoke();
  answer_with("inputs");
  EXPECT_EQ(test_score_json(score(1)->score), test_score_json(score(3)->score));
}

TEST_F(PixelScores, APairsFileThatLeavesTheFolderIsRefused) {
  add_smoke();
  answer_with("gold");
  add("dd", "desmoking", "two", {{"gold", {"../secret.png"}}});
  EXPECT_THAT(refusal(), HasSubstr("leaves the folder"));
  lines_ = "{\"id\":1}\n";
  EXPECT_THAT(refusal(), HasSubstr("pairs.jsonl:1"));
}

TEST_F(PixelScores, AGreyTruthAndAColourAnswerAreCompared) {
  add("aa", "desmoking", "one");
  const Image truth = grey([](int x, int y) { return 4 * x + y; });
  put("test/inputs/aa.png", *encode_png(picture(0)));
  put("test/gold/aa.png", *encode_png(truth));
  Image same(kSize.width, kSize.height, 3);
  for (std::size_t i = 0; i < same.values.size(); ++i) same.values[i] = truth.values[i / 3];
  put("answers/aa.png", *encode_png(same));
  const auto scored = score();
  ASSERT_TRUE(scored) << to_string(scored.error());
  EXPECT_EQ(value(*scored, "pictures.identical_share"), 1);
}

// --- masks -----------------------------------------------------------------------------------------------------------

class MaskScores : public PixelScores {
 protected:
  void SetUp() override {
    for (const char* id : {"aa", "bb"}) {
      add(id, "instrument_segmentation", id, {{"classes", {{"instrument", 255}}}});
      put("test/inputs/" + ids_.back() + ".png", *encode_png(picture(1)));
      put("test/gold/" + ids_.back() + ".png", *encode_png(block(4, 12)));
    }
  }
};

TEST_F(MaskScores, TheTrueMasksGetAllAndNothingFoundIsTheBaseline) {
  answer_with("gold");
  const auto right = score();
  ASSERT_TRUE(right) << to_string(right.error());
  EXPECT_EQ(right->score.primary, "segmentation.mc_iou");
  EXPECT_EQ(value(*right, "segmentation.mc_iou"), 1);
  EXPECT_EQ(baseline(*right, "segmentation.mc_iou"), 0);
  EXPECT_EQ(right->score.baselines[0].name, "empty");
  put("answers/bb.png", *encode_png(block(8, 12)));
  const auto half = score();
  EXPECT_NEAR(value(*half, "segmentation.mc_iou"), 12.0 / 16, 1e-12);
  EXPECT_EQ(half->items[1]["credit"], 0.5);
}

TEST_F(MaskScores, ValuesThatAreNoClassAreNamedUnlessTheyAreToldOf) {
  answer_with("gold");
  Image ones = block(4, 12);
  for (std::uint8_t& one : ones.values) one = one ? 1 : 0;
  put("answers/bb.png", *encode_png(ones));
  EXPECT_THAT(refusal(), HasSubstr("(bb: value 1, which is no class; there are 0 background, 255 instrument)"));
  put("answers/aa.png", *encode_png(ones));
  put("answers/answers.json", R"({"classes": {"instrument": 1}})");
  const auto scored = score();
  ASSERT_TRUE(scored) << to_string(scored.error());
  EXPECT_EQ(value(*scored, "segmentation.mc_iou"), 1);
}

TEST_F(MaskScores, ALossyMaskIsRefusedAndAMissingOneIsNothing) {
  put("answers/aa.jpg", *encode_jpeg(block(4, 12)));
  allows_missing_ = true;
  EXPECT_THAT(refusal(), HasSubstr("1 answers cannot be read (aa: "));
  fs::remove(folder_.path() / "answers/aa.jpg");
  put("answers/aa.png", bytes_of("test/gold/aa.png"));
  const auto scored = score();
  ASSERT_TRUE(scored) << to_string(scored.error());
  EXPECT_NEAR(value(*scored, "segmentation.mc_iou"), 0.5, 1e-12);
}

TEST_F(MaskScores, AnswersJsonIsCheckedWordByWord) {
  answer_with("gold");
  put("answers/answers.json", R"({"clases": {"instrument": 1}})");
  EXPECT_THAT(refusal(), HasSubstr("did you mean 'classes'?"));
  put("answers/answers.json", R"({"classes": {"tool": 1}})");
  EXPECT_THAT(refusal(), HasSubstr("there is no class 'tool'"));
  put("answers/answers.json", R"({"classes": {"instrument": 4294967297}})");
  EXPECT_THAT(refusal(), HasSubstr("no value from 1 to 255")) << "1, if it is cut to 32 bits";
  put("answers/answers.json", R"({"classes": {"instrument": 0}})");
  EXPECT_THAT(refusal(), HasSubstr("no value from 1 to 255"));
  put("answers/answers.json", R"({"depth": "deep"})");
  EXPECT_THAT(refusal(), HasSubstr("none of view, distance, disparity"));
  put("answers/answers.json", R"({"scale": 2})");
  EXPECT_THAT(refusal(), HasSubstr("belong to \"depth\": \"distance\""));
}

// --- depth -----------------------------------------------------------------------------------------------------------

class DepthScores : public PixelScores {
 protected:
  static constexpr double kQ2 = 1.0 / 120, kQ98 = 1.0 / 60;  // 1 / mm

  void SetUp() override {
    parameters_ = {{"unit", "mm"}, {"is_metric", true}, {"view", "inverse depth"}, {"q2", kQ2}, {"q98", kQ98}};
    put("test/facts.json", R"({"usual_depth": {"s": {"mm": 80, "maps": 3, "part": "train"}}})");
    view_ = grey([](int x, int y) { return std::min(255, 8 * x + y); });
  }
  void add_view() {
    add("aa", "depth_estimation", "one", {{"parameters", parameters_}});
    put("test/inputs/aa.png", *encode_png(picture(1)));
    put("test/gold/aa.png", *encode_png(view_));
  }
  /// In millimetres.
  std::vector<float> distances() const { return distances_of_view(view_, *depth_ends(parameters_, "test")); }

  Json parameters_;
  Image view_;
};

TEST_F(DepthScores, TheTrueViewIsRightWithoutAUnitAndTheConstantStandsBesideIt) {
  add_view();
  answer_with("gold");
  const auto scored = score();
  ASSERT_TRUE(scored) << to_string(scored.error());
  EXPECT_EQ(scored->score.primary, "depth.abs_rel:median");
  EXPECT_NEAR(value(*scored, "depth.abs_rel:median"), 0, 1e-7);
  EXPECT_NEAR(value(*scored, "depth.abs_rel:scale_shift_disparity"), 0, 1e-7);
  EXPECT_EQ(value(*scored, "depth.delta_1:median"), 1);
  EXPECT_EQ(value(*scored, "depth.ordinal_accuracy"), 1);
  EXPECT_TRUE(std::isnan(value(*scored, "depth.abs_rel:none"))) << "a grey view has no millimetres";
  EXPECT_GT(baseline(*scored, "depth.abs_rel:none"), 0.05);
  EXPECT_EQ(baseline(*scored, "depth.ordinal_accuracy"), 0);
  EXPECT_EQ(scored->score.baselines[0].name, "constant");
}

TEST_F(DepthScores, DistancesNeedTheirMeaningAndThenHaveAUnit) {
  add_view();
  DepthPicture stored(kSize.width, kSize.height, 1);
  const auto mm = distances();
  for (std::size_t i = 0; i < mm.size(); ++i) stored.values[i] = static_cast<std::uint16_t>(std::lround(mm[i] * 64));
  put("answers/aa.png", *encode_png16(stored));
  EXPECT_THAT(refusal(), HasSubstr("16 bits of an unknown meaning"));
  put("answers/answers.json", R"({"depth": "distance", "scale": 0.015625})");
  auto scored = score();
  ASSERT_TRUE(scored) << to_string(scored.error());
  EXPECT_LT(value(*scored, "depth.abs_rel:none"), 1e-3);

  fs::remove(folder_.path() / "answers/aa.png");
  FloatImage metres(kSize.width, kSize.height, 1);
  for (std::size_t i = 0; i < mm.size(); ++i) metres.values[i] = mm[i] / 500;  // twice as far
  put("answers/aa.npy", encode_npy(metres));
  put("answers/answers.json", R"({"depth": "distance", "unit": "m"})");
  scored = score();
  ASSERT_TRUE(scored) << to_string(scored.error());
  EXPECT_NEAR(value(*scored, "depth.abs_rel:none"), 1, 1e-5);
  EXPECT_NEAR(value(*scored, "depth.abs_rel:median"), 0, 1e-6);
}

TEST_F(DepthScores, ADisparityIsAlignedInScaleAndShiftOnly) {
  add_view();
  FloatImage disparity(kSize.width, kSize.height, 1);
  const auto mm = distances();
  for (std::size_t i = 0; i < mm.size(); ++i) disparity.values[i] = 700 / mm[i] - 3;
  put("answers/aa.npy", encode_npy(disparity));
  put("answers/answers.json", R"({"depth": "disparity"})");
  const auto scored = score();
  ASSERT_TRUE(scored) << to_string(scored.error());
  EXPECT_NEAR(value(*scored, "depth.abs_rel:scale_shift_disparity"), 0, 1e-5);
  EXPECT_TRUE(std::isnan(value(*scored, "depth.abs_rel:median")));
  EXPECT_EQ(value(*scored, "depth.ordinal_accuracy"), 1);
  EXPECT_EQ(value(*scored, "depth.share_scored"), 1);
}

TEST_F(DepthScores, AMissingMapIsChargedTheUsualDepthAndNoDelta) {
  add_view();
  fs::create_directories(folder_.path() / "answers");
  allows_missing_ = true;
  const auto scored = score();
  ASSERT_TRUE(scored) << to_string(scored.error());
  EXPECT_EQ(value(*scored, "depth.delta_1:median"), 0);
  EXPECT_NEAR(value(*scored, "depth.abs_rel:median"), baseline(*scored, "depth.abs_rel:none"), 1e-12);
  EXPECT_EQ(value(*scored, "depth.ordinal_accuracy"), 0);
}

TEST_F(DepthScores, ColoursNumbersThatAreNoneAndOtherSizesAreNamed) {
  add_view();
  put("answers/aa.png", *encode_png(picture(2)));
  EXPECT_THAT(refusal(), HasSubstr("colours where grey is asked for"));
  put("answers/aa.png", *encode_png(Image(8, 8, 1)));
  EXPECT_THAT(refusal(), HasSubstr("8x8 instead of 32x24"));
  fs::remove(folder_.path() / "answers/aa.png");
  FloatImage broken(kSize.width, kSize.height, 1, std::nanf(""));
  put("answers/aa.npy", encode_npy(broken));
  put("answers/answers.json", R"({"depth": "distance"})");
  EXPECT_THAT(refusal(), HasSubstr("not a number at pixel"));
  put("answers/aa.npy", encode_npy(FloatImage(kSize.width, kSize.height, 3, 1.0F)));
  EXPECT_THAT(refusal(), HasSubstr("3 channels"));
}

TEST_F(DepthScores, OfAViewThatIsNotMetricOnlyTheOrderCounts) {
  parameters_["is_metric"] = false;
  add_view();
  answer_with("gold");
  const auto scored = score();
  ASSERT_TRUE(scored) << to_string(scored.error());
  EXPECT_TRUE(std::isnan(value(*scored, "depth.abs_rel:median")));
  EXPECT_EQ(value(*scored, "depth.share_scored"), 0);
  EXPECT_EQ(value(*scored, "depth.ordinal_accuracy"), 1);
  EXPECT_EQ(scored->items[0]["credit"], 1);
}

TEST(DepthViews, BothEndsOfTheGreyScaleAreNotKnown) {
  Image view(3, 1, 1);
  view.values = {0, 128, 255};
  const DepthEnds ends{true, 0.01, 0.02};
  const auto known = known_distances(view, ends);
  EXPECT_TRUE(std::isnan(known[0]) && std::isnan(known[2]));
  EXPECT_NEAR(known[1], 1 / (0.01 + 128 / 255.0 * 0.01), 1e-4);
  EXPECT_NEAR(distances_of_view(view, ends)[2], 50, 1e-4);
  EXPECT_FALSE(depth_ends({{"unit", "mm"}, {"is_metric", true}, {"view", "inverse depth"}, {"q2", 1}}, "p"));
  EXPECT_NEAR(
      depth_ends({{"unit", "m"}, {"is_metric", true}, {"view", "inverse depth"}, {"q2", 8}, {"q98", 16}}, "p")->q98,
      0.016, 1e-12);
}

// --- clips -----------------------------------------------------------------------------------------------------------

class ClipScores : public PixelScores {
 protected:
  static constexpr int kFrames = 5;
  void SetUp() override {
    add("aa", "conditional_video_generation", "one");
    put("test/inputs/aa.png", *encode_png(picture(0)));
    fs::create_directories(folder_.path() / "test/gold");
    auto clip = ClipWriter::open(folder_.path() / "test/gold/aa.mp4", kSize);
    ASSERT_TRUE(clip) << to_string(clip.error());
    for (int t = 0; t < kFrames; ++t) ASSERT_TRUE(clip->add(picture(t)).ok());
    ASSERT_TRUE(clip->close().ok());
  }
  void answer_with_stills(int frames) {
    for (int t = 0; t < frames; ++t)
      put("answers/aa/00000" + std::to_string(t) + ".png", bytes_of("test/inputs/aa.png"));
  }
};

TEST_F(ClipScores, TheTrueClipDiffersNowhereAndTheStillEqualsTheBaseline) {
  answer_with("gold", ".mp4");
  const auto right = score();
  ASSERT_TRUE(right) << to_string(right.error());
  EXPECT_EQ(right->score.primary, "pictures.frame_difference");
  EXPECT_EQ(value(*right, "pictures.frame_difference"), 0);
  EXPECT_EQ(value(*right, "generation.flicker_excess"), 0);
  EXPECT_GT(value(*right, "generation.flicker"), 0);
  EXPECT_EQ(right->score.find("generation.gatc"), nullptr) << "nobody knows where the tools are";

  fs::remove(folder_.path() / "answers/aa.mp4");
  answer_with_stills(kFrames);
  const auto still = score();
  ASSERT_TRUE(still) << to_string(still.error());
  for (const std::string& name : still->score.names) {
    const double own = value(*still, name), copied = baseline(*still, name);
    EXPECT_TRUE(own == copied || (std::isnan(own) && std::isnan(copied))) << name << ": " << own << ", " << copied;
  }
  EXPECT_EQ(value(*still, "generation.flicker"), 0);
  EXPECT_GT(value(*still, "pictures.frame_difference"), 0.1);
  EXPECT_EQ(still->worst.at(0).pictures.size(), 3U);
}

TEST_F(ClipScores, AnotherNumberOfFramesIsNamedAndAMissingClipIsTheWorst) {
  answer_with_stills(kFrames - 1);
  EXPECT_THAT(refusal(), HasSubstr("(aa: 4 frames instead of 5)"));
  fs::remove_all(folder_.path() / "answers/aa");
  put("answers/aa.mp4", "no video");
  EXPECT_THAT(refusal(), HasSubstr("1 answers cannot be read (aa: "));
  fs::remove(folder_.path() / "answers/aa.mp4");
  allows_missing_ = true;
  const auto scored = score();
  ASSERT_TRUE(scored) << to_string(scored.error());
  EXPECT_EQ(value(*scored, "pictures.frame_difference"), 2);
  EXPECT_EQ(value(*scored, "pictures.psnr:rgb"), 0);
  EXPECT_EQ(value(*scored, "generation.answered"), 0);
}

// --- features --------------------------------------------------------------------------------------------------------

TEST_F(PixelScores, DistancesOfFeaturesAreThereWithBothFilesOnly) {
  add_smoke();
  answer_with("inputs");
  EXPECT_EQ(score()->score.find("generation.frechet_distance"), nullptr);
  const auto features = [](double shift, std::size_t rows) {
    NumberTable table{rows, 2, {}};
    for (std::size_t i = 0; i < rows; ++i) {
      table.values.push_back(static_cast<double>(i) + shift);
      table.values.push_back(static_cast<double>(i * i));
    }
    return encode_npy_table(table);
  };
  put("answers/features.npy", features(3, 3));
  EXPECT_THAT(refusal(), HasSubstr("none of the gold files"));
  put("test/features.npy", features(0, 2));
  EXPECT_THAT(refusal(), HasSubstr("2 rows of features for 3 pairs"));
  put("test/features.npy", features(0, 3));
  const auto scored = score();
  ASSERT_TRUE(scored) << to_string(scored.error());
  EXPECT_NEAR(value(*scored, "generation.frechet_distance"), 9, 1e-6) << "the same spread, moved by 3";
  EXPECT_TRUE(std::isfinite(value(*scored, "generation.kernel_distance:all_pairs")));
  EXPECT_TRUE(std::isnan(baseline(*scored, "generation.frechet_distance")));
}

}  // namespace
}  // namespace surgsigma
