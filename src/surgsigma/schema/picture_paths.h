// Where the picture of a moment and the clip of a stretch lie below the media root.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/base/time.h"
#include "surgsigma/schema/catalog.h"
#include "surgsigma/schema/tables.h"

namespace surgsigma {

/// "video{video:02}" and "video07" -> {video: "07"}; nothing when the name does not fit the pattern.
std::optional<Captures> captures_in_name(std::string_view pattern, std::string_view name);

/// Paths of one video. Pictures that the source releases keep the source's names; those still to be drawn from a video
/// (and all of a video whose parts the card's pattern does not tell apart)
/// are "<source>/frames/<video>/<native frame, 8 digits>.jpg", clips "<source>/clips/<video>/<begin>-<end>.mp4" in
/// milliseconds.
class PicturePaths {
 public:
  PicturePaths(const SourceCard& card, const VideoRow& video);

  std::string frame(std::int64_t native_frame) const;
  /// A picture that a record names itself.
  std::string named(std::string_view media) const { return source_ + "/" + std::string(media); }
  std::string clip(TimeRange range) const;
  /// The native frame of a picture that is called as frame() calls it; nothing for another name.
  std::optional<std::int64_t> native_frame(std::string_view path) const;
  /// What all names of frame() begin with, up to the index, and end with.
  const std::string& before_index() const { return before_; }
  const std::string& after_index() const { return after_; }

 private:
  std::string source_;
  std::string video_name_;
  std::string before_;  ///< of the index
  std::string after_;
  std::size_t digits_ = 8;
  std::int64_t first_ = 0;
  std::int64_t step_ = 1;
};

}  // namespace surgsigma
