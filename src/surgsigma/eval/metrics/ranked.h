// Interpolated average precision of hits and false alarms in order of their scores, with weights: COCO's mean over 101
// recalls and the older one over 11.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace surgsigma {

/// One place of a ranking, best score first.
struct RankedStep {
  double hits = 0;          ///< weight of the truths found here
  double false_alarms = 0;  ///< weight of the detections that found none
  bool ends_group = true;   ///< the next place has a lower score: only here the ranking may be cut
};

/// Recall and precision where a ranking may be cut and the recall has grown.
using RankedCurve = std::vector<std::pair<double, double>>;

/// The mean, over `recalls` (ascending), of the highest precision at any cut whose recall is at least that; 0 for a
/// recall that is never reached. step(i), i in [0, count), gives a RankedStep; `positives` > 0 is the weight of all
/// truths. `curve` is room for the work.
template <class Step>
double interpolated_ap(std::size_t count, double positives, std::span<const double> recalls, Step step,
                       RankedCurve& curve) {
  curve.clear();
  double hits = 0, false_alarms = 0;
  bool has_grown = false;
  for (std::size_t i = 0; i < count; ++i) {
    const RankedStep here = step(i);
    hits += here.hits;
    false_alarms += here.false_alarms;
    has_grown |= here.hits > 0;
    if (!has_grown || !here.ends_group) continue;
    curve.emplace_back(hits / positives, hits / (hits + false_alarms));
    has_grown = false;
  }
  for (std::size_t i = curve.size(); i > 1; --i)
    curve[i - 2].second = std::max(curve[i - 2].second, curve[i - 1].second);
  double sum = 0;
  std::size_t at = 0;
  for (const double recall : recalls) {
    while (at < curve.size() && curve[at].first < recall) ++at;
    if (at == curve.size()) break;
    sum += curve[at].second;
  }
  return sum / static_cast<double>(recalls.size());
}

}  // namespace surgsigma
