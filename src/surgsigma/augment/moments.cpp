#include "surgsigma/augment/moments.h"

#include <algorithm>

namespace surgsigma {
namespace {

using Times = std::vector<Microseconds>;

void sort_unique(Times& times) {
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
}

/// Adds to `chosen` (rising) the candidates (rising) that keep `distance` from every moment chosen so far.
void fill(Times& chosen, const Times& candidates, Microseconds distance) {
  Times merged;
  merged.reserve(chosen.size() + candidates.size());
  std::size_t next = 0;  // first of `chosen` that is not merged yet
  for (const Microseconds t : candidates) {
    while (next < chosen.size() && chosen[next] <= t) merged.push_back(chosen[next++]);
    const bool is_near_earlier = !merged.empty() && t - merged.back() < distance;
    const bool is_near_later = next < chosen.size() && chosen[next] - t < distance;
    if (!is_near_earlier && !is_near_later) merged.push_back(t);
  }
  merged.insert(merged.end(), chosen.begin() + static_cast<std::ptrdiff_t>(next), chosen.end());
  chosen = std::move(merged);
}

/// Union of the spans, rising.
std::vector<TimeRange> joined(std::vector<TimeRange> spans) {
  std::sort(spans.begin(), spans.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; });
  std::vector<TimeRange> out;
  for (const TimeRange& span : spans) {
    if (!out.empty() && span.begin <= out.back().end) {
      out.back().end = std::max(out.back().end, span.end);
    } else {
      out.push_back(span);
    }
  }
  return out;
}

/// The last moment not after `t` at which a picture was released.
Microseconds at_picture(Microseconds t, FrameRate rate, std::int64_t step) {
  if (step <= 1) return t;
  const std::int64_t frame = frame_at(t, rate);
  return time_of_frame(frame - frame % step, rate);
}

Times grid(const std::vector<TimeRange>& spans, Microseconds step, FrameRate rate, std::int64_t picture_step) {
  Times times;
  for (const TimeRange& span : spans) {
    const Microseconds first = (span.begin + step - 1) / step * step;
    for (Microseconds t = first; t < span.end; t += step) {
      const Microseconds at = at_picture(t, rate, picture_step);
      if (span.contains(at)) times.push_back(at);
    }
  }
  sort_unique(times);
  return times;
}

}  // namespace

FrameRate frame_rate_of(const VideoRow& video) {
  const bool is_rate = video.frame_rate_num > 0 && video.frame_rate_den > 0;
  return is_rate ? FrameRate{video.frame_rate_num, video.frame_rate_den} : FrameRate{};
}

Times sampled_moments(const VideoRow& video, const std::vector<Annotation>& annotations, const MomentRules& rules) {
  const Microseconds step = std::max<Microseconds>(rules.frame_step, 1);
  const Microseconds grid_step = std::max(step, kSecond);
  Times rich;
  Times plain;
  std::vector<TimeRange> spans;
  for (const Annotation& row : annotations) {
    const TimeRange range = range_of(row);
    if (!is_in_use(row) || range.is_empty() || range.begin < 0) continue;
    const bool is_picture = is_picture_kind(row.kind) && range.duration() <= kLongestSample;
    const bool is_workflow = is_workflow_kind(row.kind);
    if (is_picture) {
      const bool is_plain = row.kind == AnnotationKind::kPresence || row.kind == AnnotationKind::kInteraction;
      (is_plain ? plain : rich).push_back(range.begin);
    } else if (is_workflow && range.duration() < grid_step) {
      plain.push_back(range.begin);
    }
    if (is_workflow || (is_picture_kind(row.kind) && !is_picture)) spans.push_back(range);
  }
  sort_unique(rich);
  sort_unique(plain);
  const FrameRate rate = frame_rate_of(video);
  const Microseconds half_frame = kSecond * rate.den / rate.num / 2;
  const auto distance = [&](Microseconds wanted) { return std::max<Microseconds>(wanted - half_frame, 1); };
  Times chosen;
  fill(chosen, rich, distance(step));
  fill(chosen, plain, distance(step));
  fill(chosen, grid(joined(std::move(spans)), grid_step, rate, rules.picture_step), distance(grid_step));
  return chosen;
}

}  // namespace surgsigma
