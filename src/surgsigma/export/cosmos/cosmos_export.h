// Clips with structured captions and control videos, laid out as the post-training of Cosmos-H-Surgical reads them.
// docs/export-cosmos.md says what stands in the folder.
#pragma once

#include "surgsigma/base/result.h"
#include "surgsigma/export/cosmos/clip_fit.h"
#include "surgsigma/export/cosmos/clip_plan.h"
#include "surgsigma/export/export.h"

namespace surgsigma {

struct CosmosSettings {
  ClipShape shape;
  ClipFit fit = ClipFit::kCrop;
  std::int64_t clips_per_video = 20;  ///< at most; 0: all that fit
  bool within_actions = false;        ///< each clip inside one labelled action, step or phase (the finest there is)
};

/// The row of `surgsigma list formats`.
ExportFormatRow cosmos_format();

/// "832x480"; kUsage for anything else.
Result<ImageSize> parse_clip_size(std::string_view text);

/// Writes the export. Of the options, task (conditional_video_generation), source, part, split, cap (clips per part),
/// seed, purpose, mixing, the folder of media, requires_media and jobs hold; the others are refused (kUsage). Same
/// database, files and options: same bytes, whatever `jobs`. Until it is done the folder is called `<out>.writing`;
/// after a failure nothing is left.
Result<ExportReport> export_cosmos(const Database& database, const Catalog& catalog, const ExportOptions& options,
                                   const CosmosSettings& settings = {});

}  // namespace surgsigma
