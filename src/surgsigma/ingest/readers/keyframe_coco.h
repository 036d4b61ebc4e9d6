// The COCO dialect that PSI-AVA and GraSP share: instruments with actions, and the phase and step of each keyframe.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "surgsigma/base/time.h"
#include "surgsigma/ingest/reader.h"

namespace surgsigma {

/// When the picture with this number (as written) of this video was taken; nothing when nobody knows.
using PictureClock = std::function<std::optional<Microseconds>(const std::string& video, std::string_view number)>;

/// Reads one file; see psi_ava_coco.cpp and grasp_coco.cpp. A row is an annotation, or an image without any.
Status read_keyframe_coco(const FileJob& job, const PictureClock& clock);

}  // namespace surgsigma
