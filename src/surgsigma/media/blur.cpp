#include "surgsigma/media/blur.h"

#include <algorithm>
#include <cmath>

namespace surgsigma {
namespace {

constexpr int kTilesAcross = 3;

/// Whole pixels: columns [left, right), rows [top, bottom).
struct Patch {
  int left = 0;
  int top = 0;
  int right = 0;
  int bottom = 0;
};

bool is_sound(const Box& box) {
  const bool is_finite = std::isfinite(box.x1) && std::isfinite(box.y1) && std::isfinite(box.x2) && std::isfinite(box.y2);
  return is_finite && box.x1 <= box.x2 && box.y1 <= box.y2;
}

/// Every pixel that the box touches; empty outside the picture.
Patch patch_of(const Box& box, ImageSize size) {
  const auto within = [](double value, int most) { return static_cast<int>(std::clamp(value, 0.0, static_cast<double>(most))); };
  return {within(std::floor(box.x1), size.width), within(std::floor(box.y1), size.height),
          within(std::ceil(box.x2), size.width), within(std::ceil(box.y2), size.height)};
}

void blacken(Image& picture, const Patch& patch) {
  const std::size_t values = static_cast<std::size_t>(patch.right - patch.left) * static_cast<std::size_t>(picture.channels);
  for (int y = patch.top; y < patch.bottom; ++y) std::fill_n(picture.at(patch.left, y), values, std::uint8_t{0});
}

void level(Image& picture, const Patch& tile) {
  const std::int64_t pixels = std::int64_t{tile.right - tile.left} * (tile.bottom - tile.top);
  for (int channel = 0; channel < picture.channels; ++channel) {
    std::int64_t sum = 0;
    for (int y = tile.top; y < tile.bottom; ++y) {
      for (int x = tile.left; x < tile.right; ++x) sum += picture.at(x, y)[channel];
    }
    const auto mean = static_cast<std::uint8_t>((sum + pixels / 2) / pixels);
    for (int y = tile.top; y < tile.bottom; ++y) {
      for (int x = tile.left; x < tile.right; ++x) picture.at(x, y)[channel] = mean;
    }
  }
}

/// The tiles are of equal size but for what the edge cuts off the last ones.
void pixelate(Image& picture, const Patch& patch) {
  const int shorter = std::min(patch.right - patch.left, patch.bottom - patch.top);
  const int side = (shorter + kTilesAcross - 1) / kTilesAcross;
  const int tile = std::max(side, kLeastTilePx);
  for (int y = patch.top; y < patch.bottom; y += tile) {
    for (int x = patch.left; x < patch.right; x += tile) {
      level(picture, {x, y, std::min(x + tile, patch.right), std::min(y + tile, patch.bottom)});
    }
  }
}

}  // namespace

Status hide_boxes(Image& picture, std::span<const Box> boxes, Hiding how) {
  if (picture.is_empty()) return Error{ErrorKind::kUsage, "the picture is empty", "hide_boxes", ""};
  for (const Box& box : boxes) {
    if (!is_sound(box)) return Error{ErrorKind::kUsage, "a box has no valid corners", "hide_boxes", "x1 <= x2 and y1 <= y2"};
  }
  for (const Box& box : boxes) {
    const Patch patch = patch_of(box, picture.size());
    if (patch.left >= patch.right || patch.top >= patch.bottom) continue;
    if (how == Hiding::kBlack) {
      blacken(picture, patch);
    } else {
      pixelate(picture, patch);
    }
  }
  return done();
}

}  // namespace surgsigma
