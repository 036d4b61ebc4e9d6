// Average precision of instrument-verb-target triplets with scores (task triplet_recognition): AP_I, AP_V, AP_T, AP_IV,
// AP_IT and AP_IVT of CholecTriplet, and top-k. For models without scores see triplet_sets.h.
// Source: CAMMA-public/ivtmetrics recognition.py and disentangle.py (a89cf65); Nwoye et al., Medical Image Analysis
// 2022.
//
// A component (say iv: instrument and verb) is present in a frame if a triplet that has it is, and its score is the
// highest of the scores of the valid triplets that have it. Components are those of the table, sorted by their ids.
// K below is one of ivt, i, v, t, iv, it. All: higher, share.
//   ap_K:video          AP per class and video; mean over the videos that have the class, then over classes.
//   ap_K:global         AP per class over all frames, mean over classes.
//   ap_ivt:video_no_null, ap_ivt:global_no_null   classes marked as null are left out (the challenge's ranking).
//   ap_K:video/<class>, ap_K:global/<class>       of one class.
//   topN_K              share of the components present that are among the N highest of their frame, frames pooled.
// AP = sum over the distinct scores of (gain in recall) * (precision at that score): equal scores are one threshold, as
// in scikit-learn, so a model that gives every frame the same score gets the share of positive frames.
// A class without positives (in a video, or at all) is undefined and left out of the means. Defect D3: what ivtmetrics
// gives for such a class depends on the version of scikit-learn (nan, -0.0 or 0.0), and the released package takes only
// the text "-0.0" for undefined, so its means sink with new scikit-learn; the repository's head takes every AP of
// exactly 0 for undefined. The values here are those of the definition. Equal scores in top-k: the expected value over
// all orders of the equal ones (a silent model gets N / classes, never 1). Frames without truth count as negatives. A
// frame whose answer could not be read: give every class the lowest score.
//
// At weights: weight w of a case = each of its videos occurs w times.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/eval/metric_row.h"
#include "surgsigma/eval/scorer.h"

namespace surgsigma {

/// One valid triplet: ids count from 0 and index the words.
struct TripletClass {
  std::size_t instrument = 0, verb = 0, target = 0;
  bool is_null = false;  ///< "present but not interacting"
  bool operator==(const TripletClass&) const = default;
};

struct TripletTable {
  std::vector<std::string> instruments, verbs, targets;  ///< words, for the names of values
  std::vector<TripletClass> classes;                     ///< class number -> ids
};

struct TripletScores {
  std::size_t cases = 0;
  std::vector<std::size_t> case_of_video;
  std::vector<std::uint32_t> video_of_frame;  ///< frames of a video need not stand together
  TripletTable table;
  std::span<const std::uint8_t> truth;  ///< frames * classes, row by row: 1 present, 0 not. Read by the call only.
  std::span<const double> scores;       ///< frames * classes. Any finite scale; higher means present.
  std::vector<std::size_t> top = {1, 5, 10, 20};
};

/// Fails with kData, naming the frame and class ("frame 7, class 3"), on a score that is no finite number or a truth
/// that is neither 0 nor 1; on a table that names words that are not there or holds a triplet twice; on sizes that do
/// not fit. With kUsage on a top of 0. `jobs` threads make it; the bytes do not depend on their number.
Result<Scorer> triplet_ap(const TripletScores& input, int jobs = 1);

/// Area under the precision-recall steps of one class, equal scores as one threshold; undefined without positives.
/// `truth` holds 0 and 1. Sizes must be equal.
double average_precision_of(std::span<const std::uint8_t> truth, std::span<const double> scores);
/// Defect D4 of davidshyn1/surgical_vlm_test triplet_recognition_cholect50.py (bfb5afe): equal scores are ordered with
/// the positives first, so a silent model gets 1; 0 without positives.
double compat_positives_first_ap(std::span<const std::uint8_t> truth, std::span<const double> scores);

std::span<const MetricRow> triplets_metrics();

}  // namespace surgsigma
