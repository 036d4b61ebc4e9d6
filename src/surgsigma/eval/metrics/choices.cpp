#include "surgsigma/eval/metrics/choices.h"

#include <array>
#include <cmath>
#include <limits>
#include <string>

namespace surgsigma {
namespace {

struct Sums {
  double items = 0, right = 0, chance = 0;
  double yes_no = 0, said_yes = 0;
  std::array<double, 2> of_truth{}, right_of_truth{};
};

double share(double part, double all) { return all > 0 ? part / all : std::numeric_limits<double>::quiet_NaN(); }

constexpr const char* kUnread = "An answer that could not be read is wrong.";

}  // namespace

Result<Scorer> choice_scorer(std::span<const ChoiceItem> items, std::size_t cases) {
  std::vector<Sums> of_case(cases);
  for (std::size_t i = 0; i < items.size(); ++i) {
    const ChoiceItem& item = items[i];
    if (item.case_number >= cases || item.options < 2) {
      return Error{ErrorKind::kData, "a case or a number of options that cannot be", "item " + std::to_string(i), ""};
    }
    Sums& sums = of_case[item.case_number];
    sums.items += 1;
    sums.right += item.is_right;
    sums.chance += 1.0 / static_cast<double>(item.options);
    if (!item.truth) continue;
    sums.yes_no += 1;
    sums.said_yes += item.answer.value_or(false);
    sums.of_truth[*item.truth] += 1;
    sums.right_of_truth[*item.truth] += item.is_right;
  }
  Scorer scorer;
  scorer.names = {"accuracy", "chance", "balanced_accuracy", "yes_share"};
  scorer.values_at = [of_case = std::move(of_case)](std::span<const double> weights, std::span<double> values) {
    Sums all;
    for (std::size_t c = 0; c < of_case.size(); ++c) {
      const double weight = weights[c];
      all.items += weight * of_case[c].items;
      all.right += weight * of_case[c].right;
      all.chance += weight * of_case[c].chance;
      all.yes_no += weight * of_case[c].yes_no;
      all.said_yes += weight * of_case[c].said_yes;
      for (int side = 0; side < 2; ++side) {
        all.of_truth[side] += weight * of_case[c].of_truth[side];
        all.right_of_truth[side] += weight * of_case[c].right_of_truth[side];
      }
    }
    values[0] = share(all.right, all.items);
    values[1] = share(all.chance, all.items);
    values[2] = (share(all.right_of_truth[0], all.of_truth[0]) + share(all.right_of_truth[1], all.of_truth[1])) / 2;
    values[3] = share(all.said_yes, all.yes_no);
  };
  return scorer;
}

std::span<const MetricRow> choices_metrics() {
  static const std::array<MetricRow, 4> rows = {
      {{"choices", "accuracy", "higher", "share", "Share of the questions whose right option was named.",
        "usual multiple choice accuracy", kUnread},
       {"choices", "chance", "none", "share", "What choosing blindly gives: the mean of 1 / options.", "counting", ""},
       {"choices", "balanced_accuracy", "higher", "share",
        "Yes/no: mean of the shares right among true and among false statements.", "Brodersen et al. 2010",
        "Undefined without true or without false statements. An answer that could not be read is wrong."},
       {"choices", "yes_share", "none", "share", "Yes/no: share of the questions answered by yes.", "counting",
        "An answer that could not be read is no yes."}}};
  return rows;
}

}  // namespace surgsigma
