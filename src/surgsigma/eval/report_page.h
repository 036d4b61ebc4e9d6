// The scores as one HTML file without network: a table with intervals and baselines, every metric of each test, the
// fates of the answers, parts by source, published scores beside ours, and errors to look at with their pictures.
#pragma once

#include <string>
#include <vector>

#include "surgsigma/eval/suite_score.h"

namespace surgsigma {

/// An answer worth looking at.
struct PageItem {
  std::string test;
  std::string id;
  std::string source;
  std::string question;
  std::string gold;
  std::string text;
  std::string fate;
  double credit = 0;
  std::string picture;  ///< data URI; empty: none at hand
};

/// The answers of a test with the least credit, by hash where they are equal: at most 24, pictures of at most 400 kB.
void take_page_items(const std::vector<Judged>& judged, const std::string& test, const fs::path& folder,
                     std::vector<PageItem>& items);

std::string report_page(const SuiteScore& score, const std::vector<PageItem>& items);

}  // namespace surgsigma
