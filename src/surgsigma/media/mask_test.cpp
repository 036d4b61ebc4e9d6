#include "surgsigma/media/mask.h"

#include <gtest/gtest.h>

#include "surgsigma/base/files.h"
#include "surgsigma/base/json.h"
#include "surgsigma/base/random.h"

namespace surgsigma {
namespace {

Image picture_of(std::initializer_list<std::string_view> rows) {
  Image picture(static_cast<int>(rows.begin()->size()), static_cast<int>(rows.size()), 1);
  std::size_t at = 0;
  for (const std::string_view row : rows) {
    for (const char c : row) picture.values[at++] = c == '#' ? 1 : 0;
  }
  return picture;
}

Image random_picture(int wide, int high, std::uint64_t seed) {
  Draws draws(seed, "mask", "test");
  Image picture(wide, high, 1);
  std::uint8_t value = 0;
  for (std::uint8_t& pixel : picture.values)
    pixel = value = draws.chance(0.3) ? static_cast<std::uint8_t>(1 - value) : value;
  return picture;
}

fs::path metric_vectors() {
  const char* named = std::getenv("SURGSIGMA_SHARED_DATA");
  for (const fs::path& root :
       {fs::path(named == nullptr ? "" : named), fs::path(SURGSIGMA_SOURCE_DIR) / "../shared/data"}) {
    if (!root.empty() && fs::exists(root / "metric-vectors/segmentation.json"))
      return root / "metric-vectors/segmentation.json";
  }
  return {};
}

TEST(Mask, RunsGoDownTheColumns) {
  const Mask mask = mask_from_image(picture_of({".#.", ".#.", "##."}));
  EXPECT_EQ(mask.runs, (std::vector<std::uint32_t>{2, 4, 3}));
  EXPECT_EQ(area(mask), 4);
  EXPECT_EQ(bounding_box(mask), (Box{0, 0, 2, 3}));
  EXPECT_EQ(image_from_mask(mask), picture_of({".#.", ".#.", "##."}));
}

TEST(Mask, TextAgreesWithTheCocoApi) {
  // Made with pycocotools 2.0: encode(asfortranarray(...)).
  EXPECT_EQ(counts_text(
                mask_from_image(picture_of({"........", ".###....", ".###....", ".###....", "........", "........"}))),
            "733000g0");
  EXPECT_EQ(counts_text({{100, 100}, {10000}}), "`h9");
  EXPECT_EQ(counts_text({{2, 2}, {0, 4}}), "04");
}

TEST(Mask, MetricVectorsAgree) {
  const fs::path path = metric_vectors();
  if (path.empty()) GTEST_SKIP() << "no metric vectors: set SURGSIGMA_SHARED_DATA";
  const auto document = parse_json(*read_file(path), path.string());
  ASSERT_TRUE(document);
  int compared = 0;
  for (const Json& vector : document->at("vectors")) {
    if (vector.at("id") != "coco-rle") continue;
    for (const auto& [name, rows] : vector.at("input").items()) {
      Image picture(static_cast<int>(rows.at(0).size()), static_cast<int>(rows.size()), 1);
      std::size_t at = 0;
      for (const Json& row : rows) {
        for (const Json& value : row) picture.values[at++] = value.get<std::uint8_t>();
      }
      const Json& expected = vector.at("expected").at(name == "mask_gt_class1" ? "rle_gt" : "rle_pred");
      EXPECT_EQ(counts_text(mask_from_image(picture)), expected.at("counts").get<std::string>());
      ++compared;
    }
  }
  EXPECT_EQ(compared, 2);
}

TEST(Mask, EveryMaskSurvivesTextAndList) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const Image picture = random_picture(1 + static_cast<int>(seed), 61 - static_cast<int>(seed), seed);
    const Mask mask = mask_from_image(picture);
    EXPECT_EQ(image_from_mask(mask), picture);
    EXPECT_EQ(*mask_from_counts(counts_text(mask), mask.size, "x"), mask);
    const std::vector<std::int64_t> runs(mask.runs.begin(), mask.runs.end());
    EXPECT_EQ(*mask_from_runs(runs, mask.size, "x"), mask);
  }
}

