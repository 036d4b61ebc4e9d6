// Files of a folder into one tar shard, as an export of WebDataset shards writes them. The peer is GNU tar.
#include <system_error>

#include "probe.h"
#include "surgsigma/base/files.h"
#include "surgsigma/export/pairs/tar_writer.h"

namespace surgsigma::bench {

/// shards folder=DIR out=FILE: the list of files is outside the time, as it is for an export.
Result<Json> probe_shards(const Arguments& arguments) {
  SURGSIGMA_TRY(folder, arguments.text("folder"));
  SURGSIGMA_TRY(out, arguments.text("out"));
  SURGSIGMA_TRY(tree, list_tree(folder));
  std::error_code none;
  fs::remove(out, none);

  const StopWatch watch;
  SURGSIGMA_TRY(archive, TarWriter::create(out));
  for (const FoundFile& file : tree.files) {
    SURGSIGMA_CHECK(archive.add_file(file.path, fs::path(folder) / file.path, static_cast<std::int64_t>(file.bytes)));
  }
  SURGSIGMA_TRY(bytes, archive.close());
  return Json{{"seconds", watch.seconds()}, {"files", tree.files.size()}, {"bytes", bytes}};
}

}  // namespace surgsigma::bench
