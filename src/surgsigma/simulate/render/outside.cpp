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
  const float grey =
      0.05F + 0.22F * rings * (1 - smooth_step(0.1F, 0.75F, radius)) + 0.05F * fractal_noise(5 * x, 5 * y, 0, 2, seed);
  return mixed({grey, grey * 1.02F, grey * 1.05F}, {0.80F, 0.86F, 0.84F}, 1 - smooth_step(0.08F, 0.16F, radius));
}

/// Gauze or a gown close to the lens: white threads, now and then a pale stain.
Colour gauze(float x, float y, float t_s, std::uint32_t seed) {
  const float threads =
      0.5F + 0.25F * (std::sin(260 * x + 3 * std::sin(9 * y)) + std::sin(260 * y + 3 * std::sin(9 * x + t_s)));
  const float folds = fractal_noise(3 * x + 0.1F * t_s, 3 * y, 0, 3, seed);
  const float light = std::clamp(0.45F + 0.5F * folds + 0.22F * threads, 0.1F, 1.0F);
  const float stain = seed % 3 == 0 ? 0.5F * smooth_step(0.25F, 0.45F, fractal_noise(4 * x, 4 * y, 0, 2, seed + 3)) : 0;
  return mixed({0.86F * light, 0.86F * light, 0.83F * light}, {0.7F * light, 0.45F * light, 0.42F * light}, stain);
}

/// Cloth or a wall with fingers in gloves before it.
Colour gloves(const Colour& cloth, float x, float y, float t_s, std::uint32_t seed) {
  constexpr std::array<Colour, 5> kGloves = {{{0.78F, 0.70F, 0.52F},
                                              {0.85F, 0.84F, 0.80F},
                                              {0.10F, 0.22F, 0.55F},
                                              {0.33F, 0.28F, 0.50F},
                                              {0.12F, 0.35F, 0.22F}}};
  const Colour glove = kGloves[seed / 7 % kGloves.size()];
  const float slope = 0.3F * std::sin(0.01F * static_cast<float>(seed % 629)), sway = 0.04F * std::sin(1.3F * t_s);
  for (int finger = 0; finger < 4; ++finger) {
    const float width = 0.055F, centre = -0.22F + 0.13F * static_cast<float>(finger) + sway;
    const float across = (x - centre - slope * y) / width,
                tip = 0.12F * std::sin(2.1F * static_cast<float>(finger) + 0.01F * static_cast<float>(seed % 300));
    if (std::abs(across) < 1 && y > tip - 0.1F - width * (1 - across * across)) {
      const float light =
          0.35F + 0.65F * std::sqrt(1 - across * across) + 0.1F * fractal_noise(14 * x, 14 * y, 0, 2, seed);
      return {glove[0] * light, glove[1] * light, glove[2] * light};
    }
  }
  return drape(cloth, x, y, t_s, seed);
}

/// A dim theatre: dark shapes, a window or a screen, walls of any faint colour.
Colour theatre(float x, float y, float t_s, std::uint32_t seed) {
  constexpr std::array<Colour, 4> kWalls = {
      {{0.10F, 0.09F, 0.11F}, {0.13F, 0.12F, 0.09F}, {0.08F, 0.10F, 0.12F}, {0.16F, 0.16F, 0.15F}}};
  const Colour wall = kWalls[seed % kWalls.size()];
  const float cell_x = std::floor(4 * x + 0.5F * std::sin(0.3F * t_s)), cell_y = std::floor(5 * y);
  const float block = value_noise(cell_x * 1.7F, cell_y * 1.3F, 0, seed),
              soft = fractal_noise(3 * x, 3 * y, 0.1F * t_s, 3, seed);
  const float light = std::clamp(0.7F + 0.6F * block + 0.7F * soft, 0.05F, 2.2F);
  const float glow =
      smooth_step(0.16F, 0.05F, std::hypot(x - 0.2F * std::sin(static_cast<float>(seed % 100)), y + 0.08F));
  return mixed({wall[0] * light, wall[1] * light, wall[2] * light}, {0.45F, 0.46F, 0.42F}, 0.8F * glow);
}

