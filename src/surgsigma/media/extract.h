// Frames of a video or of a folder of pictures to JPEG files, on several threads.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "surgsigma/base/files.h"
#include "surgsigma/base/result.h"
#include "surgsigma/media/video.h"

namespace surgsigma {

/// The largest picture that is wanted; smaller ones are never enlarged, and the shape is kept.
struct RightSize {
  std::optional<int> longest_side;
  std::optional<std::int64_t> pixels;
  bool operator==(const RightSize&) const = default;
};
/// The size that a picture of `size` gets: the larger that meets both wishes, each side at least 1.
ImageSize right_size(ImageSize size, const RightSize& wish);

struct ExtractSettings {
  int quality = 95;  ///< libjpeg's 1-100
  RightSize size;
  int jobs = 1;          ///< threads; the bytes do not depend on it
  VideoOptions video;  ///< Its `threads` is not used.
};

struct ExtractedFrame {
  std::int64_t index = 0;
  Microseconds time_us = 0;
  ImageSize size;
  std::string jpeg;  ///< the bytes of the file
};
struct BrokenFrame {
  std::int64_t index = 0;
  Error error;  ///< names file and frame
};
/// What came of a request; both lists ascending.
struct Extraction {
  std::vector<std::int64_t> written;
  std::vector<BrokenFrame> broken;
};

/// Decodes and encodes the frames and hands each to `take`, which is called from several threads and in no order, each
/// frame once. Memory is a few frames per thread, whatever is asked for. The first status of `take` that is not done
/// ends the work and is returned. kUsage for an index outside the video; errors of Video::open as they are.
///
/// A picture that needs neither turning nor another size goes from the decoder's own planes to the encoder with the
/// chroma of the video (4:2:0, 4:2:2 or 4:4:4), its range stretched to JPEG's full range and BT.709 brought to JPEG's
/// BT.601; everything else goes through RGB and is stored with 4:2:0 chroma.
Result<Extraction> extract_frames(const fs::path& video, std::vector<std::int64_t> indices,
                                  const ExtractSettings& settings,
                                  const std::function<Status(ExtractedFrame&&)>& take);

/// Writes each frame to `folder` / name(index). Parent folders are made. A file that stands there is replaced; a reader
/// never sees half of one.
Result<Extraction> extract_files(const fs::path& video, std::vector<std::int64_t> indices, const fs::path& folder,
                                 const std::function<std::string(std::int64_t)>& name,
                                 const ExtractSettings& settings);

/// first, first + step, ... below `frames`.
std::vector<std::int64_t> every_frame(std::int64_t frames, std::int64_t step, std::int64_t first = 0);

}  // namespace surgsigma
