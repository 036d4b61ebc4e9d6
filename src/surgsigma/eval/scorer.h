// The one form in which every metric family gives its values: a function of how often each case counts. A score is its
// value at weights of one; an interval resamples the cases and asks again (eval/intervals.h); a breakdown sets the
// weights of the other cases to zero.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace surgsigma {

/// Some metrics over one evaluated set. What does not depend on the weights (sorting, matching, counting per case) is
/// done once, when the scorer is made, so that asking ten thousand times stays cheap.
struct Scorer {
  /// One name per value, as in the table of metrics: "micro_f1"; of one class "f1/ins.hook".
  std::vector<std::string> names;
  /// weights[c] >= 0: how often case c counts; values has names.size() places. NaN: undefined at these weights, for
  /// example a class without positives. Deterministic; safe to call from several threads.
  std::function<void(std::span<const double> weights, std::span<double> values)> values_at;
  /// Nothing, or the same for `count` settings of the weights at once, where that is faster: count * cases weights and
  /// count * names.size() values, row by row. Every row is to the bit what values_at gives.
  std::function<void(std::size_t count, std::span<const double> weights, std::span<double> values)> many_values_at = {};
};

/// The values of `count` settings of the weights, by many_values_at where there is one. `count` is not 0.
inline void values_of_many(const Scorer& scorer, std::size_t count, std::span<const double> weights,
                           std::span<double> values) {
  if (scorer.many_values_at) return scorer.many_values_at(count, weights, values);
  const std::size_t cases = weights.size() / count, names = scorer.names.size();
  for (std::size_t i = 0; i < count; ++i)
    scorer.values_at(weights.subspan(i * cases, cases), values.subspan(i * names, names));
}

}  // namespace surgsigma
