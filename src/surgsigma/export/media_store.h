// The folder `media` of an export: files are called by the hash of their content, so that no name tells anything and
// equal content lies there once.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "surgsigma/base/files.h"
#include "surgsigma/base/result.h"

namespace surgsigma {

/// "media/3f/3f0a...c1.jpg", below the export.
std::string medium_name(std::uint64_t content, std::string_view ending);

/// All calls are safe from several threads.
class MediaStore {
 public:
  /// `folder` is that of the export, `work` a folder on the same file system that is removed later.
  MediaStore(fs::path folder, fs::path work) : folder_(std::move(folder)), work_(std::move(work)) {}

  /// Keeps bytes; returns the hash that names them.
  Result<std::uint64_t> keep(std::string_view bytes, std::string_view ending);
  /// The same for a file that holds these bytes already: as a hard link to it where the file system can.
  Result<std::uint64_t> keep_link(std::string_view bytes, std::string_view ending, const fs::path& file);
  /// Moves a file of the work folder in; `bytes` gets its size.
  Result<std::uint64_t> keep_file(const fs::path& file, std::string_view ending, std::int64_t& bytes);
  Status remove(std::uint64_t content, std::string_view ending);

  /// A name in the work folder that no one else gets.
  fs::path unfinished(std::string_view ending);
  /// The file of a name of medium_name().
  fs::path file(std::string_view name) const { return folder_ / name; }

 private:
  /// Moves a finished file to its name; one that is there already must be as long.
  Status put(const fs::path& finished, const fs::path& place, std::uintmax_t bytes);
  Result<fs::path> place_of(std::uint64_t content, std::string_view ending) const;

  fs::path folder_;
  fs::path work_;
  std::atomic<std::uint64_t> next_ = 0;
};

}  // namespace surgsigma
