#include "surgsigma/media/outside_features.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "surgsigma/media/quality_parts.h"
#include "surgsigma/media/resize.h"

namespace surgsigma {
namespace {

constexpr int kLongSide = 160;
constexpr int kLitMax = 26;  ///< 0-255
constexpr std::size_t kHueBins = 12;

struct Colour {
  double red = 0;
  double green = 0;
  double blue = 0;
  double most = 0;
  double saturation = 0;
  double hue = 0;  ///< degrees in [0, 360); 0 for grey
};

Colour colour_at(const quality::Planes& planes, int x, int y) {
  Colour colour{*planes.r().at(x, y) / 255.0, *planes.g().at(x, y) / 255.0, *planes.b().at(x, y) / 255.0};
  colour.most = std::max({colour.red, colour.green, colour.blue});
  const double range = colour.most - std::min({colour.red, colour.green, colour.blue});
  if (colour.most > 0) colour.saturation = range / colour.most;
  if (range <= 0) return colour;
  if (colour.most == colour.red) {
    colour.hue = 60 * (colour.green - colour.blue) / range;
  } else if (colour.most == colour.green) {
    colour.hue = 120 + 60 * (colour.blue - colour.red) / range;
  } else {
    colour.hue = 240 + 60 * (colour.red - colour.green) / range;
  }
  if (colour.hue < 0) colour.hue += 360;
  return colour;
}

bool is_lit(const quality::Planes& planes, int x, int y) {
  return std::max({*planes.r().at(x, y), *planes.g().at(x, y), *planes.b().at(x, y)}) > kLitMax;
}

/// Sums over lit pixels.
struct Sums {
  double pixels = 0, inside = 0;
  double warm = 0, vivid_red = 0, cool = 0, grey = 0, pale = 0;
  double red_green = 0, yellow_blue = 0, saturation = 0, saturation_squared = 0;
  double rough = 0, rough_pixels = 0, luma = 0;
  std::array<double, kHueBins> hue{};
};

void add_colour(const Colour& c, Sums& sums) {
  sums.warm += (c.hue <= 60 || c.hue >= 300) && c.saturation >= 0.15;
  sums.vivid_red += (c.hue <= 40 || c.hue >= 330) && c.saturation >= 0.4;
  sums.cool += c.hue >= 75 && c.hue <= 270 && c.saturation >= 0.12;
  sums.grey += c.saturation < 0.12;
  sums.pale += c.saturation < 0.2 && c.most >= 0.6;
  sums.red_green += (c.red - c.green) / c.most;
  sums.yellow_blue += ((c.red + c.green) / 2 - c.blue) / c.most;
  sums.saturation += c.saturation;
  sums.saturation_squared += c.saturation * c.saturation;
  sums.hue[std::min(static_cast<std::size_t>(c.hue / 30), kHueBins - 1)] += c.saturation;
}

void add_roughness(const quality::Planes& planes, int x, int y, Sums& sums) {
  const bool is_edge = x == 0 || y == 0 || x + 1 == planes.luma.width || y + 1 == planes.luma.height;
  if (is_edge || !is_lit(planes, x - 1, y) || !is_lit(planes, x + 1, y) || !is_lit(planes, x, y - 1) ||
      !is_lit(planes, x, y + 1)) {
    return;
  }
  const auto luma = [&](int i, int j) { return static_cast<int>(*planes.luma.at(i, j)); };
  const int around = luma(x - 1, y) + luma(x + 1, y) + luma(x, y - 1) + luma(x, y + 1);
  sums.rough += std::abs(luma(x, y) - around / 4.0);
  sums.luma += luma(x, y);
  ++sums.rough_pixels;
}

Sums sums_of(const quality::Planes& planes, const std::vector<quality::Span>& inside) {
  Sums sums;
  for (int y = 0; y < planes.luma.height; ++y) {
    const quality::Span& row = inside[static_cast<std::size_t>(y)];
    for (int x = row.begin; x < row.end; ++x) {
      ++sums.inside;
      if (!is_lit(planes, x, y)) continue;
      ++sums.pixels;
      add_colour(colour_at(planes, x, y), sums);
      add_roughness(planes, x, y, sums);
    }
  }
  return sums;
}

double entropy_of(const std::array<double, kHueBins>& weights) {
  double sum = 0, entropy = 0;
  for (const double weight : weights) sum += weight;
  if (sum <= 0) return 0;
  for (const double weight : weights) {
    if (weight > 0) entropy -= weight / sum * std::log(weight / sum);
  }
  return entropy / std::log(static_cast<double>(kHueBins));
}

OutsideFeatures features_of(const Sums& sums) {
  OutsideFeatures features{};
  if (sums.inside > 0) features.back() = sums.pixels / sums.inside;
  if (sums.pixels <= 0) return features;
  const auto mean = [&](double sum) { return sum / sums.pixels; };
  const double saturation = mean(sums.saturation);
  const double spread = std::sqrt(std::max(0.0, mean(sums.saturation_squared) - saturation * saturation));
  const double texture = sums.luma > 0 ? sums.rough / sums.luma : 0;
  return {mean(sums.warm),        mean(sums.vivid_red),   mean(sums.cool),   mean(sums.grey),
          mean(sums.pale),        mean(sums.red_green),   mean(sums.yellow_blue), saturation,
          spread,                 entropy_of(sums.hue),   texture,           features.back()};
}

}  // namespace

Result<OutsideFeatures> outside_features(const Image& picture) {
  if (picture.is_empty()) return Error{ErrorKind::kUsage, "the picture is empty", "outside_features", ""};
  const int factor = (std::max(picture.width, picture.height) + kLongSide - 1) / kLongSide;
  const quality::Planes planes = quality::planes_of(shrunk(picture, factor));
  const int black = quality::black_level(planes.luma);
  const auto field = quality::field_of(planes.luma, black);
  const Borders borders = quality::borders_of(planes.luma, black);
  return features_of(sums_of(planes, quality::inside_of(field, borders, planes.luma.size())));
}

}  // namespace surgsigma
