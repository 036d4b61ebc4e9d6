// One labelled object in the pixels of its picture: box, area and segmentation as a COCO file has them.
#pragma once

#include <string>
#include <string_view>

#include "surgsigma/schema/geometry.h"
#include "surgsigma/schema/tables.h"

namespace surgsigma {

struct CocoShape {
  Box box;                      ///< inside the picture, with an area
  double area = 0;              ///< pixels of the mask as pycocotools counts them, else of the box
  std::string segmentation;     ///< JSON: polygons or compressed run lengths; empty without a mask
  bool is_cut = false;          ///< part of the box lay outside
  bool is_scaled = false;       ///< the labels were made on a picture of another size
  std::string_view mask_fault;  ///< the rule by which a broken mask beside a good box was left out
};

/// Rules by which an object, or its mask, stays out; docs/export-coco.md says what they mean.
namespace coco_rule {
inline constexpr std::string_view kBrokenBox = "broken_box";
inline constexpr std::string_view kBoxOutside = "box_outside_picture";
inline constexpr std::string_view kBoxWithoutArea = "box_without_area";
inline constexpr std::string_view kBrokenOutline = "broken_outline";
inline constexpr std::string_view kEmptyMask = "empty_mask";
inline constexpr std::string_view kMaskIsFile = "mask_is_a_file";
inline constexpr std::string_view kOtherShape = "other_shape";
}  // namespace coco_rule

/// `box` or `mask` may be missing. Labels that were made on a picture of another size are scaled to `picture`, as long
/// as its sides have the same proportion within 2 %. Polygons and run lengths that need no scaling are handed on as
/// they are. The rule that keeps the object out, or "" when it goes in.
std::string_view shape_of(const Annotation* box, const Annotation* mask, ImageSize picture, CocoShape& shape);

/// Outlines or run lengths, not the name of a raster.
bool holds_outline(const Annotation& mask);

}  // namespace surgsigma
