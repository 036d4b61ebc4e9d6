// A pair as a conversation: the picture and what is asked of it, answered by a picture or a clip. One row per format
// that can say so. docs/decisions/pairs-as-conversations.md tells why the rows look as they do.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "surgsigma/export/format.h"

namespace surgsigma {

struct PairTurns {
  Sample about;           ///< id, task, source, ...; `media` holds input and target, `turns` the prompt
  std::string input64;    ///< base64 of the input picture; only where pictures are embedded
  std::string target64;   ///< of the target picture
  bool has_clip = false;  ///< the answer is a clip
};

struct PairTurnsFormat {
  std::string_view name;
  std::string_view folder;       ///< of the data files
  bool has_clips_apart = false;  ///< rows with clips in files of their own
  bool embeds_pictures = false;
  std::int64_t max_lines_bytes = 0;  ///< lines per file before another is begun; 0: one file
  /// Appends the row as one JSON object, without a line end.
  void (*append)(const PairTurns& turns, std::string& out);
  /// What is wrong with a line as read back; empty when nothing is.
  std::string (*check_line)(const simdjson::dom::element& row);
  /// Makes the file of its lines, and reads it back; nullptr when the lines are the file. `is_video`: with clips.
  Status (*convert)(const LinesToFile& job);
  Result<std::int64_t> (*check_file)(const LinesToFile& job);
};

/// nullptr for a format that cannot hold a picture as an answer.
const PairTurnsFormat* find_pair_turns_format(std::string_view name);
/// "llava, swift, hf"
std::string pair_turns_formats();

}  // namespace surgsigma
