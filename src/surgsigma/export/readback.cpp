#include "surgsigma/export/readback.h"

#include <fcntl.h>
#include <simdjson.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "surgsigma/base/hash.h"
#include "surgsigma/base/threads.h"

namespace surgsigma {
namespace {

constexpr std::size_t kBlockBytes = 8 << 20;

/// The lines that begin in a stretch of one file. Blocks are read, not mapped: memory stays at one block per thread.
struct Block {
  std::size_t file = 0;
  std::int64_t begin = 0;
  std::int64_t end = 0;  ///< of the stretch; its last line reaches beyond it
  std::int64_t rows = 0;
  std::string problem;
};

void append_blocks(std::size_t file, std::int64_t bytes, std::vector<Block>& blocks) {
  constexpr auto kStep = static_cast<std::int64_t>(kBlockBytes);
  for (std::int64_t at = 0; at < bytes; at += kStep) blocks.push_back({file, at, std::min(at + kStep, bytes), 0, ""});
}

/// Appends up to `count` bytes from `at`; how many there were, or -1.
std::int64_t append_bytes(int file, std::int64_t at, std::size_t count, std::string& text) {
  const std::size_t before = text.size();
  text.resize(before + count);
  std::size_t got = 0;
  while (got < count) {
    const ssize_t more = ::pread(file, text.data() + before + got, count - got, at + static_cast<off_t>(got));
    if (more < 0 && errno == EINTR) continue;
    if (more < 0) return -1;
    if (more == 0) break;
    got += static_cast<std::size_t>(more);
  }
  text.resize(before + got);
  return static_cast<std::int64_t>(got);
}

/// The lines that begin in the block, padded for the parser; a line belongs to the block in which its first byte is.
bool read_block(int file, const Block& block, std::string& text) {
  constexpr std::size_t kMore = 64 << 10;
  text.clear();
  const std::int64_t from = block.begin > 0 ? block.begin - 1 : 0;  // the byte before tells whether a line begins here
  if (append_bytes(file, from, static_cast<std::size_t>(block.end - from), text) != block.end - from) return false;
  if (block.begin > 0) {
    const std::size_t line_end = text.find('\n');
    text.erase(0, line_end == std::string::npos ? text.size() : line_end + 1);
  }
  for (std::int64_t at = block.end; !text.empty() && text.back() != '\n';) {
    const std::size_t before = text.size();
    const std::int64_t got = append_bytes(file, at, kMore, text);
    if (got < 0) return false;
    if (got == 0) break;  // the file ends within the line
    at += got;
    const std::size_t line_end = text.find('\n', before);
    if (line_end != std::string::npos) text.resize(line_end + 1);
  }
  return true;
}

void check_block(int file, Block& block, const FormatRow& format) {
  thread_local simdjson::dom::parser parser;
  thread_local std::string text;
  if (!read_block(file, block, text)) {
    block.problem = std::string("cannot read back: ") + std::generic_category().message(errno);
    return;
  }
  const std::size_t length = text.size();
  text.append(simdjson::SIMDJSON_PADDING, '\0');
  for (std::size_t at = 0; at < length && block.problem.empty();) {
    std::size_t end = text.find('\n', at);
    const bool is_cut = end >= length;
    if (is_cut) end = length;
    simdjson::dom::element row;
    if (const auto code = parser.parse(text.data() + at, end - at, false).get(row))
      block.problem = simdjson::error_message(code);
    else if (is_cut)
      block.problem = "the last line has no end";
    else
      block.problem = format.check_line(row);
    ++block.rows;
    at = end + 1;
  }
}

/// An open file.
class OpenFile {
 public:
  explicit OpenFile(const fs::path& path) : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  OpenFile(OpenFile&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  OpenFile& operator=(OpenFile&&) = delete;
  ~OpenFile() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }

 private:
  int number_;
};

}  // namespace

Result<std::vector<ReadBack>> read_files_back(const std::vector<fs::path>& files, const FormatRow& format, int jobs) {
  std::vector<OpenFile> opened;
  std::vector<Block> blocks;
  for (std::size_t i = 0; i < files.size() && format.convert == nullptr; ++i) {
    opened.emplace_back(files[i]);
    std::error_code code;
    const std::uintmax_t bytes = fs::file_size(files[i], code);
    if (opened.back().number() < 0 || code) {
      return Error{ErrorKind::kIo, "cannot read back what was written", files[i].string(), "is the disk sound?"};
    }
    append_blocks(i, static_cast<std::int64_t>(bytes), blocks);
  }
  // Hashing cannot be divided within a file, so it comes first and the blocks fill the other threads.
  std::vector<Result<std::string>> hashes(files.size(), std::string());
  parallel_for(files.size() + blocks.size(), jobs, [&](std::size_t i) {
    if (i < files.size())
      hashes[i] = file_sha256(files[i]);
    else
      check_block(opened[blocks[i - files.size()].file].number(), blocks[i - files.size()], format);
  });
  std::vector<ReadBack> read(files.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (!hashes[i].ok()) return hashes[i].error();
    read[i].sha256 = *hashes[i];
  }
  for (const Block& block : blocks) {
    std::int64_t& rows = read[block.file].rows;
    rows += block.rows;
    if (block.problem.empty()) continue;
    return Error{ErrorKind::kInternal, "a row reads back wrong: " + block.problem,
                 files[block.file].filename().string() + ":" + std::to_string(rows),
                 "please report this with the command you gave"};
  }
  return read;
}

}  // namespace surgsigma
