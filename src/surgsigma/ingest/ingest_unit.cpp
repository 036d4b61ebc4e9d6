#include <algorithm>
#include <bit>
#include <exception>
#include <set>
#include <tuple>
#include <utility>

#include "surgsigma/base/hash.h"
#include "surgsigma/ingest/media_files.h"
#include "surgsigma/ingest/reader.h"
#include "surgsigma/schema/fields.h"
#include "surgsigma/schema/pattern.h"

namespace surgsigma {
namespace {

constexpr std::uint64_t kLargestText = 1ULL << 30;  // bytes; a larger file needs a reader that streams
constexpr std::uint64_t kSmallFile = 1ULL << 20;    // bytes
constexpr std::size_t kVideosPerBucket = 8;

/// The video of a file, spelled the same whether its zeros were captured or not.
std::string video_of(const SourceCard& card, const MatchedFile& file) {
  const auto captured = file.captures.find("video");
  if (captured == file.captures.end()) return "";
  auto name = fill_pattern(card.video_name, file.captures);
  return name ? std::move(*name) : without_leading_zeros(captured->second);
}

std::string bucket_name(std::uint64_t bucket) {
  const std::string number = std::to_string(bucket);
  return "b" + std::string(number.size() < 3 ? 3 - number.size() : 0, '0') + number;
}

Status read_guarded(const Reader& reader, const FileJob& job) {
  try {
    return reader.read(job);
  } catch (const std::exception& exception) {
    return Error{ErrorKind::kInternal, "the reader '" + std::string(reader.name) + "' failed: " + exception.what(),
                 job.file.path, "report this with the file"};
  } catch (...) {
    return Error{ErrorKind::kInternal, "the reader '" + std::string(reader.name) + "' failed", job.file.path,
                 "report this with the file"};
  }
}

/// The recordings of a source that has no labels are those of which there are pixels.
void declare_recordings(const SourceCard& card, const SourceFiles& source, const IngestUnit& unit, Recorder& recorder) {
  std::set<std::string> refused;  // once for each kind of file
  for (const std::size_t index : unit.media) {
    const MatchedFile& file = source.files.at(index);
    const LayoutEntry& entry = card.layout[file.entry];
    if (entry.role != kVideoRole && entry.role != kFrameRole) continue;
    const auto id = recorder.recording(entry, file.captures);
    if (id || !refused.insert(entry.pattern).second) continue;
    recorder.issue("unnamed_recording", Severity::kError, 0, file.path, id.error().what,
                   "the card's video_id and case are made of what the patterns capture");
  }
}

/// The hash of the file's content. A small file is read here, once for the hash and the reader.
Result<std::uint64_t> hash_of(FileJob& job, std::string& content) {
  if (job.file.bytes > kSmallFile) return file_hash(job.path());
  SURGSIGMA_TRY(bytes, read_file(job.path(), kLargestText));
  content = std::move(bytes);
  job.content = &content;
  return hash64(content);
}

void read_one(const Reader& reader, FileJob job) {
  std::string content;
  const auto hash = hash_of(job, content);
  job.out.begin_file(job.file, job.entry, hash ? hex64(*hash) : "");
  const Status status = hash ? read_guarded(reader, job) : Status(hash.error());
  if (!status) job.out.fail_file(status.error());
  job.out.end_file();
}

const Reader* reader_named(std::string_view name, const std::vector<Reader>& table) {
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const Reader& reader) { return reader.name == name; });
  return found == table.end() ? nullptr : &*found;
}

Result<const Reader*> reader_of(const SourceCard& card, const LayoutEntry& entry, const std::vector<Reader>& table) {
  if (const Reader* reader = reader_named(entry.reader, table)) return reader;
  std::vector<std::string> names;
  for (const Reader& reader : table) names.emplace_back(reader.name);
  return Error{ErrorKind::kUsage, "no reader is called " + quoted(entry.reader),
               "source card " + card.id.text + ", role " + entry.role, hint_for(entry.reader, names)};
}

}  // namespace

Result<std::string> FileJob::text() const {
  if (file.bytes > kLargestText) {
    return Error{ErrorKind::kData,
                 "the file has " + std::to_string(file.bytes >> 20) + " MiB, too large to hold at once", file.path,
                 "split it, or describe it with a reader that streams (coco)"};
  }
  std::string bytes;
  if (content) {
    bytes = std::move(*std::exchange(content, nullptr));
  } else {
    SURGSIGMA_TRY(read, read_file(path(), kLargestText));
    bytes = std::move(read);
  }
  SURGSIGMA_TRY(decoded, decode_text(std::move(bytes), file.path));
  const bool is_utf8 = decoded.encoding.starts_with("utf-8");
  if (!is_utf8) {
    out.issue("encoding", Severity::kWarning, 0, decoded.encoding,
              "the file is not UTF-8; it was read as " + decoded.encoding,
              "check words with accents, or save the file as UTF-8");
  }
  return std::move(decoded.utf8);
}

