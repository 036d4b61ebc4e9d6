// Packets in, pictures out; only the video files of this room include this.
#pragma once

#include <cstdint>
#include <string>

#include "surgsigma/base/result.h"
#include "surgsigma/media/video.h"
#include "surgsigma/media/video_av.h"
#include "surgsigma/media/video_container.h"

namespace surgsigma::av {

/// A codec at work. Each packet carries a number, which comes back as the `pts` of its picture.
class Decoder {
 public:
  /// kData if this machine's FFmpeg does not have the codec. `reorder_depth` as in VideoIndex.
  static Result<Decoder> open(const Container& container, const VideoOptions& options, int reorder_depth);

  enum class Outcome { kDone, kDamaged };
  /// Pictures that an edit list hides are decoded but never come out.
  Outcome send(AVPacket& packet, std::int64_t number);
  /// No more packets: what is inside comes out. reset() begins anew.
  void send_end();
  enum class Receipt { kPicture, kNeedsMore, kEnd, kDamaged };
  /// kDamaged with a picture in `frame` whose `pts` names it, or without one (`pts` is AV_NOPTS_VALUE).
  Receipt receive(AVFrame& frame);
  void reset();

 private:
  explicit Decoder(Owned<AVCodecContext> codec) : codec_(std::move(codec)) {}
  Owned<AVCodecContext> codec_;
};

}  // namespace surgsigma::av
