#include "surgsigma/refine/cleaning.h"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

#include "surgsigma/base/text.h"
#include "surgsigma/media/picture_hash.h"
#include "surgsigma/schema/fields.h"
#include "surgsigma/schema/geometry.h"

namespace surgsigma {
namespace {

constexpr const char* kFile = "cleaning/cleaning.yaml";
constexpr const char* kDuplicate = "duplicate";
constexpr const char* kOverlay = "overlay";

struct Measure {
  std::string_view name;
  std::optional<double> (*value)(const FrameRow&);
};
constexpr std::array<Measure, 13> kMeasures = {{
    {"sharpness", [](const FrameRow& f) -> std::optional<double> { return f.sharpness; }},
    {"mean_luma", [](const FrameRow& f) -> std::optional<double> { return f.mean_luma; }},
    {"dark_share", [](const FrameRow& f) -> std::optional<double> { return f.dark_share; }},
    {"bright_share", [](const FrameRow& f) -> std::optional<double> { return f.bright_share; }},
    {"black_share", [](const FrameRow& f) -> std::optional<double> { return f.black_share; }},
    {"specular_share", [](const FrameRow& f) -> std::optional<double> { return f.specular_share; }},
    {"smoke", [](const FrameRow& f) -> std::optional<double> { return f.smoke; }},
    {"colourfulness", [](const FrameRow& f) -> std::optional<double> { return f.colourfulness; }},
    {"tiles", [](const FrameRow& f) -> std::optional<double> { return f.tiles; }},
    {"hash_contrast", [](const FrameRow& f) -> std::optional<double> { return f.hash_contrast; }},
    {"outside", [](const FrameRow& f) { return f.outside; }},
    {"motion", [](const FrameRow& f) { return f.motion; }},
    {"motion_left", [](const FrameRow& f) { return f.motion_left; }},
}};

const Measure* find_measure(std::string_view name) {
  const auto found = std::find_if(kMeasures.begin(), kMeasures.end(), [&](const Measure& m) { return m.name == name; });
  return found == kMeasures.end() ? nullptr : &*found;
}

Error mistake(const std::string& where, std::string what, std::string hint = "") {
  return {ErrorKind::kData, std::move(what), std::string(kFile) + ": " + where, std::move(hint)};
}

Status check_measure(const std::string& where, const std::string& name) {
  if (is_measure(name)) return done();
  std::vector<std::string> names;
  for (const Measure& measure : kMeasures) names.emplace_back(measure.name);
  return mistake(where, "no measure is called " + quoted(name), hint_for(name, names));
}

Result<MarkLimit> limit_from(const std::string& where, const Json& json) {
  MarkLimit limit;
  limit.measure = text_or(json, "measure", "");
  SURGSIGMA_CHECK(check_measure(where, limit.measure));
  limit.is_least = json.contains("at_least");
  const char* key = limit.is_least ? "at_least" : "at_most";
  if (!json.contains(key) || !json[key].is_number() || json.contains("at_least") == json.contains("at_most")) {
    return mistake(where, "a limit needs a number as at_least or as at_most");
  }
  limit.value = json[key].get<double>();
  return limit;
}

Result<Microseconds> seconds_from(const std::string& where, const Json& json, const char* key, Microseconds fallback) {
  if (!json.contains(key)) return fallback;
  if (!json[key].is_number() || json[key].get<double>() < 0 || json[key].get<double>() > 86'400) {
    return mistake(where, std::string(key) + " is no length of time in seconds");
  }
  return static_cast<Microseconds>(json[key].get<double>() * static_cast<double>(kSecond));
}

Result<MarkRule> rule_from(const std::string& where, const Json& json) {
  MarkRule rule;
  if (!json.is_object() || !json.contains("when") || !json["when"].is_array() || json["when"].empty()) {
    return mistake(where, "a mark needs a reason and a list `when`");
  }
  rule.reason = text_or(json, "reason", "");
  if (!is_catalog_id(rule.reason) || rule.reason == kDuplicate || rule.reason == kOverlay) {
    return mistake(where, "no reason: " + quoted(rule.reason),
                   "lower case letters and '_'; duplicate and overlay have their own entries");
  }
  for (const Json& entry : json["when"]) {
    if (!entry.is_object()) return mistake(where, "a limit is {measure: ..., at_least: ...}");
    SURGSIGMA_TRY(limit, limit_from(where + " " + rule.reason, entry));
    rule.limits.push_back(std::move(limit));
  }
  rule.score = text_or(json, "score", rule.limits.front().measure);
  SURGSIGMA_CHECK(check_measure(where + " " + rule.reason, rule.score));
  SURGSIGMA_TRY(length, seconds_from(where + " " + rule.reason, json, "for_s", 0));
  rule.for_us = length;
  return rule;
}

bool passes(const FrameRow& frame, const MarkRule& rule) {
  return std::all_of(rule.limits.begin(), rule.limits.end(), [&](const MarkLimit& limit) {
    const auto value = measure_of(frame, limit.measure);
    return value && (limit.is_least ? *value >= limit.value : *value <= limit.value);
  });
}

/// The limit on the score, else the first one.
double threshold_of(const MarkRule& rule) {
  for (const MarkLimit& limit : rule.limits) {
    if (limit.measure == rule.score) return limit.value;
  }
  return rule.limits.front().value;
}

/// Joins neighbouring frames for which `shows` holds.
template <class Shows, class Score>
void join(const std::vector<FrameRow>& frames, Microseconds end_us, const Shows& shows, const Score& score,
          const MarkRule& rule, std::vector<MarkRow>& marks) {
  for (std::size_t i = 0; i < frames.size();) {
    if (!shows(i)) {
      ++i;
      continue;
    }
    MarkRow mark{frames[i].video_id, frames[i].time_us, end_us, rule.reason, 0, threshold_of(rule), 0};
    std::size_t next = i;
    for (; next < frames.size() && shows(next); ++next) mark.score += score(next);
    mark.samples = static_cast<std::int64_t>(next - i);
    mark.score /= static_cast<double>(mark.samples);
    if (next < frames.size()) mark.end_us = frames[next].time_us;
    mark.end_us = std::max(mark.end_us, frames[next - 1].time_us + 1);
    i = next;
    if (mark.end_us - mark.begin_us >= rule.for_us) marks.push_back(std::move(mark));
  }
}

/// For each frame the bits that tell it from the nearest earlier picture; nothing where it was not seen before.
std::vector<std::optional<int>> seen_before(const std::vector<FrameRow>& frames, const CleaningRules& rules) {
  std::vector<std::optional<int>> seen(frames.size());
  std::vector<std::uint64_t> dct;
  std::vector<std::size_t> frame_of;
  std::vector<RegionHash> hashes;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const auto own = hash_from_text(frames[i].hash);
    if (!own || frames[i].hash_contrast < rules.duplicate_contrast) continue;
    dct.push_back(own->dct);
    hashes.push_back(*own);
    frame_of.push_back(i);
  }
  const HashIndex index(dct);
  for (std::size_t own = 0; own < dct.size(); ++own) {
    for (const HashIndex::Match& match : index.search(dct[own], rules.duplicate_bits)) {
      if (match.position >= own) break;
      const FrameRow& earlier = frames[frame_of[match.position]];
      if (frames[frame_of[own]].time_us - earlier.time_us < rules.duplicate_apart_us) continue;
      const int bits = hamming(hashes[own].difference, hashes[match.position].difference);
      if (bits > rules.duplicate_bits) continue;
      std::optional<int>& least = seen[frame_of[own]];
      least = std::min(least.value_or(128), bits + match.distance);
    }
  }
  return seen;
}

}  // namespace

