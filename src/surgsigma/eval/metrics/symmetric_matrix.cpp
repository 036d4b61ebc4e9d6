#include "surgsigma/eval/metrics/symmetric_matrix.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "surgsigma/base/threads.h"
#include "surgsigma/media/wide.h"

namespace surgsigma {
namespace {

constexpr std::size_t kTall = 256;  ///< rows of a packed panel
constexpr std::size_t kWide = 64;   ///< columns of a panel
constexpr std::size_t kA = 4;       ///< columns of a and b that one kernel call multiplies
constexpr std::size_t kB = 8;

/// sums[kA][kB] += a^T b over `rows` packed rows.
SURGSIGMA_WIDE void multiply_packed(const double* a, const double* b, std::size_t rows, double* sums) {
  double acc[kA][kB];
  std::memcpy(acc, sums, sizeof(acc));
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t i = 0; i < kA; ++i) {
      const double left = a[r * kA + i];
      for (std::size_t j = 0; j < kB; ++j) acc[i][j] += left * b[r * kB + j];
    }
  }
  std::memcpy(sums, acc, sizeof(acc));
}

/// Rows [first, first + rows) and columns [column, column + kWide) in groups of `group` columns; zeros beyond the edge.
void pack(const Matrix& m, std::size_t first, std::size_t rows, std::size_t column, std::size_t group,
          std::vector<double>& out) {
  out.assign(kWide * rows, 0);
  for (std::size_t g = 0; g < kWide; g += group) {
    for (std::size_t r = 0; r < rows; ++r) {
      const double* in = m.row(first + r);
      double* to = out.data() + g * rows + r * group;
      for (std::size_t i = 0; i < group && column + g + i < m.columns; ++i) to[i] = in[column + g + i];
    }
  }
}

/// row[j] -= vi w[j] + wi v[j]; p[j] += row[j] xi; returns the sum of row[j] x[j].
SURGSIGMA_WIDE double update_row(double* row, std::size_t n, const double* v, const double* w, double vi, double wi,
                                 const double* x, double xi, double* p) {
  constexpr std::size_t kLanes = 8;
  double sums[kLanes] = {};
  std::size_t j = 0;
  for (; j + kLanes <= n; j += kLanes) {
    for (std::size_t k = 0; k < kLanes; ++k) {
      const double value = row[j + k] - vi * w[j + k] - wi * v[j + k];
      row[j + k] = value;
      sums[k] += value * x[j + k];
      p[j + k] += value * xi;
    }
  }
  double sum = 0;
  for (const double part : sums) sum += part;
  for (; j < n; ++j) {
    row[j] -= vi * w[j] + wi * v[j];
    sum += row[j] * x[j];
    p[j] += row[j] * xi;
  }
  return sum;
}

SURGSIGMA_WIDE void subtract(double* row, const double* other, std::size_t n, double factor) {
  for (std::size_t j = 0; j < n; ++j) row[j] -= factor * other[j];
}

double dot(const double* a, const double* b, std::size_t n) {
  double sum = 0;
  for (std::size_t j = 0; j < n; ++j) sum += a[j] * b[j];
  return sum;
}

/// The reflection that turns (x_0 ... x_{n-1}) into (0 ... 0, end): v in place of x. False where nothing is to be done.
bool reflect(double* x, std::size_t n, double& end, double& squared) {
  end = x[n - 1];
  const double rest = dot(x, x, n - 1);
  if (rest == 0) return false;
  const double norm = std::sqrt(rest + end * end);
  const double target = end > 0 ? -norm : norm;
  x[n - 1] -= target;
  end = target;
  squared = rest + x[n - 1] * x[n - 1];
  return true;
}

/// Diagonal and off-diagonal (off[i] between i and i + 1) of a tridiagonal matrix with the eigenvalues of a. Row after
/// row from the last; the update of one step and the product of the next are one pass over the triangle.
void make_tridiagonal(Matrix& a, std::vector<double>& diagonal, std::vector<double>& off) {
  const std::size_t n = a.rows;
  diagonal.assign(n, 0);
  off.assign(n, 0);
  std::vector<double> v(n), w(n), x(n), p(n);  // v, w: still to be applied to rows 0 ... i
  for (std::size_t i = n; i-- > 0;) {
    double* row = a.row(i);
    for (std::size_t j = 0; j <= i; ++j) row[j] -= v[i] * w[j] + w[i] * v[j];
    diagonal[i] = row[i];
    if (i == 0) break;
    double squared = 0;
    std::copy(row, row + i, x.begin());
    const bool is_turned = reflect(x.data(), i, off[i - 1], squared);
    if (!is_turned) std::fill(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(i), 0.0);
    std::fill(p.begin(), p.begin() + static_cast<std::ptrdiff_t>(i), 0.0);
    for (std::size_t r = 0; r < i; ++r) {
      double* below = a.row(r);
      p[r] += update_row(below, r, v.data(), w.data(), v[r], w[r], x.data(), x[r], p.data());
      below[r] -= 2 * v[r] * w[r];
      p[r] += below[r] * x[r];
    }
    if (is_turned) {
      const double scale = 2 / squared;
      const double along = scale * dot(p.data(), x.data(), i) / squared;
      for (std::size_t j = 0; j < i; ++j) w[j] = scale * p[j] - along * x[j];
    } else {
      std::fill(w.begin(), w.begin() + static_cast<std::ptrdiff_t>(i), 0.0);
    }
    std::copy(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(i), v.begin());
  }
}

