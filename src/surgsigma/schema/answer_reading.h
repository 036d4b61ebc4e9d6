// Reading answers: from what a model wrote to the Answer that it means. One grammar for conversations, metrics and
// rewards; docs/reading-answers.md says it for users. Nothing is guessed: what can be read in two ways is unparseable,
// and an unparseable answer is a wrong answer that stays in every denominator.
//
// Order of the steps: reasoning in <think> is dropped (one that never closes makes the answer truncated); the last
// <answer> is taken, for sets the union of all; likewise \boxed{}; code fences, quotes and full-width letters are
// undone (answer_body.h); then the grammar of the shape is applied. All of it is linear in the length of the text. Of
// what stays after the reasoning, only the first and the last kReadBytes bytes are read, and `shortened` says so.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/schema/answer.h"
#include "surgsigma/schema/answer_words.h"
#include "surgsigma/schema/box_profile.h"

namespace surgsigma {

constexpr std::size_t kReadBytes = 256 * 1024;

/// What was asked, as far as reading needs it. Fields that the shape does not use stay empty.
struct AnswerQuestion {
  AnswerShape shape = AnswerShape::kText;
  Form form = Form::kOpen;
  /// Admissible concepts; for triplets the instruments. Empty: every concept of the ontology. A word of the same kind
  /// that is not admissible is out of vocabulary; kin of an admissible concept (a family, or a kind of it) is read as
  /// what it says.
  std::vector<ConceptId> vocabulary;
  std::vector<ConceptId> verbs;    ///< triplets; empty: every verb
  std::vector<ConceptId> targets;  ///< triplets; empty: anatomy, objects
  bool is_set = true;              ///< concepts: several are allowed. Else two different ones are unparseable
  /// Concepts that the question names and an answer may repeat ("After clipping comes cutting"): left out where
  /// another one is named. Only for single labels.
  std::vector<ConceptId> given;
  std::vector<std::string> options;  ///< multiple choice: texts by letter, from A
  /// Yes or no: what is asked about, taken over into the answer.
  std::optional<AnswerValue> about;

  ConceptId asked;                         ///< boxes: the object that an unnamed box belongs to
  bool is_grid = false;                    ///< boxes: cells were asked for
  ImageSize size;                          ///< of the picture, in pixels of the answer wanted
  std::string_view box_profile = "pixel";  ///< a row of box_profiles(), or "loc" (kLocProfile)
  ResizeLimits limits;                     ///< of the profile qwen25

  ConceptId protocol;
  std::vector<ConceptId> criteria;  ///< in the protocol's order
  double scale_top = 1;             ///< highest value of a criterion; above 1 the answer gives scores, not yes and no
};

/// Tokens <loc0000> to <loc1023>, y before x: PaliGemma's grid. They are understood under every profile, as they say
/// what they are; under this one plain numbers are not.
inline constexpr std::string_view kLocProfile = "loc";

enum class ReadState {
  kRead,
  kEmpty,        ///< nothing was said
  kRefused,      ///< the model would not answer
  kTruncated,    ///< cut off before the answer
  kUnparseable,  ///< no reading, or more than one
};
std::string_view word(ReadState state);  ///< "read", "empty", ...

/// `answer` counts only when `state` is kRead; else it is an empty value of the shape.
struct ReadAnswer {
  Answer answer;
  ReadState state = ReadState::kUnparseable;
  bool multi_answer = false;      ///< several <answer>: the last one was taken, or their union
  bool took_option_text = false;  ///< multiple choice: known by the option's words, not by its letter
  bool corrected = false;         ///< a word was off by one letter
  bool incomplete = false;        ///< criteria: some were not said; triplets: an instrument without a verb
  bool shortened = false;         ///< the middle was not read
  /// Labels that were said and are not admissible, as written: each is one wrong item.
  std::vector<std::string> out_of_vocabulary;
  std::string reason;  ///< why it was not read, a few words

  bool is_read() const { return state == ReadState::kRead; }
  bool operator==(const ReadAnswer&) const = default;
};

/// Reads `text`, any bytes. The answer is canonical (make_canonical). Boxes are in pixels of `question.size`, cut off
/// at its edges. Never fails: what cannot be read says so in its state.
ReadAnswer read_answer(std::string_view text, const AnswerQuestion& question, const AnswerWords& words);
/// The same for a single answer; makes the table of words each time.
ReadAnswer read_answer(std::string_view text, const AnswerQuestion& question, const Ontology& ontology);

/// Concepts that a text names, each once, in the order of first mention; what is denied is left out. For facts of
/// captions.
std::vector<ConceptId> concepts_named(std::string_view text, const std::vector<ConceptId>& vocabulary,
                                      const AnswerWords& words);

}  // namespace surgsigma
