// Whether a picture was taken out of the body: a logistic model on twelve features of its colours. The weights stand in
// catalog/models/outside.yaml and are made by fit_outside().
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/base/json.h"
#include "surgsigma/base/result.h"
#include "surgsigma/media/outside_features.h"

namespace surgsigma {

/// chance = 1 / (1 + exp(-(bias + sum of weight * (feature - mean) / scale))), each standardised feature held within
/// [-kOutsideReach, kOutsideReach], so that one odd value cannot decide alone.
struct OutsideModel {
  OutsideFeatures mean{};
  OutsideFeatures scale{};
  OutsideFeatures weight{};
  double bias = 0;
  double threshold = 0.5;  ///< from this chance on a picture is out of the body
  std::string fitted;      ///< on what, with which figures; for the reader of the file

  /// kData naming the feature for an unknown, missing or repeated name, a value that is no finite number, a scale that is
  /// not positive, a threshold outside (0, 1).
  static Result<OutsideModel> create(const Json& document, std::string_view file);
  bool operator==(const OutsideModel&) const = default;
};
inline constexpr double kOutsideReach = 4;

/// Reads models/outside.yaml of the catalog's folder. kNotFound, kData as above.
Result<OutsideModel> read_outside_model(const std::filesystem::path& catalog_folder);
/// The document that create() reads, as YAML.
std::string outside_yaml(const OutsideModel& model);

/// 0-1.
double outside_chance(const OutsideModel& model, const OutsideFeatures& features);
bool is_outside(const OutsideModel& model, const OutsideFeatures& features);

struct OutsideSample {
  OutsideFeatures features{};
  bool is_outside = false;
};

struct OutsideFit {
  double penalty = 0.01;  ///< on the squared weights, per sample; keeps separable samples from growing without end
  int most_steps = 50;    ///< of Newton's method
};

/// Logistic regression by Newton's method, both classes weighing the same however many samples each has. Samples in
/// another order give the same model up to rounding. kUsage when a class is missing or a feature is no finite number.
Result<OutsideModel> fit_outside(const std::vector<OutsideSample>& samples, const OutsideFit& fit = {});

/// Mean of the shares of each class that is told rightly; of one class only: its share.
double balanced_accuracy(const OutsideModel& model, const std::vector<OutsideSample>& samples);

}  // namespace surgsigma
