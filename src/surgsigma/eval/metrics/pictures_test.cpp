#include "surgsigma/eval/metrics/pictures.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "surgsigma/eval/metrics/metric_test.h"

namespace surgsigma {
namespace {

using namespace metric_test;

/// As tests/metric_vectors/pictures.py makes it.
Image made_picture(int wide, int high, std::uint64_t seed, int noise) {
  Image picture(wide, high, 3);
  std::uint64_t state = seed;
  for (int y = 0; y < high; ++y) {
    for (int x = 0; x < wide; ++x) {
      for (int c = 0; c < 3; ++c) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        const double smooth = 120 + 90 * std::sin(0.07 * (c + 1) * x) * std::cos(0.05 * y);
        const int drawn = static_cast<int>((state >> 40) % static_cast<std::uint64_t>(2 * noise + 1)) - noise;
        picture.at(x, y)[c] = static_cast<std::uint8_t>(std::clamp(static_cast<int>(smooth) + drawn, 0, 255));
      }
    }
  }
  return picture;
}

Image circle(int wide, int high) {
  Image mask(wide, high, 1);
  for (int y = 0; y < high; ++y) {
    for (int x = 0; x < wide; ++x) {
      const double dx = x - wide / 2.0, dy = y - high / 2.0;
      mask.at(x, y)[0] = dx * dx + dy * dy <= high / 2.0 * (high / 2.0) ? 255 : 0;
    }
  }
  return mask;
}

std::int64_t sum_of(const Image& picture) {
  std::int64_t sum = 0;
  for (const std::uint8_t value : picture.values) sum += value;
  return sum;
}

TEST(Pictures, OwnVectorsOfScikitImageAgree) {
  const Json expected = own_vectors("pictures");
  for (const Json& pair : expected["pairs"]) {
    const int wide = pair["width"], high = pair["height"], noise = pair["noise"];
    const Image a = made_picture(wide, high, pair["seeds"][0], noise),
                b = made_picture(wide, high, pair["seeds"][1], noise);
    ASSERT_EQ(sum_of(a), pair["sum_a"].get<std::int64_t>());
    ASSERT_EQ(sum_of(b), pair["sum_b"].get<std::int64_t>());
    const auto values = picture_values(a, b, nullptr, {}, "pair");
    ASSERT_TRUE(values);
    EXPECT_NEAR(values->psnr_rgb, pair["psnr_rgb"], 1e-9);
    EXPECT_NEAR(values->psnr_gray, pair["psnr_gray"], 1e-9);
    EXPECT_NEAR(values->psnr_y_bt601, pair["psnr_y_bt601"], 1e-9);
    EXPECT_NEAR(values->frame_difference, pair["frame_difference"], 1e-9);
    EXPECT_NEAR(values->ssim_gaussian_rgb, pair["ssim_gaussian_rgb"], 1e-9);
    EXPECT_NEAR(values->ssim_gaussian_gray, pair["ssim_gaussian_gray"], 1e-9);
    EXPECT_NEAR(values->ssim_uniform_rgb, pair["ssim_uniform_rgb"], 1e-9);
    EXPECT_NEAR(values->ssim_uniform_gray, pair["ssim_uniform_gray"], 1e-9);
    EXPECT_NEAR(values->ciede2000, pair["ciede2000"], 1e-9);
    EXPECT_EQ(values->pixels, wide * high);

    const Image mask = circle(wide, high);
    const auto masked = picture_values(a, b, &mask, {}, "pair");
    ASSERT_TRUE(masked);
    EXPECT_NEAR(masked->psnr_rgb, pair["masked"]["psnr_rgb"], 1e-9);
    EXPECT_NEAR(masked->ssim_gaussian_gray, pair["masked"]["ssim_gaussian_gray"], 1e-9);
    EXPECT_NEAR(masked->ssim_uniform_gray, pair["masked"]["ssim_uniform_gray"], 1e-9);
    EXPECT_NEAR(masked->ciede2000, pair["masked"]["ciede2000"], 1e-9);
  }
}

TEST(Pictures, OwnVectorsOfColoursAreThoseOfScikitImage) {
  const Json expected = own_vectors("pictures");
  for (const Json& row : expected["colours"]) {
    const auto at = [&](std::size_t i) { return row[i].get<std::uint8_t>(); };
    EXPECT_NEAR(ciede2000({at(0), at(1), at(2)}, {at(3), at(4), at(5)}), row[6].get<double>(), 1e-9) << row.dump();
  }
}

TEST(Pictures, SharedVectorsAgree) {
  const auto vector = shared_vector("image_quality", "psnr-ssim-formula-images");
  if (!vector) GTEST_SKIP() << "no metric vectors: set SURGSIGMA_SHARED_DATA";
  const Json& expected = (*vector)["expected"];
  Image gray_a(32, 24, 1), gray_b(32, 24, 1), a(32, 24, 3), b(32, 24, 3);
  for (int y = 0; y < 24; ++y) {
    for (int x = 0; x < 32; ++x) {
      const int value = (7 * x + 13 * y) % 256;
      const int rgb[] = {value, 2 * value % 256, (5 * x + 3 * y) % 256};
      gray_a.at(x, y)[0] = static_cast<std::uint8_t>(value);
      gray_b.at(x, y)[0] = static_cast<std::uint8_t>(std::clamp(value + (3 * x + 5 * y) % 11 - 5, 0, 255));
      for (int c = 0; c < 3; ++c) {
        a.at(x, y)[c] = static_cast<std::uint8_t>(rgb[c]);
        b.at(x, y)[c] = static_cast<std::uint8_t>(std::clamp(rgb[c] + (x + 2 * y) % 9 - 4, 0, 255));
      }
    }
  }
  ASSERT_EQ(sum_of(gray_a), expected["checksum_sum_a"].get<std::int64_t>());
  ASSERT_EQ(sum_of(gray_b), expected["checksum_sum_b"].get<std::int64_t>());
  const auto gray = picture_values(gray_a, gray_b, nullptr, {}, "gray");
  const auto rgb = picture_values(a, b, nullptr, {}, "rgb");
  ASSERT_TRUE(gray && rgb);
  EXPECT_NEAR(gray->psnr_gray, expected["psnr_gray"], 1e-6);
  EXPECT_NEAR(gray->ssim_gaussian_gray, expected["ssim_gray_gaussian_11_sigma1.5"], 1e-6);
  EXPECT_NEAR(gray->ssim_uniform_gray, expected["ssim_gray_uniform_7_sample_cov"], 1e-6);
  EXPECT_NEAR(rgb->psnr_rgb, expected["psnr_rgb"], 1e-6);
  EXPECT_NEAR(rgb->ssim_gaussian_rgb, expected["ssim_rgb_gaussian_mean_of_channels"], 1e-6);
  EXPECT_NEAR(rgb->psnr_y_bt601, expected["psnr_Y_bt601_limited"], 1e-6);

  const Image black(16, 16, 1, 0), white(16, 16, 1, 255);
  const auto extremes = picture_values(black, white, nullptr, {}, "extremes");
  const auto bw = shared_vector("image_quality", "ssim-black-vs-white");
  EXPECT_NEAR(extremes->ssim_gaussian_gray, (*bw)["expected"]["ssim"], 1e-9);
  EXPECT_NEAR(extremes->psnr_gray, (*bw)["expected"]["psnr"], 1e-12);
  EXPECT_NEAR(extremes->ciede2000, 100, 1e-3);
  EXPECT_EQ(extremes->frame_difference, 2);
}

TEST(Pictures, SharedVectorOfEqualPicturesAgrees) {
  const auto vector = shared_vector("image_quality", "psnr-identical");
  if (!vector) GTEST_SKIP() << "no metric vectors: set SURGSIGMA_SHARED_DATA";
  const Image gray(1, 1, 1, 128);
  const auto values = picture_values(gray, gray, nullptr, {true, false, false, false}, "equal");
  ASSERT_TRUE(values);
  EXPECT_EQ(values->psnr_gray, number_of((*vector)["expected"]["psnr"]));
  const std::vector<PictureItem> items = {{0, {}, false, *values}};
  const auto scorer = picture_scorer(items, 1);
  EXPECT_EQ(value_of(*scorer, "compat:capped_psnr", 1), (*vector)["expected"]["psnr_capped_convention"].get<double>());
  EXPECT_TRUE(std::isnan(value_of(*scorer, "psnr:rgb", 1)));
}

TEST(Pictures, EqualPicturesAreInfiniteAndLeftOutOfTheMean) {
  const Image a = made_picture(40, 30, 1, 9), b = made_picture(40, 30, 2, 9);
  const auto same = picture_values(a, a, nullptr, {}, "same");
  const auto other = picture_values(a, b, nullptr, {}, "other");
  EXPECT_TRUE(std::isinf(same->psnr_rgb));
  EXPECT_NEAR(same->ssim_gaussian_rgb, 1, 1e-12);
  EXPECT_EQ(same->ciede2000, 0);
  const std::vector<PictureItem> items = {{0, 0, false, *same}, {0, 1, false, *other}, {1, 14, true, {}}};
  const auto scorer = picture_scorer(items, 2);
  std::vector<double> values(scorer->names.size());
  scorer->values_at(std::vector<double>{1, 0}, values);
  EXPECT_EQ(values[0], other->psnr_rgb);
  EXPECT_EQ(values[8], other->frame_difference);  // the given frame is left out
  EXPECT_EQ(values[9], other->frame_difference);
  EXPECT_TRUE(std::isnan(values[10]));
  EXPECT_EQ(values[12], 0.5);
  EXPECT_EQ(values[14], (100 + other->psnr_rgb) / 2);
  scorer->values_at(std::vector<double>{1, 1}, values);
  EXPECT_EQ(values[0], other->psnr_rgb / 2);  // the missing answer is 0 dB
  EXPECT_EQ(values[10], 2);
  EXPECT_NEAR(values[13], 2.0 / 3, 1e-15);
}

TEST(Pictures, AWeightOfTwoIsACaseTwice) {
  std::vector<PictureItem> items;
  for (int i = 0; i < 6; ++i) {
    const auto values = picture_values(made_picture(20, 15, 5, 3 + i), made_picture(20, 15, 6, 4), nullptr, {}, "x");
    items.push_back({i % 3, i, false, *values});
  }
  const std::vector<double> weighted = values_at(*picture_scorer(items, 3), {1, 2, 1});
  items.push_back(items[1]);
  items.push_back(items[4]);
  const std::vector<double> twice = values_at(*picture_scorer(items, 3), {1, 1, 1});
  for (std::size_t k = 0; k < twice.size(); ++k)
    EXPECT_TRUE(std::abs(weighted[k] - twice[k]) < 1e-12 || (std::isnan(weighted[k]) && std::isnan(twice[k]))) << k;
}

TEST(Pictures, OnlyTheMaskCounts) {
  const Image a = made_picture(40, 40, 1, 9);
  Image b = a;
  b.at(0, 0)[0] ^= 0xFF;
  const Image mask = circle(40, 40);
  EXPECT_TRUE(std::isinf(picture_values(a, b, &mask, {}, "x")->psnr_rgb));
  EXPECT_FALSE(std::isinf(picture_values(a, b, nullptr, {}, "x")->psnr_rgb));
}

TEST(Pictures, ListsKeepTheirOrderAndNameTheirErrors) {
  const auto load = [](std::size_t i) -> Result<PicturePair> {
    if (i == 2) return PicturePair{{}, made_picture(16, 16, 1, 4), {}};
    return PicturePair{made_picture(16, 16, i, 4), made_picture(16, 16, 1, 4), {}};
  };
  const auto values = picture_list_values(4, 2, {}, load);
  ASSERT_TRUE(values);
  EXPECT_TRUE(std::isinf((*values)[1].psnr_rgb));
  EXPECT_EQ((*values)[2].psnr_rgb, 0);
  EXPECT_EQ((*values)[3].psnr_rgb, picture_list_values(4, 1, {}, load).value()[3].psnr_rgb);
  const auto bad = picture_list_values(3, 2, {}, [](std::size_t i) -> Result<PicturePair> {
    return PicturePair{made_picture(16, 16 + static_cast<int>(i), 1, 4), made_picture(16, 16, 1, 4), {}};
  });
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().where, "pair 1");
}

