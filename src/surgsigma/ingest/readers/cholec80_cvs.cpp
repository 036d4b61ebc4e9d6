// Cholec80-CVS (ManuelRios18/CHOLEC80-CVS-PUBLIC): the critical view of safety in the 80 videos of Cholec80, three
// criteria with an ordinal score of 0, 1 or 2 each. Four shapes of file:
//
// intervals    the published workbook saved as CSV: video, initial_minute, initial_second, final_minute, final_second,
//              two_structures, cystic_plate, hepatocystic_triangle, and perhaps Total and critical_view. Times are
//              whole seconds of the Cholec80 video; native frames are 25 per second, the last one included, as the
//              authors' expansion counts them. A row is a line and becomes one criterion record per criterion.
// scores       videoNN.csv of the authors' expansion: video_name, image (native frame), three scores. Frames were drawn
// at
//              random and in any order; a frame drawn twice is told once. A row is a line. Origin is derived.
// frame_index  videos_frames_index.csv: video_name, final_frame, the last frame before the first clip or cut. A row is
// a
//              line and becomes a flag over the window in which the criteria were judged.
// folds        folds.json: lists of videos. A row is a listed video; each is checked against the card's splits.
//
// `value` of a record is the score; 0 is state absent, 1 and 2 are present ("any evidence" and "fully met" are two
// questions for later). Columns are found by their names, as the authors' code does.
//
// with:
//   shape: intervals            or scores, frame_index, folds
//   vocabulary: criteria        intervals and scores: the three criteria; frame_index: the flag (one word)
//   window_role: frame_index    intervals: the role whose file says where the window ends
//   split: fold                 folds: list k must be the test part of the card's split <split>k
//   name: "video{video:d}"      how the files write a video
#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "surgsigma/base/csv.h"
#include "surgsigma/base/text.h"
#include "surgsigma/ingest/readers/readers.h"
#include "surgsigma/ingest/readers/track.h"

namespace surgsigma {
namespace {

using What = RowIssues::What;
using Row = std::vector<std::string_view>;

constexpr std::size_t kCriteria = 3;
constexpr std::int64_t kLargestScore = 2;
constexpr std::int64_t kViewFrom = 5;  // sum of the scores that makes a critical view
constexpr std::int64_t kLongestMinutes = 24 * 60;

/// Columns of the scores' shape beside the words of the card.
const std::map<std::string, std::string, std::less<>> kScoreColumns = {
    {"two_structures_score", "two_structures"},
    {"cystic_plate_score", "cystic_plate"},
    {"hc_triangle_score", "hepatocystic_triangle"},
};

/// A whole number as spreadsheets write it: "6" or "6.0".
std::optional<std::int64_t> whole(std::string_view field) {
  if (const auto number = parse_int(field)) return number;
  const auto value = parse_double(field);
  if (!value || *value != std::floor(*value) || std::abs(*value) > 1e9) return std::nullopt;
  return static_cast<std::int64_t>(*value);
}

/// A table whose columns are found by name.
class NamedTable {
 public:
  /// Reads the header. Fails with kData naming the columns that are missing.
  static Result<NamedTable> open(const FileJob& job, std::string_view text, const std::vector<std::string>& needed) {
    SURGSIGMA_TRY(delimiter, delimiter_of(job, text, ','));
    NamedTable table(CsvReader(text, delimiter));
    if (!table.reader_.next()) {
      return Error{ErrorKind::kData, "the file holds no rows", job.file.path, "was the download cut short?"};
    }
    for (const std::string_view field : table.reader_.fields()) {
      const std::string name = lower(trim(field));
      if (!table.column_.emplace(name, table.names_.size()).second) {
        return Error{ErrorKind::kData, "column " + quoted(name) + " stands twice", job.file.path + ":1", ""};
      }
      table.names_.push_back(name);
    }
    for (const std::string& name : needed) {
      if (table.column_.contains(name)) continue;
      const auto near = nearest(name, table.names_);
      return Error{ErrorKind::kData,
                   "column " + quoted(name) + " is missing" + (near ? " (is it " + quoted(*near) + "?)" : ""),
                   job.file.path + ":1", "expected columns: " + comma_list(needed)};
    }
    return table;
  }

