#include "surgsigma/eval/report_sections.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "surgsigma/base/text.h"
#include "surgsigma/eval/page_frame.h"

namespace surgsigma {
namespace {

constexpr std::size_t kMostWords = 8;
constexpr std::size_t kMostBars = 60;

/// What a bar of a class may show, the best known first; and what may stand beside it.
constexpr std::array<std::string_view, 6> kBarMetrics = {"f1", "balanced_accuracy", "mean_iou", "iou",
                                                         "ap", "jaccard:pooled_b"};
constexpr std::array<std::string_view, 5> kMoreMetrics = {"precision", "recall", "sensitivity", "specificity", "dice"};

std::string class_of(const std::string& name) { return name.substr(name.rfind('/') + 1); }

/// "<family>.<metric>" of the first family that has a bar metric per class.
std::string bar_metric(const TestScore& test) {
  for (const std::string_view metric : kBarMetrics) {
    for (const std::string& name : test.names) {
      const std::size_t dot = name.find('.');
      if (dot != std::string::npos && name.substr(dot + 1).starts_with(std::string(metric) + "/")) {
        return name.substr(0, dot + 1) + std::string(metric);
      }
    }
  }
  return "";
}

std::string shown_class(const SuiteScore& score, const std::string& id) {
  return "<span title=\"" + escaped(id) + "\">" + escaped(score.label(id)) + "</span>";
}

struct ClassRow {
  std::string id;
  std::int64_t support = 0;
  const ScoredValue* value = nullptr;
};

std::vector<ClassRow> class_rows(const TestScore& test, const std::string& metric) {
  const std::map<std::string, std::int64_t> gold(test.gold_counts.begin(), test.gold_counts.end());
  std::vector<ClassRow> rows;
  for (std::size_t i = 0; i < test.names.size(); ++i) {
    if (!test.names[i].starts_with(metric + "/")) continue;
    ClassRow row{class_of(test.names[i]), 0, &test.values[i]};
    const auto* support = test.find(metric.substr(0, metric.find('.') + 1) + "support/" + row.id);
    const auto count = gold.find(row.id);
    row.support = support ? std::llround(support->value) : count == gold.end() ? 0 : count->second;
    rows.push_back(std::move(row));
  }
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.support > b.support; });
  return rows;
}

std::string_view bare(const std::string& metric) { return std::string_view(metric).substr(metric.find('.') + 1); }

std::string parts_table(const std::vector<PartScore>& parts, const std::string& what, const std::string& metric) {
  if (parts.empty()) return "";
  const std::string_view unit = unit_of(metric);
  std::string out = "<h3>By " + what + "</h3>\n" + scroll_open("By " + what) + "<table><caption>" + escaped(metric) +
                    "</caption><thead><tr><th class=\"first\">" + what +
                    "</th><th class=\"n\">value</th><th>interval</th><th><span class=\"small\">0 to 1</span></th><th "
                    "class=\"n\">questions</th><th class=\"n\">cases</th></tr></thead><tbody>\n";
  for (const PartScore& part : parts) {
    const ScoredValue* value = part.find(metric);
    out += "<tr><th class=\"first\" scope=\"row\">" + escaped(part.part) + "</th>";
    out += value == nullptr ? "<td class=\"n\">-</td><td class=\"i\">not there</td><td></td>"
                            : "<td class=\"n\">" + shown_value(value->value, unit) + "</td><td class=\"i\">" +
                                  interval_text(*value, unit) + "</td><td>" + bar(*value, {}, unit) + "</td>";
    out += fmt::format("<td class=\"n\">{}</td><td class=\"n\">{}</td></tr>\n", part.questions, part.cases);
  }
  return out + "</tbody></table>" + std::string(kScrollClose);
}

}  // namespace

std::vector<std::pair<std::string, double>> blind_values(const TestScore& test, const std::string& metric) {
  std::vector<std::pair<std::string, double>> values;
  const auto found = std::find(test.names.begin(), test.names.end(), metric);
  if (found == test.names.end()) return values;
  const auto place = static_cast<std::size_t>(found - test.names.begin());
  for (const BaselineScore& baseline : test.baselines) values.emplace_back(baseline.name, baseline.values[place]);
  return values;
}

std::string fates_text(const TestScore& test) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < test.fates.size(); ++i) {
    if (test.fates[i] > 0) parts.push_back(std::to_string(test.fates[i]) + " " + std::string(kAnswerFateWords[i]));
  }
  std::string out = "<p class=\"note\">Answers: " + join(parts, ", ") + ". All that were not read count as wrong.";
  if (!test.out_of_vocabulary.empty()) {
    std::vector<std::string> words;
    for (const auto& [word, count] : test.out_of_vocabulary) {
      if (words.size() < kMostWords) words.push_back(escaped(shortened(word, 60)) + " (" + std::to_string(count) + ")");
    }
    out += " Said, but no class of this test: " + join(words, ", ") + ".";
  }
  return out + "</p>\n";
}

