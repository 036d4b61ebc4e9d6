// Frames and the frame some seconds later (next_frame.h).
#include <numeric>

#include "surgsigma/synth/pair_maker.h"

namespace surgsigma {

std::int64_t PairMaker::picture_step() const {
  std::int64_t step = 0;
  if (input_.video_file.empty()) {
    for (const auto& [frame, path] : input_.pictures) step = std::gcd(step, frame);
  }
  return std::max<std::int64_t>(step, 1);
}

Status PairMaker::next_frames() {
  NextFrameOptions settings;
  settings.samples = options_.per_video;
  const std::int64_t step = picture_step();  // drawn among frames that may have a picture
  VideoSpans grid = spans();
  grid.rate.den *= step;
  grid.frames = (grid.frames - 1) / step + 1;
  auto samples = draw_next_frames(grid, id(), options_.seed, settings);
  if (!samples.ok()) return issue("no_next_frame", -1, samples.error());
  for (NextFrameSample& sample : *samples) {
    sample.start_frame *= step;
    sample.truth_frame *= step;
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
