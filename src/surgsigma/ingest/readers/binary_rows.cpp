#include "surgsigma/ingest/readers/binary_rows.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "surgsigma/base/csv.h"
#include "surgsigma/base/text.h"

namespace surgsigma {
namespace {

using Fields = std::vector<std::string_view>;
using What = RowIssues::What;

std::optional<Bit> bit_of(std::string_view field, const BinaryTable& table) {
  if (field == "0") return Bit::kAbsent;
  if (field == "1") return Bit::kPresent;
  const std::string_view clean = trim(field);
  if (!table.disputed.empty() && clean == table.disputed) return Bit::kDisputed;
  const auto number = parse_double(clean);
  if (number && *number == 0) return Bit::kAbsent;
  if (number && *number == 1) return Bit::kPresent;
  return std::nullopt;
}

/// Fills `row`; returns what is wrong with it.
std::optional<What> parse_row(const Fields& fields, const BinaryTable& table, BinaryRow& row) {
  if (fields.size() != table.columns.size()) {
    return What{
        "field_count", shortened(fields.empty() ? std::string_view() : fields[0]),
        std::to_string(fields.size()) + " fields where " + std::to_string(table.columns.size()) + " are expected",
        "a number and one 0 or 1 per class"};
  }
  const auto index = parse_int(fields[table.index]);
  if (!index) {
    return What{"not_a_number", shortened(fields[table.index]), table.columns[table.index] + " is no whole number",
                "a number and one 0 or 1 per class"};
  }
  row.index = *index;
  row.bits.clear();
  for (std::size_t column = 0; column < fields.size(); ++column) {
    if (!table.is_class[column]) continue;
    const auto bit = bit_of(fields[column], table);
    if (!bit) {
      return What{"not_zero_or_one", shortened(fields[column]),
                  "column " + table.columns[column] + " of number " + std::to_string(*index) + " is neither 0 nor 1",
                  "write 1 where the class is present and 0 where it is not"};
    }
    row.bits.push_back(*bit);
  }
  return std::nullopt;
}

}  // namespace

std::int64_t read_binary_rows(const FileJob& job, std::string_view text, const BinaryTable& table,
                              const IndexScale& scale, RowIssues& issues,
                              const std::function<void(const BinaryRow&)>& take) {
  CsvReader reader(text, table.delimiter);
  IndexSequence sequence(scale);
  BinaryRow row;
  std::int64_t rows = 0;
  bool is_first = true;
  while (reader.next()) {
    if (std::exchange(is_first, false)) {
      const FirstRow first = first_row(reader.fields(), table.columns, table.index);
      if (first == FirstRow::kHeader) continue;
      if (first == FirstRow::kOther) {
        refuse_table(job, issues.video(), text, 1,
                     {"unexpected_columns", "", column_complaint(reader.fields(), table.columns),
                      "if the release really has these columns, correct the source card"});
        return scale.first;
      }
    }
    ++rows;
    row.line = reader.line();
    if (auto wrong = parse_row(reader.fields(), table, row)) {
      issues.add(row.line, std::move(*wrong));
    } else if (sequence.accept(row.index, row.line, issues)) {
      take(row);
    }
  }
  if (is_first) {
    issues.add(0, {"empty_file", "", "the file holds no rows", "was the download cut short?", Severity::kWarning}, 0);
  }
  job.out.rows(rows);
  return sequence.end();
}

std::vector<BinaryRow> sound_binary_rows(std::string_view text, const BinaryTable& table, const IndexScale& scale) {
  CsvReader reader(text, table.delimiter);
  std::vector<BinaryRow> rows;
  BinaryRow row;
  std::int64_t next = scale.first;
  while (reader.next()) {
    row.line = reader.line();
    if (parse_row(reader.fields(), table, row) || row.index < next) continue;
    next = row.index + scale.step;
    rows.push_back(row);
  }
  return rows;
}

std::vector<std::string> words_with(const std::vector<Bit>& bits, Bit wanted, const std::vector<std::string>& words) {
  std::vector<std::string> found;
  for (std::size_t i = 0; i < bits.size(); ++i) {
    if (bits[i] == wanted) found.push_back(words[i]);
  }
  return found;
}

}  // namespace surgsigma
