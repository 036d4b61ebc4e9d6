// Values and names as the tables of scores write them: CSV, LaTeX, and words for people.
#pragma once

#include <string>
#include <string_view>

#include "surgsigma/eval/intervals.h"
#include "surgsigma/eval/metric_row.h"

namespace surgsigma {

/// Percent with two decimals for shares, else four significant digits; "-" for undefined.
std::string shown_value(double value, std::string_view unit);
/// "81.00 % [76.10 %, 85.00 %]", or the value alone where there is no interval.
std::string shown_with_interval(const ScoredValue& value, std::string_view unit);
/// Unit and direction of "<family>.<metric>", also of one class.
const MetricRow* metric_row_of(std::string_view name);
/// "share" where the table does not know the metric.
std::string_view unit_of(std::string_view metric);

std::string csv_cell(const std::string& text);
/// Ten significant digits; empty for undefined.
std::string csv_number(double value);
std::string latex_escaped(std::string_view text);
/// For a cell of a Markdown table: "|" and line ends cannot end it.
std::string markdown_cell(std::string_view text);

}  // namespace surgsigma
