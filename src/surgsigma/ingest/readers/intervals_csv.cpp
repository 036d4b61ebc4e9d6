// Interval tables of any maker: a label from start to end. Delimiter, encoding, line ends and decimal comma are found
// out; times are numbers or clocks ("01:23:45,6"). An empty end lasts until the next interval of the same recording and
// kind. A row is a line below the header.
//
// with:
//   columns    names in the header: {video: VideoID, start: Beginn, end: Ende, label: Phase, kind: Art} (by default the
//              words video, start, end, label, kind); or a list of those words: the order of columns without header.
//              Without a video column the file is of one recording, the captured {video}. end and kind may be missing.
//   video      pattern of the video column (default: the name without folder and without an ending such as .mp4)
//   unit       seconds, ms, frames or auto (default). auto reads plain numbers as seconds, unless the longest end of a
//              recording is beyond 1.2 times its duration and within 1.2 times its frame count: then they are frames.
//              Without a known duration, numbers beyond twelve hours are refused rather than guessed at.
//   durations  {recording: seconds}
//   first      index of the first frame, for unit frames (default 0)
//   kind       phase, step, action or flag: of all rows, where there is no such column (default phase)
//   kinds      words of the kind column: {Schritt: step}
//   vocabulary, vocabularies   of all labels, or {phase: phases, step: steps}; without one, or with an open one, labels
//              are kept as written
//   delimiter  see track.h
#include <algorithm>
#include <array>
#include <cmath>

#include "surgsigma/base/csv.h"
#include "surgsigma/ingest/readers/readers.h"
#include "surgsigma/ingest/readers/spots.h"

namespace surgsigma {
namespace {

constexpr double kSlackFactor = 1.2;  // labels may reach a little beyond what was measured
constexpr double kLongestSeconds = 12 * 3600.0;
constexpr double kLongestNumber = 1e9;
constexpr std::array<std::string_view, 5> kColumns = {"video", "start", "end", "label", "kind"};
enum Column { kVideo, kStart, kEnd, kLabel, kKind };
constexpr std::array<std::string_view, 12> kEndings = {".mp4", ".avi", ".mov",  ".mkv", ".mpg",  ".mpeg",
                                                       ".m4v", ".ts",  ".webm", ".wmv", ".m2ts", ".dcm"};

enum class Unit { kAuto, kSeconds, kMilliseconds, kFrames };

/// A cell of a time: a clock is in microseconds, a plain number in the unit of the file.
struct TimeCell {
  double number = 0;
  bool is_clock = false;
};

struct Row {
  std::int64_t line = 0;
  std::string video;
  AnnotationKind kind = AnnotationKind::kPhase;
  std::string label;
  TimeCell start;
  std::optional<TimeCell> end;
  TimeRange time;  ///< filled in once the unit is known
  std::optional<std::int64_t> begin_frame;
  std::optional<std::int64_t> end_frame;
  bool is_refused = false;
};

std::optional<TimeCell> parse_time(std::string_view text) {
  if (text.find(':') != std::string_view::npos) {
    const auto clock = parse_clock(text);
    if (!clock || static_cast<double>(*clock) > kLongestNumber * kSecond) return std::nullopt;
    return TimeCell{static_cast<double>(*clock), true};
  }
  std::string plain(trim(text));
  std::replace(plain.begin(), plain.end(), ',', '.');
  const auto number = parse_double(plain);
  if (!number || *number < 0 || *number > kLongestNumber) return std::nullopt;
  return TimeCell{*number, false};
}

/// Which position each column has; nothing for one that is not there.
struct Columns {
  std::array<std::optional<std::size_t>, kColumns.size()> at;
  std::size_t count = 0;
  bool has_header = true;

