#include "surgsigma/simulate/render/shade.h"

#include <algorithm>
#include <cmath>

namespace surgsigma::drawing {
namespace {

using Colour = std::array<float, 3>;

/// Linear reflectances and how the grain table changes them.
struct Surface {
  Colour base;
  Colour other;    ///< where the clouds are thick
  Colour vessel;
  float vessels = 0;
  float lobules = 0;  ///< darkness between cells
  float scale = 1;    ///< texels of grain per texel of tissue
  float bump = 1;     ///< strength of the relief that the grain gives
  float gloss = 0.3F;
  int sharpness = 5;  ///< highlight = cosine to the power of 2^sharpness
  bool is_tissue = true;
};

constexpr std::size_t kSurfaces = static_cast<std::size_t>(Material::kThread) + 1;

constexpr std::array<Surface, kSurfaces> make_surfaces() {
  std::array<Surface, kSurfaces> all{};
  const auto set = [&](Material material, const Surface& surface) { all[static_cast<std::size_t>(material)] = surface; };
  constexpr Colour kVein{0.23F, 0.025F, 0.03F}, kDarkVein{0.10F, 0.012F, 0.016F};
  set(Material::kWall, {{0.55F, 0.19F, 0.125F}, {0.38F, 0.095F, 0.07F}, kVein, 0.75F, 0.03F, 0.9F, 0.5F, 0.30F, 5});
  set(Material::kLiver, {{0.28F, 0.060F, 0.036F}, {0.17F, 0.030F, 0.024F}, kDarkVein, 0.12F, 0.10F, 1.7F, 0.45F, 0.42F, 6});
  set(Material::kFat, {{0.80F, 0.50F, 0.17F}, {0.66F, 0.30F, 0.10F}, kVein, 0.7F, 0.20F, 1.25F, 2.2F, 0.40F, 5});
  set(Material::kGut, {{0.66F, 0.27F, 0.19F}, {0.52F, 0.155F, 0.115F}, kVein, 0.85F, 0.04F, 0.8F, 0.5F, 0.40F, 6});
  set(Material::kMuscle, {{0.50F, 0.14F, 0.10F}, {0.36F, 0.08F, 0.06F}, kVein, 0.5F, 0.12F, 1.2F, 0.9F, 0.34F, 5});
  set(Material::kGallbladder, {{0.46F, 0.37F, 0.20F}, {0.36F, 0.20F, 0.11F}, kVein, 0.85F, 0.05F, 0.9F, 0.35F, 0.50F, 6});
  set(Material::kDuct, {{0.70F, 0.50F, 0.24F}, {0.60F, 0.34F, 0.17F}, kVein, 0.35F, 0.05F, 1.2F, 0.4F, 0.42F, 5});
  set(Material::kArtery, {{0.66F, 0.13F, 0.10F}, {0.52F, 0.08F, 0.07F}, kVein, 0.1F, 0, 1.2F, 0.3F, 0.45F, 5});
  set(Material::kPlate, {{0.74F, 0.55F, 0.44F}, {0.60F, 0.33F, 0.25F}, kVein, 0.4F, 0.10F, 1.1F, 0.7F, 0.40F, 5});
  set(Material::kCleared, {{0.30F, 0.075F, 0.045F}, {0.42F, 0.15F, 0.08F}, kDarkVein, 0.5F, 0.15F, 1.4F, 1.2F, 0.38F, 5});
  set(Material::kFluid, {{0.20F, 0.014F, 0.010F}, {0.15F, 0.010F, 0.008F}, kDarkVein, 0, 0, 1, 0.08F, 0.95F, 7});
  set(Material::kBag, {{0.62F, 0.66F, 0.66F}, {0.46F, 0.48F, 0.47F}, {0.5F, 0.5F, 0.5F}, 0.5F, 0, 1.1F, 1.5F, 0.6F, 6});
  set(Material::kSteel, {{0.42F, 0.43F, 0.45F}, {}, {}, 0, 0, 1, 0, 0.85F, 5, false});
  set(Material::kShaft, {{0.030F, 0.031F, 0.034F}, {}, {}, 0, 0, 1, 0, 0.22F, 4, false});
  set(Material::kBlueShaft, {{0.035F, 0.075F, 0.24F}, {}, {}, 0, 0, 1, 0, 0.25F, 4, false});
  set(Material::kCeramic, {{0.66F, 0.63F, 0.56F}, {}, {}, 0, 0, 1, 0, 0.25F, 4, false});
  set(Material::kClip, {{0.70F, 0.71F, 0.74F}, {}, {}, 0, 0, 1, 0, 0.9F, 5, false});
  set(Material::kNeedle, {{0.55F, 0.56F, 0.58F}, {}, {}, 0, 0, 1, 0, 0.9F, 4, false});
  set(Material::kThread, {{0.20F, 0.07F, 0.34F}, {}, {}, 0, 0, 1, 0, 0.1F, 4, false});
  return all;
}
constexpr std::array<Surface, kSurfaces> kTable = make_surfaces();
constexpr Colour kBlood{0.16F, 0.008F, 0.007F};

/// Colour of tissue, its gloss, and the height of its grain.
struct Skin {
  Colour colour;
  float gloss = 0;
  int sharpness = 5;
  float height = 0;
};

Skin tissue_skin(const Surface& surface, float u, float v, float blood, const TextureLook& look) {
  const GrainTable& table = GrainTable::shared();
  const Grain broad = table.at(u * 0.21F + 130, v * 0.21F + 71);
  const float bend = 26 * broad.cloud;
  const Grain grain = table.at((u + bend) * surface.scale, (v - 0.7F * bend) * surface.scale);
  const float other = std::clamp(0.45F + 0.55F * grain.cloud + 0.5F * broad.cloud, 0.0F, 1.0F);
  const float vessel = std::min(1.0F, surface.vessels * look.vessels * grain.vessel);
  const float shade = (1 - surface.lobules * (1 - grain.lobule)) * (1 + 0.10F * grain.fine + 0.22F * broad.cloud + 0.10F * grain.cloud);
  Skin skin;
  const float wet = smooth_step(0.34F, 0.5F, blood * (1 + 0.9F * grain.cloud + 1.3F * broad.cloud));
  for (std::size_t c = 0; c < 3; ++c) {
    const float mixed = surface.base[c] + other * (surface.other[c] - surface.base[c]);
    const float veined = mixed + vessel * (surface.vessel[c] - mixed);
    const float dry = veined * shade * look.tint[c];
    skin.colour[c] = dry + 0.9F * wet * (kBlood[c] - dry);
  }
  skin.gloss = (surface.gloss * (0.7F + 0.5F * broad.cloud) + 0.4F * wet) * look.gloss;
  skin.sharpness = surface.sharpness;
  skin.height = surface.bump * (1 - 0.7F * wet) * (0.8F * grain.cloud + 0.2F * grain.fine + 1.1F * surface.lobules * grain.lobule);
  return skin;
}

/// Metal shows its surroundings: dark towards its rims, a little red from the tissue.
Skin tool_skin(const Surface& surface, Material material, float u, float facing) {
  Skin skin;
  const bool is_metal = material == Material::kSteel || material == Material::kClip || material == Material::kNeedle;
  const float mirror = is_metal ? 0.35F + 0.65F * facing * facing : 0.7F + 0.3F * facing;
  const float rings = material == Material::kSteel && static_cast<int>(u * 0.35F) % 3 == 0 ? 0.93F : 1.0F;
  const float red = is_metal ? 0.05F * (1 - facing) : 0.0F;
  skin.colour = {surface.base[0] * mirror * rings + red, surface.base[1] * mirror * rings, surface.base[2] * mirror * rings};
  skin.gloss = surface.gloss;
  skin.sharpness = surface.sharpness;
  return skin;
}

float power_of_two(float cosine, int doublings) {
  for (int i = 0; i < doublings; ++i) cosine *= cosine;
  return cosine;
}

/// Tissue lets light in, so that it goes round edges.
float surface_wrap(std::uint8_t material, float facing) {
  const float round = kTable[material].is_tissue ? 0.3F : 0.0F;
  return 1.15F * std::clamp((facing + round) / (1 + round), 0.05F, 1.0F);
}

/// Light from beside the lens: strength at a pixel.
struct Lamp {
  float exposure;
  float cone;
  float x;
  float y;
  float reach;  ///< half the diagonal, squared
};

Lamp lamp_of(const LightLook& light, const Lens& lens) {
  const float width = static_cast<float>(lens.size.width), height = static_cast<float>(lens.size.height);
  return {light.exposure, light.cone, lens.middle_x + light.centre_x * width, lens.middle_y + light.centre_y * height,
          0.25F * (width * width + height * height)};
}

std::array<std::uint8_t, 4097> coding_table() {
  std::array<std::uint8_t, 4097> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    const double linear = static_cast<double>(i) / 4096;
    const double coded = linear <= 0.0031308 ? 12.92 * linear : 1.055 * std::pow(linear, 1 / 2.4) - 0.055;
    table[i] = static_cast<std::uint8_t>(std::lround(255 * coded));
  }
  return table;
}
const std::array<std::uint8_t, 4097>& codes() {
  static const std::array<std::uint8_t, 4097> table = coding_table();
  return table;
}

}  // namespace

