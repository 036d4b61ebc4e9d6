#include "surgsigma/simulate/render/look.h"

#include <algorithm>
#include <string_view>

#include "surgsigma/base/random.h"
#include "surgsigma/simulate/render/noise.h"

namespace surgsigma::drawing {
namespace {

constexpr double kOverlayChance = 0.35;
constexpr double kCircleChance = 0.4;
constexpr double kBlackGapS = 400;
constexpr double kHazeGapS = 60;
constexpr Milliseconds kHazeRampMs = 2000;
/// Nobody's names.
constexpr std::array<std::string_view, 8> kNames = {"DOE, JANE",   "MUSTER, ERIKA", "TEST, PATIENT", "NOBODY, NORA",
                                                    "SAMPLE, SAM", "FAKE, FELIX",   "EXAMPLE, EMMA", "DUMMY, DAN"};

float between(Draws& at, double low, double high) { return static_cast<float>(low + (high - low) * at.unit()); }

LightLook draw_light(Draws at) {
  LightLook light;
  light.exposure = between(at, 0.95, 1.35);
  light.cone = between(at, 0.6, 0.88);
  light.centre_x = between(at, -0.08, 0.08);
  light.centre_y = between(at, -0.06, 0.06);
  const float warmth = between(at, -0.06, 0.08);
  light.tint = {1 + warmth, 1, 1 - warmth};
  return light;
}

TextureLook draw_texture(Draws at) {
  TextureLook texture;
  texture.offset_u = between(at, 0, 512);
  texture.offset_v = between(at, 0, 512);
  texture.scale = between(at, 0.8, 1.25);
  texture.vessels = between(at, 0.5, 1.2);
  texture.gloss = between(at, 0.6, 1.4);
  const float red = between(at, 0.92, 1.08), green = between(at, 0.88, 1.1), blue = between(at, 0.88, 1.12);
  texture.tint = {red, green, blue};
  texture.seed = static_cast<std::uint32_t>(at.bits());
  return texture;
}

DriftLook draw_drift(Draws at) {
  DriftLook drift;
  drift.reach_x = between(at, 0.004, 0.02);
  drift.reach_y = between(at, 0.004, 0.015);
  drift.zoom = between(at, 0.005, 0.03);
  drift.tilt = between(at, 0.005, 0.04);
  for (float& period : drift.period_s) period = between(at, 9, 31);
  for (float& turn : drift.turn) turn = between(at, 0, 1);
  drift.breath_s = between(at, 3.2, 5.2);
  drift.breath_mm = between(at, 0.6, 2.2);
  return drift;
}

SmokeLook draw_smoke(Draws at, Milliseconds length) {
  SmokeLook smoke;
  const float bright = between(at, 0.55, 0.95);
  smoke.airlight = {bright * between(at, 0.97, 1.0), bright, bright * between(at, 0.98, 1.03)};
  smoke.falloff = between(at, 0.1, 0.4);
  smoke.plume_peak = between(at, 0.6, 2.0);
  smoke.plume_drift = between(at, 0.03, 0.15);
  smoke.plume_scale = between(at, 0.08, 0.2);
  smoke.lag_s = between(at, 0.1, 1.5);
  smoke.seed = static_cast<std::uint32_t>(at.bits());
  Milliseconds t = 0;
  while (true) {
    t += static_cast<Milliseconds>(kHazeGapS * 1000 * (0.2 + 1.6 * at.unit()));
    const auto end = t + at.between(6000, 25000);
    const float density = between(at, 0.1, 0.9);
    if (t >= length) return smoke;
    smoke.haze.push_back({t, end, density});
    t = end;
  }
}

OverlayLook draw_overlay(Draws at, const std::optional<bool>& wish) {
  OverlayLook overlay;
  overlay.is_on = at.chance(kOverlayChance);
  if (wish) overlay.is_on = *wish;
  overlay.name = std::string(kNames[at.below(kNames.size())]);
  overlay.clock_s = static_cast<int>(at.between(7 * 3600, 18 * 3600));
  overlay.corner = static_cast<int>(at.below(4));
  return overlay;
}

std::optional<Circle> draw_circle(Draws at, const RenderOptions& options) {
  const bool is_on = options.with_circle.value_or(at.chance(kCircleChance));
  if (!is_on) return std::nullopt;
  const double width = options.size.width, height = options.size.height;
  const double reach = std::max(width * 0.5, height * 0.5);
  return Circle{width * (0.5 + 0.02 * (at.unit() - 0.5)), height * (0.5 + 0.02 * (at.unit() - 0.5)),
                reach * (0.86 + 0.1 * at.unit())};
}

std::vector<Span> draw_black(Draws at, Milliseconds length) {
  std::vector<Span> spans;
  Milliseconds t = 0;
  while (true) {
    t += static_cast<Milliseconds>(kBlackGapS * 1000 * (0.1 + 1.8 * at.unit()));
    const Milliseconds end = std::min(length, t + at.between(400, 2500));
    if (t >= length) return spans;
    spans.push_back({"black", t, end});
    t = end;
  }
}

/// Some seconds of something wrong about every minute, by turns, so that a short video has each.
std::vector<FaultLook> draw_faults(Draws at, Milliseconds length) {
  constexpr std::array<Fault, 4> kKinds = {Fault::kFrozen, Fault::kBlurred, Fault::kRepeated, Fault::kOverexposed};
  constexpr Milliseconds kShortest = 3000, kLongest = 8000;
  std::vector<FaultLook> faults;
  std::size_t turn = at.below(kKinds.size());
  Milliseconds t = at.between(30'000, 45'000);
  while (true) {
    const Milliseconds end = t + at.between(kShortest, kLongest);
    const Milliseconds earlier = 1000 * at.between(25, t / 1000 - 1);
    if (end >= length) return faults;
    const Fault fault = kKinds[turn++ % kKinds.size()];
    faults.push_back({fault, t, end, fault == Fault::kRepeated ? earlier : 0});
    t = end + at.between(15'000, 60'000);
  }
}

Fault draw_hiding(Draws at) {
  const double part = at.unit();
  return part < 0.35 ? Fault::kPixelated : part < 0.6 ? Fault::kBlank : Fault::kNone;
}

}  // namespace

VideoLook draw_look(const std::string& id, Milliseconds length, const RenderOptions& options) {
  const auto draws = [&](std::string_view purpose) { return Draws(options.seed, id, purpose); };
  VideoLook look;
  look.light = draw_light(draws("light"));
  look.texture = draw_texture(draws("texture"));
  look.drift = draw_drift(draws("drift"));
  look.smoke = draw_smoke(draws("smoke"), length);
  look.overlay = draw_overlay(draws("overlay"), options.with_overlay);
  look.circle = draw_circle(draws("circle"), options);
  if (options.with_black_sections) look.black = draw_black(draws("black"), length);
  if (options.with_faults) {
    look.faults = draw_faults(draws("faults"), length);
    look.hiding = draw_hiding(draws("hiding"));
  }
  return look;
}

float haze_at(const SmokeLook& look, Milliseconds t) {
  const auto after = std::upper_bound(look.haze.begin(), look.haze.end(), t,
                                      [](Milliseconds time, const HazeEpisode& haze) { return time < haze.begin; });
  if (after == look.haze.begin()) return 0;
  const HazeEpisode& haze = *(after - 1);
  const auto rise = static_cast<float>(t - haze.begin) / kHazeRampMs;
  const auto fall = static_cast<float>(haze.end - t) / kHazeRampMs;
  return haze.density * smooth_step(0, 1, std::min(rise, fall));
}

}  // namespace surgsigma::drawing
