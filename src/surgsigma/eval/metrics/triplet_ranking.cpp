#include "surgsigma/eval/metrics/triplet_ranking.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

namespace surgsigma {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();
constexpr std::uint32_t kBelow = std::numeric_limits<std::uint32_t>::max();

/// Finds the first of some falling thresholds that a score reaches. A table over equal steps of the scores makes most
/// searches one look.
class ThresholdFinder {
 public:
  explicit ThresholdFinder(std::vector<double> falling) : falling_(std::move(falling)) {
    const double high = falling_.front(), low = falling_.back();
    const std::size_t steps = std::min<std::size_t>(falling_.size() * 4, 1 << 14);
    scale_ = static_cast<double>(steps) / (high - low);
    if (!std::isfinite(scale_) || !std::isfinite(high - low)) scale_ = 0;  // one threshold, or none to tell apart
    first_.resize(steps + 2);
    // first_[s]: no threshold before it lies in a step below s.
    std::uint32_t at = 0;
    for (std::size_t step = steps + 1; step-- > 0;) {
      first_[step] = at;
      while (at < falling_.size() && step_of(falling_[at]) >= step) ++at;
      last_.push_back(at);
    }
    std::reverse(last_.begin(), last_.end());
  }

  std::uint32_t find(double score) const {
    if (score < falling_.back()) return kBelow;
    if (score >= falling_.front()) return 0;
    const std::size_t step = step_of(score);
    const auto begin = falling_.begin();
    const auto found = std::lower_bound(begin + first_[step], begin + last_[step], score, std::greater<>());
    return static_cast<std::uint32_t>(found - begin);
  }

 private:
  std::size_t step_of(double score) const {
    if (scale_ == 0) return 0;
    const double at = (score - falling_.back()) * scale_;
    return std::min(static_cast<std::size_t>(at), first_.size() - 2);
  }
  std::vector<double> falling_;
  double scale_ = 0;
  std::vector<std::uint32_t> first_, last_;
};

std::vector<double> thresholds_of(std::span<const std::uint8_t> truth, std::span<const double> scores) {
  std::vector<double> falling;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    if (truth[i]) falling.push_back(scores[i]);
  }
  std::sort(falling.begin(), falling.end(), std::greater<>());
  falling.erase(std::unique(falling.begin(), falling.end()), falling.end());
  return falling;
}

/// Positives and negatives at each threshold.
struct Steps {
  std::vector<std::uint32_t> positives, negatives;
};

double average_precision(const Steps& steps, std::span<const std::uint32_t> used) {
  double all = 0;
  for (const std::uint32_t g : used) all += steps.positives[g];
  if (all == 0) return kUndefined;
  double hits = 0, seen = 0, sum = 0;
  for (const std::uint32_t g : used) {
    hits += steps.positives[g];
    seen += steps.positives[g] + steps.negatives[g];
    if (steps.positives[g] > 0) sum += steps.positives[g] / all * (hits / seen);
  }
  return sum;
}

/// Of one video: only thresholds that one of its own or its negatives reached are used.
double video_ap(std::span<const std::uint8_t> truth, std::span<const std::uint32_t> threshold_of, Steps& steps,
                std::vector<std::uint32_t>& used) {
  used.clear();
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const std::uint32_t g = threshold_of[i];
    if (g == kBelow) continue;
    if (steps.positives[g] + steps.negatives[g] == 0) used.push_back(g);
    ++(truth[i] ? steps.positives : steps.negatives)[g];
  }
  std::sort(used.begin(), used.end());
  const double value = average_precision(steps, used);
  for (const std::uint32_t g : used) steps.positives[g] = steps.negatives[g] = 0;
  return value;
}

}  // namespace

TripletRanking triplet_ranking(std::span<const std::uint8_t> truth, std::span<const double> scores,
                               const VideoFrames& videos, std::span<double> ap_of_video) {
  std::fill(ap_of_video.begin(), ap_of_video.end(), kUndefined);
  TripletRanking ranking;
  std::vector<double> falling = thresholds_of(truth, scores);
  if (falling.empty()) return ranking;
  const std::size_t thresholds = falling.size(), video_count = videos.case_of_video.size();
  const ThresholdFinder finder(std::move(falling));
  std::vector<std::uint32_t> threshold_of(truth.size());
  std::vector<std::uint32_t> begin(thresholds + 1, 0);
  for (std::size_t i = 0; i < truth.size(); ++i) {
    threshold_of[i] = finder.find(scores[i]);
    if (threshold_of[i] != kBelow) ++begin[threshold_of[i] + 1];
  }

  Steps steps{std::vector<std::uint32_t>(thresholds, 0), std::vector<std::uint32_t>(thresholds, 0)};
  std::vector<std::uint32_t> used;
  for (std::size_t v = 0; v < video_count; ++v) {
    const std::size_t first = videos.begin[v], size = videos.begin[v + 1] - first;
    ap_of_video[v] = video_ap(truth.subspan(first, size), std::span(threshold_of).subspan(first, size), steps, used);
  }

  // Frames by threshold, then counted per case.
  std::partial_sum(begin.begin(), begin.end(), begin.begin());
  std::vector<std::uint32_t> next(begin.begin(), begin.end() - 1);
  std::vector<std::uint32_t> entries(begin.back());  // 2 * case + is positive
  for (std::size_t v = 0; v < video_count; ++v) {
    for (std::size_t i = videos.begin[v]; i < videos.begin[v + 1]; ++i) {
      if (threshold_of[i] != kBelow) entries[next[threshold_of[i]]++] = 2 * videos.case_of_video[v] + truth[i];
    }
  }
  std::vector<std::array<std::uint32_t, 2>> of_case(videos.cases, {0, 0});
  for (std::size_t g = 0; g < thresholds; ++g) {
    used.clear();
    for (std::size_t e = begin[g]; e < begin[g + 1]; ++e) {
      auto& counts = of_case[entries[e] / 2];
      if (counts[0] + counts[1] == 0) used.push_back(entries[e] / 2);
      ++counts[entries[e] % 2];
    }
    std::sort(used.begin(), used.end());
    for (const std::uint32_t c : used) {
      ranking.counts.push_back({c, of_case[c][1], of_case[c][0]});
      of_case[c] = {0, 0};
    }
    ranking.end_of_threshold.push_back(static_cast<std::uint32_t>(ranking.counts.size()));
  }
  ranking.counts.shrink_to_fit();
  return ranking;
}

double weighted_average_precision(const TripletRanking& ranking, std::span<const double> weights) {
  double hits = 0, seen = 0, sum = 0;
  std::size_t at = 0;
  for (const std::uint32_t end : ranking.end_of_threshold) {
    double positives = 0, negatives = 0;
    for (; at < end; ++at) {
      const TripletRanking::Count& count = ranking.counts[at];
      positives += weights[count.case_number] * count.positives;
      negatives += weights[count.case_number] * count.negatives;
    }
    hits += positives;
    seen += positives + negatives;
    if (positives > 0) sum += positives * (hits / seen);
  }
  return hits > 0 ? sum / hits : kUndefined;
}

}  // namespace surgsigma
