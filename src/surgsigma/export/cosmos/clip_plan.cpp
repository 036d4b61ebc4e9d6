#include "surgsigma/export/cosmos/clip_plan.h"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>

#include "surgsigma/base/random.h"

namespace surgsigma {
namespace {

__extension__ using Wide = __int128;

/// round(k * native / clip), halves up.
std::int64_t offset_of(std::int64_t k, FrameRate native, FrameRate clip) {
  const Wide twice = Wide{2} * k * native.num * clip.den;
  const Wide unit = Wide{native.den} * clip.num;
  return static_cast<std::int64_t>((twice + unit) / (2 * unit));
}

bool is_slower(FrameRate a, FrameRate b) { return Wide{a.num} * b.den < Wide{b.num} * a.den; }

std::int64_t frame_inside(Microseconds t, const ClipSource& source) {
  return std::clamp<std::int64_t>(t < 0 ? 0 : frame_at(t, source.rate), 0, source.frames);
}

/// Frames of which any part is shown within the span.
Stretch touched(TimeRange span, const ClipSource& source) {
  if (span.is_empty() || span.end <= 0) return {};
  return {frame_inside(span.begin, source), std::min(frame_at(span.end - 1, source.rate), source.frames - 1) + 1};
}

/// Frames that are shown within the span from their first to their last moment.
Stretch whole(TimeRange span, const ClipSource& source) {
  std::int64_t begin = frame_inside(span.begin, source);
  if (time_of_frame(begin, source.rate) < span.begin) ++begin;
  return {begin, frame_inside(span.end, source)};
}

void add_free(std::int64_t begin, std::int64_t end, const std::set<std::int64_t>& cuts, std::vector<Stretch>& free) {
  for (auto cut = cuts.upper_bound(begin); cut != cuts.end() && *cut < end; ++cut) {
    free.push_back({begin, *cut});
    begin = *cut;
  }
  if (begin < end) free.push_back({begin, end});
}

std::vector<Stretch> free_stretches(const ClipSource& source) {
  std::vector<Stretch> forbidden;
  for (const TimeRange& span : source.forbidden) {
    const Stretch frames = touched(span, source);
    if (frames.begin < frames.end) forbidden.push_back(frames);
  }
  std::sort(forbidden.begin(), forbidden.end(), [](const Stretch& a, const Stretch& b) { return a.begin < b.begin; });
  const std::set<std::int64_t> cuts(source.cuts.begin(), source.cuts.end());
  std::vector<Stretch> free;
  std::int64_t from = 0;
  for (const Stretch& span : forbidden) {
    add_free(from, span.begin, cuts, free);
    from = std::max(from, span.end);
  }
  add_free(from, source.frames, cuts, free);
  return free;
}

Status check_shape(const ClipShape& shape) {
  const auto refuse = [](std::string what, std::string hint) {
    return Error{ErrorKind::kUsage, std::move(what), "clips", std::move(hint)};
  };
  if (shape.frames < 2 || shape.frames > 100'000) return refuse("a clip has 2 to 100000 frames", "e.g. 93");
  const auto is_side = [](int side) { return side >= 64 && side <= 8192 && side % 2 == 0; };
  if (!is_side(shape.width) || !is_side(shape.height)) {
    return refuse("the sides of a clip are even numbers from 64 to 8192", "e.g. 832x480");
  }
  if (shape.rate.num <= 0 || shape.rate.den <= 0) return refuse("the rate of a clip must be positive", "e.g. 16");
  return done();
}

}  // namespace

std::vector<Stretch> usable_stretches(const ClipSource& source) {
  const std::vector<Stretch> free = free_stretches(source);
  if (source.within.empty()) return free;
  std::vector<Stretch> inside;
  for (const TimeRange& span : source.within) {
    const Stretch frames = whole(span, source);
    for (const Stretch& stretch : free) {
      const Stretch part{std::max(stretch.begin, frames.begin), std::min(stretch.end, frames.end)};
      if (part.begin < part.end) inside.push_back(part);
    }
  }
  std::sort(inside.begin(), inside.end(),
            [](const Stretch& a, const Stretch& b) { return std::tie(a.begin, a.end) < std::tie(b.begin, b.end); });
  inside.erase(std::unique(inside.begin(), inside.end()), inside.end());
  return inside;
}

Result<std::vector<PlannedClip>> plan_clips(const ClipSource& source, const ClipShape& shape, std::int64_t most,
                                            std::string_view video_id, std::uint64_t seed) {
  SURGSIGMA_CHECK(check_shape(shape));
  if (source.rate.num <= 0 || source.rate.den <= 0 || source.frames <= 0) {
    return Error{ErrorKind::kData, "the recording has no frames or no rate", std::string(video_id), ""};
  }
  if (is_slower(source.rate, shape.rate)) {
    return Error{ErrorKind::kData,
                 "the recording has " + to_string(source.rate) + " frames per second, fewer than the clip",
                 std::string(video_id), "ask for a lower --clip-rate"};
  }
  const std::int64_t needed = offset_of(shape.frames - 1, source.rate, shape.rate) + 1;
  const std::int64_t step = std::max(offset_of(shape.frames, source.rate, shape.rate), needed);
  std::vector<PlannedClip> clips;
  std::int64_t free_from = 0;  // spans of labels may overlap, clips may not
  for (const Stretch& stretch : usable_stretches(source)) {
    const std::int64_t begin = std::max(stretch.begin, free_from);
    const std::int64_t room = stretch.end - begin;
    if (room < needed) continue;
    const std::int64_t count = (room - needed) / step + 1;
    std::int64_t first = begin + (room - ((count - 1) * step + needed)) / 2;
    for (std::int64_t i = 0; i < count; ++i, first += step) {
      PlannedClip clip;
      for (std::int64_t k = 0; k < shape.frames; ++k) {
        clip.frames.push_back(first + offset_of(k, source.rate, shape.rate));
      }
      clip.begin_us = time_of_frame(first, source.rate);
      clip.end_us = clip.begin_us + time_of_frame(shape.frames, shape.rate);
      clips.push_back(std::move(clip));
      free_from = first + needed;
    }
  }
  if (most > 0 && static_cast<std::int64_t>(clips.size()) > most) {
    const auto rank = [&](const PlannedClip& clip) {
      return std::pair(draw(seed, video_id, "cosmos clip:" + std::to_string(clip.frames.front())), clip.frames.front());
    };
    std::sort(clips.begin(), clips.end(), [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
    clips.resize(static_cast<std::size_t>(most));
    std::sort(clips.begin(), clips.end(), [](const auto& a, const auto& b) { return a.frames < b.frames; });
  }
  return clips;
}

}  // namespace surgsigma
