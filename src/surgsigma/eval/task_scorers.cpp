#include "surgsigma/eval/task_scorers.h"

#include <algorithm>
#include <set>

#include "surgsigma/eval/scorer_parts.h"

namespace surgsigma {
namespace {

/// The families of a task's open questions.
struct Family {
  std::string_view name;
  Result<Scorer> (*make)(const ScorerWorld&);
};
struct TaskRow {
  std::string_view task;
  std::vector<Family> families;
};

const std::vector<TaskRow>& task_rows() {
  static const Family classes = {"clip_classes", clip_class_values}, phases = {"phases", phase_values},
                      sets = {"label_sets", label_set_values}, boxes = {"boxes", box_values},
                      captions = {"captions", caption_values}, facts = {"facts", caption_fact_values};
  static const std::vector<TaskRow> rows = {{"instrument_recognition", {sets}},
                                            {"tissue_recognition", {sets}},
                                            {"instrument_localization", {boxes}},
                                            {"tissue_localization", {boxes}},
                                            {"triplet_recognition", {{"triplet_sets", triplet_set_values}}},
                                            {"phase_recognition", {classes, phases}},
                                            {"step_recognition", {classes, phases}},
                                            {"action_recognition", {classes}},
                                            {"next_action", {classes}},
                                            {"action_remaining", {{"remaining_time", remaining_time_values}}},
                                            {"safety_assessment", {{"safety", safety_values}}},
                                            {"image_captioning", {captions, facts}},
                                            {"video_captioning", {captions, facts}}};
  return rows;
}

const TaskRow* find_task_row(std::string_view task) {
  for (const TaskRow& row : task_rows()) {
    if (row.task == task) return &row;
  }
  return nullptr;
}

void append(Scorer& all, std::string_view family, Scorer one) {
  for (std::string& name : one.names) name = std::string(family) + "." + name;
  all = joined(std::move(all), std::move(one));
}

}  // namespace

std::size_t CaseNumbers::number_of(const std::string& case_id) const {
  return static_cast<std::size_t>(std::lower_bound(names.begin(), names.end(), case_id) - names.begin());
}

CaseNumbers case_numbers(const std::vector<Judged>& judged) {
  std::set<std::string> names;
  for (const Judged& one : judged) names.insert(one.question->case_id);
  return {{names.begin(), names.end()}};
}

Result<Scorer> task_scorer(const std::vector<Judged>& judged, const CaseNumbers& cases, const TestFacts& facts,
                           const Catalog& catalog, int jobs, Chains chains) {
  std::vector<const Judged*> open, closed, asked;
  for (const Judged& one : judged) {
    asked.push_back(&one);
    const bool is_open = one.question->form == Form::kOpen || one.question->form == Form::kMultiTurn;
    (is_open && !one.question->gold.yes && one.question->gold.key.empty() ? open : closed).push_back(&one);
  }
  Scorer all;
  if (!open.empty()) {
    const TaskRow* row = find_task_row(open.front()->question->task);
    if (row == nullptr) {
      return Error{ErrorKind::kData, "no metrics for answers in words", open.front()->question->task,
                   "its answers are pictures"};
    }
    const ScorerWorld world{open, cases, facts, catalog, jobs};
    for (const Family& family : row->families) {
      SURGSIGMA_TRY(one, family.make(world));
      append(all, family.name, std::move(one));
    }
  }
  if (!closed.empty()) {
    SURGSIGMA_TRY(one, choice_values({closed, cases, facts, catalog, jobs}));
    append(all, "choices", std::move(one));
  }
  if (chains == Chains::kScored) {
    SURGSIGMA_TRY(one, reasoning_values({asked, cases, facts, catalog, jobs}));
    append(all, "reasoning", std::move(one));
  }
  return all;
}

std::string usual_metric(const Catalog& catalog, std::string_view task) {
  const Task* known = catalog.task(task);
  return known == nullptr || known->metrics.empty() ? std::string() : known->metrics.front();
}

}  // namespace surgsigma
