#include "surgsigma/base/csv.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "surgsigma/base/text.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace surgsigma {
namespace {

constexpr int kRowsToGuessFrom = 20;

/// First position at or after `at` of the delimiter or a line end; the size of the text when there is none.
class EndOfField {
 public:
  EndOfField(std::string_view text, char delimiter) : text_(text), delimiter_(delimiter) {}

  std::size_t operator()(std::size_t at) {
#if defined(__SSE2__)
    while (at + 16 <= text_.size() || at < block_ + 16) {
      if (at >= block_ + 16 || at < block_) load(at);
      const unsigned rest = mask_ >> (at - block_);
      if (rest != 0) return at + static_cast<std::size_t>(std::countr_zero(rest));
      at = block_ + 16;
    }
#endif
    while (at < text_.size() && text_[at] != delimiter_ && text_[at] != '\n' && text_[at] != '\r') ++at;
    return at;
  }

 private:
#if defined(__SSE2__)
  void load(std::size_t at) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text_.data() + at));
    const __m128i ends =
        _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\r')));
    mask_ =
        static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(ends, _mm_cmpeq_epi8(bytes, _mm_set1_epi8(delimiter_)))));
    block_ = at;
  }
  unsigned mask_ = 0;
  // Sixteen bytes from here are classified in mask_. The start value is a block that lies behind every position.
  std::size_t block_ = std::size_t(0) - 16;
#endif
  std::string_view text_;
  char delimiter_;
};

std::int64_t line_ends_in(std::string_view text) {
  std::int64_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_first_of_pair = text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n';
    if (text[i] == '\n' || (text[i] == '\r' && !is_first_of_pair)) ++count;
  }
  return count;
}

}  // namespace

/// Reads the quoted field that opens at `at`; returns the position of the delimiter or line end after it. What stands
/// between the closing quote and the delimiter is kept as part of the field.
std::size_t CsvReader::read_quoted(std::size_t at) {
  const std::size_t begin = at + 1;
  std::size_t copied = begin;
  std::string* unescaped = nullptr;
  const auto keep = [&](std::size_t end) {
    if (!unescaped) unescaped = &unescaped_.emplace_back();
    *unescaped += text_.substr(copied, end - copied);
  };
  std::size_t quote = begin;
  while (true) {
    quote = text_.find('"', quote);
    if (quote == std::string_view::npos) {
      unclosed_quote_ = true;
      quote = text_.size();
      break;
    }
    const bool is_escaped = quote + 1 < text_.size() && text_[quote + 1] == '"';
    if (!is_escaped) break;
    keep(quote + 1);
    copied = quote += 2;
  }
  next_line_ += line_ends_in(text_.substr(begin, quote - begin));
  std::size_t end = quote;
  if (quote < text_.size()) {
    end = EndOfField(text_, delimiter_)(quote + 1);
    if (end > quote + 1) {
      keep(quote);
      copied = quote + 1;
    }
  }
  if (unescaped) keep(end > quote + 1 ? end : quote);
  fields_.push_back(unescaped ? std::string_view(*unescaped) : text_.substr(begin, quote - begin));
  return end;
}

/// Reads one row from position_, which is not the end; false for a blank one.
bool CsvReader::read_row() {
  line_ = next_line_;
  fields_.clear();
  unclosed_quote_ = false;
  if (!unescaped_.empty()) unescaped_.clear();
  const bool joins_blanks = delimiter_ == ' ';
  bool has_quotes = false;
  EndOfField end_of_field(text_, delimiter_);
  while (true) {
    const bool is_quoted = position_ < text_.size() && text_[position_] == '"';
    std::size_t end = 0;
    if (is_quoted) {
      has_quotes = true;
      end = read_quoted(position_);
    } else {
      end = end_of_field(position_);
      if (!joins_blanks || end > position_) fields_.push_back(text_.substr(position_, end - position_));
    }
    position_ = end + 1;
    if (end >= text_.size()) {
      position_ = text_.size();
      break;
    }
    if (text_[end] == delimiter_) continue;
    if (text_[end] == '\r' && position_ < text_.size() && text_[position_] == '\n') ++position_;
    ++next_line_;
    break;
  }
  const bool is_blank = fields_.empty() || (fields_.size() == 1 && !has_quotes && trim(fields_[0]).empty());
  return !is_blank;
}

bool CsvReader::next() {
  if (position_ == 0 && text_.starts_with("\xEF\xBB\xBF")) position_ = 3;
  while (position_ < text_.size()) {
    if (read_row()) return true;
  }
  fields_.clear();
  return false;
}

char guess_delimiter(std::string_view text) {
  for (const char delimiter : {'\t', ';', ','}) {
    CsvReader reader(text, delimiter);
    std::size_t width = 0;
    bool is_even = true;
    for (int row = 0; row < kRowsToGuessFrom && is_even && reader.next(); ++row) {
      if (row == 0) width = reader.fields().size();
      is_even = reader.fields().size() == width && !reader.unclosed_quote();
    }
    if (is_even && width > 1) return delimiter;
  }
  return ',';
}

}  // namespace surgsigma
