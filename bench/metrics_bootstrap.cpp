// Intervals by resampling cases: the time of score_with_intervals on scorers that are made first, outside the time.
// phases: the data of the row phases with as many videos as cases. labels, masks: drawn here, twenty items a case.
#include <cmath>

#include "metrics_data.h"
#include "surgsigma/base/random.h"
#include "surgsigma/eval/intervals.h"
#include "surgsigma/eval/metrics/label_sets.h"
#include "surgsigma/eval/metrics/segmentation.h"

namespace surgsigma::bench {
namespace {

constexpr std::size_t kItemsOfCase = 20, kClasses = 7;

Result<MadeScorer> labels_scorer(std::size_t cases, bool has_scores) {
  LabelSetInput input;
  input.cases = cases;
  for (std::size_t k = 0; k < kClasses; ++k) input.classes.push_back("class" + std::to_string(k));
  Draws draws(1, "bench", "labels");
  for (std::size_t i = 0; i < cases * kItemsOfCase; ++i) {
    LabelSetItem item{i / kItemsOfCase, {}, std::vector<int>(), 0, {}};
    for (std::size_t k = 0; k < kClasses; ++k) {
      const bool is_true = draws.chance(0.3);
      if (is_true) item.truth.push_back(static_cast<int>(k));
      if (draws.chance(is_true ? 0.8 : 0.1)) item.answer->push_back(static_cast<int>(k));
      if (has_scores) input.scores.push_back(draws.unit() + (is_true ? 0.3 : 0));
    }
    input.items.push_back(std::move(item));
  }
  SURGSIGMA_TRY(scorer, label_set_scorer(input));
  return MadeScorer{std::move(scorer), cases, 0, 0};
}

Result<MadeScorer> masks_scorer(std::size_t cases) {
  SegmentationInput input;
  input.cases = cases;
  for (std::size_t k = 0; k < kClasses; ++k) {
    input.classes.push_back("class" + std::to_string(k));
    input.plan.labels.push_back(static_cast<std::uint8_t>(k + 1));
  }
  Draws draws(1, "bench", "mask counts");
  for (std::size_t c = 0; c < cases; ++c) {
    input.case_of_video.push_back(c);
    for (std::size_t i = 0; i < kItemsOfCase; ++i) {
      SegmentationFrame frame;
      frame.video = c;
      for (std::size_t k = 0; k < kClasses; ++k) {
        const std::uint64_t size = 1000 + draws.below(9000), both = draws.below(1000);
        frame.overlaps.push_back({size, size, both});
        frame.surfaces.push_back({size / 10, {both / 10}, 5.0, 3.0});
      }
      input.frames.push_back(std::move(frame));
    }
  }
  SURGSIGMA_TRY(scorer, segmentation(input));
  return MadeScorer{std::move(scorer), cases, 0, 0};
}

Result<MadeScorer> scorer_of(const std::string& of, std::size_t cases, const Arguments& arguments) {
  if (of == "phases") return phases_scorer(arguments);
  if (of == "labels") return labels_scorer(cases, false);
  if (of == "scored_labels") return labels_scorer(cases, true);
  if (of == "masks") return masks_scorer(cases);
  if (of == "triplets") return triplet_scorer(arguments);
  if (of == "coco") return coco_scorer(arguments);
  return Error{ErrorKind::kUsage, "no scorer " + of, "of=", "phases, labels, scored_labels, masks, triplets or coco"};
}

}  // namespace

Result<Json> probe_bootstrap(const Arguments& arguments) {
  SURGSIGMA_TRY(of, arguments.text("of"));
  SURGSIGMA_TRY(made, scorer_of(of, static_cast<std::size_t>(arguments.number_or("cases", 200)), arguments));
  BootstrapOptions options;
  options.resamples = arguments.number_or("resamples", 10'000);
  options.jobs = arguments.number_or("threads", 1);
  const CpuWatch cpu;
  const StopWatch watch;
  SURGSIGMA_TRY(scored, score_with_intervals(made.scorer, made.cases, options));
  const double seconds = watch.seconds(), cpu_seconds = cpu.seconds();
  double sum = 0;  // differs if any bit of an interval does
  for (std::size_t i = 0; i < scored.size(); ++i) {
    if (!std::isnan(scored[i].low)) sum += static_cast<double>(i + 1) * (scored[i].low + 3 * scored[i].high);
  }
  return Json{
      {"seconds", seconds}, {"cpu", cpu_seconds}, {"cases", made.cases}, {"numbers", scored.size()}, {"sum", sum}};
}

}  // namespace surgsigma::bench