std::string FileJob::param(std::string_view key, std::string_view fallback) const {
  if (!entry.with.is_object()) return std::string(fallback);
  const auto found = entry.with.find(std::string(key));
  if (found == entry.with.end()) return std::string(fallback);
  return scalar_text(*found).value_or(std::string(fallback));
}

Result<const Vocabulary*> FileJob::vocabulary(std::string_view key) const {
  const std::string where = "source card " + card.id.text + ", role " + entry.role;
  const std::string name = param(key, "");
  if (name.empty()) {
    return Error{ErrorKind::kUsage, "the reader needs a vocabulary", where,
                 "add with: {" + std::string(key) + ": ...}"};
  }
  const auto found = card.vocabularies.find(name);
  if (found != card.vocabularies.end()) return &found->second;
  std::vector<std::string> names;
  for (const auto& [id, vocabulary] : card.vocabularies) names.push_back(id);
  return Error{ErrorKind::kUsage, "the card has no vocabulary " + quoted(name), where, hint_for(name, names)};
}

const Reader* find_reader(std::string_view name) { return reader_named(name, readers()); }

std::vector<IngestUnit> plan_ingest(const SourceCard& card, const SourceFiles& source, int buckets) {
  const auto count = static_cast<std::uint64_t>(std::max(buckets, 1));
  std::map<std::uint64_t, IngestUnit> by_bucket;
  IngestUnit all{"all", {}, {}};
  for (std::size_t i = 0; i < source.files.size(); ++i) {
    const LayoutEntry& entry = card.layout[source.files[i].entry];
    if (entry.reader.empty()) continue;
    if (entry.unit != "video") {
      all.files.push_back(i);
      continue;
    }
    const std::uint64_t bucket = hash64(video_of(card, source.files[i])) % count;
    IngestUnit& unit = by_bucket[bucket];
    unit.name = bucket_name(bucket);
    unit.files.push_back(i);
  }
  const bool is_pixels_alone = has_pixels_alone(card);
  std::vector<std::size_t> of_all_units;
  for (std::size_t i = 0; i < source.files.size(); ++i) {
    const LayoutEntry& entry = card.layout[source.files[i].entry];
    if (!entry.reader.empty() || !is_pixel_role(entry.role)) continue;
    if (entry.role == kCalibrationRole) {  // small, and one may serve many recordings
      of_all_units.push_back(i);
      continue;
    }
    const std::uint64_t bucket = hash64(video_of(card, source.files[i])) % count;
    auto unit = by_bucket.find(bucket);
    if (unit == by_bucket.end() && is_pixels_alone) {
      unit = by_bucket.emplace(bucket, IngestUnit{bucket_name(bucket), {}, {}}).first;
    }
    IngestUnit* its = unit != by_bucket.end() ? &unit->second : !all.files.empty() ? &all : nullptr;
    if (its) its->media.push_back(i);
  }
  for (auto& [bucket, unit] : by_bucket) unit.media.insert(unit.media.end(), of_all_units.begin(), of_all_units.end());
  if (!all.files.empty()) all.media.insert(all.media.end(), of_all_units.begin(), of_all_units.end());
  std::vector<IngestUnit> units;
  if (!all.files.empty()) units.push_back(std::move(all));
  for (auto& [bucket, unit] : by_bucket) units.push_back(std::move(unit));
  return units;
}

int default_buckets(std::size_t videos) {
  constexpr std::size_t kMostBuckets = 4096;
  const std::size_t wanted = std::clamp<std::size_t>(videos / kVideosPerBucket, 1, kMostBuckets);
  return static_cast<int>(std::bit_floor(wanted + wanted / 3));  // the nearest power of two
}

Status ingest_unit(const SourceCard& card, const SourceFiles& source, const IngestUnit& unit, const IngestSinks& sinks,
                   const std::vector<Reader>& table) {
  struct Step {
    std::string video;
    const MatchedFile* file;
    const Reader* reader;
  };
  std::vector<Step> steps;
  for (const std::size_t index : unit.files) {
    const MatchedFile& file = source.files.at(index);
    SURGSIGMA_TRY(reader, reader_of(card, card.layout[file.entry], table));
    steps.push_back({video_of(card, file), &file, reader});
  }
  std::sort(steps.begin(), steps.end(), [](const Step& a, const Step& b) {
    return std::tie(a.video, a.file->entry, a.file->path) < std::tie(b.video, b.file->entry, b.file->path);
  });
  Recorder recorder(card, unit.name, sinks);
  Prepared prepared;
  for (const Step& step : steps) {
    read_one(*step.reader, {card, card.layout[step.file->entry], *step.file, source, recorder, &prepared});
  }
  if (has_pixels_alone(card)) declare_recordings(card, source, unit, recorder);
  recorder.finish();
  return done();
}

}  // namespace surgsigma
