// Endoscapes: all_metadata.csv (CAMMA-public/Endoscapes), one row per frame at 1 fps with the columns
//   vid, frame, avg_cvs, C1, C2, C3, is_ds_keyframe, cvs_annotator_1..3, mask_path, label_path
// found by name, in any order. An annotator's cell is a list of three votes as text, "[0, 0, 1]". Between keyframes the
// values repeat the last keyframe: such rows are counted and make no record. A path of a mask becomes a mask record
// without pixels. A row is a line below the header.
//
// with:
//   vocabulary: criteria   C1, C2, C3
//   masks: objects         vocabulary of the masks' classes (default "objects")
#include <array>
#include <cmath>
#include <set>

#include "surgsigma/base/csv.h"
#include "surgsigma/ingest/readers/endoscapes_votes.h"
#include "surgsigma/ingest/readers/readers.h"

namespace surgsigma {
namespace {

constexpr std::array<std::string_view, 3> kMeans = {"c1", "c2", "c3"};
constexpr std::array<std::string_view, 3> kRaters = {"cvs_annotator_1", "cvs_annotator_2", "cvs_annotator_3"};

/// Cells of the current row by column name.
class Table {
 public:
  explicit Table(const std::vector<std::string_view>& header) : size_(header.size()) {
    for (std::size_t i = 0; i < header.size(); ++i) column_[lower(trim(header[i]))] = i;
  }
  bool has(std::string_view name) const { return column_.count(std::string(name)) != 0; }
  std::size_t size() const { return size_; }
  std::string_view cell(const std::vector<std::string_view>& fields, std::string_view name) const {
    const auto column = column_.find(std::string(name));
    if (column == column_.end() || column->second >= fields.size()) return {};
    return trim(fields[column->second]);
  }

 private:
  std::map<std::string, std::size_t> column_;
  std::size_t size_;
};

/// "12" or "12.0".
std::optional<std::int64_t> whole(std::string_view text) {
  const auto value = parse_double(text);
  const bool is_whole = value && *value == std::floor(*value) && std::abs(*value) < 1e15;
  return is_whole ? std::optional(static_cast<std::int64_t>(*value)) : std::nullopt;
}

std::optional<bool> truth(std::string_view text) {
  const std::string word = lower(text);
  if (word == "true" || word == "1" || word == "1.0") return true;
  if (word == "false" || word == "0" || word == "0.0" || word.empty()) return false;
  return std::nullopt;
}

/// "[0, 0, 1]" or "[0. 0. 1.]"; nothing when a part is no number.
std::optional<std::vector<double>> numbers(std::string_view text) {
  if (text.size() < 2 || text.front() != '[' || text.back() != ']') return std::nullopt;
  std::string inner(text.substr(1, text.size() - 2));
  for (char& c : inner) c = c == ' ' ? ',' : c;
  std::vector<double> result;
  for (const std::string_view part : split(inner, ',')) {
    if (part.empty()) continue;
    const auto value = parse_double(part.back() == '.' ? part.substr(0, part.size() - 1) : part);
    if (!value) return std::nullopt;
    result.push_back(*value);
  }
  return result;
}

class MetadataReader {
 public:
  MetadataReader(const FileJob& job, EndoscapesFrames&& frames, const Table& table)
      : job_(job), frames_(std::move(frames)), table_(table), masks_(job.param("masks", "objects")) {}

