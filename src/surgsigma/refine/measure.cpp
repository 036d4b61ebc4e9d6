#include "surgsigma/refine/measure.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "surgsigma/base/hash.h"
#include "surgsigma/media/outside_features.h"
#include "surgsigma/media/quality.h"
#include "surgsigma/media/text_regions.h"
#include "surgsigma/media/video.h"
#include "surgsigma/media/video_index.h"

namespace surgsigma {
namespace {

constexpr int kStepsWithoutEntry = 2;
constexpr double kRateTolerance = 0.001;  // share; 29.97 against 30 is a difference
constexpr std::size_t kMostBroken = 20;   // single issues of a recording; the rest is counted in one

std::string rate_text(double rate) {
  const auto thousandths = static_cast<std::int64_t>(std::llround(rate * 1000));
  std::string text = std::to_string(thousandths / 1000);
  if (thousandths % 1000 != 0) text += "." + std::to_string(1000 + thousandths % 1000).substr(1);
  return text;
}

std::string size_text(int width, int height) { return std::to_string(width) + "x" + std::to_string(height); }

class Measuring {
 public:
  Measuring(const VideoRow& video, const MeasureOptions& options) : video_(video), options_(options) {}

  VideoMeasures of_video(const std::string& file) {
    file_ = file;
    if (const Status status = measure_file(); !status.ok()) unreadable(status.error());
    return finish();
  }

  VideoMeasures of_pictures(const std::vector<std::pair<std::int64_t, std::string>>& pictures) {
    const std::string& first = pictures.front().second;
    file_ = first.substr(0, first.rfind('/'));
    MediumRow medium;
    medium.video_id = video_.video_id;
    medium.path = file_;
    medium.frames = static_cast<std::int64_t>(pictures.size());
    medium.frame_rate_num = video_.frame_rate_num;
    medium.frame_rate_den = video_.frame_rate_den;
    medium.codec = "pictures";
    const FrameRate rate{video_.frame_rate_num, video_.frame_rate_den};
    medium.duration_us = time_of_frame(pictures.back().first + 1, rate);
    Microseconds next = 0;
    for (const auto& [frame, path] : pictures) {
      const Microseconds time = time_of_frame(frame, rate);
      if (time < next) continue;
      next = time + options_.step;
      take_picture(frame, time, path, medium);
    }
    made_.medium = std::move(medium);
    return finish();
  }

 private:
  Status measure_file() {
    const fs::path path = options_.root / file_;
    VideoOptions settings;
    if (!options_.index_folder.empty()) {
      settings.index = video_index_file(options_.index_folder, video_.video_id.text, file_);
    }
    SURGSIGMA_TRY(opened, Video::open(path, settings));
    SURGSIGMA_TRY(index, index_of_video(path, settings));
    note_medium(opened.info());
    return opened.frames(
        samples_of(index), [&](VideoFrame&& frame) { return take(frame.index, frame.time_us, frame.image, ""); },
        [&](std::int64_t frame, const Error& error) {
          broken(frame, error);
          return done();
        });
  }

  void note_medium(const VideoInfo& info) {
    MediumRow medium;
    medium.video_id = video_.video_id;
    medium.path = file_;
    medium.frames = info.frames;
    medium.frames_in_header = info.frames_in_header;
    medium.width = info.size.width;
    medium.height = info.size.height;
    medium.frame_rate_num = info.average_rate.num;
    medium.frame_rate_den = info.average_rate.den;
    medium.is_constant_rate = info.constant_rate.has_value();
    medium.duration_us = info.duration_us;
    medium.codec = info.codec;
    medium.pixel_format = info.pixel_format;
    medium.has_sound = info.has_sound;
    medium.has_metadata = info.has_metadata;
    medium.ends_early = info.ends_early;
    compare(info, medium);
    made_.medium = std::move(medium);
  }

