// A board as one HTML file (board.h).
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "surgsigma/base/text.h"
#include "surgsigma/eval/board.h"
#include "surgsigma/eval/page_frame.h"

namespace surgsigma {
namespace {

constexpr std::string_view kMark =
    "<span class=\"star\" aria-hidden=\"true\">&#9733;</span> <span class=\"small\">best</span> ";

std::string points(double value) { return std::isnan(value) ? "-" : fmt::format("{:.2f}", value); }

void append_head(const Board& board, std::string& out) {
  out += "<thead><tr><th class=\"first\">model</th>";
  for (const BoardTest& test : board.tests) {
    out += "<th><a href=\"#" + anchor(test.id) + "\">" + escaped(test.name) + "</a>" +
           (test.has_simulated ? " <b>simulated</b>" : "") + "<br><span class=\"small\">" + escaped(test.metric) +
           (test.better == "higher" ? "" : "<br>" + test.better + " is better") + "</span></th>";
  }
  out += std::string(board.sum ? "<th>sum<br><span class=\"small\">points, see below</span></th>" : "") +
         "</tr></thead>\n";
}

void append_overview(const Board& board, std::string& out) {
  out +=
      "<p class=\"note\">Score and 95 % interval by case. A star marks the best where its interval overlaps that of no "
      "other model and rests on at least five cases; without a star the intervals do not tell them apart.</p>\n" +
      scroll_open("Models and tests") + "<table>";
  append_head(board, out);
  out += "<tbody>\n";
  for (std::size_t i = 0; i < board.models.size(); ++i) {
    out += "<tr><th class=\"first\" scope=\"row\"><b>" + escaped(board.models[i]) + "</b></th>";
    for (const BoardTest& test : board.tests) {
      const bool is_best = test.best == i;
      out += "<td class=\"i" + std::string(is_best ? " best" : "") + "\">" + (is_best ? std::string(kMark) : "") +
             shown_value(test.values[i].value, test.unit) + "<br><span class=\"small\">" +
             interval_text(test.values[i], test.unit) + "</span></td>";
    }
    out += (board.sum ? "<td class=\"n\">" + points(board.sum->points[i]) + "</td>" : "") + "</tr>\n";
  }
  for (const PublishedRow& row : published_rows(board)) {
    out += "<tr class=\"other\"><th class=\"first\" scope=\"row\">published: " + escaped(row.model) +
           "<br><span class=\"small\">" + escaped(row.protocol) + "; " + escaped(row.cite) + "</span></th>";
    for (std::size_t t = 0; t < row.values.size(); ++t) {
      out += "<td class=\"i\">" +
             (row.values[t] ? fmt::format("{:g} {}", *row.values[t], escaped(row.units[t])) : std::string()) + "</td>";
    }
    out += std::string(board.sum ? "<td></td>" : "") + "</tr>\n";
  }
  out += "</tbody></table>" + std::string(kScrollClose);
}

void append_sum(const Board& board, std::string& out) {
  if (board.sum) {
    out +=
        "<p class=\"note\"><b>Sum.</b> " + escaped(board.arena) + " The sum has no interval and is never marked.</p>\n";
    for (const auto& [name, value] : board.sum->published) {
      out += "<p class=\"other\">Published sum: " + escaped(name) + ": " + points(value) + "</p>\n";
    }
    return;
  }
  if (!board.arena.empty()) out += "<p class=\"note\">" + escaped(board.arena) + "</p>\n";
  if (!board.no_sum.empty()) out += "<p class=\"note\">" + escaped(board.no_sum) + "</p>\n";
}

/// From where to where values of a test are drawn: shares from 0 to 1, others from zero or the least to the most.
std::pair<double, double> scale_of(const BoardTest& test) {
  if (test.unit == "share") return {0, 1};
  double low = 0, high = 0;
  const auto take = [&](double value) {
    if (!std::isfinite(value)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  };
  for (const ScoredValue& value : test.values) {
    take(value.value);
    take(value.low);
    take(value.high);
  }
  for (const auto& [name, value] : test.blind) take(value);
  return {low, high};
}

void append_test(const Board& board, const BoardTest& test, std::string& out) {
  const auto [low, high] = scale_of(test);
  std::vector<double> marks;
  for (const auto& [name, value] : test.blind) {
    if (marks.empty()) marks.push_back(value);
  }
  out += "<h2 id=\"" + anchor(test.id) + "\">" + escaped(test.name) + "</h2>\n<p class=\"note\">" + escaped(test.note) +
         fmt::format(" {} questions of {} cases; {}{}.</p>\n", test.questions, test.cases, escaped(test.metric),
                     test.better == "higher" ? "" : ", " + test.better + " is better");
  out += scroll_open(test.name) +
         "<table class=\"wide\"><thead><tr><th class=\"first\">model</th><th class=\"n\">score</th><th>interval</th>"
         "<th><span class=\"small\">" +
         shown_value(low, test.unit) + " to " + shown_value(high, test.unit) +
         "</span></th><th class=\"n\">read</th></tr></thead><tbody>\n";
  for (const std::size_t i : test.ranked()) {
    const bool is_best = test.best == i;
    out += "<tr><th class=\"first\" scope=\"row\">" + (is_best ? std::string(kMark) : "") + escaped(board.models[i]) +
           "</th><td class=\"n" + std::string(is_best ? " best" : "") + "\">" +
           shown_value(test.values[i].value, test.unit) + "</td><td class=\"i\">" +
           interval_text(test.values[i], test.unit) + "</td><td>" + dot_line(test.values[i], marks, low, high) +
           "</td><td class=\"n\">" + percent(test.parse_rates[i]) + "</td></tr>\n";
  }
  for (const auto& [name, value] : test.blind) {
    out += "<tr class=\"other\"><th class=\"first\" scope=\"row\">" + escaped(name) +
           ", sees no picture</th><td class=\"n\">" + shown_value(value, test.unit) +
           "</td><td></td><td></td><td></td></tr>\n";
  }
  for (const PublishedScore& score : test.published) {
    out += "<tr class=\"other\"><th class=\"first\" scope=\"row\">published: " + escaped(score.model) +
           "<br><span class=\"small\">" + escaped(score.protocol) + "</span></th><td class=\"n\">" +
           fmt::format("{:g} {}", score.value, escaped(score.unit)) + "</td><td colspan=\"3\">" + escaped(score.cite) +
           "</td></tr>\n";
  }
  out += "</tbody></table>" + std::string(kScrollClose);
}

}  // namespace

std::string board_page(const Board& board) {
  std::string out = page_open(text_or(board.suite, "name", "") + ": " + std::to_string(board.models.size()) +
                                  (board.models.size() == 1 ? " model" : " models"),
                              "");
  out += "<p class=\"note\">" + escaped(text_or(board.suite, "description", "")) + " " +
         escaped(text_or(board.suite, "matches", "")) + "</p>\n";
  const bool has_simulated =
      std::any_of(board.tests.begin(), board.tests.end(), [](const BoardTest& test) { return test.has_simulated; });
  if (has_simulated) {
    out +=
        "<p class=\"warn\">Some questions show simulated pictures: these scores say nothing about real "
        "operations.</p>\n";
  }
  append_overview(board, out);
  append_sum(board, out);
  for (const std::string& text : board.remarks) out += "<p class=\"note\">" + escaped(text) + "</p>\n";
  out += left_out_text(board.left_out);
  out +=
      "<p class=\"small\">Red mark: the first of the models that see no picture. Dark line: interval. Published scores "
      "were made on other questions; they are to look at, not to rank.</p>\n";
  for (const BoardTest& test : board.tests) append_test(board, test, out);
  return out + page_close("");
}

}  // namespace surgsigma
