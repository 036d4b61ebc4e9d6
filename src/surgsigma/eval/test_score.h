// The scores of one test: values with intervals by case, baselines beside them, what became of the answers, and the
// parts by source. A score without these is not made.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "surgsigma/base/json.h"
#include "surgsigma/eval/baselines.h"
#include "surgsigma/eval/intervals.h"
#include "surgsigma/eval/task_scorers.h"

namespace surgsigma {

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
  std::array<std::vector<double>, kBaselineWords.size()> baselines;  ///< by Baseline, in the order of names
  std::map<std::string, std::vector<ScoredValue>> by_source;         ///< the primary value and the others, per source
  std::map<std::string, std::vector<std::string>> names_by_source;   ///< a source alone may have fewer classes
  std::vector<std::pair<std::string, std::int64_t>> out_of_vocabulary;  ///< words that no answer may say, most first

  double parse_rate() const;  ///< share of the questions whose answer could be read
  const ScoredValue* find(const std::string& name) const;
};

/// kUsage where `primary` is no metric of the task, with the nearest; kData as task_scorer().
Result<TestScore> score_test(const std::string& test, const std::string& primary, const std::vector<Judged>& judged,
                             const TestFacts& facts, const Catalog& catalog, const BootstrapOptions& options);

Json test_score_json(const TestScore& score);

}  // namespace surgsigma