  std::string_view cell(const std::vector<std::string_view>& fields, Column column) const {
    const auto position = at[column];
    return position && *position < fields.size() ? trim(fields[*position]) : std::string_view();
  }
};

Columns columns_in_order(const std::vector<std::string>& order, std::size_t count) {
  Columns columns;
  columns.count = count;
  columns.has_header = false;
  for (std::size_t i = 0; i < order.size() && i < count; ++i) {
    const auto known = std::find(kColumns.begin(), kColumns.end(), lower(order[i]));
    if (known != kColumns.end()) columns.at[static_cast<std::size_t>(known - kColumns.begin())] = i;
  }
  return columns;
}

Columns columns_by_name(const FileJob& job, const std::vector<std::string_view>& header) {
  Columns columns;
  columns.count = header.size();
  Json names = Json::object();
  if (job.entry.with.is_object() && job.entry.with.contains("columns")) names = job.entry.with.at("columns");
  for (std::size_t i = 0; i < kColumns.size(); ++i) {
    const std::string name = lower(text_or(names, kColumns[i], std::string(kColumns[i])));
    for (std::size_t at = 0; at < header.size() && !columns.at[i]; ++at) {
      if (lower(trim(header[at])) == name) columns.at[i] = at;
    }
  }
  return columns;
}

/// A first row whose second cell is a time is data in the usual order.
Result<Columns> find_columns(const FileJob& job, const std::vector<std::string_view>& first) {
  const bool has_list =
      job.entry.with.is_object() && job.entry.with.contains("columns") && job.entry.with.at("columns").is_array();
  Columns columns;
  if (has_list) {
    SURGSIGMA_TRY(order, list_of(job, "columns", {}));
    columns = columns_in_order(order, first.size());
    columns.has_header = !parse_time(columns.cell(first, kStart));
  } else {
    columns = columns_by_name(job, first);
    const bool is_bare = !columns.at[kStart] && first.size() >= 4 && parse_time(first[1]);
    if (is_bare) columns = columns_in_order({"video", "start", "end", "label", "kind"}, first.size());
  }
  for (const Column needed : {kStart, kLabel}) {
    if (columns.at[needed]) continue;
    return Error{ErrorKind::kData, "no column '" + std::string(kColumns[needed]) + "'", job.file.path + ":1",
                 "name the columns in the card's with, e.g. columns: {start: Beginn, label: Phase}"};
  }
  if (!columns.at[kVideo] && job.file.captures.count("video") == 0) {
    return Error{ErrorKind::kData, "neither a video column nor a {video} in the card's pattern", job.file.path + ":1",
                 "name the column in the card's with, or capture {video} from the file's name"};
  }
  return columns;
}

std::string video_name(const FileJob& job, const std::string& pattern, std::string_view cell) {
  if (!pattern.empty()) {
    const auto captures = match_path(pattern, cell);
    return captures && captures->count("video") != 0 ? captures->at("video") : "";
  }
  if (cell.empty()) {
    const auto captured = job.file.captures.find("video");
    return captured == job.file.captures.end() ? "" : captured->second;
  }
  const std::size_t slash = cell.find_last_of("/\\");
  if (slash != std::string_view::npos) cell.remove_prefix(slash + 1);
  for (const std::string_view ending : kEndings) {
    if (cell.size() > ending.size() && ends_with_ignoring_case(cell, ending)) {
      return std::string(cell.substr(0, cell.size() - ending.size()));
    }
  }
  return std::string(cell);
}

std::optional<AnnotationKind> interval_kind(std::string_view word) {
  const auto kind = from_word<AnnotationKind>(lower(word));
  const bool is_interval = kind == AnnotationKind::kPhase || kind == AnnotationKind::kStep ||
                           kind == AnnotationKind::kAction || kind == AnnotationKind::kFlag ||
                           kind == AnnotationKind::kMotion;
  return is_interval ? kind : std::nullopt;
}

/// What the card says about the file.
struct Settings {
  Unit unit = Unit::kAuto;
  std::int64_t first = 0;
  AnnotationKind kind = AnnotationKind::kPhase;
  std::map<std::string, AnnotationKind> kinds;  ///< words of the kind column, lower case
  std::map<AnnotationKind, const Vocabulary*> vocabularies;
  std::map<std::string, double> durations;
  std::string video_pattern;
};

Result<const Vocabulary*> vocabulary_named(const FileJob& job, const std::string& name) {
  const auto found = job.card.vocabularies.find(name);
  if (found != job.card.vocabularies.end()) return &found->second;
  return card_error(job, "the card has no vocabulary '" + name + "'", "add it, or leave it out of with");
}

Json object_in(const FileJob& job, std::string_view key) {
  const Json& with = job.entry.with;
  const bool is_there = with.is_object() && with.contains(key) && with[std::string(key)].is_object();
  return is_there ? with[std::string(key)] : Json::object();
}

Result<Settings> settings_of(const FileJob& job) {
  Settings settings;
  static const std::map<std::string, Unit> kUnits = {
      {"auto", Unit::kAuto},     {"seconds", Unit::kSeconds}, {"s", Unit::kSeconds},   {"ms", Unit::kMilliseconds},
      {"frames", Unit::kFrames}, {"second", Unit::kSeconds},  {"frame", Unit::kFrames}};
  const auto unit = kUnits.find(lower(job.param("unit", "auto")));
  if (unit == kUnits.end()) return card_error(job, "with.unit is no unit of time", "seconds, ms, frames or auto");
  settings.unit = unit->second;
  SURGSIGMA_TRY(first, integer_of(job, "first", 0));
  settings.first = first;
  const auto kind = interval_kind(job.param("kind", "phase"));
  if (!kind) return card_error(job, "with.kind is no kind of interval", "phase, step, action, flag or motion");
  settings.kind = *kind;
  const Json kinds = object_in(job, "kinds");
  for (const auto& [word_in_file, name] : kinds.items()) {
    const auto meant = name.is_string() ? interval_kind(name.get<std::string>()) : std::nullopt;
    if (!meant) return card_error(job, "with.kinds." + word_in_file + " is no kind of interval", "phase, step, ...");
    settings.kinds[lower(word_in_file)] = *meant;
  }
  if (const std::string name = job.param("vocabulary", ""); !name.empty()) {
    SURGSIGMA_TRY(vocabulary, vocabulary_named(job, name));
    settings.vocabularies[settings.kind] = vocabulary;
  }
  const Json vocabularies = object_in(job, "vocabularies");
  for (const auto& [word_of_kind, name] : vocabularies.items()) {
    const auto meant = interval_kind(word_of_kind);
    if (!meant || !name.is_string()) return card_error(job, "with.vocabularies maps kinds to names", "{phase: phases}");
    SURGSIGMA_TRY(vocabulary, vocabulary_named(job, name.get<std::string>()));
    settings.vocabularies[*meant] = vocabulary;
  }
  const Json durations = object_in(job, "durations");
  for (const auto& [video, seconds] : durations.items()) {
    const bool is_duration =
        seconds.is_number() && seconds.get<double>() > 0 && seconds.get<double>() <= kLongestNumber;
    if (!is_duration) {
      return card_error(job, "with.durations." + video + " is no duration", "seconds");
    }
    settings.durations[video] = seconds.get<double>();
  }
  settings.video_pattern = job.param("video", "");
  return settings;
}

class IntervalTable {
 public:
  IntervalTable(const FileJob& job, Settings settings, Columns columns)
      : job_(job), settings_(std::move(settings)), columns_(columns), spots_(job), issues_(job.out) {}

