// Every format that `surgsigma export` knows: of conversations, of pairs, of boxes and masks, of clips.
#pragma once

#include <string>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/export/export.h"

namespace surgsigma {

std::vector<ExportFormatRow> all_export_formats();
/// kUsage unless there is such a format; names the nearest.
Status check_format(const std::string& name);

}  // namespace surgsigma
