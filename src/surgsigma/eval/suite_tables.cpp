// The tables of a scored suite (suite_score.h): Markdown, LaTeX, CSV.
#include <fmt/core.h>

#include <algorithm>

#include "surgsigma/eval/suite_score.h"

namespace surgsigma {
namespace {

std::size_t primary_place(const TestScore& test) {
  return static_cast<std::size_t>(test.find(test.primary) - test.values.data());
}

}  // namespace

std::vector<std::string_view> baselines_of(const SuiteScore& score) {
  std::vector<std::string_view> names;
  for (const std::string_view name : kAllBaselines) {
    const auto has_it = [&](const TestScore& test) {
      return std::any_of(test.baselines.begin(), test.baselines.end(),
                         [&](const BaselineScore& baseline) { return baseline.name == name; });
    };
    if (std::any_of(score.tests.begin(), score.tests.end(), has_it)) names.push_back(name);
  }
  return names;
}

std::string shown_baseline(const TestScore& test, std::size_t place, std::string_view unit) {
  if (test.baselines.empty()) return "-";
  return shown_value(test.baselines[0].values[place], unit) + " (" + test.baselines[0].name + ")";
}

std::string scores_markdown(const SuiteScore& score) {
  std::string text = "# " + text_or(score.suite, "name", "") + ": " + score.model + "\n\n" +
                     text_or(score.suite, "matches", "") +
                     "\n\n95 % intervals by resampling cases; with fewer than five cases they are rough, and mostly "
                     "too narrow. Answers that could not be read count as wrong.\n\n"
                     "| test | metric | score |";
  const auto baselines = baselines_of(score);
  for (const std::string_view name : baselines) text += " " + std::string(name) + " |";
  text += " questions | cases | read |\n|---|---|---|";
  for (std::size_t b = 0; b < baselines.size(); ++b) text += "---|";
  text += "---|---|---|\n";
  for (const TestScore& test : score.tests) {
    const std::string_view unit = unit_of(test.primary);
    text += "| " + markdown_cell(score.name_of(test.test)) + (test.has_simulated ? " (simulated)" : "") + " | " +
            test.primary + " | " + shown_with_interval(*test.find(test.primary), unit);
    for (const std::string_view name : baselines) {
      text += " | " + shown_value(test.baseline_value(name, primary_place(test)), unit);
    }
    text += fmt::format(" | {} | {} | {:.2f} % |\n", test.questions, test.cases, 100 * test.parse_rate());
  }
  for (const TestScore& test : score.tests) {
    const MetricRow* row = metric_row_of(test.primary);
    if (!std::isnan(test.find(test.primary)->value) || row == nullptr) continue;
    text += "\nUndefined: " + score.name_of(test.test) + ": " + test.primary + " (" + std::string(row->edges) + ")\n";
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
      "\\begin{tabular}{llrrrr}\n\\toprule\ntest & metric & score & baseline & cases & read \\\\\n\\midrule\n";
  for (const TestScore& test : score.tests) {
    const std::string_view unit = unit_of(test.primary);
    text += latex_escaped(score.name_of(test.test)) + " & " + latex_escaped(test.primary) + " & " +
            latex_escaped(shown_with_interval(*test.find(test.primary), unit)) + " & " +
            latex_escaped(shown_baseline(test, primary_place(test), unit)) +
            fmt::format(" & {} & {:.2f} \\% \\\\\n", test.cases, 100 * test.parse_rate());
  }
  return text + "\\bottomrule\n\\end{tabular}\n";
}

std::string scores_csv(const SuiteScore& score) {
  std::string text =
      "model,test,task,metric,value,low,high,majority,stratified,random,copy,empty,constant,better,unit,questions,"
      "cases,videos,parse_rate,simulated\n";
  for (const TestScore& test : score.tests) {
    for (std::size_t i = 0; i < test.names.size(); ++i) {
      const MetricRow* row = metric_row_of(test.names[i]);
      const ScoredValue& value = test.values[i];
      text += csv_cell(score.model) + "," + test.test + "," + test.task + "," + csv_cell(test.names[i]) + "," +
              csv_number(value.value) + "," + csv_number(value.low) + "," + csv_number(value.high);
      for (const std::string_view name : kAllBaselines) text += "," + csv_number(test.baseline_value(name, i));
      text += fmt::format(",{},{},{},{},{},{:.10g},{}\n", row ? row->better : "", row ? row->unit : "", test.questions,
                          test.cases, test.videos, test.parse_rate(), test.has_simulated ? "true" : "false");
    }
  }
  return text;
}

std::string parts_csv(const SuiteScore& score) {
  std::string text = "model,test,task,by,part,metric,value,low,high,questions,cases\n";
  const auto append = [&](const TestScore& test, std::string_view by, const std::vector<PartScore>& parts) {
    for (const PartScore& part : parts) {
      for (std::size_t i = 0; i < part.names.size(); ++i) {
        const ScoredValue& value = part.values[i];
        text += csv_cell(score.model) + "," + test.test + "," + test.task + "," + std::string(by) + "," +
                csv_cell(part.part) + "," + csv_cell(part.names[i]) + "," + csv_number(value.value) + "," +
                csv_number(value.low) + "," + csv_number(value.high) +
                fmt::format(",{},{}\n", part.questions, part.cases);
      }
    }
  };
  for (const TestScore& test : score.tests) {
    append(test, "source", test.by_source);
    append(test, "centre", test.by_centre);
  }
  return text;
}

}  // namespace surgsigma
