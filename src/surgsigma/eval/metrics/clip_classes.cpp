#include "surgsigma/eval/metrics/clip_classes.h"

#include <algorithm>
#include <array>
#include <memory>

#include "surgsigma/eval/metrics/case_sums.h"
#include "surgsigma/eval/metrics/segmental.h"

namespace surgsigma {
namespace {

constexpr std::string_view kFamily = "clip_classes", kHigher = "higher", kShare = "share";
constexpr std::string_view kSklearn = "scikit-learn metrics", kOurs = "project rule";
constexpr std::string_view kSuccess = "success rate of Chang et al., Procedure Planning in Instructional Videos, 2020";
constexpr std::string_view kMsTcn = "yabufarha/ms-tcn 33ed91c eval.py";
constexpr std::string_view kItems = "an unread answer, or one outside the vocabulary, is wrong";
constexpr std::string_view kMeans = "classes that do not occur are left out; present but never answered: precision 0";
constexpr std::string_view kClass = "class that does not occur: undefined; present but never answered: precision 0";
constexpr std::string_view kPlans = "an unread plan: 0; a word that is no class matches nothing";
constexpr std::string_view kLong = "plans with fewer true steps are left out; an unread plan is wrong";

constexpr std::array<MetricRow, 16> kRows = {{
    {kFamily, "accuracy", kHigher, kShare, "Share of items with the right class.", kSklearn, kItems},
    {kFamily, "accuracy:video", kHigher, kShare, "Mean over cases of the case's own accuracy.", kOurs, kItems},
    {kFamily, "macro_f1", kHigher, kShare, "Mean of f1 over the classes that occur.", kSklearn, kMeans},
    {kFamily, "macro_precision", kHigher, kShare, "Mean of precision over the classes that occur.", kSklearn, kMeans},
    {kFamily, "class_mean_recall", kHigher, kShare, "Mean of recall over the classes that occur.", kSklearn, kMeans},
    {kFamily, "parse_rate", kHigher, kShare, "Share of answers that could be read.", kOurs,
     "a word outside the vocabulary was read"},
    {kFamily, "precision/<class>", kHigher, kShare, "Right over answered items of one class.", kSklearn, kClass},
    {kFamily, "recall/<class>", kHigher, kShare, "Right over true items of one class.", kSklearn, kClass},
    {kFamily, "f1/<class>", kHigher, kShare, "Harmonic mean of precision and recall of one class.", kSklearn, kClass},
    {kFamily, "support/<class>", "none", "items", "Number of items of the class.", kOurs, "0 if it does not occur"},
    {kFamily, "plan_edit:tokens", kHigher, kShare,
     "Mean over plans of 1 minus the Levenshtein distance of the steps over the longer length.", kMsTcn, kPlans},
    {kFamily, "plan_edit:collapsed", kHigher, kShare, "plan_edit:tokens after equal neighbours were made one.", kMsTcn,
     kPlans},
    {kFamily, "plan_success", kHigher, kShare, "Share of plans that are right in every step and in length.", kSuccess,
     kPlans},
    {kFamily, "plan_success@1", kHigher, kShare, "Share of plans whose first step is right.", kSuccess, kLong},
    {kFamily, "plan_success@2", kHigher, kShare, "Share of plans whose first two steps are right.", kSuccess, kLong},
    {kFamily, "plan_success@3", kHigher, kShare, "Share of plans whose first three steps are right.", kSuccess, kLong},
}};

// Sums of a case: items, right, read, then Hits of each class.
constexpr std::size_t kFirstClass = 3;

struct Table {
  std::size_t classes;
  CaseSums sums;
  std::vector<double> case_accuracy;  // undefined for a case without items
};

void put_values(const Table& table, std::span<const double> weights, std::span<double> values) {
  const std::vector<double> totals = table.sums.totals(weights);
  DefinedMean of_cases, f1, precision, recall;
  for (std::size_t c = 0; c < weights.size(); ++c) of_cases.add(table.case_accuracy[c], weights[c]);
  std::size_t at = 6;
  for (std::size_t k = 0; k < table.classes; ++k) {
    const double* row = totals.data() + kFirstClass + 3 * k;
    const Hits hits{row[0], row[1], row[2]};
    precision.add(values[at++] = precision_of(hits));
    recall.add(values[at++] = recall_of(hits));
    f1.add(values[at++] = f1_of(hits));
    values[at++] = hits.right + hits.missed;
  }
  values[0] = share_of(totals[1], totals[0]);
  values[1] = of_cases.value();
  values[2] = f1.value();
  values[3] = precision.value();
  values[4] = recall.value();
  values[5] = share_of(totals[2], totals[0]);
}

// Sums of a case of plans: plans, read, edit of tokens, edit collapsed, success, then how many have 1, 2, 3 steps and
// how many of those are right so far.
constexpr std::size_t kMaxStep = 3, kPlanColumns = 5 + 2 * kMaxStep;

void add_plan(const PlanItem& plan, CaseSums& sums) {
  const std::size_t c = plan.case_number;
  sums.add(c, 0);
  for (std::size_t k = 1; k <= kMaxStep; ++k) sums.add(c, 4 + k, plan.truth.size() >= k);
  if (!plan.answer) return;
  const auto first_wrong =
      std::mismatch(plan.truth.begin(), plan.truth.end(), plan.answer->begin(), plan.answer->end()).first;
  const auto right_steps = static_cast<std::size_t>(first_wrong - plan.truth.begin());
  sums.add(c, 1);
  sums.add(c, 2, edit_score(plan.truth, *plan.answer));
  sums.add(c, 3, edit_score(collapsed(plan.truth), collapsed(*plan.answer)));
  sums.add(c, 4, plan.truth == *plan.answer);
  for (std::size_t k = 1; k <= kMaxStep; ++k) sums.add(c, 4 + kMaxStep + k, right_steps >= k);
}

}  // namespace

Result<Scorer> clip_class_scorer(const ClipClassInput& input) {
  const std::size_t classes = input.classes.size();
  Table table{classes, CaseSums(input.cases, kFirstClass + 3 * classes), {}};
  std::vector<double> items(input.cases, 0.0), right(input.cases, 0.0);
  for (std::size_t i = 0; i < input.items.size(); ++i) {
    const ClipClassItem& item = input.items[i];
    const std::string where = "item " + std::to_string(i);
    SURGSIGMA_CHECK(check_case(item.case_number, input.cases, where));
    SURGSIGMA_CHECK(check_class(item.truth, 0, classes, where));
    if (item.answer != kNoSuchClass) SURGSIGMA_CHECK(check_class(item.answer, kUnreadAnswer, classes, where));
    const std::size_t c = item.case_number;
    const bool is_right = item.answer == item.truth;
    items[c] += 1;
    right[c] += is_right;
    table.sums.add(c, 0);
    table.sums.add(c, 1, is_right);
    table.sums.add(c, 2, item.answer != kUnreadAnswer);
    table.sums.add(c, kFirstClass + 3 * static_cast<std::size_t>(item.truth) + (is_right ? 0 : 2));
    if (!is_right && item.answer >= 0) table.sums.add(c, kFirstClass + 3 * static_cast<std::size_t>(item.answer) + 1);
  }
  for (std::size_t c = 0; c < input.cases; ++c) table.case_accuracy.push_back(share_of(right[c], items[c]));
  Scorer scorer;
  for (std::size_t k = 0; k < 6; ++k) scorer.names.emplace_back(kRows[k].name);
  for (const std::string& name : input.classes) {
    for (const char* stem : {"precision/", "recall/", "f1/", "support/"}) scorer.names.push_back(stem + name);
  }
  scorer.values_at = [table = std::make_shared<const Table>(std::move(table))](std::span<const double> weights,
                                                                               std::span<double> values) {
    put_values(*table, weights, values);
  };
  return scorer;
}

Result<Scorer> plan_scorer(const PlanInput& input) {
  CaseSums sums(input.cases, kPlanColumns);
  for (std::size_t i = 0; i < input.plans.size(); ++i) {
    const PlanItem& plan = input.plans[i];
    const std::string where = "plan " + std::to_string(i);
    SURGSIGMA_CHECK(check_case(plan.case_number, input.cases, where));
    if (plan.truth.empty()) return bad_item("a true plan without steps", where, "leave such items out");
    for (const int step : plan.truth) SURGSIGMA_CHECK(check_class(step, 0, input.classes, where));
    for (const int step : plan.answer.value_or(std::vector<int>())) {
      if (step != kNoSuchClass) SURGSIGMA_CHECK(check_class(step, 0, input.classes, where));
    }
    add_plan(plan, sums);
  }
  Scorer scorer{{"plan_edit:tokens", "plan_edit:collapsed", "plan_success", "plan_success@1", "plan_success@2",
                 "plan_success@3", "parse_rate"},
                {}};
  scorer.values_at = [sums = std::make_shared<const CaseSums>(std::move(sums))](std::span<const double> weights,
                                                                                std::span<double> values) {
    const std::vector<double> totals = sums->totals(weights);
    for (std::size_t k = 0; k < 3; ++k) values[k] = share_of(totals[2 + k], totals[0]);
    for (std::size_t k = 0; k < kMaxStep; ++k) values[3 + k] = share_of(totals[5 + kMaxStep + k], totals[5 + k]);
    values[3 + kMaxStep] = share_of(totals[1], totals[0]);
  };
  return scorer;
}

std::span<const MetricRow> clip_classes_metrics() { return kRows; }

}  // namespace surgsigma
