#include "surgsigma/simulate/render/outside.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "surgsigma/simulate/render/noise.h"
#include "surgsigma/simulate/render/shade.h"

namespace surgsigma::drawing {
namespace {

using Colour = std::array<float, 3>;

Colour mixed(const Colour& a, const Colour& b, float t) {
  return {a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]), a[2] + t * (b[2] - a[2])};
}

/// Cloth with folds and weave.
Colour drape(const Colour& cloth, float x, float y, float t_s, std::uint32_t seed) {
  const float folds = fractal_noise(3 * x + 0.2F * t_s, 2 * y, 0, 3, seed);
  const float weave = GrainTable::shared().at(900 * x, 900 * y).fine;
  const float light = std::clamp(0.65F + 0.6F * folds + 0.07F * weave, 0.08F, 1.0F);
  return {cloth[0] * light, cloth[1] * light, cloth[2] * light};
}

/// The room out of focus: big soft spots of cool light on grey.
Colour room(float x, float y, float t_s, std::uint32_t seed) {
  const float spots = smooth_step(0.05F, 0.35F, fractal_noise(5 * x + 0.4F * t_s, 5 * y + 0.2F * t_s, 0, 2, seed));
  const float shade = 0.6F + 0.8F * fractal_noise(4 * x, 4 * y - 0.3F * t_s, 0, 3, seed + 7);
  return mixed({0.14F * shade, 0.20F * shade, 0.23F * shade}, {0.92F, 0.97F, 0.98F}, spots);
}

/// Rings of metal towards a bright opening.
Colour trocar(float x, float y, float t_s, std::uint32_t seed) {
  const float sway = 0.05F * std::sin(1.7F * t_s);
  const float radius = std::sqrt((x - sway) * (x - sway) + y * y);
  const float rings = 0.5F + 0.5F * std::sin(16 / (0.12F + radius) + t_s);
  const float grey = 0.05F + 0.22F * rings * (1 - smooth_step(0.1F, 0.75F, radius)) +
                     0.05F * fractal_noise(5 * x, 5 * y, 0, 2, seed);
  return mixed({grey, grey * 1.02F, grey * 1.05F}, {0.80F, 0.86F, 0.84F}, 1 - smooth_step(0.08F, 0.16F, radius));
}

}  // namespace

void draw_outside(const VideoLook& look, Milliseconds begin, Milliseconds t, Image& image) {
  constexpr std::array<Colour, 3> kCloths = {{{0.05F, 0.22F, 0.32F}, {0.06F, 0.26F, 0.18F}, {0.62F, 0.64F, 0.62F}}};
  const auto choice = static_cast<std::uint32_t>(look.texture.seed + static_cast<std::uint32_t>(begin / 100) * 2654435761U) >> 8;
  const float t_s = static_cast<float>(t - begin) / 1000;
  const float width = static_cast<float>(image.width);
  constexpr int kStep = 2;  // nothing here is sharp
  for (int y = 0; y < image.height; y += kStep) {
    for (int x = 0; x < image.width; x += kStep) {
      const float px = (static_cast<float>(x) - 0.5F * width) / width;
      const float py = (static_cast<float>(y) - 0.5F * static_cast<float>(image.height)) / width;
      Colour colour;
      if (choice % 5 < 3) {
        colour = drape(kCloths[choice % 3], px + 0.02F * t_s, py, t_s, choice);
      } else if (choice % 5 == 3) {
        colour = room(px, py, t_s, choice);
      } else {
        colour = trocar(px, py, t_s, choice);
      }
      std::array<std::uint8_t, 3> coded;
      for (std::size_t c = 0; c < 3; ++c) coded[c] = srgb_from_linear(colour[c] * look.light.exposure);
      for (int j = y; j < std::min(image.height, y + kStep); ++j) {
        for (int i = x; i < std::min(image.width, x + kStep); ++i) std::copy(coded.begin(), coded.end(), image.at(i, j));
      }
    }
  }
}

}  // namespace surgsigma::drawing
