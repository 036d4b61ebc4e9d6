// Calibration files of stereo endoscopes, as OpenCV's FileStorage and its users write them: YAML or JSON with
//   M1 (or K1, KL)  M2 (K2, KR)   3x3 camera matrices, pixels
//   D1 (DL)         D2 (DR)       lens terms, 0, 4, 5, 8, 12 or 14 of them; may be missing
//   R  T                          x_right = R x_left + T
// A matrix is OpenCV's {rows, cols, dt, data} or a list of rows. SCARED's endoscope_calibration.yaml has M1 D1 M2 D2 R
// T, its frame_data JSON the same as KL DL KR DR R T below `camera-calibration` (dimitrisPs/scared_toolkit,
// calibrator.py).
#pragma once

#include <string_view>

#include "surgsigma/base/files.h"
#include "surgsigma/base/result.h"
#include "surgsigma/media/stereo.h"

namespace surgsigma {

/// `size`: of the views, which such files rarely name. `mm`: millimetres of one unit of T. Fails with kData naming
/// `name` and the key: what is missing, of another size, or no number.
Result<StereoCalibration> decode_stereo_calibration(std::string_view text, std::string_view name, ImageSize size,
                                                    double mm = 1);
Result<StereoCalibration> read_stereo_calibration(const fs::path& path, ImageSize size, double mm = 1);

/// OpenCV's YAML, read back by both programs.
std::string encode_stereo_calibration(const StereoCalibration& calibration);

}  // namespace surgsigma