  /// What the labels and the card say against what is there.
  void compare(const VideoInfo& info, const MediumRow& medium) {
    if (info.ends_early) {
      issue("video_ends_early", Severity::kError, std::to_string(info.frames),
            "the file stops after " + std::to_string(info.frames) + " frames, before its own end", "fetch it again");
    }
    if (!info.ends_early && info.frames_in_header && *info.frames_in_header != info.frames) {
      issue("header_miscounts", Severity::kInfo, std::to_string(*info.frames_in_header),
            "the file's header claims " + std::to_string(*info.frames_in_header) + " frames, it has " +
                std::to_string(info.frames),
            "the counted frames hold; a header counts pictures that an edit list hides");
    }
    const std::int64_t labelled = video_.frames.value_or(0);
    if (labelled > info.frames) {
      issue("labels_beyond_video", Severity::kError, std::to_string(labelled),
            "the labels reach to frame " + std::to_string(labelled) + ", the video has " + std::to_string(info.frames),
            "another cut or rate of the video than the labels were made on; labels behind its end have no picture");
    }
    const double rate = static_cast<double>(medium.frame_rate_num) / static_cast<double>(medium.frame_rate_den);
    const double expected = static_cast<double>(video_.frame_rate_num) / static_cast<double>(video_.frame_rate_den);
    if (medium.frames > 1 && std::abs(rate - expected) > kRateTolerance * expected) {
      issue("rate_differs", Severity::kWarning, rate_text(rate),
            "the video runs at " + rate_text(rate) + " frames a second, the labels count at " + rate_text(expected),
            "frames are named by their index, times by the labels' clock; a re-encoded copy drifts");
    }
    const bool has_size = video_.width && video_.height;
    if (has_size && (*video_.width != medium.width || *video_.height != medium.height)) {
      issue("size_differs", Severity::kInfo, size_text(medium.width, medium.height),
            "the labels' geometry is for " + size_text(*video_.width, *video_.height), "boxes are scaled to the picture");
    }
    if (info.has_metadata) {
      issue("carries_metadata", Severity::kInfo, info.container, "the file names a date, a device or a title",
            "nothing of it is exported");
    }
  }

  std::vector<std::int64_t> samples_of(const VideoIndex& index) const {
    std::vector<std::int64_t> entries;
    for (const PacketEntry& packet : index.packets) {
      if (packet.is_entry && packet.frame >= 0) entries.push_back(packet.frame);
    }
    if (entries.empty()) entries.push_back(0);
    std::sort(entries.begin(), entries.end());
    entries.push_back(index.frames());
    std::vector<std::int64_t> samples;
    Microseconds next = 0;
    for (std::size_t i = 0; i + 1 < entries.size(); ++i) {
      if (index.time_of(entries[i]) >= next) {
        samples.push_back(entries[i]);
        next = index.time_of(entries[i]) + options_.step;
      }
      // Frames between two entries that lie far apart.
      const Microseconds apart = (options_.is_thorough ? 1 : kStepsWithoutEntry) * options_.step;
      for (std::int64_t frame = entries[i]; frame < entries[i + 1]; ++frame) {
        if (index.time_of(frame) < index.time_of(samples.back()) + apart) continue;
        samples.push_back(frame);
        next = index.time_of(frame) + options_.step;
      }
    }
    return samples;
  }

  void take_picture(std::int64_t frame, Microseconds time, const std::string& path, MediumRow& medium) {
    const auto bytes = read_file(options_.root / path, kLargestPictureFile);
    const auto picture = bytes ? decode_picture(*bytes, path) : Result<Image>(bytes.error());
    if (!picture) return broken(frame, picture.error(), path);
    if (medium.width == 0) {
      medium.width = picture->width;
      medium.height = picture->height;
    } else if (medium.width != picture->width || medium.height != picture->height) {
      issue("size_changes", Severity::kWarning, std::to_string(frame),
            "this picture is " + size_text(picture->width, picture->height) + ", others are " +
                size_text(medium.width, medium.height),
            "", path);
    }
    (void)take(frame, time, *picture, path);
  }

