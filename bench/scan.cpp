// The identity scan: what the stage `measure` does with videos at its default step (keyframes and, where those lie far
// apart, a frame in between: measures, hashes, burned-in text, inside or outside the body), one video per thread as the
// stage has it, the index made anew. The peer is peers/video_scan.py.
#include <algorithm>
#include <optional>

#include "probe.h"
#include "surgsigma/base/hash.h"
#include "surgsigma/base/text.h"
#include "surgsigma/base/threads.h"
#include "surgsigma/refine/measure.h"
#include "surgsigma/refine/outside.h"

namespace surgsigma::bench {

/// scan videos=FILE,FILE... threads=2
Result<Json> probe_scan(const Arguments& arguments) {
  SURGSIGMA_TRY(list, arguments.text("videos"));
  SURGSIGMA_TRY(folder, find_catalog());
  SURGSIGMA_TRY(outside, read_outside_model(folder));
  std::vector<std::string> paths;
  for (const std::string_view path : split(list, ',')) paths.emplace_back(path);
  const auto step = static_cast<Microseconds>(arguments.number_or("step_ms", 1000)) * 1000;

  const StopWatch watch;
  std::vector<VideoMeasures> made(paths.size());
  parallel_for(paths.size(), arguments.number_or("threads", 2), [&](std::size_t i) {
    MeasureOptions options;
    options.step = step;
    options.outside = &outside;
    VideoRow video;
    video.source_id = SourceId("bench");
    video.video_id = VideoId("bench/video" + std::to_string(i));
    video.frame_rate_num = 25;
    video.frame_rate_den = 1;
    made[i] = measure_video(video, paths[i], {}, options);
  });
  const double seconds = watch.seconds();

  std::int64_t frames = 0, errors = 0;
  double video_seconds = 0;
  Json hashes = Json::object();
  for (std::size_t i = 0; i < made.size(); ++i) {
    if (!made[i].medium) return Error{ErrorKind::kData, "cannot be measured", paths[i], ""};
    video_seconds += static_cast<double>(made[i].medium->duration_us) / 1e6;
    frames += static_cast<std::int64_t>(made[i].frames.size());
    for (const FrameRow& row : made[i].frames) hashes[std::to_string(i) + ":" + std::to_string(row.frame)] = row.hash;
    errors += std::count_if(made[i].issues.begin(), made[i].issues.end(),
                            [](const IssueRow& issue) { return issue.severity == Severity::kError; });
  }
  return Json{{"seconds", seconds},
              {"frames", frames},
              {"errors", errors},
              {"video_seconds", video_seconds},
              {"times_real_time", video_seconds / seconds},
              {"hashes", hashes}};
}

}  // namespace surgsigma::bench
