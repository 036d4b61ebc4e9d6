#include <algorithm>
#include <utility>

#include "surgsigma/ingest/reader.h"
#include "surgsigma/schema/pattern.h"

namespace surgsigma {
namespace {

constexpr std::string_view kStage = "ingest";

/// Text from somebody's file, fit for a column: short, printable, valid UTF-8.
std::string cell_text(std::string_view value) {
  const std::string text = quoted(value);  // 'value' or 'val...'
  const std::size_t end = text.size() - (text.ends_with("'") ? 1 : 0);
  return text.substr(1, end - 1);
}

std::string_view rule_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kIo:
    case ErrorKind::kNotFound:
    case ErrorKind::kBusy:
      return "unreadable_file";
    case ErrorKind::kData:
    case ErrorKind::kVersion:
      return "bad_file";
    case ErrorKind::kUsage:
      return "bad_card";
    case ErrorKind::kInternal:
      return "reader_failed";
  }
  return "reader_failed";
}

/// The line in "folder/file.txt:12"; 0 when there is none.
std::int64_t line_in(std::string_view where) {
  const std::size_t colon = where.rfind(':');
  if (colon == std::string_view::npos) return 0;
  return std::max<std::int64_t>(parse_int(where.substr(colon + 1)).value_or(0), 0);
}

std::string valid_text(std::string text) { return is_valid_utf8(text) ? std::move(text) : cell_text(text); }

}  // namespace

Recorder::Recorder(const SourceCard& card, std::string unit, IngestSinks sinks)
    : card_(card), unit_(std::move(unit)), sinks_(std::move(sinks)) {}

Result<VideoId> Recorder::video(const Captures& captures) { return declare(entry_, captures); }

Result<VideoId> Recorder::recording(const LayoutEntry& entry, const Captures& captures) {
  return declare(&entry, captures);
}

Result<VideoId> Recorder::declare(const LayoutEntry* entry, const Captures& captures) {
  // A layout entry may name its recordings in another way than the rest of the card.
  const Json* with = entry ? &entry->with : nullptr;
  const auto own = [&](std::string_view key) { return with && with->is_object() ? text_or(*with, key, "") : ""; };
  const std::string own_name = own("video_id");
  const std::string own_case = own("case");
  SURGSIGMA_TRY(name, fill_pattern(own_name.empty() ? card_.video_name : own_name, captures));
  VideoId id(card_.id.text + "/" + name);
  if (videos_.contains(id)) return id;

  VideoState state;
  state.row.video_id = id;
  state.row.source_id = card_.id;
  if (own_case.empty()) {
    SURGSIGMA_TRY(case_id, case_of(card_, captures));
    state.row.case_id = std::move(case_id);
  } else {
    SURGSIGMA_TRY(case_key, fill_pattern(own_case, captures));
    state.row.case_id = CaseId(case_key);
  }
  const auto part = captures.find("part");
  if (part != captures.end()) state.row.part = static_cast<std::int32_t>(parse_int(part->second).value_or(1)) - 1;
  if (!card_.video_media.empty()) {
    SURGSIGMA_TRY(media, fill_pattern(card_.video_media, captures));
    state.row.media = std::move(media);
  }
  state.row.frame_rate_num = card_.frame_rate.num;
  state.row.frame_rate_den = card_.frame_rate.den;
  if (card_.frame_size) {
    state.row.width = card_.frame_size->width;
    state.row.height = card_.frame_size->height;
  }
  state.row.unit = unit_;
  videos_.emplace(id, std::move(state));
  return id;
}

void Recorder::extend_frames(const VideoId& id, std::int64_t end_frame) {
  const auto video = videos_.find(id);
  if (video == videos_.end() || end_frame <= 0) return;
  video->second.row.frames = std::max(video->second.row.frames.value_or(0), end_frame);
}

void Recorder::extend_time(const VideoId& id, std::int64_t end_us) {
  const auto video = videos_.find(id);
  if (video != videos_.end()) video->second.end_us = std::max(video->second.end_us, end_us);
}

void Recorder::set_size(const VideoId& id, int width, int height) {
  const auto video = videos_.find(id);
  const bool is_size = width > 0 && height > 0;
  if (video == videos_.end() || !is_size) return;
  video->second.row.width = width;
  video->second.row.height = height;
}

