// bench_metrics NAME name=value...: as bench_probe, for the metrics of eval; bench/metrics.py calls it beside the
// peers.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "metrics_data.h"

namespace surgsigma::bench {

Result<Json> answer_of(MadeScorer made) {
  const CpuWatch cpu;
  const StopWatch watch;
  const std::vector<double> ones(made.cases, 1.0);
  std::vector<double> values(made.scorer.names.size());
  made.scorer.values_at(ones, values);
  const double seconds = made.seconds + watch.seconds(), cpu_seconds = made.cpu_seconds + cpu.seconds();
  Json named = Json::object();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string& name = made.scorer.names[i];
    const bool is_of_class = name.find('/') != std::string::npos && !name.starts_with("compat:");
    if (!is_of_class && !std::isnan(values[i])) named[name] = values[i];
  }
  return Json{{"seconds", seconds}, {"cpu", cpu_seconds}, {"values", std::move(named)}};
}

namespace {

constexpr std::array<Probe, 13> kProbes = {{
    {"make-coco", "folder= images= cases=", make_coco},
    {"make-triplets", "folder= frames= cases= table=tests/metric_vectors/triplets.json", make_triplets},
    {"make-phases", "folder= frames= cases=", make_phases},
    {"make-captions", "folder= captions=", make_captions},
    {"make-pairs", "folder= pairs=", make_pairs},
    {"make-masks", "folder= masks=", make_masks},
    {"coco", "folder= threads=", probe_coco_ap},
    {"triplets", "folder= frames= threads=", probe_triplet_ap},
    {"phases", "folder=", probe_phase_shares},
    {"captions", "folder= threads=", probe_captions},
    {"ssim", "folder= pairs= window=gaussian|uniform colour=rgb|gray threads=", probe_ssim},
    {"nsd", "folder= masks= threads=", probe_nsd},
    {"bootstrap", "of=phases|labels|masks|triplets|coco folder= cases= resamples= threads=", probe_bootstrap},
}};

}  // namespace
}  // namespace surgsigma::bench

int main(int argc, char** argv) {
  using namespace surgsigma::bench;
  return run_probes("bench_metrics", kProbes, argc, argv);
}
