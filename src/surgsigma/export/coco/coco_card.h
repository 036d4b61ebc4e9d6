// The texts of a COCO export: rows of its JSON, head of its files, its section of the card.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "surgsigma/export/coco/coco_export.h"
#include "surgsigma/export/coco/coco_images.h"
#include "surgsigma/export/coco/coco_pictures.h"
#include "surgsigma/export/coco/coco_shape.h"
#include "surgsigma/export/papers.h"

namespace surgsigma {

struct CocoTotals {
  std::array<std::vector<std::int64_t>, kParts.size()> objects;  ///< by part, then by category
  std::int64_t cut_boxes = 0;
  std::int64_t scaled_objects = 0;
  std::int64_t pictures_bytes = 0;

  std::int64_t objects_of(std::size_t category) const;
};

/// The insides of JSON objects, without id and the ids that refer to others.
std::string video_json(const VideoRow& video);
std::string image_json(const VideoRow& video, const CocoImage& image, const OutPicture& picture, int licence);
std::string annotation_json(const VideoRow& video, const CocoObject& object, const CocoShape& shape,
                            const CocoClasses& classes);
/// A line of pictures.tsv.
std::string picture_line(const VideoRow& video, const CocoImage& image, const OutPicture& picture);

/// Members info, licenses and categories; the same for every part.
std::string file_head(const Selection& selection, const CocoClasses& classes, const CocoTotals& totals,
                      const ExportOptions& options);
/// Fills what the papers say of this format.
void describe(const CocoSettings& settings, const CocoClasses& classes, const CocoTotals& totals, Papers& papers);

}  // namespace surgsigma
