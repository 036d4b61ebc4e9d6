#include "surgsigma/simulate/render/look.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "surgsigma/base/random.h"
#include "surgsigma/simulate/layout.h"
#include "surgsigma/simulate/render/noise.h"
#include "surgsigma/simulate/render/overlay.h"

namespace surgsigma::drawing {
namespace {

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const double n = static_cast<double>(a.size());
  double sa = 0, sb = 0, saa = 0, sbb = 0, sab = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sa += a[i];
    sb += b[i];
    saa += a[i] * a[i];
    sbb += b[i] * b[i];
    sab += a[i] * b[i];
  }
  return (sab - sa * sb / n) / std::sqrt((saa - sa * sa / n) * (sbb - sb * sb / n));
}

TEST(Look, KnowsNothingOfThePhase) {
  const Script& script = *find_script("cholecystectomy");
  const std::vector<TripletWords> none;
  Script idle = script;
  idle.works = {};
  std::vector<double> phases, haze, black, exposures, overlays, circles, gloss;
  for (std::uint64_t seed = 1; seed <= 1500; ++seed) {
    const Operation operation = make_operation(idle, none, seed, "case:1", 0.3);
    RenderOptions options;
    options.seed = seed;
    const VideoLook look = draw_look("cholec80/video01", operation.end, options);
    Draws at(seed, "moment", "test");
    const Milliseconds t = at.between(0, operation.end - 1);
    const Span* phase = span_at(operation.phases, t);
    phases.push_back(phase->word == "gallbladder-dissection" || phase->word == "cleaning-and-coagulation" ? 1 : 0);
    haze.push_back(static_cast<double>(haze_at(look.smoke, t)));
    black.push_back(span_at(look.black, t) != nullptr);
    exposures.push_back(static_cast<double>(look.light.exposure));
    overlays.push_back(look.overlay.is_on);
    circles.push_back(look.circle.has_value());
    gloss.push_back(static_cast<double>(look.texture.gloss));
  }
  for (const auto* nuisance : {&haze, &black, &exposures, &overlays, &circles, &gloss}) {
    EXPECT_LT(std::abs(correlation(phases, *nuisance)), 0.1);
    double sum = 0;
    for (const double value : *nuisance) sum += value;
    EXPECT_GT(sum, 0) << "it does vary";
  }
}

TEST(Look, AWishOverridesTheDraw) {
  RenderOptions options;
  for (std::uint64_t seed = 1; seed < 20; ++seed) {
    options.seed = seed;
    options.with_circle = true;
    options.with_overlay = false;
    options.with_black_sections = false;
    const VideoLook look = draw_look("v", 3'600'000, options);
    EXPECT_TRUE(look.circle);
    EXPECT_FALSE(look.overlay.is_on);
    EXPECT_TRUE(look.black.empty());
    EXPECT_FALSE(look.smoke.haze.empty());
  }
}

TEST(Overlay, ShowsNameAndClockInsideThePicture) {
  OverlayLook look{true, "DOE, JANE", 86399, 0};
  for (int corner = 0; corner < 4; ++corner) {
    look.corner = corner;
    for (const ImageSize size : {ImageSize{854, 480}, ImageSize{320, 240}}) {
      const auto texts = overlay_texts(look, 2000, size);
      ASSERT_EQ(texts.size(), 2U);
      EXPECT_EQ(texts[0].text, "DOE, JANE");
      EXPECT_EQ(texts[1].text, "00:00:01") << "midnight passes";
      Image image(size.width, size.height, 3, 100);
      draw_texts(texts, image);
      for (const RenderedText& text : texts) {
        EXPECT_GE(text.box.x1, 0);
        EXPECT_LE(text.box.x2, size.width);
        EXPECT_LE(text.box.y2, size.height);
        int bright = 0;
        for (int y = static_cast<int>(text.box.y1); y < static_cast<int>(text.box.y2); ++y) {
          for (int x = static_cast<int>(text.box.x1); x < static_cast<int>(text.box.x2); ++x) bright += *image.at(x, y) > 200;
        }
        EXPECT_GT(bright, 60);
      }
    }
  }
  look.is_on = false;
  EXPECT_TRUE(overlay_texts(look, 0, {854, 480}).empty());
}

TEST(Overlay, AnUnknownLetterIsEmptyAndAHugeOneStaysInside) {
  for (int row = 0; row < 7; ++row) {
    for (int column = 0; column < 5; ++column) EXPECT_FALSE(is_dot('?', column, row));
  }
  EXPECT_TRUE(is_dot('T', 2, 6));
  EXPECT_FALSE(is_dot('T', 0, 6));
  EXPECT_FALSE(is_dot('T', 7, 0));
  Image image(20, 12, 3, 50);
  draw_texts({{{15, 8, 200, 50}, "DOE"}}, image);  // reaches far beyond
  EXPECT_EQ(*image.at(0, 0), 50);
}

TEST(Noise, IsSmoothBoundedAndRepeats) {
  float least = 1, most = -1;
  for (int i = 0; i < 4000; ++i) {
    const float x = static_cast<float>(i) * 0.037F - 60;
    const float value = value_noise(x, 0.3F * x, 1.5F, 7);
    least = std::min(least, value);
    most = std::max(most, value);
    EXPECT_LT(std::abs(value_noise(x + 0.01F, 0.3F * x, 1.5F, 7) - value), 0.05F);
  }
  EXPECT_LT(least, -0.5F);
  EXPECT_GT(most, 0.5F);
  EXPECT_GE(least, -1);
  EXPECT_LE(most, 1);
  const GrainTable& table = GrainTable::shared();
  EXPECT_NEAR(table.at(3.25F, -9.5F).cloud, table.at(3.25F + 512, -9.5F - 512).cloud, 1e-5F);
  EXPECT_NE(table.at(3.25F, -9.5F).cloud, table.at(40, -9.5F).cloud);
}

TEST(Noise, ExpMinusIsTheExponential) {
  for (float x = 0; x < 25; x += 0.01F) EXPECT_NEAR(exp_minus(x), std::exp(-x), 1e-5F);
}

}  // namespace
}  // namespace surgsigma::drawing
