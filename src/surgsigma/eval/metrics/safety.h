// Critical view of safety: criteria that are met or not in a frame, as three raters saw them and as a model says, by a
// yes or no, by a score, or by both.
//
// The truth of a criterion is the mean of its raters (0, 1/3, 2/3, 1); it is met where that is 0.5 or more. In values
// and rows a criterion stands where other families have a class.
//
// Values of the Scorer (shares 0..1, higher is better, unless said otherwise):
//   support/<criterion>                    frames that meet it (no direction)
//   with answers:
//   accuracy/<criterion>, mean_accuracy    right frames; mean over criteria
//   sensitivity/, specificity/<criterion>  right ones of the frames that meet it, that do not
//   balanced_accuracy/<criterion>          mean of the two; undefined if one is
//   mean_balanced_accuracy                 mean over the criteria where it is defined
//   balanced_accuracy:present_side/<criterion>, mean_balanced_accuracy:present_side
//                                          the same, but where a side has no frames the other stands for both
//   all_right                              frames with every criterion right
//   parse_rate                             answers that could be read, of all criteria of all frames
//   with scores:
//   ap/<criterion>, map                    average precision over all frames; mean over criteria with positives
//   ap:video/<criterion>, map:video_class  mean over cases with positives of the case's own AP; mean of that over
//   criteria map:class_video                        mean over cases of the case's own mean AP with scores that are
//   probabilities (lower is better): brier/<criterion>, mean_brier          mean of (score - mean of the raters)^2
//   brier:binary/<criterion>, mean_brier:binary                     mean of (score - met)^2
//   calibration_error/<criterion>, mean_calibration_error           mean over ten bins of equal width, weighted by
//   frames,
//                                          of |mean score - mean of the raters|
//
// Edges: an answer that could not be read is wrong on whichever side its truth is. No frames of a kind: undefined, and
// left out of means. Equal scores are one threshold. A case is a video: the unit that is resampled.
//
// Sources: CAMMA-public/Endoscapes 3120e73 (truth), CAMMA-public/SurgLatentGraph 8e521f0 (AP of frames), scikit-learn;
// Brier, Monthly Weather Review 78 (1950); calibration error after Guo et al., ICML 2017.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/eval/metric_row.h"
#include "surgsigma/eval/scorer.h"

namespace surgsigma {

/// Tables of frames x criteria, row by row. Answers, scores, or both.
struct SafetyInput {
  std::vector<std::string> criteria;
  std::size_t cases = 0;
  std::vector<std::size_t> case_of_frame;
  std::vector<double> truth;         ///< mean of the raters, in 0..1
  std::vector<std::int8_t> answers;  ///< 1 yes, 0 no, -1 could not be read; empty: none asked for
  std::vector<double> scores;        ///< higher is surer; empty: the model gives none
  bool scores_are_probabilities = false;
};

/// Fails with kData, naming frame and criterion, at a case, truth, answer or score out of range or no number; with
/// kUsage where a table has another size than frames x criteria, or where there are neither answers nor scores.
Result<Scorer> safety_scorer(const SafetyInput& input);

/// Scores in [low, high), the last bin with its end.
struct ReliabilityBin {
  double low = 0, high = 0;
  std::int64_t frames = 0;
  double mean_score = 0, mean_truth = 0;  ///< undefined without frames; of the raters' means
};
/// Of one criterion, all frames together. Same failures; kUsage also without probabilities, at a criterion out of range
/// or fewer than one bin.
Result<std::vector<ReliabilityBin>> safety_reliability(const SafetyInput& input, std::size_t criterion, int bins);

std::span<const MetricRow> safety_metrics();

/// "compat:vlm_cvs": as davidshyn1/surgical_vlm_test bfb5afe (cvs_evaluation_endoscapes.py) prints it: answers that
/// could not be read are dropped from every denominator, and a side without frames counts 0, so that a criterion
/// without positives gets half its specificity. The input must be one that safety_scorer accepts, with answers.
struct VlmSafety {
  struct Criterion {
    double accuracy = 0, balanced_accuracy = 0;  ///< undefined if no answer was read
    std::int64_t scored = 0;
  };
  std::vector<Criterion> criteria;
  double average_accuracy = 0;   ///< over all read pairs of frame and criterion
  double balanced_accuracy = 0;  ///< mean over criteria
  std::int64_t scored_pairs = 0;
};
VlmSafety compat_vlm_cvs(const SafetyInput& input);

}  // namespace surgsigma
