// Boxes: the object each belongs to, pixels, and cells of the grid.
#include <algorithm>

#include "surgsigma/schema/answer_parts.h"

namespace surgsigma {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr double kLocGrid = 1024;

/// The place of the object each box belongs to: the innermost braces around it.
struct Braces {
  std::size_t begin = kNone;
  std::size_t end = 0;
};
std::vector<Braces> braces_around(std::string_view text, const std::vector<BoxNumbers::Found>& boxes) {
  std::vector<Braces> found(boxes.size());
  std::vector<std::size_t> open;
  std::vector<std::vector<std::size_t>> waiting;  ///< boxes inside, by open brace
  std::size_t next = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (next < boxes.size() && boxes[next].begin == at) {
      if (!waiting.empty()) waiting.back().push_back(next);
      ++next;
    }
    if (text[at] == '{') {
      open.push_back(at);
      waiting.emplace_back();
    } else if (text[at] == '}' && !open.empty()) {
      for (const std::size_t box : waiting.back()) found[box] = {open.back(), at};
      open.pop_back();
      waiting.pop_back();
    }
  }
  return found;
}

struct Labels {
  const TokenText& text;
  std::vector<Mention> mentions;  ///< those that can be a box's label
  const Reading& reading;

  std::size_t begin(std::size_t i) const { return text.tokens[mentions[i].first].begin; }
  std::size_t first_from(std::size_t byte) const {
    const auto at = std::partition_point(mentions.begin(), mentions.end(), [&](const Mention& mention) {
      return text.tokens[mention.first].begin < byte;
    });
    return static_cast<std::size_t>(at - mentions.begin());
  }
  /// What was asked for, where the words are kin of it: "the instrument is at [...]".
  ConceptId concept_of(const Mention& mention) const {
    const int asked = reading.words.index(reading.question.asked);
    const int index = mention.concept_index;
    const bool is_kin = asked >= 0 && (reading.words.is_a(index, asked) || reading.words.is_a(asked, index));
    return is_kin ? reading.question.asked : reading.words.id(index);
  }
  ConceptId otherwise() const {
    if (!reading.question.asked.empty()) return reading.question.asked;
    return reading.question.vocabulary.size() == 1 ? reading.question.vocabulary[0] : ConceptId();
  }
};

Labels labels_in(const TokenText& text, const Reading& reading) {
  std::vector<ConceptId> vocabulary = reading.question.vocabulary;
  if (!reading.question.asked.empty()) vocabulary.push_back(reading.question.asked);
  const auto standings = reading.words.standings(
      vocabulary, vocabulary.empty() ? std::vector<std::string_view>{"instrument", "anatomy", "object"}
                                     : std::vector<std::string_view>{});
  Labels labels{text, reading.words.find(text, standings), reading};
  std::erase_if(labels.mentions,
                [](const Mention& m) { return m.standing < Standing::kStranger || m.is_denied || m.is_ambiguous; });
  return labels;
}

/// The word a box goes with: in the same braces; behind the tokens of a loc box; else before it, or behind it where
/// the first box comes before every word.
ConceptId label_of(const Labels& labels, const std::vector<BoxNumbers::Found>& boxes, std::size_t box,
                   const Braces& braces) {
  const auto& found = boxes[box];
  const std::size_t next = labels.first_from(found.end);
  const std::size_t next_box = box + 1 < boxes.size() ? boxes[box + 1].begin : kNone;
  if (braces.begin != kNone) {
    const std::size_t first = labels.first_from(braces.begin);
    if (first < labels.mentions.size() && labels.begin(first) < braces.end)
      return labels.concept_of(labels.mentions[first]);
  }
  const bool has_next = next < labels.mentions.size();
  const bool is_behind = labels.first_from(boxes[0].begin) == 0;
  if (found.is_loc && has_next && labels.begin(next) < next_box) return labels.concept_of(labels.mentions[next]);
  if (is_behind && has_next) return labels.concept_of(labels.mentions[next]);
  const std::size_t before = labels.first_from(found.begin);
  if (!is_behind && before > 0) return labels.concept_of(labels.mentions[before - 1]);
  return labels.otherwise();
}

bool says_absent(const TokenText& text) {
  for (std::size_t i = 0; i < text.tokens.size(); ++i) {
    for (const std::string_view unsure :
         {"determine", "sure", "certain", "unable", "know", "tell", "unclear", "assist"}) {
      if (text.is_word(i, unsure)) return false;
    }
  }
  return has_denial(text) || (text.tokens.empty() && text.lower.find("[]") != kNone);
}

}  // namespace

