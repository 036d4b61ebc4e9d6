#include "surgsigma/refine/identity.h"

#include <algorithm>
#include <string_view>
#include <tuple>

#include "surgsigma/base/threads.h"

namespace surgsigma {
namespace {

/// The samples of one video in the list of all.
struct Stretch {
  std::size_t begin = 0;
  std::size_t end = 0;
};

std::vector<Stretch> by_video(const std::vector<Fingerprint>& prints) {
  std::vector<Stretch> videos;
  for (std::size_t i = 0; i < prints.size(); ++i) {
    if (prints[i].video >= videos.size()) videos.resize(prints[i].video + 1);
    Stretch& stretch = videos[prints[i].video];
    if (stretch.end == 0) stretch.begin = i;
    stretch.end = i + 1;
  }
  return videos;
}

/// Views of the other picture that any view is held against: all of it, and a square in its middle, which stays the
/// same whatever was cut off or blackened at the sides.
constexpr std::array<std::size_t, 2> kHeld = {0, 5};

/// Of one video's view in another's.
struct Place {
  std::uint32_t other = 0;
  std::uint16_t view = 0;
  std::uint16_t held = 0;  ///< of kHeld
  std::int64_t step = 0;   ///< offset in steps
  auto operator<=>(const Place&) const = default;
};
struct Vote {
  Place place;
  int weight = 0;  ///< more for fewer bits: in a calm scene all offsets have seeds, the right one the nearest
  auto operator<=>(const Vote&) const = default;
};
struct Candidate {
  Place place;
  std::int64_t votes = 0;  ///< their weights, summed
};

class Finder {
 public:
  Finder(const std::vector<Fingerprint>& prints, const IdentityRules& rules)
      : prints_(prints), rules_(rules), videos_(by_video(prints)), index_(hashes(prints)) {}

  std::size_t videos() const { return videos_.size(); }

  /// Where a view of this video is what another shows.
  std::vector<VideoMatch> matches_of(std::uint32_t video) const {
    std::vector<VideoMatch> found;
    for (const Candidate& candidate : candidates_of(video)) check(video, candidate.place, found);
    return found;
  }

 private:
  static std::vector<std::uint64_t> hashes(const std::vector<Fingerprint>& prints) {
    std::vector<std::uint64_t> list;
    list.reserve(kHeld.size() * prints.size());
    for (const Fingerprint& print : prints) {
      for (const std::size_t view : kHeld) list.push_back(print.views[view].dct);
    }
    return list;
  }

  bool agree(const RegionHash& a, const RegionHash& b) const {
    return hamming(a.dct, b.dct) <= rules_.match_bits && hamming(a.difference, b.difference) <= rules_.match_bits;
  }

  const Fingerprint& print_at(std::uint32_t position) const { return prints_[position / kHeld.size()]; }

  /// The nearest samples of other videos; none where too many videos have some.
  std::vector<HashIndex::Match> seeds_of(const Fingerprint& print, const RegionHash& view) const {
    std::vector<HashIndex::Match> near = index_.search(view.dct, rules_.seed_bits);
    std::erase_if(near, [&](const HashIndex::Match& match) {
      const Fingerprint& other = print_at(match.position);
      const RegionHash& held = other.views[kHeld[match.position % kHeld.size()]];
      return other.video == print.video || hamming(view.difference, held.difference) > rules_.match_bits;
    });
    std::size_t videos = 0;
    for (std::size_t i = 0; i < near.size(); ++i) {  // positions rise, and videos with them
      videos += i == 0 || print_at(near[i].position).video != print_at(near[i - 1].position).video;
    }
    if (videos > rules_.most_videos) return {};
    if (near.size() > rules_.most_seeds) {
      std::sort(near.begin(), near.end(), [](const HashIndex::Match& a, const HashIndex::Match& b) {
        return std::tie(a.distance, a.position) < std::tie(b.distance, b.position);
      });
      near.resize(rules_.most_seeds);
    }
    return near;
  }

