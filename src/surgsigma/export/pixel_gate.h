// The one way on which pixels of a recording go into an export made of pictures and clips: what must not leave is
// hidden here and nowhere else. Whether the recording may leave at all was asked before (row_selection.h).
#pragma once

#include "surgsigma/base/result.h"
#include "surgsigma/base/time.h"
#include "surgsigma/export/privacy.h"
#include "surgsigma/media/image.h"
#include "surgsigma/schema/tables.h"

namespace surgsigma {

class PixelGate {
 public:
  /// `privacy` must outlive it.
  PixelGate(const Privacy& privacy, const VideoRow& video);

  /// A file of the source may not go out as it is: its pixels pass through apply() and are encoded anew, without the
  /// file's own metadata.
  bool changes_files() const { return changes_files_; }
  /// Nothing of the picture may be seen at this time: it is no use.
  bool hides_all(Microseconds time) const { return plan_ != nullptr && plan_->hides_all(time); }
  bool hides_all_within(Microseconds begin, Microseconds end) const {
    return plan_ != nullptr && plan_->hides_all_within(begin, end);
  }
  /// Hides in place what must not be seen at this time, at the picture's own size.
  Status apply(Image& picture, Microseconds time) const;

 private:
  bool changes_files_ = false;
  const HidingPlan* plan_ = nullptr;
};

}  // namespace surgsigma
