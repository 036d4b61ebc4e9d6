// Structural similarity: four filtered planes (a, b, a^2 + b^2, a b) per pair, kept for as many rows as the window is
// high. Everything in doubles, so that the differences of nearly equal sums stay exact to 1e-10.
#include <cmath>
#include <limits>

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

/// in: `wide` values; out: wide - 2 R.
template <int R>
inline __attribute__((always_inline)) void filter_row(const double* in, int wide, const double* taps, double* out) {
  for (int x = 0; x < wide - 2 * R; ++x) {
    const double* at = in + x + R;
    double sum = taps[0] * at[0];
    for (int r = 1; r <= R; ++r) sum += taps[r] * (at[-r] + at[r]);
    out[x] = sum;
  }
}

/// rows[y]: the rows around the one in hand, from R above to R below.
template <int R>
inline __attribute__((always_inline)) void filter_column(const double* const* rows, int wide, const double* taps,
                                                         double* out) {
  for (int x = 0; x < wide; ++x) {
    double sum = taps[0] * rows[R][x];
    for (int r = 1; r <= R; ++r) sum += taps[r] * (rows[R - r][x] + rows[R + r][x]);
    out[x] = sum;
  }
}

inline __attribute__((always_inline)) void products(const double* a, const double* b, int wide, double* squares,
                                                    double* both) {
  for (int x = 0; x < wide; ++x) {
    squares[x] = a[x] * a[x] + b[x] * b[x];
    both[x] = a[x] * b[x];
  }
}

/// out: the similarity at each place. `norm`: population or sample covariance.
inline __attribute__((always_inline)) void similarity_row(const double* a, const double* b, const double* squares,
                                                          const double* both, int wide, double norm, double* out) {
  for (int x = 0; x < wide; ++x) {
    const double aa = a[x] * a[x], bb = b[x] * b[x], ab = a[x] * b[x];
    const double variances = norm * (squares[x] - aa - bb);
    const double covariance = norm * (both[x] - ab);
    out[x] = (2 * ab + kC1) * (2 * covariance + kC2) / ((aa + bb + kC1) * (variances + kC2));
  }
}

struct RowJob {
  const double* a;
  const double* b;
  int wide;
  const double* taps;
  double* squares;
  double* both;
  double* out[kPlanes];
};
struct ColumnJob {
  const double* const* rows[kPlanes];
  int wide;
  const double* taps;
  double norm;
  double* sums[kPlanes];
  double* out;
};

template <int R>
inline __attribute__((always_inline)) void run_rows(const RowJob& job) {
  products(job.a, job.b, job.wide, job.squares, job.both);
  filter_row<R>(job.a, job.wide, job.taps, job.out[0]);
  filter_row<R>(job.b, job.wide, job.taps, job.out[1]);
  filter_row<R>(job.squares, job.wide, job.taps, job.out[2]);
  filter_row<R>(job.both, job.wide, job.taps, job.out[3]);
}
template <int R>
inline __attribute__((always_inline)) void run_columns(const ColumnJob& job) {
  for (int p = 0; p < kPlanes; ++p) filter_column<R>(job.rows[p], job.wide, job.taps, job.sums[p]);
  similarity_row(job.sums[0], job.sums[1], job.sums[2], job.sums[3], job.wide, job.norm, job.out);
}

SURGSIGMA_WIDE void rows_gaussian(const RowJob& job) { run_rows<5>(job); }
SURGSIGMA_WIDE void rows_uniform(const RowJob& job) { run_rows<3>(job); }
SURGSIGMA_WIDE void columns_gaussian(const ColumnJob& job) { run_columns<5>(job); }
SURGSIGMA_WIDE void columns_uniform(const ColumnJob& job) { run_columns<3>(job); }

template <int R>
double ssim_of(const Plane& a, const Plane& b, SsimWindow window, const Image* mask) {
  constexpr int kRows = 2 * R + 1;
  const int wide = a.width - 2 * R;
  if (wide <= 0 || a.height < kRows) return std::numeric_limits<double>::quiet_NaN();
  const auto taps = taps_of<R>(window);
  const auto width = static_cast<std::size_t>(a.width);
  std::vector<double> squares(width), both(width), out(width), sums(kPlanes * width);
  std::vector<double> kept(static_cast<std::size_t>(kPlanes * kRows) * width);  // [plane][row % kRows][x]
  const auto kept_row = [&](int plane, int y) {
    return kept.data() + static_cast<std::size_t>(plane * kRows + y % kRows) * width;
  };
  double total = 0;
  std::int64_t pixels = 0;
  for (int y = 0; y < a.height; ++y) {
    RowJob row{a.values.data() + static_cast<std::size_t>(y) * width,
               b.values.data() + static_cast<std::size_t>(y) * width,
               a.width,
               taps.data(),
               squares.data(),
               both.data(),
               {}};
    for (int p = 0; p < kPlanes; ++p) row.out[p] = kept_row(p, y);
    window == SsimWindow::kGaussian ? rows_gaussian(row) : rows_uniform(row);
    if (y < kRows - 1) continue;

    const double* rows[kPlanes][kRows];
    ColumnJob column{};
    for (int p = 0; p < kPlanes; ++p) {
      for (int r = 0; r < kRows; ++r) rows[p][r] = kept_row(p, y - kRows + 1 + r);
      column.rows[p] = rows[p];
      column.sums[p] = sums.data() + static_cast<std::size_t>(p) * width;
    }
    column.wide = wide;
    column.taps = taps.data();
    column.norm = window == SsimWindow::kGaussian ? 1 : 49.0 / 48.0;
    column.out = out.data();
    window == SsimWindow::kGaussian ? columns_gaussian(column) : columns_uniform(column);

    const std::uint8_t* inside = mask == nullptr ? nullptr : mask->row(y - R) + R;
    double sum = 0;
    for (int x = 0; x < wide; ++x) {
      if (inside != nullptr && inside[x] == 0) continue;
      sum += out[static_cast<std::size_t>(x)];
      ++pixels;
    }
    total += sum;
  }
  return pixels == 0 ? std::numeric_limits<double>::quiet_NaN() : total / static_cast<double>(pixels);
}

}  // namespace

double ssim(const Plane& a, const Plane& b, SsimWindow window, const Image* mask) {
  return window == SsimWindow::kGaussian ? ssim_of<5>(a, b, window, mask) : ssim_of<3>(a, b, window, mask);
}

}  // namespace surgsigma
