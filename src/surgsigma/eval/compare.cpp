#include "surgsigma/eval/compare.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "surgsigma/base/text.h"
#include "surgsigma/eval/pixel_scores.h"
#include "surgsigma/eval/suite_folder.h"

namespace surgsigma {
namespace {

/// A test as both models answered it.
struct BothJudged {
  std::vector<Question> questions;
  TestFacts facts;
  std::vector<Prediction> said_a, said_b;
  std::vector<Judged> a, b;
};

Result<BothJudged> judge_both(const CompareOptions& options, const std::string& test, const Catalog& catalog) {
  BothJudged both;
  const fs::path folder = options.questions / test;
  SURGSIGMA_TRY(questions, read_questions(folder / "questions.jsonl"));
  SURGSIGMA_TRY(facts, read_test_facts(folder));
  both.questions = std::move(questions);
  both.facts = std::move(facts);
  SURGSIGMA_TRY(file_a, predictions_file(options.answers_a, test));
  SURGSIGMA_TRY(file_b, predictions_file(options.answers_b, test));
  SURGSIGMA_TRY(said_a, read_predictions(file_a, both.questions, options.rules));
  SURGSIGMA_TRY(said_b, read_predictions(file_b, both.questions, options.rules));
  both.said_a = std::move(said_a);
  both.said_b = std::move(said_b);
  both.a = judge(both.questions, both.said_a, both.facts, catalog.ontology, options.bootstrap.jobs);
  both.b = judge(both.questions, both.said_b, both.facts, catalog.ontology, options.bootstrap.jobs);
  return both;
}

/// Questions that only the first model has right; nothing where no answer has a credit.
std::optional<std::size_t> only_right(const std::vector<Judged>& judged, const std::vector<Judged>& others) {
  std::optional<std::size_t> count;
  for (std::size_t i = 0; i < judged.size(); ++i) {
    const auto credit = credit_of(judged[i]), other = credit_of(others[i]);
    if (!credit || !other) continue;
    count = count.value_or(0) + (*credit >= 1 && *other < 1 ? 1 : 0);
  }
  return count;
}

/// The scorers of both models, of a test in words or in pixels.
struct BothScorers {
  Scorer a, b;
};

Result<BothScorers> word_scorers(const CompareOptions& options, const SuiteFolderTest& test, const Catalog& catalog,
                                 ComparedTest& compared) {
  SURGSIGMA_TRY(both, judge_both(options, test.id, catalog));
  if (compared.primary.empty()) compared.primary = usual_metric(catalog, both.questions.front().task);
  compared.questions = both.questions.size();
  const CaseNumbers cases = case_numbers(both.a);
  compared.cases = cases.names.size();
  compared.only_a = only_right(both.a, both.b);
  compared.only_b = only_right(both.b, both.a);
  const Chains chains = std::max(chains_in(both.a), chains_in(both.b));
  SURGSIGMA_TRY(scorer_a, task_scorer(both.a, cases, both.facts, catalog, options.bootstrap.jobs, chains));
  SURGSIGMA_TRY(scorer_b, task_scorer(both.b, cases, both.facts, catalog, options.bootstrap.jobs, chains));
  return BothScorers{std::move(scorer_a), std::move(scorer_b)};
}

Result<BothScorers> pixel_scorers(const CompareOptions& options, const SuiteFolderTest& test, ComparedTest& compared) {
  const bool allows_missing = options.rules.allows_missing;
  SURGSIGMA_TRY(said_a, read_pixel_test(test.folder, options.answers_a / test.id, allows_missing));
  SURGSIGMA_TRY(said_b, read_pixel_test(test.folder, options.answers_b / test.id, allows_missing));
  if (compared.primary.empty()) compared.primary = usual_pixel_metric(said_a.family);
  compared.questions = said_a.pairs.size();
  SURGSIGMA_TRY(scorer_a, pixel_scorer(said_a, options.bootstrap.jobs));
  SURGSIGMA_TRY(scorer_b, pixel_scorer(said_b, options.bootstrap.jobs));
  compared.cases = scorer_a.cases;
  return BothScorers{std::move(scorer_a.scorer), std::move(scorer_b.scorer)};
}

Result<ComparedTest> compare_test(const CompareOptions& options, const SuiteFolderTest& test, const Catalog& catalog) {
  ComparedTest compared;
  compared.test = test.id;
  compared.primary = test.primary;
  SURGSIGMA_TRY(scorers, is_pixel_test(test.folder) ? pixel_scorers(options, test, compared)
                                                    : word_scorers(options, test, catalog, compared));
  compared.names = scorers.a.names;
  if (std::find(compared.names.begin(), compared.names.end(), compared.primary) == compared.names.end()) {
    const auto near = nearest(compared.primary, compared.names);
    return Error{ErrorKind::kUsage, "the test has no metric " + quoted(compared.primary), test.id,
                 near ? "did you mean '" + *near + "'?" : "it has: " + join(compared.names, ", ")};
  }
  SURGSIGMA_TRY(differences, paired_differences(scorers.b, scorers.a, compared.cases, options.bootstrap));
  compared.differences = std::move(differences);
  const std::vector<double> ones(compared.cases, 1.0);
  compared.a.resize(compared.names.size());
  compared.b.resize(compared.names.size());
  scorers.a.values_at(ones, compared.a);
  scorers.b.values_at(ones, compared.b);
  return compared;
}

Json number_json(double value) { return std::isfinite(value) ? Json(value) : Json(); }

Json count_json(std::optional<std::size_t> count) { return count ? Json(*count) : Json(); }

Json test_json(const ComparedTest& test) {
  Json metrics = Json::array();
  for (std::size_t i = 0; i < test.names.size(); ++i) {
    const PairedDifference& pair = test.differences[i];
    metrics.push_back({{"metric", test.names[i]},
                       {"a", number_json(test.a[i])},
                       {"b", number_json(test.b[i])},
                       {"difference", number_json(pair.difference.value)},
                       {"low", number_json(pair.difference.low)},
                       {"high", number_json(pair.difference.high)},
                       {"p", number_json(pair.p_value)}});
  }
  return {{"test", test.test},
          {"primary", test.primary},
          {"questions", test.questions},
          {"cases", test.cases},
          {"only_a_right", count_json(test.only_a)},
          {"only_b_right", count_json(test.only_b)},
          {"adjusted_p", number_json(test.adjusted_p)},
          {"metrics", metrics}};
}

std::string comparison_csv(const Comparison& comparison) {
  std::string text = "test,metric,primary,a,b,difference,low,high,p,adjusted_p,questions,cases\n";
  for (const ComparedTest& test : comparison.tests) {
    for (std::size_t i = 0; i < test.names.size(); ++i) {
      const PairedDifference& pair = test.differences[i];
      const bool is_primary = i == test.primary_place();
      text += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{}\n", test.test, csv_cell(test.names[i]),
                          is_primary ? "yes" : "no", csv_number(test.a[i]), csv_number(test.b[i]),
                          csv_number(pair.difference.value), csv_number(pair.difference.low),
                          csv_number(pair.difference.high), csv_number(pair.p_value),
                          is_primary ? csv_number(test.adjusted_p) : "", test.questions, test.cases);
    }
  }
  return text;
}

/// With its sign, in the unit of the metric.
std::string signed_value(double value, std::string_view unit) {
  const std::string text = shown_value(value, unit);
  return std::isfinite(value) && value >= 0 ? "+" + text : text;
}

}  // namespace

