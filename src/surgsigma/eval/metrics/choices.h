// Multiple choice and yes/no questions of any task: whether the right option was named.
//   accuracy           share of the questions answered right. higher, share.
//   chance             what choosing blindly gives: the mean of 1 / options (yes/no: 1/2). Never a score.
//   balanced_accuracy  yes/no alone: mean of the shares right among those whose answer is yes and those whose is no;
//                      undefined without either.
//   yes_share          yes/no alone: share of the questions answered by yes; far from the share of true ones it shows a
//                      model that always agrees.
// An answer that could not be read is wrong and stays in every denominator.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/eval/metric_row.h"
#include "surgsigma/eval/scorer.h"

namespace surgsigma {

struct ChoiceItem {
  std::size_t case_number = 0;
  std::size_t options = 2;
  bool is_right = false;
  std::optional<bool> truth;   ///< of a yes/no question
  std::optional<bool> answer;  ///< of a yes/no question that could be read
};

/// kData, naming the item, for a case out of range or fewer than two options.
Result<Scorer> choice_scorer(std::span<const ChoiceItem> items, std::size_t cases);

std::span<const MetricRow> choices_metrics();

}  // namespace surgsigma