std::optional<double> measure_of(const FrameRow& frame, std::string_view measure) {
  const Measure* found = find_measure(measure);
  return found ? found->value(frame) : std::nullopt;
}

bool is_measure(std::string_view name) { return find_measure(name) != nullptr; }

Result<CleaningRules> CleaningRules::create(const Catalog& catalog) {
  CleaningRules rules;
  const Json& document = catalog.cleaning;
  if (!document.is_object() || !document.contains("marks") || !document["marks"].is_array()) {
    return mistake("marks", "the list is missing", "restore the file");
  }
  std::set<std::string> reasons;
  for (std::size_t i = 0; i < document["marks"].size(); ++i) {
    const std::string where = "marks[" + std::to_string(i) + "]";
    SURGSIGMA_TRY(rule, rule_from(where, document["marks"][i]));
    if (!reasons.insert(rule.reason).second) return mistake(where, "reason " + quoted(rule.reason) + " stands twice");
    rules.marks.push_back(std::move(rule));
  }
  if (document.contains("overlay")) {
    const Json& overlay = document["overlay"];
    if (!overlay.is_object() || !overlay.contains("share") || !overlay["share"].is_number()) {
      return mistake("overlay", "must hold share, a number");
    }
    rules.overlay_share = overlay["share"].get<double>();
    if (!(rules.overlay_share > 0 && rules.overlay_share <= 1)) return mistake("overlay", "share must lie in (0, 1]");
  }
  if (!document.contains("duplicate")) return rules;
  const Json& duplicate = document["duplicate"];
  if (!duplicate.is_object()) return mistake("duplicate", "must hold bits, contrast and apart_s");
  const std::int64_t bits = int_or(duplicate, "bits", rules.duplicate_bits);
  if (bits < 0 || bits > 15) return mistake("duplicate", "bits must be 0 to 15");
  rules.duplicate_bits = static_cast<int>(bits);
  if (duplicate.contains("contrast") && duplicate["contrast"].is_number()) {
    rules.duplicate_contrast = duplicate["contrast"].get<double>();
  }
  SURGSIGMA_TRY(apart, seconds_from("duplicate", duplicate, "apart_s", rules.duplicate_apart_us));
  rules.duplicate_apart_us = apart;
  return rules;
}

