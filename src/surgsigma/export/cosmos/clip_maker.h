// One clip and its control videos, all of one size, length and rate.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "surgsigma/base/json.h"
#include "surgsigma/export/cosmos/clip_fit.h"
#include "surgsigma/export/cosmos/clip_plan.h"
#include "surgsigma/export/pixel_gate.h"
#include "surgsigma/export/source_media.h"
#include "surgsigma/media/video.h"

namespace surgsigma {

/// The pixels of one recording.
struct ClipPixels {
  fs::path root;  ///< of the source
  const SourceCard* card = nullptr;
  const VideoMedia* media = nullptr;  ///< pictures, masks, depth maps; may be nullptr where there is a video file
  Video* video = nullptr;             ///< nullptr: pictures
  FrameRate rate;                     ///< native
  const PixelGate* gate = nullptr;
};

struct MadeClip {
  std::vector<std::string> controls;            ///< "blur", "depth", "seg": those that there are
  Json notes = Json::object();                  ///< how each was made: members fit, blur, depth, seg
  std::string_view fault;                       ///< the rule that keeps the clip out; empty: it is there
  std::vector<std::string> faults_of_controls;  ///< rules by which a control that seemed possible is not there
};

/// Writes `stem`.mp4, `stem`.blur.mp4 and, where every frame of the clip has one that the source ships, `stem`.seg.mp4
/// and `stem`.depth.mp4. Nothing of a clip that is kept out stays. What was written is opened again: size, frames and
/// rate are those of the shape.
Result<MadeClip> make_clip(const PlannedClip& plan, const ClipShape& shape, ClipFit fit, const ClipPixels& pixels,
                           const fs::path& stem);

}  // namespace surgsigma
