#include "surgsigma/refine/outside.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "surgsigma/base/text.h"
#include "surgsigma/schema/fields.h"

namespace surgsigma {
namespace {

constexpr const char* kFile = "models/outside.yaml";
constexpr std::size_t kUnknowns = kOutsideFeatures + 1;  ///< weights and the bias
using Unknowns = std::array<double, kUnknowns>;
using Normal = std::array<Unknowns, kUnknowns>;

Error mistake(std::string_view file, const std::string& where, std::string what, std::string hint = "") {
  return {ErrorKind::kData, std::move(what), std::string(file) + ": " + where, std::move(hint)};
}

std::size_t index_of(std::string_view name) {
  return static_cast<std::size_t>(std::find(kOutsideFeatureNames.begin(), kOutsideFeatureNames.end(), name) -
                                  kOutsideFeatureNames.begin());
}

Result<double> finite_at(const Json& object, const char* key, std::string_view file, const std::string& where) {
  if (!object.contains(key) || !object[key].is_number()) return mistake(file, where, std::string(key) + " is no number");
  const double value = object[key].get<double>();
  if (!std::isfinite(value)) return mistake(file, where, std::string(key) + " is not finite");
  return value;
}

Status read_feature(const Json& entry, const std::string& place, std::string_view file,
                    std::array<bool, kOutsideFeatures>& seen, OutsideModel& model) {
  if (!entry.is_object()) return mistake(file, place, "a feature is {name, mean, scale, weight}");
  const std::string name = text_or(entry, "name", "");
  const std::size_t index = index_of(name);
  if (index == kOutsideFeatures) {
    const std::vector<std::string> names(kOutsideFeatureNames.begin(), kOutsideFeatureNames.end());
    return mistake(file, place, "no feature is called " + quoted(name), hint_for(name, names));
  }
  if (std::exchange(seen[index], true)) return mistake(file, place, "feature " + quoted(name) + " stands twice");
  SURGSIGMA_TRY(mean, finite_at(entry, "mean", file, name));
  SURGSIGMA_TRY(scale, finite_at(entry, "scale", file, name));
  SURGSIGMA_TRY(weight, finite_at(entry, "weight", file, name));
  if (scale <= 0) return mistake(file, name, "scale must be positive");
  model.mean[index] = mean;
  model.scale[index] = scale;
  model.weight[index] = weight;
  return done();
}

/// Standardised and held within reach; the bias' 1 at the end.
Unknowns inputs_of(const OutsideModel& model, const OutsideFeatures& features) {
  Unknowns inputs{};
  for (std::size_t i = 0; i < kOutsideFeatures; ++i) {
    inputs[i] = std::clamp((features[i] - model.mean[i]) / model.scale[i], -kOutsideReach, kOutsideReach);
  }
  inputs.back() = 1;
  return inputs;
}

double chance_of(double score) {
  return score >= 0 ? 1 / (1 + std::exp(-score)) : std::exp(score) / (1 + std::exp(score));
}

double product(const Unknowns& a, const Unknowns& b) {
  double sum = 0;
  for (std::size_t i = 0; i < kUnknowns; ++i) sum += a[i] * b[i];
  return sum;
}

/// Mean and standard deviation of each feature over the weighted samples; a feature that never changes has scale 1.
void set_scales(const std::vector<OutsideSample>& samples, const std::array<double, 2>& share, OutsideModel& model) {
  for (std::size_t i = 0; i < kOutsideFeatures; ++i) {
    double mean = 0, square = 0;
    for (const OutsideSample& sample : samples) mean += share[sample.is_outside] * sample.features[i];
    for (const OutsideSample& sample : samples) {
      square += share[sample.is_outside] * (sample.features[i] - mean) * (sample.features[i] - mean);
    }
    model.mean[i] = mean;
    model.scale[i] = square > 1e-12 ? std::sqrt(square) : 1;
  }
}

/// Solves the symmetric, positive definite system in place (Cholesky).
Unknowns solved(Normal system, Unknowns right) {
  for (std::size_t i = 0; i < kUnknowns; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double rest = system[i][j];
      for (std::size_t k = 0; k < j; ++k) rest -= system[i][k] * system[j][k];
      system[i][j] = i == j ? std::sqrt(std::max(rest, 1e-12)) : rest / system[j][j];
    }
  }
  for (std::size_t i = 0; i < kUnknowns; ++i) {
    for (std::size_t k = 0; k < i; ++k) right[i] -= system[i][k] * right[k];
    right[i] /= system[i][i];
  }
  for (std::size_t i = kUnknowns; i-- > 0;) {
    for (std::size_t k = i + 1; k < kUnknowns; ++k) right[i] -= system[k][i] * right[k];
    right[i] /= system[i][i];
  }
  return right;
}

/// Of the weighted log loss with its penalty; the bias has none, but for what keeps the system solvable.
struct Slope {
  double loss = 0;
  Unknowns gradient{};
  Normal curvature{};
};

struct Problem {
  std::vector<Unknowns> inputs;
  std::vector<double> wanted;  ///< 0 or 1
  std::vector<double> share;   ///< sums to 1
  double penalty = 0;
};

double loss_at(const Problem& problem, const Unknowns& at) {
  double loss = 0;
  for (std::size_t i = 0; i < kOutsideFeatures; ++i) loss += problem.penalty / 2 * at[i] * at[i];
  for (std::size_t s = 0; s < problem.inputs.size(); ++s) {
    const double score = product(problem.inputs[s], at) * (problem.wanted[s] > 0.5 ? 1 : -1);
    loss += problem.share[s] * (score > 0 ? std::log1p(std::exp(-score)) : std::log1p(std::exp(score)) - score);
  }
  return loss;
}

Slope slope_at(const Problem& problem, const Unknowns& at) {
  Slope slope;
  slope.loss = loss_at(problem, at);
  for (std::size_t i = 0; i < kOutsideFeatures; ++i) {
    slope.gradient[i] = problem.penalty * at[i];
    slope.curvature[i][i] = problem.penalty;
  }
  slope.curvature.back().back() = 1e-9;
  for (std::size_t s = 0; s < problem.inputs.size(); ++s) {
    const Unknowns& input = problem.inputs[s];
    const double chance = chance_of(product(input, at));
    const double bend = problem.share[s] * chance * (1 - chance);
    for (std::size_t i = 0; i < kUnknowns; ++i) {
      slope.gradient[i] += problem.share[s] * (chance - problem.wanted[s]) * input[i];
      for (std::size_t j = 0; j <= i; ++j) slope.curvature[i][j] += bend * input[i] * input[j];
    }
  }
  return slope;
}

/// Newton's steps, halved until the loss falls.
Unknowns least_loss(const Problem& problem, int most_steps) {
  Unknowns at{};
  for (int step = 0; step < most_steps; ++step) {
    const Slope slope = slope_at(problem, at);
    const Unknowns way = solved(slope.curvature, slope.gradient);
    double length = 1;
    Unknowns next = at;
    for (; length > 1e-6; length /= 2) {
      for (std::size_t i = 0; i < kUnknowns; ++i) next[i] = at[i] - length * way[i];
      if (loss_at(problem, next) < slope.loss) break;
    }
    if (length <= 1e-6) return at;
    at = next;
    if (product(way, slope.gradient) < 1e-14) return at;
  }
  return at;
}

}  // namespace

