#include "surgsigma/eval/metrics/phases_compat.h"

#include <algorithm>
#include <cmath>

#include "surgsigma/eval/metrics/case_sums.h"

namespace surgsigma {
namespace {

/// The difference that a script takes for a right answer, for a run of `phase` (counted from 1).
struct Forgiven {
  int late = 1, early = 1;  ///< how far behind, how far ahead
};
Forgiven forgiven_of(int phase, RelaxedScript script) {
  const int first_pair = script == RelaxedScript::kCholec80 ? 4 : 5;
  if (phase == first_pair || phase == first_pair + 1) return {1, 2};
  if (phase == first_pair + 2 || phase == first_pair + 3) return {2, 2};
  return {1, 1};
}

/// Sets to 0 what the script forgives in the differences of one run.
void forgive(std::span<int> run, std::size_t window, Forgiven forgiven) {
  window = std::min(window, run.size());
  for (std::size_t i = 0; i < window; ++i) {
    if (run[i] <= -1 && run[i] >= -forgiven.late) run[i] = 0;
  }
  std::vector<std::size_t> early;  // found at the end, and then used as if counted from the start
  for (std::size_t i = 0; i < window; ++i) {
    const int difference = run[run.size() - window + i];
    if (difference >= 1 && difference <= forgiven.early) early.push_back(i);
  }
  for (const std::size_t i : early) run[i] = 0;
}

}  // namespace

Result<RelaxedPercents> compat_m2cai_relaxed(const LabelTrack& video, int window, RelaxedScript script) {
  const int phases = script == RelaxedScript::kCholec80 ? 7 : 8;
  if (window < 0 || video.truth.size() != video.answer.size())
    return Error{ErrorKind::kUsage, "a negative window, or tracks of unequal length", "compat:m2cai_relaxed", ""};
  std::vector<int> truth, answer;
  for (std::size_t i = 0; i < video.truth.size(); ++i) {
    if (std::max(video.truth[i], video.answer[i]) >= phases || std::min(video.truth[i], video.answer[i]) < -1)
      return Error{ErrorKind::kUsage, "the script knows no phase but its own " + std::to_string(phases),
                   "frame " + std::to_string(i), "use the variant relaxed_video_phase_b"};
    if (video.truth[i] < 0) continue;
    truth.push_back(video.truth[i]);
    answer.push_back(video.answer[i]);
  }
  const std::size_t frames = truth.size();
  std::vector<int> difference(frames);
  for (std::size_t i = 0; i < frames; ++i) difference[i] = answer[i] - truth[i];
  for (std::size_t begin = 0; begin < frames;) {
    std::size_t end = begin;
    while (end < frames && truth[end] == truth[begin]) ++end;
    forgive(std::span<int>(difference).subspan(begin, end - begin), static_cast<std::size_t>(window),
            forgiven_of(truth[begin] + 1, script));
    begin = end;
  }
  RelaxedPercents percents;
  for (int phase = 0; phase < phases; ++phase) {
    double right = 0, either = 0, of_truth = 0, of_answer = 0;
    for (std::size_t i = 0; i < frames; ++i) {
      const bool is_true = truth[i] == phase, is_answered = answer[i] == phase;
      of_truth += is_true;
      of_answer += is_answered;
      either += is_true || is_answered;
      right += (is_true || is_answered) && difference[i] == 0;
    }
    const bool occurs = of_truth > 0;
    percents.jaccard.push_back(occurs ? 100 * right / either : kNoValue);
    percents.precision.push_back(occurs ? 100 * right / of_answer : kNoValue);  // infinite, or 0 / 0, if never answered
    percents.recall.push_back(occurs ? 100 * right / of_truth : kNoValue);
  }
  const auto right = std::count(difference.begin(), difference.end(), 0);
  percents.accuracy = 100 * share_of(static_cast<double>(right), static_cast<double>(frames));
  return percents;
}

RelaxedMeans compat_m2cai_relaxed_means(std::span<const RelaxedPercents> videos) {
  if (videos.empty()) return {kNoValue, kNoValue, kNoValue, kNoValue};
  const auto mean = [&](std::vector<double> RelaxedPercents::*share, bool skips_absent) {
    DefinedMean defined;
    double sum = 0;
    const std::size_t phases = (videos[0].*share).size();
    for (std::size_t p = 0; p < phases; ++p) {
      DefinedMean of_phase;
      for (const RelaxedPercents& video : videos) of_phase.add(std::min((video.*share)[p], 100.0));
      defined.add(of_phase.value());
      sum += of_phase.value();
    }
    return skips_absent ? defined.value() : sum / static_cast<double>(phases);
  };
  double accuracy = 0;
  for (const RelaxedPercents& video : videos) accuracy += video.accuracy;
  return {mean(&RelaxedPercents::jaccard, false), mean(&RelaxedPercents::precision, true),
          mean(&RelaxedPercents::recall, false), accuracy / static_cast<double>(videos.size())};
}

}  // namespace surgsigma
