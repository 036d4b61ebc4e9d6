// Generated clips against the true continuation (tasks next_frame_generation and conditional_video_generation): where
// the tools are, how they look, what is done, how much the picture flickers. Distances of feature sets are in
// generation_features.h, PSNR, SSIM and frame differences in pictures.h. The tool measures follow the evaluation of
// Cosmos-H-Surgical-Simulator (its readme at 8c4bcb0), which gives them in one sentence each; what it leaves open is
// settled here.
//
// tool_centroid_distance  px, lower. Per frame: centroids of true and generated tools are matched so that the total
//              distance is least; a pair costs its distance, at most half the picture's diagonal; a missed tool costs
//              half the diagonal, and so does a tool that is not there (left open). Divided by the larger number of
//              tools; mean over the frames of a clip that have a tool on either side, then over clips.
// gatc         share, higher. Per true frame whose tool mask has 50 pixels or more: the best zero-mean normalised
//              cross-correlation under the mask of the grey true frame with the generated frames t - 1, t, t + 1 moved
//              by up to 3 pixels each way, times min(1, gradient energy of the generated over that of the true pixels)
//              at that place (central differences; 1 where the true one is 0). A flat side correlates 0. Median over
//              the clip's frames, then mean over clips.
// action_accuracy  share, higher. Whether a fixed recogniser, run on the generated clip, names the action asked for. No
//              output is wrong.
// flicker      share, lower. Mean over successive frames of the mean |difference| / 255, generated clip alone.
// flicker_excess  zero. flicker of the generated minus flicker of the true clip.
// answered     share of clips that were generated. A missing clip has action wrong, gatc 0 and half the diagonal.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/eval/metric_row.h"
#include "surgsigma/eval/scorer.h"
#include "surgsigma/media/image.h"

namespace surgsigma {

struct Point {
  double x = 0;
  double y = 0;
};
/// Mean place of the mask's pixels (all but 0); nothing for an empty mask.
std::optional<Point> centroid_of(const Image& mask);
/// NaN when neither side has a tool.
double tool_centroid_distance(std::span<const Point> generated, std::span<const Point> truth, ImageSize size);

/// Grey frames of one size; masks[t] belongs to truth[t]. NaN when no mask has 50 pixels. kData naming `where` for
/// sizes or numbers of frames that differ.
Result<double> gatc(std::span<const Image> generated, std::span<const Image> truth, std::span<const Image> masks,
                    std::string_view where);
/// Frames of one size and number of channels. NaN for fewer than two.
Result<double> flicker(std::span<const Image> frames, std::string_view where);

struct GenerationItem {
  std::int32_t case_index = 0;
  bool is_missing = false;
  double half_diagonal = 0;                      ///< px; the charge of a missing clip
  std::optional<double> tool_centroid_distance;  ///< mean over the clip's frames
  std::optional<double> gatc;
  std::optional<double> flicker;
  std::optional<double> true_flicker;
  std::string action;      ///< asked for; empty: not scored
  std::string recognised;  ///< by the recogniser; empty: no output
};
/// kUsage for a case that does not exist, kData for a value that is not finite.
Result<Scorer> generation_scorer(std::span<const GenerationItem> items, std::size_t cases);

/// These metrics and those of generation_features.h.
std::span<const MetricRow> generation_metrics();

}  // namespace surgsigma
