// Raw labels to labels on concepts: vocabulary words mapped (an unmapped word is an issue, never a guess), the same
// fact from two files kept once, and the checks of the schema applied. Nothing is deleted: what must not be used is
// marked `rejected` with the rule. Pure, one video at a time.
#pragma once

#include <memory>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/schema/catalog.h"
#include "surgsigma/schema/sink.h"
#include "surgsigma/schema/tables.h"

namespace surgsigma {

class RefineStage {
 public:
  /// Prepares the label maps of one source.
  static Result<RefineStage> create(const Catalog& catalog, const SourceCard& card);

  /// `raw` are all records of the video, by ordinal. Hands over exactly one annotation per record, same ordinals, same
  /// order, and issues (stage "refine"). Thread-safe.
  void video(const VideoRow& video, std::vector<RawAnnotation>&& raw, const Sink<Annotation>& annotations,
             const Sink<IssueRow>& issues) const;

 private:
  struct Maps;
  explicit RefineStage(std::shared_ptr<const Maps> maps) : maps_(std::move(maps)) {}
  std::shared_ptr<const Maps> maps_;
};

}  // namespace surgsigma
