// bench_pixels NAME name=value...: as bench_probe, for what is measured on drawn pictures; called by hand.
#include <fmt/core.h>

#include <array>

#include "probe.h"

namespace surgsigma::bench {
namespace {

constexpr std::array<Probe, 2> kProbes = {{
    {"identity", "videos= copies= seconds= width= seed= threads= only= numbers=", probe_identity},
    {"outside", "from= to= inside= outside=", probe_outside},
}};

}  // namespace
}  // namespace surgsigma::bench

int main(int argc, char** argv) {
  using namespace surgsigma::bench;
  return run_probes("bench_pixels", kProbes, argc, argv);
}