std::vector<CellMention> grid_cells_named(const TokenText& text) {
  const auto row = [](std::string_view w) {
    if (w == "top" || w == "upper") return 0;
    if (w == "middle" || w == "mid" || w == "center" || w == "centre" || w == "central") return 1;
    return w == "bottom" || w == "lower" ? 2 : -1;
  };
  const auto column = [](std::string_view w) {
    if (w == "left") return 0;
    if (w == "middle" || w == "mid" || w == "center" || w == "centre" || w == "central") return 1;
    return w == "right" ? 2 : -1;
  };
  /// One word such as "topleft", or a word by itself.
  const auto whole = [&](std::string_view w) {
    for (std::size_t cut = 3; cut + 3 < w.size() && w.size() <= 13; ++cut) {
      const int r = row(w.substr(0, cut));
      const int c = column(w.substr(cut));
      if (r >= 0 && c >= 0) return 3 * r + c;
    }
    return w == "center" || w == "centre" || w == "middle" ? 4 : -1;
  };
  std::vector<CellMention> cells;
  for (std::size_t i = 0; i < text.tokens.size(); ++i) {
    const std::string_view word = text.word(i);
    const bool has_next =
        i + 1 < text.tokens.size() && !text.tokens[i + 1].after_stop && !text.tokens[i + 1].after_comma;
    const std::string_view next = has_next ? text.word(i + 1) : std::string_view();
    if (row(word) >= 0 && column(next) >= 0) {
      cells.push_back({3 * row(word) + column(next), i++});
    } else if (column(word) >= 0 && row(next) >= 0) {
      cells.push_back({3 * row(next) + column(word), i++});
    } else if (const int cell = whole(word); cell >= 0) {
      cells.push_back({cell, i});
    }
  }
  return cells;
}

namespace {

void read_cells(const TokenText& text, const Reading& reading) {
  BoxesAnswer answer{reading.question.size, true, {}};
  const auto cells = grid_cells_named(text);
  if (cells.empty()) {
    if (says_absent(text)) return reading.done(std::move(answer));
    return reading.fail("no cell of the grid is named");
  }
  const Labels labels = labels_in(text, reading);
  std::vector<BoxNumbers::Found> places;
  for (const CellMention& cell : cells) {
    places.push_back({{}, false, text.tokens[cell.token].begin, text.tokens[cell.token].end});
  }
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const ConceptId label = label_of(labels, places, i, {});
    const auto same = std::find_if(answer.boxes.begin(), answer.boxes.end(),
                                   [&](const PlacedConcept& placed) { return placed.concept_id == label; });
    if (same == answer.boxes.end())
      answer.boxes.push_back({label, {}, {cells[i].cell}});
    else
      same->cells.push_back(cells[i].cell);
  }
  reading.done(std::move(answer));
}

}  // namespace

void read_boxes(const TokenText& text, const Reading& reading) {
  const AnswerQuestion& question = reading.question;
  if (question.is_grid) return read_cells(text, reading);
  BoxesAnswer answer{question.size, false, {}};
  const BoxNumbers numbers = box_numbers(text.lower);
  if (numbers.boxes.empty()) {
    if (numbers.flat_count > 0) return reading.fail("the box has no area");
    if (says_absent(text)) return reading.done(std::move(answer));
    return reading.fail("no box is given");
  }
  const BoxProfileRow* profile = find_box_profile(question.box_profile);
  const auto scale = profile == nullptr ? std::nullopt : profile->scale(question.size, question.limits);
  const bool has_size = question.size.width > 0 && question.size.height > 0;
  const Labels labels = labels_in(text, reading);
  const auto braces = braces_around(text.lower, numbers.boxes);
  for (std::size_t i = 0; i < numbers.boxes.size(); ++i) {
    const auto& [c, is_loc, begin, end] = numbers.boxes[i];
    if (is_loc ? !has_size : !scale) {
      return reading.fail(profile == nullptr && !is_loc ? "the profile takes no plain numbers"
                                                        : "the picture's size is unknown");
    }
    const double x = is_loc ? question.size.width / kLocGrid : scale->x;
    const double y = is_loc ? question.size.height / kLocGrid : scale->y;
    std::optional<Box> box =
        is_loc ? Box{c[1] * x, c[0] * y, c[3] * x, c[2] * y} : Box{c[0] * x, c[1] * y, c[2] * x, c[3] * y};
    if (has_size) box = clamped(*box, question.size);
    if (!box || box->area() <= 0) continue;
    answer.boxes.push_back({label_of(labels, numbers.boxes, i, braces[i]), *box, {}});
  }
  if (answer.boxes.empty()) return reading.fail("the box lies outside the picture");
  reading.done(std::move(answer));
}

}  // namespace surgsigma
