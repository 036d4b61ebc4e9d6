// What a user wishes of the pictures and clips that an export writes: format, size, rate.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "surgsigma/base/result.h"
#include "surgsigma/base/time.h"
#include "surgsigma/media/extract.h"
#include "surgsigma/media/picture_file.h"

namespace surgsigma {

enum class ClipForm {
  kMp4,     ///< one file, H.264 of constant rate
  kFrames,  ///< a list of pictures
};

/// Wishes that are not there: the format of a shipped picture stays (JPEG for frames of a video), quality 95 (WebP:
/// 90), sizes and rates as they are, clips as mp4. Nothing is ever enlarged, and a clip never gets more frames than its
/// recording has.
struct MediaWriting {
  bool is_wanted = false;
  std::optional<PictureFormat> format;  ///< JPEG, PNG or WebP
  std::optional<int> quality;           ///< 1-100; not for PNG; 100 of WebP is lossless
  std::optional<int> long_side;
  std::optional<std::int64_t> pixel_budget;
  std::optional<FrameRate> clip_rate;
  std::optional<ClipForm> clips;

  RightSize size() const { return {long_side, pixel_budget}; }
  bool has_size() const { return long_side || pixel_budget; }
  bool has_clip_wishes() const { return clip_rate || clips; }
  bool has_wishes() const { return format || quality || has_size() || has_clip_wishes(); }
  ClipForm clip_form() const { return clips.value_or(ClipForm::kMp4); }
  bool operator==(const MediaWriting&) const = default;
};

/// kUsage for a format, quality, size or rate that means nothing, and for a quality of PNG.
Status check_media_writing(const MediaWriting& wishes);

/// ".jpg", ".png" or ".webp".
std::string_view picture_ending(PictureFormat format);
/// "mp4" or "frames".
std::string_view clip_form_word(ClipForm form);

}  // namespace surgsigma
