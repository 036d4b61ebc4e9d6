#include "surgsigma/eval/metrics/coco_ap.h"

#include <algorithm>

#include "surgsigma/base/random.h"
#include "surgsigma/eval/metrics/coco_match.h"
#include "surgsigma/eval/metrics/metric_test.h"

namespace surgsigma {
namespace {

using namespace metric_test;

CocoBox box_of(const Json& b) {
  return {b.at(0).get<double>(), b.at(1).get<double>(), b.at(2).get<double>(), b.at(3).get<double>()};
}

/// Pictures and classes of a vector count from 1. Each picture is a case.
CocoInput empty_input(std::size_t images, std::size_t categories) {
  CocoInput input;
  input.cases = images;
  for (std::size_t i = 0; i < images; ++i) input.case_of_image.push_back(i);
  for (std::size_t c = 0; c < categories; ++c) input.categories.push_back(std::to_string(c + 1));
  return input;
}

std::vector<double> ones(const CocoInput& input) { return std::vector<double>(input.cases, 1); }

std::vector<double> twelve(const CocoSummary& s) {
  return {s.ap,  s.ap50, s.ap75,  s.ap_small, s.ap_medium, s.ap_large,
          s.ar1, s.ar10, s.ar100, s.ar_small, s.ar_medium, s.ar_large};
}

CocoInput own_input(const Json& vector) {
  CocoInput input = empty_input(vector.at("images"), vector.at("categories"));
  const bool has_masks = vector.at("kind") == "segm";
  const auto mask = [](const Json& item) {
    const ImageSize size{item.at("size").at(1).get<int>(), item.at("size").at(0).get<int>()};
    return *mask_from_counts(item.at("counts").get<std::string>(), size, "vector");
  };
  const auto place = [](const Json& item, const char* key) { return item.at(key).get<std::uint32_t>() - 1; };
  for (const Json& item : vector.at("truths")) {
    const CocoBox box = has_masks ? CocoBox{} : box_of(item.at("bbox"));
    input.truths.push_back(
        {place(item, "image"), place(item, "category"), box, item.at("area"), item.at("iscrowd") == 1});
    if (has_masks) input.truth_masks.push_back(mask(item));
  }
  for (const Json& item : vector.at("detections")) {
    const CocoBox box = has_masks ? CocoBox{} : box_of(item.at("bbox"));
    input.detections.push_back({place(item, "image"), place(item, "category"), box, item.at("score")});
    if (has_masks) input.detection_masks.push_back(mask(item));
  }
  return input;
}

CocoInput random_input(std::uint64_t seed, std::uint64_t levels) {
  Draws draws(seed, "coco", "test");
  CocoInput input = empty_input(9, 2);
  input.cases = 3;
  for (std::size_t i = 0; i < 9; ++i) input.case_of_image[i] = i % 3;
  const auto box = [&] {
    return CocoBox{draws.unit() * 40, draws.unit() * 40, 10 + draws.unit() * 60, 10 + draws.unit() * 60};
  };
  for (int n = 0; n < 40; ++n) {
    const CocoBox b = box();
    input.truths.push_back({static_cast<std::uint32_t>(draws.below(9)), static_cast<std::uint32_t>(draws.below(2)), b,
                            b.w * b.h, draws.chance(0.1)});
  }
  for (int n = 0; n < 120; ++n)
    input.detections.push_back({static_cast<std::uint32_t>(draws.below(9)), static_cast<std::uint32_t>(draws.below(2)),
                                box(), static_cast<double>(draws.below(levels)) / static_cast<double>(levels)});
  return input;
}

TEST(CocoAp, SharedVectorsAgree) {
  const std::array<const char*, 12> keys = {"AP",  "AP50", "AP75",  "AP_small", "AP_medium", "AP_large",
                                            "AR1", "AR10", "AR100", "AR_small", "AR_medium", "AR_large"};
  for (const char* id : {"coco-bbox-basic", "coco-bbox-crowd", "coco-bbox-all-scores-equal"}) {
    const auto vector = shared_vector("localization", id);
    if (!vector) GTEST_SKIP() << "no metric vectors: set SURGSIGMA_SHARED_DATA";
    const Json& in = vector->at("input");
    for (const bool is_reversed : {false, true}) {
      if (is_reversed && !vector->contains("expected_if_image_order_is_reversed")) continue;
      CocoInput input = empty_input(in.at("images").size(), in.at("categories").size());
      const auto image = [&](const Json& item) {
        const auto place = item.at("image_id").get<std::uint32_t>() - 1;
        return is_reversed ? static_cast<std::uint32_t>(input.cases) - 1 - place : place;
      };
      for (const Json& t : in.at("gt"))
        input.truths.push_back({image(t), t.at("category_id").get<std::uint32_t>() - 1, box_of(t.at("bbox")),
                                t.at("area"), t.at("iscrowd") == 1});
      for (const Json& d : in.at("detections"))
        input.detections.push_back(
            {image(d), d.at("category_id").get<std::uint32_t>() - 1, box_of(d.at("bbox")), d.at("score")});
      const Json& expected = vector->at(is_reversed ? "expected_if_image_order_is_reversed" : "expected");
      const auto reference = compat_coco(input);
      const auto own = coco_ap(input);
      ASSERT_TRUE(reference && own);
      const std::vector<double> values = twelve(*reference);
      for (std::size_t i = 0; i < keys.size(); ++i) {
        const double value = expected.at(keys[i]);
        expect_same(values[i], value == -1 ? std::nan("") : value, 1e-6, keys[i]);
      }
      for (std::size_t c = 0; c < input.categories.size(); ++c)
        expect_same(reference->ap_of_category[c], number_of(expected.at("per_category_AP").at(input.categories[c])),
                    1e-6, "class");
      if (std::string_view(id) == "coco-bbox-all-scores-equal") {
        EXPECT_NEAR(value_named(*own, "ap", ones(input)), 51.0 / 101 / 2, 1e-12)
            << "one of two at recall 0.5, in any order";
      } else {
        EXPECT_NEAR(value_named(*own, "ap", ones(input)), reference->ap, 1e-12);
      }
    }
  }
}

TEST(CocoAp, OwnVectorsOfPycocotoolsAgree) {
  const Json document = own_vectors("coco_ap");
  for (const Json& vector : document.at("vectors")) {
    const CocoInput input = own_input(vector);
    const Json& expected = vector.at("expected");
    const auto reference = compat_coco(input);
    const auto own = coco_ap(input, 2);
    ASSERT_TRUE(reference && own);
    const std::vector<double> values = twelve(*reference);
    for (std::size_t i = 0; i < 12; ++i) {
      const std::string what = vector.at("id").get<std::string>() + " " + own->names[i];
      expect_same(values[i], number_of(expected.at(own->names[i])), 1e-9, what);
      if (vector.at("has_ties") == false) {
        expect_same(value_named(*own, own->names[i], ones(input)), values[i], 1e-9, what);
      }
    }
    for (std::size_t c = 0; c < input.categories.size(); ++c)
      expect_same(reference->ap_of_category[c], number_of(expected.at("ap_of_category").at(c)), 1e-9, "class");
  }
}

TEST(CocoAp, OrderChangesNothingThoughScoresAreEqual) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const CocoInput input = random_input(seed, 3);
    CocoInput shuffled = input;
    Draws draws(seed, "order", "test");
    draws.shuffle(shuffled.truths);
    draws.shuffle(shuffled.detections);
    std::vector<std::uint32_t> to(9);
    for (std::uint32_t i = 0; i < 9; ++i) to[i] = i;
    draws.shuffle(to);
    for (CocoTruth& truth : shuffled.truths) truth.image = to[truth.image];
    for (CocoDetection& detection : shuffled.detections) detection.image = to[detection.image];
    for (std::size_t i = 0; i < 9; ++i) shuffled.case_of_image[to[i]] = input.case_of_image[i];
    expect_same_values(*coco_ap(input), {1, 2, 3}, *coco_ap(shuffled), {1, 2, 3});
  }
}

