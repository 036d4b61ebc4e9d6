// LLaVA JSON lines as the trainers of LLaVA and Qwen-VL read them (Qwen3-VL, qwen-vl-finetune/qwenvl/data). Two facts
// of that loader shape the rows: whatever is not "human" is trained on, so there is no system turn; and the number of
// tags must be the number of media, or the row is silently replaced by its neighbour.
#include <simdjson.h>

#include "surgsigma/export/format.h"
#include "surgsigma/export/formats/lines.h"
#include "surgsigma/export/json_text.h"

namespace surgsigma {
namespace {

void append_media(const Sample& sample, std::string& out) {
  out += sample.is_video ? ",\"video\":" : ",\"image\":";
  if (sample.media.size() == 1) {
    append_string(sample.media[0], out);
    return;
  }
  append_texts(sample.media, out);
}

void append_row(const Sample& sample, std::string& out) {
  out += "{\"id\":";
  append_string(sample.id, out);
  append_media(sample, out);
  out += ",\"conversations\":[";
  for (std::size_t i = 0; i < sample.turns.size(); ++i) {
    out += i % 2 == 0 ? "{\"from\":\"human\",\"value\":\"" : "{\"from\":\"gpt\",\"value\":\"";
    if (i == 0) {
      for (std::size_t m = 0; m < sample.media.size(); ++m) out += sample.is_video ? "<video>\\n" : "<image>\\n";
    }
    append_with_boxes(sample.turns[i], sample.box_texts, out);
    out += i + 1 < sample.turns.size() ? "\"}," : "\"}";
  }
  out += "]}";
}

std::string check_row(const simdjson::dom::element& row) {
  std::string_view id;
  if (row["id"].get(id) || id.empty()) return "no id";
  const std::size_t images = count_media(row, "image");
  const std::size_t videos = count_media(row, "video");
  if (images + videos == 0) return "neither image nor video";
  simdjson::dom::array turns;
  if (row["conversations"].get(turns)) return "no conversations";
  const TurnCheck check = check_turns(turns, {"from", "value", "human", "gpt"});
  if (!check.problem.empty()) return check.problem;
  if (check.asked.images != images || check.asked.videos != videos)
    return "tags in the questions and media differ in number";
  if (check.answered.images + check.answered.videos > 0) return "a media tag in an answer";
  return "";
}

std::string readme(const std::vector<ExportedFile>& files) {
  std::string text =
      "For Qwen's own trainer (`qwen-vl-finetune`), register the files in `qwenvl/data/__init__.py`, then name them "
      "with\n"
      "`--dataset_use`. Leave out the `%` sampling suffix: it draws without a seed; export with `--cap` instead.\n\n"
      "```python\nEXPORT = \"/path/to/this/folder\"\n\ndata_dict = {\n";
  for (const ExportedFile& file : files) {
    const std::string name = "surgsigma_" + file.path.substr(0, file.path.find('.'));
    text += "    \"" + name + "\": {\"annotation_path\": f\"{EXPORT}/" + file.path + "\", \"data_path\": EXPORT},\n";
  }
  return text + "}\n```\n\nLLaVA-style trainers take the files as they are, with this folder as the image folder.\n";
}

}  // namespace

FormatRow llava_format() {
  return {
      .name = "llava",
      .description = "JSON lines of LLaVA and of Qwen-VL's own trainer: id, image or video, conversations",
      .folder = "",
      .ending = ".jsonl",
      .append = append_row,
      .check_line = check_row,
      .readme = readme,
  };
}

}  // namespace surgsigma
