// Lines of text on their way to a file, a megabyte at a time.
#pragma once

#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>

#include "surgsigma/base/files.h"
#include "surgsigma/base/result.h"

namespace surgsigma {

/// Lines on their way to a file; the file is made by the first.
class SpillLines {
 public:
  explicit SpillLines(fs::path path) : path_(std::move(path)) {}
  /// Appends the line and a line end.
  Status add(std::string_view line);
  Status flush();
  std::int64_t rows() const { return rows_; }
  std::int64_t bytes() const { return bytes_; }
  const fs::path& path() const { return path_; }

 private:
  static constexpr std::size_t kFlushBytes = 1 << 20;
  fs::path path_;
  std::string buffer_;
  std::int64_t rows_ = 0;
  std::int64_t bytes_ = 0;
};

/// Calls take(line) for each line; kIo where the file holds another number than were added.
template <class Take>
Status each_line(const SpillLines& lines, Take take) {
  if (lines.rows() == 0) return done();
  std::ifstream stream(lines.path(), std::ios::binary);
  std::int64_t rows = 0;
  for (std::string line; std::getline(stream, line); ++rows) SURGSIGMA_CHECK(take(line));
  if (rows == lines.rows()) return done();
  return Error{ErrorKind::kIo, "cannot read back what was written", lines.path().string(), "is the disk sound?"};
}

}  // namespace surgsigma
