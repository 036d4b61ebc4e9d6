#include "surgsigma/eval/intervals.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "surgsigma/base/random.h"
#include "surgsigma/base/threads.h"

namespace surgsigma {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();
constexpr int kResamplesAtATime = 64;

Status check(const BootstrapOptions& options) {
  if (options.resamples >= 1 && options.resamples <= 10'000'000 && options.level > 0 && options.level < 1) return done();
  return Error{ErrorKind::kUsage, "a bootstrap needs a number of resamples and a level between 0 and 1", "eval",
               "10000 and 0.95 are usual"};
}

/// How often each case is drawn in resample `number`: a function of the seed and the number alone.
void draw_weights(std::size_t cases, std::uint64_t seed, int number, std::vector<double>& weights) {
  std::fill(weights.begin(), weights.end(), 0.0);
  Draws draws(seed, std::to_string(number), "bootstrap");
  for (std::size_t i = 0; i < cases; ++i) weights[draws.below(cases)] += 1;
}

std::vector<double> plain_values(const Scorer& scorer, std::size_t cases) {
  const std::vector<double> ones(cases, 1.0);
  std::vector<double> values(scorer.names.size(), kUndefined);
  scorer.values_at(ones, values);
  return values;
}

/// value_of(weights, values) for each resample; [metric * resamples + resample].
template <class ValueOf>
std::vector<double> resampled(std::size_t metrics, std::size_t cases, const BootstrapOptions& options,
                              const ValueOf& value_of) {
  const auto resamples = static_cast<std::size_t>(options.resamples);
  std::vector<double> all(metrics * resamples, kUndefined);
  const std::size_t pieces = (resamples + kResamplesAtATime - 1) / kResamplesAtATime;
  parallel_for(pieces, options.jobs, [&](std::size_t piece) {
    std::vector<double> weights(cases), values(metrics);
    const std::size_t end = std::min(resamples, (piece + 1) * kResamplesAtATime);
    for (std::size_t r = piece * kResamplesAtATime; r < end; ++r) {
      draw_weights(cases, options.seed, static_cast<int>(r), weights);
      value_of(weights, values);
      for (std::size_t m = 0; m < metrics; ++m) all[m * resamples + r] = values[m];
    }
  });
  return all;
}

/// The quantile of sorted values by linear interpolation.
double quantile(std::span<const double> sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  const double low = sorted[below];
  if (std::isinf(low) || std::isinf(sorted[above])) return low;
  return low + (place - static_cast<double>(below)) * (sorted[above] - low);
}

ScoredValue interval(double value, std::span<double> samples, std::size_t cases, double level) {
  ScoredValue scored{value, kUndefined, kUndefined, 0};
  const auto end = std::partition(samples.begin(), samples.end(), [](double sample) { return !std::isnan(sample); });
  const auto defined = static_cast<std::size_t>(end - samples.begin());
  scored.share_defined = static_cast<double>(defined) / static_cast<double>(samples.size());
  if (cases < 2 || std::isnan(value) || 2 * defined < samples.size()) return scored;
  std::sort(samples.begin(), end);
  scored.low = quantile(samples.first(defined), (1 - level) / 2);
  scored.high = quantile(samples.first(defined), (1 + level) / 2);
  return scored;
}

double two_sided(std::span<const double> differences) {
  double below = 0, above = 0;
  for (const double difference : differences) {
    if (std::isnan(difference)) continue;
    below += difference < 0 ? 1 : difference == 0 ? 0.5 : 0;
    above += difference > 0 ? 1 : difference == 0 ? 0.5 : 0;
  }
  const double all = below + above;
  if (all == 0) return kUndefined;
  return std::clamp(2 * std::min(below, above) / all, 1 / all, 1.0);
}

}  // namespace

Result<std::vector<ScoredValue>> score_with_intervals(const Scorer& scorer, std::size_t cases,
                                                      const BootstrapOptions& options) {
  SURGSIGMA_CHECK(check(options));
  const std::size_t metrics = scorer.names.size();
  const auto resamples = static_cast<std::size_t>(options.resamples);
  const std::vector<double> values = plain_values(scorer, cases);
  std::vector<double> samples;
  if (cases >= 2) samples = resampled(metrics, cases, options, scorer.values_at);
  std::vector<ScoredValue> scored(metrics);
  for (std::size_t m = 0; m < metrics; ++m) {
    scored[m] = cases < 2 ? ScoredValue{values[m], kUndefined, kUndefined, 0}
                          : interval(values[m], std::span(samples).subspan(m * resamples, resamples), cases,
                                     options.level);
  }
  return scored;
}

Result<std::vector<PairedDifference>> paired_differences(const Scorer& a, const Scorer& b, std::size_t cases,
                                                         const BootstrapOptions& options) {
  SURGSIGMA_CHECK(check(options));
  if (a.names != b.names) {
    return Error{ErrorKind::kUsage, "the two runs have other metrics", "eval compare", "score both with this version"};
  }
  const std::size_t metrics = a.names.size();
  const auto resamples = static_cast<std::size_t>(options.resamples);
  const std::vector<double> values_a = plain_values(a, cases), values_b = plain_values(b, cases);
  std::vector<double> samples;
  if (cases >= 2) {
    samples = resampled(metrics, cases, options, [&](std::span<const double> weights, std::span<double> values) {
      std::vector<double> others(metrics, kUndefined);
      a.values_at(weights, values);
      b.values_at(weights, others);
      for (std::size_t m = 0; m < metrics; ++m) values[m] -= others[m];
    });
  }
  std::vector<PairedDifference> differences(metrics);
  for (std::size_t m = 0; m < metrics; ++m) {
    const double value = values_a[m] - values_b[m];
    if (cases < 2) {
      differences[m] = {{value, kUndefined, kUndefined, 0}, kUndefined};
      continue;
    }
    const auto all = std::span(samples).subspan(m * resamples, resamples);
    differences[m].p_value = two_sided(all);
    differences[m].difference = interval(value, all, cases, options.level);
  }
  return differences;
}

}  // namespace surgsigma
