// SCARED: dataset_N/keyframe_K with the two views of a stereo endoscope, the calibration, and the left view's points as
// a float TIFF of X, Y, Z in millimetres (not-a-number where unknown). Five key frames a dataset; the first also has
// the video that follows it, left over right, and the points of its first frame, stacked too and 0 where unknown.
//
// Simpler than the release: 640x512 instead of 1280x1024, lenses without distortion, cameras that are not turned
// against each other, no right maps, no point clouds, no tar archives. The fifth key frame comes without its map, so
// that only stereo can give it a depth.
#include <algorithm>
#include <limits>

#include "surgsigma/media/clip_writer.h"
#include "surgsigma/media/picture_file.h"
#include "surgsigma/media/stereo_calibration.h"
#include "surgsigma/simulate/pixels.h"

namespace surgsigma {
namespace {

constexpr ImageSize kSize{640, 512};
constexpr double kBaselineMm = 4.2;
constexpr int kKeyframes = 5;
constexpr int kUnmapped = 5;
constexpr int kWithVideo = 1;
constexpr std::int64_t kVideoFrames = 50;
constexpr int kHighlight = 740;  // sum of the channels: structured light finds nothing there
constexpr float kUnknownStill = std::numeric_limits<float>::quiet_NaN();
constexpr float kUnknownMoving = 0;

std::string folder_of(VideoNumber video, int keyframe) {
  return "dataset_" + std::to_string(video.number) + "/keyframe_" + std::to_string(keyframe) + "/";
}

StereoCalibration calibration() {
  StereoCalibration made;
  made.size = kSize;
  const double focal = focal_px_of(kSize);
  // Pixel centres are whole numbers in OpenCV.
  made.left = {focal, focal, kSize.width / 2.0 - 0.5, kSize.height / 2.0 - 0.5, {}};
  made.right = made.left;
  made.translation = {-kBaselineMm, 0, 0};
  return made;
}

Result<Renderer> eye_of(const World& world, const std::string& key, const Operation& operation, double eye_mm) {
  RenderOptions options;
  options.size = kSize;
  options.rate = world.card.frame_rate;
  options.seed = world.seed;
  options.with_overlay = false;
  options.with_circle = false;
  options.with_black_sections = false;
  options.with_smoke = false;
  options.eye_mm = eye_mm;
  return Renderer::create(world.catalog, world.script, operation, key, options);
}

/// X, Y, Z of what each pixel shows, in the camera's coordinates.
FloatImage points_of(const RenderedFrame& frame, float unknown) {
  const StereoCalibration cameras = calibration();
  FloatImage points(kSize.width, kSize.height, 3, unknown);
  for (int y = 0; y < kSize.height; ++y) {
    for (int x = 0; x < kSize.width; ++x) {
      const float z = *frame.depth_mm.at(x, y);
      const std::uint8_t* const colour = frame.image.at(x, y);
      const bool is_known = z > 0 && colour[0] + colour[1] + colour[2] < kHighlight;
      if (!is_known) continue;
      float* const point = points.at(x, y);
      point[0] = static_cast<float>((x - cameras.left.cx) / cameras.left.fx) * z;
      point[1] = static_cast<float>((y - cameras.left.cy) / cameras.left.fy) * z;
      point[2] = z;
    }
  }
  return points;
}

template <class T>
Raster<T> stacked(const Raster<T>& upper, const Raster<T>& lower) {
  Raster<T> both(upper.width, upper.height + lower.height, upper.channels);
  std::copy(upper.values.begin(), upper.values.end(), both.values.begin());
  std::copy(lower.values.begin(), lower.values.end(),
            both.values.begin() + static_cast<std::ptrdiff_t>(upper.values.size()));
  return both;
}

class KeyframeWriter {
 public:
  KeyframeWriter(const World& world, VideoNumber video, const fs::path& folder)
      : world_(world), video_(video), folder_(folder) {}

