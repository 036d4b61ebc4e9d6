#include "surgsigma/ingest/media_files.h"

#include <algorithm>

#include "surgsigma/schema/pattern.h"

namespace surgsigma {
namespace {

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
      found[id].video = file.path;
      continue;
    }
    const auto index = file.captures.find("index");
    const auto number = index == file.captures.end() ? std::nullopt : parse_int(index->second);
    if (!number || *number < card.frame_media_first) continue;
    found[id].pictures.emplace_back((*number - card.frame_media_first) * card.frame_media_step, file.path);
  }
  for (auto& [id, media] : found) {  // a picture that lies in two folders counts once
    std::sort(media.pictures.begin(), media.pictures.end());
    const auto is_same = [](const auto& a, const auto& b) { return a.first == b.first; };
    media.pictures.erase(std::unique(media.pictures.begin(), media.pictures.end(), is_same), media.pictures.end());
  }
  return found;
}

}  // namespace surgsigma
