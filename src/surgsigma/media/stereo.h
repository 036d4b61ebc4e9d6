// Metric depth from a stereo pair through OpenCV's semi-global matcher. The same for any number of threads.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/media/depth_file.h"
#include "surgsigma/media/image.h"

namespace surgsigma {

/// A pinhole camera in pixels with OpenCV's lens terms (k1 k2 p1 p2 [k3 [k4 k5 k6 ...]]; 0, 4, 5, 8, 12 or 14 of them).
struct CameraModel {
  double fx = 0;
  double fy = 0;
  double cx = 0;
  double cy = 0;
  std::vector<double> lens;
};

/// Where the right camera stands: x_right = rotation * x_left + translation (millimetres), rotation row by row.
struct StereoCalibration {
  ImageSize size;
  CameraModel left;
  CameraModel right;
  std::array<double, 9> rotation = {1, 0, 0, 0, 1, 0, 0, 0, 1};
  std::array<double, 3> translation = {0, 0, 0};
};

/// Enough where the pair is rectified already.
struct RectifiedCamera {
  double focal_px = 0;
  double baseline_mm = 0;
  double offset_px = 0;  ///< cx_left - cx_right: depth = f B / (d - offset).
  double cx = 0;         ///< Principal point of the left view; known after rectification, not needed for depth.
  double cy = 0;
};

struct StereoSettings {
  int min_disparity = 0;
  int disparities = 0;       ///< Searched from min_disparity on, a multiple of 16; 0: an eighth of the width.
  int block_px = 5;          ///< Odd, 1 to 21.
  int uniqueness = 8;        ///< Percent by which the best match must win.
  int speckle_px = 100;      ///< Islands smaller than this are dropped.
  double left_right_px = 1;  ///< Largest difference of the two directions; negative: not compared.
  double max_mm = 1000;      ///< Beyond: unknown.
};

struct StereoDepth {
  FloatImage disparity;     ///< Pixels of the rectified left view; not-a-number where unknown.
  DepthMap depth;           ///< Millimetres along the optical axis; not-a-number where unknown.
  Image left;               ///< The rectified left view that the maps belong to.
  RectifiedCamera camera;   ///< After rectification.
  std::array<double, 9> rectified_from_left = {1, 0, 0, 0, 1, 0, 0, 0, 1};  ///< How the left camera was turned.
};

/// A rectified pair. Fails with kUsage naming what is wrong: sizes, channels, settings, a camera without focal length
/// or baseline.
Result<StereoDepth> stereo_depth(const Image& left, const Image& right, const RectifiedCamera& camera,
                                 const StereoSettings& settings = {});

/// Rectifies first. A calibration that cannot be (another size, not a rotation, no baseline, focal length that is not
/// positive, numbers that are none, cameras above one another) is kData naming `where`.
Result<StereoDepth> stereo_depth(const Image& left, const Image& right, const StereoCalibration& calibration,
                                 std::string_view where, const StereoSettings& settings = {});

}  // namespace surgsigma
