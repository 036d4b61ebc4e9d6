#include "surgsigma/ingest/readers/track.h"

#include <algorithm>
#include <utility>

#include "surgsigma/base/text.h"

namespace surgsigma {
namespace {

bool same_word(std::string_view a, std::string_view b) {
  const std::string_view left = trim(a);
  return left.size() == b.size() && starts_with_ignoring_case(left, b);
}

bool is_listed(std::string_view field, const std::vector<std::string>& columns) {
  return std::any_of(columns.begin(), columns.end(), [&](const std::string& name) { return same_word(field, name); });
}

std::string written(const std::vector<std::string_view>& fields) {
  std::string text;
  for (const std::string_view field : fields) {
    if (!text.empty()) text += ", ";
    text += trim(field);
  }
  return quoted(text);
}

}  // namespace

void RowIssues::add(std::int64_t line, What what, std::int64_t rows) {
  auto at = by_rule_.find(what.rule);
  if (at == by_rule_.end()) at = by_rule_.emplace(std::string(what.rule), Held{}).first;
  Held& held = at->second;
  if (++held.seen <= kKept) {
    out_.issue(std::string(what.rule), what.severity, line, std::move(what.value), std::move(what.message),
               std::move(what.hint), rows, video_);
    return;
  }
  if (held.held++ == 0) held.first_line = line;
  held.held_rows += rows;
  held.last = std::move(what);
}

void RowIssues::finish() {
  for (auto& [rule, held] : by_rule_) {
    if (held.held == 0) continue;
    out_.issue(rule, held.last.severity, held.first_line, std::move(held.last.value),
               std::to_string(held.held) + " more like it from here on; the last: " + held.last.message,
               std::move(held.last.hint), held.held_rows, video_);
  }
  by_rule_.clear();
}

void IndexScale::place(RawAnnotation& record, std::int64_t begin, std::int64_t end) const {
  record.begin_us = time(begin);
  record.end_us = time(end);
  record.begin_frame = frame(begin);
  record.end_frame = frame(end);
}

Result<IndexScale> index_scale(const FileJob& job, std::string_view default_unit, std::int64_t default_step) {
  IndexScale scale;
  scale.native = job.card.frame_rate;
  const std::string own = job.param("frame_rate", "");
  if (!own.empty()) {
    const auto rate = parse_frame_rate(own);
    if (!rate) return card_error(job, "frame_rate is no rate: " + quoted(own), "write 25, 29.97 or 30000/1001");
    scale.native = *rate;
  }
  const std::string unit = job.param("unit", default_unit);
  if (unit == "frame") {
    scale.index_rate = scale.native;
  } else if (unit == "second") {
    scale.index_rate = {1, 1};
  } else if (const auto rate = parse_frame_rate(unit)) {
    scale.index_rate = *rate;
  } else {
    return card_error(job, "unit is " + quoted(unit), "write frame, second or indices per second");
  }
  SURGSIGMA_TRY(first, integer_of(job, "first", 0));
  SURGSIGMA_TRY(step, integer_of(job, "step", default_step));
  if (first < 0 || first > 1'000'000) return card_error(job, "first is " + std::to_string(first), "write 0 or 1");
  if (step < 1 || step > 1'000'000) {
    return card_error(job, "step is " + std::to_string(step), "step is the difference between neighbouring indices");
  }
  scale.first = first;
  scale.step = step;
  return scale;
}

void extend_video(const FileJob& job, const VideoId& video, const IndexScale& scale, std::int64_t end_index) {
  if (!(scale.native == job.card.frame_rate)) job.out.set_frame_rate(video, scale.native);
  if (end_index <= scale.first) return;
  job.out.extend_frames(video, scale.frame(end_index));
  job.out.extend_time(video, scale.time(end_index));
}

bool IndexSequence::accept(std::int64_t index, std::int64_t line, RowIssues& issues) {
  if (has_last_ && index == last_ + scale_.step && index <= kLargest) {
    last_ = index;
    return true;
  }
  const std::string value = std::to_string(index);
  if (index < scale_.first || index > kLargest) {
    issues.add(line, {"index_out_of_range", value, "no picture has this number",
                      "numbers of this file start at " + std::to_string(scale_.first)});
    return false;
  }
  if (!has_last_) {
    has_last_ = true;
    last_ = index;
    if (index > scale_.first) {
      issues.add(line,
                 {"index_gap", value, "the first " + std::to_string(index - scale_.first) + " have no row",
                  "they stay without a label", Severity::kInfo},
                 0);
    }
    return true;
  }
  if (index == last_) {
    issues.add(line, {"repeated_index", value, "this number has a row already", "keep one of the rows"});
    return false;
  }
  if (index < last_) {
    issues.add(line, {"index_goes_back", value, "the number falls behind " + std::to_string(last_),
                      "sort the rows; was another file appended?"});
    return false;
  }
  if (index < last_ + scale_.step) {
    issues.add(line, {"index_off_step", value,
                      "rows stand " + std::to_string(scale_.step) + " apart, this one follows " + std::to_string(last_),
                      "check the step in the source card"});
    return false;
  }
  if (index > last_ + scale_.step) {
    issues.add(
        line,
        {"index_gap", value, "no rows after " + std::to_string(last_), "they stay without a label", Severity::kInfo},
        0);
  }
  last_ = index;
  return true;
}

std::string PictureNames::of(std::int64_t frame) const {
  const SourceCard& card = job_.card;
  if (card.frame_media.empty() || frame % card.frame_media_step != 0) return {};
  Captures captures = job_.file.captures;
  captures["index"] = std::to_string(card.frame_media_first + frame / card.frame_media_step);
  const auto path = fill_pattern(card.frame_media, captures);
  return path ? *path : std::string();
}

Result<LabelField> label_field(const FileJob& job, std::string_view default_label_by, std::int64_t default_offset) {
  LabelField field;
  SURGSIGMA_TRY(vocabulary, job.vocabulary());
  field.vocabulary = vocabulary;
  const std::string by = job.param("label_by", default_label_by);
  if (by != "name" && by != "id") return card_error(job, "label_by is " + quoted(by), "write name or id");
  field.is_number = by == "id";
  SURGSIGMA_TRY(offset, integer_of(job, "label_offset", default_offset));
  field.offset = offset;
  return field;
}

Result<AnnotationKind> track_kind(const FileJob& job, const Vocabulary& vocabulary) {
  for (const AnnotationKind kind : {AnnotationKind::kPhase, AnnotationKind::kStep, AnnotationKind::kAction,
                                    AnnotationKind::kFlag, AnnotationKind::kMotion}) {
    if (vocabulary.kind == word(kind)) return kind;
  }
  return card_error(job, "vocabulary " + quoted(vocabulary.id) + " is of kind " + quoted(vocabulary.kind),
                    "one label per row needs a vocabulary of phases, steps, actions, flags or motions");
}

void TrackWriter::close() {
  if (run_.rows == 0) return;
  const Run run = std::exchange(run_, {});
  if (run.text.empty()) {
    issues_.add(run.line, {"empty_label", "", "the label is empty", "fill it in, or list the word for 'no label'"},
                run.rows);
    return;
  }
  const VocabularyLabel* label = nullptr;
  if (label_.is_number) {
    const auto number = parse_int(run.text);
    label = number ? label_.vocabulary->by_id(*number - label_.offset) : nullptr;
    if (label == nullptr) {
      issues_.add(run.line,
                  {number ? "unknown_label" : "not_a_number", shortened(run.text),
                   "no label of vocabulary " + label_.vocabulary->id + " has this number",
                   "the card counts labels from " + std::to_string(label_.offset)},
                  run.rows);
      return;
    }
  } else {
    label = label_.vocabulary->by_label(run.text);
  }
  RawAnnotation record;
  record.video_id = issues_.video();
  record.kind = label != nullptr && label->has_becomes ? label->becomes : kind_;
  record.labels.emplace_back(label != nullptr ? std::string_view(label->label) : run.text);
  record.vocabulary = label_.vocabulary->id;
  if (label != nullptr) record.state = label->state;
  record.line = run.line;
  record.rows = run.rows;
  scale_.place(record, run.begin, run.end);
  out_.record(std::move(record));
}

FirstRow first_row(const std::vector<std::string_view>& fields, const std::vector<std::string>& columns,
                   std::size_t index_column) {
  const auto same = [](std::string_view field, const std::string& name) { return same_word(field, name); };
  if (fields.size() == columns.size() && std::equal(fields.begin(), fields.end(), columns.begin(), same)) {
    return FirstRow::kHeader;
  }
  const bool has_number = index_column < fields.size() && parse_int(fields[index_column]).has_value();
  return has_number ? FirstRow::kData : FirstRow::kOther;
}

std::string column_complaint(const std::vector<std::string_view>& fields, const std::vector<std::string>& columns) {
  const std::string expected = "; expected " + comma_list(columns);
  if (fields.size() != columns.size()) {
    return std::to_string(fields.size()) + " columns where " + std::to_string(columns.size()) +
           " are expected: " + written(fields) + expected;
  }
  for (const std::string_view field : fields) {
    if (is_listed(field, columns)) continue;
    const auto near = nearest(trim(field), columns);
    return "unknown column " + quoted(trim(field)) + (near ? " (did you mean " + *near + "?)" : "") + expected;
  }
  return "columns are swapped: " + written(fields) + expected;
}

void refuse_table(const FileJob& job, const VideoId& video, std::string_view text, std::int64_t header_rows,
                  RowIssues::What what) {
  const std::int64_t rows = std::max<std::int64_t>(0, count_lines(text) - header_rows);
  job.out.rows(rows);
  job.out.issue(std::string(what.rule), what.severity, 1, std::move(what.value), std::move(what.message),
                std::move(what.hint), rows, video);
}

std::int64_t count_lines(std::string_view text) {
  std::int64_t lines = 0;
  for (const std::string_view line : split(text, '\n')) lines += trim(line).empty() ? 0 : 1;
  return lines;
}

void unify_line_ends(std::string& text) {
  for (std::size_t at = text.find('\r'); at != std::string::npos; at = text.find('\r', at + 1)) {
    if (at + 1 == text.size() || text[at + 1] != '\n') text[at] = '\n';
  }
}

Result<char> delimiter_of(const FileJob& job, std::string_view text, char fallback) {
  static const std::map<std::string, char, std::less<>> kNames = {
      {"tab", '\t'}, {"comma", ','}, {"semicolon", ';'}, {"space", ' '}, {"colon", ':'}};
  const std::string name = job.param("delimiter", "");
  char delimiter = fallback;
  if (const auto named = kNames.find(name); named != kNames.end()) {
    delimiter = named->second;
  } else if (name.size() == 1) {
    delimiter = name[0];
  } else if (!name.empty()) {
    return card_error(job, "delimiter is " + quoted(name), "write tab, comma, semicolon, space or one character");
  }
  const std::size_t begin = text.find_first_not_of(" \r\n");
  if (begin == std::string_view::npos) return delimiter;
  const std::string_view line = text.substr(begin, text.find('\n', begin) - begin);
  for (const char candidate : {delimiter, '\t', ';', ','}) {
    if (line.find(candidate) != std::string_view::npos) return candidate;
  }
  return delimiter;
}

Result<std::vector<std::string>> list_of(const FileJob& job, std::string_view key, std::vector<std::string> fallback) {
  const Json& with = job.entry.with;
  if (!with.is_object() || !with.contains(key)) return fallback;
  const Json& value = with[std::string(key)];
  if (!value.is_array()) return card_error(job, std::string(key) + " is no list", "write [first, second, ...]");
  std::vector<std::string> words;
  for (const Json& item : value) words.push_back(item.is_string() ? item.get<std::string>() : to_text(item));
  return words;
}

Result<std::int64_t> integer_of(const FileJob& job, std::string_view key, std::int64_t fallback) {
  const std::string text = job.param(key, std::to_string(fallback));
  const auto value = parse_int(text);
  if (!value) return card_error(job, std::string(key) + " is no whole number: " + quoted(text), "write a number");
  return *value;
}

Error card_error(const FileJob& job, std::string what, std::string hint) {
  return {ErrorKind::kUsage, std::move(what), "source card " + job.card.id.text + ", layout role " + job.entry.role,
          std::move(hint)};
}

std::string shortened(std::string_view value) { return std::string(value.substr(0, 200)); }

std::string comma_list(const std::vector<std::string>& words) { return join(words, ", "); }

}  // namespace surgsigma
