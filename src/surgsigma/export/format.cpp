#include "surgsigma/export/format.h"

#include "surgsigma/export/export.h"
#include "surgsigma/export/json_text.h"

namespace surgsigma {
namespace {

void append_member(std::string_view name, std::string_view text, std::string& out) {
  out += '"';
  out += name;
  out += "\":";
  append_string(text, out);
  out += ',';
}

/// The options as JSON inside a text: a list that is empty in all rows of a file would have no type.
void append_options(const Sample& sample, std::string& out) {
  std::string list = "[";
  for (const std::string_view option : sample.options) {
    if (list.size() > 1) list += ',';
    list += '"';
    append_with_boxes(option, sample.box_texts, list);
    list += '"';
  }
  append_member("sg_options", sample.options.empty() ? std::string() : list + ']', out);
}

}  // namespace

const std::vector<FormatRow>& format_rows() {
  static const std::vector<FormatRow> rows = {llava_format(), swift_format(), swift_grpo_format(), hf_format(),
                                              questions_format()};
  return rows;
}

const FormatRow* find_format(std::string_view name) {
  for (const FormatRow& row : format_rows()) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

std::vector<ExportFormatRow> export_formats() {
  std::vector<ExportFormatRow> rows;
  for (const FormatRow& row : format_rows()) rows.push_back({row.name, row.description});
  return rows;
}

void append_metadata(const Sample& sample, std::string& out) {
  append_member("sg_id", sample.id, out);
  append_member("sg_task", sample.task, out);
  append_member("sg_form", sample.form, out);
  append_member("sg_answer", sample.answer, out);
  append_options(sample, out);
  append_member("sg_part", sample.part, out);
  append_member("sg_source", sample.source, out);
  append_member("sg_video", sample.video, out);
  append_member("sg_case", sample.case_id, out);
  out += "\"sg_begin_us\":";
  append_integer(sample.begin_us, out);
  out += ",\"sg_end_us\":";
  append_integer(sample.end_us, out);
  out += ',';
  append_member("sg_origin", sample.origin, out);
  append_member("sg_licence", sample.licence, out);
  out += sample.is_simulated ? "\"sg_simulated\":true" : "\"sg_simulated\":false";
}

const std::vector<MetadataColumn>& metadata_columns() {
  static const std::vector<MetadataColumn> columns = {
      {"sg_id", "VARCHAR", "string"},      {"sg_task", "VARCHAR", "string"},    {"sg_form", "VARCHAR", "string"},
      {"sg_answer", "VARCHAR", "string"},  {"sg_options", "VARCHAR", "string"}, {"sg_part", "VARCHAR", "string"},
      {"sg_source", "VARCHAR", "string"},  {"sg_video", "VARCHAR", "string"},   {"sg_case", "VARCHAR", "string"},
      {"sg_begin_us", "BIGINT", "int64"},  {"sg_end_us", "BIGINT", "int64"},    {"sg_origin", "VARCHAR", "string"},
      {"sg_licence", "VARCHAR", "string"}, {"sg_simulated", "BOOLEAN", "bool"},
  };
  return columns;
}

}  // namespace surgsigma
