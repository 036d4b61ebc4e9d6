// All templates of all tasks, compiled and checked: catalog/templates/<task>.yaml, notation in docs/templates.md.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/base/random.h"
#include "surgsigma/base/result.h"
#include "surgsigma/dialogue/template.h"
#include "surgsigma/schema/catalog.h"

namespace surgsigma {

/// The thirteen tasks whose answers are text, in the order of TextTask.
enum class TextTask {
  kInstrumentRecognition,
  kInstrumentLocalization,
  kTissueRecognition,
  kTissueLocalization,
  kTripletRecognition,
  kPhaseRecognition,
  kStepRecognition,
  kActionRecognition,
  kActionRemaining,
  kNextAction,
  kSafetyAssessment,
  kImageCaptioning,
  kVideoCaptioning,
};
constexpr std::size_t kTextTasks = 13;
extern const std::array<std::string_view, kTextTasks> kTextTaskIds;

/// One chosen template and its place in the list, for the column `templates`.
struct Chosen {
  const Template* sentence = nullptr;  ///< nullptr: no template fits what is known
  int number = 0;                      ///< from 1
};

class TemplateList {
 public:
  void add(Template made) { items_.push_back(std::move(made)); }
  const std::vector<Template>& items() const { return items_; }
  bool empty() const { return items_.empty(); }
  /// One of those whose slots are all filled, uniformly.
  Chosen choose(const Slots& slots, const Lexicon& lexicon, Draws& draws) const;
  /// One of those that also say as much as possible: the most slots of `wanted`.
  Chosen choose_fullest(const Slots& slots, SlotSet wanted, const Lexicon& lexicon, Draws& draws) const;

 private:
  std::vector<Template> items_;
};

/// Questions of one kind and what answers them.
struct TemplateGroup {
  std::string name;
  TemplateList questions;
  TemplateList answers;
  TemplateList yes;
  TemplateList no;
};

/// What a group may and must say. `either`: at least one of these.
struct GroupSpec {
  TextTask task;
  std::string_view name;
  bool has_questions;
  bool has_answers;
  bool has_yes_no;
  SlotSet question_may;
  SlotSet question_must;
  SlotSet answer_may;
  SlotSet answer_must;
  SlotSet question_either = 0;
};
const std::vector<GroupSpec>& group_specs();

class TemplateBook {
 public:
  /// Reads the documents of catalog.templates. Fails with kData, naming file and line, at an unknown task, group,
  /// slot or filter, a slot that the group does not know or lacks, an empty list, or the same line twice in a list.
  static Result<TemplateBook> create(const Catalog& catalog);

  bool has(TextTask task) const { return !groups_[static_cast<std::size_t>(task)].empty(); }
  /// The group, or an empty one.
  const TemplateGroup& group(TextTask task, std::string_view name) const;
  const std::vector<TemplateGroup>& groups(TextTask task) const { return groups_[static_cast<std::size_t>(task)]; }

 private:
  std::array<std::vector<TemplateGroup>, kTextTasks> groups_;
};

}  // namespace surgsigma
