// Seconds until something ends: how far answered durations are from the true ones.
//
// Every question counts. An answer that could not be read is charged the error of a constant: the median of the
// training set (`train_median_s`), the best that can be said without looking. It is never within two seconds.
//
// Values of the Scorer (s; lower is better, unless said otherwise). error = answer - truth.
//   mae                      mean of |error| over all questions, unread ones charged
//   mae:read                 over the questions whose answer could be read
//   mae:clip                 mean over clips of the clip's mean |error|
//   mae:inside_horizon       over questions with 0 < truth < horizon
//   mae:outside_horizon      over questions with truth >= horizon; a truth of 0 is in neither
//   within_2s                share with |error| <= 2 s (higher is better)
//   bias, bias:read          mean of error; 0 is best, positive: too late; unread ones charged, left out
//   skill                    1 - mae / mae of the constant on the same questions (share, higher is better; 0: no better
//   than
//                            the constant, negative: worse); only with train_median_s
//   parse_rate               share of answers that could be read (higher is better)
//
// Edges: no question of a kind: undefined. skill is undefined where the constant makes no error.
//
// Source: project rule; inside and outside a horizon after the anticipation work of Rivoir et al., "Rethinking
// Anticipation Tasks", MICCAI 2020 (there the far truths are cut at the horizon; here they are not).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/eval/metric_row.h"
#include "surgsigma/eval/scorer.h"

namespace surgsigma {

struct RemainingTimeItem {
  std::size_t case_number = 0;
  std::int64_t clip = 0;           ///< any number; clips of one case with the same number are one
  double truth_s = 0;              ///< finite, 0 or more
  std::optional<double> answer_s;  ///< finite; nothing: could not be read
};
struct RemainingTimeInput {
  std::size_t cases = 0;
  std::vector<RemainingTimeItem> items;
  double horizon_s = 0;                  ///< 0 or more
  std::optional<double> train_median_s;  ///< of the training set, never of the evaluated one
};

/// Fails with kData, naming the item, at a case out of range or a duration that is negative (truth) or not finite; with
/// kUsage at a bad horizon or median, or where an answer could not be read and there is no median to charge.
Result<Scorer> remaining_time_scorer(const RemainingTimeInput& input);

std::span<const MetricRow> remaining_time_metrics();

}  // namespace surgsigma
