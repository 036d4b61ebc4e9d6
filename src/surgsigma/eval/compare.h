// Two models on the same questions: what `surgsigma eval compare` writes. Differences are paired: both models answer
// the same questions of the same cases, so resampling the cases for both at once tells far smaller differences from
// chance than two intervals side by side.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "surgsigma/eval/suite_score.h"

namespace surgsigma {

struct CompareOptions {
  fs::path questions;
  std::string model_a;
  std::string model_b;
  fs::path answers_a;
  fs::path answers_b;
  fs::path out;  ///< new or empty
  PredictionRules rules;
  std::vector<std::string> tests;  ///< empty: all
  BootstrapOptions bootstrap;
  std::string tool_version;
};

struct ComparedTest {
  std::string test;
  std::string primary;
  std::size_t questions = 0;
  std::size_t cases = 0;
  std::vector<std::string> names;  ///< of the metrics
  std::vector<double> a;
  std::vector<double> b;
  std::vector<PairedDifference> differences;  ///< b - a
  /// Questions that only one model has right (credit 1); nothing where answers are not right or wrong.
  std::optional<std::size_t> only_a, only_b;
  /// Of the primary metric, adjusted over the tests of the suite (Holm 1979): the chance that any of them errs.
  double adjusted_p = 1;

  std::size_t primary_place() const;
};

struct Comparison {
  std::string model_a;
  std::string model_b;
  std::vector<ComparedTest> tests;
};

/// Writes compare.json, compare.csv and compare.md. Errors as score_suite().
Result<Comparison> compare_answers(const CompareOptions& options, const Catalog& catalog);

/// Holm's step-down adjustment; NaN stay NaN and are not counted.
std::vector<double> holm_adjusted(const std::vector<double>& p_values);

std::string comparison_markdown(const Comparison& comparison);

}  // namespace surgsigma
