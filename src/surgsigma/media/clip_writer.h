// Clips to H.264 in mp4: constant rate, a keyframe each second, no sound, no metadata, the same bytes each time.
#pragma once

#include <memory>
#include <string>

#include "surgsigma/base/files.h"
#include "surgsigma/base/result.h"
#include "surgsigma/base/time.h"
#include "surgsigma/media/image.h"

namespace surgsigma {

struct ClipSettings {
  FrameRate rate{25, 1};
  int crf = 20;                     ///< 0 (nothing lost but chroma detail) to 51
  std::string preset = "veryfast";  ///< x264's word
  int threads = 1;                  ///< The bytes of the file are promised for 1 only.
};

/// Frames go in as RGB and come to lie at index / rate. Stored as yuv420p, limited range, tagged and converted as
/// BT.709 from 720 lines up and as BT.601 below. H.264 with halved chroma has even sides only, so an odd side gets one
/// more column at the right or row at the bottom, a repetition of the last: see stored_size(). Boxes and masks keep
/// their places.
///
/// The file appears under its name when close() is done and not before; a writer that goes away unclosed leaves
/// nothing.
class ClipWriter {
 public:
  /// kUsage: a side below 16 or above 16384, a rate, crf or preset that means nothing. kIo: the file cannot be made, or
  /// this machine's FFmpeg has no libx264.
  static Result<ClipWriter> open(const fs::path& path, ImageSize size, const ClipSettings& settings = {});
  ClipWriter(ClipWriter&&) noexcept;
  ClipWriter& operator=(ClipWriter&&) noexcept;
  ~ClipWriter();

  /// The size of the pictures in the file.
  static ImageSize stored_size(ImageSize size) { return {size.width + size.width % 2, size.height + size.height % 2}; }

  /// kUsage for an image of another size, or with neither one nor three channels.
  Status add(const Image& image);
  /// Writes what is still in the encoder and gives the file its name. kUsage without a frame, or when called twice.
  Status close();

 private:
  struct State;
  explicit ClipWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace surgsigma
