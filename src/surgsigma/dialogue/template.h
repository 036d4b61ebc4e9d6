// Sentences with slots, compiled once and filled often. docs/templates.md gives the notation:
//
//   "{instruments|count} {instruments?is:are} visible in this {subject}."
//   -> "Two graspers and a hook are visible in this image."
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/dialogue/lexicon.h"

namespace surgsigma {

/// What a slot can hold. A template may only use the slots of its group (book.h).
enum class Slot : std::uint8_t {
  kSubject,       ///< text: "image", "clip"
  kProcedure,     ///< one concept
  kPhase,         ///< one concept
  kStep,          ///< one concept
  kAction,        ///< one concept: a basic action, a gesture or a step
  kNext,          ///< one concept: what follows the action
  kLevel,         ///< text: "action", "step"
  kInstrument,    ///< one concept
  kInstruments,   ///< concepts
  kTissue,        ///< one concept
  kTissues,       ///< concepts
  kTarget,        ///< one concept
  kCandidates,    ///< concepts that a closed question offers
  kInteraction,   ///< one doing
  kInteractions,  ///< doings
  kBoxes,         ///< text: "{box:0} and {box:1}"
  kPlace,         ///< text: "top-left"
  kLocated,       ///< text: "a hook at {box:0} and two graspers at {box:1} and {box:2}"
  kSides,         ///< text: "the hook is on the left and the grasper is on the right"
  kCount,         ///< number
  kTotal,         ///< number
  kDuration,      ///< text: "1 min 20 s"
  kLimit,         ///< text: "30 seconds"
  kProtocol,      ///< one concept
  kCriterion,     ///< one concept
  kStatement,     ///< text: the criterion as a sentence without its full stop, or a description to be judged
  kAsks,          ///< text: the criterion as a question
  kCriteria,      ///< marks
  kMet,           ///< concepts
  kUnmet,         ///< concepts
  kKey,           ///< text: "B"
  kOption,        ///< text: the option's words
  kEvents,        ///< text: clauses in order
  kNames,         ///< text: names of actions or steps in order
};
constexpr std::size_t kSlots = static_cast<std::size_t>(Slot::kNames) + 1;
using SlotSet = std::uint64_t;
constexpr SlotSet bit(Slot slot) { return SlotSet{1} << static_cast<unsigned>(slot); }

enum class SlotType : std::uint8_t { kText, kNumber, kConcepts, kDoings, kMarks };
struct SlotSpec {
  std::string_view name;
  SlotType type;
};
/// In the order of Slot.
const std::array<SlotSpec, kSlots>& slot_specs();

/// `count` objects of one concept; `is_tip`: only the tip was marked ("hook tip").
struct CountedConcept {
  int concept_index = kNoConcept;
  int count = 1;
  bool is_tip = false;
};
/// `count` instruments of one kind that do one thing. Target kNoConcept: none, or nobody said.
struct Doing {
  int instrument = kNoConcept;
  int verb = kNoConcept;
  int target = kNoConcept;
  bool is_idle = false;
  int count = 1;
};
/// A criterion with its majority and, on a scale above 1, its score.
struct Mark {
  int criterion = kNoConcept;
  bool holds = false;
  double value = 0;
};

/// Values for one rendering. Kept and refilled, so that nothing is allocated after the first few.
class Slots {
 public:
  void clear() { filled_ = 0; }
  SlotSet filled() const { return filled_; }
  std::string& text(Slot slot);  ///< Marks the slot as filled and gives its text, emptied.
  void text(Slot slot, std::string_view value) { text(slot) = value; }
  void number(Slot slot, std::int64_t value);
  std::vector<CountedConcept>& concepts(Slot slot);  ///< Likewise.
  void concept_is(Slot slot, CountedConcept value) { concepts(slot).push_back(value); }
  void concept_is(Slot slot, int concept_index) { concepts(slot).push_back({concept_index, 1, false}); }
  std::vector<Doing>& doings(Slot slot);
  std::vector<Mark>& marks(Slot slot);

  struct Value {
    std::string text;
    std::int64_t number = 0;
    std::vector<CountedConcept> concepts;
    std::vector<Doing> doings;
    std::vector<Mark> marks;
  };
  const Value& operator[](Slot slot) const { return values_[static_cast<std::size_t>(slot)]; }

 private:
  Value& fill(Slot slot) {
    filled_ |= bit(slot);
    return values_[static_cast<std::size_t>(slot)];
  }
  std::array<Value, kSlots> values_;
  SlotSet filled_ = 0;
};

/// How a filled slot is worded.
enum class WordForm : std::uint8_t {
  kBare,        ///< hook / two / image
  kA,           ///< a hook / an image
  kThe,         ///< the hook
  kPlural,      ///< hooks
  kCount,       ///< two hooks, a grasper
  kGerund,      ///< dissecting tissue
  kDigits,      ///< 2
  kDoing,       ///< the hook dissecting the cystic duct
  kADoing,      ///< a hook dissecting the cystic duct
  kDoes,        ///< the hook dissects the cystic duct
  kADoes,       ///< a hook dissects the cystic duct
  kIsDoing,     ///< the hook is dissecting the cystic duct
  kAIsDoing,    ///< a hook is dissecting the cystic duct
  kDeed,        ///< dissecting the cystic duct
  kTriplet,     ///< (hook, dissect, cystic duct)
  kPerforming,  ///< hook, performing dissect on cystic duct
  kNumbered,    ///< Criterion 1: Yes. Criterion 2: No.
  kNamed,       ///< two structures: yes; cystic plate: no
  kShort,       ///< C1: yes; C2: no
};
enum class Join : std::uint8_t { kAnd, kOr, kComma, kSemicolon };

class Template {
 public:
  /// Compiles one line. Fails with kData saying what is wrong with it: an unknown slot or filter (with the nearest
  /// name), a filter that the slot's type does not take, an agreement without both words, a stray brace. `where` goes
  /// into the error.
  static Result<Template> compile(std::string_view source, std::string_view where);

  /// Appends the sentence. Every slot it needs must be filled.
  void render(const Slots& slots, const Lexicon& lexicon, std::string& out) const;

  SlotSet needs() const { return needs_; }
  /// Slots whose concept must have a gerund.
  SlotSet needs_gerund() const { return needs_gerund_; }
  const std::string& source() const { return source_; }

 private:
  struct Op {
    enum class Kind : std::uint8_t { kLiteral, kSlot, kAgreement };
    Kind kind = Kind::kLiteral;
    Slot slot = Slot::kSubject;
    WordForm form = WordForm::kBare;
    Join join = Join::kAnd;
    bool begins_sentence = false;
    std::string text;    ///< literal, or the word for one
    std::string plural;  ///< the word for several
  };
  Result<Op> compile_slot(std::string_view body, std::string_view where) const;

  std::vector<Op> ops_;
  std::string source_;
  SlotSet needs_ = 0;
  SlotSet needs_gerund_ = 0;
};

/// "zero", "one", ... "twelve", then digits.
void append_number_word(std::int64_t number, std::string& out);
/// "hook", "hook and grasper", "hook, grasper and irrigator".
void append_joint(std::size_t index, std::size_t count, Join join, std::string& out);
/// The words of one concept or doing, for texts that code puts together.
void append_words(const CountedConcept& item, WordForm form, const Lexicon& lexicon, std::string& out);
void append_words(const Doing& doing, WordForm form, const Lexicon& lexicon, std::string& out);

}  // namespace surgsigma