Result<OutsideModel> OutsideModel::create(const Json& document, std::string_view file) {
  OutsideModel model;
  if (!document.is_object() || !document.contains("features") || !document["features"].is_array()) {
    return mistake(file, "features", "the list is missing", "restore the file");
  }
  std::array<bool, kOutsideFeatures> seen{};
  const Json& features = document["features"];
  for (std::size_t i = 0; i < features.size(); ++i) {
    SURGSIGMA_CHECK(read_feature(features[i], fmt::format("features[{}]", i), file, seen, model));
  }
  for (std::size_t i = 0; i < kOutsideFeatures; ++i) {
    if (!seen[i]) return mistake(file, "features", quoted(kOutsideFeatureNames[i]) + " is missing", "weight 0 leaves it out");
  }
  SURGSIGMA_TRY(bias, finite_at(document, "bias", file, "bias"));
  SURGSIGMA_TRY(threshold, finite_at(document, "threshold", file, "threshold"));
  if (threshold <= 0 || threshold >= 1) return mistake(file, "threshold", "must lie between 0 and 1");
  model.bias = bias;
  model.threshold = threshold;
  model.fitted = text_or(document, "fitted", "");
  return model;
}

Result<OutsideModel> read_outside_model(const std::filesystem::path& catalog_folder) {
  SURGSIGMA_TRY(document, read_document(catalog_folder / kFile));
  return OutsideModel::create(document, kFile);
}

