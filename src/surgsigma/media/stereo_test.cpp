#include "surgsigma/media/stereo.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace surgsigma {
namespace {

using Vector = std::array<double, 3>;
using Turn = std::array<double, 9>;

constexpr int kWidth = 320;
constexpr int kHeight = 240;
constexpr double kFocal = 350;
constexpr double kBaseline = 5;

Vector operator+(const Vector& a, const Vector& b) { return {a[0] + b[0], a[1] + b[1], a[2] + b[2]}; }
Vector operator*(double s, const Vector& a) { return {s * a[0], s * a[1], s * a[2]}; }
double dot(const Vector& a, const Vector& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }
Vector turned(const Turn& r, const Vector& v) {
  return {dot({r[0], r[1], r[2]}, v), dot({r[3], r[4], r[5]}, v), dot({r[6], r[7], r[8]}, v)};
}
Turn transposed(const Turn& r) { return {r[0], r[3], r[6], r[1], r[4], r[7], r[2], r[5], r[8]}; }

/// About y, then about x, in degrees.
Turn turn_of(double about_y, double about_x) {
  const double a = about_y * 3.14159265 / 180;
  const double b = about_x * 3.14159265 / 180;
  return {std::cos(a), 0, std::sin(a), std::sin(b) * std::sin(a), std::cos(b), -std::sin(b) * std::cos(a),
          -std::cos(b) * std::sin(a), std::sin(b), std::cos(b) * std::cos(a)};
}

/// Way along a ray to the scene: a slanted wall 70 to 110 mm away, a shelf below, and a ball before both.
double way_to_scene(const Vector& from, const Vector& ray) {
  double nearest = 1e9;
  const auto plane = [&](const Vector& normal, double offset) {
    const double along = dot(normal, ray);
    const double way = (offset - dot(normal, from)) / along;
    if (way > 0) nearest = std::min(nearest, way);
  };
  plane({0.25, 0, 1}, 90);
  plane({0, 1, 0.3}, 38);
  const Vector to = from + -1.0 * Vector{-6, -4, 55};
  const double b = dot(to, ray);
  const double a = dot(ray, ray);
  const double root = b * b - a * (dot(to, to) - 12 * 12);
  if (root > 0) nearest = std::min(nearest, (-b - std::sqrt(root)) / a);
  return nearest;
}

double corner_value(int x, int y, int z) {
  std::uint32_t h = static_cast<std::uint32_t>(x) * 0x8DA6B343U ^ static_cast<std::uint32_t>(y) * 0xD8163841U ^
                    static_cast<std::uint32_t>(z) * 0xCB1AB31FU;
  h = (h ^ h >> 15) * 0x2C1B3C6DU;
  h = (h ^ h >> 12) * 0x297A2D39U;
  return (h >> 8 & 0xFFFF) / 65535.0;
}

/// Smooth in space, so that both cameras see the same tissue.
double texture(const Vector& point, double size) {
  const Vector p = (1 / size) * point;
  const int x = static_cast<int>(std::floor(p[0]));
  const int y = static_cast<int>(std::floor(p[1]));
  const int z = static_cast<int>(std::floor(p[2]));
  double sum = 0;
  for (int corner = 0; corner < 8; ++corner) {
    const int dx = corner & 1, dy = corner >> 1 & 1, dz = corner >> 2;
    const double wx = dx != 0 ? p[0] - x : 1 - (p[0] - x);
    const double wy = dy != 0 ? p[1] - y : 1 - (p[1] - y);
    const double wz = dz != 0 ? p[2] - z : 1 - (p[2] - z);
    sum += wx * wy * wz * corner_value(x + dx, y + dy, z + dz);
  }
  return sum;
}

/// What a camera at `from` (left camera's coordinates), turned by `camera_from_left`, sees.
Image seen(const Vector& from, const Turn& camera_from_left) {
  Image picture(kWidth, kHeight, 3);
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      const Vector in_camera = {(x - kWidth / 2.0) / kFocal, (y - kHeight / 2.0) / kFocal, 1};
      const Vector ray = turned(transposed(camera_from_left), in_camera);
      const Vector point = from + way_to_scene(from, ray) * ray;
      const double grey = 0.5 * texture(point, 2.2) + 0.5 * texture(point, 0.9);
      picture.at(x, y)[0] = static_cast<std::uint8_t>(60 + 180 * grey);
      picture.at(x, y)[1] = static_cast<std::uint8_t>(20 + 140 * grey);
      picture.at(x, y)[2] = static_cast<std::uint8_t>(30 + 130 * grey);
    }
  }
  return picture;
}

