#include "surgsigma/eval/metrics/segmentation.h"

#include <algorithm>
#include <cmath>

#include "surgsigma/base/random.h"
#include "surgsigma/eval/metrics/metric_test.h"

namespace surgsigma {
namespace {

using namespace metric_test;

/// A plane with its own memory.
struct Plane {
  ImageSize size;
  std::vector<std::uint8_t> labels;
  LabelPlane view() const { return {size, labels}; }
};

Plane plane_of(const std::vector<std::string>& rows) {
  Plane plane{{static_cast<int>(rows.at(0).size()), static_cast<int>(rows.size())}, {}};
  for (const std::string& row : rows) {
    for (const char c : row) plane.labels.push_back(static_cast<std::uint8_t>(c - '0'));
  }
  return plane;
}

Plane plane_of_rows(const Json& rows) {
  Plane plane{{static_cast<int>(rows.at(0).size()), static_cast<int>(rows.size())}, {}};
  for (const Json& row : rows) {
    for (const Json& label : row) plane.labels.push_back(label.get<std::uint8_t>());
  }
  return plane;
}

Plane random_plane(Draws& draws, int wide, int high, double density) {
  Plane plane{{wide, high}, {}};
  for (int i = 0; i < wide * high; ++i)
    plane.labels.push_back(draws.chance(density) ? static_cast<std::uint8_t>(1 + draws.below(2)) : 0);
  return plane;
}

SegmentationPlan plan_of(std::vector<std::uint8_t> labels) {
  SegmentationPlan plan;
  plan.labels = std::move(labels);
  return plan;
}

SegmentationFrame compared(const Plane& truth, const Plane& answer, const SegmentationPlan& plan,
                           std::size_t video = 0) {
  auto frame = compare_planes(truth.view(), answer.view(), plan, "frame");
  EXPECT_TRUE(frame) << to_string(frame.error());
  frame->video = video;
  return *frame;
}

SegmentationInput input_of(const SegmentationPlan& plan, std::size_t videos) {
  SegmentationInput input;
  input.plan = plan;
  input.cases = videos;
  for (std::size_t v = 0; v < videos; ++v) input.case_of_video.push_back(v);
  for (const std::uint8_t label : plan.labels) input.classes.push_back(std::to_string(label));
  return input;
}

SegmentationInput random_input(std::uint64_t seed) {
  Draws draws(seed, "segmentation", "test");
  SegmentationPlan plan = plan_of({1, 2, 3});
  plan.tolerances = {1, 10};
  SegmentationInput input = input_of(plan, 4);
  input.cases = 3;
  input.case_of_video = {0, 1, 1, 2};
  for (int f = 0; f < 20; ++f) {
    const Plane truth = random_plane(draws, 9, 7, draws.chance(0.2) ? 0 : 0.2);
    const Plane answer = random_plane(draws, 9, 7, draws.chance(0.2) ? 0 : 0.2);
    if (draws.chance(0.1)) {
      input.frames.push_back(*compare_planes(truth.view(), std::nullopt, plan, "f"));
    } else {
      input.frames.push_back(compared(truth, answer, plan));
    }
    input.frames.back().video = draws.below(4);
  }
  return input;
}

/// Edge pixels tried one by one.
std::vector<std::uint32_t> tried_distances(const Plane& from, const Plane& to, std::uint8_t value) {
  const auto edges = [&](const Plane& plane) {
    std::vector<std::pair<int, int>> found;
    const auto is_on = [&](int x, int y) {
      return x >= 0 && y >= 0 && x < plane.size.width && y < plane.size.height &&
             plane.labels[static_cast<std::size_t>(y * plane.size.width + x)] == value;
    };
    for (int y = 0; y < plane.size.height; ++y) {
      for (int x = 0; x < plane.size.width; ++x) {
        if (is_on(x, y) && !(is_on(x - 1, y) && is_on(x + 1, y) && is_on(x, y - 1) && is_on(x, y + 1)))
          found.emplace_back(x, y);
      }
    }
    return found;
  };
  std::vector<std::uint32_t> distances;
  const auto others = edges(to);
  for (const auto& [x, y] : edges(from)) {
    std::uint32_t best = SurfaceDistances::kNowhere;
    for (const auto& [ox, oy] : others)
      best = std::min(best, static_cast<std::uint32_t>((x - ox) * (x - ox) + (y - oy) * (y - oy)));
    distances.push_back(best);
  }
  std::sort(distances.begin(), distances.end());
  return distances;
}

TEST(Segmentation, SharedVectorAgrees) {
  const auto vector = shared_vector("segmentation", "semantic-four-frames");
  if (!vector) GTEST_SKIP() << "no metric vectors: set SURGSIGMA_SHARED_DATA";
  SegmentationInput input = input_of(plan_of({1, 2, 3}), 4);  // each frame is a video
  for (const Json& frame : vector->at("input").at("frames"))
    input.frames.push_back(
        compared(plane_of_rows(frame.at("gt")), plane_of_rows(frame.at("pred")), input.plan, input.frames.size()));
  const auto scorer = segmentation(input);
  ASSERT_TRUE(scorer);
  const std::vector<double> all(4, 1);
  const Json& expected = vector->at("expected");
  const auto value = [&](const char* name) { return value_named(*scorer, name, all); };
  EXPECT_NEAR(value("challenge_iou"), expected.at("challenge_IoU_mean_over_frames_with_gt").get<double>(), 1e-6);
  EXPECT_NEAR(value("mc_iou:union"), expected.at("mcIoU_from_summed_pixels").get<double>(), 1e-6);
  double board = 0;
  for (std::size_t f = 0; f < 4; ++f) {
    std::vector<double> one(4, 0);
    one[f] = 1;
    const auto of_frame = [&](const std::string& name) { return value_named(*scorer, name, one); };
    for (const char* c : {"1", "2", "3"}) {
      expect_same(of_frame("iou:union/" + std::string(c)), number_of(expected.at("per_frame")[f].at("iou").at(c)), 1e-6,
                  c);
      const double dice = number_of(expected.at("per_frame")[f].at("dice").at(c));
      if (input.frames[f].overlaps[static_cast<std::size_t>(c[0] - '1')].truth > 0)
        expect_same(of_frame("dice/" + std::string(c)), dice, 1e-6, c);
    }
    const auto compare = [&](const char* name, const char* key) {
      expect_same(of_frame(name), number_of(expected.at(key)[f]), 1e-6, key);
    };
    compare("challenge_iou", "challenge_IoU_per_frame_classes_in_gt");
    compare("frame_iou", "IoU_per_frame_classes_in_gt_or_pred");
    compare("binary_iou", "binary_iou_per_frame");
    compare("binary_dice", "binary_dice_per_frame");
    double sum = 0;
    for (const Json& iou : expected.at("sarrarp_style_empty_empty_is_1")[f]) sum += iou.get<double>();
    EXPECT_NEAR(of_frame("mean_iou:empty1"), sum / 3, 1e-6);
    board += sum / 3 / 4;
  }
  EXPECT_NEAR(value("sar_miou"), board, 1e-6);
  for (const auto& [c, iou] : expected.at("dataset_IoU_per_class_pixels_summed").items())
    expect_same(value(("iou:union/" + c).c_str()), iou, 1e-6, c);
  EXPECT_TRUE(std::isnan(value("iou/3"))) << "class 3 is nowhere true";
}

TEST(Segmentation, OwnVectorsOfScipyAndScikitAgree) {
  const Json document = own_vectors("segmentation");
  SegmentationPlan plan = plan_of(document.at("labels").get<std::vector<std::uint8_t>>());
  plan.tolerances = document.at("tolerances").get<std::vector<double>>();
  const std::size_t videos = document.at("videos");
  SegmentationInput input = input_of(plan, videos);
  for (const Json& frame : document.at("frames")) {
    const Plane truth = plane_of(frame.at("truth").get<std::vector<std::string>>());
    std::optional<Plane> answer;
    if (!frame.at("answer").is_null()) answer = plane_of(frame.at("answer").get<std::vector<std::string>>());
    auto made = compare_planes(truth.view(), answer ? std::optional(answer->view()) : std::nullopt, plan, "vector");
    ASSERT_TRUE(made);
    made->video = frame.at("video");
    for (std::size_t c = 0; c < plan.labels.size(); ++c) {
      const Json& expected = frame.at("expected")[c];
      const ClassSurface& surface = made->surfaces[c];
      const double nothing = std::nan("");
      for (std::size_t t = 0; t < plan.tolerances.size(); ++t)
        expect_same(
            surface.edges == 0 ? nothing : static_cast<double>(surface.within[t]) / static_cast<double>(surface.edges),
            number_of(expected.at("nsd")[t]), 1e-9, "nsd");
      expect_same(surface.hausdorff.value_or(nothing), number_of(expected.at("hd")), 1e-9, "hd");
      expect_same(surface.hausdorff95.value_or(nothing), number_of(expected.at("hd95")), 1e-9, "hd95");
      const ClassOverlap& o = made->overlaps[c];
      const auto all = static_cast<double>(o.truth + o.answer - o.both);
      expect_same(all == 0 ? nothing : static_cast<double>(o.both) / all, number_of(expected.at("iou")), 1e-9, "iou");
      expect_same(all == 0 ? nothing : 2 * static_cast<double>(o.both) / static_cast<double>(o.truth + o.answer),
                  number_of(expected.at("dice")), 1e-9, "dice");
    }
    input.frames.push_back(*made);
  }
  const auto scorer = segmentation(input);
  ASSERT_TRUE(scorer);
  expect_values(*scorer, videos, document.at("expected"), 1e-9);
}

TEST(Segmentation, DistancesAreExact) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Draws draws(seed, "distance", "test");
    const int wide = static_cast<int>(1 + draws.below(24)), high = static_cast<int>(1 + draws.below(24));
    const double density = seed % 3 == 0 ? 0.02 : seed % 3 == 1 ? 0.3 : 0.95;
    const Plane a = random_plane(draws, wide, high, density), b = random_plane(draws, wide, high, density);
    SurfaceDistances found = surface_distances(a.view(), b.view(), 1, {0, 0, wide, high});
    std::sort(found.from_truth.begin(), found.from_truth.end());
    std::sort(found.from_answer.begin(), found.from_answer.end());
    EXPECT_EQ(found.from_truth, tried_distances(a, b, 1)) << seed;
    EXPECT_EQ(found.from_answer, tried_distances(b, a, 1)) << seed;
  }
}

