#include "surgsigma/refine/screen.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "surgsigma/base/hash.h"
#include "surgsigma/base/text.h"
#include "surgsigma/base/time.h"

namespace surgsigma {
namespace {

constexpr const char* kOutOfBody = "out_of_body";
constexpr double kMarginShare = 0.25;  // of a text line's height, on each side
constexpr double kMarginPx = 3;

/// [begin, end) that is hidden for a reason.
struct Stretch {
  TimeRange time;
  double score = 0;
};

class Screening {
 public:
  explicit Screening(const ScreenInput& input) : input_(input) {}

  Screened run(std::span<const ScreeningDecision> decisions) {
    add_stretches(outside_by_colours(), "colours");
    add_stretches(outside_by_labels(), "labels");
    for (const TextRow& text : input_.texts) add_text(text);
    for (const ScreeningDecision& decision : decisions) {
      if (decision.video == input_.video.video_id.text) decide(decision);
    }
    return finish();
  }

 private:
  Microseconds end() const { return input_.medium.duration_us; }

  bool is_outside(const FrameRow& frame) const {
    if (!frame.outside || *frame.outside >= kScreenChance) return true;
    return std::any_of(input_.marks.begin(), input_.marks.end(), [&](const MarkRow& mark) {
      return mark.reason == kOutOfBody && mark.begin_us <= frame.time_us && frame.time_us < mark.end_us;
    });
  }

  /// From behind the last clean sample to the next clean one: what lies between two samples is not known.
  std::vector<Stretch> outside_by_colours() const {
    std::vector<Stretch> stretches;
    Microseconds last_clean = -1;
    for (std::size_t i = 0; i < input_.frames.size(); ++i) {
      const FrameRow& frame = input_.frames[i];
      if (!is_outside(frame)) {
        last_clean = frame.time_us;
        continue;
      }
      const Microseconds until = i + 1 < input_.frames.size() ? input_.frames[i + 1].time_us : end();
      const double score = frame.outside.value_or(1);
      if (!stretches.empty() && stretches.back().time.end == frame.time_us) {
        stretches.back().time.end = until;
        stretches.back().score = std::max(stretches.back().score, score);
      } else {
        stretches.push_back({{last_clean + 1, until}, score});
      }
    }
    return stretches;
  }

  /// Labels are set by people at a second or so: the neighbouring samples' time is hidden with them.
  std::vector<Stretch> outside_by_labels() const {
    std::vector<Stretch> stretches;
    for (const Annotation& row : input_.annotations) {
      const bool is_flag = row.kind == AnnotationKind::kFlag && row.rejected.empty() &&
                           row.state == LabelState::kPresent && !row.concepts.empty() &&
                           row.concepts[0].text.find(kOutOfBody) != std::string::npos;
      if (!is_flag || row.end_us <= row.begin_us) continue;
      const TimeRange time{std::max<Microseconds>(0, row.begin_us - kSecond), std::min(end(), row.end_us + kSecond)};
      if (time.is_empty()) continue;
      if (!stretches.empty() && stretches.back().time.end >= time.begin) {
        stretches.back().time.end = std::max(stretches.back().time.end, time.end);
      } else {
        stretches.push_back({time, 1});
      }
    }
    return stretches;
  }

  RegionRow region(const char* kind, TimeRange time, const char* hiding, const char* found_by, double score) const {
    RegionRow row;
    row.video_id = input_.video.video_id;
    row.kind = kind;
    row.begin_us = time.begin;
    row.end_us = time.end;
    row.width = input_.medium.width;
    row.height = input_.medium.height;
    row.hiding = hiding;
    row.found_by = found_by;
    row.score = score;
    return row;
  }

  void add_stretches(const std::vector<Stretch>& stretches, const char* found_by) {
    for (const Stretch& stretch : stretches) {
      if (stretch.time.is_empty()) continue;
      made_.regions.push_back(region(kOutOfBody, stretch.time, "pixelate", found_by, stretch.score));
    }
  }

  void add_text(const TextRow& text) {
    const double margin = std::ceil(kMarginPx + kMarginShare * (text.y2 - text.y1));
    RegionRow row = region("text", {text.begin_us, text.end_us}, "black", "letters", text.score);
    row.x1 = std::max(0.0, text.x1 - margin);
    row.y1 = std::max(0.0, text.y1 - margin);
    row.x2 = std::min<double>(input_.medium.width, text.x2 + margin);
    row.y2 = std::min<double>(input_.medium.height, text.y2 + margin);
    made_.regions.push_back(std::move(row));
  }

