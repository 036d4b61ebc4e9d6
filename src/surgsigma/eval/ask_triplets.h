// Triplets asked one after another, as published protocols do: which instruments, what each does, to what. Each
// question builds on what the model answered before (or, as an ablation, on the truth), so the rounds cannot be asked
// at once; within a round they are.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "surgsigma/eval/judged.h"
#include "surgsigma/eval/prompt.h"

namespace surgsigma {

/// One question of a round: `question` is its place in the test.
struct RoundQuestion {
  std::size_t question = 0;
  std::string id;
  Wording wording;
};

/// The rounds of a test. Ask `questions()`, hand every answer to take(), call close_round(); three times. What cannot
/// be read is left out, so it counts as missed; instruments that cannot be read leave the whole answer unreadable.
class TripletRounds {
 public:
  /// `is_gold`: on the true instruments and verbs. The arguments must outlive the rounds.
  TripletRounds(const std::vector<Question>& questions, const TestFacts& facts, const Ontology& ontology,
                const AnswerWords& words, bool is_gold);

  /// Of the round that is open; empty when there is nothing to ask in it.
  const std::vector<RoundQuestion>& questions() const { return round_; }
  /// What was said to questions()[place].
  void take(std::size_t place, const std::string& text);
  /// A question of the round got no answer: neither gets the whole.
  void lose(std::size_t place) { lost_[round_[place].question] = true; }
  /// On to the next round; false after the last.
  bool close_round();

  /// The whole answer in the form that joint questions are answered in; nothing where a part was lost.
  std::optional<std::string> text(std::size_t question) const;

 private:
  enum class Round { kInstruments, kVerbs, kTargets, kDone };
  /// A triplet in the making.
  struct Made {
    Triplet triplet;
    ConceptId true_verb;
    bool is_dropped = false;
  };
  std::optional<std::vector<ConceptId>> read(const std::string& text, const std::vector<ConceptId>& names) const;
  const SourceVocabulary& known(std::size_t question) const;
  void open_instruments();
  void open_verbs();
  void open_targets();

  const std::vector<Question>& all_;
  const TestFacts& facts_;
  const Ontology& ontology_;
  const AnswerWords& words_;
  bool is_gold_;
  Round at_ = Round::kInstruments;
  std::vector<RoundQuestion> round_;
  std::vector<std::size_t> made_of_;  ///< by place in the round: the triplet of its question
  std::vector<std::vector<Made>> made_;
  std::vector<bool> lost_;
  std::vector<bool> unread_;
};

}  // namespace surgsigma
