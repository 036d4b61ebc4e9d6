#include "surgsigma/export/unfinished_folder.h"

namespace surgsigma {
namespace {

constexpr const char* kMark = ".surgsigma-export";
constexpr const char* kWork = ".work";

}  // namespace

UnfinishedFolder::UnfinishedFolder(const fs::path& out)
    : out_(out.has_filename() ? out : out.parent_path()), path_(out_) {
  path_ += ".writing";
}

UnfinishedFolder::~UnfinishedFolder() {
  std::error_code code;
  if (is_made_) fs::remove_all(path_, code);
}

fs::path UnfinishedFolder::work() const { return path_ / kWork; }

Status UnfinishedFolder::make() {
  std::error_code code;
  if (fs::exists(out_, code) && (!fs::is_directory(out_, code) || !fs::is_empty(out_, code))) {
    return Error{ErrorKind::kUsage, "the folder is not empty", out_.string(), "name a new or empty folder"};
  }
  if (fs::exists(path_, code) && !fs::exists(path_ / kMark, code)) {
    return Error{ErrorKind::kUsage, "this name is needed while the export is written", path_.string(), "move it away"};
  }
  fs::remove_all(path_, code);
  fs::create_directories(work(), code);
  if (code) return Error{ErrorKind::kIo, "cannot make the folder: " + code.message(), path_.string(), ""};
  is_made_ = true;
  return write_file(path_ / kMark, "an export that is being written\n");
}

Status UnfinishedFolder::put_in_place() {
  std::error_code code;
  fs::remove_all(work(), code);
  fs::remove(path_ / kMark, code);
  fs::rename(path_, out_, code);
  if (code) return Error{ErrorKind::kIo, "cannot put the folder in place: " + code.message(), out_.string(), ""};
  is_made_ = false;
  return done();
}

Status link_or_copy(const fs::path& from, const fs::path& to) {
  std::error_code code;
  fs::create_directories(to.parent_path(), code);
  if (code) return Error{ErrorKind::kIo, "cannot make the folder: " + code.message(), to.parent_path().string(), ""};
  const fs::path real = fs::canonical(from, code);  // a link to a link would point into the source's folder
  if (code) return Error{ErrorKind::kIo, "cannot read the file: " + code.message(), from.string(), ""};
  fs::create_hard_link(real, to, code);
  if (!code || fs::exists(to)) return done();
  fs::copy_file(real, to, code);  // another file system, or one without links
  return code ? Status(Error{ErrorKind::kIo, "cannot copy the file: " + code.message(), from.string(), ""}) : done();
}

}  // namespace surgsigma
