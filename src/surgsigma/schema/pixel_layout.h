// What a card says of its pixel files (docs/depth.md): how depth is written, which half of a picture is whose view, and
// how a stereo calibration is measured. Words are checked when the card is read, so that a mistake is named with file
// and entry and not found in the middle of a build.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/base/json.h"
#include "surgsigma/base/result.h"
#include "surgsigma/schema/fields.h"

namespace surgsigma {

/// Part of a file in which several pictures are stacked. Of an odd number of rows the upper half has one less.
enum class PictureHalf { kWhole, kTop, kBottom, kLeft, kRight };

/// Where the two cameras of a stereo endoscope stand in one file.
struct StackedViews {
  PictureHalf left = PictureHalf::kWhole;
  PictureHalf right = PictureHalf::kWhole;  ///< kWhole: the file has the left view alone
  bool is_stacked() const { return right != PictureHalf::kWhole; }
  bool operator==(const StackedViews&) const = default;
};

/// `with` of a layout entry of role `frame` or `video`.
struct ViewLayout {
  StackedViews views;
  bool is_stills = false;  ///< the time between pictures is not known: nothing is asked of it
};

/// `with` of a layout entry of role `depth`.
struct DepthLayout {
  std::string unit = "mm";            ///< mm, m, relative, disparity
  double scale = 1;                   ///< file value * scale = the unit
  bool is_inverse = false;            ///< the value is a reciprocal of the distance; always so for disparity
  bool near_is_bright = false;        ///< relative only
  std::vector<double> invalid = {0};  ///< file values that mean "not measured"; what is not finite always does
  std::optional<double> least;        ///< in the unit; what lies outside was not measured
  std::optional<double> most;
  int channel = 0;
  PictureHalf half = PictureHalf::kWhole;
  std::string provenance;        ///< measured, structured_light, ct, model, carried; pseudo: stereo, network
  std::string projection = "z";  ///< z: along the optical axis; ray: along the line of sight
};

/// Made by a matcher or a network, and never to be called ground truth.
bool is_pseudo_depth(std::string_view provenance);

/// `with` of a layout entry of role `mask`.
struct MaskLayout {
  std::string vocabulary;  ///< numbers the values; empty: the files are known and not used
  double stray_share = 0;  ///< of the pixels, that may have a value which the vocabulary does not name
};

/// `with` of a layout entry of role `calibration`.
struct CalibrationLayout {
  double mm = 1;             ///< millimetres of one unit of the translation
  int disparities = 0;       ///< searched, a multiple of 16; 0: an eighth of the width
  double max_mm = 1000;      ///< beyond: unknown
  double known_share = 0.3;  ///< least share of the picture that must get a depth
};

/// Reads and checks; every mistake is noted at the place of `fields`. `with`: the same object.
DepthLayout read_depth_layout(const Json& with, const Place& place, Mistakes& mistakes);
MaskLayout read_mask_layout(const Json& with, const Place& place, Mistakes& mistakes);
CalibrationLayout read_calibration_layout(const Json& with, const Place& place, Mistakes& mistakes);
/// `views`: left_over_right, right_over_left, left_beside_right, right_beside_left; absent: one view. `stills`: true or
/// false.
ViewLayout read_view_layout(const Json& with, const Place& place, Mistakes& mistakes);

/// The same for a card that was checked when it was loaded; kData naming `where` otherwise.
Result<DepthLayout> depth_layout(const Json& with, std::string_view where);
Result<MaskLayout> mask_layout(const Json& with, std::string_view where);
Result<CalibrationLayout> calibration_layout(const Json& with, std::string_view where);
Result<ViewLayout> view_layout(const Json& with, std::string_view where);

}  // namespace surgsigma
