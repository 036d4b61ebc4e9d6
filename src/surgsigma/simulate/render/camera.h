// Where the camera looks: the movements that the script names, and a slow sway that the labels know nothing of.
#pragma once

#include <string_view>
#include <vector>

#include "surgsigma/simulate/operation.h"
#include "surgsigma/simulate/render/look.h"

namespace surgsigma::drawing {

/// A point of the scene at (u, v) from the middle stands in the picture at shift + zoom * turned by `tilt`.
struct View {
  double shift_x = 0;  ///< pixels
  double shift_y = 0;
  double zoom = 1;
  double tilt = 0;  ///< radians
  std::string_view motion;
};

/// Scene coordinates and back.
struct Place {
  double x = 0;
  double y = 0;
};
Place scene_from_picture(const View& view, Place from_middle);
Place picture_from_scene(const View& view, Place scene);

class CameraTrack {
 public:
  CameraTrack(const Script& script, const Operation& operation, const DriftLook& drift, ImageSize size);
  View at(Milliseconds t) const;

 private:
  /// What has come together when a movement begins.
  struct Stop {
    Milliseconds time = 0;
    double x = 0;  ///< pictures
    double y = 0;
    double log_zoom = 0;
  };
  double settled(double log_zoom, Milliseconds ms) const;

  std::vector<Span> motions_;
  std::vector<Stop> stops_;  ///< one per movement
  std::string_view still_;   ///< the script's word for no movement
  DriftLook drift_;
  ImageSize size_;
};

}  // namespace surgsigma::drawing
