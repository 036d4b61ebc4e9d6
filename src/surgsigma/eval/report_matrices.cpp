// The confusion table and the reliability diagrams of a report (report_sections.h).
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "surgsigma/base/text.h"
#include "surgsigma/eval/page_frame.h"
#include "surgsigma/eval/report_sections.h"

namespace surgsigma {
namespace {

constexpr std::size_t kMostClasses = 40;
constexpr std::size_t kMostDiagrams = 12;

/// A cell shaded by its share of the row: white to blue, the text white where it is dark.
std::string cell(std::int64_t count, std::int64_t row_sum, std::string_view classes) {
  if (count == 0) return "<td class=\"" + std::string(classes) + "\"></td>";
  const double share = row_sum > 0 ? static_cast<double>(count) / static_cast<double>(row_sum) : 0;
  const auto mix = [&](int light, int dark) { return static_cast<int>(std::lround(light + share * (dark - light))); };
  return fmt::format("<td class=\"{}\" style=\"background:rgb({},{},{}){}\" title=\"{}\">{}</td>", classes,
                     mix(240, 30), mix(246, 78), mix(252, 140), share > 0.75 ? ";color:#fff" : "", percent(share),
                     count);
}

struct MatrixView {
  std::vector<std::size_t> shown;     ///< classes with a row and a column
  std::vector<std::string> left_out;  ///< "name (right in N, said N times)"
  std::size_t unused = 0;
};

MatrixView view_of(const SuiteScore& score, const Confusion& table) {
  MatrixView view;
  std::vector<std::size_t> used;
  for (std::size_t i = 0; i < table.classes.size(); ++i) {
    if (table.row_sum(i) + table.column_sum(i) > 0) used.push_back(i);
  }
  view.unused = table.classes.size() - used.size();
  view.shown = used;
  std::stable_sort(view.shown.begin(), view.shown.end(),
                   [&](std::size_t a, std::size_t b) { return table.row_sum(a) > table.row_sum(b); });
  if (view.shown.size() > kMostClasses) view.shown.resize(kMostClasses);
  std::sort(view.shown.begin(), view.shown.end());
  for (const std::size_t i : used) {
    if (std::binary_search(view.shown.begin(), view.shown.end(), i)) continue;
    view.left_out.push_back(escaped(score.label(table.classes[i])) + " (right in " + std::to_string(table.row_sum(i)) +
                            ", said " + std::to_string(table.column_sum(i)) + " times)");
  }
  return view;
}

/// A reliability diagram: share of positives over mean score; the dashed line is what probabilities would give. The
/// area of a dot is its share of the answers.
std::string diagram(const CalibrationOfClass& one, const std::string& name) {
  constexpr double kLeft = 34, kTop = 8, kSide = 176;
  const auto x = [](double share) { return kLeft + kSide * share; };
  const auto y = [](double share) { return kTop + kSide * (1 - share); };
  std::string out = "<figure><svg viewBox=\"0 0 220 220\" width=\"220\" height=\"220\" role=\"img\" aria-label=\"" +
                    escaped("Reliability of " + name + "; its numbers stand in the table below") + "\">";
  out += fmt::format(
      "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"none\" stroke=\"#94a3b8\"/>"
      "<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke=\"#64748b\" stroke-dasharray=\"4 3\"/>",
      kLeft, kTop, kSide, kSide, x(0), y(0), x(1), y(1));
  std::string path;
  for (const CalibrationBin& bin : one.bins) {
    if (bin.answers == 0) continue;
    const double radius = 2.5 + 7 * std::sqrt(static_cast<double>(bin.answers) /
                                              static_cast<double>(std::max<std::int64_t>(1, one.answers)));
    path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : "L", x(bin.mean_score), y(bin.mean_truth));
    out += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\" fill=\"#2b6cb0\" fill-opacity=\"0.55\"/>",
                       x(bin.mean_score), y(bin.mean_truth), radius);
  }
  out += "<path d=\"" + path + "\" fill=\"none\" stroke=\"#2b6cb0\" stroke-width=\"1.5\"/>";
  for (const double tick : {0.0, 0.5, 1.0}) {
    out += fmt::format(
        "<text x=\"{:.0f}\" y=\"{:.0f}\" font-size=\"10\" text-anchor=\"middle\">{:g}</text>"
        "<text x=\"{:.0f}\" y=\"{:.0f}\" font-size=\"10\" text-anchor=\"end\">{:g}</text>",
        x(tick), kTop + kSide + 13, tick, kLeft - 4, y(tick) + 3, tick);
  }
  out += fmt::format("<text x=\"{:.0f}\" y=\"217\" font-size=\"10\" text-anchor=\"middle\">mean score</text>", x(0.5));
  return out + "</svg><figcaption><b>" + escaped(name) +
         fmt::format("</b>: {} answers, Brier {:.4f}, calibration error {:.4f}", one.answers, one.brier, one.error) +
         "</figcaption></figure>\n";
}

std::string name_of(const SuiteScore& score, const CalibrationOfClass& one) {
  return one.name.empty() ? "all classes together" : score.label(one.name);
}