  void take(const CsvReader& csv) {
    job_.out.rows(1);
    const auto& fields = csv.fields();
    const std::int64_t line = csv.line();
    if (csv.unclosed_quote()) return refuse({}, line, "unclosed_quote", "", "a quote is never closed");
    if (fields.size() != columns_.count) {
      return refuse({}, line, "column_count", join_fields(fields),
                    std::to_string(columns_.count) + " columns expected, " + std::to_string(fields.size()) + " found");
    }
    Row row;
    row.line = line;
    row.label = std::string(columns_.cell(fields, kLabel));
    row.video = video_name(job_, settings_.video_pattern, columns_.cell(fields, kVideo));
    if (!is_recording_name(row.video))
      return refuse({}, line, "unknown_video", join_fields(fields), "no recording is named");
    if (row.label.empty()) return refuse({}, line, "no_label", join_fields(fields), "the label is empty");
    const auto kind = kind_of(columns_.cell(fields, kKind));
    if (!kind) {
      return refuse({}, line, "unknown_kind", std::string(columns_.cell(fields, kKind)),
                    "neither phase, step, action nor flag; say what it means in with.kinds");
    }
    row.kind = *kind;
    const auto start = parse_time(columns_.cell(fields, kStart));
    if (!start) {
      return refuse({}, line, "malformed_time", std::string(columns_.cell(fields, kStart)), "the start is no time");
    }
    row.start = *start;
    const std::string_view end = columns_.cell(fields, kEnd);
    if (!end.empty()) {
      row.end = parse_time(end);
      if (!row.end) return refuse({}, line, "malformed_time", std::string(end), "the end is no time");
    }
    rows_.push_back(std::move(row));
  }

  Status finish() {
    std::map<std::string, std::vector<Row*>> by_video;
    for (Row& row : rows_) by_video[row.video].push_back(&row);
    for (auto& [video, rows] : by_video) {
      SURGSIGMA_TRY(id, spots_.video(video));
      video_ids_[video] = id;
      set_times(video, id, rows);
      fill_ends(video, id, rows);
      check_order(id, rows);
    }
    for (Row& row : rows_) {
      if (!row.is_refused) record(row);
    }
    return done();
  }

