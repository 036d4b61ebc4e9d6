#include "surgsigma/ingest/readers/spots.h"

#include <algorithm>
#include <cmath>

namespace surgsigma {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t last_slash(std::string_view path) { return path.find_last_of("/\\"); }

}  // namespace

Spots::Spots(const FileJob& job) : job_(job) {}

Result<VideoId> Spots::video(const std::string& name) {
  const auto known = videos_.find(name);
  if (known != videos_.end()) return known->second;
  Captures captures = job_.file.captures;
  captures["video"] = name;
  SURGSIGMA_TRY(id, job_.out.video(captures));
  if (job_.card.frame_size) job_.out.set_size(id, job_.card.frame_size->width, job_.card.frame_size->height);
  videos_.emplace(name, id);
  return id;
}

Spot Spots::frame(const VideoId& video, const std::string& name, std::int64_t frame, std::string media) {
  const FrameRate rate = job_.card.frame_rate;
  Spot spot;
  spot.video = video;
  spot.begin_frame = frame;
  spot.end_frame = frame + 1;
  spot.time = {time_of_frame(frame, rate), time_of_frame(frame + 1, rate)};
  spot.size = job_.card.frame_size.value_or(ImageSize{});
  spot.media = std::move(media);
  if (spot.media.empty() && !job_.card.frame_media.empty()) {
    Captures captures = job_.file.captures;
    captures["video"] = name;
    const std::int64_t step = std::max<std::int64_t>(1, job_.card.frame_media_step);
    captures["index"] = std::to_string(job_.card.frame_media_first + frame / step);
    const auto filled = fill_pattern(job_.card.frame_media, captures);
    if (filled && frame % step == 0) spot.media = *filled;
  }
  job_.out.extend_frames(video, frame + 1);
  return spot;
}

Spot Spots::span(const VideoId& video, TimeRange time) {
  Spot spot;
  spot.video = video;
  spot.time = time;
  job_.out.extend_time(video, time.end);
  return spot;
}

RawAnnotation record_at(Spot spot, AnnotationKind kind, const std::string& vocabulary, std::vector<std::string> labels,
                        std::int64_t line, std::int64_t rows) {
  RawAnnotation record;
  record.video_id = std::move(spot.video);
  record.kind = kind;
  record.begin_us = spot.time.begin;
  record.end_us = spot.time.end;
  record.begin_frame = spot.begin_frame;
  record.end_frame = spot.end_frame;
  record.labels = std::move(labels);
  record.vocabulary = vocabulary;
  if (spot.size.width > 0 && spot.size.height > 0) {
    record.width = spot.size.width;
    record.height = spot.size.height;
  }
  record.media = std::move(spot.media);
  record.line = line;
  record.rows = rows;
  return record;
}

void set_box(RawAnnotation& record, const Box& box) {
  record.x1 = box.x1;
  record.y1 = box.y1;
  record.x2 = box.x2;
  record.y2 = box.y2;
}

std::optional<std::string> box_fault(const Box& box, ImageSize size) {
  const bool is_finite =
      std::isfinite(box.x1) && std::isfinite(box.y1) && std::isfinite(box.x2) && std::isfinite(box.y2);
  if (!is_finite) return "a corner of the box is not a number";
  if (box.width() <= 0 || box.height() <= 0) return "the box has no area";
  if (size.width > 0 && size.height > 0 && !clamped(box, size)) return "the box lies outside the picture";
  return std::nullopt;
}

bool is_outside_partly(const Box& box, ImageSize size) {
  if (size.width <= 0 || size.height <= 0) return false;
  return box.x1 < -1 || box.y1 < -1 || box.x2 > size.width + 1 || box.y2 > size.height + 1;
}

bool is_recording_name(std::string_view name) {
  constexpr std::size_t kLongest = 200;
  if (name.empty() || name.size() > kLongest || name == "." || name == "..") return false;
  return std::none_of(name.begin(), name.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F || c == '/' || c == '\\';
  });
}

std::string_view stem_of(std::string_view path) {
  const std::size_t slash = last_slash(path);
  if (slash != std::string_view::npos) path.remove_prefix(slash + 1);
  return path.substr(0, path.find_last_of('.'));
}

std::string_view folder_of(std::string_view path) {
  const std::size_t slash = last_slash(path);
  if (slash == std::string_view::npos) return {};
  path = path.substr(0, slash);
  const std::size_t parent = last_slash(path);
  return parent == std::string_view::npos ? path : path.substr(parent + 1);
}

std::optional<std::int64_t> number_in_name(std::string_view path) {
  const std::string_view stem = stem_of(path);
  std::size_t end = stem.size();
  while (end > 0 && !is_digit(stem[end - 1])) --end;
  std::size_t begin = end;
  while (begin > 0 && is_digit(stem[begin - 1])) --begin;
  return parse_int(stem.substr(begin, end - begin));
}

std::string join_fields(const std::vector<std::string_view>& fields) {
  std::string text;
  for (const std::string_view field : fields) {
    if (!text.empty()) text += ',';
    text += field;
  }
  return text;
}

const VocabularyLabel* label_or_issue(const Vocabulary& vocabulary, std::int64_t id, std::int64_t line,
                                      std::int64_t rows, RowIssues& issues) {
  const VocabularyLabel* label = vocabulary.by_id(id);
  if (label == nullptr) {
    issues.add(line,
               {"unknown_label", std::to_string(id),
                "id " + std::to_string(id) + " is not in vocabulary '" + vocabulary.id + "'",
                "add it to the source card, or correct the file"},
               rows);
  }
  return label;
}

}  // namespace surgsigma
