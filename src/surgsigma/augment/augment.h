// Contexts: the labels of one moment, or of one clip, that belong together (phase with step, instrument with action,
// recognition with localization), with the knowledge entries for the concepts in play. Pure, one video at a time.
#pragma once

#include <memory>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/base/time.h"
#include "surgsigma/schema/catalog.h"
#include "surgsigma/schema/sink.h"
#include "surgsigma/schema/tables.h"

namespace surgsigma {

struct AugmentOptions {
  Microseconds frame_step = kSecond;         ///< least distance of two sampled moments
  Microseconds caption_clip = 20 * kSecond;  ///< length of a clip to be captioned
  int max_knowledge = 4;                     ///< entries retrieved per context
};

class AugmentStage {
 public:
  static Result<AugmentStage> create(const Catalog& catalog, const SourceCard& card, const AugmentOptions& options);

  /// `annotations`: the video's, by ordinal. Contexts come by (subject, begin_us, end_us). Thread-safe.
  void video(const VideoRow& video, const std::vector<Annotation>& annotations, const Sink<ContextRow>& contexts) const;

 private:
  struct Tables;
  explicit AugmentStage(std::shared_ptr<const Tables> tables) : tables_(std::move(tables)) {}
  std::shared_ptr<const Tables> tables_;
};

}  // namespace surgsigma
