#include "surgsigma/ingest/media_files.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "surgsigma/base/text.h"
#include "surgsigma/schema/pattern.h"

namespace surgsigma {
namespace {

constexpr std::int64_t kMostFrames = 1'000'000'000;  // a year at 25 frames a second; times are safe far beyond
constexpr std::array<std::string_view, 6> kPixelRoles = {kVideoRole, kFrameRole, kMaskRole,
                                                         kDepthRole, kRightRole, kCalibrationRole};

/// Empty where the name cannot be made: such a file belongs to no recording.
std::string video_id_of(const SourceCard& card, const LayoutEntry& entry, const Captures& captures) {
  const std::string own = entry.with.is_object() ? text_or(entry.with, "video_id", "") : "";
  const auto name = fill_pattern(own.empty() ? card.video_name : own, captures);
  return name ? card.id.text + "/" + *name : std::string();
}

/// The native frame that a picture shows; absent where neither its name nor the card says so.
std::optional<std::int64_t> frame_of(const SourceCard& card, const LayoutEntry& entry, const Captures& captures) {
  const auto index = captures.find("index");
  const std::int64_t fixed = entry.with.is_object() ? int_or(entry.with, "index", -1) : -1;
  const auto number = index != captures.end() ? parse_int(index->second)
                      : fixed >= 0            ? std::optional<std::int64_t>(fixed)
                                              : std::nullopt;
  if (!number || *number < card.frame_media_first || *number > kMostFrames) return {};
  return (*number - card.frame_media_first) * card.frame_media_step;
}

/// Every capture of `some` has the same value in `all`.
bool is_part_of(const Captures& some, const Captures& all) {
  return std::all_of(some.begin(), some.end(), [&](const auto& capture) {
    const auto found = all.find(capture.first);
    return found != all.end() && without_leading_zeros(found->second) == without_leading_zeros(capture.second);
  });
}

}  // namespace

bool is_pixel_role(std::string_view role) {
  return std::find(kPixelRoles.begin(), kPixelRoles.end(), role) != kPixelRoles.end();
}

bool has_pixels_alone(const SourceCard& card) {
  return std::all_of(card.layout.begin(), card.layout.end(),
                     [](const LayoutEntry& entry) { return entry.reader.empty(); });
}

std::map<std::string, MediaFiles> media_files(const SourceCard& card, const SourceFiles& source,
                                              const IngestUnit& unit) {
  std::map<std::string, MediaFiles> found;
  std::map<std::string, Captures> captures_of;  // of the files that show a recording
  std::vector<const MatchedFile*> calibrations;
  for (const std::size_t at : unit.media) {
    const MatchedFile& file = source.files[at];
    const LayoutEntry& entry = card.layout[file.entry];
    if (entry.role == kCalibrationRole) {
      calibrations.push_back(&file);
      continue;
    }
    const std::string id = video_id_of(card, entry, file.captures);
    if (id.empty()) continue;
    const auto layout = [&] {
      const auto read = view_layout(entry.with, card.id.text);
      return read.ok() ? *read : ViewLayout();  // checked when the card was read
    };
    if (entry.role == kVideoRole) {
      MediaFiles& own = found[id];
      if (!own.video.empty()) {
        own.passed_over.emplace_back(file.path, "a second video of this recording; " + quoted(own.video) + " is taken");
        continue;
      }
      own.video = file.path;
      own.layout = layout();
      captures_of[id] = file.captures;
      continue;
    }
    const auto frame = frame_of(card, entry, file.captures);
    if (!frame) {
      found[id].passed_over.emplace_back(file.path, "its number is no frame of a recording");
      continue;
    }
    if (entry.role == kMaskRole) {
      found[id].masks.push_back({*frame, file.path, &entry});
    } else if (entry.role == kDepthRole) {
      found[id].depths.push_back({*frame, file.path, &entry});
    } else if (entry.role == kRightRole) {
      found[id].rights.push_back({*frame, file.path, &entry});
    } else {
      MediaFiles& media = found[id];
      if (media.pictures.empty() && media.video.empty()) {
        media.layout = layout();
        captures_of[id] = file.captures;
      }
      media.pictures.emplace_back(*frame, file.path);
    }
  }
  for (auto& [id, media] : found) {  // a picture that lies in two folders counts once
    std::sort(media.pictures.begin(), media.pictures.end());
    const auto is_same = [](const auto& a, const auto& b) { return a.first == b.first; };
    media.pictures.erase(std::unique(media.pictures.begin(), media.pictures.end(), is_same), media.pictures.end());
  }
  const auto by_frame = [](const MapFile& a, const MapFile& b) {
    return std::tie(a.frame, a.path) < std::tie(b.frame, b.path);
  };
  for (auto& [id, media] : found) {
    for (auto* maps : {&media.masks, &media.depths, &media.rights}) std::sort(maps->begin(), maps->end(), by_frame);
    std::size_t most = 0;
    for (const MatchedFile* file : calibrations) {
      if (file->captures.size() < most || !is_part_of(file->captures, captures_of[id])) continue;
      if (!media.calibration.empty() && file->captures.size() == most) continue;  // the first of two equal ones
      most = file->captures.size();
      media.calibration = file->path;
      media.calibration_entry = &card.layout[file->entry];
    }
  }
  return found;
}

}  // namespace surgsigma
