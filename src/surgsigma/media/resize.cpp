#include "surgsigma/media/resize.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

namespace surgsigma {
namespace {

/// The old pixels that make one new one along one side. The weights of a tap sum to 2^kWeightBits.
struct Tap {
  int first = 0;
  std::vector<std::uint32_t> weights;
};
constexpr int kWeightBits = 14;
constexpr std::uint32_t kWhole = 1U << kWeightBits;

/// Rounding leaves a rest; the largest weight takes it.
void make_whole(Tap& tap) {
  std::uint32_t sum = 0;
  for (const std::uint32_t weight : tap.weights) sum += weight;
  auto& largest = *std::max_element(tap.weights.begin(), tap.weights.end());
  largest += kWhole - sum;
}

/// In units of 1 / after of an old pixel, so that all borders are whole numbers.
Tap area_tap(int at, int before, int after) {
  const std::int64_t begin = static_cast<std::int64_t>(at) * before, end = begin + before;
  const auto first = static_cast<int>(begin / after), last = static_cast<int>((end - 1) / after);
  Tap tap{first, {}};
  for (int i = first; i <= last; ++i) {
    const std::int64_t left = std::max(begin, static_cast<std::int64_t>(i) * after);
    const std::int64_t right = std::min(end, static_cast<std::int64_t>(i + 1) * after);
    tap.weights.push_back(static_cast<std::uint32_t>(((right - left) * kWhole + before / 2) / before));
  }
  make_whole(tap);
  return tap;
}

/// Pixel centres on pixel centres of the picture as a whole; beyond the outer centres the edge is repeated.
Tap bilinear_tap(int at, int before, int after) {
  const std::int64_t twice = (2 * static_cast<std::int64_t>(at) + 1) * before - after;  // of 2 * after
  if (twice <= 0) return {0, {kWhole}};
  const std::int64_t first = twice / (2 * after);
  if (first >= before - 1) return {before - 1, {kWhole}};
  const auto part = static_cast<std::uint32_t>((twice % (2 * after) * kWhole) / (2 * after));
  return {static_cast<int>(first), {kWhole - part, part}};
}

Tap nearest_tap(int at, int before, int after) {
  return {static_cast<int>((2 * static_cast<std::int64_t>(at) + 1) * before / (2 * after)), {kWhole}};
}

std::vector<Tap> taps(int before, int after, Resampling how) {
  std::vector<Tap> all;
  all.reserve(static_cast<std::size_t>(after));
  for (int at = 0; at < after; ++at) {
    all.push_back(how == Resampling::kArea       ? area_tap(at, before, after)
                  : how == Resampling::kBilinear ? bilinear_tap(at, before, after)
                                                 : nearest_tap(at, before, after));
  }
  return all;
}

template <class T>
std::optional<Error> unusable(const Raster<T>& picture, ImageSize size) {
  if (picture.is_empty()) return Error{ErrorKind::kUsage, "an empty picture cannot be resized", "", ""};
  if (size.width < 1 || size.height < 1) {
    return Error{ErrorKind::kUsage,
                 "a picture cannot be resized to " + std::to_string(size.width) + "x" + std::to_string(size.height), "",
                 ""};
  }
  return {};
}

template <class T>
Raster<T> nearest_of(const Raster<T>& picture, ImageSize size) {
  const std::vector<Tap> columns = taps(picture.width, size.width, Resampling::kNearest);
  const std::vector<Tap> rows = taps(picture.height, size.height, Resampling::kNearest);
  Raster<T> out(size.width, size.height, picture.channels);
  for (int y = 0; y < size.height; ++y) {
    T* to = out.row(y);
    for (const Tap& column : columns) {
      const T* from = picture.at(column.first, rows[static_cast<std::size_t>(y)].first);
      for (int c = 0; c < picture.channels; ++c) *to++ = from[c];
    }
  }
  return out;
}

/// One old row at its new width; the sums keep six bits below the point.
void squeeze_row(const Image& picture, int y, const std::vector<Tap>& columns, std::vector<std::uint32_t>& sums) {
  const std::uint8_t* row = picture.row(y);
  const auto many = static_cast<std::size_t>(picture.channels);
  std::uint32_t* out = sums.data();
  for (const Tap& column : columns) {
    const std::uint8_t* from = row + static_cast<std::size_t>(column.first) * many;
    for (std::size_t c = 0; c < many; ++c) {
      std::uint32_t sum = 0;
      for (std::size_t i = 0; i < column.weights.size(); ++i) sum += column.weights[i] * from[i * many + c];
      *out++ = (sum + (1U << (kWeightBits - 7))) >> (kWeightBits - 6);
    }
  }
}

}  // namespace

Result<Image> resized(const Image& picture, ImageSize size, Resampling how) {
  if (auto error = unusable(picture, size)) return *error;
  if (picture.size() == size) return picture;
  if (how == Resampling::kNearest) return nearest_of(picture, size);
  const std::vector<Tap> columns = taps(picture.width, size.width, how);
  const std::vector<Tap> rows = taps(picture.height, size.height, how);
  Image out(size.width, size.height, picture.channels);
  std::vector<std::uint32_t> sums(out.row_values());
  std::vector<std::uint64_t> totals(out.row_values());
  // Neighbouring taps share at most one or two rows; the last two squeezed rows are kept.
  std::vector<std::uint32_t> kept[2] = {sums, sums};
  int kept_row[2] = {-1, -1};
  const auto squeezed = [&](int y) -> const std::vector<std::uint32_t>& {
    const int slot = y % 2;
    if (kept_row[slot] != y) {
      squeeze_row(picture, y, columns, kept[slot]);
      kept_row[slot] = y;
    }
    return kept[slot];
  };
  for (int y = 0; y < size.height; ++y) {
    const Tap& tap = rows[static_cast<std::size_t>(y)];
    std::fill(totals.begin(), totals.end(), 0);
    for (std::size_t i = 0; i < tap.weights.size(); ++i) {
      const std::vector<std::uint32_t>& row = squeezed(tap.first + static_cast<int>(i));
      for (std::size_t x = 0; x < totals.size(); ++x) totals[x] += static_cast<std::uint64_t>(row[x]) * tap.weights[i];
    }
    std::uint8_t* to = out.row(y);
    for (std::size_t x = 0; x < totals.size(); ++x) {
      to[x] = static_cast<std::uint8_t>((totals[x] + (1ULL << (kWeightBits + 5))) >> (kWeightBits + 6));
    }
  }
  return out;
}

Result<FloatImage> resized(const FloatImage& picture, ImageSize size, Resampling how) {
  if (auto error = unusable(picture, size)) return *error;
  if (picture.size() == size) return picture;
  if (how == Resampling::kNearest) return nearest_of(picture, size);
  const std::vector<Tap> columns = taps(picture.width, size.width, how);
  const std::vector<Tap> rows = taps(picture.height, size.height, how);
  FloatImage out(size.width, size.height, picture.channels);
  for (int y = 0; y < size.height; ++y) {
    const Tap& row = rows[static_cast<std::size_t>(y)];
    for (int x = 0; x < size.width; ++x) {
      const Tap& column = columns[static_cast<std::size_t>(x)];
      for (int c = 0; c < picture.channels; ++c) {
        double sum = 0, weight = 0;
        for (std::size_t j = 0; j < row.weights.size(); ++j) {
          for (std::size_t i = 0; i < column.weights.size(); ++i) {
            const float value = picture.at(column.first + static_cast<int>(i), row.first + static_cast<int>(j))[c];
            if (!std::isfinite(value)) continue;
            const double share = static_cast<double>(row.weights[j]) * column.weights[i];
            sum += share * value;
            weight += share;
          }
        }
        constexpr double kHalf = 0.5 * kWhole * kWhole;
        out.at(x, y)[c] = weight >= kHalf ? static_cast<float>(sum / weight) : std::numeric_limits<float>::quiet_NaN();
      }
    }
  }
  return out;
}

Result<DepthPicture> resized_nearest(const DepthPicture& picture, ImageSize size) {
  if (auto error = unusable(picture, size)) return *error;
  return nearest_of(picture, size);
}

Image shrunk(const Image& picture, int factor) {
  if (factor <= 1 || picture.is_empty()) return picture;
  Image out((picture.width + factor - 1) / factor, (picture.height + factor - 1) / factor, picture.channels);
  // Down the columns first, whole rows at a time; then across.
  std::vector<std::uint32_t> sums(picture.row_values());
  const auto many = static_cast<std::size_t>(picture.channels);
  for (int y = 0; y < out.height; ++y) {
    const int high = std::min(factor, picture.height - y * factor);
    std::fill(sums.begin(), sums.end(), 0);
    for (int j = 0; j < high; ++j) {
      const std::uint8_t* from = picture.row(y * factor + j);
      for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += from[i];
    }
    std::uint8_t* to = out.row(y);
    for (int x = 0; x < out.width; ++x) {
      const int wide = std::min(factor, picture.width - x * factor);
      const auto pixels = static_cast<std::uint32_t>(wide * high);
      const std::uint32_t* block = sums.data() + static_cast<std::size_t>(x * factor) * many;
      for (std::size_t c = 0; c < many; ++c) {
        std::uint32_t sum = pixels / 2;
        for (int i = 0; i < wide; ++i) sum += block[static_cast<std::size_t>(i) * many + c];
        *to++ = static_cast<std::uint8_t>(sum / pixels);
      }
    }
  }
  return out;
}

namespace {

int near_multiple(double side, int original, int multiple) {
  int rounded = static_cast<int>(std::floor(side + 0.5));
  if (multiple > 1 && original >= multiple) rounded = std::max(multiple, static_cast<int>(side / multiple) * multiple);
  return std::clamp(rounded, 1, original);
}

}  // namespace

ImageSize fit_long_side(ImageSize size, int long_side_px, int multiple) {
  const int longest = std::max(size.width, size.height);
  const double scale = longest > long_side_px ? static_cast<double>(std::max(long_side_px, 1)) / longest : 1.0;
  return {near_multiple(size.width * scale, size.width, multiple),
          near_multiple(size.height * scale, size.height, multiple)};
}

ImageSize fit_pixels(ImageSize size, std::int64_t pixels, int multiple) {
  const double all = static_cast<double>(size.width) * size.height;
  const double budget = static_cast<double>(std::max<std::int64_t>(pixels, 1));
  if (all <= budget) return fit_long_side(size, std::max(size.width, size.height), multiple);
  const double scale = std::sqrt(budget / all);
  ImageSize fitted{near_multiple(size.width * scale, size.width, multiple),
                   near_multiple(size.height * scale, size.height, multiple)};
  // Rounding up both sides may exceed the budget by a row.
  while (static_cast<std::int64_t>(fitted.width) * fitted.height > pixels &&
         std::max(fitted.width, fitted.height) > multiple) {
    int& longer = fitted.width >= fitted.height ? fitted.width : fitted.height;
    longer -= std::max(multiple, 1);
  }
  return fitted;
}

}  // namespace surgsigma
