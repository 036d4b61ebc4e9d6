#include "surgsigma/synth/depth_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>

namespace surgsigma {
namespace {

constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();
constexpr std::int64_t kLeastKnown = 100;      ///< Pixels for a percentile; a twentieth of pictures below 2000.
constexpr std::int64_t kLeastBorder = 20;      ///< Border pixels before an instrument is judged.
constexpr int kSpecularSum = 734;              ///< 0.96 * 3 * 255 = 734.4

Error refused(std::string what) { return {ErrorKind::kUsage, std::move(what), "depth", ""}; }
Error too_little(std::string what) { return {ErrorKind::kData, std::move(what), "depth", ""}; }

template <class A, class B>
Status check_sizes(const Raster<A>& map, const Raster<B>* other, const char* name) {
  if (map.is_empty() || map.channels != 1) return refused("the depth map is empty or has more than one channel");
  if (other != nullptr && other->size() != map.size()) {
    return refused(std::string("the ") + name + " and the depth map differ in size");
  }
  return done();
}

std::int64_t least_known(std::size_t pixels) {
  return std::max<std::int64_t>(1, std::min<std::int64_t>(kLeastKnown, static_cast<std::int64_t>(pixels) / 20));
}

/// Between the two ranks round share * (n - 1), as NumPy's default.
double percentile(std::vector<float>& values, double share) {
  const double rank = share * static_cast<double>(values.size() - 1);
  const auto low = static_cast<std::size_t>(rank);
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(low), values.end());
  const double at_low = values[low];
  if (low + 1 == values.size()) return at_low;
  const double above = *std::min_element(values.begin() + static_cast<std::ptrdiff_t>(low) + 1, values.end());
  return at_low + (above - at_low) * (rank - static_cast<double>(low));
}

struct Spread {
  double q2 = 0;
  double q98 = 0;
  std::int64_t valid = 0;
};

Result<Spread> spread_of(const FloatImage& nearness, const Image* field) {
  std::vector<float> known;
  known.reserve(nearness.values.size());
  for (std::size_t i = 0; i < nearness.values.size(); ++i) {
    const bool is_inside = field == nullptr || field->values[i * static_cast<std::size_t>(field->channels)] != 0;
    if (is_inside && std::isfinite(nearness.values[i])) known.push_back(nearness.values[i]);
  }
  const auto valid = static_cast<std::int64_t>(known.size());
  if (valid < least_known(nearness.values.size())) {
    return too_little("only " + std::to_string(valid) + " pixels have a depth");
  }
  Spread spread{percentile(known, 0.02), percentile(known, 0.98), valid};
  if (!(spread.q98 > spread.q2)) return too_little("all pixels are equally far");
  return spread;
}

/// Sliding maximum of 0 and 255 along one direction: `stride` between pixels, `lines` apart by `line_stride`.
void grow(Image& mask, int count, std::size_t stride, int lines, std::size_t line_stride, int before, int after) {
  std::vector<int> sums(static_cast<std::size_t>(count) + 1, 0);
  for (int line = 0; line < lines; ++line) {
    std::uint8_t* const first = mask.values.data() + static_cast<std::size_t>(line) * line_stride;
    for (int i = 0; i < count; ++i) {
      sums[static_cast<std::size_t>(i) + 1] =
          sums[static_cast<std::size_t>(i)] + (first[static_cast<std::size_t>(i) * stride] != 0 ? 1 : 0);
    }
    for (int i = 0; i < count; ++i) {
      const int begin = std::max(0, i - before);
      const int end = std::min(count, i + after + 1);
      const bool has_any = sums[static_cast<std::size_t>(end)] > sums[static_cast<std::size_t>(begin)];
      first[static_cast<std::size_t>(i) * stride] = has_any ? 255 : 0;
    }
  }
}

std::string percent(double share) { return fmt::format("{:.1f} %", 100 * share); }

/// Compares both sides of one instrument's edge.
struct BorderTally {
  std::int64_t compared = 0;
  std::int64_t nearer = 0;
};

struct Step {
  int dx;
  int dy;
};
constexpr Step kSteps[] = {{1, 0}, {-1, 0}, {0, 1}, {0, -1}};

/// The pixel up to `way` steps on that still has the value of the first, so that blurred edges of the map are not
/// compared.
const float* inner(const FloatImage& map, const Image& ids, int x, int y, Step step, int way) {
  const std::uint8_t id = *ids.at(x, y);
  for (int i = 0; i < way; ++i) {
    const int next_x = x + step.dx;
    const int next_y = y + step.dy;
    if (next_x < 0 || next_y < 0 || next_x >= ids.width || next_y >= ids.height || *ids.at(next_x, next_y) != id) break;
    x = next_x;
    y = next_y;
  }
  return map.at(x, y);
}

void compare_at(const FloatImage& map, const Image& ids, int x, int y, int way, BorderTally& tally) {
  for (const Step step : kSteps) {
    const int tissue_x = x + step.dx;
    const int tissue_y = y + step.dy;
    const bool is_edge = tissue_x >= 0 && tissue_y >= 0 && tissue_x < ids.width && tissue_y < ids.height &&
                         *ids.at(tissue_x, tissue_y) == 0;
    if (!is_edge) continue;
    const float instrument = *inner(map, ids, x, y, {-step.dx, -step.dy}, way);
    const float tissue = *inner(map, ids, tissue_x, tissue_y, step, way);
    if (!std::isfinite(instrument) || !std::isfinite(tissue)) continue;
    ++tally.compared;
    tally.nearer += instrument > tissue ? 1 : 0;
  }
}

/// scale * x + shift that comes nearest to y.
struct Fit {
  double scale = 0;
  double shift = 0;
};

std::optional<Fit> fit(const FloatImage& from, const FloatImage& to, std::int64_t& shared) {
  double n = 0, mean_x = 0, mean_y = 0, xx = 0, xy = 0;
  for (std::size_t i = 0; i < from.values.size(); ++i) {
    const double x = from.values[i];
    const double y = to.values[i];
    if (!std::isfinite(x) || !std::isfinite(y)) continue;
    ++n;
    const double way_x = x - mean_x;
    mean_x += way_x / n;
    mean_y += (y - mean_y) / n;
    xx += way_x * (x - mean_x);
    xy += way_x * (y - mean_y);
  }
  shared = static_cast<std::int64_t>(n);
  if (n == 0) return std::nullopt;
  const double scale = xx > 0 ? xy / xx : 0;
  return Fit{scale, mean_y - scale * mean_x};
}

}  // namespace

