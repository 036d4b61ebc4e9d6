#include "surgsigma/export/cosmos/cosmos_card.h"

#include <fmt/core.h>

#include <array>

#include "surgsigma/export/cosmos/clip_caption.h"

namespace surgsigma {

Json about_clip(const Recording& recording, const ClipAbout& names, const std::vector<Annotation>& annotations,
                const PlannedClip& plan, const MadeClip& clip, const ClipShape& shape) {
  ClipCaption caption = caption_of(annotations, {plan.begin_us, plan.end_us}, *names.ontology, names.card);
  const FrameRate rate = recording.rate();
  std::vector<std::string> records;
  for (const std::int64_t ordinal : caption.ordinals) records.push_back(names.video + "#" + std::to_string(ordinal));
  Json json = {{"caption_json", std::move(caption.json)},
               {"caption_origin", "template"},
               {"records", std::move(records)},
               {"controls", clip.controls},
               {"frames", shape.frames},
               {"width", shape.width},
               {"height", shape.height},
               {"fps", static_cast<double>(shape.rate.num) / static_cast<double>(shape.rate.den)},
               {"fps_fraction", fmt::format("{}/{}", shape.rate.num, shape.rate.den)},
               {"native",
                {{"first_frame", plan.frames.front()},
                 {"last_frame", plan.frames.back()},
                 {"begin_us", plan.begin_us},
                 {"end_us", plan.end_us},
                 {"fps_fraction", fmt::format("{}/{}", rate.num, rate.den)},
                 {"sampling", "nearest frame"}}}};
  for (const auto& [name, note] : clip.notes.items()) json[name] = note;
  json["video_id"] = names.video;
  json["case"] = names.case_id;
  json["source"] = names.source->source_id.text;
  json["part"] = std::string(kParts[recording.part]);
  json["licence"] = names.source->licence_id;
  json["simulated"] = names.source->is_simulated;
  return json;
}

void describe(const CosmosSettings& settings, Papers& papers) {
  const ClipShape& shape = settings.shape;
  papers.format = "cosmos";
  papers.title = "SurgSigma clips";
  papers.hub_tasks = {"image-to-video", "text-to-video"};
  papers.one = "clip";
  papers.many = "clips";
  papers.parameters = {{"clip_frames", shape.frames},
                       {"clip_width", shape.width},
                       {"clip_height", shape.height},
                       {"clip_rate", fmt::format("{}/{}", shape.rate.num, shape.rate.den)},
                       {"clip_fit", settings.fit == ClipFit::kCrop ? "crop" : "pad"},
                       {"clips", settings.within_actions ? "actions" : "windows"},
                       {"clips_per_video", settings.clips_per_video}};
}

void describe_made(const CosmosSettings& settings, Papers& papers) {
  const Json& controls = papers.more["clips_with_control"];
  std::string table = "| control | clips | made from |\n|---|---:|---|\n";
  const std::array<std::pair<const char*, const char*>, 3> rows = {{
      {"blur", "the clip itself"},
      {"depth", "depth maps that the source ships for every frame"},
      {"seg", "masks that the source ships for every frame"},
  }};
  for (const auto& [name, from] : rows) {
    table += fmt::format("| {} | {} | {} |\n", name, controls[name].get<std::int64_t>(), from);
  }
  papers.body = fmt::format(
      "Each clip has {} frames of {}x{} pixels at {} frames per second, {} of the recording. Frames are the native "
      "ones\n"
      "nearest in time. No clip crosses a stretch that is black, frozen, overexposed or outside the body.\n\n"
      "## Loading\n\n"
      "`manifests/<part>.json` lists the clips; beside each `videos/x.mp4` stand `x.json` with `caption_json`, and "
      "its\n"
      "control videos of the same size, length and rate. Edges are computed by the trainer.\n\n"
      "## Controls\n\n{}\nA control that is not listed in `controls` of `x.json` has no file: nothing was "
      "estimated.\n\n"
      "## Captions\n\n"
      "Captions are put together from labels and words of the ontology (`caption_origin: template`); nobody watched "
      "the\n"
      "clip to write them. What no label says is absent: there is no `lighting`, and {} clips have no\n"
      "`temporal_caption`. `records` names the labels.\n",
      settings.shape.frames, settings.shape.width, settings.shape.height, to_string(settings.shape.rate),
      settings.fit == ClipFit::kCrop ? "cropped to the middle" : "the whole picture with black beside it", table,
      papers.rows_total() - papers.more["clips_with_temporal_caption"].get<std::int64_t>());
}

}  // namespace surgsigma
