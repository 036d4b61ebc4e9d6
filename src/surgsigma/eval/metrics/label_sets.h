// Sets of labels per picture or clip (instruments present, organs present): how well a set of answered classes meets
// the true one, and, where a model gives a score for every class, how well the scores rank.
//
// Values of the Scorer (all shares 0..1, higher is better, unless said otherwise):
//   exact_match           items whose answered set is the true set / items
//   sample_f1, jaccard    mean over items of 2|T&A| / (|T|+|A|) and of |T&A| / |T|A|; both sets empty: 1
//   hamming_accuracy      right cells / cells of the table items x classes
//   micro_precision, micro_recall, micro_f1      from right, wrong and missed labels counted over all classes
//   macro_precision, macro_recall, macro_f1      mean over the classes that occur in the truth
//   parse_rate            items whose answer could be read / items
//   precision/, recall/, f1/, support/<class>    one class; support is its number of true items
//   with scores also:
//   ap/<class>, map                  average precision over all items; mean over the classes with positives
//   ap:video/<class>                 mean over the cases where the class occurs of the case's own AP
//   map:video_class                  mean over classes of ap:video (CholecT50's order: videos first, then classes)
//   map:class_video                  mean over cases of the case's own mean AP
// A case is a video (or a patient): the unit that is resampled. Where a patient has several videos they are one.
//
// Edges: a class without positives in the evaluated set is undefined and left out of means, also when it was answered
// (its wrong answers still count in the micro values and in the sets). A class that occurs and was never answered has
// precision 0. Equal scores are one threshold. An answer that could not be read is wrong: it says no class, is never an
// exact match, counts 0 in sample_f1 and jaccard and has every cell wrong, also where the true set is empty. Answered
// words that are no class of the vocabulary (`unknown`) count as wrong labels in the micro values and in the sets. A
// class that nobody annotated in an item (`not_annotated`) is taken out of that item, truth, answer and score.
//
// Sources: scikit-learn metrics (multilabel, zero_division left undefined instead); video-wise order of ivtmetrics
// a89cf65. compat_... functions below reproduce others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/eval/metric_row.h"
#include "surgsigma/eval/scorer.h"

namespace surgsigma {

/// One picture or clip. Classes are places in LabelSetInput::classes, in any order, none twice.
struct LabelSetItem {
  std::size_t case_number = 0;
  std::vector<int> truth;
  std::optional<std::vector<int>> answer;  ///< nothing: could not be read
  int unknown = 0;                         ///< answered words outside the vocabulary, each counted once
  std::vector<int> not_annotated;          ///< classes that the item's annotation could not have named
};

struct LabelSetInput {
  std::vector<std::string> classes;
  std::size_t cases = 0;
  std::vector<LabelSetItem> items;
  /// items x classes, row by row; empty: the model gives no scores. An unread answer's row is scored as it stands.
  std::vector<double> scores;
};

/// Fails with kData, naming the item, at a case or class out of range, a class named twice or both annotated and not, a
/// score that is no number; with kUsage where the scores are not items x classes.
Result<Scorer> label_set_scorer(const LabelSetInput& input);

/// What `surgsigma list metrics` prints.
std::span<const MetricRow> label_sets_metrics();

/// "compat:vlm_set_ap": AP of one class over answers without scores as davidshyn1/surgical_vlm_test bfb5afe
/// (triplet_recognition_cholect50.py) computes it: equal scores are sorted with the positives first, so that a silent
/// model gets 1.0; 0 for a class without positives. Spans of equal length.
double compat_vlm_set_ap(std::span<const bool> truth, std::span<const double> scores);
/// "compat:vlm_set_map": its mean over all classes, those without positives counted as 0; unread answers are empty
/// sets. The input must be one that label_set_scorer accepts; its scores are not looked at.
double compat_vlm_set_map(const LabelSetInput& input);
/// "compat:macro_f1_zero": scikit-learn's f1_score(average="macro", zero_division=0): a class without positives counts
/// as 0 in the mean.
double compat_zero_macro_f1(const LabelSetInput& input);

}  // namespace surgsigma
