// Which detections find a truth: the part of COCO's evaluation that does not depend on weights.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "surgsigma/eval/metrics/coco_ap.h"

namespace surgsigma {

inline constexpr int kCocoThresholds = 10;                       ///< IoU 0.50, 0.55 .. 0.95
inline constexpr std::size_t kCocoRanges = 4;                    ///< all, small, medium, large
inline constexpr std::array<int, 3> kCocoLimits = {1, 10, 100};  ///< detections per picture and class

enum class CocoTies { kByThreshold, kByOrder };

/// One detection in the ranking of its class. Bit t of a word: at IoU threshold t.
struct CocoHit {
  std::uint32_t case_number = 0;
  std::uint8_t place_in_image = 0;                        ///< 0..99
  bool ends_group = true;                                 ///< the ranking may be cut behind it
  std::array<std::uint16_t, kCocoRanges> hits{};          ///< found a truth that counts
  std::array<std::uint16_t, kCocoRanges> false_alarms{};  ///< found none and is not ignored
};

struct CocoClass {
  std::vector<CocoHit> ranking;  ///< best score first
  /// Truths that count, [range][case].
  std::array<std::vector<double>, kCocoRanges> positives;
};

/// One per category. `input` is sound (coco_ap checks it).
std::vector<CocoClass> coco_classes(const CocoInput& input, CocoTies ties, int jobs);

/// Intersection over union in COCO's arithmetic; over the detection's area for a crowd.
double coco_iou(const CocoBox& detection, const CocoBox& truth, bool is_crowd);

}  // namespace surgsigma
