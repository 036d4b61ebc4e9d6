// How the members of a row become columns: a row type's `columns()` read once as names and types, and rows copied into
// and out of column buffers without knowing the engine.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "surgsigma/schema/ids.h"
#include "surgsigma/schema/words.h"

namespace surgsigma {

enum class ColumnType { kInt64, kInt32, kDouble, kBool, kText, kTextList, kInt64List, kInt32List, kDoubleList };

struct ColumnSpec {
  std::string name;
  ColumnType type;
};

/// SQL type of a column, as DuckDB and docs/schema.md write it: "BIGINT", "VARCHAR[]".
std::string_view sql_type(ColumnType type);

/// Values of one column for up to a few thousand rows. Text lies end to end in `bytes`; `ends` holds the end of each
/// value (of each element for lists, whose own ends are in `list_ends`).
struct ColumnBuffer {
  ColumnType type = ColumnType::kInt64;
  std::vector<std::int64_t> ints;
  std::vector<double> doubles;
  std::string bytes;
  std::vector<std::uint32_t> ends;
  std::vector<std::uint32_t> list_ends;
  std::vector<std::uint8_t> valid;  ///< one per row, only for optional members; empty otherwise

  void clear();
};

/// A batch of rows on its way to a file.
struct RowBatch {
  std::vector<ColumnBuffer> columns;
  std::size_t rows = 0;

  /// Bytes held, roughly.
  std::size_t weight = 0;
};

/// One column of a batch read back. Pointers are into the engine's memory.
struct ColumnView {
  const void* data = nullptr;  ///< scalars, or list entries (offset, length)
  const std::uint64_t* validity = nullptr;
  const void* child = nullptr;  ///< list elements
};
struct ListEntry {
  std::uint64_t offset;
  std::uint64_t length;
};
/// Text as the engine keeps it: 16 bytes, short ones inline.
std::string_view text_at(const void* data, std::size_t index);

namespace detail {

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsList : std::false_type {};
template <class T>
struct IsList<std::vector<T>> : std::true_type {};
template <class T>
struct IsId : std::false_type {};
template <class Tag>
struct IsId<Id<Tag>> : std::true_type {};

template <class T>
constexpr ColumnType column_type() {
  if constexpr (IsOptional<T>::value)
    return column_type<typename T::value_type>();
  else if constexpr (std::is_same_v<T, bool>)
    return ColumnType::kBool;
  else if constexpr (std::is_same_v<T, std::int64_t>)
    return ColumnType::kInt64;
  else if constexpr (std::is_same_v<T, std::int32_t>)
    return ColumnType::kInt32;
  else if constexpr (std::is_same_v<T, double>)
    return ColumnType::kDouble;
  else if constexpr (std::is_enum_v<T> || std::is_same_v<T, std::string> || IsId<T>::value)
    return ColumnType::kText;
  else if constexpr (IsList<T>::value) {
    using E = typename T::value_type;
    if constexpr (std::is_same_v<E, std::int64_t>)
      return ColumnType::kInt64List;
    else if constexpr (std::is_same_v<E, std::int32_t>)
      return ColumnType::kInt32List;
    else if constexpr (std::is_same_v<E, double>)
      return ColumnType::kDoubleList;
    else
      return ColumnType::kTextList;
  }
}

template <class T>
std::string_view text_of(const T& value) {
  if constexpr (std::is_enum_v<T>)
    return word(value);
  else if constexpr (IsId<T>::value)
    return value.text;
  else
    return value;
}

inline void append_text(ColumnBuffer& column, std::string_view text) {
  column.bytes.append(text);
  column.ends.push_back(static_cast<std::uint32_t>(column.bytes.size()));
}

template <class T>
void append(ColumnBuffer& column, const T& value) {
  if constexpr (IsOptional<T>::value) {
    column.valid.push_back(value.has_value());
    append(column, value ? *value : typename T::value_type{});
  } else if constexpr (std::is_integral_v<T>) {
    column.ints.push_back(static_cast<std::int64_t>(value));
  } else if constexpr (std::is_same_v<T, double>) {
    column.doubles.push_back(value);
  } else if constexpr (IsList<T>::value) {
    using E = typename T::value_type;
    if constexpr (std::is_integral_v<E>) {
      column.ints.insert(column.ints.end(), value.begin(), value.end());
      column.list_ends.push_back(static_cast<std::uint32_t>(column.ints.size()));
    } else if constexpr (std::is_same_v<E, double>) {
      column.doubles.insert(column.doubles.end(), value.begin(), value.end());
      column.list_ends.push_back(static_cast<std::uint32_t>(column.doubles.size()));
    } else {
      for (const auto& element : value) append_text(column, text_of(element));
      column.list_ends.push_back(static_cast<std::uint32_t>(column.ends.size()));
    }
  } else {
    append_text(column, text_of(value));
  }
}

inline bool is_valid(const std::uint64_t* validity, std::size_t row) {
  return validity == nullptr || (validity[row / 64] >> (row % 64) & 1) != 0;
}

template <class T>
void assign_text(T& out, std::string_view text) {
  if constexpr (std::is_enum_v<T>)
    out = from_word<T>(text).value_or(T{});
  else if constexpr (IsId<T>::value)
    out.text.assign(text);
  else
    out.assign(text);
}

template <class T>
void extract(const ColumnView& column, std::size_t row, T& out) {
  if constexpr (IsOptional<T>::value) {
    if (!is_valid(column.validity, row)) {
      out.reset();
    } else {
      typename T::value_type value{};
      extract(column, row, value);
      out = value;
    }
  } else if constexpr (IsList<T>::value) {
    using E = typename T::value_type;
    const ListEntry entry = static_cast<const ListEntry*>(column.data)[row];
    out.clear();
    if constexpr (std::is_arithmetic_v<E>) {
      const E* elements = static_cast<const E*>(column.child) + entry.offset;
      out.assign(elements, elements + entry.length);
    } else {
      out.resize(entry.length);
      for (std::uint64_t i = 0; i < entry.length; ++i) assign_text(out[i], text_at(column.child, entry.offset + i));
    }
  } else if constexpr (std::is_arithmetic_v<T>) {
    out = static_cast<const T*>(column.data)[row];
  } else {
    assign_text(out, text_at(column.data, row));
  }
}

}  // namespace detail

/// Names and types of the columns of Row, in order.
template <class Row>
std::vector<ColumnSpec> column_specs() {
  std::vector<ColumnSpec> specs;
  Row::columns([&]<class M, class C>(std::string_view name, M C::*, std::string_view) {
    specs.push_back({std::string(name), detail::column_type<M>()});
  });
  return specs;
}

template <class Row>
void append_row(RowBatch& batch, const Row& row) {
  std::size_t i = 0;
  Row::columns(
      [&](std::string_view, auto member, std::string_view) { detail::append(batch.columns[i++], row.*member); });
  ++batch.rows;
}

template <class Row>
void extract_row(const std::vector<ColumnView>& columns, std::size_t index, Row& row) {
  std::size_t i = 0;
  Row::columns(
      [&](std::string_view, auto member, std::string_view) { detail::extract(columns[i++], index, row.*member); });
}

}  // namespace surgsigma