TEST(CocoAp, AWeightIsACopyOfThePictures) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const CocoInput input = random_input(seed, seed % 2 == 0 ? 4 : 1000);
    CocoInput copied = input;
    for (std::uint32_t image = 0; image < 9; ++image) {
      if (input.case_of_image[image] != 1) continue;
      const auto copy = static_cast<std::uint32_t>(copied.case_of_image.size());
      copied.case_of_image.push_back(1);
      for (CocoTruth truth : input.truths) {
        if (truth.image != image) continue;
        truth.image = copy;
        copied.truths.push_back(truth);
      }
      for (CocoDetection detection : input.detections) {
        if (detection.image != image) continue;
        detection.image = copy;
        copied.detections.push_back(detection);
      }
    }
    expect_same_values(*coco_ap(input), {1, 2, 1}, *coco_ap(copied), {1, 1, 1});
    // A case without weight is as if it were not there.
    CocoInput without = input;
    std::erase_if(without.truths, [&](const CocoTruth& t) { return input.case_of_image[t.image] == 0; });
    std::erase_if(without.detections, [&](const CocoDetection& d) { return input.case_of_image[d.image] == 0; });
    expect_same_values(*coco_ap(input), {0, 1, 1}, *coco_ap(without), {1, 1, 1});
  }
}

