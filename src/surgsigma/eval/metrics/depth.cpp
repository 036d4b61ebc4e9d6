#include "surgsigma/eval/metrics/depth.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <memory>
#include <string>

#include "surgsigma/base/random.h"

namespace surgsigma {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

/// The valid pixels of one frame.
struct Pixels {
  std::vector<double> prediction;
  std::vector<double> truth;
};

std::optional<Error> contradiction(const DepthOptions& options, std::string_view where) {
  const auto usage = [&](std::string what, std::string hint) {
    return Error{ErrorKind::kUsage, std::move(what), std::string(where), std::move(hint)};
  };
  if (!(options.least > 0) || !(options.most > options.least)) {
    return usage("depth limits must be 0 < least < most", "most is 150 for SCARED in mm");
  }
  if (options.alignment == DepthAlignment::kScaleShiftDisparity && !std::isfinite(options.most)) {
    return usage("alignment in disparity needs the largest depth", "give `most`");
  }
  return {};
}

bool is_valid(double truth, const DepthOptions& options) {
  return std::isfinite(truth) && truth > 0 && truth > options.least && truth < options.most;
}

double median_of(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*std::max_element(values.begin(), middle) + *middle) / 2;
}

struct Line {
  double scale = 1;
  double shift = 0;
};
/// Least squares of scale * x + shift to y.
Line fitted(const std::vector<double>& x, const std::vector<double>& y) {
  const double n = static_cast<double>(x.size());
  double mean_x = 0, mean_y = 0, both = 0, squares = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    mean_x += x[i] / n;
    mean_y += y[i] / n;
  }
  for (std::size_t i = 0; i < x.size(); ++i) {
    both += (x[i] - mean_x) * (y[i] - mean_y);
    squares += (x[i] - mean_x) * (x[i] - mean_x);
  }
  const double scale = squares > 0 ? both / squares : 0;
  return {scale, mean_y - scale * mean_x};
}

double reciprocal(double value, double where_not_positive) { return value > 0 ? 1 / value : where_not_positive; }

/// Depth in the truth's scale, not yet clipped.
Line align(Pixels& pixels, const DepthOptions& options) {
  const bool in_disparity = options.alignment == DepthAlignment::kScaleShiftDisparity;
  if (options.is_disparity != in_disparity) {
    for (double& value : pixels.prediction) value = reciprocal(value, std::min(options.most, 1e6));
  }
  Line line;
  if (options.alignment == DepthAlignment::kMedian) {
    const double median = median_of(pixels.prediction);
    if (median > 0) line.scale = median_of(pixels.truth) / median;
  } else if (options.alignment == DepthAlignment::kScaleShiftDepth) {
    line = fitted(pixels.prediction, pixels.truth);
  } else if (in_disparity) {
    std::vector<double> disparity(pixels.truth.size());
    std::transform(pixels.truth.begin(), pixels.truth.end(), disparity.begin(), [](double t) { return 1 / t; });
    line = fitted(pixels.prediction, disparity);
  }
  for (double& value : pixels.prediction) {
    value = line.scale * value + line.shift;
    if (in_disparity) value = reciprocal(value, options.most);
  }
  return line;
}

DepthValues compared(const Pixels& pixels, const DepthOptions& options) {
  DepthValues values;
  const double n = static_cast<double>(pixels.truth.size());
  double logs = 0, squared_logs = 0, squares = 0;
  std::array<std::int64_t, 3> within{};
  for (std::size_t i = 0; i < pixels.truth.size(); ++i) {
    const double truth = pixels.truth[i];
    const double guess = std::clamp(pixels.prediction[i], options.least, options.most);
    const double difference = truth - guess;
    values.abs_rel += std::abs(difference) / truth;
    values.sq_rel += difference * difference / truth;
    squares += difference * difference;
    const double log = std::log(guess) - std::log(truth);
    logs += log;
    squared_logs += log * log;
    const double ratio = std::max(truth / guess, guess / truth);
    within[0] += ratio < 1.25 ? 1 : 0;
    within[1] += ratio < 1.25 * 1.25 ? 1 : 0;
    within[2] += ratio < 1.25 * 1.25 * 1.25 ? 1 : 0;
  }
  values.pixels = static_cast<std::int64_t>(pixels.truth.size());
  values.abs_rel /= n;
  values.sq_rel /= n;
  values.rmse = std::sqrt(squares / n);
  values.rmse_log = std::sqrt(squared_logs / n);
  values.silog = std::sqrt(std::max(0.0, squared_logs / n - logs / n * (logs / n)));
  for (std::size_t k = 0; k < 3; ++k) values.delta[k] = static_cast<double>(within[k]) / n;
  return values;
}

