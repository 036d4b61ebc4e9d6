// Frames and where instruments are in them: from class-id pictures, outlines and run lengths.
#include <array>

#include "surgsigma/synth/pair_maker.h"

namespace surgsigma {

Status PairMaker::segmentation() {
  std::map<std::int64_t, Outlines> by_frame;
  for (const Annotation& row : input_.annotations) {
    const bool has_outline = row.kind == AnnotationKind::kMask && is_in_use(row) && is_instrument(row) &&
                             row.begin_frame && (row.text.starts_with("[") || row.text.starts_with("{"));
    if (has_outline) by_frame[*row.begin_frame].rows.push_back(&row);
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
    std::vector<std::int64_t> ordinals;
    auto mask = raster != rasters.end() ? mask_of_raster(*raster->second, picture.size())
                                        : mask_of_outlines(by_frame.at(frame), picture.size(), ordinals);
    if (!mask.ok()) return issue("unusable_mask", std::to_string(frame), mask.error());
    PairRow made = row("instrument_segmentation", frame, frame, picture.size());
    SURGSIGMA_TRY(given, keep_jpeg(picture));
    SURGSIGMA_TRY(target, keep_png(*mask));
    made.input = std::move(given);
    made.target = std::move(target);
    made.prompt = "Segment the surgical instruments: white where one is, black elsewhere.";
    made.parameters = to_text(Json{{"mask", raster != rasters.end() ? raster->second->path : "outlines"}});
    made.ordinals = std::move(ordinals);
    hand_over(std::move(made));
    return done();
  });
}

Result<Image> PairMaker::mask_of_raster(const PairMap& map, ImageSize size) const {
  SURGSIGMA_TRY(ids, read_class_ids(options_.source_root / map.path));
  if (ids.size() != size) {
    return Error{ErrorKind::kData,
                 "the mask is " + std::to_string(ids.width) + "x" + std::to_string(ids.height) + ", its picture " +
                     std::to_string(size.width) + "x" + std::to_string(size.height),
                 map.path, ""};
  }
  const auto vocabulary = card_.vocabularies.find(map.vocabulary);
  if (vocabulary == card_.vocabularies.end()) {
    return Error{ErrorKind::kUsage, "the card does not say which vocabulary numbers the mask", map.path,
                 "add with: {vocabulary: ...} to the layout entry"};
  }
  std::array<bool, 256> is_known{}, is_tool{};
  is_known[0] = is_known[255] = true;
  for (const VocabularyLabel& label : vocabulary->second.labels) {
    if (label.id < 0 || label.id > 255) continue;
    is_known[static_cast<std::size_t>(label.id)] = true;
    is_tool[static_cast<std::size_t>(label.id)] = label.concept_id.text.starts_with("ins.");
  }
  Image mask(size.width, size.height, 1);
  for (std::size_t i = 0; i < ids.values.size(); ++i) {
    if (!is_known[ids.values[i]]) {
      return Error{ErrorKind::kData,
                   "value " + std::to_string(ids.values[i]) + " of the mask is no class of " + map.vocabulary, map.path,
                   "add it to the card, or correct the mask"};
    }
    mask.values[i] = is_tool[ids.values[i]] ? 255 : 0;
  }
  return mask;
}

Result<Mask> PairMaker::mask_of(const Annotation& row, ImageSize size) {
  SURGSIGMA_TRY(json, parse_json(row.text, "mask"));
  const std::string name = row.video_id.text + "#" + std::to_string(row.ordinal);
  if (json.is_array()) {
    std::vector<std::vector<double>> polygons;
    for (const Json& ring : json) {
      std::vector<double> flat;
      for (const Json& number : ring) {
        if (!number.is_number())
          return Error{ErrorKind::kData, "an outline holds something that is no number", name, ""};
        flat.push_back(number.get<double>());
      }
      polygons.push_back(std::move(flat));
    }
    return mask_from_polygons(polygons, size, name);
  }
  if (!json.contains("counts")) return Error{ErrorKind::kData, "neither outlines nor run lengths", name, ""};
  if (json["counts"].is_string()) return mask_from_counts(json["counts"].get<std::string>(), size, name);
  std::vector<std::int64_t> runs;
  for (const Json& run : json["counts"]) {
    if (!run.is_number_integer()) return Error{ErrorKind::kData, "a run length is no whole number", name, ""};
    runs.push_back(run.get<std::int64_t>());
  }
  return mask_from_runs(runs, size, name);
}

Result<Image> PairMaker::mask_of_outlines(const Outlines& outlines, ImageSize size,
                                          std::vector<std::int64_t>& ordinals) {
  Mask all = mask_from_image(Image(size.width, size.height, 1));
  for (const Annotation* row : outlines.rows) {
    SURGSIGMA_TRY(mask, mask_of(*row, size));
    SURGSIGMA_TRY(joined, merged(all, mask, MaskMerge::kUnion));
    all = std::move(joined);
    ordinals.push_back(row->ordinal);
  }
  return image_from_mask(all, 255);
}

}  // namespace surgsigma
