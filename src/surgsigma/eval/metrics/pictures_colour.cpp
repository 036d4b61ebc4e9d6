// Colour difference CIEDE2000. Formula: Sharma, Wu, Dalal, "The CIEDE2000 Color-Difference Formula", Color Research and
// Application 30(1), 2005, with kL = kC = kH = 1; sRGB to XYZ by IEC 61966-2-1 and to Lab under D65, with the constants
// that scikit-image uses (matrix of six digits, white 0.95047, 1, 1.08883).
#include <cmath>
#include <numbers>

#include "surgsigma/eval/metrics/pictures.h"

namespace surgsigma {
namespace {

struct Lab {
  double l;
  double a;
  double b;
};

const std::array<double, 256>& linear_values() {
  static const std::array<double, 256> table = [] {
    std::array<double, 256> made{};
    for (std::size_t i = 0; i < 256; ++i) {
      const double value = static_cast<double>(i) / 255;
      made[i] = value > 0.04045 ? std::pow((value + 0.055) / 1.055, 2.4) : value / 12.92;
    }
    return made;
  }();
  return table;
}

double lab_root(double t) { return t > 0.008856 ? std::cbrt(t) : 7.787 * t + 16.0 / 116.0; }

Lab lab_of(const std::array<std::uint8_t, 3>& colour) {
  const auto& linear = linear_values();
  const double r = linear[colour[0]], g = linear[colour[1]], b = linear[colour[2]];
  const double x = lab_root((0.412453 * r + 0.357580 * g + 0.180423 * b) / 0.95047);
  const double y = lab_root(0.212671 * r + 0.715160 * g + 0.072169 * b);
  const double z = lab_root((0.019334 * r + 0.119193 * g + 0.950227 * b) / 1.08883);
  return {116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

double radians(double degrees) { return degrees * std::numbers::pi / 180; }

/// In [0, 2 pi).
double hue_of(double a, double b) {
  const double hue = std::atan2(b, a);
  return hue < 0 ? hue + 2 * std::numbers::pi : hue;
}

double seventh_root_share(double chroma) {
  const double seventh = std::pow(chroma, 7);
  return std::sqrt(seventh / (seventh + 6103515625.0));  // 25^7
}

}  // namespace

double ciede2000(const std::array<std::uint8_t, 3>& first, const std::array<std::uint8_t, 3>& second) {
  if (first == second) return 0;
  constexpr double kPi = std::numbers::pi;
  const Lab one = lab_of(first), two = lab_of(second);
  const double mean_chroma = (std::hypot(one.a, one.b) + std::hypot(two.a, two.b)) / 2;
  const double stretch = 1 + 0.5 * (1 - seventh_root_share(mean_chroma));
  const double a1 = one.a * stretch, a2 = two.a * stretch;
  const double c1 = std::hypot(a1, one.b), c2 = std::hypot(a2, two.b);
  const double h1 = hue_of(a1, one.b), h2 = hue_of(a2, two.b);

  double turn = h2 - h1;
  if (turn > kPi) turn -= 2 * kPi;
  if (turn < -kPi) turn += 2 * kPi;
  const bool is_gray = c1 * c2 == 0;
  if (is_gray) turn = 0;
  const double lightness = two.l - one.l, chroma = c2 - c1;
  const double hue = 2 * std::sqrt(c1 * c2) * std::sin(turn / 2);

  double h = h1 + h2;
  if (!is_gray && std::abs(h1 - h2) > kPi) h += h < 2 * kPi ? 2 * kPi : -2 * kPi;
  if (is_gray) h *= 2;
  h /= 2;
  const double l_mean = (one.l + two.l) / 2, c_mean = (c1 + c2) / 2;
  const double t = 1 - 0.17 * std::cos(h - radians(30)) + 0.24 * std::cos(2 * h) + 0.32 * std::cos(3 * h + radians(6)) -
                   0.20 * std::cos(4 * h - radians(63));
  const double off = (l_mean - 50) * (l_mean - 50);
  const double sl = 1 + 0.015 * off / std::sqrt(20 + off);
  const double sc = 1 + 0.045 * c_mean;
  const double sh = 1 + 0.015 * c_mean * t;
  const double from_blue = (h * 180 / kPi - 275) / 25;
  const double rotation = -2 * seventh_root_share(c_mean) * std::sin(radians(60) * std::exp(-from_blue * from_blue));
  const double dl = lightness / sl, dc = chroma / sc, dh = hue / sh;
  return std::sqrt(std::max(0.0, dl * dl + dc * dc + dh * dh + rotation * dc * dh));
}

}  // namespace surgsigma
