#include "surgsigma/export/source_media.h"

#include <vector>

#include "surgsigma/base/text.h"
#include "surgsigma/schema/path_pattern.h"

namespace surgsigma {
namespace {

enum class Role { kVideo, kFrame, kMask, kDepth };

struct Pattern {
  const LayoutEntry* entry = nullptr;
  PathPattern pattern;
  bool has_pixels = false;
  Role role = Role::kVideo;
};

/// All entries, since the first that matches takes a file; those of other roles only keep it from the rest.
std::vector<Pattern> patterns_of(const SourceCard& card) {
  std::vector<Pattern> patterns;
  for (const LayoutEntry& entry : card.layout) {
    Pattern made{&entry, PathPattern::of(entry.pattern), true, Role::kVideo};
    if (entry.role == "video") {
      made.role = Role::kVideo;
    } else if (entry.role == "frame") {
      made.role = Role::kFrame;
    } else if (entry.role == "mask") {
      made.role = Role::kMask;
    } else if (entry.role == "depth") {
      made.role = Role::kDepth;
    } else {
      made.has_pixels = false;
    }
    patterns.push_back(std::move(made));
  }
  return patterns;
}

/// Empty where the name cannot be made: such a file belongs to no recording.
std::string video_id_of(const SourceCard& card, const LayoutEntry& entry, const Captures& captures) {
  const std::string own = entry.with.is_object() ? text_or(entry.with, "video_id", "") : "";
  const auto name = fill_pattern(own.empty() ? card.video_name : own, captures);
  return name ? card.id.text + "/" + *name : std::string();
}

void add(const SourceCard& card, const Pattern& pattern, const Captures& captures, const std::string& path,
         VideoMedia& media) {
  if (pattern.role == Role::kVideo) {
    media.video = path;
    return;
  }
  const auto index = captures.find("index");
  const auto number = index == captures.end() ? std::nullopt : parse_int(index->second);
  if (!number || *number < card.frame_media_first) return;
  const std::int64_t frame = (*number - card.frame_media_first) * card.frame_media_step;
  // Files come in the order of their paths: of two for one frame the first counts.
  if (pattern.role == Role::kFrame) media.pictures.try_emplace(frame, path);
  if (pattern.role == Role::kMask) media.masks.try_emplace(frame, MapOfFrame{path, pattern.entry});
  if (pattern.role == Role::kDepth) media.depths.try_emplace(frame, MapOfFrame{path, pattern.entry});
}

}  // namespace

Result<SourceMedia> SourceMedia::open(const SourceCard& card, const fs::path& root) {
  SURGSIGMA_TRY(tree, list_tree(root));
  const std::vector<Pattern> patterns = patterns_of(card);
  SourceMedia media;
  media.root_ = root;
  for (const FoundFile& file : tree.files) {
    if (!is_valid_utf8(file.path) || !is_safe_relative(file.path)) continue;
    for (const Pattern& pattern : patterns) {
      const auto captures = pattern.pattern.match(file.path);
      if (!captures) continue;
      const std::string id = pattern.has_pixels ? video_id_of(card, *pattern.entry, *captures) : "";
      if (!id.empty()) add(card, pattern, *captures, file.path, media.videos_[id]);
      break;
    }
  }
  return media;
}

const VideoMedia* SourceMedia::find(std::string_view video_id) const {
  const auto found = videos_.find(video_id);
  return found == videos_.end() ? nullptr : &found->second;
}

fs::path folder_of_source(const ExportOptions& options, const Manifest& manifest, std::string_view source) {
  if (!options.media_root.empty()) return fs::absolute(options.media_root).lexically_normal() / source;
  for (const Input& input : manifest.inputs) {
    if (input.source == source) return input.path;
  }
  return {};
}

}  // namespace surgsigma
