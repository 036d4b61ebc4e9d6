#include "surgsigma/media/quality.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "surgsigma/media/quality_parts.h"
#include "surgsigma/media/resize.h"
#include "surgsigma/media/wide.h"

namespace surgsigma {
namespace quality {
namespace {

constexpr int kDark = 16, kBright = 250;
constexpr int kWindow = 15;
constexpr std::uint8_t kOutside = 255;  ///< Does not lower a minimum.

/// Sums of squares of a row stay in 32 bits for so many pixels.
constexpr int kStretch = 1024;

/// Calls `take(begin, end)` for stretches of at most kStretch pixels.
template <class Take>
void each_stretch(Span span, Take take) {
  for (int begin = span.begin; begin < span.end; begin += kStretch) take(begin, std::min(begin + kStretch, span.end));
}

SURGSIGMA_WIDE
void take_least_channel(const std::uint8_t* __restrict r, const std::uint8_t* __restrict g,
                        const std::uint8_t* __restrict b, std::uint8_t* __restrict out, int count) {
  for (int x = 0; x < count; ++x) {
    const std::uint8_t rg = r[x] < g[x] ? r[x] : g[x];
    out[x] = rg < b[x] ? rg : b[x];
  }
}

/// Least channel; kOutside outside the field.
Image least_channel(const Planes& planes, const std::vector<Span>& inside) {
  Image least(planes.luma.width, planes.luma.height, 1, kOutside);
  for (int y = 0; y < least.height; ++y) {
    const Span span = inside[static_cast<std::size_t>(y)];
    take_least_channel(planes.r().row(y) + span.begin, planes.g().row(y) + span.begin, planes.b().row(y) + span.begin,
                       least.row(y) + span.begin, span.end - span.begin);
  }
  return least;
}

/// Whole rows at a time, so that the compiler can use wide instructions.
SURGSIGMA_WIDE
void take_least(const std::uint8_t* a, const std::uint8_t* b, std::uint8_t* out, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) out[i] = std::min(a[i], b[i]);
}

SURGSIGMA_WIDE
void take_least_of_two(const std::uint8_t* __restrict pairs, std::uint8_t* __restrict out, int count) {
  for (int x = 0; x < count; ++x) out[x] = pairs[2 * x] < pairs[2 * x + 1] ? pairs[2 * x] : pairs[2 * x + 1];
}

/// Least of each block.
Image pooled(const Image& picture, int factor) {
  if (factor == 1) return picture;
  Image out((picture.width + factor - 1) / factor, (picture.height + factor - 1) / factor, 1, kOutside);
  const auto padded = static_cast<std::size_t>(out.width) * static_cast<std::size_t>(factor);
  std::vector<std::uint8_t> line(padded);
  for (int y = 0; y < out.height; ++y) {
    std::fill(line.begin(), line.end(), kOutside);
    for (int j = y * factor; j < std::min((y + 1) * factor, picture.height); ++j) {
      take_least(line.data(), picture.row(j), line.data(), static_cast<std::size_t>(picture.width));
    }
    std::uint8_t* to = out.row(y);
    if (factor == 2) {
      take_least_of_two(line.data(), to, out.width);
      continue;
    }
    for (int x = 0; x < out.width; ++x) {
      const std::uint8_t* block = line.data() + static_cast<std::size_t>(x) * static_cast<std::size_t>(factor);
      to[x] = *std::min_element(block, block + factor);
    }
  }
  return out;
}

/// Least of kWindow x kWindow pixels round each: windows of 2, 4, 8 and twice 8 that overlap by one.
Image window_least(const Image& picture) {
  constexpr int kHalf = kWindow / 2;
  const int wide = picture.width + kWindow, high = picture.height + kWindow;
  Image padded(wide, high, 1, kOutside);
  for (int y = 0; y < picture.height; ++y) std::copy_n(picture.row(y), picture.width, padded.row(y + kHalf) + kHalf);
  std::vector<std::uint8_t> line(static_cast<std::size_t>(wide));
  for (int y = 0; y < high; ++y) {
    for (const int step : {1, 2, 4, 7}) {
      std::copy_n(padded.row(y), wide, line.data());
      take_least(line.data(), line.data() + step, padded.row(y), static_cast<std::size_t>(wide - step));
    }
  }
  for (const int step : {1, 2, 4, 7}) {
    for (int y = 0; y + step < high; ++y) {
      take_least(padded.row(y), padded.row(y + step), padded.row(y), static_cast<std::size_t>(wide));
    }
  }
  Image out(picture.width, picture.height, 1);
  for (int y = 0; y < picture.height; ++y) std::copy_n(padded.row(y), picture.width, out.row(y));
  return out;
}

SURGSIGMA_WIDE
void add_dark(const std::uint8_t* __restrict values, const std::uint8_t* __restrict own, int count, std::int64_t& sum,
              std::int64_t& pixels) {
  std::int32_t row_sum = 0, row_pixels = 0;
  for (int x = 0; x < count; ++x) {
    // Outside, or so white that it counts for nothing either way.
    const std::int32_t counts = own[x] != kOutside ? 1 : 0;
    row_sum += values[x] * counts;
    row_pixels += counts;
  }
  sum += row_sum;
  pixels += row_pixels;
}

/// Sums over the inside that one pass over the colours gives.
struct ColourSums {
  std::int64_t pixels = 0, specular = 0;
  std::int64_t red_green = 0, red_green_squares = 0;      ///< Of R - G.
  std::int64_t yellow_blue = 0, yellow_blue_squares = 0;  ///< Of R + G - 2 B, twice the usual.
};

/// At most kStretch pixels.
SURGSIGMA_WIDE
void add_colours(const std::uint8_t* __restrict r, const std::uint8_t* __restrict g, const std::uint8_t* __restrict b,
                 int count, ColourSums& sums) {
  std::int32_t specular = 0, rg_sum = 0, yb_sum = 0, rg_squares = 0, yb_squares = 0;
  for (int x = 0; x < count; ++x) {
    const auto rg = static_cast<std::int16_t>(r[x] - g[x]);
    const auto yb = static_cast<std::int16_t>(r[x] + g[x] - 2 * b[x]);
    rg_sum += rg;
    yb_sum += yb;
    rg_squares += rg * rg;
    yb_squares += yb * yb;
  }
  for (int x = 0; x < count; ++x) {
    const std::uint8_t rg_high = r[x] > g[x] ? r[x] : g[x], high = rg_high > b[x] ? rg_high : b[x];
    const std::uint8_t rg_low = r[x] < g[x] ? r[x] : g[x], low = rg_low < b[x] ? rg_low : b[x];
    const auto excess = static_cast<std::int16_t>(5 * (high - low) - high);
    specular += (high >= 230) & (excess <= 0);
  }
  sums.pixels += count;
  sums.specular += specular;
  sums.red_green += rg_sum;
  sums.red_green_squares += rg_squares;
  sums.yellow_blue += yb_sum;
  sums.yellow_blue_squares += yb_squares;
}

ColourSums colour_sums(const Planes& planes, const std::vector<Span>& inside) {
  ColourSums sums;
  for (int y = 0; y < planes.luma.height; ++y) {
    const std::uint8_t *r = planes.r().row(y), *g = planes.g().row(y), *b = planes.b().row(y);
    each_stretch(inside[static_cast<std::size_t>(y)],
                 [&](int begin, int end) { add_colours(r + begin, g + begin, b + begin, end - begin, sums); });
  }
  return sums;
}

double variance(double sum, double squares, double count) {
  return std::max(0.0, squares / count - sum / count * (sum / count));
}

double colourfulness_of(const ColourSums& sums) {
  const double count = static_cast<double>(std::max<std::int64_t>(sums.pixels, 1));
  const double rg = static_cast<double>(sums.red_green), yb = static_cast<double>(sums.yellow_blue) / 2;
  const double spread = variance(rg, static_cast<double>(sums.red_green_squares), count) +
                        variance(yb, static_cast<double>(sums.yellow_blue_squares) / 4, count);
  return std::sqrt(spread) + 0.3 * std::hypot(rg / count, yb / count);
}

struct LaplacianSums {
  std::int64_t sum = 0, squares = 0;
};

/// At most kStretch pixels; `here` has a neighbour on each side.
SURGSIGMA_WIDE
void add_laplacian(const std::uint8_t* __restrict above, const std::uint8_t* __restrict here,
                   const std::uint8_t* __restrict below, int count, LaplacianSums& sums) {
  std::int32_t sum = 0, squares = 0;
  for (int x = 0; x < count; ++x) {
    const auto value = static_cast<std::int16_t>(above[x] + below[x] + here[x - 1] + here[x + 1] - 4 * here[x]);
    sum += value;
    squares += value * value;
  }
  sums.sum += sum;
  sums.squares += squares;
}

double laplacian_variance(const Image& luma, const std::vector<Span>& inside) {
  LaplacianSums sums;
  std::int64_t pixels = 0;
  for (int y = 1; y + 1 < luma.height; ++y) {
    const auto at = static_cast<std::size_t>(y);
    const int begin = std::max({inside[at].begin + 1, inside[at - 1].begin, inside[at + 1].begin});
    const int end = std::min({inside[at].end - 1, inside[at - 1].end, inside[at + 1].end});
    const std::uint8_t *here = luma.row(y), *above = luma.row(y - 1), *below = luma.row(y + 1);
    each_stretch({begin, end},
                 [&](int from, int to) { add_laplacian(above + from, here + from, below + from, to - from, sums); });
    pixels += std::max(0, end - begin);
  }
  if (pixels == 0) return 0;
  return variance(static_cast<double>(sums.sum), static_cast<double>(sums.squares), static_cast<double>(pixels));
}

double share(const LumaCounts& counts, int from, int to) {
  std::int64_t sum = 0;
  for (int value = from; value <= to; ++value) sum += counts.of[static_cast<std::size_t>(value)];
  return counts.pixels == 0 ? 0 : static_cast<double>(sum) / static_cast<double>(counts.pixels);
}

double mean(const LumaCounts& counts) {
  std::int64_t sum = 0;
  for (std::size_t value = 0; value < counts.of.size(); ++value)
    sum += counts.of[value] * static_cast<std::int64_t>(value);
  return counts.pixels == 0 ? 0 : static_cast<double>(sum) / static_cast<double>(counts.pixels);
}

int percentile(const LumaCounts& counts, int percent) {
  std::int64_t sum = 0;
  int value = 0;
  while (value < 255 && (sum += counts.of[static_cast<std::size_t>(value)]) * 100 < counts.pixels * percent) ++value;
  return value;
}

/// Darker pictures are scaled as if they were at least this bright: a black frame is not smoke.
constexpr int kLeastBright = 64;

double smoke_of(const Planes& planes, const std::vector<Span>& inside, const LumaCounts& counts) {
  return std::min(1.0, mean_dark_channel(planes, inside) / std::max(kLeastBright, percentile(counts, 99)));
}

/// Where the content lies, and the luma of all and of the inside.
struct Layout {
  std::optional<CircularField> field;
  Borders borders;
  std::vector<Span> inside;
  LumaCounts whole;
  LumaCounts counts;
};

Layout layout_of(const Image& luma) {
  Layout layout;
  layout.whole = luma_counts(luma, std::vector<Span>(static_cast<std::size_t>(luma.height), Span{0, luma.width}));
  const int black = black_level(layout.whole);
  layout.field = field_of(luma, black);
  layout.borders = borders_of(luma, black);
  layout.inside = inside_of(layout.field, layout.borders, luma.size());
  const bool is_filled = !layout.field && layout.borders == Borders{};
  layout.counts = is_filled ? layout.whole : luma_counts(luma, layout.inside);
  return layout;
}

FrameMeasures measured(const Image& working, int reduce, const Thumbnail* previous, const QualitySettings& settings) {
  Planes planes = planes_of(working);
  const Layout layout = layout_of(planes.luma);
  const ColourSums colours = colour_sums(planes, layout.inside);
  FrameMeasures measures;
  FrameQuality& quality = measures.quality;
  quality.reduced_by = reduce;
  quality.sharpness = laplacian_variance(planes.luma, layout.inside);
  quality.mean_luma = mean(layout.counts) / 255;
  quality.dark_share = share(layout.counts, 0, kDark);
  quality.bright_share = share(layout.counts, kBright, 255);
  quality.black_share = share(layout.whole, 0, kDark);
  quality.specular_share =
      static_cast<double>(colours.specular) / static_cast<double>(std::max<std::int64_t>(colours.pixels, 1));
  quality.smoke = smoke_of(planes, layout.inside, layout.counts);
  quality.colourfulness = colourfulness_of(colours);
  quality.tiles = tiles_of(planes.luma, layout.inside);
  if (layout.field) {
    quality.field = {layout.field->centre_x * reduce, layout.field->centre_y * reduce, layout.field->radius * reduce};
  }
  const Borders& b = layout.borders;
  quality.borders = {b.left * reduce, b.top * reduce, b.right * reduce, b.bottom * reduce};
  measures.thumbnail = {shrunk(planes.luma, 4), 4 * reduce};
  if (previous != nullptr && previous->luma.size() == measures.thumbnail.luma.size()) {
    quality.motion = motion_between(*previous, measures.thumbnail);
  }
  if (settings.wants_hash) {
    measures.hash = hash_region(planes.luma, region_of(layout.field, layout.borders, planes.luma.size()));
  }
  keep(std::move(planes));
  return measures;
}

std::optional<Error> bad_settings(const QualitySettings& settings) {
  if (settings.reduce == 0 || settings.reduce == 1 || settings.reduce == 2 || settings.reduce == 4 ||
      settings.reduce == 8)
    return {};
  return Error{ErrorKind::kUsage, "a frame cannot be measured at 1/" + std::to_string(settings.reduce), "",
               "1, 2, 4 or 8"};
}

}  // namespace

namespace {

/// Room for another picture in the memory of the last one.
void make_room(Image& plane, ImageSize size) {
  plane.width = size.width;
  plane.height = size.height;
  plane.channels = 1;
  plane.values.resize(static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height));
}

/// Planes of the last frame of this thread. Frames come by the thousand in one size; asking the system for the same
/// pages again each time is a fifth of the work.
thread_local Planes kept_planes;
constexpr std::size_t kMostKeptPixels = 1U << 20;

SURGSIGMA_WIDE
void split_row(const std::uint8_t* __restrict in, std::uint8_t* __restrict r, std::uint8_t* __restrict g,
               std::uint8_t* __restrict b, std::uint8_t* __restrict luma, int count) {
  for (int x = 0; x < count; ++x) {
    r[x] = in[3 * x];
    g[x] = in[3 * x + 1];
    b[x] = in[3 * x + 2];
  }
  for (int x = 0; x < count; ++x) {  // at most 65408, so 16 bits hold it
    luma[x] = static_cast<std::uint8_t>(static_cast<std::uint16_t>(77 * r[x] + 150 * g[x] + 29 * b[x] + 128) >> 8);
  }
}

}  // namespace

