// Invented operations written as label folders in the sources' own layouts, so that everything that reads a source can
// be tried, tested and measured without a licence. A folder made here says so: SIMULATED.txt lies at its root, and
// ingest marks what it reads from such a folder as simulated.
//
// What is written is a pure function of the options and of the source card in the catalog (class ids, words, valid
// triplets come from there): the same call gives the same bytes whatever the thread count. Two layouts that describe
// the same case (by the card's case key) describe the same invented operation, as the real sources do.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/base/files.h"
#include "surgsigma/base/progress.h"
#include "surgsigma/base/result.h"
#include "surgsigma/schema/catalog.h"

namespace surgsigma {

struct SimulateOptions {
  std::string layout;  ///< a row of layouts()
  fs::path out;        ///< becomes the root of the folder; must be missing or empty
  int videos = 4;
  std::uint64_t seed = 1;
  double scale = 1.0;  ///< length of phases against real ones, in (0, 10]
  std::string dirt;    ///< "" none, "all" what the layout can carry, or names from dirts() separated by commas
  int jobs = 1;
  bool has_pixels = false;  ///< also the videos or pictures, and masks where the layout has them
  int first_video = 1;  ///< place of the first video in the layout's order of videos; mostly its number
};

/// One planted defect, as it stands in dirt.json.
struct Defect {
  std::string defect;         ///< name in dirts()
  std::string file;           ///< relative to the root
  std::int64_t line = 0;      ///< 1-based; 0 when it concerns the whole file
  std::string value;          ///< what stands there now
  std::string expected_rule;  ///< rule of the issue that must follow; "" when it must do no harm
  std::int64_t rows = 0;      ///< input rows that cannot become records, or that are missing
  bool operator==(const Defect&) const = default;
};

struct SimulateReport {
  int videos = 0;
  std::int64_t files = 0;
  std::int64_t bytes = 0;
  std::int64_t seconds = 0;                  ///< labelled seconds over all videos
  std::map<std::string, std::int64_t> rows;  ///< by role: what its reader counts, before defects were planted
  std::vector<Defect> defects;
  std::vector<std::string> not_planted;  ///< defects of "all" that this layout or number of videos cannot carry
};

/// Writes the folder. Fails with kUsage on an unknown layout or defect (with the nearest name), an option out of range,
/// or a folder that is not empty; with kNotFound when the catalog lacks the layout's source card or a word the invented
/// operation needs. `progress` may be null; it advances once per video.
Result<SimulateReport> simulate(const Catalog& catalog, const SimulateOptions& options, Progress* progress = nullptr);

struct MixtureOptions {
  fs::path out;                ///< sources go to out/<layout>
  std::string scale = "demo";  ///< a row of mixtures()
  std::uint64_t seed = 1;
  int jobs = 1;
};

/// Writes several sources at once: "demo" in a second or two, one of them dirty; "demo-pixels" with pictures, videos and
/// masks, small but with an example of every task; "paper" with as many labelled seconds as a database of about six
/// million conversations takes.
Result<SimulateReport> simulate_mixture(const Catalog& catalog, const MixtureOptions& options,
                                        Progress* progress = nullptr);

struct LayoutRow {
  std::string_view name;  ///< also the id of the source card
  std::string_view description;
};
const std::vector<LayoutRow>& layouts();

struct DirtRow {
  std::string_view name;
  std::string_view description;
};
const std::vector<DirtRow>& dirts();

/// One source of a mixture.
struct MixtureRow {
  std::string_view mixture;  ///< "demo", "demo-pixels" or "paper"
  std::string_view layout;
  int videos = 0;
  double scale = 1.0;
  std::string_view dirt;
  bool has_pixels = false;
};
const std::vector<MixtureRow>& mixtures();

/// Name of the file at the root of every folder made here.
inline constexpr std::string_view kSimulatedMark = "SIMULATED.txt";
/// Name of the list of planted defects at the root; only written when there are any.
inline constexpr std::string_view kDirtManifest = "dirt.json";

}  // namespace surgsigma
