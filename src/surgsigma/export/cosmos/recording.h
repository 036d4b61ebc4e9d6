// A recording that gives clips: what is known of it, and where its clips lie.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/export/cosmos/clip_plan.h"
#include "surgsigma/export/cosmos/cosmos_export.h"
#include "surgsigma/export/source_media.h"
#include "surgsigma/schema/tables.h"

namespace surgsigma {

/// One recording with pixels that is in a part.
struct Recording {
  const VideoRow* video = nullptr;
  MediumRow medium;
  std::size_t source = 0;  ///< in the selection
  std::size_t part = 0;
  std::vector<PlannedClip> clips;
  std::string_view fault;  ///< the rule that keeps all of it out
  bool is_file() const { return medium.codec != "pictures"; }
  FrameRate rate() const {
    const bool is_measured = is_file() && medium.frame_rate_num > 0;
    return is_measured ? FrameRate{medium.frame_rate_num, medium.frame_rate_den}
                       : FrameRate{video->frame_rate_num, video->frame_rate_den};
  }
};

/// Fills clips, or the fault that keeps all of it out. `root`: the source's folder, empty where nobody knows; `media`:
/// what the card's layout finds there, or nullptr. kUsage for a shape of clips that means nothing.
Status plan_recording(Recording& recording, const CosmosSettings& settings, std::uint64_t seed, const fs::path& root,
                      const VideoMedia* media, const std::vector<MarkRow>& marks,
                      const std::vector<Annotation>& annotations);

/// Letters, digits, '-' and '_' of a video's name and its first frame; two names never become one.
std::string clip_name(const VideoId& video, std::int64_t frame);

}  // namespace surgsigma
