// What the pages of scores have in common: head and style, escaping, bars, and tables that scroll in a box of their
// own. A page is one file without network: a content policy inside it forbids every request and every script but its
// own.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "surgsigma/eval/table_text.h"

namespace surgsigma {

/// For text and for attributes in double quotes.
std::string escaped(std::string_view text);
/// Long texts cut between characters of UTF-8.
std::string shortened(const std::string& text, std::size_t most);

/// From <!doctype> to the heading. `script` is the one that page_close() writes; empty: none may run.
std::string page_open(const std::string& title, std::string_view script);
std::string page_close(std::string_view script);

/// A box that scrolls sideways, by keyboard too; `label` says what is in it. Ends with scroll_close().
std::string scroll_open(std::string_view label);
inline constexpr std::string_view kScrollClose = "</div>\n";

std::string percent(double share);
/// "76.10 to 85.00 %" in one line; "no interval" where there is none.
std::string interval_text(const ScoredValue& value, std::string_view unit);

/// A bar from 0 to 1 with its interval as a dark line and marks (baselines) in red; nothing but for shares.
std::string bar(const ScoredValue& value, std::span<const double> marks, std::string_view unit);
/// The same on a scale of `low` to `high`, for values of any unit: a dot and its interval.
std::string dot_line(const ScoredValue& value, std::span<const double> marks, double low, double high);

/// "Not asked: A, B: why" for each reason, from (name, why) of the tests that were left out.
std::string left_out_text(const std::vector<std::pair<std::string, std::string>>& left_out);

/// Ids that a link can lead to: letters, digits, "-" and "_"; others become "-".
std::string anchor(std::string_view text);

}  // namespace surgsigma
