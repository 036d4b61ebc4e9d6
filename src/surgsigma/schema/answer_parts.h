// Pieces of answer reading: the grammar of each shape over one prepared text (answer_reading.h). Each function sets
// value and state of the answer, or a reason and leaves the state as it is.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/schema/answer_reading.h"

namespace surgsigma {

struct Reading {
  const AnswerQuestion& question;
  const AnswerWords& words;
  ReadAnswer& out;

  void done(AnswerValue value) const {
    out.answer.value = std::move(value);
    out.state = ReadState::kRead;
  }
  void fail(std::string reason) const { out.reason = std::move(reason); }
};

void read_concepts(const TokenText& text, const Reading& reading);
void read_triplets(const TokenText& text, const Reading& reading);
void read_boxes(const TokenText& text, const Reading& reading);
void read_duration(const TokenText& text, const Reading& reading);
void read_spans(const TokenText& text, const Reading& reading);
void read_criteria(const TokenText& text, const Reading& reading);
void read_yes_no(const TokenText& text, const Reading& reading);
void read_choice(const TokenText& text, const Reading& reading);

/// Parts of the text that look like a label but name nothing that was asked for: few words, none of them a word of
/// prose.
struct Piece {
  std::size_t first = 0;  ///< tokens [first, last)
  std::size_t last = 0;
  bool has_context = false;  ///< it names something of another kind, so it is no stranger
};
std::vector<Piece> unknown_labels(const TokenText& text, const std::vector<Mention>& mentions);
std::string shown_words(const TokenText& text, std::size_t first, std::size_t last);
void note_stranger(std::string label, ReadAnswer& out);  ///< into out_of_vocabulary, once, at most 100

/// Numbers of boxes as they stand in a text, before any scaling: corners sorted, boxes without area left out.
struct BoxNumbers {
  struct Found {
    std::array<double, 4> corners{};  ///< x1, y1, x2, y2; of loc tokens y1, x1, y2, x2
    bool is_loc = false;
    std::size_t begin = 0;  ///< place in the text
    std::size_t end = 0;
  };
  std::vector<Found> boxes;
  std::size_t flat_count = 0;  ///< boxes without area
};
BoxNumbers box_numbers(std::string_view text);

/// Cells of the nine-cell grid that words name, with their tokens: "top-left", "upper left corner", "centre".
struct CellMention {
  int cell = 0;
  std::size_t token = 0;
};
std::vector<CellMention> grid_cells_named(const TokenText& text);

/// One length of time in a text.
struct TimeMention {
  double seconds = 0;
  double unit = 0;          ///< seconds of the smallest unit named; 0: none
  bool is_limited = false;  ///< "less than 10 seconds" and "-5 seconds" say no time
  std::size_t begin = 0;    ///< bytes of the text
  std::size_t end = 0;
};
/// "10 seconds", "1.5 minutes", "1 min 20 s", "mm:ss", "h:mm:ss", "twenty seconds"; numbers without unit too.
std::vector<TimeMention> times_named(const TokenText& text);
/// Whether the text between two times makes a range of them: "-", "to", "until", or "and" after "between".
bool is_range_joint(std::string_view between, bool after_between);
bool has_between_before(std::string_view text, std::size_t at);
/// Seconds; a number without unit is in the unit of the one behind it: "10-15 minutes".
double in_unit_of(const TimeMention& first, const TimeMention& second);

}  // namespace surgsigma
