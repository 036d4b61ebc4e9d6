// Masks of classes (task instrument_segmentation). Pictures are compared one by one, and only counts are kept.
// Per frame and class: IoU = both / (truth + answer - both), Dice = 2 both / (truth + answer), in pixels.
//   challenge_iou, challenge_dice   per frame the mean over the classes in its truth, then over frames with truth
//                     (EndoVis 2017/2018).                                                        higher, share
//   frame_iou         per frame the mean over the classes in truth or answer, then over such frames.        higher,
//   share iou/<class>, dice/<class>   pixels summed over all frames; mc_iou, mc_dice: mean over the classes that have
//   truth. iou:union/<class>, mc_iou:union   the same, where a class that is answered but nowhere true has 0. higher,
//   share binary_iou, binary_dice   any class against background, mean over frames with either; binary_iou:empty1: over
//   all
//                     frames, empty against empty is 1.                                             higher, share
//   mean_iou:empty1   mean over all frames and classes, empty against empty is 1.                      higher, share
//   nsd@T/<class>     mean over frames with the class in truth or answer of the normalised surface distance at T
//   pixels:
//                     edge pixels no further than T from the other's edges / all edge pixels; one side empty: 0.
//                     Classes without truth: undefined. nsd@T: mean over classes; nsd@T:empty1: over all frames and
//                     classes, empty against empty is 1.                                              higher, share
//   hd/<class>, hd95/<class>   mean over the frames that have the class in truth and answer of the larger of the two
//                     directed distances between edges: the largest, and the 95th percentile (linear between ranks, as
//                     numpy). hd, hd95: mean over classes. hd_coverage: share of (frame, class) pairs with the class in
//                     truth or answer that have it in both; a distance without it says little.  lower px; higher share
//   sar_miou, sar_nsd, sar_score   SAR-RARP50 (surgical-vision/SAR_RARP50-evaluation 519280b): per frame the mean over
//   all
//                     classes with empty against empty = 1, mean over frames of a video, then over videos; NSD at 10
//                     px; sar_score = sqrt(sar_miou * sar_nsd). A missing answer is 0 for every class, absent ones too.
//                     Given where 10 is among the tolerances.                                              higher,
//                     share
// Edges, NSD and percentiles are those of MONAI 1.1 (compute_surface_dice, compute_hausdorff_distance, compute_iou):
// an edge pixel has one of four neighbours outside the mask or the picture; distances lie between pixel centres.
// Empty against empty is undefined except in variants named empty1 and sar_*. A missing or unreadable answer is an
// empty picture, and 0 in the variants empty1 and sar_*. Pixels with the ignored label in the truth are background in
// both. There are no scores, so no ties. At weights: weight w of a case = each of its videos (frames) occurs w times.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/eval/metric_row.h"
#include "surgsigma/eval/metrics/surface_distance.h"
#include "surgsigma/eval/scorer.h"

namespace surgsigma {

/// What to count. Every label must be the background's, one of `labels` or the ignored one.
struct SegmentationPlan {
  std::vector<std::uint8_t> labels;       ///< of the classes, in the order of their names
  std::vector<double> tolerances = {10};  ///< px, for NSD
  std::uint8_t background = 0;
  std::optional<std::uint8_t> ignored;
  bool has_surfaces = true;  ///< distances are the slow part
};

struct ClassOverlap {
  std::uint64_t truth = 0, answer = 0, both = 0;  ///< px
  bool operator==(const ClassOverlap&) const = default;
};

struct ClassSurface {
  std::uint64_t edges = 0;            ///< edge pixels of both masks
  std::vector<std::uint64_t> within;  ///< of them no further than the tolerance
  /// px; nothing where a side is empty.
  std::optional<double> hausdorff, hausdorff95;
};

struct SegmentationFrame {
  std::size_t video = 0;
  bool is_missing = false;
  ClassOverlap foreground;
  std::vector<ClassOverlap> overlaps;  ///< one per class
  std::vector<ClassSurface> surfaces;  ///< one per class, or none
  std::uint64_t ignored_px = 0;
};

/// Compares two planes; no answer: the file is missing or unreadable. Fails with kData, naming `where`, on sizes that
/// differ, sides beyond kLongestSide and labels that the plan does not know; with kUsage on a plan with too many or
/// equal labels or a tolerance that is no finite number >= 0. `video` of the result is for the caller to set.
Result<SegmentationFrame> compare_planes(const LabelPlane& truth, const std::optional<LabelPlane>& answer,
                                         const SegmentationPlan& plan, std::string_view where);

struct SegmentationInput {
  std::size_t cases = 0;
  std::vector<std::size_t> case_of_video;
  std::vector<std::string> classes;  ///< names, in the order of the plan's labels
  SegmentationPlan plan;
  std::vector<SegmentationFrame> frames;
};

/// Fails with kData, naming "frame N", on a video or case that is not there or counts that do not fit the plan.
Result<Scorer> segmentation(const SegmentationInput& input);

std::span<const MetricRow> segmentation_metrics();

}  // namespace surgsigma
