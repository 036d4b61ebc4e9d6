// The grey depth picture of one frame, from a map that the source ships or from the two views of a stereo endoscope,
// and everything that has to be known of it (docs/depth.md). Shipped maps go before stereo. A map that speaks against
// itself gives an error and no target.
//
//   measured maps   size, enough known pixels
//   pseudo maps     besides: share of known pixels, highlights, instruments nearer than what they hide
//   stereo          besides: left and right agree to a pixel (media/stereo.h)
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "surgsigma/media/stereo.h"
#include "surgsigma/schema/pixel_layout.h"
#include "surgsigma/synth/depth_view.h"
#include "surgsigma/synth/pairs.h"

namespace surgsigma {

/// Where the depth of a frame may come from.
struct DepthSource {
  std::int64_t frame = 0;
  const PairMap* map = nullptr;    ///< shipped
  const PairMap* right = nullptr;  ///< the right view; null beside a null map: it is stacked with the left one
};

struct DepthPlan {
  std::vector<DepthSource> shipped;  ///< by frame; of two maps of a frame the one that is no guess
  std::vector<DepthSource> stereo;   ///< frames without a shipped map
  std::vector<const PairMap*> without_picture;
  std::size_t without_calibration = 0;  ///< frames that have two views and no calibration
};
/// `has_picture`: the frame can be read. Stacked views are looked at where a frame was measured (PairInput::frames).
template <class HasPicture>
DepthPlan plan_depth(const PairInput& input, const HasPicture& has_picture);
bool is_pseudo_map(const PairMap& map);

struct DepthTarget {
  DepthView view;
  bool is_of_model = false;  ///< a network made the map
  Json told;                 ///< provenance, is_pseudo, projection, unit, is_metric, known_share, q2, q98, ...
};
/// `picture`: the left view that the map belongs to. `instruments`: white where one is; null where nobody says.
Result<DepthTarget> target_of_map(const PairMap& map, const fs::path& root, const Image& picture,
                                  const Image* instruments, bool is_simulated);

struct StereoTarget {
  DepthTarget target;
  Image picture;       ///< the rectified left view, to which the target belongs
  DepthPicture depth;  ///< 1/64 mm, 0 unknown
};
inline constexpr double kStereoDepthScale = 1.0 / 64;
/// Fails with kData saying what is wrong: too few known pixels, and whether exchanged views are the reason.
Result<StereoTarget> target_of_stereo(const Image& left, const Image& right, const StereoCalibration& calibration,
                                      const CalibrationLayout& layout, std::string_view where, bool is_simulated);

// ---

template <class HasPicture>
DepthPlan plan_depth(const PairInput& input, const HasPicture& has_picture) {
  DepthPlan plan;
  std::vector<std::int64_t> taken;
  for (const PairMap& map : input.depths) {
    if (!has_picture(map.frame)) {
      plan.without_picture.push_back(&map);
      continue;
    }
    const bool is_second = !plan.shipped.empty() && plan.shipped.back().frame == map.frame;
    if (!is_second) {
      plan.shipped.push_back({map.frame, &map, nullptr});
      taken.push_back(map.frame);
    } else if (is_pseudo_map(*plan.shipped.back().map) && !is_pseudo_map(map)) {
      plan.shipped.back().map = &map;
    }
  }
  const auto add_stereo = [&](std::int64_t frame, const PairMap* right) {
    const bool is_free = !std::binary_search(taken.begin(), taken.end(), frame);
    const bool is_new = plan.stereo.empty() || plan.stereo.back().frame != frame;
    if (is_free && is_new && has_picture(frame)) plan.stereo.push_back({frame, nullptr, right});
  };
  for (const PairMap& right : input.rights) add_stereo(right.frame, &right);
  if (input.rights.empty() && input.layout.views.is_stacked()) {
    for (const FrameRow& frame : input.frames) add_stereo(frame.frame, nullptr);
  }
  if (input.calibration.empty()) {
    plan.without_calibration = plan.stereo.size();
    plan.stereo.clear();
  }
  return plan;
}

}  // namespace surgsigma
