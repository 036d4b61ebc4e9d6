// CholecT45, the text release: triplet/VID01.txt (second, one 0/1 column per triplet class) and its companions
// instrument/, verb/ and target/, which are projections of it. No header, commas, one row per second; a row is a line.
//
// triplet file: every set class becomes an interaction; a row of zeros becomes one interaction without words, state
//   absent. The release keeps one bit per class, so two graspers that do the same are one record.
// companion:    every row becomes a presence record of its own vocabulary, if it equals the projection of the triplet
//   row; a row that does not is an issue naming second and class.
//
// with:
//   vocabulary: triplets       or the companion's: instruments, verbs, targets
//   triplets: triplets         companions: the interaction vocabulary that has this vocabulary as a part
//   triplet_role: triplet      companions: layout role of the triplet files
//   unit: second, first: 0     see IndexScale
#include <algorithm>
#include <map>
#include <set>

#include "surgsigma/base/text.h"
#include "surgsigma/ingest/readers/binary_rows.h"
#include "surgsigma/ingest/readers/readers.h"
#include "surgsigma/ingest/readers/triplet_classes.h"

namespace surgsigma {
namespace {

/// Columns of such a file: the second, then the classes by id.
BinaryTable table_of(std::vector<std::string> class_names) {
  BinaryTable table;
  table.columns = {"frame"};
  table.columns.insert(table.columns.end(), class_names.begin(), class_names.end());
  table.is_class.assign(table.columns.size(), true);
  table.is_class[0] = false;
  return table;
}

BinaryTable triplet_table(const TripletClasses& classes) {
  std::vector<std::string> names;
  for (const auto& [id, combination] : classes.by_id) {
    names.push_back(combination.words[0] + "," + combination.words[1] + "," + combination.words[2]);
  }
  return table_of(std::move(names));
}

std::vector<const VocabularyLabel*> by_id(const Vocabulary& vocabulary) {
  std::vector<const VocabularyLabel*> labels;
  for (const VocabularyLabel& label : vocabulary.labels) labels.push_back(&label);
  std::sort(labels.begin(), labels.end(), [](const auto* a, const auto* b) { return a->id < b->id; });
  return labels;
}

std::vector<std::string> words_of_labels(const std::vector<const VocabularyLabel*>& labels) {
  std::vector<std::string> words;
  for (const VocabularyLabel* label : labels) words.push_back(label->label);
  return words;
}

struct File {
  const FileJob& job;
  VideoId video;
  IndexScale scale;
  PictureNames pictures;