std::uint8_t srgb_from_linear(float value) {
  return codes()[static_cast<std::size_t>(std::clamp(value, 0.0F, 1.0F) * 4096 + 0.5F)];
}

float linear_from_srgb(std::uint8_t value) {
  const double coded = value / 255.0;
  return static_cast<float>(coded <= 0.04045 ? coded / 12.92 : std::pow((coded + 0.055) / 1.055, 2.4));
}

void encode_row(const float* linear, int begin, int end, std::uint8_t* out) {
  const auto& table = codes();
  for (int i = 3 * begin; i < 3 * end; ++i) {
    out[i] = table[static_cast<std::size_t>(std::clamp(linear[i], 0.0F, 1.0F) * 4096 + 0.5F)];
  }
}

void shade(const Band& band, int first_row, const VideoLook& look, const Lens& lens, std::vector<float>& linear) {
  const Lamp lamp = lamp_of(look.light, lens);
  const auto width = static_cast<std::size_t>(band.width);
  linear.resize(3 * width * static_cast<std::size_t>(band.rows - first_row));
  std::vector<float> above(width), here(width);
  std::vector<Skin> skins(width);
  const float mm = mm_per_pixel(lens), inverse_focal = 1 / lens.focal;
  for (int row = 0; row < band.rows; ++row) {
    const std::size_t start = band.at(0, row);
    for (std::size_t x = 0; x < width; ++x) {
      const std::size_t i = start + x;
      const auto material = static_cast<Material>(band.material[i]);
      const Surface& surface = kTable[band.material[i]];
      if (surface.is_tissue) {
        skins[x] = tissue_skin(surface, band.u[i], band.v[i], band.blood[i], look.texture);
      } else {
        const float sx = band.slope_x[i], sy = band.slope_y[i];
        skins[x] = tool_skin(surface, material, band.u[i], 1 / std::sqrt(1 + sx * sx + sy * sy));
      }
      here[x] = skins[x].height;
    }
    if (row == 0) above = here;
    if (row >= first_row) {
      float* out = linear.data() + 3 * width * static_cast<std::size_t>(row - first_row);
      const float py = (static_cast<float>(band.first + row) + 0.5F - lens.middle_y) * inverse_focal;
      const float lamp_y = static_cast<float>(band.first + row) - lamp.y;
      for (std::size_t x = 0; x < width; ++x) {
        const std::size_t i = start + x;
        const bool is_one_thing = x > 0 && band.id[i] == band.id[i - 1];
        const float rise_x = is_one_thing ? here[x] - here[x - 1] : 0.0F;
        const float rise_y = std::clamp(here[x] - above[x], -0.3F, 0.3F);
        const float sx = band.slope_x[i] - 0.22F / mm * rise_x, sy = band.slope_y[i] - 0.22F / mm * rise_y;
        const float px = (static_cast<float>(x) + 0.5F - lens.middle_x) * inverse_focal;
        const float facing = (1 - sx * px - sy * py) / std::sqrt((1 + sx * sx + sy * sy) * (1 + px * px + py * py));
        const float cosine = std::clamp(facing, 0.03F, 1.0F);
        const float nearer = kStageMm / band.depth[i];
        const float lamp_x = static_cast<float>(x) - lamp.x;
        const float cone = 1 - lamp.cone * std::min(1.0F, (lamp_x * lamp_x + lamp_y * lamp_y) / lamp.reach);
        const float light = lamp.exposure * std::min(2.2F, nearer * nearer) * cone;
        const Skin& skin = skins[x];
        const float spark = skin.gloss * power_of_two(cosine, skin.sharpness) * power_of_two(cosine, skin.sharpness);
        const float diffuse = surface_wrap(band.material[i], facing);
        for (std::size_t c = 0; c < 3; ++c) {
          out[3 * x + c] = light * look.light.tint[c] * (skin.colour[c] * diffuse + 0.55F * spark);
        }
      }
    }
    std::swap(above, here);
  }
}

double veil(const SmokeRow& row, const SmokeState& smoke, ImageSize size, float* linear, float* transmission) {
  double lost = 0;
  for (int x = row.begin; x < row.end; ++x) {
    const float before = std::clamp((row.depth[x] - row.plume_depth + 25) / 40, 0.0F, 1.0F);
    const float optical = row.haze * row.depth[x] / kStageMm + row.plume[x] * before;
    const float share = airlight_share(smoke, x, row.y, size);
    for (std::size_t c = 0; c < 3; ++c) {
      const float t = exp_minus(smoke.extinction[c] * optical);
      float& value = linear[3 * static_cast<std::size_t>(x) + c];
      value = std::min(value, 1.0F) * t + smoke.airlight[c] * share * (1 - t);
    }
    transmission[x] = exp_minus(optical);
    lost += static_cast<double>(1 - transmission[x]);
  }
  return lost;
}

}  // namespace surgsigma::drawing
