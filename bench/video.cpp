// Frames of a video: every n-th to JPEG files, and some at random as pixels in memory. The peers are
// peers/video_extract.py (the ffmpeg command line) and peers/video_random.py (OpenCV).
#include <cstdio>
#include <numeric>

#include "probe.h"
#include "surgsigma/base/text.h"
#include "surgsigma/media/extract.h"
#include "surgsigma/media/video.h"

namespace surgsigma::bench {
namespace {

std::string file_name(std::int64_t index) {
  char name[32];
  std::snprintf(name, sizeof name, "%06lld.jpg", static_cast<long long>(index));
  return name;
}

}  // namespace

/// video-extract video=FILE step=25 folder=DIR quality=90 threads=2: opening and counting the video is in the time.
Result<Json> probe_video_extract(const Arguments& arguments) {
  SURGSIGMA_TRY(video, arguments.text("video"));
  SURGSIGMA_TRY(folder, arguments.text("folder"));
  ExtractSettings settings;
  settings.quality = arguments.number_or("quality", 90);
  settings.jobs = arguments.number_or("threads", 2);
  const StopWatch watch;
  std::int64_t frames = 0;
  {
    SURGSIGMA_TRY(opened, Video::open(video, settings.video));
    frames = opened.info().frames;
  }
  SURGSIGMA_TRY(result, extract_files(video, every_frame(frames, arguments.number_or("step", 25)), folder, file_name,
                                      settings));
  const double seconds = watch.seconds();
  return Json{{"seconds", seconds}, {"files", result.written.size()}, {"errors", result.broken.size()}};
}

/// video-random video=FILE frames=3,17,... threads=2
Result<Json> probe_video_random(const Arguments& arguments) {
  SURGSIGMA_TRY(path, arguments.text("video"));
  SURGSIGMA_TRY(list, arguments.text("frames"));
  std::vector<std::int64_t> wanted;
  for (const std::string_view word : split(list, ',')) {
    const auto index = parse_int(word);
    if (!index) return Error{ErrorKind::kUsage, "not a frame number: " + quoted(word), "frames", ""};
    wanted.push_back(*index);
  }
  const StopWatch watch;
  VideoOptions options;
  options.threads = arguments.number_or("threads", 2);
  SURGSIGMA_TRY(video, Video::open(path, options));
  std::vector<VideoFrame> frames;
  SURGSIGMA_CHECK(video.frames(wanted, [&](VideoFrame&& frame) {
    frames.push_back(std::move(frame));
    return done();
  }));
  const double seconds = watch.seconds();
  Json sums = Json::object();
  for (const VideoFrame& frame : frames) {
    const auto& values = frame.image.values;
    sums[std::to_string(frame.index)] = std::accumulate(values.begin(), values.end(), std::int64_t{0});
  }
  return Json{{"seconds", seconds}, {"frames", frames.size()}, {"sums", sums}};
}

}  // namespace surgsigma::bench
