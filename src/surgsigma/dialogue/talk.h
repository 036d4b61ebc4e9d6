// Puts one conversation together: rounds of question and answer from templates, options, boxes, evidence.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/base/random.h"
#include "surgsigma/dialogue/book.h"
#include "surgsigma/dialogue/dialogue.h"
#include "surgsigma/dialogue/facts.h"
#include "surgsigma/dialogue/runs.h"
#include "surgsigma/schema/answer.h"

namespace surgsigma {

/// Everything that is the same for all videos.
struct DialoguePlan {
  DialogueOptions options;
  Lexicon lexicon;
  TemplateBook book;
  std::array<std::array<bool, 4>, kTextTasks> forms{};     ///< by Form
  std::array<std::array<bool, 2>, kTextTasks> subjects{};  ///< by Subject
  RunRules rules;
  std::vector<int> basic_actions;  ///< the closed list behind rules.action_of_verb

  bool makes(TextTask task, Subject subject) const {
    return subjects[static_cast<std::size_t>(task)][static_cast<std::size_t>(subject)];
  }
  bool allows(TextTask task, Form form) const {
    return forms[static_cast<std::size_t>(task)][static_cast<std::size_t>(form)];
  }
};

/// What is the same for all contexts of one video.
struct VideoPlan {
  const DialoguePlan& plan;
  const VideoRow& video;
  const SourceCard& card;
  const CardFacts& vocabularies;
  const VideoFacts& facts;
  std::vector<RunsOfLevel> levels;
  int procedure = kNoConcept;
  std::vector<TimeRange> out_of_body;  ///< by begin
};

class Talk {
 public:
  explicit Talk(const VideoPlan& video) : video_(video) {}

  /// Starts over for one conversation. Draws follow from seed, context and `purpose`.
  void begin(const ContextRow& context, std::string_view purpose, Form form);

  const VideoPlan& video() const { return video_; }
  const DialoguePlan& plan() const { return video_.plan; }
  const Lexicon& lexicon() const { return video_.plan.lexicon; }
  const ContextRow& context() const { return *context_; }
  const TemplateGroup& group(TextTask task, std::string_view name) const { return plan().book.group(task, name); }
  Draws& draws() { return draws_; }
  Slots& slots() { return slots_; }
  ConversationRow& row() { return row_; }
  Answer& answer() { return answer_; }

  /// Clears the slots but for those that every template may use.
  void new_round();
  /// Asks and answers from filled slots. False, leaving the conversation as it was, where no template fits.
  bool round(const TemplateGroup& asking, const TemplateList& questions, const TemplateGroup& saying,
             const TemplateList& answers, char letter = 'a');
  bool round(const TemplateGroup& group) { return round(group, group.questions, group, group.answers); }
  bool yes_no_round(const TemplateGroup& group, bool is_yes);
  /// Multiple choice: right and wrong options, already distinct. The order is drawn.
  bool choice_round(const TemplateGroup& group, std::string right, std::vector<std::string> wrong);
  /// The pieces of `round` for answers of several sentences.
  bool ask(const TemplateGroup& group);
  bool say(const TemplateGroup& group, const TemplateList& list, char letter, SlotSet wanted = 0);
  /// Starts a further assistant text made by `say`; sentences are joined by blanks.
  void open_answer() { row_.turns.emplace_back(); }

  /// Number of the new box, for "{box:N}".
  std::size_t add_box(const SeenBox& box, std::string_view label);
  void cite(std::int64_t ordinal) { row_.ordinals.push_back(ordinal); }
  void cite(const std::vector<std::int64_t>& ordinals) {
    row_.ordinals.insert(row_.ordinals.end(), ordinals.begin(), ordinals.end());
  }
  void answer_is(AnswerValue value) { answer_ = Answer{std::move(value), yes_, key_}; }
  void class_is(std::string_view answer_class) { row_.answer_class = answer_class; }
  ConceptId id(int concept_index) const { return lexicon()[concept_index].id; }

  /// Completes the row. `reasoning_id` may be empty.
  ConversationRow finish(TextTask task, std::string_view reasoning_id);

 private:
  void note_template(const TemplateGroup& group, char letter, int number, bool begins);

  const VideoPlan& video_;
  const ContextRow* context_ = nullptr;
  Draws draws_{0, "", ""};
  Slots slots_;
  ConversationRow row_;
  Answer answer_;
  std::optional<bool> yes_;
  std::string key_;
  std::string buffer_;
};

/// `count` of `items`, drawn without repeats, in drawn order.
template <class T>
std::vector<T> drawn(std::vector<T> items, std::size_t count, Draws& draws) {
  draws.shuffle(items);
  if (items.size() > count) items.resize(count);
  return items;
}

}  // namespace surgsigma
