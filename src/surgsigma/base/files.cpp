#include "surgsigma/base/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>
#include <set>
#include <system_error>
#include <utility>

namespace surgsigma {
namespace {

constexpr std::size_t kBlock = 1 << 20;

Error io_error(const char* doing, const fs::path& path, int code, std::string hint = "") {
  if (hint.empty() && code == ENOSPC) hint = "the disk is full; make room and run again";
  if (hint.empty() && code == EACCES) hint = "check the permissions";
  return {ErrorKind::kIo, std::string(doing) + ": " + std::generic_category().message(code), path.string(),
          std::move(hint)};
}

/// Owns a file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }
  int close() { return number_ < 0 ? 0 : ::close(std::exchange(number_, -1)); }

 private:
  int number_;
};

int write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) return errno;
    if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

/// 0, or the errno of the step that failed; on failure the file may stand half-written.
int write_and_sync(const fs::path& path, std::string_view bytes) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!file.is_open()) return errno;
  if (const int code = write_all(file.number(), bytes)) return code;
  if (::fsync(file.number()) != 0) return errno;
  return file.close() == 0 ? 0 : errno;
}

/// A name in the folder of `path` that no other writer of this machine uses.
fs::path temporary_beside(const fs::path& path) {
  static std::atomic<std::uint64_t> counter = 0;
  return path.parent_path() / (".tmp-" + std::to_string(::getpid()) + "-" + std::to_string(counter++));
}

using FolderId = std::pair<dev_t, ino_t>;

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

/// Walks folders one after another: real ones first, so that a folder which is reachable both ways is listed under
/// its own name and the link is the one passed over.
class TreeWalk {
 public:
  TreeWalk(const fs::path& root, std::size_t max_files) : root_(root), max_files_(max_files) {}

  Result<FileTree> run() {
    folders_.push_back("");
    while (!folders_.empty() || !links_.empty()) {
      const bool is_link = folders_.empty();
      auto& queue = is_link ? links_ : folders_;
      const std::string folder = std::move(queue.front());
      queue.pop_front();
      SURGSIGMA_CHECK(visit(folder));
    }
    const auto by_path = [](const FoundFile& a, const FoundFile& b) { return a.path < b.path; };
    if (!std::is_sorted(tree_.files.begin(), tree_.files.end(), by_path)) {  // folders often come in order
      std::sort(tree_.files.begin(), tree_.files.end(), by_path);
    }
    std::sort(tree_.unreadable.begin(), tree_.unreadable.end());
    std::sort(tree_.loops.begin(), tree_.loops.end());
    return std::move(tree_);
  }

 private:
  Status visit(const std::string& folder) {
    const fs::path path = folder.empty() ? root_ : root_ / folder;
    const std::unique_ptr<DIR, CloseFolder> handle(::opendir(path.c_str()));
    if (!handle) {
      if (folder.empty()) return io_error("cannot list the folder", root_, errno);
      tree_.unreadable.push_back(folder);
      return done();
    }
    struct stat info {};
    const int descriptor = ::dirfd(handle.get());
    if (::fstat(descriptor, &info) != 0) return io_error("cannot look at the folder", path, errno);
    if (!seen_.insert({info.st_dev, info.st_ino}).second) {
      tree_.loops.push_back(folder);
      return done();
    }
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = ::readdir(handle.get())) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
      errno = 0;
    }
    if (errno != 0) tree_.unreadable.push_back(folder);
    std::sort(names.begin(), names.end());  // the order of visits decides which of two links to one folder is followed
    for (const std::string& name : names) SURGSIGMA_CHECK(note(descriptor, folder, name));
    return done();
  }

  Status note(int descriptor, const std::string& folder, const std::string& name) {
    std::string path = folder.empty() ? name : folder + "/" + name;
    struct stat info {};
    if (::fstatat(descriptor, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
      tree_.unreadable.push_back(std::move(path));
      return done();
    }
    const bool is_link = S_ISLNK(info.st_mode);
    if (is_link && ::fstatat(descriptor, name.c_str(), &info, 0) != 0) {
      tree_.unreadable.push_back(std::move(path));  // a link to nothing or to itself
      return done();
    }
    if (S_ISDIR(info.st_mode)) {
      (is_link ? links_ : folders_).push_back(std::move(path));
      return done();
    }
    if (!S_ISREG(info.st_mode)) return done();
    if (tree_.files.size() == max_files_) {
      return Error{ErrorKind::kData, "more than " + std::to_string(max_files_) + " files below this folder",
                   root_.string(), "name the folder of one dataset"};
    }
    const std::int64_t modified = std::int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec;
    tree_.files.push_back({std::move(path), static_cast<std::uint64_t>(info.st_size), modified});
    return done();
  }

  fs::path root_;
  std::size_t max_files_;
  FileTree tree_;
  std::set<FolderId> seen_;
  std::deque<std::string> folders_;
  std::deque<std::string> links_;
};

