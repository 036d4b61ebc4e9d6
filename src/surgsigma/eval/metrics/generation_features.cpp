#include "surgsigma/eval/metrics/generation_features.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <random>
#include <string>

#include "surgsigma/base/threads.h"
#include "surgsigma/media/npy.h"

namespace surgsigma {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

Error bad_features(ErrorKind kind, std::string what, std::string hint) {
  return {kind, std::move(what), "features", std::move(hint)};
}

std::string shape_of(const Matrix& m) { return std::to_string(m.rows) + "x" + std::to_string(m.columns); }

Status check_pair(const Matrix& a, const Matrix& b) {
  if (a.columns != b.columns || a.columns == 0) {
    return bad_features(ErrorKind::kData, "sets of " + shape_of(a) + " and " + shape_of(b) + " features",
                        "both must come from the same network");
  }
  for (const Matrix* m : {&a, &b}) {
    for (std::size_t i = 0; i < m->values.size(); ++i) {
      if (std::isfinite(m->values[i])) continue;
      return bad_features(ErrorKind::kData,
                          "sample " + std::to_string(i / m->columns) + " of the " + (m == &a ? "first" : "second") +
                              " set has a value that is not finite",
                          "");
    }
  }
  return done();
}

double kernel_of(double product, double dimensions) {
  const double base = product / dimensions + 1;
  return base * base * base;
}

/// numpy's RandomState(seed): the generator of std::mt19937, and the legacy shuffle of a range.
class NumpyDraws {
 public:
  explicit NumpyDraws(std::uint32_t seed) : bits_(seed) {}
  /// choice(n, size, replace=False)
  std::vector<std::size_t> choose(std::size_t n, std::size_t size) {
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), std::size_t{0});
    for (std::size_t i = n; i-- > 1;) std::swap(order[i], order[interval(static_cast<std::uint32_t>(i))]);
    order.resize(size);
    return order;
  }

 private:
  /// Uniform in [0, highest] by masking and rejecting.
  std::uint32_t interval(std::uint32_t highest) {
    std::uint32_t mask = highest;
    for (const int shift : {1, 2, 4, 8, 16}) mask |= mask >> shift;
    for (;;) {
      const auto drawn = static_cast<std::uint32_t>(bits_()) & mask;
      if (drawn <= highest) return drawn;
    }
  }
  std::mt19937 bits_;
};

/// One column per chosen sample.
Matrix chosen(const Matrix& features, const std::vector<std::size_t>& rows) {
  Matrix out(features.columns, rows.size());
  for (std::size_t j = 0; j < rows.size(); ++j) {
    const double* in = features.row(rows[j]);
    for (std::size_t k = 0; k < features.columns; ++k) out.values[k * rows.size() + j] = in[k];
  }
  return out;
}

/// Sum of the kernel over all pairs; without the diagonal for a set with itself.
double kernel_sum(const Matrix& a, const Matrix& b) {
  const Matrix products = transposed_product(a, b);
  const double dimensions = static_cast<double>(a.rows);
  double sum = 0;
  for (std::size_t i = 0; i < products.rows; ++i) {
    double row = 0;
    for (std::size_t j = 0; j < products.columns; ++j) {
      if (&a != &b || i != j) row += kernel_of(products.row(i)[j], dimensions);
    }
    sum += row;
  }
  return sum;
}

/// sums[case of a][case of b] of the kernel; all pairs, those of a sample with itself included.
Matrix case_sums(const Matrix& a, std::span<const std::int32_t> a_cases, const Matrix& b,
                 std::span<const std::int32_t> b_cases, std::size_t cases, int jobs) {
  static constexpr std::size_t kBlock = 512;
  const auto block_of = [](const Matrix& m, std::size_t begin) {
    std::vector<std::size_t> rows(std::min(kBlock, m.rows - begin));
    std::iota(rows.begin(), rows.end(), begin);
    return chosen(m, rows);
  };
  Matrix sums(cases, cases);
  for (std::size_t i = 0; i < a.rows; i += kBlock) {
    const Matrix left = block_of(a, i);
    for (std::size_t j = 0; j < b.rows; j += kBlock) {
      const Matrix right = block_of(b, j);
      const Matrix products = transposed_product(left, right, jobs);
      for (std::size_t r = 0; r < products.rows; ++r) {
        double* row = sums.row(static_cast<std::size_t>(a_cases[i + r]));
        for (std::size_t c = 0; c < products.columns; ++c)
          row[b_cases[j + c]] += kernel_of(products.row(r)[c], static_cast<double>(a.columns));
      }
    }
  }
  return sums;
}

