#include "surgsigma/refine/identity.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <tuple>

#include "surgsigma/base/threads.h"
#include "surgsigma/media/picture_hash.h"

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

bool agree(const Fingerprint& a, const Fingerprint& b, int bits) {
  return hamming(a.dct, b.dct) <= bits && hamming(a.difference, b.difference) <= bits;
}

class Finder {
 public:
  Finder(const std::vector<Fingerprint>& prints, const IdentityRules& rules)
      : prints_(prints), rules_(rules), videos_(by_video(prints)), index_(hashes(prints)) {}

  std::size_t videos() const { return videos_.size(); }

  std::vector<VideoMatch> matches_of(std::uint32_t video) const {
    std::vector<VideoMatch> found;
    for (const auto& [place, votes] : votes_of(video)) {
      if (votes < rules_.least_seeds) continue;
      const auto [other, offset] = place;
      check(video, other, offset * rules_.offset_step, found);
    }
    return longest(std::move(found));
  }

 private:
  static std::vector<std::uint64_t> hashes(const std::vector<Fingerprint>& prints) {
    std::vector<std::uint64_t> list;
    list.reserve(prints.size());
    for (const Fingerprint& print : prints) list.push_back(print.dct);
    return list;
  }

  using Place = std::pair<std::uint32_t, std::int64_t>;  ///< other video, offset in steps

