// Finds stretches of the same recording under different names: other datasets' cuts, re-encoded, scaled, cropped,
// masked or trimmed copies, other frame rates. Two videos match where their sampled pictures agree one after the other
// at one offset in time. No network, no labels.
//
// 1. Seeds: pairs of samples of two videos where the whole content of one, or the square in its middle, and some view
//    of the other (picture_hash.h) differ in at most `seed_bits` of their frequencies and `match_bits` of their
//    differences. Pictures that nearly everybody has (no contrast, or seeds in more than `most_videos` videos) tell
//    nothing.
// 2. Seeds vote for a view and an offset (time here minus time there, to `offset_step`). Those with the most votes are
//    checked: every sample of one video against the nearest in time of the other, `match_bits` of each hash allowed.
// 3. What agrees in at least `least_share` of `least_samples` samples or more, for at least `least_us`, is a match if
//    the agreeing samples show `least_pictures` pictures that differ: a still is no recording.
//
// A copy that runs faster or slower, that is mirrored or turned, or of which less than 0.6 of either side is kept, is
// not found. Memory is linear in samples: 176 bytes for each (fingerprint 128, index 48), and the votes of one video at
// a time.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "surgsigma/base/time.h"
#include "surgsigma/media/picture_hash.h"
#include "surgsigma/schema/tables.h"

namespace surgsigma {

/// One sampled picture of a video.
struct Fingerprint {
  std::uint32_t video = 0;  ///< position in a list of videos
  Microseconds time_us = 0;
  std::array<RegionHash, kHashViews> views{};
};

struct IdentityRules {
  double contrast = 8;  ///< hashes of flatter pictures are not used
  int seed_bits = 11;
  int match_bits = 16;
  std::size_t most_seeds = 128;  ///< of one view of a sample: the nearest
  std::size_t most_videos = 40;
  std::size_t least_seeds = 3;
  std::size_t most_checks = 16;  ///< offsets of one view in one other video: those with most votes
  Microseconds offset_step = kSecond / 2;
  Microseconds nearest_us = 1'200'000;  ///< a sample farther from its counterpart has none
  Microseconds least_us = 8 * kSecond;
  std::int64_t least_samples = 5;
  double least_share = 0.6;
  // Mean bits over a stretch. A short one must be nearer: by chance two calm scenes agree for some seconds.
  double most_mean_bits = 10.5;  ///< of the frequencies, of 8 samples; a quarter more for each further one, up to 15
  double most_both_bits = 19;    ///< of both hashes together, of a stretch of 8 samples
  double bits_per_sample = 0.6;  ///< so many more for each further sample
  double most_more_bits = 9;
  int other_bits = 6;  ///< pictures that differ in so many bits of both hashes together are two
  std::int64_t least_pictures = 3;
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
  std::int64_t bits = 0;             ///< in which the frequencies differ from those of the samples nearest in time
  std::int64_t difference_bits = 0;  ///< the same of the differences
  Microseconds slack_us = 0;         ///< how far those are away, summed
  bool operator==(const VideoMatch&) const = default;
};

/// A fingerprint of a frame; false where its hash tells nothing.
bool fingerprint_of(const FrameRow& frame, std::uint32_t video, const IdentityRules& rules, Fingerprint& made);

/// `prints` by (video, time). Matches by (video, other, begin); the longest first where two of one pair overlap, and
/// the shorter one left out. The order does not depend on `jobs`.
std::vector<VideoMatch> find_matches(const std::vector<Fingerprint>& prints, const IdentityRules& rules = {},
                                     int jobs = 1);

}  // namespace surgsigma