Status check_cases(const Matrix& m, std::span<const std::int32_t> of, std::size_t cases) {
  if (of.size() != m.rows) {
    return bad_features(ErrorKind::kUsage,
                        std::to_string(of.size()) + " cases for " + std::to_string(m.rows) + " samples", "");
  }
  for (std::size_t i = 0; i < of.size(); ++i) {
    if (of[i] >= 0 && static_cast<std::size_t>(of[i]) < cases) continue;
    return bad_features(
        ErrorKind::kUsage,
        "sample " + std::to_string(i) + " is of case " + std::to_string(of[i]) + " of " + std::to_string(cases), "");
  }
  return done();
}

double weighted(const Matrix& sums, std::span<const double> weights) {
  double total = 0;
  for (std::size_t i = 0; i < sums.rows; ++i) {
    if (weights[i] == 0) continue;
    double row = 0;
    for (std::size_t j = 0; j < sums.columns; ++j) row += weights[j] * sums.row(i)[j];
    total += weights[i] * row;
  }
  return total;
}

/// Samples of each case and the sum of their kernels with themselves.
struct CaseSelf {
  std::vector<double> samples;
  std::vector<double> kernels;
};
CaseSelf self_of(const Matrix& m, std::span<const std::int32_t> of, std::size_t cases) {
  CaseSelf self{std::vector<double>(cases), std::vector<double>(cases)};
  for (std::size_t i = 0; i < m.rows; ++i) {
    double squares = 0;
    for (std::size_t k = 0; k < m.columns; ++k) squares += m.row(i)[k] * m.row(i)[k];
    self.samples[static_cast<std::size_t>(of[i])] += 1;
    self.kernels[static_cast<std::size_t>(of[i])] += kernel_of(squares, static_cast<double>(m.columns));
  }
  return self;
}

}  // namespace

Gaussian gaussian_of(const Matrix& features, int jobs) {
  Gaussian made;
  made.mean.assign(features.columns, 0);
  for (std::size_t i = 0; i < features.rows; ++i) {
    for (std::size_t k = 0; k < features.columns; ++k) made.mean[k] += features.row(i)[k];
  }
  for (double& mean : made.mean) mean /= static_cast<double>(features.rows);
  Matrix centred = features;
  for (std::size_t i = 0; i < features.rows; ++i) {
    for (std::size_t k = 0; k < features.columns; ++k) centred.row(i)[k] -= made.mean[k];
  }
  made.covariance = transposed_product(centred, centred, jobs);
  for (double& value : made.covariance.values) value /= static_cast<double>(features.rows) - 1;
  return made;
}

Result<double> frechet_distance(const Gaussian& a, const Gaussian& b, int jobs) {
  const std::size_t n = a.mean.size();
  for (const Matrix* m : {&a.covariance, &b.covariance}) {
    if (b.mean.size() != n || m->rows != n || m->columns != n) {
      return bad_features(ErrorKind::kData, "means and covariances of different size", "");
    }
  }
  double distance = 0;
  for (std::size_t k = 0; k < n; ++k) {
    distance += (a.mean[k] - b.mean[k]) * (a.mean[k] - b.mean[k]);
    distance += a.covariance.row(k)[k] + b.covariance.row(k)[k];
  }
  const Matrix factor = semidefinite_factor(a.covariance);
  const Matrix half = transposed_product(b.covariance, factor, jobs);
  for (const double value : symmetric_eigenvalues(transposed_product(factor, half, jobs)))
    distance -= 2 * (value < 0 ? 0 : std::sqrt(value));
  if (!std::isfinite(distance)) return bad_features(ErrorKind::kData, "the covariances are not finite", "");
  return distance;
}

Result<double> frechet_distance(const Matrix& a, const Matrix& b, const FrechetOptions& options) {
  SURGSIGMA_CHECK(check_pair(a, b));
  const std::size_t fewest = std::min(a.rows, b.rows);
  if (fewest < 2 || (fewest < a.columns + 1 && !options.allow_few_samples)) {
    return bad_features(ErrorKind::kData,
                        std::to_string(fewest) + " samples of " + std::to_string(a.columns) +
                            " features are too few for a Frechet distance",
                        "use the kernel distance (KID), or at least " + std::to_string(a.columns + 1) + " samples");
  }
  return frechet_distance(gaussian_of(a, options.jobs), gaussian_of(b, options.jobs), options.jobs);
}

