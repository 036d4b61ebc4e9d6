#include "surgsigma/eval/table_text.h"

#include <fmt/core.h>

#include <cmath>
#include <vector>

#include "surgsigma/eval/task_scorers.h"

namespace surgsigma {

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

std::string_view unit_of(std::string_view metric) {
  const MetricRow* row = metric_row_of(metric);
  return row ? row->unit : "share";
}

std::string shown_value(double value, std::string_view unit) {
  if (std::isnan(value)) return "-";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return unit == "share" ? fmt::format("{:.2f} %", 100 * value) : fmt::format("{:.4g}", value);
}

std::string shown_with_interval(const ScoredValue& value, std::string_view unit) {
  if (std::isnan(value.low)) return shown_value(value.value, unit);
  return shown_value(value.value, unit) + " [" + shown_value(value.low, unit) + ", " + shown_value(value.high, unit) +
         "]";
}

std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string cell = "\"";
  for (const char c : text) cell += c == '"' ? "\"\"" : std::string(1, c);
  return cell + "\"";
}

std::string csv_number(double value) { return std::isnan(value) ? "" : fmt::format("{:.10g}", value); }

std::string latex_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '_':
      case '%':
      case '&':
      case '#':
      case '$':
      case '{':
      case '}':
        out += '\\';
        out += c;
        break;
      case '\\':
        out += "\\textbackslash{}";
        break;
      case '~':
        out += "\\textasciitilde{}";
        break;
      case '^':
        out += "\\textasciicircum{}";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string markdown_cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c == '\n' || c == '\r' ? ' ' : c;
  }
  return out;
}

}  // namespace surgsigma
