// What the readers of tables with an index column share: the index on the clock, rows in order, equal neighbours joined
// into runs, a header row held against the card, and issues of rows that stay bounded however bad a file is.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/base/time.h"
#include "surgsigma/ingest/reader.h"
#include "surgsigma/schema/catalog.h"
#include "surgsigma/schema/words.h"

namespace surgsigma {

/// Issues of single rows: the first kKept of a rule one by one, all later ones of that rule in one issue that says how
/// many they are. Rows are counted exactly either way.
class RowIssues {
 public:
  static constexpr std::int64_t kKept = 100;

  struct What {
    std::string_view rule;
    std::string value;
    std::string message;
    std::string hint;
    Severity severity = Severity::kError;
  };

  RowIssues(Recorder& out, VideoId video) : out_(out), video_(std::move(video)) {}
  ~RowIssues() { finish(); }
  RowIssues(const RowIssues&) = delete;
  RowIssues& operator=(const RowIssues&) = delete;

  /// `rows` input rows did not become records (0: a remark).
  void add(std::int64_t line, What what, std::int64_t rows = 1);
  /// Hands over what was held back; the destructor does too.
  void finish();
  const VideoId& video() const { return video_; }

 private:
  struct Held {
    std::int64_t seen = 0;
    std::int64_t held = 0;
    std::int64_t held_rows = 0;
    std::int64_t first_line = 0;
    What last;
  };
  Recorder& out_;
  VideoId video_;
  std::map<std::string, Held, std::less<>> by_rule_;
};

/// An index column on the clock. Parameters of a card's `with`:
///   unit        frame (the video's own frames, default), second, or a number of indices per second ("5")
///   first       index of the first picture, 0 (default) or 1
///   step        difference between the indices of neighbouring rows
///   frame_rate  the videos' own rate where it differs from the card's
struct IndexScale {
  std::int64_t first = 0;
  std::int64_t step = 1;
  FrameRate index_rate;
  FrameRate native;

  Microseconds time(std::int64_t index) const { return time_of_frame(index - first, index_rate); }
  std::int64_t frame(std::int64_t index) const {
    return index_rate == native ? index - first : frame_at(time(index), native);
  }
  /// Sets both clocks of a record that covers the indices [begin, end).
  void place(RawAnnotation& record, std::int64_t begin, std::int64_t end) const;
};
Result<IndexScale> index_scale(const FileJob& job, std::string_view default_unit, std::int64_t default_step);
/// Tells the recorder how far the labels reach and, where the card overrides it, the video's rate.
void extend_video(const FileJob& job, const VideoId& video, const IndexScale& scale, std::int64_t end_index);

/// Holds the indices of a file's rows against each other: they must rise by at least `step`.
class IndexSequence {
 public:
  /// No label file counts further; keeps times within 64 bits.
  static constexpr std::int64_t kLargest = 1'000'000'000;

  explicit IndexSequence(const IndexScale& scale) : scale_(scale) {}
  /// False when the row cannot stand: out of range, repeated, backwards or between two steps; `issues` then holds why.
  /// Rows that are left out are remarked (rules index_gap) and accepted.
  bool accept(std::int64_t index, std::int64_t line, RowIssues& issues);
  std::int64_t end() const { return has_last_ ? last_ + scale_.step : scale_.first; }
  /// The caller accepted rows up to `index` on its own.
  void skip_to(std::int64_t index) { last_ = index; }

 private:
  const IndexScale& scale_;
  std::int64_t last_ = 0;
  bool has_last_ = false;
};

/// The pictures of a file's video, where the source releases pictures.
class PictureNames {
 public:
  explicit PictureNames(const FileJob& job) : job_(job) {}
  /// Path of the picture at this native frame below the source's folder; empty where there is none.
  std::string of(std::int64_t frame) const;

 private:
  const FileJob& job_;
};

/// How a label field names its class.
struct LabelField {
  const Vocabulary* vocabulary = nullptr;
  bool is_number = false;   ///< the field holds a label's id, else its word
  std::int64_t offset = 0;  ///< number in the file minus id in the vocabulary
};
/// From `vocabulary`, `label_by` (name or id) and `label_offset` of the card's `with`.
Result<LabelField> label_field(const FileJob& job, std::string_view default_label_by, std::int64_t default_offset);

/// What a vocabulary's words are said of over time: phase, step, action, flag, motion. kUsage for the others.
Result<AnnotationKind> track_kind(const FileJob& job, const Vocabulary& vocabulary);

/// Joins neighbouring samples with the same text into one record each.
class TrackWriter {
 public:
  struct Run {
    std::int64_t begin = 0;
    std::int64_t end = 0;
    std::int64_t rows = 0;  ///< 0: no run is open
    std::int64_t line = 0;
    std::string_view text;  ///< of the label field in the latest row; must live until the run is closed
  };

  TrackWriter(Recorder& out, RowIssues& issues, AnnotationKind kind, LabelField label, const IndexScale& scale)
      : out_(out), issues_(issues), kind_(kind), label_(label), scale_(scale) {}

  void sample(std::int64_t index, std::int64_t line, std::string_view text) {
    if (run_.rows > 0 && run_.end == index && run_.text == text) {
      run_.end += scale_.step;
      ++run_.rows;
      run_.text = text;
      return;
    }
    close();
    run_ = {index, index + scale_.step, 1, line, text};
  }
  /// The open run, for readers that extend it themselves.
  Run& run() { return run_; }
  /// Turns the open run into a record, or into an issue when its label names nothing.
  void close();

 private:
  Recorder& out_;
  RowIssues& issues_;
  AnnotationKind kind_;
  LabelField label_;
  const IndexScale& scale_;
  Run run_;
};

/// What the first row of a table is, given the columns that the card names.
enum class FirstRow {
  kHeader,  ///< exactly these columns (letter case and blanks aside)
  kData,    ///< a number stands in the index column
  kOther,   ///< a header with other columns, or columns in another order
};
FirstRow first_row(const std::vector<std::string_view>& fields, const std::vector<std::string>& columns,
                   std::size_t index_column);
/// "columns are swapped: ..." or "unknown column 'x'" or "5 columns where 8 are expected".
std::string column_complaint(const std::vector<std::string_view>& fields, const std::vector<std::string>& columns);

/// Refuses a whole table: every row of `text` that is not blank is counted and goes into one issue. `header_rows` of
/// them are no rows.
void refuse_table(const FileJob& job, const VideoId& video, std::string_view text, std::int64_t header_rows,
                  RowIssues::What what);
/// Lines that hold more than blanks.
std::int64_t count_lines(std::string_view text);

/// CR line ends become LF (CRLF stays), so that one loop reads every file.
void unify_line_ends(std::string& text);
/// `with.delimiter` (tab, comma, semicolon, space, colon or one character), else `fallback`; where the first line of
/// `text` does not hold it, the one of tab, semicolon and comma that it does hold: files are often saved anew.
Result<char> delimiter_of(const FileJob& job, std::string_view text, char fallback);
/// A list of words in the card's `with`.
Result<std::vector<std::string>> list_of(const FileJob& job, std::string_view key, std::vector<std::string> fallback);
/// A whole number in the card's `with`.
Result<std::int64_t> integer_of(const FileJob& job, std::string_view key, std::int64_t fallback);
/// The error of a card whose `with` makes no sense.
Error card_error(const FileJob& job, std::string what, std::string hint);
/// The start of a value from someone's file, for an issue.
std::string shortened(std::string_view value);
/// "Frame, Phase"
std::string comma_list(const std::vector<std::string>& words);

}  // namespace surgsigma
