#include "surgsigma/export/spill.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>

namespace surgsigma {
namespace {

Error io_error(const char* doing, const fs::path& path) {
  const int code = errno;
  return {ErrorKind::kIo, std::string(doing) + ": " + std::generic_category().message(code), path.string(),
          code == ENOSPC ? "the disk is full; make room and run again" : ""};
}

Status write_all(int descriptor, std::string_view bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return io_error("cannot write", path);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return done();
}

/// Owns a file descriptor.
struct Descriptor {
  int number = -1;
  explicit Descriptor(int opened) : number(opened) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
};

Status copy_by_reading(int from, off_t offset, std::size_t bytes, int to, const fs::path& path) {
  constexpr std::size_t kBlock = 1 << 20;
  std::string block(std::min(bytes, kBlock), '\0');
  while (bytes > 0) {
    const ssize_t got = ::pread(from, block.data(), std::min(bytes, block.size()), offset);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return io_error("cannot read back", path);
    SURGSIGMA_CHECK(write_all(to, std::string_view(block.data(), static_cast<std::size_t>(got)), path));
    offset += got;
    bytes -= static_cast<std::size_t>(got);
  }
  return done();
}

/// In the kernel where the file system can, by reading and writing otherwise.
Status copy_range(int from, off_t offset, std::size_t bytes, int to, const fs::path& path) {
  while (bytes > 0) {
    const ssize_t copied = ::copy_file_range(from, &offset, to, nullptr, bytes, 0);
    if (copied < 0 && errno == EINTR) continue;
    if (copied < 0 && errno == ENOSPC) return io_error("cannot write", path);
    if (copied <= 0) return copy_by_reading(from, offset, bytes, to, path);
    bytes -= static_cast<std::size_t>(copied);
  }
  return done();
}

}  // namespace

Spill::Spill(fs::path path, std::size_t files, std::size_t tasks, MemoryRoom& room)
    : tasks_(tasks), room_(room), buffers_(files * tasks) {
  spilled_.path = std::move(path);
}

Spill::~Spill() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Status Spill::added(std::size_t file, std::size_t task) {
  Buffer& buffer = buffers_[file * tasks_ + task];
  ++buffer.rows;
  return buffer.lines.size() >= kFlushBytes ? flush(file, task) : done();
}

bool Spill::takes_room(std::int64_t bytes) {
  if (room_.fetch_sub(bytes) >= bytes) return true;
  room_.fetch_add(bytes);
  return false;
}

Status Spill::append_to_file(const std::string& lines) {
  if (descriptor_ < 0) {
    descriptor_ = ::open(spilled_.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor_ < 0) return io_error("cannot make the file", spilled_.path);
  }
  SURGSIGMA_CHECK(write_all(descriptor_, lines, spilled_.path));
  offset_ += static_cast<std::int64_t>(lines.size());
  return done();
}

Status Spill::flush(std::size_t file, std::size_t task) {
  Buffer& buffer = buffers_[file * tasks_ + task];
  if (buffer.lines.empty()) return done();
  Extent extent{file, task, nullptr, offset_, static_cast<std::int64_t>(buffer.lines.size()), buffer.rows};
  if (takes_room(extent.bytes)) {
    const bool is_full = buffer.lines.size() >= kFlushBytes;  // another run is likely to follow
    extent.lines = std::make_shared<const std::string>(std::move(buffer.lines));
    buffer.lines = std::string();
    if (is_full) buffer.lines.reserve(kFlushBytes + kFlushBytes / 16);
  } else {
    SURGSIGMA_CHECK(append_to_file(buffer.lines));
  }
  spilled_.extents.push_back(std::move(extent));
  buffer.lines.clear();
  buffer.rows = 0;
  return done();
}

Result<Spilled> Spill::finish() {
  for (std::size_t i = 0; i < buffers_.size(); ++i) SURGSIGMA_CHECK(flush(i / tasks_, i % tasks_));
  return std::move(spilled_);
}

std::vector<Source> sources_of(const std::vector<Spilled>& partitions, std::size_t file, std::size_t tasks) {
  std::vector<Source> sources;
  for (std::size_t task = 0; task < tasks; ++task) {
    for (const Spilled& partition : partitions) {
      for (const Extent& extent : partition.extents) {
        if (extent.file == file && extent.task == task) sources.push_back({&partition.path, extent});
      }
    }
  }
  return sources;
}

std::vector<std::vector<Source>> pieces_of(const std::vector<Source>& sources, std::int64_t max_bytes) {
  std::vector<std::vector<Source>> pieces;
  std::int64_t bytes = 0;
  for (const Source& source : sources) {
    const bool is_full = max_bytes > 0 && bytes > 0 && bytes + source.extent.bytes > max_bytes;
    if (pieces.empty() || is_full) {
      pieces.emplace_back();
      bytes = 0;
    }
    pieces.back().push_back(source);
    bytes += source.extent.bytes;
  }
  return pieces;
}

Status join_lines(const std::vector<Source>& sources, const fs::path& path) {
  const Descriptor to(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (to.number < 0) return io_error("cannot make the file", path);
  const fs::path* opened = nullptr;
  std::unique_ptr<Descriptor> from;
  for (const auto& [spill, extent] : sources) {
    if (extent.lines) {
      SURGSIGMA_CHECK(write_all(to.number, *extent.lines, path));
      continue;
    }
    if (spill != opened) {
      from = std::make_unique<Descriptor>(::open(spill->c_str(), O_RDONLY | O_CLOEXEC));
      if (from->number < 0) return io_error("cannot read back", *spill);
      opened = spill;
    }
    SURGSIGMA_CHECK(copy_range(from->number, extent.offset, static_cast<std::size_t>(extent.bytes), to.number, path));
  }
  return done();
}

}  // namespace surgsigma
