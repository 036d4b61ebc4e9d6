#include "surgsigma/refine/identity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "surgsigma/base/hash.h"
#include "surgsigma/base/random.h"

namespace surgsigma {
namespace {

using testing::IsEmpty;

/// A scene changes every few seconds and drifts by single bits in between, as hashes of endoscopy do.
struct Recording {
  std::uint64_t seed = 0;

  Fingerprint at(std::uint32_t video, Microseconds time, Microseconds shown_at, int noise_bits) const {
    const std::int64_t scene = time / (4 * kSecond);
    const std::int64_t drift = time / (kSecond / 2);
    Fingerprint print;
    print.video = video;
    print.time_us = shown_at;
    RegionHash& shown = print.views[0];
    shown.dct = Draws(seed, std::to_string(scene), "dct").bits();
    shown.difference = Draws(seed, std::to_string(scene), "difference").bits();
    for (std::int64_t step = scene * 8; step <= drift; ++step) flip(shown.dct, std::to_string(step), 1);
    if (noise_bits > 0) {
      flip(shown.dct, "noise" + std::to_string(video) + "/" + std::to_string(time), noise_bits);
      flip(shown.difference, "other noise" + std::to_string(video) + "/" + std::to_string(time), noise_bits);
    }
    for (std::size_t view = 1; view < kHashViews; ++view) {
      const std::string inner = std::to_string(scene) + "/" + std::to_string(view);
      print.views[view] = {Draws(seed, inner, "dct").bits(), Draws(seed, inner, "difference").bits()};
    }
    return print;
  }

