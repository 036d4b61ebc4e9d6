#include "surgsigma/eval/report_page.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "surgsigma/base/base64.h"
#include "surgsigma/base/random.h"
#include "surgsigma/base/text.h"

namespace surgsigma {
namespace {

constexpr std::size_t kItemsOfTest = 24;
constexpr std::uint64_t kMostPictureBytes = 400'000;

constexpr std::string_view kHead = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<link rel="icon" href="data:,"><style>
body{font:15px/1.5 system-ui,sans-serif;margin:0 auto;max-width:1180px;padding:1rem;color:#1a1a1a;background:#fff}
h1{font-size:1.5rem}h2{font-size:1.2rem;margin-top:2.2rem;border-top:2px solid #ccc;padding-top:1rem}
table{border-collapse:collapse;width:100%}caption{text-align:left;color:#444;padding:.3rem 0}
td,th{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ddd;vertical-align:top}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.scroll{overflow-x:auto}.other{color:#666}.note{color:#444}.warn{background:#fff3d6;padding:.6rem .8rem;border-left:4px solid #b7791f}
summary{cursor:pointer;padding:.4rem 0}summary:focus-visible,a:focus-visible{outline:3px solid #1d4ed8}
.bar{display:block;position:relative;height:.8rem;min-width:8rem;background:#eee}
.bar i{position:absolute;top:0;bottom:0;left:0;background:#2b6cb0}.bar b{position:absolute;top:-.15rem;bottom:-.15rem;width:2px;background:#b91c1c}
.bar u{position:absolute;top:.3rem;height:.2rem;background:#0b2545}
.items{display:grid;grid-template-columns:repeat(auto-fill,minmax(270px,1fr));gap:1rem}
.item{border:1px solid #ccc;padding:.6rem;overflow-wrap:anywhere}.item img{width:100%;height:auto;display:block}
.item p{margin:.3rem 0}.k{color:#555;font-size:.85rem}
</style>
)";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

/// Long texts cut between characters of UTF-8.
std::string shortened(const std::string& text, std::size_t most) {
  if (text.size() <= most) return text;
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + " ...";
}

std::string mime_of(const fs::path& file) {
  const std::string ending = file.extension().string();
  if (ending == ".png") return "image/png";
  if (ending == ".webp") return "image/webp";
  return ending == ".jpg" || ending == ".jpeg" ? "image/jpeg" : "";
}

std::string picture_of(const Question& question, const fs::path& folder) {
  if (question.media.empty()) return "";
  const fs::path file = folder / question.media.front();
  const std::string mime = mime_of(file);
  std::error_code code;
  const auto bytes = fs::file_size(file, code);
  if (mime.empty() || code || bytes > kMostPictureBytes) return "";
  const auto read = read_file(file);
  return read ? "data:" + mime + ";base64," + base64(*read) : "";
}

struct Shown {
  const TestScore& test;
  const Json& entry;  ///< of suite.json
  std::string name;
};

std::string percent(double share) { return fmt::format("{:.2f} %", 100 * share); }

/// A share as a bar with its interval and the majority baseline as a mark.
std::string bar(const ScoredValue& value, double majority, std::string_view unit) {
  if (unit != "share" || std::isnan(value.value)) return "";
  const auto place = [](double share) { return 100 * std::clamp(share, 0.0, 1.0); };
  std::string out =
      fmt::format("<span class=\"bar\" aria-hidden=\"true\"><i style=\"width:{:.1f}%\"></i>", place(value.value));
  if (!std::isnan(value.low)) {
    out += fmt::format("<u style=\"left:{:.1f}%;width:{:.1f}%\"></u>", place(value.low),
                       place(value.high) - place(value.low));
  }
  if (!std::isnan(majority)) out += fmt::format("<b style=\"left:{:.1f}%\"></b>", place(majority));
  return out + "</span>";
}

std::string interval(const ScoredValue& value, std::string_view unit) {
  if (std::isnan(value.low)) return "<span class=\"other\">no interval</span>";
  return shown_value(value.low, unit) + " to " + shown_value(value.high, unit);
}

std::size_t place_of(const TestScore& test, const std::string& name) {
  return static_cast<std::size_t>(std::find(test.names.begin(), test.names.end(), name) - test.names.begin());
}

void append_board(const std::vector<Shown>& shown, std::string& out) {
  out +=
      "<div class=\"scroll\"><table><caption>The score of each test with its 95 % interval by case, and what models "
      "that "
      "see no picture reach. Red mark: majority.</caption><thead><tr><th>test<th>metric<th "
      "class=\"n\">score<th>interval"
      "<th><th class=\"n\">majority<th class=\"n\">stratified<th class=\"n\">random<th class=\"n\">questions<th "
      "class=\"n\">cases<th class=\"n\">read</tr></thead><tbody>\n";
  for (const Shown& one : shown) {
    const TestScore& test = one.test;
    const MetricRow* row = metric_row_of(test.primary);
    const std::string_view unit = row ? row->unit : "share";
    const std::size_t place = place_of(test, test.primary);
    out += "<tr><td><a href=\"#" + escaped(test.test) + "\">" + escaped(one.name) + "</a>" +
           (test.has_simulated ? " <b>simulated</b>" : "") + "<td>" + escaped(test.primary) +
           (row && row->better == "lower" ? " (lower is better)" : "") + "<td class=\"n\"><b>" +
           shown_value(test.values[place].value, unit) + "</b><td>" + interval(test.values[place], unit) + "<td>" +
           bar(test.values[place], test.baselines[0][place], unit);
    for (const auto& baseline : test.baselines) out += "<td class=\"n\">" + shown_value(baseline[place], unit);
    out += fmt::format("<td class=\"n\">{}<td class=\"n\">{}<td class=\"n\">{}</tr>\n", test.questions, test.cases,
                       percent(test.parse_rate()));
    for (const Json& score : one.entry.value("published", Json::array())) {
      out += "<tr class=\"other\"><td>&nbsp;&nbsp;published: " + escaped(text_or(score, "model", "")) + "<td>" +
             escaped(text_or(score, "protocol", "")) + "<td class=\"n\">" +
             fmt::format("{:g} {}", number_or(score, "value", 0), escaped(text_or(score, "unit", ""))) +
             "<td colspan=\"8\">" + escaped(text_or(score, "cite", "")) + "</tr>\n";
    }
  }
  out += "</tbody></table></div>\n";
}

void append_values(const Shown& one, std::string& out) {
  const TestScore& test = one.test;
  out += "<details><summary>All " + std::to_string(test.names.size()) +
         " metrics</summary><div class=\"scroll\"><table><thead><tr><th>metric<th class=\"n\">value<th>interval<th "
         "class=\"n\">majority<th class=\"n\">random<th>better<th>what it is</tr></thead><tbody>\n";
  for (std::size_t i = 0; i < test.names.size(); ++i) {
    const MetricRow* row = metric_row_of(test.names[i]);
    const std::string_view unit = row ? row->unit : "share";
    out += "<tr><td>" + escaped(test.names[i]) + "<td class=\"n\">" + shown_value(test.values[i].value, unit) + "<td>" +
           interval(test.values[i], unit) + "<td class=\"n\">" + shown_value(test.baselines[0][i], unit) +
           "<td class=\"n\">" + shown_value(test.baselines[2][i], unit) + "<td>" +
           (row ? std::string(row->better) : "") + "<td class=\"note\">" +
           (row ? escaped(row->definition) + " " + escaped(row->edges) : "") + "</tr>\n";
  }
  out += "</tbody></table></div></details>\n";
}

void append_fates(const TestScore& test, std::string& out) {
  out += "<p class=\"note\">Answers: ";
  bool is_first = true;
  for (std::size_t i = 0; i < test.fates.size(); ++i) {
    if (test.fates[i] == 0) continue;
    out += (is_first ? "" : ", ") + std::to_string(test.fates[i]) + " " + std::string(kAnswerFateWords[i]);
    is_first = false;
  }
  out += ". All that were not read count as wrong.";
  if (!test.out_of_vocabulary.empty()) {
    out += " Said, but no class of this test: ";
    for (std::size_t i = 0; i < std::min<std::size_t>(8, test.out_of_vocabulary.size()); ++i) {
      const auto& [word, count] = test.out_of_vocabulary[i];
      out += (i > 0 ? ", " : "") + escaped(shortened(word, 60)) + " (" + std::to_string(count) + ")";
    }
    out += ".";
  }
  out += "</p>\n";
}

void append_sources(const TestScore& test, std::string& out) {
  if (test.by_source.empty()) return;
  const MetricRow* row = metric_row_of(test.primary);
  const std::string_view unit = row ? row->unit : "share";
  out += "<div class=\"scroll\"><table><caption>By source: " + escaped(test.primary) +
         "</caption><thead><tr><th>source<th class=\"n\">value<th>interval<th></tr></thead><tbody>\n";
  for (const auto& [source, values] : test.by_source) {
    const auto& names = test.names_by_source.at(source);
    const auto place = std::find(names.begin(), names.end(), test.primary);
    if (place == names.end()) continue;
    const ScoredValue& value = values[static_cast<std::size_t>(place - names.begin())];
    out += "<tr><td>" + escaped(source) + "<td class=\"n\">" + shown_value(value.value, unit) + "<td>" +
           interval(value, unit) + "<td>" + bar(value, std::nan(""), unit) + "</tr>\n";
  }
  out += "</tbody></table></div>\n";
}

void append_items(const TestScore& test, const std::vector<PageItem>& items, std::string& out) {
  std::string cards;
  for (const PageItem& item : items) {
    if (item.test != test.test) continue;
    cards += "<article class=\"item\">";
    if (!item.picture.empty()) cards += "<img loading=\"lazy\" alt=\"what was shown\" src=\"" + item.picture + "\">";
    cards += "<p><span class=\"k\">asked</span> " + escaped(shortened(item.question, 400)) +
             "</p><p><span class=\"k\">right</span> " + escaped(shortened(item.gold, 400)) +
             "</p><p><span class=\"k\">said</span> " + escaped(shortened(item.text, 600)) + "</p><p class=\"k\">" +
             escaped(item.source) + " &middot; " + escaped(item.fate) +
             fmt::format(" &middot; credit {:.2f}", item.credit) + " &middot; <code>" + escaped(item.id) +
             "</code></p></article>\n";
  }
  if (cards.empty()) return;
  out += "<details><summary>Errors to look at</summary><div class=\"items\">\n" + cards + "</div></details>\n";
}

}  // namespace

void take_page_items(const std::vector<Judged>& judged, const std::string& test, const fs::path& folder,
                     std::vector<PageItem>& items) {
  struct Place {
    double credit;
    std::uint64_t number;
    const Judged* judged;
  };
  std::vector<Place> places;
  for (const Judged& one : judged) {
    const auto credit = credit_of(one);
    if (credit && *credit < 1) places.push_back({*credit, draw(1, one.question->id, "errors shown"), &one});
  }
  const auto worse = [](const Place& a, const Place& b) {
    return a.credit != b.credit ? a.credit < b.credit : a.number < b.number;
  };
  const std::size_t count = std::min(kItemsOfTest, places.size());
  std::partial_sort(places.begin(), places.begin() + static_cast<std::ptrdiff_t>(count), places.end(), worse);
  for (std::size_t i = 0; i < count; ++i) {
    const Judged& one = *places[i].judged;
    items.push_back({test, one.question->id, one.question->source, one.question->turns.back(), one.question->gold_text,
                     one.prediction->text, std::string(kAnswerFateWords[static_cast<std::size_t>(fate_of(one))]),
                     places[i].credit, picture_of(*one.question, folder)});
  }
}

std::string report_page(const SuiteScore& score, const std::vector<PageItem>& items) {
  std::vector<Shown> shown;
  for (const TestScore& test : score.tests) {
    for (const Json& entry : score.suite["tests"]) {
      if (text_or(entry, "id", "") == test.test) shown.push_back({test, entry, text_or(entry, "name", test.test)});
    }
  }
  const std::string title = text_or(score.suite, "name", "") + ": " + score.model;
  std::string out = std::string(kHead) + "<title>" + escaped(title) + "</title></head><body>\n<h1>" + escaped(title) +
                    "</h1>\n<p class=\"note\">" + escaped(text_or(score.suite, "description", "")) + " " +
                    escaped(text_or(score.suite, "matches", "")) + "</p>\n";
  const bool has_simulated =
      std::any_of(score.tests.begin(), score.tests.end(), [](const TestScore& test) { return test.has_simulated; });
  if (has_simulated) {
    out +=
        "<p class=\"warn\">Some questions show simulated pictures: these scores say nothing about real "
        "operations.</p>\n";
  }
  append_board(shown, out);
  for (const Json& entry : score.suite["tests"]) {
    const std::string why = text_or(entry, "left_out", "");
    if (!why.empty())
      out += "<p class=\"note\">Not asked: " + escaped(text_or(entry, "name", "")) + ": " + escaped(why) + "</p>\n";
  }
  for (const Shown& one : shown) {
    out += "<h2 id=\"" + escaped(one.test.test) + "\">" + escaped(one.name) + "</h2>\n<p class=\"note\">" +
           escaped(text_or(one.entry, "note", "")) +
           fmt::format(" {} questions of {} videos and {} cases; split {}.</p>\n", one.test.questions, one.test.videos,
                       one.test.cases, escaped(text_or(one.entry, "split", "")));
    append_fates(one.test, out);
    append_sources(one.test, out);
    append_values(one, out);
    append_items(one.test, items, out);
  }
  return out + "<p class=\"note\">Not for clinical use.</p>\n</body></html>\n";
}

}  // namespace surgsigma
