// From a depth map to the grey picture of a conversation, and what speaks against a map.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/media/depth_file.h"
#include "surgsigma/media/image.h"

namespace surgsigma {

/// round(255 (q - q2) / (q98 - q2)), clipped; q is the inverse depth, so near is bright.
struct DepthView {
  Image picture;         ///< One channel; 0 outside the field and where nothing was measured.
  double q2 = 0;         ///< 2nd and 98th percentile (linear between ranks) of q inside the field: with them the view
  double q98 = 0;        ///< can be turned back.
  std::int64_t valid = 0;  ///< Pixels that were measured inside the field.
  bool operator==(const DepthView&) const = default;
};

/// `nearness`: larger is nearer, not-a-number where unknown. `field`: 0 outside; null for the whole picture. Fails with
/// kUsage on sizes that differ or more than one channel, with kData where fewer than 100 pixels (or a twentieth of a
/// smaller picture) are known, or all are equally far.
Result<DepthView> depth_view(const FloatImage& nearness, const Image* field = nullptr);
/// The same from a map as its source's convention has it: metric or relative, inverse or not.
Result<DepthView> depth_view(const DepthMap& map, const DepthConvention& convention, const Image* field = nullptr);

/// 0 near, 1 far for the smoke model: 1 - view / 255, not-a-number where nothing is known.
FloatImage relative_distance(const DepthView& view, const FloatImage& nearness);

/// 255 where the sum of red, green and blue is above 0.96 * 3 * 255, grown by `dilation_px` (a square of that side).
Image specular_mask(const Image& picture, int dilation_px = 11);

struct DepthFault {
  std::string rule;    ///< "specular", "instrument_behind", "flicker"
  double share = 0;    ///< What was found ...
  double limit = 0;    ///< ... and what is allowed.
  std::string reason;  ///< One line for a person.
};

struct DepthLimits {
  double specular_share = 0.2;          ///< Highest share of highlights among the known pixels.
  double instrument_nearer = 0.6;       ///< Lowest share of border pixels where it is nearer than the tissue.
  int border_px = 6;                    ///< How far to both sides of the instrument's edge is looked.
  double change_without_motion = 0.05;  ///< Highest change between two moments, as a share of q98 - q2.
};

/// Marks highlights as unknown in `nearness` (stereo and networks err there) and reports where they are too large a
/// share.
Result<std::vector<DepthFault>> drop_specular(FloatImage& nearness, const Image& picture,
                                              const DepthLimits& limits = {});

/// An instrument lies before the tissue it hides. Compares the pixels on both sides of each mask's edge; edges on the
/// picture's border and borders between instruments are left out. `instruments`: 0 tissue, else an instance.
Result<std::vector<DepthFault>> check_instruments_nearer(const FloatImage& nearness, const Image& instruments,
                                                         const DepthLimits& limits = {});

/// Two moments without motion must look alike: mean absolute difference of the two views after the best scale and
/// shift, over 255. The caller says that the frames did not move (FrameQuality::motion).
Result<std::vector<DepthFault>> check_still(const FloatImage& before, const FloatImage& after,
                                            const DepthLimits& limits = {});

}  // namespace surgsigma
