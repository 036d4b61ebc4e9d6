// Clips: frame by frame beside the true continuation, two frames of each in memory.
#include <algorithm>
#include <array>
#include <cmath>

#include "surgsigma/eval/pixel_marks.h"
#include "surgsigma/media/video.h"

namespace surgsigma {
namespace {

// Colour differences and a second window of SSIM would double the time of a frame.
constexpr PictureParts kParts{.psnr = true, .ssim_gaussian = true, .ssim_uniform = false, .ciede2000 = false};

/// The first picture in the even size of its clip: the last column or row repeated (media/clip_writer.h).
Image in_size_of_clip(const Image& picture, ImageSize size) {
  if (picture.size() == size) return picture;
  Image grown(size.width, size.height, picture.channels);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const std::uint8_t* from = picture.at(std::min(x, picture.width - 1), std::min(y, picture.height - 1));
      std::copy_n(from, picture.channels, grown.at(x, y));
    }
  }
  return grown;
}

/// Sums over the frames of one clip.
class ClipMarks {
 public:
  /// The first frame was given: it only begins the flicker.
  Status add(int frame, Image answer, Image gold, const std::string& where) {
    if (frame > 0) {
      SURGSIGMA_TRY(values, picture_values(answer, gold, nullptr, kParts, where));
      marks_.pictures.push_back({0, frame, false, values});
      ssim_ += values.ssim_gaussian_rgb;
    }
    SURGSIGMA_CHECK(add_change(answer_, std::move(answer), flicker_, where));
    return add_change(gold_, std::move(gold), gold_flicker_, where);
  }

  PixelMarks finish() && {
    const auto frames = static_cast<double>(marks_.pictures.size());
    GenerationItem item;
    if (frames > 0) {
      item.flicker = flicker_ / frames;
      item.true_flicker = gold_flicker_ / frames;
      marks_.credit = std::clamp(ssim_ / frames, 0.0, 1.0);
      marks_.values = {{"ssim:gaussian/rgb", ssim_ / frames}, {"flicker", *item.flicker}, {"frames", frames + 1}};
    }
    marks_.clip = item;
    return std::move(marks_);
  }

 private:
  /// A frame and the one before it.
  using Successive = std::array<Image, 2>;
  static Status add_change(Successive& frames, Image next, double& sum, const std::string& where) {
    std::swap(frames[0], frames[1]);
    frames[1] = std::move(next);
    if (frames[0].is_empty()) return done();
    SURGSIGMA_TRY(change, flicker(frames, where));
    sum += change;
    return done();
  }

  PixelMarks marks_;
  Successive answer_, gold_;
  double ssim_ = 0, flicker_ = 0, gold_flicker_ = 0;
};

PixelMarks marks_of_missing_clip(std::int64_t frames) {
  PixelMarks marks;
  for (std::int64_t t = 1; t < frames; ++t) {
    PictureItem item{0, static_cast<int>(t), true, missing_picture()};
    item.values.ssim_uniform_rgb = item.values.ssim_uniform_gray = item.values.ciede2000 = std::nan("");
    marks.pictures.push_back(item);
  }
  GenerationItem item;
  item.is_missing = true;
  marks.clip = item;
  marks.credit = 0;
  return marks;
}

/// The next frame of a clip whose frames were counted before.
Result<Image> frame_of(Video& video, const std::string& where) {
  VideoFrame frame;
  SURGSIGMA_TRY(more, video.next(frame));
  if (!more) return Error{ErrorKind::kData, "the clip ends before its last frame", where, ""};
  return std::move(frame.image);
}

std::optional<PixelFault> clip_fault(const VideoInfo& answer, const VideoInfo& gold) {
  if (const auto fault = size_fault(answer.size, gold.size)) return fault;
  if (answer.frames == gold.frames) return std::nullopt;
  return PixelFault{PixelFault::kOtherSize,
                    std::to_string(answer.frames) + " frames instead of " + std::to_string(gold.frames)};
}

}  // namespace

Result<MarkedPair> mark_clip(const PixelTest& test, std::size_t index) {
  const PixelPair& pair = test.pairs[index];
  SURGSIGMA_TRY(first, picture_of_test(test, pair.input));
  SURGSIGMA_TRY(gold, Video::open(test.folder / pair.gold));
  const std::int64_t frames = gold.info().frames;
  if (first.channels == 1) {
    Image three(first.width, first.height, 3);
    match_channels(first, three);
  }
  const Image still = in_size_of_clip(first, gold.info().size);
  MarkedPair marked;
  const fs::path& file = test.answers.files[index];
  std::optional<Video> answer;
  if (!file.empty()) {
    auto opened = Video::open(file);
    if (!opened) {
      marked.fault = unreadable(opened.error());
      return marked;
    }
    marked.fault = clip_fault(opened->info(), gold.info());
    if (marked.fault) return marked;
    answer = std::move(*opened);
  }
  ClipMarks own, copied;
  for (std::int64_t t = 0; t < frames; ++t) {
    SURGSIGMA_TRY(truth, frame_of(gold, pair.gold));
    if (answer) {
      auto said = frame_of(*answer, file.string());
      if (!said) {
        marked.fault = unreadable(said.error());
        return marked;
      }
      SURGSIGMA_CHECK(own.add(static_cast<int>(t), std::move(*said), truth, pair.id));
    }
    SURGSIGMA_CHECK(copied.add(static_cast<int>(t), still, std::move(truth), pair.id));
  }
  marked.is_missing = !answer;
  marked.answer = answer ? std::move(own).finish() : marks_of_missing_clip(frames);
  marked.baseline = std::move(copied).finish();
  return marked;
}

}  // namespace surgsigma
