#include "surgsigma/synth/next_frame.h"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>

#include "surgsigma/base/random.h"

namespace surgsigma {
namespace {

__extension__ using Wide = __int128;

constexpr std::int64_t kMostSamples = 1'000'000;
constexpr int kLongestHorizon = 60;
constexpr std::int64_t kTriesPerSample = 20;

Error refused(std::string what) { return {ErrorKind::kUsage, std::move(what), "samples ahead", ""}; }

Error bad_span(const char* kind, TimeRange span) {
  return {ErrorKind::kData,
          std::string(kind) + " span ends before it begins: " + std::to_string(span.begin) + " to " +
              std::to_string(span.end) + " us",
          "samples ahead", ""};
}

std::int64_t frame_inside(Microseconds t, const VideoSpans& video) {
  return std::clamp<std::int64_t>(t < 0 ? 0 : frame_at(t, video.rate), 0, video.frames);
}

/// Frames of which any part is shown within the span.
FrameSpan touched_frames(TimeRange span, const VideoSpans& video) {
  if (span.is_empty() || span.end <= 0) return {};
  const std::int64_t last = frame_at(span.end - 1, video.rate);
  return {frame_inside(span.begin, video), std::min(last, video.frames - 1) + 1};
}

/// Frames that are shown within the span from their first to their last moment.
FrameSpan whole_frames(TimeRange span, const VideoSpans& video) {
  std::int64_t begin = frame_inside(span.begin, video);
  if (time_of_frame(begin, video.rate) < span.begin) ++begin;
  return {begin, frame_inside(span.end, video)};
}

Status add_forbidden(const char* kind, const std::vector<TimeRange>& spans, const VideoSpans& video,
                     std::vector<FrameSpan>& forbidden) {
  for (const TimeRange& span : spans) {
    if (span.end < span.begin) return bad_span(kind, span);
    const FrameSpan frames = touched_frames(span, video);
    if (frames.size() > 0) forbidden.push_back(frames);
  }
  return done();
}

void keep_span(std::int64_t begin, std::int64_t end, const std::set<std::int64_t>& cuts,
               std::vector<FrameSpan>& spans) {
  for (auto cut = cuts.upper_bound(begin); cut != cuts.end() && *cut < end; ++cut) {
    spans.push_back({begin, *cut});
    begin = *cut;
  }
  if (begin < end) spans.push_back({begin, end});
}

/// Starts of one span from which the truth still lies in it: [begin, begin + this).
std::int64_t starts_of(const FrameSpan& span, Microseconds horizon, FrameRate rate) {
  const auto truth_of = [&](std::int64_t start) { return truth_frame(time_of_frame(start, rate), horizon, rate); };
  std::int64_t end = span.end - truth_frame(0, horizon, rate) + 2;  // at most two beyond: rounding
  end = std::min(end, span.end);
  while (end > span.begin && truth_of(end - 1) >= span.end) --end;
  return std::max<std::int64_t>(0, end - span.begin);
}

/// How many starts a horizon has.
struct Room {
  int horizon_s = 0;
  std::vector<std::int64_t> up_to;  ///< In each span and all before it.
  std::int64_t total = 0;
};

std::vector<Room> rooms_of(const std::vector<FrameSpan>& spans, const NextFrameOptions& options, FrameRate rate) {
  std::vector<Room> rooms;
  for (int horizon_s = options.min_horizon_s; horizon_s <= options.max_horizon_s; ++horizon_s) {
    Room room{horizon_s, {}, 0};
    for (const FrameSpan& span : spans) {
      room.total += starts_of(span, horizon_s * kSecond, rate);
      room.up_to.push_back(room.total);
    }
    if (room.total > 0) rooms.push_back(std::move(room));
  }
  return rooms;
}

std::int64_t start_at(const Room& room, const std::vector<FrameSpan>& spans, std::int64_t position) {
  const auto place = std::upper_bound(room.up_to.begin(), room.up_to.end(), position) - room.up_to.begin();
  const auto i = static_cast<std::size_t>(place);
  return spans[i].begin + position - (i == 0 ? 0 : room.up_to[i - 1]);
}

bool is_apart(const std::set<Microseconds>& starts, Microseconds t, Microseconds least) {
  const auto after = starts.lower_bound(t);
  if (after != starts.end() && (*after == t || *after - t < least)) return false;
  return after == starts.begin() || t - *std::prev(after) >= least;
}

Status check_options(const NextFrameOptions& options) {
  const int low = options.min_horizon_s;
  const int high = options.max_horizon_s;
  if (low < 1 || high < low || high > kLongestHorizon) {
    return refused("horizons must be 1 s or more, the least first, at most a minute");
  }
  if (options.samples < 0 || options.samples > kMostSamples) return refused("samples must be 0 to 1000000");
  if (options.least_apart_us < 0) return refused("starts cannot be less than 0 apart");
  return done();
}

/// `count` clips of `length` frames without overlap, anywhere in the span: the gaps are drawn.
void place_clips(const FrameSpan& span, std::int64_t length, std::int64_t count, std::int64_t label, FrameRate rate,
                 Draws& draws, std::vector<ClipSample>& clips) {
  std::vector<std::int64_t> gaps;
  for (std::int64_t i = 0; i < count; ++i) gaps.push_back(draws.between(0, span.size() - count * length));
  std::sort(gaps.begin(), gaps.end());
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t first = span.begin + gaps[static_cast<std::size_t>(i)] + i * length;
    clips.push_back({first, first + length, time_of_frame(first, rate), time_of_frame(first + length, rate), label});
  }
}

std::string action_purpose(const ActionSpan& action) {
  return "clip:" + std::to_string(action.time.begin) + ":" + std::to_string(action.time.end) + ":" +
         std::to_string(action.label);
}

void clips_of_action(const ActionSpan& action, const std::vector<FrameSpan>& spans, std::int64_t length,
                     const VideoSpans& video, Draws draws, const ClipOptions& options, std::vector<ClipSample>& clips) {
  const FrameSpan frames = whole_frames(action.time, video);
  std::vector<FrameSpan> parts;
  for (const FrameSpan& span : spans) {
    const FrameSpan part{std::max(span.begin, frames.begin), std::min(span.end, frames.end)};
    if (part.size() >= length) parts.push_back(part);
  }
  draws.shuffle(parts);
  std::int64_t left = options.samples_per_action;
  for (const FrameSpan& part : parts) {
    const std::int64_t count = std::min(left, part.size() / length);
    place_clips(part, length, count, action.label, video.rate, draws, clips);
    left -= count;
  }
}

/// Keeps `most` of them: those with the smallest draws of their own, so that a new action elsewhere moves few others.
void thin_out(std::vector<ClipSample>& clips, std::int64_t most, std::string_view video_id, std::uint64_t seed) {
  if (static_cast<std::int64_t>(clips.size()) <= most) return;
  const auto rank = [&](const ClipSample& clip) {
    return draw(seed, video_id, "keep:" + std::to_string(clip.first_frame) + ":" + std::to_string(clip.label));
  };
  std::sort(clips.begin(), clips.end(), [&](const ClipSample& a, const ClipSample& b) {
    return std::tuple(rank(a), a.first_frame, a.label) < std::tuple(rank(b), b.first_frame, b.label);
  });
  clips.resize(static_cast<std::size_t>(most));
}

}  // namespace

