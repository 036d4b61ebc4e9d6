// A SurgSigma-DB folder: opened for reading by anyone, for writing by one process at a time.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/store/engine.h"
#include "surgsigma/store/manifest.h"

namespace surgsigma {

enum class Access { kRead, kWrite };

class Database {
 public:
  /// Makes an empty database in `folder` (made if missing; must hold no other files). kUsage when there is one already.
  static Status create(const fs::path& folder, std::uint64_t seed, std::string_view tool_version);
  /// kNotFound when `folder` holds none, kVersion for a newer format, kBusy when another process is writing. A writer
  /// holds a lock that ends with the process, however it ends.
  static Result<Database> open(const fs::path& folder, Access access);
  /// The nearest database at or above `start`.
  static Result<fs::path> find(const fs::path& start);

  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();

  const fs::path& folder() const { return folder_; }
  const Manifest& manifest() const { return manifest_; }
  /// Replaces the manifest, first in the file, then here. Needs Access::kWrite.
  Status commit(Manifest manifest);

  /// Absolute paths of the partitions of `table`, in manifest order; of one source or unit where given.
  std::vector<fs::path> files(std::string_view table, std::string_view source = {}, std::string_view unit = {}) const;
  /// An engine with every table as a view (empty tables too); `threads` 0: all cores.
  Result<std::shared_ptr<Engine>> engine_with_views(int threads = 0) const;
  /// Deletes files under tables/ that the manifest does not name, left by a build that was stopped. Needs kWrite.
  Status remove_orphans() const;
  /// XXH3 over the names and contents of the manifest's partition files: equal for equal databases.
  Result<std::string> tree_hash() const;

  /// Hashes of files outside, remembered by path, size and time (cache.json; may be deleted at any time).
  std::map<std::string, KnownFile>& known_files() { return known_files_; }
  Status save_known_files() const;

 private:
  Database() = default;
  fs::path folder_;
  Manifest manifest_;
  std::map<std::string, KnownFile> known_files_;
  int lock_ = -1;
};

/// "tables/annotations/cholec80-b003-0123456789abcdef.parquet"
std::string partition_file(std::string_view table, std::string_view source, std::string_view unit,
                           std::string_view key);

}  // namespace surgsigma
