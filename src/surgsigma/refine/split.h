// Who is whom, and which fold: cases and overlap groups over all sources, and every split scheme. There is no function
// here that takes a frame: folds attach to overlap groups of cases.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/schema/catalog.h"
#include "surgsigma/schema/tables.h"

namespace surgsigma {

/// A video with a fingerprint of all its labels (times and words); equal ones within a source are suspected copies.
struct LabelledVideo {
  VideoRow video;
  std::uint64_t label_hash = 0;
  std::int64_t records = 0;
  std::string file = {};         ///< below the source's folder; empty without pixels
  std::int64_t length_us = 0;    ///< of the file; 0 without
};

struct SplitTables {
  std::vector<CaseRow> cases;    ///< by case_id
  std::vector<SplitRow> splits;  ///< by (scheme, case_id)
  std::vector<IssueRow> issues;  ///< duplicate videos, one key in two parts, official lists that contradict each other
};

/// Schemes: `strict` (default: the catalog's fixed assignment; else test in any honoured official split is test; else a
/// draw of 70/10/20 per overlap group), every scheme of catalog/splits, and `official:<source>` /
/// `official:<source>:<name>` for each official split of the sources present.
/// Cases of videos in `matches` come into one overlap group. Each match is an issue that says what shows what, in minutes
/// and seconds of both files: a warning where the catalog did not know of it, else an info.
Result<SplitTables> make_splits(const Catalog& catalog, const std::vector<LabelledVideo>& videos, std::uint64_t seed,
                                const std::vector<MatchRow>& matches = {});

}  // namespace surgsigma
