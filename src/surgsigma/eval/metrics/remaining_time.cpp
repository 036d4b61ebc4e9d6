#include "surgsigma/eval/metrics/remaining_time.h"

#include <array>
#include <cmath>
#include <map>
#include <memory>
#include <utility>

#include "surgsigma/eval/metrics/case_sums.h"

namespace surgsigma {
namespace {

constexpr double kNearS = 2;

constexpr std::string_view kFamily = "remaining_time", kLower = "lower", kOurs = "project rule";
constexpr std::string_view kHorizon = "horizon as in Rivoir et al., Rethinking Anticipation Tasks, MICCAI 2020";
constexpr std::string_view kCharged = "an unread answer is charged the error of the train-set median";

constexpr std::array<MetricRow, 10> kRows = {{
    {kFamily, "mae", kLower, "s", "Mean absolute error over all questions.", kOurs, kCharged},
    {kFamily, "mae:read", kLower, "s", "Mean absolute error over the questions whose answer could be read.", kOurs,
     "no answer read: undefined"},
    {kFamily, "mae:clip", kLower, "s", "Mean over clips of the clip's mean absolute error.", kOurs, kCharged},
    {kFamily, "mae:inside_horizon", kLower, "s", "Mean absolute error where 0 < truth < horizon.", kHorizon, kCharged},
    {kFamily, "mae:outside_horizon", kLower, "s", "Mean absolute error where truth >= horizon.", kHorizon, kCharged},
    {kFamily, "within_2s", "higher", "share", "Share of answers at most 2 s from the truth.", kOurs,
     "an unread answer is not within"},
    {kFamily, "bias", "zero", "s", "Mean of answer minus truth; positive: too late.", kOurs, kCharged},
    {kFamily, "bias:read", "zero", "s", "bias over the questions whose answer could be read.", kOurs,
     "no answer read: undefined"},
    {kFamily, "parse_rate", "higher", "share", "Share of answers that could be read.", kOurs, "no question: undefined"},
    {kFamily, "skill", "higher", "share", "1 minus mae over the mae of the train-set median.", kOurs,
     "undefined where the median makes no error; negative: worse than the median"},
}};

enum Column : std::size_t {
  kItems,
  kError,
  kSigned,
  kRead,
  kReadError,
  kReadSigned,
  kInside,
  kInsideError,
  kOutside,
  kOutsideError,
  kNear,
  kConstantError,
  kClips,
  kClipError,
  kEnd
};

/// Errors of a clip, to take its mean.
struct Clip {
  double error = 0, items = 0;
};

Status check_item(const RemainingTimeItem& item, const RemainingTimeInput& input, const std::string& where) {
  SURGSIGMA_CHECK(check_case(item.case_number, input.cases, where));
  if (!(std::isfinite(item.truth_s) && item.truth_s >= 0))
    return bad_item("a true duration of " + std::to_string(item.truth_s) + " s", where, "0 s or more");
  if (item.answer_s && !std::isfinite(*item.answer_s))
    return bad_item("an answer of " + std::to_string(*item.answer_s) + " s", where,
                    "give no answer where none could be read");
  if (!item.answer_s && !input.train_median_s)
    return Error{ErrorKind::kUsage, "an answer that could not be read and no train-set median to charge for it", where,
                 "give train_median_s"};
  return done();
}

void add_item(const RemainingTimeItem& item, const RemainingTimeInput& input, CaseSums& sums) {
  const std::size_t c = item.case_number;
  const bool is_read = item.answer_s.has_value();
  const double median = input.train_median_s.value_or(0);
  const double error = item.answer_s.value_or(median) - item.truth_s;
  const double size = std::abs(error);
  sums.add(c, kItems);
  sums.add(c, kError, size);
  sums.add(c, kSigned, error);
  if (is_read) {
    sums.add(c, kRead);
    sums.add(c, kReadError, size);
    sums.add(c, kReadSigned, error);
    sums.add(c, kNear, size <= kNearS);
  }
  if (item.truth_s >= input.horizon_s) {
    sums.add(c, kOutside);
    sums.add(c, kOutsideError, size);
  } else if (item.truth_s > 0) {
    sums.add(c, kInside);
    sums.add(c, kInsideError, size);
  }
  sums.add(c, kConstantError, std::abs(median - item.truth_s));
}

}  // namespace

Result<Scorer> remaining_time_scorer(const RemainingTimeInput& input) {
  for (const auto& [value, name] :
       {std::pair(input.horizon_s, "horizon_s"), std::pair(input.train_median_s.value_or(0), "train_median_s")}) {
    if (!(std::isfinite(value) && value >= 0))
      return Error{ErrorKind::kUsage, std::to_string(value) + " s", name, "0 s or more"};
  }
  CaseSums sums(input.cases, kEnd);
  std::map<std::pair<std::size_t, std::int64_t>, Clip> clips;
  for (std::size_t i = 0; i < input.items.size(); ++i) {
    const RemainingTimeItem& item = input.items[i];
    SURGSIGMA_CHECK(check_item(item, input, "item " + std::to_string(i)));
    add_item(item, input, sums);
    Clip& clip = clips[{item.case_number, item.clip}];
    clip.error += std::abs(item.answer_s.value_or(input.train_median_s.value_or(0)) - item.truth_s);
    clip.items += 1;
  }
  for (const auto& [key, clip] : clips) {
    sums.add(key.first, kClips);
    sums.add(key.first, kClipError, clip.error / clip.items);
  }
  const bool has_median = input.train_median_s.has_value();
  Scorer scorer;
  for (const MetricRow& row : kRows) {
    if (has_median || row.name != "skill") scorer.names.emplace_back(row.name);
  }
  scorer.values_at = [sums = std::make_shared<const CaseSums>(std::move(sums)), has_median](
                         std::span<const double> weights, std::span<double> values) {
    const std::vector<double> totals = sums->totals(weights);
    constexpr std::pair<Column, Column> kMeans[] = {
        {kError, kItems}, {kReadError, kRead}, {kClipError, kClips}, {kInsideError, kInside}, {kOutsideError, kOutside},
        {kNear, kItems},  {kSigned, kItems},   {kReadSigned, kRead}, {kRead, kItems}};
    std::size_t at = 0;
    for (const auto& [sum, count] : kMeans) values[at++] = share_of(totals[sum], totals[count]);
    if (has_median) values[at] = 1 - share_of(totals[kError], totals[kConstantError]);
  };
  return scorer;
}

std::span<const MetricRow> remaining_time_metrics() { return kRows; }

}  // namespace surgsigma
