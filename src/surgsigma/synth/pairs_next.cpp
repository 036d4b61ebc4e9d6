// Frames and the frame some seconds later (next_frame.h).
#include <numeric>

#include "surgsigma/synth/pair_maker.h"

namespace surgsigma {
namespace {

/// Native frames that pictures stand for: first, first + step, ... as far as all of them keep to that.
struct PictureGrid {
  std::int64_t first = 0;
  std::int64_t step = 1;
  std::int64_t native(std::int64_t index) const { return first + index * step; }
};

PictureGrid grid_of(const std::vector<std::pair<std::int64_t, std::string>>& pictures) {
  PictureGrid grid;
  if (pictures.size() < 2) return grid;
  grid.first = pictures.front().first;
  std::int64_t step = 0;
  for (const auto& [frame, path] : pictures) step = std::gcd(step, frame - grid.first);
  grid.step = std::max<std::int64_t>(step, 1);
  return grid;
}

/// The same spans counted in pictures, from the first one.
VideoSpans on_grid(VideoSpans spans, const PictureGrid& grid) {
  const Microseconds begin = time_of_frame(grid.first, spans.rate);
  for (auto* list : {&spans.out_of_body, &spans.black}) {
    for (TimeRange& range : *list) range = {range.begin - begin, range.end - begin};
  }
  spans.frames = (spans.frames - 1 - grid.first) / grid.step + 1;
  spans.rate.den *= grid.step;
  return spans;
}

}  // namespace

Status PairMaker::next_frames() {
  NextFrameOptions settings;
  settings.samples = options_.per_video;
  // Pictures a second apart are few among native frames: drawn from those, hardly a pair would have both pictures.
  const PictureGrid grid = input_.video_file.empty() ? grid_of(input_.pictures) : PictureGrid{};
  auto samples = draw_next_frames(on_grid(spans(), grid), id(), options_.seed, settings);
  if (!samples.ok()) return issue("no_next_frame", -1, samples.error());
  for (NextFrameSample& sample : *samples) {
    sample.start_frame = grid.native(sample.start_frame);
    sample.truth_frame = grid.native(sample.truth_frame);
    sample.start_us = time_of_frame(sample.start_frame, rate());
    sample.truth_us = time_of_frame(sample.truth_frame, rate());
  }
  const auto is_gap = [&](const NextFrameSample& s) { return !has_frame(s.start_frame) || !has_frame(s.truth_frame); };
  if (const auto gaps = std::erase_if(*samples, is_gap); gaps > 0) {
    SURGSIGMA_CHECK(issue("no_picture", -1,
                          std::to_string(gaps) + (gaps == 1 ? " sample" : " samples") +
                              " of the picture some seconds later fell into gaps between the pictures",
                          Severity::kInfo));
  }
  std::vector<std::int64_t> frames;
  for (const NextFrameSample& sample : *samples) {
    frames.push_back(sample.start_frame);
    frames.push_back(sample.truth_frame);
  }
  std::map<std::int64_t, std::string> kept;
  ImageSize size;
  SURGSIGMA_CHECK(each_frame(frames, [&](std::int64_t frame, Image&& picture) -> Status {
    SURGSIGMA_TRY(name, keep_jpeg(picture));
    kept[frame] = std::move(name);
    size = picture.size();
    return done();
  }));
  for (const NextFrameSample& sample : *samples) {
    if (!kept.contains(sample.start_frame) || !kept.contains(sample.truth_frame)) continue;
    PairRow made = row("next_frame_generation", sample.start_frame, sample.truth_frame, size);
    made.begin_us = sample.start_us;
    made.end_us = sample.truth_us;
    made.input = kept[sample.start_frame];
    made.target = kept[sample.truth_frame];
    std::string words = workflow_words(sample.start_us, made.ordinals);
    words += motion_words(sample.start_frame, sample.truth_frame, size, made.ordinals);
    made.prompt = "Show this view " + seconds_words(sample.horizon_s) + " later." + words;
    made.parameters = to_text(Json{{"horizon_s", sample.horizon_s}});
    hand_over(std::move(made));
  }
  return done();
}

}  // namespace surgsigma
