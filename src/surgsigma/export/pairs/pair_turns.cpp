#include "surgsigma/export/pairs/pair_turns.h"

#include <simdjson.h>

#include <array>

#include "surgsigma/base/json.h"
#include "surgsigma/base/text.h"
#include "surgsigma/export/formats/lines.h"
#include "surgsigma/export/json_text.h"

namespace surgsigma {
namespace {

std::string_view file_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

/// Pictures and clips of a row: input and target, or each alone.
void append_lists(const PairTurns& turns, std::string_view images, std::string_view videos, std::string& out) {
  const auto& media = turns.about.media;
  out += ",\"";
  out += images;
  out += "\":";
  append_texts(turns.has_clip ? std::vector<std::string>{media[0]} : media, out);
  if (!turns.has_clip) return;
  out += ",\"";
  out += videos;
  out += "\":";
  append_texts({media[1]}, out);
}

/// The answer is one tag and nothing else.
std::string check_media(const TurnCheck& check, std::size_t images, std::size_t videos) {
  if (check.asked.images != 1 || check.asked.videos != 0) return "the question does not show one picture";
  if (check.answered.images + check.answered.videos != 1) return "the answer is not one picture or clip";
  if (images != check.asked.images + check.answered.images || videos != check.answered.videos) {
    return "tags and media differ in number";
  }
  return "";
}

/// A user's turn with words beside its tag, then the assistant's. (check_turns() would call an answer that is a tag
/// alone empty.)
bool is_question_and_answer(const simdjson::dom::array& turns, const TurnNames& names) {
  std::string_view asks, text, answers;
  if (turns.size() != 2) return false;
  if (turns.at(0)[names.role].get(asks) || turns.at(0)[names.text].get(text)) return false;
  if (turns.at(1)[names.role].get(answers) || asks != names.user || answers != names.assistant) return false;
  return !trim(text.substr(text.find('>') + 1)).empty();
}

// --- llava ---

void append_llava(const PairTurns& turns, std::string& out) {
  out += "{\"id\":";
  append_string(turns.about.id, out);
  append_lists(turns, "image", "video", out);
  out += ",\"conversations\":[{\"from\":\"human\",\"value\":\"<image>\\n";
  append_escaped(turns.about.turns[0], out);
  out += "\"},{\"from\":\"gpt\",\"value\":\"";
  out += turns.has_clip ? "<video>" : "<image>";
  out += "\"}]}";
}

std::string check_llava(const simdjson::dom::element& row) {
  std::string_view id;
  simdjson::dom::array turns;
  if (row["id"].get(id) || id.empty()) return "no id";
  const TurnNames names{"from", "value", "human", "gpt"};
  if (row["conversations"].get(turns) || !is_question_and_answer(turns, names)) return "no question and answer";
  return check_media(check_turns(turns, names), count_media(row, "image"), count_media(row, "video"));
}

// --- swift ---

void append_swift(const PairTurns& turns, std::string& out) {
  out += "{\"messages\":[{\"role\":\"user\",\"content\":\"<image>";
  append_escaped(turns.about.turns[0], out);
  out += "\"},{\"role\":\"assistant\",\"content\":\"";
  out += turns.has_clip ? "<video>\"}]" : "<image>\"}]";
  append_lists(turns, "images", "videos", out);
  out += ",\"channel\":";
  append_string(turns.about.task, out);
  out += ',';
  append_metadata(turns.about, out);
  out += '}';
}

std::string check_swift(const simdjson::dom::element& row) {
  std::string_view channel;
  simdjson::dom::array turns;
  if (row["channel"].get(channel) || channel.empty()) return "no channel";
  const TurnNames names{"role", "content", "user", "assistant"};
  if (row["messages"].get(turns) || !is_question_and_answer(turns, names)) return "no question and answer";
  return check_media(check_turns(turns, names), count_media(row, "images"), count_media(row, "videos"));
}

// --- hf ---

constexpr int kRowGroupRows = 100;
constexpr std::int64_t kMaxLinesBytes = 400LL << 20;

void append_picture(std::string_view path, const std::string& bytes64, std::string& out) {
  out += "{\"bytes\":\"";
  out += bytes64;  // base64 needs no escaping
  out += "\",\"path\":";
  append_string(file_name(path), out);
  out += '}';
}

void append_hf(const PairTurns& turns, std::string& out) {
  out +=
      "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image\",\"text\":null},{\"type\":\"text\",\"text\":";
  append_string(turns.about.turns[0], out);
  out += "}]},{\"role\":\"assistant\",\"content\":[{\"type\":\"";
  out += turns.has_clip ? "video" : "image";
  out += "\",\"text\":null}]}],\"images\":[";
  append_picture(turns.about.media[0], turns.input64, out);
  if (!turns.has_clip) {
    out += ',';
    append_picture(turns.about.media[1], turns.target64, out);
  }
  out += ']';
  if (turns.has_clip) {
    out += ",\"videos\":";
    append_texts({turns.about.media[1]}, out);
  }
  out += ",\"sg_media\":";
  append_texts(turns.about.media, out);
  out += ',';
  append_metadata(turns.about, out);
  out += '}';
}

/// The lines are only a step on the way: the Parquet file is what is checked.
std::string check_nothing(const simdjson::dom::element&) { return ""; }

Json value_feature(std::string_view type) { return {{"dtype", type}, {"_type", "Value"}}; }

std::string features(bool has_clips) {
  const Json part = {{"type", value_feature("string")}, {"text", value_feature("string")}};
  Json all = Json::object();
  all["messages"] = Json::array({{{"role", value_feature("string")}, {"content", Json::array({part})}}});
  all["images"] = Json::array({{{"_type", "Image"}}});
  if (has_clips) all["videos"] = Json::array({value_feature("string")});
  all["sg_media"] = Json::array({value_feature("string")});
  for (const MetadataColumn& column : metadata_columns()) all[std::string(column.name)] = value_feature(column.hf_type);
  return to_text({{"info", {{"features", all}}}});
}

Status convert(const LinesToFile& job) {
  std::string read =
      "{messages: 'STRUCT(role VARCHAR, content STRUCT(\"type\" VARCHAR, \"text\" VARCHAR)[])[]', "
      "images: 'STRUCT(bytes VARCHAR, path VARCHAR)[]', ";
  std::string written =
      "messages, list_transform(images, lambda i: {'bytes': from_base64(i.bytes), 'path': i.path}) AS images, ";
  if (job.is_video) {
    read += "videos: 'VARCHAR[]', ";
    written += "videos, ";
  }
  read += "sg_media: 'VARCHAR[]'";
  written += "sg_media";
  for (const MetadataColumn& column : metadata_columns()) {
    read += ", " + std::string(column.name) + ": '" + std::string(column.sql_type) + "'";
    written += ", " + std::string(column.name);
  }
  return job.engine->run("COPY (SELECT " + written + " FROM read_json(" + sql_quoted(job.lines.string()) +
                         ", format = 'newline_delimited', maximum_object_size = " + std::to_string(1LL << 30) +
                         ", columns = " + read + "})) TO " + sql_quoted(job.file.string()) +
                         " (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE " + std::to_string(kRowGroupRows) +
                         ", KV_METADATA {huggingface: " + sql_quoted(features(job.is_video)) + "})");
}

Result<std::int64_t> check_file(const LinesToFile& job) {
  const std::string answer = job.is_video ? "video" : "image";
  const std::string is_bad =
      "len(messages) <> 2 OR messages[1].role <> 'user' OR messages[2].role <> 'assistant'"
      " OR len(messages[1].content) <> 2 OR messages[1].content[1].\"type\" <> 'image'"
      " OR coalesce(trim(messages[1].content[2].\"text\"), '') = ''"
      " OR len(messages[2].content) <> 1 OR messages[2].content[1].\"type\" <> '" +
      answer + "' OR len(images) <> " + (job.is_video ? "1 OR len(videos) <> 1" : "2") +
      " OR len(list_filter(images, lambda i: i.bytes IS NULL OR octet_length(i.bytes) = 0)) > 0";
  SURGSIGMA_TRY(table, job.engine->query("SELECT count(*), count(*) FILTER (" + is_bad + "), min(sg_id) FILTER (" +
                                         is_bad + ") FROM read_parquet(" + sql_quoted(job.file.string()) + ")"));
  const auto& row = table.rows.at(0);
  const std::int64_t bad = parse_int(row[1].value_or("0")).value_or(0);
  if (bad == 0) return parse_int(row[0].value_or("0")).value_or(0);
  return Error{ErrorKind::kInternal, std::to_string(bad) + " rows read back wrong, the first is " + row[2].value_or(""),
               job.file.filename().string(), "please report this with the command you gave"};
}

constexpr std::array<PairTurnsFormat, 3> kFormats = {{
    {"llava", "", false, false, 0, append_llava, check_llava, nullptr, nullptr},
    {"swift", "", true, false, 0, append_swift, check_swift, nullptr, nullptr},
    {"hf", "data/", true, true, kMaxLinesBytes, append_hf, check_nothing, convert, check_file},
}};

}  // namespace

const PairTurnsFormat* find_pair_turns_format(std::string_view name) {
  for (const PairTurnsFormat& format : kFormats) {
    if (format.name == name) return &format;
  }
  return nullptr;
}

std::string pair_turns_formats() {
  std::string names;
  for (const PairTurnsFormat& format : kFormats) names += (names.empty() ? "" : ", ") + std::string(format.name);
  return names;
}

}  // namespace surgsigma
