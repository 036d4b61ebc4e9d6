// The JSON of a COCO export, written as a stream: rows go to spill files while videos are worked on in any order, and
// get their numbers when these are put together. Memory does not grow with the number of annotations.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "surgsigma/base/files.h"
#include "surgsigma/base/result.h"
#include "surgsigma/export/spill_lines.h"

namespace surgsigma {

/// What one partition of the database gives to one part. A video line is the inside of a JSON object without its id;
/// an image line begins with its video's number among those of the spill (from 0) and a tab, an annotation line with
/// its image's. `pictures` are lines of pictures.tsv.
struct CocoSpill {
  explicit CocoSpill(const std::string& stem);
  SpillLines videos, images, annotations, pictures;
  Status flush();
};

/// Counts of one written file.
struct CocoCounts {
  std::int64_t videos = 0;
  std::int64_t images = 0;
  std::int64_t annotations = 0;
  bool operator==(const CocoCounts&) const = default;
};

/// Writes `head` (members info, licenses, categories: the inside of an object), then videos, images and annotations of
/// all spills in their order, numbered from 1.
Result<CocoCounts> join_spills(const std::string& head, const std::vector<const CocoSpill*>& spills,
                               const fs::path& path);

/// Reads a file back: every annotation has an image before it in order, a category of the list, a box inside its image
/// with an area. kInternal naming the first that is wrong.
Result<CocoCounts> check_instances(const fs::path& path);

}  // namespace surgsigma
