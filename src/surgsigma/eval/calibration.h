// How far the scores that answers carry ("scores": {class: number}) are probabilities: ten bins of equal width with the
// mean score and the share of positives in each, as a reliability diagram shows them (Murphy and Winkler, Applied
// Statistics 26, 1977), and their weighted distance, the expected calibration error (Guo et al., ICML 2017).
//
// For each class of each open question: is it in the gold answer (1 or 0; of a criterion the mean of its raters), and
// the score that the answer gives it. A class that an answer gives no score is not counted there, and `without` says
// how many times. Scores outside 0..1 are no probabilities: then there is no table, and the note says so.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "surgsigma/base/json.h"
#include "surgsigma/eval/judged.h"

namespace surgsigma {

inline constexpr std::size_t kCalibrationBins = 10;

struct CalibrationBin {
  std::int64_t answers = 0;
  double mean_score = 0;  ///< undefined without answers, like the next
  double mean_truth = 0;
};

struct CalibrationOfClass {
  std::string name;  ///< "" stands for all classes together
  std::int64_t answers = 0;
  std::int64_t without = 0;                           ///< answers that give this class no score
  double brier = 0;                                   ///< mean of (score - truth)^2
  double error = 0;                                   ///< expected calibration error
  std::array<CalibrationBin, kCalibrationBins> bins;  ///< [0, 0.1), ..., [0.9, 1]
};

struct Calibration {
  std::vector<CalibrationOfClass> classes;  ///< all together first, then each with a positive, in rising order
  std::string note;                         ///< why there is none, or what is left out; empty: nothing to say
};

Calibration calibration_of(const std::vector<Judged>& judged);
Json calibration_json(const Calibration& calibration);

}  // namespace surgsigma
