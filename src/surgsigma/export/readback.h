// Files of JSON lines read back after they were written.
#pragma once

#include <cstdint>
#include <vector>

#include "surgsigma/base/files.h"
#include "surgsigma/base/result.h"
#include "surgsigma/export/format.h"

namespace surgsigma {

/// Parses every line of the files and hands it to the format's check, on up to `jobs` threads; gives the rows of each
/// file. kInternal, naming file and line, for the first line that is wrong.
Result<std::vector<std::int64_t>> read_lines_back(const std::vector<fs::path>& files, const FormatRow& format,
                                                  int jobs);

}  // namespace surgsigma
