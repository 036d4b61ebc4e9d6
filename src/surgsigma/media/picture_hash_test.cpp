#include "surgsigma/media/picture_hash.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "surgsigma/base/random.h"
#include "surgsigma/media/picture_file.h"
#include "surgsigma/media/quality.h"
#include "surgsigma/media/resize.h"

namespace surgsigma {
namespace {

/// Soft blobs of different colours, another scene for each seed.
Image scene(int wide, int high, std::uint64_t seed) {
  Draws draws(seed, "hash", "scene");
  Image image(wide, high, 3);
  std::vector<double> values(image.values.size());
  for (int blob = 0; blob < 24; ++blob) {
    const double x0 = draws.unit(), y0 = draws.unit(), r = 0.05 + 0.2 * draws.unit();
    const double colour[3] = {120 * draws.unit() - 50, 90 * draws.unit() - 45, 90 * draws.unit() - 45};
    const auto falloff = [r](int at, int side, double centre) {
      const double d = ((at + 0.5) / side - centre) / r;
      return std::exp(-d * d);
    };
    std::vector<double> across;
    for (int x = 0; x < wide; ++x) across.push_back(falloff(x, wide, x0));
    for (int y = 0; y < high; ++y) {
      const double down = falloff(y, high, y0);
      double* value = values.data() + static_cast<std::size_t>(y) * image.row_values();
      for (int x = 0; x < wide; ++x) {
        for (int c = 0; c < 3; ++c) *value++ += colour[c] * down * across[static_cast<std::size_t>(x)];
      }
    }
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    image.values[i] = static_cast<std::uint8_t>(std::clamp(values[i] + (i % 3 == 0 ? 130 : 85), 40.0, 255.0));
  }
  return image;
}

Image cropped(const Image& image, int left, int top, int wide, int high) {
  Image out(wide, high, image.channels);
  for (int y = 0; y < high; ++y) std::copy_n(image.at(left, top + y), out.row_values(), out.row(y));
  return out;
}

Image with_bars(const Image& image, int left, int top, int right, int bottom) {
  Image out(image.width + left + right, image.height + top + bottom, image.channels);
  for (int y = 0; y < image.height; ++y) std::copy_n(image.row(y), image.row_values(), out.at(left, top + y));
  return out;
}

Image through_field(Image image, const CircularField& field) {
  const Image mask = field_mask(field, image.size());
  for (std::size_t i = 0; i < mask.values.size(); ++i) {
    for (std::size_t c = 0; c < 3; ++c)
      image.values[3 * i + c] = static_cast<std::uint8_t>(image.values[3 * i + c] * mask.values[i]);
  }
  return image;
}

struct Distance {
  int dct, difference;
};
Distance between(const Image& a, const Image& b) {
  const PictureHash x = picture_hash(a), y = picture_hash(b);
  return {hamming(x.views[0].dct, y.views[0].dct), hamming(x.views[0].difference, y.views[0].difference)};
}

TEST(PictureHash, ReEncodingAndScalingChangeFewBits) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const Image image = scene(854, 480, seed);
    const Distance encoded = between(image, *decode_picture(*encode_jpeg(image, 30), "x"));
    EXPECT_LE(encoded.dct, 6) << seed;
    EXPECT_LE(encoded.difference, 6) << seed;
    const Distance scaled = between(image, *resized(image, {480, 270}, Resampling::kArea));
    EXPECT_LE(scaled.dct, 6) << seed;
    EXPECT_LE(scaled.difference, 6) << seed;
  }
}

TEST(PictureHash, SlightCroppingChangesSomeBits) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const Image image = scene(854, 480, seed);
    const Distance distance = between(image, cropped(image, 8, 5, 838, 470));
    EXPECT_LE(distance.dct, 10) << seed;
    EXPECT_LE(distance.difference, 10) << seed;
  }
}

TEST(PictureHash, BarsRoundThePictureChangeNearlyNothing) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const Image image = scene(854, 480, seed);
    EXPECT_LE(between(image, with_bars(image, 0, 64, 0, 64)).dct, 4) << seed;
    EXPECT_LE(between(image, with_bars(image, 100, 0, 60, 0)).dct, 4) << seed;
  }
}

TEST(PictureHash, TheBorderOfARoundFieldMayBeCroppedAway) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const Image frame = through_field(scene(854, 480, seed), {427, 240, 230});
    EXPECT_LE(between(frame, cropped(frame, 187, 0, 480, 480)).dct, 6) << seed;
  }
}

