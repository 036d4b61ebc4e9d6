#include "surgsigma/pipeline/sheet_tile.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "surgsigma/base/text.h"
#include "surgsigma/media/resize.h"

namespace surgsigma {
namespace {

constexpr int kMargin = 8;
constexpr int kInner = kTileWidth - 2 * kMargin;
constexpr int kGap = 4;
constexpr int kHeadHeight = 28;
constexpr int kMostPictureHeight = 320;
constexpr int kPlaceholderHeight = 120;
constexpr std::size_t kQuestionLines = 6;
constexpr std::size_t kAnswerLines = 8;
constexpr double kSameShape = 0.02;  // relative difference of two aspect ratios that is rounding
constexpr Colour kPaper = {250, 250, 250}, kInk = {25, 25, 25}, kGrey = {105, 105, 105}, kHead = {33, 58, 92};
constexpr Colour kWhite = {255, 255, 255}, kAmber = {255, 190, 60}, kDark = {20, 20, 20}, kHollow = {62, 62, 66};
constexpr Colour kYes = {40, 170, 70}, kNo = {200, 50, 50}, kMaskColour = {60, 255, 90};
constexpr TextStyle kPlain{0.46, kInk, false}, kSmall{0.4, kGrey, false}, kTitle{0.55, kWhite, true};
constexpr double kChipScale = 0.46;

/// What stands before the answer on the picture.
struct Prefix {
  const char* task;
  const char* words;
};
constexpr Prefix kPrefixes[] = {
    {"instrument_recognition", "instruments: "},
    {"tissue_recognition", "tissue: "},
    {"phase_recognition", "phase: "},
    {"step_recognition", "step: "},
    {"action_recognition", "action: "},
    {"action_remaining", "time left: "},
    {"next_action", "next: "},
};

std::string label_of(const Ontology& ontology, const ConceptId& id) {
  const Concept* known = ontology.find(id);
  return drawable(known != nullptr ? known->label : id.text);
}

/// A picture that grows downwards as it is drawn.
class Column {
 public:
  Column() : picture_(kTileWidth, 0, 3) {}
  int height() const { return picture_.height; }
  Image& picture() { return picture_; }
  void grow(int by) {
    picture_.height += std::max(by, 0);
    for (int i = 0; i < by * kTileWidth; ++i)
      picture_.values.insert(picture_.values.end(), kPaper.begin(), kPaper.end());
  }
  /// Lines below what is there; returns the words that found no room.
  std::size_t text(const std::string& words, const TextStyle& style, std::size_t most_lines, int indent = 0) {
    const WrappedText made = wrapped(drawable(words), kInner - indent, style, most_lines);
    for (const std::string& line : made.lines) {
      const int y = height();
      grow(line_height(style));
      draw_text(picture_, kMargin + indent, y, line, style);
    }
    return made.words_left_out;
  }

