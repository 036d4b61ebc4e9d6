// From judged answers to the metric families that fit the task: one Scorer per test, its names "<family>.<metric>".
#pragma once

#include <string>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/eval/judged.h"
#include "surgsigma/eval/metric_row.h"
#include "surgsigma/eval/scorer.h"

namespace surgsigma {

/// Cases of a test by number, in rising order of their keys.
struct CaseNumbers {
  std::vector<std::string> names;
  std::size_t number_of(const std::string& case_id) const;
};
CaseNumbers case_numbers(const std::vector<Judged>& judged);

/// Whether the chains of reasoning before the answers are scored beside them, as the family `reasoning`.
enum class Chains { kLeftOut, kScored };
/// kScored where any answer has a chain: reasoning that the endpoint gave apart, <think> or "Level 1" in the text.
/// Decided once for all that stand beside each other (baselines, parts, a second model), so that all have the same
/// metrics.
Chains chains_in(const std::vector<Judged>& judged);

/// All of one task. Open questions give the metrics of the answer's shape, choices and yes/no those of the family
/// `choices`, on the questions of that form; a family without questions is left out. kData where the task has no
/// metrics for answers in words.
Result<Scorer> task_scorer(const std::vector<Judged>& judged, const CaseNumbers& cases, const TestFacts& facts,
                           const Catalog& catalog, int jobs, Chains chains = Chains::kLeftOut);

/// The metric that stands for a task where a suite names none: the first of catalog/tasks. Empty: the task has none.
std::string usual_metric(const Catalog& catalog, std::string_view task);

/// Whether one answer is right as a person would count it, for the browser of errors: between 0 and 1 (sets: F1, boxes:
/// IoU, durations within two seconds), nothing for captions.
std::optional<double> credit_of(const Judged& judged);

/// Every row of every family, for `surgsigma list metrics`.
std::vector<MetricRow> all_metrics();

}  // namespace surgsigma
