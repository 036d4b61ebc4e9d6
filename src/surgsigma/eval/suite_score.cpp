#include "surgsigma/eval/suite_score.h"

#include <fmt/core.h>

#include <cmath>
#include <fstream>

#include "surgsigma/base/text.h"
#include "surgsigma/eval/report_page.h"

namespace surgsigma {
namespace {

Result<std::vector<std::string>> tests_of(const Json& suite, const fs::path& file) {
  std::vector<std::string> tests;
  const auto list = suite.find("tests");
  if (list == suite.end() || !list->is_array()) {
    return Error{ErrorKind::kData, "no tests", file.string(), "make the questions again with `surgsigma eval make`"};
  }
  for (const Json& test : *list) {
    if (text_or(test, "left_out", "").empty()) tests.push_back(text_or(test, "id", ""));
  }
  return tests;
}

/// The file of one test in a folder of predictions; the file itself where there is one for all.
Result<fs::path> predictions_of(const fs::path& predictions, const std::string& test) {
  std::error_code code;
  if (!fs::is_directory(predictions, code)) return predictions;
  for (const char* ending : {".jsonl", ".json", ".tsv", ".csv"}) {
    const fs::path file = predictions / (test + ending);
    if (fs::is_regular_file(file, code)) return file;
  }
  return Error{ErrorKind::kNotFound, "no answers to the test " + quoted(test), predictions.string(),
               "name the file " + test + ".jsonl"};
}

Json item_json(const Judged& judged, const std::string& test) {
  const Question& question = *judged.question;
  const auto credit = credit_of(judged);
  Json item = {{"test", test},
               {"id", question.id},
               {"source", question.source},
               {"video", question.video},
               {"case", question.case_id},
               {"form", std::string(word(question.form))},
               {"question", question.turns.back()},
               {"gold", question.gold_text},
               {"text", judged.prediction->text},
               {"fate", std::string(kAnswerFateWords[static_cast<std::size_t>(fate_of(judged))])},
               {"credit", credit ? Json(*credit) : Json()}};
  if (!judged.read.reason.empty()) item["reason"] = judged.read.reason;
  if (!judged.read.out_of_vocabulary.empty()) item["out_of_vocabulary"] = judged.read.out_of_vocabulary;
  if (judged.read.is_read()) item["read"] = *parse_json(answer_json(judged.read.answer), "read");
  if (!judged.prediction->reasoning.empty()) item["reasoning"] = judged.prediction->reasoning;
  return item;
}

/// Answers of all tests in one file: each test takes those of its own questions.
Result<std::vector<Prediction>> predictions_for(const SuiteScoreOptions& options, const std::string& test,
                                                const std::vector<Question>& questions) {
  SURGSIGMA_TRY(file, predictions_of(options.predictions, test));
  return read_predictions(file, questions, options.rules);
}

std::string interval_text(const ScoredValue& value, std::string_view unit) {
  if (std::isnan(value.low)) return shown_value(value.value, unit);
  return shown_value(value.value, unit) + " [" + shown_value(value.low, unit) + ", " + shown_value(value.high, unit) +
         "]";
}

std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string cell = "\"";
  for (const char c : text) cell += c == '"' ? "\"\"" : std::string(1, c);
  return cell + "\"";
}

std::string number_text(double value) { return std::isnan(value) ? "" : fmt::format("{:.10g}", value); }

std::string latex_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '_' || c == '%' || c == '&' || c == '#' || c == '$' || c == '{' || c == '}') out += '\\';
    out += c;
  }
  return out;
}

/// The name of a test as the suite has it.
std::string name_of(const SuiteScore& score, const std::string& test) {
  for (const Json& one : score.suite["tests"]) {
    if (text_or(one, "id", "") == test) return text_or(one, "name", test);
  }
  return test;
}

double baseline_of(const TestScore& test, std::size_t baseline) {
  for (std::size_t i = 0; i < test.names.size(); ++i) {
    if (test.names[i] == test.primary) return test.baselines[baseline][i];
  }
  return std::nan("");
}