  Result<WrittenPixels> write() {
    SURGSIGMA_TRY(key, case_key_of(world_.card, std::to_string(video_.number)));
    SURGSIGMA_TRY(operation, operation_of(world_, std::to_string(video_.operation)));
    SURGSIGMA_TRY(left, eye_of(world_, key, operation, 0));
    SURGSIGMA_TRY(right, eye_of(world_, key, operation, kBaselineMm));
    const std::int64_t apart = left.frames() / (kKeyframes + 1);
    for (int keyframe = 1; keyframe <= kKeyframes; ++keyframe) {
      const std::int64_t index = keyframe * apart;
      SURGSIGMA_CHECK(write_keyframe(keyframe, index, left, right));
      if (keyframe == kWithVideo) SURGSIGMA_CHECK(write_video(keyframe, index, left, right));
    }
    return written_;
  }

 private:
  Status write_keyframe(int keyframe, std::int64_t index, const Renderer& left, const Renderer& right) {
    const std::string place = folder_of(video_, keyframe);
    left.render(index, left_);
    right.render(index, right_);
    SURGSIGMA_CHECK(keep(place + "Left_Image.png", encode_png(left_.image)));
    SURGSIGMA_CHECK(keep(place + "Right_Image.png", encode_png(right_.image)));
    if (keyframe == kUnmapped) return done();
    return keep(place + "left_depth_map.tiff", encode_float_tiff(points_of(left_, kUnknownStill)));
  }

  Status write_video(int keyframe, std::int64_t first, const Renderer& left, const Renderer& right) {
    const std::string place = folder_of(video_, keyframe) + "data/";
    std::error_code code;
    fs::create_directories(folder_ / place, code);
    ClipSettings settings;
    settings.rate = left.options().rate;
    SURGSIGMA_TRY(clip, ClipWriter::open(folder_ / (place + "rgb.mp4"), {kSize.width, 2 * kSize.height}, settings));
    const std::int64_t end = std::min(first + kVideoFrames, left.frames());
    for (std::int64_t index = first; index < end; ++index) {
      left.render(index, left_);
      right.render(index, right_);
      SURGSIGMA_CHECK(clip.add(stacked(left_.image, right_.image)));
      if (index != first) continue;
      const FloatImage points = stacked(points_of(left_, kUnknownMoving), points_of(right_, kUnknownMoving));
      SURGSIGMA_CHECK(keep(place + "scene_points/scene_points000000.tiff", encode_float_tiff(points)));
    }
    SURGSIGMA_CHECK(clip.close());
    ++written_.files;
    written_.pictures += end - first;
    written_.bytes += static_cast<std::int64_t>(fs::file_size(folder_ / (place + "rgb.mp4"), code));
    return done();
  }

  Status keep(const std::string& name, const Result<std::string>& bytes) {
    if (!bytes.ok()) return bytes.error();
    SURGSIGMA_CHECK(write_file(folder_ / name, *bytes));
    ++written_.files;
    ++written_.pictures;
    written_.bytes += static_cast<std::int64_t>(bytes->size());
    return done();
  }

  const World& world_;
  VideoNumber video_;
  fs::path folder_;
  RenderedFrame left_, right_;
  WrittenPixels written_;
};

}  // namespace

/// Without pixels there is little to write: nobody labelled anything.
Result<VideoFiles> write_scared(const World& world, VideoNumber video) {
  SURGSIGMA_TRY(operation, operation_of(world, std::to_string(video.operation)));
  VideoFiles files;
  files.seconds = operation.end / 1000;
  for (int keyframe = 1; keyframe <= kKeyframes; ++keyframe) {
    files.pieces.push_back({folder_of(video, keyframe) + "endoscope_calibration.yaml", "calibration", 1,
                            encode_stereo_calibration(calibration())});
  }
  return files;
}

Result<WrittenPixels> write_scared_pixels(const World& world, VideoNumber video, const fs::path& folder) {
  return KeyframeWriter(world, video, folder).write();
}

}  // namespace surgsigma