 private:
  Image picture_;
};

void draw_head(Column& column, const SheetExample& example) {
  column.grow(kHeadHeight);
  fill_area(column.picture(), {0, 0, kTileWidth, kHeadHeight}, kHead);
  const std::string title = drawable(std::to_string(example.number) + " " + example.task);
  draw_text(column.picture(), kMargin, (kHeadHeight - line_height(kTitle)) / 2, title, kTitle);
  int right = kTileWidth - kMargin;
  const auto badge = [&](const char* word, Colour ground) {
    const PixelArea size = chip_area(0, 0, word, kChipScale);
    right -= size.width;
    draw_chip(column.picture(), right, (kHeadHeight - size.height) / 2, word, kChipScale, ground);
    right -= kGap;
  };
  if (example.is_simulated) badge("simulated", kAmber);
  if (example.is_private) badge("private", kNo);
  column.grow(3);
}

// --- what the answer says

double across(const Image& drawn, ImageSize geometry) { return static_cast<double>(drawn.width) / geometry.width; }
double down(const Image& drawn, ImageSize geometry) { return static_cast<double>(drawn.height) / geometry.height; }

void draw_answer_boxes(Image& drawn, const BoxesAnswer& answer, ImageSize geometry, const Ontology& ontology) {
  std::map<std::string, std::size_t> order;  // a colour per label
  std::map<int, int> lines_in_cell;
  std::vector<LabelledBox> boxes;
  for (const PlacedConcept& placed : answer.boxes) {
    const std::string label = label_of(ontology, placed.concept_id);
    const Colour colour = distinct_colour(order.emplace(label, order.size()).first->second);
    if (!answer.is_grid) {
      const double x = across(drawn, geometry), y = down(drawn, geometry);
      boxes.push_back({{placed.box.x1 * x, placed.box.y1 * y, placed.box.x2 * x, placed.box.y2 * y}, label, colour});
      continue;
    }
    for (const int cell : placed.cells) {
      const int x1 = drawn.width * (cell % 3) / 3, x2 = drawn.width * (cell % 3 + 1) / 3;
      const int y1 = drawn.height * (cell / 3) / 3, y2 = drawn.height * (cell / 3 + 1) / 3;
      fill_area(drawn, {x1, y1, x2 - x1, y2 - y1}, colour, 0.2);
      draw_frame(drawn, {x1, y1, x2 - x1, y2 - y1}, colour, 2);
      const int line = lines_in_cell[cell]++;  // labels of one cell stand below each other
      draw_chip(drawn, x1 + 3, y1 + 3 + line * chip_area(0, 0, label, kChipScale).height, label, kChipScale, colour);
    }
  }
  draw_boxes(drawn, boxes, 2, kChipScale);
}

void draw_criteria(Image& drawn, const CriteriaAnswer& answer) {
  int x = kGap;
  const int y = drawn.height - chip_area(0, 0, "x", 0.55).height - kGap;
  for (std::size_t i = 0; i < answer.criteria.size(); ++i) {
    const CriterionMark& mark = answer.criteria[i];
    std::string text = std::to_string(i + 1) + (mark.holds ? " yes" : " no");
    if (mark.mean) {
      const auto hundredths = static_cast<int>(std::lround(*mark.mean * 100));
      text += " (" + std::to_string(hundredths / 100) + "." + std::to_string(hundredths / 10 % 10) +
              std::to_string(hundredths % 10) + ")";
    }
    x = draw_chip(drawn, x, y, text, 0.55, mark.holds ? kYes : kNo).right() + kGap;
  }
}

/// Words at the lower edge, as many lines as it takes up to a third of the picture.
void draw_words(Image& drawn, const std::string& words) {
  const TextStyle style{kChipScale, kWhite, false};
  const int high = chip_area(0, 0, "x", kChipScale).height;
  const auto most = static_cast<std::size_t>(std::max(1, drawn.height / 3 / high));
  const WrappedText made = wrapped(words, std::max(1, drawn.width - 2 * kGap - 6), style, most);
  int y = drawn.height - kGap - static_cast<int>(made.lines.size()) * high;
  for (const std::string& line : made.lines) {
    draw_chip(drawn, kGap, y, line, kChipScale, kDark, 0.75);
    y += high;
  }
}

bool has_same_shape(ImageSize a, ImageSize b) {
  const double one = static_cast<double>(a.width) / a.height, other = static_cast<double>(b.width) / b.height;
  return std::abs(one - other) <= kSameShape * other;
}

/// Draws on the panel as it is shown; `size` is that of the picture before it was scaled.
void draw_answer(Image& drawn, ImageSize size, const SheetExample& example, const Ontology& ontology,
                 std::string& remark) {
  if (!example.answer) return;
  const Answer& answer = *example.answer;
  const bool holds = answer.yes.value_or(true);
  if (const auto* boxes = std::get_if<BoxesAnswer>(&answer.value); boxes != nullptr && holds) {
    ImageSize geometry = boxes->size.width > 0 ? boxes->size : example.geometry;
    if (geometry.width <= 0 || geometry.height <= 0) geometry = size;
    if (!has_same_shape(geometry, size)) {
      remark = "boxes refer to " + std::to_string(geometry.width) + "x" + std::to_string(geometry.height) +
               ", the picture is " + std::to_string(size.width) + "x" + std::to_string(size.height);
    }
    draw_answer_boxes(drawn, *boxes, geometry, ontology);
  }
  if (const auto* criteria = std::get_if<CriteriaAnswer>(&answer.value)) draw_criteria(drawn, *criteria);
  const std::string words = overlay_words(example.task, answer, ontology);
  if (!words.empty()) draw_words(drawn, words);
}

// --- pictures

/// The picture in its room, with its mask.
Result<Image> shown(const SheetPanel& panel, ImageSize room) {
  SURGSIGMA_TRY(drawn, fitted(panel.picture, room));
  if (!panel.mask.is_empty()) {
    SURGSIGMA_TRY(soft, resized(panel.mask, drawn.size(), Resampling::kArea));
    for (std::uint8_t& value : soft.values) value = value >= 128 ? 255 : 0;
    SURGSIGMA_CHECK(tint(drawn, soft, kMaskColour, 0.35));
    SURGSIGMA_CHECK(draw_contour(drawn, soft, kMaskColour, 1));
  }
  return drawn;
}

Status draw_panels(Column& column, const SheetExample& example, const Ontology& ontology, std::string& remark) {
  const int columns = std::min<int>(static_cast<int>(example.panels.size()), 3);
  const int wide = (kInner - (columns - 1) * kGap) / columns;
  const int most_high = columns == 1 ? kMostPictureHeight : wide;
  const int top = column.height();
  for (std::size_t begin = 0; begin < example.panels.size(); begin += static_cast<std::size_t>(columns)) {
    std::vector<Image> row;
    int high = 1;
    for (std::size_t i = begin; i < std::min(begin + static_cast<std::size_t>(columns), example.panels.size()); ++i) {
      SURGSIGMA_TRY(drawn, shown(example.panels[i], {wide, most_high}));
      high = std::max(high, drawn.height);
      row.push_back(std::move(drawn));
    }
    const int y = column.height();
    column.grow(high + kGap);
    for (std::size_t i = 0; i < row.size(); ++i) {
      const SheetPanel& panel = example.panels[begin + i];
      if (columns == 1) draw_answer(row[i], panel.picture.size(), example, ontology, remark);
      const int x = kMargin + static_cast<int>(i) * (wide + kGap);
      fill_area(column.picture(), {x, y, wide, high}, kHollow);
      paste(column.picture(), row[i], x + (wide - row[i].width) / 2, y + (high - row[i].height) / 2);
      if (!panel.caption.empty()) draw_chip(column.picture(), x, y, drawable(panel.caption), 0.4, kDark, 0.7);
    }
  }
  if (columns > 1 && example.answer) {
    // A strip: the words stand across it.
    const int bottom = column.height() - kGap;
    Image strip(kInner, bottom - top, 3);
    for (int y = top; y < bottom; ++y)
      std::copy_n(column.picture().at(kMargin, y), strip.row_values(), strip.row(y - top));
    const std::string words = overlay_words(example.task, *example.answer, ontology);
    if (!words.empty()) draw_words(strip, words);
    paste(column.picture(), strip, kMargin, top);
  }
  return done();
}

void draw_placeholder(Column& column, const std::string& why) {
  const int y = column.height();
  column.grow(kPlaceholderHeight + kGap);
  fill_area(column.picture(), {kMargin, y, kInner, kPlaceholderHeight}, kHollow);
  const TextStyle style{0.46, kWhite, false};
  const WrappedText made = wrapped(drawable(why), kInner - 24, style, 5);
  int at = y + (kPlaceholderHeight - static_cast<int>(made.lines.size()) * line_height(style)) / 2;
  for (const std::string& line : made.lines) {
    draw_text(column.picture(), kMargin + 12, at, line, style);
    at += line_height(style);
  }
}

}  // namespace

std::string overlay_words(const std::string& task, const Answer& answer, const Ontology& ontology) {
  if (std::holds_alternative<CriteriaAnswer>(answer.value) || std::holds_alternative<TextAnswer>(answer.value))
    return "";
  const bool holds = answer.yes.value_or(true);
  if (const auto* boxes = std::get_if<BoxesAnswer>(&answer.value); boxes != nullptr && holds && !boxes->boxes.empty())
    return "";
  std::string prefix;
  for (const Prefix& row : kPrefixes) {
    if (task == row.task) prefix = row.words;
  }
  const std::string words = answer_text(Answer{answer.value, std::nullopt, ""}, ontology);
  return drawable(prefix + (holds ? "" : "not ") + words);
}

std::string with_boxes(const std::string& text, const std::vector<double>& boxes) {
  constexpr std::string_view kMark = "{box:";
  std::string made;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t begin = text.find(kMark, at);
    const std::size_t end = begin == std::string::npos ? begin : text.find('}', begin);
    if (end == std::string::npos) break;
    const auto number = parse_int(std::string_view(text).substr(begin + kMark.size(), end - begin - kMark.size()));
    made += text.substr(at, begin - at);
    at = end + 1;
    if (!number || *number < 0 || static_cast<std::size_t>(*number) >= boxes.size() / 4) {
      made += text.substr(begin, at - begin);
      continue;
    }
    const double* corner = boxes.data() + static_cast<std::size_t>(*number) * 4;
    for (int i = 0; i < 4; ++i) made += (i == 0 ? "[" : ", ") + std::to_string(std::lround(corner[i]));
    made += "]";
  }
  return made + text.substr(std::min(at, text.size()));
}

