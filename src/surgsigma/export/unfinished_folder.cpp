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

}  // namespace surgsigma
