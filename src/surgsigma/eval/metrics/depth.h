// How far a predicted depth map is from the measured one (task depth_estimation). Per frame: invalid pixels of the
// truth are left out, the prediction is aligned as stated, clipped, and compared; then the mean over frames. The
// alignment is part of every name, because the same prediction is 0.50 or 0.12 wrong by it. A truth that a model made
// is no truth: that is for the caller to say beside the score.
//
// Valid: finite, larger than 0, above `least` and below `most` (strictly, as monodepth2 has it).
// Alignments  none; median: times median(truth) / median(prediction), both over valid pixels;
//             scale_shift_depth: s p + t with least squares to the truth;
//             scale_shift_disparity: s / p + t with least squares to 1 / truth, then the reciprocal (needs `most`, the
//             depth of a disparity that is not positive).
//             A prediction whose median is not positive keeps its scale; a constant one gets scale 0.
// Then the prediction is clipped to [least, most].
//
// abs_rel    mean |t - p| / t            sq_rel  mean (t - p)^2 / t      unit of the depth (mm)
// rmse       root mean (t - p)^2, mm     rmse_log  the same of natural logarithms
// delta_1, delta_2, delta_3  share of pixels with max(t / p, p / t) < 1.25, 1.25^2, 1.25^3 (higher is better)
//             All seven: Eigen et al. 2014 as monodepth2 evaluate_depth.py (b676244) computes them.
// silog      root of mean d^2 - (mean d)^2, d = log p - log t: does not depend on scale. Papers that train with the
//             scale-invariant error mean d^2 - lambda (mean d)^2 print that, not rooted: scale_invariant_error().
// ordinal_accuracy  share of point pairs whose order in depth is right; for labels that are relative only. Pairs are
//             drawn by seed and frame, the same for every model; one whose true values differ by no more than 2 % of
//             the frame's range is left out; equal predictions are wrong.
//
// A frame without a valid pixel has no value and is left out (share_scored tells how many). A missing prediction is
// scored as a constant map (the median depth of the training set), with the three deltas 0: see missing_depth. NaN or
// infinity in a prediction at a valid pixel is refused, naming the frame.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/eval/metric_row.h"
#include "surgsigma/eval/scorer.h"

namespace surgsigma {

enum class DepthAlignment { kNone, kMedian, kScaleShiftDepth, kScaleShiftDisparity };
inline constexpr std::array<std::string_view, 4> kDepthAlignmentWords = {"none", "median", "scale_shift_depth",
                                                                         "scale_shift_disparity"};

struct DepthOptions {
  DepthAlignment alignment = DepthAlignment::kNone;
  double least = 1e-3;                                    ///< in the unit of the truth
  double most = std::numeric_limits<double>::infinity();  ///< 150 mm for SCARED, 300 mm for Hamlyn
  bool is_disparity = false;  ///< the prediction is a reciprocal of depth: 1 / p is aligned and compared
};

struct DepthValues {
  std::int64_t pixels = 0;  ///< valid ones; 0: the frame has no value
  double abs_rel = 0;
  double sq_rel = 0;
  double rmse = 0;
  double rmse_log = 0;
  std::array<double, 3> delta{};
  double silog = 0;
  double scale = 1;  ///< what the alignment found
  double shift = 0;
};

/// Maps of equal size, row by row. kData naming `where` for sizes that differ or a prediction that is not finite at a
/// valid pixel; kUsage for options that contradict themselves.
Result<DepthValues> depth_values(std::span<const float> prediction, std::span<const float> truth,
                                 const DepthOptions& options, std::string_view where);
/// mean d^2 - lambda (mean d)^2 (Eigen et al. 2014, equation 4; lambda 0.5 there, 0.85 in later work), not rooted.
double scale_invariant_error(const DepthValues& values, double lambda);
/// The charge for a missing prediction: errors of the constant `depth`, not aligned; deltas 0.
Result<DepthValues> missing_depth(std::span<const float> truth, double depth, const DepthOptions& options,
                                  std::string_view where);

struct OrdinalOptions {
  std::uint64_t seed = 1;
  int pairs = 1000;
  double least_difference = 0.02;  ///< share of the frame's range
  bool prediction_falls = false;   ///< the prediction is larger where the truth is smaller
};
struct OrdinalCounts {
  std::int64_t pairs = 0;
  std::int64_t right = 0;
};
/// `frame` names the frame to the draw: "scared/d1k1#0". Truth values that are not finite or not above 0 are invalid.
Result<OrdinalCounts> ordinal_counts(std::span<const float> prediction, std::span<const float> truth,
                                     const OrdinalOptions& options, std::string_view frame);

struct DepthItem {
  std::int32_t case_index = 0;
  DepthValues values;
  std::optional<OrdinalCounts> ordinal;
};
/// Names carry the alignment: "abs_rel:median". kUsage for a case that does not exist.
Result<Scorer> depth_scorer(std::span<const DepthItem> items, std::size_t cases, DepthAlignment alignment);

/// Of all four alignments.
std::span<const MetricRow> depth_metrics();

}  // namespace surgsigma
