// What a reader is given and how it hands over what it finds. A reader turns one file into records and issues; it
// accounts for every row of the file: rows() == sum of record rows + sum of issue rows.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <typeindex>
#include <utility>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/base/text.h"
#include "surgsigma/ingest/source_files.h"
#include "surgsigma/schema/catalog.h"
#include "surgsigma/schema/sink.h"
#include "surgsigma/schema/tables.h"

namespace surgsigma {

struct IngestSinks {
  Sink<VideoRow> videos;
  Sink<RawAnnotation> annotations;
  Sink<IssueRow> issues;
  Sink<FileRow> files;
};

/// Collects what the readers of one unit find: numbers records within their video, counts rows per file.
class Recorder {
 public:
  Recorder(const SourceCard& card, std::string unit, IngestSinks sinks);

  /// Declares the video that `captures` (with at least "video") names, or finds it again.
  Result<VideoId> video(const Captures& captures);
  /// The same for a file of pixels, which no reader reads.
  Result<VideoId> recording(const LayoutEntry& entry, const Captures& captures);
  /// The labels of this video reach at least to this native frame / this time (exclusive ends).
  void extend_frames(const VideoId& id, std::int64_t end_frame);
  void extend_time(const VideoId& id, std::int64_t end_us);
  void set_size(const VideoId& id, int width, int height);
  void set_frame_rate(const VideoId& id, FrameRate rate);

  /// `count` more rows of the current file were seen.
  void rows(std::int64_t count) { current_.rows += count; }
  /// Hands over a record of a declared video and lets the video reach to its end. Sets ordinal and file; `rows` of the
  /// record (default 1) are counted as recorded. Records of one video may come in any order of time; their ordinals
  /// follow the order of the calls.
  void record(RawAnnotation&& annotation);
  /// `count` rows were checked against the card and agree (id tables, fold lists): they need no record.
  void accounted(std::int64_t count) { current_.recorded_rows += count; }
  /// Says why `rows` input rows did not become records (0: a remark about something that was recorded or is missing).
  void issue(std::string rule, Severity severity, std::int64_t line, std::string value, std::string message,
             std::string hint, std::int64_t rows = 0, VideoId video = {});

  void begin_file(const MatchedFile& file, const LayoutEntry& entry, std::string hash);
  /// Closes the account of the file; rows that nobody accounted for become an issue of rule "unaccounted_rows".
  void end_file();
  /// Between the two: the file could not be read, or not further. The error becomes an issue that takes out the rows
  /// which nobody has accounted for; the rule follows from its kind: unreadable_file, bad_file, bad_card,
  /// reader_failed.
  void fail_file(const Error& error);
  /// Hands over the declared videos. Call once, last.
  void finish();

  const SourceCard& card() const { return card_; }

 private:
  Result<VideoId> declare(const LayoutEntry* entry, const Captures& captures);

  const SourceCard& card_;
  std::string unit_;
  IngestSinks sinks_;
  FileRow current_;
  const LayoutEntry* entry_ = nullptr;  ///< of the current file
  struct VideoState {
    VideoRow row;
    std::int64_t next_ordinal = 0;
    std::int64_t end_us = 0;
  };
  std::map<VideoId, VideoState> videos_;
};

/// What readers made of the card, by layout entry and type: kept for the files of one unit.
using Prepared = std::map<std::pair<const LayoutEntry*, std::type_index>, std::shared_ptr<const void>>;

/// One file to read.
struct FileJob {
  const SourceCard& card;
  const LayoutEntry& entry;
  const MatchedFile& file;
  const SourceFiles& source;  ///< the other files, for readers that need a second one
  Recorder& out;
  Prepared* prepared = nullptr;            ///< of the unit; null where a file is read by itself
  mutable std::string* content = nullptr;  ///< the file's bytes where they were read already; text() takes them

  fs::path path() const { return source.root / file.path; }
  /// The whole file as UTF-8 text without byte-order mark; remarks on an encoding other than UTF-8 become a warning.
  Result<std::string> text() const;
  /// `make(job)` once per unit: for what a reader works out of the card. Holds nothing of a file.
  template <class T>
  Result<std::shared_ptr<const T>> once_per_unit(Result<T> (*make)(const FileJob&)) const;
  /// Parameter of the card's `with`, with a default.
  std::string param(std::string_view key, std::string_view fallback) const;
  /// The vocabulary named by `with.<key>`; kUsage naming the card when there is none.
  Result<const Vocabulary*> vocabulary(std::string_view key = "vocabulary") const;
};

template <class T>
Result<std::shared_ptr<const T>> FileJob::once_per_unit(Result<T> (*make)(const FileJob&)) const {
  std::shared_ptr<const void> unkept;
  std::shared_ptr<const void>& kept = prepared ? (*prepared)[{&entry, std::type_index(typeid(T))}] : unkept;
  if (!kept) {
    SURGSIGMA_TRY(made, make(*this));
    kept = std::make_shared<const T>(std::move(made));
  }
  return std::static_pointer_cast<const T>(kept);
}

/// A file that cannot be read at all returns an error (it becomes an issue for the whole file); bad rows are issues.
using ReadFunction = Status (*)(const FileJob& job);

struct Reader {
  std::string_view name;
  std::string_view description;
  ReadFunction read;
};

/// The readers' table (readers.cpp).
const std::vector<Reader>& readers();
const Reader* find_reader(std::string_view name);

/// A unit of ingest work: the files of one video, or of the whole source.
struct IngestUnit {
  std::string name;                ///< "b003" (a bucket of videos) or "all"
  std::vector<std::size_t> files;  ///< indices into SourceFiles::files: labels
  std::vector<std::size_t> media;  ///< the same: videos and pictures of the unit's recordings
};
/// Groups files into units: entries with unit "video" by hash of the video name into `buckets` buckets, the rest into
/// "all". Videos and pictures go with the labels of their recording; where the card has no labels at all they make the
/// units. A calibration goes into every unit.
std::vector<IngestUnit> plan_ingest(const SourceCard& card, const SourceFiles& source, int buckets);
/// About one bucket per eight videos, a power of two.
int default_buckets(std::size_t videos);

/// Reads the files of a unit in order of (video, layout entry, path). Never fails on content; fails when the card names
/// a reader that does not exist. `table`: the readers to choose from.
Status ingest_unit(const SourceCard& card, const SourceFiles& source, const IngestUnit& unit, const IngestSinks& sinks,
                   const std::vector<Reader>& table = readers());

}  // namespace surgsigma
