// How sure a score is: intervals by resampling cases, because frames of one patient are alike and count as one witness.
// 95 % percentile intervals of a cluster bootstrap (Efron and Tibshirani 1993, section 13.3; Field and Welsh 2007 for
// clusters) with a fixed seed; the same numbers for any number of threads.
#pragma once

#include <cstdint>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/eval/scorer.h"

namespace surgsigma {

struct BootstrapOptions {
  int resamples = 10'000;
  std::uint64_t seed = 1;
  double level = 0.95;
  int jobs = 1;
};

/// One value with its interval. NaN: undefined. `low` and `high` are NaN with fewer than two cases and where more than
/// half of the resamples leave the value undefined; from those left the interval is taken, and `defined` counts them.
struct ScoredValue {
  double value = 0;
  double low = 0;
  double high = 0;
  double share_defined = 1;  ///< of the resamples
};

/// One entry per name of the scorer. kUsage for options that mean nothing.
Result<std::vector<ScoredValue>> score_with_intervals(const Scorer& scorer, std::size_t cases,
                                                      const BootstrapOptions& options);

/// `a - b` of two scorers of the same names over the same cases: the same resamples for both. `p_value` is two-sided:
/// twice the smaller share of resamples on one side of zero (ties half), at least 1 / resamples, and at least
/// 2^(1 - cases): less no test can tell that turns the signs of so few pairs (two cases: 0.5, five: 0.0625).
struct PairedDifference {
  ScoredValue difference;
  double p_value = 1;
};
/// kUsage where the names differ.
Result<std::vector<PairedDifference>> paired_differences(const Scorer& a, const Scorer& b, std::size_t cases,
                                                         const BootstrapOptions& options);

}  // namespace surgsigma
