// The two files of a pair: found below the database's folder, or the rule that keeps the pair out.
#pragma once

#include <string>
#include <string_view>

#include "surgsigma/export/pairs/pair_formats.h"

namespace surgsigma {

/// Why a pair stays out, and the file that is at fault.
struct PairRefusal {
  std::string_view rule;  ///< empty: it goes in
  std::string file;
};

/// Fills parameters, places and sizes of a sample whose row is set.
PairRefusal find_files_of(const fs::path& database, PairSample& sample);

}  // namespace surgsigma
