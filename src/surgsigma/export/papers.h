// What an export of pixels says of itself: manifest.json, README.md as a dataset card, LICENCES.md and licences.json.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "surgsigma/base/json.h"
#include "surgsigma/export/case_list.h"
#include "surgsigma/export/export.h"
#include "surgsigma/export/format.h"
#include "surgsigma/export/licence.h"
#include "surgsigma/export/selection.h"

namespace surgsigma {

/// Counts what stays out by rule, with the first example.
class Drops {
 public:
  void add(std::string_view rule, const std::string& example, std::int64_t rows = 1);
  void add(const Drops& other);
  const std::map<std::string, DroppedRows>& by_rule() const { return rows_; }
  std::int64_t count(const std::string& rule) const;

 private:
  std::map<std::string, DroppedRows> rows_;
};

using RowCounts = std::map<std::string, std::map<std::string, std::map<std::string, std::int64_t>>>;

/// Everything that is known when the files stand.
struct Papers {
  const ExportOptions* options = nullptr;
  const Selection* selection = nullptr;
  std::string format;
  std::string title;                   ///< "SurgSigma objects"
  std::vector<std::string> hub_tasks;  ///< "object-detection", as the hub spells them
  std::string one;                     ///< what a row is: "image"
  std::string many;                    ///< "images"
  std::string body;                    ///< of the card: what it is, how to load it; Markdown
  bool lists_configs = false;          ///< the card tells the hub which files belong together
  Json parameters;                     ///< added to those that every export has
  Json more = Json::object();          ///< members of the manifest that only this format has
  std::vector<ExportedFile> files;
  RowCounts rows;  ///< part -> task -> source
  CaseList cases;
  Drops drops;
  std::int64_t over_cap = 0;
  bool has_simulated = false;
  bool has_real = false;
  std::vector<std::string> remarks;

  std::int64_t rows_total() const;
  /// The sources that gave rows, with their number.
  std::vector<SourceShare> sources() const;
};

/// Writes the four papers.
Status write_papers_of(const Papers& papers, const Database& database, const fs::path& folder);
ExportReport report_of(const Papers& papers);
/// kData: nothing could be written, and why.
Error nothing_written(const Papers& papers, std::string_view page);

/// Refuses (kUsage) what only conversations have: forms, reasoning, box profiles, balancing, and
/// wishes for written media but the rate of clips; `takes_media`: --media may be given.
Status refuse_words(const ExportOptions& options, bool takes_media);

/// Path, size and hash of a file below `folder`.
Result<ExportedFile> file_of_export(const fs::path& folder, const std::string& path, const std::string& config,
                                    const std::string& part, std::int64_t rows);

}  // namespace surgsigma
