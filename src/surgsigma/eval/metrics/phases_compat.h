// "compat:m2cai_relaxed": the relaxed phase scores as the scripts print them that most papers used (YuemingJin/TMRNet
// 6a0db47, code/eval/result/matlab-eval/Evaluate.m for Cholec80 and Evaluate_m2cai.m, with the clipping and the means
// of Main_m2cai.m), faults included. In percent. The sound variant of the same rule is in phases.h.
//
// What the scripts do, and where that is not the rule they mean:
// - An answer is forgiven by the difference of phase numbers: one less in the first frames of a true run (two less in
//   the last two phases), one more in its last frames (one or two more in the last four). An answer that could not be
//   read has number 0, one less than the first phase, and is forgiven as such there.
// - The mask for the last `window` frames has the length of the window and so addresses the first frames of the run:
//   early changes are not forgiven, and a frame at the start may be for an error at the end.
// - Right frames are counted over the union of true and answered frames, so precision and recall exceed 100, up to
//   infinity for a phase never answered; the means clip them to 100.
// - The means of Jaccard and recall over phases are undefined if a phase occurs in no video; that of precision is not.
#pragma once

#include <span>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/eval/metrics/label_track.h"

namespace surgsigma {

/// Which script: seven phases of Cholec80, or eight of M2CAI16.
enum class RelaxedScript { kCholec80, kM2cai16 };

/// Of one video; a phase that its truth lacks is undefined.
struct RelaxedPercents {
  std::vector<double> jaccard, precision, recall;
  double accuracy = 0;
};
/// `window`: frames in 10 s. Ignored frames (truth -1), which the scripts do not know, are removed first. Fails with
/// kUsage at a class that the script has no phase for.
Result<RelaxedPercents> compat_m2cai_relaxed(const LabelTrack& video, int window, RelaxedScript script);

/// Means over videos of each phase, then over phases, of clipped values.
struct RelaxedMeans {
  double jaccard = 0, precision = 0, recall = 0, accuracy = 0;
};
RelaxedMeans compat_m2cai_relaxed_means(std::span<const RelaxedPercents> videos);

}  // namespace surgsigma
