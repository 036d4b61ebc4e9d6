// Masks as COCO run lengths: how many pixels are off, on, off, ... down the columns from the left. The text form and
// the polygon filling agree bit for bit with the COCO API (pycocotools), so masks may be passed on as they are.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/media/image.h"

namespace surgsigma {

/// The runs sum to width * height; the first is off and may be 0, no other is 0. Made by the functions below only.
struct Mask {
  ImageSize size;
  std::vector<std::uint32_t> runs;
  bool operator==(const Mask&) const = default;
};

/// Every value of a one-channel picture that is not 0.
Mask mask_from_image(const Image& picture);
/// Every pixel that equals `value`.
Mask mask_of_value(const Image& ids, int value);
Mask mask_of_value(const DepthPicture& ids, int value);
/// 0 and `on`.
Image image_from_mask(const Mask& mask, std::uint8_t on = 1);

/// COCO's "counts" as text. Fails with kData, naming `name`, on letters outside the alphabet, negative or missing runs,
/// a sum that is not the size, or a size above 2^32 - 1 pixels. Memory is bounded by the length of the text.
Result<Mask> mask_from_counts(std::string_view counts, ImageSize size, std::string_view name);
/// COCO's "counts" as a list.
Result<Mask> mask_from_runs(std::span<const std::int64_t> runs, ImageSize size, std::string_view name);
std::string counts_text(const Mask& mask);

/// COCO polygons: each a flat list x1, y1, x2, y2, ...; their union. Fails with kData on less than three corners, an
/// odd list, a corner that is no number or lies further than one picture away from the picture.
Result<Mask> mask_from_polygons(std::span<const std::vector<double>> polygons, ImageSize size, std::string_view name);

/// Pixels that are on.
std::int64_t area(const Mask& mask);
/// The smallest box round all pixels that are on; empty (0, 0, 0, 0) if there are none.
Box bounding_box(const Mask& mask);

enum class MaskMerge { kUnion, kIntersection, kDifference };
/// Fails with kUsage if the sizes differ. kDifference: in `a` and not in `b`.
Result<Mask> merged(const Mask& a, const Mask& b, MaskMerge how);
/// Intersection over union, 0 when both are empty; `b_is_crowd`: over the area of `a`, as COCO scores crowds.
Result<double> mask_iou(const Mask& a, const Mask& b, bool b_is_crowd = false);

}  // namespace surgsigma
