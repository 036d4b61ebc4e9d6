#include "surgsigma/simulate/dirt.h"

#include <algorithm>

#include "surgsigma/base/text.h"

namespace surgsigma {
namespace {

using Defects = std::optional<std::vector<Defect>>;

constexpr std::string_view kUnknownWord = "Sewing";
constexpr std::size_t kFewestRows = 12;
constexpr std::size_t kChangedRows = 5;

Defect defect_of(const Planting& planting, std::int64_t line, std::string value, std::int64_t rows) {
  return {std::string(planting.dirt), "", line, std::move(value), std::string(planting.expected_rule), rows};
}

/// Lines of a text file, without their ends. Files of the layouts end in a line break or not; it is kept.
struct Lines {
  explicit Lines(const std::string& text) : ends_in_break(!text.empty() && text.back() == '\n') {
    for (const std::string_view line : split(text, '\n')) lines.emplace_back(line);
    if (ends_in_break) lines.pop_back();
    const bool is_number = !lines.empty() && !lines[0].empty() && lines[0][0] >= '0' && lines[0][0] <= '9';
    first_row = is_number ? 0 : 1;
    separator = !lines.empty() && lines[0].find('\t') != std::string::npos ? '\t' : ',';
  }
  std::size_t rows() const { return lines.size() - std::min(lines.size(), first_row); }
  std::string text() const {
    std::string joined = join(lines, "\n");
    if (ends_in_break) joined += '\n';
    return joined;
  }
  /// Index into lines of a row in the middle third, `room` rows before the end of it.
  std::size_t middle(Draws& draws) const {
    return first_row + rows() / 3 + draws.below(std::max<std::size_t>(1, rows() / 3));
  }

