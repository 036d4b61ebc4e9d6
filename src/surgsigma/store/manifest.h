// What a database holds at one moment: surgsigma.json. Replaced as a whole by rename, so a reader sees one build or the
// next, never half of one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/base/json.h"
#include "surgsigma/base/result.h"

namespace surgsigma {

inline constexpr int kFormatVersion = 1;

/// One Parquet file of one table.
struct Partition {
  std::string table;
  std::string stage;
  std::string source;
  std::string unit;
  std::string key;   ///< the unit's key, 16 hex digits
  std::string file;  ///< "tables/<table>/<source>-<unit>-<key>.parquet"
  std::int64_t rows = 0;
  std::int64_t bytes = 0;
  bool operator==(const Partition&) const = default;
};

/// A folder that was given to `ingest`.
struct Input {
  std::string source;
  std::string path;  ///< absolute
  std::string card;  ///< path of an in-house card, empty for one of the catalog
  int buckets = 1;
  bool is_simulated = false;
  bool operator==(const Input&) const = default;
};

/// A unit of work that was done with this key. Its partitions are those with its stage, source and unit.
struct DoneUnit {
  std::string stage;
  std::string source;
  std::string unit;
  std::string key;
  std::vector<std::pair<std::string, std::string>> parts;  ///< what the key was made of: name, hash; explains staleness
  bool operator==(const DoneUnit&) const = default;
};

/// A label file's hash, remembered with size and time so that an unchanged file is not read again.
struct KnownFile {
  std::string path;  ///< absolute
  std::uint64_t bytes = 0;
  std::int64_t modified_ns = 0;
  std::string hash;
  bool operator==(const KnownFile&) const = default;
};

/// What a person said of a recording of a private source (docs/privacy.md). Never taken back, only followed by others.
struct ScreeningDecision {
  std::string video;        ///< "<source>/<name>"
  std::string verdict;      ///< "hide" a stretch or place, "clear" a region that need not be hidden, "approve" the recording
  std::string region;       ///< of clear: its region_id
  std::int64_t begin_us = 0;  ///< of hide
  std::int64_t end_us = 0;
  std::vector<double> box;  ///< of hide: x1, y1, x2, y2, width and height of the picture; empty: the whole picture
  std::string state;        ///< of approve: the state_hash of the screening that was looked at
  std::string by;
  std::string at;           ///< UTC, ISO 8601
  bool operator==(const ScreeningDecision&) const = default;
};

struct Manifest {
  int format_version = kFormatVersion;
  std::string tool_version;
  std::uint64_t seed = 1;
  std::string name_key;  ///< 32 hex digits, drawn once: makes the names that private recordings get in exports
  std::vector<std::pair<std::string, std::string>> parameters;  ///< build parameters that differ from the defaults
  std::vector<Input> inputs;                                    ///< sorted by source
  std::vector<ScreeningDecision> screening;                     ///< in the order in which they were made
  std::vector<DoneUnit> units;                                  ///< sorted by (stage, source, unit)
  std::vector<Partition> partitions;                            ///< sorted by (table, source, unit)

  const DoneUnit* unit(std::string_view stage, std::string_view source, std::string_view unit) const;
  Input* input(std::string_view source);
  bool operator==(const Manifest&) const = default;
};

std::string manifest_text(const Manifest& manifest);
/// kVersion for a newer format, kData naming the member for anything malformed.
Result<Manifest> parse_manifest(std::string_view text, std::string_view where);

}  // namespace surgsigma