std::optional<MarkRow> overlay_mark(const MediumRow& medium, std::int64_t samples, const CleaningRules& rules) {
  double covered = 0;
  for (std::size_t i = 0; i + 3 < medium.text_boxes.size(); i += 4) {
    const double* box = medium.text_boxes.data() + i;
    covered += Box{box[0], box[1], box[2], box[3]}.area();
  }
  const double pixels = static_cast<double>(medium.width) * medium.height;
  const double share = pixels > 0 ? std::min(covered / pixels, 1.0) : 0;
  if (share < rules.overlay_share || covered <= 0) return std::nullopt;
  return MarkRow{medium.video_id, 0, medium.duration_us, kOverlay, share, rules.overlay_share, samples};
}

std::vector<MarkRow> marks_of(const std::vector<FrameRow>& frames, const CleaningRules& rules, Microseconds end_us) {
  std::vector<MarkRow> marks;
  for (const MarkRule& rule : rules.marks) {
    join(
        frames, end_us, [&](std::size_t i) { return passes(frames[i], rule); },
        [&](std::size_t i) { return measure_of(frames[i], rule.score).value_or(0); }, rule, marks);
  }
  const auto seen = seen_before(frames, rules);
  const MarkRule duplicate{kDuplicate, {{"", false, static_cast<double>(2 * rules.duplicate_bits)}}, "", 0};
  join(
      frames, end_us, [&](std::size_t i) { return seen[i].has_value(); },
      [&](std::size_t i) { return static_cast<double>(*seen[i]); }, duplicate, marks);
  std::sort(marks.begin(), marks.end(), [](const MarkRow& a, const MarkRow& b) {
    return std::tie(a.begin_us, a.reason) < std::tie(b.begin_us, b.reason);
  });
  return marks;
}

}  // namespace surgsigma
