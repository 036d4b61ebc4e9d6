// Every number of SmokeParameters once: its name in JSON, its member and the range in which the model makes sense.
#pragma once

#include <string>

#include "surgsigma/synth/smoke.h"

namespace surgsigma {

/// f(name, member, lowest, highest), in the order of the struct. `Parameters` may be const.
template <class Parameters, class F>
void smoke_numbers(Parameters& p, F&& f) {
  f("ambient", p.ambient, 0, 20);
  f("plume", p.plume, 0, 20);
  f("source_x", p.source_x, 0, 1);
  f("source_y", p.source_y, 0, 1);
  f("source_distance", p.source_distance, 0.01, 1);
  f("lean", p.lean, -10, 10);
  f("mouth", p.mouth, 0.001, 1);
  f("spread", p.spread, 0, 10);
  f("thinning", p.thinning, 0, 100);
  f("drift", p.drift, 0, 10);
  f("churn", p.churn, 0, 100);
  f("scale", p.scale, 0.01, 10);
  f("warp", p.warp, 0, 10);
  f("air_light", p.air_light, 0, 1);
  f("tint_red", p.tint[0], 0, 1);
  f("tint_green", p.tint[1], 0, 1);
  f("tint_blue", p.tint[2], 0, 1);
  f("cone", p.cone, 0, 1);
  f("scatter", p.scatter, 0, 1);
  f("noise_shot", p.noise_shot, 0, 1);
  f("noise_read", p.noise_read, 0, 1);
  f("grid_px", p.grid_px, 1, 64);
  f("scatter_px", p.scatter_px, 1, 16);
  f("pattern", p.pattern, 0, 4294967295.0);
}

/// Empty, or the first number that is out of its range (or none at all).
std::string smoke_range_fault(const SmokeParameters& parameters);

}  // namespace surgsigma
