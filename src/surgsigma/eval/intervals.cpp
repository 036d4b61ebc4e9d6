#include "surgsigma/eval/intervals.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "surgsigma/base/random.h"
#include "surgsigma/base/threads.h"

namespace surgsigma {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kResamplesAtATime = 64;

Status check(const BootstrapOptions& options) {
  if (options.resamples >= 1 && options.resamples <= 10'000'000 && options.level > 0 && options.level < 1)
    return done();
  return Error{ErrorKind::kUsage, "a bootstrap needs a number of resamples and a level between 0 and 1", "eval",
               "10000 and 0.95 are usual"};
}

/// How often each case is drawn in resample `number`: a function of the seed and the number alone.
void draw_weights(std::uint64_t seed, int number, std::span<double> weights) {
  std::fill(weights.begin(), weights.end(), 0.0);
  Draws draws(seed, std::to_string(number), "bootstrap");
  for (std::size_t i = 0; i < weights.size(); ++i) weights[draws.below(weights.size())] += 1;
}

std::vector<double> plain_values(const Scorer& scorer, std::size_t cases) {
  const std::vector<double> ones(cases, 1.0);
  std::vector<double> values(scorer.names.size(), kUndefined);
  scorer.values_at(ones, values);
  return values;
}

/// values_of(count, weights, values) for some resamples at a time; [metric * resamples + resample].
template <class ValuesOf>
std::vector<double> resampled(std::size_t metrics, std::size_t cases, const BootstrapOptions& options,
                              const ValuesOf& values_of) {
  const auto resamples = static_cast<std::size_t>(options.resamples);
  std::vector<double> all(metrics * resamples, kUndefined);
  const std::size_t pieces = (resamples + kResamplesAtATime - 1) / kResamplesAtATime;
  parallel_for(pieces, options.jobs, [&](std::size_t piece) {
    const std::size_t begin = piece * kResamplesAtATime, count = std::min(resamples - begin, kResamplesAtATime);
    std::vector<double> weights(count * cases), values(count * metrics, kUndefined);
    for (std::size_t i = 0; i < count; ++i)
      draw_weights(options.seed, static_cast<int>(begin + i), std::span(weights).subspan(i * cases, cases));
    values_of(count, std::span<const double>(weights), std::span(values));
    for (std::size_t m = 0; m < metrics; ++m) {
      for (std::size_t i = 0; i < count; ++i) all[m * resamples + begin + i] = values[i * metrics + m];
    }
  });
  return all;
}

/// The quantile by linear interpolation between ranks. Puts the values in another order.
double quantile(std::span<double> values, double share) {
  const double place = share * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(below);
  std::nth_element(values.begin(), at, values.end());
  const double low = *at, high = below + 1 < values.size() ? *std::min_element(at + 1, values.end()) : low;
  if (std::isinf(low) || std::isinf(high)) return low;
  return low + (place - static_cast<double>(below)) * (high - low);
}

ScoredValue interval(double value, std::span<double> samples, std::size_t cases, double level) {
  ScoredValue scored{value, kUndefined, kUndefined, 0};
  const auto end = std::partition(samples.begin(), samples.end(), [](double sample) { return !std::isnan(sample); });
  const auto defined = static_cast<std::size_t>(end - samples.begin());
  scored.share_defined = static_cast<double>(defined) / static_cast<double>(samples.size());
  if (cases < 2 || std::isnan(value) || 2 * defined < samples.size()) return scored;
  scored.low = quantile(samples.first(defined), (1 - level) / 2);
  scored.high = quantile(samples.first(defined), (1 + level) / 2);
  return scored;
}

double two_sided(std::span<const double> differences, std::size_t cases) {
  double below = 0, above = 0;
  for (const double difference : differences) {
    if (std::isnan(difference)) continue;
    below += difference < 0 ? 1 : difference == 0 ? 0.5 : 0;
    above += difference > 0 ? 1 : difference == 0 ? 0.5 : 0;
  }
  const double all = below + above;
  if (all == 0) return kUndefined;
  const double least = std::max(1 / all, std::ldexp(1.0, 1 - static_cast<int>(std::min<std::size_t>(cases, 64))));
  return std::clamp(2 * std::min(below, above) / all, least, 1.0);
}

}  // namespace

Result<std::vector<ScoredValue>> score_with_intervals(const Scorer& scorer, std::size_t cases,
                                                      const BootstrapOptions& options) {
  SURGSIGMA_CHECK(check(options));
  const std::size_t metrics = scorer.names.size();
  const auto resamples = static_cast<std::size_t>(options.resamples);
  const std::vector<double> values = plain_values(scorer, cases);
  std::vector<double> samples;
  if (cases >= 2) {
    samples = resampled(metrics, cases, options,
                        [&](std::size_t count, std::span<const double> weights, std::span<double> drawn) {
                          values_of_many(scorer, count, weights, drawn);
                        });
  }
  std::vector<ScoredValue> scored(metrics);
  parallel_for(metrics, options.jobs, [&](std::size_t m) {
    scored[m] = cases < 2
                    ? ScoredValue{values[m], kUndefined, kUndefined, 0}
                    : interval(values[m], std::span(samples).subspan(m * resamples, resamples), cases, options.level);
  });
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
    samples = resampled(metrics, cases, options,
                        [&](std::size_t count, std::span<const double> weights, std::span<double> values) {
                          std::vector<double> others(values.size(), kUndefined);
                          values_of_many(a, count, weights, values);
                          values_of_many(b, count, weights, others);
                          for (std::size_t i = 0; i < values.size(); ++i) values[i] -= others[i];
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
    differences[m].p_value = two_sided(all, cases);
    differences[m].difference = interval(value, all, cases, options.level);
  }
  return differences;
}

}  // namespace surgsigma
