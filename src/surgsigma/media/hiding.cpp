#include "surgsigma/media/hiding.h"

#include <algorithm>
#include <cmath>

namespace surgsigma {
namespace {

bool is_on(const HiddenRegion& region, Microseconds time) {
  return region.time.begin <= time && time < region.time.end;
}

Error meaningless(const RegionRow& row, std::string what) {
  return {ErrorKind::kData, std::move(what), row.video_id.text + ", region " + row.region_id,
          "build again; until then nothing of this recording can be written"};
}

Box scaled(const Box& box, ImageSize from, ImageSize to) {
  if (from == to) return box;
  const double x = static_cast<double>(to.width) / from.width;
  const double y = static_cast<double>(to.height) / from.height;
  return {std::floor(box.x1 * x), std::floor(box.y1 * y), std::ceil(box.x2 * x), std::ceil(box.y2 * y)};
}

}  // namespace

bool HidingPlan::hides_all(Microseconds time) const {
  return std::any_of(regions.begin(), regions.end(),
                     [&](const HiddenRegion& region) { return !region.box && is_on(region, time); });
}

bool HidingPlan::hides_all_within(Microseconds begin, Microseconds end) const {
  return std::any_of(regions.begin(), regions.end(), [&](const HiddenRegion& region) {
    return !region.box && region.time.begin < end && begin < region.time.end;
  });
}

Status HidingPlan::apply(Image& picture, Microseconds time) const {
  if (picture.is_empty()) return Error{ErrorKind::kUsage, "the picture is empty", "hiding", ""};
  const Box all{0, 0, static_cast<double>(picture.width), static_cast<double>(picture.height)};
  for (const HiddenRegion& region : regions) {
    if (!is_on(region, time)) continue;
    const bool has_size = size.width > 0 && size.height > 0;
    if (region.box && !has_size) {
      return Error{ErrorKind::kInternal, "a plan with boxes does not say what size they refer to", "hiding", ""};
    }
    const Box box = region.box ? scaled(*region.box, size, picture.size()) : all;
    SURGSIGMA_CHECK(hide_boxes(picture, std::span(&box, 1), region.how));
  }
  return done();
}

Result<HidingPlan> hiding_plan(std::span<const RegionRow> regions) {
  HidingPlan plan;
  for (const RegionRow& row : regions) {
    if (row.hiding == "none") continue;
    HiddenRegion region;
    region.time = {row.begin_us, row.end_us};
    if (row.hiding == "pixelate") {
      region.how = Hiding::kPixelate;
    } else if (row.hiding != "black") {
      return meaningless(row, "no way of hiding: '" + row.hiding + "'");
    }
    if (row.end_us <= row.begin_us) return meaningless(row, "a region that ends before it begins");
    const int corners = row.x1.has_value() + row.y1.has_value() + row.x2.has_value() + row.y2.has_value();
    if (corners != 0 && corners != 4) return meaningless(row, "a box with missing corners");
    if (corners == 4) {
      const Box box{*row.x1, *row.y1, *row.x2, *row.y2};
      const bool is_sound = std::isfinite(box.x1) && std::isfinite(box.y1) && std::isfinite(box.x2) &&
                            std::isfinite(box.y2) && box.x1 < box.x2 && box.y1 < box.y2;
      if (!is_sound) return meaningless(row, "a box without area");
      const ImageSize size{row.width, row.height};
      if (size.width <= 0 || size.height <= 0) return meaningless(row, "a box without the size of its picture");
      if (plan.size != ImageSize{} && plan.size != size) return meaningless(row, "boxes of two picture sizes");
      plan.size = size;
      region.box = box;
    }
    plan.regions.push_back(region);
  }
  return plan;
}

}  // namespace surgsigma
