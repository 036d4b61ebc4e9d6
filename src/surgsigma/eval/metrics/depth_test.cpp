#include "surgsigma/eval/metrics/depth.h"

#include <gtest/gtest.h>

#include <cmath>

#include "surgsigma/base/random.h"
#include "surgsigma/eval/metrics/metric_test.h"

namespace surgsigma {
namespace {

using namespace metric_test;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

TEST(Depth, OwnVectorsOfNumpyAgree) {
  const Json vector = own_vectors("depth");
  for (std::size_t a = 0; a < kDepthAlignmentWords.size(); ++a) {
    DepthOptions options;
    options.alignment = static_cast<DepthAlignment>(a);
    options.most = vector["most"];
    std::vector<DepthItem> items;
    for (const Json& frame : vector["frames"]) {
      const auto prediction = frame["prediction"].get<std::vector<float>>();
      const auto values = depth_values(prediction, frame["truth"].get<std::vector<float>>(), options, "frame");
      ASSERT_TRUE(values);
      items.push_back({0, *values, {}});

      std::vector<float> disparity;
      for (const float depth : prediction) disparity.push_back(1 / depth);
      options.is_disparity = true;
      const auto same = depth_values(disparity, frame["truth"].get<std::vector<float>>(), options, "frame");
      options.is_disparity = false;
      EXPECT_NEAR(same->abs_rel, values->abs_rel, 1e-5);
    }
    const auto scorer = depth_scorer(items, 1, options.alignment);
    const auto values = values_at(*scorer, {1});
    double error = 0;
    for (const DepthItem& item : items) error += scale_invariant_error(item.values, 0.85);
    const Json& of_alignment = vector["expected"][std::string(kDepthAlignmentWords[a])];
    expect_same(error / static_cast<double>(items.size()), of_alignment["scale_invariant_error_0.85"], 1e-9, "0.85");
    for (std::size_t k = 0; k < 8; ++k) {
      const std::string& name = scorer->names[k];
      const std::string metric = name.substr(0, name.find(':'));
      const double expected = of_alignment[metric];
      EXPECT_NEAR(values[k], expected, 1e-9 * std::max(1.0, expected)) << name;
    }
  }
}

TEST(Depth, SharedVectorAgrees) {
  const auto vector = shared_vector("depth", "depth-5-valid-pixels");
  if (!vector) GTEST_SKIP() << "no metric vectors: set SURGSIGMA_SHARED_DATA";
  std::vector<float> truth, prediction;
  for (const Json& row : (*vector)["input"]["gt"]) {
    for (const Json& value : row) truth.push_back(value);
  }
  for (const Json& row : (*vector)["input"]["pred"]) {
    for (const Json& value : row) prediction.push_back(value);
  }
  const std::pair<DepthAlignment, const char*> alignments[] = {
      {DepthAlignment::kNone, "no_alignment"},
      {DepthAlignment::kMedian, "median_scale"},
      {DepthAlignment::kScaleShiftDepth, "least_squares_scale_shift_in_depth"}};
  for (const auto& [alignment, name] : alignments) {
    DepthOptions options;
    options.alignment = alignment;
    const auto values = depth_values(prediction, truth, options, name);
    ASSERT_TRUE(values);
    const Json& expected = (*vector)["expected"][name];
    EXPECT_EQ(values->pixels, 5);
    EXPECT_NEAR(values->abs_rel, expected["abs_rel"], 1e-6) << name;
    EXPECT_NEAR(values->sq_rel, expected["sq_rel"], 1e-6) << name;
    EXPECT_NEAR(values->rmse, expected["rmse"], 1e-6) << name;
    EXPECT_NEAR(values->rmse_log, expected["rmse_log"], 1e-6) << name;
    EXPECT_NEAR(values->delta[0], expected["a1"], 1e-6) << name;
    EXPECT_NEAR(values->delta[1], expected["a2"], 1e-6) << name;
    EXPECT_NEAR(values->delta[2], expected["a3"], 1e-6) << name;
    if (expected.contains("shift")) {
      EXPECT_NEAR(values->scale, expected["scale"], 1e-6);
      EXPECT_NEAR(values->shift, expected["shift"], 1e-6);
    } else {
      EXPECT_NEAR(values->silog, (*vector)["expected"]["scale_invariant_log_rmse"], 1e-6) << name;
      if (alignment == DepthAlignment::kNone) {
        EXPECT_NEAR(scale_invariant_error(*values, 0.85), (*vector)["expected"]["silog_lambda_0.85"], 1e-6);
      }
    }
  }
}

TEST(Depth, AlignmentUndoesWhatItNames) {
  std::vector<float> truth, scaled, inverse;
  Draws draws(3, "depth", "test");
  for (int i = 0; i < 50; ++i) {
    truth.push_back(static_cast<float>(10 + 80 * draws.unit()));
    scaled.push_back(truth.back() * 0.25F);
    inverse.push_back(3 / truth.back() + 0.5F);
  }
  DepthOptions options;
  options.most = 150;
  options.alignment = DepthAlignment::kMedian;
  EXPECT_NEAR(depth_values(scaled, truth, options, "x")->abs_rel, 0, 1e-6);
  EXPECT_NEAR(depth_values(scaled, truth, options, "x")->scale, 4, 1e-6);
  options.alignment = DepthAlignment::kScaleShiftDisparity;
  options.is_disparity = true;
  const auto exact = depth_values(inverse, truth, options, "x");
  EXPECT_NEAR(exact->abs_rel, 0, 1e-4);
  EXPECT_EQ(exact->delta[0], 1);
  options.alignment = DepthAlignment::kScaleShiftDepth;
  EXPECT_GT(depth_values(inverse, truth, options, "x")->abs_rel, 0.01);
}

TEST(Depth, DegeneratePredictionsGetFiniteErrors) {
  const std::vector<float> truth = {10, 20, 30}, zeros = {0, 0, 0};
  DepthOptions options;
  options.most = 150;
  for (std::size_t a = 0; a < kDepthAlignmentWords.size(); ++a) {
    options.alignment = static_cast<DepthAlignment>(a);
    const auto values = depth_values(zeros, truth, options, "x");
    ASSERT_TRUE(values);
    EXPECT_TRUE(std::isfinite(values->rmse_log)) << kDepthAlignmentWords[a];
    EXPECT_GT(values->abs_rel, 0.2);
  }
}

TEST(Depth, InvalidPixelsAndEmptyFramesAreLeftOut) {
  const std::vector<float> truth = {0, -1, kNan, 200, 10}, prediction = {kNan, kNan, kNan, kNan, 10};
  DepthOptions options;
  options.most = 150;
  const auto values = depth_values(prediction, truth, options, "x");
  ASSERT_TRUE(values);
  EXPECT_EQ(values->pixels, 1);
  EXPECT_EQ(values->abs_rel, 0);
  const std::vector<float> nothing = {0, 0};
  const auto empty = depth_values(nothing, nothing, options, "x");
  EXPECT_EQ(empty->pixels, 0);
  const std::vector<DepthItem> items = {{0, *values, {}}, {0, *empty, {}}};
  const auto all = values_at(*depth_scorer(items, 1, DepthAlignment::kNone), {1});
  EXPECT_EQ(all[0], 0);
  EXPECT_EQ(all[8], 0.5);
  EXPECT_TRUE(std::isnan(all[9]));
}

TEST(Depth, MissingMapsAreCharged) {
  const std::vector<float> truth = {10, 20, 40};
  const auto charged = missing_depth(truth, 20, {}, "x");
  ASSERT_TRUE(charged);
  EXPECT_NEAR(charged->abs_rel, 0.5, 1e-12);
  EXPECT_EQ(charged->delta, (std::array<double, 3>{}));
  EXPECT_EQ(missing_depth(truth, 0, {}, "x").error().kind, ErrorKind::kUsage);
}

TEST(Depth, BadInputIsNamed) {
  const std::vector<float> truth = {10, 20}, short_map = {10}, broken = {10, kNan};
  EXPECT_EQ(depth_values(short_map, truth, {}, "frame 7").error().where, "frame 7");
  EXPECT_EQ(depth_values(broken, truth, {}, "frame 7").error().what, "the prediction is not a number at pixel 1");
  DepthOptions options;
  options.alignment = DepthAlignment::kScaleShiftDisparity;
  EXPECT_EQ(depth_values(truth, truth, options, "x").error().kind, ErrorKind::kUsage);
  options = {};
  options.least = 0;
  EXPECT_FALSE(depth_values(truth, truth, options, "x"));
  EXPECT_FALSE(ordinal_counts(short_map, truth, {}, "x"));
  EXPECT_FALSE(ordinal_counts(broken, truth, {}, "x"));
  const std::vector<DepthItem> items = {{-1, {}, {}}};
  EXPECT_EQ(depth_scorer(items, 2, DepthAlignment::kNone).error().kind, ErrorKind::kUsage);
}

TEST(Depth, OrderOfPointsIsCountedOnTheSamePairs) {
  std::vector<float> truth, falling, constant(100, 1);
  for (int i = 0; i < 100; ++i) {
    truth.push_back(static_cast<float>(1 + i));
    falling.push_back(static_cast<float>(-i));
  }
  OrdinalOptions options;
  const auto right = ordinal_counts(truth, truth, options, "v#1");
  EXPECT_EQ(right->right, right->pairs);
  EXPECT_GT(right->pairs, 900);
  EXPECT_LT(right->pairs, 1000);  // too close a pair is left out
  EXPECT_EQ(ordinal_counts(falling, truth, options, "v#1")->right, 0);
  EXPECT_EQ(ordinal_counts(constant, truth, options, "v#1")->right, 0);
  EXPECT_EQ(ordinal_counts(constant, truth, options, "v#1")->pairs, right->pairs);
  options.prediction_falls = true;
  EXPECT_EQ(ordinal_counts(falling, truth, options, "v#1")->right, right->pairs);
  EXPECT_EQ(ordinal_counts(constant, constant, options, "v#1")->pairs, 0);
}

TEST(Depth, AWeightOfTwoIsACaseTwice) {
  std::vector<DepthItem> items;
  for (int i = 0; i < 6; ++i) {
    DepthValues values;
    values.pixels = i == 5 ? 0 : 1;
    values.abs_rel = 0.1 * i;
    items.push_back({i % 3, values, OrdinalCounts{10, i}});
  }
  const auto weighted = values_at(*depth_scorer(items, 3, DepthAlignment::kMedian), {1, 1, 2});
  items.push_back(items[2]);
  items.push_back(items[5]);
  const auto twice = values_at(*depth_scorer(items, 3, DepthAlignment::kMedian), {1, 1, 1});
  for (std::size_t k = 0; k < twice.size(); ++k) EXPECT_NEAR(weighted[k], twice[k], 1e-12);
}

TEST(Depth, RowsNameEveryMetric) {
  std::size_t at = 0;
  for (std::size_t a = 0; a < 4; ++a) {
    const auto scorer = depth_scorer({}, 0, static_cast<DepthAlignment>(a));
    for (std::size_t k = 0; k < 8; ++k) EXPECT_EQ(depth_metrics()[at++].name, scorer->names[k]);
  }
  EXPECT_EQ(at + 2, depth_metrics().size());
}

}  // namespace
}  // namespace surgsigma
