// Distances between sets of features (tasks next_frame_generation and conditional_video_generation). The networks that
// make the features are outside; FID, FVD and the like differ in them alone, so a report must name the network. Lower
// is better; a set against itself is 0 (up to rounding).
//
// frechet_distance   Heusel et al. 2017: |m1 - m2|^2 + trace(S1 + S2 - 2 (S1 S2)^(1/2)) with sample covariances (n -
// 1),
//                    as pytorch-fid (b9c1811). The root's trace is taken from the eigenvalues of F^T S2 F, F F^T = S1,
//                    which are real and, after clipping rounding below 0, not negative; pytorch-fid takes a general
//                    root and drops what is imaginary. Refused for fewer samples than dimensions + 1 in either set,
//                    where the covariance is singular and the distance biased upwards: use the kernel distance.
// kernel_distance    Binkowski et al. 2018 (KID): unbiased squared MMD with the kernel (x y / d + 1)^3, mean over
// subsets
//                    drawn as torch-fidelity draws them (100 of 1000, numpy's RandomState(2020).choice without
//                    replacement), with its standard deviation.
// kernel_distance:all_pairs  the same over all samples at once, as a Scorer: resampling of cases costs little.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/eval/metrics/symmetric_matrix.h"
#include "surgsigma/eval/scorer.h"

namespace surgsigma {

struct Gaussian {
  std::vector<double> mean;
  Matrix covariance;
};
/// One row per sample.
Gaussian gaussian_of(const Matrix& features, int jobs = 1);
/// kData for sizes that do not fit or values that are not finite.
Result<double> frechet_distance(const Gaussian& a, const Gaussian& b, int jobs = 1);

struct FrechetOptions {
  bool allow_few_samples = false;
  int jobs = 1;
};
/// kData naming the numbers for too few samples, with the hint to use the kernel distance.
Result<double> frechet_distance(const Matrix& a, const Matrix& b, const FrechetOptions& options = {});

struct KernelOptions {
  int subsets = 100;
  int subset_size = 1000;
  std::uint32_t seed = 2020;
  int jobs = 1;
};
struct KernelDistance {
  double mean = 0;
  double standard_deviation = 0;  ///< over the subsets, population
};
/// kUsage when a set has fewer samples than a subset, or a subset fewer than 2.
Result<KernelDistance> kernel_distance(const Matrix& a, const Matrix& b, const KernelOptions& options = {});

/// One value, "kernel_distance:all_pairs". a_cases and b_cases give each row's case; a weight of two means its samples
/// twice, pairs of a sample with its own copy included. NaN when a side has fewer than two samples. Costs rows^2 kernel
/// values once, cases^2 sums per call.
Result<Scorer> kernel_scorer(const Matrix& a, std::span<const std::int32_t> a_cases, const Matrix& b,
                             std::span<const std::int32_t> b_cases, std::size_t cases, int jobs = 1);

/// Reads one .npy file of two axes (f4, f8).
Result<Matrix> features_from_npy(std::string_view bytes, std::string_view name);

}  // namespace surgsigma