  bool next() { return reader_.next(); }
  std::int64_t line() const { return reader_.line(); }
  bool has(std::string_view column) const { return column_.contains(column); }
  /// The row has as many fields as the header.
  bool is_even() const { return reader_.fields().size() == names_.size(); }
  std::size_t width() const { return reader_.fields().size(); }
  std::size_t expected_width() const { return names_.size(); }
  std::string_view text(std::string_view column) const { return trim(reader_.fields()[column_.find(column)->second]); }
  std::optional<std::int64_t> number(std::string_view column) const { return whole(text(column)); }

 private:
  explicit NamedTable(CsvReader reader) : reader_(std::move(reader)) {}
  CsvReader reader_;
  std::vector<std::string> names_;
  std::map<std::string, std::size_t, std::less<>> column_;
};

/// A row with another number of fields than the header.
std::optional<What> uneven(const NamedTable& table) {
  if (table.is_even()) return std::nullopt;
  return What{
      "field_count", std::to_string(table.width()),
      std::to_string(table.width()) + " fields where " + std::to_string(table.expected_width()) + " are expected",
      "a row has a field for each column of the header"};
}

/// Opens a table; one that lacks columns is refused with all its rows.
std::optional<NamedTable> open_or_refuse(const FileJob& job, std::string_view text,
                                         const std::vector<std::string>& needed) {
  auto table = NamedTable::open(job, text, needed);
  if (table) return std::move(table).value();
  refuse_table(job, {}, text, 1, {"unexpected_columns", "", table.error().what, table.error().hint});
  return std::nullopt;
}

/// Videos as the files write them: "video07", or 7 in the workbook.
class Videos {
 public:
  explicit Videos(const FileJob& job) : job_(job), pattern_(job.param("name", "video{video:d}")) {}

  /// The number in a video's name, or nothing.
  std::optional<Captures> captures(std::string_view name) const {
    if (const auto number = whole(name)) {
      if (*number < 0) return std::nullopt;
      return Captures{{"video", std::to_string(*number)}};
    }
    auto found = match_path(pattern_, name);
    if (!found || !found->contains("video")) return std::nullopt;
    return found;
  }
  /// Id of the video without declaring it; nothing for a name that is none, or a case outside the card's splits.
  std::optional<VideoId> id_of(std::string_view name) {
    const auto found = captures(name);
    if (!found) return std::nullopt;
    const auto key = case_of(job_.card, *found);
    const auto video = fill_pattern(job_.card.video_name, *found);
    if (!key || !video || (!known().empty() && !known().contains(key->text))) return std::nullopt;
    return VideoId(job_.card.id.text + "/" + *video);
  }
  std::optional<VideoId> declare(std::string_view name) {
    if (!id_of(name)) return std::nullopt;
    const auto id = job_.out.video(*captures(name));
    return id ? std::optional(*id) : std::nullopt;
  }
  const std::set<std::string>& known() {
    if (known_.empty()) {
      for (const OfficialSplit& split : job_.card.splits) {
        for (const auto& [part, cases] : split.parts) known_.insert(cases.begin(), cases.end());
      }
    }
    return known_;
  }

