// JSON lines of ms-swift: messages, media and, as the one trainer that rescales boxes itself, boxes in pixels of the
// picture beside placeholders in the text (swift/dataset/preprocessor/core.py). A clip is a file or, where the export
// writes clips so, a list of pictures. Our own columns begin with sg_: names such as "question" or "answer" would be
// taken for the conversation. A column that only some rows of a file have breaks the loader, so clips, and rows with
// boxes, are in files of their own.
#include <simdjson.h>

#include <algorithm>
#include <optional>

#include "surgsigma/export/format.h"
#include "surgsigma/export/formats/lines.h"
#include "surgsigma/export/json_text.h"

namespace surgsigma {
namespace {

/// A stretch of a turn that a placeholder replaces.
struct Piece {
  std::size_t turn = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t box = 0;
  bool is_ref = false;  ///< the words that name the object, not its box
};

bool is_word_byte(char c) {
  return ('a' <= (c | 32) && (c | 32) <= 'z') || ('0' <= c && c <= '9') || c == '_' || c == '-';
}

/// The last place in text[begin, end) where `label` stands as whole words.
std::optional<std::size_t> last_mention(std::string_view text, std::size_t begin, std::size_t end,
                                        std::string_view label) {
  if (label.empty() || end < begin + label.size()) return std::nullopt;
  for (std::size_t at = text.rfind(label, end - label.size()); at != std::string_view::npos && at >= begin;
       at = at == 0 ? std::string_view::npos : text.rfind(label, at - 1)) {
    const std::size_t after = at + label.size();
    const bool is_whole =
        (at == 0 || !is_word_byte(text[at - 1])) && (after == text.size() || !is_word_byte(text[after]));
    if (is_whole) return at;
  }
  return std::nullopt;
}

/// Boxes of the first `turns` turns, each with the words that name its object where these stand right before it or in
/// the question that it answers; in the order of the text.
std::vector<Piece> pieces_of(const Sample& sample, std::size_t turns) {
  std::vector<Piece> pieces;
  const auto is_taken = [&](std::size_t turn, std::size_t begin, std::size_t end) {
    return std::any_of(pieces.begin(), pieces.end(), [&](const Piece& piece) {
      return piece.turn == turn && piece.begin < end && begin < piece.end;
    });
  };
  const auto add_ref = [&](std::size_t turn, std::size_t begin, std::size_t end, std::size_t box) {
    const std::string_view label = sample.box_labels[box];
    const auto at = last_mention(sample.turns[turn], begin, end, label);
    if (!at) return false;
    if (!is_taken(turn, *at, *at + label.size())) pieces.push_back({turn, *at, *at + label.size(), box, true});
    return true;
  };
  for (std::size_t turn = 0; turn < turns; ++turn) {
    std::size_t at = 0;
    for (BoxPlace place; find_box_place(sample.turns[turn], at, place); at = place.end) {
      const bool has_label = place.box < sample.box_labels.size();
      const bool is_named = has_label && add_ref(turn, at, place.begin, place.box);
      if (has_label && !is_named && turn % 2 == 1) add_ref(turn - 1, 0, sample.turns[turn - 1].size(), place.box);
      pieces.push_back({turn, place.begin, place.end, place.box, false});
    }
  }
  std::sort(pieces.begin(), pieces.end(),
            [](const Piece& a, const Piece& b) { return a.turn != b.turn ? a.turn < b.turn : a.begin < b.begin; });
  return pieces;
}

void append_turn(std::string_view text, const std::vector<Piece>& pieces, std::size_t turn, std::string& out) {
  std::size_t at = 0;
  for (const Piece& piece : pieces) {
    if (piece.turn != turn) continue;
    append_escaped(text.substr(at, piece.begin - at), out);
    out += piece.is_ref ? "<ref-object>" : "<bbox>";
    at = piece.end;
  }
  append_escaped(text.substr(at), out);
}

/// Names in the order of their placeholders. One is there even where the text names none: a list that is empty in all
/// of a loader's first block would have no type. swift passes over names without a placeholder.
void append_refs(const Sample& sample, const std::vector<Piece>& pieces, std::string& out) {
  bool is_first = true;
  for (const Piece& piece : pieces) {
    if (!piece.is_ref) continue;
    if (!is_first) out += ',';
    is_first = false;
    append_string(sample.box_labels[piece.box], out);
  }
  if (is_first) append_string(sample.box_labels.empty() ? "object" : sample.box_labels[0], out);
}

void append_objects(const Sample& sample, const std::vector<Piece>& pieces, std::string& out) {
  out += ",\"objects\":{\"ref\":[";
  append_refs(sample, pieces, out);
  out += "],\"bbox\":[";
  bool is_first = true;
  for (const Piece& piece : pieces) {
    if (piece.is_ref) continue;
    char before = '[';
    if (!is_first) out += ',';
    is_first = false;
    for (const std::int64_t corner : sample.pixels[piece.box]) {
      out += before;
      append_integer(corner, out);
      before = ',';
    }
    out += ']';
  }
  out += "],\"bbox_type\":\"real\"}";
}

/// A clip as the list of its pictures: [["1.jpg","2.jpg"]].
void append_frame_lists(const std::vector<std::vector<std::string>>& lists, std::string& out) {
  out += '[';
  for (std::size_t i = 0; i < lists.size(); ++i) {
    if (i > 0) out += ',';
    append_texts(lists[i], out);
  }
  out += ']';
}

void append_messages(const Sample& sample, std::size_t turns, std::string& out) {
  const std::vector<Piece> pieces = sample.names_boxes ? pieces_of(sample, turns) : std::vector<Piece>();
  out += "{\"messages\":[";
  for (std::size_t i = 0; i < turns; ++i) {
    out += i % 2 == 0 ? "{\"role\":\"user\",\"content\":\"" : "{\"role\":\"assistant\",\"content\":\"";
    if (i == 0) {
      for (std::size_t m = 0; m < sample.media.size(); ++m) out += sample.is_video ? "<video>" : "<image>";
    }
    append_turn(sample.turns[i], pieces, i, out);
    out += i + 1 < turns ? "\"}," : "\"}";
  }
  out += sample.is_video ? "],\"videos\":" : "],\"images\":";
  if (sample.is_video && !sample.frame_lists.empty()) {
    append_frame_lists(sample.frame_lists, out);
  } else {
    append_texts(sample.media, out);
  }
  if (sample.names_boxes) append_objects(sample, pieces, out);
}

void append_row(const Sample& sample, std::string& out) {
  append_messages(sample, sample.turns.size(), out);
  out += ",\"channel\":";
  append_string(sample.task, out);
  out += ',';
  append_metadata(sample, out);
  out += '}';
}

/// The question alone; the reward function gets the answer as `solution`.
void append_prompt(const Sample& sample, std::string& out) {
  append_messages(sample, sample.turns.size() - 1, out);
  out += ",\"solution\":\"";
  append_with_boxes(sample.solution, sample.box_texts, out);
  out += "\",\"channel\":";
  append_string(sample.task, out);
  out += ',';
  append_metadata(sample, out);
  out += '}';
}

std::string check_objects(const simdjson::dom::element& row, const TagCounts& tags) {
  simdjson::dom::object objects;
  if (row["objects"].get(objects)) return tags.boxes + tags.refs == 0 ? "" : "placeholders of boxes without objects";
  simdjson::dom::array refs, boxes;
  std::string_view type;
  if (objects["ref"].get(refs) || objects["bbox"].get(boxes)) return "objects without ref or bbox";
  if (objects["bbox_type"].get(type) || type != "real") return "bbox_type is not real";
  const bool is_even = boxes.size() == tags.boxes && refs.size() == std::max<std::size_t>(tags.refs, 1);
  if (!is_even || boxes.size() == 0) return "placeholders and objects differ in number";
  for (const simdjson::dom::element box : boxes) {
    std::array<std::int64_t, 4> corners{};
    for (std::size_t i = 0; i < corners.size(); ++i) {
      if (box.at(i).get(corners[i]) || corners[i] < 0) return "a box that is not four pixels";
    }
    if (corners[2] <= corners[0] || corners[3] <= corners[1]) return "a box without area";
  }
  return "";
}

std::string check_messages(const simdjson::dom::element& row, bool ends_with_answer) {
  simdjson::dom::array messages;
  std::string_view channel;
  if (row["messages"].get(messages)) return "no messages";
  if (row["channel"].get(channel) || channel.empty()) return "no channel";
  const TurnCheck check = check_turns(messages, {"role", "content", "user", "assistant"});
  if (!check.problem.empty()) return check.problem;
  if (check.ends_with_answer != ends_with_answer)
    return ends_with_answer ? "no answer at the end" : "an answer at the end";
  const std::size_t images = count_media(row, "images");
  const std::size_t videos = count_media(row, "videos");
  if (images + videos == 0) return "neither images nor videos";
  if (check.asked.images != images || check.asked.videos != videos)
    return "tags in the questions and media differ in number";
  if (check.answered.images + check.answered.videos > 0) return "a media tag in an answer";
  return check_objects(row, {0, 0, check.asked.boxes + check.answered.boxes, check.asked.refs + check.answered.refs});
}

std::string check_row(const simdjson::dom::element& row) { return check_messages(row, true); }

std::string check_prompt(const simdjson::dom::element& row) {
  std::string_view solution;
  if (row["solution"].get(solution) || solution.empty()) return "no solution";
  return check_messages(row, false);
}

std::string file_arguments(const std::vector<ExportedFile>& files) {
  std::string text;
  for (const ExportedFile& file : files) {
    if (file.part == "train") text += " " + file.path;
  }
  return text;
}

std::string readme(const std::vector<ExportedFile>& files) {
  return "Start ms-swift in this folder, so that the media paths hold:\n\n```sh\nswift sft --dataset" +
         file_arguments(files) +
         " ...\n```\n\nBoxes are pixels of the pictures (`bbox_type: real`); swift converts them to the model's\n"
         "convention. `channel` is the task, for losses by task. swift deletes rows that fail its checks and says so "
         "only\n"
         "for the first ten: compare its row count with manifest.json.\n";
}

std::string readme_grpo(const std::vector<ExportedFile>& files) {
  return "Start ms-swift in this folder, so that the media paths hold:\n\n```sh\nswift rlhf --rlhf_type grpo "
         "--dataset" +
         file_arguments(files) +
         " ...\n```\n\nEvery column reaches the reward function: `solution` is the plain answer, `sg_answer` the same "
         "as JSON with\n"
         "concept ids, `sg_task` the task.\n";
}

}  // namespace

FormatRow swift_format() {
  return {
      .name = "swift",
      .description = "JSON lines of ms-swift for fine-tuning: messages, media, boxes as objects, channel",
      .folder = "",
      .ending = ".jsonl",
      .has_own_boxes = true,
      .has_metadata = true,
      .has_one_medium_per_file = true,
      .has_boxes_apart = true,
      .takes_frame_lists = true,
      .append = append_row,
      .check_line = check_row,
      .readme = readme,
  };
}

FormatRow swift_grpo_format() {
  FormatRow row = swift_format();
  row.name = "swift-grpo";
  row.description = "JSON lines of ms-swift for GRPO: the question, and the answer as solution for the reward";
  row.has_solution = true;
  row.append = append_prompt;
  row.check_line = check_prompt;
  row.readme = readme_grpo;
  return row;
}

}  // namespace surgsigma