  std::map<Place, std::size_t> votes_of(std::uint32_t video) const {
    std::map<Place, std::size_t> votes;
    for (std::size_t i = videos_[video].begin; i < videos_[video].end; ++i) {
      const auto near = index_.search(prints_[i].dct, rules_.seed_bits);
      if (near.size() > rules_.most_seeds) continue;
      std::map<Place, bool> own;  // a sample votes once for an offset
      for (const HashIndex::Match& match : near) {
        const Fingerprint& other = prints_[match.position];
        if (other.video >= video) break;  // positions rise, and videos with them
        if (hamming(prints_[i].difference, other.difference) > rules_.match_bits) continue;
        const std::int64_t step = (prints_[i].time_us - other.time_us) / rules_.offset_step;
        for (std::int64_t around = step - 1; around <= step + 1; ++around) own[{other.video, around}] = true;
      }
      for (const auto& [place, is_there] : own) ++votes[place];
    }
    return votes;
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

  /// Where the picture before `next` stops being shown: at the next sample, or as long after the last as that came after
  /// the one before.
  Microseconds end_of(std::uint32_t video, std::size_t next) const {
    if (next < videos_[video].end) return prints_[next].time_us;
    const Microseconds last = prints_[next - 1].time_us;
    return next - 1 > videos_[video].begin ? 2 * last - prints_[next - 2].time_us : last + 1;
  }

  /// Samples around a place agree when the nearest of the other video, or the one before or behind it, looks alike.
  bool has_counterpart(const Fingerprint& print, std::uint32_t other, Microseconds time) const {
    const Fingerprint* near = nearest(other, time);
    if (!near) return false;
    const Fingerprint* first = prints_.data() + videos_[other].begin;
    const Fingerprint* last = prints_.data() + videos_[other].end - 1;
    for (const Fingerprint* at = std::max(near - 1, first); at <= std::min(near + 1, last); ++at) {
      if (std::abs(at->time_us - time) <= rules_.nearest_us && agree(print, *at, rules_.match_bits)) return true;
    }
    return false;
  }

  /// The stretch at one offset whose agreeing samples outweigh the others most (each other costs what `least_share` says).
  void check(std::uint32_t video, std::uint32_t other, Microseconds offset, std::vector<VideoMatch>& found) const {
    const double gain = 1 - rules_.least_share;
    double sum = 0, best = 0;
    std::size_t begin = videos_[video].begin, best_begin = 0, best_end = 0;
    std::vector<char> agrees(videos_[video].end - videos_[video].begin);
    for (std::size_t i = videos_[video].begin; i < videos_[video].end; ++i) {
      const bool does = has_counterpart(prints_[i], other, prints_[i].time_us - offset);
      agrees[i - videos_[video].begin] = does ? 1 : 0;
      if (sum <= 0) {
        sum = 0;
        begin = i;
      }
      sum += does ? gain : -rules_.least_share;
      if (sum > best) {
        best = sum;
        best_begin = begin;
        best_end = i + 1;
      }
    }
    if (best_end == 0) return;
    VideoMatch match;
    match.video = video;
    match.other = other;
    match.range = {prints_[best_begin].time_us, end_of(video, best_end)};
    if (match.range.duration() < rules_.least_us) return;
    std::int64_t agreeing = 0;
    for (std::size_t i = best_begin; i < best_end; ++i) agreeing += agrees[i - videos_[video].begin];
    for (std::size_t i = best_begin; i < best_end; ++i) {
      const Fingerprint* near = nearest(other, prints_[i].time_us - offset);
      match.bits += near ? hamming(prints_[i].dct, near->dct) : 64;
      match.slack_us += near ? std::abs(near->time_us + offset - prints_[i].time_us) : rules_.nearest_us;
    }
    match.samples = static_cast<std::int64_t>(best_end - best_begin);
    match.share = static_cast<double>(agreeing) / static_cast<double>(match.samples);
    match.other_range = {std::max<Microseconds>(match.range.begin - offset, 0), match.range.end - offset};
    if (match.share >= rules_.least_share) found.push_back(match);
  }

  /// Neighbouring offsets find the same stretch again: the best of those that overlap stays.
  static std::vector<VideoMatch> longest(std::vector<VideoMatch> found) {
    std::sort(found.begin(), found.end(), [](const VideoMatch& a, const VideoMatch& b) {
      const auto weight = [](const VideoMatch& m) { return m.share * static_cast<double>(m.samples); };
      return std::tuple(a.other, -weight(a), a.bits, a.slack_us, a.range.begin, a.other_range.begin) <
             std::tuple(b.other, -weight(b), b.bits, b.slack_us, b.range.begin, b.other_range.begin);
    });
    std::vector<VideoMatch> kept;
    for (const VideoMatch& match : found) {
      const bool is_known = std::any_of(kept.begin(), kept.end(), [&](const VideoMatch& k) {
        return k.other == match.other && (k.range.overlaps(match.range) || k.other_range.overlaps(match.other_range));
      });
      if (!is_known) kept.push_back(match);
    }
    std::sort(kept.begin(), kept.end(), [](const VideoMatch& a, const VideoMatch& b) {
      return std::tuple(a.other, a.range.begin) < std::tuple(b.other, b.range.begin);
    });
    return kept;
  }

  const std::vector<Fingerprint>& prints_;
  const IdentityRules& rules_;
  std::vector<Stretch> videos_;
  HashIndex index_;
};

bool read_hex(const std::string& text, std::size_t at, std::uint64_t& value) {
  const char* begin = text.data() + at;
  const auto [end, code] = std::from_chars(begin, begin + 16, value, 16);
  return code == std::errc() && end == begin + 16;
}

}  // namespace

bool fingerprint_of(const FrameRow& frame, std::uint32_t video, const IdentityRules& rules, Fingerprint& made) {
  if (frame.hash_contrast < rules.contrast || frame.hash.size() != 32) return false;
  made.video = video;
  made.time_us = frame.time_us;
  return read_hex(frame.hash, 0, made.dct) && read_hex(frame.hash, 16, made.difference);
}

std::vector<VideoMatch> find_matches(const std::vector<Fingerprint>& prints, const IdentityRules& rules, int jobs) {
  const Finder finder(prints, rules);
  std::vector<std::vector<VideoMatch>> found(finder.videos());
  parallel_for(found.size(), jobs, [&](std::size_t video) { found[video] = finder.matches_of(static_cast<std::uint32_t>(video)); });
  std::vector<VideoMatch> all;
  for (const auto& own : found) all.insert(all.end(), own.begin(), own.end());
  return all;
}

}  // namespace surgsigma