/// The least distance of the whole of one picture to any view of the other.
int nearest_view(const Image& part, const Image& whole) {
  const PictureHash x = picture_hash(part), y = picture_hash(whole);
  int least = 64;
  for (const RegionHash& view : y.views) {
    least = std::min(least, std::max(hamming(x.views[0].dct, view.dct), hamming(x.views[0].difference, view.difference)));
  }
  return least;
}

TEST(PictureHash, SomeViewOfAPictureIsWhatACroppedOrMaskedCopyShows) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const Image image = scene(854, 480, seed);
    EXPECT_LE(nearest_view(cropped(image, 43, 24, 768, 432), image), 8) << seed;    // 5 % of each side
    EXPECT_LE(nearest_view(cropped(image, 81, 46, 692, 388), image), 8) << seed;    // 9.5 %
    EXPECT_LE(nearest_view(cropped(image, 107, 0, 640, 480), image), 8) << seed;    // the middle at 4:3
    EXPECT_LE(nearest_view(through_field(image, {427, 240, 240}), image), 10) << seed;
  }
}

TEST(PictureHash, TextComesBackAndNothingElseIsRead) {
  const PictureHash hash = picture_hash(scene(64, 64, 1));
  EXPECT_EQ(hash_from_text(hash_text(hash.views[0])), hash.views[0]);
  EXPECT_EQ(inner_text(hash).size(), (kHashViews - 1) * kHashDigits);
  EXPECT_EQ(hash_from_text(inner_text(hash).substr(0, kHashDigits)), hash.views[1]);
  for (const char* text : {"", "abc", "0123456789abcdef0123456789abcdeg", "0123456789abcdef0123456789abcdef0",
                           "-123456789abcdef0123456789abcdef", "0x23456789abcdef0123456789abcdef"}) {
    EXPECT_FALSE(hash_from_text(text)) << text;
  }
}

TEST(PictureHash, OtherScenesAreFarApart) {
  int nearest = 64;
  std::vector<PictureHash> hashes;
  for (std::uint64_t seed = 0; seed < 40; ++seed) hashes.push_back(picture_hash(scene(320, 240, seed)));
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) nearest = std::min(nearest, hamming(hashes[i].views[0].dct, hashes[j].views[0].dct));
  }
  EXPECT_GT(nearest, 12);
}

TEST(PictureHash, ABlackFrameSaysThatItMeansNothing) {
  EXPECT_EQ(picture_hash(Image(64, 64, 3)).contrast, 0);
  EXPECT_GT(picture_hash(scene(64, 64, 1)).contrast, 5);
  EXPECT_EQ(picture_hash(Image()), PictureHash());
}

TEST(HashIndex, FindsWhatASearchOfAllFinds) {
  Draws draws(3, "index", "test");
  std::vector<std::uint64_t> hashes;
  for (int i = 0; i < 5000; ++i) {
    std::uint64_t hash = i % 3 == 0 || hashes.empty() ? draws.bits() : hashes[draws.below(hashes.size())];
    for (std::uint64_t flips = draws.below(12); flips > 0; --flips) hash ^= 1ULL << draws.below(64);
    hashes.push_back(hash);
  }
  const HashIndex index(hashes);
  for (const int radius : {0, 1, 3, 4, 7, 10, 15, 20}) {
    for (int query = 0; query < 40; ++query) {
      const std::uint64_t hash = hashes[draws.below(hashes.size())] ^ (1ULL << draws.below(64));
      std::vector<HashIndex::Match> expected;
      for (std::size_t i = 0; i < hashes.size(); ++i) {
        if (hamming(hashes[i], hash) <= radius)
          expected.push_back({static_cast<std::uint32_t>(i), hamming(hashes[i], hash)});
      }
      EXPECT_EQ(index.search(hash, radius), expected) << radius;
    }
  }
}

TEST(HashIndex, NothingIsFoundInNothing) {
  EXPECT_TRUE(HashIndex().search(5, 10).empty());
  EXPECT_TRUE(HashIndex(std::vector<std::uint64_t>{5}).search(5, -1).empty());
  EXPECT_EQ(HashIndex(std::vector<std::uint64_t>{5}).search(4, 1), (std::vector<HashIndex::Match>{{0, 1}}));
}

}  // namespace
}  // namespace surgsigma
