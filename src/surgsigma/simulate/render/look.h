// How a video looks apart from what happens in it: everything here is drawn from the seed and the video's id, each part
// with its own purpose, and never from the operation's labels. The length of the video is all it knows of them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "surgsigma/simulate/operation.h"
#include "surgsigma/simulate/render/render.h"

namespace surgsigma::drawing {

struct LightLook {
  float exposure = 1;
  float cone = 0.6F;  ///< loss towards the corners
  float centre_x = 0;  ///< of the beam, in parts of the width from the middle
  float centre_y = 0;
  std::array<float, 3> tint{1, 1, 1};
};

struct TextureLook {
  float offset_u = 0;
  float offset_v = 0;
  float scale = 1;
  float vessels = 1;
  float gloss = 1;
  std::array<float, 3> tint{1, 1, 1};  ///< of all tissue
  std::uint32_t seed = 1;              ///< of folds and of the borders between organs
};

/// A swaying of the camera, in parts of the picture's width; breathing moves the tissue.
struct DriftLook {
  float reach_x = 0.01F;
  float reach_y = 0.01F;
  float zoom = 0.02F;
  float tilt = 0.02F;  ///< radians
  std::array<float, 4> period_s{13, 17, 23, 29};
  std::array<float, 4> turn{};
  float breath_s = 4;
  float breath_mm = 1.5F;
};

/// Haze that comes and goes by itself.
struct HazeEpisode {
  Milliseconds begin = 0;
  Milliseconds end = 0;
  float density = 0;  ///< optical depth over the mean distance
};

struct SmokeLook {
  std::vector<HazeEpisode> haze;  ///< in order, apart
  std::array<float, 3> airlight{0.8F, 0.8F, 0.8F};
  float falloff = 0.2F;
  float plume_peak = 1;    ///< optical depth at the tip
  float plume_drift = 0.1F;  ///< widths per second, upwards
  float plume_scale = 0.12F;  ///< size of a puff in widths
  float lag_s = 0.5F;      ///< between coagulation and smoke
  std::uint32_t seed = 1;
};

struct OverlayLook {
  bool is_on = false;
  std::string name;  ///< made up
  int clock_s = 0;   ///< time of day at the start
  int corner = 0;    ///< 0 top left, 1 top right, 2 bottom left, 3 bottom right
};

/// [begin, end) shows what was there `earlier` before; 0 for faults that are no repetition.
struct FaultLook {
  Fault fault = Fault::kNone;
  Milliseconds begin = 0;
  Milliseconds end = 0;
  Milliseconds earlier = 0;
};

struct VideoLook {
  LightLook light;
  TextureLook texture;
  DriftLook drift;
  SmokeLook smoke;
  OverlayLook overlay;
  std::optional<Circle> circle;
  std::vector<Span> black;  ///< in order, apart
  std::vector<FaultLook> faults;  ///< in order, apart
  Fault hiding = Fault::kNone;    ///< how the publisher hides what is out of the body
};

VideoLook draw_look(const std::string& id, Milliseconds length, const RenderOptions& options);

/// Optical depth of the haze at time t: rises and falls over two seconds at the ends of an episode.
float haze_at(const SmokeLook& look, Milliseconds t);

}  // namespace surgsigma::drawing