TEST(Mask, MergingIsPixelLogic) {
  const Image a = random_picture(17, 13, 1), b = random_picture(17, 13, 2);
  const auto both = merged(mask_from_image(a), mask_from_image(b), MaskMerge::kIntersection);
  const auto either = merged(mask_from_image(a), mask_from_image(b), MaskMerge::kUnion);
  const auto rest = merged(mask_from_image(a), mask_from_image(b), MaskMerge::kDifference);
  Image expected_both = a, expected_either = a, expected_rest = a;
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    expected_both.values[i] = a.values[i] & b.values[i];
    expected_either.values[i] = a.values[i] | b.values[i];
    expected_rest.values[i] = a.values[i] & (1 - b.values[i]);
  }
  EXPECT_EQ(*both, mask_from_image(expected_both));
  EXPECT_EQ(*either, mask_from_image(expected_either));
  EXPECT_EQ(*rest, mask_from_image(expected_rest));
  EXPECT_DOUBLE_EQ(*mask_iou(mask_from_image(a), mask_from_image(b)),
                   static_cast<double>(area(*both)) / static_cast<double>(area(*either)));
  EXPECT_DOUBLE_EQ(*mask_iou(mask_from_image(a), mask_from_image(b), true),
                   static_cast<double>(area(*both)) / static_cast<double>(area(mask_from_image(a))));
}

TEST(Mask, APictureWithoutRowsOrColumnsHasOneEmptyRun) {
  for (const ImageSize size : {ImageSize{5, 0}, ImageSize{0, 5}, ImageSize{0, 0}}) {
    const Mask mask = mask_from_image(Image(size.width, size.height, 1));
    EXPECT_EQ(mask, (Mask{size, {0}}));
    const auto read = mask_from_counts(counts_text(mask), size, "m");
    ASSERT_TRUE(read) << to_string(read.error());
    EXPECT_EQ(*read, mask);
    EXPECT_TRUE(image_from_mask(mask).is_empty());
  }
}

TEST(Mask, EmptyMasksHaveNoBoxAndNoOverlap) {
  const Mask empty = mask_from_image(Image(4, 3, 1));
  EXPECT_EQ(bounding_box(empty), Box{});
  EXPECT_EQ(*mask_iou(empty, empty), 0);
  EXPECT_EQ(*mask_from_counts("", {0, 0}, "x"), mask_from_image(Image()));
}

TEST(Mask, PolygonsFillAsTheCocoApiFills) {
  // pycocotools: decode(frPyObjects([polygon], 8, 10)).
  const std::vector<double> polygon = {1.5, 1, 8.25, 2, 5, 6.75};
  const auto mask = mask_from_polygons(std::vector<std::vector<double>>{polygon}, {10, 8}, "x");
  ASSERT_TRUE(mask);
  EXPECT_EQ(counts_text(*mask), R"(a0172N2OO0N2O?)");
}

TEST(Mask, HostileTextIsAnError) {
  const ImageSize size{8, 6};
  EXPECT_EQ(mask_from_counts("733000g0", size, "m").value().runs[0], 7u);
  EXPECT_FALSE(mask_from_counts("733000g0", {8, 7}, "m"));        // does not add up
  EXPECT_FALSE(mask_from_counts("733000g", size, "m"));           // ends inside a number
  EXPECT_FALSE(mask_from_counts("73 3", size, "m"));              // letter outside the alphabet
  EXPECT_FALSE(mask_from_counts("ooooooooooooooo0", size, "m"));  // a number without end
  EXPECT_FALSE(mask_from_counts("O", size, "m"));                 // negative
  EXPECT_FALSE(mask_from_counts("0", {70000, 70000}, "m"));       // more pixels than COCO can count
  EXPECT_FALSE(mask_from_counts("0", {-1, 5}, "m"));
  EXPECT_EQ(mask_from_counts(std::string("7\0", 2), size, "frame 3").error().where, "frame 3");
  EXPECT_FALSE(mask_from_runs(std::vector<std::int64_t>{-1, 49}, size, "m"));
  EXPECT_FALSE(mask_from_runs(std::vector<std::int64_t>{40, 9}, size, "m"));
}

TEST(Mask, ImpossiblePolygonsAreErrors) {
  const auto fill = [](std::vector<double> polygon) {
    return mask_from_polygons(std::vector<std::vector<double>>{std::move(polygon)}, {10, 8}, "x");
  };
  EXPECT_FALSE(fill({1, 1, 2, 2}));
  EXPECT_FALSE(fill({1, 1, 2, 2, 3, 3, 4}));
  EXPECT_FALSE(fill({1, 1, 1e9, 2, 3, 3}));
  EXPECT_FALSE(fill({1, 1, std::numeric_limits<double>::quiet_NaN(), 2, 3, 3}));
  std::vector<double> endless;
  for (int i = 0; i < 2'000'000; ++i) endless.insert(endless.end(), {0.0, i % 2 * 8.0});
  EXPECT_FALSE(fill(endless));
}

TEST(Mask, DifferentSizesDoNotMeet) {
  EXPECT_EQ(merged(mask_from_image(Image(2, 3, 1)), mask_from_image(Image(3, 2, 1)), MaskMerge::kUnion).error().kind,
            ErrorKind::kUsage);
  EXPECT_FALSE(mask_iou(mask_from_image(Image(2, 3, 1)), mask_from_image(Image(3, 2, 1))));
}

}  // namespace
}  // namespace surgsigma