Status write_all(const SuiteScore& score, const std::vector<Json>& items, const SuiteScoreOptions& options) {
  Json tests = Json::array();
  for (const TestScore& test : score.tests) tests.push_back(test_score_json(test));
  const Json document = {{"surgsigma_scores", 1},
                         {"tool", options.tool_version},
                         {"model", score.model},
                         {"suite", score.suite},
                         {"bootstrap",
                          {{"resamples", options.bootstrap.resamples},
                           {"seed", options.bootstrap.seed},
                           {"level", options.bootstrap.level},
                           {"unit", "case"}}},
                         {"tests", tests}};
  SURGSIGMA_CHECK(write_file(options.out / "scores.json", document.dump(2) + "\n"));
  SURGSIGMA_CHECK(write_file(options.out / "scores.csv", scores_csv(score)));
  SURGSIGMA_CHECK(write_file(options.out / "scores.md", scores_markdown(score)));
  SURGSIGMA_CHECK(write_file(options.out / "scores.tex", scores_latex(score)));
  std::string lines;
  for (const Json& item : items) lines += to_text(item) + "\n";
  return write_file(options.out / "items.jsonl", lines);
}

}  // namespace

const MetricRow* metric_row_of(std::string_view name) {
  static const std::vector<MetricRow> rows = all_metrics();
  const std::size_t dot = name.find('.');
  if (dot == std::string_view::npos) return nullptr;
  const std::string_view family = name.substr(0, dot) == "facts" ? "captions" : name.substr(0, dot);
  const std::string_view metric = name.substr(dot + 1);
  const std::size_t slash = metric.rfind('/');
  for (const MetricRow& row : rows) {
    const bool is_family = row.family == family || (family == "triplet_sets" && row.family == "triplets");
    if (!is_family) continue;
    if (row.name == metric) return &row;
    const bool is_of_class = slash != std::string_view::npos && row.name.ends_with(">") &&
                             row.name.substr(0, row.name.rfind('/')) == metric.substr(0, slash);
    if (is_of_class) return &row;
  }
  return nullptr;
}

std::string shown_value(double value, std::string_view unit) {
  if (std::isnan(value)) return "-";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return unit == "share" ? fmt::format("{:.2f} %", 100 * value) : fmt::format("{:.4g}", value);
}

std::string scores_markdown(const SuiteScore& score) {
  std::string text = "# " + text_or(score.suite, "name", "") + ": " + score.model + "\n\n" +
                     text_or(score.suite, "matches", "") +
                     "\n\n95 % intervals by resampling cases. Answers that could not be read count as wrong.\n\n"
                     "| test | metric | score | majority | stratified | random | questions | cases | read |\n"
                     "|---|---|---|---|---|---|---|---|---|\n";
  for (const TestScore& test : score.tests) {
    const MetricRow* row = metric_row_of(test.primary);
    const std::string_view unit = row ? row->unit : "share";
    text += "| " + name_of(score, test.test) + (test.has_simulated ? " (simulated)" : "") + " | " + test.primary +
            " | " + interval_text(*test.find(test.primary), unit);
    for (std::size_t b = 0; b < kBaselineWords.size(); ++b) text += " | " + shown_value(baseline_of(test, b), unit);
    text += fmt::format(" | {} | {} | {:.2f} % |\n", test.questions, test.cases, 100 * test.parse_rate());
  }
  for (const Json& test : score.suite["tests"]) {
    const std::string why = text_or(test, "left_out", "");
    if (!why.empty()) text += "\nNot asked: " + text_or(test, "name", "") + ": " + why + "\n";
  }
  return text;
}

std::string scores_latex(const SuiteScore& score) {
  std::string text =
      "% 95 % intervals by resampling cases; answers that could not be read count as wrong\n"
      "\\begin{tabular}{llrrrr}\n\\toprule\ntest & metric & score & majority & cases & read \\\\\n\\midrule\n";
  for (const TestScore& test : score.tests) {
    const MetricRow* row = metric_row_of(test.primary);
    const std::string_view unit = row ? row->unit : "share";
    text += latex_escaped(name_of(score, test.test)) + " & " + latex_escaped(test.primary) + " & " +
            latex_escaped(interval_text(*test.find(test.primary), unit)) + " & " +
            latex_escaped(shown_value(baseline_of(test, 0), unit)) +
            fmt::format(" & {} & {:.2f} \\% \\\\\n", test.cases, 100 * test.parse_rate());
  }
  return text + "\\bottomrule\n\\end{tabular}\n";
}

