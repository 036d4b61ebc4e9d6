// Boxes and masks to COCO instances, one JSON per part, with the pictures beside them. docs/export-coco.md says what
// stands in the folder.
#pragma once

#include "surgsigma/base/result.h"
#include "surgsigma/export/coco/coco_classes.h"
#include "surgsigma/export/export.h"

namespace surgsigma {

struct CocoSettings {
  ClassNames classes = ClassNames::kConcept;
};

/// The row of `surgsigma list formats`.
ExportFormatRow coco_format();

/// Writes the export. Of the options, task, source, part, split, cap (images per part), seed, purpose, mixing, the
/// folder of media, requires_media and jobs hold; the others are refused (kUsage). Same database, files and options:
/// same bytes, whatever `jobs`. Until it is done the folder is called `<out>.writing`; after a failure nothing is left.
Result<ExportReport> export_coco(const Database& database, const Catalog& catalog, const ExportOptions& options,
                                 const CocoSettings& settings = {});

}  // namespace surgsigma