constexpr Turn kNoTurn = {1, 0, 0, 0, 1, 0, 0, 0, 1};

struct Pair {
  Image left = seen({0, 0, 0}, kNoTurn);
  Image right = seen({kBaseline, 0, 0}, kNoTurn);
};

/// Share of known pixels and the median of |depth - truth| / truth over them.
struct Score {
  double known = 0;
  double median_error = 1;
};
Score score(const StereoDepth& made) {
  std::vector<double> errors;
  const Turn left_from_rectified = transposed(made.rectified_from_left);
  const double cx = made.camera.cx != 0 ? made.camera.cx : kWidth / 2.0;
  const double cy = made.camera.cy != 0 ? made.camera.cy : kHeight / 2.0;
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      const float mm = *made.depth.values.at(x, y);
      if (!std::isfinite(mm)) continue;
      const Vector ray = {(x - cx) / made.camera.focal_px, (y - cy) / made.camera.focal_px, 1};
      const double truth = way_to_scene({0, 0, 0}, turned(left_from_rectified, ray));  // the ray's z is 1
      errors.push_back(std::abs(mm - truth) / truth);
    }
  }
  if (errors.empty()) return {};
  EXPECT_EQ(static_cast<std::int64_t>(errors.size()), made.depth.valid);
  std::nth_element(errors.begin(), errors.begin() + static_cast<std::ptrdiff_t>(errors.size() / 2), errors.end());
  return {static_cast<double>(errors.size()) / (kWidth * kHeight), errors[errors.size() / 2]};
}

StereoCalibration turned_pair(const Turn& right_from_left) {
  StereoCalibration calibration;
  calibration.size = {kWidth, kHeight};
  calibration.left = {kFocal, kFocal, kWidth / 2.0, kHeight / 2.0, {}};
  calibration.right = calibration.left;
  calibration.rotation = right_from_left;
  calibration.translation = turned(right_from_left, {-kBaseline, 0, 0});
  return calibration;
}

TEST(Stereo, RectifiedPairGivesMillimetres) {
  const Pair pair;
  const auto made = stereo_depth(pair.left, pair.right, RectifiedCamera{kFocal, kBaseline});
  ASSERT_TRUE(made) << to_string(made.error());
  const Score found = score(*made);
  EXPECT_LT(found.median_error, 0.03);
  EXPECT_GT(found.known, 0.6);
  const float disparity = *made->disparity.at(160, 60);
  EXPECT_NEAR(*made->depth.values.at(160, 60), kFocal * kBaseline / disparity, 0.01);
}

TEST(Stereo, DepthFollowsBaselineAndOffset) {
  const Pair pair;
  const auto once = stereo_depth(pair.left, pair.right, RectifiedCamera{kFocal, kBaseline});
  const auto twice = stereo_depth(pair.left, pair.right, RectifiedCamera{kFocal, 2 * kBaseline});
  const auto moved = stereo_depth(pair.left, pair.right, RectifiedCamera{kFocal, kBaseline, -2});
  EXPECT_NEAR(*twice->depth.values.at(160, 60), 2 * *once->depth.values.at(160, 60), 0.01);
  EXPECT_NEAR(*moved->depth.values.at(160, 60), kFocal * kBaseline / (*once->disparity.at(160, 60) + 2), 0.01);
}

TEST(Stereo, TurnedCamerasAreRectifiedFirst) {
  const Turn right_from_left = turn_of(1.5, 0.8);
  const Image left = seen({0, 0, 0}, kNoTurn);
  const Image right = seen({kBaseline, 0, 0}, right_from_left);
  const auto made = stereo_depth(left, right, turned_pair(right_from_left), "rig.yaml");
  ASSERT_TRUE(made) << to_string(made.error());
  EXPECT_NEAR(made->camera.baseline_mm, kBaseline, 1e-6);
  const Score found = score(*made);
  EXPECT_LT(found.median_error, 0.03);
  EXPECT_GT(found.known, 0.5);
  // Taken as rectified, the same pictures give nothing of use.
  const auto naive = stereo_depth(left, right, RectifiedCamera{kFocal, kBaseline});
  const Score wrong = score(*naive);
  EXPECT_TRUE(wrong.median_error > 0.1 || wrong.known < 0.2);
}

