#include "surgsigma/media/stereo.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <opencv2/calib3d.hpp>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <string>
#include <utility>

namespace surgsigma {
namespace {

constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();
constexpr int kSixteenths = 16;           ///< The matcher's disparities.
constexpr int kMostDisparities = 1024;    ///< Its 16-bit sixteenths and its memory.
constexpr int kMostSide = 8192;

Error refused(std::string what) { return {ErrorKind::kUsage, std::move(what), "stereo", ""}; }

Status check_pair(const Image& left, const Image& right) {
  if (left.is_empty() || right.is_empty()) return refused("a view is empty");
  if (left.size() != right.size()) return refused("the two views differ in size");
  for (const Image* view : {&left, &right}) {
    if (view->channels != 1 && view->channels != 3) return refused("a view is neither grey nor RGB");
  }
  if (std::max(left.width, left.height) > kMostSide) return refused("views are limited to 8192 pixels a side");
  return done();
}

Status check_settings(const StereoSettings& settings, ImageSize size) {
  if (settings.block_px < 1 || settings.block_px > 21 || settings.block_px % 2 == 0) {
    return refused("the block must be odd, 1 to 21 pixels");
  }
  if (settings.disparities < 0 || settings.disparities % 16 != 0 || settings.disparities > kMostDisparities) {
    return refused("the number of disparities must be a multiple of 16 up to 1024");
  }
  if (std::abs(settings.min_disparity) > kMostDisparities) return refused("the least disparity is beyond 1024");
  if (settings.uniqueness < 0 || settings.uniqueness > 100) return refused("uniqueness is a percentage");
  if (settings.speckle_px < 0) return refused("the speckle size is negative");
  if (!(settings.max_mm > 0)) return refused("the largest distance is not positive");
  if (std::min(size.width, size.height) < settings.block_px) return refused("the views are smaller than a block");
  return done();
}

int searched(const StereoSettings& settings, int width) {
  if (settings.disparities > 0) return settings.disparities;
  return std::clamp((width / 8 + 15) / 16 * 16, 16, kMostDisparities);
}

/// The matcher reads only; OpenCV has no view of constant pixels.
cv::Mat view_of(const Image& image) {
  return {image.height, image.width, image.channels == 3 ? CV_8UC3 : CV_8UC1,
          const_cast<std::uint8_t*>(image.values.data())};
}

cv::Mat grey_of(const Image& image) {
  if (image.channels == 1) return view_of(image);
  cv::Mat grey;
  cv::cvtColor(view_of(image), grey, cv::COLOR_RGB2GRAY);
  return grey;
}

Image image_of(const cv::Mat& picture) {
  Image image(picture.cols, picture.rows, picture.channels());
  for (int y = 0; y < picture.rows; ++y) std::copy_n(picture.ptr<std::uint8_t>(y), image.row_values(), image.row(y));
  return image;
}

/// Disparity of the first view in sixteenths. The matcher gives nothing where its whole range does not fit to the left,
/// so both views are widened there first and cut again after.
cv::Mat matched(const cv::Mat& first, const cv::Mat& second, const StereoSettings& settings) {
  const int disparities = searched(settings, first.cols);
  const int margin = std::max(0, settings.min_disparity + disparities);
  const int margin_right = std::max(0, -settings.min_disparity);
  cv::Mat wide_first, wide_second, found;
  cv::copyMakeBorder(first, wide_first, 0, 0, margin, margin_right, cv::BORDER_REPLICATE);
  cv::copyMakeBorder(second, wide_second, 0, 0, margin, margin_right, cv::BORDER_REPLICATE);
  const int area = settings.block_px * settings.block_px;
  // MODE_SGBM and not the three-way mode, whose stripes depend on the number of threads.
  const auto matcher =
      cv::StereoSGBM::create(settings.min_disparity, disparities, settings.block_px, 8 * area, 32 * area, -1, 31,
                             settings.uniqueness, settings.speckle_px, 2, cv::StereoSGBM::MODE_SGBM);
  matcher->compute(wide_first, wide_second, found);
  return found.colRange(margin, margin + first.cols).clone();
}

/// Disparity of the second view, by matching the mirrored pair.
cv::Mat matched_back(const cv::Mat& first, const cv::Mat& second, const StereoSettings& settings) {
  cv::Mat mirrored_first, mirrored_second, found;
  cv::flip(first, mirrored_first, 1);
  cv::flip(second, mirrored_second, 1);
  cv::flip(matched(mirrored_second, mirrored_first, settings), found, 1);
  return found;
}

/// Pixels whose partner is in the other picture and, unless `back` is empty, points back to them.
FloatImage checked(const cv::Mat& disparity, const cv::Mat& back, const StereoSettings& settings) {
  FloatImage kept(disparity.cols, disparity.rows, 1, kUnknown);
  const int nothing = (settings.min_disparity - 1) * kSixteenths;
  const double limit = settings.left_right_px * kSixteenths;
  for (int y = 0; y < disparity.rows; ++y) {
    const auto* const row = disparity.ptr<std::int16_t>(y);
    const auto* const other = back.empty() ? nullptr : back.ptr<std::int16_t>(y);
    for (int x = 0; x < disparity.cols; ++x) {
      if (row[x] <= nothing) continue;
      const auto partner = static_cast<int>(std::lround(x - row[x] / 16.0));
      if (partner < 0 || partner >= disparity.cols) continue;
      if (other != nullptr && (other[partner] <= nothing || std::abs(other[partner] - row[x]) > limit)) continue;
      *kept.at(x, y) = static_cast<float>(row[x]) / kSixteenths;
    }
  }
  return kept;
}

DepthMap metric(const FloatImage& disparity, const RectifiedCamera& camera, double max_mm) {
  DepthMap depth{FloatImage(disparity.width, disparity.height, 1, kUnknown), 0};
  const double span = camera.focal_px * camera.baseline_mm;
  for (std::size_t i = 0; i < disparity.values.size(); ++i) {
    const double shift = disparity.values[i] - camera.offset_px;
    if (!(shift > 0) || span / shift > max_mm) continue;
    depth.values.values[i] = static_cast<float>(span / shift);
    ++depth.valid;
  }
  return depth;
}

Result<StereoDepth> depth_of(const Image& left, const Image& right, const RectifiedCamera& camera,
                             const StereoSettings& settings) {
  try {
    cv::setNumThreads(1);
    const cv::Mat first = grey_of(left);
    const cv::Mat second = grey_of(right);
    const cv::Mat found = matched(first, second, settings);
    const cv::Mat back = settings.left_right_px < 0 ? cv::Mat() : matched_back(first, second, settings);
    StereoDepth made;
    made.disparity = checked(found, back, settings);
    made.depth = metric(made.disparity, camera, settings.max_mm);
    made.left = left;
    made.camera = camera;
    return made;
  } catch (const std::exception& thrown) {
    return Error{ErrorKind::kInternal, std::string("the stereo matcher failed: ") + thrown.what(), "stereo", ""};
  }
}

bool are_numbers(const CameraModel& camera) {
  return std::isfinite(camera.fx) && std::isfinite(camera.fy) && std::isfinite(camera.cx) && std::isfinite(camera.cy) &&
         std::all_of(camera.lens.begin(), camera.lens.end(), [](double term) { return std::isfinite(term); });
}

std::string camera_fault(const CameraModel& camera) {
  static constexpr std::size_t kLensTerms[] = {0, 4, 5, 8, 12, 14};
  if (!are_numbers(camera)) return "a term of a camera is not a number";
  if (camera.fx <= 0 || camera.fy <= 0) return "a focal length is not positive";
  if (std::find(std::begin(kLensTerms), std::end(kLensTerms), camera.lens.size()) == std::end(kLensTerms)) {
    return std::to_string(camera.lens.size()) + " lens terms: there are 0, 4, 5, 8, 12 or 14";
  }
  return "";
}

bool is_rotation(const std::array<double, 9>& r) {
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      double product = 0;
      for (std::size_t k = 0; k < 3; ++k) product += r[3 * i + k] * r[3 * j + k];
      if (!(std::abs(product - (i == j ? 1 : 0)) < 1e-3)) return false;
    }
  }
  const double determinant = r[0] * (r[4] * r[8] - r[5] * r[7]) - r[1] * (r[3] * r[8] - r[5] * r[6]) +
                             r[2] * (r[3] * r[7] - r[4] * r[6]);
  return determinant > 0;
}

