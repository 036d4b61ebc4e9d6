// Which detections find a truth: the part of COCO's evaluation that does not depend on weights.
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "surgsigma/eval/metrics/coco_ap.h"
#include "surgsigma/eval/metrics/ranked_cuts.h"

namespace surgsigma {

inline constexpr int kCocoThresholds = 10;     ///< IoU 0.50, 0.55 .. 0.95
inline constexpr std::size_t kCocoRanges = 4;  ///< all, small, medium, large

/// Size range and limit of ar1, ar10, ar100, ar_small, ar_medium, ar_large.
inline constexpr std::size_t kCocoRecalls = 6;
inline constexpr std::array<std::pair<std::size_t, int>, kCocoRecalls> kCocoRecallOf = {
    {{0, 1}, {0, 10}, {0, 100}, {1, 100}, {2, 100}, {3, 100}}};

enum class CocoTies { kByThreshold, kByOrder };

struct CocoClass {
  /// Hits and false alarms of each size range and threshold. A cut that another of higher recall and no lower precision
  /// follows at once is left out: it cannot be the best.
  std::array<std::array<RankedCuts, kCocoThresholds>, kCocoRanges> cuts;
  /// Truths that count, [range][case].
  std::array<std::vector<double>, kCocoRanges> positives;
  /// Truths found, summed over the thresholds, [kind of recall][case].
  std::array<std::vector<double>, kCocoRecalls> found;
};

/// One per category. `input` is sound (coco_ap checks it).
std::vector<CocoClass> coco_classes(const CocoInput& input, CocoTies ties, int jobs);

/// Intersection over union in COCO's arithmetic; over the detection's area for a crowd.
double coco_iou(const CocoBox& detection, const CocoBox& truth, bool is_crowd);

}  // namespace surgsigma
