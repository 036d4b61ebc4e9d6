// Structural similarity: four filtered planes (a, b, a^2 + b^2, a b) per pair, in strips of columns so narrow that the
// rows a window needs stay in the first cache. Everything in doubles, so that the differences of nearly equal sums stay
// exact to 1e-10.
#include <algorithm>
#include <cmath>
#include <limits>

#include "surgsigma/eval/metrics/four.h"
#include "surgsigma/eval/metrics/pictures.h"
#include "surgsigma/media/wide.h"

namespace surgsigma {
namespace {

constexpr double kC1 = (0.01 * 255) * (0.01 * 255);
constexpr double kC2 = (0.03 * 255) * (0.03 * 255);
constexpr int kPlanes = 4;

/// taps[r] weighs the values at distance r.
template <int R>
std::array<double, R + 1> taps_of(SsimWindow window) {
  std::array<double, R + 1> taps{};
  double sum = 0;
  for (int r = 0; r <= R; ++r) {
    taps[static_cast<std::size_t>(r)] = window == SsimWindow::kUniform ? 1 : std::exp(-0.5 * r * r / (1.5 * 1.5));
    sum += taps[static_cast<std::size_t>(r)] * (r == 0 ? 1 : 2);
  }
  for (double& tap : taps) tap /= sum;
  return taps;
}

constexpr int kStrip = 64;  // columns of the result; the last strip has some that nobody looks at

/// One strip of columns of one pair.
template <int R>
struct Strip {
  static constexpr int kRows = 2 * R + 1, kWide = kStrip + 2 * R;
  using Line = std::array<double, kStrip>;
  std::array<double, R + 1> taps{};
  double norm = 1;                           ///< population or sample covariance
  std::array<double, kWide> values[2] = {};  ///< of the two pictures
  std::array<double, kWide> squares{}, both{};
  Line kept[kPlanes][kRows];  ///< filtered along the row, [plane][row % kRows]
  Line out;                   ///< the similarity at each place
};

template <int R>
SURGSIGMA_INLINE void filter_row(const double* in, const std::array<Four, R + 1>& taps, double* out) {
  for (int x = 0; x < kStrip; x += 4) {
    Four sum, left, right;
    take(sum, in + x + R);
    sum *= taps[0];
    for (int r = 1; r <= R; ++r) {
      take(left, in + x + R - r);
      take(right, in + x + R + r);
      sum += taps[static_cast<std::size_t>(r)] * (left + right);
    }
    put(out + x, sum);
  }
}

template <int R>
SURGSIGMA_INLINE std::array<Four, R + 1> fours_of(const std::array<double, R + 1>& taps) {
  std::array<Four, R + 1> fours;
  for (std::size_t r = 0; r <= R; ++r) fours[r] = Four{} + taps[r];
  return fours;
}

template <int R>
SURGSIGMA_INLINE void filter_rows(Strip<R>& strip, int y) {
  const double* __restrict a = strip.values[0].data();
  const double* __restrict b = strip.values[1].data();
  double* __restrict squares = strip.squares.data();
  double* __restrict both = strip.both.data();
  for (int x = 0; x < Strip<R>::kWide; ++x) {
    squares[x] = a[x] * a[x] + b[x] * b[x];
    both[x] = a[x] * b[x];
  }
  const int row = y % Strip<R>::kRows;
  const auto taps = fours_of<R>(strip.taps);
  filter_row<R>(a, taps, strip.kept[0][row].data());
  filter_row<R>(b, taps, strip.kept[1][row].data());
  filter_row<R>(squares, taps, strip.kept[2][row].data());
  filter_row<R>(both, taps, strip.kept[3][row].data());
}

/// The row y is the lowest one of the windows.
template <int R>
SURGSIGMA_INLINE void filter_columns(Strip<R>& strip, int y) {
  constexpr int kRows = Strip<R>::kRows;
  double sums[kPlanes][kStrip];
  const auto taps = fours_of<R>(strip.taps);
  for (int p = 0; p < kPlanes; ++p) {
    const double* rows[kRows];
    for (int r = 0; r < kRows; ++r) rows[r] = strip.kept[p][(y + 1 + r) % kRows].data();
    for (int x = 0; x < kStrip; x += 4) {
      Four sum, above, below;
      take(sum, rows[R] + x);
      sum *= taps[0];
      for (int r = 1; r <= R; ++r) {
        take(above, rows[R - r] + x);
        take(below, rows[R + r] + x);
        sum += taps[static_cast<std::size_t>(r)] * (above + below);
      }
      put(sums[p] + x, sum);
    }
  }
  double* __restrict out = strip.out.data();
  for (int x = 0; x < kStrip; ++x) {
    const double a = sums[0][x], b = sums[1][x];
    const double aa = a * a, bb = b * b, ab = a * b;
    const double variances = strip.norm * (sums[2][x] - aa - bb);
    const double covariance = strip.norm * (sums[3][x] - ab);
    out[x] = (2 * ab + kC1) * (2 * covariance + kC2) / ((aa + bb + kC1) * (variances + kC2));
  }
}

SURGSIGMA_WIDE void rows_of(Strip<5>& strip, int y) { filter_rows<5>(strip, y); }
SURGSIGMA_WIDE void columns_of(Strip<5>& strip, int y) { filter_columns<5>(strip, y); }
SURGSIGMA_WIDE void narrow_rows_of(Strip<3>& strip, int y) { filter_rows<3>(strip, y); }
SURGSIGMA_WIDE void narrow_columns_of(Strip<3>& strip, int y) { filter_columns<3>(strip, y); }
void rows_of(Strip<3>& strip, int y) { narrow_rows_of(strip, y); }
void columns_of(Strip<3>& strip, int y) { narrow_columns_of(strip, y); }

/// Similarity of two pictures whose rows fill(picture 0 or 1, y, x, count, to) gives as numbers.
template <int R, class Fill>
double ssim_of(int width, int height, const Fill& fill, SsimWindow window, const Image* mask) {
  constexpr int kRows = Strip<R>::kRows;
  if (width < kRows || height < kRows) return std::numeric_limits<double>::quiet_NaN();
  Strip<R> strip;
  strip.taps = taps_of<R>(window);
  strip.norm = window == SsimWindow::kGaussian ? 1 : 49.0 / 48.0;
  double total = 0;
  std::int64_t pixels = 0;
  for (int x0 = 0; x0 < width - 2 * R; x0 += kStrip) {
    const int wide = std::min(kStrip, width - 2 * R - x0);
    double sum = 0;
    for (int y = 0; y < height; ++y) {
      for (int side = 0; side < 2; ++side) fill(side, y, x0, wide + 2 * R, strip.values[side].data());
      rows_of(strip, y);
      if (y < kRows - 1) continue;
      columns_of(strip, y);
      const std::uint8_t* inside = mask == nullptr ? nullptr : mask->row(y - R) + R + x0;
      for (int x = 0; x < wide; ++x) {
        if (inside != nullptr && inside[x] == 0) continue;
        sum += strip.out[static_cast<std::size_t>(x)];
        ++pixels;
      }
    }
    total += sum;
  }
  return pixels == 0 ? std::numeric_limits<double>::quiet_NaN() : total / static_cast<double>(pixels);
}

template <class Fill>
double ssim_in(int width, int height, const Fill& fill, SsimWindow window, const Image* mask) {
  return window == SsimWindow::kGaussian ? ssim_of<5>(width, height, fill, window, mask)
                                         : ssim_of<3>(width, height, fill, window, mask);
}

}  // namespace

double ssim(const Plane& a, const Plane& b, SsimWindow window, const Image* mask) {
  const auto fill = [&](int side, int y, int x, int count, double* to) {
    const Plane& plane = side == 0 ? a : b;
    const double* from = plane.values.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(plane.width) + x;
    std::copy_n(from, count, to);
  };
  return ssim_in(a.width, a.height, fill, window, mask);
}

double ssim_of_channel(const Image& a, const Image& b, int channel, SsimWindow window, const Image* mask) {
  const auto fill = [&](int side, int y, int x, int count, double* to) {
    const Image& picture = side == 0 ? a : b;
    const std::uint8_t* from = picture.at(x, y) + channel;
    for (int i = 0; i < count; ++i, from += picture.channels) to[i] = *from;
  };
  return ssim_in(a.width, a.height, fill, window, mask);
}

double ssim_of_gray(const Image& a, const Image& b, SsimWindow window, const Image* mask) {
  if (a.channels != 3) return ssim_of_channel(a, b, 0, window, mask);
  const auto fill = [&](int side, int y, int x, int count, double* to) {
    const std::uint8_t* from = (side == 0 ? a : b).at(x, y);
    for (int i = 0; i < count; ++i, from += 3) to[i] = gray_value(from);
  };
  return ssim_in(a.width, a.height, fill, window, mask);
}

}  // namespace surgsigma
