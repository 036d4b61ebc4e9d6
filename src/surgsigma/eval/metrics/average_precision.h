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
  double average_precision(std::span<const double> weights) const;
  /// Of each case by itself; undefined for a case without positives.
  const std::vector<double>& of_cases() const { return of_cases_; }

 private:
  /// How many answers of one case.
  struct Share {
    std::uint32_t case_number, answers;
  };
  /// Only thresholds that let a positive in move the value. A cut is such a threshold: the answers since the cut before
  /// it, negatives included, and the positives among them, which all have its score.
  struct Cut {
    std::size_t end_of_all = 0, end_of_positives = 0;
  };
  void add_cut(std::span<const RankedAnswer> answers);

  std::vector<Cut> cuts_;
  std::vector<Share> all_, positives_;
  std::vector<double> of_cases_;
};

}  // namespace surgsigma
