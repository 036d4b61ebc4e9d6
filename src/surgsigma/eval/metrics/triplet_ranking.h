// Average precision of one class of triplets, ready to be weighted.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "surgsigma/eval/metrics/ranked_cuts.h"

namespace surgsigma {

/// Frames of video v are the places [begin[v], begin[v + 1]) of the columns.
struct VideoFrames {
  std::vector<std::uint32_t> begin;
  std::vector<std::uint32_t> case_of_video;
  std::size_t cases = 0;
};

/// Room for the work on one class, kept from class to class.
struct TripletRankingRoom {
  /// Thresholds that lie in one of many equal steps of the scores; those before `first` lie above it.
  struct Step {
    std::uint32_t first = 0, end = 0;
  };
  std::vector<double> falling;
  std::vector<Step> steps;
  std::vector<std::uint32_t> threshold_of, begin, next, entries;
};

/// The ranking of a column over all frames, cut at each distinct score of a positive frame; and the AP of each video at
/// equal weights (no number where it has no positives) in `ap_of_video`.
RankedCuts triplet_ranking(std::span<const std::uint8_t> truth, std::span<const double> scores,
                           const VideoFrames& videos, std::span<double> ap_of_video, TripletRankingRoom& room);

}  // namespace surgsigma
