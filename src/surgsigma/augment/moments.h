// The moments of a video that become frame contexts.
#pragma once

#include <vector>

#include "surgsigma/augment/use.h"
#include "surgsigma/schema/tables.h"

namespace surgsigma {

struct MomentRules {
  Microseconds frame_step = kSecond;  ///< least distance of two moments
  std::int64_t picture_step = 1;      ///< native frames between two released pictures
};

/// Rising, at least `frame_step` apart (give or take half a native frame). In order of preference: where boxes, masks
/// or criteria were labelled; where any picture was labelled; and a regular grid of at least one second inside the
/// labelled spans that have none of these near.
std::vector<Microseconds> sampled_moments(const VideoRow& video, const std::vector<Annotation>& annotations,
                                          const MomentRules& rules);

/// Native frame rate; 25 per second where the row makes no sense.
FrameRate frame_rate_of(const VideoRow& video);

}  // namespace surgsigma