void keep(Planes&& planes) {
  if (!planes.red.is_empty() && planes.luma.pixels() <= kMostKeptPixels) kept_planes = std::move(planes);
}

Planes planes_of(const Image& picture) {
  if (picture.channels == 1) return {picture, {}, {}, {}};
  Planes planes = std::exchange(kept_planes, {});
  for (Image* plane : {&planes.luma, &planes.red, &planes.green, &planes.blue}) make_room(*plane, picture.size());
  for (int y = 0; y < picture.height; ++y) {
    const std::uint8_t* in = picture.row(y);
    std::uint8_t *r = planes.red.row(y), *g = planes.green.row(y), *b = planes.blue.row(y), *luma = planes.luma.row(y);
    split_row(in, r, g, b, luma, picture.width);
  }
  return planes;
}

Image luma_of(const Image& picture) {
  Planes planes = planes_of(picture);
  return std::move(planes.luma);
}

LumaCounts luma_counts(const Image& luma, const std::vector<Span>& inside) {
  // Two tables by turns: neighbours are often equal, and the second need not wait for the first.
  std::array<std::int32_t, 256> even = {}, odd = {};
  LumaCounts counts;
  for (int y = 0; y < luma.height; ++y) {
    const Span span = inside[static_cast<std::size_t>(y)];
    const std::uint8_t* row = luma.row(y);
    int x = span.begin;
    for (; x + 1 < span.end; x += 2) {
      ++even[row[x]];
      ++odd[row[x + 1]];
    }
    if (x < span.end) ++even[row[x]];
    counts.pixels += span.end - span.begin;
  }
  for (std::size_t i = 0; i < 256; ++i) counts.of[i] = static_cast<std::int64_t>(even[i]) + odd[i];
  return counts;
}

