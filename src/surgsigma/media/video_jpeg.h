// Decoded pictures to JPEG; only the video files of this room include this.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/media/video_av.h"

namespace surgsigma::av {

/// Encodes from the decoder's own planes, without the way over RGB. One for each thread.
class PlaneEncoder {
 public:
  PlaneEncoder();
  ~PlaneEncoder();
  PlaneEncoder(const PlaneEncoder&) = delete;
  PlaneEncoder& operator=(const PlaneEncoder&) = delete;

  /// Nothing for a picture that is not planes of 8 bits; it has to go over RGB.
  std::optional<Result<std::string>> encode(const AVFrame& frame, int quality, const std::string& what);

 private:
  using Planes = std::array<const unsigned char*, 3>;
  using Strides = std::array<int, 3>;
  void convert(const AVFrame& frame, int chroma_shift_x, int chroma_shift_y, Planes& planes, Strides& strides);

  void* turbo_ = nullptr;
  unsigned char* buffer_ = nullptr;
  unsigned long buffer_bytes_ = 0;  // NOLINT: turbojpeg's own type
  std::array<std::vector<std::uint8_t>, 3> converted_;
};

}  // namespace surgsigma::av
