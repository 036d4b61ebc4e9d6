// When a GraSP picture was taken. The pictures of the 30-fps release are numbered by the recording's own frames, which
// come at 30 a second in some cases, at about 45 in others, and irregularly in one.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "surgsigma/ingest/reader.h"

namespace surgsigma {

/// Parameters in the card's `with`:
///   association   role of 1fps_to_30fps_association.json (default rate_table): second <-> picture number
///   frame_lists   role of the lists "CASE001 1 <position> CASE001/<number>.jpg" (default frame_list)
///   native_30     cases numbered at 30 a second; all others count at 45
///   irregular     cases that only the two kinds of file can place
/// Files of those roles are optional; they win over the rule.
class GraspClock {
 public:
  static Result<GraspClock> make(const FileJob& job);

  /// The time of picture `number` ("000000068", with its zeros: five digits or fewer are seconds, as in the 1-fps
  /// release). Nothing for an irregular case that no file places.
  std::optional<Microseconds> time(const std::string& video, std::string_view number) const;

 private:
  Status read_association(const fs::path& path, const std::string& name);
  Status read_frame_list(const fs::path& path);

  std::set<std::string> native_30_;
  std::set<std::string> irregular_;
  std::map<std::pair<std::string, std::int64_t>, Microseconds> told_;
};

}  // namespace surgsigma
