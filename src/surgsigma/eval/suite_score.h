// The scores of a whole suite: what `surgsigma eval score` writes. One folder:
//   scores.json   all values with intervals, baselines, fates of answers, confusions, calibration,
//                 parts by source and by centre, and what was run
//   scores.csv    one line per test and metric; parts.csv the same of each source and each centre
//   scores.md     a table for people; scores.tex the same for LaTeX
//   items.jsonl   every question with gold answer, answer, what it was read as, and its credit
//   report.html   all of it to look at, with the errors; no network
#pragma once

#include <map>
#include <string>
#include <vector>

#include "surgsigma/eval/table_text.h"
#include "surgsigma/eval/test_score.h"

namespace surgsigma {

struct SuiteScoreOptions {
  fs::path questions;    ///< the folder that `eval make` wrote
  fs::path predictions;  ///< one file with the answers of all tests, or a folder with <test>.jsonl (or .json, .tsv)
  fs::path out;          ///< new or empty
  std::string model;     ///< for tables
  std::vector<std::string> tests;  ///< ids; empty: all
  fs::path trained_on;             ///< what the model was trained with (training_cases.h); empty: not known
  PredictionRules rules;
  BootstrapOptions bootstrap;
  std::string tool_version;
};

struct SuiteScore {
  Json suite;  ///< suite.json of the questions
  std::string model;
  std::vector<TestScore> tests;
  std::map<std::string, std::string> labels;  ///< words of the ontology for the classes that occur

  /// The words for a class; its id where there are none.
  const std::string& label(const std::string& id) const;
  /// The name of a test as the suite has it.
  std::string name_of(const std::string& test) const;
};

/// Scores and writes everything. kUsage for a folder that is not empty; kData as read_predictions().
Result<SuiteScore> score_suite(const SuiteScoreOptions& options, const Catalog& catalog);

/// Those of kAllBaselines that any of its tests has.
std::vector<std::string_view> baselines_of(const SuiteScore& score);
/// "80.00 % (majority)": the first baseline of a test at the place of a metric; "-" without any.
std::string shown_baseline(const TestScore& test, std::size_t place, std::string_view unit);

std::string scores_markdown(const SuiteScore& score);
std::string scores_latex(const SuiteScore& score);
std::string scores_csv(const SuiteScore& score);
std::string parts_csv(const SuiteScore& score);

}  // namespace surgsigma