  /// Places with enough votes, the best of each other video's views.
  std::vector<Candidate> candidates_of(std::uint32_t video) const {
    std::vector<Vote> votes, own;
    for (std::size_t i = videos_[video].begin; i < videos_[video].end; ++i) {
      own.clear();  // a sample votes once for a place
      for (std::uint16_t view = 0; view < kHashViews; ++view) {
        for (const HashIndex::Match& match : seeds_of(prints_[i], prints_[i].views[view])) {
          const Fingerprint& other = print_at(match.position);
          const auto held = static_cast<std::uint16_t>(match.position % kHeld.size());
          const std::int64_t step = (prints_[i].time_us - other.time_us) / rules_.offset_step;
          for (std::int64_t around = step - 1; around <= step + 1; ++around)
            own.push_back({{other.video, view, held, around}, rules_.seed_bits + 1 - match.distance});
        }
      }
      std::sort(own.begin(), own.end());
      for (std::size_t k = 0; k < own.size(); ++k) {  // the heaviest of one place stands last
        if (k + 1 == own.size() || own[k + 1].place != own[k].place) votes.push_back(own[k]);
      }
    }
    std::sort(votes.begin(), votes.end());
    std::vector<Candidate> candidates;
    for (std::size_t begin = 0, end = 0; begin < votes.size(); begin = end) {
      std::int64_t weight = 0;
      for (; end < votes.size() && votes[end].place == votes[begin].place; ++end) weight += votes[end].weight;
      if (end - begin >= rules_.least_seeds) candidates.push_back({votes[begin].place, weight});
    }
    return best_of(std::move(candidates));
  }

  std::vector<Candidate> best_of(std::vector<Candidate> candidates) const {
    std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
      return std::tuple(a.place.other, a.place.view, a.place.held, b.votes, a.place.step) <
             std::tuple(b.place.other, b.place.view, b.place.held, a.votes, b.place.step);
    });
    std::vector<Candidate> best;
    std::size_t taken = 0;
    for (const Candidate& candidate : candidates) {
      const bool is_same = !best.empty() && best.back().place.other == candidate.place.other &&
                           best.back().place.view == candidate.place.view &&
                           best.back().place.held == candidate.place.held;
      taken = is_same ? taken + 1 : 1;
      if (taken <= rules_.most_checks) best.push_back(candidate);
    }
    return best;
  }

  /// The sample of `video` that is nearest to a time; nothing where none is near enough.
  const Fingerprint* nearest(std::uint32_t video, Microseconds time) const {
    const auto begin = prints_.begin() + static_cast<std::ptrdiff_t>(videos_[video].begin);
    const auto end = prints_.begin() + static_cast<std::ptrdiff_t>(videos_[video].end);
    const auto after = std::lower_bound(begin, end, time,
                                        [](const Fingerprint& print, Microseconds at) { return print.time_us < at; });
    const Fingerprint* best = nullptr;
    for (const auto at : {after, after == begin ? after : after - 1}) {
      if (at == end) continue;
      const bool is_nearer = !best || std::abs(at->time_us - time) < std::abs(best->time_us - time);
      if (is_nearer) best = &*at;
    }
    return best && std::abs(best->time_us - time) <= rules_.nearest_us ? best : nullptr;
  }

  /// Where the picture before `next` stops being shown: at the next sample, or as long after the last as that came
  /// after the one before.
  Microseconds end_of(std::uint32_t video, std::size_t next) const {
    if (next < videos_[video].end) return prints_[next].time_us;
    const Microseconds last = prints_[next - 1].time_us;
    return next - 1 > videos_[video].begin ? 2 * last - prints_[next - 2].time_us : last + 1;
  }

