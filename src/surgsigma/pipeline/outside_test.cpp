// The shipped weights against drawn pictures: this room sees both the renderer and the model.
#include "surgsigma/refine/outside.h"

#include <gtest/gtest.h>

#include "surgsigma/base/random.h"
#include "surgsigma/simulate/layout.h"
#include "surgsigma/simulate/render/render.h"

namespace surgsigma {
namespace {

const Catalog& catalog() {
  static const Catalog loaded = std::move(*load_catalog(SURGSIGMA_SOURCE_DIR "/catalog"));
  return loaded;
}

/// Every operation gets stays outside, since scripts without them would give one class only.
void add_samples(const Script& script, std::uint64_t seed, std::vector<OutsideSample>& samples) {
  const auto valid = valid_triplets(*catalog().source(SourceId(std::string(script.home))));
  ASSERT_TRUE(valid);
  Operation shown = make_operation(script, *valid, seed, "case:" + std::to_string(seed), 0.1);
  shown.out_of_body.clear();
  for (int i = 0; i < 4; ++i) {
    const Milliseconds begin = shown.end * (2 * i + 1) / 8 + static_cast<Milliseconds>(seed * 37 % 1000);
    shown.out_of_body.push_back({"", begin, begin + std::min<Milliseconds>(4000, shown.end / 10)});
  }
  RenderOptions options;
  options.size = {320, 180};
  options.seed = seed;
  const auto made = Renderer::create(catalog(), script, shown, "video" + std::to_string(seed), options);
  ASSERT_TRUE(made) << to_string(made.error());
  RenderedFrame frame;
  const auto take = [&](Milliseconds t) {
    made->render(t / 40, frame);
    if (!frame.state.is_black) samples.push_back({*outside_features(frame.image), frame.state.is_out_of_body});
  };
  Draws draws(seed, script.name, "moments");
  for (const Span& stay : shown.out_of_body) {
    take((stay.begin + stay.end) / 2);
    take(static_cast<Milliseconds>(draws.below(static_cast<std::uint64_t>(shown.end))));
  }
}

std::vector<OutsideSample> samples_of(std::uint64_t begin, std::uint64_t end) {
  std::vector<OutsideSample> samples;
  for (const Script& script : scripts()) {
    for (std::uint64_t seed = begin; seed < end; ++seed) add_samples(script, seed, samples);
  }
  return samples;
}

TEST(OutsideDrawn, ShippedAndFreshWeightsTellOtherSeeds) {
  const auto others = samples_of(900, 903);
  ASSERT_GT(others.size(), 80U);
  const auto shipped = read_outside_model(SURGSIGMA_SOURCE_DIR "/catalog");
  ASSERT_TRUE(shipped) << to_string(shipped.error());
  EXPECT_GE(balanced_accuracy(*shipped, others), 0.95);
  const auto fresh = fit_outside(samples_of(910, 913));
  ASSERT_TRUE(fresh);
  EXPECT_GE(balanced_accuracy(*fresh, others), 0.95);
}

}  // namespace
}  // namespace surgsigma