Result<DepthView> depth_view(const FloatImage& nearness, const Image* field) {
  SURGSIGMA_CHECK(check_sizes(nearness, field, "field"));
  SURGSIGMA_TRY(spread, spread_of(nearness, field));
  DepthView view{Image(nearness.width, nearness.height, 1), spread.q2, spread.q98, spread.valid};
  const double scale = 255 / (spread.q98 - spread.q2);
  for (std::size_t i = 0; i < nearness.values.size(); ++i) {
    const bool is_inside = field == nullptr || field->values[i * static_cast<std::size_t>(field->channels)] != 0;
    if (!is_inside || !std::isfinite(nearness.values[i])) continue;
    const double grey = std::clamp((nearness.values[i] - spread.q2) * scale, 0.0, 255.0);
    view.picture.values[i] = static_cast<std::uint8_t>(std::lround(grey));
  }
  return view;
}

Result<DepthView> depth_view(const DepthMap& map, const DepthConvention& convention, const Image* field) {
  return depth_view(nearness(map, convention), field);
}

FloatImage relative_distance(const DepthView& view, const FloatImage& nearness) {
  FloatImage distance(nearness.width, nearness.height, 1, kUnknown);
  const std::size_t count = std::min(distance.values.size(), view.picture.values.size());
  for (std::size_t i = 0; i < count; ++i) {
    if (!std::isfinite(nearness.values[i])) continue;
    distance.values[i] = 1.0F - static_cast<float>(view.picture.values[i]) / 255.0F;
  }
  return distance;
}

