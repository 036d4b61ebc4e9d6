// The rows of the family phases in the table of metrics.
#include <array>

#include "surgsigma/eval/metrics/phases.h"

namespace surgsigma {
namespace {

constexpr std::string_view kFamily = "phases", kShare = "share", kHigher = "higher";
constexpr std::string_view kFunke = "Funke et al., Metrics Matter in Surgical Phase Recognition, arXiv 2305.13961";
constexpr std::string_view kSklearn = "scikit-learn metrics over all frames";
constexpr std::string_view kOurs = "project rule";
constexpr std::string_view kRelaxed = "rule of the M2CAI 2016 workflow challenge, neighbours from the video's truth";
constexpr std::string_view kScript =
    "YuemingJin/TMRNet 6a0db47 code/eval/result/matlab-eval/Evaluate.m, means of Main_m2cai.m";
constexpr std::string_view kFaults =
    "early changes are not forgiven; right frames are counted over the union, so shares exceed 100 and are clipped";
constexpr std::string_view kFrames = "frames without an answer are wrong; ignored frames are removed";
constexpr std::string_view kEdgesA =
    "undefined where its own denominator is 0, and left out of means; no answer is wrong";
constexpr std::string_view kEdgesB =
    "undefined where the truth lacks the phase, and left out of means; present but never answered: 0; no answer is "
    "wrong";

constexpr std::array<MetricRow, 60> kRows = {{
    {kFamily, "accuracy:video", kHigher, kShare, "Mean over videos of the share of right frames.", kFunke, kFrames},
    {kFamily, "accuracy:pooled", kHigher, kShare, "Share of right frames of all videos together.", kSklearn, kFrames},
    {kFamily, "parse_rate", kHigher, kShare, "Share of frames that have an answer.", kOurs, "no frame: undefined"},
    {kFamily, "frames", "none", "frames", "Number of scored frames.", kOurs, "ignored frames are not among them"},
    {kFamily, "ignored_frames", "none", "frames", "Number of frames that the truth leaves out.", kOurs, "0 if none"},
    {kFamily, "right_phase:video", kHigher, kShare,
     "Mean over videos of the share of frames whose answered step belongs to the true phase.", kOurs,
     "a step without a phase counts only where it is the true step"},
    {kFamily, "wrong_step:video", "lower", kShare,
     "Mean over videos of the share of frames with another step of the right phase.", kOurs,
     "frames of a wrong phase or without an answer are not among them"},
    {kFamily, "right_phase:pooled", kHigher, kShare, "Share of frames whose answered step belongs to the true phase.",
     kOurs, "a step without a phase counts only where it is the true step"},
    {kFamily, "wrong_step:pooled", "lower", kShare, "Share of frames with another step of the right phase.", kOurs,
     "frames of a wrong phase or without an answer are not among them"},
    {kFamily, "accuracy:relaxed_video", kHigher, kShare,
     "Mean over videos of right frames, neighbours forgiven within 10 s of a change.", kRelaxed, kFrames},
    {kFamily, "accuracy:relaxed_pooled", kHigher, kShare,
     "Share of right frames, neighbours forgiven within 10 s of a change.", kRelaxed, kFrames},
    {kFamily, "mean_precision:video_phase_a", kHigher, kShare,
     "Mean over videos for each phase, then over phases, of right over answered frames.", kFunke, kEdgesA},
    {kFamily, "mean_precision:phase_video_a", kHigher, kShare,
     "Mean over the phases of each video, then over videos, of right over answered frames.", kFunke, kEdgesA},
    {kFamily, "mean_precision:pooled_a", kHigher, kShare,
     "Mean over phases, of frames of all videos together, of right over answered frames.", kSklearn, kEdgesA},
    {kFamily, "precision:video_a/<class>", kHigher, kShare,
     "Mean over videos of one phase's right over answered frames.", kFunke, kEdgesA},
    {kFamily, "precision:pooled_a/<class>", kHigher, kShare,
     "One phase's right over answered frames, all videos together.", kSklearn, kEdgesA},
    {kFamily, "mean_recall:video_phase_a", kHigher, kShare,
     "Mean over videos for each phase, then over phases, of right over true frames.", kFunke, kEdgesA},
    {kFamily, "mean_recall:phase_video_a", kHigher, kShare,
     "Mean over the phases of each video, then over videos, of right over true frames.", kFunke, kEdgesA},
    {kFamily, "mean_recall:pooled_a", kHigher, kShare,
     "Mean over phases, of frames of all videos together, of right over true frames.", kSklearn, kEdgesA},
    {kFamily, "recall:video_a/<class>", kHigher, kShare, "Mean over videos of one phase's right over true frames.",
     kFunke, kEdgesA},
    {kFamily, "recall:pooled_a/<class>", kHigher, kShare, "One phase's right over true frames, all videos together.",
     kSklearn, kEdgesA},
    {kFamily, "mean_jaccard:video_phase_a", kHigher, kShare,
     "Mean over videos for each phase, then over phases, of common frames over frames of either.", kFunke, kEdgesA},
    {kFamily, "mean_jaccard:phase_video_a", kHigher, kShare,
     "Mean over the phases of each video, then over videos, of common frames over frames of either.", kFunke, kEdgesA},
    {kFamily, "mean_jaccard:pooled_a", kHigher, kShare,
     "Mean over phases, of frames of all videos together, of common frames over frames of either.", kSklearn, kEdgesA},
    {kFamily, "jaccard:video_a/<class>", kHigher, kShare,
     "Mean over videos of one phase's common frames over frames of either.", kFunke, kEdgesA},
    {kFamily, "jaccard:pooled_a/<class>", kHigher, kShare,
     "One phase's common frames over frames of either, all videos together.", kSklearn, kEdgesA},
    {kFamily, "mean_f1:video_phase_a", kHigher, kShare, "Mean over videos for each phase, then over phases, of F1.",
     kFunke, kEdgesA},
    {kFamily, "mean_f1:phase_video_a", kHigher, kShare, "Mean over the phases of each video, then over videos, of F1.",
     kFunke, kEdgesA},
    {kFamily, "mean_f1:pooled_a", kHigher, kShare, "Mean over phases, of frames of all videos together, of F1.",
     kSklearn, kEdgesA},
    {kFamily, "f1:video_a/<class>", kHigher, kShare, "Mean over videos of one phase's F1.", kFunke, kEdgesA},
    {kFamily, "f1:pooled_a/<class>", kHigher, kShare, "One phase's F1, all videos together.", kSklearn, kEdgesA},
    {kFamily, "mean_precision:video_phase_b", kHigher, kShare,
     "Mean over videos for each phase, then over phases, of right over answered frames.", kFunke, kEdgesB},
    {kFamily, "mean_precision:phase_video_b", kHigher, kShare,
     "Mean over the phases of each video, then over videos, of right over answered frames.", kFunke, kEdgesB},
    {kFamily, "mean_precision:pooled_b", kHigher, kShare,
     "Mean over phases, of frames of all videos together, of right over answered frames.", kSklearn, kEdgesB},
    {kFamily, "precision:video_b/<class>", kHigher, kShare,
     "Mean over videos of one phase's right over answered frames.", kFunke, kEdgesB},
    {kFamily, "precision:pooled_b/<class>", kHigher, kShare,
     "One phase's right over answered frames, all videos together.", kSklearn, kEdgesB},
    {kFamily, "mean_recall:video_phase_b", kHigher, kShare,
     "Mean over videos for each phase, then over phases, of right over true frames.", kFunke, kEdgesB},
    {kFamily, "mean_recall:phase_video_b", kHigher, kShare,
     "Mean over the phases of each video, then over videos, of right over true frames.", kFunke, kEdgesB},
    {kFamily, "mean_recall:pooled_b", kHigher, kShare,
     "Mean over phases, of frames of all videos together, of right over true frames.", kSklearn, kEdgesB},
    {kFamily, "recall:video_b/<class>", kHigher, kShare, "Mean over videos of one phase's right over true frames.",
     kFunke, kEdgesB},
    {kFamily, "recall:pooled_b/<class>", kHigher, kShare, "One phase's right over true frames, all videos together.",
     kSklearn, kEdgesB},
    {kFamily, "mean_jaccard:video_phase_b", kHigher, kShare,
     "Mean over videos for each phase, then over phases, of common frames over frames of either.", kFunke, kEdgesB},
    {kFamily, "mean_jaccard:phase_video_b", kHigher, kShare,
     "Mean over the phases of each video, then over videos, of common frames over frames of either.", kFunke, kEdgesB},
    {kFamily, "mean_jaccard:pooled_b", kHigher, kShare,
     "Mean over phases, of frames of all videos together, of common frames over frames of either.", kSklearn, kEdgesB},
    {kFamily, "jaccard:video_b/<class>", kHigher, kShare,
     "Mean over videos of one phase's common frames over frames of either.", kFunke, kEdgesB},
    {kFamily, "jaccard:pooled_b/<class>", kHigher, kShare,
     "One phase's common frames over frames of either, all videos together.", kSklearn, kEdgesB},
    {kFamily, "mean_f1:video_phase_b", kHigher, kShare, "Mean over videos for each phase, then over phases, of F1.",
     kFunke, kEdgesB},
    {kFamily, "mean_f1:phase_video_b", kHigher, kShare, "Mean over the phases of each video, then over videos, of F1.",
     kFunke, kEdgesB},
    {kFamily, "mean_f1:pooled_b", kHigher, kShare, "Mean over phases, of frames of all videos together, of F1.",
     kSklearn, kEdgesB},
    {kFamily, "f1:video_b/<class>", kHigher, kShare, "Mean over videos of one phase's F1.", kFunke, kEdgesB},
    {kFamily, "f1:pooled_b/<class>", kHigher, kShare, "One phase's F1, all videos together.", kSklearn, kEdgesB},
    {kFamily, "mean_precision:relaxed_video_phase_b", kHigher, kShare,
     "Mean over videos for each phase, then over phases, of right over answered frames, forgiven answers replaced by "
     "the truth.",
     kRelaxed, kEdgesB},
    {kFamily, "mean_recall:relaxed_video_phase_b", kHigher, kShare,
     "Mean over videos for each phase, then over phases, of right over true frames, forgiven answers replaced by the "
     "truth.",
     kRelaxed, kEdgesB},
    {kFamily, "mean_jaccard:relaxed_video_phase_b", kHigher, kShare,
     "Mean over videos for each phase, then over phases, of common frames over frames of either, forgiven answers "
     "replaced by the truth.",
     kRelaxed, kEdgesB},
    {kFamily, "mean_f1:relaxed_video_phase_b", kHigher, kShare,
     "Mean over videos for each phase, then over phases, of F1, forgiven answers replaced by the truth.", kRelaxed,
     kEdgesB},
    {kFamily, "support/<class>", "none", "frames", "Number of true frames of the phase.", kOurs,
     "0 for an absent phase"},
    {kFamily, "compat:m2cai_relaxed/jaccard", kHigher, "percent",
     "Mean over videos, then phases, as the script prints it.", kScript, kFaults},
    {kFamily, "compat:m2cai_relaxed/precision", kHigher, "percent",
     "Mean over videos, then phases, as the script prints it.", kScript, kFaults},
    {kFamily, "compat:m2cai_relaxed/recall", kHigher, "percent",
     "Mean over videos, then phases, as the script prints it.", kScript, kFaults},
    {kFamily, "compat:m2cai_relaxed/accuracy", kHigher, "percent",
     "Mean over videos of the share of forgiven or right frames.", kScript, kFaults},
}};

}  // namespace

std::span<const MetricRow> phases_metrics() { return kRows; }

}  // namespace surgsigma
