#include "surgsigma/eval/test_score.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
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

/// One entry per part that `part_of` names, where there are at least two.
Result<std::vector<PartScore>> score_parts(const std::vector<Judged>& judged,
                                           const std::function<std::string(const Question&)>& part_of,
                                           const TestFacts& facts, const Catalog& catalog,
                                           const BootstrapOptions& options, Chains chains) {
  std::map<std::string, std::vector<Judged>> parts;
  for (const Judged& one : judged) parts[part_of(*one.question)].push_back(one);
  std::vector<PartScore> scores;
  if (parts.size() < 2) return scores;
  for (const auto& [name, part] : parts) {
    const CaseNumbers cases = case_numbers(part);
    SURGSIGMA_TRY(scorer, task_scorer(part, cases, facts, catalog, options.jobs, chains));
    SURGSIGMA_TRY(values, score_with_intervals(scorer, cases.names.size(), options));
    scores.push_back({name, part.size(), cases.names.size(), scorer.names, std::move(values)});
  }
  return scores;
}

Json parts_json(const std::vector<PartScore>& parts) {
  Json made = Json::object();
  for (const PartScore& part : parts) {
    Json values = Json::array();
    for (std::size_t i = 0; i < part.names.size(); ++i) values.push_back(value_json(part.names[i], part.values[i]));
    made[part.part] = {{"questions", part.questions}, {"cases", part.cases}, {"values", values}};
  }
  return made;
}

const ScoredValue* value_named(const std::vector<std::string>& names, const std::vector<ScoredValue>& values,
                               const std::string& name) {
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? nullptr : &values[static_cast<std::size_t>(found - names.begin())];
}

/// Blind answers carry no scores: what needs them (average precision, Brier) is undefined there, not the model's own.
/// Nor do they carry chains: theirs cannot be read.
Result<BaselineScore> score_baseline(Baseline kind, const std::vector<Judged>& judged, const CaseNumbers& cases,
                                     const TestFacts& facts, const Catalog& catalog, const BootstrapOptions& options,
                                     const TestScore& score, Chains chains) {
  std::vector<Judged> answers = baseline_answers(judged, facts, kind, options.seed);
  const Prediction silent;
  for (Judged& one : answers) one.prediction = &silent;
  SURGSIGMA_TRY(blind, task_scorer(answers, cases, facts, catalog, options.jobs, chains));
  std::vector<double> values(blind.names.size());
  blind.values_at(std::vector<double>(cases.names.size(), 1.0), values);
  BaselineScore made{std::string(kBaselineWords[static_cast<std::size_t>(kind)]),
                     std::vector<double>(score.names.size(), std::nan(""))};
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto found = std::find(score.names.begin(), score.names.end(), blind.names[i]);
    if (found == score.names.end()) {
      return Error{ErrorKind::kInternal, "a baseline has other metrics than the model", score.test,
                   "please report this"};
    }
    made.values[static_cast<std::size_t>(found - score.names.begin())] = values[i];
  }
  return made;
}

}  // namespace

double TestScore::parse_rate() const {
  return questions == 0 ? 0 : static_cast<double>(fates[0]) / static_cast<double>(questions);
}

const ScoredValue* TestScore::find(const std::string& name) const { return value_named(names, values, name); }

const ScoredValue* PartScore::find(const std::string& name) const { return value_named(names, values, name); }

double TestScore::baseline_value(std::string_view baseline, std::size_t place) const {
  for (const BaselineScore& one : baselines) {
    if (one.name == baseline) return one.values[place];
  }
  return std::nan("");
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
  const Chains chains = chains_in(judged);
  SURGSIGMA_TRY(scorer, task_scorer(judged, cases, facts, catalog, options.jobs, chains));
  score.names = scorer.names;
  if (score.primary.empty()) score.primary = usual_metric(catalog, score.task);
  const bool has_primary = std::find(score.names.begin(), score.names.end(), score.primary) != score.names.end();
  if (!has_primary) {
    const auto near = nearest(score.primary, score.names);
    return Error{ErrorKind::kUsage, "the test has no metric " + quoted(score.primary), test,
                 near ? "did you mean '" + *near + "'?" : "it has: " + join(score.names, ", ")};
  }
  SURGSIGMA_TRY(values, score_with_intervals(scorer, score.cases, options));
  score.values = std::move(values);
  for (std::size_t b = 0; b < kBaselineWords.size(); ++b) {
    SURGSIGMA_TRY(baseline,
                  score_baseline(static_cast<Baseline>(b), judged, cases, facts, catalog, options, score, chains));
    score.baselines.push_back(std::move(baseline));
  }
  count_words(judged, score);
  score.confusion = confusion_of(judged, facts);
  score.gold_counts = gold_counts(judged);
  score.calibration = calibration_of(judged);
  SURGSIGMA_TRY(sources, score_parts(
                             judged, [](const Question& one) { return one.source; }, facts, catalog, options, chains));
  score.by_source = std::move(sources);
  const auto centre_of = [](const Question& one) {
    return one.centre.empty() ? std::string(kUnknownCentre) : one.centre;
  };
  SURGSIGMA_TRY(centres, score_parts(judged, centre_of, facts, catalog, options, chains));
  score.by_centre = std::move(centres);
  return score;
}

Json test_score_json(const TestScore& score) {
  Json fates = Json::object();
  for (std::size_t i = 0; i < score.fates.size(); ++i) fates[std::string(kAnswerFateWords[i])] = score.fates[i];
  Json values = Json::array();
  for (std::size_t i = 0; i < score.names.size(); ++i) {
    Json value = value_json(score.names[i], score.values[i]);
    for (const BaselineScore& baseline : score.baselines) value[baseline.name] = number_json(baseline.values[i]);
    values.push_back(std::move(value));
  }
  Json counts = Json::object();
  for (const auto& [name, count] : score.gold_counts) counts[name] = count;
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
          {"by_source", parts_json(score.by_source)},
          {"by_centre", parts_json(score.by_centre)},
          {"gold_counts", counts},
          {"confusion", score.confusion ? confusion_json(*score.confusion) : Json()},
          {"calibration", calibration_json(score.calibration)},
          {"questions_hash", score.questions_hash},
          {"out_of_vocabulary", words}};
}

}  // namespace surgsigma
