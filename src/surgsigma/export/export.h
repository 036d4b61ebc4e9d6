// Conversations to one folder per target format: rows as the target's own loader reads them, a manifest with hashes, a
// dataset card and a licence ledger. What was written is read back before the folder gets its name. docs/export.md says
// what stands in the folder, docs/new-export-format.md how a format is added.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/base/files.h"
#include "surgsigma/base/result.h"
#include "surgsigma/export/media_writing.h"
#include "surgsigma/schema/box_profile.h"
#include "surgsigma/schema/catalog.h"
#include "surgsigma/store/database.h"

namespace surgsigma {

enum class Purpose {
  kInternal,  ///< stays inside the institution that holds the data
  kResearch,
  kCommercial,
};
enum class ReasoningMode {
  kNone,      ///< direct answers only
  kOnly,      ///< only conversations that have reasoning, with it
  kSeparate,  ///< two sets: direct (every conversation) and reasoning (those that have it)
};

struct ExportOptions {
  std::string format;                ///< a row of export_formats()
  fs::path out;                      ///< must be missing or empty
  std::vector<std::string> tasks;    ///< empty: all
  std::vector<std::string> sources;  ///< empty: all
  std::vector<std::string> forms;    ///< empty: all
  std::vector<std::string> parts;    ///< train, val, test; empty: all three
  std::string split = "strict";      ///< scheme
  std::string profile = "pixel";     ///< a row of box_profiles()
  ResizeLimits limits;               ///< of the profile qwen25
  ReasoningMode reasoning = ReasoningMode::kNone;
  bool has_level_headings = true;      ///< "Level 1: ..."
  bool has_answer_tags = true;         ///< <answer>...</answer> after the thought
  std::string think_separator = "\n";  ///< between </think> and what follows
  Purpose purpose = Purpose::kResearch;
  bool allows_mixed = false;        ///< simulated and real sources in one export
  fs::path media_root;              ///< holds <source>/<path>; empty: the folders given to `ingest`
  bool has_absolute_media = false;  ///< write absolute paths instead of media/<source>/<path>
  bool requires_media = false;      ///< refuse when any picture or clip is missing or cannot be written
  MediaWriting media;               ///< whether pictures and clips are written below the export, and how
  std::int64_t cap = 0;             ///< most rows per task and part, drawn by hash; 0: no cap
  bool is_balanced = false;         ///< with cap: the same number from every answer class as far as it goes
  std::uint64_t seed = 1;
  int jobs = 1;
  bool is_quiet = false;
  std::string tool_version;  ///< for the manifest
};

/// Rows that one rule took out.
struct DroppedRows {
  std::int64_t rows = 0;
  std::string example;  ///< a conversation id
  bool operator==(const DroppedRows&) const = default;
};

struct ExportReport {
  std::map<std::string, std::map<std::string, std::int64_t>> rows;  ///< part -> task -> rows written
  std::int64_t rows_total = 0;
  std::int64_t dropped_by_licence = 0;  ///< rows of sources whose terms forbid the purpose
  std::vector<std::string> forbidden_sources;
  std::int64_t outside_split = 0;              ///< rows whose case has no part, or another than asked for
  std::int64_t over_cap = 0;                   ///< rows that the cap left out
  std::map<std::string, DroppedRows> dropped;  ///< rule -> rows that cannot be written (docs/export.md lists the rules)
  std::int64_t missing_media = 0;              ///< distinct files
  std::vector<std::string> missing_examples;
  std::int64_t written_pictures = 0;  ///< distinct files, where media are written
  std::int64_t written_clips = 0;
  std::int64_t unwritten_media = 0;  ///< pictures and clips that cannot be written; their rows are in `dropped`
  std::vector<std::string> files;
  std::vector<std::string> remarks;  ///< what a person must know: simulated sources, private sources, missing media
};

/// Writes the export. Refuses (kUsage) unknown names with the nearest known one; refuses when nothing is left and says
/// what took the rows away; refuses a purpose that no source allows, and simulated rows among real ones unless they are
/// allowed. With media.is_wanted every picture and clip that a written row shows lies below the export; a row whose
/// picture or clip cannot be had stays out. Same database and options: same bytes, whatever `jobs`. Until it is done
/// the folder is called
/// `<out>.writing`; after a failure nothing is left.
Result<ExportReport> export_conversations(const Database& database, const Catalog& catalog,
                                          const ExportOptions& options);

struct ExportFormatRow {
  std::string_view name;
  std::string_view description;
};
std::vector<ExportFormatRow> export_formats();

/// May rows of a source with these terms be used for the purpose; if not, the term that forbids it.
std::string forbidding_term(const std::vector<std::string>& terms, Purpose purpose);

}  // namespace surgsigma
