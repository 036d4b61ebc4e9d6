// The parts of a report about one test, each as HTML. Empty where there is nothing of the kind.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "surgsigma/eval/suite_score.h"

namespace surgsigma {

/// Values of blind models for one metric, in the order of the tables: {"majority", 0.3}, ...
std::vector<std::pair<std::string, double>> blind_values(const TestScore& test, const std::string& metric);

/// What became of the answers, and the words that are no class.
std::string fates_text(const TestScore& test);
/// One bar per class with its interval, its other metrics and how often it is right.
std::string class_table(const SuiteScore& score, const TestScore& test);
/// At most 40 classes, the most frequent; what is left out is named with its count.
std::string confusion_table(const SuiteScore& score, const TestScore& test);
/// Reliability diagrams and their numbers; where there are no scores a sentence that says so, for criteria only.
std::string calibration_part(const SuiteScore& score, const TestScore& test);
/// The primary metric by source and by centre.
std::string parts_tables(const TestScore& test);
/// Every metric with interval, baselines and definition, folded.
std::string values_table(const TestScore& test);

}  // namespace surgsigma
