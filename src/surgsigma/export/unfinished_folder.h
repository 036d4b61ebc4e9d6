// The folder of an export while it is being written: "<out>.writing", renamed when all of it stands and removed when
// the export fails. A file in it says that a left-over is ours to remove.
#pragma once

#include "surgsigma/base/files.h"
#include "surgsigma/base/result.h"

namespace surgsigma {

class UnfinishedFolder {
 public:
  explicit UnfinishedFolder(const fs::path& out);
  ~UnfinishedFolder();
  UnfinishedFolder(const UnfinishedFolder&) = delete;
  UnfinishedFolder& operator=(const UnfinishedFolder&) = delete;

  const fs::path& path() const { return path_; }
  /// For files on the way; gone when the folder is put in place.
  fs::path work() const;

  /// Replaces what a stopped export left; kUsage where `out` holds something, and for a folder of
  /// the working name that is someone else's.
  Status make();
  Status put_in_place();

 private:
  fs::path out_;
  fs::path path_;
  bool is_made_ = false;
};

/// Hard link where both lie on one file system, else a copy. Folders are made; a file that stands there is left.
Status link_or_copy(const fs::path& from, const fs::path& to);

}  // namespace surgsigma
