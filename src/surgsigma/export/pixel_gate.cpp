#include "surgsigma/export/pixel_gate.h"

namespace surgsigma {

PixelGate::PixelGate(const Privacy& privacy, const VideoRow& video)
    : changes_files_(privacy.is_private(video.source_id.text)), plan_(privacy.plan(video.video_id.text)) {}

Status PixelGate::apply(Image& picture, Microseconds time) const {
  if (plan_ == nullptr || plan_->is_empty()) return done();
  return plan_->apply(picture, time);
}

}  // namespace surgsigma
