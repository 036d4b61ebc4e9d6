// Overlays of drawn videos: this room sees both the renderer and the finder.
#include "surgsigma/media/text_regions.h"

#include <gtest/gtest.h>

#include "surgsigma/simulate/layout.h"
#include "surgsigma/simulate/render/render.h"

namespace surgsigma {
namespace {

constexpr ImageSize kSize{854, 480};
constexpr int kSamples = 8;

const Catalog& catalog() {
  static const Catalog loaded = std::move(*load_catalog(SURGSIGMA_SOURCE_DIR "/catalog"));
  return loaded;
}

struct Overlay {
  double wanted = 0;  ///< pixels of text boxes
  double found = 0;   ///< of these inside a region
  double beside = 0;  ///< pixels of regions outside text boxes
};

Overlay overlay_of(std::uint64_t seed, bool has_overlay) {
  const Script& script = scripts()[seed % scripts().size()];
  const auto valid = valid_triplets(*catalog().source(SourceId(std::string(script.home))));
  const Operation shown = make_operation(script, *valid, seed, "case:" + std::to_string(seed), 0.1);
  RenderOptions options;
  options.size = kSize;
  options.seed = seed;
  options.with_overlay = has_overlay;
  const auto made = Renderer::create(catalog(), script, shown, "video" + std::to_string(seed), options);
  EXPECT_TRUE(made);
  RenderedFrame frame;
  OverlayFinder finder;
  for (int i = 0; i < kSamples; ++i) {
    made->render(made->frames() * (2 * i + 1) / (2 * kSamples), frame);
    EXPECT_TRUE(finder.add(frame.image));
  }
  Image wanted(kSize.width, kSize.height, 1), found(kSize.width, kSize.height, 1);
  const auto fill = [](Image& mask, const Box& box) {
    for (int y = static_cast<int>(box.y1); y < static_cast<int>(box.y2); ++y) {
      for (int x = static_cast<int>(box.x1); x < static_cast<int>(box.x2); ++x) *mask.at(x, y) = 1;
    }
  };
  for (const RenderedText& text : frame.state.overlay) fill(wanted, text.box);
  for (const TextRegion& region : finder.regions()) fill(found, region.box);
  Overlay overlay;
  for (std::size_t i = 0; i < wanted.values.size(); ++i) {
    overlay.wanted += wanted.values[i];
    overlay.found += wanted.values[i] != 0 && found.values[i] != 0;
    overlay.beside += wanted.values[i] == 0 && found.values[i] != 0;
  }
  return overlay;
}

TEST(TextRegionsDrawn, OverlaysAreFoundOverTenSeeds) {
  Overlay sum;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const Overlay one = overlay_of(seed, true);
    EXPECT_GT(one.wanted, 0);
    EXPECT_GE(one.found, 0.95 * one.wanted) << seed;
    sum.wanted += one.wanted;
    sum.found += one.found;
  }
  RecordProperty("recall", std::to_string(sum.found / sum.wanted));
  EXPECT_GE(sum.found, 0.95 * sum.wanted);
}

TEST(TextRegionsDrawn, NothingIsFoundWhereNothingIsWritten) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    EXPECT_LT(overlay_of(seed, false).beside, 0.01 * kSize.width * kSize.height) << seed;
  }
}

}  // namespace
}  // namespace surgsigma
