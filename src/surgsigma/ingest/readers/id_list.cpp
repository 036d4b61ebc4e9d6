// A list of recordings by number, one per line, checked against a part of one of the card's splits. Numbers may be
// written as floats ("1.620000000000000000e+02", as numpy saves them). No records: each line is counted, and a
// recording of another part, or of none, is an issue. A row is a line that is not blank.
//
// with:
//   split   name of one of the card's splits
//   part    train, val or test; by default the captured {part}
//   video: "{video}"   how the number names the recording, for cards whose video is not a bare number
#include <cmath>
#include <set>

#include "surgsigma/base/csv.h"
#include "surgsigma/ingest/readers/readers.h"
#include "surgsigma/ingest/readers/spots.h"

namespace surgsigma {
namespace {

std::optional<std::int64_t> number_of(std::string_view text) {
  const auto value = parse_double(text);
  const bool is_whole = value && *value >= 0 && *value < 1e15 && *value == std::floor(*value);
  return is_whole ? std::optional(static_cast<std::int64_t>(*value)) : std::nullopt;
}

const OfficialSplit* split_named(const SourceCard& card, const std::string& name) {
  for (const OfficialSplit& split : card.splits) {
    if (split.name == name) return &split;
  }
  return nullptr;
}

}  // namespace

Status read_id_list(const FileJob& job) {
  const OfficialSplit* split = split_named(job.card, job.param("split", ""));
  if (split == nullptr) return card_error(job, "with.split names no split of the card", "name one of `splits`");
  const auto captured = job.file.captures.find("part");
  const std::string part = job.param("part", captured != job.file.captures.end() ? captured->second : "");
  const auto listed = split->parts.find(part);
  if (listed == split->parts.end()) {
    return card_error(job, "split '" + split->name + "' has no part '" + part + "'", "train, val or test");
  }
  const std::set<std::string> cases(listed->second.begin(), listed->second.end());
  const std::string video_name = job.param("video", "{video}");
  SURGSIGMA_TRY(text, job.text());
  RowIssues issues(job.out, {});
  std::set<std::int64_t> seen;
  CsvReader lines(text, ',');
  while (lines.next()) {
    const std::string_view line = trim(lines.fields().front());
    if (line.empty()) continue;
    job.out.rows(1);
    const auto number = number_of(line);
    if (!number) {
      issues.add(lines.line(),
                 {"malformed_value", std::string(line), "not the number of a recording", "one number per line"});
      continue;
    }
    if (!seen.insert(*number).second) {
      issues.add(lines.line(), {"repeated_video", std::string(line), "this recording stood before", ""});
      continue;
    }
    SURGSIGMA_TRY(video, fill_pattern(video_name, {{"video", std::to_string(*number)}}));
    SURGSIGMA_TRY(case_id, case_of(job.card, {{"video", video}}));
    if (cases.contains(case_id.text)) {
      job.out.accounted(1);
    } else {
      issues.add(lines.line(),
                 {"split_conflict", video, "the card's split '" + split->name + "' does not have it in " + part,
                  "compare the list with the published one; the card decides"});
    }
  }
  if (seen.size() < cases.size()) {
    issues.add(0,
               {"short_list", std::to_string(seen.size()),
                std::to_string(cases.size()) + " recordings expected in " + part + ", " + std::to_string(seen.size()) +
                    " listed",
                "download the list again", Severity::kWarning},
               0);
  }
  return done();
}

}  // namespace surgsigma