Error sizes_differ(std::size_t prediction, std::size_t truth, std::string_view where) {
  return {ErrorKind::kData,
          "the prediction has " + std::to_string(prediction) + " pixels, the truth " + std::to_string(truth),
          std::string(where), "resize the prediction to the truth"};
}

constexpr std::array<std::string_view, 8> kNames = {"abs_rel", "sq_rel",  "rmse",    "rmse_log",
                                                    "delta_1", "delta_2", "delta_3", "silog"};

std::array<double, kNames.size()> numbers_of(const DepthValues& values) {
  return {values.abs_rel,  values.sq_rel,   values.rmse,     values.rmse_log,
          values.delta[0], values.delta[1], values.delta[2], values.silog};
}

struct CaseSums {
  double frames = 0;
  double scored = 0;
  std::array<double, kNames.size()> sums{};
  double ordinal_frames = 0;
  double ordinal = 0;
};

constexpr std::array<std::string_view, kNames.size()> kUnits = {"share", "mm",    "mm",    "log",
                                                                "share", "share", "share", "log"};
constexpr std::array<std::string_view, kNames.size()> kDefinitions = {
    "Mean of |truth - prediction| / truth over valid pixels, mean over frames",
    "Mean of (truth - prediction)^2 / truth over valid pixels, mean over frames",
    "Root of the mean squared difference of a frame, mean over frames",
    "Root of the mean squared difference of natural logarithms of a frame, mean over frames",
    "Share of valid pixels whose ratio to the truth is below 1.25, mean over frames",
    "Share of valid pixels whose ratio to the truth is below 1.25^2, mean over frames",
    "Share of valid pixels whose ratio to the truth is below 1.25^3, mean over frames",
    "Standard deviation of the difference of logarithms of a frame, mean over frames"};
constexpr std::string_view kSource = "Eigen et al. 2014; monodepth2 evaluate_depth.py b676244";
constexpr std::string_view kEdges =
    "truth <= 0 or outside the limits is left out, so is a frame without valid pixels; a missing map is the constant";

std::vector<MetricRow> made_rows(std::deque<std::string>& texts) {
  std::vector<MetricRow> rows;
  const auto kept = [&](std::string text) -> std::string_view { return texts.emplace_back(std::move(text)); };
  for (const std::string_view alignment : kDepthAlignmentWords) {
    for (std::size_t k = 0; k < kNames.size(); ++k) {
      const bool is_delta = kNames[k].starts_with("delta");
      rows.push_back({"depth", kept(std::string(kNames[k]) + ":" + std::string(alignment)),
                      is_delta ? "higher" : "lower", kUnits[k],
                      kept(std::string(kDefinitions[k]) + "; alignment: " + std::string(alignment) + "."), kSource,
                      kEdges});
    }
  }
  rows.push_back({"depth", "share_scored", "higher", "share", "Frames that have a valid pixel.", "surgsigma", ""});
  rows.push_back({"depth", "ordinal_accuracy", "higher", "share",
                  "Share of drawn point pairs whose order in depth is right, mean over frames.",
                  "after Chen et al. 2016, \"Single-Image Depth Perception in the Wild\"",
                  "pairs that differ by 2 % of the frame's range or less are left out; equal predictions are wrong"});
  return rows;
}

}  // namespace

Result<DepthValues> depth_values(std::span<const float> prediction, std::span<const float> truth,
                                 const DepthOptions& options, std::string_view where) {
  if (const auto error = contradiction(options, where)) return *error;
  if (prediction.size() != truth.size()) return sizes_differ(prediction.size(), truth.size(), where);
  Pixels pixels;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    if (!is_valid(truth[i], options)) continue;
    if (!std::isfinite(prediction[i])) {
      return Error{ErrorKind::kData, "the prediction is not a number at pixel " + std::to_string(i), std::string(where),
                   "write a depth for every pixel"};
    }
    pixels.prediction.push_back(prediction[i]);
    pixels.truth.push_back(truth[i]);
  }
  if (pixels.truth.empty()) return DepthValues{};
  const Line line = align(pixels, options);
  DepthValues values = compared(pixels, options);
  values.scale = line.scale;
  values.shift = line.shift;
  return values;
}

double scale_invariant_error(const DepthValues& values, double lambda) {
  // rmse_log^2 is mean d^2 and silog^2 is mean d^2 - (mean d)^2: the error lies between them.
  return (1 - lambda) * values.rmse_log * values.rmse_log + lambda * values.silog * values.silog;
}

