// The one way on which pixels leave a recording for an export: hidden first, then made smaller, then encoded. A shipped
// picture file is passed on as it is only where all of this would change nothing.
#pragma once

#include <string>
#include <string_view>

#include "surgsigma/base/result.h"
#include "surgsigma/base/time.h"
#include "surgsigma/export/media_writing.h"
#include "surgsigma/media/hiding.h"
#include "surgsigma/media/image.h"

namespace surgsigma {

/// What holds for all pixels of one recording.
struct PixelRules {
  const MediaWriting* wishes = nullptr;
  const HidingPlan* hiding = nullptr;  ///< nothing is hidden without one

  /// The size that a picture gets; that of a clip has even sides where it is made smaller.
  ImageSize size_of(ImageSize true_size, bool is_for_clip) const;
  bool hides_anything() const { return hiding != nullptr && !hiding->is_empty(); }
  /// Nothing is to be seen at that time.
  bool hides_all(Microseconds time) const { return hiding != nullptr && hiding->hides_all(time); }
};

/// Hides what must not be seen and brings the picture to its size. `time` is that of the picture in its recording.
Status finish_picture(Image& picture, const PixelRules& rules, Microseconds time, bool is_for_clip);

struct FinishedPicture {
  std::string bytes;
  PictureFormat format = PictureFormat::kJpeg;
  ImageSize true_size;        ///< in its recording
  ImageSize size;             ///< written
  bool is_unchanged = false;  ///< the bytes are those of the shipped file
};

/// A frame of a video to the bytes of a file.
Result<FinishedPicture> finished_frame(Image frame, const PixelRules& rules, Microseconds time);
/// A shipped file to the bytes of a file. It is decoded even where its bytes stay, so that no broken one gets through.
/// Its own bytes stay for a JPEG, PNG or WebP of 8 bits without alpha that has the wished format and size, carries no
/// metadata (without_metadata() in media), and of which nothing is hidden. Errors of decode_picture().
Result<FinishedPicture> finished_file(std::string bytes, std::string_view name, const PixelRules& rules,
                                      Microseconds time);

/// JPEG 95 and WebP 90 where no quality is wished.
Result<std::string> encoded_picture(const Image& picture, PictureFormat format, const MediaWriting& wishes);

}  // namespace surgsigma
