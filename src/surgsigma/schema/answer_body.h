// From raw model output to the text that is the answer: steps 1 to 3 of reading (answer_reading.h).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace surgsigma {

struct AnswerBodies {
  /// Bodies of <answer>, or of \boxed{}, or else the text itself, in order; at least one, each without blanks around.
  std::vector<std::string> texts;
  bool is_truncated = false;  ///< <think> opens and never closes; `texts` is then one empty text
  bool shortened = false;     ///< the middle was left out
};

/// Drops reasoning, then takes the bodies. Tags in any case; an unclosed <answer> or \boxed{ reads to the end.
/// `read_bytes`: how much is read at either end of what follows the reasoning.
AnswerBodies answer_bodies(std::string_view raw, std::size_t read_bytes);

/// Without code fences, backticks and bold marks; blanks, quotes and full stops around it stripped.
std::string without_dressing(std::string_view text);

/// What Unicode compatibility folding (NFKC) does to the characters that occur in answers: full-width forms, ligatures,
/// circled and mathematical letters and digits to ASCII; all blanks, dashes and quotes to one of each; invisible
/// characters dropped. Bytes that are not UTF-8 become blanks. Other letters stay.
std::string folded(std::string_view text);

}  // namespace surgsigma
