// Frames and 8-bit views of the depth maps that a source ships (depth_view.h).
#include "surgsigma/base/text.h"
#include "surgsigma/synth/pair_maker.h"

namespace surgsigma {

namespace {

/// `with` of a card's depth entry: unit (mm, m, relative, disparity), scale, is_inverse, near_is_bright, invalid.
Result<DepthConvention> depth_convention(const Json& with, const std::string& where) {
  DepthConvention convention;
  if (!with.is_object()) return convention;
  const std::string unit = text_or(with, "unit", "mm");
  const std::map<std::string, DepthUnit> units = {{"mm", DepthUnit::kMillimetres},
                                                  {"m", DepthUnit::kMetres},
                                                  {"relative", DepthUnit::kRelative},
                                                  {"disparity", DepthUnit::kDisparity}};
  const auto known = units.find(unit);
  if (known == units.end()) {
    return Error{ErrorKind::kUsage, "no unit of depth: " + quoted(unit), where, "mm, m, relative or disparity"};
  }
  convention.unit = known->second;
  convention.is_inverse = unit == "disparity";
  if (with.contains("scale") && with["scale"].is_number()) convention.scale = with["scale"].get<double>();
  if (with.contains("is_inverse") && with["is_inverse"].is_boolean())
    convention.is_inverse = with["is_inverse"].get<bool>();
  if (with.contains("near_is_bright") && with["near_is_bright"].is_boolean()) {
    convention.near_is_bright = with["near_is_bright"].get<bool>();
  }
  if (with.contains("invalid") && with["invalid"].is_number()) convention.invalid = {with["invalid"].get<double>()};
  return convention;
}

}  // namespace

Status PairMaker::depth() {
  std::map<std::int64_t, const PairMap*> maps;
  for (const PairMap& map : input_.depths) maps.emplace(map.frame, &map);
  std::vector<std::int64_t> frames;
  for (const auto& [frame, map] : maps) frames.push_back(frame);
  frames = drawn(std::move(frames), "depth_estimation");
  return each_frame(frames, [&](std::int64_t frame, Image&& picture) -> Status {
    const PairMap& map = *maps.at(frame);
    const auto view = view_of(map, picture.size());
    if (!view.ok()) return issue("unusable_depth", map.path, view.error());
    PairRow made = row("depth_estimation", frame, frame, picture.size());
    SURGSIGMA_TRY(given, keep_jpeg(picture));
    SURGSIGMA_TRY(target, keep_png(view->picture));
    made.input = std::move(given);
    made.target = std::move(target);
    made.prompt = "Draw the depth of this picture in grey: the nearer, the brighter.";
    made.parameters = to_text(Json{{"map", map.path}, {"q2", view->q2}, {"q98", view->q98}, {"near_is_bright", true}});
    hand_over(std::move(made));
    return done();
  });
}

Result<DepthView> PairMaker::view_of(const PairMap& map, ImageSize size) const {
  SURGSIGMA_TRY(convention, depth_convention(map.convention, map.path));
  SURGSIGMA_TRY(depth, read_depth(options_.source_root / map.path, convention));
  if (depth.values.size() != size)
    return Error{ErrorKind::kData, "the map has another size than its picture", map.path, ""};
  return depth_view(depth, convention);
}

}  // namespace surgsigma
