// Where labels stand: the video, native frames, time and picture that a file's own numbering means.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "surgsigma/base/time.h"
#include "surgsigma/ingest/reader.h"
#include "surgsigma/ingest/readers/track.h"
#include "surgsigma/schema/geometry.h"

namespace surgsigma {

/// A picture or a span of a video that a label is about.
struct Spot {
  VideoId video;
  TimeRange time;
  std::optional<std::int64_t> begin_frame;  ///< native; nothing where the source does not count frames
  std::optional<std::int64_t> end_frame;
  std::string media;  ///< the picture below the source's folder; empty for a span or where none is released
  ImageSize size;     ///< of the picture; 0 x 0 when not known
};

/// Issues of a file that holds several videos, bounded for each of them. Hand over before the file's account is closed
/// (the destructor does).
class FileIssues {
 public:
  explicit FileIssues(Recorder& out) : out_(out) {}
  void add(const VideoId& video, std::int64_t line, RowIssues::What what, std::int64_t rows = 1) {
    of(video).add(line, std::move(what), rows);
  }
  RowIssues& of(const VideoId& video) { return by_video_.try_emplace(video, out_, video).first->second; }

 private:
  Recorder& out_;
  std::map<VideoId, RowIssues> by_video_;
};

/// Finds videos and spots for one file. A spot that is handed out also extends its video.
class Spots {
 public:
  explicit Spots(const FileJob& job);

  /// The video of a source's own name for it ("CASE001"), declared on first sight. Captures of the file's path go in
  /// as well, so that a card's video_id may use both.
  Result<VideoId> video(const std::string& name);
  /// Where picture `frame` (native index) of the video stands: that one frame. `media` empty: the card's media.frame.
  Spot frame(const VideoId& video, const std::string& name, std::int64_t frame, std::string media = {});
  /// The span [begin, end) in time, with the native frames that begin in it when the card counts frames.
  Spot span(const VideoId& video, TimeRange time);

 private:
  const FileJob& job_;
  std::map<std::string, VideoId, std::less<>> videos_;
};

/// A record of this kind at this spot; labels in the order of the kind.
RawAnnotation record_at(Spot spot, AnnotationKind kind, const std::string& vocabulary, std::vector<std::string> labels,
                        std::int64_t line, std::int64_t rows);
/// Gives a record its box: corners in pixels.
void set_box(RawAnnotation& record, const Box& box);

/// What is wrong with a box in pixels of a picture of this size (0 x 0: not known); nothing when it is usable.
/// `is_outside_partly`: it reaches beyond the picture by more than a pixel.
std::optional<std::string> box_fault(const Box& box, ImageSize size);
bool is_outside_partly(const Box& box, ImageSize size);

/// The number in a picture's name: the last run of digits of "frames/video01_000123.jpg" is 123.
std::optional<std::int64_t> number_in_name(std::string_view path);
/// Fit to name a recording: no folder, no control characters, not too long.
bool is_recording_name(std::string_view name);
/// "a/b/c.jpg" -> "c"; backslashes count as slashes.
std::string_view stem_of(std::string_view path);
/// "a/b/c.jpg" -> "b"; empty when there is no folder.
std::string_view folder_of(std::string_view path);

/// The fields of a row as one text, for an issue.
std::string join_fields(const std::vector<std::string_view>& fields);

/// Numbers objects within their picture, from 0.
class InstanceCounter {
 public:
  std::int32_t next(const VideoId& video, std::int64_t picture) { return count_[{video, picture}]++; }

 private:
  std::map<std::pair<VideoId, std::int64_t>, std::int32_t> count_;
};

/// The label of a closed vocabulary by its id or, failing that, an issue "unknown_label" that takes out `rows` rows.
const VocabularyLabel* label_or_issue(const Vocabulary& vocabulary, std::int64_t id, std::int64_t line,
                                      std::int64_t rows, RowIssues& issues);

}  // namespace surgsigma
