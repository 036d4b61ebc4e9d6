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

int run(int argc, char** argv) {
  for (const Probe& probe : kProbes) {
    if (argc < 2 || probe.name != argv[1]) continue;
    const auto arguments = Arguments::parse(argc - 2, argv + 2);
    const auto answer = arguments.ok() ? probe.run(*arguments) : Result<Json>(arguments.error());
    if (answer.ok())
      fmt::print("{}\n", to_text(*answer));
    else
      fmt::print(stderr, "bench_pixels {}: {}\n", probe.name, to_string(answer.error()));
    return answer.ok() ? 0 : 1;
  }
  for (const Probe& probe : kProbes) fmt::print(stderr, "bench_pixels {} {}\n", probe.name, probe.arguments);
  return 2;
}

}  // namespace
}  // namespace surgsigma::bench

int main(int argc, char** argv) { return surgsigma::bench::run(argc, argv); }
