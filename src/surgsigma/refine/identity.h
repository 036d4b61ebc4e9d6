// Finds stretches of the same recording under different names: other datasets' cuts, re-encoded, scaled, cropped or
// trimmed copies, other frame rates. Two videos match where their sampled pictures agree one after the other at one offset
// in time. No network, no labels.
//
// 1. Seeds: pairs of samples of two videos whose frequency hashes differ in at most `seed_bits`; pictures that nearly
//    everybody has (no contrast, or seeds in more than `most_seeds` places) tell nothing.
// 2. Seeds vote for an offset (time here minus time there, to `offset_step`). A vote that enough samples share is checked:
//    every sample of one video against the nearest in time of the other, `match_bits` of each hash allowed.
// 3. What agrees in at least `least_share` of its samples for at least `least_us` is a match.
//
// Memory is linear in samples: 24 bytes for each, and the votes of one video at a time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "surgsigma/base/time.h"
#include "surgsigma/schema/tables.h"

namespace surgsigma {

/// One sampled picture of a video.
struct Fingerprint {
  std::uint32_t video = 0;  ///< position in a list of videos
  Microseconds time_us = 0;
  std::uint64_t dct = 0;
  std::uint64_t difference = 0;
};

struct IdentityRules {
  double contrast = 12;  ///< hashes of flatter pictures are not used
  int seed_bits = 7;
  int match_bits = 16;
  std::size_t most_seeds = 64;
  std::size_t least_seeds = 3;
  Microseconds offset_step = kSecond / 2;
  Microseconds nearest_us = 1'200'000;  ///< a sample farther from its counterpart has none
  Microseconds least_us = 8 * kSecond;
  double least_share = 0.6;
};

/// [begin, end) of `video` shows what [other_begin, other_end) of `other` shows.
struct VideoMatch {
  std::uint32_t video = 0;
  std::uint32_t other = 0;  ///< always smaller than `video`
  TimeRange range;
  TimeRange other_range;
  double share = 0;  ///< of the samples in the stretch that agree
  std::int64_t samples = 0;
  // Two offsets beside each other may agree in the same samples; the one with fewer of both is the right one.
  std::int64_t bits = 0;      ///< in which the samples differ from those nearest in time
  Microseconds slack_us = 0;  ///< how far those are away, summed
};

/// A fingerprint of a frame; false where its hash tells nothing.
bool fingerprint_of(const FrameRow& frame, std::uint32_t video, const IdentityRules& rules, Fingerprint& made);

/// `prints` by (video, time). Matches by (video, other, begin); the longest first where two of one pair overlap, and the
/// shorter one left out. The order does not depend on `jobs`.
std::vector<VideoMatch> find_matches(const std::vector<Fingerprint>& prints, const IdentityRules& rules = {}, int jobs = 1);

}  // namespace surgsigma
