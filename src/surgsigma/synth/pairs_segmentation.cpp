// Frames and where instruments are in them: from class-id pictures, outlines and run lengths (instrument_masks.h).
#include "surgsigma/synth/instrument_masks.h"
#include "surgsigma/synth/pair_maker.h"

namespace surgsigma {

Status PairMaker::segmentation() {
  std::map<std::int64_t, std::vector<const Annotation*>> by_frame;
  for (const Annotation& row : input_.annotations) {
    const bool has_outline = row.kind == AnnotationKind::kMask && is_in_use(row) && is_instrument(row) &&
                             row.begin_frame && (row.text.starts_with("[") || row.text.starts_with("{"));
    if (has_outline) by_frame[*row.begin_frame].push_back(&row);
  }
  std::map<std::int64_t, const PairMap*> rasters;
  std::int64_t seconds = 0;
  const PairMap* first_second = nullptr;
  for (const PairMap& map : input_.masks) {
    const auto [place, is_new] = rasters.emplace(map.frame, &map);
    if (is_new) continue;
    const PairMap* left = &map;
    if (place->second->vocabulary.empty() && !map.vocabulary.empty()) std::swap(place->second, left);
    if (seconds++ == 0) first_second = left;
  }
  if (seconds > 0) {
    SURGSIGMA_CHECK(issue("second_mask", first_second->frame,
                          std::to_string(seconds) + (seconds == 1 ? " mask is" : " masks are") +
                              " passed over: their frames have another one; this is the first",
                          Severity::kInfo, first_second->path));
  }
  std::vector<std::int64_t> frames;
  for (const auto& [frame, map] : rasters) frames.push_back(frame);
  for (const auto& [frame, outlines] : by_frame) {
    if (!rasters.contains(frame)) frames.push_back(frame);
  }
  std::sort(frames.begin(), frames.end());
  SURGSIGMA_CHECK(keep_those_with_pictures(frames, "a mask"));
  frames = drawn(std::move(frames), "instrument_segmentation");
  return each_frame(frames, [&](std::int64_t frame, Image&& picture) -> Status {
    const auto raster = rasters.find(frame);
    const bool is_shipped = raster != rasters.end();
    auto mask = is_shipped ? mask_of_raster(*raster->second, options_.source_root, card_, picture.size())
                           : outlined(by_frame.at(frame), picture.size());
    const std::string file = is_shipped ? raster->second->path : "";
    if (!mask.ok()) return issue("unusable_mask", frame, mask.error(), file);
    if (mask->stray_pixels > 0) {
      SURGSIGMA_CHECK(issue("stray_mask_value", frame, mask->stray + "; taken as no instrument", Severity::kError, file));
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

Result<InstrumentMask> PairMaker::outlined(const std::vector<const Annotation*>& rows, ImageSize size) const {
  for (const Annotation* row : rows) {
    const ImageSize native = label_size(*row);
    if (native == ImageSize{} || native == size) continue;
    return Error{ErrorKind::kData,
                 "the outlines are for " + std::to_string(native.width) + "x" + std::to_string(native.height) +
                     ", the picture is " + std::to_string(size.width) + "x" + std::to_string(size.height),
                 id(), "get the frames in the size that was labelled"};
  }
  SURGSIGMA_TRY(picture, mask_of_outlines(rows, size));
  return InstrumentMask{std::move(picture), 0, ""};
}

}  // namespace surgsigma
