#include "surgsigma/synth/smoke.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "surgsigma/synth/smoke_density.h"
#include "surgsigma/synth/smoke_noise.h"
#include "surgsigma/synth/smoke_ranges.h"
#include "surgsigma/synth/smoke_rows.h"

namespace surgsigma {
namespace {

Error refused(std::string what) { return {ErrorKind::kUsage, std::move(what), "add_smoke", ""}; }

std::string size_text(ImageSize size) { return std::to_string(size.width) + "x" + std::to_string(size.height); }

template <class T>
Status check_companion(const Raster<T>* raster, ImageSize size, const std::string& name) {
  if (raster == nullptr) return done();
  if (raster->size() != size || raster->channels != 1) {
    return refused("the " + name + " is " + size_text(raster->size()) + " with " + std::to_string(raster->channels) +
                   " channels, the picture " + size_text(size));
  }
  return done();
}

Status check_call(const Image& clean, const SmokeParameters& parameters, const SmokeScene& scene) {
  if (clean.is_empty() || clean.channels != 3) return refused("the clean picture is not an RGB picture");
  if (clean.width > kWidestSmoke) return refused("the picture is wider than " + std::to_string(kWidestSmoke));
  SURGSIGMA_CHECK(check_companion(scene.distance, clean.size(), "distance"));
  SURGSIGMA_CHECK(check_companion(scene.field, clean.size(), "field mask"));
  if (!(std::abs(scene.time_s) <= 1e6)) return refused("the time is not within a million seconds");
  if (const std::string fault = smoke_range_fault(parameters); !fault.empty()) return refused(fault);
  return done();
}

/// Other grain at every moment.
std::uint32_t grain_key_of(const SmokeParameters& parameters, double time_s) {
  const auto moment = static_cast<std::uint32_t>(std::llround(time_s * 1e6));
  return mixed_bits(parameters.pattern ^ mixed_bits(moment));
}

/// Constants and working rows of one call.
struct Work {
  const Image& clean;
  const SmokeParameters& parameters;
  const SmokeScene& scene;
  FloatImage grid;
  ScatterRows scatter;
  std::vector<float> thickness, fade, to_near, to_wide, air, light;
  std::vector<std::int32_t> entries;
  std::uint32_t grain_key;