std::string bins_table(const SuiteScore& score, const std::vector<CalibrationOfClass>& classes) {
  std::string out = "<details><summary>Numbers of the diagrams</summary>" + scroll_open("Calibration by bin") +
                    "<table><thead><tr><th class=\"first\">class</th><th>scores</th><th class=\"n\">answers</th><th "
                    "class=\"n\">mean score</th><th class=\"n\">share of positives</th></tr></thead><tbody>\n";
  for (const CalibrationOfClass& one : classes) {
    for (std::size_t i = 0; i < one.bins.size(); ++i) {
      const CalibrationBin& bin = one.bins[i];
      if (bin.answers == 0) continue;
      out += "<tr><th class=\"first\" scope=\"row\">" + escaped(name_of(score, one)) +
             fmt::format(
                 "</th><td class=\"i\">{:.1f} to {:.1f}</td><td class=\"n\">{}</td><td class=\"n\">{:.4f}</td>"
                 "<td class=\"n\">{:.4f}</td></tr>\n",
                 0.1 * static_cast<double>(i), 0.1 * static_cast<double>(i + 1), bin.answers, bin.mean_score,
                 bin.mean_truth);
    }
  }
  return out + "</tbody></table>" + std::string(kScrollClose) + "</details>\n";
}

}  // namespace

std::string confusion_table(const SuiteScore& score, const TestScore& test) {
  if (!test.confusion) return "";
  const Confusion& table = *test.confusion;
  const MatrixView view = view_of(score, table);
  const bool has_others = !view.left_out.empty();
  std::string out =
      "<h3>What was said for what</h3>\n<p class=\"note\">Rows: right class. Columns: class that was said, by the "
      "number "
      "of its row. Shade: share of the row.</p>\n" +
      scroll_open("What was said for what") + "<table class=\"confusion\"><thead><tr><th class=\"first\"></th>";
  for (std::size_t i = 0; i < view.shown.size(); ++i) {
    out += fmt::format("<th scope=\"col\" title=\"{}\">{}</th>", escaped(score.label(table.classes[view.shown[i]])),
                       i + 1);
  }
  if (has_others) out += "<th scope=\"col\">other class</th>";
  out +=
      "<th scope=\"col\" class=\"side\">no class</th><th scope=\"col\">not read</th><th scope=\"col\" "
      "class=\"side\">all</th></tr></thead><tbody>\n";
  for (std::size_t i = 0; i < view.shown.size(); ++i) {
    const std::size_t row = view.shown[i];
    const std::int64_t sum = table.row_sum(row);
    out += fmt::format("<tr><th class=\"first\" scope=\"row\">{} ", i + 1) + "<span title=\"" +
           escaped(table.classes[row]) + "\">" + escaped(score.label(table.classes[row])) + "</span></th>";
    std::int64_t others = sum - table.unread[row] - table.no_class[row];
    for (const std::size_t column : view.shown) {
      out += cell(table.counts[row][column], sum, row == column ? "right" : "");
      others -= table.counts[row][column];
    }
    if (has_others) out += cell(others, sum, "");
    out += cell(table.no_class[row], sum, "side") + cell(table.unread[row], sum, "") +
           fmt::format("<td class=\"side\">{}</td></tr>\n", sum);
  }
  out += "</tbody></table>" + std::string(kScrollClose);
  if (has_others) out += "<p class=\"small\">Without a row of their own: " + join(view.left_out, ", ") + ".</p>\n";
  if (view.unused > 0) {
    out += fmt::format("<p class=\"small\">{} more {} of the vocabulary {} neither right nor said.</p>\n", view.unused,
                       view.unused == 1 ? "class" : "classes", view.unused == 1 ? "was" : "were");
  }
  return out;
}

std::string calibration_part(const SuiteScore& score, const TestScore& test) {
  const Calibration& calibration = test.calibration;
  const bool is_expected = test.task == "safety_assessment";
  if (calibration.classes.empty() && !is_expected) return "";
  std::string out = "<h3>Are the scores probabilities?</h3>\n";
  if (!calibration.note.empty()) out += "<p class=\"note\">" + escaped(calibration.note) + "</p>\n";
  if (calibration.classes.empty()) return out;
  const std::size_t count = std::min(kMostDiagrams, calibration.classes.size());
  const std::vector<CalibrationOfClass> shown(calibration.classes.begin(),
                                              calibration.classes.begin() + static_cast<std::ptrdiff_t>(count));
  out +=
      "<p class=\"note\">Of the answers with a score near 0.8, eight in ten should be true: dots on the dashed line. "
      "The larger a dot, the more answers. Up: share of positives" +
      std::string(is_expected ? " (of a criterion the mean of its raters)" : "") + ".</p>\n<div class=\"plots\">\n";
  for (const CalibrationOfClass& one : shown) out += diagram(one, name_of(score, one));
  out += "</div>\n";
  const std::int64_t without = calibration.classes.front().without;
  if (without > 0) {
    out += fmt::format("<p class=\"small\">{} times an answer with scores gave a class none; these are left out.</p>\n",
                       without);
  }
  if (count < calibration.classes.size()) {
    out += fmt::format("<p class=\"small\">{} more classes are in <code>scores.json</code>.</p>\n",
                       calibration.classes.size() - count);
  }
  return out + bins_table(score, shown);
}

}  // namespace surgsigma