std::size_t ComparedTest::primary_place() const {
  return static_cast<std::size_t>(std::find(names.begin(), names.end(), primary) - names.begin());
}

std::vector<double> holm_adjusted(const std::vector<double>& p_values) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < p_values.size(); ++i) {
    if (!std::isnan(p_values[i])) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
  std::vector<double> adjusted = p_values;
  double highest = 0;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    const double factor = static_cast<double>(order.size() - rank);
    highest = std::max(highest, std::min(1.0, factor * p_values[order[rank]]));
    adjusted[order[rank]] = highest;
  }
  return adjusted;
}

std::string comparison_markdown(const Comparison& comparison) {
  std::string text =
      "# " + comparison.model_b + " against " + comparison.model_a +
      "\n\nThe difference is the second model less the first, with its 95 % interval by resampling cases "
      "for both at once. p is two-sided; adjusted over the tests (Holm).\n\n| test | metric | " +
      comparison.model_a + " | " + comparison.model_b +
      " | difference | p | adjusted p | only first right | only second right | questions | cases |\n"
      "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n";
  for (const ComparedTest& test : comparison.tests) {
    const std::size_t i = test.primary_place();
    const MetricRow* row = metric_row_of(test.primary);
    const std::string_view unit = row ? row->unit : "share";
    const ScoredValue& difference = test.differences[i].difference;
    const auto count = [](std::optional<std::size_t> one) { return one ? std::to_string(*one) : std::string("-"); };
    const auto p = [](double value) { return std::isnan(value) ? std::string("-") : fmt::format("{:.4f}", value); };
    std::string interval = signed_value(difference.value, unit);
    if (!std::isnan(difference.low)) {
      interval += " [" + signed_value(difference.low, unit) + ", " + signed_value(difference.high, unit) + "]";
    }
    text += fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |\n", test.test, test.primary,
                        shown_value(test.a[i], unit), shown_value(test.b[i], unit), interval,
                        p(test.differences[i].p_value), p(test.adjusted_p), count(test.only_a), count(test.only_b),
                        test.questions, test.cases);
  }
  return text;
}

Result<Comparison> compare_answers(const CompareOptions& options, const Catalog& catalog) {
  SURGSIGMA_CHECK(check_new_folder(options.out));
  SURGSIGMA_TRY(suite, read_suite_json(options.questions));
  SURGSIGMA_TRY(tests, tests_of_folder(options.questions, suite, options.tests));
  Comparison comparison{options.model_a, options.model_b, {}};
  std::vector<double> p_values;
  for (const SuiteFolderTest& test : tests) {
    SURGSIGMA_TRY(compared, compare_test(options, test, catalog));
    p_values.push_back(compared.differences[compared.primary_place()].p_value);
    comparison.tests.push_back(std::move(compared));
  }
  const std::vector<double> adjusted = holm_adjusted(p_values);
  Json list = Json::array();
  for (std::size_t i = 0; i < adjusted.size(); ++i) {
    comparison.tests[i].adjusted_p = adjusted[i];
    list.push_back(test_json(comparison.tests[i]));
  }
  const Json document = {{"a", options.model_a},
                         {"b", options.model_b},
                         {"difference", "b - a"},
                         {"resamples", options.bootstrap.resamples},
                         {"seed", options.bootstrap.seed},
                         {"tool", options.tool_version},
                         {"tests", list}};
  SURGSIGMA_CHECK(write_file(options.out / "compare.json", document.dump(2) + "\n"));
  SURGSIGMA_CHECK(write_file(options.out / "compare.csv", comparison_csv(comparison)));
  SURGSIGMA_CHECK(write_file(options.out / "compare.md", comparison_markdown(comparison)));
  return comparison;
}

}  // namespace surgsigma
