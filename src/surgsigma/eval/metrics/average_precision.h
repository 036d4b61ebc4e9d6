// Average precision of one class with weights of the cases: sorted once, one sweep per call.
//
// AP = sum over the distinct scores, from high to low, of (growth of recall) * precision at that score, as
// scikit-learn's average_precision_score: answers of equal score are one threshold, so neither their order nor a lucky
// tie changes the value. Undefined without positives.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "surgsigma/eval/metrics/ranked_cuts.h"

namespace surgsigma {

/// One answer of the class: how sure, and whether the class was really there.
struct RankedAnswer {
  double score = 0;  ///< any number but NaN; higher is surer
  std::uint32_t case_number = 0;
  bool is_positive = false;
};

class Ranking {
 public:
  /// Scores must not be NaN; case numbers lie below `cases`.
  Ranking(std::vector<RankedAnswer> answers, std::size_t cases);

  /// Over all answers; an answer counts as often as its case.
  double average_precision(std::span<const double> weights) const { return stepped_ap(cuts_, weights); }
  void average_precision(const WeightLanes& weights, Lanes& values) const { stepped_ap(cuts_, weights, values); }
  /// Of each case by itself; undefined for a case without positives.
  const std::vector<double>& of_cases() const { return of_cases_; }

 private:
  void add_cut(std::span<const RankedAnswer> answers);

  RankedCuts cuts_;
  std::vector<double> of_cases_;
};

}  // namespace surgsigma