  RawAnnotation record(AnnotationKind kind, const Vocabulary& vocabulary, const BinaryRow& row) const {
    RawAnnotation made;
    made.video_id = video;
    made.kind = kind;
    made.vocabulary = vocabulary.id;
    made.line = row.line;
    scale.place(made, row.index, row.index + scale.step);
    made.media = pictures.of(scale.frame(row.index));
    return made;
  }
};

std::int64_t read_triplets(const File& file, std::string_view text, const TripletClasses& classes, RowIssues& issues) {
  std::vector<const TripletClass*> columns;
  for (const auto& [id, combination] : classes.by_id) columns.push_back(&combination);
  return read_binary_rows(file.job, text, triplet_table(classes), file.scale, issues, [&](const BinaryRow& row) {
    RawAnnotation record = file.record(AnnotationKind::kInteraction, *classes.vocabulary, row);
    std::int32_t instance = 0;
    for (std::size_t i = 0; i < row.bits.size(); ++i) {
      if (row.bits[i] != Bit::kPresent) continue;
      RawAnnotation one = record;
      one.labels.assign(columns[i]->words.begin(), columns[i]->words.end());
      one.state = columns[i]->state;
      one.rows = instance == 0 ? 1 : 0;
      ++instance;
      file.job.out.record(std::move(one));
    }
    if (instance > 0) return;
    record.labels.assign(3, "");
    record.state = LabelState::kAbsent;
    file.job.out.record(std::move(record));
  });
}

/// By second, the ids of one part that the triplet rows imply.
using Projection = std::map<std::int64_t, std::set<std::int64_t>>;

/// The triplet file of the same video, projected; nothing, with a remark, when it is not there or cannot be read.
std::optional<Projection> projection(const File& file, const TripletClasses& classes, std::size_t part,
                                     RowIssues& issues) {
  const std::string role = file.job.param("triplet_role", "triplet");
  const auto video = file.job.file.captures.find("video");
  for (const MatchedFile* other : file.job.source.of_role(file.job.card, role)) {
    const auto other_video = other->captures.find("video");
    if (video == file.job.file.captures.end() || other_video == other->captures.end() ||
        parse_int(video->second) != parse_int(other_video->second)) {
      continue;
    }
    auto bytes = read_file(file.job.source.root / other->path);
    if (!bytes) break;
    auto decoded = decode_text(std::move(*bytes), other->path);
    if (!decoded) break;
    unify_line_ends(decoded->utf8);
    Projection found;
    for (const BinaryRow& row : sound_binary_rows(decoded->utf8, triplet_table(classes), file.scale)) {
      std::set<std::int64_t>& ids = found[row.index];
      std::size_t column = 0;
      for (const auto& [id, combination] : classes.by_id) {
        if (row.bits[column++] == Bit::kPresent) ids.insert(combination.ids[part]);
      }
    }
    return found;
  }
  issues.add(0,
             {"no_checksum", "", "there is no readable triplet file to compare with",
              "add the file of role " + role + " of this video", Severity::kWarning},
             0);
  return std::nullopt;
}

/// What the companion's row and the triplet row disagree about, in words; empty when they agree.
std::string disagreement(const BinaryRow& row, const std::set<std::int64_t>& implied,
                         const std::vector<const VocabularyLabel*>& labels) {
  std::string said;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const bool is_set = row.bits[i] == Bit::kPresent;
    if (is_set == implied.contains(labels[i]->id)) continue;
    if (!said.empty()) said += ", ";
    said += labels[i]->label + (is_set ? " is set here only" : " is set in the triplet file only");
  }
  return said;
}

std::int64_t read_companion(const File& file, std::string_view text, const TripletClasses& classes, std::size_t part,
                            RowIssues& issues) {
  const Vocabulary& vocabulary = *classes.parts[part];
  const auto labels = by_id(vocabulary);
  const std::vector<std::string> words = words_of_labels(labels);
  const auto implied = projection(file, classes, part, issues);
  return read_binary_rows(file.job, text, table_of(words), file.scale, issues, [&](const BinaryRow& row) {
    if (implied) {
      const auto at = implied->find(row.index);
      const std::string said =
          at == implied->end() ? "the triplet file has no such row" : disagreement(row, at->second, labels);
      if (!said.empty()) {
        issues.add(row.line,
                   {"projection_differs", std::to_string(row.index), "frame " + std::to_string(row.index) + ": " + said,
                    "the file must be the projection of the triplet file; fetch both again"});
        return;
      }
    }
    RawAnnotation record = file.record(AnnotationKind::kPresence, vocabulary, row);
    record.labels = words_with(row.bits, Bit::kPresent, words);
    record.state = record.labels.empty() ? LabelState::kAbsent : LabelState::kPresent;
    file.job.out.record(std::move(record));
  });
}

}  // namespace

Status read_cholect45_triplets(const FileJob& job) {
  SURGSIGMA_TRY(vocabulary, job.vocabulary());
  const bool is_triplet_file = vocabulary->kind == "interaction";
  SURGSIGMA_TRY(classes, triplet_classes(job, is_triplet_file ? "vocabulary" : "triplets"));
  const auto part = std::find(classes.parts.begin(), classes.parts.end(), vocabulary);
  if (!is_triplet_file && part == classes.parts.end()) {
    return card_error(job, "vocabulary " + quoted(vocabulary->id) + " is no part of " + classes.vocabulary->id,
                      "name one of its parts: " + comma_list(classes.vocabulary->parts));
  }
  SURGSIGMA_TRY(scale, index_scale(job, "second", 1));
  SURGSIGMA_TRY(video, job.out.video(job.file.captures));
  SURGSIGMA_TRY(text, job.text());
  unify_line_ends(text);

  const File file{job, video, scale, PictureNames(job)};
  RowIssues issues(job.out, video);
  const std::int64_t end =
      is_triplet_file
          ? read_triplets(file, text, classes, issues)
          : read_companion(file, text, classes, static_cast<std::size_t>(part - classes.parts.begin()), issues);
  extend_video(job, video, scale, end);
  return done();
}

}  // namespace surgsigma