std::string scores_csv(const SuiteScore& score) {
  std::string text =
      "model,test,task,metric,value,low,high,majority,stratified,random,better,unit,questions,cases,videos,parse_rate,"
      "simulated\n";
  for (const TestScore& test : score.tests) {
    for (std::size_t i = 0; i < test.names.size(); ++i) {
      const MetricRow* row = metric_row_of(test.names[i]);
      const ScoredValue& value = test.values[i];
      text += csv_cell(score.model) + "," + test.test + "," + test.task + "," + csv_cell(test.names[i]) + "," +
              number_text(value.value) + "," + number_text(value.low) + "," + number_text(value.high);
      for (const auto& baseline : test.baselines) text += "," + number_text(baseline[i]);
      text += fmt::format(",{},{},{},{},{},{:.10g},{}\n", row ? row->better : "", row ? row->unit : "", test.questions,
                          test.cases, test.videos, test.parse_rate(), test.has_simulated ? "true" : "false");
    }
  }
  return text;
}

Result<SuiteScore> score_suite(const SuiteScoreOptions& options, const Catalog& catalog) {
  std::error_code code;
  if (fs::exists(options.out, code) && (!fs::is_directory(options.out, code) || !fs::is_empty(options.out, code))) {
    return Error{ErrorKind::kUsage, "the folder is not empty", options.out.string(), "name a new or empty folder"};
  }
  const fs::path suite_file = options.questions / "suite.json";
  if (!fs::is_regular_file(suite_file, code)) {
    return Error{ErrorKind::kNotFound, "no questions of a suite", options.questions.string(),
                 "make them with `surgsigma eval make SUITE OUT`"};
  }
  SuiteScore score;
  score.model = options.model;
  SURGSIGMA_TRY(suite, read_document(suite_file));
  score.suite = std::move(suite);
  SURGSIGMA_TRY(tests, tests_of(score.suite, suite_file));
  std::vector<Json> items;
  std::vector<PageItem> page_items;
  const bool is_one_file = !fs::is_directory(options.predictions, code);
  if (is_one_file && tests.size() > 1) {
    return Error{ErrorKind::kUsage, "one file of answers for " + std::to_string(tests.size()) + " tests",
                 options.predictions.string(),
                 "give a folder with one file per test: " + join(tests, ".jsonl, ") + ".jsonl"};
  }
  for (const std::string& test : tests) {
    const fs::path folder = options.questions / test;
    SURGSIGMA_TRY(questions, read_questions(folder / "questions.jsonl"));
    SURGSIGMA_TRY(facts, read_test_facts(folder));
    SURGSIGMA_TRY(predictions, predictions_for(options, test, questions));
    const std::vector<Judged> judged = judge(questions, predictions, facts, catalog.ontology, options.bootstrap.jobs);
    std::string primary;
    for (const Json& one : score.suite["tests"]) {
      if (text_or(one, "id", "") == test) primary = text_or(one, "primary", "");
    }
    SURGSIGMA_TRY(scored, score_test(test, primary, judged, facts, catalog, options.bootstrap));
    score.tests.push_back(std::move(scored));
    for (const Judged& one : judged) items.push_back(item_json(one, test));
    take_page_items(judged, test, folder, page_items);
  }
  fs::create_directories(options.out, code);
  if (code) return Error{ErrorKind::kIo, "cannot make the folder: " + code.message(), options.out.string(), ""};
  SURGSIGMA_CHECK(write_all(score, items, options));
  SURGSIGMA_CHECK(write_file(options.out / "report.html", report_page(score, page_items)));
  return score;
}

}  // namespace surgsigma
