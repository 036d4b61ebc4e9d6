// The steps of an export that have to do with its media: whether they may be named or written, the writing, and what is
// left when the rows stand.
#pragma once

#include <vector>

#include "surgsigma/export/card.h"
#include "surgsigma/export/media_store.h"
#include "surgsigma/export/privacy.h"
#include "surgsigma/export/render.h"
#include "surgsigma/export/written_media.h"

namespace surgsigma {

/// kUsage for wishes without --write-media, for lists of frames where the loader takes none, and as
/// check_media_writing().
Status check_media_wishes(const ExportOptions& options, const FormatRow& format);

/// Whether rows may name the files of the sources, and a format may embed them as they are. kUsage for private sources.
Status check_named_media(const Privacy& privacy, const Selection& selection, const FormatRow& format);

/// The first pass over the rows, and the making of what they show. Refuses private recordings as
/// Privacy::check_pixels(). Partitions are taken together until there is work for every thread, so that what is planned
/// at a time stays small.
Status write_media(const RenderPlan& plan, const Catalog& catalog, const std::vector<Partition>& partitions,
                   const std::vector<VideoRow>& videos, MediaStore& store, WrittenMedia& written);

/// What the rendered rows show stays and is summed up, the rest goes.
Status settle_rendered(const WrittenMedia& written, const std::vector<Rendered>& rendered, MediaStore& store,
                       ExportFacts& facts);

}  // namespace surgsigma
