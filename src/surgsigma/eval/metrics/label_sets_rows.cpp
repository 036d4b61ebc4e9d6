// The rows of the family label_sets in the table of metrics.
#include <array>

#include "surgsigma/eval/metrics/label_sets.h"

namespace surgsigma {
namespace {

constexpr std::string_view kFamily = "label_sets", kShare = "share", kHigher = "higher";
constexpr std::string_view kSklearn = "scikit-learn metrics, multilabel form";
constexpr std::string_view kSets =
    "both sets empty: 1; unread answer: 0; words outside the vocabulary are wrong labels";
constexpr std::string_view kLabels =
    "no label at all: undefined; an unread answer misses its true labels; words outside the vocabulary are wrong "
    "labels";
constexpr std::string_view kClasses = "a class without positives is left out; present but never answered: precision 0";
constexpr std::string_view kClass = "class without positives: undefined; present but never answered: precision 0";
constexpr std::string_view kRanked = "class without positives: undefined and left out; equal scores are one threshold";

constexpr std::array<MetricRow, 23> kRows = {{
    {kFamily, "exact_match", kHigher, kShare, "Share of items whose answered set is the true set.",
     "scikit-learn accuracy_score, multilabel form", "both sets empty: right; unread answer: wrong"},
    {kFamily, "sample_f1", kHigher, kShare, "Mean over items of the F1 of the answered set.", kSklearn, kSets},
    {kFamily, "jaccard", kHigher, kShare, "Mean over items of common labels over labels named by either side.",
     kSklearn, kSets},
    {kFamily, "hamming_accuracy", kHigher, kShare, "Share of right cells in the table of items and classes.", kSklearn,
     "an unread answer has every cell wrong; classes not annotated in an item have no cell"},
    {kFamily, "micro_f1", kHigher, kShare, "F1 of labels counted over all items and classes.", kSklearn, kLabels},
    {kFamily, "micro_precision", kHigher, kShare, "Right labels over answered labels.", kSklearn, kLabels},
    {kFamily, "micro_recall", kHigher, kShare, "Right labels over true labels.", kSklearn, kLabels},
    {kFamily, "macro_f1", kHigher, kShare, "Mean of f1 over the classes that occur in the truth.", kSklearn, kClasses},
    {kFamily, "macro_precision", kHigher, kShare, "Mean of precision over the classes that occur in the truth.",
     kSklearn, kClasses},
    {kFamily, "macro_recall", kHigher, kShare, "Mean of recall over the classes that occur in the truth.", kSklearn,
     kClasses},
    {kFamily, "parse_rate", kHigher, kShare, "Share of items whose answer could be read.", "project rule",
     "no item: undefined"},
    {kFamily, "precision/<class>", kHigher, kShare, "Right over answered items of one class.", kSklearn, kClass},
    {kFamily, "recall/<class>", kHigher, kShare, "Right over true items of one class.", kSklearn, kClass},
    {kFamily, "f1/<class>", kHigher, kShare, "Harmonic mean of precision and recall of one class.", kSklearn, kClass},
    {kFamily, "support/<class>", "none", "items", "Number of items that truly show the class.", "project rule",
     "0 for an absent class"},
    {kFamily, "ap/<class>", kHigher, kShare, "Average precision of one class over all items.",
     "scikit-learn average_precision_score", kRanked},
    {kFamily, "ap:video/<class>", kHigher, kShare, "Mean over cases of the average precision of one class in the case.",
     "order of CAMMA-public/ivtmetrics a89cf65", "cases without the class are left out"},
    {kFamily, "map", kHigher, kShare, "Mean of ap over the classes with positives.",
     "scikit-learn average_precision_score", kRanked},
    {kFamily, "map:video_class", kHigher, kShare, "Mean over classes of ap:video.",
     "order of CAMMA-public/ivtmetrics a89cf65", kRanked},
    {kFamily, "map:class_video", kHigher, kShare, "Mean over cases of the case's own mean average precision.",
     "scikit-learn average_precision_score", "a case without any label is left out"},
    {kFamily, "compat:vlm_set_ap", kHigher, kShare, "AP of 0/1 answers as the reference script gives it.",
     "davidshyn1/surgical_vlm_test bfb5afe triplet_recognition_cholect50.py",
     "ties sorted positives first: a silent model gets 1; class without positives: 0"},
    {kFamily, "compat:vlm_set_map", kHigher, kShare, "Mean of compat:vlm_set_ap over all classes.",
     "davidshyn1/surgical_vlm_test bfb5afe triplet_recognition_cholect50.py", "classes without positives count as 0"},
    {kFamily, "compat:macro_f1_zero", kHigher, kShare, "macro_f1 with absent classes counted as 0.",
     "scikit-learn f1_score, average macro, zero_division 0", "class without positives: 0"},
}};

}  // namespace

std::span<const MetricRow> label_sets_metrics() { return kRows; }

}  // namespace surgsigma
