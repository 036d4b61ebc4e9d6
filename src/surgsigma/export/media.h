// Which picture or clip a row shows, what it is called in an export and where it lies. A frame of a source that
// released only videos, and a clip of a longer video, are files still to be cut: `media.tsv` says from what. A clip is
// never the whole video: it would show a prediction task its future.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "surgsigma/base/files.h"
#include "surgsigma/base/time.h"
#include "surgsigma/schema/catalog.h"
#include "surgsigma/schema/tables.h"
#include "surgsigma/store/manifest.h"

namespace surgsigma {

/// One file that a row shows.
struct ShownMedium {
  std::string path;       ///< below the media root: "<source>/frames/video01/00000834.jpg"
  std::string made_from;  ///< what it is cut from, below the media root; empty when the source ships it
  bool operator==(const ShownMedium&) const = default;
};

struct ShownMedia {
  std::vector<ShownMedium> items;
  bool is_video = false;
};

/// What the row of a conversation says of its media.
struct MediaQuestion {
  std::string_view source;
  std::string_view video;  ///< "<source>/<name>"
  bool is_clip = false;
  std::int64_t begin_us = 0;
  std::int64_t end_us = 0;
  /// Paths below the media root, so beginning with the source; or below the source's folder, where a recording stands
  /// for a stretch of it.
  const std::vector<std::string_view>* listed = nullptr;
};

class MediaNames {
 public:
  MediaNames(const std::vector<VideoRow>& videos, const Catalog& catalog);
  /// False when there is nothing to show, or a path leaves the source's folder.
  bool name(const MediaQuestion& question, ShownMedia& media) const;

 private:
  struct KnownVideo {
    std::string media;
    std::int64_t duration_us = -1;
    FrameRate rate;
  };
  const KnownVideo* find(std::string_view video) const;
  /// The source ships the clip as a file, or the clip is all of the video.
  bool is_whole(const MediaQuestion& question, std::string_view medium) const;
  /// What a file of that name is cut from; empty when the source ships it.
  std::string origin_of(const MediaQuestion& question, std::string_view path) const;
  /// A frame or clip of a recording, by its moment.
  ShownMedium cut(const MediaQuestion& question, std::string_view recording) const;
  const std::string& frame_pattern(std::string_view source) const;

  std::unordered_map<std::string, KnownVideo> videos_;
  std::unordered_map<std::string, std::string> frame_patterns_;  // source -> pattern of its pictures
};

/// Ending of a moving picture: mp4, avi, mkv, mov, ...
bool is_video_path(std::string_view path);
/// The first bytes are those of a JPEG, PNG, WebP, BMP, GIF or TIFF file.
bool is_picture(const fs::path& path);

/// Which files are there: one listing per folder in place of a question per file. Keeps the last folder.
class FilesThere {
 public:
  /// Whether a file, or a link to one, stands at this place.
  bool has(std::string_view place);

 private:
  void list(const std::string& folder);

  std::string folder_;
  bool has_listed_ = false;
  std::unordered_set<std::string> names_;
};

/// Where the media lie on this machine.
class MediaPlaces {
 public:
  /// `root` holds <source>/<path>; without it, each source's own folder as given to `ingest`.
  MediaPlaces(fs::path root, const Manifest& manifest);
  /// The file, whether it is there or not; an empty path when nobody could know.
  std::string place(const ShownMedium& medium) const { return place_of(medium.path); }
  /// The same for a path below the media root, of a file or folder.
  std::string place_of(std::string_view path) const;
  /// Whether any file of the source can be there at all.
  bool has_folder(std::string_view source) const;

 private:
  fs::path root_;
  std::unordered_map<std::string, fs::path> inputs_;
};

}  // namespace surgsigma