/// Wiped, dipped or held against a lamp: a burnt-out middle in a blur of green, yellow or grey.
Colour cleaning(float x, float y, float t_s, std::uint32_t seed) {
  constexpr std::array<Colour, 4> kTints = {
      {{0.30F, 0.32F, 0.10F}, {0.16F, 0.34F, 0.24F}, {0.40F, 0.41F, 0.40F}, {0.24F, 0.32F, 0.42F}}};
  const Colour tint = kTints[seed % kTints.size()];
  const float swirl = 0.7F + 0.7F * fractal_noise(3 * x + 0.5F * t_s, 3 * y, 0.3F * t_s, 2, seed);
  const float off_x = x + 0.12F * std::sin(0.02F * static_cast<float>(seed % 314)),
              off_y = y - 0.1F * std::sin(0.9F * t_s);
  const float burnt = 1 - smooth_step(0.08F, 0.24F, std::hypot(off_x, off_y));
  return mixed({tint[0] * swirl, tint[1] * swirl, tint[2] * swirl}, {1, 1, 0.98F}, burnt);
}

/// A theatre lamp: bright discs on grey.
Colour lamp(float x, float y, float t_s, std::uint32_t seed) {
  float light = 0.1F + 0.05F * fractal_noise(4 * x, 4 * y, 0, 2, seed);
  for (int bulb = 0; bulb < 7; ++bulb) {
    const float turn = 0.9F * static_cast<float>(bulb) + 0.02F * t_s, reach = bulb == 0 ? 0 : 0.17F;
    light += 1 - smooth_step(0.04F, 0.07F, std::hypot(x - reach * std::cos(turn), y - reach * std::sin(turn)));
  }
  return {0.95F * light, light, light};
}

/// Skin of the belly between drapes, brown with disinfectant or bare.
Colour skin(const Colour& cloth, float x, float y, float t_s, std::uint32_t seed) {
  const float border = 0.10F + 0.05F * fractal_noise(4 * x, 0.5F, 0, 2, seed);
  if (std::abs(y + 0.02F * std::sin(t_s)) > border) return drape(cloth, x, y, t_s, seed);
  constexpr std::array<Colour, 3> kSkins = {{{0.62F, 0.42F, 0.32F}, {0.45F, 0.24F, 0.08F}, {0.25F, 0.14F, 0.09F}}};
  const float light = std::clamp(0.75F + 0.3F * fractal_noise(2 * x, 2 * y, 0, 2, seed + 5), 0.2F, 1.0F);
  const Colour tone = kSkins[seed / 5 % kSkins.size()];
  return {tone[0] * light, tone[1] * light, tone[2] * light};
}

}  // namespace

void draw_outside(const VideoLook& look, Milliseconds begin, Milliseconds t, Image& image) {
  constexpr std::array<Colour, 5> kCloths = {{{0.05F, 0.22F, 0.32F},
                                              {0.06F, 0.26F, 0.18F},
                                              {0.62F, 0.64F, 0.62F},
                                              {0.22F, 0.45F, 0.60F},
                                              {0.10F, 0.16F, 0.40F}}};
  const auto choice =
      static_cast<std::uint32_t>(look.texture.seed + static_cast<std::uint32_t>(begin / 100) * 2654435761U) >> 8;
  const float t_s = static_cast<float>(t - begin) / 1000;
  const float width = static_cast<float>(image.width);
  const Colour& cloth = kCloths[choice / 16 % kCloths.size()];
  const auto sight = [&](float px, float py) -> Colour {
    switch (choice % 16) {
      case 0:
      case 1:
      case 2:
      case 3:
        return drape(cloth, px + 0.02F * t_s, py, t_s, choice);
      case 4:
      case 5:
        return room(px, py, t_s, choice);
      case 6:
      case 7:
        return theatre(px, py, t_s, choice);
      case 8:
        return trocar(px, py, t_s, choice);
      case 9:
      case 10:
        return gauze(px, py, t_s, choice);
      case 11:
      case 12:
        return gloves(cloth, px, py, t_s, choice);
      case 13:
        return cleaning(px, py, t_s, choice);
      case 14:
        return lamp(px, py, t_s, choice);
      default:
        return skin(cloth, px, py, t_s, choice);
    }
  };
  constexpr int kStep = 2;  // nothing here is sharp
  for (int y = 0; y < image.height; y += kStep) {
    for (int x = 0; x < image.width; x += kStep) {
      const float px = (static_cast<float>(x) - 0.5F * width) / width;
      const float py = (static_cast<float>(y) - 0.5F * static_cast<float>(image.height)) / width;
      const Colour colour = sight(px, py);
      std::array<std::uint8_t, 3> coded;
      for (std::size_t c = 0; c < 3; ++c) coded[c] = srgb_from_linear(colour[c] * look.light.exposure);
      for (int j = y; j < std::min(image.height, y + kStep); ++j) {
        for (int i = x; i < std::min(image.width, x + kStep); ++i)
          std::copy(coded.begin(), coded.end(), image.at(i, j));
      }
    }
  }
}

}  // namespace surgsigma::drawing
