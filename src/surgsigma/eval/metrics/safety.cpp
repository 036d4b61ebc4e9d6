#include "surgsigma/eval/metrics/safety.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

#include "surgsigma/base/text.h"
#include "surgsigma/eval/metrics/average_precision.h"
#include "surgsigma/eval/metrics/case_sums.h"

namespace surgsigma {
namespace {

constexpr std::size_t kBins = 10;

bool is_met(double truth) { return truth >= 0.5; }
std::size_t bin_of(double score, std::size_t bins) {
  return std::min(bins - 1, static_cast<std::size_t>(score * static_cast<double>(bins)));
}

Status check_sizes(const SafetyInput& input) {
  const std::size_t cells = input.case_of_frame.size() * input.criteria.size();
  const auto check = [&](std::size_t size, const char* name) -> Status {
    if (size == cells) return done();
    return Error{ErrorKind::kUsage,
                 std::to_string(size) + " values for " + std::to_string(input.case_of_frame.size()) + " frames of " +
                     std::to_string(input.criteria.size()) + " criteria",
                 name, "give one value per frame and criterion"};
  };
  SURGSIGMA_CHECK(check(input.truth.size(), "truth"));
  if (!input.answers.empty()) SURGSIGMA_CHECK(check(input.answers.size(), "answers"));
  if (!input.scores.empty()) SURGSIGMA_CHECK(check(input.scores.size(), "scores"));
  if (cells > 0 && input.answers.empty() && input.scores.empty())
    return Error{ErrorKind::kUsage, "neither answers nor scores", "safety", "give at least one of the two"};
  return done();
}

Status check_cells(const SafetyInput& input) {
  SURGSIGMA_CHECK(check_sizes(input));
  const std::size_t criteria = input.criteria.size();
  for (std::size_t i = 0; i < input.case_of_frame.size(); ++i) {
    SURGSIGMA_CHECK(check_case(input.case_of_frame[i], input.cases, "frame " + std::to_string(i)));
    for (std::size_t k = 0; k < criteria; ++k) {
      const std::size_t at = i * criteria + k;
      const auto where = [&] { return "frame " + std::to_string(i) + ", " + quoted(input.criteria[k]); };
      const auto is_share = [](double value) { return value >= 0 && value <= 1; };
      if (!is_share(input.truth[at]))
        return bad_item("a truth of " + std::to_string(input.truth[at]), where(), "the mean of the raters, 0 to 1");
      if (!input.answers.empty() && (input.answers[at] < -1 || input.answers[at] > 1))
        return bad_item("an answer of " + std::to_string(input.answers[at]), where(), "1 yes, 0 no, -1 not read");
      if (input.scores.empty()) continue;
      if (std::isnan(input.scores[at])) return bad_item("a score that is no number", where(), "give every score");
      if (input.scores_are_probabilities && !is_share(input.scores[at]))
        return bad_item("a probability of " + std::to_string(input.scores[at]), where(), "0 to 1");
    }
  }
  return done();
}

// Sums of a case: frames, frames all right, answers read; then of each criterion these, and three sums of each bin
// (frames, scores, truths).
constexpr std::size_t kFirstCriterion = 3;
enum Column : std::size_t { kPositives, kRightPositives, kRightNegatives, kBrier, kBinaryBrier, kFirstBin };
constexpr std::size_t kCriterionColumns = kFirstBin + 3 * kBins;

struct Table {
  std::size_t criteria = 0;
  bool has_answers = false, has_probabilities = false;
  CaseSums sums{0, 0};
  std::vector<Ranking> rankings;  // none without scores
};

void add_frame(const SafetyInput& input, std::size_t frame, Table& table) {
  const std::size_t c = input.case_of_frame[frame];
  bool is_all_right = true;
  for (std::size_t k = 0; k < table.criteria; ++k) {
    const std::size_t at = frame * table.criteria + k, first = kFirstCriterion + k * kCriterionColumns;
    const bool met = is_met(input.truth[at]);
    table.sums.add(c, first + kPositives, met);
    if (table.has_answers) {
      const bool is_right = input.answers[at] == static_cast<std::int8_t>(met);
      is_all_right &= is_right;
      table.sums.add(c, 2, input.answers[at] >= 0);
      table.sums.add(c, first + (met ? kRightPositives : kRightNegatives), is_right);
    }
    if (!table.has_probabilities) continue;
    const double score = input.scores[at], soft = score - input.truth[at], hard = score - (met ? 1 : 0);
    const std::size_t bin = first + kFirstBin + 3 * bin_of(score, kBins);
    table.sums.add(c, first + kBrier, soft * soft);
    table.sums.add(c, first + kBinaryBrier, hard * hard);
    table.sums.add(c, bin);
    table.sums.add(c, bin + 1, score);
    table.sums.add(c, bin + 2, input.truth[at]);
  }
  table.sums.add(c, 0);
  table.sums.add(c, 1, is_all_right);
}

constexpr std::array<const char*, 5> kAnswerStems = {"accuracy/", "sensitivity/", "specificity/", "balanced_accuracy/",
                                                     "balanced_accuracy:present_side/"};
constexpr std::array<const char*, 5> kAnswerNames = {"mean_accuracy", "mean_balanced_accuracy",
                                                     "mean_balanced_accuracy:present_side", "all_right", "parse_rate"};
constexpr std::array<const char*, 2> kRankStems = {"ap/", "ap:video/"};
constexpr std::array<const char*, 3> kRankNames = {"map", "map:video_class", "map:class_video"};
constexpr std::array<const char*, 3> kProbabilityStems = {"brier/", "brier:binary/", "calibration_error/"};
constexpr std::array<const char*, 3> kProbabilityNames = {"mean_brier", "mean_brier:binary", "mean_calibration_error"};

template <std::size_t Names, std::size_t Stems>
void add_names(const std::array<const char*, Names>& names, const std::array<const char*, Stems>& stems,
               const std::vector<std::string>& criteria, std::vector<std::string>& all) {
  all.insert(all.end(), names.begin(), names.end());
  for (const std::string& criterion : criteria) {
    for (const char* stem : stems) all.push_back(stem + criterion);
  }
}

/// Places of values: means first, then those of each criterion; `at` moves behind them.
class Writer {
 public:
  Writer(std::span<double> values, std::size_t& at, std::size_t names) : values_(values), names_(at), at_(at) {
    at += names;
  }
  void name(std::size_t i, double value) { values_[names_ + i] = value; }
  double next(double value) { return values_[at_++] = value; }

