// The tables of a board (board.h): Markdown, LaTeX, CSV, JSON.
#include <fmt/core.h>

#include <cmath>

#include "surgsigma/base/text.h"
#include "surgsigma/eval/board.h"
#include "surgsigma/eval/table_text.h"

namespace surgsigma {
namespace {

std::string printed(const PublishedRow& row, std::size_t test) {
  return row.values[test] ? fmt::format("{:g} {}", *row.values[test], row.units[test]) : "";
}

std::string points(double value) { return std::isnan(value) ? "-" : fmt::format("{:.2f}", value); }

/// Blind models that any test has, in the order of first mention.
std::vector<std::string> blind_names(const Board& board) {
  std::vector<std::string> names;
  for (const BoardTest& test : board.tests) {
    for (const auto& [name, value] : test.blind) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }
  return names;
}

std::string blind_value(const BoardTest& test, const std::string& name) {
  for (const auto& [known, value] : test.blind) {
    if (known == name) return shown_value(value, test.unit);
  }
  return "";
}

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(); }

}  // namespace

std::string board_markdown(const Board& board) {
  std::string text =
      "# " + text_or(board.suite, "name", "") + "\n\n" + text_or(board.suite, "matches", "") +
      "\n\n95 % intervals by resampling cases. Answers that could not be read count as wrong. **Bold**: "
      "best, its interval overlaps that of no other model and rests on at least five cases; no bold: the "
      "intervals do not tell them apart.\n\n| model |";
  std::string rule = "|---|";
  for (const BoardTest& test : board.tests) {
    text += " " + markdown_cell(test.name) + (test.has_simulated ? " (simulated)" : "") + " |";
    rule += "---|";
  }
  text += std::string(board.sum ? " sum |" : "") + "\n" + rule + (board.sum ? "---|" : "") + "\n| *metric* |";
  for (const BoardTest& test : board.tests) {
    text += " " + test.metric + (test.better == "higher" ? "" : " (" + test.better + " is better)") + " |";
  }
  text += std::string(board.sum ? " |" : "") + "\n";
  for (std::size_t i = 0; i < board.models.size(); ++i) {
    text += "| " + markdown_cell(board.models[i]) + " |";
    for (const BoardTest& test : board.tests) {
      const std::string value = shown_with_interval(test.values[i], test.unit);
      text += test.best == i ? " **" + value + "** |" : " " + value + " |";
    }
    text += (board.sum ? " " + points(board.sum->points[i]) + " |" : "") + "\n";
  }
  for (const std::string& name : blind_names(board)) {
    text += "| *" + name + ", sees no picture* |";
    for (const BoardTest& test : board.tests) text += " *" + blind_value(test, name) + "* |";
    text += std::string(board.sum ? " |" : "") + "\n";
  }
  if (!board.arena.empty()) text += "\n" + std::string(board.sum ? "Sum: " : "") + board.arena + "\n";
  if (board.sum) {
    text += "\nThe sum has no interval and is never marked.\n";
    for (const auto& [name, value] : board.sum->published)
      text += "\nPublished sum: " + name + ": " + points(value) + "\n";
  }
  if (!board.no_sum.empty()) text += "\n" + board.no_sum + "\n";
  const auto rows = published_rows(board);
  if (!rows.empty()) {
    text +=
        "\nPublished elsewhere, on other questions: to look at, not to rank.\n\n| test | model | protocol | score | "
        "source |\n|---|---|---|---|---|\n";
    for (const BoardTest& test : board.tests) {
      for (const PublishedScore& score : test.published) {
        text += "| " + markdown_cell(test.name) + " | " + markdown_cell(score.model) + " | " +
                markdown_cell(score.protocol) + " | " + fmt::format("{:g} {}", score.value, score.unit) + " | " +
                markdown_cell(score.cite) + " |\n";
      }
    }
  }
  for (const auto& [name, why] : board.left_out) text += "\nNot asked: " + name + ": " + why + "\n";
  return text;
}

