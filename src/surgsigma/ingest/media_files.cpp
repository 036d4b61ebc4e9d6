#include "surgsigma/ingest/media_files.h"

#include <algorithm>
#include <tuple>

#include "surgsigma/base/text.h"
#include "surgsigma/schema/pattern.h"

namespace surgsigma {
namespace {

constexpr std::int64_t kMostFrames = 1'000'000'000;  // a year at 25 frames a second; times are safe far beyond

/// Empty where the name cannot be made: such a file belongs to no recording.
std::string video_id_of(const SourceCard& card, const LayoutEntry& entry, const Captures& captures) {
  const std::string own = entry.with.is_object() ? text_or(entry.with, "video_id", "") : "";
  const auto name = fill_pattern(own.empty() ? card.video_name : own, captures);
  return name ? card.id.text + "/" + *name : std::string();
}

}  // namespace

std::map<std::string, MediaFiles> media_files(const SourceCard& card, const SourceFiles& source,
                                              const IngestUnit& unit) {
  std::map<std::string, MediaFiles> found;
  for (const std::size_t at : unit.media) {
    const MatchedFile& file = source.files[at];
    const LayoutEntry& entry = card.layout[file.entry];
    const std::string id = video_id_of(card, entry, file.captures);
    if (id.empty()) continue;
    if (entry.role == kVideoRole) {
      MediaFiles& own = found[id];
      if (own.video.empty()) {
        own.video = file.path;
      } else {
        own.passed_over.emplace_back(file.path, "a second video of this recording; " + quoted(own.video) + " is taken");
      }
      continue;
    }
    const auto index = file.captures.find("index");
    const auto number = index == file.captures.end() ? std::nullopt : parse_int(index->second);
    if (!number || *number < card.frame_media_first || *number > kMostFrames) {
      found[id].passed_over.emplace_back(file.path, "its number is no frame of a recording");
      continue;
    }
    const std::int64_t frame = (*number - card.frame_media_first) * card.frame_media_step;
    if (entry.role == kMaskRole) {
      found[id].masks.push_back({frame, file.path, &entry});
    } else if (entry.role == kDepthRole) {
      found[id].depths.push_back({frame, file.path, &entry});
    } else {
      found[id].pictures.emplace_back(frame, file.path);
    }
  }
  for (auto& [id, media] : found) {  // a picture that lies in two folders counts once
    std::sort(media.pictures.begin(), media.pictures.end());
    const auto is_same = [](const auto& a, const auto& b) { return a.first == b.first; };
    media.pictures.erase(std::unique(media.pictures.begin(), media.pictures.end(), is_same), media.pictures.end());
  }
  const auto by_frame = [](const MapFile& a, const MapFile& b) { return std::tie(a.frame, a.path) < std::tie(b.frame, b.path); };
  for (auto& [id, media] : found) {
    std::sort(media.masks.begin(), media.masks.end(), by_frame);
    std::sort(media.depths.begin(), media.depths.end(), by_frame);
  }
  return found;
}

}  // namespace surgsigma