void Recorder::set_frame_rate(const VideoId& id, FrameRate rate) {
  const auto video = videos_.find(id);
  const bool is_rate = rate.num > 0 && rate.den > 0;
  if (video == videos_.end() || !is_rate) return;
  video->second.row.frame_rate_num = rate.num;
  video->second.row.frame_rate_den = rate.den;
}

void Recorder::record(RawAnnotation&& annotation) {
  const auto video = videos_.find(annotation.video_id);
  if (video == videos_.end()) {
    issue("undeclared_video", Severity::kError, annotation.line, annotation.video_id.text,
          "the reader recorded a label for a video that it never declared", "report this with the file",
          annotation.rows);
    return;
  }
  annotation.ordinal = video->second.next_ordinal++;
  annotation.file = current_.path;
  current_.recorded_rows += annotation.rows;
  VideoState& state = video->second;
  state.end_us = std::max(state.end_us, annotation.end_us);
  const std::int64_t end_frame = annotation.end_frame.value_or(0);
  if (end_frame > 0) state.row.frames = std::max(state.row.frames.value_or(0), end_frame);
  sinks_.annotations(std::move(annotation));
}

void Recorder::issue(std::string rule, Severity severity, std::int64_t line, std::string value, std::string message,
                     std::string hint, std::int64_t rows, VideoId video) {
  current_.issue_rows += rows;
  IssueRow row;
  row.source_id = card_.id;
  row.unit = unit_;
  row.stage = kStage;
  row.rule = std::move(rule);
  row.severity = severity;
  row.video_id = std::move(video);
  row.file = current_.path;
  row.line = line;
  row.value = cell_text(value);
  row.message = valid_text(std::move(message));
  row.hint = valid_text(std::move(hint));
  row.rows = rows;
  sinks_.issues(std::move(row));
}

void Recorder::begin_file(const MatchedFile& file, const LayoutEntry& entry, std::string hash) {
  entry_ = &entry;
  current_ = FileRow();
  current_.source_id = card_.id;
  current_.unit = unit_;
  current_.path = file.path;
  current_.role = entry.role;
  current_.reader = entry.reader;
  current_.bytes = static_cast<std::int64_t>(file.bytes);
  current_.hash = std::move(hash);
}

void Recorder::end_file() {
  const std::int64_t open = current_.rows - current_.recorded_rows - current_.issue_rows;
  if (open > 0) {
    issue("unaccounted_rows", Severity::kError, 0, std::to_string(open),
          std::to_string(open) + " of " + std::to_string(current_.rows) + " rows became neither a record nor an issue",
          "report this with the file: its reader passes rows over", open);
  } else if (open < 0) {
    issue("overaccounted_rows", Severity::kError, 0, std::to_string(-open),
          std::to_string(-open) + " more rows were recorded or refused than the " + std::to_string(current_.rows) +
              " that were seen",
          "report this with the file: its reader counts rows twice");
    current_.rows -= open;  // the table's sum holds; the issue says that it was made to
  }
  sinks_.files(std::move(current_));
  current_ = FileRow();
}

void Recorder::fail_file(const Error& error) {
  const std::int64_t open = current_.rows - current_.recorded_rows - current_.issue_rows;
  // Where the folder lies on this machine does not belong in a database.
  const std::size_t at = error.where.find(current_.path);
  const std::string where = at == std::string::npos ? error.where : error.where.substr(at);
  issue(std::string(rule_of(error.kind)), Severity::kError, line_in(error.where), where, error.what, error.hint,
        std::max<std::int64_t>(open, 0));
}

void Recorder::finish() {
  for (auto& [id, state] : videos_) {
    VideoRow& row = state.row;
    const FrameRate rate{row.frame_rate_num, row.frame_rate_den};
    if (state.end_us > 0) row.frames = std::max(row.frames.value_or(0), frame_at(state.end_us - 1, rate) + 1);
    if (row.frames) row.duration_us = std::max(state.end_us, time_of_frame(*row.frames, rate));
    sinks_.videos(std::move(row));
  }
  videos_.clear();
}

}  // namespace surgsigma
