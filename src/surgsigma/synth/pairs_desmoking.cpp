// Clean frames and the same frames with smoke put on them (smoke.h).
#include "surgsigma/synth/pair_maker.h"
#include "surgsigma/synth/smoke.h"

namespace surgsigma {

Status PairMaker::desmoking() {
  const CleanLimits limits;
  std::vector<FrameRow> clean;
  for (const FrameRow& frame : input_.frames) {
    FrameQuality quality;
    quality.smoke = frame.smoke;
    quality.sharpness = frame.sharpness;
    quality.black_share = frame.black_share;
    quality.bright_share = frame.bright_share;
    const bool is_shown = !is_marked(frame.time_us) && !is_out_of_body(frame.time_us) &&
                          !input_.hiding.hides_all(frame.time_us);
    if (is_shown && why_not_clean(quality, limits).empty()) clean.push_back(frame);
  }
  clean = drawn(std::move(clean), "desmoking");
  std::map<std::int64_t, FrameRow> chosen;
  std::vector<std::int64_t> indices;
  for (FrameRow& frame : clean) {
    indices.push_back(frame.frame);
    chosen.emplace(frame.frame, std::move(frame));
  }
  return each_frame(indices,
                    [&](std::int64_t frame, Image&& picture) { return add_smoke_pair(chosen.at(frame), picture); });
}

Status PairMaker::add_smoke_pair(const FrameRow& frame, const Image& clean) {
  if (clean.channels != 3) {
    return issue("grey_picture", frame.frame, "a grey picture: smoke is put on colours only", Severity::kInfo,
                 frame.media);
  }
  std::vector<std::int64_t> ordinals;
  std::optional<PlumeSource> tip;
  for (const Annotation& row : input_.annotations) {
    if (row.kind != AnnotationKind::kBox || row.begin_frame != frame.frame || !is_in_use(row) || !is_instrument(row) ||
        !row.x1)
      continue;
    tip = tip_of_box(box_on(row, clean.size()), clean.size());
    ordinals.push_back(row.ordinal);
    break;
  }
  const std::string record = id() + "@" + std::to_string(frame.frame);
  const SmokeParameters parameters = draw_smoke(options_.seed, record, clean.size(), tip);
  SmokeScene scene;
  Image field;
  if (frame.field_radius) {
    field = field_mask({*frame.field_x, *frame.field_y, *frame.field_radius}, clean.size());
    scene.field = &field;
  }
  auto smoky = add_smoke(clean, parameters, scene);
  if (!smoky.ok()) return issue("no_smoke", frame.frame, smoky.error(), frame.media);
  PairRow made = row("desmoking", frame.frame, frame.frame, clean.size());
  SURGSIGMA_TRY(input, keep_jpeg(smoky->picture));
  SURGSIGMA_TRY(target, keep_jpeg(clean));
  SURGSIGMA_TRY(transmission, keep_png(smoky->transmission));
  made.input = std::move(input);
  made.target = std::move(target);
  made.prompt = "Remove the surgical smoke from this picture and bring out what lies behind it.";
  Json told = to_json(parameters);
  told["severity"] = std::string(word(smoky->severity));
  told["mean_veil"] = smoky->mean_veil;
  told["transmission"] = transmission;
  told["distance"] = smoky->is_distance_prior ? "prior" : "map";
  made.parameters = to_text(told);
  made.ordinals = std::move(ordinals);
  hand_over(std::move(made));
  return done();
}

}  // namespace surgsigma
