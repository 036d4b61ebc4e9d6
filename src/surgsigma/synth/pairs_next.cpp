// Frames and the frame some seconds later (next_frame.h).
#include "surgsigma/synth/pair_maker.h"

namespace surgsigma {

bool PairMaker::has_frame(std::int64_t frame) const {
  if (!input_.video_file.empty()) return frame < input_.medium->frames;
  const auto at = std::lower_bound(input_.pictures.begin(), input_.pictures.end(), std::pair(frame, std::string()));
  return at != input_.pictures.end() && at->first == frame;
}

Status PairMaker::next_frames() {
  NextFrameOptions settings;
  settings.samples = options_.per_video;
  auto samples = draw_next_frames(spans(), id(), options_.seed, settings);
  if (!samples.ok()) return issue("no_next_frame", "", samples.error());
  std::erase_if(*samples,
                [&](const NextFrameSample& s) { return !has_frame(s.start_frame) || !has_frame(s.truth_frame); });
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
