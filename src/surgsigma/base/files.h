// Reading and writing files so that nothing half-written is ever seen and nothing outside a root is ever touched.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/base/result.h"

namespace surgsigma {

namespace fs = std::filesystem;

/// The bytes of a file. Fails with kIo (missing, unreadable, a folder) or kData (more than `limit` bytes).
Result<std::string> read_file(const fs::path& path, std::uint64_t limit = 4ULL << 30);
/// Writes to a temporary name in the same folder, syncs, renames. Makes missing parent folders.
Status write_file(const fs::path& path, std::string_view bytes);

/// One regular file below a folder.
struct FoundFile {
  std::string path;  ///< Relative to the folder, '/' between parts.
  std::uint64_t bytes = 0;
  std::int64_t modified_ns = 0;
  bool operator==(const FoundFile&) const = default;
};
/// All regular files below `root` in byte order of their paths. Links to folders are followed once; a link that
/// leads back to a folder already seen is skipped, so loops end. Unreadable folders are listed in `unreadable`.
struct FileTree {
  std::vector<FoundFile> files;
  std::vector<std::string> unreadable;
  std::vector<std::string> loops;
};
Result<FileTree> list_tree(const fs::path& root, std::size_t max_files = 5'000'000);

/// True for a relative path that stays below its root: no "..", no leading '/', no drive letter, no NUL, no backslash.
bool is_safe_relative(std::string_view path);

/// A folder that removes itself; for tests and temporary output.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// A file mapped into memory, read-only. Empty files give an empty view.
class MappedFile {
 public:
  static Result<MappedFile> open(const fs::path& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();
  std::string_view bytes() const { return {static_cast<const char*>(data_), size_}; }

 private:
  MappedFile() = default;
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace surgsigma