Image specular_mask(const Image& picture, int dilation_px) {
  Image mask(picture.width, picture.height, 1);
  const auto channels = static_cast<std::size_t>(picture.channels);
  for (std::size_t i = 0; i < mask.values.size(); ++i) {
    const std::uint8_t* const pixel = picture.values.data() + i * channels;
    const int sum = channels >= 3 ? pixel[0] + pixel[1] + pixel[2] : 3 * pixel[0];
    mask.values[i] = sum > kSpecularSum ? 255 : 0;
  }
  const int before = std::max(0, dilation_px - 1) / 2;
  const int after = std::max(0, dilation_px - 1) - before;
  const auto width = static_cast<std::size_t>(mask.width);
  grow(mask, mask.width, 1, mask.height, width, before, after);
  grow(mask, mask.height, width, mask.width, 1, before, after);
  return mask;
}

Result<std::vector<DepthFault>> drop_specular(FloatImage& nearness, const Image& picture, const DepthLimits& limits) {
  SURGSIGMA_CHECK(check_sizes(nearness, &picture, "picture"));
  const Image mask = specular_mask(picture);
  std::int64_t known = 0;
  std::int64_t dropped = 0;
  for (std::size_t i = 0; i < nearness.values.size(); ++i) {
    if (!std::isfinite(nearness.values[i])) continue;
    ++known;
    if (mask.values[i] == 0) continue;
    ++dropped;
    nearness.values[i] = kUnknown;
  }
  const double share = known > 0 ? static_cast<double>(dropped) / static_cast<double>(known) : 0;
  std::vector<DepthFault> faults;
  if (share > limits.specular_share) {
    faults.push_back({"specular", share, limits.specular_share,
                      "highlights cover " + percent(share) + " of the known depth, allowed are " +
                          percent(limits.specular_share)});
  }
  return faults;
}

Result<std::vector<DepthFault>> check_instruments_nearer(const FloatImage& nearness, const Image& instruments,
                                                         const DepthLimits& limits) {
  SURGSIGMA_CHECK(check_sizes(nearness, &instruments, "instrument mask"));
  if (instruments.channels != 1) return refused("the instrument mask has more than one channel");
  std::map<int, BorderTally> tallies;
  for (int y = 0; y < instruments.height; ++y) {
    for (int x = 0; x < instruments.width; ++x) {
      const std::uint8_t id = *instruments.at(x, y);
      if (id != 0) compare_at(nearness, instruments, x, y, std::max(0, limits.border_px), tallies[id]);
    }
  }
  std::vector<DepthFault> faults;
  for (const auto& [id, tally] : tallies) {
    if (tally.compared < kLeastBorder) continue;
    const double share = static_cast<double>(tally.nearer) / static_cast<double>(tally.compared);
    if (share >= limits.instrument_nearer) continue;
    faults.push_back({"instrument_behind", share, limits.instrument_nearer,
                      "instrument " + std::to_string(id) + " is nearer than the tissue at " + percent(share) + " of " +
                          std::to_string(tally.compared) + " border pixels, needed are " +
                          percent(limits.instrument_nearer)});
  }
  return faults;
}

Result<std::vector<DepthFault>> check_still(const FloatImage& before, const FloatImage& after,
                                            const DepthLimits& limits) {
  SURGSIGMA_CHECK(check_sizes(before, &after, "later map"));
  if (after.channels != 1) return refused("the later map has more than one channel");
  SURGSIGMA_TRY(spread, spread_of(before, nullptr));
  std::int64_t shared = 0;
  const auto line = fit(after, before, shared);
  if (!line || shared < least_known(before.values.size())) {
    return too_little("the two maps share only " + std::to_string(shared) + " known pixels");
  }
  double sum = 0;
  for (std::size_t i = 0; i < before.values.size(); ++i) {
    const double way = line->scale * after.values[i] + line->shift - before.values[i];
    if (std::isfinite(way)) sum += std::abs(way);
  }
  const double change = sum / static_cast<double>(shared) / (spread.q98 - spread.q2);
  std::vector<DepthFault> faults;
  if (change >= limits.change_without_motion) {
    faults.push_back({"flicker", change, limits.change_without_motion,
                      "the depth changes by " + percent(change) + " without motion, allowed are less than " +
                          percent(limits.change_without_motion)});
  }
  return faults;
}

}  // namespace surgsigma
