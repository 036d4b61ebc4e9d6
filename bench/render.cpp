// bench_probe render: how long the pictures of an invented cholecystectomy take, 854x480 at 25 a second.
#include "surgsigma/simulate/render/render.h"

#include <ctime>

#include "probe.h"
#include "surgsigma/base/threads.h"
#include "surgsigma/simulate/layout.h"

namespace surgsigma::bench {

Result<Json> probe_render(const Arguments& arguments) {
  const int frames = arguments.number_or("frames", 750), threads = arguments.number_or("threads", 2);
  SURGSIGMA_TRY(catalog, open_catalog());
  const Script& script = *find_script("cholecystectomy");
  SURGSIGMA_TRY(home, card_of(catalog, std::string(script.home)));
  SURGSIGMA_TRY(valid, valid_triplets(home));
  const Operation operation = make_operation(script, valid, 1, "camma:1", 1);
  SURGSIGMA_TRY(renderer, Renderer::create(catalog, script, operation, "cholec80/video01"));
  const std::int64_t first = renderer.frames() / 3;  // well inside, with instruments at work

  const std::clock_t cpu_begin = std::clock();
  const StopWatch watch;
  parallel_for(static_cast<std::size_t>(frames), threads, [&](std::size_t i) {
    thread_local RenderedFrame frame;
    renderer.render(first + static_cast<std::int64_t>(i), frame);
  });
  const double seconds = watch.seconds();
  const double cpu_s = static_cast<double>(std::clock() - cpu_begin) / CLOCKS_PER_SEC;
  return Json{{"seconds", seconds},
              {"frames", frames},
              {"cpu_ms_per_frame", 1000 * cpu_s / frames},
              {"times_real_time", frames / 25.0 / seconds}};
}

}  // namespace surgsigma::bench