std::string board_latex(const Board& board) {
  std::string text =
      "% needs booktabs and xcolor; 95 % intervals by resampling cases; bold: best, overlaps no other interval, five "
      "cases or more\n"
      "\\begin{tabular}{l" +
      std::string(board.tests.size() + (board.sum ? 1 : 0), 'r') + "}\n\\toprule\nmodel";
  for (const BoardTest& test : board.tests) text += " & " + latex_escaped(test.name);
  text += std::string(board.sum ? " & sum" : "") + " \\\\\n";
  for (const BoardTest& test : board.tests) text += " & {\\scriptsize " + latex_escaped(test.metric) + "}";
  text += std::string(board.sum ? " &" : "") + " \\\\\n\\midrule\n";
  for (std::size_t i = 0; i < board.models.size(); ++i) {
    text += latex_escaped(board.models[i]);
    for (const BoardTest& test : board.tests) {
      const std::string value = latex_escaped(shown_with_interval(test.values[i], test.unit));
      text += test.best == i ? " & \\textbf{" + value + "}" : " & " + value;
    }
    text += (board.sum ? " & " + points(board.sum->points[i]) : "") + " \\\\\n";
  }
  const auto rows = published_rows(board);
  if (!rows.empty()) text += "\\midrule\n% published elsewhere, on other questions\n";
  for (const PublishedRow& row : rows) {
    text += "% " + row.cite + "\n\\textcolor{gray}{" + latex_escaped(row.model + " (" + row.protocol + ")") + "}";
    for (std::size_t t = 0; t < row.values.size(); ++t) {
      const std::string value = printed(row, t);
      text += value.empty() ? " &" : " & \\textcolor{gray}{" + latex_escaped(value) + "}";
    }
    text += std::string(board.sum ? " &" : "") + " \\\\\n";
  }
  text += "\\bottomrule\n\\end{tabular}\n";
  if (!board.arena.empty()) text += "% " + board.arena + "\n";
  return text;
}

std::string board_csv(const Board& board) {
  std::string text =
      "kind,model,protocol,test,task,metric,value,low,high,unit,better,best,questions,cases,parse_rate,simulated,"
      "cite\n";
  const auto line = [&](const BoardTest& test, std::string_view kind, const std::string& model) {
    text += std::string(kind) + "," + csv_cell(model) + ",";
    return [&](const std::string& protocol, const std::string& metric, const ScoredValue& value,
               const std::string& unit, const std::string& rest) {
      text += csv_cell(protocol) + "," + test.id + "," + test.task + "," + csv_cell(metric) + "," +
              csv_number(value.value) + "," + csv_number(value.low) + "," + csv_number(value.high) + "," + unit + "," +
              rest + "\n";
    };
  };
  const ScoredValue none{std::nan(""), std::nan(""), std::nan(""), 0};
  for (const BoardTest& test : board.tests) {
    for (std::size_t i = 0; i < board.models.size(); ++i) {
      line(test, "run", board.models[i])(
          "", test.metric, test.values[i], test.unit,
          fmt::format("{},{},{},{},{:.10g},{},", test.better, test.best == i ? "true" : "false", test.questions,
                      test.cases, test.parse_rates[i], test.has_simulated ? "true" : "false"));
    }
    for (const auto& [name, reached] : test.blind) {
      ScoredValue value = none;
      value.value = reached;
      line(test, "blind", name)("", test.metric, value, test.unit, test.better + ",,,,,,");
    }
    for (const PublishedScore& score : test.published) {
      ScoredValue value = none;
      value.value = score.value;
      line(test, "published", score.model)(score.protocol, "", value, score.unit, ",,,,,," + csv_cell(score.cite));
    }
  }
  return text;
}

Json board_json(const Board& board) {
  Json tests = Json::array();
  for (const BoardTest& test : board.tests) {
    Json runs = Json::array(), blind = Json::object(), published = Json::array();
    for (std::size_t i = 0; i < board.models.size(); ++i) {
      runs.push_back({{"model", board.models[i]},
                      {"value", number(test.values[i].value)},
                      {"low", number(test.values[i].low)},
                      {"high", number(test.values[i].high)},
                      {"parse_rate", test.parse_rates[i]},
                      {"best", test.best == i}});
    }
    for (const auto& [name, value] : test.blind) blind[name] = number(value);
    for (const PublishedScore& score : test.published) {
      published.push_back({{"model", score.model},
                           {"protocol", score.protocol},
                           {"value", score.value},
                           {"unit", score.unit},
                           {"cite", score.cite}});
    }
    tests.push_back({{"test", test.id},
                     {"name", test.name},
                     {"task", test.task},
                     {"metric", test.metric},
                     {"unit", test.unit},
                     {"better", test.better},
                     {"questions", test.questions},
                     {"cases", test.cases},
                     {"simulated", test.has_simulated},
                     {"runs", runs},
                     {"blind", blind},
                     {"published", published}});
  }
  Json document = {{"surgsigma_board", 1}, {"suite", board.suite},     {"models", board.models},
                   {"tests", tests},       {"remarks", board.remarks}, {"arena", board.arena}};
  if (board.sum) {
    Json sums = Json::array(), published = Json::array();
    for (std::size_t i = 0; i < board.models.size(); ++i) {
      sums.push_back({{"model", board.models[i]}, {"points", number(board.sum->points[i])}});
    }
    for (const auto& [name, value] : board.sum->published) published.push_back({{"model", name}, {"points", value}});
    document["sum"] = {{"protocol", board.arena}, {"runs", sums}, {"published", published}};
  } else {
    document["sum"] = nullptr;
  }
  return document;
}

}  // namespace surgsigma
