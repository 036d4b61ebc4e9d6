// The first pass of an export that writes its media: which pictures and clips the chosen rows show, each once, by
// recording. Only the columns that say so are read.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_set>
#include <vector>

#include "surgsigma/base/time.h"
#include "surgsigma/export/render.h"
#include "surgsigma/export/written_media.h"
#include "surgsigma/schema/catalog.h"
#include "surgsigma/schema/tables.h"

namespace surgsigma {

struct WantedPicture {
  MediumKey key = 0;
  std::string path;         ///< below the media root
  std::int64_t frame = 0;   ///< native, as the labels count
  bool is_shipped = false;  ///< else it is to be cut from the video
  FrameRate rate{0, 1};     ///< of the clip in whose list it stands
};

struct WantedClip {
  MediumKey key = 0;
  std::string path;
  TimeRange time;           ///< by the labels' clock
  bool is_shipped = false;  ///< the file itself, whole
};

/// What the rows show of one recording.
struct WantedMedia {
  std::string source;
  std::string video;
  std::vector<WantedPicture> pictures;
  std::vector<WantedClip> clips;
};

class MediaCollector {
 public:
  MediaCollector(const RenderPlan& plan, const Catalog& catalog, const std::vector<VideoRow>& videos);

  /// Adds what the rows of one partition show and no partition before showed.
  Status collect(const Partition& partition);
  /// What was collected since the last call, in the order of the recordings' ids; within one in the order of the rows.
  std::vector<WantedMedia> take();
  std::size_t count() const { return count_; }

 private:
  void want(const ShownMedium& medium, const MediaQuestion& question);

  const RenderPlan& plan_;
  const Catalog& catalog_;
  std::map<std::string, const VideoRow*, std::less<>> videos_;
  std::unordered_set<MediumKey> known_;
  std::map<std::string, WantedMedia, std::less<>> wanted_;
  std::size_t count_ = 0;
};

}  // namespace surgsigma