  void take(const std::vector<std::string_view>& fields, std::int64_t line) {
    job_.out.rows(1);
    if (fields.size() != table_.size()) {
      return refuse({}, line, "column_count", std::to_string(fields.size()),
                    std::to_string(table_.size()) + " columns expected, " + std::to_string(fields.size()) + " found");
    }
    const auto video = whole(table_.cell(fields, "vid"));
    const auto frame = whole(table_.cell(fields, "frame"));
    if (!video || !frame) {
      return refuse({}, line, "malformed_value",
                    std::string(table_.cell(fields, "vid")) + "," + std::string(table_.cell(fields, "frame")),
                    "vid and frame must be whole numbers");
    }
    const auto spot = frames_.spot(*video, *frame);
    if (!spot) return refuse({}, line, "unknown_frame", std::to_string(*frame), spot.error().what);
    if (!seen_.insert({*video, *frame}).second) {
      return refuse(spot->video, line, "repeated_frame", std::to_string(*frame), "this frame stood before");
    }
    const auto is_keyframe = truth(table_.cell(fields, "is_ds_keyframe"));
    if (!is_keyframe) {
      return refuse(spot->video, line, "malformed_value", std::string(table_.cell(fields, "is_ds_keyframe")),
                    "is_ds_keyframe must be True or False");
    }
    std::int64_t rows = 1;
    if (*is_keyframe) {
      if (!take_votes(fields, *spot, line)) return;
      rows = 0;
    }
    const std::string_view mask = table_.cell(fields, "mask_path");
    if (!mask.empty() && lower(mask) != "nan") {
      RawAnnotation record = record_at(*spot, AnnotationKind::kMask, masks_, {}, line, rows);
      record.text = std::string(mask);
      job_.out.record(std::move(record));
    } else if (!*is_keyframe) {
      job_.out.accounted(1);
      ++between_keyframes_;
    }
  }

  void finish() {
    if (between_keyframes_ == 0) return;
    frames_.issues().add(
        {}, 0,
        {"not_a_keyframe", std::to_string(between_keyframes_),
         std::to_string(between_keyframes_) + " rows between keyframes repeat the last keyframe's values",
         "they are counted and make no record; nobody voted on them", Severity::kInfo},
        0);
  }

 private:
  bool take_votes(const std::vector<std::string_view>& fields, const Spot& spot, std::int64_t line) {
    std::vector<double> means;
    for (const std::string_view name : kMeans) {
      const auto mean = parse_double(table_.cell(fields, name));
      if (!mean) {
        refuse(spot.video, line, "malformed_value", std::string(table_.cell(fields, name)),
               "column " + std::string(name) + " must be a number");
        return false;
      }
      means.push_back(*mean);
    }
    std::vector<std::vector<double>> raters;
    for (const std::string_view name : kRaters) {
      const std::string_view cell = table_.cell(fields, name);
      const auto votes = numbers(cell);
      if (votes && votes->size() == means.size()) {
        raters.push_back(*votes);
        continue;
      }
      frames_.issues().add(spot.video, line,
                           {cell.empty() ? "missing_rater" : "malformed_rater", std::string(cell),
                            std::string(name) + " has no three votes on a keyframe",
                            "the mean is kept without this rater", Severity::kWarning},
                           0);
    }
    if (raters.size() != kRaters.size()) raters.clear();  // a mean of two raters would be another value
    return frames_.votes(spot, line, means, raters, 1);
  }

  void refuse(const VideoId& video, std::int64_t line, std::string_view rule, std::string value, std::string message) {
    frames_.issues().add(video, line,
                         {rule, std::move(value), std::move(message), "compare this line with the published file"});
  }

  const FileJob& job_;
  EndoscapesFrames frames_;
  const Table& table_;
  std::string masks_;
  std::set<std::pair<std::int64_t, std::int64_t>> seen_;
  std::int64_t between_keyframes_ = 0;
};

}  // namespace

Status read_endoscapes_metadata(const FileJob& job) {
  SURGSIGMA_TRY(text, job.text());
  SURGSIGMA_TRY(frames, EndoscapesFrames::make(job, "vocabulary"));
  CsvReader csv(text, guess_delimiter(text));
  if (!csv.next()) return Error{ErrorKind::kData, "the file is empty", job.file.path, "download it again"};
  const Table table(csv.fields());
  for (const std::string_view name : {"vid", "frame", "c1", "c2", "c3", "is_ds_keyframe"}) {
    if (table.has(name)) continue;
    return Error{
        ErrorKind::kData, "no column '" + std::string(name) + "'", job.file.path + ":1",
        "columns: vid, frame, avg_cvs, C1, C2, C3, is_ds_keyframe, cvs_annotator_1, ..., mask_path, label_path"};
  }
  MetadataReader reader(job, std::move(frames), table);
  while (csv.next()) reader.take(csv.fields(), csv.line());
  reader.finish();
  return done();
}

}  // namespace surgsigma
