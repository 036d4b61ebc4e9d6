#include "surgsigma/eval/metrics/triplet_ranking.h"

#include <algorithm>
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
  using Step = TripletRankingRoom::Step;

  ThresholdFinder(std::span<const double> falling, std::vector<Step>& steps_of_room)
      : falling_(falling), steps_(steps_of_room) {
    const double high = falling_.front(), low = falling_.back();
    const std::size_t steps = std::min<std::size_t>(falling_.size() * 4, 1 << 14);
    scale_ = static_cast<double>(steps) / (high - low);
    if (!std::isfinite(scale_) || !std::isfinite(high - low)) scale_ = 0;  // one threshold, or none to tell apart
    steps_.assign(steps + 2, {});
    std::uint32_t at = 0;
    for (std::size_t step = steps + 2; step-- > 0;) {
      steps_[step].first = at;
      while (at < falling_.size() && step_of(falling_[at]) >= step) ++at;
      steps_[step].end = at;
    }
  }

  std::uint32_t find(double score) const {
    if (score < falling_.back()) return kBelow;
    if (score >= falling_.front()) return 0;
    Step step = steps_[step_of(score)];
    if (step.end - step.first > kFewThresholds) {
      const auto begin = falling_.begin();
      return static_cast<std::uint32_t>(
          std::lower_bound(begin + step.first, begin + step.end, score, std::greater<>()) - begin);
    }
    while (step.first < step.end && falling_[step.first] > score) ++step.first;
    return step.first;
  }

 private:
  static constexpr std::uint32_t kFewThresholds = 16;
  std::size_t step_of(double score) const {
    if (scale_ == 0) return 0;
    const auto at = static_cast<std::int64_t>((score - falling_.back()) * scale_);
    return std::min(static_cast<std::size_t>(at), steps_.size() - 2);
  }
  std::span<const double> falling_;
  double scale_ = 0;
  std::vector<Step>& steps_;
};

/// The distinct scores of positive frames, and how many such frames there are.
std::size_t set_thresholds(std::span<const std::uint8_t> truth, std::span<const double> scores,
                           std::vector<double>& falling) {
  falling.clear();
  for (std::size_t i = 0; i < truth.size(); ++i) {
    if (truth[i]) falling.push_back(scores[i]);
  }
  const std::size_t positives = falling.size();
  std::sort(falling.begin(), falling.end(), std::greater<>());
  falling.erase(std::unique(falling.begin(), falling.end()), falling.end());
  return positives;
}

/// The average precision of one video, fed with its frames from high thresholds to low.
struct VideoSweep {
  std::uint32_t threshold = 0;
  std::uint32_t positives_here = 0;  // at the threshold in hand
  double hits = 0, seen = 0, sum = 0;

  void add(std::uint32_t at, bool is_positive) {
    if (at != threshold) end_threshold();
    threshold = at;
    positives_here += is_positive ? 1 : 0;
    seen += 1;
  }
  void end_threshold() {
    if (positives_here == 0) return;
    hits += positives_here;
    sum += positives_here * (hits / seen);
    positives_here = 0;
  }
  double value() {
    end_threshold();
    return hits > 0 ? sum / hits : kUndefined;
  }
};

/// Frames by threshold, those of one in order of their videos: entries [begin[g], begin[g + 1]) are of threshold g. An
/// entry is 2 * video + (1 if positive).
void sort_by_threshold(std::span<const std::uint8_t> truth, std::span<const double> scores, const VideoFrames& videos,
                       TripletRankingRoom& room) {
  const ThresholdFinder finder(room.falling, room.steps);
  room.begin.assign(room.falling.size() + 1, 0);
  room.threshold_of.resize(truth.size());
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const std::uint32_t threshold = finder.find(scores[i]);
    room.threshold_of[i] = threshold;
    if (threshold != kBelow) ++room.begin[threshold + 1];
  }
  std::partial_sum(room.begin.begin(), room.begin.end(), room.begin.begin());
  room.next.assign(room.begin.begin(), room.begin.end() - 1);
  room.entries.resize(room.begin.back());
  for (std::size_t v = 0; v < videos.case_of_video.size(); ++v) {
    for (std::size_t i = videos.begin[v]; i < videos.begin[v + 1]; ++i) {
      const std::uint32_t threshold = room.threshold_of[i];
      if (threshold != kBelow) room.entries[room.next[threshold]++] = 2 * static_cast<std::uint32_t>(v) + truth[i];
    }
  }
}

/// Adds one to the last count if it is of the same case and of the cut in hand.
void count_one(std::vector<RankedCuts::Count>& counts, std::size_t first_of_cut, std::uint32_t case_number) {
  if (counts.size() > first_of_cut && counts.back().case_number == case_number)
    ++counts.back().count;
  else
    counts.push_back({case_number, 1});
}

}  // namespace

RankedCuts triplet_ranking(std::span<const std::uint8_t> truth, std::span<const double> scores,
                           const VideoFrames& videos, std::span<double> ap_of_video, TripletRankingRoom& room) {
  std::fill(ap_of_video.begin(), ap_of_video.end(), kUndefined);
  RankedCuts cuts;
  const std::size_t positives = set_thresholds(truth, scores, room.falling);
  if (room.falling.empty()) return cuts;
  sort_by_threshold(truth, scores, videos, room);
  const std::size_t thresholds = room.falling.size();
  std::vector<VideoSweep> sweeps(videos.case_of_video.size());
  cuts.end_of_hits.reserve(thresholds);
  cuts.end_of_others.reserve(thresholds);
  cuts.hits.reserve(positives);
  cuts.others.reserve(room.entries.size() - positives);
  for (std::uint32_t g = 0; g < thresholds; ++g) {
    const std::size_t first_hit = cuts.hits.size(), first_other = cuts.others.size();
    for (std::size_t e = room.begin[g]; e < room.begin[g + 1]; ++e) {
      const std::uint32_t video = room.entries[e] / 2;
      const bool is_positive = room.entries[e] % 2 == 1;
      sweeps[video].add(g, is_positive);
      if (is_positive)
        count_one(cuts.hits, first_hit, videos.case_of_video[video]);
      else
        count_one(cuts.others, first_other, videos.case_of_video[video]);
    }
    cuts.cut();
  }
  for (std::size_t v = 0; v < sweeps.size(); ++v) ap_of_video[v] = sweeps[v].value();
  return cuts;
}

}  // namespace surgsigma
