// The scores of one test: values with intervals by case, baselines beside them, what became of the answers, what was
// said for what, how far scores are probabilities, and the parts by source and by centre. A score without these is not
// made.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "surgsigma/base/json.h"
#include "surgsigma/eval/baselines.h"
#include "surgsigma/eval/calibration.h"
#include "surgsigma/eval/confusion.h"
#include "surgsigma/eval/intervals.h"
#include "surgsigma/eval/task_scorers.h"

namespace surgsigma {

/// What one baseline reaches on the same questions.
struct BaselineScore {
  std::string name;            ///< one of kAllBaselines
  std::vector<double> values;  ///< in the order of the test's names
};
/// Of answers in words, then of answers by pixels (pixel_scores.h): the order of columns.
inline constexpr std::array<std::string_view, 6> kAllBaselines = {"majority", "stratified", "random",
                                                                  "copy",     "empty",      "constant"};

/// The values of the questions of one source or one centre alone. It may have fewer classes, hence its own names.
struct PartScore {
  std::string part;
  std::size_t questions = 0;
  std::size_t cases = 0;
  std::vector<std::string> names;
  std::vector<ScoredValue> values;

  const ScoredValue* find(const std::string& name) const;
};
/// Where a database does not say the centre of an operation.
inline constexpr std::string_view kUnknownCentre = "not stated";

struct TestScore {
  std::string test;  ///< id within the suite
  std::string task;
  std::string primary;  ///< the metric that stands for the test
  std::size_t questions = 0;
  std::size_t cases = 0;
  std::size_t videos = 0;
  bool has_simulated = false;
  std::array<std::size_t, kAnswerFateWords.size()> fates{};  ///< by AnswerFate; sums to `questions`
  std::vector<std::string> names;                            ///< of the values
  std::vector<ScoredValue> values;
  std::vector<BaselineScore> baselines;  ///< the usual yardstick first
  std::vector<PartScore> by_source;      ///< by name; empty where all questions are of one source
  std::vector<PartScore> by_centre;      ///< likewise; empty also where no question says its centre
  std::vector<std::pair<std::string, std::int64_t>> out_of_vocabulary;  ///< words that no answer may say, most first
  std::optional<Confusion> confusion;                                   ///< of tasks with one right class
  std::vector<std::pair<std::string, std::int64_t>> gold_counts;        ///< how often each class is right
  Calibration calibration;
  std::string questions_hash;  ///< of questions.jsonl: boards compare only what was asked the same; empty: not known

  double parse_rate() const;  ///< share of the questions whose answer could be read
  const ScoredValue* find(const std::string& name) const;
  /// NaN where the test has no such baseline.
  double baseline_value(std::string_view baseline, std::size_t place) const;
};

/// kUsage where `primary` is no metric of the task, with the nearest; kData as task_scorer().
Result<TestScore> score_test(const std::string& test, const std::string& primary, const std::vector<Judged>& judged,
                             const TestFacts& facts, const Catalog& catalog, const BootstrapOptions& options);

Json test_score_json(const TestScore& score);

}  // namespace surgsigma
