// What is hidden of one private recording before any of its pixels are written: burned-in text for the whole time, and
// everything while the camera is out of the body. Whoever takes a picture of the recording from its file applies the
// plan first, at the picture's own size, before it is scaled, encoded or drawn on.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/base/time.h"
#include "surgsigma/media/blur.h"
#include "surgsigma/media/image.h"
#include "surgsigma/schema/tables.h"

namespace surgsigma {

struct HiddenRegion {
  TimeRange time;          ///< half-open
  std::optional<Box> box;  ///< pixels of the plan's size; none: the whole picture
  Hiding how = Hiding::kBlack;
  bool operator==(const HiddenRegion&) const = default;
};

struct HidingPlan {
  ImageSize size;  ///< that the boxes refer to; a picture of another size gets them scaled
  std::vector<HiddenRegion> regions;

  /// Nothing is ever hidden: pictures may be passed on as they are.
  bool is_empty() const { return regions.empty(); }
  /// The whole picture is hidden at this time: no use for training.
  bool hides_all(Microseconds time) const;
  /// Some of [begin, end) shows only hidden pictures.
  bool hides_all_within(Microseconds begin, Microseconds end) const;
  /// Hides in place. Boxes are rounded outwards when they are scaled. kUsage for an empty picture; a plan with boxes
  /// and without a size is kInternal.
  Status apply(Image& picture, Microseconds time) const;
  bool operator==(const HidingPlan&) const = default;
};

/// The plan of one recording from its rows; those that a person has cleared hide nothing. kData for a row whose words
/// or numbers mean nothing: such a recording must not be passed on.
Result<HidingPlan> hiding_plan(std::span<const RegionRow> regions);

}  // namespace surgsigma
