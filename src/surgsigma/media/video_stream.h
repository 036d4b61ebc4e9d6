// Facts of a video file from its index and its header; only the video files of this room include this.
#pragma once

#include "surgsigma/media/video.h"
#include "surgsigma/media/video_container.h"
#include "surgsigma/media/video_index.h"
#include "surgsigma/media/video_pixels.h"

namespace surgsigma::av {

VideoInfo video_info(const Container& container, const VideoIndex& index);
/// kData for pictures beyond the limits or without a size.
Status check_size(const Container& container, const PictureLimits& limits);

}  // namespace surgsigma::av