std::string outside_yaml(const OutsideModel& model) {
  std::string text = "features:\n";
  for (std::size_t i = 0; i < kOutsideFeatures; ++i) {
    text += fmt::format("  - {{name: {}, mean: {:.6g}, scale: {:.6g}, weight: {:.6g}}}\n", kOutsideFeatureNames[i],
                        model.mean[i], model.scale[i], model.weight[i]);
  }
  text += fmt::format("bias: {:.6g}\nthreshold: {:.6g}\n", model.bias, model.threshold);
  return text + "fitted: " + to_text(Json(model.fitted)) + "\n";
}

double outside_chance(const OutsideModel& model, const OutsideFeatures& features) {
  Unknowns weights{};
  std::copy(model.weight.begin(), model.weight.end(), weights.begin());
  weights.back() = model.bias;
  return chance_of(product(weights, inputs_of(model, features)));
}

bool is_outside(const OutsideModel& model, const OutsideFeatures& features) {
  return outside_chance(model, features) >= model.threshold;
}

Result<OutsideModel> fit_outside(const std::vector<OutsideSample>& samples, const OutsideFit& fit) {
  std::array<double, 2> count{};
  for (const OutsideSample& sample : samples) {
    ++count[sample.is_outside];
    const bool is_finite = std::all_of(sample.features.begin(), sample.features.end(), [](double f) { return std::isfinite(f); });
    if (!is_finite) return Error{ErrorKind::kUsage, "a feature is no finite number", "fit_outside", ""};
  }
  if (count[0] == 0 || count[1] == 0) {
    return Error{ErrorKind::kUsage, "samples of one class only", "fit_outside", "give pictures of both kinds"};
  }
  if (!(fit.penalty > 0)) return Error{ErrorKind::kUsage, "the penalty must be positive", "fit_outside", ""};
  const std::array<double, 2> share = {0.5 / count[0], 0.5 / count[1]};
  OutsideModel model;
  set_scales(samples, share, model);
  Problem problem;
  problem.penalty = fit.penalty;
  for (const OutsideSample& sample : samples) {
    problem.inputs.push_back(inputs_of(model, sample.features));
    problem.wanted.push_back(sample.is_outside ? 1 : 0);
    problem.share.push_back(share[sample.is_outside]);
  }
  const Unknowns found = least_loss(problem, fit.most_steps);
  std::copy_n(found.begin(), kOutsideFeatures, model.weight.begin());
  model.bias = found.back();
  return model;
}

double balanced_accuracy(const OutsideModel& model, const std::vector<OutsideSample>& samples) {
  std::array<double, 2> right{}, count{};
  for (const OutsideSample& sample : samples) {
    ++count[sample.is_outside];
    right[sample.is_outside] += is_outside(model, sample.features) == sample.is_outside;
  }
  double sum = 0;
  int classes = 0;
  for (std::size_t c = 0; c < 2; ++c) {
    if (count[c] > 0) sum += right[c] / count[c], ++classes;
  }
  return classes > 0 ? sum / classes : 0;
}

}  // namespace surgsigma
