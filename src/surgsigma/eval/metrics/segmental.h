// Segments of steps, actions or gestures over time: whether the right runs come in the right order at the right place.
//
// Ignored frames (truth -1) are removed first, which joins what they parted. A segment is a longest run of one class;
// runs of a background class are no segments. Frames without an answer (-1) form segments that match nothing.
//
// Values of the Scorer (shares 0..1, higher is better, unless said otherwise):
//   f1@10:video, f1@25:video, f1@50:video     mean over videos of the video's F1 of segments at IoU >= 0.10, 0.25, 0.50
//   f1@10:pooled, f1@25:pooled, f1@50:pooled  F1 of hits summed over videos (the convention of MS-TCN)
//   edit             mean over videos of 1 - Levenshtein distance / longer length, of the classes of the segments
//   accuracy:video   mean over videos of the share of right frames, background frames among them
//   action_score     sqrt(mean accuracy * mean F1@10), both over videos and with every class a class, background too:
//   the
//                    SAR-RARP50 board
//   truth_segments, answer_segments           how many there are in all (no direction): many more answered than true
//                    means a flickering model
// An answered segment takes, in order of time, the true segment of its class with the highest IoU (the earlier of equal
// ones); it is wrong if that IoU is too low or the true segment is taken, as in the reference code.
//
// Edges: neither truth nor answer has a segment: F1 and edit of that video are 1 and it adds nothing to the pooled
// counts; one of them has none: 0. A video without scored frames is left out. A video counts as often as its case.
//
// Sources: yabufarha/ms-tcn 33ed91c eval.py (percent there); surgical-vision/SAR_RARP50-evaluation 519280b
// sarrarp50/metrics/action_recognition.py. Neither gives a value for a video without segments; ours is the rule above.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/eval/metric_row.h"
#include "surgsigma/eval/metrics/label_track.h"
#include "surgsigma/eval/scorer.h"

namespace surgsigma {

/// Frames [begin, end) of one class; -1: no answer.
struct LabelSegment {
  std::int64_t begin = 0, end = 0;
  int label = 0;

  bool operator==(const LabelSegment&) const = default;
};
std::vector<LabelSegment> segments_of(std::span<const std::int16_t> labels, std::span<const int> background);

/// Hits of answered segments on true ones; both in order of time and without overlap among themselves.
struct SegmentHits {
  std::int64_t right = 0, wrong = 0, missed = 0;
};
SegmentHits match_segments(std::span<const LabelSegment> truth, std::span<const LabelSegment> answer, double min_iou);

/// 1 - Levenshtein distance / longer length; both empty: 1.
double edit_score(std::span<const int> truth, std::span<const int> answer);
/// Equal neighbours as one: what MS-TCN does to frames before edit_score. Plans are tokens: do not collapse them.
std::vector<int> collapsed(std::span<const int> labels);

struct SegmentalInput {
  std::size_t classes = 0;
  std::size_t cases = 0;
  std::vector<LabelTrack> videos;
  std::vector<int> background;  ///< classes whose runs are no segments
};
/// Fails with kData, naming video and frame, at a class or case out of range or tracks of unequal length; with kUsage
/// at a background class that is none.
Result<Scorer> segmental_scorer(const SegmentalInput& input);

std::span<const MetricRow> segmental_metrics();

}  // namespace surgsigma
