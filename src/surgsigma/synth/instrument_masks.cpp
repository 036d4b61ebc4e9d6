#include "surgsigma/synth/instrument_masks.h"

#include <array>

#include "surgsigma/media/mask_text.h"
#include "surgsigma/media/mask_picture.h"
#include "surgsigma/media/picture_file.h"
#include "surgsigma/schema/pixel_layout.h"

namespace surgsigma {
namespace {

constexpr std::string_view kInstrumentPrefix = "ins.";

}  // namespace

Result<InstrumentMask> mask_of_raster(const PairMap& map, const fs::path& root, const SourceCard& card,
                                      ImageSize size) {
  SURGSIGMA_TRY(layout, mask_layout(map.convention, map.path));
  SURGSIGMA_TRY(ids, read_class_ids(root / map.path));
  if (ids.size() != size) {
    return Error{ErrorKind::kData,
                 "the mask is " + std::to_string(ids.width) + "x" + std::to_string(ids.height) + ", its picture " +
                     std::to_string(size.width) + "x" + std::to_string(size.height),
                 map.path, ""};
  }
  const auto vocabulary = card.vocabularies.find(map.vocabulary);
  if (vocabulary == card.vocabularies.end()) {
    return Error{ErrorKind::kUsage, "the card does not say which vocabulary numbers the mask", map.path,
                 "add with: {vocabulary: ...} to the layout entry"};
  }
  std::array<bool, 256> is_known{}, is_tool{};
  is_known[0] = is_known[kIgnoredClass] = true;
  for (const VocabularyLabel& label : vocabulary->second.labels) {
    if (label.id < 0 || label.id > 255) continue;
    is_known[static_cast<std::size_t>(label.id)] = true;
    is_tool[static_cast<std::size_t>(label.id)] = label.concept_id.text.starts_with(kInstrumentPrefix);
  }
  InstrumentMask mask{Image(size.width, size.height, 1), 0, ""};
  for (std::size_t i = 0; i < ids.values.size(); ++i) {
    const std::uint8_t value = ids.values[i];
    mask.picture.values[i] = is_tool[value] ? 255 : 0;
    if (is_known[value] || mask.stray_pixels++ > 0) continue;
    const auto wide = static_cast<std::size_t>(size.width);
    mask.stray = "value " + std::to_string(value) + " of the mask is no class of " + map.vocabulary + ", first at x " +
                 std::to_string(i % wide) + ", y " + std::to_string(i / wide);
  }
  if (static_cast<double>(mask.stray_pixels) > layout.stray_share * static_cast<double>(ids.values.size())) {
    return Error{ErrorKind::kData, mask.stray + " (" + std::to_string(mask.stray_pixels) + " pixels have no class)",
                 map.path, "add it to the card, or correct the mask"};
  }
  return mask;
}

Result<Image> mask_of_outlines(const std::vector<const Annotation*>& rows, ImageSize size) {
  Mask all = mask_from_image(Image(size.width, size.height, 1));
  for (const Annotation* row : rows) {
    const std::string name = row->video_id.text + "#" + std::to_string(row->ordinal);
    SURGSIGMA_TRY(mask, mask_from_text(row->text, size, name));
    SURGSIGMA_TRY(joined, merged(all, mask, MaskMerge::kUnion));
    all = std::move(joined);
  }
  return image_from_mask(all, 255);
}

}  // namespace surgsigma
