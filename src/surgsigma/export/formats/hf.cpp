// Parquet for Hugging Face datasets and TRL: typed message parts and embedded pictures. Parts hold type and text only
// (a struct member "image" would be there, as null, in text parts too, and be counted as a picture), and no tag stands
// in a text. The Parquet metadata key "huggingface" makes the images load as pictures. A clip is a relative path:
// decoding is the trainer's business.
#include <simdjson.h>

#include "surgsigma/base/json.h"
#include "surgsigma/base/text.h"
#include "surgsigma/export/format.h"
#include "surgsigma/export/formats/lines.h"
#include "surgsigma/export/json_text.h"

namespace surgsigma {
namespace {

constexpr int kRowGroupRows = 500;
constexpr std::int64_t kMaxLinesBytes = 400LL << 20;

std::string_view file_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

void append_picture(const Sample& sample, std::size_t index, std::string& out) {
  const bool is_there = !sample.pictures[index].empty();
  out += "{\"bytes\":";
  if (is_there) {
    out += '"';
    out += sample.pictures[index];  // base64 needs no escaping
    out += '"';
  } else {
    out += "null";
  }
  out += ",\"path\":";
  append_string(is_there ? file_name(sample.media[index]) : std::string_view(sample.media[index]), out);
  out += '}';
}

void append_row(const Sample& sample, std::string& out) {
  out += "{\"messages\":[";
  for (std::size_t i = 0; i < sample.turns.size(); ++i) {
    out += i % 2 == 0 ? "{\"role\":\"user\",\"content\":[" : "{\"role\":\"assistant\",\"content\":[";
    if (i == 0) {
      for (std::size_t m = 0; m < sample.media.size(); ++m) {
        out += sample.is_video ? "{\"type\":\"video\",\"text\":null}," : "{\"type\":\"image\",\"text\":null},";
      }
    }
    out += "{\"type\":\"text\",\"text\":\"";
    append_with_boxes(sample.turns[i], sample.box_texts, out);
    out += i + 1 < sample.turns.size() ? "\"}]}," : "\"}]}";
  }
  if (sample.is_video) {
    out += "],\"videos\":";
    append_texts(sample.media, out);
  } else {
    out += "],\"images\":[";
    for (std::size_t m = 0; m < sample.media.size(); ++m) {
      if (m > 0) out += ',';
      append_picture(sample, m, out);
    }
    out += ']';
  }
  out += ",\"sg_media\":";
  append_texts(sample.media, out);
  out += ',';
  append_metadata(sample, out);
  out += '}';
}

/// The lines are only a step on the way: the Parquet file is what is checked.
std::string check_row(const simdjson::dom::element&) { return ""; }

Json value_feature(std::string_view type) { return {{"dtype", type}, {"_type", "Value"}}; }

/// A list as a bare JSON list of its one feature: read by old and new versions of datasets alike.
std::string features(bool is_video) {
  const Json part = {{"type", value_feature("string")}, {"text", value_feature("string")}};
  Json all = Json::object();
  all["messages"] = Json::array({{{"role", value_feature("string")}, {"content", Json::array({part})}}});
  if (is_video)
    all["videos"] = Json::array({value_feature("string")});
  else
    all["images"] = Json::array({{{"_type", "Image"}}});
  all["sg_media"] = Json::array({value_feature("string")});
  for (const MetadataColumn& column : metadata_columns()) all[std::string(column.name)] = value_feature(column.hf_type);
  return to_text({{"info", {{"features", all}}}});
}

std::string columns_as_read(bool is_video) {
  std::string columns = "{messages: 'STRUCT(role VARCHAR, content STRUCT(\"type\" VARCHAR, \"text\" VARCHAR)[])[]', ";
  columns += is_video ? "videos: 'VARCHAR[]'" : "images: 'STRUCT(bytes VARCHAR, path VARCHAR)[]'";
  columns += ", sg_media: 'VARCHAR[]'";
  for (const MetadataColumn& column : metadata_columns()) {
    columns += ", " + std::string(column.name) + ": '" + std::string(column.sql_type) + "'";
  }
  return columns + "}";
}

std::string columns_as_written(bool is_video) {
  std::string columns = "messages, ";
  columns += is_video ? "videos"
                      : "list_transform(images, lambda i: {'bytes': from_base64(i.bytes), 'path': i.path}) AS images";
  columns += ", sg_media";
  for (const MetadataColumn& column : metadata_columns()) columns += ", " + std::string(column.name);
  return columns;
}

Status convert(const LinesToFile& job) {
  return job.engine->run("COPY (SELECT " + columns_as_written(job.is_video) + " FROM read_json(" +
                         sql_quoted(job.lines.string()) +
                         ", format = 'newline_delimited', maximum_object_size = " + std::to_string(1LL << 30) +
                         ", columns = " + columns_as_read(job.is_video) + ")) TO " + sql_quoted(job.file.string()) +
                         " (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE " + std::to_string(kRowGroupRows) +
                         ", KV_METADATA {huggingface: " + sql_quoted(features(job.is_video)) + "})");
}

Result<std::int64_t> check_file(const LinesToFile& job) {
  const std::string media = job.is_video ? "videos" : "images";
  const std::string part = job.is_video ? "video" : "image";
  const std::string is_bad =
      "len(messages) = 0 OR len(messages) % 2 <> 0 OR len(" + media +
      ") = 0"
      " OR len(list_filter(messages[1].content, lambda c: c.\"type\" = '" +
      part + "')) <> len(" + media +
      ")"
      " OR len(list_filter(messages, lambda m, i: m.role <> CASE WHEN i % 2 = 1 THEN 'user' ELSE 'assistant' END)) > 0"
      " OR len(list_filter(messages, lambda m: coalesce(trim(m.content[-1].\"text\"), '') = '')) > 0"
      " OR len(list_filter(messages[2:], lambda m: len(m.content) <> 1)) > 0";
  SURGSIGMA_TRY(table, job.engine->query("SELECT count(*), count(*) FILTER (" + is_bad + "), min(sg_id) FILTER (" +
                                         is_bad + ") FROM read_parquet(" + sql_quoted(job.file.string()) + ")"));
  const auto& row = table.rows.at(0);
  const std::int64_t bad = parse_int(row[1].value_or("0")).value_or(0);
  if (bad > 0) {
    return Error{ErrorKind::kInternal,
                 std::to_string(bad) + " rows read back wrong, the first is " + row[2].value_or(""),
                 job.file.filename().string(), "please report this with the command you gave"};
  }
  return parse_int(row[0].value_or("0")).value_or(0);
}

std::string readme(const std::vector<ExportedFile>& files) {
  const std::string config = files.empty() ? "default" : files[0].config;
  return "```python\nfrom datasets import load_dataset\n\nrows = load_dataset(\"/path/to/this/folder\", \"" + config +
         "\", split=\"train\")\nrows[0][\"messages\"], rows[0][\"images\"]\n```\n\n"
         "`images` load as pictures. Where a picture was missing at export its bytes are null and its path is relative "
         "to\n"
         "this folder. TRL takes the rows as they are; set `max_length=None`, since truncation cuts image tokens.\n"
         "Clips are paths in `videos`, relative to this folder.\n";
}

}  // namespace

FormatRow hf_format() {
  return {
      .name = "hf",
      .description = "Parquet of Hugging Face datasets and TRL: typed message parts, embedded pictures",
      .folder = "data/",
      .ending = ".parquet",
      .has_metadata = true,
      .has_one_medium_per_file = true,
      .embeds_pictures = true,
      .max_lines_bytes = kMaxLinesBytes,
      .append = append_row,
      .check_line = check_row,
      .convert = convert,
      .check_file = check_file,
      .readme = readme,
  };
}

}  // namespace surgsigma
