// The scores of a whole suite: what `surgsigma eval score` writes. One folder:
//   scores.json   all values with intervals, baselines, fates of answers, parts by source, and what was run
//   scores.csv    one line per test and metric
//   scores.md     a table for people; scores.tex the same for LaTeX
//   items.jsonl   every question with gold answer, answer, what it was read as, and its credit
//   report.html   all of it to look at, with the errors; no network
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "surgsigma/eval/test_score.h"

namespace surgsigma {

struct SuiteScoreOptions {
  fs::path questions;    ///< the folder that `eval make` wrote
  fs::path predictions;  ///< one file with the answers of all tests, or a folder with <test>.jsonl (or .json, .tsv)
  fs::path out;          ///< new or empty
  std::string model;     ///< for tables
  PredictionRules rules;
  BootstrapOptions bootstrap;
  std::string tool_version;
};

struct SuiteScore {
  Json suite;  ///< suite.json of the questions
  std::string model;
  std::vector<TestScore> tests;
};

/// Scores and writes everything. kUsage for a folder that is not empty; kData as read_predictions().
Result<SuiteScore> score_suite(const SuiteScoreOptions& options, const Catalog& catalog);

/// Percent with two decimals for shares, else four significant digits; "-" for undefined.
std::string shown_value(double value, std::string_view unit);
/// Unit and direction of "<family>.<metric>", also of one class.
const MetricRow* metric_row_of(std::string_view name);

std::string scores_markdown(const SuiteScore& score);
std::string scores_latex(const SuiteScore& score);
std::string scores_csv(const SuiteScore& score);

}  // namespace surgsigma
