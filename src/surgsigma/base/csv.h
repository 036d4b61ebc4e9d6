// Rows of delimited text (comma, tab, semicolon, space) over a buffer, without copying what needs no unescaping.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace surgsigma {

/// Walks delimited text row by row. Quoted fields follow RFC 4180 ("" inside quotes is one quote; a line break may
/// stand inside quotes). LF, CRLF and lone CR all end a row. Blank rows and a UTF-8 mark at the start are passed over.
/// With ' ' as delimiter a run of blanks counts as one, and blanks at the ends of a row as none. `text` must outlive
/// the reader.
class CsvReader {
 public:
  explicit CsvReader(std::string_view text, char delimiter = ',') : text_(text), delimiter_(delimiter) {}

  /// Moves to the next row; false at the end.
  bool next();
  /// Fields of the current row, blanks not trimmed. Valid until next().
  const std::vector<std::string_view>& fields() const { return fields_; }
  /// 1-based line on which the current row starts.
  std::int64_t line() const { return line_; }
  /// True when a quoted field of the current row was never closed (it then holds the rest of the text).
  bool unclosed_quote() const { return unclosed_quote_; }

 private:
  bool read_row();
  std::size_t read_quoted(std::size_t at);

  std::string_view text_;
  char delimiter_;
  std::size_t position_ = 0;
  std::int64_t line_ = 0;
  std::int64_t next_line_ = 1;
  bool unclosed_quote_ = false;
  std::vector<std::string_view> fields_;
  std::deque<std::string> unescaped_;  // a deque: fields_ look into its strings
};

/// The likeliest of tab, semicolon and comma, from the first rows: the one that splits them into the same number (> 1)
/// of fields; comma when none does.
char guess_delimiter(std::string_view text);

}  // namespace surgsigma