 private:
  void refuse(const VideoId& video, std::int64_t line, std::string_view rule, std::string value, std::string message,
              std::string hint = "correct this line") {
    issues_.add(video, line, {rule, std::move(value), std::move(message), std::move(hint)});
  }
  void refuse(Row& row, std::string_view rule, std::string value, std::string message,
              std::string hint = "correct this line") {
    row.is_refused = true;
    refuse(video_ids_[row.video], row.line, rule, std::move(value), std::move(message), std::move(hint));
  }

  std::optional<AnnotationKind> kind_of(std::string_view cell) const {
    if (!columns_.at[kKind] || cell.empty()) return settings_.kind;
    const auto named = settings_.kinds.find(lower(cell));
    return named != settings_.kinds.end() ? std::optional(named->second) : interval_kind(cell);
  }

  /// The unit of plain numbers in the rows of one recording; nothing where it cannot be told.
  std::optional<Unit> unit_of(const std::string& video, const std::vector<Row*>& rows) const {
    if (settings_.unit != Unit::kAuto) return settings_.unit;
    double longest = 0;
    for (const Row* row : rows) {
      for (const TimeCell& cell : {row->start, row->end.value_or(row->start)}) {
        if (!cell.is_clock) longest = std::max(longest, cell.number);
      }
    }
    const auto duration = settings_.durations.find(video);
    if (duration == settings_.durations.end()) {
      return longest <= kLongestSeconds ? std::optional(Unit::kSeconds) : std::nullopt;
    }
    const FrameRate rate = job_.card.frame_rate;
    const double seconds = duration->second;
    const double frames = seconds * static_cast<double>(rate.num) / static_cast<double>(rate.den);
    if (longest <= kSlackFactor * seconds) return Unit::kSeconds;
    if (longest <= kSlackFactor * frames) return Unit::kFrames;
    if (longest <= kSlackFactor * seconds * 1000) return Unit::kMilliseconds;
    return std::nullopt;
  }

  void set_times(const std::string& video, const VideoId& id, const std::vector<Row*>& rows) {
    const auto unit = unit_of(video, rows);
    if (unit == Unit::kFrames && settings_.unit == Unit::kAuto) {
      issues_.add(id, rows.front()->line,
                  {"unit_frames", video, "the numbers are frames: as seconds they would be longer than the recording",
                   "say unit: frames in the card's with", Severity::kInfo},
                  0);
    }
    for (Row* row : rows) {
      const bool has_plain = !row->start.is_clock || (row->end && !row->end->is_clock);
      if (!unit && has_plain) {
        refuse(*row, "unknown_unit", std::to_string(std::llround(row->end.value_or(row->start).number)),
               "as seconds this would be longer than any operation",
               "say unit: frames or ms in the card's with, or give durations");
        continue;
      }
      row->time.begin = microseconds(row->start, *unit_or_seconds(unit));
      if (row->end) row->time.end = microseconds(*row->end, *unit_or_seconds(unit));
      if (unit != Unit::kFrames || row->start.is_clock) continue;
      row->begin_frame = std::llround(row->start.number) - settings_.first;
      if (row->end && !row->end->is_clock) row->end_frame = std::llround(row->end->number) - settings_.first;
      if (*row->begin_frame < 0) {
        refuse(*row, "frame_before_first", std::to_string(std::llround(row->start.number)),
               "the first frame has the index " + std::to_string(settings_.first));
      }
    }
  }

  static std::optional<Unit> unit_or_seconds(std::optional<Unit> unit) { return unit ? unit : Unit::kSeconds; }

  Microseconds microseconds(const TimeCell& cell, Unit unit) const {
    if (cell.is_clock) return static_cast<Microseconds>(cell.number);
    switch (unit) {
      case Unit::kFrames:
        return time_of_frame(std::max<std::int64_t>(0, std::llround(cell.number) - settings_.first),
                             job_.card.frame_rate);
      case Unit::kMilliseconds:
        return std::llround(cell.number * 1000);
      case Unit::kAuto:
      case Unit::kSeconds:
        break;
    }
    return std::llround(cell.number * static_cast<double>(kSecond));
  }

