// Data files read back after they were written.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "surgsigma/base/files.h"
#include "surgsigma/base/result.h"
#include "surgsigma/export/format.h"

namespace surgsigma {

struct ReadBack {
  std::string sha256;
  std::int64_t rows = 0;  ///< lines; 0 for a file that is not made of lines
};

/// Hashes the files and, where they are made of lines, parses every line and hands it to the format's check; on up to
/// `jobs` threads. kInternal, naming file and line, for the first line that is wrong.
Result<std::vector<ReadBack>> read_files_back(const std::vector<fs::path>& files, const FormatRow& format, int jobs);

}  // namespace surgsigma
