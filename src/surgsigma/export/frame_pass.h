// One rising pass over the frames of a recording: pictures and clips of an export come out of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/export/finished_picture.h"
#include "surgsigma/export/frame_source.h"
#include "surgsigma/export/media_store.h"
#include "surgsigma/export/written_media.h"
#include "surgsigma/media/clip_writer.h"

namespace surgsigma {

/// A frame that is wanted as a picture.
struct FrameWish {
  std::int64_t frame = 0;
  MediumKey key = 0;
  FrameRate rate{0, 1};  ///< of the clip in whose list it stands
};

/// A clip that is wanted as a file.
struct ClipWish {
  MediumKey key = 0;
  ClipFrames cut;
};

/// What a pass does and where it puts what it made.
struct PassRules {
  PixelRules pixels;
  MediaStore* store = nullptr;
  WrittenMedia* written = nullptr;
  std::uint32_t origin = 0;  ///< what the entries say they were cut from
};

/// Makes all of them. At most kMostOpenClips clips are open at a time: where more overlap, the frames are read again. A
/// frame or clip that cannot be made becomes an entry that says why; a clip of which one frame is broken or has another
/// size is none. Fails only where files cannot be written.
class FramePass {
 public:
  static constexpr std::size_t kMostOpenClips = 12;

  FramePass(FrameSource& source, const PassRules& rules) : source_(source), rules_(rules) {}
  Status run(std::vector<FrameWish> pictures, std::vector<ClipWish> clips);

 private:
  struct OpenClip {
    const ClipWish* wish = nullptr;
    std::size_t next = 0;  ///< place in the clip's frames
    std::optional<ClipWriter> writer;
    fs::path file;
    ImageSize true_size;
    ImageSize scaled;
    bool shows_anything = false;
    bool is_done = false;
    std::int64_t wanted() const { return wish->cut.frames[next]; }
    bool wants(std::int64_t frame) const { return !is_done && next < wish->cut.frames.size() && wanted() == frame; }
  };

  Status read(const std::vector<FrameWish>& pictures, std::vector<OpenClip>& clips);
  Status take(VideoFrame&& frame, const std::vector<FrameWish>& pictures, std::vector<OpenClip>& clips);
  Status take_picture(Image image, const VideoFrame& frame, const std::vector<FrameWish>& pictures);
  Status take_clip(const Image& sized, const VideoFrame& frame, OpenClip& clip);
  Status open(ImageSize size, OpenClip& clip);
  Status finish(OpenClip& clip);
  void give_up(std::int64_t frame, const std::string& why, const std::vector<FrameWish>& pictures,
               std::vector<OpenClip>& clips);
  void give_up(OpenClip& clip, MediumState state, const std::string& why);
  FrameSource& source_;
  const PassRules& rules_;
  std::size_t at_ = 0;  ///< first picture that was not come to yet
  bool cannot_write_ = false;
};

/// An entry for a medium that there is none of.
WrittenMedium without_file(MediumState state, const std::string& why, WrittenMedia& written);

}  // namespace surgsigma