  /// Gives open intervals the start of the next one of their kind.
  void fill_ends(const std::string& video, const VideoId& id, std::vector<Row*>& rows) {
    std::stable_sort(rows.begin(), rows.end(),
                     [](const Row* a, const Row* b) { return a->time.begin < b->time.begin; });
    const auto duration = settings_.durations.find(video);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      Row& row = *rows[i];
      if (row.end || row.is_refused) continue;
      const auto next =
          std::find_if(rows.begin() + static_cast<std::ptrdiff_t>(i) + 1, rows.end(), [&](const Row* other) {
            return !other->is_refused && other->kind == row.kind && other->time.begin > row.time.begin;
          });
      if (next != rows.end()) {
        row.time.end = (*next)->time.begin;
        row.end_frame = row.begin_frame ? (*next)->begin_frame : std::nullopt;
      } else if (duration != settings_.durations.end()) {
        row.time.end = std::llround(duration->second * static_cast<double>(kSecond));
        row.end_frame = row.begin_frame ? std::optional(frame_at(row.time.end, job_.card.frame_rate)) : std::nullopt;
      } else {
        refuse(id, row.line, "open_end", row.label, "the last interval of its kind has no end",
               "give its end, or the recording's duration in the card's with");
        row.is_refused = true;
      }
    }
  }

  void check_order(const VideoId& id, const std::vector<Row*>& rows) {
    const Row* previous = nullptr;  // the phase that reaches furthest
    for (Row* row : rows) {
      if (row->is_refused) continue;
      if (row->time.end <= row->time.begin) {
        refuse(*row, "end_before_start", clock_text(row->time.begin) + ".." + clock_text(row->time.end),
               "the end is not after the start");
        continue;
      }
      if (row->kind != AnnotationKind::kPhase || is_overlay(*row)) continue;
      if (previous != nullptr && row->time.begin < previous->time.end) {
        issues_.add(id, row->line,
                    {"overlapping_phases", row->label,
                     "it begins before '" + previous->label + "' of line " + std::to_string(previous->line) + " ends",
                     "phases exclude each other; use kind flag or action for what may overlap"},
                    0);
      }
      if (previous == nullptr || row->time.end > previous->time.end) previous = row;
    }
  }

  bool is_overlay(const Row& row) const {
    const Vocabulary* vocabulary = vocabulary_of(row.kind);
    const VocabularyLabel* label = vocabulary != nullptr ? vocabulary->by_label(row.label) : nullptr;
    return label != nullptr && label->has_becomes && label->becomes != AnnotationKind::kPhase;
  }

  const Vocabulary* vocabulary_of(AnnotationKind kind) const {
    const auto found = settings_.vocabularies.find(kind);
    return found == settings_.vocabularies.end() ? nullptr : found->second;
  }

  void record(Row& row) {
    const VideoId& id = video_ids_[row.video];
    const Vocabulary* vocabulary = vocabulary_of(row.kind);
    const VocabularyLabel* label = vocabulary != nullptr ? vocabulary->by_label(row.label) : nullptr;
    if (vocabulary != nullptr && vocabulary->is_closed && label == nullptr) {
      std::vector<std::string> words;
      for (const VocabularyLabel& known : vocabulary->labels) words.push_back(known.label);
      const auto near = nearest(row.label, words);
      return refuse(row, "unknown_label", row.label, "not in vocabulary '" + vocabulary->id + "'",
                    near ? "did you mean '" + *near + "'?" : "add it to the source card");
    }
    Spot spot = spots_.span(id, row.time);
    spot.begin_frame = row.begin_frame;
    spot.end_frame = row.begin_frame ? row.end_frame : std::nullopt;
    RawAnnotation annotation =
        record_at(spot, row.kind, vocabulary != nullptr ? vocabulary->id : "", {row.label}, row.line, 1);
    if (label != nullptr) annotation.state = label->state;
    if (label != nullptr && label->has_becomes) annotation.kind = label->becomes;
    job_.out.record(std::move(annotation));
  }

  const FileJob& job_;
  Settings settings_;
  Columns columns_;
  Spots spots_;
  FileIssues issues_;
  std::vector<Row> rows_;
  std::map<std::string, VideoId> video_ids_;
};

}  // namespace

Status read_intervals_csv(const FileJob& job) {
  SURGSIGMA_TRY(settings, settings_of(job));
  SURGSIGMA_TRY(text, job.text());
  unify_line_ends(text);
  SURGSIGMA_TRY(delimiter, delimiter_of(job, text, guess_delimiter(text)));
  CsvReader csv(text, delimiter);
  if (!csv.next()) return done();  // an empty table says nothing
  SURGSIGMA_TRY(columns, find_columns(job, csv.fields()));
  IntervalTable table(job, std::move(settings), columns);
  if (!columns.has_header) table.take(csv);
  while (csv.next()) table.take(csv);
  return table.finish();
}

}  // namespace surgsigma
