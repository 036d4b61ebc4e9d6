// A JSON object too large to hold: its top-level arrays element by element, in constant memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/base/result.h"

namespace surgsigma {

/// One piece of a streamed document.
struct JsonPiece {
  std::string_view key;     ///< Top-level member it belongs to ("annotations").
  std::string_view text;    ///< The raw JSON of one array element, or of the whole value when it is no array.
  std::int64_t line = 0;    ///< 1-based line where it begins.
  std::int64_t index = -1;  ///< Position in its array; -1 for a value that is no array.
};

/// Cuts the top-level object in `path` into pieces and hands each to `take` in file order; pieces are only well-nested
/// text, the caller parses them (with simdjson where speed matters). The text of a piece is followed by at least 64
/// readable bytes, so simdjson needs no copy. Reads by blocks: memory is the largest single piece plus a few MB, at
/// most `max_piece` bytes (kData beyond). A document that is an array of objects is treated as one member with key "".
/// Stops at the first error of `take`. Truncated, unbalanced or trailing text is kData with the line.
Status stream_json(const std::filesystem::path& path, const std::function<Status(const JsonPiece&)>& take,
                   std::uint64_t max_piece = 256ULL << 20);

namespace internal {
/// stream_json() with the bytes it reads at a time, for tests.
Status stream_json_by(std::size_t block_bytes, const std::filesystem::path& path,
                      const std::function<Status(const JsonPiece&)>& take, std::uint64_t max_piece);
}  // namespace internal

}  // namespace surgsigma
