#include "surgsigma/store/columns.h"

#include <cstring>

namespace surgsigma {

std::string_view sql_type(ColumnType type) {
  switch (type) {
    case ColumnType::kInt64:
      return "BIGINT";
    case ColumnType::kInt32:
      return "INTEGER";
    case ColumnType::kDouble:
      return "DOUBLE";
    case ColumnType::kBool:
      return "BOOLEAN";
    case ColumnType::kText:
      return "VARCHAR";
    case ColumnType::kTextList:
      return "VARCHAR[]";
    case ColumnType::kInt64List:
      return "BIGINT[]";
    case ColumnType::kInt32List:
      return "INTEGER[]";
    case ColumnType::kDoubleList:
      return "DOUBLE[]";
  }
  return "VARCHAR";
}

void ColumnBuffer::clear() {
  ints.clear();
  doubles.clear();
  bytes.clear();
  ends.clear();
  list_ends.clear();
  valid.clear();
}

std::string_view text_at(const void* data, std::size_t index) {
  // duckdb_string_t: a length, then either twelve inline bytes or a prefix of four and a pointer.
  const char* value = static_cast<const char*>(data) + index * 16;
  std::uint32_t length = 0;
  std::memcpy(&length, value, sizeof length);
  if (length <= 12) return {value + 4, length};
  const char* text = nullptr;
  std::memcpy(&text, value + 8, sizeof text);
  return {text, length};
}

}  // namespace surgsigma
