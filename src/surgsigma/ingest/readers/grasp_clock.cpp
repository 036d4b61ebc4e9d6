#include "surgsigma/ingest/readers/grasp_clock.h"

#include "surgsigma/base/csv.h"
#include "surgsigma/base/json.h"
#include "surgsigma/ingest/readers/spots.h"

namespace surgsigma {
namespace {

constexpr FrameRate kListRate{30, 1};
constexpr std::int64_t kLongestSecond = 1'000'000;
constexpr std::size_t kSecondDigits = 5;  // names of the 1-fps release

std::string_view digits_of(std::string_view path) {
  const std::string_view stem = stem_of(path);
  const std::size_t last = stem.find_last_not_of("0123456789");
  return last == std::string_view::npos ? stem : stem.substr(last + 1);
}

/// A second and a picture number, in whichever order they stand: the longer name is the picture's.
std::optional<std::pair<std::int64_t, std::int64_t>> second_and_number(std::string_view a, std::string_view b) {
  if (digits_of(a).size() > digits_of(b).size()) std::swap(a, b);
  const auto second = parse_int(digits_of(a));
  const auto number = parse_int(digits_of(b));
  if (!second || !number || *second > kLongestSecond) return std::nullopt;
  return std::pair{*second, *number};
}

std::string text_of(const Json& value) { return value.is_string() ? value.get<std::string>() : to_text(value); }

}  // namespace

Result<GraspClock> GraspClock::make(const FileJob& job) {
  GraspClock clock;
  SURGSIGMA_TRY(native, list_of(job, "native_30", {"CASE021", "CASE041", "CASE047", "CASE050", "CASE051", "CASE053"}));
  SURGSIGMA_TRY(irregular, list_of(job, "irregular", {"CASE014"}));
  clock.native_30_.insert(native.begin(), native.end());
  clock.irregular_.insert(irregular.begin(), irregular.end());
  for (const MatchedFile* file : job.source.of_role(job.card, job.param("frame_lists", "frame_list"))) {
    SURGSIGMA_CHECK(clock.read_frame_list(job.source.root / file->path));
  }
  for (const MatchedFile* file : job.source.of_role(job.card, job.param("association", "rate_table"))) {
    SURGSIGMA_CHECK(clock.read_association(job.source.root / file->path, file->path));
  }
  return clock;
}

/// Either {"CASE001": {"00000.jpg": "000000000.jpg", ...}} or {"CASE001/00000.jpg": "CASE001/000000000.jpg", ...}.
Status GraspClock::read_association(const fs::path& path, const std::string& name) {
  SURGSIGMA_TRY(document, read_document(path));
  if (!document.is_object()) {
    return Error{ErrorKind::kData, "not an object of picture names", name, "download the file again"};
  }
  const auto take = [&](const std::string& video, std::string_view a, const Json& b) {
    const auto pair = second_and_number(a, text_of(b));
    if (pair && !video.empty()) told_[{video, pair->second}] = pair->first * kSecond;
  };
  for (const auto& [key, value] : document.items()) {
    if (!value.is_object()) {
      take(std::string(folder_of(key)), key, value);
      continue;
    }
    for (const auto& [inner, number] : value.items()) take(key, inner, number);
  }
  if (told_.empty()) {
    return Error{ErrorKind::kData, "no pair of a second and a picture could be read", name, "download the file again"};
  }
  return done();
}

Status GraspClock::read_frame_list(const fs::path& path) {
  SURGSIGMA_TRY(text, read_file(path));
  CsvReader rows(text, ' ');
  while (rows.next()) {
    const auto& fields = rows.fields();
    if (fields.size() < 4) continue;  // a header
    const auto position = parse_int(fields[2]);
    const std::string_view number = digits_of(fields[3]);
    if (!position || *position < 0 || *position > IndexSequence::kLargest || number.size() <= kSecondDigits) continue;
    if (const auto value = parse_int(number)) {
      told_[{std::string(fields[0]), *value}] = time_of_frame(*position, kListRate);
    }
  }
  return done();
}

std::optional<Microseconds> GraspClock::time(const std::string& video, std::string_view number) const {
  const auto value = parse_int(number);
  if (!value || *value < 0 || *value > IndexSequence::kLargest) return std::nullopt;
  if (number.size() <= kSecondDigits) return *value * kSecond;
  const auto told = told_.find({video, *value});
  if (told != told_.end()) return told->second;
  if (irregular_.contains(video)) return std::nullopt;
  if (native_30_.contains(video)) return time_of_frame(*value, kListRate);
  const std::int64_t position = (*value * 2 + 1) / 3;  // round(number * 30 / 45)
  return time_of_frame(position, kListRate);
}

}  // namespace surgsigma
