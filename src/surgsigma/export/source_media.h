// Where the pixels of a source lie: videos, pictures, masks and depth maps by recording and native frame, as the card's
// layout names them. Only names are read.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "surgsigma/base/files.h"
#include "surgsigma/base/result.h"
#include "surgsigma/export/export.h"
#include "surgsigma/schema/catalog.h"
#include "surgsigma/store/manifest.h"

namespace surgsigma {

/// A picture that says something of another: class ids or depth.
struct MapOfFrame {
  std::string path;                    ///< below the source's folder
  const LayoutEntry* entry = nullptr;  ///< of the card: its `with` says how to read it
};

struct VideoMedia {
  std::string video;                             ///< file below the source's folder; empty where there is none
  std::map<std::int64_t, std::string> pictures;  ///< native frame -> file
  std::map<std::int64_t, MapOfFrame> masks;
  std::map<std::int64_t, MapOfFrame> depths;
};

class SourceMedia {
 public:
  /// Lists the folder once. The card must outlive this.
  static Result<SourceMedia> open(const SourceCard& card, const fs::path& root);
  /// nullptr for a recording without any pixels.
  const VideoMedia* find(std::string_view video_id) const;
  const fs::path& root() const { return root_; }

 private:
  fs::path root_;
  std::map<std::string, VideoMedia, std::less<>> videos_;
};

/// The folder of a source: below `media_root` where that is given, else as given to `ingest`; empty when nobody knows.
fs::path folder_of_source(const ExportOptions& options, const Manifest& manifest, std::string_view source);

}  // namespace surgsigma
