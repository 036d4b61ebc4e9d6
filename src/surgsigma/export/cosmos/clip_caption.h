// What the labels say of a clip, as a structured caption: who is there, what is done and when. Words come from the
// ontology alone; what no label says is absent.
#pragma once

#include <string>
#include <vector>

#include "surgsigma/base/json.h"
#include "surgsigma/base/time.h"
#include "surgsigma/schema/catalog.h"
#include "surgsigma/schema/tables.h"

namespace surgsigma {

struct ClipCaption {
  Json json =
      Json::object();  ///< members subjects, background, actions, segments, temporal_caption; each only where known
  std::vector<std::int64_t> ordinals;  ///< records of the video that it rests on, ascending
};

/// `rows`: annotations of the video; those in use that touch [begin, end) count. Times in the caption are seconds from
/// the start of the clip. `card` may be nullptr: then there is no background.
ClipCaption caption_of(const std::vector<Annotation>& rows, TimeRange clip, const Ontology& ontology,
                       const SourceCard* card);

}  // namespace surgsigma
