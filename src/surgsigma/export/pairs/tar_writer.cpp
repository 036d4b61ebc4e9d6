#include "surgsigma/export/pairs/tar_writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "surgsigma/base/text.h"

namespace surgsigma {
namespace {

constexpr std::size_t kBufferBytes = 1 << 20;  // stays in the second-level cache, large enough that calls are few
constexpr std::size_t kNameAt = 0;
constexpr std::size_t kModeAt = 100;
constexpr std::size_t kOwnerAt = 108;
constexpr std::size_t kGroupAt = 116;
constexpr std::size_t kSizeAt = 124;
constexpr std::size_t kTimeAt = 136;
constexpr std::size_t kSumAt = 148;
constexpr std::size_t kSumBytes = 8;
constexpr std::size_t kTypeAt = 156;
constexpr std::size_t kMagicAt = 257;
constexpr std::size_t kMajorAt = 329;
constexpr std::size_t kMinorAt = 337;

using Header = std::array<char, TarWriter::kBlock>;

Error cannot(std::string_view what, const fs::path& path) {
  return {ErrorKind::kIo, "cannot " + std::string(what) + ": " + std::strerror(errno), path.string(), ""};
}

/// `digits` octal digits and the NUL that the header was filled with.
void put_octal(Header& header, std::size_t at, int digits, std::int64_t value) {
  for (int i = digits - 1; i >= 0; --i, value /= 8) header[at + i] = static_cast<char>('0' + value % 8);
}

/// Sum of the bytes with the field of the sum read as blanks.
std::int64_t checksum(std::string_view header) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < header.size(); ++i) {
    const bool is_sum = i >= kSumAt && i < kSumAt + kSumBytes;
    sum += is_sum ? ' ' : static_cast<unsigned char>(header[i]);
  }
  return sum;
}

Header header_of(std::string_view name, std::int64_t bytes) {
  Header header{};
  std::copy(name.begin(), name.end(), header.begin() + kNameAt);
  put_octal(header, kModeAt, 7, 0644);
  put_octal(header, kOwnerAt, 7, 0);
  put_octal(header, kGroupAt, 7, 0);
  put_octal(header, kSizeAt, 11, bytes);
  put_octal(header, kTimeAt, 11, 0);
  header[kTypeAt] = '0';
  std::memcpy(header.data() + kMagicAt, "ustar\00000", 8);
  put_octal(header, kMajorAt, 7, 0);
  put_octal(header, kMinorAt, 7, 0);
  put_octal(header, kSumAt, 6, checksum({header.data(), header.size()}));
  header[kSumAt + 7] = ' ';
  return header;
}

/// Octal digits up to a NUL or blank.
std::optional<std::int64_t> octal(std::string_view field) {
  std::int64_t value = 0;
  std::size_t digits = 0;
  for (const char c : field) {
    if (c == '\0' || c == ' ') break;
    if (c < '0' || c > '7') return std::nullopt;
    value = value * 8 + (c - '0');
    ++digits;
  }
  return digits == 0 ? std::nullopt : std::optional(value);
}

bool is_all_zero(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == '\0'; });
}

/// An open file that is closed at the end of the block.
class OpenFile {
 public:
  explicit OpenFile(const fs::path& path) : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~OpenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

}  // namespace

TarWriter::TarWriter(fs::path path, int descriptor)
    : path_(std::move(path)), descriptor_(descriptor), buffer_(kBufferBytes, '\0') {}

TarWriter::TarWriter(TarWriter&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      buffer_(std::move(other.buffer_)),
      filled_(other.filled_),
      written_(other.written_) {}

TarWriter::~TarWriter() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<TarWriter> TarWriter::create(fs::path path) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor < 0) return cannot("make the archive", path);
  return TarWriter(std::move(path), descriptor);
}

Status TarWriter::add(std::string_view name, std::string_view bytes) {
  const auto size = static_cast<std::int64_t>(bytes.size());
  SURGSIGMA_CHECK(begin_member(name, size));
  SURGSIGMA_CHECK(append(bytes));
  return end_member(size);
}

Status TarWriter::add_file(std::string_view name, const fs::path& file, std::int64_t bytes) {
  const OpenFile source(file);
  if (source.get() < 0) return cannot("open the file", file);
  SURGSIGMA_CHECK(begin_member(name, bytes));
  SURGSIGMA_CHECK(append_open_file(source.get(), file, bytes));
  return end_member(bytes);
}