  /// Samples around a place agree when the nearest of the other video, or the one before or behind it, looks alike.
  bool has_counterpart(const RegionHash& view, const Place& place, Microseconds time) const {
    const std::uint32_t other = place.other;
    // What the other video does not show has no counterpart there, however alike its first and last pictures are.
    const Microseconds shown_from = prints_[videos_[other].begin].time_us - rules_.offset_step;
    if (time < shown_from || time >= end_of(other, videos_[other].end)) return false;
    const Fingerprint* near = nearest(other, time);
    if (!near) return false;
    const Fingerprint* first = prints_.data() + videos_[other].begin;
    const Fingerprint* last = prints_.data() + videos_[other].end - 1;
    for (const Fingerprint* at = std::max(near - 1, first); at <= std::min(near + 1, last); ++at) {
      if (std::abs(at->time_us - time) <= rules_.nearest_us && agree(view, at->views[kHeld[place.held]])) return true;
    }
    return false;
  }

  void check(std::uint32_t video, const Place& place, std::vector<VideoMatch>& found) const {
    const Stretch all = videos_[video];
    const Microseconds offset = place.step * rules_.offset_step;
    std::vector<char> agrees(all.end - all.begin);
    for (std::size_t i = all.begin; i < all.end; ++i) {
      agrees[i - all.begin] = has_counterpart(prints_[i].views[place.view], place, prints_[i].time_us - offset);
    }
    check_part(video, place, all, agrees, found);
  }

  /// The stretch whose agreeing samples outweigh the others most (each other costs what `least_share` says), and then
  /// those before and behind it.
  void check_part(std::uint32_t video, const Place& place, Stretch part, const std::vector<char>& agrees,
                  std::vector<VideoMatch>& found) const {
    const std::size_t first = videos_[video].begin;
    double sum = 0, best = 0;
    std::size_t begin = part.begin;
    Stretch most;
    for (std::size_t i = part.begin; i < part.end; ++i) {
      if (sum <= 0) {
        sum = 0;
        begin = i;
      }
      sum += agrees[i - first] ? 1 - rules_.least_share : -rules_.least_share;
      if (sum > best) {
        best = sum;
        most = {begin, i + 1};
      }
    }
    const bool is_long = most.end - most.begin >= static_cast<std::size_t>(rules_.least_samples) &&
                         end_of(video, most.end) - prints_[most.begin].time_us >= rules_.least_us;
    if (!is_long) return;
    VideoMatch match = match_of(video, place, most, agrees);
    const bool is_recording = pictures_in(most, first, agrees) >= rules_.least_pictures;
    if (match.share >= rules_.least_share && is_recording && is_near(match)) found.push_back(match);
    check_part(video, place, {part.begin, most.begin}, agrees, found);
    check_part(video, place, {most.end, part.end}, agrees, found);
  }

  bool is_near(const VideoMatch& match) const {
    const auto samples = static_cast<double>(match.samples);
    const double frequencies = static_cast<double>(match.bits) / samples;
    const double both = frequencies + static_cast<double>(match.difference_bits) / samples;
    const double more = std::min(rules_.most_more_bits, rules_.bits_per_sample * (samples - 8));
    return frequencies <= std::min(15.0, rules_.most_mean_bits + 0.25 * (samples - 8)) &&
           both <= rules_.most_both_bits + more;
  }

  VideoMatch match_of(std::uint32_t video, const Place& place, Stretch stretch, const std::vector<char>& agrees) const {
    const Microseconds offset = place.step * rules_.offset_step;
    VideoMatch match;
    match.video = video;
    match.other = place.other;
    match.range = {prints_[stretch.begin].time_us, end_of(video, stretch.end)};
    match.other_range = {std::max<Microseconds>(match.range.begin - offset, 0), match.range.end - offset};
    std::int64_t agreeing = 0;
    for (std::size_t i = stretch.begin; i < stretch.end; ++i) {
      agreeing += agrees[i - videos_[video].begin];
      const Fingerprint* near = nearest(place.other, prints_[i].time_us - offset);
      match.bits += near ? hamming(prints_[i].views[place.view].dct, near->views[kHeld[place.held]].dct) : 64;
      match.difference_bits +=
          near ? hamming(prints_[i].views[place.view].difference, near->views[kHeld[place.held]].difference) : 64;
      match.slack_us += near ? std::abs(near->time_us + offset - prints_[i].time_us) : rules_.nearest_us;
    }
    match.samples = static_cast<std::int64_t>(stretch.end - stretch.begin);
    match.share = static_cast<double>(agreeing) / static_cast<double>(match.samples);
    return match;
  }