Result<struct stat> look_at(int descriptor, const fs::path& path) {
  struct stat info {};
  if (::fstat(descriptor, &info) != 0) return io_error("cannot look at the file", path, errno);
  if (S_ISDIR(info.st_mode)) return Error{ErrorKind::kIo, "this is a folder, not a file", path.string(), ""};
  return info;
}

}  // namespace

Result<std::string> read_file(const fs::path& path, std::uint64_t limit) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return io_error("cannot open the file", path, errno);
  SURGSIGMA_TRY(info, look_at(file.number(), path));
  const Error too_large{ErrorKind::kData, "the file is larger than " + std::to_string(limit) + " bytes", path.string(),
                        ""};
  const auto expected = static_cast<std::uint64_t>(info.st_size);
  if (expected > limit) return too_large;
  try {
    std::string bytes(expected + 1, '\0');
    std::size_t length = 0;
    while (true) {  // pipes and files that are being written do not keep to the size they report
      if (length == bytes.size()) bytes.resize(length + kBlock);
      const ssize_t got = ::read(file.number(), bytes.data() + length, bytes.size() - length);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return io_error("cannot read the file", path, errno);
      if (got == 0) break;
      length += static_cast<std::size_t>(got);
      if (length > limit) return too_large;
      if (length == expected && S_ISREG(info.st_mode)) break;  // fewer bytes than room: the end
    }
    bytes.resize(length);
    return bytes;
  } catch (const std::bad_alloc&) {
    return Error{ErrorKind::kIo, "not enough memory to read " + std::to_string(expected) + " bytes", path.string(), ""};
  }
}

Status write_file(const fs::path& path, std::string_view bytes) {
  std::error_code code;
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), code);
  if (code) return io_error("cannot make the folder of the file", path, code.value());
  const fs::path temporary = temporary_beside(path);
  if (const int failed = write_and_sync(temporary, bytes)) {
    ::unlink(temporary.c_str());
    return io_error("cannot write the file", path, failed);
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const int failed = errno;
    ::unlink(temporary.c_str());
    return io_error("cannot put the file in its place", path, failed);
  }
  // The new name is on disk only when the folder is. Some file systems cannot sync folders; the file itself is safe.
  const Descriptor folder(::open(path.has_parent_path() ? path.parent_path().c_str() : ".", O_RDONLY | O_CLOEXEC));
  if (folder.is_open()) ::fsync(folder.number());
  return done();
}

Result<FileTree> list_tree(const fs::path& root, std::size_t max_files) {
  struct stat info {};
  if (::stat(root.c_str(), &info) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) {
      return Error{ErrorKind::kNotFound, "there is no such folder", root.string(), "check the path"};
    }
    return io_error("cannot look at the folder", root, errno);
  }
  if (!S_ISDIR(info.st_mode)) return Error{ErrorKind::kIo, "this is a file, not a folder", root.string(), ""};
  return TreeWalk(root, max_files).run();
}

bool is_safe_relative(std::string_view path) {
  if (path.empty() || path.front() == '/') return false;
  if (path.find('\0') != std::string_view::npos || path.find('\\') != std::string_view::npos) return false;
  const char drive = static_cast<char>(path[0] | 0x20);
  if (path.size() > 1 && path[1] == ':' && drive >= 'a' && drive <= 'z') return false;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    if (path.substr(begin, end - begin) == "..") return false;
    begin = end + 1;
  }
  return true;
}

TemporaryFolder::TemporaryFolder() {
  std::error_code code;
  fs::path parent = fs::temp_directory_path(code);
  if (code) parent = "/tmp";
  std::string name = (parent / "surgsigma-XXXXXX").string();
  // Where none can be made the name leads nowhere, and the first write into it says so.
  path_ = ::mkdtemp(name.data()) ? name : name + "/none";
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

Result<MappedFile> MappedFile::open(const fs::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return io_error("cannot open the file", path, errno);
  SURGSIGMA_TRY(info, look_at(file.number(), path));
  MappedFile mapped;
  if (info.st_size == 0) return mapped;
  const auto size = static_cast<std::size_t>(info.st_size);
  void* data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.number(), 0);
  if (data == MAP_FAILED) return io_error("cannot map the file", path, errno);
  mapped.data_ = data;
  mapped.size_ = size;
  return mapped;
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_) ::munmap(data_, size_);
}

}  // namespace surgsigma