TEST(Pictures, BadPairsAreRefused) {
  const Image a = made_picture(16, 16, 1, 4);
  EXPECT_FALSE(picture_values(a, Image(16, 16, 1), nullptr, {}, "x"));
  EXPECT_FALSE(picture_values({}, {}, nullptr, {}, "x"));
  const Image wrong_mask(8, 16, 1, 1), empty_mask(16, 16, 1);
  EXPECT_FALSE(picture_values(a, a, &wrong_mask, {}, "x"));
  EXPECT_FALSE(picture_values(a, a, &empty_mask, {}, "x"));
  Image corner(16, 16, 1);
  corner.at(0, 0)[0] = 1;
  EXPECT_FALSE(picture_values(a, a, &corner, {}, "x"));  // no window of SSIM is centred there
  EXPECT_TRUE(picture_values(a, a, &corner, {true, false, false, true}, "x"));
  const Image small = made_picture(10, 16, 1, 4);
  EXPECT_FALSE(picture_values(small, small, nullptr, {}, "x"));
  const std::vector<PictureItem> items = {{2, {}, false, {}}};
  EXPECT_EQ(picture_scorer(items, 2).error().kind, ErrorKind::kUsage);
}

TEST(Pictures, RowsNameEveryMetric) {
  const auto scorer = picture_scorer({}, 0);
  ASSERT_EQ(scorer->names.size(), pictures_metrics().size());
  for (std::size_t i = 0; i < scorer->names.size(); ++i) EXPECT_EQ(pictures_metrics()[i].name, scorer->names[i]);
}

}  // namespace
}  // namespace surgsigma
