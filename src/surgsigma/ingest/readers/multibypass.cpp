// MultiBypass140: labels/<centre>/labels_by70/<video>.mp4.json, an object of lists of
// {"start": ms, "end": ms, "label_name": text, "label_id": number}. Times are MILLISECONDS, the end is exclusive
// (CAMMA-public/MultiBypass140, checked there against the 1-fps pickles; readers take them for frame numbers, its
// discussion 7). A row is an interval.
//
// with:
//   lists: {phases: phases, steps: steps}   member of the document -> vocabulary
//   caution: {prefix: SBP, message: ..., hint: ...}   a warning for videos whose name begins so
//
// A label whose vocabulary entry says `becomes: flag` is an overlay and may lie over anything; all others of a list
// tile the time, and a gap or an overlap among them is a warning.
#include <algorithm>
#include <cmath>

#include "surgsigma/base/json.h"
#include "surgsigma/base/json_stream.h"
#include "surgsigma/ingest/readers/readers.h"
#include "surgsigma/ingest/readers/spots.h"

namespace surgsigma {
namespace {

constexpr Microseconds kMillisecond = 1000;
constexpr double kLongestMs = 1e9;  // eleven days

struct Interval {
  std::int64_t begin_ms = 0;
  std::int64_t end_ms = 0;
  std::int64_t element = 0;
};

AnnotationKind kind_of(const Vocabulary& vocabulary, const VocabularyLabel& label) {
  return label.has_becomes ? label.becomes : *from_word<AnnotationKind>(vocabulary.kind);
}

/// The tables number the steps ("s1_cavity_exploration") where papers print the bare word.
bool is_same_word(const VocabularyLabel& label, std::string_view name) {
  const std::string prefix = "s" + std::to_string(label.id) + "_";
  return name == label.label || name == prefix + label.label || prefix + std::string(name) == label.label;
}

std::optional<std::int64_t> milliseconds(const Json& interval, const char* key) {
  if (!interval.contains(key) || !interval.at(key).is_number()) return std::nullopt;
  const double value = interval.at(key).get<double>();
  if (!std::isfinite(value) || value < 0 || value > kLongestMs) return std::nullopt;
  return std::llround(value);
}

/// One list of the document while it is read.
class IntervalList {
 public:
  IntervalList(const FileJob& job, Spots& spots, RowIssues& issues, const Vocabulary& vocabulary, std::string name)
      : job_(job), spots_(spots), issues_(issues), vocabulary_(vocabulary), name_(std::move(name)) {}

  void take(const JsonPiece& piece) {
    const std::int64_t element = piece.index + 1;
    const auto interval = parse_json(piece.text, job_.file.path);
    if (!interval || !interval->is_object()) {
      return reject("malformed_interval", element, piece.text,
                    "not an object with start, end, label_name and label_id");
    }
    const auto begin = milliseconds(*interval, "start");
    const auto end = milliseconds(*interval, "end");
    if (!begin || !end) return reject("malformed_time", element, piece.text, "start and end must be milliseconds");
    if (*end <= *begin) return reject("empty_interval", element, piece.text, "the end is not after the start");
    const bool has_id = interval->contains("label_id") && interval->at("label_id").is_number_integer();
    if (!has_id) return reject("malformed_label", element, piece.text, "label_id must be a whole number");
    const Interval found{*begin, *end, element};
    const std::int64_t id = interval->at("label_id").get<std::int64_t>();
    const VocabularyLabel* label = label_or_issue(vocabulary_, id, element, 1, issues_);
    if (label == nullptr) return keep_in_sequence(found);
    const std::string name = text_or(*interval, "label_name", label->label);
    if (!is_same_word(*label, name)) {
      keep_in_sequence(found);
      return reject(
          "label_conflict", element, name,
          "label_name '" + name + "' and label_id " + std::to_string(id) + " ('" + label->label + "') disagree");
    }
    record(found, *label);
  }

  void check_tiling() {
    std::stable_sort(sequence_.begin(), sequence_.end(),
                     [](const Interval& a, const Interval& b) { return a.begin_ms < b.begin_ms; });
    for (std::size_t i = 1; i < sequence_.size(); ++i) {
      const std::int64_t step = sequence_[i].begin_ms - sequence_[i - 1].end_ms;
      if (step == 0) continue;
      const std::string range =
          std::to_string(sequence_[i - 1].end_ms) + ".." + std::to_string(sequence_[i].begin_ms) + " ms";
      issues_.add(
          sequence_[i].element,
          {step > 0 ? "gap" : "overlap", range,
           name_ + (step > 0 ? ": nothing is labelled between two intervals" : ": two intervals overlap"),
           "the published files tile the time from the first label on; compare with a fresh copy", Severity::kWarning},
          0);
    }
  }

