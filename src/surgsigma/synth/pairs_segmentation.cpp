// Frames and where instruments are in them: from class-id pictures, outlines and run lengths (instrument_masks.h).
#include "surgsigma/synth/instrument_masks.h"
#include "surgsigma/synth/pair_maker.h"

namespace surgsigma {

namespace {

Result<InstrumentMask> outlined(const std::vector<const Annotation*>& rows, ImageSize size) {
  SURGSIGMA_TRY(picture, mask_of_outlines(rows, size));
  return InstrumentMask{std::move(picture), 0, ""};
}

}  // namespace

Status PairMaker::segmentation() {
  std::map<std::int64_t, std::vector<const Annotation*>> by_frame;
  for (const Annotation& row : input_.annotations) {
    const bool has_outline = row.kind == AnnotationKind::kMask && is_in_use(row) && is_instrument(row) &&
                             row.begin_frame && (row.text.starts_with("[") || row.text.starts_with("{"));
    if (has_outline) by_frame[*row.begin_frame].push_back(&row);
  }
  std::map<std::int64_t, const PairMap*> rasters;
  for (const PairMap& map : input_.masks) rasters.emplace(map.frame, &map);
  std::vector<std::int64_t> frames;
  for (const auto& [frame, map] : rasters) frames.push_back(frame);
  for (const auto& [frame, outlines] : by_frame) {
    if (!rasters.contains(frame)) frames.push_back(frame);
  }
  std::sort(frames.begin(), frames.end());
  frames = drawn(std::move(frames), "instrument_segmentation");
  return each_frame(frames, [&](std::int64_t frame, Image&& picture) -> Status {
    const auto raster = rasters.find(frame);
    const bool is_shipped = raster != rasters.end();
    auto mask = is_shipped ? mask_of_raster(*raster->second, options_.source_root, card_, picture.size())
                           : outlined(by_frame.at(frame), picture.size());
    const std::string file = is_shipped ? raster->second->path : "";
    if (!mask.ok()) return issue("unusable_mask", std::to_string(frame), mask.error(), file);
    if (mask->stray_pixels > 0) {
      SURGSIGMA_CHECK(issue("stray_mask_value", std::to_string(mask->stray_pixels),
                            {ErrorKind::kData, mask->stray, file, "taken as no instrument"}, file));
    }
    PairRow made = row("instrument_segmentation", frame, frame, picture.size());
    SURGSIGMA_TRY(given, keep_jpeg(picture));
    SURGSIGMA_TRY(target, keep_png(mask->picture));
    made.input = std::move(given);
    made.target = std::move(target);
    made.prompt = "Segment the surgical instruments: white where one is, black elsewhere.";
    Json told = {{"mask", is_shipped ? file : "outlines"}};
    if (mask->stray_pixels > 0) told["stray_pixels"] = mask->stray_pixels;
    made.parameters = to_text(told);
    if (!is_shipped) {
      for (const Annotation* row : by_frame.at(frame)) made.ordinals.push_back(row->ordinal);
    }
    hand_over(std::move(made));
    return done();
  });
}

}  // namespace surgsigma
