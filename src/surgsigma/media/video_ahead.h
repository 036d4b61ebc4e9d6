// Frames of separate stretches of a video, decoded on several threads and handed out in order; only the video files of
// this room include this.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/media/video_source.h"

namespace surgsigma::av {

/// Gives the frames of one stretch, each once and in order, to `give`, until that says false.
using GiveFrame = std::function<bool(std::int64_t index, Result<VideoFrame>&& frame)>;
using DecodeStretch =
    std::function<void(std::size_t thread, const std::vector<std::int64_t>& stretch, const GiveFrame& give)>;

/// Bytes of frames that may wait for their turn. A stretch whose frames need more keeps the threads behind it waiting.
inline constexpr std::size_t kBytesAhead = 64 << 20;

/// Calls `decode` on `threads` threads, one stretch each at a time, and `take` and `broken` on the caller's, in the
/// order of the stretches. Ends early, with that status, when one of these is not done.
Status decode_ahead(const std::vector<std::vector<std::int64_t>>& stretches, int threads, const DecodeStretch& decode,
                    const TakeFrame& take, const TakeBroken& broken);

}  // namespace surgsigma::av