std::string class_table(const SuiteScore& score, const TestScore& test) {
  const std::string metric = bar_metric(test);
  if (metric.empty()) return "";
  const std::string family = metric.substr(0, metric.find('.') + 1);
  const std::string_view unit = unit_of(metric + "/x");
  const std::vector<ClassRow> rows = class_rows(test, metric);
  std::vector<std::string> more;
  for (const std::string_view name : kMoreMetrics) {
    const std::string start = family + std::string(name);
    if (!rows.empty() && test.find(start + "/" + rows.front().id) != nullptr) more.push_back(start);
  }
  std::string out = "<h3>By class</h3>\n" + scroll_open("By class") + "<table><caption>" + escaped(metric) +
                    ", with its interval</caption><thead><tr><th class=\"first\">class</th><th class=\"n\">" +
                    escaped(bare(metric)) + "</th><th>interval</th><th><span class=\"small\">0 to 1</span></th>";
  for (const std::string& name : more) out += "<th class=\"n\">" + escaped(bare(name)) + "</th>";
  out += "<th class=\"n\">questions</th></tr></thead><tbody>\n";
  // Pixels of a class are counted nowhere: then its number of questions is not zero, but not known.
  const bool is_counted = !test.gold_counts.empty() ||
                          std::any_of(rows.begin(), rows.end(), [](const ClassRow& row) { return row.support > 0; });
  std::vector<std::string> never, others;
  std::size_t shown = 0;
  for (const ClassRow& row : rows) {
    const bool has_value =
        !std::isnan(row.value->value) || std::any_of(more.begin(), more.end(), [&](const std::string& name) {
          const ScoredValue* value = test.find(name + "/" + row.id);
          return value != nullptr && !std::isnan(value->value);
        });
    if (row.support == 0 && !has_value) {
      never.push_back(escaped(score.label(row.id)));
      continue;
    }
    if (shown == kMostBars) {
      others.push_back(escaped(score.label(row.id)) + " (" + std::to_string(row.support) + ")");
      continue;
    }
    ++shown;
    out += "<tr><th class=\"first\" scope=\"row\">" + shown_class(score, row.id) + "</th><td class=\"n\">" +
           shown_value(row.value->value, unit) + "</td><td class=\"i\">" + interval_text(*row.value, unit) +
           "</td><td>" + bar(*row.value, {}, unit) + "</td>";
    for (const std::string& name : more) {
      const ScoredValue* value = test.find(name + "/" + row.id);
      out += "<td class=\"n\">" + (value ? shown_value(value->value, unit_of(name + "/x")) : "-") + "</td>";
    }
    out += "<td class=\"n\">" + (is_counted ? std::to_string(row.support) : "-") + "</td></tr>\n";
  }
  out += "</tbody></table>" + std::string(kScrollClose);
  if (!others.empty()) out += "<p class=\"small\">Not drawn: " + join(others, ", ") + ".</p>\n";
  if (!never.empty()) out += "<p class=\"small\">No question of this test has: " + join(never, ", ") + ".</p>\n";
  return out;
}

std::string parts_tables(const TestScore& test) {
  return parts_table(test.by_source, "source", test.primary) + parts_table(test.by_centre, "centre", test.primary);
}

std::string values_table(const TestScore& test) {
  std::string out = "<details><summary>All " + std::to_string(test.names.size()) + " metrics</summary>" +
                    scroll_open("All metrics") +
                    "<table><thead><tr><th class=\"first\">metric</th><th class=\"n\">value</th><th>interval</th>";
  for (const auto& [name, value] : blind_values(test, test.primary)) {
    out += "<th class=\"n\">" + escaped(name) + "</th>";
  }
  out += "<th>better</th><th>what it is</th></tr></thead><tbody>\n";
  for (std::size_t i = 0; i < test.names.size(); ++i) {
    const MetricRow* row = metric_row_of(test.names[i]);
    const std::string_view unit = unit_of(test.names[i]);
    out += "<tr><th class=\"first\" scope=\"row\">" + escaped(test.names[i]) + "</th><td class=\"n\">" +
           shown_value(test.values[i].value, unit) + "</td><td class=\"i\">" + interval_text(test.values[i], unit) +
           "</td>";
    for (const auto& [name, value] : blind_values(test, test.names[i])) {
      out += "<td class=\"n\">" + shown_value(value, unit) + "</td>";
    }
    const bool is_first_of_kind =
        i == 0 || row == nullptr || metric_row_of(test.names[i - 1]) != row;  // said once per kind of metric
    out += "<td>" + std::string(row ? row->better : "") + "</td><td class=\"small\">" +
           (row && is_first_of_kind ? escaped(row->definition) + " " + escaped(row->edges) : "") + "</td></tr>\n";
  }
  return out + "</tbody></table>" + std::string(kScrollClose) + "</details>\n";
}

}  // namespace surgsigma
