// Inside a value only quotes, backslashes and brackets matter. They are found 64 bytes at a time as bit masks, in the
// way of simdjson's first stage (Langdale and Lemire, arXiv:1902.08318); the few bytes between values one at a time.
#include "surgsigma/base/json_stream.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <system_error>
#include <utility>

#include "surgsigma/base/json.h"
#include "surgsigma/base/text.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace surgsigma {
namespace {

constexpr std::size_t kLane = 64;
constexpr std::size_t kPadding = 64;       // readable bytes after a piece
constexpr std::size_t kBlock = 1U << 20;   // bytes per read
constexpr std::size_t kMaxNesting = 1024;  // simdjson's own limit

/// Bit i tells of byte i of a lane.
struct LaneMasks {
  std::uint64_t quotes = 0;
  std::uint64_t backslashes = 0;
  std::uint64_t brackets = 0;
};

#if defined(__SSE2__)
LaneMasks masks_of(const char* lane) {
  LaneMasks masks;
  for (unsigned part = 0; part < 4; ++part) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(lane + 16 * part));
    const auto bits = [part](__m128i matches) {
      return static_cast<std::uint64_t>(static_cast<unsigned>(_mm_movemask_epi8(matches))) << (16 * part);
    };
    const __m128i folded = _mm_or_si128(bytes, _mm_set1_epi8(0x20));  // '[' becomes '{' and ']' becomes '}'
    masks.quotes |= bits(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')));
    masks.backslashes |= bits(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
    masks.brackets |=
        bits(_mm_or_si128(_mm_cmpeq_epi8(folded, _mm_set1_epi8('{')), _mm_cmpeq_epi8(folded, _mm_set1_epi8('}'))));
  }
  return masks;
}
#else
LaneMasks masks_of(const char* lane) {
  LaneMasks masks;
  for (unsigned i = 0; i < kLane; ++i) {
    const std::uint64_t bit = std::uint64_t{1} << i;
    const char c = lane[i];
    if (c == '"') masks.quotes |= bit;
    if (c == '\\') masks.backslashes |= bit;
    if (c == '[' || c == ']' || c == '{' || c == '}') masks.brackets |= bit;
  }
  return masks;
}
#endif

/// Bit i is the parity of bits 0 to i: set from an opening quote up to the byte before the closing one.
std::uint64_t running_parity(std::uint64_t bits) {
  for (unsigned shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

/// Which bytes of successive lanes stand inside strings.
class StringState {
 public:
  std::uint64_t inside(const LaneMasks& masks) {
    const std::uint64_t quotes = masks.quotes & ~escaped(masks.backslashes);
    const std::uint64_t inside = running_parity(quotes) ^ carried_;
    carried_ = std::uint64_t{0} - (inside >> 63);
    return inside;
  }

 private:
  /// Bytes that follow an odd run of backslashes. Backslashes are rare, so a loop over runs will do.
  std::uint64_t escaped(std::uint64_t backslashes) {
    if (backslashes == 0) return std::exchange(first_is_escaped_, 0);
    std::uint64_t escaped = first_is_escaped_;
    backslashes &= ~escaped;
    first_is_escaped_ = 0;
    while (backslashes != 0) {
      const std::uint64_t lowest = backslashes & (0 - backslashes);
      const std::uint64_t next = lowest << 1;
      if (next == 0) first_is_escaped_ = 1;
      escaped |= next;
      backslashes &= ~(lowest | next);
    }
    return escaped;
  }

  std::uint64_t carried_ = 0;  // all ones inside a string
  std::uint64_t first_is_escaped_ = 0;
};

std::int64_t line_feeds_in(std::string_view text) {
  std::int64_t count = 0;
  std::size_t at = 0;
#if defined(__SSE2__)
  while (at + 16 <= text.size()) {
    // Sixteen counters of a byte each; summed before one can overflow.
    __m128i counters = _mm_setzero_si128();
    for (int round = 0; round < 255 && at + 16 <= text.size(); ++round, at += 16) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
      counters = _mm_sub_epi8(counters, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n')));
    }
    const __m128i sums = _mm_sad_epu8(counters, _mm_setzero_si128());
    count += _mm_cvtsi128_si32(sums) + _mm_cvtsi128_si32(_mm_srli_si128(sums, 8));
  }
#endif
  return count + std::count(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(), '\n');
}

struct FreeBytes {
  void operator()(char* bytes) const { std::free(bytes); }
};

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
bool ends_scalar(char c) { return c == ',' || c == ']' || c == '}' || is_blank(c); }
bool may_stand_in_scalar(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '+' || c == '.' || c == 'E';
}

std::string shown(char c) { return quoted(std::string_view(&c, 1)); }

/// Walks one document. Positions are offsets into the buffer, which holds everything from keep_ on; a read may move it.
class Stream {
 public:
  Stream(const std::filesystem::path& path, const std::function<Status(const JsonPiece&)>& take,
         std::uint64_t max_piece, std::size_t block)
      : name_(path.string()), take_(take), max_piece_(max_piece), block_(block) {}
  ~Stream() {
    if (file_ >= 0) ::close(file_);
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  Status run() {
    SURGSIGMA_CHECK(open());
    SURGSIGMA_TRY(first, next_byte());
    ++at_;
    if (first == '[') {
      SURGSIGMA_CHECK(array());
    } else if (first == '{') {
      SURGSIGMA_CHECK(object());
    } else {
      return bad_at(at_ - 1, "a document must begin with '{' or '[', not with " + shown(first));
    }
    SURGSIGMA_TRY(has_more, skip_blanks());
    if (has_more) return bad_at(at_, "text after the document: " + shown(byte(at_)));
    return done();
  }

 private:
  Status open() {
    file_ = ::open(name_.c_str(), O_RDONLY | O_CLOEXEC);
    if (file_ < 0) return io_error("cannot open the file", errno);
    struct stat info {};
    if (::fstat(file_, &info) == 0 && S_ISDIR(info.st_mode)) {
      return Error{ErrorKind::kIo, "this is a folder, not a file", name_, ""};
    }
    while (end_ < 3) {
      SURGSIGMA_TRY(has_more, read_more());
      if (!has_more) break;
    }
    if (end_ >= 3 && std::memcmp(bytes_.get(), "\xEF\xBB\xBF", 3) == 0) at_ = 3;
    return done();
  }

  /// After '{': members up to and with '}'.
  Status object() {
    SURGSIGMA_TRY(first, next_byte());
    if (first == '}') {
      ++at_;
      return done();
    }
    while (true) {
      SURGSIGMA_CHECK(key());
      SURGSIGMA_TRY(colon, next_byte());
      if (colon != ':') return bad_at(at_, "':' is missing before " + shown(colon));
      ++at_;
      SURGSIGMA_TRY(value, next_byte());
      if (value == '[') {
        ++at_;
        SURGSIGMA_CHECK(array());
      } else {
        SURGSIGMA_CHECK(piece(-1));
      }
      SURGSIGMA_TRY(is_last, comma_or('}'));
      if (is_last) return done();
    }
  }

  /// After '[': elements up to and with ']'.
  Status array() {
    SURGSIGMA_TRY(first, next_byte());
    if (first == ']') {
      ++at_;
      return done();
    }
    for (std::int64_t index = 0;; ++index) {
      SURGSIGMA_CHECK(piece(index));
      SURGSIGMA_TRY(is_last, comma_or(']'));
      if (is_last) return done();
    }
  }

  Status key() {
    SURGSIGMA_TRY(quote, next_byte());
    if (quote != '"') return bad_at(at_, "the name of a member is missing before " + shown(quote));
    begin_piece();
    ++at_;
    SURGSIGMA_CHECK(string_end());
    const auto name = parse_json(piece_text(), name_);
    if (!name) return bad_at(piece_begin_, "the name of a member is broken: " + name.error().what);
    key_ = name->get<std::string>();
    piece_begin_ = kNone;
    return done();
  }

  /// Passes over ',' (false) or `close` (true).
  Result<bool> comma_or(char close) {
    SURGSIGMA_TRY(c, next_byte());
    if (c != ',' && c != close) return bad_at(at_, std::string("',' or '") + close + "' is missing before " + shown(c));
    ++at_;
    return c == close;
  }

  /// Hands out the value that begins at the next byte that is not blank.
  Status piece(std::int64_t index) {
    SURGSIGMA_TRY(first, next_byte());
    begin_piece();
    const std::int64_t line = line_of(at_);
    ++at_;
    if (first == '{' || first == '[') {
      SURGSIGMA_CHECK(container_end(first));
    } else if (first == '"') {
      SURGSIGMA_CHECK(string_end());
    } else {
      --at_;
      SURGSIGMA_CHECK(scalar_end());
    }
    if (piece_text().size() > max_piece_) return too_large();
    SURGSIGMA_CHECK(take_({key_, piece_text(), line, index}));
    piece_begin_ = kNone;
    return done();
  }

  /// From the byte after the opening bracket to the byte after the closing one.
  Status container_end(char opened) {
    nesting_.assign(1, opened);
    StringState strings;
    while (true) {
      while (end_ - at_ < kLane) {
        SURGSIGMA_TRY(has_more, read_more());
        if (!has_more) break;
      }
      const std::size_t available = std::min(kLane, end_ - at_);
      if (available == 0) return truncated();
      const char* const lane = bytes_.get() + at_;
      const LaneMasks masks = masks_of(lane);
      std::uint64_t brackets = masks.brackets & ~strings.inside(masks);
      if (available < kLane) brackets &= (std::uint64_t{1} << available) - 1;
      for (; brackets != 0; brackets &= brackets - 1) {
        const auto i = static_cast<std::size_t>(std::countr_zero(brackets));
        const char c = lane[i];
        if (c == '{' || c == '[') {
          if (nesting_.size() == kMaxNesting) {
            return bad_at(at_ + i, "nested deeper than " + std::to_string(kMaxNesting));
          }
          nesting_.push_back(c);
          continue;
        }
        const bool fits = c == nesting_.back() + 2;  // '[' and ']' as well as '{' and '}' stand two apart
        if (!fits) return bad_at(at_ + i, shown(c) + " closes " + shown(nesting_.back()));
        nesting_.pop_back();
        if (nesting_.empty()) {
          at_ += i + 1;
          return done();
        }
      }
      at_ += available;
    }
  }

  /// From the byte after the opening quote to the byte after the closing one.
  Status string_end() {
    bool is_escaped = false;
    while (true) {
      for (; at_ < end_; ++at_) {
        const char c = byte(at_);
        if (!is_escaped && c == '"') {
          ++at_;
          return done();
        }
        is_escaped = !is_escaped && c == '\\';
      }
      SURGSIGMA_TRY(has_more, read_more());
      if (!has_more) return truncated();
    }
  }

  Status scalar_end() {
    while (true) {
      for (; at_ < end_; ++at_) {
        const char c = byte(at_);
        if (ends_scalar(c)) {
          if (piece_text().empty()) return bad_at(at_, "a value is missing before " + shown(c));
          return done();
        }
        if (!may_stand_in_scalar(c)) return bad_at(at_, "not a value: " + shown(c));
      }
      SURGSIGMA_TRY(has_more, read_more());
      if (!has_more) return truncated();
    }
  }

  /// The next byte that is not blank, which at_ then points to.
  Result<char> next_byte() {
    SURGSIGMA_TRY(has_more, skip_blanks());
    if (!has_more) return truncated();
    return byte(at_);
  }

  Result<bool> skip_blanks() {
    while (true) {
      while (at_ < end_ && is_blank(byte(at_))) ++at_;
      if (at_ < end_) return true;
      SURGSIGMA_TRY(has_more, read_more());
      if (!has_more) return false;
    }
  }

  /// Reads a block behind what is still needed; false at the end of the file.
  Result<bool> read_more() {
    drop_what_is_done();
    if (piece_begin_ != kNone && at_ - piece_begin_ > max_piece_) return too_large();
    if (end_ + block_ + kPadding > capacity_) {
      // realloc moves pages rather than bytes when the buffer is large: growing by steps stays cheap and memory tight.
      const std::size_t capacity = end_ + block_ + kPadding;
      char* const moved = static_cast<char*>(std::realloc(bytes_.get(), capacity));
      if (!moved) return Error{ErrorKind::kIo, "not enough memory for a value this long", name_, ""};
      static_cast<void>(bytes_.release());
      bytes_.reset(moved);
      capacity_ = capacity;
    }
    while (true) {
      const ssize_t got = ::read(file_, bytes_.get() + end_, block_);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return io_error("cannot read the file", errno);
      end_ += static_cast<std::size_t>(got);
      std::memset(bytes_.get() + end_, ' ', kPadding);
      return got > 0;
    }
  }

  void drop_what_is_done() {
    const std::size_t keep = piece_begin_ != kNone ? piece_begin_ : at_;
    if (keep == 0 || keep < end_ - keep) return;  // moving less than is freed keeps the whole work linear
    line_of(keep);
    std::memmove(bytes_.get(), bytes_.get() + keep, end_ - keep);
    end_ -= keep;
    at_ -= keep;
    lines_counted_to_ -= keep;
    if (piece_begin_ != kNone) piece_begin_ = 0;
  }

  void begin_piece() { piece_begin_ = at_; }
  std::string_view piece_text() const { return {bytes_.get() + piece_begin_, at_ - piece_begin_}; }
  char byte(std::size_t position) const { return bytes_.get()[position]; }

  /// Positions asked for must rise.
  std::int64_t line_of(std::size_t position) {
    if (position > lines_counted_to_) {
      line_ += line_feeds_in({bytes_.get() + lines_counted_to_, position - lines_counted_to_});
      lines_counted_to_ = position;
    }
    return line_;
  }

  Error bad_at(std::size_t position, std::string what) {
    return {ErrorKind::kData, std::move(what), name_ + ":" + std::to_string(line_of(position)), ""};
  }
  Error truncated() { return bad_at(end_, "the text ends in the middle of the document"); }
  Error too_large() {
    return bad_at(piece_begin_, "a single value is longer than " + std::to_string(max_piece_) + " bytes");
  }
  Error io_error(const char* doing, int code) const {
    return {ErrorKind::kIo, std::string(doing) + ": " + std::generic_category().message(code), name_, ""};
  }

  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  std::string name_;
  const std::function<Status(const JsonPiece&)>& take_;
  std::uint64_t max_piece_;
  std::size_t block_;
  int file_ = -1;
  std::unique_ptr<char, FreeBytes> bytes_;
  std::size_t capacity_ = 0;
  std::size_t end_ = 0;
  std::size_t at_ = 0;
  std::size_t piece_begin_ = kNone;
  std::size_t lines_counted_to_ = 0;
  std::int64_t line_ = 1;
  std::string key_;
  std::string nesting_;
};

}  // namespace

Status stream_json(const std::filesystem::path& path, const std::function<Status(const JsonPiece&)>& take,
                   std::uint64_t max_piece) {
  return internal::stream_json_by(kBlock, path, take, max_piece);
}

Status internal::stream_json_by(std::size_t block_bytes, const std::filesystem::path& path,
                                const std::function<Status(const JsonPiece&)>& take, std::uint64_t max_piece) {
  return Stream(path, take, max_piece, std::max<std::size_t>(1, block_bytes)).run();
}

}  // namespace surgsigma
