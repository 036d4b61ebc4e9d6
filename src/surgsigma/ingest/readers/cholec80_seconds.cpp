// Cholec80 phases once a second, as the CAMMA group passes them on (CAMMA-public/PeskaVLP): header `path,label`, rows
// `videoNN_K.png,L`. K is the second of the video, L the phase counted from 1. Rows may be missing (video61 has no
// second 447) while K goes on, so time is K and never the row's number. A row is a line below the header.
//
// with:
//   vocabulary: phases
//   label_offset: 1          number in the file minus id in the vocabulary
//   columns: [path, label]
#include <deque>
#include <optional>
#include <utility>

#include "surgsigma/base/csv.h"
#include "surgsigma/base/text.h"
#include "surgsigma/ingest/readers/readers.h"
#include "surgsigma/ingest/readers/track.h"

namespace surgsigma {
namespace {

/// "video01_12.png" is second 12 of "video01".
struct SecondName {
  std::string_view video;
  std::optional<std::int64_t> second;
};

SecondName second_name(std::string_view path) {
  const std::string_view name = path.substr(path.find_last_of("/\\") + 1);  // npos + 1 is 0
  const std::string_view stem = trim(name.substr(0, name.rfind('.')));
  const std::size_t line = stem.rfind('_');
  if (line == std::string_view::npos) return {};
  return {stem.substr(0, line), parse_int(stem.substr(line + 1))};
}

}  // namespace

Status read_cholec80_seconds(const FileJob& job) {
  SURGSIGMA_TRY(columns, list_of(job, "columns", {"path", "label"}));
  if (columns.size() != 2) return card_error(job, "columns must be two", "[path, label]");
  SURGSIGMA_TRY(scale, index_scale(job, "second", 1));
  SURGSIGMA_TRY(label, label_field(job, "id", 1));
  SURGSIGMA_TRY(kind, track_kind(job, *label.vocabulary));
  SURGSIGMA_TRY(video, job.out.video(job.file.captures));
  SURGSIGMA_TRY(text, job.text());
  SURGSIGMA_TRY(delimiter, delimiter_of(job, text, ','));

  RowIssues issues(job.out, video);
  IndexSequence sequence(scale);
  TrackWriter writer(job.out, issues, kind, label, scale);
  const std::string_view video_name = std::string_view(video.text).substr(video.text.find('/') + 1);
  CsvReader reader(text, delimiter);
  std::deque<std::string> kept;  // the open run looks into its label
  std::int64_t rows = 0;
  bool is_first = true;
  while (reader.next()) {
    const auto& row = reader.fields();
    const std::int64_t line = reader.line();
    if (std::exchange(is_first, false)) {
      const bool is_row = row.size() == 2 && second_name(row[0]).second && parse_int(row[1]);
      if (!is_row && first_row(row, columns, 1) == FirstRow::kHeader) continue;
      if (!is_row) {
        refuse_table(job, video, text, 1,
                     {"unexpected_columns", "", column_complaint(row, columns), "rows must be: videoNN_K.png,label"});
        return done();
      }
    }
    ++rows;
    if (row.size() != 2) {
      issues.add(line, {"field_count", shortened(row[0]), std::to_string(row.size()) + " fields where 2 are expected",
                        "rows must be: videoNN_K.png,label"});
      continue;
    }
    const SecondName name = second_name(row[0]);
    if (!name.second) {
      issues.add(line, {"not_a_number", shortened(row[0]), "the name holds no second", "names must be videoNN_K.png"});
    } else if (name.video != video_name) {
      issues.add(line, {"wrong_video", shortened(row[0]), "the row is about another video than its file",
                        "the file was read as " + std::string(video_name)});
    } else if (sequence.accept(*name.second, line, issues)) {
      writer.sample(*name.second, line, kept.emplace_back(trim(row[1])));
    }
  }
  writer.close();
  if (is_first) {
    issues.add(0, {"empty_file", "", "the file holds no rows", "was the download cut short?", Severity::kWarning}, 0);
  }
  job.out.rows(rows);
  extend_video(job, video, scale, sequence.end());
  return done();
}

}  // namespace surgsigma
