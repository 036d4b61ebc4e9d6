#include "surgsigma/export/cosmos/clip_fit.h"

#include <algorithm>
#include <limits>

namespace surgsigma {
namespace {

/// round(a * b / c)
int scaled_side(int a, int b, int c) {
  const auto product = static_cast<std::int64_t>(a) * b;
  return static_cast<int>((2 * product + c) / (2 * static_cast<std::int64_t>(c)));
}

template <class T>
Raster<T> placed(const Raster<T>& picture, const FitPlan& plan, T beside) {
  Raster<T> clip(plan.clip.width, plan.clip.height, picture.channels, beside);
  const int first = std::max(0, plan.x), last = std::min(plan.clip.width, plan.x + picture.width);
  for (int y = std::max(0, plan.y); y < std::min(plan.clip.height, plan.y + picture.height); ++y) {
    const T* from = picture.at(first - plan.x, y - plan.y);
    std::copy(from, from + static_cast<std::ptrdiff_t>(last - first) * picture.channels, clip.at(first, y));
  }
  return clip;
}

}  // namespace

std::optional<FitPlan> plan_fit(ImageSize picture, ImageSize clip, ClipFit fit) {
  if (picture.width <= 0 || picture.height <= 0 || clip.width <= 0 || clip.height <= 0) return std::nullopt;
  // Compared crosswise: is the picture wider than the clip?
  const bool is_wider =
      static_cast<std::int64_t>(picture.width) * clip.height >= static_cast<std::int64_t>(clip.width) * picture.height;
  const bool by_height = is_wider == (fit == ClipFit::kCrop);
  ImageSize scaled;
  if (by_height) {
    scaled = {scaled_side(picture.width, clip.height, picture.height), clip.height};
  } else {
    scaled = {clip.width, scaled_side(picture.height, clip.width, picture.width)};
  }
  if (scaled.width > picture.width || scaled.height > picture.height) return std::nullopt;
  const auto shift = [](int room) { return room >= 0 ? room / 2 : -(-room / 2); };
  return FitPlan{scaled, clip, shift(clip.width - scaled.width), shift(clip.height - scaled.height)};
}

Result<Image> fitted(const Image& picture, const FitPlan& plan, Resampling how) {
  if (picture.size() == plan.scaled) return placed(picture, plan, std::uint8_t{0});
  SURGSIGMA_TRY(small, resized(picture, plan.scaled, how));
  return placed(small, plan, std::uint8_t{0});
}

Result<FloatImage> fitted(const FloatImage& picture, const FitPlan& plan) {
  constexpr float kNothing = std::numeric_limits<float>::quiet_NaN();
  if (picture.size() == plan.scaled) return placed(picture, plan, kNothing);
  SURGSIGMA_TRY(small, resized(picture, plan.scaled, Resampling::kNearest));
  return placed(small, plan, kNothing);
}

}  // namespace surgsigma