Result<std::int64_t> TarWriter::close() {
  SURGSIGMA_CHECK(append_zeros(2 * kBlock));
  SURGSIGMA_CHECK(flush());
  if (::close(std::exchange(descriptor_, -1)) != 0) return cannot("close the archive", path_);
  return written_;
}

Status TarWriter::begin_member(std::string_view name, std::int64_t bytes) {
  if (name.empty() || name.size() > kMaxName || bytes < 0 || bytes > kMaxBytes) {
    return Error{ErrorKind::kData, "a tar file cannot hold this member of " + std::to_string(bytes) + " bytes",
                 path_.string() + ": " + quoted(name), "names have at most 100 bytes, members less than 8 GiB"};
  }
  const Header header = header_of(name, bytes);
  return append({header.data(), header.size()});
}

Status TarWriter::end_member(std::int64_t bytes) { return append_zeros((kBlock - bytes % kBlock) % kBlock); }

Status TarWriter::append(std::string_view bytes) {
  while (!bytes.empty()) {
    if (filled_ == buffer_.size()) SURGSIGMA_CHECK(flush());
    const std::size_t count = std::min(bytes.size(), buffer_.size() - filled_);
    std::memcpy(buffer_.data() + filled_, bytes.data(), count);
    filled_ += count;
    bytes.remove_prefix(count);
  }
  return done();
}

Status TarWriter::append_zeros(std::int64_t count) {
  constexpr std::array<char, kBlock> kZeros{};
  for (; count > 0; count -= kBlock) {
    SURGSIGMA_CHECK(append({kZeros.data(), static_cast<std::size_t>(std::min(count, kBlock))}));
  }
  return done();
}

/// Reads straight into the buffer: each byte is copied once on its way.
Status TarWriter::append_open_file(int source, const fs::path& file, std::int64_t bytes) {
  const auto changed = [&] {
    return Error{ErrorKind::kIo, "the file changed while it was read", file.string(), "leave the folder media alone"};
  };
  std::int64_t left = bytes;
  while (left > 0) {
    if (filled_ == buffer_.size()) SURGSIGMA_CHECK(flush());
    const std::size_t room = std::min(buffer_.size() - filled_, static_cast<std::size_t>(left));
    const ssize_t count = ::read(source, buffer_.data() + filled_, room);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return cannot("read the file", file);
    if (count == 0) return changed();
    filled_ += static_cast<std::size_t>(count);
    left -= count;
  }
  char more = 0;
  return ::read(source, &more, 1) == 0 ? done() : Status(changed());
}

Status TarWriter::flush() {
  std::size_t at = 0;
  while (at < filled_) {
    const ssize_t count = ::write(descriptor_, buffer_.data() + at, filled_ - at);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return cannot("write the archive", path_);
    at += static_cast<std::size_t>(count);
  }
  written_ += static_cast<std::int64_t>(filled_);
  filled_ = 0;
  return done();
}

Result<std::vector<TarMember>> tar_members(std::string_view archive, std::string_view name) {
  const auto broken = [&](std::string what, std::size_t at) {
    return Error{ErrorKind::kData, std::move(what), std::string(name) + " at byte " + std::to_string(at), ""};
  };
  std::vector<TarMember> members;
  std::size_t at = 0;
  while (at + TarWriter::kBlock <= archive.size()) {
    const std::string_view header = archive.substr(at, TarWriter::kBlock);
    if (is_all_zero(header)) return members;
    const auto sum = octal(header.substr(kSumAt, kSumBytes));
    if (!sum || *sum != checksum(header)) return broken("a header of the archive is broken", at);
    const auto bytes = octal(header.substr(kSizeAt, 12));
    at += TarWriter::kBlock;
    if (!bytes || static_cast<std::uint64_t>(*bytes) > archive.size() - at) {
      return broken("a member reaches beyond the end of the archive", at);
    }
    const std::string_view field = header.substr(kNameAt, TarWriter::kMaxName);
    members.push_back({std::string(field.substr(0, field.find('\0'))), static_cast<std::int64_t>(at), *bytes});
    at += static_cast<std::size_t>(TarWriter::member_bytes(*bytes) - TarWriter::kBlock);
  }
  return broken("the archive ends without its end mark", archive.size());
}

}  // namespace surgsigma