double mean_dark_channel(const Planes& planes, const std::vector<Span>& inside) {
  const int longest = std::max(planes.luma.width, planes.luma.height);
  const Image least = pooled(least_channel(planes, inside), std::max(1, longest / 200));
  const Image dark = window_least(least);
  std::int64_t sum = 0, pixels = 0;
  for (int y = 0; y < dark.height; ++y) {
    add_dark(dark.row(y), least.row(y), dark.width, sum, pixels);
  }
  return pixels == 0 ? 0 : static_cast<double>(sum) / static_cast<double>(pixels);
}

}  // namespace quality

int working_reduction(ImageSize native) {
  constexpr int kLeastSide = 400;
  const int longest = std::max(native.width, native.height);
  int reduce = 1;
  while (reduce < 8 && longest / (2 * reduce) >= kLeastSide) reduce *= 2;
  return reduce;
}

Image shrunk_for_measures(const Image& picture) { return shrunk(picture, working_reduction(picture.size())); }

double smoke_score(const Image& picture) {
  if (picture.is_empty()) return 0;
  const Image working = shrunk_for_measures(picture);
  const quality::Planes planes = quality::planes_of(working);
  const quality::Layout layout = quality::layout_of(planes.luma);
  return quality::smoke_of(planes, layout.inside, layout.counts);
}

