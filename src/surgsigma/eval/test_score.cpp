#include "surgsigma/eval/test_score.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "surgsigma/base/text.h"

namespace surgsigma {
namespace {

constexpr std::size_t kMostWords = 50;

Json number_json(double value) {
  if (std::isnan(value)) return nullptr;
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return value;
}

Json value_json(const std::string& name, const ScoredValue& value) {
  return {{"metric", name},
          {"value", number_json(value.value)},
          {"low", number_json(value.low)},
          {"high", number_json(value.high)},
          {"share_defined", value.share_defined}};
}

void count_words(const std::vector<Judged>& judged, TestScore& score) {
  std::map<std::string, std::int64_t> words;
  for (const Judged& one : judged) {
    for (const std::string& word : one.read.out_of_vocabulary) ++words[word];
  }
  score.out_of_vocabulary.assign(words.begin(), words.end());
  std::stable_sort(score.out_of_vocabulary.begin(), score.out_of_vocabulary.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  if (score.out_of_vocabulary.size() > kMostWords) score.out_of_vocabulary.resize(kMostWords);
}

Status score_sources(const std::vector<Judged>& judged, const TestFacts& facts, const Catalog& catalog,
                     const BootstrapOptions& options, TestScore& score) {
  std::map<std::string, std::vector<Judged>> parts;
  for (const Judged& one : judged) parts[one.question->source].push_back(one);
  if (parts.size() < 2) return done();
  for (const auto& [source, part] : parts) {
    const CaseNumbers cases = case_numbers(part);
    SURGSIGMA_TRY(scorer, task_scorer(part, cases, facts, catalog, options.jobs));
    SURGSIGMA_TRY(values, score_with_intervals(scorer, cases.names.size(), options));
    score.by_source[source] = std::move(values);
    score.names_by_source[source] = scorer.names;
  }
  return done();
}

}  // namespace

double TestScore::parse_rate() const {
  return questions == 0 ? 0 : static_cast<double>(fates[0]) / static_cast<double>(questions);
}

const ScoredValue* TestScore::find(const std::string& name) const {
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? nullptr : &values[static_cast<std::size_t>(found - names.begin())];
}

Result<TestScore> score_test(const std::string& test, const std::string& primary, const std::vector<Judged>& judged,
                             const TestFacts& facts, const Catalog& catalog, const BootstrapOptions& options) {
  if (judged.empty()) return Error{ErrorKind::kData, "a test without questions", test, ""};
  TestScore score;
  score.test = test;
  score.task = judged.front().question->task;
  score.primary = primary;
  score.questions = judged.size();
  std::set<std::string> videos;
  for (const Judged& one : judged) {
    videos.insert(one.question->video);
    score.has_simulated = score.has_simulated || one.question->is_simulated;
    ++score.fates[static_cast<std::size_t>(fate_of(one))];
  }
  score.videos = videos.size();
  const CaseNumbers cases = case_numbers(judged);
  score.cases = cases.names.size();
  SURGSIGMA_TRY(scorer, task_scorer(judged, cases, facts, catalog, options.jobs));
  score.names = scorer.names;
  if (score.primary.empty()) score.primary = usual_metric(score.task);
  const bool has_primary = std::find(score.names.begin(), score.names.end(), score.primary) != score.names.end();
  if (!has_primary) {
    const auto near = nearest(score.primary, score.names);
    return Error{ErrorKind::kUsage, "the test has no metric " + quoted(score.primary), test,
                 near ? "did you mean '" + *near + "'?" : "it has: " + join(score.names, ", ")};
  }
  SURGSIGMA_TRY(values, score_with_intervals(scorer, score.cases, options));
  score.values = std::move(values);
  for (std::size_t b = 0; b < kBaselineWords.size(); ++b) {
    const auto answers = baseline_answers(judged, facts, static_cast<Baseline>(b), options.seed);
    SURGSIGMA_TRY(blind, task_scorer(answers, cases, facts, catalog, options.jobs));
    score.baselines[b].resize(score.names.size());
    if (blind.names != score.names) {
      return Error{ErrorKind::kInternal, "a baseline has other metrics than the model", test, "please report this"};
    }
    const std::vector<double> ones(score.cases, 1.0);
    blind.values_at(ones, score.baselines[b]);
  }
  count_words(judged, score);
  SURGSIGMA_CHECK(score_sources(judged, facts, catalog, options, score));
  return score;
}

Json test_score_json(const TestScore& score) {
  Json fates = Json::object();
  for (std::size_t i = 0; i < score.fates.size(); ++i) fates[std::string(kAnswerFateWords[i])] = score.fates[i];
  Json values = Json::array();
  for (std::size_t i = 0; i < score.names.size(); ++i) {
    Json value = value_json(score.names[i], score.values[i]);
    for (std::size_t b = 0; b < kBaselineWords.size(); ++b) {
      value[std::string(kBaselineWords[b])] = number_json(score.baselines[b][i]);
    }
    values.push_back(std::move(value));
  }
  Json sources = Json::object();
  for (const auto& [source, part] : score.by_source) {
    const auto& names = score.names_by_source.at(source);
    for (std::size_t i = 0; i < names.size(); ++i) sources[source].push_back(value_json(names[i], part[i]));
  }
  Json words = Json::array();
  for (const auto& [word, count] : score.out_of_vocabulary) words.push_back({{"word", word}, {"answers", count}});
  return {{"test", score.test},
          {"task", score.task},
          {"primary", score.primary},
          {"questions", score.questions},
          {"cases", score.cases},
          {"videos", score.videos},
          {"simulated", score.has_simulated},
          {"parse_rate", score.parse_rate()},
          {"answers", fates},
          {"values", values},
          {"by_source", sources},
          {"out_of_vocabulary", words}};
}

}  // namespace surgsigma
