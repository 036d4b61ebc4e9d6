// Average precision of one class, ready to be weighted: which positives and negatives stand between its thresholds.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace surgsigma {

/// One class over all frames. A threshold is a distinct score of a positive frame, highest first; negatives below the
/// lowest one cannot matter and are left out, the others are counted per case.
struct TripletRanking {
  struct Count {
    std::uint32_t case_number = 0;
    std::uint32_t positives = 0, negatives = 0;
  };
  std::vector<std::uint32_t> end_of_threshold;  ///< counts of threshold g: [end[g - 1], end[g])
  std::vector<Count> counts;
};

/// Frames of video v are the places [begin[v], begin[v + 1]) of the columns.
struct VideoFrames {
  std::vector<std::uint32_t> begin;
  std::vector<std::uint32_t> case_of_video;
  std::size_t cases = 0;
};

/// The ranking of a column over all frames, and the AP of each video at equal weights (no number where it has no
/// positives) in `ap_of_video`.
TripletRanking triplet_ranking(std::span<const std::uint8_t> truth, std::span<const double> scores,
                               const VideoFrames& videos, std::span<double> ap_of_video);

/// No number where no positive counts.
double weighted_average_precision(const TripletRanking& ranking, std::span<const double> weights);

}  // namespace surgsigma