TEST(Segmentation, TheFarthestDistanceFits) {
  Plane a{{kLongestSide, 2}, std::vector<std::uint8_t>(2 * kLongestSide, 0)}, b = a;
  a.labels.front() = 1;
  b.labels.back() = 1;
  const SegmentationFrame frame = compared(a, b, plan_of({1}));
  EXPECT_DOUBLE_EQ(*frame.surfaces[0].hausdorff, std::hypot(kLongestSide - 1, 1));
}

TEST(Segmentation, OrderChangesNothingAndAWeightIsACopy) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    SegmentationInput input = random_input(seed), shuffled = input, copied = input;
    Draws(seed, "order", "test").shuffle(shuffled.frames);
    expect_same_values(*segmentation(input), {1, 2, 3}, *segmentation(shuffled), {1, 2, 3});
    copied.case_of_video = {0, 1, 1, 2, 1, 1};
    for (SegmentationFrame frame : input.frames) {
      if (frame.video != 1 && frame.video != 2) continue;
      frame.video += 3;
      copied.frames.push_back(frame);
    }
    expect_same_values(*segmentation(input), {1, 2, 1}, *segmentation(copied), {1, 1, 1});
  }
}

TEST(Segmentation, APerfectAnswerIsBest) {
  Draws draws(1, "perfect", "test");
  SegmentationInput input = input_of(plan_of({1, 2}), 1);
  for (int f = 0; f < 5; ++f) {
    const Plane truth = random_plane(draws, 12, 9, f == 0 ? 0 : 0.4);
    input.frames.push_back(compared(truth, truth, input.plan));
  }
  const auto scorer = segmentation(input);
  const std::vector<double> values = values_at(*scorer, {1});
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string& name = scorer->names[i];
    const bool is_distance = name.starts_with("hd") && name != "hd_coverage";
    EXPECT_DOUBLE_EQ(values[i], is_distance ? 0 : 1) << name;
  }
}

