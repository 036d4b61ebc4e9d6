// Frames of a video: every n-th to JPEG files, and some at random as pixels in memory. The peers are
// peers/video_extract.py (the ffmpeg command line) and peers/video_random.py (OpenCV).
#include "surgsigma/media/video.h"

#include <cstdio>
#include <numeric>

#include "probe.h"
#include "surgsigma/base/text.h"
#include "surgsigma/media/extract.h"

namespace surgsigma::bench {
namespace {

std::string file_name(std::int64_t index) {
  char name[32];
  std::snprintf(name, sizeof name, "%06lld.jpg", static_cast<long long>(index));
  return name;
}

/// How many of the frames (ascending) are not, byte for byte, those that one pass over the video gives.
Result<int> different_in_order(const std::string& path, const std::vector<VideoFrame>& frames) {
  SURGSIGMA_TRY(video, Video::open(path));
  VideoFrame frame;
  std::size_t at = 0;
  int different = 0;
  while (at < frames.size()) {
    SURGSIGMA_TRY(has_more, video.next(frame));
    if (!has_more) return static_cast<int>(frames.size() - at) + different;
    if (frame.index != frames[at].index) continue;
    different += frame.image.values == frames[at++].image.values ? 0 : 1;
  }
  return different;
}

}  // namespace

/// video-extract video=FILE step=25 folder=DIR quality=92 threads=2: opening and counting the video is in the time.
Result<Json> probe_video_extract(const Arguments& arguments) {
  SURGSIGMA_TRY(video, arguments.text("video"));
  SURGSIGMA_TRY(folder, arguments.text("folder"));
  ExtractSettings settings;
  settings.quality = arguments.number_or("quality", 92);
  settings.jobs = arguments.number_or("threads", 2);
  const StopWatch watch;
  std::int64_t frames = 0;
  {
    SURGSIGMA_TRY(opened, Video::open(video, settings.video));
    frames = opened.info().frames;
  }
  SURGSIGMA_TRY(
      result, extract_files(video, every_frame(frames, arguments.number_or("step", 25)), folder, file_name, settings));
  const double seconds = watch.seconds();
  return Json{{"seconds", seconds}, {"files", result.written.size()}, {"errors", result.broken.size()}};
}

/// video-random video=FILE frames=3,17,... threads=2 check=1: whether the same frames come out of one pass in order is
/// looked at after the time is taken.
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
  Json answer{{"seconds", seconds}, {"frames", frames.size()}, {"sums", sums}};
  if (arguments.number_or("check", 0) == 0) return answer;
  SURGSIGMA_TRY(different, different_in_order(path, frames));
  answer["different_in_order"] = different;
  return answer;
}

}  // namespace surgsigma::bench