Result<DepthValues> missing_depth(std::span<const float> truth, double depth, const DepthOptions& options,
                                  std::string_view where) {
  if (!(depth > 0) || !std::isfinite(depth)) {
    return Error{ErrorKind::kUsage, "the depth charged for a missing map must be positive", std::string(where),
                 "give the median depth of the training set"};
  }
  if (const auto error = contradiction(options, where)) return *error;
  Pixels pixels;
  for (const float value : truth) {
    if (!is_valid(value, options)) continue;
    pixels.truth.push_back(value);
    pixels.prediction.push_back(depth);
  }
  if (pixels.truth.empty()) return DepthValues{};
  DepthValues values = compared(pixels, options);
  values.delta = {};
  return values;
}

Result<OrdinalCounts> ordinal_counts(std::span<const float> prediction, std::span<const float> truth,
                                     const OrdinalOptions& options, std::string_view frame) {
  if (prediction.size() != truth.size()) return sizes_differ(prediction.size(), truth.size(), frame);
  std::vector<std::size_t> valid;
  double lowest = std::numeric_limits<double>::infinity(), highest = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    if (!std::isfinite(truth[i]) || truth[i] <= 0) continue;
    if (!std::isfinite(prediction[i])) {
      return Error{ErrorKind::kData, "the prediction is not a number at pixel " + std::to_string(i), std::string(frame),
                   "write a depth for every pixel"};
    }
    valid.push_back(i);
    lowest = std::min<double>(lowest, truth[i]);
    highest = std::max<double>(highest, truth[i]);
  }
  OrdinalCounts counts;
  if (valid.size() < 2) return counts;
  Draws draws(options.seed, frame, "ordinal");
  for (int k = 0; k < options.pairs; ++k) {
    const std::size_t a = valid[draws.below(valid.size())], b = valid[draws.below(valid.size())];
    const double difference = static_cast<double>(truth[a]) - truth[b];
    if (std::abs(difference) <= options.least_difference * (highest - lowest)) continue;
    const double guess = (static_cast<double>(prediction[a]) - prediction[b]) * (options.prediction_falls ? -1 : 1);
    ++counts.pairs;
    counts.right += guess * difference > 0 ? 1 : 0;
  }
  return counts;
}

Result<Scorer> depth_scorer(std::span<const DepthItem> items, std::size_t cases, DepthAlignment alignment) {
  auto sums = std::make_shared<std::vector<CaseSums>>(cases);
  for (std::size_t i = 0; i < items.size(); ++i) {
    const DepthItem& item = items[i];
    if (item.case_index < 0 || static_cast<std::size_t>(item.case_index) >= cases) {
      return Error{ErrorKind::kUsage, "case " + std::to_string(item.case_index) + " of " + std::to_string(cases),
                   "depth map " + std::to_string(i), ""};
    }
    CaseSums& of_case = (*sums)[static_cast<std::size_t>(item.case_index)];
    of_case.frames += 1;
    if (item.ordinal && item.ordinal->pairs > 0) {
      of_case.ordinal_frames += 1;
      of_case.ordinal += static_cast<double>(item.ordinal->right) / static_cast<double>(item.ordinal->pairs);
    }
    if (item.values.pixels == 0) continue;
    of_case.scored += 1;
    const auto numbers = numbers_of(item.values);
    for (std::size_t k = 0; k < numbers.size(); ++k) of_case.sums[k] += numbers[k];
  }
  Scorer scorer;
  const std::string variant = ":" + std::string(kDepthAlignmentWords[static_cast<std::size_t>(alignment)]);
  for (const std::string_view name : kNames) scorer.names.push_back(std::string(name) + variant);
  scorer.names.insert(scorer.names.end(), {"share_scored", "ordinal_accuracy"});
  scorer.values_at = [sums](std::span<const double> weights, std::span<double> out) {
    CaseSums all;
    for (std::size_t c = 0; c < sums->size(); ++c) {
      const CaseSums& one = (*sums)[c];
      all.frames += weights[c] * one.frames;
      all.scored += weights[c] * one.scored;
      all.ordinal_frames += weights[c] * one.ordinal_frames;
      all.ordinal += weights[c] * one.ordinal;
      for (std::size_t k = 0; k < kNames.size(); ++k) all.sums[k] += weights[c] * one.sums[k];
    }
    for (std::size_t k = 0; k < kNames.size(); ++k) out[k] = all.scored > 0 ? all.sums[k] / all.scored : kUndefined;
    out[kNames.size()] = all.frames > 0 ? all.scored / all.frames : kUndefined;
    out[kNames.size() + 1] = all.ordinal_frames > 0 ? all.ordinal / all.ordinal_frames : kUndefined;
  };
  return scorer;
}

std::span<const MetricRow> depth_metrics() {
  static std::deque<std::string> texts;
  static const std::vector<MetricRow> rows = made_rows(texts);
  return rows;
}

}  // namespace surgsigma
