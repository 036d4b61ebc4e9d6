#include "surgsigma/media/quality.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "surgsigma/media/quality_parts.h"
#include "surgsigma/media/resize.h"

namespace surgsigma {
namespace quality {
namespace {

constexpr int kDark = 16, kBright = 250;
constexpr int kWindow = 15;
constexpr std::uint8_t kOutside = 255;  ///< Does not lower a minimum.

/// Least channel; kOutside outside the field.
Image least_channel(const Image& picture, const std::vector<Span>& inside) {
  Image least(picture.width, picture.height, 1, kOutside);
  for (int y = 0; y < picture.height; ++y) {
    const Span span = inside[static_cast<std::size_t>(y)];
    const std::uint8_t* in = picture.at(span.begin, y);
    std::uint8_t* out = least.row(y);
    for (int x = span.begin; x < span.end; ++x, in += picture.channels) {
      out[x] = picture.channels == 3 ? std::min({in[0], in[1], in[2]}) : in[0];
    }
  }
  return least;
}

/// Least of each block.
Image pooled(const Image& picture, int factor) {
  if (factor == 1) return picture;
  Image out((picture.width + factor - 1) / factor, (picture.height + factor - 1) / factor, 1, kOutside);
  for (int y = 0; y < picture.height; ++y) {
    const std::uint8_t* in = picture.row(y);
    std::uint8_t* to = out.row(y / factor);
    for (int block = 0, x = 0; x < picture.width; ++block) {
      std::uint8_t least = to[block];
      for (const int end = std::min(x + factor, picture.width); x < end; ++x) least = std::min(least, in[x]);
      to[block] = least;
    }
  }
  return out;
}

/// Whole rows at a time, so that the compiler can use wide instructions.
void take_least(const std::uint8_t* a, const std::uint8_t* b, std::uint8_t* out, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) out[i] = std::min(a[i], b[i]);
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

/// Sums over the inside that one pass over the colours gives.
struct ColourSums {
  std::int64_t pixels = 0, specular = 0;
  std::int64_t red_green = 0, red_green_squares = 0;      ///< Of R - G.
  std::int64_t yellow_blue = 0, yellow_blue_squares = 0;  ///< Of R + G - 2 B, twice the usual.
};

ColourSums colour_sums(const Image& picture, const std::vector<Span>& inside) {
  ColourSums sums;
  const int green = picture.channels == 3 ? 1 : 0, blue = picture.channels == 3 ? 2 : 0;
  for (int y = 0; y < picture.height; ++y) {
    const Span span = inside[static_cast<std::size_t>(y)];
    const std::uint8_t* p = picture.at(span.begin, y);
    std::int32_t specular = 0, rg_sum = 0, yb_sum = 0;
    std::int64_t rg_squares = 0, yb_squares = 0;
    for (int x = span.begin; x < span.end; ++x, p += picture.channels) {
      const int r = p[0], g = p[green], b = p[blue];
      const int high = std::max({r, g, b}), low = std::min({r, g, b});
      specular += high >= 230 && 5 * (high - low) <= high ? 1 : 0;
      const int rg = r - g, yb = r + g - 2 * b;
      rg_sum += rg;
      yb_sum += yb;
      rg_squares += rg * rg;
      yb_squares += yb * yb;
    }
    sums.pixels += span.end - span.begin;
    sums.specular += specular;
    sums.red_green += rg_sum;
    sums.red_green_squares += rg_squares;
    sums.yellow_blue += yb_sum;
    sums.yellow_blue_squares += yb_squares;
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

double laplacian_variance(const Image& luma, const std::vector<Span>& inside) {
  std::int64_t pixels = 0, sum = 0, squares = 0;
  for (int y = 1; y + 1 < luma.height; ++y) {
    const auto at = static_cast<std::size_t>(y);
    const int begin = std::max({inside[at].begin + 1, inside[at - 1].begin, inside[at + 1].begin});
    const int end = std::min({inside[at].end - 1, inside[at - 1].end, inside[at + 1].end});
    const std::uint8_t *here = luma.row(y), *above = luma.row(y - 1), *below = luma.row(y + 1);
    std::int32_t row_sum = 0;
    std::int64_t row_squares = 0;
    for (int x = begin; x < end; ++x) {
      const int value = above[x] + below[x] + here[x - 1] + here[x + 1] - 4 * here[x];
      row_sum += value;
      row_squares += value * value;
    }
    pixels += std::max(0, end - begin);
    sum += row_sum;
    squares += row_squares;
  }
  if (pixels == 0) return 0;
  return variance(static_cast<double>(sum), static_cast<double>(squares), static_cast<double>(pixels));
}

/// Luma inside the field by value.
struct LumaCounts {
  std::array<std::int64_t, 256> of = {};
  std::int64_t pixels = 0;

  double share(int from, int to) const {
    std::int64_t sum = 0;
    for (int value = from; value <= to; ++value) sum += of[static_cast<std::size_t>(value)];
    return pixels == 0 ? 0 : static_cast<double>(sum) / static_cast<double>(pixels);
  }
  double mean() const {
    std::int64_t sum = 0;
    for (std::size_t value = 0; value < of.size(); ++value) sum += of[value] * static_cast<std::int64_t>(value);
    return pixels == 0 ? 0 : static_cast<double>(sum) / static_cast<double>(pixels);
  }
  int percentile(int percent) const {
    std::int64_t sum = 0;
    int value = 0;
    while (value < 255 && (sum += of[static_cast<std::size_t>(value)]) * 100 < pixels * percent) ++value;
    return value;
  }
};

LumaCounts luma_counts(const Image& luma, const std::vector<Span>& inside) {
  LumaCounts counts;
  for (int y = 0; y < luma.height; ++y) {
    const Span span = inside[static_cast<std::size_t>(y)];
    const std::uint8_t* row = luma.row(y);
    for (int x = span.begin; x < span.end; ++x) ++counts.of[row[x]];
    counts.pixels += span.end - span.begin;
  }
  return counts;
}

/// Darker pictures are scaled as if they were at least this bright: a black frame is not smoke.
constexpr int kLeastBright = 64;

double smoke_of(const Image& picture, const std::vector<Span>& inside, const LumaCounts& counts) {
  return std::min(1.0, mean_dark_channel(picture, inside) / std::max(kLeastBright, counts.percentile(99)));
}

struct Layout {
  std::optional<CircularField> field;
  Borders borders;
  std::vector<Span> inside;
};

Layout layout_of(const Image& luma) {
  const int black = black_level(luma);
  Layout layout{field_of(luma, black), borders_of(luma, black), {}};
  layout.inside = inside_of(layout.field, layout.borders, luma.size());
  return layout;
}

FrameMeasures measured(const Image& working, int reduce, const Thumbnail* previous, const QualitySettings& settings) {
  const Image luma = luma_of(working);
  const Layout layout = layout_of(luma);
  const LumaCounts counts = luma_counts(luma, layout.inside);
  const ColourSums colours = colour_sums(working, layout.inside);
  FrameMeasures measures;
  FrameQuality& quality = measures.quality;
  quality.reduced_by = reduce;
  quality.sharpness = laplacian_variance(luma, layout.inside);
  quality.mean_luma = counts.mean() / 255;
  quality.dark_share = counts.share(0, kDark);
  quality.bright_share = counts.share(kBright, 255);
  std::int64_t black = 0;
  for (const std::uint8_t value : luma.values) black += value <= kDark ? 1 : 0;
  quality.black_share = static_cast<double>(black) / static_cast<double>(luma.pixels());
  quality.specular_share = static_cast<double>(colours.specular) / static_cast<double>(std::max<std::int64_t>(colours.pixels, 1));
  quality.smoke = smoke_of(working, layout.inside, counts);
  quality.colourfulness = colourfulness_of(colours);
  if (layout.field) {
    quality.field = {layout.field->centre_x * reduce, layout.field->centre_y * reduce, layout.field->radius * reduce};
  }
  const Borders& b = layout.borders;
  quality.borders = {b.left * reduce, b.top * reduce, b.right * reduce, b.bottom * reduce};
  measures.thumbnail = {shrunk(luma, 4), 4 * reduce};
  if (previous != nullptr && previous->luma.size() == measures.thumbnail.luma.size()) {
    quality.motion = motion_between(*previous, measures.thumbnail);
  }
  if (settings.wants_hash) measures.hash = hash_region(luma, region_of(layout.field, layout.borders, luma.size()));
  return measures;
}

std::optional<Error> bad_settings(const QualitySettings& settings) {
  if (settings.reduce == 0 || settings.reduce == 1 || settings.reduce == 2 || settings.reduce == 4 || settings.reduce == 8) return {};
  return Error{ErrorKind::kUsage, "a frame cannot be measured at 1/" + std::to_string(settings.reduce), "", "1, 2, 4 or 8"};
}

}  // namespace

Image luma_of(const Image& picture) {
  if (picture.channels == 1) return picture;
  Image luma(picture.width, picture.height, 1);
  const std::uint8_t* in = picture.values.data();
  std::uint8_t* out = luma.values.data();
  for (std::size_t i = 0; i < luma.values.size(); ++i) {
    out[i] = static_cast<std::uint8_t>((77U * in[3 * i] + 150U * in[3 * i + 1] + 29U * in[3 * i + 2] + 128U) >> 8);
  }
  return luma;
}

double mean_dark_channel(const Image& picture, const std::vector<Span>& inside) {
  const int longest = std::max(picture.width, picture.height);
  const Image least = pooled(least_channel(picture, inside), std::max(1, longest / 200));
  const Image dark = window_least(least);
  std::int64_t sum = 0, pixels = 0;
  for (std::size_t i = 0; i < dark.values.size(); ++i) {
    if (least.values[i] == kOutside) continue;  // outside, or so white that it counts for nothing either way
    sum += dark.values[i];
    ++pixels;
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
  const Image luma = quality::luma_of(working);
  const quality::Layout layout = quality::layout_of(luma);
  return quality::smoke_of(working, layout.inside, quality::luma_counts(luma, layout.inside));
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
