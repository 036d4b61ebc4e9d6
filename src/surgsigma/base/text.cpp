#include "surgsigma/base/text.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace surgsigma {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\v\f";
constexpr std::size_t kQuotedBytes = 80;
constexpr std::size_t kLongestWord = 200;  // Longer than any name a person types; bounds the work of nearest().

char lower_letter(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower_letter(x) == lower_letter(y); });
}

/// The number without blanks and without the one '+' that std::from_chars refuses.
std::string_view bare_number(std::string_view text) {
  text = trim(text);
  const bool has_plus = text.size() > 1 && text[0] == '+' && text[1] != '-' && text[1] != '+';
  return has_plus ? text.substr(1) : text;
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto put = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6), put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12), put(0x80 | (code >> 6 & 0x3F)), put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | code >> 18), put(0x80 | (code >> 12 & 0x3F)), put(0x80 | (code >> 6 & 0x3F)), put(0x80 | (code & 0x3F));
  }
}

std::string utf8_from_latin1(std::string_view bytes) {
  std::string utf8;
  utf8.reserve(bytes.size() + bytes.size() / 8);
  for (const char c : bytes) append_utf8(utf8, static_cast<unsigned char>(c));
  return utf8;
}

enum class ByteOrder { kLittle, kBig };

Error broken_utf16(std::string_view file, std::int64_t line, std::string what) {
  return {ErrorKind::kData, std::move(what), std::string(file) + ":" + std::to_string(line),
          "save the file as UTF-8 and try again"};
}

/// `bytes` without the mark.
Result<std::string> utf8_from_utf16(std::string_view bytes, ByteOrder order, std::string_view file) {
  const std::size_t units = bytes.size() / 2;
  const auto unit_at = [&](std::size_t i) {
    const auto first = static_cast<unsigned char>(bytes[2 * i]);
    const auto second = static_cast<unsigned char>(bytes[2 * i + 1]);
    return static_cast<std::uint32_t>(order == ByteOrder::kLittle ? second << 8 | first : first << 8 | second);
  };
  std::string utf8;
  utf8.reserve(bytes.size());
  std::int64_t line = 1;
  for (std::size_t i = 0; i < units; ++i) {
    std::uint32_t code = unit_at(i);
    if (code == '\n') ++line;
    if (code >= 0xD800 && code < 0xE000) {
      const std::uint32_t low = i + 1 < units ? unit_at(i + 1) : 0;
      const bool is_pair = code < 0xDC00 && low >= 0xDC00 && low < 0xE000;
      if (!is_pair) return broken_utf16(file, line, "broken UTF-16: half of a surrogate pair stands alone");
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
      ++i;
    }
    append_utf8(utf8, code);
  }
  if (bytes.size() % 2 != 0) return broken_utf16(file, line, "broken UTF-16: the file has an odd number of bytes");
  return utf8;
}

/// Bytes of the valid UTF-8 character that `text` begins with, 0 if it begins with none.
std::size_t utf8_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  return length <= text.size() && is_valid_utf8(text.substr(0, length)) ? length : 0;
}

}  // namespace

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), lower_letter);
  return result;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string join(std::span<const std::string> parts, std::string_view separator) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += separator;
    text += parts[i];
  }
  return text;
}

bool starts_with_ignoring_case(std::string_view text, std::string_view start) {
  return text.size() >= start.size() && equal_ignoring_case(text.substr(0, start.size()), start);
}

bool ends_with_ignoring_case(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && equal_ignoring_case(text.substr(text.size() - end.size()), end);
}

bool is_valid_utf8(std::string_view text) { return text.empty() || simdjson::validate_utf8(text.data(), text.size()); }