Result<FrameMeasures> measure_frame(const Image& picture, const Thumbnail* previous, const QualitySettings& settings) {
  if (auto error = quality::bad_settings(settings)) return *error;
  if (picture.is_empty() || (picture.channels != 1 && picture.channels != 3)) {
    return Error{ErrorKind::kUsage, "only pictures of one or three channels can be measured", "", ""};
  }
  const int reduce = settings.reduce == 0 ? working_reduction(picture.size()) : settings.reduce;
  return quality::measured(reduce == 1 ? picture : shrunk(picture, reduce), reduce, previous, settings);
}

Result<FrameMeasures> measure_picture_file(std::string_view bytes, std::string_view name, const Thumbnail* previous,
                                           const QualitySettings& settings, PictureLimits limits) {
  if (picture_format(bytes) != PictureFormat::kJpeg) {
    SURGSIGMA_TRY(picture, decode_picture(bytes, name, limits));
    return measure_frame(picture, previous, settings);
  }
  if (auto error = quality::bad_settings(settings)) return *error;
  SURGSIGMA_TRY(header, read_picture_header(bytes, name, limits));
  const int reduce = settings.reduce == 0 ? working_reduction(header.size) : settings.reduce;
  SURGSIGMA_TRY(working, decode_jpeg_reduced(bytes, name, reduce, limits));
  return quality::measured(working, reduce, previous, settings);
}

}  // namespace surgsigma