  void flip(std::uint64_t& bits, const std::string& what, int count) const {
    Draws draws(seed, what, "flip");
    for (int i = 0; i < count; ++i) bits ^= std::uint64_t{1} << draws.below(64);
  }
};

void add(std::vector<Fingerprint>& prints, std::uint32_t video, const Recording& recording, Microseconds from,
         Microseconds to, Microseconds step = kSecond, int noise_bits = 0) {
  for (Microseconds time = from; time < to; time += step) {
    prints.push_back(recording.at(video, time, time - from, noise_bits));
  }
}

TEST(Identity, ATrimmedAndReencodedCopyIsFoundWithItsTimes) {
  std::vector<Fingerprint> prints;
  add(prints, 0, {1}, 0, 600 * kSecond);
  add(prints, 1, {2}, 0, 600 * kSecond);
  add(prints, 2, {1}, 200 * kSecond, 245 * kSecond, kSecond, 3);  // 03:20 to 04:05 of video 0
  const auto matches = find_matches(prints);
  ASSERT_EQ(matches.size(), 1u);
  EXPECT_EQ(matches[0].video, 2u);
  EXPECT_EQ(matches[0].other, 0u);
  EXPECT_NEAR(static_cast<double>(matches[0].other_range.begin), 200e6, 1.1e6);
  EXPECT_NEAR(static_cast<double>(matches[0].other_range.end), 245e6, 1.1e6);
  EXPECT_LE(matches[0].range.begin, kSecond);
  EXPECT_GE(matches[0].share, 0.9);
}

TEST(Identity, AnotherSamplingOfTheSameRecordingIsFound) {
  std::vector<Fingerprint> prints;
  add(prints, 0, {1}, 0, 300 * kSecond);
  add(prints, 1, {1}, 100'370'000, 200 * kSecond, 1'130'000, 2);
  EXPECT_EQ(find_matches(prints).size(), 1u);
}

TEST(Identity, TwoCutsOfOneVideoAreTwoMatches) {
  std::vector<Fingerprint> prints;
  add(prints, 0, {1}, 0, 900 * kSecond);
  add(prints, 1, {1}, 100 * kSecond, 140 * kSecond);
  for (Microseconds t = 0; t < 40 * kSecond; t += kSecond) {
    prints.push_back(Recording{1}.at(1, 600 * kSecond + t, 40 * kSecond + t, 0));
  }
  const auto matches = find_matches(prints);
  ASSERT_EQ(matches.size(), 2u);
  EXPECT_NEAR(static_cast<double>(matches[1].other_range.begin), 600e6, 1.1e6);
}

TEST(Identity, DifferentRecordingsDoNotMatch) {
  std::vector<Fingerprint> prints;
  for (std::uint32_t video = 0; video < 60; ++video) add(prints, video, {100 + video}, 0, 400 * kSecond);
  EXPECT_THAT(find_matches(prints), IsEmpty());
}

/// Only a view of the later video is what the first shows, and the other way round.
TEST(Identity, ACroppedCopyIsFoundFromEitherSide) {
  for (const bool is_first_cropped : {false, true}) {
    std::vector<Fingerprint> prints;
    for (std::uint32_t video = 0; video < 2; ++video) {
      add(prints, video, {1}, video == 0 ? 0 : 50 * kSecond, 120 * kSecond);
    }
    for (Fingerprint& print : prints) {
      const bool is_cropped = (print.video == 0) == is_first_cropped;
      if (is_cropped) continue;
      for (RegionHash& view : print.views) view = {~view.dct, ~view.difference};
      print.views[2] = {~print.views[0].dct, ~print.views[0].difference};
    }
    const auto matches = find_matches(prints);
    ASSERT_EQ(matches.size(), 1u);
    EXPECT_EQ(matches[0].video, 1u);
    EXPECT_NEAR(static_cast<double>(matches[0].range.begin), 0, 1.1e6);
    EXPECT_NEAR(static_cast<double>(matches[0].other_range.begin), 50e6, 1.1e6);
    EXPECT_NEAR(static_cast<double>(matches[0].other_range.end), 120e6, 1.1e6);
  }
}

/// The recording is the same throughout, but for a long part that shows something else.
TEST(Identity, AStretchGoesOnBehindALongInterruption) {
  std::vector<Fingerprint> prints;
  add(prints, 0, {1}, 0, 300 * kSecond);
  add(prints, 1, {1}, 0, 100 * kSecond);
  for (Microseconds t = 100 * kSecond; t < 200 * kSecond; t += kSecond) prints.push_back(Recording{5}.at(1, t, t, 0));
  for (Microseconds t = 200 * kSecond; t < 300 * kSecond; t += kSecond) prints.push_back(Recording{1}.at(1, t, t, 0));
  const auto matches = find_matches(prints);
  ASSERT_EQ(matches.size(), 2u);
  EXPECT_NEAR(static_cast<double>(matches[0].range.end), 100e6, 2.1e6);
  EXPECT_NEAR(static_cast<double>(matches[1].range.begin), 200e6, 2.1e6);
}

TEST(Identity, ASharedTitleOfAFewSecondsIsNoMatch) {
  std::vector<Fingerprint> prints;
  add(prints, 0, {1}, 0, 5 * kSecond);
  for (Microseconds t = 5 * kSecond; t < 300 * kSecond; t += kSecond) prints.push_back(Recording{2}.at(0, t, t, 0));
  add(prints, 1, {1}, 0, 5 * kSecond);
  for (Microseconds t = 5 * kSecond; t < 300 * kSecond; t += kSecond) prints.push_back(Recording{3}.at(1, t, t, 0));
  EXPECT_THAT(find_matches(prints), IsEmpty());
}

TEST(Identity, AStillThatTwoShowIsNoRecording) {
  std::vector<Fingerprint> prints;
  for (std::uint32_t video = 0; video < 2; ++video) {
    for (Microseconds t = 0; t < 60 * kSecond; t += kSecond) prints.push_back(Recording{9}.at(video, 0, t, 1));
  }
  EXPECT_THAT(find_matches(prints), IsEmpty());
}

TEST(Identity, AStillThatEverybodyShowsTellsNothing) {
  std::vector<Fingerprint> prints;
  for (std::uint32_t video = 0; video < 4; ++video) {
    for (Microseconds t = 0; t < 60 * kSecond; t += kSecond) prints.push_back(Recording{9}.at(video, 0, t, 0));
  }
  EXPECT_THAT(find_matches(prints), IsEmpty());
}

TEST(Identity, AnyNumberOfThreadsGivesTheSameList) {
  std::vector<Fingerprint> prints;
  for (std::uint32_t video = 0; video < 20; ++video) {
    add(prints, video, {1 + video % 7}, (video % 3) * 20 * kSecond, 120 * kSecond, kSecond, 2);
  }
  const auto one = find_matches(prints, {}, 1);
  const auto four = find_matches(prints, {}, 4);
  ASSERT_EQ(one.size(), four.size());
  EXPECT_GT(one.size(), 10u);
  for (std::size_t i = 0; i < one.size(); ++i) {
    EXPECT_EQ(one[i], four[i]);
  }
}

TEST(Identity, FlatOrBrokenHashesGiveNoFingerprint) {
  FrameRow frame;
  frame.hash = std::string(32, 'a');
  frame.hash_inner = std::string(191, 'b') + "c";
  frame.hash_contrast = 40;
  Fingerprint print;
  EXPECT_TRUE(fingerprint_of(frame, 3, {}, print));
  EXPECT_EQ(print.video, 3u);
  EXPECT_EQ(print.views[0].dct, 0xaaaaaaaaaaaaaaaaULL);
  EXPECT_EQ(print.views[1].dct, 0xbbbbbbbbbbbbbbbbULL);
  EXPECT_EQ(print.views[6].difference, 0xbbbbbbbbbbbbbbbcULL);
  frame.hash_contrast = 2;
  EXPECT_FALSE(fingerprint_of(frame, 3, {}, print));
  frame.hash_contrast = 40;
  frame.hash = "no hash";
  EXPECT_FALSE(fingerprint_of(frame, 3, {}, print));
  frame.hash = std::string(32, 'a');
  for (const std::string& inner : {std::string(), std::string(191, 'b'), std::string(191, 'b') + "x"}) {
    frame.hash_inner = inner;
    EXPECT_FALSE(fingerprint_of(frame, 3, {}, print)) << inner;
  }
  EXPECT_THAT(find_matches({}), IsEmpty());
}

}  // namespace
}  // namespace surgsigma