  std::vector<std::string> lines;
  std::size_t first_row = 0;  ///< 1 below a header
  char separator = ',';
  bool ends_in_break = false;
};

/// Takes rows out of the middle; the row after the gap is named.
Defects drop_rows(const Planting& planting, Piece& piece, Draws& draws) {
  Lines file(piece.text);
  if (file.rows() < kFewestRows) return std::nullopt;
  const std::size_t at = file.middle(draws);
  const std::size_t count = std::clamp<std::size_t>(file.rows() / 20, 2, 500);
  const auto begin = file.lines.begin() + static_cast<std::ptrdiff_t>(at);
  file.lines.erase(begin, begin + static_cast<std::ptrdiff_t>(count));
  const std::string& after = file.lines[at];
  const auto index = parse_int(after.substr(0, after.find(file.separator)));
  piece.text = file.text();
  return std::vector{defect_of(planting, static_cast<std::int64_t>(at) + 1, std::to_string(index.value_or(0)), 0)};
}

/// Puts `word` into the second column of some rows of the middle that lie in one run of equal labels.
Defects relabel(const Planting& planting, Piece& piece, Draws& draws, std::size_t count, std::string_view word) {
  Lines file(piece.text);
  if (file.rows() < kFewestRows) return std::nullopt;
  const std::size_t at = std::min(file.middle(draws), file.lines.size() - count);
  for (std::size_t i = at; i < at + count; ++i) {
    std::string& line = file.lines[i];
    line.resize(line.find(file.separator) + 1);
    line += word;
  }
  piece.text = file.text();
  return std::vector{
      defect_of(planting, static_cast<std::int64_t>(at) + 1, std::string(word), static_cast<std::int64_t>(count))};
}

Defects unknown_word(const Planting& planting, Piece& piece, Draws& draws) {
  return relabel(planting, piece, draws, kChangedRows, kUnknownWord);
}

Defects unknown_number(const Planting& planting, Piece& piece, Draws& draws) {
  return relabel(planting, piece, draws, 1, "99");
}

/// A word with a Latin-1 byte: the file is no longer UTF-8, and the word is in no vocabulary.
Defects latin1_word(const Planting& planting, Piece& piece, Draws& draws) {
  auto defects = relabel(planting, piece, draws, kChangedRows, "Pr\xE9paration");
  if (!defects) return defects;
  defects->front().value = "Préparation";
  defects->front().expected_rule = "unmapped_label";
  defects->insert(defects->begin(), defect_of(planting, 0, "latin-1", 0));
  return defects;
}

Defects swap_columns(const Planting& planting, Piece& piece, Draws&) {
  Lines file(piece.text);
  if (file.rows() < 1 || file.first_row == 0) return std::nullopt;
  for (std::string& line : file.lines) {
    const std::size_t at = line.find(file.separator);
    line = line.substr(at + 1) + file.separator + line.substr(0, at);
  }
  piece.text = file.text();
  std::string header = file.lines[0];
  std::replace(header.begin(), header.end(), file.separator, ' ');
  return std::vector{defect_of(planting, 1, header, static_cast<std::int64_t>(file.rows()))};
}

/// A seven where a column knows 0 and 1.
Defects seven_among_bits(const Planting& planting, Piece& piece, Draws& draws) {
  Lines file(piece.text);
  if (file.rows() < 1) return std::nullopt;
  const std::size_t at = file.middle(draws);
  std::string& line = file.lines[at];
  const auto columns = static_cast<std::size_t>(std::count(line.begin(), line.end(), file.separator));
  line[line.size() - 1 - 2 * draws.below(columns)] = '7';
  piece.text = file.text();
  std::vector<Defect> defects{defect_of(planting, static_cast<std::int64_t>(at) + 1, "7", 1)};
  if (at + 1 < file.lines.size()) {  // without this row the next one follows a gap
    const std::string& after = file.lines[at + 1];
    defects.push_back(
        defect_of(planting, static_cast<std::int64_t>(at) + 2, after.substr(0, after.find(file.separator)), 0));
    defects.back().expected_rule = "index_gap";
  }
  return defects;
}

/// The same labels as if the video ran at 20 frames per second instead of 25.
Defects wrong_rate(const Planting& planting, Piece& piece, Draws&) {
  Lines file(piece.text);
  if (file.rows() < kFewestRows) return std::nullopt;
  const std::size_t rows = (file.rows() - 1) * 20 / 25 + 1;
  std::vector<std::string> lines(file.lines.begin(), file.lines.begin() + static_cast<std::ptrdiff_t>(file.first_row));
  for (std::size_t row = 0; row < rows; ++row) {
    const std::string& line = file.lines[file.first_row + row * 25 / 20];
    lines.push_back(std::to_string(row) + line.substr(line.find(file.separator)));
  }
  file.lines = std::move(lines);
  piece.text = file.text();
  return std::vector{defect_of(planting, 0, "20", 0)};
}

Defects carriage_returns(const Planting& planting, Piece& piece, Draws&) {
  std::string text;
  for (const char c : piece.text) {
    if (c == '\n') text += '\r';
    text += c;
  }
  if (text == piece.text) return std::nullopt;
  piece.text = std::move(text);
  return std::vector{defect_of(planting, 0, "CRLF", 0)};
}

Defects byte_order_mark(const Planting& planting, Piece& piece, Draws&) {
  piece.text.insert(0, "\xEF\xBB\xBF");
  return std::vector{defect_of(planting, 0, "EF BB BF", 0)};
}

Defects empty(const Planting& planting, Piece& piece, Draws&) {
  piece.text.clear();
  return std::vector{defect_of(planting, 0, "", 0)};
}

Defects cut_off(const Planting& planting, Piece& piece, Draws& draws) {
  if (piece.text.size() < 200) return std::nullopt;
  const std::size_t bytes = piece.text.size();
  piece.text.resize(bytes * 2 / 5 + draws.below(bytes / 5));
  return std::vector{
      defect_of(planting, 0, std::to_string(piece.text.size()) + " of " + std::to_string(bytes) + " bytes", 0)};
}

/// Where the elements of a JSON list begin: every `start` after `list`.
std::vector<std::size_t> elements_of(const std::string& text, std::string_view list, std::string_view start) {
  std::vector<std::size_t> found;
  std::size_t at = text.find(list);
  while (at != std::string::npos) {
    at = text.find(start, at + 1);
    if (at != std::string::npos) found.push_back(at);
  }
  return found;
}

std::size_t middle_of(const std::vector<std::size_t>& elements, Draws& draws) {
  return elements.size() / 3 + draws.below(std::max<std::size_t>(1, elements.size() / 3));
}

/// Replaces the digits after `key` behind `from`.
void set_number(std::string& text, std::size_t from, std::string_view key, std::string_view number) {
  const std::size_t at = text.find(key, from) + key.size();
  std::size_t end = at;
  while (end < text.size() && (text[end] == '-' || (text[end] >= '0' && text[end] <= '9'))) ++end;
  text.replace(at, end - at, number);
}

constexpr std::string_view kSteps = "\"steps\": [";
constexpr std::string_view kInterval = "{\"start\"";

/// An interval of the steps with a number that is in no table.
Defects unknown_step_number(const Planting& planting, Piece& piece, Draws& draws) {
  const auto steps = elements_of(piece.text, kSteps, kInterval);
  if (steps.empty()) return std::nullopt;
  const std::size_t at = middle_of(steps, draws);
  set_number(piece.text, steps[at], "\"label_id\": ", "99");
  return std::vector{defect_of(planting, static_cast<std::int64_t>(at) + 1, "99", 1)};
}

/// A word that does not go with the number beside it.
Defects unknown_step_word(const Planting& planting, Piece& piece, Draws& draws) {
  const auto steps = elements_of(piece.text, kSteps, kInterval);
  if (steps.empty()) return std::nullopt;
  const std::size_t at = middle_of(steps, draws);
  constexpr std::string_view key = "\"label_name\": \"";
  const std::size_t begin = piece.text.find(key, steps[at]) + key.size();
  piece.text.replace(begin, piece.text.find('"', begin) - begin, kUnknownWord);
  return std::vector{defect_of(planting, static_cast<std::int64_t>(at) + 1, std::string(kUnknownWord), 1)};
}

/// Takes a step out of the middle of the time that steps tile.
Defects drop_step(const Planting& planting, Piece& piece, Draws& draws) {
  const auto steps = elements_of(piece.text, kSteps, kInterval);
  if (steps.size() < 3) return std::nullopt;
  const std::size_t at = std::clamp<std::size_t>(middle_of(steps, draws), 1, steps.size() - 2);
  const auto number_after = [&](std::size_t from, std::string_view key) {
    const std::size_t begin = piece.text.find(key, from) + key.size();
    return piece.text.substr(begin, piece.text.find_first_of(",}", begin) - begin);
  };
  const std::string range =
      number_after(steps[at], "\"start\": ") + ".." + number_after(steps[at], "\"end\": ") + " ms";
  piece.text.erase(steps[at], steps[at + 1] - steps[at]);
  return std::vector{defect_of(planting, static_cast<std::int64_t>(at) + 1, range, 0)};
}

constexpr std::string_view kAnnotations = "\"annotations\": {";

/// Positions of the vectors of a CholecT50 file, one after the other.
std::vector<std::size_t> vectors_of(const std::string& text) {
  std::vector<std::size_t> found;
  std::size_t at = text.find(kAnnotations);
  while (at != std::string::npos) {
    at = text.find('[', at + 1);
    if (at == std::string::npos || at + 1 >= text.size()) break;
    if (text[at + 1] == '-' || (text[at + 1] >= '0' && text[at + 1] <= '9')) found.push_back(at);
  }
  return found;
}

/// A triplet number beyond the last class.
Defects unknown_triplet(const Planting& planting, Piece& piece, Draws& draws) {
  const auto vectors = vectors_of(piece.text);
  if (vectors.empty()) return std::nullopt;
  for (std::size_t at = middle_of(vectors, draws); at < vectors.size(); ++at) {
    if (piece.text[vectors[at] + 1] == '-') continue;
    set_number(piece.text, vectors[at], "[", "100");
    return std::vector{defect_of(planting, static_cast<std::int64_t>(at) + 1, "100", 1)};
  }
  return std::nullopt;
}

/// Takes frames out of a CholecT50 file that announces how many it holds. Not of one with boxes: there a file may leave
/// frames out.
Defects drop_frames(const Planting& planting, Piece& piece, Draws& draws) {
  constexpr std::string_view announced = "\"num_frames\": ";
  const std::size_t number = piece.text.find(announced);
  if (number == std::string::npos) return std::nullopt;
  const auto frames =
      parse_int(piece.text.substr(number + announced.size(), piece.text.find(',', number) - number - announced.size()));
  if (!frames || *frames < static_cast<std::int64_t>(kFewestRows)) return std::nullopt;
  const auto vectors = vectors_of(piece.text);
  const bool has_box = std::any_of(vectors.begin(), vectors.end(), [&](std::size_t at) {
    const std::string_view fields = std::string_view(piece.text).substr(at, 40);
    return split(fields, ',').size() > 3 && trim(split(fields, ',')[3]).substr(0, 1) == "0";
  });
  if (has_box) return std::nullopt;
  const std::int64_t first =
      *frames / 3 + static_cast<std::int64_t>(draws.below(static_cast<std::uint64_t>(*frames / 3)));
  const std::int64_t count = std::max<std::int64_t>(2, *frames / 20);
  const std::size_t list = piece.text.find(kAnnotations);
  const auto key_of = [&](std::int64_t frame) { return piece.text.find("\"" + std::to_string(frame) + "\": [", list); };
  const std::size_t begin = key_of(first);
  piece.text.erase(begin, key_of(first + count) - begin);
  return std::vector{defect_of(planting, 0, std::to_string(*frames), 0)};
}

/// An object of a COCO file whose class no category has.
Defects unknown_category(const Planting& planting, Piece& piece, Draws& draws) {
  const auto objects = elements_of(piece.text, "\"annotations\": [", "\"category_id\": ");
  if (objects.empty()) return std::nullopt;
  const std::size_t at = middle_of(objects, draws);
  set_number(piece.text, objects[at], "\"category_id\": ", "99");
  return std::vector{defect_of(planting, static_cast<std::int64_t>(at) + 1, "99", 1)};
}

}  // namespace

const std::vector<DirtRow>& dirts() {
  static const std::vector<DirtRow> table = {
      {"missing_frames", "some frames, seconds or intervals in the middle are left out"},
      {"unknown_label", "a word that is in no vocabulary"},
      {"swapped_columns", "the columns stand in another order"},
      {"value_out_of_range", "a number that no class has"},
      {"wrong_rate", "labels counted at 20 frames per second instead of 25"},
      {"truncated_json", "a file that was cut off"},
      {"empty_file", "a file of no bytes"},
      {"latin1_name", "a word in Latin-1 instead of UTF-8"},
      {kDuplicateVideo, "the labels of one video once more under another number"},
      {"crlf", "line ends of another system; must do no harm"},
      {"bom", "a byte order mark in front; must do no harm"},
      {kPictureFaults, "frozen, repeated, blurred, overexposed and hidden pictures; with --pixels"},
  };
  return table;
}

const std::vector<Planting>& plantings() {
  static const std::vector<Planting> table = {
      {"missing_frames", "cholec80", "phase", "index_gap", drop_rows},
      {"missing_frames", "sar-rarp50", "action", "index_gap", drop_rows},
      {"missing_frames", "autolaparo", "phase", "index_gap", drop_rows},
      {"missing_frames", "cholect50", "label", "frame_count", drop_frames},
      {"missing_frames", "multibypass140", "interval", "gap", drop_step},
      {"unknown_label", "cholec80", "phase", "unmapped_label", unknown_word},
      {"unknown_label", "sar-rarp50", "action", "not_a_number", unknown_word},
      {"unknown_label", "autolaparo", "phase", "not_a_number", unknown_word},
      {"unknown_label", "multibypass140", "interval", "label_conflict", unknown_step_word},
      {"swapped_columns", "cholec80", "phase", "unexpected_columns", swap_columns},
      {"swapped_columns", "autolaparo", "phase", "unexpected_columns", swap_columns},
      {"value_out_of_range", "cholec80", "tool", "not_zero_or_one", seven_among_bits},
      {"value_out_of_range", "sar-rarp50", "action", "unknown_label", unknown_number},
      {"value_out_of_range", "autolaparo", "phase", "unknown_label", unknown_number},
      {"value_out_of_range", "cholect50", "label", "unknown_label", unknown_triplet},
      {"value_out_of_range", "multibypass140", "interval", "unknown_label", unknown_step_number},
      {"value_out_of_range", "endoscapes2023", "object", "unknown_label", unknown_category},
      {"value_out_of_range", "grasp", "keyframe", "unknown_label", unknown_category},
      {"wrong_rate", "cholec80", "phase", "rate_mismatch", wrong_rate},
      {"truncated_json", "cholect50", "label", "bad_file", cut_off},
      {"truncated_json", "multibypass140", "interval", "bad_file", cut_off},
      {"truncated_json", "endoscapes2023", "segmentation", "bad_file", cut_off},
      {"truncated_json", "grasp", "second", "bad_file", cut_off},
      {"empty_file", "cholec80", "tool", "empty_file", empty},
      {"empty_file", "sar-rarp50", "action", "empty_file", empty},
      {"empty_file", "autolaparo", "phase", "empty_file", empty},
      {"empty_file", "cholect50", "label", "bad_file", empty},
      {"empty_file", "multibypass140", "interval", "bad_file", empty},
      {"latin1_name", "cholec80", "phase", "encoding", latin1_word},
      {"crlf", "cholec80", "tool", "", carriage_returns},
      {"crlf", "sar-rarp50", "action", "", carriage_returns},
      {"crlf", "autolaparo", "phase", "", carriage_returns},
      {"crlf", "cholect50", "triplet_map", "", carriage_returns},
      {"crlf", "multibypass140", "phase_table", "", carriage_returns},
      {"crlf", "endoscapes2023", "metadata", "", carriage_returns},
      {"bom", "cholec80", "tool", "", byte_order_mark},
      {"bom", "sar-rarp50", "action", "", byte_order_mark},
      {"bom", "autolaparo", "phase", "", byte_order_mark},
      {"bom", "multibypass140", "step_table", "", byte_order_mark},
  };
  return table;
}

bool can_carry(std::string_view layout, std::string_view dirt) {
  // Two layouts have no file of one video alone; the handful of phases of a hysterectomy may be equal by chance.
  const bool can_be_copied = layout != "endoscapes2023" && layout != "grasp" && layout != "autolaparo";
  if (dirt == kDuplicateVideo) return can_be_copied;
  return std::any_of(plantings().begin(), plantings().end(),
                     [&](const Planting& planting) { return planting.dirt == dirt && planting.layout == layout; });
}

Result<std::vector<std::string_view>> wanted_dirts(std::string_view wanted, std::string_view layout) {
  std::vector<std::string> names;
  for (const DirtRow& row : dirts()) names.emplace_back(row.name);
  std::vector<std::string_view> asked;
  for (const std::string_view part : split(wanted, ',')) {
    const std::string_view name = trim(part);
    if (name.empty() || name == "none" || name == "all") continue;
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      const auto near = nearest(name, names);
      return Error{ErrorKind::kUsage, "no defect is called " + quoted(name), "dirt",
                   near ? "did you mean " + *near + "?" : "one of: all, " + join(names, ", ")};
    }
    if (name != kPictureFaults && !can_carry(layout, name)) {
      return Error{ErrorKind::kUsage, "layout " + std::string(layout) + " cannot carry " + std::string(name), "dirt",
                   "leave it out, or take `all` for what the layout can carry"};
    }
    asked.push_back(name);
  }
  const bool is_all = trim(wanted) == "all";
  std::vector<std::string_view> chosen;
  for (const DirtRow& row : dirts()) {
    const bool is_asked = is_all || std::find(asked.begin(), asked.end(), row.name) != asked.end();
    if (is_asked) chosen.push_back(row.name);
  }
  return chosen;
}

}  // namespace surgsigma
