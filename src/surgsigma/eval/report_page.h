// The scores as one HTML file without network: a table with intervals and what blind models reach, published scores
// beside ours, and for each test what became of the answers, classes, confusions, calibration, parts by source and by
// centre, every metric, and errors to look at with their pictures.
#pragma once

#include <string>
#include <vector>

#include "surgsigma/eval/report_items.h"
#include "surgsigma/eval/suite_score.h"

namespace surgsigma {

std::string report_page(const SuiteScore& score, const std::vector<PageItem>& items);

}  // namespace surgsigma
