// The texts of a cosmos export: its section of the card, and the JSON beside a clip.
#pragma once

#include <string>
#include <vector>

#include "surgsigma/base/json.h"
#include "surgsigma/export/cosmos/clip_maker.h"
#include "surgsigma/export/cosmos/recording.h"
#include "surgsigma/export/papers.h"

namespace surgsigma {

/// What is said of a clip beside what its pixels are.
struct ClipAbout {
  std::string video;    ///< as it is called outside
  std::string case_id;  ///< as it is called outside
  const SourceRow* source = nullptr;
  const SourceCard* card = nullptr;  ///< may be nullptr
  const Ontology* ontology = nullptr;
};
Json about_clip(const Recording& recording, const ClipAbout& names, const std::vector<Annotation>& annotations,
                const PlannedClip& plan, const MadeClip& clip, const ClipShape& shape);

/// Fills what the papers say of this format: before the clips are made, and after.
void describe(const CosmosSettings& settings, Papers& papers);
void describe_made(const CosmosSettings& settings, Papers& papers);

}  // namespace surgsigma