TEST(Segmentation, EmptyAgainstEmptyIsUndefinedOrOneAndAMissingFileZero) {
  const Plane empty{{4, 3}, std::vector<std::uint8_t>(12, 0)};
  SegmentationInput input = input_of(plan_of({1}), 1);
  input.frames = {compared(empty, empty, input.plan)};
  const auto both_empty = segmentation(input);
  for (const char* name : {"challenge_iou", "frame_iou", "binary_iou", "nsd@10", "hd_coverage", "mc_iou:union"})
    EXPECT_TRUE(std::isnan(value_named(*both_empty, name, {1}))) << name;
  for (const char* name : {"mean_iou:empty1", "nsd@10:empty1", "binary_iou:empty1", "sar_score"})
    EXPECT_EQ(value_named(*both_empty, name, {1}), 1) << name;
  input.frames = {*compare_planes(empty.view(), std::nullopt, input.plan, "frame")};
  const auto missing = segmentation(input);
  for (const char* name : {"mean_iou:empty1", "nsd@10:empty1", "binary_iou:empty1", "sar_score"})
    EXPECT_EQ(value_named(*missing, name, {1}), 0) << name;
}

TEST(Segmentation, IgnoredPixelsCountOnNeitherSide) {
  SegmentationPlan plan = plan_of({1});
  plan.ignored = 9;
  const SegmentationFrame frame = compared(plane_of({"1199", "1199"}), plane_of({"1110", "1119"}), plan);
  EXPECT_EQ(frame.ignored_px, 4u);
  EXPECT_EQ(frame.overlaps[0], (ClassOverlap{4, 4, 4}));
  EXPECT_EQ(frame.surfaces[0].hausdorff, 0) << "the edge lies where the ignored part begins, on both sides";
}

