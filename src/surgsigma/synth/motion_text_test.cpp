#include "surgsigma/synth/motion_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

namespace surgsigma {
namespace {

constexpr ImageSize kSize{854, 480};
const MotionWords kHook{"the hook", "a hook", "hooks", false};
const MotionWords kGrasper{"the grasper", "a grasper", "graspers", false};
const MotionWords kScissors{"the scissors", "scissors", "scissors", true};
const MotionWords kLHook{"the L-hook", "an L-hook", "L-hooks", false};

MotionPlace at(double x, double y, double area = 10'000) { return {x, y, area}; }

InstrumentMotion moves(std::string key, const MotionWords& words, std::optional<MotionPlace> before,
                       std::optional<MotionPlace> after) {
  return {std::move(key), words, before, after};
}

std::string text(std::vector<InstrumentMotion> motions, int most = 3) {
  MotionOptions options;
  options.instruments = most;
  const auto made = motion_text(std::move(motions), kSize, options);
  EXPECT_TRUE(made) << to_string(made.error());
  return made ? *made : "";
}

TEST(MotionText, SaysWhatMovesAndWhatStays) {
  EXPECT_EQ(text({moves("ins.grasper", kGrasper, at(200, 200), at(205, 198)),
                  moves("ins.hook", kHook, at(300, 200), at(500, 205, 16'000))}),
            "The hook moves right and closer, and the grasper stays where it is.");
}

TEST(MotionText, EveryDirectionHasItsWord) {
  EXPECT_EQ(text({moves("h", kHook, at(500, 200), at(300, 200))}), "The hook moves left.");
  EXPECT_EQ(text({moves("h", kHook, at(500, 200), at(500, 100))}), "The hook moves up.");
  EXPECT_EQ(text({moves("h", kHook, at(500, 200), at(500, 300))}), "The hook moves down.");
  EXPECT_EQ(text({moves("h", kHook, at(500, 200), at(500, 200, 5'000))}), "The hook moves farther away.");
  EXPECT_EQ(text({moves("h", kHook, at(500, 200), at(600, 300, 5'000))}),
            "The hook moves right, down and farther away.");
}

TEST(MotionText, ThresholdsAreTwoPercentOfTheWidthAndTheRootOfTheArea) {
  EXPECT_EQ(text({moves("h", kHook, at(100, 100), at(117, 100))}), "The hook stays where it is.");  // 1.99 %
  EXPECT_EQ(text({moves("h", kHook, at(100, 100), at(117.1, 100))}), "The hook moves right.");
  EXPECT_EQ(text({moves("h", kHook, at(100, 100), at(100, 117))}), "The hook stays where it is.");
  EXPECT_EQ(text({moves("h", kHook, at(100, 100), at(100, 100, 13'200))}), "The hook stays where it is.");  // 1.149
  EXPECT_EQ(text({moves("h", kHook, at(100, 100), at(100, 100, 13'250))}), "The hook moves closer.");       // 1.151
  EXPECT_EQ(text({moves("h", kHook, at(100, 100), at(100, 100, 7'600))}), "The hook stays where it is.");   // 0.872
  EXPECT_EQ(text({moves("h", kHook, at(100, 100), at(100, 100, 7'500))}), "The hook moves farther away.");  // 0.866
}

TEST(MotionText, InstrumentsComeAndGoWithTheRightArticle) {
  EXPECT_EQ(text({moves("l", kLHook, std::nullopt, at(100, 100)), moves("g", kGrasper, at(100, 100), std::nullopt)}),
            "The grasper leaves the picture, and an L-hook appears.");
}

TEST(MotionText, PluralWordsTakePluralVerbs) {
  EXPECT_EQ(text({moves("s", kScissors, at(100, 100), at(100, 100))}), "The scissors stay where they are.");
  EXPECT_EQ(text({moves("s", kScissors, std::nullopt, at(100, 100))}), "Scissors appear.");
  EXPECT_EQ(text({moves("s", kScissors, at(100, 100), at(100, 100)),
                  moves("s", kScissors, at(100, 100), at(300, 100))}),
            "One pair of scissors moves right, and the other pair of scissors stays where it is.");
}

TEST(MotionText, TwoOfAKindAreToldApartOrTakenTogether) {
  EXPECT_EQ(text({moves("g", kGrasper, at(100, 100), at(300, 100)), moves("g", kGrasper, at(500, 100), at(720, 100))}),
            "Both graspers move right.");
  EXPECT_EQ(text({moves("g", kGrasper, at(100, 100), at(300, 100)), moves("g", kGrasper, at(500, 100), at(500, 100))}),
            "One grasper moves right, and the other grasper stays where it is.");
  EXPECT_EQ(text({moves("g", kGrasper, std::nullopt, at(300, 100)), moves("g", kGrasper, std::nullopt, at(500, 100))}),
            "Two graspers appear.");
  EXPECT_EQ(text({moves("g", kGrasper, at(100, 100), at(100, 100)), moves("g", kGrasper, std::nullopt, at(500, 100))}),
            "One grasper appears, and the other grasper stays where it is.");
}

TEST(MotionText, OnlyTheLargestMotionsAreNamedAndNoneIsCalledTheOnlyOne) {
  EXPECT_EQ(text({moves("g", kGrasper, at(100, 100), at(100, 100)), moves("g", kGrasper, at(100, 100), at(400, 100)),
                  moves("h", kHook, at(500, 200), at(300, 200))},
                 1),
            "One grasper moves right.");
  EXPECT_EQ(text({}), "");
  EXPECT_EQ(text({moves("h", kHook, at(500, 200), at(300, 200))}, 0), "");
}

TEST(MotionText, TheOrderOfTheListChangesNothing) {
  std::vector<InstrumentMotion> motions = {
      moves("g", kGrasper, at(100, 100), at(300, 100)), moves("g", kGrasper, at(500, 100), at(300, 100)),
      moves("h", kHook, at(10, 10), at(210, 10)), moves("l", kLHook, std::nullopt, at(1, 1))};
  std::vector<int> order = {0, 1, 2, 3};
  const std::string first = text(motions, 4);
  while (std::next_permutation(order.begin(), order.end())) {
    std::vector<InstrumentMotion> shuffled;
    for (const int i : order) shuffled.push_back(motions[static_cast<std::size_t>(i)]);
    EXPECT_EQ(text(shuffled, 4), first);
  }
}

TEST(MotionText, NonsenseIsRefused) {
  const double none = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(motion_text({moves("h", kHook, std::nullopt, std::nullopt)}, kSize));
  EXPECT_FALSE(motion_text({moves("h", kHook, at(none, 0), at(0, 0))}, kSize));
  EXPECT_FALSE(motion_text({moves("h", kHook, at(0, 0), at(0, 0, 0))}, kSize));
  EXPECT_FALSE(motion_text({moves("h", kHook, at(0, 0), at(0, 0))}, {0, 480}));
  const auto nameless = motion_text({moves("ins.x", {}, at(0, 0), at(0, 0))}, kSize);
  ASSERT_FALSE(nameless);
  EXPECT_EQ(nameless.error().where, "ins.x");
}

TEST(Followed, EqualInstancesMeetAndOthersTakeTheShortestWays) {
  const std::vector<SeenInstrument> before = {{"g", 1, at(0, 0)}, {"g", 2, at(100, 0)}};
  const std::vector<SeenInstrument> swapped = {{"g", 1, at(100, 0)}, {"g", 2, at(0, 0)}};
  EXPECT_EQ(followed(before, swapped),
            (std::vector<FollowedInstrument>{{"g", at(0, 0), at(100, 0)}, {"g", at(100, 0), at(0, 0)}}));

  // Nearest first would join 10 with 9 and leave 0 with 30: 31 in all instead of 29.
  const std::vector<SeenInstrument> a = {{"g", {}, at(0, 0)}, {"g", {}, at(10, 0)}};
  const std::vector<SeenInstrument> b = {{"g", {}, at(9, 0)}, {"g", {}, at(30, 3)}};
  EXPECT_EQ(followed(a, b), (std::vector<FollowedInstrument>{{"g", at(0, 0), at(9, 0)}, {"g", at(10, 0), at(30, 3)}}));
}

TEST(Followed, WhoFindsNoPartnerComesOrGoes) {
  const std::vector<SeenInstrument> before = {{"g", {}, at(0, 0)}, {"g", {}, at(100, 0)}, {"h", {}, at(5, 5)}};
  const std::vector<SeenInstrument> after = {{"g", {}, at(90, 0)}, {"k", {}, at(1, 1)}};
  EXPECT_EQ(followed(before, after), (std::vector<FollowedInstrument>{{"g", at(100, 0), at(90, 0)},
                                                                      {"g", at(0, 0), std::nullopt},
                                                                      {"h", at(5, 5), std::nullopt},
                                                                      {"k", std::nullopt, at(1, 1)}}));
}

TEST(Followed, ManyOfAKindEndInTime) {
  std::vector<SeenInstrument> many;
  for (int i = 0; i < 200; ++i) many.push_back({"g", {}, at(i * 3.0, i % 7)});
  const auto all = followed(many, many);
  ASSERT_EQ(all.size(), 200u);
  for (const FollowedInstrument& one : all) EXPECT_EQ(one.before, one.after);
}

TEST(PlaceOfBox, IsCentreAndArea) { EXPECT_EQ(place_of_box({10, 20, 30, 60}), (MotionPlace{20, 40, 800})); }

}  // namespace
}  // namespace surgsigma
