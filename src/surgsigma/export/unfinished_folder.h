// A folder while it is being written: "<out>.writing", removed unless it was put in place.
#pragma once

#include "surgsigma/base/files.h"
#include "surgsigma/base/result.h"

namespace surgsigma {

class UnfinishedExport {
 public:
  explicit UnfinishedExport(const fs::path& out);
  ~UnfinishedExport();
  UnfinishedExport(const UnfinishedExport&) = delete;
  UnfinishedExport& operator=(const UnfinishedExport&) = delete;

  const fs::path& path() const { return path_; }
  /// For what is only needed while writing; gone when the folder is put in place.
  fs::path work() const { return path_ / ".work"; }
  /// Makes it and `work`; what a stopped export left is replaced. kUsage where `out` holds something or the name is
  /// taken.
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