  Status take(std::int64_t frame, Microseconds time, const Image& picture, const std::string& path) {
    const auto measured = measure_frame(picture, previous_.luma.is_empty() ? nullptr : &previous_);
    if (!measured) {
      broken(frame, measured.error(), path);
      return done();
    }
    const FrameQuality& quality = measured->quality;
    FrameRow row;
    row.video_id = video_.video_id;
    row.frame = frame;
    row.time_us = time;
    row.media = path;
    row.sharpness = quality.sharpness;
    row.mean_luma = quality.mean_luma;
    row.dark_share = quality.dark_share;
    row.bright_share = quality.bright_share;
    row.black_share = quality.black_share;
    row.specular_share = quality.specular_share;
    row.smoke = quality.smoke;
    row.colourfulness = quality.colourfulness;
    row.tiles = quality.tiles;
    if (quality.field) {
      row.field_x = quality.field->centre_x;
      row.field_y = quality.field->centre_y;
      row.field_radius = quality.field->radius;
    }
    if (quality.motion) {
      row.motion = quality.motion->difference;
      row.motion_left = quality.motion->residual;
    }
    row.hash = hash_text(measured->hash.views[0]);
    row.hash_inner = inner_text(measured->hash);
    row.hash_contrast = measured->hash.contrast;
    if (options_.outside) {
      if (const auto features = outside_features(picture)) row.outside = outside_chance(*options_.outside, *features);
    }
    (void)text_.add(picture, time);  // pictures of another size than the first are passed over
    previous_ = measured->thumbnail;
    made_.frames.push_back(std::move(row));
    return done();
  }

  void unreadable(const Error& error) {
    issue("unreadable_video", Severity::kError, file_, error.what,
          error.hint.empty() ? "fetch it again, or convert it with ffmpeg" : error.hint);
  }

  /// `path`: the picture; empty for a frame of the video.
  void broken(std::int64_t frame, const Error& error, const std::string& path = "") {
    if (broken_++ < kMostBroken) {
      issue("broken_frame", Severity::kError, std::to_string(frame),
            "frame " + std::to_string(frame) + ": " + error.what, error.hint, path);
    }
  }

  /// `path`: of one picture; empty for the video or the folder.
  void issue(std::string rule, Severity severity, std::string value, std::string message, std::string hint,
             const std::string& path = "") {
    IssueRow row;
    row.source_id = video_.source_id;
    row.unit = video_.unit;
    row.stage = "measure";
    row.rule = std::move(rule);
    row.severity = severity;
    row.video_id = video_.video_id;
    row.file = path.empty() ? file_ : path;
    row.value = std::move(value);
    row.message = std::move(message);
    row.hint = std::move(hint);
    made_.issues.push_back(std::move(row));
  }

  VideoMeasures finish() {
    if (made_.medium) {
      for (const TextRegion& region : text_.regions()) {
        const Box& box = region.box;
        made_.medium->text_boxes.insert(made_.medium->text_boxes.end(), {box.x1, box.y1, box.x2, box.y2});
      }
      for (const TextSpan& span : text_.spans(made_.medium->duration_us)) {
        made_.texts.push_back({video_.video_id, span.time.begin, span.time.end, span.box.x1, span.box.y1, span.box.x2,
                               span.box.y2, span.score});
      }
    }
    if (broken_ > kMostBroken) {
      issue("broken_frame", Severity::kError, std::to_string(broken_),
            std::to_string(broken_) + " sampled frames cannot be decoded, the first " + std::to_string(kMostBroken) +
                " are listed",
            "");
    }
    return std::move(made_);
  }

  const VideoRow& video_;
  const MeasureOptions& options_;
  std::string file_;
  VideoMeasures made_;
  Thumbnail previous_;
  OverlayFinder text_;
  std::size_t broken_ = 0;
};

}  // namespace

fs::path video_index_file(const fs::path& index_folder, const std::string& video_id, const std::string& video_file) {
  return index_folder / (hex64(hash64(video_id + "/" + video_file)) + ".index");
}

VideoMeasures measure_video(const VideoRow& video, const std::string& video_file,
                            const std::vector<std::pair<std::int64_t, std::string>>& pictures,
                            const MeasureOptions& options) {
  Measuring measuring(video, options);
  if (!video_file.empty()) return measuring.of_video(video_file);
  if (!pictures.empty()) return measuring.of_pictures(pictures);
  return {};
}

}  // namespace surgsigma
