// A picture in the size of a clip, its proportions kept.
#pragma once

#include <optional>

#include "surgsigma/base/result.h"
#include "surgsigma/media/image.h"
#include "surgsigma/media/resize.h"

namespace surgsigma {

enum class ClipFit {
  kCrop,  ///< scaled until it covers the clip, what sticks out is cut off evenly
  kPad,   ///< scaled until it lies inside, black beside it
};

/// Scaled to `scaled`, whose corner then lies at (x, y) of the clip: negative when cut, positive when padded.
struct FitPlan {
  ImageSize scaled;
  ImageSize clip;
  int x = 0;
  int y = 0;
  bool operator==(const FitPlan&) const = default;
};

/// Nothing where the picture would have to be enlarged.
std::optional<FitPlan> plan_fit(ImageSize picture, ImageSize clip, ClipFit fit);

/// `how`: kArea for pictures, kNearest for class ids.
Result<Image> fitted(const Image& picture, const FitPlan& plan, Resampling how);
/// For depth: nearest; not-a-number beside it.
Result<FloatImage> fitted(const FloatImage& picture, const FitPlan& plan);

}  // namespace surgsigma
