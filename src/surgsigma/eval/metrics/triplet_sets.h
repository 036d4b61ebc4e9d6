// Sets of triplets of models that give no scores (task triplet_recognition): one set per frame as truth and answer.
//   micro_f1 (the default), micro_precision, micro_recall   hits, answers and truths pooled over frames. F1 = 2 hits /
//                 (answers + truths); undefined if there is neither; precision and recall are undefined without truth.
//   micro_f1_K    the same over the sets of instruments (i), verbs (v), targets (t) and pairs (iv, it) of each frame.
//   sample_f1     mean over frames of the F1 of their two sets; both empty: 1; one empty: 0.
//   exact_set     share of frames whose sets are equal.
// All: higher, share. A triplet that stands twice in an answer counts once. An unreadable answer is an empty set that
// is never right: F1 0 and not exact even where the truth is empty. There is no AP without scores, and none is printed.
// Words outside the vocabulary: give them ids of their own (beyond the vocabulary); they are wrong answers.
// At weights: weight w of a case = each of its frames occurs w times.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/eval/scorer.h"

namespace surgsigma {

struct TripletNumbers {
  int instrument = 0, verb = 0, target = 0;
  auto operator<=>(const TripletNumbers&) const = default;
};

struct TripletSetFrame {
  std::size_t case_number = 0;
  std::vector<TripletNumbers> truth, answer;
  bool is_readable = true;
};

/// Fails with kData, naming "frame N", on a case that is not there or a true triplet with a negative id.
Result<Scorer> triplet_sets(std::size_t cases, std::span<const TripletSetFrame> frames);

/// The joint protocol of davidshyn1/surgical_vlm_test triplet_recognition_cholect50.py (bfb5afe): one record per
/// annotated triplet of a frame, each against the whole list answered for that frame. Defect D9: containment, so
/// listing all triplets gives accuracy 1; D4 in the mean APs. An answered part that is missing has no value.
struct JointAnswer {
  std::optional<int> instrument, verb, target;
};
struct JointRecord {
  TripletNumbers truth;
  std::vector<JointAnswer> answer;
};
/// `words`: how many instruments, verbs and targets the means run over.
struct JointScores {
  struct Part {
    double accuracy = 0, precision = 0, recall = 0, mean_ap = 0;
  };
  Part instrument, verb, target;
  double triplet_accuracy = 0, triplet_precision = 0, triplet_recall = 0;
};
/// Undefined without records, and where no class of a part was both present and answered (precision).
JointScores compat_joint(std::span<const JointRecord> records, const TripletNumbers& words);

}  // namespace surgsigma
