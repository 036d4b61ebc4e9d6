// Rows on their way into files whose order is (file, task, partition): each partition of the database writes its rows
// to one spill file in whatever order they come, and notes where; the files are put together at the end. So any number
// of partitions can be rendered at once and the bytes are always the same.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "surgsigma/base/files.h"
#include "surgsigma/base/result.h"

namespace surgsigma {

/// A run of whole lines of one file and task.
struct Extent {
  std::size_t file = 0;
  std::size_t task = 0;
  std::shared_ptr<const std::string> lines;  ///< where it is in memory; else it is in the spill file, at `offset`
  std::int64_t offset = 0;
  std::int64_t bytes = 0;
  std::int64_t rows = 0;
};

/// What one partition wrote.
struct Spilled {
  fs::path path;  ///< made only when some run did not find room in memory
  std::vector<Extent> extents;
};

/// Bytes that the runs of all partitions may take in memory together.
using MemoryRoom = std::atomic<std::int64_t>;

class Spill {
 public:
  Spill(fs::path path, std::size_t files, std::size_t tasks, MemoryRoom& room);
  ~Spill();
  Spill(const Spill&) = delete;
  Spill& operator=(const Spill&) = delete;

  /// The lines of a file and task so far; append one line with its line end, then call added().
  std::string& lines(std::size_t file, std::size_t task) { return buffers_[file * tasks_ + task].lines; }
  Status added(std::size_t file, std::size_t task);
  Result<Spilled> finish();

 private:
  struct Buffer {
    std::string lines;
    std::int64_t rows = 0;
  };
  static constexpr std::size_t kFlushBytes = 256 << 10;
  Status flush(std::size_t file, std::size_t task);
  bool takes_room(std::int64_t bytes);
  Status append_to_file(const std::string& lines);

  std::size_t tasks_;
  MemoryRoom& room_;
  std::vector<Buffer> buffers_;
  Spilled spilled_;
  int descriptor_ = -1;
  std::int64_t offset_ = 0;
};

/// A run of lines in a spill file.
struct Source {
  const fs::path* path = nullptr;
  Extent extent;
};
/// The runs of one file in the order of the export: by task, then by partition.
std::vector<Source> sources_of(const std::vector<Spilled>& partitions, std::size_t file, std::size_t tasks);
/// Cuts the runs of a file into pieces of at most `max_bytes` (0: one piece); a run is never cut, a piece never empty.
std::vector<std::vector<Source>> pieces_of(const std::vector<Source>& sources, std::int64_t max_bytes);
/// Writes the runs one after another to a new file.
Status join_lines(const std::vector<Source>& sources, const fs::path& path);

}  // namespace surgsigma
