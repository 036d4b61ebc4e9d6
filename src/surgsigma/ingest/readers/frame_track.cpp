// One label per picture: phase_annotations/video01-phase.txt of Cholec80 and everything built like it. A row is a line
// below the header; equal neighbours become one record.
//
// with:
//   vocabulary: phases             words of kind phase, step, action, flag or motion
//   columns: [Frame, Phase]        every column of the file in its order; a header, where there is one, must say so
//   index: Frame, label: Phase     which two count (default: the first two); index: row for files that number nothing
//   unit, first, step, frame_rate  the index on the clock, see IndexScale
//   label_by: name                 or id, with label_offset: 1 where the file counts labels from 1
//   delimiter: tab
#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <deque>
#include <utility>

#include "surgsigma/base/csv.h"
#include "surgsigma/base/text.h"
#include "surgsigma/ingest/readers/readers.h"
#include "surgsigma/ingest/readers/track.h"

namespace surgsigma {
namespace {

/// Columns of the file, from the card.
struct TrackColumns {
  std::vector<std::string> names;
  std::size_t index = 0;
  std::size_t label = 1;
  bool index_is_row = false;  ///< no index column: the row's number counts
};

Result<std::size_t> column_of(const FileJob& job, const std::vector<std::string>& names, const std::string& name) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return i;
  }
  return card_error(job, "column " + quoted(name) + " is not among columns", "columns: " + comma_list(names));
}

Result<TrackColumns> track_columns(const FileJob& job) {
  TrackColumns columns;
  SURGSIGMA_TRY(names, list_of(job, "columns", {"Frame", "Phase"}));
  columns.names = names;
  if (names.empty()) return card_error(job, "columns is empty", "name the columns of the file in their order");
  const std::string index = job.param("index", names[0]);
  columns.index_is_row = index == "row";
  if (!columns.index_is_row) {
    SURGSIGMA_TRY(position, column_of(job, names, index));
    columns.index = position;
  }
  SURGSIGMA_TRY(position, column_of(job, names, job.param("label", names[names.size() > 1 ? 1 : 0])));
  columns.label = position;
  if (!columns.index_is_row && columns.label == columns.index) {
    return card_error(job, "index and label are the same column", "set index and label");
  }
  return columns;
}

/// The next row a run would have, kept as text, so that a row inside a run costs one comparison of bytes.
class ExpectedRow {
 public:
  /// `tail` is what follows the index up to and with the line end.
  void set(std::int64_t index, std::string_view tail) {
    const auto written = std::to_chars(row_.data(), row_.data() + kMostDigits, index);
    digits_ = static_cast<std::size_t>(written.ptr - row_.data());
    size_ = tail.size() <= row_.size() - kMostDigits ? digits_ + tail.size() : 0;
    if (size_ > 0) std::memcpy(row_.data() + digits_, tail.data(), tail.size());
    tail_ = tail;
  }
  void clear() { size_ = 0; }
  bool is_set() const { return size_ > 0; }
  std::size_t size() const { return size_; }
  bool stands_at(const char* at, const char* end) const {
    return static_cast<std::size_t>(end - at) >= size_ && std::memcmp(at, row_.data(), size_) == 0;
  }
  void add(std::int64_t step, std::int64_t next_index) {
    if (step == 1 && row_[digits_ - 1] != '9') {
      ++row_[digits_ - 1];
    } else {
      set(next_index, tail_);
    }
  }

 private:
  static constexpr std::size_t kMostDigits = 20;
  std::array<char, 256> row_{};
  std::size_t digits_ = 0;
  std::size_t size_ = 0;  ///< 0: no row is expected
  std::string_view tail_;
};

/// Fields of one line; quotes are rare enough to be left to the general reader.
class Fields {
 public:
  explicit Fields(char delimiter) : delimiter_(delimiter) {}
  const std::vector<std::string_view>& of(std::string_view line) {
    fields_.clear();
    if (delimiter_ == ' ' || line.find('"') != std::string_view::npos) {
      CsvReader row(line, delimiter_);
      row.next();
      for (const std::string_view field : row.fields()) fields_.push_back(trim(lasting(field, line)));
      return fields_;
    }
    std::size_t begin = 0;
    for (std::size_t end = line.find(delimiter_); end != std::string_view::npos; end = line.find(delimiter_, begin)) {
      fields_.push_back(trim(line.substr(begin, end - begin)));
      begin = end + 1;
    }
    fields_.push_back(trim(line.substr(begin)));
    return fields_;
  }

 private:
  /// The open run looks into its label: what is not part of the file's text is kept.
  std::string_view lasting(std::string_view field, std::string_view line) {
    const bool is_of_line = field.data() >= line.data() && field.data() <= line.data() + line.size();
    return is_of_line ? field : kept_.emplace_back(field);
  }

  char delimiter_;
  std::vector<std::string_view> fields_;
  std::deque<std::string> kept_;
};

/// The first line of `text` with its line end.
std::string_view first_line(std::string_view text) {
  const std::size_t end = text.find('\n');
  return end == std::string_view::npos ? text : text.substr(0, end + 1);
}

std::string_view trim_line_end(std::string_view line) { return line.substr(0, line.find_last_not_of("\r\n") + 1); }

struct Track {
  const TrackColumns& columns;
  const IndexScale& scale;
  RowIssues& issues;
  IndexSequence sequence;
  TrackWriter writer;
  Fields fields;
  std::int64_t line = 1;
  std::int64_t rows = 0;

