// Looks at the pixels of a recording: opens its video or its pictures, counts the frames, holds them against what the
// labels and the card say, and measures sampled frames. No network, no thresholds (those are in cleaning.h).
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "surgsigma/base/files.h"
#include "surgsigma/base/time.h"
#include "surgsigma/refine/outside.h"
#include "surgsigma/schema/tables.h"

namespace surgsigma {

struct MeasureOptions {
  Microseconds step = kSecond;  ///< least time between two sampled frames
  fs::path root;                ///< folder of the source
  const OutsideModel* outside = nullptr;  ///< none: the chance of being outside the body is not told
  bool is_thorough = false;  ///< private recordings: samples by time, not only where decoding can begin
  fs::path index_folder;        ///< where indices of videos are kept; empty: made anew each time
};

struct VideoMeasures {
  std::optional<MediumRow> medium;
  std::vector<FrameRow> frames;  ///< by time
  std::vector<TextRow> texts;    ///< by begin
  std::vector<IssueRow> issues;  ///< stage "measure"
};

/// `video_file` and `pictures` (native frame, path) are relative to the root; one of them is given, the video counts where
/// both are. A file that cannot be opened, a frame that cannot be decoded, labels beyond the last frame (both numbers are
/// named), another rate or size than the card's: issues, and the rest goes on. In a video, frames at which decoding can
/// begin are sampled, and others only where those are more than two steps apart: what lasts two steps is seen, whatever
/// the distance of the key frames. A thorough look takes a frame every step.
VideoMeasures measure_video(const VideoRow& video, const std::string& video_file,
                            const std::vector<std::pair<std::int64_t, std::string>>& pictures,
                            const MeasureOptions& options);

/// Where the index of a video file is kept below `index_folder`.
fs::path video_index_file(const fs::path& index_folder, const std::string& video_id, const std::string& video_file);

}  // namespace surgsigma
