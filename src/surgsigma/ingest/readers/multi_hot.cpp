// One 0/1 column per class: tool_annotations/video01-tool.txt of Cholec80 and everything built like it. A row is a line
// below the header and becomes one presence record that holds until the next sample. A row of zeros is a statement too:
// nothing of the vocabulary is there.
//
// with:
//   vocabulary: tools              the classes; a class that is 0 was looked for and is absent
//   columns: [Frame, Grasper, ...] every column of the file in its order (default: Frame and the words by id); a
//                                  header, where there is one, must say so
//   ignore: [Time]                 columns that are no class
//   index: Frame                   the column that counts (default: the first)
//   unit, first, step, frame_rate  the index on the clock, see IndexScale; step is 25 by default
//   disputed: "0.5"                how the file writes that the raters disagree: those classes become a second record
//                                  with state uncertain
//   delimiter: tab
#include <algorithm>

#include "surgsigma/base/text.h"
#include "surgsigma/ingest/readers/binary_rows.h"
#include "surgsigma/ingest/readers/readers.h"

namespace surgsigma {
namespace {

struct Classes {
  BinaryTable table;
  std::vector<std::string> words;  ///< of the class columns in their order
};

Result<Classes> classes_of(const FileJob& job, const Vocabulary& vocabulary) {
  std::vector<const VocabularyLabel*> labels;
  for (const VocabularyLabel& label : vocabulary.labels) labels.push_back(&label);
  std::sort(labels.begin(), labels.end(), [](const auto* a, const auto* b) { return a->id < b->id; });
  std::vector<std::string> usual{"Frame"};
  for (const VocabularyLabel* label : labels) usual.push_back(label->label);

  Classes classes;
  SURGSIGMA_TRY(columns, list_of(job, "columns", usual));
  SURGSIGMA_TRY(ignored, list_of(job, "ignore", {}));
  const std::string index = job.param("index", columns.empty() ? "" : columns[0]);
  bool has_index = false;
  for (const std::string& column : columns) {
    const bool is_index = column == index;
    const bool is_class = !is_index && std::find(ignored.begin(), ignored.end(), column) == ignored.end();
    if (is_index) classes.table.index = classes.table.is_class.size();
    has_index = has_index || is_index;
    if (is_class && vocabulary.by_label(column) == nullptr) {
      return card_error(job, "column " + quoted(column) + " is no word of vocabulary " + vocabulary.id,
                        "add it to the vocabulary or to ignore");
    }
    classes.table.is_class.push_back(is_class);
    if (is_class) classes.words.push_back(column);
  }
  if (!has_index) return card_error(job, "no column is named " + quoted(index), "columns: " + comma_list(columns));
  classes.table.columns = columns;
  classes.table.disputed = job.param("disputed", "");
  return classes;
}

}  // namespace

Status read_multi_hot(const FileJob& job) {
  SURGSIGMA_TRY(vocabulary, job.vocabulary());
  SURGSIGMA_TRY(classes, classes_of(job, *vocabulary));
  SURGSIGMA_TRY(scale, index_scale(job, "frame", 25));
  SURGSIGMA_TRY(video, job.out.video(job.file.captures));
  SURGSIGMA_TRY(text, job.text());
  unify_line_ends(text);
  SURGSIGMA_TRY(delimiter, delimiter_of(job, text, '\t'));
  classes.table.delimiter = delimiter;

  RowIssues issues(job.out, video);
  const PictureNames pictures(job);
  const std::int64_t end =
      read_binary_rows(job, text, classes.table, scale, issues, [&, vocabulary = vocabulary](const BinaryRow& row) {
        RawAnnotation record;
        record.video_id = video;
        record.kind = AnnotationKind::kPresence;
        record.vocabulary = vocabulary->id;
        record.line = row.line;
        scale.place(record, row.index, row.index + scale.step);
        record.media = pictures.of(scale.frame(row.index));
        record.labels = words_with(row.bits, Bit::kPresent, classes.words);
        record.state = record.labels.empty() ? LabelState::kAbsent : LabelState::kPresent;
        RawAnnotation disputed = record;
        job.out.record(std::move(record));
        disputed.labels = words_with(row.bits, Bit::kDisputed, classes.words);
        if (disputed.labels.empty()) return;
        disputed.state = LabelState::kUncertain;
        disputed.rows = 0;
        job.out.record(std::move(disputed));
      });
  extend_video(job, video, scale, end);
  return done();
}

}  // namespace surgsigma