Result<std::vector<FrameSpan>> usable_spans(const VideoSpans& video) {
  if (video.rate.num <= 0 || video.rate.den <= 0) return refused("the frame rate is not positive");
  if (video.frames <= 0) return refused("the video has no frames");
  std::vector<FrameSpan> forbidden;
  SURGSIGMA_CHECK(add_forbidden("out-of-body", video.out_of_body, video, forbidden));
  SURGSIGMA_CHECK(add_forbidden("black", video.black, video, forbidden));
  std::sort(forbidden.begin(), forbidden.end(),
            [](const FrameSpan& a, const FrameSpan& b) { return a.begin < b.begin; });
  std::set<std::int64_t> cuts;
  for (const Microseconds cut : video.cuts) cuts.insert(frame_inside(cut, video));

  std::vector<FrameSpan> spans;
  std::int64_t free_from = 0;
  for (const FrameSpan& span : forbidden) {
    keep_span(free_from, span.begin, cuts, spans);
    free_from = std::max(free_from, span.end);
  }
  keep_span(free_from, video.frames, cuts, spans);
  return spans;
}

std::int64_t truth_frame(Microseconds start_us, Microseconds horizon_us, FrameRate rate) {
  const Wide twice = 2 * (Wide{start_us} + horizon_us) * rate.num;
  const Wide unit = Wide{rate.den} * kSecond;
  return static_cast<std::int64_t>((twice + unit) / (2 * unit));
}