Result<KernelDistance> kernel_distance(const Matrix& a, const Matrix& b, const KernelOptions& options) {
  SURGSIGMA_CHECK(check_pair(a, b));
  if (options.subsets < 1 || options.subset_size < 2) {
    return bad_features(ErrorKind::kUsage, "a kernel distance needs a subset of two samples at least", "");
  }
  const auto size = static_cast<std::size_t>(options.subset_size);
  if (std::min(a.rows, b.rows) < size) {
    return bad_features(
        ErrorKind::kUsage,
        "subsets of " + std::to_string(size) + " from " + std::to_string(std::min(a.rows, b.rows)) + " samples",
        "choose a smaller subset, the same for all models compared");
  }
  const auto subsets = static_cast<std::size_t>(options.subsets);
  NumpyDraws draws(options.seed);
  std::vector<std::vector<std::size_t>> of_a(subsets), of_b(subsets);
  for (std::size_t s = 0; s < subsets; ++s) {
    of_a[s] = draws.choose(a.rows, size);
    of_b[s] = draws.choose(b.rows, size);
  }
  std::vector<double> distances(subsets);
  const double m = static_cast<double>(size);
  parallel_for(subsets, options.jobs, [&](std::size_t s) {
    const Matrix x = chosen(a, of_a[s]), y = chosen(b, of_b[s]);
    distances[s] = (kernel_sum(x, x) + kernel_sum(y, y)) / (m * (m - 1)) - 2 * kernel_sum(x, y) / (m * m);
  });
  KernelDistance result;
  for (const double distance : distances) result.mean += distance / static_cast<double>(subsets);
  double squares = 0;
  for (const double distance : distances) squares += (distance - result.mean) * (distance - result.mean);
  result.standard_deviation = std::sqrt(squares / static_cast<double>(subsets));
  return result;
}

Result<Scorer> kernel_scorer(const Matrix& a, std::span<const std::int32_t> a_cases, const Matrix& b,
                             std::span<const std::int32_t> b_cases, std::size_t cases, int jobs) {
  SURGSIGMA_CHECK(check_pair(a, b));
  SURGSIGMA_CHECK(check_cases(a, a_cases, cases));
  SURGSIGMA_CHECK(check_cases(b, b_cases, cases));
  struct Sums {
    Matrix aa, bb, ab;
    CaseSelf a, b;
  };
  auto sums = std::make_shared<Sums>();
  sums->aa = case_sums(a, a_cases, a, a_cases, cases, jobs);
  sums->bb = case_sums(b, b_cases, b, b_cases, cases, jobs);
  sums->ab = case_sums(a, a_cases, b, b_cases, cases, jobs);
  sums->a = self_of(a, a_cases, cases);
  sums->b = self_of(b, b_cases, cases);
  Scorer scorer;
  scorer.names = {"kernel_distance:all_pairs"};
  scorer.values_at = [sums](std::span<const double> weights, std::span<double> out) {
    double of_a = 0, of_b = 0, self_a = 0, self_b = 0;
    for (std::size_t c = 0; c < weights.size(); ++c) {
      of_a += weights[c] * sums->a.samples[c];
      of_b += weights[c] * sums->b.samples[c];
      self_a += weights[c] * sums->a.kernels[c];
      self_b += weights[c] * sums->b.kernels[c];
    }
    out[0] = kUndefined;
    if (of_a < 2 || of_b < 2) return;
    out[0] = (weighted(sums->aa, weights) - self_a) / (of_a * (of_a - 1)) +
             (weighted(sums->bb, weights) - self_b) / (of_b * (of_b - 1)) -
             2 * weighted(sums->ab, weights) / (of_a * of_b);
  };
  return scorer;
}

Result<Matrix> features_from_npy(std::string_view bytes, std::string_view name) {
  SURGSIGMA_TRY(table, decode_npy_table(bytes, name));
  Matrix features;
  features.rows = table.rows;
  features.columns = table.columns;
  features.values = std::move(table.values);
  return features;
}

}  // namespace surgsigma