std::string calibration_fault(const StereoCalibration& calibration, ImageSize size) {
  if (calibration.size != size) {
    return "the calibration is for " + std::to_string(calibration.size.width) + "x" +
           std::to_string(calibration.size.height) + ", the views are " + std::to_string(size.width) + "x" +
           std::to_string(size.height);
  }
  for (const CameraModel* camera : {&calibration.left, &calibration.right}) {
    if (std::string fault = camera_fault(*camera); !fault.empty()) return fault;
  }
  if (!is_rotation(calibration.rotation)) return "the rotation is not a rotation";
  const auto& t = calibration.translation;
  const double baseline = std::sqrt(t[0] * t[0] + t[1] * t[1] + t[2] * t[2]);
  if (!std::isfinite(baseline) || baseline < 1e-6) return "the two cameras stand at the same place";
  if (std::abs(t[0]) < std::max(std::abs(t[1]), std::abs(t[2]))) return "the cameras do not stand side by side";
  if (t[0] > 0) return "the right camera stands left of the left one: the views are exchanged";
  return "";
}

cv::Mat matrix_of(const CameraModel& camera) {
  return (cv::Mat_<double>(3, 3) << camera.fx, 0, camera.cx, 0, camera.fy, camera.cy, 0, 0, 1);
}

cv::Mat lens_of(const CameraModel& camera) {
  return camera.lens.empty() ? cv::Mat() : cv::Mat(camera.lens, true).reshape(1, 1);
}

