// What the two readers of SurgSigma-DB share: its release holds questions and the list of videos in one file, copies
// hold them apart, and keys are written with blanks here and without there.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "surgsigma/base/json.h"
#include "surgsigma/ingest/readers/spots.h"

namespace surgsigma {

/// The members of an object by key in lower case with '_' for blanks and '-': "video path" is found as video_path.
class LooseObject {
 public:
  explicit LooseObject(const Json& object);
  const Json* find(std::string_view key) const;
  /// The first of these keys that holds a text or a number, as text; empty when none does.
  std::string text(std::initializer_list<std::string_view> keys) const;

 private:
  std::map<std::string, const Json*, std::less<>> members_;
};

/// An entry of the list of videos has a path and no question.
bool is_video_entry(const LooseObject& entry);

/// Takes the entries of the list of videos; see surgsigma_videos.cpp. Each is one row.
class VideoListReader {
 public:
  VideoListReader(const FileJob& job, Spots& spots, FileIssues& issues);
  Status take(const LooseObject& entry, std::int64_t element);

 private:
  const FileJob& job_;
  Spots& spots_;
  FileIssues& issues_;
  std::map<std::string, std::int64_t> released_;  ///< dataset in lower case -> highest number of its videos
  std::string raw_data_;
  std::set<std::string> seen_;
};

}  // namespace surgsigma
