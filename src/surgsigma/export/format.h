// The table of formats: a row says how one conversation becomes one line, how the lines become a file, and how both are
// checked. Adding a format is one file in formats/ and one row in format.cpp (docs/new-export-format.md).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/base/files.h"
#include "surgsigma/base/result.h"
#include "surgsigma/export/sample.h"
#include "surgsigma/store/engine.h"

namespace simdjson::dom {
class element;
}

namespace surgsigma {

/// A data file of an export, as the card and the readme lists it.
struct ExportedFile {
  std::string path;    ///< relative to the export
  std::string config;  ///< files of one config have the same columns: "default", "image", "reasoning-video"
  std::string part;    ///< train, val or test
  std::string sha256;
  std::int64_t rows = 0;
  std::int64_t bytes = 0;
};

/// Lines on their way to a file that is not made of lines.
struct LinesToFile {
  std::shared_ptr<Engine> engine;
  fs::path lines;  ///< one JSON object per line
  fs::path file;   ///< to be written
  bool is_video = false;
};

struct FormatRow {
  std::string_view name;
  std::string_view description;
  std::string_view folder;       ///< of the data files: "" or "data/"
  std::string_view ending;       ///< ".jsonl"
  bool has_own_boxes;            ///< writes boxes by itself: the box profile does not apply
  bool has_metadata;             ///< writes task, source, answer, ...: those columns are read
  bool has_solution;             ///< needs Sample::solution
  bool has_one_medium_per_file;  ///< pictures and clips in files of their own
  bool has_boxes_apart;          ///< rows that name boxes in files of their own
  bool embeds_pictures;          ///< needs Sample::pictures
  bool takes_frame_lists;        ///< its loader takes a clip as a list of pictures: Sample::frame_lists
  std::int64_t max_lines_bytes;  ///< lines per file before another is begun; 0: one file
  /// Appends the row as one JSON object, without a line end.
  void (*append)(const Sample& sample, std::string& out);
  /// What is wrong with a line as read back; empty when nothing is.
  std::string (*check_line)(const simdjson::dom::element& row);
  /// Makes the file of its lines; nullptr when the lines are the file.
  Status (*convert)(const LinesToFile& job);
  /// Reads a converted file back: rows, or what is wrong. nullptr when the lines are the file.
  Result<std::int64_t> (*check_file)(const LinesToFile& job);
  /// How to load it, for README.md; Markdown.
  std::string (*readme)(const std::vector<ExportedFile>& files);
};

const std::vector<FormatRow>& format_rows();
const FormatRow* find_format(std::string_view name);

FormatRow llava_format();
FormatRow swift_format();
FormatRow swift_grpo_format();
FormatRow hf_format();
FormatRow questions_format();

/// Appends `"sg_id":...,"sg_task":...` and the rest of what we know of a row; every row has the same members.
void append_metadata(const Sample& sample, std::string& out);
/// The SQL types of those members, for formats with a schema: name and type.
struct MetadataColumn {
  std::string_view name;
  std::string_view sql_type;
  std::string_view hf_type;
};
const std::vector<MetadataColumn>& metadata_columns();

}  // namespace surgsigma