  Work(const Image& picture, const SmokeParameters& given, const SmokeScene& around)
      : clean(picture),
        parameters(given),
        scene(around),
        grid(plume_grid(given, picture.size(), around.time_s)),
        scatter(picture, given.scatter > 0 ? static_cast<int>(given.scatter_px) : 0),
        thickness(static_cast<std::size_t>(grid.width) * static_cast<std::size_t>(given.grid_px)),
        fade(static_cast<std::size_t>(picture.width)),
        to_near(fade.size()),
        to_wide(fade.size()),
        air(fade.size()),
        light(3 * fade.size()),
        entries(light.size()),
        grain_key(grain_key_of(given, around.time_s)) {}
};

/// a + p of row y, and whether the prior stood in for an unknown distance.
bool set_thickness(Work& work, int y) {
  const SmokeParameters& p = work.parameters;
  upsampled_row(work.grid, y, static_cast<int>(p.grid_px), work.thickness.data());
  const int width = work.clean.width;
  float* const rho = work.thickness.data();
  const auto ambient = static_cast<float>(p.ambient);
  const auto reach = static_cast<float>(p.source_distance);
  const float per_reach = 1.0F / reach;
  const float* const known = work.scene.distance != nullptr ? work.scene.distance->row(y) : nullptr;
  bool has_prior = known == nullptr;
  float* const distance = work.fade.data();  // free until the transmission is known
  set_distance_prior(y, work.clean.size(), distance);
  for (int x = 0; known != nullptr && x < width; ++x) {
    const bool is_known = std::isfinite(known[x]);
    if (is_known) distance[x] = std::clamp(known[x], 0.0F, 1.0F);
    has_prior = has_prior || !is_known;
  }
  for (int x = 0; x < width; ++x) {
    const float d = distance[x];
    const float seen = d < reach ? d : reach;
    rho[x] = ambient * d + rho[x] * (seen * per_reach);
  }
  if (work.scene.field == nullptr) return has_prior;
  const std::uint8_t* const inside = work.scene.field->row(y);
  for (int x = 0; x < width; ++x) rho[x] = inside[x] != 0 ? rho[x] : 0.0F;
  return has_prior;
}

void blend(Work& work, int y) {
  const auto width = work.fade.size();
  for (std::size_t c = 0; c < 3; ++c) {
    ChannelRow row;
    row.thickness = work.thickness.data();
    row.to_near = work.to_near.data();
    row.to_wide = work.to_wide.data();
    row.air = work.air.data();
    row.planes = work.scatter.planes(y, static_cast<int>(c));
    row.extinction = kSmokeExtinction[c];
    row.tint = static_cast<float>(work.parameters.tint[c]);
    row.read_variance = static_cast<float>(work.parameters.noise_read * work.parameters.noise_read);
    row.shot_variance = static_cast<float>(work.parameters.noise_shot * work.parameters.noise_shot);
    row.grain_key = work.grain_key;
    row.first_sample = static_cast<std::uint32_t>(y) * static_cast<std::uint32_t>(3 * width) +
                       static_cast<std::uint32_t>(c);
    blend_channel(row, width, work.light.data() + c * width);
  }
}

void keep_picture(Work& work, int y, SmokePicture& made) {
  const int width = work.clean.width;
  const std::uint8_t* const inside = work.scene.field != nullptr ? work.scene.field->row(y) : nullptr;
  const std::uint8_t* const clean = work.clean.row(y);
  encode_row(work.light.data(), width, work.entries.data(), made.picture.row(y));
  for (int x = 0; inside != nullptr && x < width; ++x) {
    if (inside[x] == 0) std::copy_n(clean + 3 * x, 3, made.picture.row(y) + 3 * x);
  }
  if (!work.scene.keep_linear) return;
  float* const linear = made.linear.row(y);
  for (int x = 0; x < width; ++x) {
    for (int c = 0; c < 3; ++c) linear[3 * x + c] = work.light[static_cast<std::size_t>(c * width + x)];
  }
}

double pixels_of_field(const Image& clean, const Image* field) {
  if (field == nullptr) return static_cast<double>(clean.pixels());
  return static_cast<double>(clean.pixels()) -
         static_cast<double>(std::count(field->values.begin(), field->values.end(), std::uint8_t{0}));
}

}  // namespace

SmokeSeverity smoke_severity(double mean_veil) {
  if (mean_veil < 0.2) return SmokeSeverity::kLight;
  return mean_veil <= 0.45 ? SmokeSeverity::kModerate : SmokeSeverity::kHeavy;
}

Result<SmokePicture> add_smoke(const Image& clean, const SmokeParameters& parameters, const SmokeScene& scene) {
  SURGSIGMA_CHECK(check_call(clean, parameters, scene));
  SmokePicture made;
  made.picture = Image(clean.width, clean.height, 3);
  made.transmission = Image(clean.width, clean.height, 1);
  made.transmission_float = FloatImage(clean.width, clean.height, 1);
  if (scene.keep_linear) made.linear = FloatImage(clean.width, clean.height, 3);
  made.type = parameters.type;
  Work work(clean, parameters, scene);
  std::int64_t veil = 0;
  for (int y = 0; y < clean.height; ++y) {
    made.is_distance_prior = set_thickness(work, y) || made.is_distance_prior;
    set_fade(work.thickness.data(), static_cast<float>(2 * parameters.scatter), work.fade.size(), work.fade.data(),
             work.to_near.data(), work.to_wide.data());
    veil += keep_fade(work.fade.data(), work.fade.size(), made.transmission_float.row(y), made.transmission.row(y));
    set_air_row(parameters, clean.size(), y, work.air.data());
    work.scatter.advance(y);
    blend(work, y);
    keep_picture(work, y, made);
  }
  made.mean_veil = static_cast<double>(veil) / kVeilUnits / std::max(1.0, pixels_of_field(clean, scene.field));
  made.severity = smoke_severity(made.mean_veil);
  return made;
}

std::array<float, 3> air_light_at(const SmokeParameters& parameters, ImageSize size, int x, int y) {
  std::vector<float> row(static_cast<std::size_t>(std::max(size.width, 1)));
  set_air_row(parameters, size, y, row.data());
  std::array<float, 3> air{};
  const float light = row[static_cast<std::size_t>(x)];
  for (std::size_t c = 0; c < 3; ++c) air[c] = light * static_cast<float>(parameters.tint[c]);
  return air;
}

std::string why_not_clean(const FrameQuality& quality, const CleanLimits& limits) {
  if (quality.smoke > limits.smoke) return "smoke score " + std::to_string(quality.smoke);
  if (quality.black_share > limits.black_share) return "black share " + std::to_string(quality.black_share);
  if (quality.bright_share > limits.bright_share) return "overexposed share " + std::to_string(quality.bright_share);
  if (quality.sharpness < limits.sharpness) return "sharpness " + std::to_string(quality.sharpness);
  return "";
}

}  // namespace surgsigma
