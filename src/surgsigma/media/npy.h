// NPY files (numpy.save, format versions 1 to 3): their header, and tables of two axes as doubles.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/base/result.h"

namespace surgsigma {

struct NpyHeader {
  std::string type;  ///< "<f4"; "?.." for what cannot be a plain number
  bool is_column_major = false;
  std::vector<std::int64_t> sides;  ///< each at least 1
  std::size_t data_at = 0;          ///< first byte of the values
};

bool is_npy(std::string_view bytes);
/// kData naming `name` for anything that is no NPY file or whose header is damaged.
Result<NpyHeader> read_npy_header(std::string_view bytes, std::string_view name);
/// The error that every reader of such files gives.
Error bad_npy(std::string_view name, std::string what);

/// Row by row.
struct NumberTable {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<double> values;
};
/// f4 and f8, little or big endian, C order, two axes: features as networks write them, one row per sample. kData for
/// everything else, values that are not finite, and more than `most_values` of them.
Result<NumberTable> decode_npy_table(std::string_view bytes, std::string_view name,
                                     std::int64_t most_values = std::int64_t{1} << 29);
/// Version 1.0, '<f8', C order.
std::string encode_npy_table(const NumberTable& table);

}  // namespace surgsigma
