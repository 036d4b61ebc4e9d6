// Average precision at many weights of the cases at once: the rankings of a class are sorted once, what lies between
// the places where a ranking may be cut is counted per case, and one sweep then serves a whole group of weights, a lane
// each. Intervals ask ten thousand times, so this is where their time goes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace surgsigma {

/// Weights that one sweep takes.
inline constexpr std::size_t kLanes = 8;

/// The cuts of one ranking, best score first. Cut g adds the hits [end_of_hits[g - 1], end_of_hits[g]) and the others
/// (negatives, false alarms) [end_of_others[g - 1], end_of_others[g]). Only cuts with hits are kept; others behind the
/// last one cannot matter.
struct RankedCuts {
  struct Count {
    std::uint32_t case_number = 0;
    std::uint32_t count = 0;
  };
  std::vector<Count> hits, others;
  std::vector<std::uint32_t> end_of_hits, end_of_others;

  std::size_t size() const { return end_of_hits.size(); }
  void add_hits(std::uint32_t case_number, std::uint32_t count) { hits.push_back({case_number, count}); }
  void add_others(std::uint32_t case_number, std::uint32_t count) { others.push_back({case_number, count}); }
  /// Ends a cut.
  void cut() {
    end_of_hits.push_back(static_cast<std::uint32_t>(hits.size()));
    end_of_others.push_back(static_cast<std::uint32_t>(others.size()));
  }
};

/// The weights of up to kLanes settings, those of one case side by side; lanes that are not asked for are 0.
class WeightLanes {
 public:
  WeightLanes() = default;
  /// `weights`: settings * cases, row by row; the settings [first, first + lanes) are taken.
  void set(std::span<const double> weights, std::size_t cases, std::size_t first, std::size_t lanes);
  const double* of_case(std::size_t case_number) const { return values_.data() + case_number * kLanes; }
  std::size_t cases() const { return values_.size() / kLanes; }

 private:
  std::vector<double> values_;
};

/// Groups of lanes for `count` settings, the last one with lanes to spare. `weights`: count * cases, row by row.
std::vector<WeightLanes> lanes_of(std::span<const double> weights, std::size_t count);

/// One value per lane.
using Lanes = std::array<double, kLanes>;

/// Per lane: sum over the cuts of (gain in recall) * (precision at the cut), as scikit-learn's average_precision_score;
/// undefined where no hit counts.
void stepped_ap(const RankedCuts& cuts, const WeightLanes& weights, Lanes& values);
/// The same for one setting, to the bit.
double stepped_ap(const RankedCuts& cuts, std::span<const double> weights);

/// Per lane: the mean, over `recalls` (rising from 0, at most 101), of the highest precision at any cut whose recall is
/// at least that; 0 for a recall that is never reached. `positives`: the weight of all truths; undefined where it is 0.
void interpolated_ap(const RankedCuts& cuts, const WeightLanes& weights, const Lanes& positives,
                     std::span<const double> recalls, Lanes& values);
double interpolated_ap(const RankedCuts& cuts, std::span<const double> weights, double positives,
                       std::span<const double> recalls);

/// Per lane: sum over cases of weight * amount.
void weighted_sums(std::span<const double> amounts, const WeightLanes& weights, Lanes& sums);

}  // namespace surgsigma
