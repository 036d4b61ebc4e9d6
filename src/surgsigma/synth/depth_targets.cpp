#include "surgsigma/synth/depth_targets.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "surgsigma/media/quality.h"

namespace surgsigma {
namespace {

constexpr const char* kSwapHint = "exchange the two views in the card, or the cameras in the calibration";

Error speaks_against(std::string what, const std::string& where, std::string hint = "") {
  return {ErrorKind::kData, std::move(what), where, std::move(hint)};
}

std::string size_text(ImageSize size) { return std::to_string(size.width) + "x" + std::to_string(size.height); }

/// Share of the field (or of the picture) that has a depth.
double known_share(const FloatImage& map, const Image* field) {
  std::int64_t inside = 0, known = 0;
  for (std::size_t i = 0; i < map.values.size(); ++i) {
    if (field != nullptr && field->values[i] == 0) continue;
    ++inside;
    known += std::isfinite(map.values[i]) ? 1 : 0;
  }
  return inside == 0 ? 0 : static_cast<double>(known) / static_cast<double>(inside);
}

/// A round field, if there is one.
std::optional<Image> field_in(const Image& picture) {
  const auto field = find_field(picture);
  if (!field) return {};
  return field_mask(*field, picture.size());
}

Status check_pseudo(FloatImage& nearness, const Image& picture, const Image* instruments, const std::string& where) {
  SURGSIGMA_TRY(highlights, drop_specular(nearness, picture));
  if (!highlights.empty()) return speaks_against(highlights.front().reason, where);
  if (instruments == nullptr) return done();
  SURGSIGMA_TRY(behind, check_instruments_nearer(nearness, *instruments));
  if (!behind.empty()) return speaks_against(behind.front().reason, where, "near and far may be exchanged in the card");
  return done();
}

double rounded(double value) { return std::round(value * 1e4) / 1e4; }

std::string percent(double share) { return fmt::format("{:.0f} %", 100 * share); }

Json told_of(const DepthView& view, std::string_view provenance, double share, bool has_field) {
  return {{"provenance", provenance},
          {"is_pseudo", is_pseudo_depth(provenance)},
          {"known_share", rounded(share)},
          {"near_is_bright", true},
          {"view", "inverse depth"},
          {"q2", view.q2},
          {"q98", view.q98},
          {"has_round_field", has_field}};
}

}  // namespace

bool is_pseudo_map(const PairMap& map) { return is_pseudo_depth(text_or(map.convention, "provenance", "")); }

Result<DepthTarget> target_of_map(const PairMap& map, const fs::path& root, const Image& picture,
                                  const Image* instruments, bool is_simulated) {
  SURGSIGMA_TRY(layout, depth_layout(map.convention, map.path));
  const DepthConvention convention = convention_of(layout);
  SURGSIGMA_TRY(depth, read_depth(root / map.path, convention));
  if (depth.values.size() != picture.size()) {
    return speaks_against("the map is " + size_text(depth.values.size()) + ", its picture " + size_text(picture.size()),
                          map.path,
                          "a map must have the size of its picture; of stacked maps the card's `half` tells which");
  }
  FloatImage near = nearness(depth, convention);
  const auto field = field_in(picture);
  const Image* const inside = field ? &*field : nullptr;
  if (is_pseudo_depth(layout.provenance)) SURGSIGMA_CHECK(check_pseudo(near, picture, instruments, map.path));
  const double share = known_share(near, inside);
  auto view = depth_view(near, inside);
  if (!view.ok()) return speaks_against(view.error().what, map.path, "look at unit, scale and invalid in the card");
  DepthTarget made{std::move(*view), layout.provenance == "network", {}};
  made.told = told_of(made.view, is_simulated ? "simulated" : layout.provenance, share, field.has_value());
  made.told["map"] = map.path;
  made.told["unit"] = layout.unit;
  made.told["is_metric"] = is_metric(convention.unit);
  made.told["projection"] = layout.projection;
  made.told["is_pseudo"] = is_pseudo_depth(layout.provenance);
  if (!is_metric(convention.unit) && !layout.is_inverse) made.told["view"] = "nearness up to scale and shift";
  return made;
}

Result<StereoTarget> target_of_stereo(const Image& left, const Image& right, const StereoCalibration& calibration,
                                      const CalibrationLayout& layout, std::string_view where, bool is_simulated) {
  const std::string place(where);
  if (left.size() != right.size()) {
    return speaks_against("the left view is " + size_text(left.size()) + ", the right one " + size_text(right.size()),
                          place);
  }
  StereoSettings settings;
  settings.disparities = layout.disparities;
  settings.max_mm = layout.max_mm;
  SURGSIGMA_TRY(depth, stereo_depth(left, right, calibration, where, settings));
  FloatImage near = nearness(depth.depth, DepthConvention{});
  const auto field = field_in(depth.left);
  const Image* const inside = field ? &*field : nullptr;
  SURGSIGMA_CHECK(check_pseudo(near, depth.left, nullptr, place));
  const double share = known_share(near, inside);
  if (share < layout.known_share) {
    const auto exchanged = stereo_depth(right, left, calibration, where, settings);
    const bool is_swapped = exchanged.ok() && known_share(exchanged->depth.values, inside) >= layout.known_share;
    return speaks_against("left and right agree in " + percent(share) + " of the picture, needed are " +
                              percent(layout.known_share) +
                              (is_swapped ? "; with the views exchanged they do: left and right are swapped" : ""),
                          place, is_swapped ? kSwapHint : "a wrong calibration, smoke, or nothing to match");
  }
  auto view = depth_view(near, inside);
  if (!view.ok()) return speaks_against(view.error().what, place);
  StereoTarget made{{std::move(*view), false, {}}, std::move(depth.left), DepthPicture(near.width, near.height, 1)};
  for (std::size_t i = 0; i < near.values.size(); ++i) {
    if (!std::isfinite(near.values[i])) continue;
    const long stored = std::lround(static_cast<double>(depth.depth.values.values[i]) / kStereoDepthScale);
    made.depth.values[i] = static_cast<std::uint16_t>(std::clamp(stored, 1L, 65535L));
  }
  Json& told = made.target.told;
  told = told_of(made.target.view, "stereo", share, field.has_value());
  told["is_simulated"] = is_simulated;
  told["unit"] = "mm";
  told["is_metric"] = true;
  told["projection"] = "z";
  told["calibration"] = place;
  told["is_rectified"] = true;
  told["focal_px"] = depth.camera.focal_px;
  told["baseline_mm"] = depth.camera.baseline_mm;
  told["left_right_px"] = settings.left_right_px;
  told["depth_map_scale"] = kStereoDepthScale;
  return made;
}

}  // namespace surgsigma
