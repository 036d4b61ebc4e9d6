#include "output.h"

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "surgsigma/base/text.h"

namespace surgsigma::app {
namespace {

/// Columns that a character takes on a terminal, near enough for Latin text: continuation bytes take none.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::size_t terminal_width() {
  winsize size{};
  if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20) return size.ws_col;
  return 0;  // a file or a pipe: nothing is cut
}

std::string cut(const std::string& text, std::size_t width) {
  if (width == 0 || width_of(text) <= width) return text;
  std::string out;
  std::size_t used = 0;
  for (std::size_t i = 0; i < text.size() && used + 1 < width;) {
    std::size_t next = i + 1;
    while (next < text.size() && (static_cast<unsigned char>(text[next]) & 0xC0) == 0x80) ++next;
    out.append(text, i, next - i);
    ++used;
    i = next;
  }
  return out + "…";
}

std::string shown(const std::optional<std::string>& value) {
  if (!value) return "-";
  std::string text = *value;
  std::replace(text.begin(), text.end(), '\n', ' ');
  if (const auto number = parse_int(text); number && text.find(' ') == std::string::npos)
    return with_thousands(*number);
  return text;
}

}  // namespace

std::string with_thousands(std::int64_t value) {
  std::string digits = std::to_string(value < 0 ? -value : value);
  for (int at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3) digits.insert(static_cast<std::size_t>(at), ",");
  return value < 0 ? "-" + digits : digits;
}

std::string table_text(const QueryTable& table) {
  const std::size_t columns = table.names.size();
  std::vector<std::size_t> widths(columns);
  std::vector<bool> is_number(columns, true);
  std::vector<std::vector<std::string>> cells;
  for (std::size_t c = 0; c < columns; ++c) widths[c] = width_of(table.names[c]);
  for (const auto& row : table.rows) {
    auto& line = cells.emplace_back();
    for (std::size_t c = 0; c < columns; ++c) {
      line.push_back(shown(row[c]));
      if (row[c] && !row[c]->empty() && !parse_double(*row[c])) is_number[c] = false;
      widths[c] = std::max(widths[c], width_of(line.back()));
    }
  }
  // Take from the widest columns until the line fits the terminal.
  const std::size_t limit = terminal_width();
  if (limit > 0 && columns > 0) {
    const auto total = [&] {
      std::size_t sum = 2 * (columns - 1);
      for (const std::size_t width : widths) sum += width;
      return sum;
    };
    while (total() > limit) {
      auto& widest = *std::max_element(widths.begin(), widths.end());
      if (widest <= 12) break;
      --widest;
    }
  }
  std::string text;
  const auto put = [&](const std::string& cell, std::size_t c, bool to_right) {
    const std::string fitted = cut(cell, widths[c]);
    const std::size_t pad = widths[c] - std::min(widths[c], width_of(fitted));
    if (c > 0) text += "  ";
    if (to_right) text.append(pad, ' ');
    text += fitted;
    if (!to_right && c + 1 < columns) text.append(pad, ' ');
  };
  for (std::size_t c = 0; c < columns; ++c) put(table.names[c], c, is_number[c] && !table.rows.empty());
  text += '\n';
  for (std::size_t c = 0; c < columns; ++c) put(std::string(widths[c], '-'), c, false);
  text += '\n';
  for (const auto& line : cells) {
    for (std::size_t c = 0; c < columns; ++c) put(line[c], c, is_number[c]);
    text += '\n';
  }
  return text;
}

Json table_json(const QueryTable& table) {
  Json rows = Json::array();
  for (const auto& row : table.rows) {
    Json object = Json::object();
    for (std::size_t c = 0; c < table.names.size(); ++c) {
      if (!row[c])
        object[table.names[c]] = nullptr;
      else if (const auto whole = parse_int(*row[c]))
        object[table.names[c]] = *whole;
      else if (const auto number = parse_double(*row[c]))
        object[table.names[c]] = *number;
      else
        object[table.names[c]] = *row[c];
    }
    rows.push_back(std::move(object));
  }
  return rows;
}

void print_report(const Report& report, bool as_json) {
  if (as_json) {
    print_json(Json{{"title", report.title}, {"rows", table_json(report.table)}});
    return;
  }
  if (!report.title.empty()) fmt::print("{}\n\n", report.title);
  fmt::print("{}", report.table.rows.empty() ? "(nothing)\n" : table_text(report.table));
  if (!report.remark.empty()) fmt::print("{}\n", report.remark);
  fmt::print("\n");
}

void print_json(const Json& value) { fmt::print("{}\n", value.dump(2, ' ', false, Json::error_handler_t::replace)); }

int fail(const Error& error) {
  fmt::print(stderr, "surgsigma: {}{}\n", error.where.empty() ? "" : error.where + ": ", error.what);
  if (!error.hint.empty()) fmt::print(stderr, "  {}\n", error.hint);
  return error.kind == ErrorKind::kUsage ? kUsage : kFailed;
}

void remark(const std::string& text) { fmt::print(stderr, "{}\n", text); }

}  // namespace surgsigma::app
