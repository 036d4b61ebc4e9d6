// Surgical smoke on clean pictures: the scattering model I = J t + A (1 - t) in linear light, with a veil that thickens
// with distance and a plume that rises from an instrument's tip. The clean picture is the target of the pair.
//
// The formula, written out (bench/peers/smoke.py computes the same): lengths are shares of the picture's width W, x and
// y pixels, d the relative distance (0 near, 1 far), tau the time in seconds, k = (1, 1.02, 1.06) for red, green, blue.
//   veil     a = ambient * d
//   plume    p = plume * min(d, z) / z * up(envelope * density)
//            density: gradient noise of smoke_noise.h, five octaves, its domain warped by two more fields and carried
//            along the plume's axis by drift * tau; envelope: a cone from the source that widens and thins. Both are
//            taken on a grid of one point every grid_px pixels and interpolated linearly between (up): smoke has no
//            finer detail.
//   t_c      = exp(-k_c (a + p));  t = t_red is the transmission that is kept
//   J'       = J blurred in proportion to 1 - t (forward scatter): between J, J * B and J * B * B2 in linear steps
//   A_c      = air_light * tint_c * (1 - cone * r^2), r from the picture's centre, 1 in its corners
//   I_c      = J' t_c + A_c (1 - t_c) + n, n of variance (1 - t_c^2) (read^2 + shot^2 I_c): the sensor's noise that
//            blending took from the clean picture comes back
// Everything is a function of the parameters, the time and the pixels; no thread, machine or order plays a part.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "surgsigma/base/json.h"
#include "surgsigma/base/result.h"
#include "surgsigma/media/image.h"
#include "surgsigma/media/quality.h"

namespace surgsigma {

enum class SmokeType { kAmbient, kPlume, kMixed };
inline constexpr std::array<std::string_view, 3> kSmokeTypeWords = {"ambient", "plume", "mixed"};
constexpr std::string_view word(SmokeType type) { return kSmokeTypeWords[static_cast<std::size_t>(type)]; }

/// By the mean of 1 - t over the field.
enum class SmokeSeverity { kLight, kModerate, kHeavy };
inline constexpr std::array<std::string_view, 3> kSmokeSeverityWords = {"light", "moderate", "heavy"};
constexpr std::string_view word(SmokeSeverity severity) {
  return kSmokeSeverityWords[static_cast<std::size_t>(severity)];
}
/// Light below 0.2, heavy above 0.45.
SmokeSeverity smoke_severity(double mean_veil);

/// Where a plume rises, in pixels.
struct PlumeSource {
  double x = 0;
  double y = 0;
  bool operator==(const PlumeSource&) const = default;
};
/// Instruments come in from the edge: the tip is the corner of the box opposite to the one farthest from the centre.
PlumeSource tip_of_box(const Box& box, ImageSize size);
/// The pixel of the instrument's mask (not 0) farthest from its pixel that is farthest from the centre; none if it is
/// empty.
std::optional<PlumeSource> tip_of_mask(const Image& mask);

/// All that makes one smoke. Two calls with equal parameters give equal pictures; frames of one clip share them and
/// differ in time (and, where the tip moves, in source).
struct SmokeParameters {
  SmokeType type = SmokeType::kMixed;
  double ambient = 0.5;           ///< Optical thickness of the veil where d = 1.
  double plume = 1;               ///< Optical thickness of the plume where it is densest.
  double source_x = 0.5;          ///< Share of the width.
  double source_y = 0.5;          ///< Share of the height.
  bool is_source_instrument = false;  ///< Else a point of the border.
  double source_distance = 0.5;   ///< z: how far into the scene the plume reaches, 0-1.
  double lean = 0;                ///< Sideways per upwards: the plume's axis.
  double mouth = 0.04;            ///< Half width at the source, in widths.
  double spread = 0.6;            ///< How much the half width grows per length.
  double thinning = 1;            ///< Density falls with 1 / (1 + thinning * length).
  double drift = 0.08;            ///< Widths per second along the axis.
  double churn = 0.5;             ///< Own change of the noise, features per second.
  double scale = 0.14;            ///< Largest feature of the noise, in widths.
  double warp = 0.45;             ///< How far the domain is bent, in largest features.
  double air_light = 0.75;        ///< Linear light, 0-1.
  std::array<double, 3> tint = {1, 1, 1};
  double cone = 0.2;              ///< Loss of air light from the centre to the corners.
  double scatter = 0.6;           ///< 0: no blur; 1: the widest blur where nothing is transmitted.
  double noise_shot = 0.006;
  double noise_read = 0.0006;
  std::int64_t grid_px = 4;
  std::int64_t scatter_px = 1;    ///< Step between the taps of the first blur.
  std::uint32_t pattern = 0;      ///< Seed of noise and grain.
  bool operator==(const SmokeParameters&) const = default;
};

/// Draws within the ranges of docs (ambient 0.1-1.2, plume 0.3-2, A 0.55-0.95, ...). A quarter of all records are veil
/// only, a quarter plume only. With `tip` (pixels; clamped into the picture) the plume rises there, else from a point
/// of the border.
SmokeParameters draw_smoke(std::uint64_t seed, std::string_view record_id, ImageSize size,
                           const std::optional<PlumeSource>& tip = std::nullopt);
Json to_json(const SmokeParameters& parameters);
/// Fails with kData naming `where` and the member that is missing, of another type, unknown or out of range.
Result<SmokeParameters> read_smoke_parameters(const Json& document, std::string_view where);

/// What lies behind and around the smoke.
struct SmokeScene {
  const FloatImage* distance = nullptr;  ///< 0 near, 1 far; not-a-number where unknown. None: the prior below.
  const Image* field = nullptr;          ///< 0 outside the endoscope's picture. None: the whole picture.
  double time_s = 0;                     ///< tau, from the start of the clip.
  bool keep_linear = false;              ///< Also give the picture before it is encoded.
};
/// Where no depth is known: the middle and the top of the picture are farther away.
float distance_prior(int x, int y, ImageSize size);

struct SmokePicture {
  Image picture;               ///< RGB; outside the field equal to the clean picture.
  Image transmission;          ///< round(255 t); 255 outside the field.
  FloatImage transmission_float;
  FloatImage linear;           ///< I in linear light, not clipped; empty unless asked for.
  double mean_veil = 0;        ///< Mean of 1 - t inside the field.
  SmokeSeverity severity = SmokeSeverity::kLight;
  SmokeType type = SmokeType::kMixed;
  bool is_distance_prior = false;  ///< The distance, or a part of it, is the prior: say so in the record.
};

/// Fails with kUsage on a picture that is empty or not RGB, on a map or mask of another size, on parameters or a time
/// out of range.
Result<SmokePicture> add_smoke(const Image& clean, const SmokeParameters& parameters, const SmokeScene& scene = {});

/// A_c at a pixel, as the model has it; with t_c = t^k_c it undoes the blending.
std::array<float, 3> air_light_at(const SmokeParameters& parameters, ImageSize size, int x, int y);
inline constexpr std::array<float, 3> kSmokeExtinction = {1.0F, 1.02F, 1.06F};

/// Which frames may become a clean target.
struct CleanLimits {
  double smoke = 0.35;       ///< Highest smoke score.
  double sharpness = 20;     ///< Lowest.
  double black_share = 0.6;  ///< Highest.
  double bright_share = 0.25;
};
/// Empty if the frame will do, else the reason. Out-of-body spans and overlays are known to the caller alone.
std::string why_not_clean(const FrameQuality& quality, const CleanLimits& limits = {});

}  // namespace surgsigma