Image rectified(const Image& view, const CameraModel& camera, const cv::Mat& turn, const cv::Mat& projection) {
  cv::Mat map_x, map_y, out;
  cv::initUndistortRectifyMap(matrix_of(camera), lens_of(camera), turn, projection, cv::Size(view.width, view.height),
                              CV_32FC1, map_x, map_y);
  cv::remap(view_of(view), out, map_x, map_y, cv::INTER_LINEAR, cv::BORDER_CONSTANT);
  return image_of(out);
}

struct RectifiedPair {
  Image left;
  Image right;
  RectifiedCamera camera;
  std::array<double, 9> turn{};
};

RectifiedPair rectified_pair(const Image& left, const Image& right, const StereoCalibration& calibration) {
  const cv::Mat rotation(3, 3, CV_64F, const_cast<double*>(calibration.rotation.data()));
  const cv::Mat translation(3, 1, CV_64F, const_cast<double*>(calibration.translation.data()));
  cv::Mat turn_left, turn_right, project_left, project_right, reprojection;
  cv::stereoRectify(matrix_of(calibration.left), lens_of(calibration.left), matrix_of(calibration.right),
                    lens_of(calibration.right), cv::Size(left.width, left.height), rotation, translation, turn_left,
                    turn_right, project_left, project_right, reprojection, cv::CALIB_ZERO_DISPARITY, 0);
  RectifiedPair pair{rectified(left, calibration.left, turn_left, project_left),
                     rectified(right, calibration.right, turn_right, project_right), {}, {}};
  pair.camera.focal_px = project_right.at<double>(0, 0);
  pair.camera.baseline_mm = -project_right.at<double>(0, 3) / pair.camera.focal_px;
  pair.camera.offset_px = project_left.at<double>(0, 2) - project_right.at<double>(0, 2);
  pair.camera.cx = project_left.at<double>(0, 2);
  pair.camera.cy = project_left.at<double>(1, 2);
  for (int i = 0; i < 9; ++i) pair.turn[static_cast<std::size_t>(i)] = turn_left.at<double>(i / 3, i % 3);
  return pair;
}

bool is_sound(const RectifiedCamera& camera) {
  return std::isfinite(camera.focal_px) && camera.focal_px > 0 && std::isfinite(camera.baseline_mm) &&
         camera.baseline_mm > 0 && std::isfinite(camera.offset_px);
}

}  // namespace

Result<StereoDepth> stereo_depth(const Image& left, const Image& right, const RectifiedCamera& camera,
                                 const StereoSettings& settings) {
  SURGSIGMA_CHECK(check_pair(left, right));
  SURGSIGMA_CHECK(check_settings(settings, left.size()));
  if (!is_sound(camera)) return refused("the camera's focal length or baseline is not positive");
  return depth_of(left, right, camera, settings);
}

Result<StereoDepth> stereo_depth(const Image& left, const Image& right, const StereoCalibration& calibration,
                                 std::string_view where, const StereoSettings& settings) {
  SURGSIGMA_CHECK(check_pair(left, right));
  SURGSIGMA_CHECK(check_settings(settings, left.size()));
  if (std::string fault = calibration_fault(calibration, left.size()); !fault.empty()) {
    return Error{ErrorKind::kData, std::move(fault), std::string(where), ""};
  }
  RectifiedPair pair;
  try {
    cv::setNumThreads(1);
    pair = rectified_pair(left, right, calibration);
  } catch (const std::exception& thrown) {
    return Error{ErrorKind::kData, std::string("the pair cannot be rectified: ") + thrown.what(), std::string(where),
                 ""};
  }
  if (!is_sound(pair.camera)) {
    return Error{ErrorKind::kData, "the calibration does not give a usable pair", std::string(where), ""};
  }
  SURGSIGMA_TRY(made, depth_of(pair.left, pair.right, pair.camera, settings));
  made.rectified_from_left = pair.turn;
  return made;
}

}  // namespace surgsigma
