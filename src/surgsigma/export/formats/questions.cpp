// JSON lines of an evaluation: what a model is asked and shown, and apart from it the gold answer with all that scoring
// needs. Read by eval/question.h. Boxes in texts are in the profile of the export; those of `answer` are pixels of the
// recording's frame, whose size stands in it; `width` and `height` are of the picture that is shown.
#include <simdjson.h>

#include "surgsigma/export/format.h"
#include "surgsigma/export/formats/lines.h"
#include "surgsigma/export/json_text.h"

namespace surgsigma {
namespace {

void append_member(std::string_view name, std::string_view text, std::string& out) {
  out.append(",\"").append(name).append("\":");
  append_string(text, out);
}

void append_member(std::string_view name, std::int64_t value, std::string& out) {
  out.append(",\"").append(name).append("\":");
  append_integer(value, out);
}

template <class Texts>
void append_filled(std::string_view name, const Texts& texts, std::size_t count, const Sample& sample,
                   std::string& out) {
  out.append(",\"").append(name).append("\":[");
  for (std::size_t i = 0; i < count; ++i) {
    out += i == 0 ? "\"" : "\",\"";
    append_with_boxes(texts[i], sample.box_texts, out);
  }
  out += count == 0 ? "]" : "\"]";
}

/// The paths of all pictures of a clip that is a list, else of pictures or clips.
void append_media(const Sample& sample, std::string& out) {
  const bool has_lists = sample.is_video && !sample.frame_lists.empty();
  out += sample.is_video && !has_lists ? ",\"videos\":" : ",\"pictures\":";
  append_texts(has_lists ? sample.frame_lists.front() : sample.media, out);
}

void append_row(const Sample& sample, std::string& out) {
  out += "{\"id\":";
  append_string(sample.id, out);
  append_member("task", sample.task, out);
  append_member("form", sample.form, out);
  append_filled("turns", sample.turns, sample.turns.size() - 1, sample, out);
  append_filled("options", sample.options, sample.options.size(), sample, out);
  append_media(sample, out);
  append_member("width", sample.size.width, out);
  append_member("height", sample.size.height, out);
  out += ",\"answer\":";
  out += sample.answer;
  out += ",\"gold\":\"";
  append_with_boxes(sample.turns.back(), sample.box_texts, out);
  out += '"';
  append_member("part", sample.part, out);
  append_member("source", sample.source, out);
  append_member("video", sample.video, out);
  append_member("case", sample.case_id, out);
  if (!sample.centre.empty()) append_member("centre", sample.centre, out);
  append_member("begin_us", sample.begin_us, out);
  append_member("end_us", sample.end_us, out);
  append_member("origin", sample.origin, out);
  out += sample.is_simulated ? ",\"simulated\":true}" : ",\"simulated\":false}";
}

std::string check_row(const simdjson::dom::element& row) {
  std::string_view text;
  for (const char* name : {"id", "task", "form", "gold", "part", "source", "video", "case", "origin"}) {
    if (row[name].get(text) || text.empty()) return std::string("no ") + name;
  }
  simdjson::dom::array turns, options;
  if (row["turns"].get(turns) || turns.size() % 2 != 1) return "turns that do not end with a question";
  if (row["options"].get(options)) return "no options";
  if (count_media(row, "pictures") + count_media(row, "videos") == 0) return "neither pictures nor videos";
  if (row["answer"]["shape"].get(text)) return "an answer without a shape";
  return "";
}

std::string readme(const std::vector<ExportedFile>&) {
  return "Questions of an evaluation, one JSON object a line: ask `turns` about `pictures` or `videos`, and write one "
         "line\n"
         "`{\"id\": ..., \"text\": ...}` for each with what the model said, word for word. `surgsigma eval score` "
         "reads them.\n"
         "Never show a model `answer`, `gold`, what stands in records.jsonl, or the names of files.\n";
}

}  // namespace

FormatRow questions_format() {
  FormatRow row{};
  row.name = "questions";
  row.description = "questions with gold answers apart, for surgsigma eval and for evaluators of one's own";
  row.ending = ".jsonl";
  row.has_metadata = true;
  row.takes_frame_lists = true;
  row.append = append_row;
  row.check_line = check_row;
  row.readme = readme;
  return row;
}

}  // namespace surgsigma