Result<std::vector<NextFrameSample>> draw_next_frames(const VideoSpans& video, std::string_view video_id,
                                                      std::uint64_t seed, const NextFrameOptions& options) {
  SURGSIGMA_CHECK(check_options(options));
  SURGSIGMA_TRY(spans, usable_spans(video));
  const std::vector<Room> rooms = rooms_of(spans, options, video.rate);
  std::vector<NextFrameSample> samples;
  if (rooms.empty()) return samples;
  Draws draws(seed, video_id, "next_frame");
  std::set<Microseconds> starts;
  const auto wanted = static_cast<std::size_t>(options.samples);
  for (std::int64_t tries = kTriesPerSample * options.samples; tries > 0 && samples.size() < wanted; --tries) {
    const Room& room = rooms[draws.below(rooms.size())];
    const std::int64_t start =
        start_at(room, spans, static_cast<std::int64_t>(draws.below(static_cast<std::uint64_t>(room.total))));
    const Microseconds t = time_of_frame(start, video.rate);
    if (!is_apart(starts, t, options.least_apart_us)) continue;
    starts.insert(t);
    const std::int64_t truth = truth_frame(t, room.horizon_s * kSecond, video.rate);
    samples.push_back({start, t, room.horizon_s, truth, time_of_frame(truth, video.rate)});
  }
  std::sort(samples.begin(), samples.end(), [](const NextFrameSample& a, const NextFrameSample& b) {
    return a.start_frame < b.start_frame;
  });
  return samples;
}

Result<std::vector<ClipSample>> draw_clips(const VideoSpans& video, const std::vector<ActionSpan>& actions,
                                           std::string_view video_id, std::uint64_t seed, const ClipOptions& options) {
  if (options.length_us <= 0 || options.length_us > 3600 * kSecond) return refused("clips last up to an hour");
  if (options.samples < 0 || options.samples > kMostSamples) return refused("samples must be 0 to 1000000");
  if (options.samples_per_action < 0 || options.samples_per_action > kMostSamples) {
    return refused("samples of an action must be 0 to 1000000");
  }
  SURGSIGMA_TRY(spans, usable_spans(video));
  const std::int64_t length = std::max<std::int64_t>(1, truth_frame(0, options.length_us, video.rate));
  std::vector<ClipSample> clips;
  for (const ActionSpan& action : actions) {
    if (action.time.end < action.time.begin) return bad_span("action", action.time);
    clips_of_action(action, spans, length, video, Draws(seed, video_id, action_purpose(action)), options, clips);
  }
  thin_out(clips, options.samples, video_id, seed);
  std::sort(clips.begin(), clips.end(), [](const ClipSample& a, const ClipSample& b) {
    return std::tuple(a.first_frame, a.label, a.end_frame) < std::tuple(b.first_frame, b.label, b.end_frame);
  });
  return clips;
}

}  // namespace surgsigma