 private:
  const FileJob& job_;
  std::string pattern_;
  std::set<std::string> known_;
};

What unknown_video(std::string_view name) {
  return {"unknown_video", shortened(name), "the card has no such video",
          "videos are written video01 to video80, or 1 to 80"};
}

RawAnnotation criterion(const FileJob& job, const VideoId& video, const Vocabulary& vocabulary, const std::string& name,
                        std::int64_t score, std::int64_t begin_frame, std::int64_t end_frame) {
  RawAnnotation made;
  made.video_id = video;
  made.kind = AnnotationKind::kCriterion;
  made.labels = {name};
  made.vocabulary = vocabulary.id;
  made.value = static_cast<double>(score);
  made.state = score == 0 ? LabelState::kAbsent : LabelState::kPresent;
  made.begin_frame = begin_frame;
  made.end_frame = end_frame;
  made.begin_us = time_of_frame(begin_frame, job.card.frame_rate);
  made.end_us = time_of_frame(end_frame, job.card.frame_rate);
  return made;
}

/// The three scores of a row under these columns, or what is wrong with them.
std::optional<What> read_scores(const NamedTable& table, const std::vector<std::string>& columns,
                                std::vector<std::int64_t>& scores) {
  scores.clear();
  for (const std::string& column : columns) {
    const auto score = table.number(column);
    if (!score || *score < 0 || *score > kLargestScore) {
      return What{"score_out_of_range", shortened(table.text(column)), column + " is none of 0, 1 and 2",
                  "0 not met, 1 partly, 2 fully"};
    }
    scores.push_back(*score);
  }
  return std::nullopt;
}

Result<const Vocabulary*> criteria_of(const FileJob& job) {
  SURGSIGMA_TRY(vocabulary, job.vocabulary());
  if (vocabulary->labels.size() != kCriteria) {
    return card_error(job, "vocabulary " + quoted(vocabulary->id) + " must hold the three criteria", "");
  }
  return vocabulary;
}

std::vector<std::string> words_of(const Vocabulary& vocabulary) {
  std::vector<std::string> words;
  for (const VocabularyLabel& label : vocabulary.labels) words.push_back(label.label);
  return words;
}

// Intervals -----------------------------------------------------------------------------------------------------------

struct Interval {
  std::int64_t begin_s = 0;
  std::int64_t end_s = 0;  ///< the second of the last frame
  std::int64_t line = 0;
};

/// Seconds of "<which>_minute" and "<which>_second".
std::optional<What> read_clock(const NamedTable& table, const std::string& which, std::int64_t& seconds) {
  const auto minute = table.number(which + "_minute");
  const auto second = table.number(which + "_second");
  if (!minute || !second || *minute < 0 || *second < 0 || *second > 59 || *minute > kLongestMinutes) {
    return What{"malformed_time",
                shortened(table.text(which + "_minute")) + ":" + shortened(table.text(which + "_second")),
                which + "_minute and " + which + "_second are no time of a video",
                "minutes and seconds are whole numbers, seconds below 60"};
  }
  seconds = *minute * 60 + *second;
  return std::nullopt;
}

/// Total and critical_view, where the workbook has them, must follow from the scores.
std::optional<What> check_sums(const NamedTable& table, const std::vector<std::int64_t>& scores) {
  std::int64_t sum = 0;
  for (const std::int64_t score : scores) sum += score;
  if (table.has("total") && table.number("total") != sum) {
    return What{"wrong_total", shortened(table.text("total")), "the scores add up to " + std::to_string(sum),
                "ask which of the numbers is meant"};
  }
  const std::int64_t view = sum >= kViewFrom ? 1 : 0;
  if (table.has("critical_view") && table.number("critical_view") != view) {
    return What{"wrong_critical_view", shortened(table.text("critical_view")),
                "a sum of " + std::to_string(sum) + " makes critical_view " + std::to_string(view),
                "critical_view is 1 exactly when the scores sum to 5 or more"};
  }
  return std::nullopt;
}

/// Last frame before the first clip by video, from the file of `window_role`; empty when there is none.
std::map<VideoId, std::int64_t> window_ends(const FileJob& job, Videos& videos) {
  std::map<VideoId, std::int64_t> ends;
  for (const MatchedFile* file : job.source.of_role(job.card, job.param("window_role", "frame_index"))) {
    const auto bytes = read_file(job.source.root / file->path);
    if (!bytes) continue;
    auto table = NamedTable::open(job, *bytes, {"video_name", "final_frame"});
    while (table && table->next()) {
      if (!table->is_even()) continue;
      const auto video = videos.id_of(table->text("video_name"));
      const auto end = table->number("final_frame");
      if (video && end) ends[*video] = *end;
    }
  }
  return ends;
}

Status read_intervals(const FileJob& job) {
  SURGSIGMA_TRY(vocabulary, criteria_of(job));
  SURGSIGMA_TRY(text, job.text());
  const std::vector<std::string> criteria = words_of(*vocabulary);
  std::vector<std::string> needed = {"video", "initial_minute", "initial_second", "final_minute", "final_second"};
  needed.insert(needed.end(), criteria.begin(), criteria.end());
  auto table = open_or_refuse(job, text, needed);
  if (!table) return done();

  Videos videos(job);
  const auto windows = window_ends(job, videos);
  std::map<VideoId, std::vector<Interval>> by_video;
  std::vector<std::int64_t> scores;
  RowIssues issues(job.out, {});
  while (table->next()) {
    job.out.rows(1);
    const std::int64_t line = table->line();
    auto wrong = uneven(*table);
    if (wrong) {
      issues.add(line, std::move(*wrong));
      continue;
    }
    const auto video = videos.declare(table->text("video"));
    if (!video) {
      issues.add(line, unknown_video(table->text("video")));
      continue;
    }
    Interval interval{0, 0, line};
    wrong = read_clock(*table, "initial", interval.begin_s);
    if (!wrong) wrong = read_clock(*table, "final", interval.end_s);
    if (!wrong) wrong = read_scores(*table, criteria, scores);
    const std::string span = clock_text(interval.begin_s * kSecond) + " to " + clock_text(interval.end_s * kSecond);
    if (!wrong && interval.end_s < interval.begin_s) {
      const bool is_positive = std::any_of(scores.begin(), scores.end(), [](std::int64_t score) { return score > 0; });
      wrong = What{"ends_before_start", span,
                   "the interval of " + video->text + " ends before it starts" +
                       (is_positive ? "; its scores are not all 0" : ""),
                   "were the times swapped? the authors' code passes over it"};
    }
    if (!wrong) wrong = check_sums(*table, scores);
    if (wrong) {
      wrong->message = video->text + ": " + wrong->message;
      issues.add(line, std::move(*wrong));
      continue;
    }
    const std::int64_t begin = frame_at(interval.begin_s * kSecond, job.card.frame_rate);
    const std::int64_t end = frame_at(interval.end_s * kSecond, job.card.frame_rate) + 1;
    if (const auto window = windows.find(*video); window != windows.end() && end > window->second + 1) {
      issues.add(line,
                 {"past_window", span,
                  video->text + ": the interval runs past frame " + std::to_string(window->second) +
                      ", the last before the first clip",
                  "kept as it is; the authors' expansion cuts it there", Severity::kWarning},
                 0);
    }
    for (const Interval& other : by_video[*video]) {
      if (interval.begin_s >= other.end_s || other.begin_s >= interval.end_s) continue;
      issues.add(
          line,
          {"overlapping_intervals", span, video->text + ": overlaps the interval of line " + std::to_string(other.line),
           "the authors' expansion lets the later row win", Severity::kWarning},
          0);
    }
    by_video[*video].push_back(interval);
    for (std::size_t i = 0; i < criteria.size(); ++i) {
      RawAnnotation made = criterion(job, *video, *vocabulary, criteria[i], scores[i], begin, end);
      made.line = line;
      made.rows = i == 0 ? 1 : 0;
      job.out.record(std::move(made));
    }
  }
  return done();
}

// Scores --------------------------------------------------------------------------------------------------------------

Status read_expansion(const FileJob& job) {
  SURGSIGMA_TRY(vocabulary, criteria_of(job));
  SURGSIGMA_TRY(video, job.out.video(job.file.captures));
  SURGSIGMA_TRY(text, job.text());
  std::vector<std::string> columns;
  const std::vector<std::string> criteria = words_of(*vocabulary);
  for (const std::string& word : criteria) {
    const auto known = std::find_if(kScoreColumns.begin(), kScoreColumns.end(),
                                    [&](const auto& column) { return column.second == word; });
    columns.push_back(known == kScoreColumns.end() ? word + "_score" : known->first);
  }
  std::vector<std::string> needed = {"video_name", "image"};
  needed.insert(needed.end(), columns.begin(), columns.end());
  auto table = open_or_refuse(job, text, needed);
  if (!table) return done();

  Videos videos(job);
  RowIssues issues(job.out, video);
  std::map<std::int64_t, std::vector<std::int64_t>> seen;
  std::vector<std::int64_t> scores;
  while (table->next()) {
    job.out.rows(1);
    const std::int64_t line = table->line();
    if (auto wrong = uneven(*table)) {
      issues.add(line, std::move(*wrong));
      continue;
    }
    if (videos.id_of(table->text("video_name")) != video) {
      issues.add(line, {"wrong_video", shortened(table->text("video_name")),
                        "the row is about another video than its file", "the file was read as " + video.text});
      continue;
    }
    const auto frame = table->number("image");
    if (!frame || *frame < 0 || *frame > IndexSequence::kLargest) {
      issues.add(line, {"not_a_number", shortened(table->text("image")), "image is no frame number",
                        "image is the native frame from 0"});
      continue;
    }
    if (auto wrong = read_scores(*table, columns, scores)) {
      issues.add(line, std::move(*wrong));
      continue;
    }
    const auto [first, is_new] = seen.emplace(*frame, scores);
    if (!is_new) {
      const bool is_same = first->second == scores;
      issues.add(line, {is_same ? "repeated_index" : "score_conflict", std::to_string(*frame),
                        is_same ? "the frame was drawn before" : "the frame stands before with other scores",
                        is_same ? "the authors' expansion draws with replacement where frames run out" : "",
                        is_same ? Severity::kInfo : Severity::kError});
      continue;
    }
    for (std::size_t i = 0; i < criteria.size(); ++i) {
      RawAnnotation made = criterion(job, video, *vocabulary, criteria[i], scores[i], *frame, *frame + 1);
      made.line = line;
      made.rows = i == 0 ? 1 : 0;
      made.origin = Origin::kDerived;
      job.out.record(std::move(made));
    }
  }
  return done();
}

// Frame index ---------------------------------------------------------------------------------------------------------

Status read_frame_index(const FileJob& job) {
  SURGSIGMA_TRY(vocabulary, job.vocabulary());
  if (vocabulary->kind != "flag" || vocabulary->labels.size() != 1) {
    return card_error(job, "vocabulary " + quoted(vocabulary->id) + " must hold one flag",
                      "its word says that the criteria were judged in this window");
  }
  SURGSIGMA_TRY(text, job.text());
  auto table = open_or_refuse(job, text, {"video_name", "final_frame"});
  if (!table) return done();
  Videos videos(job);
  std::set<VideoId> seen;
  RowIssues issues(job.out, {});
  while (table->next()) {
    job.out.rows(1);
    const std::int64_t line = table->line();
    if (auto wrong = uneven(*table)) {
      issues.add(line, std::move(*wrong));
      continue;
    }
    const std::string_view name = table->text("video_name");
    const auto video = videos.declare(name);
    const auto last = table->number("final_frame");
    if (!video) {
      issues.add(line, unknown_video(name));
    } else if (!last || *last < 0 || *last > IndexSequence::kLargest) {
      issues.add(line, {"not_a_number", shortened(table->text("final_frame")), "final_frame is no frame number",
                        "final_frame is the native frame from 0"});
    } else if (!seen.insert(*video).second) {
      issues.add(line, {"repeated_video", shortened(name), "the video has a row already", "keep one of the rows"});
    } else {
      RawAnnotation made;
      made.video_id = *video;
      made.kind = AnnotationKind::kFlag;
      made.labels = {vocabulary->labels[0].label};
      made.vocabulary = vocabulary->id;
      made.begin_frame = 0;
      made.end_frame = *last + 1;
      made.end_us = time_of_frame(*last + 1, job.card.frame_rate);
      made.line = line;
      made.origin = Origin::kDerived;
      job.out.record(std::move(made));
    }
  }
  return done();
}

// Folds ---------------------------------------------------------------------------------------------------------------

const OfficialSplit* split_named(const SourceCard& card, const std::string& name) {
  const auto found = std::find_if(card.splits.begin(), card.splits.end(),
                                  [&](const OfficialSplit& split) { return split.name == name; });
  return found == card.splits.end() ? nullptr : &*found;
}

Status read_folds(const FileJob& job) {
  SURGSIGMA_TRY(text, job.text());
  SURGSIGMA_TRY(document, parse_json(text, job.file.path));
  const bool has_folds = document.is_object() && document.contains("folds") && document["folds"].is_array();
  if (!has_folds) {
    return Error{ErrorKind::kData, "there is no list `folds`", job.file.path, "expected {\"folds\": [[...], ...]}"};
  }
  const std::string prefix = job.param("split", "fold");
  Videos videos(job);
  RowIssues issues(job.out, {});
  std::set<std::string> seen;
  std::int64_t element = 0;
  std::int64_t number = 0;
  for (const Json& fold : document["folds"]) {
    const std::string name = prefix + std::to_string(++number);
    const OfficialSplit* split = split_named(job.card, name);
    const auto test = split != nullptr ? split->parts.find("test")
                                       : std::map<std::string, std::vector<std::string>>::const_iterator();
    std::set<std::string> expected;
    if (split != nullptr && test != split->parts.end()) expected.insert(test->second.begin(), test->second.end());
    const Json videos_of_fold = fold.is_array() ? fold : Json::array({fold});
    for (const Json& item : videos_of_fold) {
      ++element;
      job.out.rows(1);
      const std::string written = item.is_string() ? item.get<std::string>() : to_text(item);
      const auto captures = item.is_string() ? videos.captures(written) : std::nullopt;
      const auto key = captures ? case_of(job.card, *captures) : Result<CaseId>(CaseId());
      if (!key || key->empty() || !videos.known().contains(key->text)) {
        issues.add(element, unknown_video(written));
      } else if (!seen.insert(key->text).second) {
        issues.add(element,
                   {"repeated_video", written, "the video is in an earlier fold", "folds must not share videos"});
      } else if (!expected.contains(key->text)) {
        issues.add(element,
                   {"split_differs", written,
                    "list " + std::to_string(number) + " holds it, test of the card's split " + name + " does not",
                    "the card's splits and the file are of different releases"});
      } else {
        expected.erase(key->text);
        job.out.accounted(1);
      }
    }
    for (const std::string& key : expected) {
      issues.add(element,
                 {"split_differs", key, "test of the card's split " + name + " holds it, the file does not",
                  "the card's splits and the file are of different releases"},
                 0);
    }
  }
  return done();
}

}  // namespace

Status read_cholec80_cvs(const FileJob& job) {
  const std::string shape = job.param("shape", "");
  if (shape == "intervals") return read_intervals(job);
  if (shape == "scores") return read_expansion(job);
  if (shape == "frame_index") return read_frame_index(job);
  if (shape == "folds") return read_folds(job);
  return card_error(job, "shape is " + quoted(shape), "write intervals, scores, frame_index or folds");
}

}  // namespace surgsigma
