// What an export that writes its media says of them: the lines of media.tsv, and the sums for manifest.json and the
// card.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/base/json.h"
#include "surgsigma/export/media_store.h"
#include "surgsigma/export/media_writing.h"
#include "surgsigma/export/written_media.h"

namespace surgsigma {

/// Names of the columns of media.tsv, in order; without written media there are only the first six.
const std::vector<std::string>& media_columns();
/// One line: path, state, recording, what it is cut from, first and last microsecond, first native frame and the one
/// behind the last, width, height, bytes, rate ("25", "30000/1001"; empty for a lone picture), pictures.
void append_media_line(const WrittenMedium& medium, std::string_view video, const WrittenMedia& written,
                       std::string& line);

/// What was written, summed up.
struct MediaFacts {
  bool is_written = false;
  std::int64_t pictures = 0;  ///< distinct files
  std::int64_t clips = 0;
  std::int64_t bytes = 0;
  std::int64_t linked = 0;                         ///< files that are hard links to the source's, or copies of them
  std::map<std::string, std::int64_t> clip_rates;  ///< rate -> clips; -> pictures where clips are lists
  std::map<std::string, RateDifference> rate_differences;
  std::int64_t scaled_rows = 0;
  std::int64_t unwritten = 0;  ///< pictures and clips that keep rows out
};
/// Sums up the media that rows show, and removes the files of those that no written row shows.
Result<MediaFacts> settle_media(const WrittenMedia& written, const std::vector<MediumKey>& shown, MediaStore& store);

/// The part of the manifest that tells how media were written; null where they were not.
Json media_writing_json(const MediaWriting& wishes, const MediaFacts& facts);
/// The same for people: sentences of the card.
std::string media_writing_text(const MediaWriting& wishes, const MediaFacts& facts);

}  // namespace surgsigma
