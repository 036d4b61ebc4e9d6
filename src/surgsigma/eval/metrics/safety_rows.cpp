// The rows of the family safety in the table of metrics.
#include <array>

#include "surgsigma/eval/metrics/safety.h"

namespace surgsigma {
namespace {

constexpr std::string_view kFamily = "safety", kHigher = "higher", kLower = "lower", kShare = "share";
constexpr std::string_view kOurs = "project rule", kSklearn = "scikit-learn metrics";
constexpr std::string_view kGraph = "CAMMA-public/SurgLatentGraph 8e521f0 evaluator/CocoMetricRGD.py";
constexpr std::string_view kBrier = "Brier, Monthly Weather Review 78, 1950";
constexpr std::string_view kGuo = "Guo et al., On Calibration of Modern Neural Networks, ICML 2017";
constexpr std::string_view kAnswers = "an unread answer is wrong";
constexpr std::string_view kSides = "undefined without positives or without negatives; an unread answer is wrong";
constexpr std::string_view kOneSide = "a side without frames is left out; an unread answer is wrong";
constexpr std::string_view kRanked = "no positives: undefined and left out; equal scores are one threshold";
constexpr std::string_view kProbability = "only where scores are probabilities";
constexpr std::string_view kScript = "davidshyn1/surgical_vlm_test bfb5afe cvs_evaluation_endoscapes.py";
constexpr std::string_view kDropped = "unread answers are dropped; a side without frames counts 0";

constexpr std::array<MetricRow, 24> kRows = {{
    {kFamily, "support/<class>", "none", "frames", "Number of frames that meet the criterion.", kOurs, "0 if none"},
    {kFamily, "accuracy/<class>", kHigher, kShare, "Share of frames with the right answer.", kSklearn, kAnswers},
    {kFamily, "mean_accuracy", kHigher, kShare, "Mean of accuracy over criteria.", kSklearn, kAnswers},
    {kFamily, "sensitivity/<class>", kHigher, kShare, "Right answers among the frames that meet the criterion.",
     kSklearn, "no such frame: undefined; an unread answer is wrong"},
    {kFamily, "specificity/<class>", kHigher, kShare, "Right answers among the frames that do not meet the criterion.",
     kSklearn, "no such frame: undefined; an unread answer is wrong"},
    {kFamily, "balanced_accuracy/<class>", kHigher, kShare, "Mean of sensitivity and specificity.", kSklearn, kSides},
    {kFamily, "mean_balanced_accuracy", kHigher, kShare, "Mean of balanced_accuracy over the criteria that have both.",
     kSklearn, kSides},
    {kFamily, "balanced_accuracy:present_side/<class>", kHigher, kShare,
     "Mean of sensitivity and specificity, or the one of them that is defined.", kOurs, kOneSide},
    {kFamily, "mean_balanced_accuracy:present_side", kHigher, kShare,
     "Mean of balanced_accuracy:present_side over criteria.", kOurs, kOneSide},
    {kFamily, "all_right", kHigher, kShare, "Share of frames with every criterion right.", kOurs, kAnswers},
    {kFamily, "parse_rate", kHigher, kShare, "Share of answers that could be read.", kOurs, "no frame: undefined"},
    {kFamily, "ap/<class>", kHigher, kShare, "Average precision of a criterion over all frames.", kGraph, kRanked},
    {kFamily, "map", kHigher, kShare, "Mean of ap over criteria with positives.", kGraph, kRanked},
    {kFamily, "ap:video/<class>", kHigher, kShare, "Mean over cases of a criterion's average precision in the case.",
     kOurs, "cases without positives are left out"},
    {kFamily, "map:video_class", kHigher, kShare, "Mean of ap:video over criteria.", kOurs, kRanked},
    {kFamily, "map:class_video", kHigher, kShare, "Mean over cases of the case's own mean average precision.", kOurs,
     "cases without positives are left out"},
    {kFamily, "brier/<class>", kLower, kShare, "Mean squared distance of the score from the raters' mean.", kBrier,
     kProbability},
    {kFamily, "mean_brier", kLower, kShare, "Mean of brier over criteria.", kBrier, kProbability},
    {kFamily, "brier:binary/<class>", kLower, kShare, "Mean squared distance of the score from the majority's 0 or 1.",
     kBrier, kProbability},
    {kFamily, "mean_brier:binary", kLower, kShare, "Mean of brier:binary over criteria.", kBrier, kProbability},
    {kFamily, "calibration_error/<class>", kLower, kShare,
     "Distance of mean score and raters' mean in ten bins of equal width, weighted by frames.", kGuo, kProbability},
    {kFamily, "mean_calibration_error", kLower, kShare, "Mean of calibration_error over criteria.", kGuo, kProbability},
    {kFamily, "compat:vlm_cvs/average_accuracy", kHigher, kShare, "Right answers over read answers.", kScript,
     kDropped},
    {kFamily, "compat:vlm_cvs/balanced_accuracy", kHigher, kShare, "Mean over criteria of balanced accuracy.", kScript,
     kDropped},
}};

}  // namespace

std::span<const MetricRow> safety_metrics() { return kRows; }

}  // namespace surgsigma
