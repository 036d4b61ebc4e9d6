// Frames and the clip that follows within one labelled action.
#include "surgsigma/base/hash.h"
#include "surgsigma/base/text.h"
#include "surgsigma/media/clip_writer.h"
#include "surgsigma/synth/pair_maker.h"

namespace surgsigma {

Status PairMaker::clips() {
  if (input_.video_file.empty()) return done();  // pictures a second apart are no clip
  std::vector<ActionSpan> actions;
  std::vector<const Annotation*> rows;
  for (const AnnotationKind kind : {AnnotationKind::kAction, AnnotationKind::kStep, AnnotationKind::kPhase}) {
    for (const Annotation& row : input_.annotations) {
      if (row.kind != kind || !is_in_use(row) || row.concepts.empty() || row.end_us <= row.begin_us) continue;
      actions.push_back({{row.begin_us, row.end_us}, static_cast<std::int64_t>(rows.size())});
      rows.push_back(&row);
    }
    if (!actions.empty()) break;  // the finest that is labelled
  }
  ClipOptions settings;
  settings.length_us = options_.clip_us;
  settings.samples = std::max<std::int64_t>(options_.per_video / 2, 1);
  const auto samples = draw_clips(spans(), actions, id(), options_.seed, settings);
  if (!samples.ok()) return issue("no_clip", -1, samples.error());
  for (const ClipSample& sample : *samples)
    SURGSIGMA_CHECK(add_clip(sample, *rows[static_cast<std::size_t>(sample.label)]));
  return done();
}

Status PairMaker::add_clip(const ClipSample& sample, const Annotation& action) {
  const Concept* known = catalog_.ontology.find(action.concepts[0]);
  if (!known) {
    return issue("unknown_concept", sample.first_frame,
                 "no clip: the action's concept is not in the ontology: " + quoted(action.concepts[0].text),
                 Severity::kWarning);
  }
  std::vector<std::int64_t> frames;
  for (std::int64_t frame = sample.first_frame; frame < sample.end_frame; ++frame) frames.push_back(frame);
  const fs::path unfinished =
      options_.media_folder / (".clip-" + hex64(hash64(id() + "@" + std::to_string(sample.first_frame))) + ".mp4");
  std::error_code code;
  fs::create_directories(options_.media_folder, code);
  std::optional<ClipWriter> clip;
  std::string first;
  ImageSize size;
  std::int64_t added = 0;
  std::optional<Error> refusal;  // of a rate or size that no clip can have
  SURGSIGMA_CHECK(each_frame(frames, [&](std::int64_t frame, Image&& picture) -> Status {
    if (refusal) return done();
    if (!clip) {
      SURGSIGMA_TRY(name, keep_jpeg(picture));
      first = std::move(name);
      size = picture.size();
      ClipSettings settings;
      settings.rate = rate();
      auto opened = ClipWriter::open(unfinished, size, settings);
      if (!opened.ok() && opened.error().kind == ErrorKind::kUsage) {
        refusal = opened.error();
        return done();
      }
      if (!opened.ok()) return opened.error();
      clip = std::move(*opened);
    }
    if (frame != sample.first_frame + added || picture.size() != size)
      return done();  // a hole: the clip is given up below
    ++added;
    return clip->add(picture);
  }));
  if (refusal) return issue("no_clip", sample.first_frame, *refusal);
  if (added != static_cast<std::int64_t>(frames.size())) {
    clip.reset();  // leaves no file
    return issue("no_clip", sample.first_frame + added,
                 "a clip of frames " + std::to_string(sample.first_frame) + " to " +
                     std::to_string(sample.end_frame - 1) + " is given up: frame " +
                     std::to_string(sample.first_frame + added) + " cannot be had, or has another size",
                 Severity::kWarning);
  }
  SURGSIGMA_CHECK(clip->close());
  const auto bytes = read_file(unfinished);
  fs::remove(unfinished, code);
  if (!bytes.ok()) return bytes.error();
  SURGSIGMA_TRY(target, keep(*bytes, ".mp4"));
  PairRow made = row("conditional_video_generation", sample.first_frame, sample.end_frame, size);
  made.begin_us = sample.begin_us;
  made.end_us = sample.end_us;
  made.input = std::move(first);
  made.target = std::move(target);
  const double seconds = static_cast<double>(sample.end_us - sample.begin_us) / static_cast<double>(kSecond);
  made.prompt =
      "Continue from this picture for " + seconds_words(static_cast<int>(seconds + 0.5)) + ": " + known->label + ".";
  made.parameters = to_text(Json{{"frames", added}, {"rate", to_string(rate())}});
  made.ordinals = {action.ordinal};
  hand_over(std::move(made));
  return done();
}

}  // namespace surgsigma
