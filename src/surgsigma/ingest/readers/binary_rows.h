// Rows of an index and one 0/1 column per class, as tool and triplet files have them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/ingest/readers/track.h"

namespace surgsigma {

enum class Bit : char { kAbsent, kPresent, kDisputed };

struct BinaryTable {
  char delimiter = ',';
  std::vector<std::string> columns;  ///< of the file in its order; a header, where there is one, must say so
  std::size_t index = 0;             ///< position of the index column
  std::vector<bool> is_class;        ///< by column: a class, else the column is passed over
  std::string disputed;              ///< how the file writes that the raters disagree ("0.5"); empty: it does not
};

struct BinaryRow {
  std::int64_t index = 0;
  std::int64_t line = 0;
  std::vector<Bit> bits;  ///< of the class columns in their order
};

/// Hands every sound row to `take`, in file order; all other rows become issues. Counts the rows of the file. Returns
/// the index after the last row. A header with other columns refuses the whole file.
std::int64_t read_binary_rows(const FileJob& job, std::string_view text, const BinaryTable& table,
                              const IndexScale& scale, RowIssues& issues,
                              const std::function<void(const BinaryRow&)>& take);
/// The same without a job: rows that are unsound are left out in silence. For a companion file that is only compared.
std::vector<BinaryRow> sound_binary_rows(std::string_view text, const BinaryTable& table, const IndexScale& scale);

/// The words of the set bits; `words` runs along the bits.
std::vector<std::string> words_with(const std::vector<Bit>& bits, Bit wanted, const std::vector<std::string>& words);

}  // namespace surgsigma
