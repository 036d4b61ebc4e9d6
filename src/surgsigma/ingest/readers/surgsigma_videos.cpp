// SurgSigma-DB: the list of videos, entries such as {"id": 45, "source dataset": "Cholec80", "video path":
// "Cholec80/videos/vid92.mp4", ...}. Entries 45 to 49 stand for videos that Cholec80 does not have (92, 96, 103, 110,
// 111; discussion 1 of the data set): their paths are dead, only CholecT50's frames exist. Each entry declares its
// video. A row is an entry.
//
// with:
//   released: {Cholec80: 80}   highest number of the videos of a dataset; a path beyond it is dead
//   raw_data: raw_data         folder of the licensed originals; where a dataset's folder is filled, its paths are
//   checked
#include <system_error>

#include "surgsigma/base/json_stream.h"
#include "surgsigma/ingest/readers/readers.h"
#include "surgsigma/ingest/readers/surgsigma_parts.h"

namespace surgsigma {

LooseObject::LooseObject(const Json& object) {
  for (const auto& [key, value] : object.items()) {
    std::string name = lower(key);
    for (char& c : name) c = c == ' ' || c == '-' ? '_' : c;
    members_.emplace(std::move(name), &value);
  }
}

const Json* LooseObject::find(std::string_view key) const {
  const auto found = members_.find(key);
  return found == members_.end() ? nullptr : found->second;
}

std::string LooseObject::text(std::initializer_list<std::string_view> keys) const {
  for (const std::string_view key : keys) {
    const Json* value = find(key);
    if (value == nullptr) continue;
    if (value->is_string()) return value->get<std::string>();
    if (value->is_number()) return to_text(*value);
  }
  return "";
}

bool is_video_entry(const LooseObject& entry) {
  return entry.find("video_path") != nullptr && entry.find("question") == nullptr &&
         entry.find("conversations") == nullptr;
}

VideoListReader::VideoListReader(const FileJob& job, Spots& spots, FileIssues& issues)
    : job_(job),
      spots_(spots),
      issues_(issues),
      released_{{"cholec80", 80}},
      raw_data_(job.param("raw_data", "raw_data")) {
  const Json& with = job.entry.with;
  if (!with.is_object() || !with.contains("released") || !with.at("released").is_object()) return;
  for (const auto& [dataset, highest] : with.at("released").items()) {
    if (highest.is_number_integer()) released_[lower(dataset)] = highest.get<std::int64_t>();
  }
}

Status VideoListReader::take(const LooseObject& entry, std::int64_t element) {
  job_.out.rows(1);
  const std::string id = entry.text({"id"});
  const std::string path = entry.text({"video_path"});
  const auto number = number_in_name(path);
  if (path.empty() || !number || !is_safe_relative(path)) {
    issues_.add({}, element,
                {"malformed_path", path, "entry " + id + ": no relative path that ends in a numbered video",
                 "paths look like Cholec80/videos/video01.mp4"});
    return done();
  }
  SURGSIGMA_TRY(video, spots_.video(std::to_string(*number)));
  if (!id.empty() && !seen_.insert(id).second) {
    issues_.add(video, element, {"repeated_entry", id, "two entries have this id", "the first is taken"});
    return done();
  }
  const auto released = released_.find(lower(entry.text({"source_dataset"})));
  if (released != released_.end() && *number > released->second) {
    issues_.add(video, element,
                {"dead_path", path,
                 "entry " + id + ": " + entry.text({"source_dataset"}) + " has no video " + std::to_string(*number),
                 "only the frames of CholecT50 exist for it"});
    return done();
  }
  const fs::path folder = job_.source.root / raw_data_;
  std::error_code unreadable;
  const bool is_filled = fs::exists(folder / fs::path(path).begin()->string(), unreadable);
  if (is_filled && !fs::exists(folder / path, unreadable)) {
    issues_.add(video, element,
                {"missing_media", path, "entry " + id + ": no such file below " + raw_data_,
                 "the originals are licensed apart: place them under this name", Severity::kWarning},
                0);
  }
  job_.out.accounted(1);
  return done();
}

Status read_surgsigma_videos(const FileJob& job) {
  Spots spots(job);
  FileIssues issues(job.out);
  VideoListReader list(job, spots, issues);
  return stream_json(job.path(), [&](const JsonPiece& piece) -> Status {
    if (piece.index < 0) return done();
    const std::int64_t element = piece.index + 1;
    const auto entry = parse_json(piece.text, job.file.path);
    if (!entry || !entry->is_object()) {
      job.out.rows(1);
      issues.add({}, element,
                 {"malformed_element", std::string(piece.text.substr(0, 200)),
                  entry ? "not an object" : entry.error().what, "compare with the published file"});
      return done();
    }
    return list.take(LooseObject(*entry), element);
  });
}

}  // namespace surgsigma
