#include "surgsigma/media/npy.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>

#include "surgsigma/base/text.h"

namespace surgsigma {
namespace {

/// What follows 'key': in the dictionary, up to the end of the text.
std::optional<std::string_view> value_after(std::string_view header, std::string_view key) {
  for (const char quote : {'\'', '"'}) {
    const std::string word = quote + std::string(key) + quote;
    const std::size_t at = header.find(word);
    if (at == std::string_view::npos) continue;
    const std::size_t colon = header.find(':', at + word.size());
    if (colon != std::string_view::npos) return trim(header.substr(colon + 1));
  }
  return {};
}

std::optional<std::vector<std::int64_t>> sides_of(std::string_view text) {
  if (!text.starts_with('(')) return {};
  const std::size_t end = text.find(')');
  if (end == std::string_view::npos || end > 200) return {};
  std::vector<std::int64_t> sides;
  for (const std::string_view part : split(text.substr(1, end - 1), ',')) {
    if (trim(part).empty()) continue;  // "(3,)"
    const auto side = parse_int(part);
    if (!side || *side < 1) return {};
    sides.push_back(*side);
  }
  return sides;
}

template <class T>
void copy_table(std::string_view bytes, bool is_swapped, std::vector<double>& out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    char raw[sizeof(T)];
    std::memcpy(raw, bytes.data() + i * sizeof(T), sizeof(T));
    if (is_swapped) std::reverse(raw, raw + sizeof(T));
    T value;
    std::memcpy(&value, raw, sizeof(T));
    out[i] = static_cast<double>(value);
  }
}

}  // namespace

Error bad_npy(std::string_view name, std::string what) {
  return {ErrorKind::kData, "NPY: " + what, std::string(name), "save it with numpy.save as a plain array in C order"};
}

bool is_npy(std::string_view bytes) { return bytes.starts_with("\x93NUMPY"); }

Result<NpyHeader> read_npy_header(std::string_view bytes, std::string_view name) {
  if (!is_npy(bytes)) return bad_npy(name, "the file does not begin as one");
  if (bytes.size() < 12) return bad_npy(name, "it ends inside its header");
  const int version = bytes[6];
  if (version < 1 || version > 3) return bad_npy(name, "version " + std::to_string(version) + " is not known");
  const auto byte = [&](std::size_t at) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at])); };
  std::size_t length = byte(8) | byte(9) << 8;
  if (version > 1) length |= byte(10) << 16 | byte(11) << 24;
  NpyHeader header_of;
  const std::size_t begin = version == 1 ? 10 : 12;
  if (length > 65536) return bad_npy(name, "a header of " + std::to_string(length) + " bytes");
  if (length > bytes.size() - begin) return bad_npy(name, "it ends inside its header");
  header_of.data_at = begin + length;
  const std::string_view header = bytes.substr(begin, length);
  const auto type = value_after(header, "descr");
  const auto order = value_after(header, "fortran_order");
  const auto sides = value_after(header, "shape");
  if (!type || !order || !sides) return bad_npy(name, "its header lacks descr, fortran_order or shape");
  if (type->size() < 5) return bad_npy(name, "its header ends inside descr");
  header_of.type = type->substr(1, 3);
  if ((*type)[4] != (*type)[0]) header_of.type = "?";
  header_of.is_column_major = order->starts_with("True");
  const auto found = sides_of(*sides);
  if (!found) return bad_npy(name, "its shape is not a list of positive numbers");
  header_of.sides = *found;
  return header_of;
}

Result<NumberTable> decode_npy_table(std::string_view bytes, std::string_view name, std::int64_t most_values) {
  SURGSIGMA_TRY(header, read_npy_header(bytes, name));
  if (header.is_column_major) return bad_npy(name, "its values are in Fortran order");
  if (header.sides.size() != 2) {
    return bad_npy(name, "it has " + std::to_string(header.sides.size()) + " axes; samples and features are needed");
  }
  const std::int64_t rows = header.sides[0], columns = header.sides[1];
  if (rows > most_values / columns) {
    return bad_npy(name, "a table of " + std::to_string(rows) + "x" + std::to_string(columns) + " values is too large");
  }
  const std::string_view type = std::string_view(header.type).substr(1);
  const char order = header.type[0];
  if ((type != "f4" && type != "f8") || (order != '<' && order != '>' && order != '=')) {
    return bad_npy(name, "values of type " + quoted(header.type) + "; f4 and f8 can be read");
  }
  const std::size_t width = type == "f4" ? 4 : 8;
  const auto values = static_cast<std::size_t>(rows * columns);
  if ((bytes.size() - header.data_at) / width < values) {
    return bad_npy(name, "it holds " + std::to_string(bytes.size() - header.data_at) + " of " +
                             std::to_string(values * width) + " bytes of values");
  }
  NumberTable table{static_cast<std::size_t>(rows), static_cast<std::size_t>(columns), std::vector<double>(values)};
  (width == 4 ? copy_table<float> : copy_table<double>)(bytes.substr(header.data_at), order == '>', table.values);
  for (std::size_t i = 0; i < values; ++i) {
    if (!std::isfinite(table.values[i])) {
      return bad_npy(name, "row " + std::to_string(i / table.columns) + " has a value that is not finite");
    }
  }
  return table;
}

std::string encode_npy_table(const NumberTable& table) {
  std::string header = "{'descr': '<f8', 'fortran_order': False, 'shape': (" + std::to_string(table.rows) + ", " +
                       std::to_string(table.columns) + "), }";
  while ((10 + header.size() + 1) % 64 != 0) header.push_back(' ');
  header.push_back('\n');
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes.push_back(static_cast<char>(header.size() & 0xFF));
  bytes.push_back(static_cast<char>(header.size() >> 8));
  bytes += header;
  bytes.append(reinterpret_cast<const char*>(table.values.data()), table.values.size() * sizeof(double));
  return bytes;
}

}  // namespace surgsigma