/// Implicit QL with Wilkinson's shift; off[n - 1] is 0. False when it does not settle.
bool find_eigenvalues(std::vector<double>& d, std::vector<double>& e) {
  const std::size_t n = d.size();
  for (std::size_t l = 0; l < n; ++l) {
    for (int turns = 0;; ++turns) {
      std::size_t m = l;
      for (; m + 1 < n; ++m) {
        const double size = std::abs(d[m]) + std::abs(d[m + 1]);
        if (std::abs(e[m]) <= std::numeric_limits<double>::epsilon() * size) break;
      }
      if (m == l) break;
      if (turns == 60) return false;
      double g = (d[l + 1] - d[l]) / (2 * e[l]);
      double r = std::hypot(g, 1.0);
      g = d[m] - d[l] + e[l] / (g + std::copysign(r, g));
      double s = 1, c = 1, p = 0;
      bool is_split = false;
      for (std::size_t i = m; i-- > l;) {
        const double f = s * e[i], b = c * e[i];
        r = std::hypot(f, g);
        e[i + 1] = r;
        if (r == 0) {
          d[i + 1] -= p;
          e[m] = 0;
          is_split = true;
          break;
        }
        s = f / r;
        c = g / r;
        g = d[i + 1] - p;
        r = (d[i] - g) * s + 2 * c * b;
        p = s * r;
        d[i + 1] = g + p;
        g = c * r - b;
      }
      if (is_split) continue;
      d[l] -= p;
      e[l] = g;
      e[m] = 0;
    }
  }
  return true;
}

}  // namespace

Matrix transposed(const Matrix& a) {
  Matrix out(a.columns, a.rows);
  for (std::size_t i = 0; i < a.rows; ++i) {
    for (std::size_t j = 0; j < a.columns; ++j) out.values[j * a.rows + i] = a.values[i * a.columns + j];
  }
  return out;
}

Matrix transposed_product(const Matrix& a, const Matrix& b, int jobs) {
  Matrix out(a.columns, b.columns);
  const bool is_symmetric = &a == &b;
  parallel_for((a.columns + kWide - 1) / kWide, jobs, [&](std::size_t block) {
    const std::size_t left = block * kWide;
    std::vector<double> packed_a, packed_b;
    std::vector<double> sums(kWide * ((b.columns + kWide - 1) / kWide * kWide));  // [j tile][i group][j group][kA][kB]
    for (std::size_t first = 0; first < a.rows; first += kTall) {
      const std::size_t rows = std::min(kTall, a.rows - first);
      pack(a, first, rows, left, kA, packed_a);
      for (std::size_t right = is_symmetric ? left : 0; right < b.columns; right += kWide) {
        pack(b, first, rows, right, kB, packed_b);
        double* tile = sums.data() + right * kWide;
        for (std::size_t i = 0; i < kWide; i += kA) {
          for (std::size_t j = 0; j < kWide; j += kB)
            multiply_packed(packed_a.data() + i * rows, packed_b.data() + j * rows, rows, tile + i * kWide + j * kA);
        }
      }
    }
    for (std::size_t right = is_symmetric ? left : 0; right < b.columns; right += kWide) {
      for (std::size_t i = 0; i < kWide && left + i < a.columns; ++i) {
        for (std::size_t j = 0; j < kWide && right + j < b.columns; ++j) {
          const double* group = sums.data() + right * kWide + i / kA * kA * kWide + j / kB * kB * kA;
          const double value = group[i % kA * kB + j % kB];
          out.row(left + i)[right + j] = value;
          if (is_symmetric && right > left) out.row(right + j)[left + i] = value;
        }
      }
    }
  });
  return out;
}

Matrix semidefinite_factor(const Matrix& s) {
  const std::size_t n = s.rows;
  std::vector<std::vector<double>> u;  // columns of F
  std::vector<double> left(n);         // diagonal of what is not yet explained
  for (std::size_t i = 0; i < n; ++i) left[i] = s.row(i)[i];
  const double largest = n == 0 ? 0 : *std::max_element(left.begin(), left.end());
  std::vector<bool> is_done(n);
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t pivot = n;
    for (std::size_t i = 0; i < n; ++i) {
      if (!is_done[i] && (pivot == n || left[i] > left[pivot])) pivot = i;
    }
    if (!(left[pivot] > 1e-14 * largest)) break;
    is_done[pivot] = true;
    std::vector<double> column(s.row(pivot), s.row(pivot) + n);
    for (const std::vector<double>& before : u) subtract(column.data(), before.data(), n, before[pivot]);
    const double root = std::sqrt(left[pivot]);
    for (std::size_t i = 0; i < n; ++i) {
      column[i] = is_done[i] && i != pivot ? 0 : column[i] / root;
    }
    column[pivot] = root;
    for (std::size_t i = 0; i < n; ++i) {
      if (!is_done[i]) left[i] -= column[i] * column[i];
    }
    u.push_back(std::move(column));
  }
  Matrix factor(n, u.size());
  for (std::size_t k = 0; k < u.size(); ++k) {
    for (std::size_t i = 0; i < n; ++i) factor.row(i)[k] = u[k][i];
  }
  return factor;
}

std::vector<double> symmetric_eigenvalues(Matrix a) {
  if (a.rows == 0) return {};
  const auto nothing = [&] { return std::vector<double>(a.rows, std::numeric_limits<double>::quiet_NaN()); };
  if (!std::all_of(a.values.begin(), a.values.end(), [](double value) { return std::isfinite(value); }))
    return nothing();
  std::vector<double> diagonal, off;
  make_tridiagonal(a, diagonal, off);
  if (!find_eigenvalues(diagonal, off)) return nothing();
  std::sort(diagonal.begin(), diagonal.end());
  return diagonal;
}

}  // namespace surgsigma