Result<Image> draw_tile(const SheetExample& example, const Ontology& ontology, std::string& remark) {
  Column column;
  draw_head(column, example);
  if (!example.place.empty()) column.text(example.place, kSmall, 2);
  column.grow(3);
  if (example.panels.empty() || !example.missing.empty()) {
    remark = example.missing;
    draw_placeholder(column, example.missing);
  }
  if (!example.panels.empty()) SURGSIGMA_CHECK(draw_panels(column, example, ontology, remark));
  if (!remark.empty() && remark != example.missing) column.text(remark, {0.4, kNo, false}, 2);
  column.grow(2);
  std::size_t left_out = 0;
  if (!example.question.empty()) left_out += column.text("Q: " + example.question, kPlain, kQuestionLines);
  column.grow(2);
  if (!example.words.empty()) left_out += column.text("A: " + example.words, kPlain, kAnswerLines);
  if (left_out > 0) {
    const std::string cut = std::to_string(left_out) + " more words: surgsigma show " + example.id;
    column.text(cut, {0.4, kNo, false}, 1);
    if (remark.empty()) remark = cut;
  }
  if (!example.about.empty()) column.text(example.about, kSmall, 1);
  column.grow(kMargin);
  return std::move(column.picture());
}

}  // namespace surgsigma