 private:
  std::span<double> values_;
  std::size_t names_;
  std::size_t& at_;
};

void put_answer_values(const Table& table, const std::vector<double>& totals, Writer put) {
  DefinedMean accuracy, balanced, present;
  for (std::size_t k = 0; k < table.criteria; ++k) {
    const double* sums = totals.data() + kFirstCriterion + k * kCriterionColumns;
    const double negatives = totals[0] - sums[kPositives];
    const double sensitivity = share_of(sums[kRightPositives], sums[kPositives]);
    const double specificity = share_of(sums[kRightNegatives], negatives);
    accuracy.add(put.next(share_of(sums[kRightPositives] + sums[kRightNegatives], totals[0])));
    put.next(sensitivity);
    put.next(specificity);
    balanced.add(put.next((sensitivity + specificity) / 2));
    DefinedMean sides;
    sides.add(sensitivity);
    sides.add(specificity);
    present.add(put.next(sides.value()));
  }
  put.name(0, accuracy.value());
  put.name(1, balanced.value());
  put.name(2, present.value());
  put.name(3, share_of(totals[1], totals[0]));
  put.name(4, share_of(totals[2], totals[0] * static_cast<double>(table.criteria)));
}

void put_rank_values(const Table& table, std::span<const double> weights, Writer put) {
  DefinedMean map, video_class, class_video;
  for (const Ranking& ranking : table.rankings) {
    DefinedMean of_videos;
    for (std::size_t c = 0; c < weights.size(); ++c) of_videos.add(ranking.of_cases()[c], weights[c]);
    map.add(put.next(ranking.average_precision(weights)));
    video_class.add(put.next(of_videos.value()));
  }
  for (std::size_t c = 0; c < weights.size(); ++c) {
    DefinedMean of_criteria;
    for (const Ranking& ranking : table.rankings) of_criteria.add(ranking.of_cases()[c]);
    class_video.add(of_criteria.value(), weights[c]);
  }
  put.name(0, map.value());
  put.name(1, video_class.value());
  put.name(2, class_video.value());
}

void put_probability_values(const Table& table, const std::vector<double>& totals, Writer put) {
  DefinedMean soft, hard, calibration;
  for (std::size_t k = 0; k < table.criteria; ++k) {
    const double* sums = totals.data() + kFirstCriterion + k * kCriterionColumns;
    double off = 0;  // frames * |mean score - mean truth| of a bin is |sum of scores - sum of truths|
    for (std::size_t b = 0; b < kBins; ++b) off += std::abs(sums[kFirstBin + 3 * b + 1] - sums[kFirstBin + 3 * b + 2]);
    soft.add(put.next(share_of(sums[kBrier], totals[0])));
    hard.add(put.next(share_of(sums[kBinaryBrier], totals[0])));
    calibration.add(put.next(share_of(off, totals[0])));
  }
  put.name(0, soft.value());
  put.name(1, hard.value());
  put.name(2, calibration.value());
}

void put_values(const Table& table, std::span<const double> weights, std::span<double> values) {
  const std::vector<double> totals = table.sums.totals(weights);
  std::size_t at = 0;
  if (table.has_answers) put_answer_values(table, totals, {values, at, kAnswerNames.size()});
  if (!table.rankings.empty()) put_rank_values(table, weights, {values, at, kRankNames.size()});
  if (table.has_probabilities) put_probability_values(table, totals, {values, at, kProbabilityNames.size()});
  for (std::size_t k = 0; k < table.criteria; ++k)
    values[at++] = totals[kFirstCriterion + k * kCriterionColumns + kPositives];
}

}  // namespace

Result<Scorer> safety_scorer(const SafetyInput& input) {
  SURGSIGMA_CHECK(check_cells(input));
  Table table;
  table.criteria = input.criteria.size();
  table.has_answers = !input.answers.empty();
  table.has_probabilities = !input.scores.empty() && input.scores_are_probabilities;
  table.sums = CaseSums(input.cases, kFirstCriterion + table.criteria * kCriterionColumns);
  const std::size_t frames = input.case_of_frame.size();
  for (std::size_t i = 0; i < frames; ++i) add_frame(input, i, table);
  for (std::size_t k = 0; !input.scores.empty() && k < table.criteria; ++k) {
    std::vector<RankedAnswer> ranked;
    for (std::size_t i = 0; i < frames; ++i) {
      const std::size_t at = i * table.criteria + k;
      ranked.push_back({input.scores[at], static_cast<std::uint32_t>(input.case_of_frame[i]), is_met(input.truth[at])});
    }
    table.rankings.emplace_back(std::move(ranked), input.cases);
  }
  Scorer scorer;
  if (table.has_answers) add_names(kAnswerNames, kAnswerStems, input.criteria, scorer.names);
  if (!table.rankings.empty()) add_names(kRankNames, kRankStems, input.criteria, scorer.names);
  if (table.has_probabilities) add_names(kProbabilityNames, kProbabilityStems, input.criteria, scorer.names);
  for (const std::string& criterion : input.criteria) scorer.names.push_back("support/" + criterion);
  scorer.values_at = [table = std::make_shared<const Table>(std::move(table))](std::span<const double> weights,
                                                                               std::span<double> values) {
    put_values(*table, weights, values);
  };
  return scorer;
}

Result<std::vector<ReliabilityBin>> safety_reliability(const SafetyInput& input, std::size_t criterion, int bins) {
  SURGSIGMA_CHECK(check_cells(input));
  if (input.scores.empty() || !input.scores_are_probabilities || criterion >= input.criteria.size() || bins < 1)
    return Error{ErrorKind::kUsage, "no probabilities, no such criterion, or no bins", "reliability",
                 "give probabilities of a criterion and at least one bin"};
  const auto count = static_cast<std::size_t>(bins);
  std::vector<ReliabilityBin> table(count);
  for (std::size_t i = 0; i < input.case_of_frame.size(); ++i) {
    const std::size_t at = i * input.criteria.size() + criterion;
    ReliabilityBin& bin = table[bin_of(input.scores[at], count)];
    ++bin.frames;
    bin.mean_score += input.scores[at];
    bin.mean_truth += input.truth[at];
  }
  for (std::size_t b = 0; b < count; ++b) {
    table[b].low = static_cast<double>(b) / static_cast<double>(bins);
    table[b].high = static_cast<double>(b + 1) / static_cast<double>(bins);
    table[b].mean_score = share_of(table[b].mean_score, static_cast<double>(table[b].frames));
    table[b].mean_truth = share_of(table[b].mean_truth, static_cast<double>(table[b].frames));
  }
  return table;
}

VlmSafety compat_vlm_cvs(const SafetyInput& input) {
  VlmSafety result;
  const std::size_t criteria = input.criteria.size();
  double all_right = 0;
  DefinedMean balanced;
  for (std::size_t k = 0; k < criteria; ++k) {
    double of_side[2] = {0, 0}, right[2] = {0, 0};
    for (std::size_t at = k; at < input.answers.size(); at += criteria) {
      if (input.answers[at] < 0) continue;
      const bool met = is_met(input.truth[at]);
      of_side[met] += 1;
      right[met] += (input.answers[at] == 1) == met;
    }
    const double scored = of_side[0] + of_side[1];
    const auto share = [&](int side) { return of_side[side] > 0 ? right[side] / of_side[side] : 0; };
    const double both = scored > 0 ? (share(0) + share(1)) / 2 : kNoValue;
    result.criteria.push_back({share_of(right[0] + right[1], scored), both, static_cast<std::int64_t>(scored)});
    balanced.add(both);
    all_right += right[0] + right[1];
    result.scored_pairs += static_cast<std::int64_t>(scored);
  }
  result.average_accuracy = share_of(all_right, static_cast<double>(result.scored_pairs));
  result.balanced_accuracy = balanced.value();
  return result;
}

}  // namespace surgsigma