  void decide(const ScreeningDecision& decision) {
    if (decision.verdict == "hide") {
      RegionRow row = region("person", {decision.begin_us, decision.end_us},
                             decision.box.empty() ? "pixelate" : "black", "person", 1);
      if (decision.box.size() == 6) {
        // The box was given for a picture of that size; the recording may have been replaced by another since.
        const double x = input_.medium.width / decision.box[4];
        const double y = input_.medium.height / decision.box[5];
        row.x1 = decision.box[0] * x;
        row.y1 = decision.box[1] * y;
        row.x2 = decision.box[2] * x;
        row.y2 = decision.box[3] * y;
      }
      row.decided_by = decision.by;
      made_.regions.push_back(std::move(row));
    } else if (decision.verdict == "clear") {
      const auto found = std::find_if(made_.regions.begin(), made_.regions.end(),
                                      [&](const RegionRow& row) { return region_id_of(row) == decision.region; });
      if (found == made_.regions.end()) return stale(decision);
      found->hiding = "none";
      found->decided_by = decision.by;
    }
  }

  void stale(const ScreeningDecision& decision) {
    IssueRow issue;
    issue.source_id = input_.video.source_id;
    issue.unit = input_.video.unit;
    issue.stage = "screen";
    issue.rule = "cleared_region_is_gone";
    issue.severity = Severity::kInfo;
    issue.video_id = input_.video.video_id;
    issue.file = input_.medium.path;
    issue.value = decision.region;
    issue.message = decision.by + " cleared a region that is not found any more";
    issue.hint = "look at `surgsigma screen --list` for what is hidden now";
    made_.issues.push_back(std::move(issue));
  }

  Screened finish() {
    for (RegionRow& row : made_.regions) row.region_id = region_id_of(row);
    std::sort(made_.regions.begin(), made_.regions.end(), [](const RegionRow& a, const RegionRow& b) {
      return std::tie(a.begin_us, a.end_us, a.kind, a.region_id) < std::tie(b.begin_us, b.end_us, b.kind, b.region_id);
    });
    ScreeningRow& row = made_.row;
    row.video_id = input_.video.video_id;
    row.source_id = input_.video.source_id;
    row.path = input_.medium.path;
    row.samples = static_cast<std::int64_t>(input_.frames.size());
    row.regions = static_cast<std::int64_t>(made_.regions.size());
    row.duration_us = input_.medium.duration_us;
    row.hidden_us = hidden_time();
    row.has_sound = input_.medium.has_sound;
    row.has_metadata = input_.medium.has_metadata;
    Hasher hasher;
    hasher.add(row.path).add(input_.medium.frames).add(input_.medium.duration_us).add(row.samples);
    for (const FrameRow& frame : input_.frames) hasher.add(frame.frame).add(frame.hash);
    for (const RegionRow& region : made_.regions) hasher.add(region.region_id).add(region.hiding);
    row.state_hash = hasher.hex();
    return std::move(made_);
  }

  /// Time with the whole picture hidden; regions lie by begin and may overlap.
  Microseconds hidden_time() const {
    Microseconds sum = 0;
    Microseconds until = 0;
    for (const RegionRow& row : made_.regions) {
      if (row.x1 || row.hiding == "none") continue;
      const Microseconds begin = std::max(row.begin_us, until);
      if (row.end_us > begin) sum += row.end_us - begin;
      until = std::max(until, row.end_us);
    }
    return sum;
  }

  const ScreenInput& input_;
  Screened made_;
};

}  // namespace

std::string region_id_of(const RegionRow& row) {
  Hasher hasher;
  hasher.add(row.video_id.text).add(row.kind).add(row.found_by).add(row.begin_us).add(row.end_us);
  for (const auto& corner : {row.x1, row.y1, row.x2, row.y2}) {
    hasher.add(corner ? static_cast<std::int64_t>(std::llround(*corner * 16)) : std::int64_t{-1});
  }
  return hasher.hex();
}

Screened screen_video(const ScreenInput& input, std::span<const ScreeningDecision> decisions) {
  return Screening(input).run(decisions);
}

}  // namespace surgsigma