TEST(Segmentation, WithoutSurfacesThereAreNoDistances) {
  SegmentationPlan plan = plan_of({1});
  plan.has_surfaces = false;
  SegmentationInput input = input_of(plan, 1);
  input.frames = {compared(plane_of({"10"}), plane_of({"11"}), plan)};
  const auto scorer = segmentation(input);
  ASSERT_TRUE(scorer);
  EXPECT_DOUBLE_EQ(value_named(*scorer, "mc_iou", {1}), 0.5);
  for (const std::string& name : scorer->names) EXPECT_FALSE(name.starts_with("hd") || name.starts_with("nsd")) << name;
}

TEST(Segmentation, PlanesThatDoNotFitAreRefusedByName) {
  const Plane truth = plane_of({"0110", "0110"});
  const auto error_of = [&](const Plane& answer, SegmentationPlan plan) {
    const auto result = compare_planes(truth.view(), answer.view(), plan, "video 3, frame 7");
    EXPECT_FALSE(result);
    return result ? Error{} : result.error();
  };
  EXPECT_EQ(error_of(plane_of({"0110"}), plan_of({1})).where, "video 3, frame 7");
  EXPECT_EQ(error_of(plane_of({"0110", "0150"}), plan_of({1})).what, "label 5 in the answer at pixel (2, 1)");
  EXPECT_EQ(error_of(truth, plan_of({2})).what, "label 1 in the truth at pixel (1, 0)");
  EXPECT_EQ(error_of({{4, 2}, {0, 0, 0}}, plan_of({1})).kind, ErrorKind::kData);
  EXPECT_EQ(error_of({{-4, 2}, {}}, plan_of({1})).kind, ErrorKind::kData);
  EXPECT_EQ(error_of(truth, plan_of({1, 1})).kind, ErrorKind::kUsage);
  EXPECT_EQ(error_of(truth, plan_of({1, 0})).kind, ErrorKind::kUsage);
  SegmentationPlan plan = plan_of({1});
  plan.tolerances = {-1};
  EXPECT_EQ(error_of(truth, plan).kind, ErrorKind::kUsage);
}

TEST(Segmentation, CountsThatDoNotFitAreRefusedByName) {
  const SegmentationInput good = random_input(1);
  SegmentationInput input = good;
  input.frames[3].video = 4;
  EXPECT_EQ(segmentation(input).error().where, "frame 3");
  input = good;
  input.frames[5].overlaps.pop_back();
  EXPECT_EQ(segmentation(input).error().where, "frame 5");
  input = good;
  input.frames[6].overlaps[0] = {1, 1, 2};
  EXPECT_EQ(segmentation(input).error().where, "frame 6");
  input = good;
  input.frames[7].surfaces[0].within.pop_back();
  EXPECT_EQ(segmentation(input).error().where, "frame 7");
  input = good;
  input.classes.pop_back();
  EXPECT_EQ(segmentation(input).error().kind, ErrorKind::kUsage);
  EXPECT_TRUE(segmentation(SegmentationInput{}));
}

}  // namespace
}  // namespace surgsigma
