#include "surgsigma/export/readback.h"

#include <simdjson.h>

#include <algorithm>
#include <cstring>

#include "surgsigma/base/hash.h"
#include "surgsigma/base/threads.h"

namespace surgsigma {
namespace {

constexpr std::size_t kBlockBytes = 16 << 20;

/// Whole lines of one file.
struct Block {
  std::size_t file = 0;
  std::string_view lines;
  bool is_padded = false;  ///< enough readable bytes follow for the parser
  std::int64_t rows = 0;
  std::string problem;
};

std::vector<Block> blocks_of(std::size_t file, std::string_view bytes) {
  std::vector<Block> blocks;
  for (std::size_t begin = 0; begin < bytes.size();) {
    std::size_t end = bytes.size();
    if (bytes.size() - begin > kBlockBytes) {
      end = bytes.find('\n', begin + kBlockBytes);
      end = end == std::string_view::npos ? bytes.size() : end + 1;
    }
    blocks.push_back({file, bytes.substr(begin, end - begin), bytes.size() - end >= simdjson::SIMDJSON_PADDING, 0, ""});
    begin = end;
  }
  return blocks;
}

void check_block(Block& block, const FormatRow& format) {
  simdjson::dom::parser parser;
  std::string padded;
  for (std::size_t at = 0; at < block.lines.size() && block.problem.empty();) {
    std::size_t end = block.lines.find('\n', at);
    const bool is_cut = end == std::string_view::npos;
    if (is_cut) end = block.lines.size();
    const std::string_view line = block.lines.substr(at, end - at);
    const char* text = line.data();
    if (!block.is_padded && block.lines.size() - end < simdjson::SIMDJSON_PADDING) {
      padded.assign(line);
      padded.append(simdjson::SIMDJSON_PADDING, '\0');
      text = padded.data();
    }
    simdjson::dom::element row;
    if (const auto code = parser.parse(text, line.size(), false).get(row))
      block.problem = simdjson::error_message(code);
    else if (is_cut)
      block.problem = "the last line has no end";
    else
      block.problem = format.check_line(row);
    ++block.rows;
    at = end + 1;
  }
}

}  // namespace

Result<std::vector<ReadBack>> read_files_back(const std::vector<fs::path>& files, const FormatRow& format, int jobs) {
  std::vector<MappedFile> mapped;
  std::vector<Block> blocks;
  for (std::size_t i = 0; i < files.size() && format.convert == nullptr; ++i) {
    SURGSIGMA_TRY(file, MappedFile::open(files[i]));
    mapped.push_back(std::move(file));
    const auto own = blocks_of(i, mapped.back().bytes());
    blocks.insert(blocks.end(), own.begin(), own.end());
  }
  // Hashing cannot be divided within a file, so it comes first and the blocks fill the other threads.
  std::vector<Result<std::string>> hashes(files.size(), std::string());
  parallel_for(files.size() + blocks.size(), jobs, [&](std::size_t i) {
    if (i < files.size())
      hashes[i] = file_sha256(files[i]);
    else
      check_block(blocks[i - files.size()], format);
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