TEST(CocoAp, ThreadsChangeNoBit) {
  CocoInput input = random_input(3, 5);
  const CocoInput block = input;
  for (std::uint32_t copy = 1; copy < 200; ++copy) {  // enough pictures for several turns of the threads
    for (CocoTruth truth : block.truths) {
      truth.image += 9 * copy;
      input.truths.push_back(truth);
    }
    for (CocoDetection detection : block.detections) {
      detection.image += 9 * copy;
      input.detections.push_back(detection);
    }
    input.case_of_image.insert(input.case_of_image.end(), block.case_of_image.begin(), block.case_of_image.end());
  }
  expect_same_values(*coco_ap(input, 1), {1, 0.3, 1}, *coco_ap(input, 7), {1, 0.3, 1}, 0);
}

TEST(CocoAp, PerfectDetectionsAreOne) {
  CocoInput input = random_input(4, 10);
  std::erase_if(input.truths, [](const CocoTruth& truth) { return truth.is_crowd; });
  input.detections.clear();
  for (const CocoTruth& truth : input.truths) input.detections.push_back({truth.image, truth.category, truth.box, 1});
  const auto scorer = coco_ap(input);
  for (const char* name : {"ap", "ap50", "ap75", "ap_medium", "ar100", "ap/1", "ap50/2"})
    EXPECT_DOUBLE_EQ(value_named(*scorer, name, {1, 1, 1}), 1) << name;
}

TEST(CocoAp, ASilentDetectorIsZeroAndAClassWithoutTruthUndefined) {
  CocoInput input = empty_input(1, 2);
  input.truths = {{0, 0, {0, 0, 50, 50}, 2500, false}};
  const auto scorer = coco_ap(input);
  EXPECT_EQ(value_named(*scorer, "ap", {1}), 0);
  EXPECT_EQ(value_named(*scorer, "ar100", {1}), 0);
  EXPECT_TRUE(std::isnan(value_named(*scorer, "ap/2", {1})));
  EXPECT_TRUE(std::isnan(value_named(*scorer, "ap_large", {1})));
  EXPECT_TRUE(std::isnan(value_named(*scorer, "ap", {0})));
  EXPECT_TRUE(std::isnan(value_named(*coco_ap(CocoInput{}), "ap", {})));
}

TEST(CocoAp, NonsenseIsRefusedByName) {
  const CocoInput good = random_input(1, 10);
  CocoInput input = good;
  input.detections[5].score = std::nan("");
  EXPECT_EQ(coco_ap(input).error().where, "detection 5");
  EXPECT_EQ(compat_coco(input).error().kind, ErrorKind::kData);
  input = good;
  input.detections[6].box.w = -1;
  EXPECT_EQ(coco_ap(input).error().where, "detection 6");
  input = good;
  input.truths[2].category = 2;
  EXPECT_EQ(coco_ap(input).error().where, "truth 2");
  input = good;
  input.truths[3].image = 9;
  EXPECT_EQ(coco_ap(input).error().where, "truth 3");
  input = good;
  input.truths[4].area = std::numeric_limits<double>::infinity();
  EXPECT_EQ(coco_ap(input).error().where, "truth 4");
  input = good;
  input.case_of_image[8] = 3;
  EXPECT_EQ(coco_ap(input).error().where, "picture 8");
}

TEST(CocoAp, MasksThatDoNotFitAreRefused) {
  CocoInput input = empty_input(1, 1);
  input.truths = {{0, 0, {}, 4, false}};
  input.detections = {{0, 0, {}, 0.5}};
  const Mask small{{2, 2}, {0, 4}}, large{{2, 3}, {0, 6}};
  input.truth_masks = {small};
  EXPECT_EQ(coco_ap(input).error().where, "detection 0");
  input.detection_masks = {large};
  EXPECT_EQ(coco_ap(input).error().where, "detection 0");
  input.detection_masks = {small};
  EXPECT_DOUBLE_EQ(value_named(*coco_ap(input), "ap", {1}), 1);
}

}  // namespace
}  // namespace surgsigma
