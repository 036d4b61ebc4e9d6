// Small things about text: cleaning, splitting, numbers, and near names.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/base/result.h"

namespace surgsigma {

std::string_view trim(std::string_view text);
std::string lower(std::string_view text);  ///< ASCII only; other bytes stay.
std::vector<std::string_view> split(std::string_view text, char separator);
std::string join(std::span<const std::string> parts, std::string_view separator);
bool starts_with_ignoring_case(std::string_view text, std::string_view start);
bool ends_with_ignoring_case(std::string_view text, std::string_view end);
bool is_valid_utf8(std::string_view text);

/// The whole of `text` as a number (blanks around it allowed), or nothing: "12x", "", "nan" and overflow give nothing.
std::optional<std::int64_t> parse_int(std::string_view text);
std::optional<double> parse_double(std::string_view text);

/// What `decode_text` found.
struct DecodedText {
  std::string utf8;      ///< No byte-order mark; line ends as in the file.
  std::string encoding;  ///< "utf-8", "utf-8-bom", "utf-16le", "utf-16be", "latin-1"
};
/// Any of the encodings that label files come in, to UTF-8. Text that is not valid UTF-8 and has no mark is read as
/// Latin-1, which always succeeds; fails only for odd-length or broken UTF-16, naming `file`.
Result<DecodedText> decode_text(std::string bytes, std::string_view file);

/// Damerau-Levenshtein distance in bytes.
int edit_distance(std::string_view a, std::string_view b);
/// The candidate nearest to `word`, if near enough to be what a person meant.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);

/// Printable form of a value from someone's file for an error message: control characters escaped, cut at 80 bytes.
std::string quoted(std::string_view value);
// For a std::string, where std::quoted of <iomanip> would otherwise be found first.
inline std::string quoted(const std::string& value) { return quoted(std::string_view(value)); }
inline std::string quoted(std::string& value) { return quoted(std::string_view(value)); }
inline std::string quoted(const char* value) { return quoted(std::string_view(value)); }

}  // namespace surgsigma