  void read(std::string_view text);
  const char* take_run(ExpectedRow& expected, const char* at, const char* end);
  void expect_next(ExpectedRow& expected, std::string_view raw);
  void take_row(std::string_view line_text);
};

void Track::take_row(std::string_view line_text) {
  const auto& row = fields.of(line_text);
  if (row.size() != columns.names.size()) {
    issues.add(line,
               {"field_count", shortened(line_text),
                std::to_string(row.size()) + " fields where " + std::to_string(columns.names.size()) + " are expected",
                "each row must be: " + comma_list(columns.names)});
    return;
  }
  std::int64_t index = scale.first + (rows - 1) * scale.step;
  if (!columns.index_is_row) {
    const auto number = parse_int(row[columns.index]);
    if (!number) {
      issues.add(line,
                 {"not_a_number", shortened(row[columns.index]), columns.names[columns.index] + " is no whole number",
                  "each row must be: " + comma_list(columns.names)});
      return;
    }
    index = *number;
  }
  if (sequence.accept(index, line, issues)) writer.sample(index, line, row[columns.label]);
}

/// Takes the rows that continue the open run, the bulk of every file: only the number changes from one to the next.
const char* Track::take_run(ExpectedRow& expected, const char* at, const char* end) {
  TrackWriter::Run& run = writer.run();
  const std::int64_t before = run.rows;
  while (expected.stands_at(at, end)) {
    at += expected.size();
    ++run.rows;
    run.end += scale.step;
    expected.add(scale.step, run.end);
  }
  if (run.rows > before) sequence.skip_to(run.end - scale.step);
  rows += run.rows - before;
  line += run.rows - before;
  return at;
}

/// The row after `raw`, which was just accepted into the run, if the run goes on.
void Track::expect_next(ExpectedRow& expected, std::string_view raw) {
  const TrackWriter::Run& run = writer.run();
  const char* const label = run.text.data();
  const bool is_of_run = run.rows > 0 && !run.text.empty() && label >= raw.data() && label < raw.data() + raw.size();
  const std::size_t digits = raw.find_first_not_of("0123456789");
  const bool is_plain = columns.names.size() == 2 && columns.index == 0 && !columns.index_is_row;
  expected.clear();
  if (!is_plain || !is_of_run || !raw.ends_with('\n') || run.end > IndexSequence::kLargest) return;
  if (digits > 0 && digits != std::string_view::npos) expected.set(run.end, raw.substr(digits));
}

void Track::read(std::string_view text) {
  ExpectedRow expected;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    if (expected.is_set()) at = take_run(expected, at, end);
    if (at == end) break;
    const char* const line_end = static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
    const char* const next = line_end == nullptr ? end : line_end + 1;
    const std::string_view raw(at, static_cast<std::size_t>(next - at));
    at = next;
    if (!trim(raw).empty()) {
      ++rows;
      take_row(trim_line_end(raw));
      expect_next(expected, raw);
    } else if (columns.index_is_row && !trim(std::string_view(at, static_cast<std::size_t>(end - at))).empty()) {
      ++rows;  // the rows below keep their number
      issues.add(line,
                 {"blank_row", "", "a row between others is blank", "each row must be: " + comma_list(columns.names)});
    }
    ++line;
  }
}

}  // namespace

Status read_frame_track(const FileJob& job) {
  SURGSIGMA_TRY(columns, track_columns(job));
  SURGSIGMA_TRY(scale, index_scale(job, "frame", 1));
  SURGSIGMA_TRY(label, label_field(job, "name", 0));
  SURGSIGMA_TRY(kind, track_kind(job, *label.vocabulary));
  SURGSIGMA_TRY(video, job.out.video(job.file.captures));
  SURGSIGMA_TRY(text, job.text());
  unify_line_ends(text);
  SURGSIGMA_TRY(delimiter, delimiter_of(job, text, '\t'));

  RowIssues issues(job.out, video);
  std::int64_t line = 1;
  std::string_view body = text;
  while (!body.empty() && trim(first_line(body)).empty()) {
    body.remove_prefix(first_line(body).size());
    ++line;
  }
  if (body.empty()) {
    issues.add(0, {"empty_file", "", "the file holds no rows", "was the download cut short?", Severity::kWarning}, 0);
    return done();
  }
  Fields split_row(delimiter);
  const std::vector<std::string_view> head = split_row.of(trim_line_end(first_line(body)));
  FirstRow first = first_row(head, columns.names, columns.index);
  // A first row with a broken index is still a row when its label is one; a file that numbers nothing needs no header.
  const bool has_columns = head.size() == columns.names.size();
  const bool has_label = has_columns && label.vocabulary->by_label(head[columns.label]) != nullptr;
  if (first == FirstRow::kOther && (has_label || (has_columns && columns.index_is_row))) first = FirstRow::kData;
  if (first == FirstRow::kOther) {
    const bool has_number =
        std::any_of(head.begin(), head.end(), [](std::string_view field) { return parse_int(field).has_value(); });
    refuse_table(job, video, text, has_number ? 0 : 1,
                 {"unexpected_columns", "", column_complaint(head, columns.names),
                  "if the release really has these columns, correct `columns` in the source card"});
    return done();
  }
  if (first == FirstRow::kHeader) {
    body.remove_prefix(first_line(body).size());
    ++line;
  }
  Track track{columns,
              scale,
              issues,
              IndexSequence(scale),
              TrackWriter(job.out, issues, kind, label, scale),
              std::move(split_row),
              line};
  track.read(body);
  track.writer.close();
  job.out.rows(track.rows);
  extend_video(job, video, scale, track.sequence.end());
  return done();
}

}  // namespace surgsigma
