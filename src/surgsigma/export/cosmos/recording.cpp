#include "surgsigma/export/cosmos/recording.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "surgsigma/base/hash.h"

namespace surgsigma {
namespace {

/// Marks over which nothing may be shown; smoke and repetition are no reason.
constexpr std::array<std::string_view, 4> kForbidding = {"black", "out_of_body", "frozen", "overexposed"};
bool is_out_of_body(const Annotation& row) {
  return row.kind == AnnotationKind::kFlag && !row.concepts.empty() && row.end_us > row.begin_us &&
         row.concepts[0].text.find("out_of_body") != std::string::npos;
}

/// The finest kind of span that is labelled.
std::vector<TimeRange> labelled_spans(const std::vector<Annotation>& rows) {
  std::vector<TimeRange> spans;
  for (const AnnotationKind kind : {AnnotationKind::kAction, AnnotationKind::kStep, AnnotationKind::kPhase}) {
    for (const Annotation& row : rows) {
      const bool counts = row.kind == kind && row.rejected.empty() && row.state == LabelState::kPresent &&
                          !row.concepts.empty() && row.end_us > row.begin_us;
      if (counts) spans.push_back({row.begin_us, row.end_us});
    }
    if (!spans.empty()) break;
  }
  return spans;
}

/// Native frames of which there is no picture may not be shown either.
void add_gaps(const VideoMedia& media, ClipSource& source) {
  std::int64_t next = 0;
  for (const auto& [frame, path] : media.pictures) {
    if (frame > next) source.forbidden.push_back({time_of_frame(next, source.rate), time_of_frame(frame, source.rate)});
    next = frame + 1;
  }
}

}  // namespace

Status plan_recording(Recording& recording, const CosmosSettings& settings, std::uint64_t seed, const fs::path& root,
                      const VideoMedia* media, const std::vector<MarkRow>& marks,
                      const std::vector<Annotation>& annotations) {
  std::error_code code;
  const fs::path file = root.empty() ? fs::path() : root / recording.medium.path;
  if (recording.is_file() ? !fs::is_regular_file(file, code) : media == nullptr || media->pictures.empty()) {
    recording.fault = "missing_video";
    return done();
  }
  if (recording.is_file() && !recording.medium.is_constant_rate) {
    recording.fault = "variable_rate";
    return done();
  }
  ClipSource source;
  source.rate = recording.rate();
  source.frames = recording.is_file() ? recording.medium.frames : media->pictures.rbegin()->first + 1;
  if (!recording.is_file()) add_gaps(*media, source);
  for (const MarkRow& mark : marks) {
    if (std::find(kForbidding.begin(), kForbidding.end(), mark.reason) == kForbidding.end()) continue;
    source.forbidden.push_back({mark.begin_us, mark.end_us});
  }
  for (const Annotation& row : annotations) {
    if (is_out_of_body(row)) source.forbidden.push_back({row.begin_us, row.end_us});
  }
  if (settings.within_actions) {
    source.within = labelled_spans(annotations);
    if (source.within.empty()) {
      recording.fault = "no_labelled_action";
      return done();
    }
  }
  auto clips = plan_clips(source, settings.shape, settings.clips_per_video, recording.video->video_id.text, seed);
  if (!clips.ok()) {
    if (clips.error().kind == ErrorKind::kUsage) return clips.error();
    recording.fault = "rate_too_low";
    return done();
  }
  recording.clips = std::move(*clips);
  if (recording.clips.empty()) recording.fault = "no_stretch_long_enough";
  return done();
}

std::string clip_name(const VideoId& video, std::int64_t frame) {
  std::string name;
  for (const char c : video.text) {
    const bool is_plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
    name += is_plain ? c : '_';
  }
  return fmt::format("{}_{}_{:08}", name, hex64(hash64(video.text)).substr(0, 6), frame);
}

}  // namespace surgsigma