TEST(Stereo, LeftRightCheckDropsWhatOneCameraDoesNotSee) {
  const Pair pair;
  StereoSettings unchecked;
  unchecked.left_right_px = -1;
  const RectifiedCamera camera{kFocal, kBaseline};
  const auto with = stereo_depth(pair.left, pair.right, camera);
  const auto without = stereo_depth(pair.left, pair.right, camera, unchecked);
  EXPECT_LT(with->depth.valid, without->depth.valid);
  for (std::size_t i = 0; i < with->disparity.values.size(); ++i) {
    if (std::isfinite(with->disparity.values[i])) {
      ASSERT_EQ(with->disparity.values[i], without->disparity.values[i]);
    }
  }
}

TEST(Stereo, SameBytesEachTime) {
  const Pair pair;
  const auto bits = [&] {
    auto made = stereo_depth(pair.left, pair.right, RectifiedCamera{kFocal, kBaseline});
    for (float& mm : made->depth.values.values) mm = std::isfinite(mm) ? mm : -1;
    return made->depth.values;
  };
  EXPECT_EQ(bits(), bits());
}

TEST(Stereo, ViewsWithoutStructureGiveNoDepth) {
  const Image flat(kWidth, kHeight, 3, 90);
  const auto made = stereo_depth(flat, flat, RectifiedCamera{kFocal, kBaseline});
  ASSERT_TRUE(made) << to_string(made.error());
  EXPECT_EQ(made->depth.valid, 0);
}

TEST(Stereo, WrongPairsAndSettingsAreRefused) {
  const Image view(64, 48, 3, 9);
  const RectifiedCamera camera{kFocal, kBaseline};
  EXPECT_EQ(stereo_depth(Image(), Image(), camera).error().kind, ErrorKind::kUsage);
  EXPECT_EQ(stereo_depth(view, Image(63, 48, 3), camera).error().kind, ErrorKind::kUsage);
  EXPECT_EQ(stereo_depth(view, view, RectifiedCamera{0, kBaseline}).error().kind, ErrorKind::kUsage);
  EXPECT_EQ(stereo_depth(view, view, RectifiedCamera{kFocal, -1}).error().kind, ErrorKind::kUsage);
  for (const auto& [block, disparities] : {std::pair(4, 16), std::pair(23, 16), std::pair(5, 10), std::pair(5, 2048)}) {
    StereoSettings settings;
    settings.block_px = block;
    settings.disparities = disparities;
    const auto made = stereo_depth(view, view, camera, settings);
    ASSERT_FALSE(made) << block << " " << disparities;
    EXPECT_EQ(made.error().kind, ErrorKind::kUsage);
  }
  const auto small = stereo_depth(Image(24, 9, 1, 5), Image(24, 9, 3, 5), camera);
  EXPECT_TRUE(small) << "smaller than the range that is searched";
}

TEST(Stereo, BadCalibrationNamesItsFile) {
  const Image view(kWidth, kHeight, 3, 9);
  const double none = std::numeric_limits<double>::quiet_NaN();
  const auto fault = [&](auto&& spoil) {
    StereoCalibration bad = turned_pair(kNoTurn);
    spoil(bad);
    const auto made = stereo_depth(view, view, bad, "rig.yaml");
    EXPECT_FALSE(made);
    if (made) return std::string();
    EXPECT_EQ(made.error().kind, ErrorKind::kData);
    EXPECT_EQ(made.error().where, "rig.yaml");
    return made.error().what;
  };
  EXPECT_EQ(fault([](auto& c) { c.size.width = 640; }), "the calibration is for 640x240, the views are 320x240");
  EXPECT_EQ(fault([](auto& c) { c.left.fx = 0; }), "a focal length is not positive");
  EXPECT_EQ(fault([&](auto& c) { c.right.cy = none; }), "a term of a camera is not a number");
  EXPECT_EQ(fault([](auto& c) { c.left.lens = {0.1, 0.1}; }), "2 lens terms: there are 0, 4, 5, 8, 12 or 14");
  EXPECT_EQ(fault([](auto& c) { c.rotation[0] = 2; }), "the rotation is not a rotation");
  EXPECT_EQ(fault([](auto& c) { c.rotation = {-1, 0, 0, 0, 1, 0, 0, 0, 1}; }), "the rotation is not a rotation");
  EXPECT_EQ(fault([](auto& c) { c.translation = {0, 0, 0}; }), "the two cameras stand at the same place");
  EXPECT_EQ(fault([](auto& c) { c.translation = {0, -5, 0}; }), "the cameras do not stand side by side");
  EXPECT_EQ(fault([](auto& c) { c.translation = {5, 0, 0}; }),
            "the right camera stands left of the left one: the views are exchanged");
}

}  // namespace
}  // namespace surgsigma