 private:
  void reject(const char* rule, std::int64_t element, std::string_view value, const std::string& message) {
    issues_.add(element,
                {rule, std::string(value), name_ + ": " + message, "compare this interval with the published file"});
  }

  /// A rejected interval still fills its time, so that one mistake is told once.
  void keep_in_sequence(const Interval& interval) { sequence_.push_back(interval); }

  void record(const Interval& interval, const VocabularyLabel& label) {
    const Spot spot = spots_.span(issues_.video(), {interval.begin_ms * kMillisecond, interval.end_ms * kMillisecond});
    RawAnnotation annotation =
        record_at(spot, kind_of(vocabulary_, label), vocabulary_.id, {label.label}, interval.element, 1);
    annotation.state = label.state;
    job_.out.record(std::move(annotation));
    if (!label.has_becomes) keep_in_sequence(interval);
  }

  const FileJob& job_;
  Spots& spots_;
  RowIssues& issues_;
  const Vocabulary& vocabulary_;
  std::string name_;
  std::vector<Interval> sequence_;
};

Result<std::map<std::string, IntervalList>> lists_of_card(const FileJob& job, Spots& spots, RowIssues& issues) {
  Json lists = Json::object({{"phases", "phases"}, {"steps", "steps"}});
  if (job.entry.with.is_object() && job.entry.with.contains("lists")) lists = job.entry.with.at("lists");
  std::map<std::string, IntervalList> found;
  for (const auto& [member, name] : lists.items()) {
    const auto vocabulary =
        name.is_string() ? job.card.vocabularies.find(name.get<std::string>()) : job.card.vocabularies.end();
    if (vocabulary == job.card.vocabularies.end()) {
      return Error{ErrorKind::kUsage, "with.lists." + member + " names no vocabulary of the card", job.card.id.text,
                   "name one of `vocabularies`"};
    }
    if (!from_word<AnnotationKind>(vocabulary->second.kind)) {
      return Error{ErrorKind::kUsage,
                   "vocabulary '" + vocabulary->first + "' is of kind '" + vocabulary->second.kind + "'",
                   job.card.id.text, "intervals need a vocabulary of phases, steps, actions or flags"};
    }
    found.emplace(member, IntervalList(job, spots, issues, vocabulary->second, member));
  }
  return found;
}

void tell_caution(const FileJob& job, const VideoId& video) {
  if (!job.entry.with.is_object() || !job.entry.with.contains("caution")) return;
  const Json& caution = job.entry.with.at("caution");
  const std::string name = job.file.captures.count("video") != 0 ? job.file.captures.at("video") : "";
  const std::string prefix = text_or(caution, "prefix", "");
  if (prefix.empty() || !starts_with_ignoring_case(name, prefix)) return;
  job.out.issue("doubtful_copy", Severity::kWarning, 0, name, text_or(caution, "message", "this copy may be outdated"),
                text_or(caution, "hint", ""), 0, video);
}

}  // namespace

Status read_multibypass(const FileJob& job) {
  Spots spots(job);
  const auto captured = job.file.captures.find("video");
  const std::string name =
      captured != job.file.captures.end() ? captured->second : std::string(stem_of(stem_of(job.file.path)));
  SURGSIGMA_TRY(video, spots.video(name));
  RowIssues issues(job.out, video);
  SURGSIGMA_TRY(lists, lists_of_card(job, spots, issues));
  std::map<std::string, std::int64_t> seen;
  const auto take = [&](const JsonPiece& piece) -> Status {
    const std::string key(piece.key);
    ++seen[key];
    const auto list = lists.find(key);
    if (list == lists.end()) return done();
    job.out.rows(1);
    list->second.take(piece);
    return done();
  };
  SURGSIGMA_CHECK(stream_json(job.path(), take));
  for (const auto& [key, rows] : seen) {
    if (lists.count(key) != 0) continue;
    job.out.rows(rows);
    job.out.issue("unknown_member", Severity::kWarning, 0, key,
                  "the document has a member '" + key + "' that the card does not name",
                  "add it to with.lists, or ignore it", rows, video);
  }
  for (auto& [key, list] : lists) {
    if (seen.count(key) == 0) {
      job.out.issue("missing_list", Severity::kWarning, 0, key, "no intervals under '" + key + "'",
                    "the published files have both phases and steps", 0, video);
    }
    list.check_tiling();
  }
  tell_caution(job, video);
  return done();
}

}  // namespace surgsigma
