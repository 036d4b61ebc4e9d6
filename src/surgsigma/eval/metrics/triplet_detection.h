// Triplets with boxes (detection form of task triplet_recognition): 11-point average precision at IoU 0.5 of triplets
// (ivt) and of instruments (i), and how boxes and identities belong together. Source: CAMMA-public/ivtmetrics
// detection.py (a89cf65, and the released package 0.1.5 for the association); Nwoye et al., CholecTriplet2022, Medical
// Image Analysis 2023. Boxes are x, y, w, h in any one unit.
//
// K is ivt or i. All shares of 0..1.
//   ap_K:global     per class: mean over recalls 0, 0.1 .. 1 of the highest precision at any score whose recall is at
//                   least that; mean over classes with truth. Within a frame, in order of scores, each box finds the
//                   free true box of its class with the highest IoU >= 0.5. higher
//   ap_K:video      per class and video, mean over the videos with that class, then over classes. higher
//   ap_K:global_absent_zero   as the reference counts: a class that is answered but nowhere true has AP 0. higher
//   recall_K, precision_K     at the lowest score, pooled per class, mean over classes with truth. higher
//   ap_K:global/<class>       of one class. higher
//   lm, plm, ids, idm, mil, fp, fn   shares of all boxes of one kind, pooled; "lm:video": mean over videos. Every
//                   answered and every true box is counted once, in this order (by score within a step):
//     lm   localised and matched: same triplet, IoU >= 0.5, takes the true box. higher
//     plm  partly localised and matched: same triplet, IoU > 0, takes the true box. lower
//     ids  identity switch: IoU >= 0.5 with a free true box of another triplet, while its own triplet was free
//          when this step began; takes the box that it lies on. lower
//     idm  identity miss: IoU >= 0.5 with a free true box of another triplet, its own was not; takes the box. lower
//     mil  missed localisation: its own triplet is free but does not meet it; takes that true box. lower
//     fp   what is left of the answered boxes; fn: what is left of the true boxes. lower
//
// Absent classes: undefined and left out. Equal scores: cut together; within a frame in order of triplet and box, so no
// order of input matters. Unreadable answer: a frame without answered boxes. Empty frames count nothing.
//
// Defects of the reference, all in compat_ivtmetrics_detection():
//   D1  comparing two boxes turns w and h into x2 and y2 in place, so a box that is compared twice is damaged.
//   D2  (a89cf65 only) an empty list of boxes becomes one box of class -1, which Python reads as the last class.
//   also seen: hits are ranked in order of frames, not of scores, so AP over several frames depends on their order;
//   equal scores stand in reverse order of input; a box takes the first true box that fits, not the best; an identity
//   switch or missed localisation whose true box is the first of the frame is not seen (index 0 reads as "no"); an
//   identity switch removes the true box of the other triplet; an identity miss leaves its true box as a false
//   negative; answered boxes of triplets not in the frame vanish when no other box is left. Precision and recall are
//   the highest of the curve.
//
// At weights: weight w of a case = each of its videos occurs w times.
#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/eval/metric_row.h"
#include "surgsigma/eval/scorer.h"

namespace surgsigma {

struct TripletBox {
  std::size_t triplet = 0;
  std::size_t instrument = 0;
  double score = 1;  ///< of answered boxes
  double x = 0, y = 0, w = 0, h = 0;
  auto operator<=>(const TripletBox&) const = default;
};

struct TripletBoxFrame {
  std::size_t video = 0;
  std::vector<TripletBox> truth, answer;
};

struct TripletDetection {
  std::size_t cases = 0;
  std::vector<std::size_t> case_of_video;
  std::vector<std::string> triplets, instruments;  ///< names of classes
  std::vector<TripletBoxFrame> frames;
  double iou = 0.5;
};

/// Fails with kData, naming "frame N", on a video, class or case that is not there, a box or score that is no finite
/// number, a negative size or more boxes than kMostTripletBoxes; with kUsage on an IoU outside (0, 1].
Result<Scorer> triplet_detection(const TripletDetection& input);

/// A frame with more boxes on one side is refused: time grows with their product.
inline constexpr std::size_t kMostTripletBoxes = 4096;

/// kHead: a89cf65, with D1 and D2, without association. kReleased: the package 0.1.5, with D1 and the association.
enum class IvtmetricsVersion { kHead, kReleased };
struct IvtmetricsScores {
  std::vector<double> ap, recall, precision;  ///< per class; undefined where neither true nor answered
  double mean_ap = 0, mean_recall = 0, mean_precision = 0;
};
struct IvtmetricsDetection {
  IvtmetricsScores global_ivt, global_i, video_ivt, video_i;
  /// lm, plm, ids, idm, mil, fp, fn: mean over videos. kReleased only, else undefined. (Over all frames the released
  /// package stops with an error.)
  std::array<double, 7> association{};
};
/// `input` as for triplet_detection(); the same errors.
Result<IvtmetricsDetection> compat_ivtmetrics_detection(const TripletDetection& input, IvtmetricsVersion version);

/// What both functions ask of their input.
Status check_triplet_detection(const TripletDetection& input);

std::span<const MetricRow> triplet_detection_metrics();

}  // namespace surgsigma
