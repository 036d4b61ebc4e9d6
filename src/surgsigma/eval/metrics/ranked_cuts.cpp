#include "surgsigma/eval/metrics/ranked_cuts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "surgsigma/eval/metrics/four.h"
#include "surgsigma/media/wide.h"

namespace surgsigma {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();
constexpr double kNever = std::numeric_limits<double>::infinity();
constexpr double kTiny = std::numeric_limits<double>::min();  // a denominator where nothing was seen yet
constexpr std::size_t kMostRecalls = 101;

/// What a sweep adds up, for one lane or for all. Each lane is what a double alone would be, so both give the same
/// bits.
struct OneLane {
  static constexpr std::size_t kCount = 1;
  double value = 0;

  void add(const double* weights, RankedCuts::Count entry) {
    value += weights[entry.case_number] * static_cast<double>(entry.count);
  }
  void add(const OneLane& other) { value += other.value; }
  /// gain * (hits / seen)
  void add_step(const OneLane& gain, const OneLane& hits, const OneLane& seen) {
    value += gain.value * (hits.value / (seen.value > kTiny ? seen.value : kTiny));
  }
  /// Becomes hits / (hits + others) where that is higher.
  void raise(const OneLane& hits, const OneLane& others) {
    const double seen = hits.value + others.value;
    const double precision = hits.value / (seen > kTiny ? seen : kTiny);
    value = precision > value ? precision : value;
  }
  bool any_reaches(const OneLane& other) const { return value >= other.value; }
  void get(double* to) const { *to = value; }
  void set(const double* from) { value = *from; }
};

static_assert(kLanes == 8);
struct AllLanes {
  static constexpr std::size_t kCount = kLanes;
  Four low{}, high{};

  SURGSIGMA_INLINE void add(const double* weights, RankedCuts::Count entry) {
    Four first, second;
    take(first, weights + entry.case_number * kLanes);
    take(second, weights + entry.case_number * kLanes + 4);
    const auto count = static_cast<double>(entry.count);
    low += first * count;
    high += second * count;
  }
  SURGSIGMA_INLINE void add(const AllLanes& other) {
    low += other.low;
    high += other.high;
  }
  SURGSIGMA_INLINE void add_step(const AllLanes& gain, const AllLanes& hits, const AllLanes& seen) {
    const Four tiny = Four{} + kTiny;
    low += gain.low * (hits.low / (seen.low > tiny ? seen.low : tiny));
    high += gain.high * (hits.high / (seen.high > tiny ? seen.high : tiny));
  }
  SURGSIGMA_INLINE void raise(const AllLanes& hits, const AllLanes& others) {
    const Four tiny = Four{} + kTiny, seen_low = hits.low + others.low, seen_high = hits.high + others.high;
    const Four of_low = hits.low / (seen_low > tiny ? seen_low : tiny);
    const Four of_high = hits.high / (seen_high > tiny ? seen_high : tiny);
    low = of_low > low ? of_low : low;
    high = of_high > high ? of_high : high;
  }
  SURGSIGMA_INLINE bool any_reaches(const AllLanes& other) const {
    const auto reached = (low >= other.low) | (high >= other.high);
    return (reached[0] | reached[1] | reached[2] | reached[3]) != 0;
  }
  SURGSIGMA_INLINE void get(double* to) const {
    put(to, low);
    put(to + 4, high);
  }
  SURGSIGMA_INLINE void set(const double* from) {
    take(low, from);
    take(high, from + 4);
  }
};

template <class Pack>
SURGSIGMA_INLINE void sweep_stepped(const RankedCuts& cuts, const double* weights, double* values) {
  Pack hits, seen, sum;
  const RankedCuts::Count* hit = cuts.hits.data();
  const RankedCuts::Count* other = cuts.others.data();
  for (std::size_t g = 0; g < cuts.size(); ++g) {
    Pack here;
    for (const auto* const end = cuts.hits.data() + cuts.end_of_hits[g]; hit != end; ++hit) here.add(weights, *hit);
    for (const auto* const end = cuts.others.data() + cuts.end_of_others[g]; other != end; ++other)
      seen.add(weights, *other);
    hits.add(here);
    seen.add(here);
    sum.add_step(here, hits, seen);
  }
  std::array<double, Pack::kCount> of_hits;
  sum.get(values);
  hits.get(of_hits.data());
  for (std::size_t l = 0; l < Pack::kCount; ++l) values[l] = of_hits[l] > 0 ? values[l] / of_hits[l] : kUndefined;
}

/// How far one lane has come along the recalls. top[b]: the highest precision at cuts whose recall is at least that of
/// recalls[0] .. recalls[b - 1] and no more.
struct Progress {
  std::array<double, kMostRecalls + 1> top{};
  std::size_t reached = 0;
};

/// Enters the best precision since the last call, then moves on to the recall that is reached now. Returns how many
/// hits the next one may need.
double advance(Progress& progress, double best, double hits, double positives, std::span<const double> recalls) {
  progress.top[progress.reached] = std::max(progress.top[progress.reached], best);
  while (progress.reached < recalls.size() && hits / positives >= recalls[progress.reached]) ++progress.reached;
  if (progress.reached == recalls.size()) return kNever;
  return recalls[progress.reached] * positives * (1 - 1e-9);  // not more than needed, however it is rounded
}

double mean_of_tops(const Progress& progress, std::span<const double> recalls) {
  std::array<double, kMostRecalls> best;
  double above = 0;
  for (std::size_t r = recalls.size(); r-- > 0;) best[r] = above = std::max(above, progress.top[r + 1]);
  double sum = 0;
  for (std::size_t r = 0; r < recalls.size(); ++r) sum += best[r];
  return sum / static_cast<double>(recalls.size());
}

template <class Pack>
SURGSIGMA_INLINE void sweep_interpolated(const RankedCuts& cuts, const double* weights, const double* positives,
                                         std::span<const double> recalls, double* values) {
  constexpr std::size_t kCount = Pack::kCount;
  std::array<Progress, kCount> progress;
  std::array<double, kCount> of_next, of_hits, of_best;
  for (std::size_t l = 0; l < kCount; ++l)
    of_next[l] = positives[l] > 0 ? advance(progress[l], 0, 0, positives[l], recalls) : kNever;
  Pack hits, others, best, next;
  next.set(of_next.data());
  const RankedCuts::Count* hit = cuts.hits.data();
  const RankedCuts::Count* other = cuts.others.data();
  for (std::size_t g = 0; g < cuts.size(); ++g) {
    for (const auto* const end = cuts.hits.data() + cuts.end_of_hits[g]; hit != end; ++hit) hits.add(weights, *hit);
    for (const auto* const end = cuts.others.data() + cuts.end_of_others[g]; other != end; ++other)
      others.add(weights, *other);
    if (hits.any_reaches(next)) {
      hits.get(of_hits.data());
      best.get(of_best.data());
      for (std::size_t l = 0; l < kCount; ++l) {
        if (!(of_hits[l] >= of_next[l])) continue;
        of_next[l] = advance(progress[l], of_best[l], of_hits[l], positives[l], recalls);
        of_best[l] = 0;
      }
      best.set(of_best.data());
      next.set(of_next.data());
    }
    best.raise(hits, others);
  }
  best.get(of_best.data());
  for (std::size_t l = 0; l < kCount; ++l) {
    progress[l].top[progress[l].reached] = std::max(progress[l].top[progress[l].reached], of_best[l]);
    values[l] = positives[l] > 0 ? mean_of_tops(progress[l], recalls) : kUndefined;
  }
}

SURGSIGMA_WIDE void stepped_lanes(const RankedCuts& cuts, const double* weights, double* values) {
  sweep_stepped<AllLanes>(cuts, weights, values);
}
SURGSIGMA_WIDE void interpolated_lanes(const RankedCuts& cuts, const double* weights, const double* positives,
                                       std::span<const double> recalls, double* values) {
  sweep_interpolated<AllLanes>(cuts, weights, positives, recalls, values);
}

}  // namespace