  /// How many pictures the agreeing samples show, one after the other.
  std::int64_t pictures_in(Stretch stretch, std::size_t first, const std::vector<char>& agrees) const {
    std::int64_t pictures = 0;
    RegionHash last;
    for (std::size_t i = stretch.begin; i < stretch.end; ++i) {
      if (!agrees[i - first]) continue;
      const RegionHash& now = prints_[i].views[0];
      const int bits = hamming(now.dct, last.dct) + hamming(now.difference, last.difference);
      if (pictures > 0 && bits < rules_.other_bits) continue;
      ++pictures;
      last = now;
    }
    return pictures;
  }

  const std::vector<Fingerprint>& prints_;
  const IdentityRules& rules_;
  std::vector<Stretch> videos_;
  HashIndex index_;
};

void sort_by_pair(std::vector<VideoMatch>& matches) {
  std::sort(matches.begin(), matches.end(), [](const VideoMatch& a, const VideoMatch& b) {
    const auto weight = [](const VideoMatch& m) { return m.share * static_cast<double>(m.samples); };
    return std::tuple(a.video, a.other, -weight(a), a.bits, a.slack_us, a.range.begin, a.other_range.begin,
                      a.range.end) < std::tuple(b.video, b.other, -weight(b), b.bits, b.slack_us, b.range.begin,
                                                b.other_range.begin, b.range.end);
  });
}

/// Neighbouring offsets and other views find the same stretch again: the best of those that overlap stays.
std::vector<VideoMatch> longest(std::vector<VideoMatch> found) {
  sort_by_pair(found);
  std::vector<VideoMatch> kept;
  std::size_t pair = 0;  // where the kept ones of this pair begin
  for (const VideoMatch& match : found) {
    const bool is_new = kept.empty() || kept.back().video != match.video || kept.back().other != match.other;
    if (is_new) pair = kept.size();
    const bool is_known = std::any_of(kept.begin() + static_cast<std::ptrdiff_t>(pair), kept.end(), [&](const auto& k) {
      return k.range.overlaps(match.range) || k.other_range.overlaps(match.other_range);
    });
    if (!is_known) kept.push_back(match);
  }
  std::sort(kept.begin(), kept.end(), [](const VideoMatch& a, const VideoMatch& b) {
    return std::tuple(a.video, a.other, a.range.begin) < std::tuple(b.video, b.other, b.range.begin);
  });
  return kept;
}

}  // namespace

bool fingerprint_of(const FrameRow& frame, std::uint32_t video, const IdentityRules& rules, Fingerprint& made) {
  if (frame.hash_contrast < rules.contrast) return false;
  made.video = video;
  made.time_us = frame.time_us;
  const auto read = [&](std::size_t view, std::string_view text) {
    const auto hash = hash_from_text(text);
    if (hash) made.views[view] = *hash;
    return hash.has_value();
  };
  if (!read(0, frame.hash) || frame.hash_inner.size() != (kHashViews - 1) * kHashDigits) return false;
  for (std::size_t view = 1; view < kHashViews; ++view) {
    const std::string_view digits = frame.hash_inner;
    if (!read(view, digits.substr((view - 1) * kHashDigits, kHashDigits))) return false;
  }
  return true;
}

std::vector<VideoMatch> find_matches(const std::vector<Fingerprint>& prints, const IdentityRules& rules, int jobs) {
  const Finder finder(prints, rules);
  std::vector<std::vector<VideoMatch>> found(finder.videos());
  parallel_for(found.size(), jobs, [&](std::size_t video) {
    found[video] = longest(finder.matches_of(static_cast<std::uint32_t>(video)));
  });
  std::vector<VideoMatch> all;
  for (auto& own : found) {
    for (VideoMatch& match : own) {
      if (match.other > match.video) {
        std::swap(match.video, match.other);
        std::swap(match.range, match.other_range);
      }
      all.push_back(match);
    }
    own = {};
  }
  return longest(std::move(all));
}

}  // namespace surgsigma
