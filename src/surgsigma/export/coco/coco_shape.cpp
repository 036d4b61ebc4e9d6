#include "surgsigma/export/coco/coco_shape.h"

#include <fmt/core.h>

#include <cmath>
#include <optional>
#include <vector>

#include "surgsigma/base/json.h"
#include "surgsigma/media/mask.h"
#include "surgsigma/media/resize.h"

namespace surgsigma {
namespace {

constexpr double kMostStretch = 0.02;  // between the two scales

struct Scale {
  double x = 1;
  double y = 1;
  bool is_one() const { return x == 1 && y == 1; }
};

std::optional<Scale> scale_to(ImageSize labels, ImageSize picture) {
  if (labels.width <= 0 || labels.height <= 0 || labels == picture) return Scale{};
  const Scale scale{static_cast<double>(picture.width) / labels.width,
                    static_cast<double>(picture.height) / labels.height};
  if (std::abs(scale.x / scale.y - 1) > kMostStretch) return std::nullopt;
  return scale;
}

ImageSize size_of(const Annotation& row) { return {row.width.value_or(0), row.height.value_or(0)}; }

/// A mask, and how it stands in the file.
struct Outline {
  Mask mask;
  std::string json;
};

std::string run_lengths(const Mask& mask) {
  return to_text(Json{{"size", {mask.size.height, mask.size.width}}, {"counts", counts_text(mask)}});
}

std::optional<Outline> of_polygons(const Json& rings, const std::string& text, Scale scale, ImageSize picture) {
  std::vector<std::vector<double>> polygons;
  for (const Json& ring : rings) {
    if (!ring.is_array()) return std::nullopt;
    std::vector<double> flat;
    for (const Json& number : ring) {
      if (!number.is_number()) return std::nullopt;
      flat.push_back(number.get<double>() * (flat.size() % 2 == 0 ? scale.x : scale.y));
    }
    polygons.push_back(std::move(flat));
  }
  const auto mask = mask_from_polygons(polygons, picture, "outline");
  if (!mask.ok()) return std::nullopt;
  return Outline{*mask, scale.is_one() ? text : to_text(Json(polygons))};
}

std::optional<Mask> of_counts(const Json& json, ImageSize size) {
  if (!json.contains("counts")) return std::nullopt;
  const Json& counts = json["counts"];
  if (counts.is_string()) {
    const auto mask = mask_from_counts(counts.get<std::string>(), size, "run lengths");
    return mask.ok() ? std::optional(*mask) : std::nullopt;
  }
  if (!counts.is_array()) return std::nullopt;
  std::vector<std::int64_t> runs;
  for (const Json& run : counts) {
    if (!run.is_number_integer()) return std::nullopt;
    runs.push_back(run.get<std::int64_t>());
  }
  const auto mask = mask_from_runs(runs, size, "run lengths");
  return mask.ok() ? std::optional(*mask) : std::nullopt;
}

/// The size that the run lengths name themselves comes first: without it they are nothing.
ImageSize size_of_runs(const Json& json, ImageSize labels) {
  if (!json.contains("size") || !json["size"].is_array() || json["size"].size() != 2) return labels;
  const Json& size = json["size"];
  if (!size[0].is_number_integer() || !size[1].is_number_integer()) return labels;
  const auto high = size[0].get<std::int64_t>(), wide = size[1].get<std::int64_t>();
  const auto is_sane = [](std::int64_t side) { return side > 0 && side <= 100'000; };
  return is_sane(high) && is_sane(wide) ? ImageSize{static_cast<int>(wide), static_cast<int>(high)} : labels;
}

std::string_view outline_of(const Annotation& row, ImageSize picture, Outline& outline, bool& is_scaled) {
  if (!holds_outline(row)) return coco_rule::kMaskIsFile;
  const auto json = parse_json(row.text, "mask");
  if (!json.ok()) return coco_rule::kBrokenOutline;
  const bool is_runs = json->is_object();
  const ImageSize labels = is_runs ? size_of_runs(*json, size_of(row)) : size_of(row);
  const auto scale = scale_to(labels, picture);
  if (!scale) return coco_rule::kOtherShape;
  is_scaled |= !scale->is_one();
  if (!is_runs) {
    auto found = of_polygons(*json, row.text, *scale, picture);
    if (!found) return coco_rule::kBrokenOutline;
    outline = std::move(*found);
  } else {
    auto mask = of_counts(*json, labels.width > 0 ? labels : picture);
    if (!mask) return coco_rule::kBrokenOutline;
    if (mask->size != picture) {
      const auto resized_mask = resized(image_from_mask(*mask), picture, Resampling::kNearest);
      if (!resized_mask.ok()) return coco_rule::kBrokenOutline;
      mask = mask_from_image(*resized_mask);
    }
    outline = {*mask, run_lengths(*mask)};
  }
  return area(outline.mask) > 0 ? std::string_view() : coco_rule::kEmptyMask;
}

std::string_view box_of(const Annotation& row, ImageSize picture, CocoShape& shape) {
  if (!row.x1 || !row.y1 || !row.x2 || !row.y2) return coco_rule::kBrokenBox;
  const auto scale = scale_to(size_of(row), picture);
  if (!scale) return coco_rule::kOtherShape;
  shape.is_scaled |= !scale->is_one();
  const Box box{*row.x1 * scale->x, *row.y1 * scale->y, *row.x2 * scale->x, *row.y2 * scale->y};
  for (const double corner : {box.x1, box.y1, box.x2, box.y2}) {
    if (!std::isfinite(corner)) return coco_rule::kBrokenBox;
  }
  if (box.area() <= 0) return coco_rule::kBoxWithoutArea;
  const auto inside = clamped(box, picture);
  if (!inside || inside->area() <= 0) return coco_rule::kBoxOutside;
  shape.is_cut = *inside != box;
  shape.box = *inside;
  return {};
}

}  // namespace

bool holds_outline(const Annotation& mask) { return mask.text.starts_with("[") || mask.text.starts_with("{"); }

std::string_view shape_of(const Annotation* box, const Annotation* mask, ImageSize picture, CocoShape& shape) {
  shape = {};
  Outline outline;
  const std::string_view no_box = box ? box_of(*box, picture, shape) : std::string_view(coco_rule::kBrokenBox);
  const std::string_view no_mask =
      mask ? outline_of(*mask, picture, outline, shape.is_scaled) : std::string_view(coco_rule::kEmptyMask);
  if (!no_mask.empty()) {
    if (mask && !no_box.empty()) return box ? no_box : no_mask;
    if (mask) shape.mask_fault = no_mask;
    if (!no_box.empty()) return no_box;
    shape.area = shape.box.area();
    return {};
  }
  if (!no_box.empty()) {
    if (box) return no_box;  // its own box contradicts it: which of the two is right is not for us to say
    shape.box = bounding_box(outline.mask);
  }
  shape.area = static_cast<double>(area(outline.mask));
  shape.segmentation = std::move(outline.json);
  return {};
}

}  // namespace surgsigma
