// Phases and steps over time: one class per frame of each video.
//
// Ignored frames (truth -1) are removed first and counted. An answer of -1 is wrong: it misses the true class and stays
// in every denominator. Counting is one pass over the frames; resampling videos costs no further look at them.
//
// Values of the Scorer (shares 0..1, higher is better, unless said otherwise):
//   accuracy:video, accuracy:pooled      right frames: mean of the videos' shares; share of all frames
//   mean_precision, mean_recall, mean_jaccard, mean_f1, each as
//     :video_phase_a, :video_phase_b     mean over videos for each phase, then over phases
//     :phase_video_a, :phase_video_b     mean over phases within each video, then over videos
//     :pooled_a, :pooled_b               from frames of all videos together, then over phases
//   variant a: a cell (video, phase) is undefined where its own denominator is 0, else it counts: a phase that is
//     answered in a video without it has Jaccard and F1 0 there
//   variant b: a cell is undefined where the video's truth lacks the phase, whatever was answered (the rule of
//     M2CAI/Cholec80); the precision of a phase that is there and never answered is 0
//   precision:video_a/<phase> ... f1:pooled_b/<phase>   the same of one phase; support/<phase>: its true frames
//   parse_rate (frames with an answer), frames, ignored_frames
//   with `parents` (steps): right_phase:video, :pooled       frames whose answered step has the true step's phase
//                           wrong_step:video, :pooled        of those, the ones with another step: right phase, wrong
//                           step, as a share of all frames (lower is better)
//   with `relax_frames`: accuracy:relaxed_video, accuracy:relaxed_pooled and mean_...:relaxed_video_phase_b
// The F1 of a mean is the mean of F1s, not the F1 of mean precision and recall. A video counts as often as its case.
//
// Relaxed rule (M2CAI 2016 workflow challenge): around a change of phase, up to 10 s before and after it, either of the
// two phases is right. Here: in the first `relax_frames` frames of a true run the phase of the run before is right, in
// its last frames that of the run after; a shorter run is all window. The neighbours are those of the video's own
// truth, not the numbers of the phases, so it serves every procedure. Forgiven answers are replaced by the truth and
// then counted like all others, so that no share exceeds 1.
//
// Sources: variants a, b and pooled after Funke et al., "Metrics Matter in Surgical Phase Recognition", arXiv
// 2305.13961; scikit-learn for pooled values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/eval/metric_row.h"
#include "surgsigma/eval/metrics/label_track.h"
#include "surgsigma/eval/scorer.h"

namespace surgsigma {

struct PhaseInput {
  std::vector<std::string> phases;  ///< or steps
  std::size_t cases = 0;
  std::vector<LabelTrack> videos;
  std::vector<int> parents;       ///< steps: the phase that each belongs to, -1 for none; empty: not asked
  std::vector<int> relax_frames;  ///< frames in 10 s of each video; empty: not asked
};

/// Fails with kData, naming video and frame, at a class or case out of range or tracks of unequal length; with kUsage
/// where `parents` or `relax_frames` have another length than phases or videos.
Result<Scorer> phase_scorer(const PhaseInput& input);

/// Frames of all videos: phases rows (truth) x (phases + 1) columns (answer; the last: none). Ignored frames are in no
/// cell. Same failures.
Result<std::vector<std::int64_t>> phase_confusion(const PhaseInput& input);

/// The answer with what the relaxed rule forgives replaced by the truth; ignored frames are left out of both.
LabelTrack relaxed_track(const LabelTrack& video, int relax_frames);

std::span<const MetricRow> phases_metrics();

}  // namespace surgsigma
