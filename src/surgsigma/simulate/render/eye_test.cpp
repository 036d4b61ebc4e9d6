// The second eye of a stereo endoscope against the first, by geometry and through the stereo matcher.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "surgsigma/media/stereo.h"
#include "surgsigma/simulate/layout.h"
#include "surgsigma/simulate/render/render.h"

namespace surgsigma {
namespace {

constexpr ImageSize kSize{640, 512};
constexpr double kEyeMm = 4.2;

const Catalog& catalog() {
  static const Catalog loaded = [] {
    auto read = load_catalog(SURGSIGMA_SOURCE_DIR "/catalog");
    EXPECT_TRUE(read) << to_string(read.error());
    return std::move(*read);
  }();
  return loaded;
}

struct Eyes {
  RenderedFrame left;
  RenderedFrame right;
};

Eyes eyes(std::string_view name, int number, double share) {
  const Script& script = *find_script(name);
  const auto valid = valid_triplets(*catalog().source(SourceId(std::string(script.home))));
  const Operation shown = make_operation(script, *valid, 1, "case:" + std::to_string(number), 0.1);
  RenderOptions options;
  options.size = kSize;
  options.with_overlay = false;
  options.with_circle = false;
  options.with_black_sections = false;
  options.with_smoke = false;
  Eyes made;
  for (const double eye_mm : {0.0, kEyeMm}) {
    options.eye_mm = eye_mm;
    auto renderer = Renderer::create(catalog(), script, shown, "case", options);
    EXPECT_TRUE(renderer) << to_string(renderer.error());
    renderer->render(static_cast<std::int64_t>(share * static_cast<double>(renderer->frames())),
                     eye_mm > 0 ? made.right : made.left);
  }
  return made;
}

TEST(Eye, EveryPointIsSeenWhereItsDepthPutsIt) {
  for (const std::string_view script : {"suturing", "cholecystectomy"}) {
    const Eyes seen = eyes(script, 4, 0.4);
    const double shift = focal_px_of(kSize) * kEyeMm;
    int compared = 0, same = 0, hidden = 0;
    for (int y = 0; y < kSize.height; y += 3) {
      for (int x = 0; x < kSize.width; x += 3) {
        const double z = static_cast<double>(*seen.left.depth_mm.at(x, y));
        const int at = static_cast<int>(std::lround(x - shift / z));
        if (at < 0) continue;
        ++compared;
        const double found = static_cast<double>(*seen.right.depth_mm.at(at, y));
        if (std::abs(found - z) < 0.03 * z) ++same;
        if (found < 0.97 * z) ++hidden;  // something nearer stands before it
      }
    }
    EXPECT_GT(same, 0.9 * compared) << script;
    EXPECT_GT(same + hidden, 0.98 * compared) << script << ": what is gone must be hidden by something nearer";
  }
}

TEST(Eye, TheStereoMatcherFindsTheDepthThatWasDrawn) {
  for (const double share : {0.25, 0.5, 0.75}) {
    const Eyes seen = eyes("suturing", 2, share);
    const auto made = stereo_depth(seen.left.image, seen.right.image, RectifiedCamera{focal_px_of(kSize), kEyeMm});
    ASSERT_TRUE(made) << to_string(made.error());
    std::vector<double> errors, biases;
    for (std::size_t i = 0; i < made->depth.values.values.size(); ++i) {
      const double mm = static_cast<double>(made->depth.values.values[i]);
      if (!std::isfinite(mm)) continue;
      const double truth = static_cast<double>(seen.left.depth_mm.values[i]);
      errors.push_back(std::abs(mm - truth) / truth);
      biases.push_back((mm - truth) / truth);
    }
    ASSERT_GT(errors.size(), seen.left.image.pixels() / 2);
    std::sort(errors.begin(), errors.end());
    std::sort(biases.begin(), biases.end());
    EXPECT_NEAR(biases[biases.size() / 2], 0, 0.015) << share << ": neither too near nor too far";
    EXPECT_LT(errors[errors.size() / 2], 0.02) << share << ": 0.01 is a fifth of a pixel at these distances";
    EXPECT_LT(errors[errors.size() * 9 / 10], 0.05) << share;
  }
}

TEST(Eye, TheFirstEyeIsWhatItWasAndNonsenseIsRefused) {
  const Eyes seen = eyes("suturing", 4, 0.4);
  EXPECT_FALSE(seen.left.image == seen.right.image);
  EXPECT_EQ(seen.left.state.triplets.size(), seen.right.state.triplets.size());
  const Script& script = *find_script("suturing");
  const Operation shown = make_operation(script, {}, 1, "case", 0.1);
  for (const double eye_mm : {-1.0, 51.0, std::nan("")}) {
    RenderOptions options;
    options.eye_mm = eye_mm;
    const auto made = Renderer::create(catalog(), script, shown, "case", options);
    ASSERT_FALSE(made) << eye_mm;
    EXPECT_EQ(made.error().kind, ErrorKind::kUsage);
  }
}

}  // namespace
}  // namespace surgsigma