std::optional<std::int64_t> parse_int(std::string_view text) {
  text = bare_number(text);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> parse_double(std::string_view text) {
  text = bare_number(text);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

Result<DecodedText> decode_text(std::string bytes, std::string_view file) {
  const std::string_view view = bytes;
  if (view.starts_with("\xEF\xBB\xBF") && is_valid_utf8(view)) {
    bytes.erase(0, 3);
    return DecodedText{std::move(bytes), "utf-8-bom"};
  }
  if (view.starts_with("\xFF\xFE")) {
    SURGSIGMA_TRY(utf8, utf8_from_utf16(view.substr(2), ByteOrder::kLittle, file));
    return DecodedText{std::move(utf8), "utf-16le"};
  }
  if (view.starts_with("\xFE\xFF")) {
    SURGSIGMA_TRY(utf8, utf8_from_utf16(view.substr(2), ByteOrder::kBig, file));
    return DecodedText{std::move(utf8), "utf-16be"};
  }
  if (is_valid_utf8(view)) return DecodedText{std::move(bytes), "utf-8"};
  return DecodedText{utf8_from_latin1(view), "latin-1"};
}

// Lowrance and Wagner's table: cell [i + 1][j + 1] is the distance of the first i bytes of `a` and j of `b`; row and
// column 0 hold a value larger than any distance.
int edit_distance(std::string_view a, std::string_view b) {
  const std::size_t width = b.size() + 2;
  const int beyond = static_cast<int>(a.size() + b.size());
  std::vector<int> cells((a.size() + 2) * width, beyond);
  const auto cell = [&](std::size_t i, std::size_t j) -> int& { return cells[i * width + j]; };
  for (std::size_t i = 0; i <= a.size(); ++i) cell(i + 1, 1) = static_cast<int>(i);
  for (std::size_t j = 0; j <= b.size(); ++j) cell(1, j + 1) = static_cast<int>(j);

  std::array<std::size_t, 256> last_row_with_byte{};
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t last_match = 0;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t row = last_row_with_byte[static_cast<unsigned char>(b[j - 1])];
      const std::size_t column = last_match;
      const bool same = a[i - 1] == b[j - 1];
      if (same) last_match = j;
      const int replaced = cell(i, j) + (same ? 0 : 1);
      const int inserted_or_deleted = std::min(cell(i + 1, j), cell(i, j + 1)) + 1;
      const int swapped = cell(row, column) + static_cast<int>(i - row - 1) + 1 + static_cast<int>(j - column - 1);
      cell(i + 1, j + 1) = std::min({replaced, inserted_or_deleted, swapped});
    }
    last_row_with_byte[static_cast<unsigned char>(a[i - 1])] = i;
  }
  return cell(a.size() + 1, b.size() + 1);
}

std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates) {
  if (word.empty() || word.size() > kLongestWord) return std::nullopt;
  const std::string plain = lower(word);
  // One slip in three letters is a slip; more is another word.
  const int limit = std::max(1, static_cast<int>(word.size()) / 3);
  int best = limit + 1;
  const std::string* found = nullptr;
  for (const std::string& candidate : candidates) {
    const auto difference = static_cast<std::int64_t>(candidate.size()) - static_cast<std::int64_t>(word.size());
    if (candidate.empty() || std::abs(difference) >= best) continue;
    const int distance = edit_distance(plain, lower(candidate));
    const bool shares_something = distance < static_cast<int>(std::max(word.size(), candidate.size()));
    if (shares_something && distance < best) {
      best = distance;
      found = &candidate;
    }
  }
  return found ? std::optional(*found) : std::nullopt;
}

std::string quoted(std::string_view value) {
  std::string text = "'";
  std::size_t at = 0;
  while (at < value.size() && at < kQuotedBytes) {
    const std::string_view rest = value.substr(at);
    const std::size_t length = utf8_length(rest);
    const auto byte = static_cast<unsigned char>(rest[0]);
    const bool is_control = byte < 0x20 || byte == 0x7F || (byte == 0xC2 && length == 2 && (rest[1] & 0x60) == 0);
    if (length > 0 && !is_control) {
      if (at + length > kQuotedBytes) break;
      text += rest.substr(0, length);
      at += length;
      continue;
    }
    constexpr char kDigits[] = "0123456789abcdef";
    if (byte == '\n') {
      text += "\\n";
    } else if (byte == '\r') {
      text += "\\r";
    } else if (byte == '\t') {
      text += "\\t";
    } else {
      text += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
      if (byte == 0xC2 && length == 2) {
        const auto second = static_cast<unsigned char>(rest[1]);
        text += {'\\', 'x', kDigits[second >> 4], kDigits[second & 15]};
        ++at;
      }
    }
    ++at;
  }
  return text + (at < value.size() ? "...'" : "'");
}

}  // namespace surgsigma
