#include "surgsigma/simulate/render/camera.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "surgsigma/simulate/render/noise.h"

namespace surgsigma::drawing {
namespace {

constexpr double kStep = 0.22;      // of the picture's height, per movement
constexpr double kLogZoomStep = 0.25;
constexpr double kSettleMs = 40000;  // in which a zoom fades, so that many of one kind do not add up for ever

/// How the scene moves in the picture when the camera moves as the word says: up lets it sink.
struct Movement {
  std::string_view word;
  double x;
  double y;
  double log_zoom;
};
constexpr std::array<Movement, 6> kMovements = {{{"Up", 0, kStep, 0},
                                                 {"Down", 0, -kStep, 0},
                                                 {"Left", kStep, 0, 0},
                                                 {"Right", -kStep, 0, 0},
                                                 {"Zoom-in", 0, 0, kLogZoomStep},
                                                 {"Zoom-out", 0, 0, -kLogZoomStep}}};

Movement movement_of(std::string_view word) {
  for (const Movement& movement : kMovements) {
    if (movement.word == word) return movement;
  }
  return {word, 0, 0, 0};
}

double sway(double t_s, float period_s, float turn) {
  return std::sin(2 * std::numbers::pi * (t_s / static_cast<double>(period_s) + static_cast<double>(turn)));
}

}  // namespace

Place scene_from_picture(const View& view, Place from_middle) {
  const double x = (from_middle.x - view.shift_x) / view.zoom, y = (from_middle.y - view.shift_y) / view.zoom;
  const double c = std::cos(view.tilt), s = std::sin(view.tilt);
  return {c * x + s * y, c * y - s * x};
}

Place picture_from_scene(const View& view, Place scene) {
  const double c = std::cos(view.tilt), s = std::sin(view.tilt);
  return {view.shift_x + view.zoom * (c * scene.x - s * scene.y), view.shift_y + view.zoom * (c * scene.y + s * scene.x)};
}

CameraTrack::CameraTrack(const Script& script, const Operation& operation, const DriftLook& drift, ImageSize size)
    : motions_(operation.motions), drift_(drift), size_(size) {
  if (!script.motions.empty()) still_ = script.motions.front();
  Stop stop;
  for (const Span& motion : motions_) {
    stop.log_zoom = settled(stop.log_zoom, motion.begin - stop.time);
    stop.time = motion.begin;
    stops_.push_back(stop);
    const Movement movement = movement_of(motion.word);
    stop.x += movement.x;
    stop.y += movement.y;
    stop.log_zoom += movement.log_zoom;
    stop.time = motion.end;
  }
}

double CameraTrack::settled(double log_zoom, Milliseconds ms) const {
  return log_zoom * std::exp(-static_cast<double>(std::max<Milliseconds>(0, ms)) / kSettleMs);
}

View CameraTrack::at(Milliseconds t) const {
  const double t_s = static_cast<double>(t) / 1000;
  View view;
  view.motion = still_;
  double x = 0, y = 0, log_zoom = 0;
  const auto after = std::upper_bound(motions_.begin(), motions_.end(), t,
                                      [](Milliseconds time, const Span& motion) { return time < motion.begin; });
  if (after != motions_.begin()) {
    const auto index = static_cast<std::size_t>(after - motions_.begin()) - 1;
    const Span& motion = motions_[index];
    const Stop& stop = stops_[index];
    const Movement movement = movement_of(motion.word);
    const double done = static_cast<double>(
        smooth_step(0, 1, static_cast<float>(t - motion.begin) / static_cast<float>(motion.end - motion.begin)));
    x = stop.x + movement.x * done;
    y = stop.y + movement.y * done;
    log_zoom = settled(stop.log_zoom + movement.log_zoom * done, t - motion.end);
    if (motion.contains(t)) view.motion = motion.word;
  }
  const double width = size_.width, height = size_.height;
  view.shift_x = x * height + width * static_cast<double>(drift_.reach_x) * sway(t_s, drift_.period_s[0], drift_.turn[0]);
  view.shift_y = y * height + width * static_cast<double>(drift_.reach_y) * sway(t_s, drift_.period_s[1], drift_.turn[1]);
  view.zoom = std::exp(log_zoom + static_cast<double>(drift_.zoom) * sway(t_s, drift_.period_s[2], drift_.turn[2]));
  view.tilt = static_cast<double>(drift_.tilt) * sway(t_s, drift_.period_s[3], drift_.turn[3]);
  return view;
}

}  // namespace surgsigma::drawing
