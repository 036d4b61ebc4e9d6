#include "surgsigma/eval/report_page.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "surgsigma/base/text.h"
#include "surgsigma/eval/page_frame.h"
#include "surgsigma/eval/report_sections.h"

namespace surgsigma {
namespace {

struct Shown {
  const TestScore& test;
  const Json& entry;  ///< of suite.json
  std::string name;
};

std::vector<Shown> shown_tests(const SuiteScore& score) {
  std::vector<Shown> shown;
  for (const TestScore& test : score.tests) {
    for (const Json& entry : score.suite["tests"]) {
      if (text_or(entry, "id", "") == test.test) shown.push_back({test, entry, text_or(entry, "name", test.test)});
    }
  }
  return shown;
}

/// What a number that is no share of which more is better needs beside it: " (s, lower is better)".
std::string unit_words(std::string_view unit, std::string_view better) {
  std::vector<std::string> words;
  if (unit != "share") words.emplace_back(unit);
  if (better == "lower" || better == "zero") words.push_back(std::string(better) + " is better");
  return words.empty() ? "" : " (" + join(words, ", ") + ")";
}

void append_published(const Json& entry, std::string& out) {
  for (const Json& score : entry.value("published", Json::array())) {
    out += "<tr class=\"other\"><th class=\"first\" scope=\"row\">&nbsp;&nbsp;published: " +
           escaped(text_or(score, "model", "")) + "<br>&nbsp;&nbsp;<span class=\"small\">" +
           escaped(text_or(score, "protocol", "")) + "</span></th><td class=\"n\">" +
           fmt::format("{:g} {}", number_or(score, "value", 0), escaped(text_or(score, "unit", ""))) +
           "</td><td colspan=\"6\">" + escaped(text_or(score, "cite", "")) + "</td></tr>\n";
  }
}

std::string rough_note(const ScoredValue& value, std::size_t cases) {
  constexpr std::size_t kFewestCases = 5;
  const bool is_rough = !std::isnan(value.low) && cases < kFewestCases;
  return is_rough ? fmt::format("<br><span class=\"small\">rough, {} cases</span>", cases) : "";
}

void append_row(const Shown& one, std::string& out) {
  const TestScore& test = one.test;
  const MetricRow* row = metric_row_of(test.primary);
  const std::string_view unit = unit_of(test.primary);
  const ScoredValue& value = *test.find(test.primary);
  std::vector<double> marks;
  std::string blind;
  for (const auto& [name, reached] : blind_values(test, test.primary)) {
    if (std::isnan(reached)) continue;
    if (marks.empty()) marks.push_back(reached);
    blind += (blind.empty() ? "" : "<br>") + escaped(name) + " " + shown_value(reached, unit);
  }
  out += "<tr><th class=\"first\" scope=\"row\"><a href=\"#" + anchor(test.test) + "\">" + escaped(one.name) + "</a>" +
         (test.has_simulated ? " <b>simulated</b>" : "") + "<br><span class=\"small\">" + escaped(test.primary) +
         unit_words(unit, row ? row->better : "") + "</span></th><td class=\"n\"><b>" + shown_value(value.value, unit) +
         "</b></td><td class=\"i\">" + interval_text(value, unit) + rough_note(value, test.cases) + "</td><td>" +
         bar(value, marks, unit) + "</td><td class=\"i small\">" + (blind.empty() ? "none" : blind) + "</td>";
  out += fmt::format("<td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>\n", test.questions,
                     test.cases, percent(test.parse_rate()));
  append_published(one.entry, out);
}

void append_overview(const std::vector<Shown>& shown, std::string& out) {
  out +=
      "<p class=\"note\">The score of each test with its 95 % interval by case. Dark line: interval; of fewer than "
      "five cases it is rough, and mostly too narrow. Red mark: the "
      "first of the models that see no picture.</p>\n" +
      scroll_open("Scores") +
      "<table class=\"wide\"><thead><tr><th class=\"first\">test</th><th "
      "class=\"n\">score</th><th>interval</th><th><span class=\"small\">0 to 1</span></th><th>without "
      "looking</th><th class=\"n\">questions</th><th class=\"n\">cases</th><th class=\"n\">read</th></tr></thead>"
      "<tbody>\n";
  for (const Shown& one : shown) append_row(one, out);
  out += "</tbody></table>" + std::string(kScrollClose);
}

void append_test(const SuiteScore& score, const Shown& one, bool has_errors, std::string& out) {
  const TestScore& test = one.test;
  out += "<h2 id=\"" + anchor(test.test) + "\">" + escaped(one.name) + "</h2>\n<p class=\"note\">" +
         escaped(text_or(one.entry, "note", "")) +
         fmt::format(" {} questions of {} videos and {} cases; split {}.</p>\n", test.questions, test.videos,
                     test.cases, escaped(text_or(one.entry, "split", "")));
  out += fates_text(test);
  out += class_table(score, test);
  out += confusion_table(score, test);
  out += calibration_part(score, test);
  out += parts_tables(test);
  out += values_table(test);
  if (has_errors) out += "<p><a href=\"#errors-" + anchor(test.test) + "\">Errors of this test</a></p>\n";
}

}  // namespace

std::string report_page(const SuiteScore& score, const std::vector<PageItem>& items) {
  const std::vector<Shown> shown = shown_tests(score);
  const std::string_view script = items.empty() ? std::string_view() : items_script();
  std::string out = page_open(text_or(score.suite, "name", "") + ": " + score.model, script);
  out += "<p class=\"note\">" + escaped(text_or(score.suite, "description", "")) + " " +
         escaped(text_or(score.suite, "matches", "")) + "</p>\n";
  const std::string arena = text_or(score.suite, "arena", "");
  if (!arena.empty()) out += "<p class=\"note\">" + escaped(arena) + "</p>\n";
  const bool has_simulated =
      std::any_of(score.tests.begin(), score.tests.end(), [](const TestScore& test) { return test.has_simulated; });
  if (has_simulated) {
    out +=
        "<p class=\"warn\">Some questions show simulated pictures: these scores say nothing about real "
        "operations.</p>\n";
  }
  append_overview(shown, out);
  std::vector<std::pair<std::string, std::string>> left_out;
  for (const Json& entry : score.suite["tests"]) {
    const std::string why = text_or(entry, "left_out", "");
    if (!why.empty()) left_out.emplace_back(text_or(entry, "name", ""), why);
  }
  out += left_out_text(left_out);
  for (const Shown& one : shown) {
    const bool has_errors =
        std::any_of(items.begin(), items.end(), [&](const PageItem& item) { return item.test == one.test.test; });
    append_test(score, one, has_errors, out);
  }
  out += items_section(score, items);
  return out + page_close(script);
}

}  // namespace surgsigma
