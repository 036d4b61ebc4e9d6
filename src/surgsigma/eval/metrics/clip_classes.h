// One class per clip (which action, which gesture, which action comes next), and plans: several classes in order.
//
// Values of clip_class_scorer (shares 0..1, higher is better):
//   accuracy                right items / items; accuracy:video: mean over cases of the case's own accuracy
//   macro_f1, macro_precision, class_mean_recall     means over the classes that occur in the truth
//   parse_rate              items whose answer could be read, also as a word outside the vocabulary
//   precision/, recall/, f1/, support/<class>        of one class; support: its true items (no direction)
// Values of plan_scorer:
//   plan_edit:tokens, plan_edit:collapsed   mean over plans of 1 - Levenshtein distance / longer length, of the plan as
//                           it stands and after equal neighbours were made one (the habit of MS-TCN)
//   plan_success            plans that are right in every step and in length
//   plan_success@1, @2, @3  plans whose first 1, 2, 3 steps are right, among plans of at least that many true steps
//   parse_rate
//
// Edges: an answer that could not be read, or that is no class, is wrong and stays in every denominator; it is nobody's
// false positive. A class that does not occur in the truth is left out of means; one that occurs and is never answered
// has precision 0. A plan that could not be read scores 0 everywhere; a word in it that is no class matches nothing.
//
// Sources: scikit-learn metrics; yabufarha/ms-tcn 33ed91c eval.py for the edit score; success rate as in Chang et al.,
// "Procedure Planning in Instructional Videos", ECCV 2020.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/eval/metric_row.h"
#include "surgsigma/eval/scorer.h"

namespace surgsigma {

/// In place of an answered class: the answer could not be read; it was read and is no class of the vocabulary.
inline constexpr int kUnreadAnswer = -1, kNoSuchClass = -2;

struct ClipClassItem {
  std::size_t case_number = 0;
  int truth = 0;
  int answer = kUnreadAnswer;
};
struct ClipClassInput {
  std::vector<std::string> classes;
  std::size_t cases = 0;
  std::vector<ClipClassItem> items;
};
/// Fails with kData, naming the item, at a class or case out of range.
Result<Scorer> clip_class_scorer(const ClipClassInput& input);

struct PlanItem {
  std::size_t case_number = 0;
  std::vector<int> truth;                  ///< at least one class
  std::optional<std::vector<int>> answer;  ///< classes and kNoSuchClass; nothing: could not be read
};
struct PlanInput {
  std::size_t classes = 0;
  std::size_t cases = 0;
  std::vector<PlanItem> plans;
};
/// Fails with kData, naming the plan, at a class or case out of range or a true plan without steps.
Result<Scorer> plan_scorer(const PlanInput& input);

std::span<const MetricRow> clip_classes_metrics();

}  // namespace surgsigma