void WeightLanes::set(std::span<const double> weights, std::size_t cases, std::size_t first, std::size_t lanes) {
  values_.assign(cases * kLanes, 0);
  for (std::size_t l = 0; l < lanes; ++l) {
    const double* from = weights.data() + (first + l) * cases;
    for (std::size_t c = 0; c < cases; ++c) values_[c * kLanes + l] = from[c];
  }
}

std::vector<WeightLanes> lanes_of(std::span<const double> weights, std::size_t count) {
  std::vector<WeightLanes> groups((count + kLanes - 1) / kLanes);
  for (std::size_t g = 0; g < groups.size(); ++g)
    groups[g].set(weights, weights.size() / count, g * kLanes, std::min(kLanes, count - g * kLanes));
  return groups;
}

void stepped_ap(const RankedCuts& cuts, const WeightLanes& weights, Lanes& values) {
  stepped_lanes(cuts, weights.of_case(0), values.data());
}

double stepped_ap(const RankedCuts& cuts, std::span<const double> weights) {
  double value = kUndefined;
  sweep_stepped<OneLane>(cuts, weights.data(), &value);
  return value;
}

void interpolated_ap(const RankedCuts& cuts, const WeightLanes& weights, const Lanes& positives,
                     std::span<const double> recalls, Lanes& values) {
  interpolated_lanes(cuts, weights.of_case(0), positives.data(), recalls, values.data());
}

double interpolated_ap(const RankedCuts& cuts, std::span<const double> weights, double positives,
                       std::span<const double> recalls) {
  double value = kUndefined;
  sweep_interpolated<OneLane>(cuts, weights.data(), &positives, recalls, &value);
  return value;
}

void weighted_sums(std::span<const double> amounts, const WeightLanes& weights, Lanes& sums) {
  sums.fill(0);
  for (std::size_t c = 0; c < amounts.size(); ++c) {
    const double* weight = weights.of_case(c);
    for (std::size_t l = 0; l < kLanes; ++l) sums[l] += weight[l] * amounts[c];
  }
}

}  // namespace surgsigma
