#include "surgsigma/media/text_regions.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "surgsigma/base/files.h"
#include "surgsigma/base/random.h"
#include "surgsigma/media/picture_file.h"

namespace surgsigma {
namespace {

/// Soft shapes, shifted by `phase`.
Image scene(int phase, int width = 640, int height = 360) {
  Image picture(width, height, 3);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double wave = std::sin((x + 9 * phase) / 37.0) + std::cos((y - 5 * phase) / 29.0);
      const auto value = static_cast<std::uint8_t>(160 + 35 * wave);
      picture.at(x, y)[0] = value, picture.at(x, y)[1] = value / 4 * 3, picture.at(x, y)[2] = value / 3;
    }
  }
  return picture;
}

/// Letters like H, E, L and T: upright and level strokes.
void write(Image& picture, int left, int top, int letters, int dot, std::uint8_t grey) {
  constexpr std::uint8_t kRows[4][7] = {{17, 17, 17, 31, 17, 17, 17}, {31, 16, 16, 30, 16, 16, 31},
                                        {16, 16, 16, 16, 16, 16, 31}, {31, 4, 4, 4, 4, 4, 4}};
  for (int i = 0; i < letters; ++i) {
    for (int y = 0; y < 7 * dot; ++y) {
      for (int x = 0; x < 5 * dot; ++x) {
        if ((kRows[i % 4][y / dot] >> (4 - x / dot) & 1) == 0) continue;
        std::fill_n(picture.at(left + 6 * dot * i + x, top + y), 3, grey);
      }
    }
  }
}

bool covers(const std::vector<TextRegion>& regions, const Box& wanted) {
  return std::any_of(regions.begin(), regions.end(), [&](const TextRegion& region) {
    const Box& box = region.box;
    return box.x1 <= wanted.x1 && box.y1 <= wanted.y1 && box.x2 >= wanted.x2 && box.y2 >= wanted.y2;
  });
}

TEST(TextRegions, BrightAndDarkLinesAreFoundInAPicture) {
  for (const std::uint8_t grey : {std::uint8_t{245}, std::uint8_t{2}}) {
    Image picture = scene(3);
    write(picture, 40, 50, 8, 2, grey);
    const auto regions = find_text(picture);
    ASSERT_TRUE(regions);
    EXPECT_TRUE(covers(*regions, {40, 50, 40 + 94, 64})) << int{grey};
  }
  const auto none = find_text(scene(3));
  ASSERT_TRUE(none);
  EXPECT_TRUE(none->empty());
}

TEST(TextRegions, WhatStaysIsOverlayAndWhatPassesIsNot) {
  OverlayFinder finder;
  for (int i = 0; i < 10; ++i) {
    Image picture = scene(i);
    write(picture, 30, 20, 8, 2, 240);
    write(picture, 60 + 40 * i, 200, 5, 2, 240);  // a printed word on something that moves
    ASSERT_TRUE(finder.add(picture));
  }
  EXPECT_EQ(finder.samples(), 10);
  const auto regions = finder.regions();
  ASSERT_EQ(regions.size(), 1U);
  EXPECT_TRUE(covers(regions, {30, 20, 30 + 94, 34}));
  EXPECT_EQ(regions.front().score, 1);
}

TEST(TextRegions, AStandingSceneAndBlackPicturesSayNothing) {
  OverlayFinder finder;
  Image picture = scene(1);
  write(picture, 30, 20, 8, 2, 240);
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(finder.add(picture));
    ASSERT_TRUE(finder.add(Image(640, 360, 3)));
  }
  EXPECT_EQ(finder.samples(), 1);
  EXPECT_TRUE(finder.regions().empty());
}

TEST(TextRegions, ANameThatStandsAtTheBeginningOnlyIsToldWithItsTime) {
  OverlayFinder finder;
  for (int i = 0; i < 60; ++i) {
    Image picture = scene(i);
    if (i < 14) write(picture, 30, 20, 8, 2, 240);
    ASSERT_TRUE(finder.add(picture, i * kSecond));
  }
  EXPECT_TRUE(finder.regions().empty());  // not over the whole video
  const auto spans = finder.spans(60 * kSecond);
  ASSERT_EQ(spans.size(), 1U);
  EXPECT_LE(spans[0].box.x1, 30);
  EXPECT_GE(spans[0].box.x2, 30 + 94);
  EXPECT_EQ(spans[0].time.begin, 0);
  EXPECT_GE(spans[0].time.end, 14 * kSecond);
  EXPECT_LT(spans[0].time.end, 40 * kSecond);
}

TEST(TextRegions, AStillTitleCardIsTold) {
  OverlayFinder finder;
  Image card = scene(100);
  write(card, 200, 150, 10, 3, 240);
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(finder.add(card, i * kSecond));
  for (int i = 4; i < 30; ++i) ASSERT_TRUE(finder.add(scene(i), i * kSecond));
  const auto spans = finder.spans(30 * kSecond);
  ASSERT_EQ(spans.size(), 1U);
  EXPECT_LE(spans[0].box.y1, 150);
  EXPECT_EQ(spans[0].time, (TimeRange{0, 4 * kSecond}));
}

TEST(TextRegions, OfTooFewSamplesEveryLineIsTold) {
  OverlayFinder finder;
  Image picture = scene(1);
  write(picture, 30, 20, 8, 2, 240);
  ASSERT_TRUE(finder.add(picture, 0));
  ASSERT_TRUE(finder.add(scene(2), kSecond));
  const auto spans = finder.spans(2 * kSecond);
  ASSERT_EQ(spans.size(), 1U);
  EXPECT_EQ(spans[0].time, (TimeRange{0, 2 * kSecond}));
  EXPECT_TRUE(OverlayFinder().spans(kSecond).empty());
}

TEST(TextRegions, NoiseAndOddSizesEnd) {
  Image noise(400, 300, 1);
  Draws draws(1, "noise", "test");
  for (std::uint8_t& value : noise.values) value = static_cast<std::uint8_t>(draws.below(256));
  EXPECT_TRUE(find_text(noise));
  EXPECT_TRUE(find_text(Image(1, 1, 3, 200)));
  EXPECT_TRUE(find_text(Image(900, 1, 1, 200)));
  EXPECT_FALSE(find_text(Image()));
  OverlayFinder finder;
  EXPECT_FALSE(finder.add(Image()));
  ASSERT_TRUE(finder.add(noise));
  EXPECT_FALSE(finder.add(Image(300, 400, 1)));
  EXPECT_TRUE(OverlayFinder().regions().empty());
}

TEST(TextRegions, TheDeviceNameOnRealPicturesIsFound) {
  const char* shared = std::getenv("SURGSIGMA_SHARED_DATA");
  const fs::path folder = fs::path(shared != nullptr ? shared : SURGSIGMA_SOURCE_DIR "/../shared/data") /
                          "frames/pitvis/docker_example/inputs/01";
  if (!fs::exists(folder)) GTEST_SKIP() << "no real pictures at " << folder;
  for (const char* name : {"00003.png", "00004.png"}) {
    const auto picture = read_picture(folder / name);
    ASSERT_TRUE(picture);
    const auto regions = find_text(*picture);
    ASSERT_TRUE(regions);
    EXPECT_TRUE(covers(*regions, {1130, 706, 1174, 716})) << name;
    double beside = 0;
    for (const TextRegion& region : *regions) {
      if (region.box.x2 < 1100) beside += region.box.area();
    }
    EXPECT_LT(beside, 0.01 * 1280 * 720);
  }
}

}  // namespace
}  // namespace surgsigma
