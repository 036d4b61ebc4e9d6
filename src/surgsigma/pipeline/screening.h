// What was found in recordings of private sources, and what persons say of it: more to hide, a region that need not be
// hidden, a recording that may leave. Decisions stand in the manifest; those that change what is hidden make the stage
// `screen` stale, so that the next build applies them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/pipeline/report.h"
#include "surgsigma/schema/tables.h"
#include "surgsigma/store/database.h"

namespace surgsigma {

/// A screened recording with its regions and who approved its present state.
struct ScreenedRecording {
  ScreeningRow row;
  std::vector<RegionRow> regions;
  std::string approved_by;  ///< empty: nobody, or an earlier state only
  std::string approved_at;
};
/// By id. Recordings of private sources without pixels are not among them: nothing of them can be seen or leave.
Result<std::vector<ScreenedRecording>> screened_recordings(const Database& database);

/// One line per recording, and one per region.
Report screening_report(const std::vector<ScreenedRecording>& recordings);
Report region_report(const std::vector<ScreenedRecording>& recordings);

/// Something to hide that no finder found.
struct HideRequest {
  std::string video;
  std::int64_t begin_us = 0;
  std::int64_t end_us = 0;  ///< exclusive
  std::vector<double> box;  ///< x1, y1, x2, y2 in pixels of the recording; empty: the whole picture
};
/// Needs write access. kUsage: an unknown recording or region (the nearest is named), a stretch or box without extent
/// or outside the recording, nobody's name.
Status hide_region(Database& database, const HideRequest& request, const std::string& by);
Status clear_region(Database& database, const std::string& region, const std::string& by);
/// Approves the present state of the named recordings, or of all with "all". Gives how many.
Result<std::int64_t> approve_recordings(Database& database, const std::vector<std::string>& videos,
                                        const std::string& by);

/// Writes screening.html and screening.csv to a new or empty folder: every region with a picture before (its place
/// outlined) and after, and pictures over the whole recording as they would be written. The page holds what is to be
/// hidden: it is for the eyes of those who may see the recordings, and says so. A picture that cannot be read is told
/// in its place.
Status write_screening_sheet(const Database& database, const std::vector<ScreenedRecording>& recordings,
                             const std::string& folder);

}  // namespace surgsigma
